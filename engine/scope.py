"""What a name means in an expression, for one case at one moment. Everything is worked out when first asked for.

``CaseScope`` knows the case: tasks, roles, values, parameters, catalogues, ``cycle`` and ``history``. ``FormScope``
stands in front of it with the answers of a form being filled in, so that they are seen as they will be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from engine.case import Case
from engine.model import AS_DEFAULT, Column, Value, WeightLine
from engine.process import Duty, Process
from engine.terms import Clause, Expression
from engine.words import constant, rounded

#: How a value came about: the kind of its rule, and which line of it held (from 1; 0 where none did).
How = tuple[str, int]


class CaseScope(dict[str, Any]):
    """The names of a case. ``how`` says, for each value that was worked out, which line of its rule held."""

    __slots__ = ("case", "how", "process")

    def __init__(self, process: Process, case: Case) -> None:
        self.process = process
        self.case = case
        self.how: dict[str, How] = {}

    @classmethod
    def after(cls, process: Process, before: Case, case: Case) -> CaseScope:
        """The names of *case*, which came of the settled case *before*.

        Values that read nothing of what has changed are what they were; only the others are worked out.
        """
        scope = cls(process, case)
        if before.version and case.cycle is before.cycle and case.profiles is before.profiles:
            fed = {value for name in _changed(before, case) for value in process.feeds.get(name, ())}
            scope.update((name, before.values.get(name)) for name in process.values if name not in fed)
        return scope

    def __missing__(self, name: str) -> Any:
        value = self[name] = self._resolve(name)
        return value

    def _resolve(self, name: str) -> Any:
        process, case = self.process, self.case
        if name in process.values:
            return value_of(self, process.values[name])
        if name in process.duties:
            return answers_of(worded(process, case, process.duties[name]), case)
        if name in process.parameters:
            return process.parameters[name]
        if name in process.words.rows:
            return process.words.rows[name]
        if name in process.words.roles:
            profile = case.profiles.get(name)
            return None if profile is None else dict(profile)
        return self._ambient(name)

    def _ambient(self, name: str) -> Any:
        if name == "cycle":
            return {"start": self.case.cycle.start, "end": self.case.cycle.end}
        if name == "history":
            return _History(self.process, self.case)
        raise KeyError(name)


def _changed(before: Case, case: Case) -> set[str]:
    """The names of a case whose answers are not those of *before*, and ``history`` if that has grown."""
    names = before.answers.keys() | case.answers.keys() | case.submitted.keys()
    changed = {
        name
        for name in names
        if case.answers.get(name) is not before.answers.get(name)
        or case.submitted.get(name) != before.submitted.get(name)
    }
    return changed if case.history is before.history else {*changed, "history"}


class FormScope(dict[str, Any]):
    """The answers of an open form, and behind them the case."""

    __slots__ = ("behind",)

    def __init__(self, behind: Mapping[str, Any], answers: Mapping[str, Any]) -> None:
        super().__init__(answers)
        self.behind = behind

    def __missing__(self, name: str) -> Any:
        return self.behind[name]


class _History(dict[str, Any]):
    """``history.TASK``: the actions taken there, oldest first."""

    __slots__ = ()

    def __init__(self, process: Process, case: Case) -> None:
        super().__init__((name, self._of(case, name)) for name in process.duties)

    @staticmethod
    def _of(case: Case, name: str) -> list[dict[str, Any]]:
        pasts = case.history.get(name, ())
        return [{**past.fields, "action": past.action, "actor": past.actor, "at": past.at} for past in pasts]


def answers_of(duty: Duty, case: Case) -> Any:
    """The latest answers of *duty* as expressions see them; ``None`` where it was never submitted, or too seldom."""
    if not duty.many:
        return seen(duty, case.answers[duty.id]) if case.submitted.get(duty.id) else None
    sets = case.answers.get(duty.id, {})
    if len(sets) < max(duty.at_least, 1):
        return None
    order = sorted(sets, key=lambda key: numbered(sets[key])) if duty.ticket else sorted(sets)
    return [seen(duty, sets[key]) for key in order]


def numbered(ticket: Mapping[str, Any]) -> tuple[int, str]:
    """Where *ticket* stands among the others: LAP-999 before LAP-1000."""
    return len(ticket["nomor"]), ticket["nomor"]


def variant_of(process: Process, case: Case) -> str:
    """Which wording the person appraised reads: the first variant that holds for them, empty for the general one."""
    scope = CaseScope(process, case)
    return next((clause.id for clause in process.words.variants if process.holds(clause.condition, scope)), "")


def worded(process: Process, case: Case, duty: Duty) -> Duty:
    """*duty* in the words of the person appraised."""
    return duty.in_wording(variant_of(process, case)) if duty.varied else duty


def seen(duty: Duty, answers: Mapping[str, Any]) -> dict[str, Any]:
    """One set of answers with a null for whatever was not answered, and each ratings field as its rows."""
    whole: dict[str, Any] = {name: answers.get(name) for name in duty.type.members}
    for name in duty.rated:
        whole[name] = ratings(duty, name, answers)
    return whole


def ratings(duty: Duty, name: str, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a ratings field with their marks, those without a mark left out."""
    setting = duty.settings[name]
    keys = list(setting.columns)
    rows = zip(keys, setting.rows or (), strict=True)
    return [{**row, "nilai": answers[key]} for key, row in rows if answers.get(key) is not None]


