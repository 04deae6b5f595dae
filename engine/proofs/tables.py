"""Decision tables: every answer gets a row, every row an answer, and no rating is out of reach.

Exact: the domain of each input is split at the constants of its cells (``engine.proofs.domains``). What cells of
general FEEL mean is asked of z3 (``engine.proofs.branches``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from engine import feel
from engine.draft import Draft
from engine.model import DecisionTable
from engine.proofs.domains import OTHER_TEXT, Part, parts_of
from engine.proofs.witness import Witness
from engine.words import Decision

#: So many combinations of parts are looked at one by one.
COMBINATIONS = 100_000

NULL = Part(None)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table over parts of its inputs: which rows hold for each part of each input, as bits."""

    table: DecisionTable
    decision: Decision
    axes: tuple[tuple[Part, ...], ...]

    def bits(self, axis: int, part: Part) -> int:
        return sum(1 << number for number, row in enumerate(self.decision.rows) if row.tests[axis](part.sample))

    def told_apart(self, *, null: bool) -> list[list[tuple[Part, int]]]:
        """Of each axis one part for each set of rows; with null, which is an answer too, only where a row wants it."""
        return [self._told_apart(axis, parts, null) for axis, parts in enumerate(self.axes)]

    def _told_apart(self, axis: int, parts: Sequence[Part], null: bool) -> list[tuple[Part, int]]:
        kinds: dict[int, Part] = {}
        for part in parts:
            kinds.setdefault(self.bits(axis, part), part)
        if null:
            kinds.setdefault(self.bits(axis, NULL), NULL)
        return [(part, bits) for bits, part in kinds.items()]

    def cases(self, *, null: bool) -> Iterator[tuple[tuple[Part, ...], int]]:
        """Each combination of parts, and the rows that hold for it."""
        everything = (1 << len(self.decision.rows)) - 1
        for case in product(*self.told_apart(null=null)):
            held = everything
            for _, bits in case:
                held &= bits
            yield tuple(part for part, _ in case), held

    def size(self) -> int:
        return prod(len(kinds) for kinds in self.told_apart(null=True))

    def witness(self, case: Sequence[Part]) -> Witness:
        return Witness(tuple(zip(self.table.inputs, (part.sample for part in case), strict=True)))


def grid_of(draft: Draft, table: DecisionTable) -> Grid | None:
    """*table* over the parts of its inputs; ``None`` where cells are more than plain tests."""
    axes = []
    for number, (name, word) in enumerate(table.inputs.items()):
        called = draft.called.get((table.id, name), ())
        parts = parts_of(draft.words, word, [row[number].text for row in table.rows], called)
        if parts is None:
            return None
        axes.append(parts)
    return Grid(table, draft.words.decisions[table.id], tuple(axes))


def check_table(draft: Draft, table: DecisionTable, grid: Grid) -> bool:
    """Report gaps, rows that never fire and ratings that never come. Whether there was none of them."""
    if grid.size() > COMBINATIONS:
        (table.at / "rows").of_key().report("W11", warning=True, name=table.id)
        return False
    before = len(draft.files.problems)
    _check_gap(table, grid)
    _check_rows(table, grid)
    _check_results(draft, table)
    return len(draft.files.problems) == before


def _check_gap(table: DecisionTable, grid: Grid) -> None:
    other = any(part.sample == OTHER_TEXT for parts in grid.axes for part in parts)
    gaps = (case for case, held in grid.cases(null=False) if not held)
    gap = next((case for case in gaps if not other or all(part.sample != OTHER_TEXT for part in case)), None)
    if gap is not None:
        (table.at / "rows").of_key().report("E11table", table=table.id, witness=grid.witness(gap))


def _check_rows(table: DecisionTable, grid: Grid) -> None:
    """Report rows that never fire."""
    fired: set[int] = set()
    caught: dict[int, tuple[int, tuple[Part, ...]]] = {}
    for case, held in grid.cases(null=True):
        first = _first(held)
        if first is None:
            continue
        fired.add(first)
        for number in range(len(table.rows)):
            if number != first and held >> number & 1:
                caught.setdefault(number, (first, case))
    for number in range(len(table.rows)):
        at = table.at / "rows" / number
        if number in fired:
            continue
        if number in caught:
            first, case = caught[number]
            at.report("E12row", row=number + 1, other=first + 1, witness=grid.witness(case))
        else:
            at.report("E12cell", row=number + 1, table=table.id)


def _first(held: int) -> int | None:
    return (held & -held).bit_length() - 1 if held else None


def _check_results(draft: Draft, table: DecisionTable) -> None:
    """A rating that no row gives: told as a warning, for a process may do without it on purpose."""
    choices = draft.words.choices.get(table.output)
    results = [row[-1] for row in table.rows]
    if choices is None or not choices.ordered or any(result.formula for result in results):
        return
    for option in choices.options:
        if option not in {result.text for result in results}:
            (table.at / "output").report("W12", warning=True, table=table.id, result=option)


def result_of(grid: Grid, case: Sequence[Part]) -> Any:
    """What the table gives for *case*."""
    return grid.decision(*(part.sample for part in case)).result


def is_rating(draft: Draft, word: str) -> bool:
    """Whether *word* is a list of options, worst first."""
    choices = draft.words.choices.get(word)
    return choices is not None and choices.ordered and isinstance(draft.words.type_of(word), feel.Codes)
