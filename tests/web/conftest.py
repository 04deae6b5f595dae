"""A service with the cast of ``tests.cast``, in a database copied for each test from one that is made once.

Every test that wants one runs twice: on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url

from tests.cast import Cast, Visitor, app_with, cast_of, close, register, settings_in
from tests.conftest import maker
from tests.postgres import Server
from web.config import Settings, definitions_root
from web.database import initialise
from web.definitions import Definitions


@pytest.fixture(scope="session")
def definitions() -> Definitions:
    """The project's own definitions, read once."""
    return Definitions(definitions_root())


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Server | None:
    """The PostgreSQL that the test runs on; none where it runs on SQLite."""
    return request.getfixturevalue("postgres") if request.param == "postgresql" else None


@pytest.fixture(scope="session")
def make_app(tmp_path_factory: pytest.TempPathFactory, server: Server | None) -> Callable[..., Flask]:
    """Makes a service with an empty database of its own, on SQLite and on PostgreSQL."""

    def address(folder: Path) -> str:
        return server.url(server.create()) if server else f"sqlite:///{folder}/borang.sqlite"

    return maker(tmp_path_factory, address)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, definitions: Definitions, server: Server | None) -> Settings:
    """A database with the cast, to be copied."""
    settings = settings_in(tmp_path_factory.mktemp("prepared"), **_on(server))
    app = app_with(settings, definitions)
    with app.app_context():
        initialise()
        register()
    close(app)
    return settings


@pytest.fixture
def settings(tmp_path: Path, prepared: Settings, server: Server | None) -> Iterator[Settings]:
    if server is None:
        settings = settings_in(tmp_path / "instance")
        shutil.copy(make_url(prepared.database_url).database or "", settings.instance)
        yield settings
        return
    copied = _on(server, make_url(prepared.database_url).database)
    yield settings_in(tmp_path / "instance", **copied)
    server.drop(make_url(copied["database_url"]).database or "")


def _on(server: Server | None, template: str | None = None) -> dict[str, str]:
    """The setting that names a new database on *server*."""
    return {"database_url": server.url(server.create(template or "template1"))} if server else {}


@pytest.fixture
def app(settings: Settings, definitions: Definitions) -> Iterator[Flask]:
    app = app_with(settings, definitions)
    yield app
    close(app)


@pytest.fixture
def cast(app: Flask) -> Cast:
    return cast_of(app)


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)
