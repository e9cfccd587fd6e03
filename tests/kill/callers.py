#!/usr/bin/env python3
"""Callers that ask without a pause: callers.py KEY COUNT SEED. A line "PORT" on standard input: the gateway is there now;
"end": no more. Then one JSON object: what came of the requests, by word."""
import asyncio
import json
import random
import sys
from collections import Counter

STREAMS, LEAVERS = 0.4, 0.2
QUESTIONS = ("Tell me of the weather in Paris.", "parallel: the weather in Paris and in Rome", "think first: what is 2 and 2?",
             "a long story, told again and again. " * 150)


class Callers:
    def __init__(self, key, count, seed):
        self.head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
        self.count, self.random = count, random.Random(seed)
        self.port, self.ended, self.told = None, False, asyncio.Event()
        self.came = Counter()

    def request(self, stream):
        body = {"model": "gpt-6-sol", "messages": [{"role": "user", "content": self.random.choice(QUESTIONS)}], "max_completion_tokens": 64}
        if stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        text = json.dumps(body)
        return f"{self.head}Content-Length: {len(text)}\r\n\r\n{text}".encode()

    async def ask(self, reader, writer):
        """A word for what came of it; other than "ok", the connection is of no use any more."""
        stream, leaves = self.random.random() < STREAMS, self.random.random() < LEAVERS
        writer.write(self.request(stream))
        if leaves:
            try:
                async with asyncio.timeout(self.random.uniform(0, 0.03)):
                    await reader.readuntil(b"\r\n\r\n")
                    if stream:
                        await reader.readuntil(b"\n\n")
            except TimeoutError:
                pass
            return "left"
        head = await reader.readuntil(b"\r\n\r\n")
        status, fields = int(head[9:12]), head.lower()
        if b"content-length: " in fields:
            await reader.readexactly(int(fields.split(b"content-length: ")[1].split(b"\r\n")[0]))
        else:
            while (size := int((await reader.readuntil(b"\r\n")).strip(), 16)) > 0:
                await reader.readexactly(size + 2)
            await reader.readexactly(2)
        return "ok" if status == 200 else str(status)

    async def caller(self):
        writer = None
        while not self.ended:
            port = self.port
            if port is None:
                self.told.clear()
                await self.told.wait()
                continue
            try:
                if not writer:
                    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
                word = await self.ask(reader, writer)
            except (OSError, EOFError, ValueError):
                word = "broken" if writer else "refused"
            self.came[word] += 1
            if word in ("left", "broken") and writer:
                writer.transport.abort()
                writer = None
            if word == "refused" and self.port == port:
                self.port = None  # until it is told where

    async def listen(self):
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := (await reader.readline()).decode().strip():
            self.ended = line == "end"
            self.port = None if self.ended or line == "down" else int(line)
            self.told.set()
            if self.ended:
                return

    async def run(self):
        callers = [asyncio.create_task(self.caller()) for _ in range(self.count)]
        await self.listen()
        await asyncio.gather(*callers)


if __name__ == "__main__":
    callers = Callers(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    asyncio.run(callers.run())
    print(json.dumps(callers.came))
