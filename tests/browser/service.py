"""The service as a browser reaches it: in a thread of this process, with a database of its own and a clock that stands.

Its people are those of ``tests.cast``; they sign in with their passwords.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from tests.cast import close, register, settings_in
from tests.playing import Play, scenario
from tests.quick import service
from tests.shipped import ROOT
from web.database import initialise

__all__ = ["ROOT", "Service", "scenario"]


class Service(Play):
    """A running service: where it answers, what its clock says, what its database holds."""

    def __init__(self, instance: Path) -> None:
        app = service(settings_in(instance, hosts=("127.0.0.1",)))
        with app.app_context():
            initialise()
            register()
        super().__init__(app)
        self.address = ""

    @contextmanager
    def running(self) -> Iterator[Service]:
        """The service, answering as long as the block lasts."""
        server = make_server("127.0.0.1", 0, self.app, threaded=True, request_handler=_Silent)
        self.address = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            close(self.app)


class _Silent(WSGIRequestHandler):
    """Keeps connections open, as the real server does, and writes no log."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        pass
