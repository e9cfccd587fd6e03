"""What is asked: the request bodies, without `model`."""

# 8 x 8, all red.
SQUARE = ("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGP4z8CAFWEXHbQSACj/P8Fu7N9hAAAAAElF"
          "TkSuQmCC")
CLOCK = {"type": "function", "name": "read_clock", "description": "The time of day in a city",
         "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}


def said(role, content, **more):
    return {"type": "message", "role": role, "content": content, **more}


def asked(words, **more):
    return {"input": [said("user", words)], **more}


GREETING = asked("Greet me in two words.")
STRING = {"input": "Greet me in two words."}
INSTRUCTED = {"instructions": "Speak like a sailor.", **asked("Good morning.")}
SYSTEM = {"input": [said("system", "Speak like a sailor."), said("user", "Good morning.")]}
TOOL = asked("What time is it in Lima?", tools=[CLOCK])
IMAGE = {"input": [said("user", [{"type": "input_text", "text": "Which colour is this?"},
                                 {"type": "input_image", "image_url": SQUARE}])]}
CONVERSATION = {"input": [said("user", "I am Ada."), said("assistant", "Pleased to meet you, Ada."), said("user", "Who am I?")]}
PHASES = {"input": [said("assistant", "I shall look it up.", phase="commentary"),
                    said("assistant", "It is seven.", phase="final_answer"), said("user", "Say only the figure.")]}
PHASES_AFTER_A_QUESTION = {"input": [said("user", "How many are there?"), *PHASES["input"]]}
TOOL_RESULT = {"tools": [CLOCK], "input": [
    said("user", "What time is it in Lima?"),
    {"type": "function_call", "call_id": "call_1", "name": "read_clock", "arguments": "{\"city\":\"Lima\"}"},
    {"type": "function_call_output", "call_id": "call_1", "output": "noon"}]}
PERSON = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"], "additionalProperties": False}
SCHEMA = asked("Invent a person.", text={"format": {"type": "json_schema", "name": "person", "description": "Anybody", "strict": True,
                                                    "schema": PERSON}})
# The fakes know these words (`fairway fake`): they answer in kind.
REFUSED = asked("Please refuse to answer.")
THOUGHT = asked("Think first: which holiday is missing?", reasoning={"effort": "low"})
CUT = asked("Invent a holiday.", max_output_tokens=16)
FILTERED = asked("Invent a holiday and get filtered.")
PARALLEL = asked("The time in Lima and Oslo, in parallel.", tools=[CLOCK])
COMPACTED = {"input": [said("user", "We sail on Monday."), said("assistant", "Noted: Monday.")]}
