"""What every test may count on: a service on SQLite and on PostgreSQL, and a run that ends red when a test is skipped.

Every test that wants a service runs twice. ``app`` has the cast of ``tests.cast``, in a database copied for each test
from one that is made once. Several processes may share a run (``pytest -n``): each has databases, servers and folders
of its own, and of the tests that race or keep time one follows another.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from weakref import finalize

import pytest
from argon2.profiles import CHEAPEST
from flask import Flask
from sqlalchemy import make_url

from tests.cast import Cast, Visitor, app_with, cast_of, close, register, settings_in
from tests.postgres import Server, running
from tests.quick import reading_once, service
from tests.sharing import Sharing
from web.config import Settings, definitions_root
from web.database import initialise
from web.definitions import Definitions
from web.tables import db

ROOT = Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--no-skips`, which `make test` gives: what is not run is not green."""
    parser.addoption("--no-skips", action="store_true", help="fail the run when a test is skipped")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing:
    return Sharing(config, log)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turns a green run with skipped tests red. A process that shares a run hands its figures over."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["figures"] = session.config.stash.get(FIGURES, [])
    if session.config.getoption("--no-skips") and skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


#: For a test of what only SQLite has; it runs on that database alone.
on_sqlite = pytest.mark.parametrize("server", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("server", ["postgresql"], indirect=True)

FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def figures(request: pytest.FixtureRequest) -> list[str]:
    """Lines that the run tells at its end: what was counted or measured, beyond passed and failed."""
    return request.config.stash.setdefault(FIGURES, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Takes over the figures of a process that shared the run."""
    node.config.stash.setdefault(FIGURES, []).extend(getattr(node, "workeroutput", {}).get("figures", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Tells the figures of the run, and the skipped tests that made it red."""
    for line in config.stash.get(FIGURES, []):
        terminalreporter.write_line(line)
    if not config.getoption("--no-skips"):
        return
    for report in skipped(config):
        terminalreporter.write_line(f"SKIPPED, and --no-skips was given: {report.nodeid}", red=True)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Says last of all how many passed and how many failed; what is skipped although nothing may be has failed."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or config.option.collectonly:
        return
    wrong = ["failed", "error", *(["skipped"] if config.getoption("--no-skips") else [])]
    failed = sum(len(reporter.stats.get(kind, [])) for kind in wrong)
    reporter.write_line(f"{len(reporter.stats.get('passed', []))} passed, {failed} failed")


def skipped(config: pytest.Config) -> list[pytest.TestReport]:
    """The reports of skipped tests and modules."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if reporter else []


@pytest.fixture(scope="session", autouse=True)
def once() -> Iterator[None]:
    with reading_once():
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL for this run, started when a test first wants it."""
    with running() as server:
        yield server


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
def make_sqlite_app(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Flask]:
    """Makes a service with an empty SQLite database of its own: where the database is not what is tested."""
    return maker(tmp_path_factory, lambda folder: f"sqlite:///{folder}/borang.sqlite")


def maker(folders: pytest.TempPathFactory, address: Callable[[Path], str]) -> Callable[..., Flask]:
    """What makes services whose database stands at the *address* of their folder."""

    def make(*, definitions: Path = ROOT, demo: bool = False) -> Flask:
        folder = folders.mktemp("instance")
        settings = Settings(
            instance=folder,
            database_url=address(folder),
            secret_key="kunci-rahasia-untuk-pengujian-saja-0123456789",
            definitions=definitions,
            argon2=CHEAPEST,
            demo=demo,
        )
        app = service(settings)
        with app.app_context():
            initialise()
            # Closed when nobody needs the service any more: a module's lives longer than a test's.
            finalize(app, db.engine.dispose)
        return app

    return make


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
