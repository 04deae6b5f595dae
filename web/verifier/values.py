"""Values of a receipt in Python: numbers are decimals, null is ``None``; comparing and rounding as the rules say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

#: DMN counts with 34 significant digits.
NUMBERS = Context(prec=34, rounding=ROUND_HALF_EVEN, traps=[DivisionByZero, InvalidOperation, Overflow])


class Unsupported(Exception):
    """The rule uses something that this verifier does not know. It never guesses."""


class Malformed(Exception):
    """The file is not what it says it is."""


@dataclass(frozen=True)
class Span:
    """A range; an end that is ``None`` is open to infinity."""

    low: Any = None
    high: Any = None
    low_in: bool = False
    high_in: bool = False


@dataclass(frozen=True)
class Lambda:
    """A function that a rule defines."""

    params: list[str]
    call: Callable[..., Any]


def plain(data: Any) -> Any:
    """A value as it stands in the file: ``{"$": "n", "v": "86.40"}`` is a number, ``"d"`` a day, ``"i"`` an instant."""
    if isinstance(data, list):
        return [plain(item) for item in data]
    if isinstance(data, dict):
        return _tagged(data) if "$" in data else {name: plain(item) for name, item in data.items()}
    if data is None or isinstance(data, bool | str):
        return data
    raise Malformed(f"{data!r}")


def _tagged(data: dict[str, Any]) -> Any:
    readers: dict[str, Callable[[str], Any]] = {"n": decimal, "d": date.fromisoformat, "i": datetime.fromisoformat}
    try:
        return readers[data["$"]](data["v"])
    except (KeyError, TypeError, ValueError):
        raise Malformed(f"{data!r}") from None


def decimal(text: Any) -> Decimal:
    """The number that *text* is."""
    try:
        number = Decimal(text) if isinstance(text, str) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise Malformed(f"{text!r}")
    return number


def rounded(value: Any, digits: int | None) -> Any:
    """*value* with every number in it rounded half-up to *digits* after the comma."""
    if digits is None:
        return value
    if isinstance(value, Decimal):
        return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    if isinstance(value, list):
        return [rounded(item, digits) for item in value]
    if isinstance(value, dict):
        return {name: rounded(item, digits) for name, item in value.items()}
    return value


def kind(value: Any) -> type:
    """The type of *value* as far as equality and order go."""
    return next(
        (t for t in (bool, Decimal, str, datetime, date, timedelta, list, dict) if isinstance(value, t)), type(value)
    )


def same(left: Any, right: Any) -> bool | None:
    """Are they equal? ``None`` for values of different kinds; null is equal to null only."""
    if left is None or right is None:
        return left is right
    if kind(left) is not kind(right):
        return None
    if isinstance(left, list):
        return len(left) == len(right) and all(same(a, b) is True for a, b in zip(left, right, strict=True))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) is True for name in left)
    return bool(left == right)


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def ordered(op: str, left: Any, right: Any) -> bool | None:
    """``left op right``; ``None`` where there is no order between them."""
    if kind(left) is not kind(right) or kind(left) not in (Decimal, str, date, datetime, timedelta):
        return None
    return _ORDER[op](left, right)


def within(value: Any, span: Span) -> bool | None:
    """Is *value* in *span*?"""
    low = True if span.low is None else ordered(">=" if span.low_in else ">", value, span.low)
    high = True if span.high is None else ordered("<=" if span.high_in else "<", value, span.high)
    return all_of([low, high])


def all_of(answers: list[Any]) -> bool | None:
    """Three-valued and."""
    if any(answer is False for answer in answers):
        return False
    return True if all(answer is True for answer in answers) else None


def any_of(answers: list[Any]) -> bool | None:
    """Three-valued or."""
    if any(answer is True for answer in answers):
        return True
    return False if all(answer is False for answer in answers) else None
