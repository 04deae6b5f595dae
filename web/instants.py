"""What time it is where several machines must agree: the database's time, for they all ask the same one.

SQLite has no clock of its own: whoever opens its file shares the clock of one machine.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from web import clock
from web.statements import Statement, connection_of

_CLOCK = Statement("select clock_timestamp() as at")


def wall(rows: Any) -> datetime:
    """The real time: for what protects the service, such as how long a worker may hold a job."""
    if connection_of(rows).dialect.name == "sqlite":
        return clock.wall()
    at: datetime = _CLOCK.first(rows, {}).at
    return at


def now(rows: Any) -> datetime:
    """The instant that counts for appraisals: the service's, put right by how far this machine's clock is off."""
    return clock.now() + (wall(rows) - clock.wall())
