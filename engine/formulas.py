"""The values of a process: in which order they come about, of which type they are, and what is wrong in their rules."""

from __future__ import annotations

from collections.abc import Iterator

from engine import feel
from engine.draft import Draft, Scope
from engine.model import Column, Value
from engine.names import literal_type
from engine.order import ordered
from engine.terms import Clauses, Expression


def add_values(draft: Draft) -> bool:
    """The types of all values enter the scope. Whether that told anything new."""
    if not draft.value_reads:
        draft.value_reads = {value.id: frozenset(_reads(value)) for value in draft.workflow.values.values()}
    before = {name: draft.scope.get(name) for name in draft.workflow.values}
    draft.scope.update(dict.fromkeys(before, feel.ANY))
    for name in ordered(draft.workflow.values, draft.value_reads)[0]:
        draft.scope[name] = _type(draft, draft.workflow.values[name])
    return any(draft.scope[name] != type_ for name, type_ in before.items())


def _reads(value: Value) -> Iterator[str]:
    for expression in value.expressions():
        yield from (path[0] for path in feel.reads(expression.parsed))
    for line in value.weights or ():
        yield from line.parts


# --- types ------------------------------------------------------------------------------------------------------------


def _type(draft: Draft, value: Value) -> feel.Type:
    """What *value* gives, as far as that is known; reports nothing."""
    if value.formula:
        return _inferred(draft, value.formula, draft.scope)
    if value.weights:
        return feel.NUMBER
    if value.first:
        return _first_type(draft, value.id, value.first)
    if value.collect:
        return feel.ListOf(feel.TEXT)
    if value.for_:
        return feel.ListOf(feel.Context(dict(_members(draft, value))))
    return feel.ANY


def _inferred(draft: Draft, expression: Expression, scope: Scope) -> feel.Type:
    return feel.infer(expression.parsed, scope, draft.words.signatures)[0]


def _first_type(draft: Draft, name: str, clauses: Clauses) -> feel.Type:
    """The type of the first formula among the results; else of the literals, which may be codes of its own."""
    literals = tuple(clause.id for clause in clauses if clause.result.formula is None)
    formulas = [clause.result.formula for clause in clauses if clause.result.formula]
    if formulas and not literals:
        return _inferred(draft, formulas[0], draft.scope)
    return literal_type(literals) or feel.Codes(name, literals)


def _loop_scope(draft: Draft, value: Value) -> Scope:
    assert value.for_
    source = _inferred(draft, value.for_.over, draft.scope)
    element = source.item if isinstance(source, feel.ListOf) else feel.ANY
    return {**draft.scope, value.for_.variable: element}


def _members(draft: Draft, value: Value) -> Iterator[tuple[str, feel.Type]]:
    inner = dict(_loop_scope(draft, value))
    for column in value.columns.values():
        inner[column.id] = _inferred(draft, column.formula, inner)
        yield column.id, inner[column.id]


# --- checks -----------------------------------------------------------------------------------------------------------


def check_values(draft: Draft) -> None:
    """Report what is wrong in the rules of the values, circles included."""
    for circle in ordered(draft.workflow.values, draft.value_reads)[1]:
        draft.workflow.values[circle[0]].at.of_key().report("E14", names=" → ".join(circle))
    for value in draft.workflow.values.values():
        _check(draft, value)


def _check(draft: Draft, value: Value) -> None:
    kinds = [kind for kind in Value.KINDS if getattr(value, kind) is not None]
    if len(kinds) != 1 and draft.files.whole(value.at):
        value.at.of_key().report("N015", name=value.id, found=len(kinds))
    if value.formula:
        draft.check(value.formula, draft.scope)
    for clauses in (value.first, value.collect):
        draft.clauses(clauses or Clauses(), draft.scope)
    _check_weights(draft, value)
    _check_overrides(draft, value, draft.scope[value.id], draft.scope)
    if value.for_:
        _check_rows(draft, value, value.for_.over)


def _check_weights(draft: Draft, value: Value) -> None:
    for line in value.weights or ():
        weights = line.parts.values()
        if draft.files.whole(line.at) and (sum(weights) != 100 or min(weights) <= 0):
            line.at.report("E16", found=str(sum(weights)))
        for name in line.parts:
            at = (line.at / name).of_key()
            if draft.known(at, "N018", name, draft.workflow.values) and not feel.NUMBER.accepts(draft.scope[name]):
                at.report("X101", wanted=feel.NUMBER, found=draft.scope[name])


def _check_overrides(draft: Draft, part: Value | Column, type_: feel.Type, scope: Scope) -> None:
    """A person's decision is of the type of what it replaces."""
    for expression in part.override:
        decided = draft.check(expression, scope)
        if not type_.accepts(decided) and not decided.accepts(type_):
            expression.report("X101", wanted=type_, found=decided)


def _check_rows(draft: Draft, value: Value, over: Expression) -> None:
    found = draft.check(over, draft.scope)
    if not isinstance(found, feel.ListOf) and found != feel.ANY:
        over.report("X036", found=found)
    inner = dict(_loop_scope(draft, value))
    draft.condition(value.when, inner)
    for column in value.columns.values():
        type_ = draft.check(column.formula, inner)
        _check_overrides(draft, column, type_, inner)
        inner[column.id] = type_
