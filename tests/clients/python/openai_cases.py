"""The `openai` package against the gateway."""
import json

import openai
from openai import AsyncOpenAI, AzureOpenAI, OpenAI
from pydantic import BaseModel
from world import BASE, CLOUDS, KEY, OTHER_KEY, TWO_MEGABYTE_PNG, attempts, case, cases_per, main, refused, script, within, world

client = OpenAI(base_url=BASE, api_key=KEY)
MODEL = CLOUDS["openai"]
MESSAGES = [{"role": "user", "content": "What is the weather in Paris?"}]
ASK_TOOLS = [{"role": "user", "content": "What is the weather in Paris and in Rome? Ask in parallel."}]
NAMES = ["get_weather", "get_time"]
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
CHAT_TOOLS = [{"type": "function", "function": {"name": name, "parameters": PARAMETERS, "strict": True}} for name in NAMES]
RESPONSE_TOOLS = [{"type": "function", "name": name, "parameters": PARAMETERS, "strict": True} for name in NAMES]


class Weather(BaseModel):
    city: str
    degrees: float


def chat(**more):
    return client.chat.completions.create(**{"model": MODEL, "messages": MESSAGES, **more})


def check_calls(calls):
    assert len(calls) >= 2, f"parallel calls, got {len(calls)}"
    assert len({c["id"] for c in calls}) == len(calls)
    for one in calls:
        assert one["name"] in NAMES
        assert isinstance(json.loads(one["arguments"])["city"], str)


def chat_calls(message):
    return [{"id": c.id, "name": c.function.name, "arguments": c.function.arguments} for c in message.tool_calls]


def response_calls(response):
    return [{"id": o.call_id, "name": o.name, "arguments": o.arguments} for o in response.output if o.type == "function_call"]


@cases_per(CLOUDS)
def chat_at(cloud):
    answer = chat(model=CLOUDS[cloud])
    assert answer.choices[0].finish_reason == "stop" and answer.choices[0].message.content
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


@cases_per(CLOUDS)
def stream_at(cloud):
    asked = {"model": CLOUDS[cloud], "messages": MESSAGES, "stream_options": {"include_usage": True}}
    with client.chat.completions.stream(**asked) as stream:
        text = "".join(event.delta for event in stream if event.type == "content.delta")
        final = stream.get_final_completion()
    assert text and final.choices[0].message.content == text
    assert final.choices[0].finish_reason == "stop"
    assert final.usage.completion_tokens > 0


@case
def usage_only_if_asked():
    without = list(chat(stream=True))
    assert all(chunk.choices and not chunk.usage for chunk in without)
    asked = list(chat(stream=True, stream_options={"include_usage": True}))
    assert len([chunk for chunk in asked if chunk.usage]) == 1 and asked[-1].choices == []


@cases_per(CLOUDS)
def tools_at(cloud):
    asked = {"model": CLOUDS[cloud], "tools": CHAT_TOOLS}
    answer = chat(messages=ASK_TOOLS, **asked)
    message = answer.choices[0].message
    assert answer.choices[0].finish_reason == "tool_calls"
    check_calls(chat_calls(message))
    results = [{"role": "tool", "tool_call_id": c.id, "content": "21 degrees"} for c in message.tool_calls]
    assert chat(messages=[*ASK_TOOLS, message, *results], **asked).choices[0].message.content


@cases_per(CLOUDS)
def tools_stream_at(cloud):
    with client.chat.completions.stream(model=CLOUDS[cloud], messages=ASK_TOOLS, tools=CHAT_TOOLS) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].finish_reason == "tool_calls"
    check_calls(chat_calls(final.choices[0].message))


@case
def json_schema():
    answer = client.chat.completions.parse(model=MODEL, messages=MESSAGES, response_format=Weather)
    assert isinstance(answer.choices[0].message.parsed, Weather)


@case
def vision():
    content = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": TWO_MEGABYTE_PNG}}]
    assert chat(messages=[{"role": "user", "content": content}]).choices[0].message.content


@case
def responses():
    response = client.responses.create(model=MODEL, input="Hello")
    assert response.status == "completed" and response.output_text and response.usage.output_tokens > 0


