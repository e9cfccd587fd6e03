"""The questions of the matrix, spelt for both client dialects."""

WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
PERSON = {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
          "required": ["name", "age"], "additionalProperties": False}
DOT = ("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
       "rkJggg==")


def user(dialect, text):
    return {"role": "user", "content": text}


def ask(dialect, messages, **more):
    return {"messages" if dialect == "chat" else "input": messages, **more}


def tool(dialect, name="get_weather"):
    function = {"name": name, "description": "The weather of a city", "parameters": WEATHER, "strict": True}
    return {"type": "function", "function": function} if dialect == "chat" else {"type": "function", **function}


def text(dialect):
    return ask(dialect, [{"role": "system", "content": "Be brief."}, user(dialect, "Invent a holiday, \"Quote\" day\n\u00e4\U0001f600")])


def tools(dialect):
    return ask(dialect, [user(dialect, "What is the weather in Paris?")], tools=[tool(dialect)])


def parallel_tools(dialect):
    return ask(dialect, [user(dialect, "The weather in Paris and Rome, in parallel")], tools=[tool(dialect)])


def tool_results(dialect):
    question = user(dialect, "What is the weather in Paris?")
    if dialect == "chat":
        call = {"id": "call_abc", "type": "function", "function": {"name": "get_weather", "arguments": "{\"city\":\"Paris\"}"}}
        turn = [question, {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "tool_call_id": "call_abc", "content": "sunny, 21 degrees"}]
    else:
        turn = [question, {"type": "function_call", "call_id": "call_abc", "name": "get_weather", "arguments": "{\"city\":\"Paris\"}"},
                {"type": "function_call_output", "call_id": "call_abc", "output": "sunny, 21 degrees"}]
    return ask(dialect, turn, tools=[tool(dialect)])


def json_schema(dialect):
    named = {"name": "person", "schema": PERSON, "strict": True}
    messages = [user(dialect, "Invent a person")]
    if dialect == "chat":
        return ask(dialect, messages, response_format={"type": "json_schema", "json_schema": named})
    return ask(dialect, messages, text={"format": {"type": "json_schema", **named}})


def image(dialect):
    if dialect == "chat":
        content = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": DOT}}]
    else:
        content = [{"type": "input_text", "text": "What is this?"}, {"type": "input_image", "image_url": DOT}]
    return ask(dialect, [{"role": "user", "content": content}])


def refusal(dialect):
    return ask(dialect, [user(dialect, "Please refuse to answer")])


def length_stop(dialect):
    limit = {"max_completion_tokens": 5} if dialect == "chat" else {"max_output_tokens": 5}
    return ask(dialect, [user(dialect, "Invent a holiday")], **limit)


def content_filter(dialect):
    return ask(dialect, [user(dialect, "Invent a holiday and get filtered")])


def reasoning(dialect):
    effort = {"reasoning_effort": "low"} if dialect == "chat" else {"reasoning": {"effort": "low"}}
    return ask(dialect, [user(dialect, "think first: invent a holiday")], **effort)


SCENARIOS = [text, tools, parallel_tools, tool_results, json_schema, image, refusal, length_stop, content_filter, reasoning]
