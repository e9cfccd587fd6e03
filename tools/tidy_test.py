#!/usr/bin/env python3
"""Every rule of tools/tidy finds the breach planted for it, and leaves the right way to write it alone."""
import sys
import tempfile
import unittest
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
LOADER = SourceFileLoader("tidy", str(Path(__file__).resolve().parent / "tidy"))  # it has no .py to import it by
tidy = module_from_spec(spec_from_loader("tidy", LOADER))
LOADER.exec_module(tidy)

ROOMS = "set(FW_ROOMS base wire cloud net gateway cli)\nset(FW_IO_ROOMS net gateway cli)\n"
WAIT = "Task<void> run() {\n  %s\n}\n"
MARK = "TO" + "DO"

# rule, path, text with the breach, line of the breach, the same said rightly
PLANTED = [
    ("file-size", "src/base/a.h", "#pragma once\n" + "\n" * 800, 1, "#pragma once\n" + "\n" * 700),
    ("function-size", "src/base/a.cpp", "int f() {\n" + "  g();\n" * 70 + "}\n", 1, "int f() {\n" + "  g();\n" * 60 + "}\n"),
    ("function-size", "src/base/a.cpp", "Foo::Foo(int a)\n    : x_{a}, y_{a} {\n" + "  g();\n" * 70 + "}\n", 1, ""),
    ("function-size", "src/base/a.cpp", "const T t{\n" + "  1,\n" * 5 + "};\nint f() {\n  h([&](int x) {\n" + "  g();\n" * 69 + "  });\n}\n", 8, "const T t{\n" + "  {1, 2},\n" * 90 + "};\n"),
    ("function-size", "bench/a.py", "def f():\n" + "    g()\n" * 71, 1, "def f():\n    g()\n"),
    ("parameters", "src/base/a.cpp", "int f(int a, T<b, c> b, int c, int d, int e, int g, int h) {\n}\n", 1, "int f(int a, T<b, c, d> b, U<V, W> c, int d, int e, int g) {\n}\n"),
    ("parameters", "src/base/a.h", "#pragma once\ntemplate <class T>\nauto f(int a, int b, int c, int d, int e, int g, int h) -> int {\n}\n", 2, "#pragma once\n"),
    ("room-order", "src/wire/a.cpp", '#include "net/loop.h"\n', 1, '#include "base/error.h"\n'),
    ("room-order", "src/nowhere/a.cpp", "", 1, ""),
    ("room-order", "src/wire/a.cpp", '\n#include "common/a.h"\n', 2, '// see "net/loop.h"\n'),
    ("pure-room", "src/wire/a.cpp", "#include <thread>\n", 1, "#include <string>\n"),
    ("pure-room", "src/wire/a.cpp", "auto t = std::chrono::steady_clock::now();\n", 1, "auto f(MonoTime now);\n"),
    ("cloud-folder", "src/cloud/azure/a.cpp", '#include "cloud/bedrock/b.h"\n', 1, '#include "cloud/openai_http/b.h"\n'),
    ("cloud-switch", "src/gateway/a.cpp", "switch (cloud) {\n}\n", 1, "switch (state) {\n}\n"),
    ("cloud-switch", "src/gateway/a.cpp", 'if (name == "oracle") return;\n', 1, 'log("oracle");\n'),
    ("readme", "src/net/a.h", "#pragma once\n", 1, None),
    ("listed", "src/base/extra.cpp", "", 1, None),
    ("dead-link", "docs/a.md", "# a\nsee [b](b.md)\n", 2, "see [b](https://example.com) or `[c](c.md)` or [top](#a)\n"),
    ("documented", "src/base/error.cpp", '{{Code::a, 404, kBad, "gone"},\n {Code::b, 400, "x_error", "not_known"}}\n', 2, '{Code::a, 404, "x_error", "gone"}\n'),
    ("name", "src/base/a.cpp", "struct RequestContext {\n};\n", 1, "struct LongContext {\n};\nauto x = v.data();\n"),
    ("name", "src/base/a.cpp", "namespace fw::util {\n}\n", 1, "namespace fw::utility_price {\n}\n".replace("utility", "unit")),
    ("name", "src/base/error_handler.cpp", "", 1, None),
    ("todo", "src/base/a.cpp", f"// {MARK}: later\n", 1, f"// {MARK} #12: later\n"),
    ("todo", "tools/a.sh", f"#!/bin/sh\n# {MARK} later\n", 2, "#!/bin/sh\n"),
    ("commented-code", "src/base/a.cpp", "int a;\n// return a + 1;\n", 2, "int a;\n// returns a; the rest follows.\n// for each stream;\n"),
    ("commented-code", "src/base/a.cpp", "// stream.write(bytes, 3);\n", 1, "// see stream.write(bytes, 3)\n"),
    ("machine", "docs/a.md", "x\nin /" + "work/main\n", 2, "the network/work/main\n"),
    ("machine", "tools/a.sh", "#!/bin/sh\ncurl https://" + ".".join(["deb", "debian", "org"]) + "\n", 2, "#!/bin/sh\napt-get update\n"),
    ("using-std", "src/base/a.cpp", "using namespace std;\n", 1, "using namespace std::literals;\n"),
    ("regex", "src/base/a.cpp", "std::regex r;\n", 1, 'log("std::regex r");\n'),
    ("iostream", "src/net/a.cpp", "#include <iostream>\n", 1, "#include <fmt/core.h>\n"),
    ("heavy-header", "src/base/a.h", "#pragma once\n#include <filesystem>\n", 2, "#pragma once\n#include <string>\n"),
    ("heavy-header", "src/base/a.h", "int a;\n", 1, "#pragma once\n"),
    ("mutex", "src/gateway/a.cpp", "static std::mutex m;\n", 1, "// no std::mutex\n"),
    ("sleep", "src/net/a_test.cpp", "std::this_thread::sleep_for(1ms);\n", 1, "auto s = loop.sleep_until(t);\n"),
    ("sleep", "tests/clients/a.py", "import time\ntime.sleep(1)\n", 2, "import time\n"),
    ("sleep", "tests/cli/a.sh", "#!/bin/sh\nsleep 1\n", 2, "#!/bin/sh\nwait\n"),
    ("lambda-coroutine", "src/net/a.cpp", "auto f = [&](int a) -> Task<void> {\n};\n", 1, "auto f = [](int a) -> Task<void> {\n};\n"),
    ("lambda-coroutine", "src/net/a.cpp", "spawn([this]() mutable -> net::Task<int> {});\n", 1, "spawn(run(this));\n"),
    ("await", "src/net/a.cpp", WAIT % "auto [a, b] = co_await read();", 2, WAIT % "auto r = co_await read();"),
    ("await", "src/net/a.cpp", WAIT % "co_await send(ok ? a : b);", 2, WAIT % "if (ok) co_await send(a);"),
    ("await", "src/net/a.cpp", WAIT % "x = ok ? co_await a() : co_await b();", 2, WAIT % "while (auto c = co_await next()) {\n  use(c ? 1 : 2);\n}"),
    ("await", "src/net/a.cpp", WAIT % "co_await send(Head{200, 1});", 2, WAIT % "Head head{200, 1};\n  co_await send(head);"),
    ("await", "src/net/a.cpp", WAIT % "co_await each([&](int a) { use(a); });", 2, WAIT % "co_await at(list[i]);"),
]


