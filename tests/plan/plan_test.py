#!/usr/bin/env python3
"""`fairway plan` and `fairway plan verify` from outside: files in, JSON and exit status out."""
import json
import math
import os
import subprocess
import sys
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path

sys.dont_write_bytecode = True
BIN = os.environ["FAIRWAY_BIN"]

OFFERS = """
- {model: m, name: payg, cloud: openai, scope: global, usd_per_million: {input: "2.00", cache_read: "0.20", output: "10"}}
- model: m
  name: units
  cloud: azure
  scope: eu
  unit: {tokens_per_minute: 3000, weights: {input: 1, cache_read: 0, output: 5}, window_s: 60}
  minimum: 5
  increment: 5
  terms: {hour: "1.00", month: "150", year: "1200"}
"""


def demand():
    """Two days of hours, two classes."""
    rows = ["time,model,class,place,input_tokens,cached_tokens,output_tokens,requests"]
    for hour in range(48):
        wave = 1 + 0.8 * math.sin(hour * 0.26)
        time = f"2026-11-{22 + hour // 24}T{hour % 24:02}:00:00Z"
        rows.append(f"{time},m,chat,,{round(3e6 * wave)},{round(4e6 * wave)},{round(4e5 * wave)},{round(900 * wave)}")
        rows.append(f"{time},m,batch,,{round(1e6 / wave)},0,{round(5e4 / wave)},90")
    return "\n".join(rows) + "\n"


class Plan(unittest.TestCase):
    def setUp(self):
        self.room = tempfile.TemporaryDirectory()
        self.addCleanup(self.room.cleanup)
        self.dir = Path(self.room.name)

    def file(self, name, text):
        (self.dir / name).write_text(text)
        return str(self.dir / name)

    def run_it(self, *args):
        return subprocess.run([BIN, "plan", *args], capture_output=True, text=True, timeout=240)

    def plan(self, rules="", offers=OFFERS, rows=None):
        args = ["--demand", self.file("demand.csv", rows or demand()), "--offers", self.file("offers.yaml", offers), "--output", "json"]
        if rules:
            args += ["--rules", self.file("rules.yaml", rules)]
        return self.run_it(*args)

    def test_a_plan_is_cheaper_than_pay_as_you_go_and_stands_up_to_its_check(self):
        done = self.plan()
        self.assertEqual(done.returncode, 0, done.stderr)
        plan = json.loads(done.stdout)
        cost, bound = Decimal(plan["cost_usd"]), Decimal(plan["lower_bound_usd"])
        self.assertLess(cost, Decimal(plan["baselines"]["pay_as_you_go_usd"]))
        self.assertLessEqual(bound, cost)
        self.assertLess(cost - bound, cost / 100)
        self.assertEqual(sum(Decimal(p["cost_usd"]) for p in plan["purchases"] + plan["placements"]), cost)
        for name in ("chat", "batch"):
            self.assertAlmostEqual(sum(p["share"] for p in plan["placements"] if p["class"] == name), 1, 6)
        path = self.file("plan.json", done.stdout)
        self.assertEqual(self.run_it("verify", path).returncode, 0)
        for change in (lambda p: p.update(cost_usd=str(cost - 1)), lambda p: p.update(lower_bound_usd=str(cost + 1)),
                       lambda p: p["purchases"].pop(), lambda p: p["placements"][0].update(share=0.5),
                       lambda p: p["inputs"]["demand"].update(sha256="0" * 64)):
            tampered = json.loads(done.stdout)
            change(tampered)
            refused = self.run_it("verify", self.file("tampered.json", json.dumps(tampered)))
            self.assertEqual(refused.returncode, 5, refused.stdout + refused.stderr)
            self.assertNotEqual(refused.stdout, "")

    def test_shuffled_rows_give_the_same_plan(self):
        lines = demand().splitlines()
        first, second = self.plan(), self.plan(rows="\n".join([lines[0], *reversed(lines[1:])]) + "\n")
        without = lambda done: {k: v for k, v in json.loads(done.stdout).items() if k not in ("inputs", "notes")}
        self.assertEqual(without(first), without(second))
        self.assertIn("put in order", second.stderr)

    def test_a_share_cap_is_kept_and_never_cheaper(self):
        free, capped = json.loads(self.plan().stdout), json.loads(self.plan("max_share: {azure: 0.3}\n").stdout)
        self.assertGreaterEqual(Decimal(capped["cost_usd"]), Decimal(free["cost_usd"]))
        tokens = {"chat": 0, "batch": 0}
        for line in demand().splitlines()[1:]:
            cells = line.split(",")
            tokens[cells[2]] += sum(int(c) for c in cells[4:7])
        azure = sum(p["share"] * tokens[p["class"]] for p in capped["placements"] if p["offer"] == "units")
        self.assertLessEqual(azure / sum(tokens.values()), 0.3 + 1e-6)

    def test_rules_that_leave_nothing_are_infeasible_and_wrong_files_are_told(self):
        done = self.plan("classes: {chat: {residency: jp}}\n")
        self.assertEqual(done.returncode, 1)
        answer = json.loads(done.stdout)
        self.assertTrue(answer["infeasible"])
        self.assertIn("chat", answer["conflict"][0])
        self.assertTrue(answer["relaxation"])
        for args, status, said in ((dict(rules="classes: {chatt: {}}\n"), 3, "chatt"), (dict(rules="cvar: {alpha: 0.9}\n"), 3, "cvar"),
                                   (dict(offers=OFFERS.replace("model: m", "model: other")), 3, "no offer of the model m"),
                                   (dict(rows="time,model,input_tokens,output_tokens\n2026-11-22T10:00:00Z,m,nan,1\n"), 3, "line 2, column 24: input_tokens 'nan'")):
            done = self.plan(**args)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(said, done.stderr)
            self.assertEqual(done.stdout, "")
        self.assertEqual(self.run_it().returncode, 2)
        self.assertEqual(self.run_it("--demand", "/no/such/file", "--offers", "/no/such/file").returncode, 1)

    def test_a_price_that_nobody_has_said_is_left_out(self):
        done = self.plan(offers=OFFERS + '- {model: m, name: unsaid, cloud: bedrock, scope: us, usd_per_million: {input: "0.01"}}\n')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("unsaid: its price of input or output is unknown", json.loads(done.stdout)["left_out"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
