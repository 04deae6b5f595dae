"""``borang serve`` as a process of its own, and raw connections to it."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGTERM
from typing import Any
from urllib.parse import urlencode

from tests.cast import PASSWORD
from web.config import Settings

ROOT = Path(__file__).parents[2]
FORM = "application/x-www-form-urlencoded"
#: Constants of ``web.serving`` are set before it starts, so that a test need not wait as long as people may.
_START = """
import os
handed = {handed!r}
if handed is not None:
    os.dup2(handed, 3)
    os.environ |= dict(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
from web import serving
for name, value in {changes!r}.items():
    setattr(serving, name, value)
from web.cli import main
main()
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """How the server answered, and after how many seconds."""

    status: int
    headers: Mapping[str, str]
    text: str
    seconds: float


@dataclass(slots=True)
class Served:
    """A running server."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self.send("GET", path, headers=headers)

    def send(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """One request on a connection of its own."""
        return send(self.port, method, path, body, headers)

    def connect(self) -> socket.socket:
        """A bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def memory(self) -> int:
        """What the process has of the machine's memory now, in bytes."""
        told = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", told)
        assert found
        return int(found[1]) * 1024

    def stop(self) -> int:
        """Ends it as a service manager does; its exit code."""
        self.process.send_signal(SIGTERM)
        return self.process.wait(40)


def send(port: int, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
    """One request to a server on this machine, on a connection of its own."""
    began = time.monotonic()
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        line.request(method, path, body, {"Host": "localhost", "Connection": "close", **(headers or {})})
        got = line.getresponse()
        text = got.read().decode(errors="replace")
        return Answer(got.status, dict(got.headers), text, time.monotonic() - began)
    finally:
        line.close()


@dataclass(slots=True)
class Browser:
    """Somebody's cookies at a running server."""

    served: Served
    cookies: dict[str, str] = field(default_factory=dict)
    network: str = ""

    def get(self, path: str) -> Answer:
        return self._keep(self.served.get(path, self._headers()))

    def post(self, path: str, data: Mapping[str, str], token: str | None = None) -> Answer:
        sent = urlencode({"csrf_token": self.token() if token is None else token, **data})
        return self._keep(self.served.send("POST", path, sent, {**self._headers(), "Content-Type": FORM}))

    def sign_in(self, nip: str, password: str = PASSWORD) -> Answer:
        return self.post("/masuk", {"nip": nip, "kata_sandi": password})

    def token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/bantuan").text)
        assert found
        return found[1]

    def _headers(self) -> dict[str, str]:
        said = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": said, **({"X-Forwarded-For": self.network} if self.network else {})}

    def _keep(self, answer: Answer) -> Answer:
        given = answer.headers.get("Set-Cookie", "").partition(";")[0]
        if given:
            name, _, value = given.partition("=")
            self.cookies[name] = value
        return answer


@contextmanager
def listening() -> Iterator[socket.socket]:
    """A socket such as a service manager opens and hands over."""
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as opened:
        yield opened


@contextmanager
def served(
    settings: Settings,
    *,
    processes: int = 1,
    handed: socket.socket | None = None,
    **changes: float,
) -> Iterator[Served]:
    """A server with *settings*, ready; ended at the end."""
    port = handed.getsockname()[1] if handed else _free_port()
    log = settings.instance / "log"
    number = handed.fileno() if handed else None
    command = [sys.executable, "-c", _START.format(changes=changes, handed=number), "serve", "--port", str(port)]
    command += ["--processes", str(processes)]
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, env=_environment(settings), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            pass_fds=[] if number is None else [number],
        )  # fmt: skip
    server = Served(port, process, log)
    try:
        _wait(server)
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            if process.poll() is None:
                process.kill()
                process.wait()


def _environment(settings: Settings) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(settings.instance),
        "BORANG_INSTANCE": str(settings.instance),
        "DATABASE_URL": settings.database_url,
        "BORANG_SECRET_KEY": settings.secret_key,
        "BORANG_DEFINITIONS": str(settings.definitions),
        "BORANG_HOSTS": "localhost",
        "BORANG_PROXIES": str(settings.proxies),
        "BORANG_METRICS": settings.metrics_token,
    }


def _wait(server: Served) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if server.process.poll() is not None:
            break
        with suppress(OSError, http.client.HTTPException):
            if server.get("/readyz").status == 200:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the server is not ready:\n{server.log.read_text()}")


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port: int = opened.getsockname()[1]
        return port


def slowest(seconds: list[float], share: float = 0.95) -> float:
    """The duration that *share* of all stay below."""
    return sorted(seconds)[min(int(len(seconds) * share), len(seconds) - 1)]
