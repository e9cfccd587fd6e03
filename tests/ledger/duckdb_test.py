"""DuckDB reads what `fairway ledger export` prints, and adds up what the books say to the last digit. duckdb_test.py MAKER; runs in
the environment of tests/clients, which has the pinned duckdb. Its SQLite extension is a download at run time and is not used."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
from decimal import Decimal

import duckdb

TOP = pathlib.Path(__file__).resolve().parents[2]
BIN = str(TOP / os.environ.get("FAIRWAY_BIN", "build/release/fairway"))
MAKER = None


def rows(sql):
    with duckdb.connect() as database:
        return database.execute(sql).fetchall()


class DuckDb(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="fairway-duckdb-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        subprocess.run([MAKER, str(cls.folder / "data"), "500", "moved"], check=True, timeout=60)
        cls.told = json.loads(cls.fairway("verify", "--output", "json"))

    @classmethod
    def fairway(cls, *args):
        done = subprocess.run([BIN, "ledger", *args, "--data-dir", str(cls.folder / "data")], capture_output=True, text=True, timeout=60, check=True)
        return done.stdout

    def export(self, form):
        path = self.folder / f"export.{form}"
        path.write_text(self.fairway("export", "--output", form))
        return path

    def expect(self, source, cost, tenant):
        """Costs are exact decimals; read as such they add up to the books' sum."""
        [(count, total)] = rows(f"SELECT count(*), sum(CAST({cost} AS DECIMAL(38, 15))) FROM {source}")
        self.assertEqual((count, Decimal(total)), (self.told["attempts"], Decimal(self.told["cost_usd"])))
        tenants = rows(f"SELECT {tenant}, count(*) FROM {source} GROUP BY 1 ORDER BY 1")
        self.assertEqual(tenants, [("acme", 250), ("umbrella, inc", 250)])

    def test_csv(self):
        path = self.export("csv")
        self.expect(f"read_csv('{path}', types={{'cost_usd': 'VARCHAR'}})", "cost_usd", "tenant")
        kinds = dict(row[:2] for row in rows(f"DESCRIBE SELECT * FROM read_csv('{path}')"))
        self.assertEqual((kinds["time"], kinds["usage.input"], kinds["stream"]), ("TIMESTAMP WITH TIME ZONE", "BIGINT", "BOOLEAN"))

    def test_ndjson(self):
        source = f"read_ndjson_auto('{self.export('ndjson')}')"
        self.expect(source, "cost_usd", "tenant")
        self.assertEqual(rows(f"SELECT sum(usage.input) FROM {source} WHERE state = 'settled_exact'"),
                         [(sum(1000 + n for n in range(500) if n % 10 != 9),)])

    def test_focus(self):
        self.expect(f"read_csv('{self.export('focus')}', types={{'BilledCost': 'VARCHAR'}})", "BilledCost", "SubAccountName")


if __name__ == "__main__":
    MAKER = sys.argv.pop(1)
    unittest.main()
