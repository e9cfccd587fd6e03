#!/usr/bin/env python3
"""No secret comes out: random ones stand in every place that takes one, and everything the program lets out is searched."""
import glob
import http.server
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "fake")]
from program import BIN, Program, call  # noqa: E402
from scan import Scanner, canary, core, forms  # noqa: E402

JWT = "eyJhbGciOiJSUzI1NiJ9."
# Where secrets stand in the configuration, the files beside it and the requests. The callers' own words (PROMPTS) may come
# back to the caller, and go to the one cloud that is asked; nowhere else.
SECRETS = {name: canary(prefix, length) for name, (prefix, length) in {
    "OPENAI": ("sk-", 44), "AZURE": ("", 40), "COMPATIBLE": ("", 40), "ECHO": ("sk-", 40), "ANTHROPIC": ("sk-ant-", 40),
    "AWS_ID": ("AKIA", 16), "AWS_SECRET": ("", 40), "AWS_SESSION": ("", 60), "BEDROCK_KEY": ("bedrock-", 60),
    "ENTRA_SECRET": ("", 40), "FEDERATED": (JWT, 60), "WEB_IDENTITY": (JWT, 60), "SUBJECT_TOKEN": (JWT, 60),
    "OWNER": ("", 40), "READER": ("", 40), "HOOK_SECRET": ("", 40), "HOOK_PATH": ("", 40),
    "KEY": ("sk-fw-", 40), "LIMITED": ("sk-fw-", 40), "MISPLACED": ("sk-", 40), "IN_ENV": ("", 40),
}.items()}
STRANGERS = {f"STRANGER_{n}": canary("sk-", 40) for n in range(6)}
PROMPTS = {f"PROMPT_{n}": canary("", 40) for n in
           ("system", "user", "tool_result", "tool_arguments", "tool_description", "schema", "image_url", "file", "user_field", "metadata", "instructions",
            "mcp_authorization", "header", "cookie", "query", "safety_identifier", "stop")}

CONFIG = """\
version: 1
log: {{ level: trace, format: {format} }}
data_dir: "{folder}/data"
threads: 2
timeouts: {{ first_byte_ms: 2000, idle_ms: 2000 }}
listen: [{{ address: "127.0.0.1:0" }}]
admin:
  address: "127.0.0.1:0"
  tokens: [{{ name: owner, token: "${{env:OWNER}}", role: owner }}, {{ name: reader, token: "${{env:READER}}", role: read }}]
alerts:
  webhooks: [{{ name: ops, url: "${{env:HOOK_URL}}", secret: "${{env:HOOK_SECRET}}" }}]
providers:
  openai: {{ cloud: openai, base_url: "{openai}/v1", auth: {{ api_key: "${{env:OPENAI}}" }} }}
  azure: {{ cloud: azure, base_url: "{azure}/openai/v1", auth: {{ api_key: "${{env:AZURE}}" }} }}
  entra: {{ cloud: azure, base_url: "{azure}/openai/v1", auth: {{ entra: {{ tenant_id: common, client_id: app, client_secret: "${{env:ENTRA_SECRET}}" }}, token_url: "{tokens}/common/oauth2/v2.0/token" }} }}
  federated: {{ cloud: azure, base_url: "{azure}/openai/v1", auth: {{ entra: {{ tenant_id: common, client_id: app, token_file: "{folder}/federated" }}, token_url: "{tokens}/common/oauth2/v2.0/token" }} }}
  aws: {{ cloud: bedrock, region: us-east-1, base_url: "{bedrock}", auth: {{ access_key_id: "${{env:AWS_ID}}", secret_access_key: "${{env:AWS_SECRET}}", session_token: "${{env:AWS_SESSION}}" }} }}
  bedrock-key: {{ cloud: bedrock, region: us-east-1, base_url: "{bedrock}", auth: {{ api_key: "${{env:BEDROCK_KEY}}" }} }}
  google: {{ cloud: vertex, project: fake-project, location: global, base_url: "{vertex}", auth: {{ service_account_file: "{folder}/service-account.json" }} }}
  compatible: {{ cloud: compatible, base_url: "{compatible}/v1", auth: {{ api_key: "${{file:{folder}/compatible-key}}" }} }}
  echo: {{ cloud: openai, base_url: "{echo}/v1", auth: {{ api_key: "${{env:ECHO}}" }} }}
  nobody: {{ cloud: openai, base_url: "http://127.0.0.1:1/v1", auth: {{ api_key: "${{env:ECHO}}" }} }}
policies: {{ default: {{ lossy: allow }} }}
models:
{models}
tenants: {{ acme: {{}} }}
keys:
  - {{ name: plain, tenant: acme, key: "${{env:KEY}}" }}
  - {{ name: limited, tenant: acme, key: "${{env:LIMITED}}", models: [openai], budget: {{ usd: "0.000001", per: day }} }}
"""
MODELS = {"openai": "gpt-6-sol", "azure": "sol", "entra": "sol", "federated": "sol", "aws": "openai.gpt-oss-120b-1:0", "bedrock-key": "openai.gpt-oss-120b-1:0",
          "google": "gpt-6.1-sol", "compatible": "gpt-oss-120b", "echo": "gpt-6-sol", "nobody": "gpt-6-sol"}


