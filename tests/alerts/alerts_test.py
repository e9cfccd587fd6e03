#!/usr/bin/env python3
"""Notices reach the log, the admin plane and a webhook: a budget's threshold, prices that move and end, a place that fails."""
import base64
import datetime
import hashlib
import hmac
import http.server
import json
import pathlib
import sys
import tempfile
import threading
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fake"))
from program import Program, call  # noqa: E402

KEY, ADMIN, HUSH = "sk-fw-alerts-0123456789abcdef", "admin-token-of-this-test-0123", "hush-in-the-url"
SECRET = base64.b64encode(b"a secret of thirty-two bytes, so.").decode()
CONFIG = """version: 1
threads: 2
listen: [{{ address: "127.0.0.1:0" }}]
admin: {{ address: "127.0.0.1:0", token: "${{env:ADMIN}}" }}
data_dir: {folder}/data
offers: [{folder}/book.yaml]
alerts:
  price_days: 10
  webhooks:
    - {{ name: ops, url: "${{env:HOOK_URL}}", secret: "${{env:HOOK_SECRET}}" }}
    - {{ name: money, url: "${{env:HOOK_MONEY}}", secret: "${{env:HOOK_SECRET}}", kinds: [budget] }}
providers:
  direct: {{ cloud: openai, base_url: "{openai}/v1", auth: {{ api_key: "${{env:OPENAI}}" }}, scope: global }}
  azure: {{ cloud: azure, base_url: "{azure}/openai/v1", auth: {{ api_key: "${{env:AZURE}}" }}, scope: us }}
models:
  gpt-6-sol:
    deployments:
      - {{ provider: direct, model: gpt-6-sol, name: direct, offer: alerted }}
      - {{ provider: azure, model: sol, name: second, offer: alerted }}
keys: [{{ name: one, key: "${{env:KEY}}" }}]
budgets: {{ team: {{ usd: "0.0001", per: day, hard: false, alert_percent: [50, 100], keys: [one] }} }}
"""
BOOK = """evidence: {{ us: {{ source: "our contract", date: "{today}", kind: documented }} }}
rows:
  - {{ model: alerted, cloud: openai, scope: global, from: 2026-01-01, until: {soon}, usd_per_million: {{ input: "1", output: "2" }}, evidence: [us] }}
  - {{ model: alerted, cloud: openai, scope: global, from: {soon}, usd_per_million: {{ input: "1", output: "3" }}, evidence: [us] }}
  - {{ model: alerted, cloud: azure, scope: us, from: 2026-01-01, until: {soon}, usd_per_million: {{ input: "1", output: "2" }}, evidence: [us] }}
"""


