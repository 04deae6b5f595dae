"""What people have filled in and not sent. Kept as typed, for each case, task and person; it outlives the session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.jsontext import dumped, loaded
from web.statements import Statement

Typed = dict[str, list[str]]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A draft: what was typed, in which visit of the stage, how often it was saved."""

    typed: Typed
    entry: int
    version: int
    saved_at: datetime


_FIND = Statement("""
select typed, entry, version, saved_at from draft where case_id = :c and duty = :d and person_id = :p
""")
_SAVE = Statement("""
insert into draft (case_id, duty, person_id, entry, version, saved_at, typed)
values (:c, :d, :p, :entry, 1, :at, :typed)
on conflict (case_id, duty, person_id) do update
set entry = :entry, version = draft.version + 1, saved_at = :at, typed = :typed
""")
_DROP = Statement("delete from draft where case_id = :c and duty = :d and person_id = :p")
_MINE = Statement("select case_id, duty, entry from draft where person_id = :p")


def find(rows: Connection, case_id: str, duty: str, person: str) -> Draft | None:
    """The draft of *person* for this task, if there is one."""
    row = _FIND.first(rows, {"c": case_id, "d": duty, "p": person})
    if row is None:
        return None
    saved = row.saved_at if isinstance(row.saved_at, datetime) else datetime.fromisoformat(row.saved_at)
    return Draft(typed=loaded(row.typed), entry=row.entry, version=row.version, saved_at=saved)


def save(rows: Connection, case_id: str, duty: str, person: str, *, typed: Typed, entry: int, now: datetime) -> None:
    """Keep *typed* instead of what was kept before."""
    data = {"c": case_id, "d": duty, "p": person, "entry": entry, "at": now.isoformat()}
    _SAVE.send(rows, {**data, "typed": dumped(typed)})


def drop(rows: Connection, case_id: str, duty: str, person: str) -> None:
    """Nothing is left of the draft."""
    _DROP.send(rows, {"c": case_id, "d": duty, "p": person})


def mine(rows: Connection, person: str) -> set[tuple[str, str, int]]:
    """Case, task and visit of every draft of *person*."""
    return {tuple(row) for row in _MINE.all(rows, {"p": person})}
