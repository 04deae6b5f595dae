"""Transactions. A reading one begins by itself; ``writing`` begins one that may change rows.

SQLite has one writer at a time. A transaction that reads first and writes later fails at once when another has written
meanwhile, whatever its patience; so one that will write says so when it begins.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any
from weakref import finalize

from alembic import command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app, g, has_request_context, request
from flask_migrate import Migrate, upgrade
from sqlalchemy import Connection, Engine, event, inspect
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError, TimeoutError

from web.tables import db
from web.turns import Turns
from web.writer import Writer

MIGRATIONS = Path(__file__).parent / "migrations"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: What a full or failing disk says to whoever writes a file.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS})

#: Where a context keeps the connection that it reads on, and the one of the writing transaction that is open.
READER, OPEN = "reader", "writing"
#: Where the application keeps what begins transactions that write.
WRITER = "borang_writer"

migrate = Migrate()


def init_app(app: Flask) -> None:
    db.init_app(app)
    app.teardown_appcontext(_let_go)
    migrate.init_app(app, db, directory=str(MIGRATIONS), render_as_batch=True)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine)
            app.extensions[WRITER] = Writer(db.engine, _turns(db.engine))
        else:
            event.listen(db.engine, "checkout", _checked)
            app.extensions[WRITER] = Writer(db.engine, nullcontext)


def _let_go(_: BaseException | None) -> None:
    forget()


def reading() -> Connection:
    """Where this request reads, all of it in one transaction: the writing one while that is open."""
    known: Connection | None = g.get(OPEN) or g.get(READER)
    if known is None:
        # Not through a session: every page would pay for its book-keeping, and none writes through it.
        known = g.reader = db.engine.connect()
        known.begin()
    return known


@contextmanager
def writing() -> Iterator[Connection]:
    """One transaction that may change rows: committed at the end, or as if it had never been.

    What was read before is read again inside. Refuses to begin where nothing may change: in a GET request, or inside
    another ``writing``.
    """
    if has_request_context() and request.method in SAFE_METHODS:
        raise RuntimeError(f"a {request.method} request changes nothing")
    if OPEN in g:
        raise RuntimeError("a writing transaction is open already")
    forget()
    with current_app.extensions[WRITER].begun() as connection:
        g.writing = connection
        try:
            yield connection
        finally:
            del g.writing


@contextmanager
def connected(app: Flask) -> Iterator[None]:
    """The context of *app* for one piece of work; no connection is left open behind it."""
    with app.app_context():
        try:
            yield
        finally:
            disconnect()


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A connection that sees the database as it is now, however long it reads and whatever is written meanwhile."""
    with db.engine.connect() as connection:
        if connection.dialect.name != "sqlite":  # There, every reading transaction is one.
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
                connection.exec_driver_sql(f"set local {limit} = 0")
        yield connection
        connection.rollback()


def disconnect() -> None:
    """Closes every connection of this process; new ones are made when they are wanted."""
    forget()
    db.engine.dispose()


def forget() -> None:
    """What was read is read again: the next reading sees the database as it is then.

    That the database went away meanwhile does no harm: nothing is left to ask of it.
    """
    reader: Connection | None = g.pop(READER, None)
    if reader is None:
        return
    try:
        reader.close()
    except Exception as error:
        # It is closed by then, and the pool has given it up.
        if not unavailable(error):
            raise


def initialise() -> None:
    """Creates the tables, or brings them up to date; what they hold stays. Of several at once one does, others wait."""
    with _alone():
        if db.engine.dialect.name == "sqlite":
            # Kept in the file. Not done when a connection opens: several processes that start at once would fail.
            with db.engine.connect() as connection:
                connection.connection.driver_connection.execute("PRAGMA journal_mode = WAL")  # type: ignore[union-attr]
        upgrade(directory=str(MIGRATIONS))


@contextmanager
def _alone() -> Iterator[None]:
    """No other process on this machine prepares the same SQLite file. For PostgreSQL the migration takes a lock there.

    SQLite's own lock does not do: the switch of its journal fails at once where others are at it. The file's folder is
    locked, so that no file of ours is left.
    """
    file = db.engine.url.database
    if db.engine.dialect.name != "sqlite" or not file or file == ":memory:":
        yield
        return
    folder = os.open(Path(file).parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def migrated(rows: Connection, revision: str) -> None:
    """Brings the tables to *revision* in the transaction of *rows*, which is not ended."""
    config: Any = migrate.get_config(str(MIGRATIONS))
    config.attributes["connection"] = rows
    command.upgrade(config, revision)


def up_to_date() -> bool:
    """Whether the tables are those that this version of the service needs."""
    with db.engine.connect() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
    return set(heads) == _needed()


def fits() -> bool:
    """Whether every column that this version knows is there: before a release, tables change under one revision."""
    known = inspect(db.engine)
    there = {name: {column["name"] for column in known.get_columns(name)} for name in known.get_table_names()}
    return all({column.name for column in t.columns} <= there.get(t.name, set()) for t in db.metadata.sorted_tables)


@cache
def _needed() -> frozenset[str]:
    return frozenset(ScriptDirectory(str(MIGRATIONS)).get_heads())


def unavailable(error: BaseException) -> bool:
    """Whether *error* says that the database is away, busy or full: the same request may succeed a little later.

    Not so for a statement that is wrong, which SQLite's driver tells by the same class.
    """
    cause = error.orig if isinstance(error, OperationalError) else error
    if isinstance(cause, sqlite3.OperationalError):
        return getattr(cause, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
    if isinstance(error, OperationalError | TimeoutError):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    return isinstance(error, OSError) and error.errno in NO_ROOM


def _checked(connection: Any, record: Any, proxy: Any) -> None:
    """Whether the server still holds the other end of a connection that lay in the pool.

    A server that stops, or ends a session, says so: there is something to read where nothing was asked. To look costs
    nothing; to ask the server would cost every request a journey. All connections of that time are given up at once.
    """
    if connection.closed or _has_news(connection.fileno()):
        raise InvalidatePoolError


def _has_news(file: int) -> bool:
    poll = select.poll()
    poll.register(file, select.POLLIN)
    return bool(poll.poll(0))


def _turns(engine: Engine) -> Callable[[], AbstractContextManager[bool | None]]:
    """What makes writers of a SQLite file take turns. One in memory has a single process anyway."""
    file = engine.url.database
    if not file or file == ":memory:":
        return nullcontext
    turns = Turns(Path(file).parent)
    finalize(engine, turns.close)
    return turns.turn


def _prepare_sqlite(engine: Engine) -> None:
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begin)


def _connected(connection: Any, record: Any) -> None:
    # The driver would begin transactions when it thinks fit.
    connection.isolation_level = None
    cursor = connection.cursor()
    for setting in ("busy_timeout = 5000", "foreign_keys = ON", "synchronous = FULL"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _begin(connection: Connection) -> None:
    wanted = connection.get_execution_options().get("writing")
    # Straight to the driver: what SQLAlchemy makes around one statement costs several times this one.
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN IMMEDIATE" if wanted else "BEGIN")
