#!/usr/bin/env python3
"""Runs the HTTP cases of the Open Responses suite itself, from a checkout, and says which failed that should not.

tests/conformance/suite.py CHECKOUT                                    every upstream of the matrix, in front of the fakes
tests/conformance/suite.py CHECKOUT --url URL --key KEY --model MODEL  a gateway that runs, such as `fairway demo`
Wants node and npm; what the suite needs is installed into a temporary folder. FAIRWAY_BIN names the program."""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "matrix"))
from upstreams import KEY, UPSTREAMS, House  # noqa: E402

NEEDS = ["tsx@4.23.15", "zod@3.25.76"]
# Its other cases speak over WebSocket.
CASES = ["basic-response", "assistant-phase", "response-output-phase-schema", "streaming-response", "system-prompt", "tool-calling",
         "image-input", "multi-turn", "compact-response", "compact-missing-model"]
# Argued in docs/conformance.md; the upstream, or None for all.
EXCEPTIONS = {(None, "compact-response"), (None, "compact-missing-model"), ("converse", "assistant-phase")}


def prepare(checkout, folder):
    """The suite's own files, beside the two packages they import."""
    for part in ("bin", "src", "package.json"):
        source = checkout / part
        shutil.copytree(source, folder / part) if source.is_dir() else shutil.copy(source, folder / part)
    home = folder / "node_modules"
    subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", folder / "npm", *NEEDS],
                   check=True, stdout=sys.stderr)
    home.symlink_to(folder / "npm" / "node_modules")


def results(folder, url, key, model):
    words = ["node_modules/.bin/tsx", "bin/compliance-test.ts", "-u", url, "-k", key, "-m", model, "-f", ",".join(CASES), "--json"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120)
    if not done.stdout.startswith("{"):
        raise SystemExit(f"the suite did not run: {done.stderr[-2000:]}")
    return {result["id"]: result for result in json.loads(done.stdout)["results"]}


def report(model, found):
    """Prints a line for the model and gives the number of surprises."""
    failed = [case for case in CASES if found[case]["status"] != "passed"]
    argued = [case for case in failed if {(None, case), (model, case)} & EXCEPTIONS]
    surprises = [case for case in failed if case not in argued]
    print(f"{model:24} {len(CASES) - len(failed)} passed, {len(argued)} argued: {', '.join(argued)}")
    for case in surprises:
        print(f"    FAILED {case}: {found[case].get('errors')}")
    return len(surprises)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=pathlib.Path)
    parser.add_argument("--url")
    parser.add_argument("--key", default=KEY)
    parser.add_argument("--model", action="append")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fairway-suite-") as name:
        folder = pathlib.Path(name)
        prepare(args.checkout, folder)
        house = None if args.url else House(folder)
        try:
            url = args.url or house.start().base
            surprises = sum(report(model, results(folder, url, args.key, model)) for model in args.model or UPSTREAMS)
        finally:
            if house:
                house.stop()
    sys.exit(1 if surprises else 0)


if __name__ == "__main__":
    main()