# --- values -----------------------------------------------------------------------------------------------------------


def value_of(scope: CaseScope, value: Value) -> Any:
    """What *value* is now: as frozen or locked, else worked out, overridden by a person's decision, rounded."""
    case = scope.case
    if value.frozen_at:
        return case.frozen.get(value.id)
    if case.locked and case.values.get(value.id) is not None:
        return case.values[value.id]
    return worked_out(scope, value)


def worked_out(scope: CaseScope, value: Value) -> Any:
    """The result of the rule of *value*, whatever is frozen or locked."""
    for number, expression in enumerate(value.override, 1):
        decided = scope.process.run(expression, scope)
        if decided is not None:
            scope.how[value.id] = ("override", number)
            return rounded(decided, decimals_of(scope.process, value))
    return by_rule(scope, value)


def by_rule(scope: CaseScope, value: Value) -> Any:
    """The result of the rule alone, before any person's decision."""
    result, how = unrounded(scope, value)
    scope.how.setdefault(value.id, how)
    return rounded(result, decimals_of(scope.process, value))


def unrounded(scope: CaseScope, value: Value) -> tuple[Any, How]:
    """The result of the rule alone with all its digits, and the line that gave it."""
    return _rule(value)(scope, value)


def decimals_of(process: Process, part: Value | Column) -> int | None:
    """How many digits *part* keeps: its own, else the process's default."""
    return process.words.defaults.decimals if part.decimals == AS_DEFAULT else part.decimals


def _rule(value: Value) -> Callable[[CaseScope, Value], tuple[Any, How]]:
    for kind, rule in _RULES.items():
        if getattr(value, kind) is not None:
            return rule
    raise AssertionError("a value without a rule does not compile")


def _formula(scope: CaseScope, value: Value) -> tuple[Any, How]:
    assert value.formula
    return scope.process.run(value.formula, scope), ("formula", 0)


def _weights(scope: CaseScope, value: Value) -> tuple[Any, How]:
    for number, line in enumerate(value.weights or (), 1):
        if all(scope[name] is not None for name in line.parts):
            return weighted(line, scope), ("weights", number)
    return None, ("weights", 0)


def weighted(line: WeightLine, scope: Mapping[str, Any]) -> Decimal:
    """Sum of value x weight / 100."""
    return sum((scope[name] * weight for name, weight in line.parts.items()), Decimal(0)) / 100


def _first(scope: CaseScope, value: Value) -> tuple[Any, How]:
    for number, clause in enumerate(value.first or (), 1):
        if scope.process.holds(clause.condition, scope):
            return _result(scope, value, clause), ("first", number)
    return None, ("first", 0)


def _collect(scope: CaseScope, value: Value) -> tuple[Any, How]:
    found: dict[Any, None] = {}
    for clause in value.collect or ():
        if scope.process.holds(clause.condition, scope):
            found[_result(scope, value, clause)] = None
    return list(found), ("collect", len(found))


def _result(scope: CaseScope, value: Value, clause: Clause) -> Any:
    if clause.result.formula:
        return scope.process.run(clause.result.formula, scope)
    return constant(clause.id, scope.process.types[value.id] if value.first else None)


def _rows(scope: CaseScope, value: Value) -> tuple[Any, How]:
    assert value.for_
    process = scope.process
    elements = process.run(value.for_.over, scope)
    if elements is None:
        return None, ("for", 0)
    rows = []
    for element in elements:
        inner = FormScope(scope, {value.for_.variable: element})
        if process.holds(value.when, inner):
            rows.append(_row(process, value.columns.values(), inner))
    return rows, ("for", len(rows))


def _row(process: Process, columns: Iterable[Column], inner: FormScope) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in columns:
        result = _decided(process, column.override, inner)
        if result is None:
            result = process.run(column.formula, inner)
        row[column.id] = inner[column.id] = rounded(result, decimals_of(process, column))
    return row


def _decided(process: Process, override: Iterable[Expression], scope: Any) -> Any:
    decisions = (process.run(expression, scope) for expression in override)
    return next((decision for decision in decisions if decision is not None), None)


_RULES: dict[str, Callable[[CaseScope, Value], tuple[Any, How]]] = {
    "formula": _formula,
    "weights": _weights,
    "first": _first,
    "collect": _collect,
    "for_": _rows,
}
