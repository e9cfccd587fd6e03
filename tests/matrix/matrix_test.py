#!/usr/bin/env python3
"""Every client dialect against every upstream: what a client reconstructs is equal wherever the upstream can say it.

Where it cannot, the exception stands in EXCEPTIONS with the field that docs/fields.md gives as the reason, and the
gateway has to tell it: by a refusal that names the field, or in x-fairway-dropped."""
import json
import pathlib
import shutil
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import reconstruct  # noqa: E402
import scenarios  # noqa: E402
from upstreams import KEY, UPSTREAMS, House  # noqa: E402

READERS = {("chat", False): lambda t: reconstruct.of_chat(json.loads(t)), ("chat", True): reconstruct.of_chat_stream,
           ("responses", False): lambda t: reconstruct.of_response(json.loads(t)), ("responses", True): reconstruct.of_response_stream}
# The cloud's fake behind each upstream.
CLOUD_OF = {"openai": "openai", "azure-v1": "azure", "azure-classic": "azure", "runtime": "bedrock", "mantle": "bedrock",
            "google": "vertex", "compatible": "compatible"}


def as_text(expected):
    """The dialect has no field for a refusal: the model's words come as what they are, words."""
    return {**expected, "text": expected["refusal"], "refusal": ""}


def without_reasoning_count(expected):
    """The dialect counts reasoning among the output and does not say how much of it."""
    return {**expected, "usage": (*expected["usage"][:2], 0)}


# (upstream, scenario) -> what can be expected there instead; docs/fields.md and the clouds' pages say why.
EXCEPTIONS = {
    **{(upstream, "refusal"): as_text for upstream in ("converse", "generate-content", "google-openapi", "compatible")},
    **{(upstream, "reasoning"): without_reasoning_count for upstream in ("converse", "compatible")},
}


def request(scenario, dialect, upstream, stream):
    body = {"model": upstream, **scenario(dialect)}
    if stream:
        body["stream"] = True
        if dialect == "chat":
            body["stream_options"] = {"include_usage": True}
    return body


