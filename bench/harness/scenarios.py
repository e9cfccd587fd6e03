"""One measurement of one target: upstream and load on CPU 0, the proxy on CPU 1."""
import json
import subprocess
import time
from dataclasses import dataclass, replace

from . import counters, programs, targets


@dataclass(frozen=True)
class Scenario:
    says: str
    unit: str                 # what CPU time is divided by: done or events
    requests: int
    connections: int = 32
    body: str = "body.json"
    upstream: tuple = ()
    rate: int = 0
    warm_up: int = 100

    def smoke(self):
        return replace(self, requests=max(20, self.requests // 200), warm_up=10)


SCENARIOS = {
    "json": Scenario("1.5 KB requests, 600 B answers, 32 connections, as fast as it goes", "done", 60_000, warm_up=5_000),
    "big": Scenario("100 KB requests, 8 connections, as fast as it goes", "done", 6_000, 8, "body100k.json", warm_up=500),
    "sse": Scenario("streams of 100 events of 310 B, 40 events per millisecond over 100 streams", "events", 1_500, 100,
                    "stream.json", ("--events", 100, "--tick", 1000, "--per", 40)),
    "sparse": Scenario("streams of 100 events, one event every 100 us over 100 streams", "events", 400, 100, "stream.json",
                       ("--events", 100, "--tick", 100, "--per", 1)),
    "latency": Scenario("2 000 requests per second, latency from the intended start", "done", 20_000, 64, rate=2_000,
                        warm_up=500),
}
HOLD_STREAMS = {"hold": 2_000, "hold9k": 9_000}


def load_command(target, folder, scenario, requests, rate=0):
    words = [programs.PROGRAMS / "load", "--port", target.port, "--body", f"{folder}/{scenario.body}", "--key", targets.KEY,
             "--connections", scenario.connections, "--requests", requests, "--path", target.path, "--rate", rate]
    return programs.pinned(programs.LOAD_CPU, words + (["--header", target.header] if target.header else []))


def upstream(port, folder, arguments):
    return programs.Program([programs.PROGRAMS / "upstream", "--port", port, *arguments], programs.LOAD_CPU, port,
                            log=f"{folder}/upstream.log")


class Nothing:
    """Stands where the proxy would when the load goes straight to the upstream."""
    process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def proxy(target, folder):
    if target.command is None:
        return Nothing()
    targets.forget(target)
    return programs.Program(target.command, target.cpu, target.port, target.environment, f"{folder}/{target.name}.log")


def measure(target, upstream_port, folder, scenario):
    """What `load` counted, with cpu_us per unit, user_share and memory_bytes of the proxy."""
    with upstream(upstream_port, folder, scenario.upstream), proxy(target, folder) as p:
        time.sleep(.2)
        warm_up = load_command(target, folder, scenario, scenario.warm_up)
        subprocess.run(warm_up, check=True, stdout=subprocess.DEVNULL)
        pid = p.process.pid if p.process else None
        before = (counters.cpu_ns(pid), counters.user_and_system_ticks(pid)) if pid else (0, (0, 0))
        command = load_command(target, folder, scenario, scenario.requests, scenario.rate)
        result = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        after = (counters.cpu_ns(pid), counters.user_and_system_ticks(pid)) if pid else (0, (0, 0))
        user, system = (b - a for a, b in zip(before[1], after[1]))
        result["cpu_us"] = (after[0] - before[0]) / 1e3 / max(1, result[scenario.unit])
        result["user_share"] = user / max(1, user + system)
        result["memory_bytes"] = counters.memory_bytes(pid) if pid else 0
        return result


def hold(target, upstream_port, folder, streams):
    """Memory per open stream after its first event."""
    scenario = Scenario("", "done", streams, streams, "stream.json", ("--hold", 1))
    with upstream(upstream_port, folder, scenario.upstream), proxy(target, folder) as p:
        time.sleep(.5)
        pid = p.process.pid
        before, files, slab = counters.memory_bytes(pid, "Pss_Anon"), counters.memory_bytes(pid, "Pss_File"), counters.socket_slab_bytes()
        command = load_command(target, folder, scenario, streams) + ["--hold", "60"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as load:
            try:
                line = load.stdout.readline().strip()
                if line != f"HOLDING {streams}":
                    raise RuntimeError(f"{target.name} held '{line}' instead of {streams} streams")
                time.sleep(1.5)
                return {"bytes_per_stream": (counters.memory_bytes(pid, "Pss_Anon") - before) / streams,
                        "file_bytes_per_stream": (counters.memory_bytes(pid, "Pss_File") - files) / streams,
                        "kernel_bytes_per_stream": (counters.socket_slab_bytes() - slab) / streams, "idle_bytes": before}
            finally:
                load.kill()
