#!/usr/bin/env python3
"""Virtual keys while the gateway runs: created, changed, revoked on every core at once, by whom, and kept through kill -9."""
import csv
import hashlib
import http.client
import io
import itertools
import json
import os
import pathlib
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

sys.dont_write_bytecode = True
TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/fake"))
from program import BIN, Program, call  # noqa: E402

TOKENS = {who: f"admin-token-of-{who}-0123456789abcdef" for who in ("owner", "reader", "minter", "acme", "umbra", "acmeread", "narrow")}
PLAIN = {"ACMEKEY": "sk-plain-acme-0123456789abcdef", "UMBRAKEY": "sk-plain-umbra-0123456789abcdef"}
CONFIG = """version: 1
threads: 4
log: {{ format: text }}
listen: [{{ address: "127.0.0.1:0" }}]
admin:
  address: "127.0.0.1:{admin_port}"
  token: "${{env:OWNER}}"
  tokens:
    - {{ name: reader, token: "${{env:READER}}", role: read }}
    - {{ name: minter, token: "${{env:MINTER}}", role: keys }}
    - {{ name: acme, token: "${{env:ACME}}", role: keys, tenant: acme }}
    - {{ name: umbra, token: "${{env:UMBRA}}", role: keys, tenant: umbra }}
    - {{ name: acmeread, token: "${{env:ACMEREAD}}", role: read, tenant: acme }}
    - {{ name: narrow, token: "${{env:NARROW}}", role: keys, tenant: acme, models: [small], policies: [cheap] }}
data_dir: {folder}/data
providers:
  direct: {{ cloud: openai, base_url: "{openai}/v1", auth: {{ api_key: "${{env:OPENAI}}" }} }}
models:
  gpt-6-sol: {{ deployments: [{{ provider: direct, model: gpt-6-sol, name: sol, price: {{ input: "1", output: "2" }} }}] }}
  small: {{ deployments: [{{ provider: direct, model: gpt-6-sol, name: small, price: {{ input: "1", output: "2" }} }}] }}
policies: {{ default: {{}}, cheap: {{ prefer: cost }} }}
tenants: {{ acme: {{ budget: {{ usd: "50" }} }}, umbra: {{}} }}
keys:
  - {{ name: plain-acme, tenant: acme, key: "${{env:ACMEKEY}}", budget: {{ usd: "100" }} }}
  - {{ name: plain umbra/1, tenant: umbra, key: "${{env:UMBRAKEY}}" }}
budgets: {{ both: {{ usd: "1000", tenants: [acme, umbra] }} }}
"""
CHAT = {"model": "gpt-6-sol", "messages": [{"role": "user", "content": "hello"}]}


