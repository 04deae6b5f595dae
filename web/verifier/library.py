"""The functions of FEEL that rules call. An argument of the wrong kind makes the result null."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
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
from functools import cmp_to_key
from typing import Any

from web.verifier.values import NUMBERS, Lambda, Unsupported, all_of, any_of, kind, ordered, same

Function = Callable[..., Any]


def _listed(arguments: tuple[Any, ...]) -> list[Any] | None:
    """One list, or the arguments themselves."""
    if len(arguments) == 1:
        return arguments[0] if isinstance(arguments[0], list) or arguments[0] is None else [arguments[0]]
    return list(arguments)


def _numbers(arguments: tuple[Any, ...]) -> list[Decimal] | None:
    items = _listed(arguments)
    return items if items and all(isinstance(item, Decimal) for item in items) else None


def _sum(*arguments: Any) -> Any:
    items = _numbers(arguments)
    return None if items is None else _added(items)


def _added(items: list[Decimal]) -> Decimal:
    total = Decimal(0)
    for item in items:
        total = NUMBERS.add(total, item)
    return total


def _mean(*arguments: Any) -> Any:
    items = _numbers(arguments)
    return None if items is None else NUMBERS.divide(_added(items), Decimal(len(items)))


def _product(*arguments: Any) -> Any:
    items = _numbers(arguments)
    total = Decimal(1)
    for item in items or ():
        total = NUMBERS.multiply(total, item)
    return None if items is None else total


def _count(*arguments: Any) -> Any:
    items = _listed(arguments)
    return None if items is None else Decimal(len(items))


def _extreme(sign: str) -> Function:
    def call(*arguments: Any) -> Any:
        items = _listed(arguments)
        if not items or ordered("<", items[0], items[0]) is None:
            return None
        best = items[0]
        for item in items[1:]:
            nearer = ordered(sign, item, best)
            if nearer is None:
                return None
            best = item if nearer else best
        return best

    return call


def _median(*arguments: Any) -> Any:
    items = _numbers(arguments)
    if items is None:
        return None
    items, middle = sorted(items), len(items) // 2
    return items[middle] if len(items) % 2 else _mean([items[middle - 1], items[middle]])


def _to_places(how: str) -> Function:
    def call(number: Any, places: Any = Decimal(0)) -> Any:
        if not isinstance(number, Decimal) or not isinstance(places, Decimal):
            return None
        if not -6111 <= places <= 6176:
            return None
        exponent = number.as_tuple().exponent
        if isinstance(exponent, int) and places >= 0 and exponent >= -places:
            return number
        return number.quantize(Decimal(1).scaleb(-int(places)), rounding=how)

    return call


def _modulo(number: Any, divisor: Any) -> Any:
    if not isinstance(number, Decimal) or not isinstance(divisor, Decimal) or divisor == 0:
        return None
    rest = NUMBERS.remainder(number, divisor)
    return NUMBERS.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


def _abs(number: Any) -> Any:
    return number.copy_abs() if isinstance(number, Decimal) else None


def _sublist(items: Any, start: Any, length: Any = None) -> Any:
    if not isinstance(items, list) or not isinstance(start, Decimal) or start == 0 or abs(start) > len(items):
        return None
    first = int(start) - 1 if start > 0 else len(items) + int(start)
    if length is None:
        return items[first:]
    last = first + int(length)
    return items[first:last] if int(length) >= 1 and last <= len(items) else None


def _sort(items: Any, precedes: Any = None) -> Any:
    if not isinstance(items, list):
        return None
    if precedes is None and any(ordered("<", a, b) is None for a in items[:1] for b in items):
        return None
    before = precedes.call if isinstance(precedes, Lambda) else lambda a, b: ordered("<", a, b)
    return sorted(items, key=cmp_to_key(lambda a, b: -1 if before(a, b) is True else int(before(b, a) is True)))


def _has(items: Any, element: Any) -> Any:
    return any(same(item, element) is True for item in items) if isinstance(items, list) else None


def _index_of(items: Any, element: Any) -> Any:
    found = [Decimal(at) for at, item in enumerate(items or [], 1) if same(item, element) is True]
    return found if isinstance(items, list) else None


def _distinct(items: Any) -> Any:
    found: list[Any] = []
    for item in items if isinstance(items, list) else ():
        found += [] if _has(found, item) else [item]
    return found if isinstance(items, list) else None


def _concatenate(*lists: Any) -> Any:
    return [item for one in lists for item in (one if isinstance(one, list) else [one])]


def _union(*lists: Any) -> Any:
    return _distinct(_concatenate(*lists))


def _duplicates(items: Any) -> Any:
    found = _distinct(items)
    return found and [one for one in found if sum(same(one, item) is True for item in items) > 1]


def _place(items: Any, position: Any) -> int | None:
    """The index that a position from 1, or from the end, stands for."""
    if not isinstance(items, list) or not isinstance(position, Decimal) or position == 0 or abs(position) > len(items):
        return None
    return int(position) - 1 if position > 0 else len(items) + int(position)


def _remove(items: Any, position: Any) -> Any:
    at = _place(items, position)
    return None if at is None else [*items[:at], *items[at + 1 :]]


def _insert(items: Any, position: Any, item: Any) -> Any:
    at = _place(items, position)
    return None if at is None else [*items[:at], item, *items[at:]]


def _append(items: Any, *more: Any) -> Any:
    return [*items, *more] if isinstance(items, list) else None


def _flatten(items: Any) -> Any:
    if not isinstance(items, list):
        return None
    return [leaf for item in items for leaf in (_flatten(item) if isinstance(item, list) else [item])]


def _reverse(items: Any) -> Any:
    return items[::-1] if isinstance(items, list) else None


def _entries(context: Any) -> Any:
    return [{"key": k, "value": v} for k, v in context.items()] if isinstance(context, dict) else None


def _member(context: Any, key: Any) -> Any:
    return context.get(key) if isinstance(context, dict) and isinstance(key, str) else None


def _not(value: Any) -> Any:
    return not value if isinstance(value, bool) else None


def _all(*arguments: Any) -> Any:
    items = _listed(arguments)
    return None if items is None or not arguments else all_of(items)


def _any(*arguments: Any) -> Any:
    items = _listed(arguments)
    return None if items is None or not arguments else any_of(items)


def _texts(test: Callable[[str, str], Any]) -> Function:
    def call(text: Any, other: Any) -> Any:
        return test(text, other) if isinstance(text, str) and isinstance(other, str) else None

    return call


def _text(call: Callable[[str], Any]) -> Function:
    return lambda text: call(text) if isinstance(text, str) else None


def _join(items: Any, between: Any = None) -> Any:
    return (between or "").join(i for i in items if i is not None) if isinstance(items, list) else None


def _string(value: Any) -> Any:
    """A single value as text; how lists and contexts are written no rule has needed so far."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if kind(value) is date:
        return value.isoformat()
    raise Unsupported(f"string({type(value).__name__})")


