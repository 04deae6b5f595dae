"""Built-in functions of numbers."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from typing import Any

from engine.feel import limits
from engine.feel.builtins.registry import builtin
from engine.feel.values import DECIMAL, YearsMonths

_ZERO = Decimal(0)
_NUMBER = re.compile(r"-?(?:\d{1,40}(?:\.\d{1,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,4})?", re.ASCII)
_SEPARATORS = (" ", ",", ".")


def _rounded(n: Decimal, scale: Decimal | None, how: str) -> Decimal | None:
    places = int(scale or 0)
    if not -6111 <= places <= 6176:
        return None
    exponent: Any = n.as_tuple().exponent
    if exponent >= -places and places >= 0:
        return n
    if n.adjusted() + places >= limits.DIGITS:
        return n if exponent >= -places else None
    return n.quantize(Decimal(1).scaleb(-places), rounding=how, context=DECIMAL)


@builtin("decimal(n: number, scale: number) -> number")
def decimal(n: Decimal, scale: Decimal) -> Decimal | None:
    return _rounded(n, scale, ROUND_HALF_EVEN)


@builtin("floor(n: number, scale: number?) -> number")
def floor(n: Decimal, scale: Decimal | None = None) -> Decimal | None:
    return _rounded(n, scale, ROUND_FLOOR)


@builtin("ceiling(n: number, scale: number?) -> number")
def ceiling(n: Decimal, scale: Decimal | None = None) -> Decimal | None:
    return _rounded(n, scale, ROUND_CEILING)


@builtin("round up(n: number, scale: number) -> number")
def round_up(n: Decimal, scale: Decimal) -> Decimal | None:
    return _rounded(n, scale, ROUND_UP)


@builtin("round down(n: number, scale: number) -> number")
def round_down(n: Decimal, scale: Decimal) -> Decimal | None:
    return _rounded(n, scale, ROUND_DOWN)


@builtin("round half up(n: number, scale: number) -> number")
def round_half_up(n: Decimal, scale: Decimal) -> Decimal | None:
    return _rounded(n, scale, ROUND_HALF_UP)


@builtin("round half down(n: number, scale: number) -> number")
def round_half_down(n: Decimal, scale: Decimal) -> Decimal | None:
    return _rounded(n, scale, ROUND_HALF_DOWN)


@builtin("abs(n: number) -> number")
@builtin("abs(n: months) -> months")
@builtin("abs(n: days) -> days")
def absolute(n: Any) -> Any:
    if isinstance(n, YearsMonths):
        return YearsMonths(abs(n.months))
    return abs(n) if isinstance(n, timedelta) else n.copy_abs()


@builtin("modulo(dividend: number, divisor: number) -> number")
def modulo(dividend: Decimal, divisor: Decimal) -> Decimal:
    """What is left of the dividend, with the sign of the divisor."""
    rest = DECIMAL.remainder(dividend, divisor)
    return DECIMAL.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


@builtin("sqrt(number: number) -> number")
def sqrt(number: Decimal) -> Decimal | None:
    return None if number < 0 else DECIMAL.sqrt(number)


@builtin("log(number: number) -> number")
def log(number: Decimal) -> Decimal | None:
    return DECIMAL.ln(number) if number > 0 else None


@builtin("exp(number: number) -> number")
def exp(number: Decimal) -> Decimal:
    return DECIMAL.exp(number)


@builtin("odd(number: number) -> boolean")
def odd(number: Decimal) -> bool:
    return DECIMAL.remainder(number, 2) in (1, -1)


@builtin("even(number: number) -> boolean")
def even(number: Decimal) -> bool:
    return DECIMAL.remainder(number, 2) == 0


@builtin("number(from: text) -> number")
@builtin("number(from: text, grouping separator: text~, decimal separator: text~) -> number")
def number(text: str, grouping: str | None = None, point: str | None = None) -> Decimal | None:
    """The number that *text* is; a grouping separator is a space, comma or point, a decimal one a comma or point."""
    if grouping is not None and (grouping not in _SEPARATORS or grouping == point):
        return None
    if point not in (None, ",", ".") or (grouping == "." and point is None):
        return None
    plain = text.replace(grouping, "") if grouping else text
    if point == ",":
        plain = plain.replace(".", "?").replace(",", ".")
    return DECIMAL.create_decimal(plain) if _NUMBER.fullmatch(plain) else None
