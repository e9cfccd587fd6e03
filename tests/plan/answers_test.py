#!/usr/bin/env python3
"""What `fairway plan` says beside the plan: entry prices, baselines, and what it would be if something changed."""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path

sys.dont_write_bytecode = True
BIN = os.environ["FAIRWAY_BIN"]
SLOWER = os.environ.get("FAIRWAY_STAGE", "") == "asan"

OFFERS = """
- {model: m, name: payg, cloud: openai, scope: global, quota: {tokens_per_minute: 50000000}, usd_per_million: {input: "2.00", cache_read: "0.20", output: "10"}}
- {model: m, name: dear, cloud: bedrock, scope: us, usd_per_million: {input: "2.50", cache_read: "0.25", output: "12.5"}}
- {model: m, name: unsaid, cloud: vertex, scope: us}
- {model: m, name: halfsaid, cloud: vertex, scope: eu, usd_per_million: {input: "2.00", cache_read: "0.20"}}
- model: m
  name: units
  cloud: azure
  scope: eu
  unit: {tokens_per_minute: 3000, weights: {input: 1, cache_read: 0, output: 5}, window_s: 60}
  minimum: 5
  increment: 5
  terms: {hour: "1.00", month: "150", year: "1200"}
- {model: m, name: silent, cloud: azure, scope: us, kind: provisioned, unit: {tokens_per_minute: 3000, weights: {input: 1, cache_read: 0, output: 5}}, minimum: 5, increment: 5}
"""


def demand(hours=24 * 30, first=0):
    """A month of hours of one class, a wave a day."""
    rows = ["time,model,class,place,input_tokens,cached_tokens,output_tokens,requests"]
    for hour in range(first, first + hours):
        level = 100 + 60 * (1 if 8 <= hour % 24 < 20 else -1) + hour % 7
        time = f"2026-{11 + hour // 720:02}-{hour // 24 % 30 + 1:02}T{hour % 24:02}:00:00Z"
        rows.append(f"{time},m,chat,,{level * 30000},{level * 20000},{level * 3000},{level * 9}")
    return "\n".join(rows) + "\n"


