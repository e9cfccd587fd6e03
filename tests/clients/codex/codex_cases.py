"""The Codex CLI against the gateway: turns of `codex exec`, with nothing in its home but our config.toml."""
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "python"))
from world import BASE, KEY, attempts, case, main  # noqa: E402

BINARY = Path(os.environ["FAIRWAY_CODEX"])
FOLDER = Path(os.environ["FAIRWAY_WORLD"]).parent

# Everything it would ask of the network beside the model is off.
CONFIG = """\
model = "{model}"
model_provider = "fairway"
approval_policy = "never"
sandbox_mode = "read-only"
check_for_update_on_startup = false
web_search = "disabled"

[model_providers.fairway]
name = "Fairway"
base_url = "{base}"
env_key = "FAIRWAY_KEY"
wire_api = "responses"

[analytics]
enabled = false

[feedback]
enabled = false
"""


def turn(model, prompt):
    """The events of one turn; it must end well."""
    home, work = FOLDER / "codex-home", FOLDER / "codex-work"
    for folder in (home, work):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    (home / "config.toml").write_text(CONFIG.format(model=model, base=BASE))
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "CODEX_HOME": str(home), "FAIRWAY_KEY": KEY}
    done = subprocess.run([BINARY, "exec", "--json", "--skip-git-repo-check", prompt], cwd=work, env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr[-800:]} {events[-2:]}"
    assert events[-1]["type"] == "turn.completed", events[-1]
    return events


def check_words(events):
    words = [e["item"]["text"] for e in events if e.get("item", {}).get("type") == "agent_message"]
    assert words and words[-1], events
    assert events[-1]["usage"]["output_tokens"] > 0, events[-1]


@case
def turn_in_words():
    """It knows this model's name and sends its tools in the newest form, inside the input."""
    check_words(turn("gpt-6-sol", "Please answer in words: hello."))
    assert [a["path"] for a in attempts("openai", "gpt-6-sol")] == ["/v1/responses"]


@case
def turn_with_tools():
    """It does not know this one: function tools, their calls and a second request with the results."""
    check_words(turn("house-model", "What is in this folder?"))
    assert len(attempts("openai", "house-model")) >= 2


main()
