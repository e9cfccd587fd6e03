#!/usr/bin/env python3
"""Every answer of the admin plane is what docs/openapi.yaml says, member by member, and every page stands there."""
import json
import pathlib
import re
import sys
import tempfile
import time
import unittest

import jsonschema
import yaml

sys.dont_write_bytecode = True
TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/fake"))
from program import Program, call  # noqa: E402

KEY, ADMIN, TENANT_TOKEN, MINTER = "sk-fw-admin-0123456789abcdef", "admin-token-of-this-test-0123", "tenant-token-of-this-test-0123", "minter-token-of-this-test-0123"
CONFIG = """version: 1
threads: 2
log: {{ format: text }}
listen: [{{ address: "127.0.0.1:0" }}]
admin:
  address: "127.0.0.1:0"
  tokens:
    - {{ name: all, token: "${{env:ADMIN}}", role: owner }}
    - {{ name: team, token: "${{env:TEAM}}", tenant: team }}
    - {{ name: minter, token: "${{env:MINTER}}", tenant: team, role: keys }}
data_dir: {folder}/data
alerts: {{ webhooks: [{{ name: nobody, url: "${{env:HOOK}}" }}] }}
budgets: {{ tiny: {{ usd: "0.0000001", per: day, hard: false, keys: [one] }} }}
providers:
  direct: {{ cloud: openai, base_url: "{openai}/v1", auth: {{ api_key: "${{env:OPENAI}}" }} }}
  azure: {{ cloud: azure, base_url: "{azure}/openai/v1", auth: {{ api_key: "${{env:AZURE}}" }}, scope: us }}
models:
  gpt-6-sol:
    deployments:
      - {{ provider: direct, model: gpt-6-sol, name: direct, price: {{ input: "1", cache_read: "0.1", output: "2" }} }}
      - {{ provider: azure, model: sol, name: pool, price: {{ input: "0", output: "0" }}, pool: {{ tokens_per_minute: 1, weights: {{ output: 4 }}, usd_per_hour: "10", bid: {{ from_percent: 50, usd_per_million: "5" }} }} }}
commitments: {{ year: {{ usd: "1000", from: 2026-01-01, until: 2099-01-01, providers: direct }} }}
policies: {{ default: {{}}, other: {{}} }}
tenants: {{ team: {{}} }}
keys: [{{ name: one, tenant: team, key: "${{env:KEY}}", budget: {{ usd: "100" }} }}]
"""
ENVIRONMENT = {"OPENAI": "sk-fake-openai", "AZURE": "fake-azure-key", "ADMIN": ADMIN, "TEAM": TENANT_TOKEN, "MINTER": MINTER, "KEY": KEY, "HOOK": "http://127.0.0.1:1/in"}


