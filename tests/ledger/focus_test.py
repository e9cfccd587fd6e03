#!/usr/bin/env python3
"""The FOCUS export held against the rules of FOCUS 1.2 (https://focus.finops.org/focus-specification/v1-2/), cell by cell.
focus_test.py MAKER. The FinOps Foundation's own validator is not run: docs/ledger.md says why."""
import csv
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from decimal import Decimal

TOP = pathlib.Path(__file__).resolve().parents[2]
BIN = str(TOP / os.environ.get("FAIRWAY_BIN", "build/dev/fairway"))
MAKER = None
# Columns with the feature level "mandatory".
MANDATORY = """BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd BillingPeriodStart ChargeCategory ChargeClass ChargeDescription
ChargePeriodEnd ChargePeriodStart ContractedCost EffectiveCost InvoiceIssuerName ListCost PricingQuantity PricingUnit ProviderName PublisherName ServiceCategory
ServiceName""".split()
# The other columns of the specification, conditional or recommended.
OTHERS = """AvailabilityZone BillingAccountType CapacityReservationId CapacityReservationStatus ChargeFrequency CommitmentDiscountCategory CommitmentDiscountId
CommitmentDiscountName CommitmentDiscountQuantity CommitmentDiscountStatus CommitmentDiscountType CommitmentDiscountUnit ConsumedQuantity ConsumedUnit
ContractedUnitPrice InvoiceId ListUnitPrice PricingCategory PricingCurrency PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost
PricingCurrencyListUnitPrice RegionId RegionName ResourceId ResourceName ResourceType ServiceSubcategory SkuId SkuMeter SkuPriceDetails SkuPriceId SubAccountId
SubAccountName SubAccountType Tags""".split()
COSTS = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
NUMBERS = (*COSTS, "ConsumedQuantity", "PricingQuantity")
TIMES = ("BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd")
NEVER_NULL = [c for c in MANDATORY if c not in ("ChargeClass", *COSTS)]
ALLOWED = {"ChargeCategory": {"Usage", "Purchase", "Tax", "Credit", "Adjustment"}, "ChargeClass": {"", "Correction"},
           "ChargeFrequency": {"One-Time", "Recurring", "Usage-Based"}, "PricingCategory": {"Standard", "Dynamic", "Committed", "Other", ""},
           "ServiceCategory": {"AI and Machine Learning"}, "BillingCurrency": {"USD"},
           "ServiceSubcategory": {"AI Platforms", "Bots", "Generative AI", "Machine Learning", "Natural Language Processing", "Other (AI and Machine Learning)"}}
NUMBER = re.compile(r"^-?\d+(\.\d+)?([eE][+-]?\d+)?$")
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")


def faults(columns, rows):
    """What breaks a rule, for people; costs that are not known are listed apart, by the caller."""
    out = [f"{c} is mandatory and absent" for c in MANDATORY if c not in columns]
    out += [f"{c} is no column of FOCUS 1.2 and does not begin with x_" for c in columns if c not in MANDATORY and c not in OTHERS and not c.startswith("x_")]
    out += [f"{c} stands twice" for c in set(columns) if columns.count(c) > 1]
    for at, row in enumerate(rows):
        def say(words):
            out.append(f"row {at}: {words}")
        for c in NEVER_NULL:
            if row.get(c) == "":
                say(f"{c} is null")
        for c, allowed in ALLOWED.items():
            if c in row and row[c] not in allowed:
                say(f"{c} is {row[c]!r}")
        for c in NUMBERS:
            if row.get(c) and not NUMBER.match(row[c]):
                say(f"{c} is {row[c]!r}, no number")
        for c in TIMES:
            if not TIME.match(row.get(c, "")):
                say(f"{c} is {row.get(c)!r}, not YYYY-MM-DDTHH:mm:ssZ")
        if not row["BillingPeriodStart"] <= row["ChargePeriodStart"] < row["ChargePeriodEnd"]:
            say("the charge does not lie behind its billing period's beginning, or has no length")
        if row["ChargePeriodStart"] >= row["BillingPeriodEnd"]:
            say("the charge begins behind its billing period")
        if (row["ConsumedQuantity"] == "") != (row["ConsumedUnit"] == ""):
            say("ConsumedQuantity without ConsumedUnit, or the other way")
        if row["SubAccountId"] == "" and row["SubAccountName"] != "":
            say("SubAccountName without SubAccountId")
        if not all(isinstance(value, str) for value in json.loads(row["Tags"]).values()):
            say("Tags is no object of texts")
    return out


class Focus(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp(prefix="fairway-focus-")
        cls.addClassCleanup(shutil.rmtree, folder)
        subprocess.run([MAKER, folder, "200", "moved"], check=True, timeout=60)
        export = subprocess.run([BIN, "ledger", "export", "--data-dir", folder, "--output", "focus"], check=True, capture_output=True, text=True, timeout=60)
        reader = csv.DictReader(io.StringIO(export.stdout), strict=True)
        cls.rows = list(reader)
        cls.columns = reader.fieldnames

    def test_every_cell_keeps_the_rules(self):
        self.assertEqual(len(self.rows), 200)
        self.assertEqual(faults(self.columns, self.rows), [])

    def test_a_cost_is_null_only_where_it_is_not_known(self):
        for row in self.rows:
            known = row["x_State"] not in ("ambiguous", "open")
            for c in COSTS:
                self.assertEqual(row[c] != "", known, (c, row["x_State"]))
            if known:
                self.assertEqual({Decimal(row[c]) for c in COSTS}, {Decimal(row["BilledCost"])})

    def test_the_rules_find_what_breaks_them(self):
        row = self.rows[0]
        for changed, told in (({"ChargeCategory": "usage"}, "ChargeCategory is 'usage'"), ({"BilledCost": "1 USD"}, "no number"), ({"ProviderName": ""}, "ProviderName is null"),
                              ({"ChargePeriodStart": "2026-11-22 00:00:00"}, "not YYYY"), ({"ChargePeriodEnd": row["ChargePeriodStart"]}, "has no length"),
                              ({"Tags": '{"a":1}'}, "no object of texts"), ({"ConsumedUnit": ""}, "ConsumedQuantity without")):
            found = faults(self.columns, [{**row, **changed}])
            self.assertTrue(any(told in words for words in found), (told, found))
        self.assertIn("ListCost is mandatory and absent", faults([c for c in self.columns if c != "ListCost"], []))
        self.assertIn("Mine is no column of FOCUS 1.2 and does not begin with x_", faults([*self.columns, "Mine"], []))


if __name__ == "__main__":
    MAKER = sys.argv.pop(1)
    unittest.main()
