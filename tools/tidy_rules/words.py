"""Words: names the vocabulary does not have, TODOs, commented-out code, places of one machine."""
import re
from pathlib import Path

from .source import CPP, SCRIPT, Breach

NOT_USED = {w + s for w in ("manager", "helper", "util", "handler", "context", "info", "backend") for s in ("", "s")}
NOT_USED |= {"data", "process", "processes", "processor", "utility", "utilities"}
TYPE = (r"\b(?:class|struct|union|enum(?:\s+(?:class|struct))?|concept)\s+(?:\[\[[^\]]*\]\]\s*|alignas\([^)]*\)\s*)*(\w+)"
        r"(?=[^;()]*[{:;=])|\busing\s+(\w+)\s*=|\bnamespace\s+([\w:]+)\s*[{=]")
# Spelt in parts, so that this file does not name them either.
HOSTS = [("deb", "debian", "org"), ("security", "debian", "org"), ("registry", "npmjs", "org"), ("pypi", "org"),
         ("files", "pythonhosted", "org"), ("proxy", "golang", "org"), ("sum", "golang", "org"),
         ("static", "crates", "io"), ("index", "crates", "io"), ("repo1", "maven", "org"),
         ("repo", "maven", "apache", "org")]
PLACES = r"(?<![\w.\-}])/(?:work|farm)/|\.\./shared\b|\.\./\.library\b"
CODE_LIKE = re.compile(r"(?:return\b.*|co_return\b.*|(?:if|for|while|switch)\s*\(.*|(?:auto|const|static|int|bool|char|std::\w+)\b[^.]*[=(].*"
                       r"|[\w:.>\-\[\]]+(?:\(.*\)|\s*[-+|&]?=[^=].*));$|#\s*include\s*[<\"].*|(?:if|for|while|switch)\s*\(.*\)\s*\{$"
                       r"|\}\s*else\b.*\{$")


def words(name):
    """The words of a name, in either case style; "long context" is a price's own term."""
    name = re.sub(r"(?i)long_?context", "", name)
    return [w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def code_files(tree):
    return [f for f in tree.ours() if f.suffix in CPP | SCRIPT or Path(f.path).name == "CMakeLists.txt" or f.text.startswith("#!")]


def banned_name(tree):
    for f in code_files(tree):
        places = [Path(f.path).name.split(".")[0]] + (list(f.parts[1:-1]) if f.parts[0] == "src" else [])
        for place in places:
            bad = NOT_USED & set(words(place))
            if bad:
                yield Breach(f.path, 1, "name", f"'{place}' says {sorted(bad)[0]}", "say what it is (design: words)")
        if f.suffix in CPP:
            for line, m in f.find(TYPE):
                name = next(g for g in m.groups() if g)
                bad = NOT_USED & set(words(name))
                if bad:
                    yield Breach(f.path, line, "name", f"'{name}' says {sorted(bad)[0]}", "say what it is (design: words)")


def hash_comments(f):
    return [(n + 1, m[1].strip()) for n, row in enumerate(f.lines) if (m := re.search(r"(?:^|\s)#(?!!)(.*)", row))]


def comments(f):
    return f.comments if f.suffix in CPP | {".mjs", ".js", ".ts"} else hash_comments(f)


def todo(tree):
    mark = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b(?!\s*\(?#\d)")
    for f in code_files(tree):
        for line, text in comments(f):
            m = mark.search(text)
            if m:
                yield Breach(f.path, line, "todo", f"{m[1]} without an issue number", f"write {m[1]} #123, or do it now")


def commented_code(tree):
    for f in tree.ours():
        if f.suffix not in CPP | {".mjs", ".js", ".ts"}:
            continue
        for line, text in f.comments:
            if CODE_LIKE.fullmatch(text):
                yield Breach(f.path, line, "commented-code", f"'{text[:60]}'", "take it away; git remembers")


def machine(tree):
    hosts = "|".join(r"(?<![\w.])" + r"\.".join(h) + r"\b" for h in HOSTS)
    for f in tree.ours():
        for line, m in f.find(PLACES, f.text):
            yield Breach(f.path, line, "machine", f"'{m[0]}' is a place of one machine", "the project stands alone")
        for line, m in f.find(hosts, f.text):
            yield Breach(f.path, line, "machine", f"'{m[0]}' is a package registry's host",
                         "use the ordinary client as it is configured, by package name")


RULES = [banned_name, todo, commented_code, machine]
