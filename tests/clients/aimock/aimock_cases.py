"""CopilotKit's aimock, unchanged, as every cloud the gateway speaks to: a mock of their wires that others wrote.

Its answers and its chaos stand in answers.json, chosen by the user's words; each mode of its chaos has one outcome here."""
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "python"))
from world import KEY, call, case, cases_per, main, within, world  # noqa: E402

FOLDER = Path(os.environ["FAIRWAY_WORLD"]).parent
FIRST_BYTE_MS = 2000  # less than aimock's latency in answers.json
# name -> (provider, dialects of the deployment): what the gateway asks of aimock
UPSTREAMS = {
    "openai": ("openai", None), "openai-chat": ("openai", "chat"), "openai-responses": ("openai", "responses"),
    "azure": ("azure", None), "azure-chat": ("azure", "chat"), "azure-classic": ("azure-classic", "chat"),
    "bedrock": ("bedrock", "converse"), "vertex": ("vertex", "generate_content"),
}
MODELS = {"vertex": "gemini-3-pro"}  # whose native dialect is generateContent
PATHS = {"chat": "/chat/completions", "responses": "/responses"}
TOOL = {"name": "get_weather", "description": "The weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}
# aimock ends Gemini's calls with a word Google does not have; the gateway tells a word it does not know as it stands.
TOOL_ENDS = {"vertex": {"chat": "FUNCTION_CALL", "responses": "incomplete"}}
GREETING = "Good day to you, and a fair wind."
children = []


def spawn(name, words, pattern, **env):
    """Starts a program and gives what the pattern finds in what it says, which it must within 30 s."""
    log = FOLDER / f"{name}.log"
    with open(log, "wb") as out:
        child = subprocess.Popen([str(w) for w in words], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                 env={**os.environ, **env}, cwd=FOLDER)
    children.append(child)
    within(30, f"{name} says where it listens", lambda: re.search(pattern, log.read_text()) or child.poll() is not None)
    found = re.search(pattern, log.read_text())
    assert found, log.read_text()[-2000:]
    return found[1]


def start_aimock():
    file = FOLDER / "aimock.json"
    file.write_text(json.dumps({"host": "127.0.0.1", "port": 0, "strict": True,
                                "llm": {"fixtures": str(HERE / "answers.json"), "chunkSize": 6, "logLevel": "warn"}}))
    words = [os.environ["FAIRWAY_NODE"], os.environ["FAIRWAY_AIMOCK"], "--config", file]
    return spawn("aimock", words, r"listening on (http://\S+)")


def start_gateway(origin):
    account = FOLDER / "service-account.json"
    account.write_bytes(call(world["fakes"]["tokens"] + "/_fake/service_account"))
    key = {"api_key": "${env:UP}"}
    deployments = {name: {"provider": provider, "model": MODELS.get(name, "any-model"), **({"dialects": [dialects]} if dialects else {})}
                   for name, (provider, dialects) in UPSTREAMS.items()}
    file = FOLDER / "aimock-gateway.yaml"
    file.write_text(json.dumps({
        "version": 1, "listen": [{"address": "127.0.0.1:0"}], "admin": {"address": "127.0.0.1:0", "token": "${env:ADMIN}"},
        "log": {"format": "text"}, "data_dir": str(FOLDER / "aimock-gateway"), "timeouts": {"first_byte_ms": FIRST_BYTE_MS},
        "providers": {
            "openai": {"cloud": "openai", "base_url": origin + "/v1", "auth": key},
            "azure": {"cloud": "azure", "base_url": origin + "/openai/v1", "auth": key},
            "azure-classic": {"cloud": "azure", "base_url": origin + "/openai", "api_version": "2024-10-21", "auth": key},
            "bedrock": {"cloud": "bedrock", "region": "us-east-1", "base_url": origin, "auth": key},
            "vertex": {"cloud": "vertex", "project": "p", "location": "global", "base_url": origin,
                       "auth": {"service_account_file": str(account)}},
        },
        "models": {name: {"deployments": [deployment]} for name, deployment in deployments.items()},
        "keys": [{"name": "a", "key": "${env:KEY_A}"}],
    }))
    where = spawn("aimock-gateway", [world["fairway"], "serve", "-c", file], r"(?m)^listening: .*?(\S+)$",
                  UP="sk-up-0123456789", ADMIN="admin-0123456789abcdef", KEY_A=KEY)
    return f"http://{where}/v1"


def body_of(dialect, upstream, words, stream, tools):
    """The question in the client's dialect."""
    if dialect == "responses":
        return {"model": upstream, "stream": stream, "input": words, **({"tools": [{"type": "function", **TOOL}]} if tools else {})}
    return {"model": upstream, "stream": stream, "messages": [{"role": "user", "content": words}],
            **({"tools": [{"type": "function", "function": TOOL}]} if tools else {}),
            **({"stream_options": {"include_usage": True}} if stream else {})}


def ask(dialect, body):
    """(status, headers, text) of an answer of the gateway."""
    request = urllib.request.Request(base + PATHS[dialect], data=json.dumps(body).encode(),
                                     headers={"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, refused.read().decode()


def events(text):
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ") and line != "data: [DONE]"]


def read_chat(text, stream):
    """(words, calls as (name, arguments), how it ended)"""
    if not stream:
        choice = json.loads(text)["choices"][0]
        calls = [(c["function"]["name"], c["function"]["arguments"]) for c in choice["message"].get("tool_calls") or []]
        return choice["message"]["content"] or "", calls, choice["finish_reason"]
    assert text.rstrip().endswith("data: [DONE]"), text[-300:]
    words, calls, finish = "", {}, None
    for choice in (c for event in events(text) for c in event["choices"]):
        words += choice["delta"].get("content") or ""
        finish = choice["finish_reason"] or finish
        for piece in choice["delta"].get("tool_calls") or []:
            name, arguments = calls.get(piece["index"], ("", ""))
            function = piece.get("function", {})
            calls[piece["index"]] = (name + (function.get("name") or ""), arguments + (function.get("arguments") or ""))
    return words, list(calls.values()), finish


def read_responses(text, stream):
    answer = events(text)[-1]["response"] if stream else json.loads(text)
    assert not stream or events(text)[-1]["type"] == "response." + answer["status"], text[-300:]
    parts = [part for item in answer["output"] if item["type"] == "message" for part in item["content"]]
    calls = [(item["name"], item["arguments"]) for item in answer["output"] if item["type"] == "function_call"]
    return "".join(part["text"] for part in parts), calls, answer["status"]


READ = {"chat": read_chat, "responses": read_responses}
EVERY_WAY = [(dialect, stream) for dialect in PATHS for stream in (False, True)]


def answer(upstream, words, tools=False):
    """The four readings of an answer: both dialects, whole and streamed."""
    for dialect, stream in EVERY_WAY:
        status, _, text = ask(dialect, body_of(dialect, upstream, words, stream, tools))
        assert status == 200, f"{dialect} stream={stream}: {status} {text}"
        yield f"{dialect} stream={stream}", dialect, READ[dialect](text, stream)


@cases_per(UPSTREAMS)
def chat_at(upstream):
    for way, dialect, (words, calls, end) in answer(upstream, "Please greet me."):
        assert (words, calls, end) == (GREETING, [], "stop" if dialect == "chat" else "completed"), f"{way}: {words} {calls} {end}"


@cases_per(UPSTREAMS)
def tools_at(upstream):
    for way, dialect, (_, calls, end) in answer(upstream, "What is the weather?", tools=True):
        assert [(name, json.loads(arguments)) for name, arguments in calls] == [("get_weather", {"city": "Paris"})], f"{way}: {calls}"
        assert end == TOOL_ENDS.get(upstream, {"chat": "tool_calls", "responses": "completed"})[dialect], f"{way}: {end}"


@cases_per(UPSTREAMS)
def tool_result_at(upstream):
    arguments = "{\"city\":\"Paris\"}"
    question = {"role": "user", "content": "What is the weather?"}
    asked = {
        "chat": {"messages": [question, {"role": "assistant", "content": None, "tool_calls": [
            {"id": "call_weather", "type": "function", "function": {"name": "get_weather", "arguments": arguments}}]},
            {"role": "tool", "tool_call_id": "call_weather", "content": "sunny"}], "tools": [{"type": "function", "function": TOOL}]},
        "responses": {"input": [question, {"type": "function_call", "call_id": "call_weather", "name": "get_weather",
                                           "arguments": arguments},
                                {"type": "function_call_output", "call_id": "call_weather", "output": "sunny"}],
                      "tools": [{"type": "function", **TOOL}]},
    }
    for dialect, stream in EVERY_WAY:
        status, _, text = ask(dialect, {"model": upstream, "stream": stream, **asked[dialect]})
        assert status == 200, text
        assert READ[dialect](text, stream)[0] == "Sunny in Paris, 21 degrees.", text


# What becomes of an answer that never began: status and code, whatever the upstream, dialect or way of delivery.
CHAOS = {
    "drop": (502, "all_deployments_failed", "HTTP 500"),
    "malformed": (502, "all_deployments_failed", ""),
    "ratelimit": (429, "all_deployments_failed", "HTTP 429"),
    "disconnect": (502, "all_deployments_failed", ""),
    "latency": (504, "all_deployments_failed", ""),
}


@cases_per([f"{mode}.{upstream}" for mode in CHAOS for upstream in UPSTREAMS])
def chaos_at(name):
    mode, upstream = name.split(".")
    for dialect, stream in EVERY_WAY if mode != "latency" else EVERY_WAY[1:3]:
        status, headers, text = ask(dialect, body_of(dialect, upstream, f"chaos {mode}", stream, False))
        way = f"{dialect} stream={stream}"
        assert status == CHAOS[mode][0], f"{way}: {status} {text}"
        error = json.loads(text)["error"]
        assert error["code"] == CHAOS[mode][1] and CHAOS[mode][2] in error["message"], f"{way}: {text}"
        assert headers["x-should-retry"] == "false", f"{way}: {headers}"
        assert mode != "ratelimit" or headers["retry-after"], f"{way}: {headers}"


@cases_per([f"{mode}.{upstream}" for mode in ("chunks", "while") for upstream in UPSTREAMS])
def cut_at(name):
    """A stream that goes away in its midst says so, and never that it is done."""
    mode, upstream = name.split(".")
    for dialect in PATHS:
        words = "cut after chunks" if mode == "chunks" else "cut after a while"
        status, _, text = ask(dialect, body_of(dialect, upstream, words, True, False))
        assert status == 200, f"{dialect}: {status} {text}"
        last = events(text)[-1]
        code = last["error"]["code"] if dialect == "chat" else last["code"]
        assert code == "stream_truncated", f"{dialect}: {text[-400:]}"
        assert "[DONE]" not in text and "response.completed" not in text, f"{dialect}: {text[-400:]}"
        assert "The " in text, f"{dialect}: nothing came before: {text}"


@cases_per(UPSTREAMS)
def refused_at(upstream):
    """A request the upstream finds wrong is answered in its words."""
    for dialect, stream in EVERY_WAY:
        status, _, text = ask(dialect, body_of(dialect, upstream, "error 400", stream, False))
        assert status == 400 and json.loads(text)["error"]["message"] == "Your words are wrong.", f"{dialect}: {status} {text}"


@case
def paths():
    """Each upstream was asked the way its cloud is asked."""
    seen = {entry["path"].split("?")[0] for entry in json.loads(call(origin + "/__aimock/journal?limit=1000"))}
    wanted = {"/v1/chat/completions", "/v1/responses", "/openai/v1/responses", "/openai/v1/chat/completions",
              "/openai/deployments/any-model/chat/completions", "/model/any-model/converse", "/model/any-model/converse-stream",
              "/v1/projects/p/locations/global/publishers/google/models/gemini-3-pro:generateContent",
              "/v1/projects/p/locations/global/publishers/google/models/gemini-3-pro:streamGenerateContent"}
    assert wanted <= seen, f"missing: {wanted - seen}; seen: {seen}"


try:
    origin = start_aimock()
    base = start_gateway(origin)
    main()
finally:
    for child in children:
        child.terminate()
    for child in children:
        child.wait(10)
