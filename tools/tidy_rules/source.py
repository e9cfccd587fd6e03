"""Files as the rules see them: text with comments or strings blanked, and the functions in it."""
import ast
import functools
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

CPP = {".cpp", ".h"}
SCRIPT = {".py", ".sh", ".mjs", ".js", ".ts"}
TEXT = CPP | SCRIPT | {"", ".md", ".txt", ".cmake", ".json", ".yaml", ".yml", ".svg", ".toml", ".mod", ".html", ".css",
                       ".svelte", ".lock", ".in"}

TOKEN = re.compile(
    r'(?P<number>\b(?:0[xX][0-9a-fA-F]+|[0-9]+)(?:\'[0-9a-fA-F]+)+)'
    r'|(?P<raw>R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)")'
    r'|(?P<comment>//[^\n]*|/\*.*?\*/)'
    r'|(?P<string>"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\')', re.S)


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def quoted_blank(text):
    return text[0] + blank(text[1:-1]) + text[-1]


@dataclass(frozen=True)
class Breach:
    path: str
    line: int
    rule: str
    what: str
    fix: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.what}; {self.fix}"


@dataclass(frozen=True)
class Function:
    name: str
    line: int
    lines: int
    parameters: int


class Source:
    """One file. `code` has comments and the inside of strings blanked, `bare` only comments; both keep every offset."""

    def __init__(self, root, path):
        self.path = path
        self.parts = Path(path).parts
        self.suffix = Path(path).suffix
        self.text = (root / path).read_bytes().decode("utf-8", "replace")

    def __repr__(self):
        return self.path

    @functools.cached_property
    def lines(self):
        return self.text.split("\n")

    @functools.cached_property
    def room(self):
        return self.parts[1] if self.parts[0] == "src" and len(self.parts) > 2 else None

    @functools.cached_property
    def is_test(self):
        return self.parts[0] in ("tests", "fuzz") or bool(re.search(r"_(test|fuzz|testing)\.(cpp|h|py)$", self.path))

    @functools.cached_property
    def bare(self):
        return TOKEN.sub(lambda m: blank(m[0]) if m["comment"] else m[0], self.text)

    @functools.cached_property
    def code(self):
        def cut(m):
            if m["number"]:
                return m[0]
            return quoted_blank(m[0]) if m["string"] else blank(m[0])
        return TOKEN.sub(cut, self.text)

    @functools.cached_property
    def comments(self):
        """(line number, text) of every comment line, without its marks."""
        found = []
        for m in TOKEN.finditer(self.text):
            if m["comment"]:
                first = self.line_of(m.start())
                for n, row in enumerate(m[0].split("\n")):
                    found.append((first + n, re.sub(r"^\s*(//+|/\*+|\*(?!/))|\*/$", "", row).strip()))
        return found

    @functools.cached_property
    def functions(self):
        if self.suffix in CPP:
            return list(cpp_functions(self))
        return list(python_functions(self)) if self.suffix == ".py" or self.text.startswith("#!/usr/bin/env python3") else []

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def find(self, pattern, text=None):
        """(line, match) of a pattern in `text` (by default the code)."""
        for m in re.finditer(pattern, self.code if text is None else text, re.M):
            yield self.line_of(m.start()), m

    def allowed(self, breach):
        """A deliberate breach says so, with a reason, on its line, the line before, or (whole file) near the top."""
        rows = self.lines[max(0, breach.line - 2):breach.line] + (self.lines[:12] if breach.line == 1 else [])
        return any(re.search(rf"tidy-allow {re.escape(breach.rule)}: \S.{{14,}}", row) for row in rows)


class Tree:
    """What git would commit, plus the order of rooms out of cmake/Rooms.cmake."""

    def __init__(self, root):
        self.root = Path(root)
        self.files = [Source(self.root, path) for path in sorted(listed(self.root)) if Path(path).suffix in TEXT]
        rooms = self.root / "cmake/Rooms.cmake"
        text = rooms.read_text() if rooms.exists() else ""
        self.rooms = words_of(text, "FW_ROOMS")
        self.io_rooms = words_of(text, "FW_IO_ROOMS")
        self.foreign = {str(Path(f.path).parent) for f in self.files
                        if re.match(r"(LICENSE|ORIGIN)", Path(f.path).name) and "/" in f.path}

    def cpp(self, top="src"):
        return [f for f in self.files if f.suffix in CPP and f.parts[0] == top]

    def ours(self):
        """Files that are not third-party data (those lie in a folder with a licence or origin of their own)."""
        return [f for f in self.files if not any(f.path.startswith(d + "/") for d in self.foreign)]


