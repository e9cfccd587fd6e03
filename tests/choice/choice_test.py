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


class Gateway:
    """The gateway over three fakes, for the tests of a class."""

    @classmethod
    def setUpClass(cls):
        cls.programs, urls = [], {}
        for cloud, options in FAKES.items():
            fake = cls.start("fake", "--cloud", cloud, "--listen", "127.0.0.1:0", "--speed", "0", *options)
            urls[cloud] = fake.line("listening ").split()[-1]
        cls.folder = tempfile.TemporaryDirectory(prefix="fairway-choice-")
        cls.urls = urls
        file = pathlib.Path(cls.folder.name) / "fairway.yaml"
        file.write_text(cls.CONFIG.format(**urls))
        if hasattr(cls, "OFFERS"):
            (file.parent / "offers.yaml").write_text(cls.OFFERS)
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

    def explain(self, fields):
        status, _, text = call(self.admin + "/admin/v1/explain/" + fields["x-request-id"], headers={"Authorization": f"Bearer {ADMIN}"})
        self.assertEqual(status, 200, text)
        return json.loads(text)

    def candidate(self, told, name):
        return next(c for c in told["candidates"] if c["deployment"] == name)

    def check_replay(self):
        status, _, text = call(self.admin + "/admin/v1/decisions?limit=1000", headers={"Authorization": f"Bearer {ADMIN}"})
        self.assertEqual(status, 200, text)
        records = pathlib.Path(self.folder.name) / "decisions.json"
        records.write_text(text)
        with Program("replay", str(records), "--output", "json") as replay:
            told = json.loads(replay.child.stdout.read())
        self.assertEqual((told["different"], told["replayed"]), (0, len(json.loads(text)["data"])))
        self.assertGreater(told["replayed"], 0)


class Choice(Gateway, unittest.TestCase):
    CONFIG = CONFIG

    def ask(self, key, path, body, headers=()):
        status, fields, text = call(self.base + path, {"model": "gpt-6-sol", **body}, {"Authorization": f"Bearer {KEYS[key]}", **dict(headers)})
        return status, {name.lower(): value for name, value in fields.items()}, json.loads(text)

    def chat(self, key, content="hello", headers=(), **more):
        return self.ask(key, "/chat/completions", {"messages": [{"role": "user", "content": content}], **more}, headers)

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
        self.check_replay()


