"""What a client makes of an answer, whichever dialect and form it came in. Two answers that say the same are equal."""
import json


def arguments(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def usage_of_chat(usage):
    if not usage:
        return None
    details = usage.get("completion_tokens_details") or {}
    return (usage["prompt_tokens"], usage["completion_tokens"], details.get("reasoning_tokens") or 0)


def usage_of_response(usage):
    if not usage:
        return None
    details = usage.get("output_tokens_details") or {}
    return (usage["input_tokens"], usage["output_tokens"], details.get("reasoning_tokens") or 0)


def answer(text=None, refusal=None, calls=(), finish=None, usage=None):
    return {"text": text or "", "refusal": refusal or "", "calls": [(n, arguments(a)) for n, a in calls],
            "finish": finish, "usage": usage}


def of_chat(body):
    choice = body["choices"][0]
    message = choice["message"]
    calls = [(c["function"]["name"], c["function"]["arguments"]) for c in message.get("tool_calls") or []]
    return answer(message.get("content"), message.get("refusal"), calls, choice["finish_reason"], usage_of_chat(body.get("usage")))


def of_chat_stream(text):
    assert text.endswith("data: [DONE]\n\n"), text[-300:]
    content, refusal, calls, finish, usage = "", "", {}, None, None
    for event in text.split("\n\n"):
        if not event.startswith("data: ") or event == "data: [DONE]":
            continue
        chunk = json.loads(event[6:])
        # Azure's first chunk tells of its filters and names nothing.
        assert chunk["object"] == "chat.completion.chunk" or not chunk["choices"], chunk
        usage = chunk.get("usage") or usage
        for choice in chunk["choices"]:
            delta = choice.get("delta") or {}
            content += delta.get("content") or ""
            refusal += delta.get("refusal") or ""
            for call in delta.get("tool_calls") or []:
                entry = calls.setdefault(call["index"], ["", ""])
                function = call.get("function") or {}
                entry[0] += function.get("name") or ""
                entry[1] += function.get("arguments") or ""
            finish = choice.get("finish_reason") or finish
    return answer(content, refusal, [tuple(calls[i]) for i in sorted(calls)], finish, usage_of_chat(usage))


def finish_of_response(body):
    if body["status"] == "completed":
        return "tool_calls" if any(i["type"] == "function_call" for i in body["output"]) else "stop"
    if body["status"] == "incomplete":
        reason = body["incomplete_details"]["reason"]
        return {"max_output_tokens": "length"}.get(reason, reason)
    return body["status"]


def of_response(body):
    assert body["object"] == "response", body
    text, refusal, calls = "", "", []
    for item in body["output"]:
        if item["type"] == "message":
            text += "".join(p["text"] for p in item["content"] if p["type"] == "output_text")
            refusal += "".join(p["refusal"] for p in item["content"] if p["type"] == "refusal")
        elif item["type"] == "function_call":
            calls.append((item["name"], item["arguments"]))
    return answer(text, refusal, calls, finish_of_response(body), usage_of_response(body.get("usage")))


def of_response_stream(text):
    """Rebuilt from the deltas, which must agree with the final object."""
    items, final, expected = {}, None, 0
    for event in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in event.splitlines() if ": " in line)
        if "data" not in lines or lines["data"] == "[DONE]":
            continue
        body = json.loads(lines["data"])
        assert lines["event"] == body["type"], event
        assert body["sequence_number"] == expected, (expected, event)
        expected += 1
        kind = body["type"]
        if kind == "response.output_item.added":
            items[body["output_index"]] = {"name": body["item"].get("name"), "text": "", "refusal": "", "arguments": ""}
        for suffix, field in (("output_text", "text"), ("refusal", "refusal"), ("function_call_arguments", "arguments")):
            if kind == f"response.{suffix}.delta":
                items[body["output_index"]][field] += body["delta"]
        if kind in ("response.completed", "response.incomplete", "response.failed"):
            assert final is None, event
            final = body["response"]
    assert final, text[-500:]
    whole = of_response(final)
    ordered = [items[i] for i in sorted(items)]
    rebuilt = answer("".join(i["text"] for i in ordered), "".join(i["refusal"] for i in ordered),
                     [(i["name"], i["arguments"]) for i in ordered if i["name"]], whole["finish"], whole["usage"])
    assert rebuilt == whole, (rebuilt, whole)
    return whole
