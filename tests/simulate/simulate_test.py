#!/usr/bin/env python3
"""`fairway simulate` from outside: files in, JSON and exit status out."""
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path

sys.dont_write_bytecode = True
BIN = os.environ["FAIRWAY_BIN"]

CONFIG = """
version: 1
listen: [{ address: "127.0.0.1:0" }]
providers:
  openai: { cloud: openai, base_url: "http://127.0.0.1:1/v1", auth: { api_key: "${env:NOBODY_HAS_SET_THIS}" }, scope: global }
  azure-eu: { cloud: azure, base_url: "http://127.0.0.1:1/openai/v1", auth: { api_key: "${env:NOR_THIS}" }, scope: eu }
  bedrock: { cloud: bedrock, region: us-east-2, base_url: "http://127.0.0.1:1", auth: { api_key: "${env:NOR_THAT}" }, scope: us }
models:
  m:
    deployments:
      - { provider: openai, model: m, name: direct, price: { input: "2.00", cache_read: "0.20", output: "10.00" } }
      - { provider: azure-eu, model: m, name: eu, price: { input: "2.20", cache_read: "0.22", output: "11.00" } }
      - { provider: bedrock, model: openai.m, name: us, price: { input: "2.40", cache_read: "0.24", output: "12.00" } }
policies:
  default: { prefer: balanced }
  cheap: { prefer: cheapest }
  europe: { prefer: cost, residency: eu }
keys:
  - { name: one, key: "${env:ONE_MORE_KEY}" }
"""
MINUTES = 60


def demand(minutes=MINUTES, classes=("chat", "europe"), requests=600):
    rows = ["time,model,class,place,input_tokens,cached_tokens,output_tokens,requests"]
    for minute in range(minutes):
        wave = 1 + 0.5 * math.sin(minute * 0.2)
        for name in classes:
            n = round(requests * wave)
            rows.append(f"2026-11-22T{minute // 60:02}:{minute % 60:02}:00Z,m,{name},,{n * 1000},{n * 300},{n * 250},{n}")
    return "\n".join(rows) + "\n"


class Room(unittest.TestCase):
    def setUp(self):
        room = tempfile.TemporaryDirectory()
        self.addCleanup(room.cleanup)
        self.dir = Path(room.name)
        self.config = self.file("fairway.yaml", CONFIG)
        self.demand = self.file("demand.csv", demand())

    def file(self, name, text):
        (self.dir / name).write_text(text)
        return str(self.dir / name)

    def run_it(self, *args, command=(BIN,)):
        return subprocess.run([*command, "simulate", *args], capture_output=True, text=True, timeout=200)

    def simulate(self, *args, world="", command=(BIN,)):
        if world:
            args += ("--world", self.file("world.yaml", world))
        done = self.run_it("--demand", self.demand, "--config", self.config, *args, "--output", "json", command=command)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def by(self, rows, key, name):
        return next(r for r in rows if r[key] == name)


