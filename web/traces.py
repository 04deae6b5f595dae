"""When something about the service itself last happened: a worker looked for work, a backup was made.

One row for each, written over. Nothing of it says who did what.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from web import instants
from web.statements import Statement, stamp

WORKER, BACKUP = "worker", "backup"

_LEAVE = Statement("""
insert into last_seen (name, at) values (:name, :at)
on conflict (name) do update set at = excluded.at where excluded.at > last_seen.at
""")
_FIND = Statement("select at from last_seen where name = :name")


def leave(rows: Connection, name: str) -> None:
    """It has happened now, by the real time. An earlier instant never replaces a later one."""
    _LEAVE.send(rows, {"name": name, "at": stamp(instants.wall(rows))})


def last(rows: Connection, name: str) -> datetime | None:
    """When it happened last; ``None`` if never."""
    row = _FIND.first(rows, {"name": name})
    if row is None:
        return None
    return row.at if isinstance(row.at, datetime) else datetime.fromisoformat(row.at)
