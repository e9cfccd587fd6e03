"""Programs under measurement: started on a CPU of their own, waited for, stopped; free ports; the build."""
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
RELEASE = TOP / "build/release"
PROGRAMS = RELEASE / "bench"
LOAD_CPU, PROXY_CPU = 0, 1


def say(text):
    print(text, file=sys.stderr, flush=True)


def build():
    """Set-up and release build of everything the bench starts."""
    subprocess.run([TOP / "tools/setup", "build", "bench"], check=True)
    if not (RELEASE / "build.ninja").exists():
        subprocess.run(["cmake", "--preset", "release"], cwd=TOP, check=True, stdout=sys.stderr)
    subprocess.run(["cmake", "--build", "--preset", "release", "--target", "fairway", "bench_programs"], cwd=TOP, check=True,
                   stdout=sys.stderr)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def pinned(cpu, command):
    """The command on one CPU, where there are at least two."""
    words = [str(w) for w in command]
    return ["taskset", "-c", str(cpu)] + words if (os.cpu_count() or 1) > 1 else words


class Program:
    """A running program in a process group of its own; the group ends with the `with` block."""

    def __init__(self, command, cpu, port=None, environment=None, log=None):
        self.port = port
        self.name = Path(str(command[0])).name
        out = open(log, "wb") if log else subprocess.DEVNULL
        self.process = subprocess.Popen(pinned(cpu, command), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                        env={**os.environ, **(environment or {})}, start_new_session=True)
        self.log = log

    def __enter__(self):
        try:
            if self.port:
                self.wait_for_port()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def wait_for_port(self, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(.02)
        log = Path(self.log).read_text(errors="replace")[-2000:] if self.log else ""
        raise RuntimeError(f"{self.name} does not listen on port {self.port}\n{log}")

    def stop(self, how=signal.SIGTERM, seconds=10):
        if self.process.poll() is None:
            os.killpg(self.process.pid, how)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