def listed(root):
    done = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "-co", "--exclude-standard"], capture_output=True)
    if done.returncode == 0:
        return [p for p in done.stdout.decode().split("\0") if p and (root / p).is_file() and not (root / p).is_symlink()]
    skipped = {".git", "build", "node_modules", "__pycache__"}
    return [str(p.relative_to(root)) for p in root.rglob("*")
            if p.is_file() and not p.is_symlink() and not skipped & set(p.relative_to(root).parts)]


def words_of(text, name):
    m = re.search(rf"set\({name}\s+([^)]*)\)", text)
    return m[1].split() if m else []


CONTROL = re.compile(r"(?:if|else|for|while|switch|catch|do|try|return|namespace|class|struct|union|enum|case|default"
                     r"|extern|co_return|co_await|co_yield|throw|new)\b")
LAMBDA = re.compile(r"\[[^\[\]]*\]\s*(?:<[^<>]*>\s*)?(?:\((?P<p>(?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\))?"
                    r"\s*(?:(?:mutable|noexcept|constexpr)\b\s*|->\s*[\w:<>,&*\s]+)*$")
NO_NAME = {"noexcept", "decltype", "alignas", "requires", "explicit", "__attribute__", "throw", "sizeof"}


def without_preprocessor(code):
    return re.sub(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", lambda m: blank(m[0]), code, flags=re.M)


def cpp_functions(source):
    code = without_preprocessor(source.code)
    stack, start, depth = [], 0, 0
    for m in re.finditer(r"[(){};]", code):
        i, c = m.start(), m[0]
        if c == "(":
            depth += 1
        elif c == ")":
            depth -= 1
        elif c == ";":
            if depth <= 0:
                start = i + 1
        elif c == "{":
            header = code[start:i]
            stack.append((start, depth, kind_of(header), header))
            start, depth = i + 1, 0
        elif stack:
            start, depth, kind, header = stack.pop()
            if kind == "init":
                continue
            if kind:
                first = source.line_of(start_of(kind, header, start))
                yield Function(kind[0], first, source.line_of(i) - first + 1, kind[1])
            if depth <= 0:
                start = i + 1


def start_of(kind, header, start):
    """Offset of a function's first character; a lambda's is where its capture begins."""
    if kind[0] == "lambda":
        return start + LAMBDA.search(header).start()
    return start + len(header) - len(header.lstrip())


def kind_of(header):
    """(name, parameters) of a function, "init" for an initialiser list, None for any other block."""
    if re.search(r"(?:[=,({\[]|\breturn|\bco_return|\bco_yield|[\w>\])]$)\s*$", header) and not header.endswith(")"):
        if not re.search(r"(?:^|[^\w])(?:const|noexcept|override|final|mutable|try|do|else)\s*$", header) or \
                re.search(r"[\w>]$", header):
            return "init"
    m = LAMBDA.search(header)
    if m:
        return ("lambda", count(m["p"] or ""))
    h = re.sub(r"^\s*(?:(?:public|private|protected)\s*:\s*)+", "", header).strip()
    h = strip_template(h)
    h = re.sub(r"^(?:\[\[[^\]]*\]\]\s*)+", "", h)
    if CONTROL.match(h) or "(" not in h:
        return None
    return signature(h)


def strip_template(h):
    while h.startswith("template"):
        level = 0
        for n, c in enumerate(h):
            level += (c == "<") - (c == ">")
            if c == ">" and level == 0:
                h = h[n + 1:].strip()
                break
        else:
            return h
    return h


def signature(h):
    level, name, at = 0, None, 0
    for n, c in enumerate(h):
        if level == 0 and c == "=" and not re.search(r"operator\s*[<>=!+\-*/|&^%]*$", h[:n]):
            return None
        if c == "(":
            if level == 0:
                before = re.search(r"([~\w]+|operator\s*\S{1,3})\s*$", h[:n])
                at, name = n, before[1] if before else None
            level += 1
        elif c == ")":
            level -= 1
            if level == 0 and name and name not in NO_NAME and not (name == "operator" and n == at + 1):
                return (name, count(h[at + 1:n]))
    return None


def count(parameters):
    if parameters.strip() in ("", "void"):
        return 0
    level, n = 0, 1
    for c in parameters:
        level += (c in "(<[{") - (c in ")>]}")
        n += c == "," and level == 0
    return n


def python_functions(source):
    try:
        tree = ast.parse(source.text)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            a = node.args
            yield Function(node.name, node.lineno, node.end_lineno - node.lineno + 1,
                           len(a.posonlyargs) + len(a.args) + len(a.kwonlyargs))
