#!/usr/bin/env python3
"""fairway ledger reconcile: bills of every form (tests/ledger/bills) against books. reconcile_test.py MAKER."""
import fcntl
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
from decimal import Decimal

TOP = pathlib.Path(__file__).resolve().parents[2]
BILLS = TOP / "tests/ledger/bills"
BIN = str(TOP / os.environ.get("FAIRWAY_BIN", "build/dev/fairway"))
MAKER = None
SOL = "gpt-6-sol/openai/global/standard/2026-09-22"
LUNA = {"1": ("1.00", "0.10", "1.25", "6.00"), "2": ("0.20", "0.02", "0.25", "1.20")}

CONFIG = """version: 1
listen: [{ address: 127.0.0.1:0 }]
data_dir: %s
offers: [announced.yaml]
providers:
  openai: { cloud: openai, auth: { api_key: "${env:FW_TEST_KEY}" } }
  azure-global: { cloud: azure, base_url: "https://res.openai.azure.com/openai/v1", auth: { api_key: "${env:FW_TEST_KEY}" }, scope: global }
models:
  sol: { deployments: [{ provider: openai, model: gpt-6-sol, name: direct }] }
  luna: { deployments: [{ provider: azure-global, model: luna-prod, offer: gpt-5.6-luna }] }
keys: [{ name: team-a, key: "${env:FW_TEST_KEY}" }]
"""
# What was announced: the book inside the program has the cut from the day it was billed.
ANNOUNCED = """rows:
  - { model: gpt-5.6-luna, cloud: azure, scope: global, from: 2026-07-30,
      usd_per_million: { input: "0.20", cache_read: "0.02", cache_write.30m: "0.25", output: "1.20" },
      evidence: [{ source: "announcement", date: 2026-07-30, kind: documented }] }
"""


def sol(number, time, tokens=(1000, 100), **more):
    cost = Decimal(tokens[0]) * 2 / 10**6 + Decimal(tokens[1]) * 10 / 10**6
    return {"id": f"req_{number}.1", "time": time, "provider": "openai", "cloud": "openai", "scope": "global", "model": "sol", "row": SOL, "tier": "default",
            "state": "settled_exact", "input": tokens[0], "output": tokens[1], "cost": f"{cost:f}", "most": "0.5", "input_max": 4000, "output_max": 1000, **more}


def at(cloud, row, cost, scope="global"):
    """A million and a hundred thousand tokens in ten attempts at one cloud; none is above the step of long prompts."""
    return [sol(i, f"2026-11-02T0{i}:30:00Z", (100000, 10000), provider=cloud, cloud=cloud, scope=scope, row=row, cost=cost) for i in range(10)]


def luna():
    attempts = []
    for i in range(18):
        day = f"2026-07-{28 + i}" if i < 4 else f"2026-08-{i - 3:02}"
        prices = LUNA["1" if i < 2 else "2"]
        tokens = (100000, 50000, 10000, 20000)
        cost = sum(Decimal(p) * t / 10**6 for p, t in zip(prices, tokens))
        row = "gpt-5.6-luna/azure/global/standard/" + ("2026-07-09" if i < 2 else "2026-07-30")
        attempts += ({"id": f"req_l{i}x{n}.1", "time": f"{day}T12:00:00Z", "provider": "azure-global", "cloud": "azure", "scope": "global", "model": "luna", "row": row,
                         "state": "settled_exact", "input": tokens[0], "cache_read": tokens[1], "cache_write_30m": tokens[2], "output": tokens[3],
                         "cost": f"{cost:f}", "most": "5", "input_max": 400000, "output_max": 100000} for n in range(10))
    return attempts