class Echo(http.server.BaseHTTPRequestHandler):
    """The worst of clouds: each answer, good or bad, repeats what it was sent, its key included."""
    statuses = [200, 400, 401, 403, 404, 429, 500]

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        status = self.statuses[self.server.asked % len(self.statuses)]
        self.server.asked += 1
        said = f"Incorrect request: {self.headers} {self.path} {body}"
        answer = {"error": {"message": said, "type": said[:900], "param": said[:90], "code": said[:250]}}
        if status == 200:
            answer = {"id": "x", "object": "chat.completion", "created": 1, "model": "gpt-6-sol", "choices": [{"index": 0, "message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}]}
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.send_header("WWW-Authenticate", f"Bearer {self.headers['Authorization']}")
        self.send_header("x-request-id", str(self.headers["Authorization"]))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.headers_seen.append(str(self.headers))
        self.send_response(500)
        self.end_headers()

    def log_message(self, *_):
        pass


def serving(handler, **state):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    for name, value in state.items():
        setattr(server, name, value)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}"


def chat(model, **more):
    p = PROMPTS
    call_of = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": json.dumps({"where": p["PROMPT_tool_arguments"]})}}
    schema = {"type": "object", "properties": {p["PROMPT_schema"]: {"type": "string"}}}
    return {"model": model, "user": p["PROMPT_user_field"], "safety_identifier": p["PROMPT_safety_identifier"], "metadata": {"note": p["PROMPT_metadata"]}, "stop": [p["PROMPT_stop"]],
            "messages": [{"role": "system", "content": p["PROMPT_system"]},
                         {"role": "user", "content": [{"type": "text", "text": p["PROMPT_user"]},
                                                      {"type": "image_url", "image_url": {"url": f"https://bucket.example/cat.png?X-Amz-Signature={p['PROMPT_image_url']}"}}]},
                         {"role": "assistant", "content": None, "tool_calls": [call_of]},
                         {"role": "tool", "tool_call_id": "call_1", "content": p["PROMPT_tool_result"]}],
            "tools": [{"type": "function", "function": {"name": "look", "description": p["PROMPT_tool_description"], "parameters": schema}}], **more}


def response(model, **more):
    p = PROMPTS
    return {"model": model, "instructions": p["PROMPT_instructions"],
            "input": [{"role": "user", "content": [{"type": "input_text", "text": p["PROMPT_user"]}, {"type": "input_file", "filename": "a.txt", "file_data": "data:text/plain;base64," + p["PROMPT_file"]}]}],
            "tools": [{"type": "mcp", "server_label": "x", "server_url": "https://mcp.example/", "authorization": p["PROMPT_mcp_authorization"]}], **more}


class Canaries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.room = tempfile.TemporaryDirectory(prefix="fairway-canary-")
        cls.folder = pathlib.Path(cls.room.name)
        (cls.folder / "tmp").mkdir()
        cls.sinks = {}      # name -> bytes that came out
        cls.answers = {}    # the same, of answers to the caller whose words stand in PROMPTS
        cls.programs = []
        keys = {"openai": "OPENAI", "azure": "AZURE", "compatible": "COMPATIBLE", "bedrock": "BEDROCK_KEY"}
        cls.urls = {}
        for cloud in ("openai", "azure", "bedrock", "vertex", "compatible", "tokens"):
            own = ["--key", SECRETS[keys[cloud]]] if cloud in keys else []
            fake = Program("fake", "--cloud", cloud, "--listen", "127.0.0.1:0", "--speed", "0", *(["--model", "sol=gpt-6-sol"] if cloud == "azure" else []), *own)
            cls.programs.append(fake)
            cls.urls[cloud] = "http://" + urllib.parse.urlsplit(fake.line("listening ").split()[-1]).netloc
        cls.echo, cls.urls["echo"] = serving(Echo, asked=0)
        cls.hook, hook = serving(Hook, headers_seen=[])
        account = call(cls.urls["tokens"] + "/_fake/service_account")[2]
        (cls.folder / "service-account.json").write_text(account)
        pem = json.loads(account)["private_key"].splitlines()
        cls.secrets = {**SECRETS, **STRANGERS, "PRIVATE_KEY": pem[1], "PRIVATE_KEY_END": pem[-3]}
        for file, name in (("federated", "FEDERATED"), ("compatible-key", "COMPATIBLE")):
            (cls.folder / file).write_text(SECRETS[name])
        cls.env = {**{n: SECRETS[n] for n in SECRETS}, "HOOK_URL": f"{hook}/{SECRETS['HOOK_PATH']}", "TMPDIR": str(cls.folder / "tmp"), "SOME_TOKEN": SECRETS["IN_ENV"]}

    @classmethod
    def tearDownClass(cls):
        for program in cls.programs:
            program.__exit__()
        for server in (cls.echo, cls.hook):
            server.shutdown()
            server.server_close()
        cls.room.cleanup()

    # A gateway with this log form; what it says goes to the sinks.
    def start(self, log_format):
        models = "".join(f"  {name}: {{ deployments: [{{ provider: {name}, model: \"{model}\" }}] }}\n" for name, model in MODELS.items())
        models += "  all: { deployments: [" + ", ".join(f'{{ provider: {name}, model: "{MODELS[name]}" }}' for name in ("echo", "nobody", "entra", "aws")) + "] }\n"
        self.file = self.folder / "fairway.yaml"
        self.file.write_text(CONFIG.format(format=log_format, folder=self.folder, models=models, **self.urls))
        gateway = Program("serve", "-c", str(self.file), env=self.env)
        said = self.sinks.setdefault(f"log ({log_format})", bytearray())
        self.base = self.admin = None
        while not (self.base and self.admin):
            line = gateway.child.stderr.readline()
            self.assertTrue(line, said.decode())
            said += line
            said_so = re.search(rb'(listening|admin)(?:: |","detail":")([0-9.:]+)', line)
            if said_so:
                setattr(self, {b"listening": "base", b"admin": "admin"}[said_so[1]], "http://" + said_so[2].decode())

        self.listener = threading.Thread(target=lambda: [said.extend(more) for more in gateway.child.stderr], daemon=True)
        self.listener.start()
        return gateway

    def ask(self, where, path, body, headers, method=None):
        status, fields, text = call(where + path, body, headers, method)
        to = self.answers if where == self.base else self.sinks
        to.setdefault(f"answer of {path.split('?')[0]}", bytearray()).extend(f"{status}\n{fields}\n{text}\n".encode())
        return status, text

    def by_key(self, body, path="/v1/chat/completions", key="KEY", **headers):
        return self.ask(self.base, path, body, {"Authorization": f"Bearer {SECRETS[key]}", **headers})

    def by_admin(self, path, body=None, who="OWNER", method=None):
        return self.ask(self.admin, path, body, {"Authorization": f"Bearer {SECRETS[who]}"}, method)

    def everything_is_asked(self):
        own = {"x-note": PROMPTS["PROMPT_header"], "Cookie": f"session={PROMPTS['PROMPT_cookie']}"}
        statuses = set()
        for model in (*MODELS, "all"):
            for stream in (False, True):
                statuses.add(self.by_key(chat(model, stream=stream), **own)[0])
                statuses.add(self.by_key(response(model, stream=stream), "/v1/responses", **own)[0])
        for _ in range(2 * len(Echo.statuses)):
            statuses.add(self.by_key(chat("echo"))[0])
        for fault in ("status 400", "status 401", "status 403", "status 429", "status 500", "reset", "stall", "truncate", "lie"):
            call(self.urls["openai"] + "/_fake/faults", f"{fault} times=1")
            statuses.add(self.by_key(chat("openai", stream=True))[0])
        for broken in ('{"model":"openai","messages":[{"role":"user","content":"' + PROMPTS["PROMPT_user"], json.dumps(chat("no-such-" + PROMPTS["PROMPT_user"])),
                       json.dumps(chat("openai", temperature=PROMPTS["PROMPT_user"])), json.dumps(chat("openai"))[:-1] + f', "model": "{PROMPTS["PROMPT_user"]}"}}'):
            statuses.add(self.by_key(broken)[0])
        statuses.add(self.by_key(chat("openai"), key="LIMITED")[0])
        statuses.add(self.by_key(chat("azure"), key="LIMITED")[0])
        statuses.add(self.by_key(None, f"/v1/models?api-key={PROMPTS['PROMPT_query']}")[0])
        statuses.add(self.by_key(None, f"/v1/{PROMPTS['PROMPT_query']}")[0])
        return statuses

    def strangers_knock(self):
        for name, field in (("STRANGER_0", "Authorization"), ("STRANGER_1", "api-key"), ("STRANGER_2", "x-api-key")):
            value = ("Bearer " if field == "Authorization" else "") + STRANGERS[name]
            self.assertEqual(self.ask(self.base, "/v1/models", None, {field: value})[0], 401)
        self.ask(self.base, f"/v1/models?key={STRANGERS['STRANGER_3']}", None, {})
        self.assertEqual(self.ask(self.admin, "/admin/v1/keys", None, {"Authorization": f"Bearer {STRANGERS['STRANGER_4']}"})[0], 401)
        self.ask(self.admin, f"/metrics?token={STRANGERS['STRANGER_5']}", None, {})

    def keys_are_made(self, run):
        for name in (f"made {run}", f"turned {run}"):
            made = json.loads(call(self.admin + "/admin/v1/keys", {"name": name, "tenant": "acme"}, {"Authorization": f"Bearer {SECRETS['OWNER']}"})[2])
            self.secrets[f"MINTED_{name}"] = made["key"]
            call(self.base + "/v1/models", None, {"Authorization": f"Bearer {made['key']}"})
        turned = json.loads(call(f"{self.admin}/admin/v1/keys/{made['id']}/rotate", {}, {"Authorization": f"Bearer {SECRETS['OWNER']}"})[2])
        self.secrets[f"MINTED_again {run}"] = turned["key"]

    def pages_are_read(self):
        pages = ["/livez", "/readyz", "/healthz", "/metrics"] + [f"/admin/v1/{p}" for p in ("exchanges?limit=200", "decisions", "deployments", "budgets", "commitments", "alerts", "books", "keys", "audit")]
        for page in pages:
            for who in ("OWNER", "READER"):
                self.assertEqual(self.by_admin(page, who=who)[0], 200, page)
        for record in json.loads(self.by_admin("/admin/v1/exchanges?limit=200")[1])["data"][::20]:
            self.by_admin(f"/admin/v1/explain/{record['request_id']}")
        self.by_admin("/admin/v1/keys", {"name": 7, "key": SECRETS["MISPLACED"], "token": SECRETS["MISPLACED"]})
        self.by_admin("/admin/v1/keys/" + SECRETS["MISPLACED"])

    def commands_are_run(self):
        misplaced = self.folder / "misplaced.yaml"
        text = self.file.read_text().replace('"${env:OPENAI}"', SECRETS["MISPLACED"]).replace("threads: 2", f"threads: {SECRETS['MISPLACED']}\napi_key: {SECRETS['MISPLACED']}")
        misplaced.write_text(text.replace('api_key: "${env:AZURE}"', f"api_key: sk-{SECRETS['MISPLACED']}, key: {{ {SECRETS['MISPLACED']}: 1 }}"))
        data = ["--data-dir", str(self.folder / "data")]
        for words in (["config", "check", "-c", str(self.file)], ["config", "check", "-c", str(misplaced)], ["config", "check", "-c", str(misplaced), "--output", "json"],
                      ["serve", "-c", str(misplaced)], ["doctor", "-c", str(self.file)], ["connect", "-c", str(self.file)], ["budget", "-c", str(self.file)],
                      *(["ledger", "export", *data, "--output", form] for form in ("json", "ndjson", "csv", "focus")), ["ledger", "verify", *data],
                      ["replay", "-c", str(self.file)], ["offers", "-c", str(self.file)]):
            done = subprocess.run([BIN, *words], env={**os.environ, **self.env}, capture_output=True, timeout=120, check=False)
            self.sinks.setdefault("fairway " + " ".join(words[:2]), bytearray()).extend(done.stdout + done.stderr)

    def command_lines(self, gateway):
        self.sinks["command line"] = bytearray(pathlib.Path(f"/proc/{gateway.child.pid}/cmdline").read_bytes())

    def test_no_secret_comes_out(self):
        for log_format, how in (("json", signal.SIGKILL), ("text", signal.SIGTERM)):
            gateway = self.start(log_format)
            statuses = self.everything_is_asked()
            self.assertGreaterEqual(statuses, {200, 400, 404}, "the requests took the ways that they were meant to")
            self.strangers_knock()
            self.keys_are_made(log_format)
            self.pages_are_read()
            self.command_lines(gateway)
            if how == signal.SIGTERM:
                self.commands_are_run()
            gateway.child.send_signal(how)
            gateway.child.wait(timeout=60)
            self.listener.join(timeout=30)
            self.sinks.setdefault("standard output", bytearray()).extend(gateway.child.stdout.read())
            gateway.__exit__()
        files = [f for f in glob.glob(f"{self.folder}/data/**", recursive=True) + glob.glob(f"{self.folder}/tmp/**", recursive=True) if os.path.isfile(f)]
        self.assertTrue(files)
        for file in files:
            self.sinks[f"file {pathlib.Path(file).name}"] = pathlib.Path(file).read_bytes()
        self.sinks["headers of notices"] = "".join(self.hook.headers_seen).encode()
        self.judge()

    def judge(self):
        everything = Scanner({**self.secrets, **PROMPTS})
        leaks = []
        for name, data in self.sinks.items():
            self.assertTrue(data or not name.startswith("log"), name)
            # Minted keys are recognised by their digests, and what recognises them is kept in one file.
            but = {(n, "sha256") for n in self.secrets if n.startswith("MINTED_")} if name.startswith("file keys.db") else set()
            # A notice goes to its own address.
            but |= {"HOOK_PATH"} if name == "headers of notices" else set()
            leaks += [(name, *found) for found in everything.find(bytes(data), but)]
        secrets_only = Scanner(self.secrets)
        for name, data in self.answers.items():
            leaks += [(name, *found) for found in secrets_only.find(bytes(data))]
        if os.environ.get("CANARY_SHOW"):
            for name, secret, _ in leaks:
                data = bytes({**self.sinks, **self.answers}[name])
                at = data.find({**self.secrets, **PROMPTS}[secret][3:20].encode())
                print(name, secret, data[max(0, at - 300):at + 120])
        self.assertEqual(sorted(leaks), [])
        count = len(self.secrets) + len(PROMPTS)
        print(f"{count} secrets in {everything.encodings()} encodings, {len(self.sinks) + len(self.answers)} sinks, {sum(map(len, self.sinks.values())) + sum(map(len, self.answers.values())):,} bytes: none found")
        self.assertGreaterEqual(count, 40)
        self.assertGreaterEqual(everything.encodings(), 12)

    def test_a_planted_leak_is_found(self):
        named = {**SECRETS, **PROMPTS}
        scanner = Scanner(named)
        noise = b'{"level":"info","time":"2026-11-23T22:00:00Z","msg":"served","model":"gpt-6-sol","ms":%d}\n'
        for name, secret in named.items():
            for kind, form in forms(secret):
                data = b"".join(noise % n for n in range(3)) + form.encode("latin-1") + b"\0" * 200 + noise % 9
                self.assertIn(name, {found[0] for found in scanner.find(data)}, f"{name} as {kind}")
            for part in (core(secret)[:8], secret[-8:], core(secret)[3:12]):
                self.assertIn(name, {found[0] for found in scanner.find(b"key " + part.encode() + b"...")}, part)
        self.assertEqual(scanner.find(noise * 50), set())


if __name__ == "__main__":
    unittest.main()
