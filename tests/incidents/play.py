"""Plays one incident once: the load runs, the places fail and mend by the clock, every attempt is read from their bills."""
import json
import pathlib
import random
import subprocess
import sys
import threading
import time
from bisect import bisect_left
from dataclasses import dataclass

sys.dont_write_bytecode = True
from street import MESSAGES, Busy, Street  # noqa: E402

LOAD = pathlib.Path(__file__).with_name("load.py")
TICK_S = 0.1
BILL_EVERY_S = 2.0
PLAYS_MAX, BEHIND_MAX_S = 3, 2.0
AHEAD = 300  # faults that wait at a place whose script is a mixture
WINDOW_S = 1.0
NOTHING = "slow_start ms=0"  # a fault that is none: the healthy part of a mixture


@dataclass
class Times:
    before_s: float
    during_s: float
    after_s: float

    @property
    def all_s(self):
        return self.before_s + self.during_s + self.after_s


class Trouble:
    """What one place does wrong, from its time to its time."""

    def __init__(self, place, said, times, seed):
        self.place, self.said, self.random = place, said, random.Random(seed)
        self.begin = times.before_s + said.get("from", 0) * times.during_s
        self.end = times.before_s + said.get("until", 1) * times.during_s if said.get("until", 1) is not None else None
        self.state = "ahead"

    def turn(self, offset):
        if self.state == "ahead" and offset >= self.begin:
            self.state = "on"
            self.strike()
        elif self.state == "on" and self.end is not None and offset >= self.end:
            self.state = "over"
            self.mend()
        elif self.state == "on" and len(self.said.get("mix", ())) > 1:
            self.feed()

    def strike(self):
        if self.said.get("gone"):
            self.place.vanish()
        elif len(self.said["mix"]) == 1:
            self.place.faults(self.said["mix"][0][0] + " times=0")
        else:
            self.feed()

    def mend(self):
        if self.said.get("gone"):
            self.place.come_back()
        else:
            self.place.heal()

    def feed(self):
        lack = AHEAD - self.place.waiting()
        if lack > AHEAD / 3:
            kinds, parts = zip(*self.said["mix"])
            self.place.faults("\n".join(kind or NOTHING for kind in self.random.choices(kinds, parts, k=lack)))


def plan(fixture, street, times, rate):
    callers = [{"share": c.get("share", 1), "name": c["name"], "stream_percent": c.get("stream_percent", 50),
                "ways": street.ways(c), "body": {k: v for k, v in {**(MESSAGES if "api" not in c else {}), **c.get("body", {})}.items() if v is not None},
                "expects": c.get("expects"), "turns": c.get("turns", 1)} for c in fixture["callers"]]
    return {"start": street.start, "seconds": times.all_s, "rate": rate, "seed": 7, "callers": callers,
            "timeout_s": fixture.get("first_byte_ms", 60_000) / 1000 + (5 if street.prefer else 0)}


def troubles_of(fixture, street, times):
    return [Trouble(street.places[said["place"]], said, times, i) for i, said in enumerate(fixture.get("troubles", ()))]


def play(fixture, prefer, times, rate, troubles_of=troubles_of):
    """The course of one play. One in which the load itself fell behind says nothing, and is played again."""
    for _ in range(PLAYS_MAX):
        course = play_once(fixture, prefer, times, rate, troubles_of)
        if course.behind_s <= BEHIND_MAX_S:
            return course
    raise Busy(f"the load fell {course.behind_s:.1f} s behind, {PLAYS_MAX} times: this machine is too busy to tell anything")


def play_once(fixture, prefer, times, rate, troubles_of):
    load = subprocess.Popen([sys.executable, str(LOAD)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    street = Street(fixture, prefer, times)
    try:
        troubles = troubles_of(fixture, street, times)
        for t in troubles:
            t.turn(0)
        answer = []
        reader = threading.Thread(target=lambda: answer.append(load.communicate(json.dumps(plan(fixture, street, times, rate)).encode())[0]))
        reader.start()
        direct(street, troubles, reader)
        reader.join()
        read_bills(street)
        return Course(fixture, street, times, rate, json.loads(answer[0]))
    finally:
        load.kill()
        load.wait()
        street.stop()


def direct(street, troubles, load):
    next_bill = street.start
    while load.is_alive():
        now = time.time()
        for t in troubles:
            t.turn(now - street.start)
        if now >= next_bill:
            read_bills(street)
            next_bill = now + BILL_EVERY_S
        load.join(TICK_S)


def read_bills(street):
    for place in street.places.values():
        place.read_bill()
    if street.prefer and "moves" in street.fixture:
        for record in street.ask_admin("/admin/v1/exchanges?limit=1000")["data"]:
            street.records[record["request_id"]] = record


class Course:
    """What came of it. Times are seconds after the start of the load."""

    def __init__(self, fixture, street, times, rate, answer):
        requests, self.behind_s = answer["requests"], answer["behind_s"]
        self.times, self.rate = times, rate
        # Others are there to show that the incident does not reach them.
        self.struck = {c["name"] for c in fixture["callers"] if c.get("struck", True)}
        self.requests = [r for r in requests if r[1] in self.struck]
        self.others = [r for r in requests if r[1] not in self.struck]
        self.everything = requests
        sick = {t["place"] for t in fixture.get("troubles", ()) if t.get("counts", True)}
        words = {d["as"] for c in fixture["callers"] if c["name"] in self.struck for d in fixture["models"][c["model"]]}
        self.attempts = {name: sorted((t - street.start, model, status) for t, model, status in p.attempts)
                         for name, p in street.places.items()}
        self.sick = sorted(t for name in sick for t, model, _ in self.attempts[name] if model in words)
        self.sent = sorted(r[0] for r in self.requests)
        self.start, self.records = street.start, list(street.records.values())
        self.begin, self.end = times.before_s, times.before_s + times.during_s

    def during(self):
        return [r for r in self.requests if self.begin <= r[0] < self.end]

    def failed(self, requests):
        return [r for r in requests if r[6]]

    def failed_percent(self):
        return percent(len(self.failed(self.during())), len(self.during()))

    def late_percent(self, slo_s=2.0):
        return percent(sum(1 for r in self.during() if not r[6] and r[3] > slo_s), len(self.during()))

    def share(self, begin, end):
        """Attempts at the sick places for each request, between two times."""
        return between(self.sick, begin, end) / max(1, between(self.sent, begin, end))

    def usual(self):
        return self.share(0, self.begin) if self.begin > 0 else 1.0

    def sent_percent(self):
        return 100 * self.share(self.begin, self.end)

    def leave_s(self):
        """Until the sick places get at most a fifth of what they usually get; None: never."""
        return self.first(self.begin, self.end, lambda share: share <= 0.2 * self.usual())

    def return_s(self):
        """From its end until they get four fifths of it again."""
        return self.first(self.end, self.times.all_s, lambda share: share >= 0.8 * self.usual())

    def first(self, begin, end, holds):
        steps = int((end - begin - WINDOW_S) / 0.1) + 1
        for i in range(steps):
            at = begin + i * 0.1
            if holds(self.share(at, at + WINDOW_S)):
                return round(at - begin, 1)
        return None

    def reasons(self):
        found = {}
        for r in self.failed(self.during()):
            word = r[6] if r[2] in (0, 200) else f"{r[2]} {r[6]}"
            found[word] = found.get(word, 0) + 1
        return found

    def reached_rps(self):
        return len(self.everything) / self.times.all_s


def between(times, begin, end):
    return bisect_left(times, end) - bisect_left(times, begin)


def percent(part, whole):
    return 100 * part / whole if whole else 0.0
