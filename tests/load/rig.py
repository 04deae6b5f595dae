"""The processes under load: two of the service, one or two workers, each as a deployment starts them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.load.town import Town

PROCESSES = 2


class Rig:
    """The running processes of one town; logs lie in *folder*."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.folder = folder
        settings = town.settings
        self._environ = {
            **os.environ,
            "BORANG_INSTANCE": str(settings.instance),
            "DATABASE_URL": settings.database_url,
            "BORANG_DEFINITIONS": str(settings.definitions),
            "BORANG_SECRET_KEY": settings.secret_key,
            "BORANG_PROXIES": "1",
        }
        self.ports = [_free_port() for _ in range(PROCESSES)]
        self.servers: list[subprocess.Popen[bytes]] = []
        self.memory: dict[int, list[int]] = {}

    @contextmanager
    def running(self) -> Iterator[Rig]:
        """The service, answering on every port as long as the block lasts."""
        try:
            self.servers = [self._serve(port) for port in self.ports]
            for port in self.ports:
                _await(port)
            yield self
        finally:
            for process in self.servers:
                process.send_signal(signal.SIGTERM)
            for process in self.servers:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=20)
                process.kill()

    def kill(self, number: int) -> None:
        """Ends a process of the service without a word, and starts it again."""
        self.servers[number].kill()
        self.servers[number].wait()
        self.servers[number] = self._serve(self.ports[number])

    def worker(self, *arguments: str) -> subprocess.Popen[bytes]:
        return self._start("worker", *arguments)

    def command(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """``borang`` with *arguments*, to its end."""
        command, settings = [sys.executable, "-m", "web.cli", *arguments], {**self._environ, **environ}
        return subprocess.run(command, env=settings, capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def look(self) -> None:
        """Remembers how much memory each process has now."""
        for number, process in enumerate(self.servers):
            with suppress(OSError, TypeError):
                told = Path(f"/proc/{process.pid}/status").read_text()
                found = re.search(r"VmRSS:\s+(\d+) kB", told)
                self.memory.setdefault(number, []).append(int(found[1]) // 1024 if found else 0)

    def logged(self) -> str:
        """All that the processes have written."""
        return "\n".join(file.read_text(errors="replace") for file in sorted(self.folder.glob("*.log")))

    def _serve(self, port: int) -> subprocess.Popen[bytes]:
        return self._start("serve", "--port", str(port), "--no-worker")

    def _start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}-{time.monotonic_ns()}.log").open("wb") as log:
            command = [sys.executable, "-m", "web.cli", name, *arguments]
            return subprocess.Popen(command, env=self._environ, stdout=log, stderr=log, stdin=subprocess.DEVNULL)


def _await(port: int, seconds: float = 30) -> float:
    """How long it took until the service on *port* answered."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            if answer.status == 200:
                return time.monotonic() - began
        time.sleep(0.05)
    raise RuntimeError(f"nobody answers on port {port}")


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port: int = opened.getsockname()[1]
        return port
