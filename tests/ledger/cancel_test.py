#!/usr/bin/env python3
"""The cancel matrix: clients that leave at four moments, at upstreams of four dialects, under three billing rules; what the
books say of each attempt is held against the fake cloud's own bill, in the class that the rule promises."""
import json
import pathlib
import signal
import socket
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

KEY, ADMIN = "sk-fw-cancel-0123456789abcdef", "admin-token-of-this-test-0123"
ENVIRONMENT = {"OPENAI": "sk-fake-openai", "AWS_KEY": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
               "KEY": KEY, "ADMIN": ADMIN}
INPUT, OUTPUT = Decimal(1), Decimal(4)  # USD per million tokens
# upstream: (provider, its word for the model, dialect)
UPSTREAMS = {
    "chat": ("openai", "gpt-6-sol", "chat"),
    "responses": ("openai", "gpt-6-sol", "responses"),
    "converse": ("runtime", "openai.gpt-oss-120b-1:0", "converse"),
    "generate_content": ("google", "gemini-3-pro", "generate_content"),
}
RULES = ("drain", "estimate", "unbilled")
MOMENTS = ("before_headers", "first_token", "mid_stream", "last_chunk")
EVENT_MS, TOKENS = 12, 40


def configuration(folder, urls):
    text = f"""version: 1
threads: 2
log: {{ format: text }}
listen: [{{ address: "127.0.0.1:0" }}]
admin: {{ address: "127.0.0.1:0", token: "${{env:ADMIN}}" }}
data_dir: {folder}/data
providers:
  openai: {{ cloud: openai, base_url: "{urls['openai']}", auth: {{ api_key: "${{env:OPENAI}}" }} }}
  runtime: {{ cloud: bedrock, region: us-east-1, base_url: "{urls['bedrock']}", auth: {{ access_key_id: "${{env:AWS_KEY}}", secret_access_key: "${{env:AWS_SECRET}}" }} }}
  google: {{ cloud: vertex, project: fake-project, location: global, base_url: "{urls['vertex']}", auth: {{ service_account_file: {folder}/sa.json }} }}
models:
"""
    for name, (provider, model, dialect) in UPSTREAMS.items():
        for rule in RULES:
            text += (f"  {name}-{rule}:\n    deployments: [{{ provider: {provider}, model: \"{model}\", name: {name}-{rule}, dialects: [{dialect}], on_cancel: {rule}, "
                     f'price: {{ input: "{INPUT}", cache_read: "{INPUT}", cache_write: {{ 30m: "{INPUT}" }}, output: "{OUTPUT}" }} }}]\n')
    return text + 'keys: [{ name: one, key: "${env:KEY}" }]\n'


class Leaver:
    """One streaming request whose client leaves at a moment."""

    def __init__(self, port, model, moment):
        body = json.dumps({"model": model, "stream": True, "stream_options": {"include_usage": True}, "messages": [{"role": "user", "content": "Tell of a river."}]})
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.sendall(f"POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {KEY}\r\nContent-Type: application/json\r\n"
                            f"Content-Length: {len(body)}\r\nx-client-request-id: {model}/{moment}\r\n\r\n{body}".encode())
        self.text = b""

    def read_until(self, there):
        while not there(self.text):
            more = self.socket.recv(65536)
            assert more, f"it ended early: {self.text.decode()}"
            self.text += more

    def leave(self, moment):
        if moment == "first_token":
            self.read_until(lambda t: t.count(b'"content":"') >= 1 and b"data: " in t)
        elif moment == "mid_stream":
            self.read_until(lambda t: t.count(b"data: ") >= 8)
        elif moment == "last_chunk":
            self.read_until(lambda t: b'"completion_tokens"' in t)
        self.socket.close()


