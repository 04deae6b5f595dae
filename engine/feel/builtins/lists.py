"""Built-in functions of lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import ROUND_DOWN, Decimal
from functools import cmp_to_key
from typing import Any

from engine.feel import limits
from engine.feel.builtins.registry import builtin
from engine.feel.errors import FeelError
from engine.feel.values import DECIMAL, Function, Meter, YearsMonths, before, either, equal, kind, negated, number

_ZERO = Decimal(0)


def within(items: list[Any]) -> list[Any]:
    """*items*, unless they are too many."""
    if len(items) > limits.LIST_LENGTH:
        raise FeelError("X006", 0, 0, limit=limits.LIST_LENGTH)
    return items


def _numbers(items: list[Any]) -> list[Decimal] | None:
    """*items* if all of them are numbers and there is at least one."""
    found = [number(item) for item in items]
    return None if not found or None in found else found  # type: ignore[return-value]


def _total(items: list[Decimal]) -> Decimal:
    total = _ZERO
    for item in items:
        total = DECIMAL.add(total, item)
    return total


@builtin("count(list: list*) -> number")
def count(items: list[Any]) -> Decimal:
    return Decimal(len(items))


@builtin("sum(list: numbers*) -> number")
@builtin("sum(list: spans of days*) -> days")
@builtin("sum(list: spans of months*) -> months")
def total(items: list[Any]) -> Any:
    """Their total; durations are added too. Null for none, or if one is not a number."""
    durations = {type(item) for item in items}
    if durations == {timedelta}:
        return sum(items, timedelta())
    if durations == {YearsMonths}:
        return YearsMonths(sum(item.months for item in items))
    numbers = _numbers(items)
    return None if numbers is None else _total(numbers)


@builtin("product(list: numbers*) -> number")
def product(items: list[Any]) -> Decimal | None:
    numbers = _numbers(items)
    if numbers is None:
        return None
    result = Decimal(1)
    for item in numbers:
        result = DECIMAL.multiply(result, item)
    return result


@builtin("mean(list: numbers*) -> number")
def mean(items: list[Any]) -> Decimal | None:
    numbers = _numbers(items)
    return None if numbers is None else DECIMAL.divide(_total(numbers), Decimal(len(numbers)))


@builtin("median(list: numbers*) -> number")
def median(items: list[Any]) -> Decimal | None:
    numbers = _numbers(items)
    if numbers is None:
        return None
    numbers.sort()
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return DECIMAL.divide(DECIMAL.add(numbers[middle - 1], numbers[middle]), Decimal(2))


@builtin("stddev(list: numbers*) -> number")
def stddev(items: list[Any]) -> Decimal | None:
    """The standard deviation of a sample, so of at least two."""
    average = mean(items)
    if average is None or len(items) < 2:
        return None
    squares = [DECIMAL.power(DECIMAL.subtract(item, average), 2) for item in items]
    return DECIMAL.sqrt(DECIMAL.divide(_total(squares), Decimal(len(items) - 1)))


@builtin("mode(list: numbers*) -> numbers")
def mode(items: list[Any]) -> list[Decimal] | None:
    if not items:
        return []
    numbers = _numbers(items)
    if numbers is None:
        return None
    counted = Counter(numbers)
    most = max(counted.values())
    return sorted(item for item, times in counted.items() if times == most)


@builtin("min(list: list*) -> any")
def minimum(items: list[Any]) -> Any:
    return _extreme(items, largest=False)


@builtin("max(list: list*) -> any")
def maximum(items: list[Any]) -> Any:
    return _extreme(items, largest=True)


def _extreme(items: list[Any], *, largest: bool) -> Any:
    """The first or last of *items* in their order; null if two of them have none."""
    if not items or items[0] is None:
        return None
    best = items[0]
    if before(best, best) is None:
        return None
    for item in items[1:]:
        nearer = before(best, item) if largest else before(item, best)
        if nearer is None:
            return None
        best = item if nearer else best
    return best


@builtin("all(list: booleans*) -> boolean")
def every(items: list[Any]) -> bool | None:
    return negated(either([negated(item) for item in items]))


@builtin("any(list: booleans*) -> boolean")
def some(items: list[Any]) -> bool | None:
    return either([item if type(item) is bool else None for item in items])


@builtin("list contains(list: list, element: any~) -> boolean", metered=True)
def list_contains(meter: Meter, items: list[Any], element: Any) -> bool:
    return _where(items, element, meter) is not None


def _where(items: list[Any], element: Any, meter: Meter) -> int | None:
    return next((at for at, item in enumerate(items) if equal(item, element, meter) is True), None)


@builtin("sublist(list: list, start position: number, length: number?) -> list")
def sublist(items: list[Any], position: Decimal, length: Decimal | None = None) -> list[Any] | None:
    first = _index(items, position)
    if first is None or (length is not None and length < 1):
        return None
    return items[first:] if length is None else items[first : first + min(int(length), limits.LIST_LENGTH)]


def _index(items: list[Any], position: Decimal) -> int | None:
    """The index of a position that counts from 1, or from the end if negative; None if there is none."""
    at = int(position.to_integral_value(ROUND_DOWN)) if abs(position) <= limits.LIST_LENGTH else 0
    if at == 0 or abs(at) > len(items):
        return None
    return at - 1 if at > 0 else len(items) + at


@builtin("append(list: list, item: list+) -> list")
def append(items: list[Any], added: list[Any]) -> list[Any]:
    return within([*items, *added])


@builtin("concatenate(list: list+) -> list")
def concatenate(lists: list[Any]) -> list[Any]:
    return within([item for part in lists for item in (part if isinstance(part, list) else [part])])


@builtin("union(list: list+) -> list", metered=True)
def union(meter: Meter, lists: list[Any]) -> list[Any]:
    return distinct_values(meter, concatenate(lists))


@builtin("insert before(list: list, position: number, newItem: any~) -> list")
def insert_before(items: list[Any], position: Decimal, item: Any) -> list[Any] | None:
    at = _index(items, position)
    return None if at is None else within([*items[:at], item, *items[at:]])


@builtin("remove(list: list, position: number) -> list")
def remove(items: list[Any], position: Decimal) -> list[Any] | None:
    at = _index(items, position)
    return None if at is None else [*items[:at], *items[at + 1 :]]


@builtin("list replace(list: list, position: number|function, newItem: any~) -> list")
def list_replace(items: list[Any], position: Any, item: Any) -> list[Any] | None:
    if isinstance(position, Function):
        return _replace_where(items, position, item)
    at = _index(items, position)
    return None if at is None else [*items[:at], item, *items[at + 1 :]]


def _replace_where(items: list[Any], match: Function, new: Any) -> list[Any] | None:
    if len(match.params) != 2:
        return None
    held = [match.call(item, new) for item in items]
    if any(type(one) is not bool for one in held):
        return None
    return [new if one else item for item, one in zip(items, held, strict=True)]


@builtin("reverse(list: list) -> list")
def reverse(items: list[Any]) -> list[Any]:
    return items[::-1]


@builtin("index of(list: list, match: any~) -> numbers", metered=True)
def index_of(meter: Meter, items: list[Any], match: Any) -> list[Decimal]:
    return [Decimal(at) for at, item in enumerate(items, 1) if equal(item, match, meter) is True]


@builtin("distinct values(list: list) -> list", metered=True)
def distinct_values(meter: Meter, items: list[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        meter.spend(1 + len(found) // 20)
        if _where(found, item, meter) is None:
            found.append(item)
    return found


@builtin("duplicate values(list: list) -> list", metered=True)
def duplicate_values(meter: Meter, items: list[Any]) -> list[Any]:
    """Those that stand in *items* more than once, each once."""
    found: list[Any] = []
    for item in distinct_values(meter, items):
        meter.spend(1 + len(items) // 20)
        if sum(1 for other in items if equal(item, other, meter) is True) > 1:
            found.append(item)
    return found


@builtin("flatten(list: list) -> list", metered=True)
def flatten(meter: Meter, items: list[Any]) -> list[Any]:
    return within(list(_leaves(items, meter)))


def _leaves(items: list[Any], meter: Meter) -> Iterator[Any]:
    for item in items:
        meter.spend(1)
        if isinstance(item, list):
            yield from _leaves(item, meter)
        else:
            yield item


@builtin("sort(list: list, precedes: function?) -> list", metered=True)
def sort(meter: Meter, items: list[Any], precedes: Function | None = None) -> list[Any] | None:
    """*items* in order, or in that of *precedes*. Equal ones keep their places."""
    if precedes is not None and len(precedes.params) != 2:
        return None
    if precedes is None and not _one_order(items):
        return None
    order = precedes.call if precedes else before

    def compare(left: Any, right: Any) -> int:
        meter.spend(1)
        return -1 if order(left, right) is True else 1 if order(right, left) is True else 0

    return sorted(items, key=cmp_to_key(compare))


def _one_order(items: list[Any]) -> bool:
    return len({kind(item) for item in items}) <= 1 and all(before(item, item) is not None for item in items)
