#!/usr/bin/env python3
"""Rules, replicas and operators of `fairway plan` from outside: files in, JSON and exit status out, every plan verified."""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path

sys.dont_write_bytecode = True
BIN = os.environ["FAIRWAY_BIN"]

TWO_CLOUDS = """
- {model: m, name: first, cloud: openai, scope: global, usd_per_million: {input: "2.00", cache_read: "0.20", output: "10"}}
- {model: m, name: second, cloud: bedrock, scope: global, usd_per_million: {input: "2.20", cache_read: "0.22", output: "11"}}
- model: m
  name: units
  cloud: azure
  scope: eu
  unit: {tokens_per_minute: 3000, weights: {input: 1, cache_read: 0, output: 5}, window_s: 60}
  terms: {hour: "1.00", month: "150", year: "1200"}
"""

REGIONS = """
- {model: m, name: eu, cloud: azure, scope: eu/sweden-central, kind: replicas, replica: {tokens_per_minute: 50000, weights: {output: 4}, boot_s: 600}, step: 2, open_usd_per_month: "1000", terms: {hour: "4.00", month: "1800"}}
- {model: m, name: us, cloud: bedrock, scope: us/us-east-1, kind: replicas, replica: {tokens_per_minute: 50000, weights: {output: 4}}, terms: {hour: "3.00", month: "1500"}}
"""


def demand(classes=("chat",), place="berlin"):
    """A day of hours, the same in each class."""
    rows = ["time,model,class,place,input_tokens,cached_tokens,output_tokens,requests"]
    for hour in range(24):
        for name in classes:
            rows.append(f"2026-11-22T{hour:02}:00:00Z,m,{name},{place},{4000000 + 200000 * hour},0,400000,900")
    return "\n".join(rows) + "\n"


