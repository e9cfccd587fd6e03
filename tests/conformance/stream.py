"""A streamed response, read as the specification tells it: what breaks its rules, and the response it ends with."""
import json

from shapes import lacks

OVER = {"response.completed", "response.failed", "response.incomplete"}
# Deltas of a kind, the event that has all of them, and where the whole stands in it.
WHOLES = {
    "response.output_text.delta": ("response.output_text.done", "text"),
    "response.refusal.delta": ("response.refusal.done", "refusal"),
    "response.reasoning.delta": ("response.reasoning.done", "text"),
    "response.reasoning_summary_text.delta": ("response.reasoning_summary_text.done", "text"),
    "response.function_call_arguments.delta": ("response.function_call_arguments.done", "arguments"),
}
DONE = {whole: (delta, member) for delta, (whole, member) in WHOLES.items()}


def events_of(text):
    """(name, payload) of each event; the stream's own [DONE], if there is one, is none."""
    found = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        fields = [line.partition(":") for line in block.split("\n") if line and not line.startswith(":")]
        name = "".join(value.strip() for key, _, value in fields if key == "event")
        payload = "\n".join(value.removeprefix(" ") for key, _, value in fields if key == "data")
        if payload and payload != "[DONE]":
            found.append((name, json.loads(payload)))
    return found


class Reader:
    def __init__(self):
        self.breaches = []
        self.items = []  # as their end told them; None while open
        self.said = {}  # what deltas said so far, by kind and place
        self.response = None

    def say(self, event, what):
        self.breaches.append(f"#{event.get('sequence_number')} {event.get('type')}: {what}")

    def read(self, text):
        for position, (name, event) in enumerate(events_of(text)):
            self.breaches += lacks(event, "event", f"#{position}")
            if name != event.get("type"):
                self.say(event, f"is named {name!r}")
            if event.get("sequence_number") != position:
                self.say(event, f"stands at {position}")
            if self.response is not None:
                self.say(event, "comes after the end")
            self.take(event, position)
        if self.response is None:
            self.breaches.append("the stream has no end")
        return self

    def take(self, event, position):
        kind = event["type"]
        if (position == 0) != (kind == "response.created"):
            self.say(event, "the first event, and only it, is response.created")
        if kind in OVER:
            self.end(event)
        elif kind == "response.output_item.added":
            if event["output_index"] != len(self.items):
                self.say(event, f"{len(self.items)} items came before")
            self.items.append(None)
        elif kind == "response.output_item.done":
            self.items[event["output_index"]] = event["item"]
        elif kind in WHOLES:
            place = (kind, *self.place(event))
            self.said[place] = self.said.get(place, "") + event["delta"]
        elif kind in DONE:
            delta, member = DONE[kind]
            if self.said.get((delta, *self.place(event)), "") != event[member]:
                self.say(event, "is not what its deltas said")

    @staticmethod
    def place(event):
        return event["item_id"], event.get("content_index"), event.get("summary_index")

    def end(self, event):
        self.response = event["response"]
        if event["type"] != "response." + self.response["status"]:
            self.say(event, f"status {self.response['status']}")
        if self.response["output"] != self.items:
            self.say(event, "its output is not what the items' ends told")
