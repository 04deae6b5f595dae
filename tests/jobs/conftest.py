"""The service of ``tests.jobs.office``, each time on a new database: once on SQLite, once on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cast import close, settings_in
from tests.jobs.office import DEFINITIONS, Office
from tests.postgres import Server
from tests.quick import service


@pytest.fixture
def office(tmp_path: Path, server: Server | None) -> Iterator[Office]:
    database = server.create() if server else ""
    address = server.url(database) if server else f"sqlite:///{tmp_path / 'borang.sqlite'}"
    settings = settings_in(tmp_path, database_url=address, definitions=DEFINITIONS)
    app = service(settings)
    yield Office(app, settings)
    close(app)
    if server:
        server.drop(database)
