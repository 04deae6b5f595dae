"""What ``for``, ``some`` and ``every`` go through."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from engine.feel import limits
from engine.feel.errors import FeelError
from engine.feel.values import Range, Value

Frame = list[Any]
Run = Callable[[Frame], Value]


class NotCountable(Exception):
    """There is no list to go through, so the loop is null."""


def rows(frame: Frame, bindings: Sequence[tuple[int, Run, Run | None]], cost: int) -> Iterator[None]:
    """Set the slots of *bindings* to each combination in turn, the last one fastest. Each takes *cost* steps."""
    slot, source, last = bindings[0]
    meter = frame[1]
    for value in _elements(source(frame), None if last is None else last(frame), counted=last is not None):
        meter.spend(cost)
        frame[slot] = value
        if len(bindings) == 1:
            yield
        else:
            yield from rows(frame, bindings[1:], cost)


def _elements(source: Value, last: Value, *, counted: bool) -> Sequence[Value]:
    """The values to go through: those of a list, or from *source* to *last*."""
    if counted:
        return _counted(source, last)
    if isinstance(source, Range):
        return _counted_range(source)
    if source is None:
        raise NotCountable
    return source if isinstance(source, list) else [source]


def _counted_range(source: Range) -> Sequence[Value]:
    if source.op or source.low is None or source.high is None:
        raise NotCountable
    values = _counted(source.low, source.high)
    begin = 0 if source.low_closed else 1
    return values[begin : len(values) if source.high_closed else len(values) - 1]


def _counted(first: Value, last: Value) -> Sequence[Value]:
    """Whole numbers or days from *first* to *last*, downwards if that is the way."""
    if type(first) is date and type(last) is date:
        step = timedelta(days=1 if last >= first else -1)
        return [first + step * at for at in range(_within(abs((last - first).days) + 1))]
    if not _is_whole(first) or not _is_whole(last):
        raise NotCountable
    low, high = int(first), int(last)
    step_ = 1 if high >= low else -1
    _within(abs(high - low) + 1)
    return [Decimal(at) for at in range(low, high + step_, step_)]


def _is_whole(value: Value) -> bool:
    return isinstance(value, Decimal | int) and type(value) is not bool and value == int(value)


def _within(count: int) -> int:
    if count > limits.LIST_LENGTH:
        raise FeelError("X006", 0, 0, limit=limits.LIST_LENGTH)
    return count
