"""A service with the cast of ``tests.cast``, in a database copied for each test from one that is made once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.cast import Cast, Visitor, app_with, cast_of, close, register, settings_in
from web.config import Settings, definitions_root
from web.database import initialise
from web.definitions import Definitions


@pytest.fixture(scope="session")
def definitions() -> Definitions:
    """The project's own definitions, read once."""
    return Definitions(definitions_root())


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, definitions: Definitions) -> Path:
    """A database with the cast, to be copied."""
    settings = settings_in(tmp_path_factory.mktemp("prepared"))
    app = app_with(settings, definitions)
    with app.app_context():
        initialise()
        register()
    close(app)
    return settings.instance / "borang.sqlite"


@pytest.fixture
def settings(tmp_path: Path, prepared: Path) -> Settings:
    settings = settings_in(tmp_path / "instance")
    shutil.copy(prepared, settings.instance)
    return settings


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
