"""Dates, times and durations as ISO 8601 writes them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.feel.errors import NotSupported
from engine.feel.values import YearsMonths

_DATE = r"(?P<year>-?(?:[1-9]\d{4,8}|\d{4}))-(?P<month>\d\d)-(?P<day>\d\d)"
_ZONE = r"(?P<zone>Z|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z][\w+-]*(?:/[\w+-]+)*)?"
_TIME = rf"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d{{1,30}}))?{_ZONE}"
_DATE_ONLY = re.compile(_DATE, re.ASCII)
_TIME_ONLY = re.compile(_TIME, re.ASCII)
_DATE_TIME = re.compile(f"{_DATE}T{_TIME}", re.ASCII)
_MONTHS = re.compile(r"(-)?P(?=\d)(?:(\d{1,15})Y)?(?:(\d{1,15})M)?", re.ASCII)
_DAYS = re.compile(
    r"(-)?P(?=\d|T\d)(?:(\d{1,15})D)?(?:T(?=\d)(?:(\d{1,15})H)?(?:(\d{1,15})M)?(?:(\d{1,15})(?:\.(\d{1,30}))?S)?)?",
    re.ASCII,
)
_LARGEST_OFFSET = timedelta(hours=18)


def parse(text: str) -> Any:
    """The date, time, date and time or duration that *text* is; None if it is none."""
    for read in (parse_date, parse_date_time, parse_time, parse_duration):
        value = read(text)
        if value is not None:
            return value
    return None


def parse_date(text: str) -> date | None:
    """The date that *text* is, such as ``2025-06-30``."""
    match = _DATE_ONLY.fullmatch(text)
    return make_date(int(match["year"]), int(match["month"]), int(match["day"])) if match else None


def make_date(year: int, month: int, day: int) -> date | None:
    """That day, or None if there is no such day. Raises ``NotSupported`` for years outside 1 to 9999."""
    if not 1 <= month <= 12 or not 1 <= day <= 31 or abs(year) > 999_999_999:
        return None
    if not 1 <= year <= 9999:
        raise NotSupported(f"{year}-{month:02}-{day:02}")
    try:
        return date(year, month, day)
    except ValueError:
        return None


def parse_time(text: str) -> time | None:
    """The time of day that *text* is, such as ``08:00:00+07:00`` or ``08:00:00@Asia/Jakarta``."""
    match = _TIME_ONLY.fullmatch(text)
    return _time(match) if match else None


def parse_date_time(text: str) -> datetime | None:
    """The date and time that *text* is."""
    match = _DATE_TIME.fullmatch(text)
    if not match:
        return None
    midnight = text.replace("T24:00:00", "T00:00:00")
    if midnight != text:
        begun = parse_date_time(midnight)
        return begun and begun + timedelta(days=1)
    clock = _time(match)
    day = make_date(int(match["year"]), int(match["month"]), int(match["day"])) if clock else None
    return datetime.combine(day, clock) if day and clock else None


def _time(match: re.Match[str]) -> time | None:
    zone = _zone(match["zone"])
    if match["zone"] and zone is None:
        return None
    try:
        return time(int(match["hour"]), int(match["minute"]), int(match["second"]), _micro(match["fraction"]), zone)
    except ValueError:
        return None


def _micro(fraction: str | None) -> int:
    """Millionths of a second. Finer ones are refused: dropping them would be a wrong value."""
    digits = (fraction or "").rstrip("0")
    if len(digits) > 6:
        raise NotSupported(f"0.{digits}")
    return int(digits.ljust(6, "0") or 0)


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text[0] == "@":
        return _named_zone(text[1:])
    if text == "Z":
        return timezone.utc  # noqa: UP017
    hours, minutes, *seconds = (int(part) for part in text[1:].split(":"))
    offset = timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))
    return make_zone(-offset if text[0] == "-" else offset) if minutes < 60 else None


def make_zone(offset: timedelta) -> tzinfo | None:
    """The zone that is *offset* from UTC, or None if none can be so far."""
    return timezone(offset) if abs(offset) <= _LARGEST_OFFSET else None


def _named_zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def parse_duration(text: str) -> YearsMonths | timedelta | None:
    """The duration that *text* is, such as ``P1Y2M`` or ``P3DT4H``."""
    match = _MONTHS.fullmatch(text)
    if match:
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return YearsMonths(-months if match[1] else months)
    match = _DAYS.fullmatch(text)
    return _days(match) if match else None


def _days(match: re.Match[str]) -> timedelta:
    sign, *numbers, fraction = match.groups()
    days, hours, minutes, seconds = (int(number or 0) for number in numbers)
    try:
        value = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=_micro(fraction))
        return -value if sign else value
    except OverflowError:
        raise NotSupported(match[0]) from None


def written(value: Any) -> str:
    """A date, time or duration as text, the way it would be typed."""
    if isinstance(value, timedelta):
        return _written_days(value)
    if isinstance(value, datetime):
        return f"{value.date().isoformat()}T{_written_time(value)}"
    if isinstance(value, time):
        return _written_time(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _written_time(value: datetime | time) -> str:
    clock = value.replace(tzinfo=None).isoformat().rpartition("T")[2]
    if value.microsecond:
        clock = clock.rstrip("0")
    return clock + zone_name(value.tzinfo)


def zone_name(zone: tzinfo | None) -> str:
    """How a zone is written after a time."""
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo):
        return f"@{zone.key}"
    offset = zone.utcoffset(None)
    return "Z" if not offset else time(tzinfo=zone).isoformat()[8:]


def _written_days(value: timedelta) -> str:
    sign, value = ("-", -value) if value < timedelta(0) else ("", value)
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    exact = (Decimal(seconds) + Decimal(value.microseconds).scaleb(-6)).normalize()
    amounts = ((Decimal(hours), "H"), (Decimal(minutes), "M"), (exact, "S"))
    clock = "".join(f"{amount:f}{unit}" for amount, unit in amounts if amount)
    days = f"{value.days}D" if value.days else ""
    return f"{sign}P{days}{'T' + clock if clock else ''}" if days or clock else "PT0S"
