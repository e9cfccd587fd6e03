"""What every Python client needs: where the gateway is, the fakes' scripts and bills, and a runner for named cases."""
import asyncio
import inspect
import json
import os
import sys
import time
import traceback
import urllib.request

with open(os.environ["FAIRWAY_WORLD"]) as file:
    world = json.load(file)
BASE = world["gateway"] + "/v1"
KEY, OTHER_KEY = world["keys"]["a"], world["keys"]["b"]
CLOUDS = {"openai": "gpt-6-sol", "azure": "gpt-6-sol-azure", "compatible": "gpt-oss-120b"}
TWO_MEGABYTE_PNG = "data:image/png;base64," + "iVBORw0KGgo".ljust(2 * 1024 * 1024, "A")


def call(url, method="GET", body=None):
    request = urllib.request.Request(url, method=method, data=json.dumps(body).encode() if body is not None else None)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read()


# The fakes whose models fail when asked to.
SCRIPTED = [world["fakes"][fake] + "/_fake/faults" for fake in ("faulty", "compatible")]


def script(fault, *models):
    """The next request for each of these upstream models meets the fault; the fake that knows the model plays it."""
    for url in SCRIPTED:
        call(url, "POST", {"faults": [{**fault, "match": {"model": model}} for model in models]})


def attempts(fake, *models):
    """The attempts a fake has seen for these upstream models."""
    bill = json.loads(call(world["fakes"][fake] + "/_fake/bill"))
    return [a for a in bill["attempts"] if a["model"] in models]


def within(seconds, what, probe):
    """Waits until `probe` says yes; the bound is the caller's promise."""
    end = time.monotonic() + seconds
    while not probe():
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        # tidy-allow sleep: another process is asked again, within the bound above
        time.sleep(0.02)


def refused(kind, call, **expected):
    """The exception `call` ends with, which must be exactly of this kind and have these attributes."""
    try:
        call()
    except Exception as error:  # any other kind is the finding
        assert type(error) is kind, f"{type(error).__name__}: {error}"
        for name, value in expected.items():
            assert getattr(error, name) == value, f"{name} is {getattr(error, name)!r}, expected {value!r}"
        return error
    raise AssertionError("was not refused")


cases = {}


def case(function):
    cases[function.__name__] = function
    return function


def cases_per(names):
    """One case for each name, which the function gets."""
    def register(function):
        for name in names:
            cases[f"{function.__name__.removesuffix('_at')}.{name}"] = lambda name=name: function(name)
        return function
    return register


def main():
    """Runs the cases one after the other, since faults are scripted for the next request."""
    failed = 0
    for name, run in cases.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        try:
            result = run()
            if inspect.isawaitable(result):
                asyncio.run(result)
            print("ok", name, flush=True)
        except Exception as error:
            failed += 1
            where = "".join(traceback.format_tb(error.__traceback__)[-2:]).rstrip()
            print(f"FAILED {name}: {type(error).__name__}: {error}\n    " + where.replace("\n", "\n    "), flush=True)
        finally:
            for url in SCRIPTED:
                call(url, "DELETE")
    sys.exit(1 if failed else 0)