class Rules(unittest.TestCase):
    def setUp(self):
        self.room = tempfile.TemporaryDirectory()
        self.addCleanup(self.room.cleanup)
        self.dir = Path(self.room.name)

    def file(self, name, text):
        (self.dir / name).write_text(text)
        return str(self.dir / name)

    def run_it(self, *args):
        return subprocess.run([BIN, "plan", *args], capture_output=True, text=True, timeout=240)

    def ask(self, rules="", offers=TWO_CLOUDS, rows=None, mode="buyer"):
        args = ["--demand", self.file("demand.csv", rows or demand()), "--offers", self.file("offers.yaml", offers), "--mode", mode, "--output", "json"]
        if rules:
            args += ["--rules", self.file("rules.yaml", rules)]
        return self.run_it(*args)

    def plan(self, *args, **more):
        """A plan that stands up to its check."""
        done = self.ask(*args, **more)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        checked = self.run_it("verify", self.file("plan.json", done.stdout))
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        made = json.loads(done.stdout)
        self.assertLessEqual(Decimal(made["lower_bound_usd"]), Decimal(made["cost_usd"]))
        return made

    def shares(self, made):
        clouds = {"first": "openai", "second": "bedrock", "units": "azure"}
        found = {}
        for each in made["placements"]:
            found[clouds[each["offer"]]] = found.get(clouds[each["offer"]], 0) + each["share"]
        return sorted(found.values(), reverse=True) + [0, 0]

    def refused(self, made, change):
        change(made)
        done = self.run_it("verify", self.file("tampered.json", json.dumps(made)))
        self.assertEqual(done.returncode, 5, done.stdout + done.stderr)

    def test_second_sources_and_concentration_are_kept_and_cost(self):
        free = self.plan()
        second = self.plan("second_source: 0.4\n")
        self.assertGreaterEqual(self.shares(second)[1], 0.4 - 1e-6)
        spread = self.plan("hhi_max: 0.4\n")
        self.assertLessEqual(sum(s * s for s in self.shares(spread)), 0.4 + 1e-5)
        for made in (second, spread):
            self.assertGreaterEqual(Decimal(made["cost_usd"]), Decimal(free["cost_usd"]))
            self.assertLess(made["gap"], 0.01)

    def test_an_outage_is_lived_through_by_what_is_deployed(self):
        offers = TWO_CLOUDS.replace("name: second, ", "name: second, quota: {tokens_per_minute: 20000}, ").replace(', month: "150", year: "1200"', "")
        before = self.plan(offers=offers)
        made = self.plan("n_minus_1: {served: 0.9}\n", offers=offers)
        self.assertGreater(Decimal(made["cost_usd"]), Decimal(before["cost_usd"]))
        self.assertEqual({each["without"] for each in made["n_minus_1"]}, {"openai", "bedrock", "azure"})
        for each in made["n_minus_1"]:
            self.assertGreaterEqual(each["served_least"], 0.9 - 1e-6)
        self.assertLess(min(each["served_least"] for each in before["n_minus_1"]), 0.9)
        self.refused(made, lambda p: p["n_minus_1"][0].update(served=0.1))

    def test_contracts_are_drawn_down_and_what_is_not_spent_is_paid(self):
        made = self.plan('contracts: [{cloud: bedrock, commit_usd: "100", from: 2026-11-22, until: 2026-11-23}]\n')
        contract = made["contracts"][0]
        self.assertEqual(Decimal(contract["spent_usd"]) + Decimal(contract["unspent_usd"]), 100)
        self.assertGreater(Decimal(contract["spent_usd"]), 90)
        much = self.plan('contracts: [{cloud: bedrock, commit_usd: "5000", from: 2026-11-22, until: 2026-11-23}]\n')
        self.assertEqual(Decimal(much["cost_usd"]), 5000)
        self.refused(made, lambda p: p["contracts"][0].update(spent_usd="1"))

    def test_a_budget_is_kept_or_told_what_it_takes(self):
        free = self.plan()
        done = self.ask('budget: {usd: "1", per: day}\n')
        self.assertEqual(done.returncode, 1, done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["conflict"], ["budget = 1 per day"])
        needed = Decimal(answer["relaxation"].split(" to ")[1].split(":")[0])
        self.assertAlmostEqual(float(needed / Decimal(free["cost_usd"])), 1, 2)
        self.plan(f'budget: {{usd: "{needed + 1}", per: day}}\n')

    def test_a_conflict_is_the_smallest_with_a_way_out(self):
        done = self.ask("max_share: {openai: 0.3, bedrock: 0.3}\nclasses: {chat: {residency: [us]}}\nhhi_max: 0.9\n",
                        offers=TWO_CLOUDS.replace("scope: global", "scope: us"))
        self.assertEqual(done.returncode, 1, done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual(set(answer["conflict"]), {"classes.chat.residency = us", "max_share.bedrock = 0.3", "max_share.openai = 0.3"})
        self.assertRegex(answer["relaxation"], r"a plan then costs [0-9.]+ USD")

    def test_an_operator_hosts_where_it_may_and_is_told_what_regions_save(self):
        rules = "places: {berlin: {delay_ms: {eu/sweden-central: 30, us/us-east-1: 110}}}\n"
        near = self.plan(rules + "classes: {chat: {first_token_ms: 100}}\n", offers=REGIONS, mode="operator")
        self.assertEqual({each["offer"] for each in near["placements"]}, {"eu"})
        self.assertIn("open", {each["term"] for each in near["purchases"]})
        self.assertTrue(all(each["units"] % 2 == 0 for each in near["deployed"]))
        regions = {each["region"]: each for each in near["regions"]}
        self.assertIsNone(regions["eu/sweden-central"]["without_usd"])
        self.assertEqual(regions["us/us-east-1"]["saves_usd"], "0")
        anywhere = self.plan(rules, offers=REGIONS, mode="operator")
        self.assertLess(Decimal(anywhere["cost_usd"]), Decimal(near["cost_usd"]))
        self.refused(near, lambda p: p["purchases"].pop([each["term"] for each in p["purchases"]].index("open")))
        grown = self.plan("places: {berlin: {growth_per_year: 90}}\n", offers=REGIONS, mode="operator")
        self.assertGreater(Decimal(grown["cost_usd"]), Decimal(anywhere["cost_usd"]))

    def test_wrong_rules_and_replicas_are_told_with_their_place(self):
        for args, said in ((dict(rules="second_source: 0.7\n"), "error: second_source: found '0.7', expected a share from 0 to 0.5"),
                           (dict(rules="budget: {usd: x, per: week}\n"), "budget.per: found 'week'"),
                           (dict(rules="contracts: [{cloud: azure, commit_usd: 5, from: 2026-11-23, until: 2026-11-22}]\n"), "contracts[0].until"),
                           (dict(rules="cvar: {alpha: 0.95}\n"), "cvar"),
                           (dict(rules="places: {paris: {growth_per_year: 1}}\n"), "places.paris"),
                           (dict(offers=REGIONS.replace("kind: replicas, ", "kind: provisioned, ")), "kind: replicas"),
                           (dict(mode="operator"), "expected offers of `kind: replicas`")):
            done = self.ask(**args)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn(said, done.stderr)
            self.assertEqual(done.stdout, "")
        self.assertIn("rules.yaml:1:16", self.ask("second_source: 0.7\n").stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