def planted_tree(root, path, text):
    files = {"cmake/Rooms.cmake": ROOMS, path: text}
    for name in tidy.house.ROOT_FILES:
        files.setdefault(name, "# x\n")
    files.setdefault("docs/api.md", "| 404 | `gone` | |\n")
    if path.startswith("src/") and not path.startswith(("src/net/a.h", "src/base/extra.cpp")):
        folder, name = path.rsplit("/", 1)
        files[f"{folder}/CMakeLists.txt"] = f"fw_room(x SRC {name})\n"
    for folder in {"/".join(path.split("/")[:n]) for n in (2, 3)} if path.startswith("src/") and path != "src/net/a.h" else ():
        if folder != path:
            files[f"{folder}/README.md"] = "# x\n"
    if "/bedrock/" in text or path.startswith("src/cloud/azure"):
        files["src/cloud/bedrock/b.h"] = "#pragma once\n"
        files["src/cloud/bedrock/README.md"] = "# x\n"
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return tidy.source.Tree(root)


def found(path, text):
    with tempfile.TemporaryDirectory() as folder:
        return list(tidy.breaches(planted_tree(Path(folder), path, text)))


class Tidy(unittest.TestCase):
    def test_every_planted_breach_is_found_on_its_line(self):
        for rule, path, text, line, _ in PLANTED:
            with self.subTest(rule=rule, path=path, text=text[:60]):
                self.assertIn((rule, line), [(b.rule, b.line) for b in found(path, text)])

    def test_the_right_way_is_left_alone(self):
        for rule, path, _, _, right in PLANTED:
            if right is None or path.startswith("src/nowhere"):
                continue
            with self.subTest(rule=rule, path=path, text=right[:60]):
                self.assertEqual([str(b) for b in found(path, right)], [])

    def test_every_rule_has_a_planted_breach(self):
        tested = {rule for rule, *_ in PLANTED}
        names = {b.rule for rule, path, text, *_ in PLANTED for b in found(path, text)}
        self.assertEqual(names - tested, set())
        self.assertEqual(sum(len(m.RULES) for m in tidy.MODULES), 3 + 8 + 4 + 8)  # a new rule comes with its breach

    def test_a_deliberate_breach_needs_a_reason(self):
        reason = "// tidy-allow using-std: the generated parser expects it\nusing namespace std;\n"
        self.assertEqual(found("src/base/a.cpp", reason), [])
        self.assertNotEqual(found("src/base/a.cpp", "// tidy-allow using-std: no\nusing namespace std;\n"), [])
        self.assertNotEqual(found("src/base/a.cpp", "// tidy-allow regex: the generated parser expects it\nusing namespace std;\n"), [])


if __name__ == "__main__":
    unittest.main(verbosity=1)
