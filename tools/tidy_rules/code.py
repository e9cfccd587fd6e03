"""Constructs we do without: in coroutines, on the hot path, in tests."""
import re

from .source import CPP, SCRIPT, Breach

LOCKS = (r"\bstd::(?:recursive_|timed_|shared_|shared_timed_|recursive_timed_)?mutex\b|\bpthread_mutex_\w+"
         r"|\bstd::(?:lock_guard|unique_lock|scoped_lock|shared_lock|condition_variable(?:_any)?)\b|#[ \t]*include[ \t]+<(?:shared_)?mutex>")
SLEEPS = (r"\bthis_thread::sleep_\w+\s*\(|\busleep\s*\(|\b(?:clock_)?nanosleep\s*\(|(?<!\w)::sleep\s*\("
          r"|(?<![\w:.>])sleep\s*\(\s*\d+u?\s*\)")
SCRIPT_SLEEPS = r"\btime\.sleep\s*\(|\basyncio\.sleep\s*\(|(?:^|[;&|]|\bdo\b|\bthen\b)\s*sleep\s+[\d$.]|\bsetTimeout\(\s*(?:r|resolve|done)\s*,"


def everywhere(tree):
    return [f for f in tree.ours() if f.suffix in CPP]


def using_namespace_std(tree):
    for f in everywhere(tree):
        for line, _ in f.find(r"\busing\s+namespace\s+std\s*;"):
            yield Breach(f.path, line, "using-std", "using namespace std", "name what you use")


def regex(tree):
    for f in everywhere(tree):
        for line, _ in f.find(r"\bstd::regex\b|#[ \t]*include[ \t]+<regex>"):
            yield Breach(f.path, line, "regex", "std::regex", "scan by hand: it is slow to compile and to run")


def iostream(tree):
    for f in tree.cpp():
        if f.room == "cli" and f.suffix == ".cpp":
            continue
        for line, _ in f.find(r"#[ \t]*include[ \t]+<iostream>"):
            yield Breach(f.path, line, "iostream", "<iostream> outside cli", "return text, or use fmt")


def heavy_header(tree):
    for f in tree.cpp():
        if f.suffix != ".h":
            continue
        for line, m in f.find(r"#[ \t]*include[ \t]+<(filesystem|sstream|fstream|regex)>") if not f.is_test else ():
            yield Breach(f.path, line, "heavy-header", f"<{m[1]}> in a header", "include it in the .cpp")
        if not re.search(r"^#pragma once$", f.code, re.M):
            yield Breach(f.path, 1, "heavy-header", "no #pragma once", "add it")


def mutex(tree):
    last = tree.rooms.index("gateway") if "gateway" in tree.rooms else -1
    for f in tree.cpp():
        if f.room not in tree.rooms or tree.rooms.index(f.room) > last or f.is_test:
            continue
        for line, m in f.find(LOCKS):
            yield Breach(f.path, line, "mutex", f"{m[0]} in gateway/ or below", "one core owns it; others send it mail")


def sleep(tree):
    for f in tree.ours():
        script = f.suffix in SCRIPT or f.text.startswith("#!")
        if not (f.is_test or f.parts[0] == "src") or not (script or f.suffix in CPP):
            continue
        for line, m in f.find(SCRIPT_SLEEPS, f.text) if script else f.find(SLEEPS):
            yield Breach(f.path, line, "sleep", m[0].strip(), "wait for the event, or use the virtual clock")


def lambda_coroutine(tree):
    for f in everywhere(tree):
        for line, m in f.find(r"\[([^\[\]]*\S[^\[\]]*)\]\s*(?:\((?:[^()]|\([^()]*\))*\))?\s*(?:mutable\s*)?->\s*(?:\w+::)*Task<"):
            yield Breach(f.path, line, "lambda-coroutine", f"a lambda with captures [{m[1].strip()}] is a coroutine",
                         "its captures die before it does: write a named function")


def awaited(code, at):
    """The statement around the co_await at `at`: what stands before it, and its operand up to the end."""
    before = max(code.rfind(c, 0, at) for c in ";{}") + 1
    depth, i = 0, at
    while i < len(code):
        c = code[i]
        if c in "([":
            depth += 1
        elif c in ")]":
            depth -= 1
        elif depth <= 0 and (c == ";" or (c == "{" and code[:i].rstrip().endswith(")") and depth < 0)):
            break
        elif c == "{" and re.search(r"\)\s*(?:mutable\s*)?(?:->[^;{}()]*)?$|\]\s*$", code[at:i]) and depth > 0:
            return code[before:at], code[at:i + 1]
        if depth < 0:
            break
        i += 1
    return code[before:at], code[at:i]


def await_statement(tree):
    for f in everywhere(tree):
        for line, m in f.find(r"\bco_await\b"):
            if re.search(r"operator\s*$", f.code[:m.start()]):
                continue
            before, operand = awaited(f.code, m.start())
            if re.search(r"\bauto\s*&{0,2}\s*\[[^\]]*\]\s*=\s*$", before):
                yield Breach(f.path, line, "await", "structured binding straight from co_await", "name the result, then bind")
            if "?" in before or "?" in operand:
                yield Breach(f.path, line, "await", "conditional expression around co_await", "use if, or name it first")
            if re.search(r"[\w>]\s*\{|[(,]\s*\{", operand):
                yield Breach(f.path, line, "await", "aggregate temporary inside co_await", "name it, then await")
            if re.search(r"[(,=]\s*\[[^\]]*\S[^\]]*\]\s*[({]", operand):
                yield Breach(f.path, line, "await", "capturing lambda inside co_await", "name it, then await")


RULES = [using_namespace_std, regex, iostream, heavy_header, mutex, sleep, lambda_coroutine, await_statement]
