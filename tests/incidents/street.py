"""The places of an incident, each a fake cloud of its own, and the gateway before them."""
import json
import math
import pathlib
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fake"))
from program import Program, call  # noqa: E402

ADMIN = "admin-token-of-the-incidents-0123"
START_WITHIN_S = 4
BILL_PAGES = (1_000, 4_000, 10_000)  # what is usual between two readings, and the most
CHAT = "chat/completions"  # what callers without an `api` speak
MESSAGES = {"messages": [{"role": "user", "content": "Tell me of the weather in Paris, briefly."}], "max_completion_tokens": 64}
# Provider fields, and what a client that goes there by itself needs.
CLOUDS = {
    "openai": ('base_url: "{url}/v1", auth: {{ api_key: "${{env:OPENAI}}" }}', "/v1/", {"Authorization": "Bearer sk-fake-openai"}),
    "azure": ('base_url: "{url}/openai/v1", auth: {{ api_key: "${{env:AZURE}}" }}', "/openai/v1/", {"api-key": "fake-azure-key"}),
    "bedrock": ('region: us-east-1, host: mantle, base_url: "{url}", auth: {{ api_key: "${{env:BEDROCK}}" }}', "/openai/v1/",
                {"Authorization": "Bearer fake-bedrock-key"}),
    "vertex": ('project: fake-project, location: global, base_url: "{url}", auth: {{ google: metadata, metadata_url: "{tokens}" }}',
               "/v1/projects/fake-project/locations/global/endpoints/openapi/", {}),
    "compatible": ('base_url: "{url}/v1"', "/v1/", {}),
}
SECRETS = {"OPENAI": "sk-fake-openai", "AZURE": "fake-azure-key", "BEDROCK": "fake-bedrock-key", "ADMIN": ADMIN}
# The fakes tell of quotas far above what is played: only the script's own 429s are meant.
AMPLE = ["--requests-per-minute", "10000000", "--tokens-per-minute", "1000000000"]


class Busy(Exception):
    """The machine could not keep up with the play: nothing can be said of the program."""


def tenants_of(caller):
    return [f"{caller['name']}-{i}" for i in range(caller.get("tenants", 4))]


def key_of(tenant):
    return f"sk-fw-{tenant}-0123456789abcdef"


class Place:
    """One fake cloud, which can vanish and come back at the same address."""

    def __init__(self, name, said, models):
        self.name, self.cloud = name, said["cloud"]
        host = ["--host", "mantle"] if self.cloud == "bedrock" else []
        names = [word for model in sorted(models) for word in ("--model", model)]
        delays = ["--first-token-ms", str(said.get("first_token_ms", 40)), "--event-ms", "2", "--answer-tokens", "8"]
        quota = AMPLE if self.cloud not in ("compatible", "tokens") else []
        self.words = ["--cloud", self.cloud, *host, *(names if self.cloud != "tokens" else []), *delays, *quota]
        self.seen, self.attempts = 0, []
        self.open("127.0.0.1:0")

    def open(self, address):
        self.program = Program("fake", *self.words, "--listen", address)
        self.program.__enter__()
        self.url = "http://" + self.program.line("listening ").split("://")[-1].split("/")[0]
        self.address = self.url.removeprefix("http://")

    def vanish(self):
        self.read_bill()
        self.program.child.kill()
        self.program.child.wait()
        self.program.__exit__()
        self.program = None

    def come_back(self):
        self.seen = 0
        self.open(self.address)

    def read_bill(self):
        """Notes the attempts since the last reading, each (time, model, status). None may be missed."""
        if not self.program:
            return
        for last in BILL_PAGES:
            bill = json.loads(call(f"{self.url}/_fake/bill?last={last}")[2])["attempts"]
            new = [a for a in bill if a["number"] > self.seen]
            if not new:
                return
            if new[0]["number"] == self.seen + 1:
                break
        else:
            raise Busy(f"{self.name}: attempts {self.seen + 1} to {new[0]['number'] - 1} were not read in time")
        self.seen = new[-1]["number"]
        self.attempts += [(seconds_of(a["time"]), a["model"], a["status"]) for a in new]

    def faults(self, script):
        status, _, text = call(self.url + "/_fake/faults", script)
        assert status == 200, text

    def waiting(self):
        return sum(f.get("times", 1) for f in json.loads(call(self.url + "/_fake/faults")[2])["faults"])

    def heal(self):
        call(self.url + "/_fake/faults", method="DELETE")

    def stop(self):
        if self.program:
            self.program.__exit__()


def seconds_of(text):
    """Wall clock of an RFC 3339 time in UTC."""
    whole, _, rest = text.rstrip("Z").partition(".")
    return time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) - time.timezone + float("0." + (rest or "0"))


