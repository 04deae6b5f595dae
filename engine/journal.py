"""From journal to case: what each entry makes of the case before it. Folding a journal gives the case back, equal.

A case that was moved to another definition is what it would be if it had begun there: the whole journal is read by the
definition under which the case stands now.

Only inputs are read here. What an entry notes of values and routes is what this module found when it was written, and
is found again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from engine.case import Actor, Case, Cycle, Entry
from engine.clock import paused_by
from engine.model import Action, Stage
from engine.process import NOTE, OPEN_TICKET, Duty, Process
from engine.scope import CaseScope, FormScope, worked_out
from engine.sheet import Sheet, sheet, with_answers, writable

#: The case was moved to another definition.
MIGRATED = "migrated"
#: What an entry becomes that the definition of a moved case has no place for. Never written.
LEFT_OUT = "left_out"


class NoRoute(LookupError):
    """No line of an action's ``to`` holds: not for a case that its own definition has led."""


@dataclass(frozen=True, slots=True)
class Step:
    """The case after an entry, and what is worth noting about it."""

    case: Case
    noted: dict[str, Any]


def fold(process: Process, case_id: str, entries: Iterable[Entry]) -> Case:
    """The case that *entries*, in order and from the first, make."""
    case = Case(
        id=case_id, workflow=process.id, definition=process.hash, cycle=Cycle(id="", start=date.min, end=date.min)
    )
    for entry in read_by(process, entries):
        case = advance(process, case, entry).case
    return case


def read_by(process: Process, entries: Iterable[Entry]) -> Iterator[Entry]:
    """*entries* as *process*, under which the case stands now, reads them.

    What was written before the case was moved there is without what the process has no place for.
    """
    entries = tuple(entries)
    moved = max((place for place, entry in enumerate(entries) if entry.event == MIGRATED), default=0)
    return (fitted(process, entry) if place < moved else entry for place, entry in enumerate(entries))


def fitted(process: Process, entry: Entry) -> Entry:
    """*entry* without what *process* has no place for; nothing but its number and time where it has none for all."""
    if entry.event == "profile_set":
        return _with_fields(entry, entry.fields.keys() & process.words.profile.keys())
    if entry.event == "seats_set":
        return entry if entry.inputs["role"] in process.words.roles else replace(entry, event=LEFT_OUT)
    if not entry.duty:
        return entry
    duty = process.duties.get(entry.duty)
    action = _action_of(process, duty, entry)
    if duty is None or action is None:
        return replace(entry, event=LEFT_OUT)
    if entry.event == "received":
        return _with_fields(entry, entry.fields.keys() & duty.page(action, entry.role).names)
    return replace(entry, fields=writable(duty.page(action, entry.role), entry.role, entry.fields)[0])


def _with_fields(entry: Entry, names: Set[str]) -> Entry:
    return replace(entry, fields={name: value for name, value in entry.fields.items() if name in names})


def _action_of(process: Process, duty: Duty | None, entry: Entry) -> Action | None:
    if not entry.action or entry.action == NOTE.id:
        return NOTE
    if duty is None:
        return None
    return (process.stages[duty.stage] if duty.stage else duty).actions.get(entry.action)


def advance(process: Process, case: Case, entry: Entry, filled: Sheet | None = None) -> Step:
    """What *entry* makes of *case*. ``filled`` is its sheet, if the caller has it already."""
    return _EVENTS[entry.event](process, case, entry, filled)


def _opened(process: Process, case: Case, entry: Entry, _: Sheet | None) -> Step:
    begun = case.but(cycle=cycle_of(entry.inputs))
    return _settled(process, entered(process, begun, process.workflow.start, entry.at), entry, before=begun)


def cycle_of(inputs: Mapping[str, Any]) -> Cycle:
    """The cycle that an ``opened`` entry names."""
    start, end = (date.fromisoformat(inputs[name]) for name in ("start", "end"))
    return Cycle(id=inputs["cycle"], start=start, end=end, zone=inputs["zone"])


