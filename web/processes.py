"""The servers of several processes on one node, under ``gunicorn``: for PostgreSQL, behind a proxy that buffers.

Each process makes the service for itself after the fork: no connection and no thread is shared with another. HUP makes
new ones and ends the old, so that changed definitions are read without a pause; TERM ends all after what they do.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from web import metrics

#: In memory, where there is such a folder: a heartbeat must not wait for a disk.
MEMORY = Path("/dev/shm")

SETTINGS: dict[str, Any] = {
    "worker_class": "gthread",
    "threads": 8,
    "worker_connections": 1000,
    "backlog": 2048,
    # A process that has not shown itself for so long is ended and replaced; a request may take so long at most.
    "timeout": 60,
    "graceful_timeout": 20,
    "keepalive": 5,
    # Whatever grows is given back before it matters, not by all at the same time.
    "max_requests": 20_000,
    "max_requests_jitter": 4_000,
    "limit_request_line": 8190,
    "limit_request_fields": 100,
    "limit_request_field_size": 8190,
    # The scheme and the network of a visitor are the settings' to believe.
    "forwarded_allow_ips": "",
    "control_socket_disable": True,
    "preload_app": False,
}


class Lines(Logger):
    """The server's own lines go where all others go; requests are told by the service."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class Processes(BaseApplication):
    """*count* processes that serve what *make* returns, each calling it once."""

    def __init__(self, make: Callable[[], Flask], host: str, port: int, count: int) -> None:
        self._make = make
        self._options = {**SETTINGS, "bind": f"{host}:{port}", "workers": count, "logger_class": Lines}
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)
        self.cfg.set("child_exit", lambda server, worker: metrics.process_ended(worker.pid))
        if MEMORY.is_dir():
            self.cfg.set("worker_tmp_dir", str(MEMORY))

    def load(self) -> Flask:
        return self._make()


def serve(make: Callable[[], Flask], host: str, port: int, count: int) -> None:
    """Serves until somebody stops it. Their figures are shared in a folder that goes with them."""
    folder, own = tempfile.mkdtemp(prefix="borang-figures-"), os.getpid()
    os.environ[metrics.SHARED] = folder
    try:
        Processes(make, host, port, count).run()
    finally:
        # A child leaves through here as well.
        if os.getpid() == own:
            shutil.rmtree(folder, ignore_errors=True)
