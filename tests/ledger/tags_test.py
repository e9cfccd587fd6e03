#!/usr/bin/env python3
"""Tags, teams and accounts, end to end: what requests and keys say is in the books, narrows exports down, spends from budgets,
and never reaches a cloud as a header; attempts that did not answer are booked to accounts of their own."""
import csv
import io
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from decimal import Decimal

sys.dont_write_bytecode = True
TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/fake"))
from program import BIN, Program, call  # noqa: E402

ADMIN = "admin-token-of-this-test-0123"
KEYS = {"PLAIN": "sk-fw-plain-0123456789abcdef", "TEAM": "sk-fw-team-0123456789abcdef"}
CONFIG = """version: 1
threads: 2
log: {{ format: text }}
listen: [{{ address: "127.0.0.1:0" }}]
admin: {{ address: "127.0.0.1:0", token: "${{env:ADMIN}}" }}
data_dir: {folder}/data
tags: {{ names: [team, project] }}
providers:
  one: {{ cloud: openai, base_url: "{one}/v1", auth: {{ api_key: "${{env:OPENAI}}" }} }}
  two: {{ cloud: openai, base_url: "{two}/v1", auth: {{ api_key: "${{env:OPENAI}}" }} }}
models:
  gpt-6-sol:
    deployments:
      - {{ provider: one, model: gpt-6-sol, name: one, price: {{ input: "1", output: "2" }} }}
      - {{ provider: two, model: gpt-6-sol, name: two, price: {{ input: "1", output: "2" }} }}
policies: {{ default: {{ prefer: ordered }} }}
tenants: {{ acme: {{}} }}
keys:
  - {{ name: plain, tenant: acme, key: "${{env:PLAIN}}" }}
  - {{ name: bound, tenant: acme, key: "${{env:TEAM}}", team: search, tags: {{ stage: prod }} }}
budgets:
  search: {{ usd: "0.02", teams: [search] }}
  poor: {{ usd: "0.000001", tags: ["project=poor"] }}
"""
BODY = {"model": "gpt-6-sol", "messages": [{"role": "user", "content": "hello"}], "max_completion_tokens": 50}


