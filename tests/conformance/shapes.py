"""The shapes of Open Responses 2026-04-24 (its OpenAPI document), as tables, and what a value lacks to have one.

A shape is a line of `name:kinds`; `name?` may be missing. Kinds, one of which must fit, are divided by `|`: s(tring),
i(nteger), n(umber), b(oolean), o(bject), null, `=word` that very string, `[kind]` a list of it, else a shape's name.
`item`, `part` and `event` are the shape that the value's own `type` names."""

SHAPES = {
    "response": "id:s object:=response created_at:i completed_at:i|null status:status incomplete_details:incomplete|null model:s "
                "previous_response_id:s|null instructions:s|null output:[item] error:failure|null tools:[tool] tool_choice:choice "
                "truncation:=auto|=disabled parallel_tool_calls:b text:text top_p:n presence_penalty:n frequency_penalty:n "
                "top_logprobs:i temperature:n reasoning:reasoning_setting|null usage:usage|null max_output_tokens:i|null "
                "max_tool_calls:i|null store:b background:b service_tier:s metadata:o safety_identifier:s|null "
                "prompt_cache_key:s|null",
    "incomplete": "reason:s",
    "failure": "code:s message:s",
    "tool": "type:=function name:s description:s|null parameters:o|null strict:b|null",
    "named_choice": "type:=function name?:s",
    "allowed_choice": "type:=allowed_tools tools:[o] mode:=none|=auto|=required",
    "text": "format:format verbosity?:=low|=medium|=high",
    "plain_format": "type:=text|=json_object",
    "schema_format": "type:=json_schema name:s description:s|null schema:o|null strict:b",
    "reasoning_setting": "effort:=none|=minimal|=low|=medium|=high|=xhigh|=max|null summary:=auto|=concise|=detailed|null",
    "usage": "input_tokens:i output_tokens:i total_tokens:i input_tokens_details:input_details output_tokens_details:output_details",
    "input_details": "cached_tokens:i",
    "output_details": "reasoning_tokens:i",
    "logprob": "token:s logprob:n bytes:[i] top_logprobs:[top_logprob]",
    "top_logprob": "token:s logprob:n bytes:[i]",
    "annotation": "type:=url_citation url:s start_index:i end_index:i title:s",
    # Of an error that is the whole answer; the stream's has the same members (docs/conformance.md).
    "error": "type:s code:s|null message:s param:s|null",
}

ITEMS = {
    "message": "id:s status:item_status role:role content:[part] phase?:=commentary|=final_answer",
    "function_call": "id:s call_id:s name:s arguments:s status:item_status",
    "function_call_output": "id:s call_id:s output:s|[part] status:item_status",
    "reasoning": "id:s summary:[part] content?:[part] encrypted_content?:s",
    "compaction": "id:s encrypted_content:s created_by?:s",
}

PARTS = {
    "output_text": "text:s annotations:[annotation] logprobs?:[logprob]",
    "refusal": "refusal:s",
    "summary_text": "text:s",
    "reasoning_text": "text:s",
    "text": "text:s",
    "input_text": "text:s",
}

# Every event has `type` and `sequence_number`; those about an item say which, those about a part say which of it.
ITEM = "item_id:s output_index:i "
PART = ITEM + "content_index:i "
SUMMARY = ITEM + "summary_index:i "
EVENTS = {
    "response.queued": "response:response",
    "response.created": "response:response",
    "response.in_progress": "response:response",
    "response.completed": "response:response",
    "response.failed": "response:response",
    "response.incomplete": "response:response",
    "response.output_item.added": "output_index:i item:item|null",
    "response.output_item.done": "output_index:i item:item|null",
    "response.content_part.added": PART + "part:part",
    "response.content_part.done": PART + "part:part",
    "response.output_text.delta": PART + "delta:s logprobs?:[logprob] obfuscation?:s",
    "response.output_text.done": PART + "text:s logprobs?:[logprob]",
    "response.output_text.annotation.added": PART + "annotation_index:i annotation:annotation|null",
    "response.refusal.delta": PART + "delta:s",
    "response.refusal.done": PART + "refusal:s",
    "response.reasoning.delta": PART + "delta:s obfuscation?:s",
    "response.reasoning.done": PART + "text:s",
    "response.reasoning_summary_part.added": SUMMARY + "part:part",
    "response.reasoning_summary_part.done": SUMMARY + "part:part",
    "response.reasoning_summary_text.delta": SUMMARY + "delta:s obfuscation?:s",
    "response.reasoning_summary_text.done": SUMMARY + "text:s",
    "response.function_call_arguments.delta": ITEM + "delta:s obfuscation?:s",
    "response.function_call_arguments.done": ITEM + "arguments:s",
}

# Names for kinds that are themselves several.
ALIASES = {
    "status": "=queued|=in_progress|=completed|=incomplete|=failed|=cancelled",
    "item_status": "=in_progress|=completed|=incomplete",
    "role": "=user|=assistant|=system|=developer",
    "choice": "=none|=auto|=required|named_choice|allowed_choice",
    "format": "plain_format|schema_format",
}

PLAIN = {
    "s": lambda v: isinstance(v, str),
    "i": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "n": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "b": lambda v: isinstance(v, bool),
    "o": lambda v: isinstance(v, dict),
    "null": lambda v: v is None,
}
BY_TYPE = {"item": ITEMS, "part": PARTS, "event": EVENTS}


def lacks(value, kinds, at="it"):
    """What keeps `value` from being one of `kinds`: a list of sentences, empty if it is one."""
    tried = [lacks_one(value, kind, at) for kind in ALIASES.get(kinds, kinds).split("|")]
    return min(tried, key=len)


def lacks_one(value, kind, at):
    if kind in PLAIN:
        return [] if PLAIN[kind](value) else [f"{at}: {short(value)} is not {kind}"]
    if kind.startswith("="):
        return [] if value == kind[1:] else [f"{at}: {short(value)} is not '{kind[1:]}'"]
    if kind.startswith("["):
        if not isinstance(value, list):
            return [f"{at}: {short(value)} is no list"]
        return [lack for i, element in enumerate(value) for lack in lacks(element, kind[1:-1], f"{at}[{i}]")]
    if kind in ALIASES:
        return lacks(value, kind, at)
    if not isinstance(value, dict):
        return [f"{at}: {short(value)} is no {kind}"]
    if kind not in BY_TYPE:
        return lacks_members(value, SHAPES[kind], at)
    own = value.get("type")
    if own not in BY_TYPE[kind]:
        return [f"{at}: no {kind} is of type {own!r}"]
    more = " sequence_number:i" if kind == "event" else ""
    return lacks_members(value, BY_TYPE[kind][own] + more, f"{at} ({own})")


def lacks_members(value, shape, at):
    found = []
    for member in shape.split():
        name, kinds = member.split(":", 1)
        if name.endswith("?") and name[:-1] not in value:
            continue
        name = name.rstrip("?")
        found += lacks(value[name], kinds, f"{at}.{name}") if name in value else [f"{at}.{name} is missing"]
    return found


def short(value):
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
