#!/usr/bin/env python3
"""What the choice sees, says and keeps, on the real program over fake clouds: needs, rules, scopes, sessions."""
import concurrent.futures
import json
import pathlib
import select
import sys
import tempfile
import time
import unittest
from decimal import Decimal

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fake"))
from program import Program, call  # noqa: E402

KEYS = {"plain": "sk-fw-choice-plain-0123456789", "paced": "sk-fw-choice-paced-0123456789", "us": "sk-fw-choice-us-0123456789", "eu": "sk-fw-choice-eu-0123456789",
        "ruled": "sk-fw-choice-ruled-0123456789"}
ADMIN = "admin-token-of-the-choice-0123"

CONFIG = """version: 1
threads: 1
log: {{ format: text }}
listen: [{{ address: "127.0.0.1:0" }}]
admin: {{ address: "127.0.0.1:0", token: "${{env:ADMIN}}" }}
providers:
  direct: {{ cloud: openai, base_url: "{openai}/v1", auth: {{ api_key: "${{env:OPENAI}}" }} }}
  azure: {{ cloud: azure, base_url: "{azure}/openai/v1", auth: {{ api_key: "${{env:AZURE}}" }}, scope: us }}
  runtime: {{ cloud: bedrock, region: us-east-1, base_url: "{bedrock}", auth: {{ access_key_id: "${{env:AWS_ID}}", secret_access_key: "${{env:AWS_SECRET}}" }}, scope: us }}
models:
  gpt-6-sol:
    deployments:
      - {{ provider: direct, model: gpt-6-sol, name: direct, price: {{ input: "1", cache_read: "0.1", output: "2" }} }}
      - {{ provider: azure, model: sol, name: azure, price: {{ input: "1.2", cache_read: "0.1", output: "2.2" }} }}
      - {{ provider: runtime, model: global.openai.gpt-6-sol, name: anywhere, price: {{ input: "0.9", output: "1.9" }} }}
policies:
  plain: {{ prefer: cheapest }}
  us-only: {{ prefer: cheapest, residency: us }}
  eu-only: {{ prefer: cheapest, residency: eu }}
  ruled:
    prefer: cheapest
    never: {{ deployments: anywhere }}
    rules:
      - {{ when: {{ features: vision }}, only: {{ clouds: azure }} }}
      - {{ when: {{ operations: responses }}, prefer: ordered }}
keys:
  - {{ name: plain, key: "${{env:PLAIN}}", policy: plain }}
  - {{ name: us, key: "${{env:US}}", policy: us-only }}
  - {{ name: eu, key: "${{env:EU}}", policy: eu-only }}
  - {{ name: ruled, key: "${{env:RULED}}", policy: ruled }}
"""
SECRETS = {"OPENAI": "sk-fake-openai", "AZURE": "fake-azure-key", "AWS_ID": "AKIAIOSFODNN7EXAMPLE",
           "AWS_SECRET": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "ADMIN": ADMIN}
FAKES = {"openai": [], "azure": ["--model", "sol=gpt-6-sol"], "bedrock": []}
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}


