#!/usr/bin/env python3
"""The tables can say no: each breach planted here is found, and nothing else."""
import copy
import json
import sys
import unittest

sys.dont_write_bytecode = True
from shapes import ALIASES, BY_TYPE, PLAIN, SHAPES, lacks  # noqa: E402
from stream import Reader  # noqa: E402

RESPONSE = {
    "id": "resp_1", "object": "response", "created_at": 1, "completed_at": 2, "status": "completed", "incomplete_details": None,
    "model": "m", "previous_response_id": None, "instructions": None, "error": None, "tool_choice": "auto", "truncation": "disabled",
    "tools": [{"type": "function", "name": "f", "description": None, "parameters": {}, "strict": True}],
    "output": [{"type": "message", "id": "msg_1", "status": "completed", "role": "assistant",
                "content": [{"type": "output_text", "text": "Hi", "annotations": [], "logprobs": []}]}],
    "parallel_tool_calls": True, "text": {"format": {"type": "text"}}, "top_p": 1, "presence_penalty": 0, "frequency_penalty": 0.0,
    "top_logprobs": 0, "temperature": 1.0, "reasoning": {"effort": None, "summary": None}, "max_output_tokens": None,
    "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3, "input_tokens_details": {"cached_tokens": 0},
              "output_tokens_details": {"reasoning_tokens": 0}},
    "max_tool_calls": None, "store": False, "background": False, "service_tier": "default", "metadata": {},
    "safety_identifier": None, "prompt_cache_key": None,
}


def stream(*events):
    told = [{**event, "sequence_number": at} for at, event in enumerate(events)]
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in told)


PLACE = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
BEGUN = {**RESPONSE, "status": "in_progress", "output": [], "completed_at": None, "usage": None}
ITEM = RESPONSE["output"][0]
EVENTS = [
    {"type": "response.created", "response": BEGUN},
    {"type": "response.output_item.added", "output_index": 0, "item": {**ITEM, "content": [], "status": "in_progress"}},
    {"type": "response.output_text.delta", **PLACE, "delta": "H"},
    {"type": "response.output_text.delta", **PLACE, "delta": "i"},
    {"type": "response.output_text.done", **PLACE, "text": "Hi"},
    {"type": "response.output_item.done", "output_index": 0, "item": ITEM},
    {"type": "response.completed", "response": RESPONSE},
]


class Shapes(unittest.TestCase):
    def test_every_kind_is_known(self):
        lines = [*SHAPES.values(), *(line for table in BY_TYPE.values() for line in table.values())]
        kinds = [k for line in lines for member in line.split() for k in member.split(":", 1)[1].split("|")]
        for kind in [*kinds, *(k for alias in ALIASES.values() for k in alias.split("|"))]:
            known = {*SHAPES, *BY_TYPE, *ALIASES, *PLAIN}
            self.assertTrue(kind.startswith("=") or kind.strip("[]") in known, kind)

    def test_a_good_response_lacks_nothing(self):
        self.assertEqual(lacks(RESPONSE, "response"), [])

    def test_every_member_is_missed(self):
        for name in RESPONSE:
            self.assertEqual(lacks({k: v for k, v in RESPONSE.items() if k != name}, "response"), [f"it.{name} is missing"])

    def test_wrong_kinds_are_found_where_they_stand(self):
        for path, value in [(("id",), 1), (("created_at",), 1.5), (("top_p",), "1"), (("store",), 0), (("status",), "done"),
                            (("output", 0, "status"), "done"), (("output", 0, "role"), None), (("output", 0, "content"), "Hi"),
                            (("output", 0, "content", 0, "annotations"), None), (("output", 0, "content", 0, "type"), "words"),
                            (("output", 0, "type"), "words"), (("usage", "input_tokens"), True), (("tools", 0, "strict"), "yes"),
                            (("tool_choice",), "maybe"), (("text", "format", "type"), "words"), (("reasoning", "effort"), "huge")]:
            with self.subTest(path=path):
                wrong = copy.deepcopy(RESPONSE)
                place = wrong
                for step in path[:-1]:
                    place = place[step]
                place[path[-1]] = value
                self.assertEqual(len(lacks(wrong, "response")), 1, lacks(wrong, "response"))

    def test_a_good_stream_breaks_no_rule(self):
        self.assertEqual(Reader().read(stream(*EVENTS)).breaches, [])

    def test_breaches_of_a_stream_are_found(self):
        other = {**ITEM, "id": "msg_2"}
        for why, events in {
            "no end": EVENTS[:-1],
            "no beginning": EVENTS[1:],
            "after the end": [*EVENTS, EVENTS[-1]],
            "a delta lost": EVENTS[:3] + EVENTS[4:],
            "another item at the end": [*EVENTS[:-1], {**EVENTS[-1], "response": {**RESPONSE, "output": [other]}}],
            "another status": [*EVENTS[:-1], {**EVENTS[-1], "type": "response.failed"}],
            "a gap in the items": [EVENTS[0], {**EVENTS[1], "output_index": 1}, *EVENTS[2:]],
            "an unknown event": [EVENTS[0], {"type": "response.words"}, *EVENTS[1:]],
        }.items():
            with self.subTest(why):
                self.assertNotEqual(Reader().read(stream(*events)).breaches, [])
        self.assertNotEqual(Reader().read(stream(*EVENTS).replace('"sequence_number": 3', '"sequence_number": 4')).breaches, [])
        self.assertNotEqual(Reader().read(stream(*EVENTS).replace("event: response.created", "event: message")).breaches, [])


if __name__ == "__main__":
    unittest.main()
