"""Built-in functions of dates, times and durations. There is no clock here: ``today`` and ``now`` come from outside."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

from engine.feel import temporal
from engine.feel.builtins.registry import builtin
from engine.feel.errors import NotSupported
from engine.feel.values import YearsMonths

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip


def _whole(value: Decimal) -> int | None:
    """*value* as an integer; None if it is far too large for any date."""
    return int(value) if abs(value) < 10**9 and value == value.to_integral_value(ROUND_DOWN) else None


@builtin("date(from: text|moment|date) -> date")
def date_of(value: str | date) -> date | None:
    if isinstance(value, str):
        return temporal.parse_date(value)
    return value.date() if isinstance(value, datetime) else value


@builtin("date(year: number, month: number, day: number) -> date")
def date_from_parts(year: Decimal, month: Decimal, day: Decimal) -> date | None:
    parts = [_whole(part) for part in (year, month, day)]
    return None if None in parts else temporal.make_date(*parts)  # type: ignore[arg-type]


@builtin("time(from: text|time|moment|date) -> time")
def time_of(value: str | time | date) -> time | None:
    if isinstance(value, str):
        return temporal.parse_time(value)
    if isinstance(value, datetime):
        return value.timetz()
    return value if isinstance(value, time) else time(0, tzinfo=UTC)


@builtin("time(hour: number, minute: number, second: number, offset: days?~) -> time")
def time_from_parts(hour: Decimal, minute: Decimal, second: Decimal, offset: timedelta | None = None) -> time | None:
    hours, minutes, seconds = _whole(hour), _whole(minute), int(min(abs(second), Decimal(60)))
    micro = (second - seconds) * 1_000_000
    if hours is None or minutes is None or second < 0:
        return None
    if micro != micro.to_integral_value():
        raise NotSupported(str(second))
    zone = None if offset is None else temporal.make_zone(offset)
    try:
        return time(hours, minutes, seconds, int(micro), zone) if zone or offset is None else None
    except ValueError:
        return None


@builtin("date and time(from: text|moment|date) -> moment")
def moment_of(value: str | date) -> datetime | None:
    if isinstance(value, datetime):
        return value
    day = temporal.parse_date(value) if isinstance(value, str) else value
    return datetime.combine(day, time(0)) if day else temporal.parse_date_time(str(value))


@builtin("date and time(date: moment|date, time: time) -> moment")
def moment_from_parts(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock)


@builtin("duration(from: text) -> any")
def duration(text: str) -> YearsMonths | timedelta | None:
    return temporal.parse_duration(text)


@builtin("years and months duration(from: moment|date, to: moment|date) -> months")
def months_between(first: date, last: date) -> YearsMonths:
    """Whole months from *first* to *last*, negative if it lies before."""
    months = (last.year - first.year) * 12 + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    if months < 0 and last.day > first.day:
        months += 1
    return YearsMonths(months)


@builtin("day of year(date: moment|date) -> number")
def day_of_year(day: date) -> Decimal:
    return Decimal(day.timetuple().tm_yday)


@builtin("day of week(date: moment|date) -> text")
def day_of_week(day: date) -> str:
    return _WEEKDAYS[day.weekday()]


@builtin("month of year(date: moment|date) -> text")
def month_of_year(day: date) -> str:
    return _MONTHS[day.month - 1]


@builtin("week of year(date: moment|date) -> number")
def week_of_year(day: date) -> Decimal:
    return Decimal(day.isocalendar().week)


@builtin("last day of month(date: moment|date) -> number")
def last_day_of_month(day: date) -> Decimal:
    return Decimal(calendar.monthrange(day.year, day.month)[1])


def members(value: Any) -> dict[str, Any] | None:
    """What stands behind a point after a date, time or duration; None if *value* is none of these."""
    if isinstance(value, timedelta):
        return _members_of_days(value)
    if isinstance(value, YearsMonths):
        years = int(value.months / 12) if value.months >= 0 else -(-value.months // 12)
        return {"years": Decimal(years), "months": Decimal(value.months - years * 12)}
    if not isinstance(value, date | time):
        return None
    found: dict[str, Any] = {}
    if isinstance(value, date):
        found |= {"year": Decimal(value.year), "month": Decimal(value.month), "day": Decimal(value.day),
                  "weekday": Decimal(value.isoweekday())}  # fmt: skip
    return found | _members_of_clock(value) if isinstance(value, datetime | time) else found


def _members_of_clock(value: datetime | time) -> dict[str, Any]:
    zone = temporal.zone_name(value.tzinfo)
    second = Decimal(value.second) + Decimal(value.microsecond).scaleb(-6)
    return {"hour": Decimal(value.hour), "minute": Decimal(value.minute), "second": second,
            "time offset": value.utcoffset(), "timezone": zone[1:] if zone.startswith("@") else None}  # fmt: skip


def _members_of_days(value: timedelta) -> dict[str, Any]:
    sign, size = (-1, -value) if value < timedelta(0) else (1, value)
    hours, rest = divmod(size.seconds, 3600)
    parts = {"days": size.days, "hours": hours, "minutes": rest // 60, "seconds": rest % 60}
    exact = {name: Decimal(sign * part) for name, part in parts.items()}
    return exact | {"seconds": exact["seconds"] + sign * Decimal(size.microseconds).scaleb(-6)}
