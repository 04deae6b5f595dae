"""A service with a crowd, on SQLite and on PostgreSQL, in a database of its own for each test."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from argon2.profiles import CHEAPEST
from flask import Flask

from tests.postgres import Server
from tests.quick import service
from tests.races.crowd import DEFINITIONS, Crowd
from web.config import Settings
from web.database import initialise
from web.definitions import Definitions
from web.tables import db


@dataclass(frozen=True)
class Place:
    """Where databases are made: in files, or on a server."""

    folder: Path
    server: Server | None

    @property
    def name(self) -> str:
        return "PostgreSQL" if self.server else "SQLite"

    def new(self, name: str, copy_of: str = "") -> str:
        """The address of a new database."""
        if self.server:
            return self.server.url(self.server.create(copy_of.rpartition("/")[2] or "template1"))
        if copy_of:
            shutil.copy(copy_of.removeprefix("sqlite:///"), self.folder / name)
        return f"sqlite:///{self.folder / name}"


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    return Place(tmp_path_factory.mktemp("races"), server)


@pytest.fixture(scope="session")
def definitions() -> Definitions:
    return Definitions(DEFINITIONS)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Settings]:
    """The settings of a service whose database stands at an address."""

    def make(address: str) -> Settings:
        return Settings(
            instance=tmp_path_factory.mktemp("instance"),
            database_url=address,
            secret_key="kunci-rahasia-untuk-pengujian-saja-0123456789",
            definitions=DEFINITIONS,
            argon2=CHEAPEST,
        )

    return make


@pytest.fixture(scope="session")
def empty(place: Place, settings: Callable[[str], Settings]) -> str:
    """A database with tables and nobody in it, to be copied."""
    address = place.new("empty.sqlite")
    app = service(settings(address))
    with app.app_context():
        initialise()
        db.engine.dispose()
    return address


@pytest.fixture
def app(place: Place, empty: str, settings: Callable[[str], Settings]) -> Iterator[Flask]:
    address = place.new(f"{uuid.uuid4().hex}.sqlite", copy_of=empty)
    app = service(settings(address))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def crowd(app: Flask) -> Crowd:
    return Crowd(app)
