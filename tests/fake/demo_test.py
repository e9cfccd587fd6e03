#!/usr/bin/env python3
"""`fairway demo`: what it prints works as it stands."""
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
from program import BIN, Program, call  # noqa: E402

ANYWHERE = ("--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0")


def run_line(line):
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=60, env={**os.environ, "no_proxy": "*"})
    assert done.returncode == 0, (line, done.stderr)
    return done.stdout


def told(program, what):
    return next(line.split()[-1] for line in program.said if line.strip().startswith(what))


class Demo(unittest.TestCase):
    @unittest.skipUnless(shutil.which("curl"), "needs curl")
    def test_every_curl_line_works_as_it_stands(self):
        with Program("demo", *ANYWHERE) as program:
            stream, whole, translated, records, breaking = (program.line("curl ") for _ in range(5))
            program.line("Ctrl-C")
            events = [line for line in run_line(stream).splitlines() if line.startswith("data: ")]
            self.assertEqual(events[-1], "data: [DONE]")
            self.assertGreater(len(events), 50)
            answer = run_line(whole)
            self.assertTrue(answer.startswith("HTTP/1.1 200"), answer)
            self.assertIn("x-fairway-deployment: sol-direct", answer)
            self.assertRegex(answer, r"x-fairway-cost-usd: 0\.\d+")
            # Chat Completions in, the Responses API of Google out, under a token from its metadata server.
            answer = run_line(translated)
            self.assertTrue(answer.startswith("HTTP/1.1 200"), answer)
            self.assertIn("x-fairway-deployment: google-alone", answer)
            self.assertIn('"object":"chat.completion"', answer)
            seen = json.loads(run_line(records))["data"]
            self.assertEqual([e["status"] for e in seen], [200, 200, 200])
            self.assertEqual(json.loads(run_line(breaking))["faults"][0]["status"], 503)
            second = run_line(whole)
            self.assertIn("x-fairway-deployment: sol-virginia", second)
            self.assertIn("x-fairway-attempts: 2", second)
            self.assertEqual(program.stop(), 0)

    def test_says_that_a_port_is_taken_and_how_to_take_another(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            at = "127.0.0.1:%d" % taken.getsockname()[1]
            for option in ("--listen", "--admin"):
                args = [a for a in ANYWHERE]
                args[args.index(option) + 1] = at
                done = subprocess.run([BIN, "demo", *args], capture_output=True, text=True, timeout=60)
                self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
                self.assertIn(at, done.stderr)
                self.assertIn("--listen", done.stderr)

    def test_writes_a_configuration_that_serves_without_its_secrets(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="fairway-demo-"))
        self.addCleanup(shutil.rmtree, folder)
        file = folder / "demo.yaml"
        with Program("demo", *ANYWHERE, "--config-out", str(file)) as program:
            program.line("Ctrl-C")
            text = file.read_text()
            self.assertNotIn(told(program, "key"), text)
            self.assertNotIn(told(program, "admin token"), text)
        names = set(re.findall(r"\$\{env:(\w+)\}", text))
        environment = {**os.environ, **{name: f"{name.lower()}-0123456789abcdef0123456789" for name in names}}
        done = subprocess.run([BIN, "config", "check", "-c", str(file)], capture_output=True, text=True, env=environment, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_traffic_moves_the_metrics(self):
        with Program("demo", *ANYWHERE, "--traffic", "50") as program:
            program.line("Ctrl-C")
            url = told(program, "admin ") + "/metrics"
            token = {"Authorization": "Bearer " + told(program, "admin token")}
            served = 0
            until = time.monotonic() + 60
            while served < 20 and time.monotonic() < until:
                page = call(url, headers=token)[2]
                served = sum(float(n) for n in re.findall(r'^fairway_requests_total\{.*status="2xx"\} (\S+)$', page, re.M))
            self.assertGreaterEqual(served, 20)
            self.assertEqual(program.stop(), 0)

    def test_ends_by_itself_when_told_to(self):
        done = subprocess.run([BIN, "demo", *ANYWHERE, "--exit-after", "0.2"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
