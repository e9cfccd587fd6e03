#!/usr/bin/env python3
"""Open Responses, asked of the gateway in front of every upstream of the matrix (docs/conformance.md).

What the specification's own suite asserts, and beyond it: every kind of answer, whole and streamed, has the shapes of the
specification and its stream the order it demands."""
import json
import pathlib
import shutil
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "matrix"))
import questions  # noqa: E402
from shapes import lacks  # noqa: E402
from stream import Reader  # noqa: E402
from upstreams import KEY, UPSTREAMS, House, call  # noqa: E402

# (upstream, question) -> status and words of the cloud's own refusal; argued in docs/conformance.md.
EXCEPTIONS = {("converse", "PHASES"): (400, "A conversation must start with a user message")}

COMPLETED = ("GREETING", "STRING", "INSTRUCTED", "SYSTEM", "IMAGE", "CONVERSATION", "PHASES", "PHASES_AFTER_A_QUESTION", "TOOL_RESULT",
             "SCHEMA", "REFUSED", "THOUGHT")
UNFINISHED = {"CUT": "max_output_tokens", "FILTERED": "content_filter"}


class Responses(unittest.TestCase):
    maxDiff = 3000

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="fairway-conformance-")
        cls.house = House(cls.folder).start()

    @classmethod
    def tearDownClass(cls):
        cls.house.stop()
        shutil.rmtree(cls.folder)

    def ask(self, upstream, question, stream=False):
        """The response there is in the end, or None where the exception holds."""
        body = {"model": upstream, **getattr(questions, question), **({"stream": True} if stream else {})}
        status, headers, text = self.house.ask("responses", body)
        if (upstream, question) in EXCEPTIONS:
            wanted, words = EXCEPTIONS[upstream, question]
            self.assertEqual(status, wanted, text)
            self.assertIn(words, json.loads(text)["error"]["message"])
            self.assertEqual(lacks(json.loads(text)["error"], "error"), [])
            return None
        self.assertEqual(status, 200, text)
        if not stream:
            self.assertEqual(headers.get_content_type(), "application/json")
            return self.shaped(json.loads(text))
        self.assertEqual(headers.get_content_type(), "text/event-stream")
        reader = Reader().read(text)
        self.assertEqual(reader.breaches, [])
        return self.shaped(reader.response)

    def shaped(self, response):
        self.assertEqual(lacks(response, "response"), [])
        usage = response["usage"]
        self.assertEqual(usage["total_tokens"], usage["input_tokens"] + usage["output_tokens"])
        self.assertTrue(response["output"])
        return response

    def everywhere(self, name, look):
        for upstream in UPSTREAMS:
            for stream in (False, True):
                with self.subTest(upstream=upstream, question=name, stream=stream):
                    response = self.ask(upstream, name, stream)
                    if response is not None:
                        look(response)

    def finished(self, response):
        self.assertEqual(response["status"], "completed")
        self.assertIsNone(response["error"])
        self.assertIsNone(response["incomplete_details"])

    def test_finished_answers(self):
        for name in COMPLETED:
            self.everywhere(name, self.finished)

    def test_calls_of_functions(self):
        for name, count in {"TOOL": 1, "PARALLEL": 2}.items():
            self.everywhere(name, lambda response, count=count: self.calls(response, count))

    def calls(self, response, count):
        self.finished(response)
        calls = [item for item in response["output"] if item["type"] == "function_call"]
        self.assertEqual(([c["name"] for c in calls], len({c["call_id"] for c in calls})), (["read_clock"] * count, count))
        for made in calls:
            self.assertIn("city", json.loads(made["arguments"]))
        self.assertEqual([tool["name"] for tool in response["tools"]], ["read_clock"])

    def test_unfinished_answers(self):
        for name, reason in UNFINISHED.items():
            self.everywhere(name, lambda response, reason=reason: self.assertEqual(
                (response["status"], response["incomplete_details"]), ("incomplete", {"reason": reason})))

    def test_what_was_asked_is_told_again(self):
        asked = {"temperature": 0.5, "top_p": 0.25, "max_output_tokens": 77, "instructions": "Be brief.", **questions.STRING}
        for upstream in UPSTREAMS:
            with self.subTest(upstream=upstream):
                status, _, text = self.house.ask("responses", {"model": upstream, **asked})
                self.assertEqual(status, 200, text)
                told = json.loads(text)
                self.assertEqual({name: told[name] for name in asked if name != "input"},
                                 {name: asked[name] for name in asked if name != "input"})

    def test_requests_that_lack_something(self):
        for body, param in (({"input": "x"}, "model"), ({"model": "openai"}, "input")):
            with self.subTest(param):
                status, _, text = self.house.ask("responses", body)
                error = json.loads(text)["error"]
                self.assertEqual((status, error["param"], lacks(error, "error")), (400, param, []), text)

    def test_a_stream_that_fails_ends_in_an_error_with_the_members_of_an_error(self):
        fakes = {"openai": "openai", "converse": "bedrock", "generate-content": "vertex", "compatible": "compatible"}
        for upstream, cloud in fakes.items():
            with self.subTest(upstream=upstream):
                self.house.fault(cloud, "truncate after=6")
                _, _, text = self.house.ask("responses", {"model": upstream, "stream": True, **questions.GREETING})
                last = json.loads(text.rstrip().rpartition("data: ")[2])
                self.assertEqual((last["type"], lacks(last, "error")), ("error", []))
                self.assertEqual(last["sequence_number"], text.count("\ndata: ") - 1)

    def test_compaction_is_refused(self):
        for body in (questions.COMPACTED, {"model": "openai", **questions.COMPACTED}):
            status, _, text = call(self.house.base + "/responses/compact", body, {"Authorization": f"Bearer {KEY}"})
            self.assertEqual(lacks(json.loads(text)["error"], "error"), [])
            self.assertIn(status, (404, 405))


if __name__ == "__main__":
    unittest.main()
