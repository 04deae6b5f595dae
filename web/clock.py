"""What time it is for the service. The engine has no clock: ``now`` is handed to it from here, and from nowhere else.

In the demo the date can be moved, because a year of appraisals has many deadlines. A deployment has no such thing.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask, current_app

#: The zone in which a day is counted where no region says otherwise: WIB.
ZONE = "Asia/Jakarta"
#: The zones of Indonesia by the names that people use.
ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
#: Where the demo keeps how far its date was moved.
DAYS = "days"


class Clock:
    """The real time."""

    def now(self) -> datetime:
        return wall()


class MovableClock(Clock):
    """The real time of day, some days away. How many is kept in *file*, so that a restart does not move time."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._days = int(file.read_text()) if file.exists() else 0

    def now(self) -> datetime:
        return wall() + timedelta(days=self._days)

    def move_to(self, day: date) -> None:
        """Makes *day* today."""
        self._days = (day - wall().astimezone(ZoneInfo(ZONE)).date()).days
        self._file.write_text(str(self._days))


def init_app(app: Flask, *, movable: bool) -> None:
    app.extensions["clock"] = MovableClock(Path(app.instance_path) / DAYS) if movable else Clock()


def now() -> datetime:
    """The instant that counts for appraisals, in UTC."""
    clock: Clock = current_app.extensions["clock"]
    return clock.now()


def today(zone: str = ZONE) -> date:
    """The local date of ``now`` in *zone*."""
    return day_in(zone, now())


def day_in(zone: str, instant: datetime) -> date:
    """The local date of *instant* in *zone*."""
    return instant.astimezone(ZoneInfo(zone)).date()


def wall() -> datetime:
    """The real time, also in the demo: for what protects the service, such as sessions and throttles."""
    return datetime.now(UTC)
