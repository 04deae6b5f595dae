"""What time it is where several machines must agree: the database's time, for they all ask the same one.

SQLite has no clock of its own: whoever opens its file shares the clock of one machine.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from web import clock
from web.statements import Statement

#: Clocks that a time server keeps are nearer than that.
NEAR = timedelta(seconds=1)

_CLOCK = Statement("select clock_timestamp() as at")


def wall(rows: Connection) -> datetime:
    """The real time: for what protects the service, such as how long a worker may hold a job."""
    if rows.dialect.name == "sqlite":
        return clock.wall()
    at: datetime = _CLOCK.first(rows, {}).at
    return at


def now(rows: Connection) -> datetime:
    """The instant that counts for appraisals: the service's, put right by how far this machine's clock is off."""
    return clock.now() + off(wall(rows))


def off(shared: datetime) -> timedelta:
    """By how much this machine's clock is off from the one that all share, which shows *shared* just now.

    Less than a second is the way there and back.
    """
    found = shared - clock.wall()
    return found if abs(found) >= NEAR else timedelta()
