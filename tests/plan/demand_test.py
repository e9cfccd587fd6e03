#!/usr/bin/env python3
"""Demand from the books and from files of others, forecasts, and the page of a plan. demand_test.py MAKER."""
import html.parser
import json
import math
import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

sys.dont_write_bytecode = True
BIN = os.environ["FAIRWAY_BIN"]
HERE = Path(__file__).resolve().parent
MAKER = None
HEADER = "time,model,class,place,input_tokens,cached_tokens,output_tokens,requests"
START = datetime(2026, 10, 5, tzinfo=timezone.utc)
CONFIG = """version: 1
listen: [{ address: "127.0.0.1:0" }]
data_dir: DIR
log: { format: text }
providers:
  openai: { cloud: openai, scope: eu, auth: { api_key: "${env:OPENAI}" } }
models:
  gpt-6-sol: { deployments: [{ provider: openai, model: gpt-6-sol }] }
policies: { home: { residency: [eu] }, default: {} }
keys: [{ name: team-a, key: "${env:TEAM}" }]
"""
OFFERS = """
- {model: gpt-6-sol, name: payg, cloud: openai, scope: eu, usd_per_million: {input: "2.00", cache_read: "0.20", output: "10"}}
- model: gpt-6-sol
  name: units
  cloud: azure
  scope: eu
  unit: {tokens_per_minute: 3000, weights: {input: 1, cache_read: 0, output: 5}, window_s: 60}
  terms: {hour: "1.00", month: "150", year: "1200"}
"""


