"""Somebody did something: may they, and what follows? Pure: the same case and inputs give the same outcome.

``act`` refuses with reasons, forbids without any, or returns the case as it is then and the entries for its journal,
automatic steps of the system included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from engine import nip
from engine.case import Actor, Case, Cycle, Entry, Outcome, Started
from engine.clock import due_on, waiting
from engine.errors import Refusal, Refused
from engine.journal import Step, advance, complete
from engine.machine import fire
from engine.model import Action, Collection, Stage
from engine.process import NOTE, Duty, Process
from engine.sheet import Sheet, refusals, sheet, writable

#: So many automatic steps may follow one another; a definition that needs more goes round in circles.
AUTOMATIC_LIMIT = 20

#: The name space of the ids of follow-up cases.
FOLLOW_UPS = UUID("6f0c8a3e-5d0b-4f7e-9a51-2f8a1f6f3b11")


def begin(
    process: Process, case_id: str, cycle: Cycle, profiles: Mapping[str, Mapping[str, Any]], now: datetime
) -> Outcome:
    """A new case of *process*, with the profiles that its expressions read, by role.

    Raises ``Refused`` where a profile holds a number of a civil servant that cannot be one.
    """
    reasons = [reason for profile in profiles.values() for reason in misnumbered(process, profile)]
    if reasons:
        raise Refused(*reasons)
    inputs = {"cycle": cycle.id, "start": cycle.start.isoformat(), "end": cycle.end.isoformat(), "zone": cycle.zone}
    empty = Case(id=case_id, workflow=process.id, definition=process.hash, cycle=cycle)
    outcome = Outcome(case=empty, entries=())
    for role, profile in profiles.items():
        entry = Entry(seq=0, event="profile_set", at=now, inputs={"role": role}, fields=dict(profile))
        outcome = appended(process, outcome, entry)
    outcome = appended(process, outcome, Entry(seq=0, event="opened", at=now, inputs=inputs))
    return automatic(process, _collections(process, outcome, empty, now), now)


def misnumbered(process: Process, profile: Mapping[str, Any]) -> Iterator[Refusal]:
    """Why *profile* holds a number of a civil servant that cannot be one."""
    for name in process.employee_numbers:
        if profile.get(name):
            for code, params in nip.mistakes(str(profile[name])):
                yield Refusal(code, name, params)


def set_seats(
    process: Process, case: Case, actor: Actor, role: str, confirmed: Iterable[str], now: datetime
) -> Outcome:
    """The people who hold *role* in this case, confirmed by *actor*. Raises ``Refused`` for too many or too few."""
    people, now = list(confirmed), case.not_before(now)
    seats = process.words.roles[role].seats
    if not seats.holds(len(people)):
        raise Refused(Refusal("jumlah_penilai", role, {"least": seats.least, "most": seats.most, "found": len(people)}))
    inputs = {"role": role, "confirmed": people}
    entry = Entry(seq=0, event="seats_set", at=now, person=actor.person, role=actor.role, inputs=inputs)
    return automatic(process, appended(process, Outcome(case=case, entries=()), entry), now)


def act(
    process: Process,
    case: Case,
    actor: Actor,
    action: str,
    values: Mapping[str, Any],
    now: datetime,
    *,
    answer: str = "",
) -> Outcome:
    """What follows when *actor* takes *action* with *values* {field: value}.

    ``answer`` is a fresh random id, the only name an anonymous answer gets. Raises ``Refused`` with every reason; the
    case handed in stays as it is. A *now* before the latest entry of its journal counts as that entry's instant.
    """
    now = case.not_before(now)
    stage = process.stages[case.stage]
    taken = NOTE if action == NOTE.id else stage.actions.get(action)
    if taken is None:
        raise Refused(Refusal("tidak_pada_tahap_ini", "", {"action": action, "stage": stage.title}))
    duty = process.duty_of(case.stage, taken, actor.role)
    _authorised(process, case, actor, taken, duty, now)
    written, ignored = writable(duty.page(taken, actor.role), actor.role, values)
    filled = sheet(process, case, actor, taken, written, now)
    if not process.holds(taken.show_if, filled.local):
        raise Refused(Refusal("tidak_pada_tahap_ini", "", {"action": taken.title, "stage": stage.title}))
    reasons = [*refusals(process, filled), *requirements(process, filled)]
    if not reasons and actor.role == process.system and not _due(process, case, taken, stage, now):
        reasons = [Refusal("belum_waktunya", "", {"action": taken.title})]
    if reasons:
        raise Refused(*reasons)
    outcome = _taken(process, Outcome(case=case, entries=(), ignored=ignored), actor, filled, now, answer)
    return automatic(process, outcome, now)


# --- may they? --------------------------------------------------------------------------------------------------------


def _authorised(process: Process, case: Case, actor: Actor, action: Action, duty: Duty, now: datetime) -> None:
    """Raises unless this role may take this action at this stage, now."""
    if action is NOTE:
        allowed = bool(duty.submitted_by(NOTE, actor.role))
    else:
        allowed = actor.role in process.actors_of(process.stages[case.stage], action)
    if not allowed:
        raise Refused(Refusal("peran_tidak_berwenang", "", {"action": action.title}))
    if action is not NOTE and answered(case, duty, actor, action):
        raise Refused(Refusal("sudah_menilai"))
    if actor.role != process.system and waiting(process, case, case.cycle.day_of(now)):
        raise Refused(Refusal("belum_waktunya", "", {"action": action.title}))


def answered(case: Case, duty: Duty, actor: Actor, action: Action) -> bool:
    """Whether this person has answered their task already: a single task is closed then, a seat carries its mark."""
    if action.to is not None or actor.role not in duty.actor:
        return False
    return duty.id not in case.open or (duty.many and actor.answered)


def _due(process: Process, case: Case, action: Action, stage: Stage, now: datetime) -> bool:
    """Whether the system may act: on entry always, when all have answered, after the deadline."""
    if "entry" in action.auto or ("complete" in action.auto and complete(process, case, stage)):
        return True
    due = due_on(process, case)
    return "deadline" in action.auto and due is not None and case.cycle.day_of(now) > due


def requirements(process: Process, filled: Sheet) -> Iterator[Refusal]:
    """The requirements of form and action that do not hold; all of them are told.

    ``unknown`` among the parameters: null was what came out, because something that the condition reads is missing.
    """
    form, action = filled.duty.form, filled.action
    submits = form is not None and not action.without_form and filled.local["actor"] in filled.duty.actor
    for clauses in (form.require if submits and form else (), action.require):
        for clause in clauses:
            held = clause.condition is None or process.run(clause.condition, filled.local)
            if held is not True:
                yield Refusal(clause.id, "", {"scope": filled.local, "unknown": held is None})


def offered(process: Process, case: Case, actor: Actor, action: Action, now: datetime) -> bool:
    """Whether *action* is offered at all: its ``show_if``. One that is not cannot be taken."""
    if action.show_if is None:
        return True
    blank = sheet(process, case, actor, action, {}, now)
    return process.holds(action.show_if, blank.local)


# --- what follows -----------------------------------------------------------------------------------------------------


def _taken(process: Process, outcome: Outcome, actor: Actor, filled: Sheet, now: datetime, answer: str) -> Outcome:
    case, duty, action = outcome.case, filled.duty, filled.action
    hidden = duty.anonymous and actor.role in duty.actor
    assert case.entered_at
    entry = Entry(
        seq=case.version + 1,
        event="moved" if action.to else "answered",
        at=case.entered_at if hidden else now,
        person="" if hidden else actor.person,
        role=actor.role,
        action=action.id,
        duty=duty.id,
        answer=(answer if duty.anonymous else actor.person) if duty.many else "",
        fields=dict(filled.inputs),
    )
    followed = fire(process, action, Step(case, {}), lambda: advance(process, case, entry, None if hidden else filled))
    wording = {"variant": duty.variant} if duty.variant else {}
    noted = {} if hidden else {**followed.noted, **wording}
    outcome = replace(
        outcome,
        case=followed.case,
        entries=(*outcome.entries, replace(entry, noted=noted)),
        took_seat=outcome.took_seat or (duty.many and action.to is None),
        reopened=outcome.reopened | _reopened(process, case, followed.case),
    )
    outcome = _collections(process, outcome, case, now, action)
    return _follow_up(process, outcome, actor, filled, now)


def _collections(
    process: Process, outcome: Outcome, before: Case, now: datetime, action: Action | None = None
) -> Outcome:
    """*outcome* with the collections that close with *action*, and those that open with the stage just entered."""
    case = outcome.case
    for collection in process.workflow.collections.values():
        if action and collection.closes == action.id and collection.id in case.collecting:
            entry = Entry(seq=0, event="collection_closed", at=now, duty=collection.id)
        elif _opens(process, collection, before, case):
            entry = Entry(seq=0, event="collection_opened", at=now, duty=collection.id)
        else:
            continue
        outcome = appended(process, outcome, entry)
    return outcome


def _opens(process: Process, collection: Collection, before: Case, case: Case) -> bool:
    """Whether the case has just entered, for the first time, the stage with which *collection* opens."""
    stage = collection.opens or process.workflow.start
    return case.entry > before.entry and case.stage == stage and stage not in before.path


def _follow_up(process: Process, outcome: Outcome, actor: Actor, filled: Sheet, now: datetime) -> Outcome:
    """*outcome* with the case of another workflow that the action starts for the same person, if it does.

    Its id follows from the case and the place in its journal, so that the same act always names the same case.
    """
    for clause in filled.action.starts or ():
        if process.holds(clause.condition, filled.local):
            case = outcome.case
            started = Started(clause.id, str(uuid5(FOLLOW_UPS, f"{case.id}/{case.version + 1}")))
            inputs = {"workflow": started.workflow, "case": started.case}
            entry = Entry(seq=0, event="started", at=now, person=actor.person, role=actor.role, inputs=inputs)
            return replace(appended(process, outcome, entry), starts=(*outcome.starts, started))
    return outcome


def _reopened(process: Process, before: Case, after: Case) -> frozenset[str]:
    """The roles with several seats that are asked (again) in the stage just entered."""
    if after.entry == before.entry:
        return frozenset()
    return frozenset(role for d in process.by_stage[after.stage] if d.many and d.id in after.open for role in d.actor)


def appended(process: Process, outcome: Outcome, entry: Entry) -> Outcome:
    """*outcome* with *entry* as the next line of its journal, and what it makes of the case."""
    entry = replace(entry, seq=outcome.case.version + 1)
    step = advance(process, outcome.case, entry)
    return replace(outcome, case=step.case, entries=(*outcome.entries, replace(entry, noted=step.noted)))


def automatic(process: Process, outcome: Outcome, now: datetime) -> Outcome:
    """*outcome* with the steps that the system takes by itself: on entry, and when everybody has answered."""
    for _ in range(AUTOMATIC_LIMIT):
        stage = process.stages[outcome.case.stage]
        actor = Actor(role=process.system)
        action = _next(process, outcome.case, stage)
        if action is None:
            return outcome
        filled = sheet(process, outcome.case, actor, action, {}, now)
        if any(requirements(process, filled)):
            return outcome
        outcome = _taken(process, outcome, actor, filled, now, "")
    return outcome


def _next(process: Process, case: Case, stage: Stage) -> Action | None:
    for action in stage.actions.values():
        if "entry" in action.auto or ("complete" in action.auto and complete(process, case, stage)):
            return action
    return None
