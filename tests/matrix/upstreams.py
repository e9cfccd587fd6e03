"""The upstreams of the matrix: one model name of the gateway for each, and the fakes behind them."""
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fake"))
from program import Program, call  # noqa: E402

FAKES = {
    "openai": [],
    "azure": ["--model", "sol=gpt-6-sol"],
    "bedrock": [],
    "vertex": [],
    "compatible": [],
    "tokens": [],
}

# name -> (provider, deployment's model, dialects or None)
UPSTREAMS = {
    "openai": ("openai", "gpt-6-sol", None),
    "openai-as-chat": ("openai", "gpt-6-sol", "chat"),
    "openai-as-responses": ("openai", "gpt-6-sol", "responses"),
    "azure-v1": ("azure-v1", "sol", None),
    "azure-classic": ("azure-classic", "sol", "chat"),
    "bedrock-runtime": ("runtime", "global.openai.gpt-6-sol", "responses"),
    "bedrock-runtime-chat": ("runtime", "openai.gpt-oss-120b-1:0", "chat"),
    "mantle": ("mantle", "openai.gpt-6-sol", None),
    "converse": ("runtime", "openai.gpt-oss-120b-1:0", "converse"),
    "google-gpt": ("google", "gpt-6.1-sol", None),
    "google-openapi": ("google", "openai/gpt-oss-120b-maas", "chat"),
    "generate-content": ("google", "gemini-3-pro", "generate_content"),
    "compatible": ("compatible", "gpt-oss-120b", "chat"),
    "compatible-as-responses": ("compatible", "gpt-oss-120b", "responses"),
}

BASE_PATHS = {"openai": "/v1", "azure": "/openai/v1", "compatible": "/v1"}
SECRETS = {
    "OPENAI": "sk-fake-openai",
    "AZURE": "fake-azure-key",
    # The pair of AWS's own documentation.
    "AWS_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}
KEY = "sk-fw-matrix-0123456789abcdef"
ADMIN = "admin-token-of-the-matrix-0123"


def provider_lines(urls, service_account):
    bedrock, vertex = urls["bedrock"], urls["vertex"]
    static = '{ access_key_id: "${env:AWS_ID}", secret_access_key: "${env:AWS_SECRET}" }'
    return {
        "openai": f'{{ cloud: openai, base_url: "{urls["openai"]}", auth: {{ api_key: "${{env:OPENAI}}" }} }}',
        "azure-v1": f'{{ cloud: azure, base_url: "{urls["azure"]}", auth: {{ api_key: "${{env:AZURE}}" }} }}',
        "azure-classic": f'{{ cloud: azure, base_url: "{urls["azure"].removesuffix("/v1")}", api_version: "2024-10-21", '
                         'auth: { api_key: "${env:AZURE}" } }',
        "runtime": f'{{ cloud: bedrock, region: us-east-1, base_url: "{bedrock}", auth: {static} }}',
        "mantle": f'{{ cloud: bedrock, region: us-east-1, host: mantle, base_url: "{bedrock}", auth: {static} }}',
        "google": f'{{ cloud: vertex, project: fake-project, location: global, base_url: "{vertex}", '
                  f'auth: {{ service_account_file: "{service_account}" }} }}',
        "compatible": f'{{ cloud: compatible, base_url: "{urls["compatible"]}" }}',
    }


def config_text(urls, service_account):
    text = 'version: 1\nlog: { format: text }\nlisten: [{ address: "127.0.0.1:0" }]\n'
    text += 'admin: { address: "127.0.0.1:0", token: "${env:ADMIN}" }\n'
    # Only losses of hints pass; `loose` admits all of them.
    text += "policies: { default: { lossy: hints }, loose: { lossy: allow } }\nproviders:\n"
    for name, line in provider_lines(urls, service_account).items():
        text += f"  {name}: {line}\n"
    text += "models:\n"
    for name, (provider, model, dialects) in UPSTREAMS.items():
        limited = f", dialects: [{dialects}]" if dialects else ""
        text += f'  {name}: {{ deployments: [{{ provider: {provider}, model: "{model}", name: "{name}"{limited} }}] }}\n'
    text += 'keys:\n  - { name: strict, key: "${env:KEY}" }\n  - { name: loose, key: "${env:LOOSE}", policy: loose }\n'
    return text


class House:
    """The fakes and the gateway in front of them, running."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.fakes = {}
        self.urls = {}

    def start(self):
        for cloud, options in FAKES.items():
            fake = Program("fake", "--cloud", cloud, "--listen", "127.0.0.1:0", "--speed", "0", *options)
            fake.__enter__()
            self.fakes[cloud] = fake
            self.urls[cloud] = fake.line("listening ").split()[-1] + BASE_PATHS.get(cloud, "")
        account = self.folder / "service-account.json"
        status, _, text = call(self.origin("tokens") + "/_fake/service_account")
        assert status == 200, text
        account.write_text(text)
        file = self.folder / "fairway.yaml"
        file.write_text(config_text(self.urls, account))
        secrets = {**SECRETS, "KEY": KEY, "LOOSE": KEY + "-loose", "ADMIN": ADMIN}
        self.gateway = Program("serve", "-c", str(file), env=secrets)
        self.gateway.__enter__()
        said = []
        while not (said and said[-1].startswith("listening: ")):
            said.append(self.gateway.child.stderr.readline().decode())
            if not said[-1]:
                raise AssertionError("".join(said))
        line = said[-1]
        self.admin = "http://" + self.gateway.child.stderr.readline().decode().split()[-1]
        self.base = "http://" + line.split()[-1] + "/v1"
        return self

    def ask(self, dialect, body, key=KEY):
        path = "/chat/completions" if dialect == "chat" else "/responses"
        return call(self.base + path, body, {"Authorization": f"Bearer {key}"})

    def bill(self, cloud):
        return json.loads(call(self.origin(cloud) + "/_fake/bill")[2])

    def records(self):
        status, _, text = call(self.admin + "/admin/v1/exchanges?limit=1", headers={"Authorization": f"Bearer {ADMIN}"})
        assert status == 200, text
        return json.loads(text)["data"]

    def fault(self, cloud, script):
        status, _, text = call(self.origin(cloud) + "/_fake/faults", script)
        assert status == 200, text

    def origin(self, cloud):
        scheme, rest = self.urls[cloud].split("://")
        return f"{scheme}://{rest.split('/')[0]}"

    def stop(self):
        for program in [getattr(self, "gateway", None), *self.fakes.values()]:
            if program:
                program.__exit__(None, None, None)