def _profile_set(process: Process, case: Case, entry: Entry, _: Sheet | None) -> Step:
    changed = case.but(profiles={**case.profiles, entry.inputs["role"]: dict(entry.fields)})
    return _settled(process, changed, entry, before=case)


def _seats_set(process: Process, case: Case, entry: Entry, _: Sheet | None) -> Step:
    seats = {**case.seats, entry.inputs["role"]: len(entry.inputs["confirmed"])}
    return Step(_written(case, entry, seats=seats), {})


def _answered(process: Process, case: Case, entry: Entry, filled: Sheet | None) -> Step:
    """A submission that does not move the case; several people's answers stay side by side."""
    action = process.stages[case.stage].actions.get(entry.action, NOTE)
    taken = _taken(process, case, entry, action, filled)
    duty = process.duties[entry.duty]
    if action is not NOTE and not duty.many:
        taken = taken.but(open=taken.open - {duty.id})
    return _settled(process, taken, entry, before=case)


def _moved(process: Process, case: Case, entry: Entry, filled: Sheet | None) -> Step:
    action = process.stages[case.stage].actions[entry.action]
    filled = filled or _sheet(process, case, entry, action)
    line, target = route(process, action, filled.local)
    moved = entered(process, filled.case, target, entry.at)
    moved = moved.but(paused=case.paused + paused_by(process, case, entry.at))
    scope = filled.scope if moved.answers.keys() == filled.case.answers.keys() else None
    step = _settled(process, moved, entry, before=case, scope=scope, lock=action.lock)
    return Step(step.case, {"from": case.stage, "to": target, "line": line, **step.noted})


def _received(process: Process, case: Case, entry: Entry, _: Sheet | None) -> Step:
    """An answer to a collection, or held back until there are enough of them to hide among."""
    duty = process.duties[entry.duty]
    action = duty.actions[entry.action]
    filled = _sheet(process, case, entry, action)
    answers = {name: value for name, value in filled.answers.items() if value is not None and name not in duty.once}
    if duty.ticket:
        answers |= {"nomor": entry.inputs["number"], "status": OPEN_TICKET}
    actor = Actor(role=entry.role, person=entry.person)
    taken = with_answers(process, case, duty, action, actor, answers, entry.at, entry.answer)
    if holds_back(process, case, duty):
        taken = _held_back(case, taken, duty, {entry.answer: answers})
    return _settled(process, taken, entry, before=case)


def _held_back(case: Case, taken: Case, duty: Duty, answer: Mapping[str, Any]) -> Case:
    """*taken* with the new *answer* among those that wait; all of them join once they are a group of their own."""
    waiting = {**case.waiting.get(duty.id, {}), **answer}
    counted = dict(case.answers.get(duty.id, {}))
    if len(waiting) >= duty.at_least:
        counted, waiting = {**counted, **waiting}, {}
    return taken.but(answers={**taken.answers, duty.id: counted}, waiting={**case.waiting, duty.id: waiting})


def _collection_opened(process: Process, case: Case, entry: Entry, _: Sheet | None) -> Step:
    return Step(_written(case, entry, collecting=case.collecting | {entry.duty}), {})


def _collection_closed(process: Process, case: Case, entry: Entry, _: Sheet | None) -> Step:
    return Step(_written(case, entry, collecting=case.collecting - {entry.duty}), {})


def _only_noted(process: Process, case: Case, entry: Entry, _: Sheet | None) -> Step:
    return Step(_written(case, entry), {})


_EVENTS = {
    "opened": _opened,
    "profile_set": _profile_set,
    "seats_set": _seats_set,
    "answered": _answered,
    "moved": _moved,
    "received": _received,
    "collection_opened": _collection_opened,
    "collection_closed": _collection_closed,
    "started": _only_noted,
    MIGRATED: _only_noted,
    LEFT_OUT: _only_noted,
}


