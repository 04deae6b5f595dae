"""Figures over groups of cases: records in, groups out, exact, and never one about few people.

A group with fewer people than ``at_least`` is hidden. Where exactly one group of a line of the table is hidden, it
could be had by taking the others from the whole; the next smallest of that line is hidden with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal
from itertools import product
from typing import Any

from engine import feel
from engine.model import Analysis
from engine.process import Process

#: The histogram's steps are 1, 2 or 5 of a power of ten; at most so many of them.
STEPS = 10
HISTOGRAM = "histogram"

Key = Any
Keys = tuple[Key, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What one case gives: whose it is, what it can be grouped by, and the values that may be counted."""

    person: str
    unit: str
    cycle: str
    stage: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group: its keys in the order of ``by``, how many people are in it, its figure; none where it is hidden."""

    keys: Keys
    people: int
    figure: Any
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """One step of a histogram: from ``low`` up to, not including, ``high``."""

    low: Decimal
    high: Decimal


def figures(process: Process, analysis: Analysis, records: Iterable[Record]) -> list[Group]:
    """The groups of *analysis* over *records*. A case without what it is grouped by or measured by is in none."""
    measured = measures(process, analysis)
    counted = [record for record in records if all(record.values.get(name) is not None for name in measured)]
    split = _split(process, analysis, counted)
    members: dict[Keys, list[Record]] = {}
    for record in counted:
        for keys in product(*(split(name, record) for name in analysis.by)):
            members.setdefault(keys, []).append(record)
    found = [_group(process, analysis, measured, keys, inside) for keys, inside in members.items()]
    return [
        replace(group, people=0, figure=None) if group.hidden else group
        for group in _hidden(found, analysis.at_least, [n for n, name in enumerate(analysis.by) if name != "cycle"])
    ]


def measures(process: Process, analysis: Analysis) -> list[str]:
    """The values that the measure reads."""
    heads = {path[0] for path in feel.reads(analysis.measure.parsed)}
    return [name for name in process.values if name in heads]


def reads(process: Process, analysis: Analysis) -> list[str]:
    """Every value that the analysis is made of: whoever sees it must be able to read them."""
    return list(
        dict.fromkeys([*measures(process, analysis), *(name for name in analysis.by if name in process.values)])
    )


def _group(process: Process, analysis: Analysis, measured: Sequence[str], keys: Keys, inside: list[Record]) -> Group:
    scope = {name: [record.values[name] for record in inside] for name in measured}
    figure = process.run(analysis.measure, {**scope, "case": [True] * len(inside)})
    return Group(keys=keys, people=len({record.person for record in inside}), figure=figure)


# --- what a case is grouped by ----------------------------------------------------------------------------------------

Split = Callable[[str, Record], Iterable[Key]]


def _split(process: Process, analysis: Analysis, records: Sequence[Record]) -> Split:
    step = {name: _step(records, name) for name in analysis.by if _is_spread(process, analysis, name)}

    def split(name: str, record: Record) -> Iterable[Key]:
        if name not in process.values:
            return (getattr(record, name),)
        value = record.values.get(name)
        if value is None:
            return ()
        if isinstance(value, list):
            return dict.fromkeys(item for item in value if isinstance(item, str | Decimal | bool))
        return (_span(value, step[name]),) if name in step else (value,)

    return split


def _is_spread(process: Process, analysis: Analysis, name: str) -> bool:
    return analysis.chart == HISTOGRAM and process.types.get(name) == feel.NUMBER


def _step(records: Sequence[Record], name: str) -> Decimal:
    """The smallest step with which all numbers fit in ``STEPS`` of them."""
    numbers = [record.values[name] for record in records if record.values.get(name) is not None]
    if not numbers:
        return Decimal(1)
    low, high = min(numbers), max(numbers)
    power = Decimal(1).scaleb((high - low).adjusted() - 1 if high > low else 0)
    steps = (power * factor * size for size in (1, 10, 100) for factor in (1, 2, 5))
    return next(step for step in steps if (high // step) - _floor(low, step) < STEPS)


def _floor(value: Decimal, step: Decimal) -> Decimal:
    return (value / step).to_integral_value(ROUND_FLOOR)


def _span(value: Decimal, step: Decimal) -> Span:
    low = _floor(value, step) * step
    return Span(low, low + step)


# --- what is hidden ---------------------------------------------------------------------------------------------------


def _hidden(groups: list[Group], least: int, across: Sequence[int]) -> list[Group]:
    """The groups, small ones hidden, and further ones until none can be had from a line: along each of *across*."""
    hidden = {group.keys for group in groups if group.people < least}
    lines = list(_lines(groups, across))
    while True:
        more = {_next(line, hidden) for line in lines if sum(group.keys in hidden for group in line) == 1} - {None}
        if not more:
            return [replace(group, hidden=group.keys in hidden) for group in groups]
        hidden |= more  # type: ignore[arg-type]


def _lines(groups: Iterable[Group], across: Sequence[int]) -> Iterator[list[Group]]:
    """The groups that differ in one key only: those of one row, of one column."""
    for place in across:
        found: dict[Keys, list[Group]] = {}
        for group in groups:
            found.setdefault((*group.keys[:place], *group.keys[place + 1 :]), []).append(group)
        yield from found.values()


def _next(line: Iterable[Group], hidden: set[Keys]) -> Keys | None:
    """The smallest group of *line* that is still shown."""
    shown = [group for group in line if group.keys not in hidden]
    return min(shown, key=lambda group: (group.people, str(group.keys))).keys if shown else None
