"""The stage the clients play on: fake clouds, a gateway in front of them, and what the clients must know of both."""
import json
import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

STARTS_WITHIN_S = 20
KEYS = {"a": "sk-fw-acme-0123456789abcdefghijklmnop", "b": "sk-fw-globex-0123456789abcdefghijklmn"}
ADMIN_TOKEN = "admin-0123456789abcdefghijklmnop"

# name of the fake: (cloud, its key, the models it knows, speed: 1 is lifelike, 0 waits for nothing)
FAKES = {
    # Not at once, or a background response would be done before it can be cancelled.
    "openai": ("openai", "sk-up-openai", ["gpt-6-sol", "gpt-6-astra", "house-model", "text-embedding-3-small"], 0.2),
    "azure": ("azure", "up-azure", ["sol-prod"], 0),
    "compatible": ("compatible", None, ["gpt-oss-120b", "endless"], 0),
    # Scripted failures happen here. Each kind has models and accounts of its own: the bill tells which case an
    # attempt was for, and an account that was throttled in one case is not shunned in another.
    "faulty": ("openai", "sk-up-faulty", ["throttled-1", "throttled-2", "broken-1", "broken-2", "slow-1", "slow-2",
                                          "refusing", "cut"], 0),
    # Nobody's upstream here: SDKs of their clouds speak to these directly. Own keys and models.
    "bedrock": ("bedrock", None, [], 0),
    "vertex": ("vertex", None, [], 0),
    "tokens": ("tokens", None, [], 0),
}


def deployment(provider, model, **own):
    return {"provider": provider, "model": model, **own}


def models():
    quick = {"first_byte_ms": 300}
    return {
        "gpt-6-sol": [deployment("openai", "gpt-6-sol")],
        "gpt-6-sol-azure": [deployment("azure", "sol-prod")],
        "gpt-oss-120b": [deployment("compatible", "gpt-oss-120b")],
        "gpt-6-astra": [deployment("openai", "gpt-6-astra")],
        "house-model": [deployment("openai", "house-model")],
        "text-embedding-3-small": [deployment("openai", "text-embedding-3-small")],
        "all-throttled": [deployment("throttled-1", "throttled-1"), deployment("throttled-2", "throttled-2")],
        "all-broken": [deployment("broken-1", "broken-1"), deployment("broken-2", "broken-2")],
        "all-slow": [deployment("slow-1", "slow-1", timeouts=quick), deployment("slow-2", "slow-2", timeouts=quick)],
        "refusing": [deployment("refusing", "refusing")],
        "cut": [deployment("cut", "cut")],
        "endless": [deployment("compatible", "endless")],
    }


def config(fakes, port, admin_port, folder, more):
    may = [name for name in models() if name != "gpt-6-astra"]
    faulty = {"cloud": "openai", "base_url": fakes["faulty"] + "/v1", "auth": {"api_key": "${env:UP_FAULTY}"}}
    return {
        "version": 1,
        "listen": [{"address": f"127.0.0.1:{port}"}],
        "admin": {"address": f"127.0.0.1:{admin_port}", "token": "${env:FAIRWAY_ADMIN_TOKEN}"},
        "log": {"level": "warn", "format": "text"},
        "data_dir": str(folder),
        "threads": 1,
        "providers": {
            "openai": {"cloud": "openai", "base_url": fakes["openai"] + "/v1", "auth": {"api_key": "${env:UP_OPENAI}"}},
            "azure": {"cloud": "azure", "base_url": fakes["azure"] + "/openai/v1", "auth": {"api_key": "${env:UP_AZURE}"}},
            "compatible": {"cloud": "compatible", "base_url": fakes["compatible"] + "/v1"},
            **{account: faulty for account in FAKES["faulty"][2]},
        },
        "models": {name: {"deployments": deployments} for name, deployments in models().items()},
        "tenants": {"acme": {}, "globex": {}},
        "keys": [
            {"name": "team-a", "tenant": "acme", "key": "${env:KEY_A}", "models": may},
            {"name": "team-b", "tenant": "globex", "key": "${env:KEY_B}", "models": ["gpt-6-sol", "gpt-6-astra"]},
        ],
        **more,
    }


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


class NotReady(Exception):
    """A fake or the gateway did not start; the message has the end of its log."""


class Stage:
    """Fakes and gateway as child processes; a `with` block ends them. `world` is what the clients read."""

    def __init__(self, fairway, folder):
        self.fairway = str(fairway)
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.children = []

    def __enter__(self):
        try:
            fakes = {name: self.start_fake(name, *what) for name, what in FAKES.items()}
            gateway = self.start_gateway("gateway", fakes)
            crowded = self.start_gateway("crowded", fakes, limits={"exchanges": 1})
        except BaseException:
            self.__exit__()
            raise
        world = {"fairway": self.fairway, "gateway": gateway, "crowded": crowded, "keys": KEYS, "fakes": fakes}
        self.world = self.folder / "world.json"
        self.world.write_text(json.dumps(world, indent=1))
        return self

    def __exit__(self, *_):
        for child in self.children:
            child.terminate()
        for child in self.children:
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def spawn(self, name, *args, env=None, stdout=None):
        with open(self.folder / f"{name}.log", "ab") as log:
            child = subprocess.Popen([self.fairway, *args], stdin=subprocess.DEVNULL, stderr=log, stdout=stdout or log,
                                     env={**os.environ, **(env or {})}, cwd=self.folder)
        child.name = name
        self.children.append(child)
        return child

    def start_fake(self, name, cloud, key, known, speed):
        args = ["fake", "--cloud", cloud, "--listen", "127.0.0.1:0", "--speed", str(speed)]
        args += ["--key", key] if key else []
        for model in known:
            args += ["--model", model]
        child = self.spawn(f"fake-{name}", *args, stdout=subprocess.PIPE)
        line = child.stdout.readline().decode()
        found = re.search(r"listening (http://\S+)", line)
        if not found:
            raise NotReady(f"the fake '{name}' did not say where it listens: {line!r}\n{self.log_of(f'fake-{name}')}")
        return found[1]

    def start_gateway(self, name, fakes, **more):
        env = {"FAIRWAY_ADMIN_TOKEN": ADMIN_TOKEN, "UP_OPENAI": FAKES["openai"][1], "UP_AZURE": FAKES["azure"][1],
               "UP_FAULTY": FAKES["faulty"][1], "KEY_A": KEYS["a"], "KEY_B": KEYS["b"]}
        for _ in range(5):  # another process may take a port between our look and the gateway's bind
            port, admin_port = free_port(), free_port()
            file = self.folder / f"{name}.yaml"
            file.write_text(json.dumps(config(fakes, port, admin_port, self.folder / name, more), indent=1))
            child = self.spawn(name, "serve", "-c", str(file), env=env)
            if self.wait_ready(child, f"http://127.0.0.1:{admin_port}/readyz"):
                return f"http://127.0.0.1:{port}"
            child.kill()
            self.children.remove(child)
        raise NotReady("the gateway did not get ready:\n" + self.log_of(name))

    @staticmethod
    def wait_ready(child, url):
        end = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < end and child.poll() is None:
            if answers(url):
                return True
            # tidy-allow sleep: another process is asked again, within the bound above
            time.sleep(0.02)
        return False

    def log_of(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")[-4000:]

    def ended(self):
        """The names of children that are gone although nobody ended them."""
        return [child.name for child in self.children if child.poll() is not None]
