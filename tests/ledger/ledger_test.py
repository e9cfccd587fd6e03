#!/usr/bin/env python3
"""fairway ledger export and verify over data directories as gateways leave them. ledger_test.py MAKER."""
import csv
import hashlib
import io
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from decimal import Decimal

TOP = pathlib.Path(__file__).resolve().parents[2]
BIN = str(TOP / os.environ.get("FAIRWAY_BIN", "build/dev/fairway"))
MAKER = None
# design.md's names of the fields of a line; more may come, none may go.
FIELDS = ("attempt_id request_id client_request_id time tenant key model deployment provider cloud scope dialect_in dialect_out stream outcome "
          "state usage price_row cost_usd cost_low_usd cost_high_usd basis").split()
BUCKETS = "input cache_read cache_write output reasoning audio_in audio_out image tool_calls".split()


def digest(folder):
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


class Ledger(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="fairway-ledger-"))
        self.addCleanup(shutil.rmtree, self.dir)

    def make(self, attempts, *how):
        subprocess.run([MAKER, str(self.dir), str(attempts), *how], check=True, timeout=60)

    def fairway(self, *args, status=0):
        done = subprocess.run([BIN, "ledger", *args, "--data-dir", str(self.dir)], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        return done.stdout

    def export(self, *args, status=0):
        return [json.loads(line) for line in self.fairway("export", *args, status=status).splitlines()]

    def verify(self, status=0):
        return json.loads(self.fairway("verify", "--output", "json", status=status))

    def test_every_line_has_the_promised_names_whether_moved_or_not(self):
        for how in ((), ("moved",)):
            with self.subTest(how):
                for p in self.dir.iterdir():
                    shutil.rmtree(p) if p.is_dir() else p.unlink()
                self.make(40, *how)
                lines = self.export()
                self.assertEqual(len(lines), 40)
                for line in lines:
                    self.assertLessEqual(set(FIELDS), set(line))
                    self.assertLessEqual(set(BUCKETS), set(line["usage"]))
                self.assertEqual(lines[3]["usage"]["input"], 1003)
                self.assertEqual(lines[0]["tenant"], "acme")
                self.assertEqual(lines[0]["time"][-1], "Z")

    def test_open_intents_of_a_crash_are_ambiguous_between_nothing_and_their_bound(self):
        self.make(40, "moved")
        ambiguous = [line for line in self.export() if line["state"] == "ambiguous"]
        self.assertEqual(len(ambiguous), 4)
        for line in ambiguous:
            self.assertEqual((line["cost_usd"], line["cost_low_usd"], line["cost_high_usd"], line["basis"]), (None, "0", "0.5", "reservation"))

    def test_reading_writes_nothing(self):
        self.make(40, "moved")
        self.assertTrue((self.dir / "ledger.sqlite-wal").stat().st_size)
        before = digest(self.dir)
        self.export()
        self.verify()
        self.assertEqual(digest(self.dir), before)

    def test_verify_sums_what_export_lists(self):
        self.make(200, "moved")
        lines, told = self.export(), self.verify()
        self.assertEqual(told["attempts"], 200)
        self.assertEqual(told["exchanges"], 180)
        self.assertEqual(told["ambiguous"], 20)
        self.assertEqual(told["recomputed"], 180)
        self.assertEqual((told["damaged"], told["different"], told["open"]), (0, 0, 0))
        self.assertEqual(Decimal(told["cost_usd"]), sum(Decimal(line["cost_usd"]) for line in lines if line["cost_usd"]))

    def test_filters_narrow_down(self):
        self.make(40, "moved")
        self.assertEqual(len(self.export("--tenant", "acme")), 20)
        self.assertEqual(len(self.export("--state", "ambiguous")), 4)
        first = self.export()[0]
        self.assertEqual(self.export("--request", first["request_id"]), [first])
        self.assertEqual(len(self.export("--until", "2026-11-22")), 0)
        self.assertEqual(len(self.export("--from", "2026-11-22", "--tenant", "nobody")), 0)
        self.fairway("export", "--from", "yesterday", status=2)

    def test_csv_and_focus_have_a_cell_for_each_column(self):
        self.make(40, "moved")
        lines = self.export()
        for form in ("csv", "focus"):
            rows = list(csv.DictReader(io.StringIO(self.fairway("export", "--output", form)), strict=True))
            self.assertEqual(len(rows), 40)
            for row in rows:
                self.assertNotIn(None, row)
                self.assertNotIn(None, row.values())
        self.assertEqual(rows[1]["SubAccountId"], "umbrella, inc")
        self.assertEqual(rows[1]["BilledCost"], lines[1]["cost_usd"])
        self.assertEqual(rows[1]["BillingPeriodStart"], "2026-11-01T00:00:00Z")
        self.assertEqual(rows[1]["BillingPeriodEnd"], "2026-12-01T00:00:00Z")
        self.assertEqual(json.loads(self.fairway("export", "--output", "json")), lines)

    def test_a_broken_byte_of_a_journal_is_named_with_its_file_and_offset(self):
        self.make(40)
        path = next((self.dir / "journal" / "core-00").glob("*.fwj"))
        data = bytearray(path.read_bytes())
        at = data.index(b"req_", data.index(b"req_", 8000) + 200)
        data[at] ^= 1
        path.write_bytes(data)
        told = self.verify(status=5)
        self.assertGreaterEqual(told["damaged"], 1)
        self.assertIn(str(path), told["damage"][0])
        self.assertRegex(told["damage"][0], r"\d{4}")
        self.assertLess(len(self.export(status=5)), 40 + 1)

    def test_a_cost_that_is_not_usage_times_price_is_named_with_its_attempt(self):
        self.make(40, "moved")
        with sqlite3.connect(self.dir / "ledger.sqlite") as db:
            db.execute("UPDATE entries SET input=input+1 WHERE kind=2 AND attempt=3")
        db.close()
        told = self.verify(status=5)
        self.assertTrue(any("attempt req_" in d and "comes to" in d for d in told["differences"]), told)

    def test_no_books_is_an_error_that_says_what_was_expected(self):
        done = subprocess.run([BIN, "ledger", "verify", "--data-dir", str(self.dir)], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("neither a ledger nor a journal", done.stderr)


if __name__ == "__main__":
    MAKER = sys.argv.pop(1)
    unittest.main()