@case
def responses_stream():
    with client.responses.stream(model=MODEL, input="Hello") as stream:
        text = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
        final = stream.get_final_response()
    assert text and final.output_text == text


@case
def responses_tools():
    response = client.responses.create(model=MODEL, input=ASK_TOOLS, tools=RESPONSE_TOOLS)
    calls = response_calls(response)
    check_calls(calls)
    results = [{"type": "function_call_output", "call_id": c["id"], "output": "21 degrees"} for c in calls]
    second = client.responses.create(model=MODEL, input=[*ASK_TOOLS, *response.output, *results], tools=RESPONSE_TOOLS)
    assert second.output_text


@case
def responses_tools_stream():
    with client.responses.stream(model=MODEL, input=ASK_TOOLS, tools=RESPONSE_TOOLS) as stream:
        numbers = [event.sequence_number for event in stream]
        final = stream.get_final_response()
    assert numbers == sorted(set(numbers))
    check_calls(response_calls(final))


@case
def responses_json_schema():
    assert isinstance(client.responses.parse(model=MODEL, input="Weather?", text_format=Weather).output_parsed, Weather)


@case
def responses_by_id():
    made = client.responses.create(model=MODEL, input="Hello", store=True)
    assert client.responses.retrieve(made.id).id == made.id
    client.responses.delete(made.id)
    refused(openai.NotFoundError, lambda: client.responses.retrieve(made.id), status_code=404)
    waiting = client.responses.create(model=MODEL, input="Hello", background=True)
    assert client.responses.cancel(waiting.id).status == "cancelled"


@case
def responses_of_another_tenant():
    other = OpenAI(base_url=BASE, api_key=OTHER_KEY).responses
    made = client.responses.create(model=MODEL, input="Hello")
    for call in (other.retrieve, other.cancel, other.delete):
        refused(openai.NotFoundError, lambda call=call: call(made.id), status_code=404)
    assert client.responses.retrieve(made.id).id == made.id


@case
def embeddings():
    asked = {"model": "text-embedding-3-small", "input": ["one", "two", "three"]}
    plain = client.embeddings.create(**asked, encoding_format="float")
    packed = client.embeddings.create(**asked)  # the SDK asks for base64
    assert len(plain.data) == 3 and plain.usage.prompt_tokens > 0
    assert len(packed.data[2].embedding) == len(plain.data[2].embedding)


@case
def models():
    mine = {m.id for m in client.models.list()}
    assert "gpt-6-sol" in mine and "gpt-6-astra" not in mine
    assert {m.id for m in OpenAI(base_url=BASE, api_key=OTHER_KEY).models.list()} == {"gpt-6-sol", "gpt-6-astra"}


def check_request_id(error):
    assert error.request_id and len(error.request_id) > 8
    return error


@case
def error_400():
    check_request_id(refused(openai.BadRequestError, lambda: chat(extra_body={"n": "many"}), status_code=400))


@case
def error_400_upstream():
    script({"kind": "status", "status": 400, "code": "invalid_value"}, "refusing")
    refused(openai.BadRequestError, lambda: chat(model="refusing"), status_code=400, code="invalid_value")
    assert len(attempts("faulty", "refusing")) == 1


@case
def error_401():
    nobody = OpenAI(base_url=BASE, api_key="sk-nobody")
    check_request_id(refused(openai.AuthenticationError, nobody.models.list, status_code=401, code="invalid_api_key"))


@case
def error_403():
    refused(openai.PermissionDeniedError, lambda: chat(model="gpt-6-astra"), status_code=403, code="model_not_allowed")


@case
def error_404():
    error = refused(openai.NotFoundError, lambda: chat(model="gpt-6-sal"), status_code=404, code="model_not_found")
    assert "gpt-6-sol" in error.message and "gpt-6-astra" not in error.message


@case
def error_413():
    refused(openai.APIStatusError, lambda: chat(user="x" * (33 << 20)), status_code=413)


@case
def error_422():
    script({"kind": "status", "status": 422}, "refusing")
    refused(openai.UnprocessableEntityError, lambda: chat(model="refusing"), status_code=422)


