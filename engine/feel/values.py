"""The values of FEEL in Python, and what can be said of any two of them: are they equal, which comes first.

A number is a ``Decimal``, a text a ``str``, a list a ``list``, a context a ``dict``, null is ``None``; dates and times
are those of ``datetime``, a days and time duration is a ``timedelta``. The rest is here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any
from zoneinfo import ZoneInfo

from engine.feel import limits
from engine.feel.errors import FeelError

DECIMAL = Context(
    prec=limits.DIGITS,
    Emin=-limits.EXPONENT,
    Emax=limits.EXPONENT,
    traps=[DivisionByZero, InvalidOperation, Overflow],
)

Value = Any


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A duration of whole months, such as ``P1Y6M``."""

    months: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        parts = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return f"{'-' if self.months < 0 else ''}P{parts}"


@dataclass(frozen=True, slots=True)
class Range:
    """From *low* to *high*, each end included if closed. ``op`` is that of ``> low`` and its like, else empty."""

    low: Value
    high: Value
    low_closed: bool = True
    high_closed: bool = True
    op: str = ""


@dataclass(frozen=True, slots=True)
class Function:
    """A function that an expression defined; ``call`` takes the values of ``params`` in their order."""

    params: tuple[str, ...]
    call: Callable[..., Value]


class Meter:
    """What one evaluation may still spend."""

    __slots__ = ("calls", "steps")

    def __init__(self) -> None:
        self.steps = limits.STEPS
        self.calls = limits.CALLS

    def spend(self, steps: int) -> None:
        """Take *steps* off. Raises ``FeelError`` when they are used up."""
        self.steps -= steps
        if self.steps < 0:
            raise FeelError("X004", 0, 0, limit=limits.STEPS)


_KINDS: dict[type, str] = {
    type(None): "null", Decimal: "number", int: "number", str: "string", bool: "boolean", list: "list", tuple: "list",
    dict: "context", date: "date", time: "time", datetime: "date and time", timedelta: "days and time duration",
    YearsMonths: "years and months duration", Range: "range", Function: "function",
}  # fmt: skip
_ORDERED = frozenset(
    ("number", "string", "date", "time", "date and time", "days and time duration", "years and months duration")
)


def kind(value: Value) -> str:
    """The name of the type of *value*; raises ``TypeError`` for what is no value of FEEL."""
    found = _KINDS.get(type(value))
    if found is not None:
        return found
    for type_, name in _KINDS.items():
        if isinstance(value, type_):
            return name
    raise TypeError(f"{type(value).__name__} is not a value of FEEL")


def number(value: Value) -> Decimal | None:
    """*value* if it is a number, else None."""
    if type(value) is Decimal:
        return value
    return Decimal(value) if kind(value) == "number" else None


def equal(left: Value, right: Value, meter: Meter | None = None) -> bool | None:
    """Are they equal? None for values of different kinds; null is equal to null only."""
    if left is None or right is None:
        return left is right
    one = kind(left)
    if one != kind(right):
        return None
    if one in ("number", "string", "boolean"):
        return bool(left == right)
    return _DEEP.get(one, _equal_ordered)(left, right, meter or Meter())


def _equal_lists(left: list[Value], right: list[Value], meter: Meter) -> bool | None:
    meter.spend(1 + len(left) // 10)
    return len(left) == len(right) and all(equal(a, b, meter) is True for a, b in zip(left, right, strict=True))


def _equal_contexts(left: dict[str, Value], right: dict[str, Value], meter: Meter) -> bool | None:
    meter.spend(1 + len(left) // 10)
    return left.keys() == right.keys() and all(equal(left[key], right[key], meter) is True for key in left)


def _equal_ranges(left: Range, right: Range, meter: Meter) -> bool | None:
    shape = (left.op, left.low_closed, left.high_closed) == (right.op, right.low_closed, right.high_closed)
    return shape and equal(left.low, right.low, meter) is True and equal(left.high, right.high, meter) is True


def _equal_ordered(left: Value, right: Value, _meter: Meter) -> bool | None:
    pair = _comparable(left, right)
    return None if pair is None else pair[0] == pair[1]


_DEEP: dict[str, Callable[[Any, Any, Meter], bool | None]] = {
    "list": _equal_lists,
    "context": _equal_contexts,
    "range": _equal_ranges,
    "function": lambda left, right, _meter: left is right,
}


def before(left: Value, right: Value) -> bool | None:
    """Does *left* come before *right*? None for what has no order between them."""
    pair = _comparable(left, right)
    return None if pair is None else pair[0] < pair[1]


def compare(op: str, left: Value, right: Value) -> bool | None:
    """``left op right`` for an operator of order; None where there is no order."""
    if left is None or right is None or type(left) is bool:
        return None
    pair = _comparable(left, right)
    return None if pair is None else _COMPARE[op](*pair)


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _comparable(left: Value, right: Value) -> tuple[Any, Any] | None:
    """The two as Python can compare them, if they are of one ordered kind."""
    one = kind(left)
    if one not in _ORDERED or one != kind(right):
        return None
    if one in ("time", "date and time"):
        return _instants(left, right)
    return left, right


def _instants(left: Any, right: Any) -> tuple[Any, Any] | None:
    """Two times are compared to the millisecond, and only if both or neither say where on earth."""
    if _zone(left) != _zone(right) and (left.utcoffset() is None or right.utcoffset() is None):
        return None
    return _milliseconds(left), _milliseconds(right)


def _zone(value: Any) -> str | None:
    return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None if value.tzinfo is None else "offset"


def _milliseconds(value: Any) -> Any:
    value = value.replace(microsecond=value.microsecond // 1000 * 1000)
    if isinstance(value, datetime) or value.utcoffset() is None:
        return value.replace(tzinfo=None) if isinstance(value, time) else value
    return value


def contains(range_: Range, value: Value) -> bool | None:
    """Is *value* in *range_*? None where an end or the value cannot be compared."""
    if range_.op == "=":
        return equal(value, range_.low)
    if range_.op == "!=":
        return negated(equal(value, range_.low))
    if range_.op:
        return compare(range_.op, value, range_.low if range_.high is None else range_.high)
    above = compare(">=" if range_.low_closed else ">", value, range_.low)
    below = compare("<=" if range_.high_closed else "<", value, range_.high)
    return both(above, below)


def matches(value: Value, test: Value, meter: Meter | None = None) -> bool | None:
    """Does *value* pass *test*: in a range, among the elements of a list, else equal?"""
    if type(test) is Range:
        return contains(test, value) if type(value) is not Range else equal(value, test)
    if isinstance(test, list):
        return _among(value, test, meter)
    return equal(value, test, meter)


def _among(value: Value, items: list[Value], meter: Meter | None) -> bool | None:
    """Does *value* pass one of *items*? A list may also be equal to all of them together."""
    if not isinstance(value, list):
        return either([matches(value, item, meter) for item in items])
    return equal(value, items, meter) is True or either([equal(value, item, meter) for item in items])


def negated(value: Value) -> bool | None:
    """Three-valued not."""
    return not value if type(value) is bool else None


def both(left: Value, right: Value) -> bool | None:
    """Three-valued and."""
    if left is False or right is False:
        return False
    return True if left is True and right is True else None


def either(values: list[bool | None]) -> bool | None:
    """Three-valued or over *values*; of none it is false."""
    if True in values:
        return True
    return None if None in values else False


def as_list(value: Value) -> list[Value]:
    """*value* if it is a list; alone in one if it is not."""
    return value if isinstance(value, list) else [value]