def text(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def hours(count, model="gpt-6-sol", noise=True):
    """Hours of one class with a wave of a day, a quiet weekend and errors of a fixed order."""
    rows, state = [HEADER], 1
    for hour in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        level = 1e6 * (1.3 + math.sin(hour * math.pi / 12)) * (0.5 if hour // 24 % 7 >= 5 else 1) * (1 + 0.1 * (state / 2**30 - 1) * noise)
        rows.append(f"{text(START + timedelta(hours=hour))},{model},chat,,{round(3 * level)},{round(level)},{round(level / 3)},{round(level / 5000)}")
    return "\n".join(rows) + "\n"


class Room(unittest.TestCase):
    def setUp(self):
        room = tempfile.TemporaryDirectory()
        self.addCleanup(room.cleanup)
        self.dir = Path(room.name)

    def file(self, name, content):
        (self.dir / name).write_text(content)
        return str(self.dir / name)

    def plan(self, *args, status=0):
        done = subprocess.run([BIN, "plan", *args], capture_output=True, text=True, timeout=240, env={**os.environ, "OPENAI": "sk-not-used", "TEAM": "0123456789abcdef0123"})
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        return done


class Books(Room):
    def books(self, attempts):
        made = self.dir / "books"
        made.mkdir()
        lines = "".join(json.dumps({"provider": "openai", "cloud": "openai", "scope": "global", "model": "gpt-6-sol", "state": "settled_exact", "cost": "0.01", **a}) + "\n" for a in attempts)
        subprocess.run([MAKER, str(made)], input=lines, text=True, check=True, timeout=60)
        return str(made)

    def day(self, **more):
        return [{"id": f"req_{h:04}-1", "time": text(START + timedelta(hours=h, seconds=h % 60)), "policy": "home" if h % 2 else "default", "key": "team-b" if h % 3 == 0 else "team-a",
                 "input": 300_000 + 1000 * h, "cache_read": 900_000 if h % 2 else 0, "output": 20_000, **more} for h in range(48)]

    def test_demand_is_what_was_answered_by_class_and_step(self):
        books = self.books(self.day())
        done = self.plan("demand", "--data-dir", books, "--class-by", "key", "--until", "2026-10-08")
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], HEADER)
        self.assertEqual(len(lines), 49)
        self.assertEqual(lines[1], "2026-10-05T00:00:00Z,gpt-6-sol,team-b,,300000,0,20000,1")
        self.assertEqual(lines[2], "2026-10-05T01:00:00Z,gpt-6-sol,team-a,,301000,900000,20000,1")
        only = self.plan("demand", "--data-dir", books, "--class-by", "key", "--key", "team-b", "--from", "2026-10-06", "--until", "2026-10-06T12:00:00Z").stdout.splitlines()
        self.assertEqual([line.split(",")[0] for line in only[1:]], ["2026-10-06T00:00:00Z", "2026-10-06T03:00:00Z", "2026-10-06T06:00:00Z", "2026-10-06T09:00:00Z"])
        day = self.plan("demand", "--data-dir", books, "--class-by", "model", "--step", "86400", "--until", "2026-10-08").stdout.splitlines()
        self.assertEqual(day[1], f"2026-10-05T00:00:00Z,gpt-6-sol,gpt-6-sol,,{sum(300_000 + 1000 * h for h in range(24))},{900_000 * 12},{20_000 * 24},24")
        self.plan("demand", "--data-dir", books, "--step", "7000", status=2)
        self.assertIn("no answered request", self.plan("demand", "--data-dir", books, "--tenant", "nobody", status=3).stderr)
        self.plan("demand", status=2)

    def test_the_policy_of_a_request_is_its_class_and_its_residency_binds_the_plan(self):
        books = self.books(self.day())
        config = self.file("fairway.yaml", CONFIG.replace("DIR", books))
        classes = {line.split(",")[2] for line in self.plan("demand", "-c", config).stdout.splitlines()[1:]}
        self.assertEqual(classes, {"any/standard/cold", "eu/standard/warm"})
        offers = self.file("offers.yaml", OFFERS + '- {model: gpt-6-sol, name: cheap, cloud: openai, scope: us, usd_per_million: {input: "1", cache_read: "0.1", output: "5"}}\n')
        plan = json.loads(self.plan("-c", config, "--offers", offers, "--output", "json").stdout)
        where = {(p["class"], p["offer"]) for p in plan["placements"]}
        self.assertIn(("any/standard/cold", "cheap"), where)
        self.assertNotIn(("eu/standard/warm", "cheap"), where)

    def test_the_offer_book_is_asked_for_the_scopes_of_residency(self):
        config = self.file("fairway.yaml", CONFIG.replace("DIR", self.books(self.day())))
        done = self.plan("-c", config, "--at", "2026-11-22", "--output", "json")
        plan = json.loads(done.stdout)
        self.assertEqual({p["offer"] for p in plan["placements"] if p["class"].startswith("eu/")}, {"gpt-6-sol/openai/eu/standard"})
        self.assertIn("other tiers than standard are left out", done.stderr)
        self.assertTrue(any("price of cached tokens is unknown" in each for each in plan["left_out"]), plan["left_out"])

    def test_a_plan_of_books_and_offer_book_stands_up_to_its_check(self):
        books = self.books(self.day())
        done = self.plan("--data-dir", books, "--until", "2026-10-08", "--at", "2026-11-22", "--output", "json")
        plan = json.loads(done.stdout)
        self.assertGreater(Decimal(plan["cost_usd"]), 0)
        self.assertIn("data_dir", plan["inputs"]["demand"])
        path = self.file("plan.json", done.stdout)
        self.plan("verify", path)
        changed = json.loads(done.stdout)
        changed["inputs"]["offers"]["book_at"] = "2026-09-01"
        refused = subprocess.run([BIN, "plan", "verify", self.file("changed.json", json.dumps(changed))], capture_output=True, text=True, timeout=60)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("unknown", self.plan("--data-dir", self.other_model(), "--until", "2026-10-08", status=3).stderr)

    def other_model(self):
        self.dir = self.dir / "other"
        self.dir.mkdir()
        return self.books(self.day(model="model-unknown"))


