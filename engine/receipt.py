"""Why a value is what it is: its inputs, the line of its rule that held, the table row that fired, the rounding.

A receipt shows only what its reader may see. It says that something was left out, never what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from engine import feel
from engine.access import enough_answers, reads_duty, reads_profile, reads_value
from engine.case import Case
from engine.feel.nodes import Call, Name, walk
from engine.model import Value
from engine.process import Process
from engine.scope import CaseScope, by_rule, decimals_of, worked_out
from engine.terms import Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One input of a value. ``weight`` and ``share`` (value x weight / 100) only where the rule is a weighting.

    ``origin`` is the stage or task it was answered in, as its title; empty for values, settings and profile fields.
    """

    name: str
    title: str
    value: Any
    origin: str = ""
    weight: Decimal | None = None
    share: Decimal | None = None
    #: Text for a code, where the part is one of several options.
    type: feel.Type = feel.ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The row of a decision table that fired: its number from 1 and its cells as written, the result last."""

    table: str
    title: str
    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """How a value came about. ``kind`` is that of its rule; ``line`` the line that held, from 1.

    ``rule`` is the rule as its author wrote it. ``proposed`` is what the rule alone gave where a person decided
    otherwise. ``missing`` names the parts that were not there, so that an earlier line of the rule could not be used.
    ``withheld``: something that this reader may not see was left out.
    """

    value: Value
    result: Any
    kind: str
    line: int
    rule: str
    parts: tuple[Part, ...]
    rows: tuple[Row, ...] = ()
    proposed: Any = None
    overridden: bool = False
    decimals: int | None = None
    missing: tuple[str, ...] = ()
    withheld: bool = False


def receipt(process: Process, case: Case, name: str, roles: Iterable[str]) -> Receipt:
    """The receipt of the value *name* for somebody with *roles*. Whoever asks may read the value itself."""
    roles = list(roles)
    value, scope = process.values[name], CaseScope(process, replace(case, locked=False))
    result = case.values.get(name)
    worked_out(scope, value)
    kind, line = scope.how[name]
    overridden = kind == "override"
    proposed = _proposed(process, case, value)[0] if overridden else None
    if overridden:
        kind, line = _proposed(process, case, value)[1]
    parts = list(_weighted(process, scope, value, line) if kind == "weights" else _read(process, scope, value))
    seen = [part for part in parts if _may_see(process, case, part.name, roles)]
    return Receipt(
        value=value,
        result=result,
        kind=kind,
        line=line,
        rule=_rule(value, line),
        parts=tuple(seen),
        rows=tuple(_fired(process, scope, value)) if len(seen) == len(parts) else (),
        proposed=proposed,
        overridden=overridden,
        decimals=decimals_of(process, value),
        missing=tuple(_missing(process, scope, value, line)),
        withheld=len(seen) < len(parts),
    )


def _proposed(process: Process, case: Case, value: Value) -> tuple[Any, tuple[str, int]]:
    """What the rule alone gives, and by which line."""
    scope = CaseScope(process, replace(case, locked=False))
    result = by_rule(scope, value)
    return result, scope.how[value.id]


def _rule(value: Value, line: int) -> str:
    """The rule as written: the whole formula, or the line that held."""
    if value.formula:
        return value.formula.source
    clauses = value.first or value.collect or ()
    if value.first and line:
        condition = clauses[line - 1].condition
        return condition.source if condition else "otherwise"
    return value.for_.over.source if value.for_ else ""


# --- inputs -----------------------------------------------------------------------------------------------------------


def _weighted(process: Process, scope: CaseScope, value: Value, line: int) -> Iterator[Part]:
    for name, weight in value.weights[line - 1].parts.items() if value.weights and line else ():
        number = scope[name]
        title = process.values[name].title
        yield Part(name=name, title=title, value=number, weight=weight, share=number * weight / 100, type=feel.NUMBER)


def _missing(process: Process, scope: CaseScope, value: Value, line: int) -> Iterator[str]:
    earlier = (value.weights or ())[: line - 1] if line else (value.weights or ())
    for name in dict.fromkeys(name for weighting in earlier for name in weighting.parts):
        if scope[name] is None:
            yield process.values[name].title


def _read(process: Process, scope: CaseScope, value: Value) -> Iterator[Part]:
    """What the rule reads, each once, in the order of the definition."""
    paths = {path for expression in _rules_of(value) for path in feel.reads(expression.parsed)}
    for path in sorted(paths, key=lambda path: _rank(process, path)):
        part = _part(process, scope, path)
        if part is not None:
            yield part


def _rules_of(value: Value) -> Iterator[Expression]:
    overrides = set(value.override)
    yield from (expression for expression in value.expressions() if expression not in overrides)


def _rank(process: Process, path: tuple[str, ...]) -> tuple[int, int, tuple[str, ...]]:
    for group, names in enumerate((process.duties, process.words.roles, process.values, process.parameters)):
        if path[0] in names:
            return group, list(names).index(path[0]), path
    return 9, 0, path


def _part(process: Process, scope: CaseScope, path: tuple[str, ...]) -> Part | None:
    name = path[0]
    if name in process.values:
        return Part(name=name, title=process.values[name].title, value=scope[name], type=process.types[name])
    if name in process.duties and len(path) > 1:
        return _answer(process, scope, path)
    if name in process.words.roles and len(path) > 1:
        return _profile(process, scope, path)
    if name in process.parameters:
        return Part(name=name, title=name, value=process.parameters[name], type=process.types[name])
    return None


def _answer(process: Process, scope: CaseScope, path: tuple[str, ...]) -> Part | None:
    duty, given = process.duties[path[0]], scope[path[0]]
    item = duty.fields.get(path[1])
    if duty.many or given is None:
        return Part(name=".".join(path[:2]), title="", value=None, origin=duty.title) if duty.many else None
    title = item.title if item else path[1]
    type_ = duty.type.members.get(path[1], feel.ANY)
    return Part(name=".".join(path[:2]), title=title, value=given.get(path[1]), origin=duty.title, type=type_)


def _profile(process: Process, scope: CaseScope, path: tuple[str, ...]) -> Part:
    known = process.words.profile.get(path[1])
    value = (scope[path[0]] or {}).get(path[1])
    type_ = process.words.profile_type().members.get(path[1], feel.ANY)
    return Part(name=".".join(path[:2]), title=known.title if known else path[1], value=value, type=type_)


def _may_see(process: Process, case: Case, name: str, roles: list[str]) -> bool:
    head, _, member = name.partition(".")
    if head in process.values:
        value = process.values[head]
        return reads_value(process, case, value, roles) or (not value.title and enough_answers(process, case, value))
    if head in process.duties:
        return process.duties[head].anonymous or reads_duty(case, process.duties[head], roles)
    if head in process.words.roles:
        return reads_profile(process, member, roles)
    return True


# --- tables -----------------------------------------------------------------------------------------------------------


def _fired(process: Process, scope: CaseScope, value: Value) -> Iterator[Row]:
    """The rows of the decision tables that the rule's formula called, in the order they were called."""
    if value.formula is None:
        return
    calls = {
        id(node): node.function.name
        for node in walk(value.formula.parsed.root)
        if isinstance(node, Call) and isinstance(node.function, Name) and node.function.name in process.decisions
    }
    if not calls:
        return
    arguments: dict[int, Any] = {}
    fired: list[Row] = []

    def record(node: Any, result: Any) -> None:
        arguments[id(node)] = result
        if id(node) in calls:
            row = _row(process, calls[id(node)], [arguments[id(a)] for a in node.arguments])
            fired.extend([row] if row else [])

    feel.compile(value.formula.parsed, process.words.callables, record)(scope)
    yield from fired


def _row(process: Process, name: str, arguments: list[Any]) -> Row | None:
    table = process.words.tables[name]
    number = process.decisions[name](*arguments).row
    if number is None:
        return None
    return Row(table=name, title=table.title, number=number, cells=tuple(c.text for c in table.rows[number - 1]))
