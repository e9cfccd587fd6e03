"""Prices that change on a day: the traffic moves when they do, and every amount is the price of its moment."""
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from play import play
from street import seconds_of

ENOUGH = 0.9  # of a second's requests
BOOKED_AGAINST_S = 0.005  # so near to a change the clock's last digit decides
RATE_MAX = 200  # the records are read in pages of 1,000, every two seconds


def run(fixture, times, rate):
    ways = {"fairway": "balanced", "fairway ordered": "ordered"}
    with ThreadPoolExecutor() as pool:
        courses = dict(zip(ways, pool.map(lambda prefer: play(fixture, prefer, times, min(rate, RATE_MAX)), ways.values())))
    print(f"\n{fixture['name']}: {fixture['what']}\n  {fixture['when']}; {fixture['lasted_s']} s between the days are played as {times.during_s:g} s; budget: "
          f"each move within {fixture['budget']['move_s']} s")
    broken = []
    for way, course in courses.items():
        moves = [(m, moved(fixture, course, m)) for m in fixture["moves"]]
        wrong, known, unknown, usd = booked(fixture, course)
        print(f"  {way:<16} {len(course.everything):>6} requests, {course.reached_rps():.1f} rps; "
              + ", ".join(f"to {m['place']} {'never' if s is None else f'{s:.1f} s'}" for m, s in moves)
              + f"; booked {known} at their price (USD {usd:.4f}), {unknown} as unknown, {wrong} wrongly; {len(course.failed(course.everything))} failed")
        broken += [f"{way}: {wrong} amounts are not those of their moment"] if wrong else []
        broken += [f"{way}: nothing was booked"] if not known else []
        if way == "fairway":
            most = fixture["budget"]["move_s"]
            broken += [f"it moved to {m['place']} {'never' if s is None else f'after {s} s'}, at most {most} s were promised" for m, s in moves if s is None or s > most]
            broken += ["requests failed though every place was well"] if course.failed(course.everything) else []
    return broken


def moved(fixture, course, move):
    """Seconds from a change until nine in ten of those who may move are at the place; None: not before the next one."""
    begin = {"start": 0, "begin": course.begin, "end": course.end}[move["at"]]
    end = {"start": course.begin, "begin": course.end, "end": course.times.all_s}[move["at"]]
    records = [(at(course, r), served_by(r)) for r in course.records if r["key"].rsplit("-", 1)[0] in course.struck]
    for i in range(int((end - begin - 0.5) / 0.1) + 1):
        since = begin + i * 0.1
        found = [place for t, place in records if since <= t < since + 0.5]
        if found and found.count(move["place"]) >= ENOUGH * len(found):
            return round(since - begin, 1)
    return None


def at(course, record):
    return seconds_of(record["attempts"][0]["time"]) - course.start


def served_by(record):
    return record["attempts"][-1]["deployment"].split("/")[0]


def booked(fixture, course):
    """(wrong, known, unknown, USD of all): every attempt beside what its place cost at its moment."""
    wrong = known = unknown = 0
    usd = Decimal(0)
    moments = {"long ago": float("-inf"), "begin": course.begin, "end": course.end}
    for record in course.records:
        for attempt in record["attempts"]:
            t = seconds_of(attempt["time"]) - course.start
            if any(abs(t - m) < BOOKED_AGAINST_S for m in moments.values()):
                continue
            cloud = attempt["cloud"]
            row = next((o for o in fixture["offers"] if o["cloud"] == cloud and moments[o["from"]] <= t < moments.get(o.get("until"), float("inf"))), None)
            found = attempt["cost_usd"]
            if row is None or found is None:
                unknown += 1
                wrong += row is not None or found is not None
                continue
            usage, price = attempt["usage"], row["usd_per_million"]
            expected = (usage["input"] * Decimal(price["input"]) + (usage["output"] + usage["reasoning"]) * Decimal(price["output"])) / 1_000_000
            known += 1
            usd += expected
            wrong += Decimal(found) != expected
    return wrong, known, unknown, usd