class Tags(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="fairway-tags-")
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.fakes = {}
        for name in ("one", "two"):
            fake = Program("fake", "--cloud", "openai", "--listen", "127.0.0.1:0", "--first-token-ms", "1", "--event-ms", "1")
            cls.addClassCleanup(fake.__exit__)
            cls.fakes[name] = fake.line("listening ").split()[-1]
        cls.file = cls.folder / "fairway.yaml"
        cls.file.write_text(CONFIG.format(folder=cls.folder, **cls.fakes))
        cls.start()
        cls.addClassCleanup(lambda: cls.gateway.__exit__())

    @classmethod
    def start(cls):
        cls.gateway = Program("serve", "-c", str(cls.file), env={"OPENAI": "sk-fake-openai", "ADMIN": ADMIN, **KEYS})
        said = {}
        while len(said) < 2:
            line = cls.gateway.child.stderr.readline().decode()
            assert line, "the gateway did not start"
            for what in ("listening: ", "admin: "):
                if line.startswith(what):
                    said[what] = "http://" + line.split()[-1]
        cls.base, cls.admin = said["listening: "], said["admin: "]

    def ask(self, key="PLAIN", tags=None, **more):
        headers = {"Authorization": f"Bearer {KEYS[key]}", **({"x-fairway-tags": tags} if tags is not None else {})}
        status, answer_headers, text = call(self.base + "/v1/chat/completions", {**BODY, **more}, headers)
        return status, answer_headers["x-request-id"], json.loads(text)

    def served(self, *args, **more):
        status, request, text = self.ask(*args, **more)
        self.assertEqual(status, 200, text)
        return request

    def refused(self, status, *args, **more):
        found, _, text = self.ask(*args, **more)
        self.assertEqual(found, status, text)
        return text["error"]

    def fairway(self, *args, status=0):
        done = subprocess.run([BIN, *args, "--data-dir", str(self.folder / "data")], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        return done.stdout

    def export(self, *args):
        return [json.loads(line) for line in self.fairway("ledger", "export", *args).splitlines()]

    def line_of(self, request):
        found = self.export("--request", request)
        self.assertEqual(len(found), 1)
        return found[0]

    def sums(self, *args):
        return [json.loads(line) for line in self.fairway("ledger", "sums", "--output", "ndjson", *args).splitlines()]

    def settled(self, budget, awaited):
        """What the budget says is settled: a core tells the others a little after the answer."""
        until = time.monotonic() + 20
        while True:
            found = {b["name"]: Decimal(b["settled_usd"]) for b in self.page("/admin/v1/budgets")["data"]}[budget]
            if found == awaited or time.monotonic() > until:
                return found

    def page(self, path):
        return json.loads(call(self.admin + path, headers={"Authorization": f"Bearer {ADMIN}"})[2])

    def test_tags_of_header_and_metadata_are_in_the_books_and_no_cloud_sees_the_header(self):
        request = self.served(tags="team=ads, project=x")
        line = self.line_of(request)
        self.assertEqual((line["tags"], line["team"], line["purpose"], line["account"]), ({"project": "x", "team": "ads"}, "ads", "first", "answers"))
        seen = json.loads(call(self.fakes["one"] + "/_fake/requests?last=1")[2])
        self.assertNotIn("x-fairway-tags", json.dumps(seen).lower())
        said = self.served(metadata={"project": "y", "trace": "any thing, = \" at all"})
        self.assertEqual(self.line_of(said)["tags"], {"project": "y"})
        both = self.served(tags="team=ads", metadata={"project": "\u0079", "team": "ads"})
        self.assertEqual(self.line_of(both)["tags"], {"project": "y", "team": "ads"})
        shown = next(x for x in self.page("/admin/v1/exchanges?limit=50")["data"] if x["request_id"] == request)
        self.assertEqual((shown["tags"], shown["team"], shown["attempts"][0]["purpose"]), ({"project": "x", "team": "ads"}, "ads", "first"))
        explained = self.page("/admin/v1/explain/" + request)
        self.assertEqual((explained["tags"], explained["attempts"][0]["purpose"]), ({"project": "x", "team": "ads"}, "first"))
        self.assertEqual({x["request_id"] for x in self.export("--team", "ads", "--tag", "project=x")}, {request})
        self.assertIn(said, {x["request_id"] for x in self.export("--tag", "project=y")})
        rows = {row["x_RequestId"]: json.loads(row["Tags"]) for row in csv.DictReader(io.StringIO(self.fairway("ledger", "export", "--output", "focus")), strict=True)}
        self.assertEqual(rows[request], {"key": "plain", "deployment": "one", "project": "x", "team": "ads"})
        by_team = {row["team"]: row for row in self.sums("--by", "team")}
        self.assertGreaterEqual(by_team["ads"]["attempts"], 2)
        lines = self.export("--team", "ads")
        self.assertEqual(Decimal(by_team["ads"]["cost_usd"]), sum(Decimal(x["cost_usd"]) for x in lines))
        csv_row = list(csv.DictReader(io.StringIO(self.fairway("ledger", "export", "--output", "csv", "--request", request)), strict=True))[0]
        self.assertEqual((csv_row["team"], csv_row["tags"], csv_row["purpose"], csv_row["account"]), ("ads", "project=x,team=ads", "first", "answers"))

    def test_a_keys_tags_are_its_requests_and_no_request_changes_them(self):
        line = self.line_of(self.served("TEAM", tags="project=x,team=search"))
        self.assertEqual(line["tags"], {"project": "x", "stage": "prod", "team": "search"})
        error = self.refused(400, "TEAM", tags="team=ads")
        self.assertEqual(error["param"], "x-fairway-tags")
        self.assertIn("the key says team=search, which a request cannot change", error["message"])
        error = self.refused(400, "TEAM", metadata={"team": "ads"})
        self.assertIn("the key says team=search", error["message"])
        self.assertEqual(self.line_of(self.served("TEAM"))["team"], "search")

    def test_what_is_malformed_or_not_taken_is_refused_with_what_was_expected(self):
        for tags, told in (("team", "expected NAME=VALUE"), ("team=a,team=b", "a second time"), ("stage=dev", "found the tag stage, expected some of team, project"),
                           ("Team=a", "a name of 1 to 32 lower case letters"), ("team=" + "x" * 65, "1 to 64 printable ASCII")):
            error = self.refused(400, tags=tags)
            self.assertEqual((error["code"], error["param"]), ("invalid_value", "x-fairway-tags"))
            self.assertIn(told, error["message"])
        for metadata, told in (({"team": "a=b"}, "a text of 1 to 64"), ({"team": 5}, "found 5"), ({"team": ""}, "found \"\"")):
            error = self.refused(400, metadata=metadata)
            self.assertEqual((error["code"], error["param"]), ("invalid_value", "metadata.team"))
            self.assertIn(told, error["message"])
        error = self.refused(400, tags="team=a", metadata={"team": "b"})
        self.assertIn("but x-fairway-tags says team=a", error["message"])
        status, _, text = call(self.base + "/v1/responses/resp_1", None, {"Authorization": f"Bearer {KEYS['PLAIN']}", "x-fairway-tags": "?"})
        self.assertEqual((status, json.loads(text)["error"]["param"]), (400, "x-fairway-tags"))

    def test_a_budget_by_tag_or_team_is_spent_by_whoever_is_tagged_so(self):
        error = self.refused(429, tags="project=poor")
        self.assertEqual(error["code"], "project_spend_limit_exceeded")
        self.assertIn("poor", error["message"])
        self.served(tags="project=rich")
        self.served("TEAM")
        self.served(tags="team=search")
        spent = sum(Decimal(x["cost_usd"]) for x in self.export("--team", "search"))
        self.assertEqual(self.settled("search", spent), spent)
        # ... and after a kill, from the books.
        self.gateway.stop(signal.SIGKILL)
        self.gateway.__exit__()
        self.start()
        self.assertEqual({b["name"]: Decimal(b["settled_usd"]) for b in self.page("/admin/v1/budgets")["data"]}["search"], spent)

    def test_an_attempt_that_failed_is_booked_beside_the_one_that_answered(self):
        self.assertEqual(call(self.fakes["one"] + "/_fake/faults", "status 500 times=1")[0], 200)
        request = self.served(tags="project=fails")
        lines = self.export("--request", request)
        self.assertEqual([(x["deployment"], x["purpose"], x["account"]) for x in lines], [("one", "first", "failures"), ("two", "fallback", "answers")])
        accounts = {row["account"]: row["attempts"] for row in self.sums("--by", "account", "--tag", "project=fails")}
        self.assertEqual(accounts, {"answers": 1, "failures": 1})
        self.assertEqual([x["purpose"] for x in self.export("--account", "failures", "--tag", "project=fails")], ["first"])
        self.assertEqual(json.loads(self.fairway("ledger", "verify", "--output", "json"))["different"], 0)

    def test_made_keys_carry_tags_too(self):
        admin = ["--admin", self.admin]
        done = subprocess.run([BIN, "keys", "create", *admin, "--name", "made", "--tenant", "acme", "--team", "ads", "--tag", "stage=dev", "--output", "json"],
                              capture_output=True, text=True, timeout=60, env={"FAIRWAY_ADMIN_TOKEN": ADMIN, "PATH": "/usr/bin:/bin"})
        self.assertEqual(done.returncode, 0, done.stderr)
        made = json.loads(done.stdout)
        made = made[0] if isinstance(made, list) else made
        KEYS["MADE"] = made["key"]
        self.assertEqual(self.line_of(self.served("MADE"))["tags"], {"stage": "dev", "team": "ads"})
        status, _, text = call(f"{self.admin}/admin/v1/keys/{made['id']}", {"team": "search", "tags": {"stage": None}}, {"Authorization": f"Bearer {ADMIN}"}, "PATCH")
        self.assertEqual((status, json.loads(text)["team"], json.loads(text)["tags"]), (200, "search", {"team": "search"}), text)
        self.assertEqual(self.line_of(self.served("MADE"))["tags"], {"team": "search"})
        environment = {"FAIRWAY_ADMIN_TOKEN": ADMIN, "PATH": "/usr/bin:/bin"}
        update = [BIN, "keys", "update", "made", *admin, "--output", "json"]
        done = subprocess.run([*update, "--tag", "stage=live", "--remove", "team", "--requests-per-minute", "500"], capture_output=True, text=True, timeout=60, env=environment)
        told = json.loads(done.stdout)
        told = told[0] if isinstance(told, list) else told
        self.assertEqual((done.returncode, told["tags"], told["team"], told["limits"]["requests_per_minute"]), (0, {"stage": "live"}, None, 500), done.stderr)
        self.assertEqual(self.line_of(self.served("MADE"))["tags"], {"stage": "live"})
        self.assertEqual(subprocess.run(update, capture_output=True, timeout=60, env=environment).returncode, 2)
        status, _, text = call(f"{self.admin}/admin/v1/keys/{made['id']}", {"tags": {"Stage": "x"}}, {"Authorization": f"Bearer {ADMIN}"}, "PATCH")
        self.assertEqual(status, 400)
        self.assertIn("a name of 1 to 32 lower case letters", text)


if __name__ == "__main__":
    unittest.main()
