#!/usr/bin/env python3
"""An open-loop load of mixed streams: reads its plan (JSON) from standard input, writes one JSON object.

The plan: {"start": wall clock, "seconds", "rate", "seed", "timeout_s", "callers": [{"share", "name", "stream_percent",
"ways": [[way, …], …], "body", "expects", "turns"}]}. `expects` is a key of EXPECTED; of several turns (Responses, never
streamed) each repeats all that was said before, reasoning included. A way is {"host", "port", "path", "headers", "model"}; a caller draws one list of ways for each
request. A list of one is a client of a gateway. A longer one is the naive failover many clients have: in order, on
every request anew, further on 429, 5xx, broken connections and silence, until the first byte.
The result: {"behind_s": one request in a hundred left later than this, "requests": [[at_s, caller, status, first_s,
total_s, attempts, word], …]}; status 200 and word "" is an answer that came whole, status 0 none at all."""
import asyncio
import json
import random
import re
import sys
import time

# What an answer must hold to be what was asked for, and the word for one that does not.
EXPECTED = {"effort": (re.compile(rb'"reasoning_tokens": ?[1-9]'), "effort ignored"), "tools": (re.compile(rb'"tool_calls"'), "tools dropped")}
BROKEN, SILENT, CUT = "connection broken", "silence", "stream broken off"


class Connection(asyncio.Protocol):
    """One kept connection; one answer at a time."""

    def __init__(self):
        self.transport = self.done = None
        self.used = 0
        self.clear()

    def clear(self):
        self.status, self.length, self.first, self.head_end = 0, None, None, 0
        self.buffer = bytearray()

    def connection_made(self, transport):
        self.transport = transport

    def connection_lost(self, _):
        self.transport = None
        self.finish(BROKEN)

    def finish(self, word):
        if self.done and not self.done.done():
            self.done.set_result(word)

    def data_received(self, piece):
        self.buffer += piece
        if not self.head_end:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self.read_head(bytes(self.buffer[:end]), end + 4)
        if self.first is None and len(self.buffer) > self.head_end:
            self.first = time.time()
        whole = (len(self.buffer) >= self.head_end + self.length if self.length is not None
                 else self.buffer.endswith(b"0\r\n\r\n"))
        if whole:
            self.finish("")

    def read_head(self, head, end):
        self.head_end = end
        self.status = int(head[9:12])
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                self.length = int(line[15:])

    def whole(self, stream, expects):
        """What is wrong with an answer that came to its end; empty: nothing."""
        body = bytes(self.buffer[self.head_end:])
        if self.status != 200:
            try:
                return str(json.loads(body)["error"]["code"])
            except (ValueError, KeyError, TypeError):
                return f"HTTP {self.status}"
        if stream and (b"data: [DONE]" not in body or b'"error":{' in body):
            return CUT
        held, word = EXPECTED[expects] if expects else (re.compile(b""), "")
        return "" if held.search(body) else word


class Load:
    def __init__(self, plan):
        self.plan = plan
        self.random = random.Random(plan["seed"])
        self.idle = {}
        self.results = []
        self.behind = []
        self.running = set()

    async def attempt(self, way, caller, stream, fresh=False):
        """(status, time of the first byte of the body, word, the body of a whole answer)"""
        loop, at = asyncio.get_running_loop(), (way["host"], way["port"])
        kept = self.idle.setdefault(at, [])
        connection = None
        while kept and not fresh and not connection:
            connection = kept.pop()
            connection = connection if connection.transport else None
        if not connection:
            try:
                _, connection = await loop.create_connection(Connection, *at)
            except OSError:
                return 0, None, BROKEN, b""
        connection.clear()
        connection.done = loop.create_future()
        connection.transport.write(request_bytes(way, caller, stream))
        timer = loop.call_later(self.plan["timeout_s"], connection.finish, SILENT)
        word = await connection.done
        timer.cancel()
        connection.used += 1
        if word == BROKEN and connection.used > 1 and not connection.buffer:
            return await self.attempt(way, caller, stream, True)  # it was closed while it lay idle
        answer = bytes(connection.buffer[connection.head_end:]) if word == "" and not stream else b""
        if word == "":
            word = connection.whole(stream, caller.get("expects"))
            kept.append(connection)
        elif connection.transport:
            connection.transport.abort()
        return connection.status, connection.first, word, answer

    async def ask(self, caller, ways, stream):
        """(attempts, status, time of the first byte, word, connection's answer)"""
        for tried, way in enumerate(ways, 1):
            status, first, word, answer = await self.attempt(way, caller, stream)
            elsewhere = word and (first is None or status == 429 or status >= 500)
            if not elsewhere:
                break
        return tried, status, first, word, answer

    async def request(self, caller, number):
        ways = caller["ways"][number % len(caller["ways"])]
        turns = caller.get("turns", 1)
        stream = turns == 1 and self.random.random() * 100 < caller["stream_percent"]
        begun, all_tried = time.time(), 0
        body = caller.get("body", {})
        for turn in range(turns):
            tried, status, first, word, answer = await self.ask({**caller, "body": body}, ways, stream)
            all_tried += tried
            if word:
                break
            if turn + 1 < turns:
                body = {**body, "input": body["input"] + json.loads(answer)["output"] + [body["input"][0]]}
        now = time.time()
        self.results.append([round(begun - self.plan["start"], 4), caller["name"], status, round((first or now) - begun, 4),
                             round(now - begun, 4), all_tried, word])

    async def run(self):
        loop, plan = asyncio.get_running_loop(), self.plan
        ahead = plan["start"] - time.time()
        clock = loop.time() + ahead
        shares = [c["share"] for c in plan["callers"]]
        offset, number = 0.0, 0
        while (offset := offset + self.random.expovariate(plan["rate"])) < plan["seconds"]:
            pause = loop.create_future()
            loop.call_at(clock + offset, pause.set_result, None)
            await pause
            self.behind.append(time.time() - plan["start"] - offset)
            caller = self.random.choices(plan["callers"], shares)[0]
            task = loop.create_task(self.request(caller, number))
            self.running.add(task)
            task.add_done_callback(self.running.discard)
            number += 1
        if self.running:
            await asyncio.wait(self.running)


def request_bytes(way, caller, stream):
    body = {"model": way["model"], **caller.get("body", {})}
    if stream:
        body["stream"] = True
        body["stream_options"] = {"include_usage": True}
    text = json.dumps(body).encode()
    head = f"POST {way['path']} HTTP/1.1\r\nHost: {way['host']}\r\nContent-Type: application/json\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in way["headers"].items())
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(text) + text


if __name__ == "__main__":
    load = Load(json.load(sys.stdin))
    asyncio.run(load.run())
    json.dump({"behind_s": sorted(load.behind)[len(load.behind) * 99 // 100], "requests": load.results}, sys.stdout)
