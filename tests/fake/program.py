"""Starting the built program and talking to it, for the tests beside this file."""
import json
import os
import pathlib
import select
import signal
import subprocess
import time
import urllib.error
import urllib.request

TOP = pathlib.Path(__file__).resolve().parents[2]
BIN = str(TOP / os.environ.get("FAIRWAY_BIN", "build/dev/fairway"))
STARTS_WITHIN_S = 60


class Program:
    """A running `fairway …`; leaving the `with` block stops it, by SIGTERM unless it has ended."""

    def __init__(self, *args, env=None):
        self.child = subprocess.Popen([BIN, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
                                      env={**os.environ, **(env or {})})
        self.said = []
        self.rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child.poll() is None:
            self.stop(signal.SIGTERM)
        self.child.stdout.close()
        self.child.stderr.close()

    def line(self, beginning):
        """The next line of standard output that begins so."""
        until = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < until:
            line, end, rest = self.rest.partition(b"\n")
            if end:
                self.rest = rest
                self.said.append(line.decode())
                if self.said[-1].startswith(beginning):
                    return self.said[-1]
            elif select.select([self.child.stdout], [], [], 1)[0]:
                more = os.read(self.child.stdout.fileno(), 65536)
                if not more:
                    raise AssertionError(f"it ended with {self.child.wait()}: {self.child.stderr.read().decode()}")
                self.rest += more
        raise AssertionError(f"no line that begins with {beginning!r} in {self.said}")

    def stop(self, with_signal=signal.SIGINT):
        self.child.send_signal(with_signal)
        return self.child.wait(timeout=30)


def call(url, body=None, headers=None, method=None):
    """(status, headers, text) of one request."""
    sent = None if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
    request = urllib.request.Request(url, data=sent, headers={"Content-Type": "application/json", **(headers or {})}, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, refused.read().decode()
