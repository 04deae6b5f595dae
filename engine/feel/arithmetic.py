"""Sums, products and powers of values of any kind. What makes no sense is null."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.feel import limits
from engine.feel.errors import FeelError, NotSupported
from engine.feel.temporal import make_date
from engine.feel.values import DECIMAL, Value, YearsMonths, kind, number

_NUMBERS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": DECIMAL.add,
    "-": DECIMAL.subtract,
    "*": DECIMAL.multiply,
    "/": DECIMAL.divide,
    "**": DECIMAL.power,
}


def calculate(op: str, left: Value, right: Value) -> Value:
    """``left op right`` for any two values; null where FEEL gives none."""
    if left is None or right is None:
        return None
    one, other = kind(left), kind(right)
    try:
        if one == other == "number":
            return _NUMBERS[op](_exact(left), _exact(right))
        rule = _RULES.get((one, op, other))
        return None if rule is None else rule(left, right)
    except ArithmeticError:
        return None


def _exact(value: Value) -> Decimal:
    return number(value) or Decimal(0)


def negative(value: Value) -> Value:
    """``-value``"""
    if isinstance(value, YearsMonths):
        return YearsMonths(-value.months)
    if isinstance(value, timedelta):
        return -value
    return None if value is None or kind(value) != "number" else DECIMAL.minus(_exact(value))


def _joined(left: str, right: str) -> str:
    if len(left) + len(right) > limits.TEXT_LENGTH:
        raise FeelError("X007", 0, 0, limit=limits.TEXT_LENGTH)
    return left + right


def _whole(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_DOWN))


def _months_times(months: YearsMonths, factor: Decimal) -> YearsMonths:
    return YearsMonths(_whole(DECIMAL.multiply(Decimal(months.months), factor)))


def _months_by(months: YearsMonths, divisor: Decimal) -> YearsMonths:
    return YearsMonths(_whole(DECIMAL.divide(Decimal(months.months), divisor)))


def _microseconds(days: timedelta) -> Decimal:
    return Decimal(days // timedelta(microseconds=1))


def _days_of(microseconds: Decimal) -> timedelta:
    try:
        return timedelta(microseconds=_whole(microseconds))
    except OverflowError:
        raise NotSupported(str(microseconds)) from None


def _days_times(days: timedelta, factor: Decimal) -> timedelta:
    return _days_of(DECIMAL.multiply(_microseconds(days), factor))


def _days_by(days: timedelta, divisor: Decimal) -> timedelta:
    return _days_of(DECIMAL.divide(_microseconds(days), divisor))


def _later_months(moment: Any, months: YearsMonths) -> Any:
    """The same day so many months on, or the last day of a month that is shorter."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months.months, 12)
    first = make_date(year, month + 1, 1)
    if first is None:
        return None
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))


def _later(moment: Any, days: timedelta) -> Any:
    """A date is taken as its midnight; what is left of a day does not count."""
    try:
        if isinstance(moment, datetime):
            return moment + days
        return (datetime.combine(moment, time(0)) + days).date()
    except OverflowError:
        raise NotSupported(f"{moment} + {days}") from None


def _later_clock(clock: time, days: timedelta) -> time:
    return (datetime.combine(date(2000, 1, 2), clock) + timedelta(seconds=days.seconds)).timetz()


def _between(later: date, earlier: date) -> timedelta | None:
    """The time from one to the other; a date is its midnight in UTC. Null if only one of them says where on earth."""
    one, other = _moment(later), _moment(earlier)
    if (one.tzinfo is None) != (other.tzinfo is None):
        return None
    return one.astimezone(UTC) - other.astimezone(UTC) if one.tzinfo else one - other


def _moment(value: date) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time(0), tzinfo=UTC)


def _between_clocks(later: time, earlier: time) -> timedelta | None:
    if isinstance(later.tzinfo, ZoneInfo) or isinstance(earlier.tzinfo, ZoneInfo):
        return None
    if (later.tzinfo is None) != (earlier.tzinfo is None):
        return None
    day = date(2000, 1, 2)
    return datetime.combine(day, later) - datetime.combine(day, earlier)


_N, _T, _D, _M, _DT = "number", "string", "days and time duration", "years and months duration", "date and time"

_RULES: dict[tuple[str, str, str], Callable[[Any, Any], Any]] = {
    (_T, "+", _T): _joined,
    (_M, "+", _M): lambda a, b: YearsMonths(a.months + b.months),
    (_M, "-", _M): lambda a, b: YearsMonths(a.months - b.months),
    (_M, "*", _N): lambda a, b: _months_times(a, _exact(b)),
    (_N, "*", _M): lambda a, b: _months_times(b, _exact(a)),
    (_M, "/", _N): lambda a, b: _months_by(a, _exact(b)),
    (_M, "/", _M): lambda a, b: DECIMAL.divide(Decimal(a.months), Decimal(b.months)),
    (_D, "+", _D): lambda a, b: _days_of(_microseconds(a) + _microseconds(b)),
    (_D, "-", _D): lambda a, b: _days_of(_microseconds(a) - _microseconds(b)),
    (_D, "*", _N): lambda a, b: _days_times(a, _exact(b)),
    (_N, "*", _D): lambda a, b: _days_times(b, _exact(a)),
    (_D, "/", _N): lambda a, b: _days_by(a, _exact(b)),
    (_D, "/", _D): lambda a, b: DECIMAL.divide(_microseconds(a), _microseconds(b)),
    ("time", "+", _D): _later_clock,
    (_D, "+", "time"): lambda a, b: _later_clock(b, a),
    ("time", "-", _D): lambda a, b: _later_clock(a, -b),
    ("time", "-", "time"): _between_clocks,
}
_DAY_RULES: dict[tuple[str, str], Callable[[Any, Any], Any]] = {
    ("+", _M): _later_months,
    ("-", _M): lambda a, b: _later_months(a, YearsMonths(-b.months)),
    ("+", _D): _later,
    ("-", _D): lambda a, b: _later(a, -b),
    ("-", "date"): _between,
    ("-", _DT): _between,
}
for _day in ("date", _DT):
    _RULES |= {(_day, op, other): rule for (op, other), rule in _DAY_RULES.items()}
    _RULES[_M, "+", _day] = lambda a, b: _later_months(b, a)
    _RULES[_D, "+", _day] = lambda a, b: _later(b, a)