def strict(schema):
    """The same, where a member that the document does not name is a fault."""
    if isinstance(schema, list):
        return [strict(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: strict(value) for key, value in schema.items()}
    if "properties" in out:
        out.setdefault("unevaluatedProperties" if "allOf" in out else "additionalProperties", False)
    return out


class Admin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.document = yaml.safe_load((TOP / "docs/openapi.yaml").read_text())
        cls.document["components"]["schemas"] = strict(cls.document["components"]["schemas"])
        # A page's members are named in two places.
        del cls.document["components"]["schemas"]["Page"]["additionalProperties"]
        cls.folder = tempfile.TemporaryDirectory(prefix="fairway-admin-")
        cls.addClassCleanup(cls.folder.cleanup)
        urls = {}
        for cloud, options in {"openai": [], "azure": ["--model", "sol=gpt-6-sol"]}.items():
            urls[cloud] = cls.start("fake", "--cloud", cloud, "--listen", "127.0.0.1:0", "--speed", "0", *options).line("listening ").split()[-1]
        file = pathlib.Path(cls.folder.name) / "fairway.yaml"
        file.write_text(CONFIG.format(folder=cls.folder.name, **urls))
        gateway = cls.start("serve", "-c", str(file), env=ENVIRONMENT)
        said = ""
        while not said.startswith("listening: "):
            said = gateway.child.stderr.readline().decode()
            assert said, "the gateway did not start"
        cls.base = "http://" + said.split()[-1]
        cls.admin = "http://" + gateway.child.stderr.readline().decode().split()[-1]
        cls.ids = [cls.chat(), cls.chat(stream=True), cls.chat(model="gpt-6-lunar"), cls.chat(seed=1, logprobs=True)]

    @classmethod
    def start(cls, *arguments, **options):
        program = Program(*arguments, **options)
        program.__enter__()
        cls.addClassCleanup(program.__exit__, None, None, None)
        return program

    @classmethod
    def chat(cls, **more):
        body = {"model": "gpt-6-sol", "messages": [{"role": "user", "content": "hello"}], **more}
        status, fields, text = call(cls.base + "/v1/chat/completions", body, {"Authorization": f"Bearer {KEY}"})
        assert status in (200, 404), text
        return fields["x-request-id"]

    def check(self, path, status=200, template=None, token=ADMIN, **sent):
        """Asks (query, method, body), and holds what comes against the document; what is sent, too, where it is answered."""
        query, method, body = sent.get("query", ""), sent.get("method", "GET"), sent.get("body")
        got, fields, text = call(self.admin + path + query, body, {"Authorization": f"Bearer {token}"} if token else {}, method)
        self.assertEqual(got, status, text)
        operation = self.document["paths"][template or path][method.lower()]
        answer = operation["responses"][str(status)]
        if body and status < 300:
            schema = {**strict(operation["requestBody"]["content"]["application/json"]["schema"]), "components": self.document["components"]}
            self.assertEqual([e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(body)], [])
        if "$ref" in answer:
            answer = self.document["components"]["responses"][answer["$ref"].split("/")[-1]]
        kind = fields["content-type"]
        self.assertIn(kind, answer["content"], f"{path} answers {kind}")
        value = json.loads(text) if kind == "application/json" else text
        schema = {**strict(answer["content"][kind]["schema"]), "components": self.document["components"]}
        faults = [f"{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in jsonschema.Draft202012Validator(schema).iter_errors(value)]
        self.assertEqual(faults, [], text)
        return value

    def test_every_page_is_as_documented(self):
        exchanges = self.check("/admin/v1/exchanges")["data"]
        self.assertEqual({e["request_id"] for e in exchanges}, set(self.ids))
        self.assertGreaterEqual(len(self.check("/admin/v1/decisions")["data"]), 3)
        self.assertEqual([b["keys"] for b in self.check("/admin/v1/budgets")["data"]], [["one"], ["one"]])
        until = time.monotonic() + 30
        while not (alerts := self.check("/admin/v1/alerts"))["data"] and time.monotonic() < until:
            pass  # a lease tells what was spent a moment later
        self.assertIn("budget.threshold", {a["type"] for a in alerts["data"]})
        self.assertEqual(alerts["webhooks"][0]["name"], "nobody")
        self.assertEqual(self.check("/admin/v1/commitments")["data"][0]["providers"], ["direct"])
        self.assertEqual(len(self.check("/admin/v1/deployments")["data"]), 2)
        self.assertTrue(self.check("/admin/v1/books")["journal"]["records"])
        for request_id in (self.ids[0], self.ids[3]):
            told = self.check(f"/admin/v1/explain/{request_id}", template="/admin/v1/explain/{request_id}")
            self.assertEqual({c["deployment"] for c in told["candidates"]}, {"direct", "pool"})
        self.assertIn("fairway_requests_total", self.check("/metrics"))
        for probe in ("/livez", "/readyz", "/healthz"):
            self.check(probe, token=None)

    def test_keys_and_the_audit_are_as_documented(self):
        one, turn = "/admin/v1/keys/{id}", "/admin/v1/keys/{id}/rotate"
        made = self.check("/admin/v1/keys", 201, method="POST", body={
            "name": "made", "tenant": "team", "models": ["gpt-6-sol"], "limits": {"tokens_per_minute": 5}, "budget": {"usd": "1", "per": "day"}, "expires": "2099-01-01",
            "addresses": ["10.0.0.0/8", "::1"], "endpoints": ["chat"]})
        here = f"/admin/v1/keys/{made['id']}"
        self.assertEqual(self.check(here, template=one)["addresses"], ["10.0.0.0/8", "0:0:0:0:0:0:0:1"])
        self.check(here, template=one, method="PATCH", body={"disabled": True, "models": None, "limits": {"tokens_per_minute": None}})
        self.assertEqual(self.check(here + "/rotate", template=turn, method="POST", body={"grace_s": 60})["id"], made["id"])
        self.assertEqual(self.check(here + "/rotate", template=turn, method="POST")["id"], made["id"])
        self.assertEqual([k["origin"] for k in self.check("/admin/v1/keys")["data"]], ["config", "minted"])
        self.assertEqual(self.check("/admin/v1/keys", query="?limit=1")["next"], "config:one")
        self.assertEqual(self.check("/admin/v1/keys", query="?limit=1&after=config:one")["next"], None)
        for status, method, path, body in ((400, "POST", "/admin/v1/keys", {"nmae": "x"}), (409, "POST", "/admin/v1/keys", {"name": "one"}), (401, "POST", "/admin/v1/keys", {"name": "x"})):
            self.check(path, status, method=method, body=body, token=None if status == 401 else ADMIN)
        self.check("/admin/v1/keys", 404, method="POST", body={"name": "x", "tenant": "nobody"}, token=MINTER)
        self.check("/admin/v1/keys", 403, method="POST", body={"name": "x", "policy": "other"}, token=MINTER)
        for method, body, template, end in (("PATCH", {"disabled": False}, one, ""), ("DELETE", None, one, ""), ("POST", {}, turn, "/rotate")):
            self.check(here + end, 403, template=template, method=method, body=body, token=TENANT_TOKEN)
            self.check("/admin/v1/keys/none" + end, 404, template=template, method=method, body=body)
            self.check("/admin/v1/keys/config:one" + end, 409, template=template, method=method, body=body)
        self.check(here, 400, template=one, method="PATCH", body={"disabled": 1})
        self.check(here + "/rotate", 400, template=turn, method="POST", body={"grace_s": "x"})
        self.check("/admin/v1/keys/none", 404, template=one)
        self.assertEqual(self.check(here, template=one, method="DELETE")["state"], "revoked")
        self.assertEqual([a["act"] for a in self.check("/admin/v1/audit")["data"]], ["revoke", "rotate", "rotate", "change", "create"])
        self.assertTrue(self.check("/admin/v1/audit", query="?limit=2")["next"])
        self.check("/admin/v1/audit", 400, query="?limit=x")

    def test_refusals_are_as_documented(self):
        self.check("/admin/v1/exchanges", 401, token=None)
        self.check("/admin/v1/exchanges", 400, query="?limit=0")
        self.check("/admin/v1/decisions", 400, query="?limit=1001")
        self.check("/admin/v1/alerts", 400, query="?limit=all")
        self.check("/admin/v1/explain/req_none", 404, template="/admin/v1/explain/{request_id}")
        for page in ("/metrics", "/admin/v1/alerts"):
            self.check(page, 403, token=TENANT_TOKEN)
        for page in ("decisions", "budgets", "commitments", "books", "deployments", "keys", "audit"):
            self.check(f"/admin/v1/{page}", token=TENANT_TOKEN)
        self.assertEqual({e["tenant"] for e in self.check("/admin/v1/exchanges", token=TENANT_TOKEN)["data"]}, {"team"})

    def test_no_page_is_missing_in_the_document(self):
        _, _, text = call(self.admin + "/nothing", headers={"Authorization": f"Bearer {ADMIN}"})
        told = set(re.findall(r"/[a-z0-9/]+[a-z0-9]", json.loads(text)["error"]["message"].replace("/ID", "/id")))
        written = {re.sub(r"\{\w+\}", "id", path) for path in self.document["paths"]} - {"/livez", "/readyz", "/healthz"}
        self.assertEqual(told, written)


if __name__ == "__main__":
    unittest.main()
