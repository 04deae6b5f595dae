"""Statements for the path that everything waits for, sent straight to the database's driver.

SQLAlchemy keeps the connection, its pool and the transaction. To compile a text, and to make a context and a result for
it, costs several times what a small statement costs SQLite; these do without. What a driver raises arrives as
SQLAlchemy would raise it.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import UTC, date, datetime
from operator import itemgetter
from sqlite3 import Cursor
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

_PARAMETER = re.compile(r"(?<!:):([a-z]\w*)")

Parameters = Mapping[str, Any]


class Statement:
    """SQL whose parameters stand in it as ``:name``; no literal in it holds a colon.

    *rows* is always the connection whose transaction it belongs to.
    """

    def __init__(self, sql: str) -> None:
        self.sql = sql
        #: For SQLite, whose driver looks names up more slowly than they are put in order here.
        self._marked = _PARAMETER.sub("?", sql)
        #: For PostgreSQL, which works out the type of a parameter from all its places.
        self._pyformat = _PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%"))
        #: For PostgreSQL, where it is to be told what was changed.
        self._returning = f"{self._pyformat.rstrip()} returning 1"
        #: For many rows of parameters.
        self._format = _PARAMETER.sub("%s", sql.replace("%", "%%"))
        self._ordered = _ordered(_PARAMETER.findall(sql))
        self._row: Any = None

    def ask(self, rows: Connection, parameters: Parameters) -> Reply:
        """What it gives, to be read later: behind the ``together`` that it was sent in."""
        return Reply(self, self._sent(rows, parameters))

    def first(self, rows: Connection, parameters: Parameters) -> Any:
        """The first row, its columns by name; ``None`` if there is none."""
        return self.ask(rows, parameters).first()

    def all(self, rows: Connection, parameters: Parameters) -> list[Any]:
        """Every row, its columns by name."""
        return self.ask(rows, parameters).all()

    def change(self, rows: Connection, parameters: Parameters) -> int:
        """How many rows it changed; inside ``together`` this is waited for."""
        with closing(self._sent(rows, parameters, counted=True)) as cursor:
            # PostgreSQL's driver waits for rows, not for their number.
            return cursor.rowcount if isinstance(cursor, Cursor) else len(cursor.fetchall())

    def send(self, rows: Connection, parameters: Parameters) -> None:
        """Sent, however many rows it changes; inside ``together`` it is not waited for."""
        self._sent(rows, parameters).close()

    def send_each(self, rows: Connection, parameters: Sequence[Parameters]) -> None:
        """Sent once for each of *parameters*."""
        if len(parameters) == 1:
            self.send(rows, parameters[0])
        elif parameters:
            self._sent_for_each(rows, list(map(self._ordered, parameters)))

    def _sent(self, rows: Connection, parameters: Parameters, *, counted: bool = False) -> Any:
        dialect, driver = rows.dialect, _driver(rows)
        sqlite = dialect.name == "sqlite"
        sql = self._marked if sqlite else self._returning if counted else self._pyformat
        try:
            return driver.execute(sql, self._ordered(parameters) if sqlite else parameters)
        except dialect.loaded_dbapi.Error as error:
            raise _known(rows, sql, error) from error

    def _sent_for_each(self, rows: Connection, parameters: list[tuple[Any, ...]]) -> None:
        sql = self._marked if rows.dialect.name == "sqlite" else self._format
        try:
            with closing(_driver(rows).cursor()) as cursor:
                cursor.executemany(sql, parameters)
        except rows.dialect.loaded_dbapi.Error as error:
            raise _known(rows, sql, error) from error

    def named(self, cursor: Any) -> Any:
        """What makes a row of *cursor* one whose columns have names."""
        if self._row is None:
            self._row = _row_of(cursor.description)
        return self._row


class Reply:
    """What a statement gives. It is read once."""

    __slots__ = ("_cursor", "_statement")

    def __init__(self, statement: Statement, cursor: Any) -> None:
        self._statement = statement
        self._cursor = cursor

    def first(self) -> Any:
        """The first row, its columns by name; ``None`` if there is none."""
        cursor = self._cursor
        try:
            row = cursor.fetchone()
            return None if row is None else self._statement.named(cursor)._make(row)
        finally:
            cursor.close()

    def all(self) -> list[Any]:
        """Every row, its columns by name."""
        cursor = self._cursor
        try:
            rows = cursor.fetchall()
            return list(map(self._statement.named(cursor)._make, rows))
        finally:
            cursor.close()


def together(rows: Connection) -> AbstractContextManager[None]:
    """What is sent inside travels to PostgreSQL in one journey, and the answers come back in one.

    They are carried out in the order in which they were sent, each seeing what had been committed when its own turn
    came. What one raises comes with the first answer that is waited for, at the end at the latest. Only a
    ``Statement`` is sent inside: SQLAlchemy wants every answer at once.
    """
    return _AT_ONCE if rows.dialect.name == "sqlite" else _piped(rows)


_AT_ONCE = nullcontext()


@contextmanager
def _piped(connection: Connection) -> Iterator[None]:
    try:
        with _driver(connection).pipeline():
            yield
    except connection.dialect.loaded_dbapi.Error as error:
        raise _known(connection, "", error) from error


def _ordered(names: Sequence[str]) -> Callable[[Parameters], tuple[Any, ...]]:
    """What puts parameters in the order of *names*."""
    return itemgetter(*names) if len(names) > 1 else lambda row: tuple([row[name] for name in names])


def _row_of(description: Sequence[Sequence[Any]]) -> Any:
    # PostgreSQL calls a column without a name `?column?`.
    return namedtuple("Row", [column[0] for column in description], rename=True)


def _driver(connection: Connection) -> Any:
    """The driver's own connection: what the pool wraps around it costs as much as a small statement."""
    return connection.connection.driver_connection


def stamp(instant: datetime) -> str:
    """*instant* as every database compares it: UTC, always of one width."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def day(value: Any) -> date:
    """A date, also where the database hands over its text."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def instant(value: Any) -> datetime:
    """An aware instant, also where the database hands over its text."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _known(connection: Connection, sql: str, error: Any) -> BaseException:
    """*error* as SQLAlchemy raises it, without what the parameters held. A lost connection is not used again."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(error, connection.connection.driver_connection, None)
    if lost:
        connection.invalidate(error)
    return DBAPIError.instance(
        sql, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, connection_invalidated=lost, dialect=dialect
    )  # fmt: skip