def holds_back(process: Process, case: Case, duty: Duty) -> bool:
    """Whether somebody may have seen the answers of an anonymous collection, so that single ones no longer join."""
    closing = process.closing_stages.get(duty.id, frozenset())
    return duty.anonymous and (not closing or bool(closing & set(case.path)))


def _sheet(process: Process, case: Case, entry: Entry, action: Action) -> Sheet:
    actor = Actor(role=entry.role, person=entry.person)
    return sheet(process, case, actor, action, entry.fields, entry.at, duty=process.duties[entry.duty])


def _taken(process: Process, case: Case, entry: Entry, action: Action, filled: Sheet | None) -> Case:
    filled = filled or _sheet(process, case, entry, action)
    if filled.duty.many:
        actor = Actor(role=entry.role, person=entry.person)
        return with_answers(process, case, filled.duty, action, actor, filled.answers, entry.at, entry.answer)
    return filled.case


def route(process: Process, action: Action, local: FormScope) -> tuple[int, str]:
    """The first line of ``to`` that holds (from 1), and the stage it names. The compiler has seen that one does."""
    for number, clause in enumerate(action.to or (), 1):
        if process.holds(clause.condition, local):
            return number, clause.id
    raise NoRoute(f"{process.id}: no route of {action.id} holds")


def entered(process: Process, case: Case, target: str, now: datetime) -> Case:
    """*case* in the stage *target*: its tasks open, those that keep their answers closed."""
    stage = process.stages[target]
    again = target in case.path
    opened = frozenset(d.id for d in process.by_stage[target] if d.actor and not _kept(d, case, again=again))
    reopened = {d.id for d in process.by_stage[target] if d.id in opened and d.many}
    return case.but(
        stage=target,
        entry=case.entry + 1,
        entered_at=now,
        path=(*case.path, target),
        open=frozenset() if stage.final else opened,
        answers={name: sets for name, sets in case.answers.items() if name not in reopened},
        notes={},
    )


def _kept(duty: Duty, case: Case, *, again: bool) -> bool:
    return again and duty.on_return == "keep" and bool(case.answers.get(duty.id))


def _settled(
    process: Process, case: Case, entry: Entry, *, before: Case, scope: CaseScope | None = None, lock: bool = False
) -> Step:
    """*case* with its values worked out; notes which of them changed, and by which line of their rule."""
    scope = scope or CaseScope.after(process, before, case)
    frozen = _frozen(process, case, before, scope)
    if frozen:
        case = case.but(frozen={**case.frozen, **frozen})
        scope = CaseScope(process, case)
    values = {name: value for name in process.values if (value := scope[name]) is not None}
    old = before.values
    changed = {
        name: {"old": old.get(name), "new": values.get(name), "by": scope.how.get(name)}
        for name in process.values
        if values.get(name) != old.get(name)
    }
    return Step(
        _written(case, entry, values=values, locked=case.locked or lock),
        {"values": changed} if changed else {},
    )


def _written(case: Case, entry: Entry, **changes: Any) -> Case:
    """*case* with *changes* and *entry* in its journal."""
    return case.but(version=entry.seq, at=case.not_before(entry.at), **changes)


def _frozen(process: Process, case: Case, before: Case, scope: CaseScope) -> dict[str, Any]:
    """The values that keep what they are now, because the case has just entered their stage for the first time."""
    if case.entry == before.entry or case.stage in before.path:
        return {}
    return {v.id: worked_out(scope, v) for v in process.values.values() if v.frozen_at == case.stage}


def complete(process: Process, case: Case, stage: Stage) -> bool:
    """Whether every open seat of *stage* has answered; too few confirmed people are never complete."""
    return all(_complete(process, case, duty) for duty in process.by_stage[stage.id] if duty.actor)


def _complete(process: Process, case: Case, duty: Duty) -> bool:
    if duty.id not in case.open:
        return True
    if not duty.many:
        return False
    seats = sum(case.seats.get(role, 0) for role in duty.actor)
    least = sum(process.words.roles[role].seats.least for role in duty.actor)
    return seats >= max(least, 1) and len(case.answers.get(duty.id, {})) >= seats
