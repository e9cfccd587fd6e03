#!/usr/bin/env python3
"""`fairway plan status`, and what must hold between plans whose inputs differ in one thing."""
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path

sys.dont_write_bytecode = True
BIN = os.environ["FAIRWAY_BIN"]
HEAD = "time,model,class,place,input_tokens,cached_tokens,output_tokens,requests"
ENOUGH = Decimal("0.0002")  # a search ends when plan and bound are 0.01 % apart


def demand(days=14, factor=1.0, output=1.0, classes=("chat", "batch")):
    rows = [HEAD]
    for hour in range(days * 24):
        for i, name in enumerate(classes):
            level = (100 + 60 * (1 if 8 <= hour % 24 < 20 else -1) + hour % 7) * factor / (i + 1)
            rows.append(f"2026-11-{hour // 24 + 1:02}T{hour % 24:02}:00:00Z,m,{name},,{round(level * 30000)},{round(level * 20000)},{round(level * 3000 * output)},{round(level * 9)}")
    return "\n".join(rows) + "\n"


def offers(scale=Decimal(1), tokens_per_minute=3000, more=""):
    usd = lambda text: f'"{(Decimal(text) * scale).normalize():f}"'
    return f"""
- {{model: m, name: payg, cloud: openai, scope: global, usd_per_million: {{input: {usd("2.00")}, cache_read: {usd("0.20")}, output: {usd("10")}}}}}
- {{model: m, name: second, cloud: bedrock, scope: us, usd_per_million: {{input: {usd("2.20")}, cache_read: {usd("0.22")}, output: {usd("11")}}}}}
- model: m
  name: units
  cloud: azure
  scope: eu
  unit: {{tokens_per_minute: {tokens_per_minute}, weights: {{input: 1, cache_read: 0, output: 5}}, window_s: 60}}
  minimum: 5
  increment: 5
  terms: {{hour: {usd("1.00")}, month: {usd("150")}, year: {usd("1200")}}}
{more}"""


class Room(unittest.TestCase):
    def setUp(self):
        self.room = tempfile.TemporaryDirectory()
        self.addCleanup(self.room.cleanup)
        self.dir = Path(self.room.name)

    def file(self, name, text):
        (self.dir / name).write_text(text)
        return str(self.dir / name)

    def run_it(self, *args):
        return subprocess.run([BIN, "plan", *args], capture_output=True, text=True, timeout=240)

    def plan(self, rows=None, offered=None, rules=""):
        args = ["--demand", self.file("demand.csv", rows or demand()), "--offers", self.file("offers.yaml", offered or offers()), "--output", "json"]
        if rules:
            args += ["--rules", self.file("rules.yaml", rules)]
        done = self.run_it(*args)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)


class Status(Room):
    def status(self, came, *more):
        return self.run_it("status", str(self.dir / "plan.json"), "--demand", self.file("came.csv", came), "--output", "json", *more)

    def setUp(self):
        super().setUp()
        self.made = self.plan()
        self.file("plan.json", json.dumps(self.made))

    def test_what_comes_as_planned_leaves_the_plan_as_it_is(self):
        done = self.status(demand(days=7))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        said = json.loads(done.stdout)
        self.assertFalse(said["plan_again"])
        self.assertEqual(said["planned_usd"], said["came_usd"])
        self.assertEqual(said["until"], "2026-11-08T00:00:00Z")
        for pool in said["pools"]:
            self.assertEqual(pool["planned_use"], pool["came_use"])
        self.assertEqual({c["class"]: c["planned_tokens"] for c in said["classes"]}, {c["class"]: c["came_tokens"] for c in said["classes"]})

    def test_the_end_in_sight_is_a_reason(self):
        done = self.status(demand(days=12))
        self.assertEqual(done.returncode, 5)
        self.assertEqual(json.loads(done.stdout)["reasons"], ["it ends at 2026-11-15T00:00:00Z"])

    def test_more_costs_more_and_says_so(self):
        done = self.status(demand(days=7, factor=1.5))
        self.assertEqual(done.returncode, 5)
        said = json.loads(done.stdout)
        self.assertGreater(Decimal(said["came_usd"]), Decimal(said["planned_usd"]))
        reasons = " ".join(said["reasons"])
        self.assertIn("+50 % of the tokens that were planned", reasons)
        self.assertRegex(reasons, r"it costs \+[0-9.]+ % of what was planned")

    def test_a_class_that_nobody_planned_for_is_named(self):
        done = self.status(demand(days=7, classes=("chat", "batch", "voice")))
        self.assertEqual(done.returncode, 5)
        self.assertIn("class voice of m is not in the plan", json.loads(done.stdout)["reasons"])

    def test_units_that_stand_idle_are_named(self):
        done = self.status(demand(days=7, factor=0.4))
        self.assertEqual(done.returncode, 5)
        self.assertRegex(" ".join(json.loads(done.stdout)["reasons"]), r"units is used to \d+ %, \d+ % were planned")

    def test_changed_offers_are_a_reason_and_other_times_an_error(self):
        done = self.status(demand(days=7), "--offers", self.file("new.yaml", offers(scale=Decimal("0.9"))))
        self.assertEqual(done.returncode, 5)
        self.assertIn("new.yaml is not what the plan was made from", " ".join(json.loads(done.stdout)["reasons"]))
        late = self.status(f"{HEAD}\n2025-01-01T00:00:00Z,m,chat,,1,1,1,1\n2025-01-01T01:00:00Z,m,chat,,1,1,1,1\n")
        self.assertEqual(late.returncode, 1)
        self.assertIn("expected some of the plan's span", late.stderr)