# The client's own retries stay on: only x-should-retry keeps it from asking again.
@case
def error_429():
    script({"kind": "status", "status": 429, "retry_after_ms": 1000}, "throttled-1", "throttled-2")
    error = refused(openai.RateLimitError, lambda: chat(model="all-throttled"), code="all_deployments_failed")
    assert error.response.headers["x-should-retry"] == "false"
    assert float(error.response.headers["retry-after"]) > 0
    assert len(attempts("faulty", "throttled-1", "throttled-2")) == 2


@case
def error_502():
    script({"kind": "status", "status": 500}, "broken-1", "broken-2")
    error = refused(openai.InternalServerError, lambda: chat(model="all-broken"), status_code=502, code="all_deployments_failed")
    assert error.response.headers["x-should-retry"] == "false"
    assert len(attempts("faulty", "broken-1", "broken-2")) == 2


@case
def error_503():
    script({"kind": "stall", "after": 2}, "endless")
    crowded = OpenAI(base_url=world["crowded"] + "/v1", api_key=KEY, max_retries=0).chat.completions  # room for one exchange
    with crowded.create(model="endless", messages=MESSAGES, stream=True):
        more = {"model": MODEL, "messages": MESSAGES}
        error = refused(openai.InternalServerError, lambda: crowded.create(**more), status_code=503, code="overloaded")
    assert error.response.headers["x-should-retry"] == "true"


@case
def error_504():
    script({"kind": "stall"}, "slow-1", "slow-2")
    refused(openai.InternalServerError, lambda: chat(model="all-slow"), status_code=504, code="all_deployments_failed")


@case
def stream_truncated():
    script({"kind": "truncate", "after": 3}, "cut")
    seen = []
    refused(openai.APIError, lambda: seen.extend(chat(model="cut", stream=True)), code="stream_truncated")
    assert len(attempts("faulty", "cut")) == 1


@case
def stream_truncated_responses():
    """This SDK hands the `error` event out instead of raising it."""
    script({"kind": "truncate", "after": 3}, "cut")
    events = list(client.responses.create(model="cut", input="Hello", stream=True))
    assert (events[-1].type, events[-1].code) == ("error", "stream_truncated")
    assert events[-1].sequence_number == events[-2].sequence_number + 1


@case
def cancel():
    script({"kind": "stall", "after": 2}, "endless")
    with chat(model="endless", stream=True) as stream:
        next(stream)
    within(1, "the upstream hears of it", lambda: any(a["client_gone"] for a in attempts("compatible", "endless")))


@case
def headers():
    raw = client.chat.completions.with_raw_response.create(model=MODEL, messages=MESSAGES)
    assert raw.headers["x-fairway-provider"] == "openai"
    assert raw.headers["x-fairway-deployment"] == "openai/gpt-6-sol"
    assert raw.headers["x-fairway-attempts"] == "1"
    assert raw.request_id and raw.parse()._request_id == raw.request_id
    with client.chat.completions.with_streaming_response.create(model=MODEL, messages=MESSAGES, stream=True) as streamed:
        assert streamed.headers["x-fairway-provider"] == "openai"
        assert streamed.headers["x-request-id"] != raw.request_id


@case
def api_key_header():
    instead = {"api-key": KEY, "Authorization": openai.Omit()}
    assert chat(model=CLOUDS["azure"], extra_headers=instead).choices[0].message.content


@case
def azure_client():
    """AzureOpenAI puts chat under /deployments/NAME, which is Azure's path and not ours; Responses has none."""
    azure = AzureOpenAI(base_url=BASE, api_key=KEY, api_version="v1")
    assert azure.responses.create(model=MODEL, input="Hello").output_text
    assert list(azure.models.list())


@case
async def asynchronous():
    async with AsyncOpenAI(base_url=BASE, api_key=KEY) as asking:
        answer = await asking.chat.completions.create(model=MODEL, messages=MESSAGES)
        stream = await asking.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True)
        chunks = [chunk async for chunk in stream]
    assert answer.choices[0].message.content
    assert chunks[-1].choices[0].finish_reason == "stop"


main()
