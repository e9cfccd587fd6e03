#!/usr/bin/env python3
"""`fairway fake` as scripts use it."""
import json
import signal
import socket
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
from program import BIN, Program, call  # noqa: E402

CHAT = {"model": "gpt-6-sol", "messages": [{"role": "user", "content": "hello"}], "max_completion_tokens": 4}
KEY = {"Authorization": "Bearer sk-fake-openai"}


def fake(*more, cloud="openai"):
    return Program("fake", "--cloud", cloud, "--listen", "127.0.0.1:0", "--speed", "0", *more)


def base(program):
    return program.line("listening ").split()[1]


class Fake(unittest.TestCase):
    def test_says_where_it_listens_answers_and_ends_by_signal(self):
        for end in (signal.SIGTERM, signal.SIGINT):
            with fake() as program:
                status, headers, text = call(base(program) + "/v1/chat/completions", CHAT, KEY)
                self.assertEqual(status, 200, text)
                self.assertEqual(json.loads(text)["usage"]["completion_tokens"], 4)
                self.assertTrue(headers["x-request-id"])
                self.assertEqual(program.stop(end), 0)

    def test_every_cloud_starts(self):
        for cloud, key, path in (("azure", {"api-key": "fake-azure-key"}, "/openai/v1/models"), ("compatible", {}, "/v1/models"),
                                 ("bedrock", {"Authorization": "Bearer fake-bedrock-key"}, "/v1/models"),
                                 ("vertex", {}, "/_fake/service_account"),
                                 ("tokens", {"Metadata-Flavor": "Google"}, "/computeMetadata/v1/project/project-id")):
            with fake(cloud=cloud) as program:
                self.assertEqual(call(base(program) + path, headers=key)[0], 200, cloud)

    def test_knows_the_models_and_keys_it_was_given(self):
        with fake("--model", "mine=gpt-x", "--key", "secret") as program:
            at = base(program)
            status, _, text = call(at + "/v1/chat/completions", {**CHAT, "model": "mine"}, {"Authorization": "Bearer secret"})
            self.assertEqual((status, json.loads(text)["model"]), (200, "gpt-x"))
            self.assertEqual(call(at + "/v1/chat/completions", CHAT, {"Authorization": "Bearer secret"})[0], 404)
            self.assertEqual(call(at + "/v1/chat/completions", CHAT, KEY)[0], 401)

    def test_plays_a_script_from_its_command_line(self):
        with fake("--faults", "status 503 times=2") as program:
            at = base(program)
            statuses = [call(at + "/v1/chat/completions", CHAT, KEY)[0] for _ in range(3)]
            self.assertEqual(statuses, [503, 503, 200])

    def test_refuses_a_script_it_does_not_understand(self):
        done = subprocess.run([BIN, "fake", "--cloud", "openai", "--listen", "127.0.0.1:0", "--faults", "reset\nexplode"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("line 2: 'explode' is no kind of fault", done.stderr)

    def test_says_that_a_port_is_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            at = "127.0.0.1:%d" % taken.getsockname()[1]
            done = subprocess.run([BIN, "fake", "--cloud", "openai", "--listen", at], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn(at, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