class Metamorphic(Room):
    def cost(self, **inputs):
        return Decimal(self.plan(**inputs)["cost_usd"])

    def test_prices_times_seven_are_a_cost_times_seven(self):
        once, often = self.cost(), self.cost(offered=offers(scale=Decimal(7)))
        self.assertLess(abs(often / 7 - once), once * ENOUGH)

    def test_a_new_offer_never_raises_the_cost(self):
        before = self.cost()
        for more in ('- {model: m, name: extra, cloud: vertex, scope: us, usd_per_million: {input: "1.90", cache_read: "0.20", output: "9.5"}}',
                     '- {model: m, name: extra, cloud: vertex, scope: us, usd_per_million: {input: "99", cache_read: "99", output: "99"}}',
                     '- {model: m, name: extra, cloud: vertex, scope: us, kind: provisioned, unit: {tokens_per_minute: 3300, weights: {output: 5}}, minimum: 3, terms: {month: "120"}}',
                     '- {model: m, name: extra, cloud: azure, scope: us, quota: {tokens_per_minute: 20000}, usd_per_million: {input: "1.00", cache_read: "0.10", output: "5"}}'):
            self.assertLessEqual(self.cost(offered=offers(more=more)), before * (1 + ENOUGH), more)

    def test_a_tighter_rule_never_lowers_the_cost(self):
        for rule, values in (("max_share: {{azure: {}}}", (1, 0.7, 0.3, 0)), ("second_source: {}", (0, 0.1, 0.3)), ("hhi_max: {}", (1, 0.8, 0.6)), ("n_minus_1: {{served: {}}}", (0, 0.5, 1))):
            costs = [self.cost(rules=rule.format(value) + "\n") for value in values]
            for looser, tighter in zip(costs, costs[1:]):
                self.assertGreaterEqual(tighter, looser * (1 - ENOUGH), f"{rule} {values} {costs}")

    def test_order_decides_nothing(self):
        rows, lines = demand().splitlines(), offers().strip().split("\n- ")
        random.Random(5).shuffle(lines)
        body = rows[1:]
        random.Random(6).shuffle(body)
        shuffled = "- " + "\n- ".join(line.removeprefix("- ") for line in lines) + "\n"
        keep = lambda made: {k: v for k, v in made.items() if k not in ("inputs", "notes")}
        self.assertEqual(keep(self.plan()), keep(self.plan(rows="\n".join([rows[0], *body]) + "\n", offered=shuffled)))

    def test_a_capacity_that_is_half_off_costs_little(self):
        """The plan made with a wrong capacity of units, paid for with the right one, beside the plan made with the right one."""
        right = self.cost()
        for wrong, most in ((1500, 1.6), (4500, 1.6)):
            self.file("plan.json", json.dumps(self.plan(offered=offers(tokens_per_minute=wrong))))
            done = self.run_it("what-if", str(self.dir / "plan.json"), "price * x1", "--offers", self.file("right.yaml", offers()), "--output", "json")
            self.assertEqual(done.returncode, 0, done.stderr)
            kept = Decimal(json.loads(done.stdout)["what_if"][0]["same_purchases_usd"])
            print(f"capacity told as {wrong / 3000:.0%}: {kept / right:.3f} of the cost", file=sys.stderr)
            self.assertGreaterEqual(kept, right * (1 - ENOUGH))
            self.assertLess(kept, right * Decimal(most))


if __name__ == "__main__":
    unittest.main(verbosity=2)