def _substring(text: Any, start: Any, length: Any = None) -> Any:
    if not isinstance(text, str) or not isinstance(start, Decimal) or int(start) == 0:
        return None
    first = int(start) - 1 if start > 0 else max(0, len(text) + int(start))
    if length is None:
        return text[first:]
    return text[first : first + int(length)] if length >= 1 else None


def _before(text: str, match: str) -> str:
    head, found, _rest = text.partition(match) if match else ("", "", "")
    return head if found else ""


def _after(text: str, match: str) -> str:
    return text.partition(match)[2] if match else text


def _even(number: Any) -> Any:
    return NUMBERS.remainder(number, Decimal(2)) == 0 if isinstance(number, Decimal) else None


def _odd(number: Any) -> Any:
    return abs(NUMBERS.remainder(number, Decimal(2))) == 1 if isinstance(number, Decimal) else None


def _number(text: Any, *separators: Any) -> Any:
    if separators:
        raise Unsupported("number(text, …)")
    return Decimal(text) if isinstance(text, str) and text.replace(".", "", 1).lstrip("-").isdigit() else None


def _only(type_: type, value: Any) -> Any:
    return value if isinstance(value, type_) else None


_DAYS = re.compile(r"(-?)P(\d{1,6})D")


def _duration(text: Any) -> Any:
    """Whole days; other spans of time no rule has needed so far."""
    found = _DAYS.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise Unsupported(f"duration({text!r})")
    return timedelta(days=int(found[2])) * (-1 if found[1] else 1)


def _date(*parts: Any) -> Any:
    try:
        if len(parts) == 1 and isinstance(parts[0], datetime):
            return parts[0].date()
        if len(parts) == 1:
            return date.fromisoformat(parts[0]) if isinstance(parts[0], str) else _only(date, parts[0])
        return date(*[int(part) for part in parts])
    except (TypeError, ValueError):
        return None


FUNCTIONS: dict[str, Function] = {
    "sum": _sum, "mean": _mean, "product": _product, "count": _count, "median": _median,
    "min": _extreme("<"), "max": _extreme(">"), "abs": _abs, "modulo": _modulo,
    "floor": _to_places(ROUND_FLOOR), "ceiling": _to_places(ROUND_CEILING), "decimal": _to_places(ROUND_HALF_EVEN),
    "round up": _to_places(ROUND_UP), "round down": _to_places(ROUND_DOWN),
    "round half up": _to_places(ROUND_HALF_UP), "round half down": _to_places(ROUND_HALF_DOWN),
    "sublist": _sublist, "sort": _sort, "list contains": _has, "index of": _index_of, "distinct values": _distinct,
    "concatenate": _concatenate, "append": _append, "flatten": _flatten, "reverse": _reverse,
    "union": _union, "duplicate values": _duplicates, "remove": _remove, "insert before": _insert,
    "even": _even, "odd": _odd, "string": _string, "substring": _substring,
    "substring before": _texts(_before), "substring after": _texts(_after),
    "get entries": _entries, "get value": _member, "not": _not, "all": _all, "any": _any,
    "starts with": _texts(str.startswith), "ends with": _texts(str.endswith), "contains": _texts(str.__contains__),
    "string length": _text(lambda text: Decimal(len(text))), "upper case": _text(str.upper),
    "lower case": _text(str.lower), "string join": _join, "number": _number, "date": _date, "duration": _duration,
}  # fmt: skip


#: They take single values; a list of one element stands for the element.
_SINGLE = frozenset(
    ("abs", "modulo", "floor", "ceiling", "decimal", "round up", "round down", "round half up", "round half down",
     "starts with", "ends with", "contains", "string length", "upper case", "lower case", "substring",
     "substring before", "substring after", "number", "date", "duration", "not", "odd", "even")
)  # fmt: skip


def called(name: str, arguments: list[Any]) -> Any:
    """What the function *name* of FEEL gives for *arguments*."""
    if name not in FUNCTIONS:
        raise Unsupported(f"{name}()")
    if name in _SINGLE:
        arguments = [one[0] if isinstance(one, list) and len(one) == 1 else one for one in arguments]
    try:
        return FUNCTIONS[name](*arguments)
    except (ArithmeticError, TypeError):
        return None