def rfc3339(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


class Street:
    """All that one play needs, running. prefer: what every policy prefers; None: no gateway, clients go by themselves."""

    def __init__(self, fixture, prefer, times):
        self.fixture, self.prefer, self.times = fixture, prefer, times
        self.records = {}
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fairway-incident-"))
        names = {name: {d["as"] for ds in fixture["models"].values() for d in ds if d["place"] == name} for name in fixture["places"]}
        self.places = {name: Place(name, said, names[name]) for name, said in fixture["places"].items()}
        self.tokens = Place("tokens", {"cloud": "tokens"}, ()) if any(p.cloud == "vertex" for p in self.places.values()) else None
        self.start = self.soon(START_WITHIN_S)
        self.gateway = None
        if prefer:
            self.open_gateway()
        if "offers" not in fixture:  # nothing that was written down names the moment
            self.start = self.soon(0.5)

    def soon(self, seconds):
        """The offer book counts in whole seconds."""
        return float(math.ceil(time.time() + seconds))

    def open_gateway(self):
        file = self.folder / "fairway.yaml"
        file.write_text(self.config())
        tenants = [t for caller in self.fixture["callers"] for t in tenants_of(caller)]
        secrets = {**SECRETS, **{f"KEY_{i}": key_of(t) for i, t in enumerate(tenants)}}
        self.gateway = Program("serve", "-c", str(file), env=secrets)
        self.gateway.__enter__()
        self.host, self.admin = (self.said(word).split()[-1] for word in ("listening: ", "admin: "))

    def said(self, beginning):
        lines = []
        while not (lines and lines[-1].startswith(beginning)):
            lines.append(self.gateway.child.stderr.readline().decode())
            assert lines[-1], "".join(lines)
        return lines[-1]

    def config(self):
        f = self.fixture
        text = 'version: 1\nlog: { format: text }\nlisten: [{ address: "127.0.0.1:0" }]\nthreads: 2\n'
        text += 'admin: { address: "127.0.0.1:0", token: "${env:ADMIN}" }\n'
        text += "limits: { exchanges_per_key: 10000, records: 200000 }\n"
        if "first_byte_ms" in f:
            text += f"timeouts: {{ first_byte_ms: {f['first_byte_ms']} }}\n"
        if "offers" in f or "book" in f:
            text += "offers: [offers.json]\n"
            (self.folder / "offers.json").write_text(json.dumps(self.offers() if "offers" in f else f["book"]))
        text += "providers:\n"
        for name, said in f["places"].items():
            fields = CLOUDS[said["cloud"]][0].format(url=self.places[name].url, tokens=self.tokens.url if self.tokens else "")
            text += f"  {name}: {{ cloud: {said['cloud']}, scope: {said['scope']}, {fields} }}\n"
        text += "models:\n"
        for model, deployments in f["models"].items():
            text += f"  {model}:\n    deployments:\n"
            for d in deployments:
                price = f", price: {{ input: \"{d['price'][0]}\", output: \"{d['price'][1]}\" }}" if "price" in d else f", offer: {model}"
                text += f"      - {{ provider: {d['place']}, model: \"{d['as']}\", name: \"{d['place']}/{model}\"{price} }}\n"
        return text + self.config_of_callers()

    def config_of_callers(self):
        policies = self.fixture.get("policies", {"default": ""})
        text = "policies:\n"
        for name, more in policies.items():
            own = [] if "prefer:" in more else [f"prefer: {self.prefer}"]
            text += f"  {name}: {{ {', '.join([*own, *([more] if more else [])])} }}\n"
        tenants = [(t, c.get("policy", "default")) for c in self.fixture["callers"] for t in tenants_of(c)]
        text += "tenants:\n" + "".join(f"  {t}: {{ policy: {policy} }}\n" for t, policy in tenants)
        return text + "keys:\n" + "".join(f'  - {{ name: {t}, tenant: {t}, key: "${{env:KEY_{i}}}" }}\n' for i, (t, _) in enumerate(tenants))

    def offers(self):
        """The fixture's rows, whose days are moments of the play."""
        rows = []
        for said in self.fixture["offers"]:
            row = {**said, "evidence": [{"source": self.fixture["source"][0], "date": "2026-11-22", "kind": "documented"}]}
            for end in ("from", "until"):
                if end in row:
                    row[end] = rfc3339(self.moment(row[end]))
            rows.append(row)
        return rows

    def moment(self, word):
        times = self.times
        return self.start + {"long ago": -86_400, "start": 0, "begin": times.before_s, "end": times.before_s + times.during_s}[word]

    def ways(self, caller):
        """For each of its tenants, where a client goes."""
        model = caller["model"]
        if self.prefer:
            host, port = self.host.split(":")
            return [[{"host": host, "port": int(port), "path": "/v1/" + caller.get("api", CHAT), "model": model,
                      "headers": {"Authorization": f"Bearer {key_of(t)}"}}] for t in tenants_of(caller)]
        scopes = caller.get("scopes")
        return [[self.way(d, caller.get("api", CHAT)) for d in self.fixture["models"][model]
                 if not scopes or self.fixture["places"][d["place"]]["scope"].startswith(scopes)]]

    def way(self, deployment, api):
        place = self.places[deployment["place"]]
        _, path, headers = CLOUDS[place.cloud]
        if place.cloud == "vertex":
            path_of_token = "/computeMetadata/v1/instance/service-accounts/default/token"
            token = json.loads(call(self.tokens.url + path_of_token, headers={"Metadata-Flavor": "Google"})[2])["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
        if place.cloud == "bedrock" and "gpt-oss" in deployment["as"]:
            path = "/v1/"  # mantle's prefix goes by the model
        host, port = place.address.split(":")
        return {"host": host, "port": int(port), "path": path + api, "model": deployment["as"], "headers": headers}

    def ask_admin(self, path):
        status, _, text = call(f"http://{self.admin}{path}", headers={"Authorization": f"Bearer {ADMIN}"})
        assert status == 200, text
        return json.loads(text)

    def stop(self):
        if self.gateway:
            # Nobody reads its last words; what it wrote does not fill the pipe.
            self.gateway.__exit__()
        for place in [*self.places.values(), *([self.tokens] if self.tokens else [])]:
            place.stop()
        shutil.rmtree(self.folder)