class Matrix(unittest.TestCase):
    maxDiff = 3000

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="fairway-matrix-")
        cls.house = House(cls.folder).start()

    @classmethod
    def tearDownClass(cls):
        cls.house.stop()
        shutil.rmtree(cls.folder)

    def reconstruct(self, scenario, dialect, upstream, stream):
        status, headers, text = self.house.ask(dialect, request(scenario, dialect, upstream, stream))
        self.assertEqual(status, 200, text)
        self.assertIsNone(headers.get("x-fairway-dropped"), text[:500])
        return READERS[dialect, stream](text)

    def test_answers_are_equal(self):
        for scenario in scenarios.SCENARIOS:
            # Two readings of one question: the dialects themselves count alike.
            expected = self.reconstruct(scenario, "chat", "openai", False)
            self.assertTrue(expected["text"] or expected["calls"] or expected["refusal"], scenario)
            self.assertIsNotNone(expected["usage"])
            for upstream in UPSTREAMS:
                wanted = EXCEPTIONS.get((upstream, scenario.__name__), dict)(expected)
                for dialect, stream in READERS:
                    with self.subTest(scenario=scenario.__name__, upstream=upstream, dialect=dialect, stream=stream):
                        found = self.reconstruct(scenario, dialect, upstream, stream)
                        self.assertEqual(found, wanted)

    def test_errors_before_the_answer(self):
        for upstream, (provider, *_) in UPSTREAMS.items():
            for dialect, stream in READERS:
                with self.subTest(upstream=upstream, dialect=dialect, stream=stream):
                    self.house.fault(CLOUD_OF[provider], "status 503")
                    status, headers, text = self.house.ask(dialect, request(scenarios.text, dialect, upstream, stream))
                    error = json.loads(text)["error"]
                    self.assertEqual((status, error["code"]), (502, "all_deployments_failed"), text)
                    self.assertIn("HTTP 503", error["message"])
                    self.assertEqual(headers["x-should-retry"], "false")

    def test_throttling_before_the_answer(self):
        for upstream, (provider, *_) in UPSTREAMS.items():
            with self.subTest(upstream=upstream):
                self.house.fault(CLOUD_OF[provider], "status 429")
                status, headers, text = self.house.ask("chat", request(scenarios.text, "chat", upstream, False))
                self.assertEqual((status, json.loads(text)["error"]["code"]), (429, "all_deployments_failed"), text)
                self.assertTrue(headers["Retry-After"])

    def test_streams_that_break_off_end_in_a_typed_error(self):
        for upstream, (provider, *_) in UPSTREAMS.items():
            for dialect in ("chat", "responses"):
                for script in ("truncate after=6", "reset after=6", "error_event after=6"):
                    with self.subTest(upstream=upstream, dialect=dialect, script=script):
                        self.house.fault(CLOUD_OF[provider], script)
                        status, _, text = self.house.ask(dialect, request(scenarios.text, dialect, upstream, True))
                        self.assertEqual(status, 200, text)
                        self.assertNotIn("data: [DONE]", text)
                        self.assertNotIn("response.completed", text)
                        last = [e for e in text.split("\n\n") if e][-1]
                        self.assertIn("error", last)
                        self.assertTrue(json.loads(last[last.index("data: ") + 6:]), last)

    def test_a_spoilt_answer_harms_nobody_else(self):
        for upstream, (provider, *_) in UPSTREAMS.items():
            for script in ("html", "half", "garbage"):
                with self.subTest(upstream=upstream, script=script):
                    self.house.fault(CLOUD_OF[provider], script)
                    status, _, text = self.house.ask("chat", request(scenarios.text, "chat", upstream, False))
                    self.assertEqual(status, 502, text)
                    self.assertIn("code", json.loads(text)["error"])
                    self.assertTrue(self.reconstruct(scenarios.text, "chat", upstream, False)["text"])

    def test_what_a_place_cannot_carry_is_told(self):
        cases = (("converse", {"seed": 7}, 200, "seed"), ("converse", {"logprobs": True}, 400, "logprobs"),
                 ("google-gpt", {"seed": 7}, 200, "seed"), ("google-gpt", {"n": 2}, 400, "n"),
                 ("generate-content", {"user": "u"}, 200, "user"), ("openai-as-responses", {"logit_bias": {"1": 2}}, 400, "logit_bias"),
                 ("openai-as-responses", {"some_new_field": 1}, 400, "some_new_field"))
        for upstream, more, status, name in cases:
            with self.subTest(upstream=upstream, more=more):
                found, headers, text = self.house.ask("chat", {**request(scenarios.text, "chat", upstream, False), **more})
                self.assertEqual(found, status, text)
                if status == 200:
                    self.assertEqual(headers["x-fairway-dropped"], name)
                else:
                    error = json.loads(text)["error"]
                    self.assertEqual((error["code"], error["param"]), ("no_capable_deployment", name), text)
        # A policy that allows losses gets its answer, and the loss told.
        body = {**request(scenarios.text, "chat", "openai-as-responses", False), "logit_bias": {"1": 2}, "some_new_field": 1}
        found, headers, text = self.house.ask("chat", body, KEY + "-loose")
        self.assertEqual((found, headers["x-fairway-dropped"]), (200, "logit_bias, some_new_field"), text)

    def test_the_clouds_bills_agree_with_the_records(self):
        for upstream in ("bedrock-runtime", "converse", "mantle", "google-gpt", "google-openapi", "generate-content"):
            cloud = CLOUD_OF[UPSTREAMS[upstream][0]]
            for dialect, stream in READERS:
                with self.subTest(upstream=upstream, dialect=dialect, stream=stream):
                    self.house.ask(dialect, request(scenarios.tools, dialect, upstream, stream))
                    billed = self.house.bill(cloud)["attempts"][-1]["usage"]
                    booked = self.house.records()[0]
                    self.assertEqual(booked["attempts"][0]["deployment"], upstream)
                    usage = booked["usage"]
                    self.assertEqual((usage["input"] + usage["cache_read"] + sum(usage["cache_write"].values()),
                                      usage["output"] + usage["reasoning"]), (billed["input_tokens"], billed["output_tokens"]))


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    assert KEY
    unittest.main()
