"""The guards of a case, switched off: what happens then shows that a test would notice their loss.

``lock``     the case's row is locked before it is read (PostgreSQL); a transaction that will write takes its turn and
             says so when it begins (SQLite, which has one writer)
``version``  a case is written only over the version that was read
``key``      a one-time key is remembered
``journal``  no two lines of a journal have one number: the table's key
``region``   whoever opens a cycle holds its region (PostgreSQL)
``fresh``    a form counts for the visit of the stage in which it was opened
``roles``    what somebody may is read once the case is locked, not when they last looked
``cycle``    a cycle of follow-ups that somebody else makes at this moment is taken
``opening``  whoever opens a cycle looks at its definition, and writes a batch of cases only while they begin on it
``turn``     a report without a name waits for the same one that came before
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, text

from tests.races.crowd import _with, store_of
from web import database, opening, records
from web import store as store_module
from web.database import reading, writing
from web.statements import Statement
from web.tables import db

#: SQLite's single writer cannot be made two: what happens without all guards shows only here.
POSTGRESQL = pytest.mark.parametrize("place", ["postgresql"], indirect=True)


@contextmanager
def without(app: Flask, *guards: str) -> Iterator[None]:
    """The service without some of its guards."""
    whole = store_of(app)
    off = frozenset(guards)
    keys = _with(whole.keys, _WeakKeys, off=off)
    app.extensions["store"] = _with(whole, _Weakened, off=off, looked={}, keys=keys)
    with app.app_context():
        engine = db.engine
        if "journal" in guards:
            _drop_key()
    deferred = "lock" in guards and engine.dialect.name == "sqlite"
    with pytest.MonkeyPatch.context() as patch:
        if "version" in guards:
            patch.setattr(records, "_UPDATE", _cut(records._UPDATE, "and version = :was"))
        if "cycle" in guards:
            patch.setattr(
                store_module, "_CYCLE", _cut(store_module._CYCLE, "on conflict (origin_id, definition) do nothing")
            )
        if "region" in guards:
            patch.setattr(opening, "_LOCK", _cut(opening._LOCK, "for no key update"))
        if "opening" in guards:
            patch.setattr(opening, "_MOVE_ON", _cut(opening._MOVE_ON, "and definition = :definition"))
            patch.setattr(opening.Opening, "_reached", _reached)
        if "fresh" in guards:
            patch.setattr(store_module, "fresh", lambda *arguments: None)
        if deferred:
            patch.setattr(app.extensions[database.WRITER], "turns", nullcontext)
            _swap(engine, database._begin, _deferred)
        try:
            yield
        finally:
            if deferred:
                _swap(engine, _deferred, database._begin)
            app.extensions["store"] = whole


class _Weakened:
    off: frozenset[str]
    looked: dict[tuple[str, str], Any]

    def _held(self, rows: Any, person: str, case: str, *found: Any) -> Any:
        if "roles" not in self.off or (person, case) not in self.looked:
            self.looked[person, case] = super()._held(rows, person, case, *found)  # type: ignore[misc]
        return self.looked[person, case]

    def _locking(self, *arguments: Any) -> Any:
        return None if "lock" in self.off else super()._locking(*arguments)  # type: ignore[misc]


class _WeakKeys:
    off: frozenset[str]

    def take_turn(self, *arguments: Any) -> None:
        if "turn" not in self.off:
            super().take_turn(*arguments)  # type: ignore[misc]

    def seen(self, *arguments: Any) -> Any:
        return None if "key" in self.off else super().seen(*arguments)  # type: ignore[misc]

    def remember(self, *arguments: Any, **more: Any) -> None:
        if "key" not in self.off:
            super().remember(*arguments, **more)  # type: ignore[misc]


def _reached(self: opening.Opening) -> Any:
    return opening._REACHED.first(reading(), {"cycle": self.cycle.id}).opening


def _cut(statement: Statement, part: str) -> Statement:
    """*statement* without a part of it."""
    assert part in statement.sql
    return Statement(statement.sql.replace(part, ""))


def _drop_key() -> None:
    """On PostgreSQL only, and for good: the test's database is thrown away."""
    with writing() as rows:
        rows.execute(text("alter table journal drop constraint pk_journal"))


def _deferred(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")


def _swap(engine: Engine, one: Any, other: Any) -> None:
    event.remove(engine, "begin", one)
    event.listen(engine, "begin", other)
