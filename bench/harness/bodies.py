"""Request bodies, the same on every machine: 1.5 KB plain and streaming, 100 KB plain."""
import json
import random
from pathlib import Path

WORDS = ("the of and to in a is that for it as was with be by on not he his but at are this have from or had an they "
         "which one you were all her she there would their we him been has when who will no more if out so up said what "
         "its about than into them can only other time new some could these two may first then do any like my now over "
         "such our man me even most made after also did many off before must well back through years where much your "
         "way down should because long each just state those people too how little good world make very year still see "
         "own work men day get here old life both between being under three never know same last another while us might "
         "great go come since against right").split()


def text(source, size):
    words, length = [], 0
    while length < size:
        words.append(source.choice(WORDS))
        length += len(words[-1]) + 1
    return " ".join(words)[:size]


def body(source, size, stream):
    request = {"model": "gpt-5.2", "messages": [
        {"role": "system", "content": text(source, 220)}, {"role": "user", "content": text(source, 300)},
        {"role": "assistant", "content": text(source, 90) + "\n" + text(source, 90)}, {"role": "user", "content": ""}],
        "temperature": 0.2, "max_completion_tokens": 512}
    if stream:
        request.update(stream=True, stream_options={"include_usage": True})
    place = {"type": "object", "properties": {"place": {"type": "string"}, "unit": {"type": "string", "enum": ["c", "f"]}},
             "required": ["place"]}
    request["tools"] = [{"type": "function", "function": {
        "name": "get_weather", "description": "Current weather for a place", "parameters": place}}]
    used = len(json.dumps(request, separators=(",", ":")))
    request["messages"][-1]["content"] = text(source, size - used)
    return json.dumps(request, separators=(",", ":"))


def write(folder):
    source = random.Random(7)
    for name, size, stream in (("body.json", 1536, False), ("stream.json", 1536, True), ("body100k.json", 102400, False)):
        (Path(folder) / name).write_text(body(source, size, stream))