class Files(Room):
    def test_a_form_of_others_becomes_our_own(self):
        rates = self.file("rates.csv", "category,model,client,t_s,rate_rps,cv_iat,dist,p1,p2\nlanguage,m-large,0,600,0.5,1,Gamma,1,1\n")
        tokens = self.file("tokens.csv", "category,model,client,t_s,kind,mean,q10,q50,q90,q99\nlanguage,m-large,0,0,input_tokens,400,1,1,1,1\nlanguage,m-large,0,0,output_tokens,100,1,1,1,1\n")
        done = self.plan("demand", "--demand", rates, "--form", "servegen", "--tokens", tokens)
        self.assertEqual(done.stdout.splitlines()[1], "1970-01-01T00:10:00Z,m-large,default,,120000,0,30000,300")
        self.assertIn("--tokens", self.plan("demand", "--demand", rates, "--form", "servegen", status=2).stderr)
        bills = HERE.parent / "ledger" / "bills"
        focus = self.plan("demand", "--demand", str(bills / "azure-focus.csv"), "--form", "focus")
        self.assertEqual(focus.stdout.splitlines()[1], "2026-11-02T00:00:00Z,gpt-6-sol,standard,,1000000,0,100000,0")
        self.assertIn("rows 86400 s apart", focus.stderr)
        self.plan("demand", "--demand", str(bills / "openai-usage.json"), "--form", "openai-usage")

    def test_bad_files_are_told_with_line_and_column(self):
        for row, said in (("2026-11-22T10:00:00Z,gpt-6-sol,a,,nan,0,0,1", "line 2, column 35: input_tokens 'nan'"), ("2026-11-22T10:00:00Z,gpt-6-sol,a,,-1,0,0,1", "line 2, column 35: input_tokens '-1'"),
                          ("2026-11-22T10:00:00Z,gpt-6-sol,a,,0,0,0,1", "no tokens at all"), ("", "no rows")):
            self.assertIn(said, self.plan("demand", "--demand", self.file("bad.csv", f"{HEADER}\n{row}\n"), status=3).stderr)
        unknown = self.file("unknown.csv", hours(24) + hours(24, model="gpt-6-soll").split("\n", 1)[1])
        self.assertIn("unknown.csv:26:22: error: found no offer of the model gpt-6-soll; expected one at least for every model of the demand. Did you mean gpt-6-sol?",
                      self.plan("--demand", unknown, "--offers", self.file("offers.yaml", OFFERS), status=3).stderr)
        mixed = self.file("focus.csv", (HERE.parent / "ledger" / "bills" / "azure-focus.csv").read_text().replace("2026-11-03T00:00:00Z", "2026-11-02T06:00:00Z", 1))
        self.assertIn("line 3", self.plan("demand", "--demand", mixed, "--form", "focus", status=3).stderr)

    def test_holidays_are_noted_and_not_filled(self):
        lines = hours(28 * 24).splitlines()
        for at in range(1 + 17 * 24, 1 + 18 * 24):
            cells = lines[at].split(",")
            lines[at] = ",".join(cells[:4] + ["1000", "0", "100", "1"])
        done = self.plan("--demand", self.file("holiday.csv", "\n".join(lines) + "\n"), "--offers", self.file("offers.yaml", OFFERS), "--output", "json")
        self.assertTrue(any(note.startswith("2026-10-22 had 0 % of the median of its weekday") for note in json.loads(done.stdout)["notes"]), done.stdout[:2000])


