"""Working days: which days are worked, and which day is so many of them after another. Pure functions of the day.

The national days, public holidays and shared leave (cuti bersama), are those of the package ``holidays`` in the version
of this release; a process adds its own and corrects them (``calendar`` of a definition). The package takes half a
second to load, so it is loaded when the first deadline in working days is counted, and not before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

#: The days of the week as a definition names them, in the order of ``date.weekday``.
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKEND = frozenset({WEEK.index("saturday"), WEEK.index("sunday")})

_PUBLIC, _SHARED_LEAVE = "public", "government"


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The days that are worked in one process. What it says itself goes before the national days.

    ``holidays`` are its own, ``working`` the days that are worked whatever else is said of them.
    """

    weekend: frozenset[int] = WEEKEND
    holidays: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()

    def works(self, day: date) -> bool:
        """Whether people work on *day*."""
        if day in self.working:
            return True
        return day not in self.holidays and day.weekday() not in self.weekend and day not in national_days(day.year)

    def after(self, day: date, days: int) -> date:
        """The day that is *days* working days after *day*, which itself does not count."""
        while days:
            day += timedelta(days=1)
            days -= self.works(day)
        return day


@cache
def national_days(year: int) -> Mapping[date, str]:
    """The public holidays and days of shared leave of *year*, by name."""
    return _days(year, _PUBLIC, _SHARED_LEAVE)


@cache
def is_decided(year: int) -> bool:
    """Whether the shared leave of *year* is known. The decree comes in the autumn before; until then its public
    holidays are calculated, and days can still be added."""
    return bool(_days(year, _SHARED_LEAVE))


def _days(year: int, *categories: str) -> Mapping[date, str]:
    from holidays import country_holidays  # half a second, which only deadlines in working days need

    return dict(country_holidays("ID", years=year, categories=categories, language="id"))
