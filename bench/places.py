"""Where a benchmark's rows lie: a SQLite file, or a PostgreSQL started for the run. Both wait for the disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlalchemy import Engine, event, make_url

from tests.postgres import Server

#: A statement as it reached the driver, its parameters, and whether it was sent for each of many.
Sent = tuple[str, Any, bool]
COMMIT: Sent = ("commit", None, False)


class Place(Protocol):
    """One kind of database: how its transactions ``begin``, and how a parameter is marked in SQL."""

    begin: str
    mark: str

    def new(self, folder: Path) -> str:
        """The address of a new database that belongs to *folder*."""

    def copy(self, url: str, folder: Path) -> str:
        """The address of a copy, to whose original nobody is connected."""

    def connect(self, url: str) -> Any:
        """The driver's own connection, each statement its own transaction."""

    @contextmanager
    def recording(self, engine: Engine) -> Iterator[list[Sent]]:
        """All that reaches the driver through *engine*, as it is sent."""


class Sqlite:
    """A file of the folder."""

    begin, mark = "begin immediate", "?"

    def new(self, folder: Path) -> str:
        return f"sqlite:///{folder / 'borang.sqlite'}"

    def copy(self, url: str, folder: Path) -> str:
        found = self.new(folder)
        with closing(sqlite3.connect(_file(url))) as source, closing(sqlite3.connect(_file(found))) as target:
            source.backup(target)
            target.execute("pragma journal_mode = wal")
        return found

    def connect(self, url: str) -> sqlite3.Connection:
        rows = sqlite3.connect(_file(url), isolation_level=None)
        for setting in ("journal_mode = wal", "synchronous = full", "foreign_keys = on"):
            rows.execute(f"pragma {setting}")
        return rows

    @contextmanager
    def recording(self, engine: Engine) -> Iterator[list[Sent]]:
        sent: list[Sent] = []

        class Cursor(sqlite3.Cursor):
            def execute(self, sql: str, parameters: Any = ()) -> Any:
                sent.append((sql, parameters, False))
                return super().execute(sql, parameters)

            def executemany(self, sql: str, parameters: Any) -> Any:
                sent.append((sql, parameters, True))
                return super().executemany(sql, parameters)

        class Connection(sqlite3.Connection):
            def cursor(self, factory: Any = Cursor) -> Any:
                return super().cursor(factory)

            def execute(self, sql: str, parameters: Any = ()) -> Any:
                return self.cursor().execute(sql, parameters)

            def commit(self) -> None:
                sent.append(COMMIT)
                super().commit()

        with _connecting(engine, lambda arguments, options: sqlite3.connect(*arguments, **options, factory=Connection)):
            yield sent


class Postgres:
    """A database of *server*."""

    begin, mark = "begin", "%s"

    def __init__(self, server: Server) -> None:
        self._server = server

    def new(self, folder: Path) -> str:
        return self._server.url(self._server.create())

    def copy(self, url: str, folder: Path) -> str:
        return self._server.url(self._server.create(make_url(url).database or ""))

    def connect(self, url: str) -> psycopg.Connection[Any]:
        rows = self._server.connect(make_url(url).database or "")
        rows.prepare_threshold = 0
        return rows

    @contextmanager
    def recording(self, engine: Engine) -> Iterator[list[Sent]]:
        sent: list[Sent] = []

        class Cursor(psycopg.Cursor[Any]):
            def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
                sent.append((query, params, False))
                return super().execute(query, params, **more)

            def executemany(self, query: Any, params_seq: Any, **more: Any) -> None:
                rows = list(params_seq)
                sent.append((query, rows, True))
                super().executemany(query, rows, **more)

        class Connection(psycopg.Connection[Any]):
            def commit(self) -> None:
                sent.append(COMMIT)
                super().commit()

        def connect(arguments: Any, options: Any) -> Any:
            return Connection.connect(*arguments, **options, cursor_factory=Cursor)

        with _connecting(engine, connect):
            yield sent


@contextmanager
def _connecting(engine: Engine, connect: Any) -> Iterator[None]:
    def listener(dialect: Any, record: Any, arguments: Any, options: dict[str, Any]) -> Any:
        return connect(arguments, options)

    engine.dispose()
    event.listen(engine, "do_connect", listener)
    yield
    engine.dispose()
    event.remove(engine, "do_connect", listener)


def _file(url: str) -> str:
    return make_url(url).database or ""