class Forecasts(Room):
    def test_a_forecast_is_demand_with_its_errors(self):
        demand = self.file("demand.csv", hours(8 * 168))
        done = self.plan("forecast", "--demand", demand, "--weeks", "2")
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 1 + 2 * 168)
        self.assertTrue(lines[1].startswith("2026-11-30T00:00:00Z,gpt-6-sol,chat,"))
        self.assertIn("backtest from", done.stderr)
        told = json.loads(self.plan("forecast", "--demand", demand, "--weeks", "2", "--output", "json").stdout)["forecast"]
        self.assertLess(told["backtest"]["ours"]["wape"], told["backtest"]["last_week"]["wape"])
        self.assertLess(told["tokens"]["low"], told["tokens"]["high"])
        self.assertEqual(self.plan("forecast", "--demand", demand, "--weeks", "2").stdout, done.stdout)
        short = self.plan("forecast", "--demand", self.file("short.csv", hours(100)), status=3)
        self.assertIn("8 days at least", short.stderr)

    def trace(self, name):
        lines = (HERE / "traces" / name).read_text().split()
        begin = datetime.strptime(lines[0], "%Y-%m-%dT%H:%M:%SZ")
        rows = [f"{text(begin + timedelta(hours=h))},m,,,{n},0,0,0" for h, n in enumerate(lines[1:])]
        return self.file("trace.csv", "\n".join([HEADER, *rows]) + "\n")

    def test_on_traces_of_others_a_forecast_is_no_worse_than_last_week(self):
        for name, weeks, most in (("shavedice_region1.txt", 4, 1.0), ("servegen_m_large.txt", 1, 1.0)):
            with self.subTest(name):
                told = json.loads(self.plan("forecast", "--demand", self.trace(name), "--weeks", str(weeks), "--output", "json").stdout)["forecast"]["backtest"]
                self.assertLess(told["ours"]["wape"], most * told["last_week"]["wape"], told)

    def test_a_plan_of_a_forecast_has_a_band_and_stands_up_to_its_check(self):
        args = ["--demand", self.file("demand.csv", hours(8 * 168)), "--offers", self.file("offers.yaml", OFFERS), "--forecast", "2", "--seed", "3"]
        done = self.plan(*args, "--output", "json")
        plan = json.loads(done.stdout)
        low, high = Decimal(plan["band_usd"]["low"]), Decimal(plan["band_usd"]["high"])
        self.assertLess(low, high)
        self.assertTrue(low <= Decimal(plan["band_usd"]["middle"]) <= high)
        self.assertLess(low * Decimal("0.9"), Decimal(plan["cost_usd"]))
        self.assertGreater(high * Decimal("1.1"), Decimal(plan["cost_usd"]))
        self.assertEqual(plan["from"], "2026-11-30T00:00:00Z")
        self.assertEqual(json.loads(self.plan(*args, "--output", "json").stdout), plan)
        self.plan("verify", self.file("plan.json", done.stdout))
        table = self.plan(*args).stdout
        self.assertIn("the same purchases cost", table)


class Texts(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.texts = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.texts.append(data)


class Page(Room):
    def test_the_page_is_whole_without_scripts_and_shows_names_as_text(self):
        name = "<script>alert(1)</script>&\"'"
        demand = hours(8 * 168).replace("gpt-6-sol", '"' + name.replace('"', '""') + '"')
        offers = OFFERS.replace("model: gpt-6-sol", "model: " + json.dumps(name))
        page = self.dir / "plan.html"
        self.plan("--demand", self.file("demand.csv", demand), "--offers", self.file("offers.yaml", offers), "--forecast", "2", "--report", str(page))
        content = page.read_text()
        tree = xml.etree.ElementTree.fromstring(content.split("\n", 1)[1])
        tags = [e.tag.split("}")[1] for e in tree.iter()]
        for tag in ("h1", "table", "svg", "polygon", "rect"):
            self.assertIn(tag, tags)
        self.assertNotIn("script", tags)
        heads = [e.text for e in tree.iter("{http://www.w3.org/1999/xhtml}h2")]
        self.assertEqual(heads[:5], ["Cost by strategy", "What to buy", "Load of each pool", "Where requests go", "What would change it"])
        seen = Texts()
        seen.feed(content)
        self.assertNotIn("script", seen.tags)
        self.assertIn(name, seen.texts)
        for word in ("http://", "https://", "src=", "url(", "@import"):
            self.assertNotIn(word, content.replace("http://www.w3.org/", ""))
        self.assertIn("prefers-color-scheme:dark", content)
        self.plan("--demand", str(self.dir / "demand.csv"), "--offers", str(self.dir / "offers.yaml"), "--report", str(self.dir / "no" / "plan.html"), status=1)


if __name__ == "__main__":
    MAKER = sys.argv.pop(1)
    unittest.main(verbosity=2)
