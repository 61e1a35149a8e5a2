"""The real server as a child process on a free port, for tests and benches that speak HTTP to it."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

READY_SECONDS = 90
STOP_SECONDS = 30
ROOT = Path(__file__).parents[1]


class ServerProcess:
    """A running server. `url` is `http://localhost:PORT`; `output()` is what it printed so far."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, log: Path) -> None:
        self.process = process
        self.url = url
        self._log = log

    @property
    def pid(self) -> int:
        return self.process.pid

    def output(self) -> str:
        return self._log.read_text(errors="replace")

    def links(self) -> dict[str, str]:
        """Enrolment links that the server printed at its start: person id -> link."""
        return dict(re.findall(r"\[([a-z0-9-]+)\]\s+(http\S+/#/enrol/\S+)", self.output()))

    def stop(self) -> int:
        """End it as Ctrl-C does; answers its exit code. Errors: AssertionError when it does not end in time."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"did not stop within {STOP_SECONDS} s:\n{self.output()}") from None

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        self.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(environ: Mapping[str, str]) -> ServerProcess:
    """Start `python -m server run` and wait until it answers and has said its welcome.

    Errors: AssertionError with its output.
    """
    port = environ.get("PORT") or str(free_port())
    with tempfile.NamedTemporaryFile(prefix="langnghe-", suffix=".log", delete=False) as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "server", "run"],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environ, "PORT": port},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    server = ServerProcess(process, f"http://localhost:{port}", Path(log.name))
    until = time.monotonic() + READY_SECONDS
    while not (_healthy(f"http://127.0.0.1:{port}/health") and "Ctrl-C" in server.output()):
        if process.poll() is not None or time.monotonic() > until:
            server.kill()
            raise AssertionError(f"the server did not come up:\n{server.output()}")
        time.sleep(0.05)
    return server


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