class Reconcile(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="fairway-reconcile-"))
        self.addCleanup(shutil.rmtree, self.dir)
        self.books = self.dir / "books"
        self.config = self.dir / "fairway.yaml"
        self.config.write_text(CONFIG % self.books)
        (self.dir / "announced.yaml").write_text(ANNOUNCED)

    def make(self, attempts):
        self.books.mkdir(mode=0o700, exist_ok=True)
        subprocess.run([MAKER, str(self.books)], input="".join(json.dumps(a) + "\n" for a in attempts), text=True, check=True, timeout=60)

    def run_it(self, *args, status=0):
        done = subprocess.run([BIN, "ledger", *args], capture_output=True, text=True, timeout=60, cwd=self.dir, env={**os.environ, "FW_TEST_KEY": "sk-0123456789abcdef"})
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        return done.stdout + done.stderr

    def reconcile(self, *bills, args=(), status=0, config=False):
        place = ("-c", str(self.config)) if config else ("--data-dir", str(self.books))
        flags = [part for bill in bills for part in ("--bill", str(BILLS / bill))]
        told = json.loads(self.run_it("reconcile", *place, *flags, "--output", "json", *args, status=status))
        self.assertEqual(sum((Decimal(e["usd"]) for e in told["explanations"]), Decimal(0)), Decimal(told["difference_usd"]), told)
        return told

    def test_bills_of_every_form_agree_with_books_that_say_the_same(self):
        cases = (("openai-usage.json", at("openai", SOL, "0.3")),
                 ("openai-costs.json", at("openai", SOL, "0.3")),
                 ("azure.csv", at("azure", "gpt-6-sol/azure/global/standard/2026-09-22", "0.3")),
                 ("aws-cur2.csv", at("bedrock", "gpt-6-sol/bedrock:mantle/us/standard/2026-09-22", "0.33", "us")),
                 ("aws-focus.csv", at("bedrock", "gpt-6-sol/bedrock:mantle/us/standard/2026-09-22", "0.33", "us")),
                 ("google.csv", at("vertex", "gpt-oss-120b/vertex/global/standard/2025-08-05", "0.0126")))
        for bill, attempts in cases:
            with self.subTest(bill):
                shutil.rmtree(self.books, ignore_errors=True)
                self.make(attempts)
                told = self.reconcile(bill)
                self.assertTrue(told["agrees"], told)
                self.assertEqual(told["agreed"], 2)
                self.assertEqual(told["attempts"], 10)

    def test_credits_are_told_apart(self):
        self.make(at("azure", "gpt-6-sol/azure/global/standard/2026-09-22", "0.3"))
        told = self.reconcile("azure-focus.csv", status=5)
        self.assertEqual([(e["cause"], e["usd"]) for e in told["explanations"]], [("credit", "-0.25")])
        self.assertEqual(self.reconcile("azure.csv")["elsewhere"], {"lines": 1, "usd": "2.4"})
        shutil.rmtree(self.books)
        self.make(at("vertex", "gpt-oss-120b/vertex/global/standard/2025-08-05", "0.0126"))
        told = self.reconcile("google.json", status=5)
        self.assertEqual([(e["cause"], e["usd"], e["what"]) for e in told["explanations"]], [("credit", "-0.01", "promotion PROMOTION")])

    def test_counts_and_costs_of_the_same_days_are_one_bill(self):
        self.make(at("openai", SOL, "0.3"))
        told = self.reconcile("openai-usage.json", "openai-costs.json")
        self.assertEqual((told["billed_usd"], told["counted"], told["agreed"]), ("3", False, 2))

    def test_the_late_cut_of_luna_is_one_drift_with_meters_dates_and_amount(self):
        self.make(luna())
        told = self.reconcile("azure-luna.csv", config=True, status=5)
        self.assertEqual(len(told["drifts"]), 1, told)
        drift = told["drifts"][0]
        self.assertEqual((drift["model"], drift["from"], drift["until"], drift["over"]), ("gpt-5.6-luna", "2026-07-30", "2026-08-12", True))
        self.assertEqual(drift["usd"], "24.7")  # 13 days of 0.80 + 0.04 + 0.10 + 0.96
        self.assertEqual({m["meter"]: (m["book_usd_per_million"], m["bill_usd_per_million"]) for m in drift["meters"]},
                         {"input": ("0.2", "1"), "cache_read": ("0.02", "0.1"), "cache_write.30m": ("0.25", "1.25"), "output": ("1.2", "6")})
        self.assertEqual([e["cause"] for e in told["explanations"]], ["price"])

    def test_the_proposed_row_is_read_by_offers_and_holds_the_billed_price(self):
        self.make(luna())
        text = self.run_it("reconcile", "-c", str(self.config), "--bill", str(BILLS / "azure-luna.csv"), status=5)
        self.assertIn("price drift: gpt-5.6-luna, 2026-07-30 to 2026-08-11, +24.7 USD", text)
        (self.dir / "corrected.yaml").write_text(text[text.index("rows:"):])
        self.config.write_text(self.config.read_text().replace("[announced.yaml]", "[announced.yaml, corrected.yaml]"))
        rows = subprocess.run([BIN, "offers", "gpt-5.6-luna", "--at", "2026-08-05", "-c", str(self.config), "--output", "json"], capture_output=True, text=True, timeout=60,
                              cwd=self.dir, env={**os.environ, "FW_TEST_KEY": "sk-0123456789abcdef"})
        self.assertEqual(rows.returncode, 0, rows.stderr)
        row = next(r for r in json.loads(rows.stdout) if r["cloud"] == "azure" and r["scope"] == "global" and r["tier"] == "standard")
        self.assertEqual((row["from"], row["until"], row["usd_per_million"]["input"], row["evidence"][0]["kind"]), ("2026-07-30", "2026-08-12", "1", "probed"))

    def test_a_bill_by_request_settles_what_is_ambiguous_once(self):
        self.make([sol(1, "2026-11-02T10:00:00Z"), sol(2, "2026-11-02T10:00:01Z", state="ambiguous"), sol(3, "2026-11-02T10:00:02Z", state="ambiguous"),
                   sol(4, "2026-11-02T10:00:03Z", state="ambiguous"), sol(5, "2026-11-02T10:00:09Z")])
        told = self.reconcile("attempts.json", status=5)
        self.assertEqual({r["attempt_id"]: (r["state"], r["cost_usd"]) for r in told["resolutions"]},
                         {"req_2.1": ("settled_exact", "0.0045"), "req_3.1": ("refused_unbilled", "0")})
        told = self.reconcile("attempts.json", args=("--apply",))
        self.assertEqual(told["applied"], 2)
        lines = {line["attempt_id"]: line for line in map(json.loads, self.run_it("export", "--data-dir", str(self.books)).splitlines())}
        self.assertEqual((lines["req_2.1"]["state"], lines["req_2.1"]["cost_usd"], lines["req_2.1"]["usage"]["input"]), ("settled_exact", "0.0045", 2000))
        self.assertEqual((lines["req_3.1"]["state"], lines["req_3.1"]["cost_usd"]), ("refused_unbilled", "0"))
        self.assertEqual(lines["req_4.1"]["state"], "ambiguous")
        self.run_it("verify", "--data-dir", str(self.books))
        size = sum(p.stat().st_size for p in self.books.rglob("*") if p.is_file())
        self.assertEqual(self.reconcile("attempts.json", args=("--apply",))["applied"], 0)
        self.assertEqual(size, sum(p.stat().st_size for p in self.books.rglob("*") if p.is_file()))
        self.assertEqual(self.reconcile("attempts.json", args=("--apply", "--complete"))["applied"], 1)

    def test_an_intent_that_names_no_price_is_settled_at_its_deployments(self):
        self.make([sol(1, "2026-11-02T10:00:00Z"), sol(2, "2026-11-02T10:00:01Z", state="ambiguous", row="")])
        told = self.reconcile("attempts.json", config=True, status=5)
        self.assertEqual([(r["attempt_id"], r["cost_usd"]) for r in told["resolutions"]], [("req_2.1", "0.0045")])

    def test_nothing_is_written_while_a_gateway_holds_the_directory(self):
        self.make([sol(2, "2026-11-02T10:00:01Z", state="ambiguous")])
        with open(self.books / "lock", "a+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            text = self.run_it("reconcile", "--data-dir", str(self.books), "--bill", str(BILLS / "attempts.json"), "--apply", status=1)
        self.assertIn("a gateway runs on it", text)

    def test_errors_say_where_and_how_to_fix_it(self):
        self.make([sol(1, "2026-11-02T10:00:00Z")])
        bad = self.dir / "bill.csv"
        bad.write_text((BILLS / "azure.csv").read_text().replace("USD", "EUR"))
        place = ("--data-dir", str(self.books))
        self.assertRegex(self.run_it("reconcile", *place, "--bill", str(bad), status=1), r"bill\.csv:2:\d+: found the currency 'EUR', expected USD")
        self.assertIn("cannot be read", self.run_it("reconcile", *place, "--bill", "none.csv", status=1))
        self.assertIn("give each its own call", self.run_it("reconcile", *place, "--bill", str(BILLS / "azure.csv"), "--bill", str(BILLS / "attempts.json"), status=2))
        self.assertIn("--bill", self.run_it("reconcile", *place, status=2))
        self.assertIn("expected a provider of the configuration at azure",
                      self.run_it("reconcile", "-c", str(self.config), "--provider", "openai", "--bill", str(BILLS / "azure.csv"), status=2))


if __name__ == "__main__":
    MAKER = sys.argv.pop(1)
    unittest.main()
