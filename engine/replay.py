"""A closed case once more, on a draft of its definition: what would have come out, and which change of a rule did it.

The journal's inputs are folded under the draft. Where the draft leads elsewhere, what people did afterwards no longer
fits; then it is told how far the story goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine import feel
from engine.case import Case, Entry
from engine.coverage import called_in
from engine.journal import advance, fold, read_by
from engine.process import Process


@dataclass(frozen=True, slots=True)
class Change:
    """One value that would be another. ``because`` names the rules that differ; empty where only its inputs do."""

    value: str
    before: Any
    after: Any
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a draft makes of a closed case.

    ``stuck``: the number of the journal's entry that no longer fits, 0 if all do. ``paths`` are the stages entered,
    before and after, where they differ.
    """

    case: str
    changes: tuple[Change, ...]
    paths: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    stuck: int = 0

    @property
    def differs(self) -> bool:
        return bool(self.changes or self.paths or self.stuck)


def replayed(process: Process, draft: Process, case: str, entries: Sequence[Entry]) -> Replayed:
    """What *draft* makes of the closed *case* whose journal *entries* were written under *process*."""
    before = fold(process, case, entries)
    after, stuck = _folded(draft, before, entries)
    return Replayed(
        case=before.id,
        changes=tuple(_changes(process, draft, before, after)) if not stuck else (),
        paths=(before.path, after.path) if before.path != after.path else None,
        stuck=stuck,
    )


def _folded(draft: Process, before: Case, entries: Sequence[Entry]) -> tuple[Case, int]:
    """The case as far as it goes under *draft*, and the entry at which it stops fitting; 0 where all of them fit."""
    case = Case(id=before.id, workflow=draft.id, definition=draft.hash, cycle=before.cycle)
    for entry in read_by(draft, entries):
        if not _fits(draft, case, entry):
            return case, entry.seq
        case = advance(draft, case, entry).case
    return case, 0


def _fits(draft: Process, case: Case, entry: Entry) -> bool:
    """Whether what somebody did could be done there: the same task, the same action, at the stage where the case is."""
    if entry.event in ("moved", "answered"):
        duty = draft.duties.get(entry.duty)
        return duty is not None and duty.stage == case.stage and _knows(draft, case.stage, entry.action)
    if entry.event in ("received", "collection_opened", "collection_closed"):
        return entry.duty in draft.duties
    return True


def _knows(draft: Process, stage: str, action: str) -> bool:
    return action.startswith("_") or action in draft.stages[stage].actions


# --- why --------------------------------------------------------------------------------------------------------------


def _changes(process: Process, draft: Process, before: Case, after: Case) -> Iterator[Change]:
    rules = changed_rules(process, draft)
    for name in {**process.values, **draft.values}:
        old, new = before.values.get(name), after.values.get(name)
        if old != new:
            yield Change(name, old, new, tuple(rule for rule in _behind(draft, name) if rule in rules))


def _behind(process: Process, name: str) -> list[str]:
    """The names that a value's own rule stands on: itself, the functions and tables it calls, settings, tasks."""
    value = process.values.get(name)
    if value is None:
        return [name]
    calls = {called for expression in value.expressions() for called in called_in(expression)}
    reads = {path[0] for expression in value.expressions() for path in feel.reads(expression.parsed)}
    known = {*process.words.functions, *process.words.tables, *process.parameters, *process.duties}
    return [name, *sorted((calls | reads) & known)]


def changed_rules(process: Process, draft: Process) -> frozenset[str]:
    """The values, functions, tables, settings and tasks that are written otherwise in *draft*."""
    return frozenset(
        name
        for old, new in zip(_rules(process), _rules(draft), strict=True)
        for name in {**old, **new}
        if old.get(name) != new.get(name)
    )


def _rules(process: Process) -> Iterator[Mapping[str, Any]]:
    """What is written of each value, function, table, setting and form; of a value without its title and readers."""
    yield {name: _rule(value.at.value) for name, value in process.values.items()}
    yield {name: function.at.value for name, function in process.words.functions.items()}
    yield {name: table.at.value for name, table in process.words.tables.items()}
    yield dict(process.parameters)
    yield {name: duty.form.at.value if duty.form else None for name, duty in process.duties.items()}


def _rule(written: Any) -> Any:
    """What of a value's text makes its result."""
    if not isinstance(written, dict):
        return {"formula": written}
    return {key: part for key, part in written.items() if key not in ("title", "readers", "at_least")}