class Line:
    """One kept connection; (status, body) of each request."""

    def __init__(self, base):
        url = urllib.parse.urlsplit(base)
        self.client = http.client.HTTPConnection(url.hostname, url.port, timeout=60)

    def ask(self, method, path, secret, body=None):
        text = None if body is None else body if isinstance(body, str) else json.dumps(body)
        self.client.request(method, path, text, {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"})
        answer = self.client.getresponse()
        return answer.status, answer.read().decode()

    def close(self):
        self.client.close()


class Gateway:
    """`fairway serve` with its addresses; what it says is kept."""

    def __init__(self, folder, openai):
        self.folder = folder
        self.file = pathlib.Path(folder) / "fairway.yaml"
        self.environment = {"OPENAI": "sk-fake-openai", **{who.upper(): token for who, token in TOKENS.items()}, **PLAIN}
        self.openai = openai
        self.said = []
        self.write(0)

    def write(self, admin_port):
        self.file.write_text(CONFIG.format(folder=self.folder, openai=self.openai, admin_port=admin_port))

    def start(self):
        self.program = Program("serve", "-c", str(self.file), env=self.environment)
        self.base = "http://" + self.heard("listening: ")
        self.admin = "http://" + self.heard("admin: ")
        self.reader = threading.Thread(target=self.listen, args=(self.program.child.stderr,), daemon=True)
        self.reader.start()
        return self

    def listen(self, stream):
        for line in stream:
            self.said.append(line.decode())

    def heard(self, beginning):
        line = self.program.child.stderr.readline().decode()
        self.said.append(line)
        assert line.startswith(beginning), f"the gateway did not start: {line}"
        return line.split()[-1]

    def stop(self, with_signal=signal.SIGTERM):
        if self.program.child.poll() is None:
            self.program.stop(with_signal)
        self.reader.join(timeout=30)
        self.program.__exit__()
        return self.program.child.returncode


class Crowd:
    """Keys are made and revoked while clients use those that live, and try those that do not."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.guard = threading.Lock()
        self.alive, self.born, self.dead, self.leaving = {}, {}, {}, set()
        self.done = threading.Event()
        self.asked = self.asked_of_dead = 0
        self.faults, self.late = [], []

    def run(self, count):
        users = [threading.Thread(target=self.use, args=(seed,)) for seed in range(6)]
        makers = [threading.Thread(target=self.make, args=(range(part, count, 4),)) for part in range(4)]
        for t in users + makers:
            t.start()
        for t in makers:
            t.join()
        line = Line(self.gateway.admin)
        for key in list(self.alive):
            self.revoke(line, key)
        line.close()
        until, enough = time.monotonic() + 60, self.asked + 300  # the last ones are asked for as well
        while self.asked < enough and not self.faults and time.monotonic() < until:
            threading.Event().wait(0.05)
        self.done.set()
        for t in users:
            t.join()

    def make(self, numbers):
        line = Line(self.gateway.admin)
        for i in numbers:
            status, text = line.ask("POST", "/admin/v1/keys", TOKENS["minter"], {"name": f"churn-{i}", "tenant": ("acme", "umbra")[i % 2], "limits": {"requests_per_minute": 1000000}})
            if status != 201:
                return self.faults.append(text)
            made = json.loads(text)
            with self.guard:
                self.born[made["key"]] = time.monotonic()
                self.alive[made["id"]] = made["key"]
                oldest = next(iter(self.alive)) if len(self.alive) > 20 else None
            if oldest:
                self.revoke(line, oldest)
        line.close()

    def revoke(self, line, key):
        with self.guard:
            secret = self.alive.pop(key, None)  # another maker may have been first
            self.leaving.add(secret)
        if not secret:
            return
        status, text = line.ask("DELETE", f"/admin/v1/keys/{key}", TOKENS["minter"])
        if status != 200:
            self.faults.append(text)
        with self.guard:
            self.dead[secret] = time.monotonic()

    def choose(self, rng):
        with self.guard:
            some = list(self.alive.values()) if rng.random() < 0.6 else list(self.dead)[-40:]
            secret = rng.choice(some) if some else None
            return secret, self.dead.get(secret)

    def use(self, seed):
        rng = random.Random(seed)
        line = Line(self.gateway.base)
        while not self.done.is_set():
            secret, revoked = self.choose(rng)
            if secret is None:
                continue
            started = time.monotonic()
            status, text = line.ask("POST", "/v1/chat/completions", secret, CHAT) if rng.random() < 0.2 else line.ask("GET", "/v1/models", secret)
            with self.guard:
                self.asked += 1
                self.asked_of_dead += revoked is not None
                if revoked is not None and status != 401:
                    self.late.append(started - revoked)
                # One that is being revoked may be refused a little before that is answered.
                if revoked is None and status != 200 and secret not in self.leaving:
                    self.faults.append(f"{status} {text}")
            if rng.random() < 0.02:  # another core, by chance
                line.close()
                line = Line(self.gateway.base)
        line.close()


class Keys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="fairway-keys-")
        cls.addClassCleanup(cls.folder.cleanup)
        fake = Program("fake", "--cloud", "openai", "--listen", "127.0.0.1:0", "--speed", "0")
        fake.__enter__()
        cls.addClassCleanup(fake.__exit__, None, None, None)
        cls.gateway = Gateway(cls.folder.name, fake.line("listening ").split()[-1]).start()
        cls.addClassCleanup(lambda: cls.gateway.stop())
        cls.secrets = set(PLAIN.values()) | set(TOKENS.values())  # and every one made
        cls.answers = []                                          # of the admin plane, but for those with a new secret
        cls.number = itertools.count()

    def call(self, method, path, body=None, who="owner", status=None):
        got, _, text = call(self.gateway.admin + path, body, {"Authorization": f"Bearer {TOKENS[who]}"}, method)
        if status is not None:
            self.assertEqual(got, status, f"{method} {path}: {text}")
        value = json.loads(text) if text else None
        if isinstance(value, dict) and set(value) == {"id", "key"}:
            self.secrets.add(value["key"])
        else:
            self.answers.append(text)
        return value if status is not None else (got, value)

    def create(self, who="owner", **terms):
        terms.setdefault("name", f"made-{next(self.number)}")
        return self.call("POST", "/admin/v1/keys", terms, who, 201)

    def chat(self, key, path="/v1/chat/completions", body=None):
        got, fields, text = call(self.gateway.base + path, body or CHAT, {"Authorization": f"Bearer {key}"})
        return got, json.loads(text), fields["x-request-id"]

    def code(self, key, path="/v1/chat/completions", body=None):
        got, value, _ = self.chat(key, path, body)
        return got, value["error"]["code"] if got != 200 else None

    def test_a_key_is_created_limited_changed_and_revoked(self):
        made = self.create(tenant="acme", models=["gpt-6-sol"], endpoints=["chat"], budget={"usd": "1"}, limits={"requests_per_minute": 1000})
        self.assertEqual(self.code(made["key"]), (200, None))
        self.assertEqual(self.code(made["key"], body={**CHAT, "model": "small"}), (403, "model_not_allowed"))
        self.assertEqual(self.code(made["key"], "/v1/responses", {"model": "gpt-6-sol", "input": "hi"}), (403, "endpoint_not_allowed"))
        told = self.call("GET", f"/admin/v1/keys/{made['id']}", status=200)
        self.assertEqual((told["state"], told["tenant"], told["models"], told["policy"], told["budget"]["usd"], told["created_by"]),
                         ("active", "acme", ["gpt-6-sol"], "default", "1", "token"))
        for patch, expected in (({"addresses": ["10.0.0.0/8"]}, (403, "address_not_allowed")), ({"addresses": ["127.0.0.0/8"]}, (200, None)),
                                ({"addresses": None, "disabled": True}, (401, "invalid_api_key")), ({"disabled": False}, (200, None)),
                                ({"models": ["small"]}, (403, "model_not_allowed")), ({"models": None}, (200, None)),
                                ({"budget": {"usd": "0.000000001"}}, (429, "project_spend_limit_exceeded"))):
            self.call("PATCH", f"/admin/v1/keys/{made['id']}", patch, status=200)
            self.assertEqual(self.code(made["key"]), expected, patch)
        self.assertEqual(self.call("DELETE", f"/admin/v1/keys/{made['id']}", status=200)["state"], "revoked")
        self.assertEqual(self.code(made["key"]), (401, "invalid_api_key"))
        self.call("PATCH", f"/admin/v1/keys/{made['id']}", {"disabled": False}, status=409)
        acts = self.call("GET", f"/admin/v1/audit?key={made['id']}", status=200)["data"]
        self.assertEqual([a["act"] for a in reversed(acts)], ["create", "change", "change", "change", "enable", "change", "change", "change", "revoke"])
        self.assertEqual(acts[0]["before"]["budget"]["usd"], "0.000000001")
        self.assertEqual(acts[-1]["before"], None)

    def test_an_expired_key_says_so(self):
        made = self.create(expires=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3)))
        self.assertEqual(self.code(made["key"]), (200, None))
        until = time.monotonic() + 20
        while self.code(made["key"])[0] == 200:
            self.assertLess(time.monotonic(), until)
        got, value, _ = self.chat(made["key"])
        self.assertEqual((got, value["error"]["code"]), (401, "invalid_api_key"))
        self.assertIn("expired", value["error"]["message"])
        self.assertEqual(self.call("GET", f"/admin/v1/keys/{made['id']}", status=200)["state"], "expired")

    def test_every_mistake_is_told_at_once(self):
        error = self.call("POST", "/admin/v1/keys", {"nmae": "x", "models": ["gpt-6-sun"], "limits": {"requests_per_minute": -1}, "addresses": ["10.0.0.1/8"], "expires": "1999-01-01"},
                          status=400)["error"]
        for part in ("nmae", "no `name`", "models[0]", "did you mean gpt-6-sol?", "limits.requests_per_minute", "addresses[0]", "expires"):
            self.assertIn(part, error["message"])
        self.assertTrue(error["param"])
        for body in ("", "{", "[]", "7", '{"name":"a","name":"b"}', '{"name":7, "key":"sk-mine-0123456789abcdef"}', '{"name":"${env:OWNER}x","policy":"${env:OWNER}"}'):
            self.call("POST", "/admin/v1/keys", body, status=400)
        self.call("POST", "/admin/v1/keys", {"name": "plain-acme"}, status=409)
        for path in ("/admin/v1/keys?limit=0", "/admin/v1/keys?state=odd", "/admin/v1/keys?what=1", "/admin/v1/audit?before=x", "/admin/v1/keys?limit=1&limit=2", "/admin/v1/keys?after=none"):
            self.call("GET", path, status=400)
        for method, path in (("PUT", "/admin/v1/keys"), ("DELETE", "/admin/v1/keys"), ("POST", "/admin/v1/keys/key_x"), ("GET", "/admin/v1/keys/key_x/rotate"), ("POST", "/admin/v1/audit"),
                             ("POST", "/admin/v1/budgets")):
            self.call(method, path, "{}" if method != "GET" else None, status=405)
        self.call("POST", f"/admin/v1/keys/{self.create()['id']}/rotate", {"grace_s": -1}, status=400)

    def test_each_role_may_what_it_may(self):
        made = self.create(tenant="acme")
        one = f"/admin/v1/keys/{made['id']}"
        for who in ("reader", "acmeread"):
            self.call("GET", one, who=who, status=200)
            for method, path, body in (("POST", "/admin/v1/keys", {"name": "x"}), ("PATCH", one, {"disabled": True}), ("POST", one + "/rotate", {}), ("DELETE", one, None)):
                self.call(method, path, body, who, 403)
        self.assertEqual(self.call("GET", "/metrics", who="acme")[0], 403)
        self.assertEqual(call(self.gateway.admin + "/metrics", headers={"Authorization": f"Bearer {TOKENS['reader']}"})[0], 200)
        for token in ("", "nobody", made["key"], PLAIN["ACMEKEY"], TOKENS["owner"][:-1], TOKENS["owner"] + "x"):
            self.assertEqual(call(self.gateway.admin + one, headers={"Authorization": f"Bearer {token}"} if token else {})[0], 401, token)
        for token in TOKENS.values():
            self.assertEqual(self.code(token)[0], 401, "a token is no key")
        # What a token lacks it cannot hand out, and what it leaves open is its own.
        narrow = self.create("narrow", policy="cheap")
        told = self.call("GET", f"/admin/v1/keys/{narrow['id']}", who="narrow", status=200)
        self.assertEqual((told["tenant"], told["models"], told["policy"]), ("acme", ["small"], "cheap"))
        for terms in ({}, {"policy": "default"}, {"policy": "cheap", "models": ["gpt-6-sol"]}, {"policy": "cheap", "models": ["small", "gpt-6-sol"]}):
            self.call("POST", "/admin/v1/keys", {"name": "more", **terms}, "narrow", 403)
        for method, path, body, status in (("PATCH", one, {"limits": {"concurrent_exchanges": 5}}, 403), ("POST", one + "/rotate", {}, 403), ("PATCH", one, {"disabled": True}, 200),
                                           ("PATCH", one, {"disabled": False}, 403), ("DELETE", one, None, 200)):
            self.call(method, path, body, "narrow", status)
        self.assertEqual({d["model"] for d in self.call("GET", "/admin/v1/deployments", who="narrow", status=200)["data"]}, {"small"})

    def test_ten_thousand_probes_of_two_tenants_find_nothing_of_each_other(self):
        rng = random.Random(7)
        mine = {}
        for who, plain in (("acme", "ACMEKEY"), ("umbra", "UMBRAKEY")):
            made = [self.create(who) for _ in range(3)]
            response = self.chat(made[0]["key"], "/v1/responses", {"model": "gpt-6-sol", "input": "hi"})
            mine[who] = {"keys": [m["id"] for m in made] + [f"config:{'plain-acme' if who == 'acme' else 'plain umbra/1'}"], "secret": made[0]["key"],
                         "requests": [self.chat(made[0]["key"])[2], self.chat(PLAIN[plain])[2], response[2]], "responses": [response[1]["id"]],
                         "names": [self.call("GET", f"/admin/v1/keys/{m['id']}", who=who, status=200)["name"] for m in made]}
        for who in mine:
            for page in ("exchanges", "decisions"):
                listed = {e["request_id"] for e in self.call("GET", f"/admin/v1/{page}?limit=1000", who=who, status=200)["data"]}
                self.assertEqual([r for r in mine[who]["requests"] if r not in listed], [], page)
        lines = {who: (Line(self.gateway.admin), Line(self.gateway.base)) for who in mine}
        quote = lambda text: urllib.parse.quote(text, safe=":")  # noqa: E731
        seen = 0
        while seen < 10_000:
            who, other = rng.choice((("acme", "umbra"), ("umbra", "acme")))
            admin, base = lines[who]
            theirs = mine[other]
            kind = rng.randrange(4)
            if kind == 0:
                key = quote(rng.choice(theirs["keys"]))
                method, path, body = rng.choice((("GET", "", None), ("HEAD", "", None), ("PATCH", "", {"disabled": True}), ("PATCH", "", {"models": None}), ("PATCH", "", "no json"),
                                                 ("DELETE", "", None), ("POST", "/rotate", {"grace_s": 5})))
                status, text = admin.ask(method, f"/admin/v1/keys/{key}{path}", TOKENS[who], body)
            elif kind == 1:
                status, text = admin.ask(rng.choice(("GET", "HEAD")), f"/admin/v1/explain/{rng.choice(theirs['requests'])}", TOKENS[who])
            elif kind == 2:
                method, end = rng.choice((("GET", ""), ("DELETE", ""), ("POST", "/cancel")))
                status, text = base.ask(method, f"/v1/responses/{rng.choice(theirs['responses'])}{end}", mine[who]["secret"], "" if method == "POST" else None)
            else:
                status, text = admin.ask("POST", "/admin/v1/keys", TOKENS[who], {"name": f"probe-{seen}", "tenant": rng.choice((other, "nobody"))})
            self.assertEqual(status, 404, f"{who}: {kind} {text}")
            seen += 1
        for admin, base in lines.values():
            admin.close()
            base.close()
        for who, other in (("acme", "umbra"), ("umbra", "acme")):
            ours, theirs = mine[who], mine[other]
            for path in ("exchanges?limit=1000", "decisions?limit=1000", "budgets", "commitments", "books", "deployments", "keys?limit=1000", f"keys?tenant={other}", "audit?limit=1000",
                         f"audit?key={theirs['keys'][0]}"):
                got = json.dumps(self.call("GET", f"/admin/v1/{path}", who=who, status=200))
                for thing in (*theirs["keys"], *theirs["requests"], *theirs["names"], f'"{other}"', "both", self.gateway.folder):
                    self.assertNotIn(thing, got, path)
            self.assertLessEqual(set(ours["keys"]), {k["id"] for k in self.call("GET", "/admin/v1/keys?limit=1000", who=who, status=200)["data"]})
            for request in ours["requests"]:
                self.call("GET", f"/admin/v1/explain/{request}", who=who, status=200)
            self.assertEqual(self.code(ours["secret"])[0], 200, "none of it did anything")
        names = {b["name"] for b in self.call("GET", "/admin/v1/budgets", who="acme", status=200)["data"]}
        self.assertLessEqual({"key/plain-acme", "tenant/acme"}, names)
        self.assertNotIn("both", names)

    def test_a_thousand_keys_are_revoked_under_load_on_every_core_at_once(self):
        count = 1000 if os.environ.get("FAIRWAY_STAGE") != "asan" else 200
        crowd = Crowd(self.gateway)
        crowd.run(count)
        self.secrets.update(crowd.born)
        self.assertEqual(crowd.faults, [])
        self.assertEqual(len(crowd.dead), count)
        self.assertGreater(crowd.asked_of_dead, 100)
        self.assertEqual(crowd.late, [], f"accepted after their revocation was answered, {max(crowd.late, default=0):.3f} s at most")
        # And on connections of their own, which the kernel spreads over the cores.
        for secret in random.Random(1).sample(list(crowd.dead), 50):
            for _ in range(4):
                line = Line(self.gateway.base)
                self.assertEqual(line.ask("GET", "/v1/models", secret)[0], 401)
                line.close()
        states = [k["state"] for k in self.pages("/admin/v1/keys?") if k["name"].startswith("churn-")]
        self.assertEqual(states, ["revoked"] * count)

    def pages(self, path):
        out, after = [], ""
        while True:
            page = self.call("GET", f"{path}limit=300{after}", status=200)
            out += page["data"]
            if page["next"] is None:
                return out
            after = f"&after={urllib.parse.quote(page['next'])}"

    def fairway(self, *args, status=0, text=None, env=None):
        done = subprocess.run([BIN, "keys", *args], capture_output=True, text=True, input=text, timeout=60,
                              env={**os.environ, **self.gateway.environment, "FAIRWAY_ADMIN_TOKEN": TOKENS["minter"], **(env or {})})
        self.assertEqual(done.returncode, status, f"{args}: {done.stdout}{done.stderr}")
        self.answers.append(done.stderr)
        return done.stdout

    def test_the_command_line_does_all_of_it(self):
        there = ("--admin", self.gateway.admin)
        secret = self.fairway("create", "--name", "by hand", "--tenant", "acme", "--model", "gpt-6-sol", "--model", "small", "--budget", "3", "--per", "day", "--requests-per-minute", "60",
                              "--endpoint", "chat", "--address", "127.0.0.1", "--expires", "2099-01-01", *there)
        self.assertRegex(secret, r"\Ask-fw-[A-Za-z0-9_-]{43}\n\Z")
        self.secrets.add(secret.strip())
        self.assertEqual(self.code(secret.strip())[0], 200)
        shown = json.loads(self.fairway("show", "by hand", "--output", "ndjson", *there))
        self.assertEqual((shown["models"], shown["budget"]["per"], shown["limits"]["requests_per_minute"], shown["endpoints"], shown["addresses"], shown["created_by"]),
                         (["gpt-6-sol", "small"], "day", 60, ["chat"], ["127.0.0.1"], "minter"))
        listed = list(csv.DictReader(io.StringIO(self.fairway("list", "--tenant", "acme", "--output", "csv", *there))))
        self.assertIn("by hand", [row["name"] for row in listed])
        self.assertEqual(next(row for row in listed if row["name"] == "by hand")["budget_usd"], "3/day")
        self.assertIn("config:plain-acme", self.fairway("list", *there))
        self.assertIn("disabled", self.fairway("disable", "by hand", *there))
        self.assertEqual(self.code(secret.strip())[0], 401)
        self.assertIn("active", self.fairway("enable", shown["id"], *there))
        turned = json.loads(self.fairway("rotate", "by hand", "--grace", "60", "--output", "json", *there))[0]
        self.secrets.add(turned["key"])
        self.assertEqual((turned["id"], self.code(secret.strip())[0], self.code(turned["key"])[0]), (shown["id"], 200, 200))
        self.assertIn("revoked", self.fairway("revoke", "by hand", *there))
        self.assertEqual((self.code(secret.strip())[0], self.code(turned["key"])[0]), (401, 401))
        acts = [json.loads(line) for line in self.fairway("log", "--key", "by hand", "--output", "ndjson", *there).splitlines()]
        self.assertEqual([a["act"] for a in acts], ["revoke", "rotate", "enable", "disable", "create"])
        self.assertEqual({a["token"] for a in acts}, {"minter"})
        self.assertEqual(len(self.fairway("log", "--limit", "2", *there).splitlines()), 2)
        made = json.loads(self.fairway("create", "--file", "-", "--output", "json", *there, text='{"name": "by file"}'))[0]
        self.secrets.add(made["key"])
        self.assertEqual(self.code(made["key"])[0], 200)
        self.fairway("create", *there, status=2)
        self.fairway("create", "--name", "by hand", *there, status=1)
        self.fairway("show", "nobody", *there, status=1)
        self.fairway("revoke", "config:plain-acme", *there, status=1)
        self.fairway("list", "--admin", "http://127.0.0.1:1", status=4)

    def test_what_was_answered_outlives_the_process_however_it_ends(self):
        with tempfile.TemporaryDirectory(prefix="fairway-keys-kill-") as folder:
            gateway = Gateway(folder, self.gateway.openai).start()
            self.addCleanup(gateway.stop)
            admin = lambda method, path, body=None: call(gateway.admin + path, body, {"Authorization": f"Bearer {TOKENS['owner']}"}, method)  # noqa: E731
            uses = lambda key: call(gateway.base + "/v1/models", None, {"Authorization": f"Bearer {key}"})[0]  # noqa: E731
            live, gone = {}, []
            for run in range(8):
                made = json.loads(admin("POST", "/admin/v1/keys", {"name": f"run-{run}", "tenant": "acme", "budget": {"usd": "1"}})[2])
                live[made["id"]] = made["key"]
                self.secrets.add(made["key"])
                if run % 3 == 1:
                    first = next(iter(live))
                    self.assertEqual(admin("DELETE", f"/admin/v1/keys/{first}")[0], 200)
                    gone.append(live.pop(first))
                if run % 3 == 2:
                    last = list(live)[-1]
                    gone.append(live[last])
                    live[last] = json.loads(admin("POST", f"/admin/v1/keys/{last}/rotate", {})[2])["key"]
                    self.secrets.add(live[last])
                gateway.stop(signal.SIGKILL if run < 6 else signal.SIGTERM)
                gateway.start()
                self.assertEqual([uses(key) for key in live.values()], [200] * len(live))
                self.assertEqual([uses(key) for key in gone], [401] * len(gone))
            acts = json.loads(admin("GET", "/admin/v1/audit")[2])["data"]
            self.assertEqual([a["act"] for a in acts].count("create"), 8)
            self.assertEqual(sorted(a["number"] for a in acts), list(range(1, len(acts) + 1)))
            self.answers.append(json.dumps(acts))
            gateway.stop()
            # A key of the configuration that takes the name of a living one is a mistake that is told.
            text = gateway.file.read_text()
            gateway.file.write_text(text.replace("name: plain-acme", "name: run-7"))
            refused = subprocess.run([BIN, "serve", "-c", str(gateway.file)], capture_output=True, text=True, timeout=60, env={**os.environ, **gateway.environment})
            self.assertEqual(refused.returncode, 1)
            self.assertIn("run-7", refused.stderr)
            # Policies that are gone take their keys with them; nothing else does.
            gateway.file.write_text(text.replace("acme: { budget", "acme: { policy: cheap, budget").replace("policies: { default: {}, cheap: { prefer: cost } }", "policies: { cheap: {} }"))
            gateway.start()
            self.assertEqual([uses(key) for key in live.values()], [200] * len(live))
            gateway.stop()
            self.check_files(folder, gateway.said)

    def check_files(self, folder, said):
        """No secret in any file or line; in lines, not what recognises one either."""
        spoken = "".join(said)
        for secret in self.secrets:
            digest = hashlib.sha256(secret.encode())
            self.assertNotIn(secret, spoken)
            self.assertNotIn(digest.hexdigest(), spoken)
        pattern = re.compile("|".join(re.escape(s) for s in self.secrets).encode())
        for file in pathlib.Path(folder).rglob("*"):
            if file.is_file():
                self.assertIsNone(pattern.search(file.read_bytes()), file)

    @classmethod
    def tearDownClass(cls):
        """Last of all: what was said all the while."""
        self = cls("check_files")
        self.assertEqual(cls.gateway.stop(), 0, "".join(cls.gateway.said)[-4000:])
        told = "".join(cls.answers)
        for secret in cls.secrets:
            self.assertNotIn(secret, told)
            self.assertNotIn(hashlib.sha256(secret.encode()).hexdigest(), told)
        self.check_files(cls.folder.name, cls.gateway.said)
        rows = sqlite3.connect(f"file:{cls.folder.name}/data/keys.db?mode=ro", uri=True)
        self.assertGreater(rows.execute("SELECT count(*) FROM keys").fetchone()[0], 100)
        self.assertEqual(rows.execute("PRAGMA integrity_check").fetchone()[0], "ok")
        rows.close()


if __name__ == "__main__":
    unittest.main()
