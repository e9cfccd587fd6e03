"""Prints requirements.txt from the report of `pip install --dry-run --report`; see ../README.md."""
import json
import sys

print("# What Debian 12 (CPython 3.11, x86-64) installs for requirements.in, with hashes; README.md says how it is made.")
for item in sorted(json.load(sys.stdin)["install"], key=lambda item: item["metadata"]["name"].lower()):
    what, hashes = item["metadata"], item["download_info"]["archive_info"]["hashes"]
    print(f"{what['name'].lower()}=={what['version']} --hash=sha256:{hashes['sha256']}")
