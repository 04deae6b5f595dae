"""The service as a command of an administrator finds it: ready, or the command ends and says what to do first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from web import create_app
from web.console import Misused, _
from web.database import connected, up_to_date


@contextmanager
def service() -> Iterator[Flask]:
    """The service, in its context, with the tables that it needs; no connection is left open. Raises ``Misused``."""
    app = create_app()
    with connected(app):
        if not up_to_date():
            raise Misused(_("Basis data belum siap: jalankan dahulu borang init."))
        yield app
