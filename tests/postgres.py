"""A PostgreSQL of the tests' own: in a folder of its own, thrown away at the end of the run.

It refuses to run as root; so where the tests do, it runs as ``postgres``, the user of Debian's package, or ``nobody``.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

#: Where Debian puts the server's programs, newest first.
DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
SPEEDY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Missing(RuntimeError):
    """There is no PostgreSQL to run: not a reason to skip, for half of the promises would go untested."""


class Server:
    """A running server; ``url`` names one of its databases as the service's setting does."""

    def __init__(self, folder: Path, port: int, settings: Sequence[str]) -> None:
        self.folder = folder
        self.port = port
        self.settings = tuple(settings)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://borang@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A connection beside the service's, each statement its own transaction."""
        return psycopg.connect(host="127.0.0.1", port=self.port, user="borang", dbname=database, autocommit=True)

    def create(self, template: str = "template1") -> str:
        """The name of a new database, a copy of *template*, to which nobody is connected."""
        name = f"uji_{uuid.uuid4().hex[:12]}"
        with self.connect() as connection:
            connection.execute(f'create database "{name}" template "{template}" strategy file_copy'.encode())
        return name

    def drop(self, database: str) -> None:
        """Forgets a database and throws out whoever is connected to it."""
        with self.connect() as connection:
            connection.execute(f'drop database if exists "{database}" with (force)'.encode())

    def start(self) -> None:
        options = [f"-p {self.port}", "-c listen_addresses=127.0.0.1", f"-c unix_socket_directories={self.folder}"]
        options += [f"-c {setting}" for setting in self.settings]
        _run("pg_ctl", "-D", self._data, "-l", self.folder / "log", "-w", "-o", " ".join(options), "start")

    def stop(self, mode: str = "immediate") -> None:
        _run("pg_ctl", "-D", self._data, "-m", mode, "-w", "stop")

    @property
    def _data(self) -> Path:
        return self.folder / "data"


@contextmanager
def running(*settings: str) -> Iterator[Server]:
    """A server with *settings*, by default those that forgo safety for speed. Raises ``Missing``."""
    folder = Path(tempfile.mkdtemp(prefix="borang-pg-"))
    server = Server(folder, _free_port(), ("max_connections=200", *(settings or SPEEDY)))
    if os.getuid() == 0:
        shutil.chown(folder, _user())
    try:
        _run("initdb", "-D", folder / "data", "-U", "borang", "-A", "trust", "--no-sync", "--locale=C.UTF-8")
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(program: str, *arguments: str | Path) -> None:
    command = [str(_program(program)), *map(str, arguments)]
    if os.getuid() == 0:
        command = ["runuser", "-u", _user(), "--", *command]
    done = subprocess.run(
        command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        raise Missing(f"{program}: {done.stdout}")


def _program(name: str) -> Path:
    for folder in DEBIAN:
        if (folder / name).exists():
            return folder / name
    found = shutil.which(name)
    if found is None:
        raise Missing(f"{name} is missing. Install PostgreSQL 15 or newer (Debian: apt-get install postgresql)")
    return Path(found)


def _user() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port: int = opened.getsockname()[1]
        return port
