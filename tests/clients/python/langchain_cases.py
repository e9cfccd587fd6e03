"""LangChain for Python against the gateway. It hands retries to the `openai` package, which reads x-should-retry."""
import openai
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel
from world import BASE, CLOUDS, KEY, TWO_MEGABYTE_PNG, attempts, case, cases_per, main, refused, script, within

PROMPT = "What is the weather in Paris?"
ASK_TOOLS = "What is the weather in Paris and in Rome? Ask in parallel."
KINDS = {"chat": False, "responses": True}


class Weather(BaseModel):
    city: str
    degrees: float


@tool
def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"21 degrees in {city}"


@tool
def get_time(city: str) -> str:
    """The time in a city."""
    return f"noon in {city}"


TOOLS = [get_weather, get_time]


def chat(model=CLOUDS["openai"], **more):
    return ChatOpenAI(**{"model": model, "base_url": BASE, "api_key": KEY, **more})


def streamed(runnable, prompt):
    whole = None
    for chunk in runnable.stream(prompt):
        whole = chunk if whole is None else whole + chunk
    return whole


def check_calls(message):
    assert len(message.tool_calls) >= 2, f"parallel calls, got {len(message.tool_calls)}"
    assert all(isinstance(call["args"]["city"], str) for call in message.tool_calls)


@cases_per(CLOUDS)
def chat_at(cloud):
    answer = chat(CLOUDS[cloud]).invoke(PROMPT)
    assert answer.text and answer.usage_metadata["output_tokens"] > 0
    assert answer.response_metadata["finish_reason"] == "stop"


@cases_per(CLOUDS)
def stream_at(cloud):
    whole = streamed(chat(CLOUDS[cloud], stream_usage=True), PROMPT)
    assert whole.text and whole.usage_metadata["output_tokens"] > 0


@cases_per(KINDS)
def tools(kind):
    bound = chat(use_responses_api=KINDS[kind]).bind_tools(TOOLS)
    question = HumanMessage(ASK_TOOLS)
    answer = bound.invoke([question])
    check_calls(answer)
    results = [ToolMessage("21 degrees", tool_call_id=call["id"]) for call in answer.tool_calls]
    assert bound.invoke([question, answer, *results]).text


@cases_per(KINDS)
def tools_stream(kind):
    check_calls(streamed(chat(use_responses_api=KINDS[kind]).bind_tools(TOOLS), ASK_TOOLS))


@cases_per(KINDS)
def json_schema(kind):
    model = chat(use_responses_api=KINDS[kind]).with_structured_output(Weather, method="json_schema")
    assert isinstance(model.invoke(PROMPT), Weather)


@cases_per(KINDS)
def vision(kind):
    content = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": TWO_MEGABYTE_PNG}}]
    assert chat(use_responses_api=KINDS[kind]).invoke([HumanMessage(content)]).text


@case
def responses():
    assert chat(use_responses_api=True).invoke(PROMPT).text


@case
def responses_stream():
    whole = streamed(chat(use_responses_api=True), PROMPT)
    assert whole.text and whole.usage_metadata["output_tokens"] > 0


@case
async def asynchronous():
    assert (await chat().ainvoke(PROMPT)).text
    assert [chunk async for chunk in chat().astream(PROMPT)]


@case
def embeddings():
    # Off: it would fetch a tokenizer from the network to cut long inputs.
    model = OpenAIEmbeddings(model="text-embedding-3-small", base_url=BASE, api_key=KEY, check_embedding_ctx_length=False)
    vectors = model.embed_documents(["one", "two", "three"])
    assert len(vectors) == 3 and vectors[2]


def is_kind(kind, call, **expected):
    """LangChain raises subclasses of some of the SDK's exceptions."""
    try:
        call()
    except kind as error:
        for name, value in expected.items():
            assert getattr(error, name) == value, f"{name} is {getattr(error, name)!r}"
        return error
    raise AssertionError("was not refused")


@case
def error_400():
    is_kind(openai.BadRequestError, lambda: chat(extra_body={"n": "many"}).invoke(PROMPT), status_code=400)


@case
def error_401():
    is_kind(openai.AuthenticationError, lambda: chat(api_key="sk-nobody").invoke(PROMPT), code="invalid_api_key")


@case
def error_403():
    is_kind(openai.PermissionDeniedError, lambda: chat("gpt-6-astra").invoke(PROMPT), code="model_not_allowed")


@case
def error_404():
    assert "gpt-6-sol" in str(is_kind(openai.NotFoundError, lambda: chat("gpt-6-sal").invoke(PROMPT), code="model_not_found"))


@case
def error_429():
    script({"kind": "status", "status": 429, "retry_after_ms": 1000}, "throttled-1", "throttled-2")
    is_kind(openai.RateLimitError, lambda: chat("all-throttled").invoke(PROMPT), code="all_deployments_failed")
    assert len(attempts("faulty", "throttled-1", "throttled-2")) == 2


@case
def error_502():
    script({"kind": "status", "status": 500}, "broken-1", "broken-2")
    is_kind(openai.InternalServerError, lambda: chat("all-broken").invoke(PROMPT), status_code=502)
    assert len(attempts("faulty", "broken-1", "broken-2")) == 2


@case
def error_504():
    script({"kind": "stall"}, "slow-1", "slow-2")
    is_kind(openai.InternalServerError, lambda: chat("all-slow").invoke(PROMPT), status_code=504)


@case
def stream_truncated():
    script({"kind": "truncate", "after": 3}, "cut")
    refused(openai.APIError, lambda: streamed(chat("cut"), PROMPT), code="stream_truncated")


@case
def cancel():
    script({"kind": "stall", "after": 3}, "endless")
    stream = chat("endless").stream(PROMPT)
    next(stream)
    stream.close()
    within(1, "the upstream hears of it", lambda: any(a["client_gone"] for a in attempts("compatible", "endless")))


@case
def headers():
    metadata = chat(include_response_headers=True).invoke(PROMPT).response_metadata
    assert metadata["headers"]["x-fairway-provider"] == "openai"
    assert metadata["headers"]["x-request-id"]


main()
