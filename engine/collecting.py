"""Answers beside the path: what many people send to a collection of a case while it is open. Pure, like ``act``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from engine.act import requirements
from engine.case import Actor, Case, Entry, Outcome
from engine.errors import Refusal, Refused
from engine.journal import advance
from engine.process import Duty, Process
from engine.sheet import Sheet, refusals, sheet


def is_open(process: Process, case: Case, collection: str) -> bool:
    """Whether *collection* takes answers for this case now."""
    return collection in case.collecting and not process.stages[case.stage].final


def collections_of(process: Process, case: Case, role: str) -> Iterator[Duty]:
    """The collections that take answers of *role* for this case now."""
    for duty in process.by_stage.get("", ()):
        if role in duty.actor and is_open(process, case, duty.id):
            yield duty


def receive(
    process: Process,
    case: Case,
    collection: str,
    actor: Actor,
    action: str,
    values: Mapping[str, Any],
    now: datetime,
    *,
    answer: str,
    number: str = "",
    spent: frozenset[str] = frozenset(),
) -> Outcome:
    """What follows when somebody sends *values* {field: value} to *collection*.

    ``answer`` is a fresh random id, the only name the answer gets; ``number`` that of a ticket. ``spent`` names the
    fields whose answer was used before, where it can be used once. The entry never says who sent it, nor when if the
    collection is anonymous, nor what can be used once. Raises ``Refused`` with every reason; the case stays as it is.
    """
    now = case.not_before(now)
    duty = process.duties[collection]
    taken = duty.actions.get(action)
    if taken is None or actor.role not in (taken.actor or duty.actor):
        raise Refused(Refusal("peran_tidak_berwenang", "", {"action": taken.title if taken else action}))
    if not is_open(process, case, collection):
        early = collection not in case.collecting and not _was_open(process, case, collection)
        raise Refused(Refusal("pengumpulan_belum_dibuka" if early else "pengumpulan_sudah_ditutup"))
    writable = {name: value for name, value in values.items() if name in duty.page(taken, actor.role).open}
    filled = sheet(process, case, actor, taken, writable, now, duty=duty)
    reasons = [*refusals(process, filled), *_used(filled, spent), *requirements(process, filled)]
    if reasons:
        raise Refused(*reasons)
    entry = Entry(
        seq=case.version + 1,
        event="received",
        at=case.entered_at or now if duty.anonymous else now,
        role=duty.actor[0] if duty.anonymous else actor.role,
        action=action,
        duty=collection,
        answer=answer,
        fields={name: value for name, value in filled.inputs.items() if name not in duty.once},
        inputs={"number": number} if duty.ticket else {},
    )
    step = advance(process, case, entry)
    return Outcome(
        case=step.case,
        entries=(entry,),
        ignored=tuple(sorted(values.keys() - writable.keys())),
    )


def _was_open(process: Process, case: Case, collection: str) -> bool:
    opens = process.workflow.collections[collection].opens or process.workflow.start
    return opens in case.path


def _used(filled: Sheet, spent: frozenset[str]) -> Iterator[Refusal]:
    for name in filled.duty.once & spent:
        yield filled.duty.fields[name].refusal("kode_sudah_dipakai")