class Abilities(Gateway, unittest.TestCase):
    """What the offer book says of efforts, of the output's length and of how it is asked for."""

    OFFERS = """
evidence:
  page: { source: "https://cloud.test/models", date: 2026-11-01, kind: documented }
  probe: { source: "a measurement", date: 2026-11-02, kind: probed }
  list: { source: "a catalogue", date: 2026-11-03, kind: third-party }
rows:
  - { model: sized, cloud: openai, scope: global, from: 2026-01-01, evidence: page,
      features: { efforts: [none, low, medium, high], max_output_tokens: 4000, on_chat: { output_limit: max_completion_tokens } } }
  - { model: sized, cloud: azure, scope: us, from: 2026-01-01, evidence: list,
      features: { efforts_ignored: [low, medium, high], efforts_evidence: probe, max_output_tokens: 16000, max_output_evidence: page, on_chat: { efforts_with_tools: [none] } } }
  - { model: sized, cloud: bedrock, scope: us, from: 2026-01-01, evidence: list, features: { efforts: [low], max_output_tokens: 500, fields: { tools: dropped } } }
  - { model: sized, cloud: vertex, scope: eu, from: 2026-01-01, evidence: page, features: { efforts: [xhigh], max_output_tokens: 200000 } }
"""
    CONFIG = """version: 1
threads: 1
log: {{ format: text }}
offers: [offers.yaml]
listen: [{{ address: "127.0.0.1:0" }}]
admin: {{ address: "127.0.0.1:0", token: "${{env:ADMIN}}" }}
providers:
  direct: {{ cloud: openai, base_url: "{openai}/v1", auth: {{ api_key: "${{env:OPENAI}}" }} }}
  azure: {{ cloud: azure, base_url: "{azure}/openai/v1", auth: {{ api_key: "${{env:AZURE}}" }}, scope: us }}
  runtime: {{ cloud: bedrock, region: us-east-1, base_url: "{bedrock}", auth: {{ access_key_id: "${{env:AWS_ID}}", secret_access_key: "${{env:AWS_SECRET}}" }}, scope: us }}
models:
  sized:
    deployments:
      - {{ provider: direct, model: gpt-6-sol, offer: sized, name: direct, price: {{ input: "1", output: "2" }} }}
      - {{ provider: azure, model: sol, offer: sized, name: azure, price: {{ input: "1.2", output: "2.2" }} }}
      - {{ provider: runtime, model: us.openai.gpt-6-sol, offer: sized, name: runtime, price: {{ input: "1.5", output: "2.5" }} }}
policies:
  plain: {{ prefer: cheapest }}
  two: {{ prefer: cheapest, never: {{ deployments: runtime }} }}
  lossy: {{ prefer: cheapest, lossy: allow, only: {{ deployments: azure }} }}
  one: {{ prefer: cheapest, only: {{ deployments: direct }} }}
keys:
  - {{ name: plain, key: "${{env:PLAIN}}", policy: plain }}
  - {{ name: two, key: "${{env:US}}", policy: two }}
  - {{ name: lossy, key: "${{env:EU}}", policy: lossy }}
  - {{ name: one, key: "${{env:RULED}}", policy: one }}
"""

    def ask(self, key, path, body):
        who = {"plain": "plain", "two": "us", "lossy": "eu", "one": "ruled"}[key]
        status, fields, text = call(self.base + path, {"model": "sized", **body}, {"Authorization": f"Bearer {KEYS[who]}"})
        return status, {name.lower(): value for name, value in fields.items()}, json.loads(text)

    def chat(self, key, *_, **more):
        return self.ask(key, "/chat/completions", {"messages": [{"role": "user", "content": "hello"}], **more})

    def verdicts(self, fields):
        told = self.explain(fields)
        return told, {c["deployment"]: (c["verdict"], c["compatibility"]["verdict"]) for c in told["candidates"]}

    def test_an_effort_is_asked_for_where_it_is_taken_and_has_an_effect(self):
        status, fields, _ = self.chat("plain", reasoning_effort="high")
        told, verdicts = self.verdicts(fields)
        self.assertEqual((status, fields["x-fairway-deployment"], told["needs"]["reasoning_effort"]), (200, "direct", "high"))
        self.assertEqual(verdicts, {"direct": ("admissible", "lossless"), "azure": ("loss", "lossy"), "runtime": ("doubtful", "impossible")})
        self.assertEqual(self.candidate(told, "azure")["reason"], "it would lose reasoning_effort high, which the policy wants kept")
        # What nobody has said of an effort is unknown, and no reason against it.
        status, fields, _ = self.chat("plain", reasoning_effort="max")
        told, verdicts = self.verdicts(fields)
        self.assertEqual((status, fields["x-fairway-deployment"], verdicts["azure"]), (200, "azure", ("admissible", "lossless")))
        self.assertEqual((verdicts["direct"], self.candidate(told, "direct")["reason"]), (("capability", "impossible"), "it cannot serve reasoning_effort max"))
        _, fields, _ = self.chat("plain")
        told, verdicts = self.verdicts(fields)
        self.assertEqual((told["needs"]["reasoning_effort"], verdicts["direct"], verdicts["azure"]), (None, ("admissible", "lossless"), ("admissible", "lossless")))

    def test_an_effort_without_effect_is_told_where_the_policy_lets_it_be_lost(self):
        status, fields, _ = self.chat("lossy", reasoning_effort="low")
        self.assertEqual((status, fields["x-fairway-deployment"], fields["x-fairway-dropped"]), (200, "azure", "reasoning_effort"))
        status, fields, _ = self.chat("lossy", reasoning_effort="max")
        self.assertEqual((status, fields.get("x-fairway-dropped")), (200, None))

    def test_an_effort_that_nobody_takes_is_refused_with_what_they_take(self):
        for path, more, field in (("/chat/completions", {"messages": [{"role": "user", "content": "hi"}], "reasoning_effort": "xhigh"}, "reasoning_effort"),
                                  ("/responses", {"input": "hi", "reasoning": {"effort": "xhigh"}}, "reasoning.effort")):
            status, _, body = self.ask("one", path, more)
            self.assertEqual((status, body["error"]["code"], body["error"]["param"]), (400, "no_capable_deployment", field))
            for words in ("takes the reasoning effort 'xhigh'", "'direct' takes none, low, medium, high", "it is offered by vertex in eu"):
                self.assertIn(words, body["error"]["message"])

    def test_more_output_than_a_place_gives_goes_elsewhere_or_is_refused_with_the_limit(self):
        status, fields, _ = self.chat("plain", max_completion_tokens=4000)
        self.assertEqual((status, fields["x-fairway-deployment"]), (200, "direct"))
        status, fields, _ = self.chat("plain", max_completion_tokens=4001)
        told, verdicts = self.verdicts(fields)
        self.assertEqual((status, fields["x-fairway-deployment"], told["needs"]["max_output_tokens"]), (200, "azure", 4001))
        self.assertEqual((verdicts["direct"], verdicts["runtime"]), (("capability", "impossible"), ("doubtful", "impossible")))
        direct = self.candidate(told, "direct")
        self.assertEqual((direct["reason"], direct["compatibility"]["max_output_tokens"]), ("it cannot serve 4001 tokens of output (it gives 4000)", 4000))
        # A catalogue's word is a doubt: the last to be tried, and here the only one.
        status, fields, _ = self.chat("plain", max_completion_tokens=16001)
        self.assertEqual((status, fields["x-fairway-deployment"]), (200, "runtime"))
        status, _, body = self.chat("two", max_completion_tokens=16001)
        self.assertEqual((status, body["error"]["code"], body["error"]["param"]), (400, "no_capable_deployment", "max_completion_tokens"))
        for words in ("gives 16001 tokens of output", "the most is 16000, at 'azure'", "as much is offered by vertex in eu"):
            self.assertIn(words, body["error"]["message"])

    def test_tools_that_are_dropped_in_silence_or_not_taken_at_an_effort(self):
        tools = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}]
        _, fields, _ = self.chat("plain", tools=tools)
        _, verdicts = self.verdicts(fields)
        self.assertEqual(verdicts, {"direct": ("admissible", "lossless"), "azure": ("doubtful", "impossible"), "runtime": ("loss", "lossy")})
        _, fields, _ = self.chat("plain", tools=tools, reasoning_effort="none")
        self.assertEqual(self.verdicts(fields)[1]["azure"], ("admissible", "lossless"))

    def test_the_limit_of_the_output_is_spelt_as_the_place_takes_it(self):
        status, _, text = call(self.urls["openai"] + "/_fake/faults", "unsupported field=max_tokens instead=max_completion_tokens times=0", {"Content-Type": "text/plain"})
        self.assertEqual(status, 200, text)
        try:
            status, fields, body = self.chat("plain", max_tokens=3)
            self.assertEqual((status, fields["x-fairway-deployment"], fields["x-fairway-attempts"], body["usage"]["completion_tokens"]), (200, "direct", "1", 3))
            self.assertEqual(self.verdicts(fields)[1]["direct"], ("admissible", "mapped"))
        finally:
            call(self.urls["openai"] + "/_fake/faults", method="DELETE")

    def test_all_of_it_replays(self):
        self.chat("plain", max_completion_tokens=16001, reasoning_effort="high")
        self.check_replay()


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
