"""A better answer never gives a worse rating.

Applies where it can be meant: a table whose output is a list of options with an order, or numbers over ordered inputs
alone, and the inputs of it that have an order. Which way is better is not assumed: a table may fall all the way
(waiting time, quality), only not fall here and rise there (docs/decisions/0012).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import prod
from typing import Any

from engine.draft import Draft
from engine.feel.nodes import Arithmetic, Call, If, ListLiteral, Literal, Name, Negate, Node, Path
from engine.kinds import Scale
from engine.model import DecisionTable, Value
from engine.proofs.domains import Part, ordered_word
from engine.proofs.tables import COMBINATIONS, Grid, grid_of, is_rating, result_of
from engine.proofs.translation import path_of
from engine.proofs.witness import Witness


def check_monotone_table(draft: Draft, table: DecisionTable, grid: Grid) -> None:
    """Report a table in which more of an input makes the result better here and worse there."""
    rating = is_rating(draft, table.output)
    ordered = [ordered_word(draft.words, word) for word in table.inputs.values()]
    numbers = draft.words.type_of(table.output) is not None and table.output in ("number",) and all(ordered)
    if not (rating or numbers) or prod(len(axis) for axis in grid.axes) > COMBINATIONS:
        return
    axes = (axis for axis, is_ordered in enumerate(ordered) if is_ordered)
    any(_turns(draft, table, grid, axis, ordered, rating=rating) for axis in axes)


def _turns(draft: Draft, table: DecisionTable, grid: Grid, axis: int, ordered: Sequence[bool], *, rating: bool) -> bool:
    """Whether more of one input is better here and worse there, which is reported then."""
    for steps in _by_kind(draft, grid, axis, ordered).values():
        worse = [step for step in steps if step.change < 0]
        better = [step for step in steps if step.change > 0]
        if worse and better:
            step = min(worse, better, key=len)[0]
            at = (table.at / "rows").of_key()
            name = list(table.inputs)[axis]
            params: dict[str, Any] = {"table": table.id, "input": name, "one": step.before, "other": step.after}
            at.report("E32" if rating else "W32", warning=not rating, **params, low=step.low, high=step.high)
            return True
    return False


@dataclass(frozen=True, slots=True)
class Step:
    """Two cases that differ in one input, what each gives, and whether that is better (1) or worse (-1)."""

    before: Witness
    after: Witness
    low: Any
    high: Any
    change: int


def _by_kind(draft: Draft, grid: Grid, axis: int, ordered: Sequence[bool]) -> dict[tuple[Any, ...], list[Step]]:
    """All steps along *axis*; those with different options of inputs without an order apart, for these may turn it."""
    found: dict[tuple[Any, ...], list[Step]] = {}
    others = [parts if number != axis else (Part(None),) for number, parts in enumerate(grid.axes)]
    for case in product(*others):
        kind = tuple(part.sample for part, is_ordered in zip(case, ordered, strict=True) if not is_ordered)
        line = [(*case[:axis], part, *case[axis + 1 :]) for part in grid.axes[axis]]
        found.setdefault(kind, []).extend(_steps(draft, grid, line))
    return found


def _steps(draft: Draft, grid: Grid, line: Sequence[tuple[Part, ...]]) -> Iterator[Step]:
    order = draft.words.choices.get(grid.table.output)
    options = list(order.options) if order else []
    results = [(case, result_of(grid, case)) for case in line]
    known = [(case, result) for case, result in results if result is not None]
    for (one, low), (other, high) in pairwise(known):
        if low != high:
            rises = options.index(low) < options.index(high) if options else low < high
            yield Step(grid.witness(one), grid.witness(other), low, high, 1 if rises else -1)


def direction(draft: Draft, table: DecisionTable) -> list[int]:
    """For each input, whether more of it makes the result more (1), less (-1), or neither for certain (0)."""
    grid = grid_of(draft, table)
    ordered = [ordered_word(draft.words, word) for word in table.inputs.values()]
    if grid is None or not (is_rating(draft, table.output) or table.output == "number"):
        return [0] * len(ordered)
    found = []
    for axis, is_ordered in enumerate(ordered):
        changes = (
            {s.change for steps in _by_kind(draft, grid, axis, ordered).values() for s in steps} if is_ordered else {0}
        )
        found.append(changes.pop() if len(changes) == 1 else 0)
    return found


# --- values that become a rating --------------------------------------------------------------------------------------

Signs = dict[str, set[int]]


def check_monotone_value(draft: Draft, value: Value) -> None:
    """Warn of a rating that one mark of a scale lifts and another mark of the same scale lowers."""
    formula = value.formula
    if formula is None or not _gives_rating(draft, formula.parsed.root):
        return
    by_scale: dict[str, Signs] = {}
    for (scale, name), signs in _Signs(draft).of(formula.parsed.root, 1, 0).items():
        by_scale.setdefault(scale, {})[name] = signs
    for marks in by_scale.values():
        lifting = [name for name, signs in marks.items() if signs == {1}]
        lowering = [name for name, signs in marks.items() if signs == {-1}]
        if lifting and lowering:
            fewer, more = sorted((lowering, lifting), key=len)
            params: dict[str, Any] = {"name": value.id, "one": fewer[0], "other": more[0]}
            value.at.of_key().report("W32value", warning=True, **params)


def _gives_rating(draft: Draft, node: Node) -> bool:
    name = node.function.name if isinstance(node, Call) and isinstance(node.function, Name) else ""
    table = draft.words.tables.get(name)
    return table is not None and is_rating(draft, table.output)


class _Signs:
    """With which sign each mark of a scale goes into an expression; 0 where that cannot be told."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft

    def of(self, node: Node, sign: int, depth: int) -> dict[tuple[str, str], set[int]]:
        found: dict[tuple[str, str], set[int]] = {}
        if depth < 30:
            for part, signed in self.parts(node, sign):
                deeper = self.of(part, signed, depth + 1) if part is not node else self.mark(node, signed, depth)
                for key, signs in deeper.items():
                    found.setdefault(key, set()).update(signs)
        return found

    def parts(self, node: Node, sign: int) -> Iterator[tuple[Node, int]]:
        if isinstance(node, Name | Path):
            yield node, sign
        elif isinstance(node, Negate):
            yield node.value, -sign
        elif isinstance(node, Arithmetic):
            yield from self.calculated(node, sign)
        elif isinstance(node, If):
            yield from ((node.yes, sign), (node.no, sign))
        elif isinstance(node, ListLiteral):
            yield from ((item, sign) for item in node.items)
        elif isinstance(node, Call):
            yield from self.called(node, sign)

    def calculated(self, node: Arithmetic, sign: int) -> Iterator[tuple[Node, int]]:
        if node.op in "+-":
            yield node.left, sign
            yield node.right, sign if node.op == "+" else -sign
        elif isinstance(node.right, Literal) and node.op in "*/":
            yield node.left, sign
        elif isinstance(node.left, Literal) and node.op == "*":
            yield node.right, sign
        else:
            yield from ((node.left, 0), (node.right, 0))

    def called(self, node: Call, sign: int) -> Iterator[tuple[Node, int]]:
        name = node.function.name if isinstance(node.function, Name) else ""
        table = self.draft.words.tables.get(name)
        if table is not None and not node.names:
            signs = direction(self.draft, table)
            yield from ((argument, sign * one) for argument, one in zip(node.arguments, signs, strict=False))
            return
        plain = name in ("sum", "mean", "min", "max", "concatenate", "flatten")
        yield from ((argument, sign if plain else 0) for argument in node.arguments)

    def mark(self, node: Node, sign: int, depth: int) -> dict[tuple[str, str], set[int]]:
        path = path_of(node)
        if path is None:
            return {}
        value = self.draft.workflow.values.get(path[0])
        if value is not None and len(path) == 1:
            return self.of_value(value, sign, depth)
        duty = self.draft.duties.get(path[0])
        if duty is None or len(path) < 2:
            return {}
        name = path[1]
        rated = next((one for one in duty.rated if name in duty.settings[one].columns), name)
        item = duty.fields.get(rated)
        return {(item.scale, ".".join(path[:2])): {sign}} if isinstance(item, Scale) else {}

    def of_value(self, value: Value, sign: int, depth: int) -> dict[tuple[str, str], set[int]]:
        found: dict[tuple[str, str], set[int]] = {}
        parts = [value.formula.parsed.root] if value.formula else []
        marks = [self.of(part, sign, depth + 1) for part in parts]
        for line in value.weights or ():
            inner = (self.draft.workflow.values[name] for name in line.parts)
            marks += [self.of_value(one, sign, depth + 1) for one in inner if depth < 30]
        for mark in marks:
            for key, signs in mark.items():
                found.setdefault(key, set()).update(signs)
        return found
