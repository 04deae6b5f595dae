"""The service as it is deployed: ``borang serve`` in processes of its own, which a test may kill."""

from __future__ import annotations

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

from tests.cast import SECRET
from tests.faults.pair import Outside, Pair
from tests.history import Recorder
from web.config import CHECKOUT, Settings

#: How long a service may take to answer again once its database is back: seconds.
SOON = 5


class Process:
    """A server on a port of its own; it can be killed and started again on the same."""

    def __init__(self, settings: Settings, processes: int = 1) -> None:
        self._settings = settings
        self._processes = processes
        self.port = _free_port()
        self.log = settings.instance.with_name("log")
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def line(self) -> Outside:
        return Outside(self.port)

    @property
    def pid(self) -> int:
        assert self._running
        return self._running.pid

    def start(self) -> None:
        environ = {
            **os.environ,
            "BORANG_INSTANCE": str(self._settings.instance),
            "DATABASE_URL": self._settings.database_url.replace("+psycopg", ""),
            "BORANG_SECRET_KEY": SECRET,
            "BORANG_DEFINITIONS": str(self._settings.definitions),
            "PYTHONPATH": str(CHECKOUT),
        }
        command = [sys.executable, "-m", "web.cli", "serve", "--port", str(self.port)]
        command += ["--processes", str(self._processes)] if self._processes > 1 else []
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(command, env=environ, cwd=CHECKOUT, stdout=log, stderr=log)
        self.wait()

    def wait(self, cookie: str = "", path: str = "/masuk", patience: float = 60) -> float:
        """How long it takes until a page is answered as it should be; by default one that asks the database nothing."""
        begun = time.monotonic()
        while time.monotonic() - begun < patience:
            with suppress(OSError, http.client.HTTPException):
                if self.line.send("GET", path, cookie, "").status == 200:
                    return time.monotonic() - begun
            time.sleep(0.02)
        raise TimeoutError(self.log.read_text()[-2000:])

    def kill(self, which: int = 0) -> None:
        """``kill -9``, of the server or of *which* process of its."""
        os.kill(which or self.pid, signal.SIGKILL)
        if not which and self._running:
            self._running.wait()

    def stop(self) -> None:
        if self._running and self._running.poll() is None:
            self._running.terminate()
            try:
                self._running.wait(30)
            except subprocess.TimeoutExpired:
                self._running.kill()
                self._running.wait()

    def workers(self) -> list[int]:
        """The processes that the server has started."""
        found = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [int(number) for number in found]

    def mistakes(self) -> list[str]:
        """The requests that the server's log tells of as mistakes of ours."""
        return [line for line in self.log.read_text().splitlines() if '"status": 500' in line]

    def resident(self) -> int:
        """Memory that the server holds, in KiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


@contextmanager
def served(settings: Settings, processes: int = 1) -> Iterator[Process]:
    """A running server with *settings*, over a database that is ready."""
    server = Process(settings, processes)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def under_load(server: Process, pairs: list[Pair], recorder: Recorder, meanwhile: Callable[[], None]) -> list[int]:
    """Every pair plays on in a thread of its own while *meanwhile* runs; the statuses that were answered."""
    over = Event()

    def play(pair: Pair) -> list[int]:
        found = []
        while not over.is_set():
            status = pair.play(server.line, recorder)
            if status is not None:
                found.append(status)
            else:
                time.sleep(0.05)
        return found

    with ThreadPoolExecutor(len(pairs)) as pool:
        futures = [pool.submit(play, pair) for pair in pairs]
        try:
            meanwhile()
        finally:
            over.set()
        return [status for future in futures for status in future.result()]


def somewhen(least: float, most: float) -> None:
    """Waits some time between *least* and *most* seconds."""
    time.sleep(random.uniform(least, most))


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port: int = opened.getsockname()[1]
        return port