class Simulate(Room):
    def test_every_request_and_token_of_the_demand_is_served_and_paid_for(self):
        run = self.simulate("--policy", "cheap")["runs"][0]
        rows = [line.split(",") for line in demand().splitlines()[1:]]
        self.assertEqual(run["requests"], sum(int(r[7]) for r in rows))
        self.assertEqual(run["served"] + run["lost"], run["requests"])
        self.assertEqual(run["lost"], 0)
        self.assertEqual(run["tokens"], sum(int(r[4]) + int(r[5]) + int(r[6]) for r in rows))
        # The cheapest place serves nearly all: 2 and 0.2 and 10 USD per million.
        least = sum(int(r[4]) * 2 + int(r[5]) * Decimal("0.2") + int(r[6]) * 10 for r in rows) / Decimal(10**6)
        self.assertAlmostEqual(float(Decimal(run["cost_usd"]) / least), 1, delta=0.002)
        self.assertGreater(self.by(run["deployments"], "deployment", "direct")["share"]["requests"], 0.99)
        for list_ in ("deployments", "clouds"):
            self.assertEqual(sum(Decimal(d["cost_usd"]) for d in run[list_]), Decimal(run["cost_usd"]))
            self.assertEqual(sum(d["served"] for d in run[list_]), run["served"])

    def test_a_class_goes_by_the_policy_of_its_name_and_stays_where_it_must(self):
        run = self.simulate("--incidents", self.file("gone.yaml", "incidents: [{ what: gone, clouds: azure, from: 600, until: 1200 }]\n"))["runs"][0]
        europe, chat = (self.by(run["classes"], "class", c) for c in ("europe", "chat"))
        self.assertGreaterEqual(self.by(run["deployments"], "deployment", "eu")["served"], europe["served"])
        self.assertGreater(europe["lost"], 0.1 * europe["requests"])
        # What europe tries in vain is paid from the same retry budget.
        self.assertLess(chat["lost"], 0.002 * chat["requests"])

    def test_a_place_that_is_gone_is_left_within_seconds_and_returned_to(self):
        world = "incidents: [{ what: gone, deployments: direct, from: '2026-11-22T00:10:00Z', until: '2026-11-22T00:20:00Z' }]\n"
        run = self.simulate("--policy", "default", world=world)["runs"][0]
        (met,) = run["incidents"]
        self.assertEqual((met["what"], met["places"], met["from_s"]), ("gone", "direct", 600))
        self.assertGreater(met["usual_share"], 0.9)
        self.assertLessEqual(met["left_after_s"], 10)
        self.assertLessEqual(met["returned_after_s"], 180)
        self.assertLess(run["slo_missed"], 0.02)

    def test_the_library_of_outages_is_for_everybody(self):
        library = Path(__file__).resolve().parent / "library/outages.yaml"
        done = self.run_it("--demand", self.demand, "-c", self.config, "--incidents", str(library), "--output", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("note: incidents[1] hits no place", done.stderr)  # nothing is at Google
        met = json.loads(done.stdout)["runs"][0]["incidents"]
        self.assertEqual(len(met), 6)
        self.assertEqual({m["left_after_s"] for m in met}, {None}, "all lie behind this hour")

    def test_quotas_spill_and_say_so(self):
        ample = self.simulate("--policy", "default")["runs"][0]
        tight = self.simulate("--policy", "default", world="places: [{ deployments: direct, tokens_per_minute: 500000 }]\n")["runs"][0]
        self.assertEqual(ample["throttled"], 0)
        direct = self.by(tight["deployments"], "deployment", "direct")
        # 500,000 a minute, and a bucket of a minute at the beginning.
        self.assertLess(direct["tokens"], 500_000 * (MINUTES + 1) * 1.01)
        self.assertGreater(direct["tokens"], 500_000 * MINUTES * 0.95)
        self.assertGreater(Decimal(tight["cost_usd"]), Decimal(ample["cost_usd"]))
        self.assertLess(tight["lost"], 10)

    def test_policies_stand_side_by_side_and_meet_the_same_luck(self):
        runs = self.simulate("--policy", "default", "--policy", "europe", "--policy", "default")["runs"]
        self.assertEqual([r["policy"] for r in runs], ["default", "europe", "default"])
        self.assertEqual(runs[0], runs[2])
        self.assertNotEqual(runs[0]["digest"], runs[1]["digest"])
        self.assertNotEqual(runs[0]["digest"], self.simulate("--policy", "default", "--seed", "2")["runs"][0]["digest"])

    DIGEST = "e4464319404f2104"

    def test_the_same_bits_on_every_build_and_processor(self):
        world = """
places:
  - { tokens_per_minute: 900000 }
  - { clouds: bedrock, first_token_ms: 800, spread: 0.5, congestion: 0.6 }
requests: { burst: 3 }
incidents:
  - { what: false_429, clouds: openai, from: 300, until: 900 }
  - { what: brown_out, scopes: eu, from: 1200, until: 1500, factor: 4 }
  - { what: refusals, clouds: openai, from: 2000, until: 2400 }
"""
        commands = [(BIN,)]
        if shutil.which("qemu-x86_64") and os.environ.get("FAIRWAY_STAGE") == "release":
            commands.append(("qemu-x86_64", "-cpu", "Nehalem", BIN))
        for command in commands:
            run = self.simulate(world=world, command=command)["runs"][0]
            self.assertEqual(run["digest"], self.DIGEST, command)

    def test_what_is_wrong_is_said(self):
        def fails(status, *words, world=None, rows=None, args=()):
            given = ["--demand", self.file("d.csv", rows) if rows is not None else self.demand, "--config", self.config, *args]
            if world is not None:
                given += ["--world", self.file("w.yaml", world)]
            done = self.run_it(*given)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertEqual(done.stdout, "")
            for word in words:
                self.assertIn(word, done.stderr)

        head = "time,model,class,place,input_tokens,cached_tokens,output_tokens,requests\n"
        fails(2, "--policy cheep", "Did you mean cheap?", args=("--policy", "cheep"))
        fails(3, "found the model mm", "Did you mean m?", rows=head + "2026-11-22T00:00:00Z,mm,c,,1,0,1,1\n")
        fails(3, "'nan'", "expected a number", rows=head + "2026-11-22T00:00:00Z,m,c,,nan,0,1,1\n")
        fails(3, "'-5'", "expected a number", rows=head + "2026-11-22T00:00:00Z,m,c,,-5,0,1,1\n")
        fails(3, "no tokens at all", rows=head + "2026-11-22T00:00:00Z,m,c,,0,0,0,0\n")
        fails(3, "expected", rows="")
        fails(3, "1000000000 tokens in 2 requests", "expected at most", rows=head + "2026-11-22T00:00:00Z,m,c,,1000000000,0,0,2\n")
        fails(3, "requests in one step", "--scale", rows=head + "2026-11-22T00:00:00Z,m,c,,1000000000,0,0,900000000\n")
        fails(3, "w.yaml:1:", "'meteor'", "one of slow, errors", world="incidents: [{ what: meteor, from: 1, until: 2 }]\n")
        fails(3, "later than from", world="incidents: [{ what: slow, from: 20, until: 2 }]\n")
        fails(3, "both seconds, or both times", world="incidents: [{ what: slow, from: 20, until: 2026-11-23 }]\n")
        fails(3, "'-3'", "a number from 0", world="places: [{ tokens_per_minute: -3 }]\n")
        fails(3, "nan", "a number from", world="places: [{ spread: nan }]\n")
        fails(3, "tokens_per_minut", world="places: [{ tokens_per_minut: 3 }]\n")
        fails(3, "found the deployment dirct", "Did you mean direct?", world="places: [{ deployments: dirct, errors: 0.1 }]\n")
        fails(3, "an empty file", world="")
        fails(1, "cannot be read", args=("--world", str(self.dir / "nothing")))
        fails(3, "no valid JSON", args=("--plan", self.file("plan.json", "{")))
        fails(3, "'from' is missing", args=("--plan", self.file("plan.json", "{}")))
        done = self.run_it("--demand", self.demand)
        self.assertEqual((done.returncode, "neither --config nor --plan" in done.stderr), (2, True), done.stderr)


OFFERS = """
- { model: m, name: payg, cloud: openai, scope: global, usd_per_million: { input: "2.00", cache_read: "0.20", output: "10" } }
- model: m
  name: units
  cloud: azure
  scope: eu
  unit: { tokens_per_minute: 30000, weights: { input: 1, cache_read: 0, output: 5 }, window_s: 60 }
  minimum: 5
  increment: 5
  terms: { hour: "10.00", month: "1500" }
"""


class Planned(Room):
    """The plan's own cost, found again request by request."""

    def planned(self):
        rows = ["time,model,class,place,input_tokens,cached_tokens,output_tokens,requests"]
        for minute in range(2 * 1440):
            n = round(200 * (1 + 0.7 * math.sin(minute * 2 * math.pi / 1440)))
            rows.append(f"2026-11-{22 + minute // 1440}T{minute // 60 % 24:02}:{minute % 60:02}:00Z,m,chat,,{n * 1000},{n * 300},{n * 250},{n}")
        demand_file, offers = self.file("d.csv", "\n".join(rows) + "\n"), self.file("offers.yaml", OFFERS)
        done = subprocess.run([BIN, "plan", "--demand", demand_file, "--offers", offers, "--output", "json"], capture_output=True, text=True, timeout=240)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout), self.file("plan.json", done.stdout)

    def test_a_plan_meets_its_own_cost(self):
        plan, path = self.planned()
        self.assertTrue(plan["deployed"])
        done = self.run_it("--plan", path, "--output", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(done.stdout)
        run = result["runs"][0]
        self.assertEqual(result["plan"]["cost_usd"], plan["cost_usd"])
        self.assertEqual(run["units_usd"], result["plan"]["units_usd"])
        self.assertAlmostEqual(float(Decimal(run["total_usd"]) / Decimal(plan["cost_usd"])), 1, delta=0.02)
        pool = self.by(run["deployments"], "deployment", "units")
        self.assertTrue(pool["pool"])
        share = next(p["share"] for p in plan["placements"] if p["offer"] == "units")
        self.assertAlmostEqual(pool["share"]["tokens"], share, delta=0.02)

    def test_a_plans_units_are_the_pools_of_a_configuration(self):
        _, path = self.planned()
        config = self.file("with.yaml", CONFIG.replace("      - { provider: bedrock", """      - { provider: azure-eu, model: m, name: units, pool: { tokens_per_minute: 1, weights: { cache_read: 0, output: 5 } } }
      - { provider: bedrock"""))
        done = self.run_it("--plan", path, "-c", config, "--demand", self.file("two.csv", demand(120, ("chat",), 200)), "--output", "json")
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(done.stdout)
        run = result["runs"][0]
        self.assertGreater(self.by(run["deployments"], "deployment", "units")["share"]["tokens"], 0.3)
        # Two hours of the plan's two days.
        self.assertAlmostEqual(float(Decimal(run["units_usd"]) / Decimal(result["plan"]["units_usd"])), 2 / 48, places=6)

    def test_what_requests_prefer_in_a_plan_is_asked_for_by_name(self):
        _, path = self.planned()
        done = self.run_it("--plan", path, "--policy", "cost", "--policy", "speed", "--output", "json")
        self.assertEqual([r["policy"] for r in json.loads(done.stdout)["runs"]], ["cost", "speed"])
        done = self.run_it("--plan", path, "--policy", "luck")
        self.assertEqual((done.returncode, "found --policy luck" in done.stderr), (2, True), done.stderr)

    def test_a_plan_needs_its_offers(self):
        _, path = self.planned()
        done = self.run_it("--plan", path, "--offers", self.file("other.yaml", OFFERS.replace("name: units", "name: others")))
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("found units of units", done.stderr)


if __name__ == "__main__":
    unittest.main()
