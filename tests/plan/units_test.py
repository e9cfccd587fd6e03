#!/usr/bin/env python3
"""When Azure's provisioned units pay: the arithmetic of its sizing table, and the planner's answer on either side of it.

Capacity and output weights are Azure's sizing table of 2026-05-21, units cost 1 USD an hour, 260 USD a month and 221 USD a month on
a year. gpt-5.5 is priced by the offer book; the older models, which the book does not have, by Azure's list of August 2026."""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
BIN = os.environ["FAIRWAY_BIN"]
MONTH_MINUTES = 730 * 60
UNITS = 20
MINUTES = 2 * 24 * 60

# model: tokens a minute, weight of output, prices (None: the book's), USD of a full unit's month at 0, 50, 80 % cached with a
# tenth of output, and at 80 % with a fiftieth; break-even use of a year's unit in percent for the same.
TABLE = {
    "gpt-5.5": (1200, 6, None, (263, 275, 289, 329), (84, 80, 76, 67)),
    "gpt-5.1": (4750, 8, (1.25, 0.125, 10), (260, 270, 281, 318), (85, 82, 79, 70)),
    "gpt-4.1": (3000, 4, (2, 0.5, 8), (263, 299, 350, 451), (84, 74, 63, 49)),
    "gpt-4o": (2500, 4, (2.5, 1.25, 10), (274, 350, 456, 665), (81, 63, 48, 33)),
    "gpt-4o-mini": (37000, 4, (0.15, 0.075, 0.6), (243, 311, 405, 590), (91, 71, 55, 37)),
}
MIXES = ((0, 0.1), (0.5, 0.1), (0.8, 0.1), (0.8, 0.02))


def book_prices(model):
    rows = json.loads(subprocess.run([BIN, "offers", model, "--output", "json"], capture_output=True, text=True, check=True).stdout)
    row = next(r for r in rows if r["cloud"] == "azure" and r["scope"] == "global" and r["tier"] == "standard")
    return tuple(float(row["usd_per_million"][meter]) for meter in ("input", "cache_read", "output"))


def full_unit(capacity, weight, prices, cached, output):
    """Prompt tokens a minute of a full unit, and what its month would cost by the token."""
    prompt = capacity / ((1 - cached) + output * weight)
    usd = (prompt * (1 - cached) * prices[0] + prompt * cached * prices[1] + prompt * output * prices[2]) / 1e6
    return prompt, usd * MONTH_MINUTES


class Units(unittest.TestCase):
    def setUp(self):
        self.room = tempfile.TemporaryDirectory()
        self.addCleanup(self.room.cleanup)
        self.dir = Path(self.room.name)

    def answer(self, model, mix, percent, output="json"):
        """Minutes that are wholly busy or idle, evenly mixed, so that each day is as busy as all."""
        capacity, weight, prices, _, _ = TABLE[model]
        prices = prices or book_prices(model)
        cached, out = mix
        prompt, _ = full_unit(capacity, weight, prices, cached, out)
        rows = ["time,model,class,place,input_tokens,cached_tokens,output_tokens,requests"]
        for minute in range(MINUTES):
            on = minute * percent // 100 != (minute + 1) * percent // 100
            amounts = [round(prompt * UNITS * share * on) for share in (1 - cached, cached, out)]
            rows.append(f"2026-11-{1 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:00Z,{model},chat,,{amounts[0]},{amounts[1]},{amounts[2]},9")
        (self.dir / "demand.csv").write_text("\n".join(rows) + "\n")
        (self.dir / "offers.yaml").write_text(f"""
- {{model: {model}, name: payg, cloud: azure, scope: global, usd_per_million: {{input: "{prices[0]}", cache_read: "{prices[1]}", output: "{prices[2]}"}}}}
- {{model: {model}, name: units, cloud: azure, scope: global, kind: provisioned, unit: {{tokens_per_minute: {capacity}, weights: {{input: 1, cache_read: 0, output: {weight}}}}}, minimum: 15, increment: 5, terms: {{hour: "1", month: "260", year: "2652"}}}}
""")
        done = subprocess.run([BIN, "plan", "--demand", str(self.dir / "demand.csv"), "--offers", str(self.dir / "offers.yaml"), "--output", output], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout) if output == "json" else done.stdout

    def test_the_table_to_the_dollar_and_percent(self):
        for model, (capacity, weight, prices, worth, even) in TABLE.items():
            for mix, usd, percent in zip(MIXES, worth, even):
                _, month = full_unit(capacity, weight, prices or book_prices(model), *mix)
                self.assertEqual(int(month + 0.5), usd, f"{model} {mix}")
                self.assertEqual(int(100 * 221 / month + 0.5), percent, f"{model} {mix}")

    def test_the_planner_buys_just_above_break_even_and_nothing_just_below(self):
        for model, mixes in (("gpt-5.5", MIXES), ("gpt-4.1", MIXES[2:]), ("gpt-4o", MIXES[3:])):
            even = TABLE[model][4]
            for mix in mixes:
                percent = even[MIXES.index(mix)]
                with self.subTest(model=model, mix=mix):
                    below, above = self.answer(model, mix, percent - 2), self.answer(model, mix, percent + 2)
                    self.assertEqual(below["purchases"], [])
                    self.assertEqual({p["term"] for p in above["purchases"]}, {"year"})

    def test_the_conclusion_is_said_plainly_where_it_holds(self):
        told = self.answer("gpt-5.5", MIXES[0], 60, output="table")
        self.assertRegex(told, r"^Buy none for savings: pay-as-you-go is cheaper for this demand. The nearest is units \(year\), at 71\.\d % of its price\.")
        self.assertNotIn("Buy none", self.answer("gpt-5.5", MIXES[0], 95, output="table"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