class Receiver(http.server.ThreadingHTTPServer):
    """Answers 500 to the first of each path, then 204."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Receiver.Taker)
        self.came, self.refused, self.changed = [], set(), threading.Condition()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    class Taker(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            first = self.path not in self.server.refused
            self.server.refused.add(self.path)
            with self.server.changed:
                self.server.came.append((self.path, dict(self.headers), body, not first))
                self.server.changed.notify_all()
            self.send_response(500 if first else 204)
            self.end_headers()

        def log_message(self, *_):
            pass

    def wait_for(self, kind, path="/in?t=" + HUSH, within_s=30):
        """The first notice of this type that was taken."""
        def there():
            return next((c for c in self.came if c[3] and c[0] == path and json.loads(c[2])["type"] == kind), None)
        with self.changed:
            assert self.changed.wait_for(there, within_s), f"no {kind}; came: {[(c[0], c[2]) for c in self.came]}"
            return there()


class Alerts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.receiver = Receiver()
        cls.addClassCleanup(cls.receiver.server_close)
        cls.addClassCleanup(cls.receiver.shutdown)
        cls.folder = tempfile.TemporaryDirectory(prefix="fairway-alerts-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.fakes = {}
        for cloud, options in {"openai": [], "azure": ["--model", "sol=gpt-6-sol"]}.items():
            cls.fakes[cloud] = cls.start("fake", "--cloud", cloud, "--listen", "127.0.0.1:0", "--speed", "0", *options).line("listening ").split()[-1]
        today = datetime.datetime.now(datetime.timezone.utc).date()
        cls.soon = str(today + datetime.timedelta(days=5))
        folder = pathlib.Path(cls.folder.name)
        (folder / "book.yaml").write_text(BOOK.format(today=today, soon=cls.soon))
        (folder / "fairway.yaml").write_text(CONFIG.format(folder=folder, **cls.fakes))
        hook = f"http://127.0.0.1:{cls.receiver.server_address[1]}/in"
        cls.gateway = cls.start("serve", "-c", str(folder / "fairway.yaml"), env={
            "OPENAI": "sk-fake-openai", "AZURE": "fake-azure-key", "ADMIN": ADMIN, "KEY": KEY, "HOOK_URL": f"{hook}?t={HUSH}", "HOOK_MONEY": f"{hook}/money?t={HUSH}", "HOOK_SECRET": f"whsec_{SECRET}"})
        cls.log, cls.logged = [], threading.Condition()
        threading.Thread(target=cls.read_log, daemon=True).start()
        cls.base = "http://" + cls.wait_log("listening")["detail"]
        cls.admin = "http://" + cls.wait_log("admin")["detail"]

    @classmethod
    def start(cls, *arguments, **options):
        program = Program(*arguments, **options)
        program.__enter__()
        cls.addClassCleanup(program.__exit__, None, None, None)
        return program

    @classmethod
    def read_log(cls):
        try:
            for line in cls.gateway.child.stderr:
                with cls.logged:
                    cls.log.append(line.decode())
                    cls.logged.notify_all()
        except ValueError:
            pass  # closed at the end

    @classmethod
    def wait_log(cls, event, within_s=60):
        def there():
            return next((e for e in (json.loads(line) for line in cls.log if line.startswith("{")) if e["event"] == event), None)
        with cls.logged:
            assert cls.logged.wait_for(there, within_s), f"no {event} in the log: {cls.log}"
            return there()

    def ask(self):
        return call(self.base + "/v1/chat/completions", {"model": "gpt-6-sol", "messages": [{"role": "user", "content": "hello"}]}, {"Authorization": f"Bearer {KEY}"})

    def see(self, path):
        return json.loads(call(self.admin + path, headers={"Authorization": f"Bearer {ADMIN}"})[2])

    def test_prices_that_move_and_end_are_told_ahead_and_signed(self):
        path, fields, body, _ = self.receiver.wait_for("price.moves")
        fields = {k.lower(): v for k, v in fields.items()}
        signed = hmac.new(base64.b64decode(SECRET), f"{fields['webhook-id']}.{fields['webhook-timestamp']}.".encode() + body, hashlib.sha256).digest()
        self.assertEqual(fields["webhook-signature"], "v1," + base64.b64encode(signed).decode())
        self.assertLess(abs(time.time() - int(fields["webhook-timestamp"])), 60)
        told = json.loads(body)
        self.assertEqual(told["data"]["deployment"], "direct")
        self.assertEqual(told["data"]["at"], f"{self.soon}T00:00:00Z")
        self.assertEqual(told["data"]["usd_per_million"], [{"meter": "output", "before": "2", "after": "3"}])
        self.assertIn("output from 2 to 3 USD per million tokens", told["text"])
        ends = json.loads(self.receiver.wait_for("price.ends")[2])["data"]
        self.assertEqual((ends["deployment"], ends["then"], ends["next_price_row"]), ("second", "unknown", None))

    def test_a_delivery_that_failed_is_repeated_under_its_id(self):
        self.receiver.wait_for("price.moves")
        path, first, _, taken = self.receiver.came[0]
        self.assertFalse(taken)
        again = [c for c in self.receiver.came if c[1]["webhook-id"] == first["webhook-id"]]
        self.assertEqual([c[3] for c in again[:2]], [False, True])

    def test_thresholds_of_a_budget_go_where_budgets_are_wanted(self):
        for _ in range(200):
            status, _, text = self.ask()
            self.assertEqual(status, 200, text)
            if any(n["type"] == "budget.threshold" and n["data"]["percent"] == 100 for n in self.see("/admin/v1/alerts")["data"]):
                break
        else:
            self.fail("two hundred requests cost less than 0.0001 USD")
        told = json.loads(self.receiver.wait_for("budget.threshold", f"/in/money?t={HUSH}")[2])
        self.assertEqual((told["data"]["budget"], told["data"]["percent"], told["data"]["hard"]), ("team", 50, False))
        logged = self.wait_log("budget.threshold")
        self.assertEqual(logged["data"]["budget"], "team")
        self.assertEqual({json.loads(c[2])["type"] for c in self.receiver.came if "/money" in c[0]}, {"budget.threshold"})
        percents = [n["data"]["percent"] for n in self.see("/admin/v1/alerts?limit=1000")["data"] if n["type"] == "budget.threshold"]
        self.assertEqual(sorted(percents), [50, 100], "each once")

    def test_a_place_that_fails_is_told(self):
        status, _, text = call(self.fakes["openai"] + "/_fake/faults", "status 503 times=400")
        self.assertEqual(status, 200, text)
        until = time.monotonic() + 30
        while not any("deployment.left" in line for line in self.log) and time.monotonic() < until:
            self.ask()
        logged = self.wait_log("deployment.left", within_s=5)
        self.assertEqual((logged["level"], logged["data"]["deployment"]), ("warn", "direct"))
        self.receiver.wait_for("deployment.left")

    def test_what_is_told_holds_no_secret_and_stands_in_the_metrics(self):
        self.receiver.wait_for("price.ends")
        page = self.see("/admin/v1/alerts")
        hooks = {h["name"]: h for h in page["webhooks"]}
        self.assertGreaterEqual(hooks["ops"]["delivered"], 2)
        metrics = call(self.admin + "/metrics", headers={"Authorization": f"Bearer {ADMIN}"})[2]
        self.assertIn('fairway_webhook_deliveries_total{webhook="ops",outcome="failed"} 1', metrics)
        self.assertIn('fairway_notices_total{kind="price"} 2', metrics)
        for text in (json.dumps(page), metrics, "".join(self.log)):
            for secret in (HUSH, SECRET, KEY, ADMIN):
                self.assertNotIn(secret, text)


if __name__ == "__main__":
    unittest.main()