class Cancel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="fairway-cancel-")
        cls.addClassCleanup(cls.folder.cleanup)
        folder = pathlib.Path(cls.folder.name)
        manner = ["--listen", "127.0.0.1:0", "--first-token-ms", "30", "--event-ms", str(EVENT_MS), "--answer-tokens", str(TOKENS)]
        cls.fakes = {}
        for cloud in ("openai", "bedrock", "vertex"):
            cls.fakes[cloud] = cls.start("fake", "--cloud", cloud, *manner).line("listening ").split()[-1]
        tokens = cls.start("fake", "--cloud", "tokens", "--listen", "127.0.0.1:0").line("listening ").split()[-1]
        (folder / "sa.json").write_text(call(tokens + "/_fake/service_account")[2])
        (folder / "fairway.yaml").write_text(configuration(folder, {"openai": cls.fakes["openai"] + "/v1", "bedrock": cls.fakes["bedrock"], "vertex": cls.fakes["vertex"]}))
        cls.gateway = cls.start("serve", "-c", str(folder / "fairway.yaml"), env=ENVIRONMENT)
        said = ""
        while not said.startswith("listening: "):
            said = cls.gateway.child.stderr.readline().decode()
            assert said, "the gateway did not start"
        cls.port = int(said.split(":")[-1])
        cls.folder_path = folder
        cls.play()

    @classmethod
    def start(cls, *arguments, **options):
        program = Program(*arguments, **options)
        program.__enter__()
        cls.addClassCleanup(program.__exit__, None, None, None)
        return program

    @classmethod
    def entries(cls):
        """Every attempt at each fake, oldest first."""
        return {cloud: sorted(json.loads(call(f"{url}/_fake/bill?last=1000")[2])["attempts"], key=lambda e: e["number"]) for cloud, url in cls.fakes.items()}

    @classmethod
    def bills(cls):
        """The same, once none is open."""
        while True:
            entries = cls.entries()
            if not any(e["open"] for of in entries.values() for e in of):
                return entries

    @classmethod
    def play(cls):
        """All cells, one after the other; then the books, as they are when the gateway has ended."""
        cls.billed = {}  # not all clouds take the gateway's id of an attempt, so cells are told apart by their order
        for name, (provider, _, _) in UPSTREAMS.items():
            cloud = {"runtime": "bedrock", "google": "vertex"}.get(provider, provider)
            for rule in RULES:
                for moment in MOMENTS:
                    model = f"{name}-{rule}"
                    before = len(cls.bills()[cloud])
                    leaver = Leaver(cls.port, model, moment)
                    cls.wait(lambda: len(cls.entries()[cloud]) > before)
                    leaver.leave(moment)
                    attempts = cls.bills()[cloud]
                    assert len(attempts) == before + 1, f"{model}/{moment}: {len(attempts) - before} attempts"
                    cls.billed[f"{model}/{moment}"] = attempts[-1]
        assert cls.gateway.stop(signal.SIGTERM) == 0
        done = subprocess.run([BIN, "ledger", "export", "--data-dir", str(cls.folder_path / "data")], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        cls.lines = {line["client_request_id"]: line for line in map(json.loads, done.stdout.splitlines())}

    @classmethod
    def wait(cls, there):
        until = time.monotonic() + 30
        while not there():
            assert time.monotonic() < until, "it did not come to that"

    def cells(self, rule):
        for name in UPSTREAMS:
            for moment in MOMENTS:
                cell = f"{name}-{rule}/{moment}"
                line = self.lines[cell]
                bill = self.billed[cell]
                usage = bill["usage"]
                cost = (INPUT * usage["input_tokens"] + OUTPUT * usage["output_tokens"]) / 1_000_000 if bill["billed"] else Decimal(0)
                with self.subTest(cell):
                    yield moment, line, bill, cost

    def test_every_cell_is_in_the_books_once(self):
        self.assertEqual(len(self.lines), len(UPSTREAMS) * len(RULES) * len(MOMENTS))
        self.assertEqual(set(self.lines), set(self.billed))

    def test_what_is_drained_is_exact_and_the_cloud_was_heard_to_its_end(self):
        for _, line, bill, cost in self.cells("drain"):
            self.assertFalse(bill["client_gone"])
            self.assertEqual((line["state"], line["basis"]), ("settled_exact", "provider_usage"))
            self.assertEqual(Decimal(line["cost_usd"]), cost)

    def test_what_is_cancelled_is_estimated_and_the_bill_lies_within(self):
        for moment, line, bill, cost in self.cells("estimate"):
            if moment != "last_chunk":
                self.assertTrue(bill["client_gone"], "the upstream is told at once")
                self.assertEqual((line["state"], line["basis"]), ("settled_estimated", "estimate"))
            low, high = (Decimal(line[k] if line["cost_usd"] is None or line["state"] == "settled_estimated" else line["cost_usd"]) for k in ("cost_low_usd", "cost_high_usd"))
            self.assertTrue(low <= cost <= high, f"{line['state']} from {low} to {high}, billed {cost}")

    def test_what_is_not_billed_costs_nothing_unless_usage_still_came(self):
        for moment, line, bill, cost in self.cells("unbilled"):
            self.assertEqual(line["state"], "settled_exact")
            if line["basis"] == "cancel_unbilled":
                self.assertEqual(Decimal(line["cost_usd"]), 0)
                self.assertNotEqual(moment, "last_chunk", "the usage had come")
            else:
                self.assertEqual((moment, line["basis"], Decimal(line["cost_usd"])), ("last_chunk", "provider_usage", cost))


if __name__ == "__main__":
    unittest.main()