class Answers(unittest.TestCase):
    def setUp(self):
        self.room = tempfile.TemporaryDirectory()
        self.addCleanup(self.room.cleanup)
        self.dir = Path(self.room.name)

    def file(self, name, text):
        (self.dir / name).write_text(text)
        return str(self.dir / name)

    def run_it(self, *args):
        return subprocess.run([BIN, "plan", *args], capture_output=True, text=True, timeout=240)

    def plan(self, *more, offers=OFFERS, rows=None, output="json"):
        done = self.run_it("--demand", self.file("demand.csv", rows or demand()), "--offers", self.file("offers.yaml", offers), "--output", output, *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout) if output == "json" else done.stdout

    def changed(self, before, after):
        self.assertIn(before, OFFERS)
        return OFFERS.replace(before, after)

    def test_an_offer_enters_just_below_its_entry_price_and_not_above(self):
        made = self.plan()
        entries = {(e["offer"], e["term"]): e for e in made["entry_prices"]}
        used = {p["offer"] for p in made["placements"]}
        self.assertNotIn("dear", used)
        dear = entries["dear", "pay_as_you_go"]
        self.assertGreater(dear["ratio"], 0.5)
        self.assertLess(dear["ratio"], 0.95)
        for factor, there in ((dear["ratio"] * 1.02, False), (dear["ratio"] * 0.97, True)):
            prices = ", ".join(f'{k}: "{float(v) * factor:.6f}"' for k, v in dear["usd_per_million"].items())
            again = self.plan(offers=self.changed('usd_per_million: {input: "2.50", cache_read: "0.25", output: "12.5"}', f"usd_per_million: {{{prices}}}"))
            self.assertEqual("dear" in {p["offer"] for p in again["placements"]}, there, factor)

    def test_an_unknown_price_says_where_it_would_enter(self):
        made = self.plan()
        entries = {(e["offer"], e["term"]): e for e in made["entry_prices"]}
        self.assertEqual(entries["unsaid", "pay_as_you_go"]["usd_per_million"], {"input": None, "cache_read": None, "output": None})
        self.assertIsNone(entries["unsaid", "pay_as_you_go"]["ratio"])
        half = entries["halfsaid", "pay_as_you_go"]
        self.assertEqual(half["enters_at_usd_per_million"]["input"], "2.000000")
        wanted = float(half["enters_at_usd_per_million"]["output"])
        for factor, there in ((1.02, False), (0.97, True)):
            again = self.plan(offers=self.changed('usd_per_million: {input: "2.00", cache_read: "0.20"}}', f'usd_per_million: {{input: "2.00", cache_read: "0.20", output: "{wanted * factor:.6f}"}}}}'))
            self.assertEqual("halfsaid" in {p["offer"] for p in again["placements"]}, there, factor)
        month = entries["silent", "month"]
        self.assertIsNone(month["usd_per_unit"])
        entering = float(month["enters_at_usd_per_unit"])
        self.assertGreater(entering, 0)
        for factor, there in ((1.05, False), (0.9, True)):
            again = self.plan(offers=self.changed("minimum: 5, increment: 5}", f'minimum: 5, increment: 5, terms: {{month: "{entering * factor:.6f}"}}}}'))
            self.assertEqual("silent" in {p["offer"] for p in again["purchases"]}, there, factor)
        told = self.plan(output="table")
        self.assertRegex(told, r"unsaid +pay_as_you_go +unknown; below [0-9.]+ USD \(input\)")

    def test_verify_refuses_a_tampered_entry_price(self):
        made = self.plan()
        path = self.file("plan.json", json.dumps(made))
        self.assertEqual(self.run_it("verify", path).returncode, 0)
        made["entry_prices"][0]["ratio"] = 0.123
        refused = self.run_it("verify", self.file("plan.json", json.dumps(made)))
        self.assertEqual(refused.returncode, 5)
        self.assertIn("entry_prices", refused.stdout)

    def test_baselines_are_there_and_no_rule_of_thumb_is_cheaper(self):
        made = self.plan()
        cost = Decimal(made["cost_usd"])
        wanted = {"pay_as_you_go", "peak", "p95", "mean", "newsvendor", "coverage_80", "azure_formula", "slosizer_p99", "slosizer_latency", "ski_rental", "ladder"}
        self.assertEqual(set(made["baselines"]), {f"{name}_usd" for name in wanted})
        for name, usd in made["baselines"].items():
            self.assertIsNotNone(usd, name)
            self.assertGreaterEqual(Decimal(usd), cost * Decimal("0.999999"), name)
        self.assertGreater(Decimal(made["baselines"]["peak_usd"]), Decimal(made["baselines"]["ladder_usd"]))
        page = self.dir / "plan.html"
        self.plan("--report", str(page))
        for words in ("units for the busiest step", "newsvendor quantile", "ski rental", "Azure&#39;s sizing formula|Azure's sizing formula"):
            self.assertRegex(page.read_text(), words)

    def test_long_terms_say_what_they_cost_when_their_model_is_replaced(self):
        made = self.plan()
        year = [p for p in made["purchases"] if p["term"] == "year"]
        told = made["if_replaced"]
        self.assertEqual([(e["offer"], e["units"]) for e in told], [(p["offer"], p["units"]) for p in year])
        for bought, each in zip(year, told):
            whole = 1200 * bought["units"]
            self.assertEqual(Decimal(each["usd"]), whole)
            self.assertEqual([after["months"] for after in each["after"]], [3, 6, 9])
            for after in each["after"]:
                self.assertAlmostEqual(float(after["idle_usd"]), whole * (12 - after["months"]) / 12, 4)
                self.assertAlmostEqual(float(after["usd_per_unit_and_month"]), 1200 / after["months"], 4)
        self.assertRegex(self.plan(output="table"), r"units +year +\d+ +1 +3 +[0-9.]+ +400.00")

    def test_what_if_is_quick_true_and_near_a_plan_made_anew(self):
        base = self.plan()
        path = self.file("plan.json", json.dumps(base))
        changes = ["price units x0.8", "price dear x0.6", "quota payg 300000", "leaves azure", "growth x1.5", "growth chat x0.5, leaves bedrock", "price units month 120"]
        done = self.run_it("what-if", path, *changes, "--output", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        answers = json.loads(done.stdout)["what_if"]
        self.assertEqual([a["change"] for a in answers], changes)
        took = [float(ms) for ms in re.findall(r": ([0-9.]+) ms", done.stderr)]
        self.assertEqual(len(took), len(changes))
        if not SLOWER:
            self.assertLess(sorted(took)[len(took) // 2], 100, done.stderr)
        for answer in answers:
            cost, bound = Decimal(answer["cost_usd"]), Decimal(answer["lower_bound_usd"])
            self.assertLessEqual(bound, cost, answer["change"])
            self.assertLess(float((cost - bound) / cost), 0.05, answer["change"])
            self.assertEqual(cost - Decimal(base["cost_usd"]), Decimal(answer["difference_usd"]))
            if answer["same_purchases_usd"]:
                self.assertGreaterEqual(Decimal(answer["same_purchases_usd"]), bound, answer["change"])
        again = self.plan(offers=self.changed('terms: {hour: "1.00", month: "150", year: "1200"}', 'terms: {hour: "0.80", month: "120", year: "960"}'))
        self.assertAlmostEqual(float(answers[0]["cost_usd"]) / float(again["cost_usd"]), 1, 2)
        self.assertEqual({p["offer"] for p in answers[3]["purchases"]}, set())

    def test_what_if_beside_a_plan_and_what_is_wrong_with_one(self):
        made = self.plan("--what-if", "growth x2", "--what-if", "leaves azure, price payg x0.9")
        self.assertEqual([a["change"] for a in made["what_if"]], ["growth x2", "leaves azure, price payg x0.9"])
        self.assertGreater(Decimal(made["what_if"][0]["cost_usd"]), Decimal(made["cost_usd"]))
        self.assertRegex(self.plan("--what-if", "growth x2", output="table"), r"growth x2 +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9]+ x units \(year\)")
        for change, said in (("price nobody x2", "unknown name 'nobody'"), ("prise units x2", "expected 'price NAME xFACTOR'"), ("growth 2", "x1.3")):
            done = self.run_it("--demand", str(self.dir / "demand.csv"), "--offers", str(self.dir / "offers.yaml"), "--what-if", change)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(said, done.stderr)
            self.assertEqual(done.stdout, "")

    def test_a_change_that_leaves_no_plan_says_so(self):
        base = self.plan(offers="\n".join(line for line in OFFERS.splitlines() if "dear" not in line))
        done = self.run_it("what-if", self.file("plan.json", json.dumps(base)), "growth x1000000", "--output", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = json.loads(done.stdout)["what_if"][0]
        self.assertIsNone(answer["same_purchases_usd"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
