"""The house: the order of rooms, what a pure room may not touch, what every room must have."""
import re
from pathlib import Path

from .source import Breach

ROOT_FILES = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "NOTICE"]
SHARED_FOLDERS = {"openai_http", "aws", "google"}  # of src/cloud: no clouds, but what several have in common
LATER_CLOUDS = {"oracle"}  # words of the config without a folder
IMPURE_HEADERS = {"thread", "mutex", "shared_mutex", "condition_variable", "future", "fstream", "filesystem", "iostream",
                  "unistd.h", "fcntl.h", "sys/socket.h", "sys/epoll.h", "sys/stat.h", "sys/mman.h", "netdb.h",
                  "netinet/in.h", "netinet/tcp.h", "pthread.h", "ares.h", "openssl/ssl.h"}


def room_order(tree):
    place = {room: n for n, room in enumerate(tree.rooms)}
    for f in tree.cpp():
        if f.room not in place:
            yield Breach(f.path, 1, "room-order", f"'{f.room}' is no room", "name it in cmake/Rooms.cmake or move the file")
            continue
        for line, m in f.find(r'^[ \t]*#[ \t]*include[ \t]+"([^"/]+)/[^"]*"', f.bare):
            used = m[1]
            if used not in place:
                yield Breach(f.path, line, "room-order", f"include of '{used}/', which is no room", 'use <…> for libraries')
            elif place[used] > place[f.room]:
                yield Breach(f.path, line, "room-order", f"{f.room} includes {used}, which stands after it",
                             "let the later room call, or move what is shared to the earlier one")
            elif used in tree.io_rooms and f.room not in tree.io_rooms:
                yield Breach(f.path, line, "room-order", f"pure room {f.room} includes I/O room {used}",
                             "return a value and let the I/O room act on it")


def pure_room(tree):
    for f in tree.cpp():
        if f.room in tree.io_rooms or f.room not in tree.rooms or f.is_test:
            continue
        for line, m in f.find(r"^[ \t]*#[ \t]*include[ \t]+<([^>]+)>", f.bare):
            if m[1] in IMPURE_HEADERS:
                yield Breach(f.path, line, "pure-room", f"<{m[1]}> in pure room {f.room}",
                             "sockets, threads, clocks and files belong to I/O rooms; take values")
        for line, m in f.find(r"_clock::now\s*\(|\bclock_gettime\s*\(|\bgettimeofday\s*\(|\bgetenv\s*\(|\bfopen\s*\("):
            yield Breach(f.path, line, "pure-room", f"{m[0].rstrip('( ')} in pure room {f.room}", "take it as an argument")


def cloud_folders(tree):
    return {f.parts[2] for f in tree.cpp() if f.room == "cloud" and len(f.parts) > 3}


def cloud_folder(tree):
    folders = cloud_folders(tree)
    for f in tree.cpp():
        if f.room != "cloud" or len(f.parts) < 4 or f.is_test:
            continue
        for line, m in f.find(r'^[ \t]*#[ \t]*include[ \t]+"cloud/(\w+)/', f.bare):
            if m[1] in folders and m[1] != f.parts[2] and m[1] not in SHARED_FOLDERS:
                yield Breach(f.path, line, "cloud-folder", f"cloud {f.parts[2]} includes cloud {m[1]}",
                             f"put what both need into a shared folder: {', '.join(sorted(SHARED_FOLDERS))}")


def cloud_switch(tree):
    clouds = "|".join(sorted((cloud_folders(tree) | LATER_CLOUDS) - SHARED_FOLDERS))
    shape = (r"\bswitch\s*\([^)]*\b[cC]loud(?:_?[kK]ind|_?[nN]ame)?\b\s*(?:\(\))?\s*\)|\bcase\s+(?:\w+::)*Cloud\w*::"
             rf'|[!=]=\s*(?:std::string_view\()?"(?:{clouds})"|\bCloud\w*::(?:{clouds})\s*[!=]=|[!=]=\s*(?:\w+::)*Cloud\w*::(?:{clouds})\b')
    for f in tree.cpp():
        if f.room == "cloud" or f.is_test:
            continue
        for line, m in f.find(shape, f.bare):
            yield Breach(f.path, line, "cloud-switch", f"'{m[0].strip()}' decides by cloud outside cloud/",
                         "ask the adapter, or add a property to the registry's row")


def readme(tree):
    have = {f.path for f in tree.files}
    folders = {"/".join(f.parts[:2]) for f in tree.cpp() if f.room}
    folders |= {"/".join(f.parts[:3]) for f in tree.cpp() if f.room == "cloud" and len(f.parts) > 3}
    for folder in sorted(folders):
        if f"{folder}/README.md" not in have:
            yield Breach(f"{folder}/README.md", 1, "readme", "missing",
                         "ten lines: what it knows, what it refuses to know, its limits, where to start reading")
    for name in ROOT_FILES:
        if name not in have:
            yield Breach(name, 1, "readme", "missing", "the project needs it")


def listed_in_cmake(tree):
    lists = {str(Path(f.path).parent): f.text for f in tree.files if Path(f.path).name == "CMakeLists.txt"}
    for f in tree.cpp():
        if f.suffix != ".cpp" or not f.room:
            continue
        found = False
        for folder, text in lists.items():
            if f.path.startswith(folder + "/"):
                name = re.escape(str(Path(f.path).relative_to(folder)))
                found = found or bool(re.search(rf"(?:^|[\s(/]){name}(?:[\s)]|$)", text))
        if not found:
            yield Breach(f.path, 1, "listed", "in no CMakeLists.txt, so nobody builds it", "list it, or take it away")


def dead_link(tree):
    for f in tree.ours():
        if f.suffix != ".md":
            continue
        prose = re.sub(r"```.*?```|`[^`\n]*`", lambda m: re.sub(r"[^\n]", " ", m[0]), f.text, flags=re.S)
        for line, m in f.find(r"\]\((?!\w+:|#)([^)\s#]+)", prose):
            if not (tree.root / Path(f.path).parent / m[1]).exists():
                yield Breach(f.path, line, "dead-link", f"{m[1]} does not exist", "mend the link")


def documented(tree):
    """Every error code of the one table stands in docs/api.md, those of an answer with their status."""
    by_path = {f.path: f for f in tree.files}
    table, page = by_path.get("src/base/error.cpp"), by_path.get("docs/api.md")
    if not table or not page:
        return
    for line, m in table.find(r'\{Code::\w+,\s*(\d+),[^"{}]*(?:"[^"]*",\s*)?"(\w+)"\}', table.bare):
        status, code = m[1], m[2]
        if not re.search(rf"\|\s*{status}\s*\|\s*`{code}`" if status != "0" else rf"`{code}`", page.text) and \
                not re.search(rf"`{code}` \({status}\)", page.text):
            yield Breach(table.path, line, "documented", f"{code} ({status}) is not in docs/api.md", "say when it is answered")


RULES = [room_order, pure_room, cloud_folder, cloud_switch, readme, listed_in_cmake, dead_link, documented]
