"""Built-in functions of ranges and of points on a line (DMN 1.5, table 78)."""

from __future__ import annotations

from typing import Any

from engine.feel.builtins.registry import builtin
from engine.feel.values import Range, both, compare, contains, either, equal, negated

Truth = bool | None


def _ends(value: Any) -> tuple[Any, bool, Any, bool]:
    """Low end, closed?, high end, closed? A point is a range of itself."""
    if isinstance(value, Range):
        return value.low, value.low_closed, value.high, value.high_closed
    return value, True, value, True


@builtin("before(point1: any, point2: any) -> boolean")
def comes_before(one: Any, other: Any) -> Truth:
    _, _, high, high_closed = _ends(one)
    low, low_closed, _, _ = _ends(other)
    return compare("<" if high_closed and low_closed else "<=", high, low)


@builtin("after(point1: any, point2: any) -> boolean")
def comes_after(one: Any, other: Any) -> Truth:
    return comes_before(other, one)


@builtin("meets(range1: range, range2: range) -> boolean")
def meets(one: Range, other: Range) -> Truth:
    return both(one.high_closed and other.low_closed, equal(one.high, other.low))


@builtin("met by(range1: range, range2: range) -> boolean")
def met_by(one: Range, other: Range) -> Truth:
    return meets(other, one)


@builtin("overlaps(range1: range, range2: range) -> boolean")
def overlaps(one: Range, other: Range) -> Truth:
    return negated(either([comes_before(one, other), comes_before(other, one)]))


@builtin("overlaps before(range1: range, range2: range) -> boolean")
def overlaps_before(one: Range, other: Range) -> Truth:
    """It begins earlier, and ends inside the other or with it."""
    begins = either([compare("<", one.low, other.low),
                     both(equal(one.low, other.low), one.low_closed and not other.low_closed)])  # fmt: skip
    ends = either([compare("<", one.high, other.high),
                   both(equal(one.high, other.high), other.high_closed or not one.high_closed)])  # fmt: skip
    return both(both(begins, ends), overlaps(one, other))


@builtin("overlaps after(range1: range, range2: range) -> boolean")
def overlaps_after(one: Range, other: Range) -> Truth:
    """It begins inside the other, and ends later or with it."""
    begins = either([compare(">", one.low, other.low),
                     both(equal(one.low, other.low), other.low_closed and not one.low_closed)])  # fmt: skip
    ends = either([compare(">", one.high, other.high),
                   both(equal(one.high, other.high), one.high_closed or not other.high_closed)])  # fmt: skip
    return both(both(begins, ends), overlaps(one, other))


@builtin("finishes(point: any, range: range) -> boolean")
def finishes(one: Any, other: Range) -> Truth:
    low, low_closed, high, high_closed = _ends(one)
    same_end = both(high_closed == other.high_closed, equal(high, other.high))
    return both(same_end, _begins_within(low, low_closed, other))


@builtin("finished by(range: range, point: any) -> boolean")
def finished_by(one: Range, other: Any) -> Truth:
    return finishes(other, one)


@builtin("starts(point: any, range: range) -> boolean")
def starts(one: Any, other: Range) -> Truth:
    low, low_closed, high, high_closed = _ends(one)
    same_start = both(low_closed == other.low_closed, equal(low, other.low))
    return both(same_start, _ends_within(high, high_closed, other))


@builtin("started by(range: range, point: any) -> boolean")
def started_by(one: Range, other: Any) -> Truth:
    return starts(other, one)


@builtin("includes(range: range, point: any) -> boolean")
def includes(one: Range, other: Any) -> Truth:
    if not isinstance(other, Range):
        return contains(one, other)
    return both(_begins_within(other.low, other.low_closed, one), _ends_within(other.high, other.high_closed, one))


@builtin("during(point: any, range: range) -> boolean")
def during(one: Any, other: Range) -> Truth:
    return includes(other, one)


@builtin("coincides(point1: any, point2: any) -> boolean")
def coincides(one: Any, other: Any) -> Truth:
    return equal(one, other)


def _begins_within(low: Any, closed: bool, range_: Range) -> Truth:
    same = both(equal(low, range_.low), range_.low_closed or not closed)
    return either([compare(">", low, range_.low), same])


def _ends_within(high: Any, closed: bool, range_: Range) -> Truth:
    same = both(equal(high, range_.high), range_.high_closed or not closed)
    return either([compare("<", high, range_.high), same])
