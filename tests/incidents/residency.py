"""Requests tagged for the EU under random failures: none may reach a place of wider scope, whatever else fails."""
import random

from play import Times, play

RATE = 500
TAGGED, OPEN, OUTSIDE = "gpt-6-sol-eu-tagged", "gpt-6-sol", "gpt-6-sol-outside"
PLACES = {
    "azure-sweden": {"cloud": "azure", "scope": "eu/sweden-central"},
    "openai-eu": {"cloud": "openai", "scope": "eu"},
    "openai": {"cloud": "openai", "scope": "global"},
    "bedrock-us": {"cloud": "bedrock", "scope": "us/us-east-1"},
    "azure-global": {"cloud": "azure", "scope": "global"},
}
# The EU's places are the dearest: every price speaks for leaving it.
PRICES = {"azure-sweden": "4", "openai-eu": "5", "openai": "2", "bedrock-us": "1", "azure-global": "3"}
# What can be wrong for a while; "" is nothing. Several at once are mixed.
TROUBLES = ["", "status 503", "reset", "status 429", "status 429 retry_after_ms=700", "lie", "stall ms=400", "status 500", "close",
            "truncate after=2", "status 401", "status 403"]
WEATHER_S = 0.7
CALM, ALL_OF_EU = 0.35, 0.15


class Weather:
    """Draws anew, every so often, what is wrong at each place; at times all of the EU at once."""

    def __init__(self, street):
        self.places, self.random, self.next = street.places, random.Random(20261122), 0.0

    def turn(self, offset):
        if offset < self.next:
            return
        self.next = offset + WEATHER_S
        eu_down = self.random.random() < ALL_OF_EU
        for name, place in self.places.items():
            place.heal()
            if eu_down and within_eu(name):
                place.faults("status 503 times=0")
            elif self.random.random() > CALM:
                kinds = self.random.sample(TROUBLES, self.random.randint(1, 4))
                place.faults("\n".join(kind or "slow_start ms=0" for kind in self.random.choices(kinds, k=400)))


def within_eu(place):
    return PLACES[place]["scope"].split("/")[0] == "eu"


def deployments(word, places):
    return [{"place": p, "as": ("openai." if PLACES[p]["cloud"] == "bedrock" else "") + word, "price": [PRICES[p], "10"]} for p in places]


def fixture():
    return {
        "places": {name: {**said, "first_token_ms": 5} for name, said in PLACES.items()},
        "first_byte_ms": 2000,
        "models": {"tagged": deployments(TAGGED, PLACES), "open": deployments(OPEN, PLACES),
                   "outside": deployments(OUTSIDE, [p for p in PLACES if not within_eu(p)])},
        "policies": {"default": "", "eu": "residency: eu"},
        "callers": [{"name": "eu", "model": "tagged", "policy": "eu", "share": 5, "tenants": 6},
                    {"name": "nowhere", "model": "outside", "policy": "eu", "share": 1, "tenants": 2},
                    {"name": "free", "model": "open", "share": 4, "tenants": 6}],
    }


def run(requests):
    course = play(fixture(), "balanced", Times(0, 1.01 * requests / RATE, 0), RATE, lambda _, street, __: [Weather(street)])
    said = {name: [r for r in course.everything if r[1] == name] for name in ("eu", "nowhere", "free")}
    counts = {word: {p: sum(1 for _, model, _ in found if model.removeprefix("openai.") == word) for p, found in course.attempts.items()}
              for word in (TAGGED, OPEN, OUTSIDE)}
    refused = sum(1 for r in said["nowhere"] if (r[2], r[6]) == (403, "residency_unsatisfiable"))
    print(f"\nresidency: {len(course.everything)} requests under random failures of all {len(PLACES)} places, {course.reached_rps():.0f} rps")
    for name, of in said.items():
        words = {}
        for r in of:
            word = "served" if not r[6] else f"{r[2]} {r[6]}"
            words[word] = words.get(word, 0) + 1
        print(f"  {name:<8} {len(of):>6} requests: " + ", ".join(f"{n} {word}" for word, n in sorted(words.items(), key=lambda i: -i[1])))
    for word, at in counts.items():
        print(f"  attempts with {word:<20} " + ", ".join(f"{p} {n}" for p, n in at.items()))
    return judge(said, counts, refused)


def judge(said, counts, refused):
    broken = []
    for word in (TAGGED, OUTSIDE):
        astray = sum(n for p, n in counts[word].items() if not within_eu(p))
        broken += [f"{astray} attempts of requests tagged for the EU reached places of wider scope"] if astray else []
    broken += [f"{len(said['nowhere']) - refused} of {len(said['nowhere'])} impossible requests were not refused with residency_unsatisfiable"] * (refused != len(said["nowhere"]))
    # The play must have tempted: everybody was asked, and the EU's places failed often.
    broken += [f"{p} was never asked" for p, n in counts[OPEN].items() if not n]
    broken += [f"{p} was never asked for tagged requests" for p, n in counts[TAGGED].items() if within_eu(p) and not n]
    untyped = [r for r in said["eu"] if r[6] and (r[2] == 0 or not r[6])]
    broken += [f"{len(untyped)} failures came without an answer, such as {untyped[0]}"] if untyped else []
    return broken