class Choice(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.programs, urls = [], {}
        for cloud, options in FAKES.items():
            fake = cls.start("fake", "--cloud", cloud, "--listen", "127.0.0.1:0", "--speed", "0", *options)
            urls[cloud] = fake.line("listening ").split()[-1]
        cls.folder = tempfile.TemporaryDirectory(prefix="fairway-choice-")
        file = pathlib.Path(cls.folder.name) / "fairway.yaml"
        file.write_text(CONFIG.format(**urls))
        env = {**SECRETS, **{name.upper(): key for name, key in KEYS.items()}}
        gateway = cls.start("serve", "-c", str(file), env=env)
        said = ""
        while not said.startswith("listening: "):
            said = gateway.child.stderr.readline().decode()
            assert said, "the gateway did not start"
        cls.base = "http://" + said.split()[-1] + "/v1"
        cls.admin = "http://" + gateway.child.stderr.readline().decode().split()[-1]

    @classmethod
    def start(cls, *arguments, **options):
        program = Program(*arguments, **options)
        program.__enter__()
        cls.programs.append(program)
        return program

    @classmethod
    def tearDownClass(cls):
        for program in reversed(cls.programs):
            program.__exit__(None, None, None)
        cls.folder.cleanup()

    def ask(self, key, path, body, headers=()):
        status, fields, text = call(self.base + path, {"model": "gpt-6-sol", **body}, {"Authorization": f"Bearer {KEYS[key]}", **dict(headers)})
        return status, {name.lower(): value for name, value in fields.items()}, json.loads(text)

    def chat(self, key, content="hello", headers=(), **more):
        return self.ask(key, "/chat/completions", {"messages": [{"role": "user", "content": content}], **more}, headers)

    def explain(self, fields):
        status, _, text = call(self.admin + "/admin/v1/explain/" + fields["x-request-id"], headers={"Authorization": f"Bearer {ADMIN}"})
        self.assertEqual(status, 200, text)
        return json.loads(text)

    def candidate(self, told, name):
        return next(c for c in told["candidates"] if c["deployment"] == name)

    def test_what_a_request_needs_is_told_where_nothing_is_translated(self):
        status, fields, _ = self.chat("plain", [{"type": "text", "text": "what is \"type\":\"input_file\"?"}, IMAGE])
        told = self.explain(fields)
        self.assertEqual((status, told["needs"]["features"]), (200, ["text", "vision"]))
        _, fields, _ = self.ask("plain", "/responses", {"input": "hi", "store": False, "tools": [{"type": "web_search_preview"}]})
        self.assertIn("hosted_tool:web_search_preview", self.explain(fields)["needs"]["features"])

    def test_the_first_rule_for_a_request_counts(self):
        _, fields, _ = self.chat("ruled", [IMAGE])
        told = self.explain(fields)
        self.assertEqual((fields["x-fairway-deployment"], told["rule"], self.candidate(told, "direct")["reason"]),
                         ("azure", 0, "the policy ruled.rules[0] leaves it out (only, never)"))
        _, fields, _ = self.ask("ruled", "/responses", {"input": "hi", "store": False})
        self.assertEqual((fields["x-fairway-deployment"], self.explain(fields)["prefer"]), ("direct", "ordered"))
        _, fields, _ = self.chat("ruled")
        self.assertEqual((fields["x-fairway-deployment"], self.explain(fields)["rule"]), ("direct", None))

    def test_a_global_profile_is_global_whatever_its_provider_says(self):
        _, fields, _ = self.ask("us", "/responses", {"input": "hi"})
        told = self.explain(fields)
        anywhere = self.candidate(told, "anywhere")
        self.assertEqual((fields["x-fairway-deployment"], anywhere["scope"], anywhere["admissible"], anywhere["verdict"]), ("azure", "global", False, "residency"))
        _, fields, _ = self.ask("plain", "/responses", {"input": "hi"})
        self.assertEqual(fields["x-fairway-deployment"], "anywhere")

    def test_a_refusal_for_residency_names_the_rule_and_the_nearest_offers(self):
        status, _, body = self.chat("eu")
        self.assertEqual((status, body["error"]["code"]), (403, "residency_unsatisfiable"))
        for words in ("the policy 'eu-only' allows processing in eu only (residency)", "is served in", "it is offered there by", "openai in eu", "azure in eu"):
            self.assertIn(words, body["error"]["message"])

    def test_what_a_cloud_is_known_to_refuse_is_tried_last(self):
        status, fields, _ = self.ask("plain", "/responses", {"input": "hi", "background": True})
        anywhere = self.candidate(self.explain(fields), "anywhere")
        self.assertEqual((status, fields["x-fairway-deployment"]), (200, "direct"))
        self.assertEqual((anywhere["verdict"], anywhere["compatibility"]["verdict"], anywhere["compatibility"]["lost"]), ("doubtful", "impossible", ["background"]))

    def test_a_session_stays_where_its_prompt_lies_warm(self):
        prompt = "a long story. " * 700
        for header in ("session-id", "x-session-id", "x-claude-code-session-id"):
            for _ in range(2):
                _, fields, _ = self.chat("ruled", prompt + header, {header: "s-" + header})
            served = self.candidate(self.explain(fields), fields["x-fairway-deployment"])
            self.assertGreater(served["price"]["warm_tokens"], 1000, header)
            _, fields, _ = self.chat("ruled", "short", {header: "another-" + header})
            self.assertEqual(self.candidate(self.explain(fields), fields["x-fairway-deployment"])["price"]["warm_tokens"], 0)

    def test_all_of_it_replays(self):
        self.chat("ruled", [IMAGE])
        status, _, text = call(self.admin + "/admin/v1/decisions?limit=1000", headers={"Authorization": f"Bearer {ADMIN}"})
        self.assertEqual(status, 200, text)
        records = pathlib.Path(self.folder.name) / "decisions.json"
        records.write_text(text)
        with Program("replay", str(records), "--output", "json") as replay:
            told = json.loads(replay.child.stdout.read())
        self.assertEqual((told["different"], told["replayed"]), (0, len(json.loads(text)["data"])))
        self.assertGreater(told["replayed"], 0)


class Budgets(unittest.TestCase):
    """What a key may spend holds over cores and over a kill -9."""

    CONFIG = """version: 1
log: {{ format: text }}
listen: [{{ address: "127.0.0.1:0" }}]
admin: {{ address: "127.0.0.1:0", token: "${{env:ADMIN}}" }}
providers: {{ direct: {{ cloud: openai, base_url: "{openai}/v1", auth: {{ api_key: "${{env:OPENAI}}" }} }} }}
models: {{ gpt-6-sol: {{ deployments: [{{ provider: direct, model: gpt-6-sol, price: {{ input: "1", cache_read: "0.1", output: "2" }} }}] }} }}
keys:
  - {{ name: team, key: "${{env:PLAIN}}", budget: {{ usd: "0.01", per: month }}, limits: {{ requests_per_minute: 600, tokens_per_minute: 200000 }} }}
"""

    def serve(self):
        gateway = Program("serve", "-c", str(self.file), env={**SECRETS, "PLAIN": KEYS["plain"], "PACED": KEYS["paced"]})
        said = ""
        while not said.startswith("listening: "):
            said = gateway.child.stderr.readline().decode()
            self.assertTrue(said, "the gateway did not start")
        self.base = "http://" + said.split()[-1] + "/v1"
        self.admin = "http://" + gateway.child.stderr.readline().decode().split()[-1]
        return gateway

    def budget(self):
        status, _, text = call(self.admin + "/admin/v1/budgets", headers={"Authorization": f"Bearer {ADMIN}"})
        self.assertEqual(status, 200, text)
        return json.loads(text)["data"][0]

    def settled_when_all_is_told(self):
        until = time.monotonic() + 30
        while Decimal((now := self.budget())["reserved_usd"]) > 0 and time.monotonic() < until:
            select.select([], [], [], 0.05)
        return Decimal(now["settled_usd"])

    def ask(self):
        body = {"model": "gpt-6-sol", "max_tokens": 1000, "messages": [{"role": "user", "content": "hello"}]}
        status, fields, text = call(self.base + "/chat/completions", body, {"Authorization": f"Bearer {KEYS['plain']}"})
        return status, {name.lower(): value for name, value in fields.items()}, json.loads(text)

    def offline(self, *arguments):
        with Program(*arguments, "-c", str(self.file), "--output", "json", env={**SECRETS, "PLAIN": KEYS["plain"], "PACED": KEYS["paced"]}) as program:
            text = program.child.stdout.read().decode()
            self.assertEqual(program.child.wait(), 0, program.child.stderr.read())
            return json.loads(text)

    def replays_from_what_is_left(self, request_id):
        """The gateway is dead: its journal is enough to explain and to decide again, and is left as it is."""
        folder = self.file.parent / "fairway-data"
        before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
        told = self.offline("replay")
        self.assertEqual((told["different"], told["differences"]), (0, []))
        self.assertGreaterEqual(told["replayed"], 40)
        explained = self.offline("explain", request_id)
        self.assertEqual((explained["request_id"], explained["policy"], explained["chosen"]), (request_id, "default", "direct/gpt-6-sol"))
        self.assertEqual([(a["deployment"], a["outcome"]) for a in explained["attempts"]], [("direct/gpt-6-sol", "none")])
        self.assertEqual({path: path.stat().st_mtime_ns for path in folder.rglob("*")}, before)

    def test_what_was_spent_is_known_after_a_kill_and_the_limit_is_never_passed(self):
        with Program("fake", "--cloud", "openai", "--listen", "127.0.0.1:0", "--speed", "0") as fake, tempfile.TemporaryDirectory(prefix="fairway-budget-") as folder:
            self.file = pathlib.Path(folder) / "fairway.yaml"
            self.file.write_text(self.CONFIG.format(openai=fake.line("listening ").split()[-1]))
            cost = Decimal(0)
            with self.serve() as gateway:
                with concurrent.futures.ThreadPoolExecutor(8) as pool:
                    answers = list(pool.map(lambda _: self.ask(), range(40)))
                self.assertLessEqual({status for status, _, _ in answers}, {200, 429})
                for fields in (fields for status, fields, _ in answers if status == 200):  # the others found all reserved by their neighbours
                    cost += Decimal(fields["x-fairway-cost-usd"])
                self.assertIn("x-ratelimit-remaining-requests", fields)
                self.assertLessEqual(cost, Decimal("0.01"))
                gateway.child.kill()
                gateway.child.wait()
            self.replays_from_what_is_left(fields["x-request-id"])
            with self.serve():
                self.assertEqual(self.settled_when_all_is_told(), cost)
                while (asked := self.ask())[0] == 200:
                    cost += Decimal(asked[1]["x-fairway-cost-usd"])
                self.assertEqual((asked[0], asked[2]["error"]["code"], asked[2]["error"]["type"]), (429, "project_spend_limit_exceeded", "insufficient_quota"))
                self.assertIn("key/team", asked[2]["error"]["message"])
                self.assertEqual(self.settled_when_all_is_told(), cost)
                self.assertLessEqual(cost, Decimal("0.01"))


class Capacity(unittest.TestCase):
    """What was bought ahead: pools that fill and spill over to another cloud, commitments that are drawn down."""

    CONFIG = """version: 1
threads: 2
log: {{ format: text }}
listen: [{{ address: "127.0.0.1:0" }}]
admin: {{ address: "127.0.0.1:0", token: "${{env:ADMIN}}" }}
providers:
  direct: {{ cloud: openai, base_url: "{openai}/v1", auth: {{ api_key: "${{env:OPENAI}}" }} }}
  promised: {{ cloud: openai, base_url: "{openai}/v1", auth: {{ api_key: "${{env:OPENAI}}" }} }}
  azure: {{ cloud: azure, base_url: "{azure}/openai/v1", auth: {{ api_key: "${{env:AZURE}}" }}, scope: us }}
models:
  pooled:
    deployments:
      - {{ provider: direct, model: gpt-6-sol, name: direct, price: {{ input: "1", cache_read: "0.1", output: "2" }} }}
      - {{ provider: azure, model: sol, name: ptu, pool: {{ tokens_per_minute: 100, window_s: 3600, weights: {{ cache_read: 0, output: 2 }}, usd_per_hour: "12.5" }} }}
  refusing:
    deployments:
      - {{ provider: direct, model: gpt-6-sol, name: direct, price: {{ input: "1", cache_read: "0.1", output: "2" }} }}
      - {{ provider: azure, model: sol, name: ptu, pool: {{ units: 100, tokens_per_minute_per_unit: 3400, weights: {{ output: 8 }} }} }}
  bidding:
    deployments:
      - {{ provider: direct, model: gpt-6-sol, name: direct, price: {{ input: "1", cache_read: "0.1", output: "2" }} }}
      - {{ provider: azure, model: sol, name: ptu, pool: {{ tokens_per_minute: 100, window_s: 3600, weights: {{ output: 2 }}, bid: {{ usd_per_million: "100", from_percent: 30 }} }} }}
  committed:
    deployments:
      - {{ provider: direct, model: gpt-6-sol, name: cheap, price: {{ input: "1", cache_read: "0.1", output: "2" }} }}
      - {{ provider: promised, model: gpt-6-sol, name: dear, price: {{ input: "3", cache_read: "0.3", output: "6" }} }}
commitments: {{ edp: {{ usd: "0.01", providers: promised, from: 2026-01-01, until: 2100-01-01, draw: soon }} }}
policies: {{ default: {{}}, paced: {{ pacing: soft }} }}
keys:
  - {{ name: team, key: "${{env:PLAIN}}" }}
  - {{ name: paced, key: "${{env:PACED}}", policy: paced, budget: {{ usd: "0.0001", per: hour, hard: false }} }}
"""
    serve = Budgets.serve
    offline = Budgets.offline

    def run(self, result=None):
        with Program("fake", "--cloud", "openai", "--listen", "127.0.0.1:0", "--speed", "0") as openai, \
                Program("fake", "--cloud", "azure", "--listen", "127.0.0.1:0", "--speed", "0", "--model", "sol=gpt-6-sol") as azure, \
                tempfile.TemporaryDirectory(prefix="fairway-capacity-") as folder:
            self.azure = azure.line("listening ").split()[-1]
            self.file = pathlib.Path(folder) / "fairway.yaml"
            self.file.write_text(self.CONFIG.format(openai=openai.line("listening ").split()[-1], azure=self.azure))
            return super().run(result)

    def ask(self, model, key="plain"):
        body = {"model": model, "max_tokens": 100, "messages": [{"role": "user", "content": "hello"}]}
        status, fields, text = call(self.base + "/chat/completions", body, {"Authorization": f"Bearer {KEYS[key]}"})
        self.assertEqual(status, 200, text)
        return {name.lower(): value for name, value in fields.items()}, json.loads(text)["usage"]

    def told(self, path):
        status, _, text = call(self.admin + path, headers={"Authorization": f"Bearer {ADMIN}"})
        self.assertEqual(status, 200, text)
        return text if path == "/metrics" else json.loads(text)

    def until(self, path, holds):
        """What the admin plane tells there, once it holds: what a core learned reaches the others within 50 ms."""
        end = time.monotonic() + 30
        while not holds(told := self.told(path)) and time.monotonic() < end:
            select.select([], [], [], 0.02)
        self.assertTrue(holds(told), told)
        return told

    def pool(self, told, model):
        return next(d["pool"] for d in told["data"] if (d["model"], d["deployment"]) == (model, "ptu"))

    def fill(self, model):
        """Asks until another place serves; what the pool took, and the spilled answer."""
        taken = 0
        for _ in range(2000):
            fields, usage = self.ask(model)
            if fields["x-fairway-deployment"] == "direct":
                return taken, fields
            self.assertEqual(fields["x-fairway-cost-usd"], "0")
            taken += usage["prompt_tokens"] + 2 * usage["completion_tokens"]
            percent = min(100, 100 * taken / 6000)
            self.until("/admin/v1/deployments", lambda told: abs(self.pool(told, model)["utilisation_percent"] - percent) < 1)
        self.fail("the pool never filled")

    def test_a_full_pool_spills_to_another_cloud_and_what_that_costs_is_told(self):
        with self.serve() as gateway:
            taken, spilled = self.fill("pooled")
            self.assertTrue(5000 < taken < 8000, taken)  # a core may serve a few before it hears of the other's
            now = self.pool(self.told("/admin/v1/deployments"), "pooled")
            self.assertEqual((now["tokens_per_minute"], now["usd_per_hour"], now["weights"]), (100, "12.5", {"input": 1, "cache_read": 0, "output": 2}))
            explained = self.told("/admin/v1/explain/" + spilled["x-request-id"])
            spill = explained["spill"]
            self.assertEqual((spill["from"], spill["to"], spill["why"], explained["chosen"]), ("ptu", "direct", "full", "direct"))
            self.assertGreater(Decimal(spill["more_usd"]), 0)
            ptu = next(c for c in explained["candidates"] if c["deployment"] == "ptu")
            self.assertEqual((ptu["verdict"], ptu["reason"], ptu["pool"]["utilisation_percent"]), ("throttled", "the pool is full", 100))
            record = self.until("/admin/v1/exchanges?limit=1", lambda told: told["data"][0]["request_id"] == spilled["x-request-id"])["data"][0]
            self.assertEqual(record["spill"], {"from": "ptu", "why": "full", "more_usd": spilled["x-fairway-cost-usd"]})
            page = self.told("/metrics")
            label = 'model="pooled",deployment="ptu",provider="azure",cloud="azure"'
            self.assertIn(f'fairway_pool_spills_total{{{label},why="full"}} 1\n', page)
            self.assertIn(f'fairway_pool_spill_cost_usd_total{{{label}}} {spilled["x-fairway-cost-usd"]}\n', page)
            self.assertIn(f"fairway_pool_usd_per_hour{{{label}}} 12.5\n", page)
            gateway.child.kill()
            gateway.child.wait()
        self.assertEqual(self.offline("replay")["different"], 0)
        self.assertEqual(self.offline("explain", spilled["x-request-id"])["spill"], spill)

    def test_a_filling_pool_leaves_room_for_what_is_dear_elsewhere(self):
        with self.serve():
            taken, spilled = self.fill("bidding")
            self.assertTrue(1800 <= taken < 5000, taken)
            explained = self.told("/admin/v1/explain/" + spilled["x-request-id"])
            self.assertEqual(explained["spill"]["why"], "bid")
            self.assertGreater(Decimal(explained["spill"]["bid_usd"]), Decimal(explained["spill"]["more_usd"]))
            self.assertGreater(Decimal(self.pool(self.told("/admin/v1/deployments"), "bidding")["bid_usd_per_million"]), 0)

    def test_a_429_with_a_utilisation_says_that_the_pool_is_full(self):
        with self.serve():
            fields, _ = self.ask("refusing")
            self.assertEqual(fields["x-fairway-deployment"], "ptu")
            script = "status 429 retry_after_ms=50 headers.azure-openai-deployment-utilization=100%"
            status, _, text = call(self.azure + "/_fake/faults", script, {"Content-Type": "text/plain"})
            self.assertEqual(status, 200, text)
            fields, _ = self.ask("refusing")
            self.assertEqual((fields["x-fairway-deployment"], fields["x-fairway-attempts"]), ("direct", "2"))
            self.assertEqual(self.told("/admin/v1/explain/" + fields["x-request-id"])["spill"]["why"], "refused")
            self.until("/admin/v1/deployments", lambda told: self.pool(told, "refusing")["utilisation_percent"] == 100)
            end = time.monotonic() + 30  # until the other core has heard of it too
            while (asked := self.ask("refusing")[0])["x-fairway-deployment"] == "ptu" and time.monotonic() < end:
                select.select([], [], [], 0.02)
            self.assertEqual((asked["x-fairway-deployment"], asked["x-fairway-attempts"]), ("direct", "1"))
            self.assertEqual(self.told("/admin/v1/explain/" + asked["x-request-id"])["spill"]["why"], "full")

    def test_a_budget_that_is_gone_early_makes_service_count_for_less(self):
        with self.serve():
            pressure = 0
            end = time.monotonic() + 30  # in seconds of an hour as little passes; but all of the budget is spent
            while pressure == 0 and time.monotonic() < end:
                fields, _ = self.ask("committed", "paced")
                pressure = self.told("/admin/v1/explain/" + fields["x-request-id"])["pressure_percent"]
            self.assertGreater(pressure, 0)
            fields, _ = self.ask("committed")
            self.assertEqual(self.told("/admin/v1/explain/" + fields["x-request-id"])["pressure_percent"], 0)

    def commitment(self):
        return self.told("/admin/v1/commitments")["data"][0]

    def test_a_commitment_is_drawn_down_over_a_kill_and_met_once(self):
        cost = Decimal(0)
        with self.serve() as gateway:
            self.assertEqual(self.commitment()["drawn_usd"], "0")
            for _ in range(3):
                fields, _ = self.ask("committed")
                self.assertEqual(fields["x-fairway-deployment"], "dear")
                cost += Decimal(fields["x-fairway-cost-usd"])
            self.until("/admin/v1/commitments", lambda told: Decimal(told["data"][0]["drawn_usd"]) == cost)
            candidate = next(c for c in self.told("/admin/v1/explain/" + fields["x-request-id"])["candidates"] if c["deployment"] == "dear")
            self.assertGreater(candidate["price"]["paid_percent"], 99)
            gateway.child.kill()
            gateway.child.wait()
        with self.serve():
            now = self.commitment()
            self.assertEqual((Decimal(now["drawn_usd"]), Decimal(now["left_usd"]), now["providers"]), (cost, Decimal("0.01") - cost, ["promised"]))
            while (asked := self.ask("committed")[0])["x-fairway-deployment"] == "dear":
                cost += Decimal(asked["x-fairway-cost-usd"])
                self.until("/admin/v1/commitments", lambda told: Decimal(told["data"][0]["drawn_usd"]) == cost)
            self.assertGreaterEqual(cost, Decimal("0.01"))
            self.assertEqual((self.commitment()["left_usd"], self.commitment()["paid_percent"]), ("0", 0))
            self.assertIn(f'fairway_commitment_drawn_usd{{commitment="edp"}} {cost}\n', self.told("/metrics"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
