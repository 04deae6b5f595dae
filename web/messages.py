"""Who is told what: when a case enters a stage, when a deadline nears or passes, when a cycle opens.

Told are active people who can act now, whom a definition names for a missed deadline, and at the end the person
appraised. Each is told once, whatever roles they hold, and only while the case still stands where it stood. Nothing is
told when somebody answers, so nothing says who answered an anonymous task, or when.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from flask import current_app
from sqlalchemy import Connection

from engine import Actor
from engine.clock import opens_on, waiting
from engine.process import NOTE
from web import notices, outbox, webhooks
from web.held import Held, Missing
from web.holders import Holder, holders
from web.statements import Statement, instant, stamp
from web.store import store

#: Cases of a new cycle whose people are told in one transaction.
BATCH = 100

_NEXT = Statement("""
select id, person_id from appraisal where cycle_id = :cycle and person_id > :after order by person_id limit :n
""")
_CYCLE = Statement("select region_id, title from cycle where id = :cycle")


def entered(rows: Connection, payload: Mapping[str, Any], now: datetime) -> None:
    """Tells whoever the new stage waits for, or at the end the person appraised; other systems in any case.

    Nobody can act before the stage has opened: they are told on that day.
    """
    store().lock(rows, payload["case"])
    held = store().held_by_public(rows, payload["case"])
    case, reason = held.case, f"{payload['case']}:{payload['entry']}"
    if "at" in payload:
        webhooks.announce(rows, held, payload["entry"], instant(payload["at"]), now)
    if case.entry != payload["entry"]:
        return
    notices.past(rows, case.id, case.entry, now)
    if held.process.stages[case.stage].final:
        subject = (holder for holder in holders(rows, held) if held.process.subject in holder.roles)
        _tell(rows, subject, notices.CLOSED, reason, held, now)
    elif waiting(held.process, case, case.cycle.day_of(now)):
        opens = _opening(held)
        about = {"case": case.id, "entry": case.entry}
        outbox.put(rows, outbox.ENTERED, f"{reason}:{opens.date()}", about, opens)
    else:
        _tell(rows, _awaited(rows, held), notices.ENTERED, reason, held, now)


def deadline(rows: Connection, payload: Mapping[str, Any], now: datetime) -> None:
    """Tells of a near or missed deadline whoever has still to act, and of a missed one whom the definition names.

    Those whom it names for a later day are told alone, on that day.
    """
    held = _standing(rows, payload)
    if held is None or held.process.stages[held.case.stage].final:
        return
    kind = payload["kind"]
    reason = f"{payload['case']}:{payload['entry']}:{payload['day']}"
    awaited = {holder.person: holder for holder in _awaited(rows, held)}
    if kind != notices.ESCALATED:
        _tell(rows, awaited.values(), kind, reason, held, now)
    if kind != notices.REMINDER:
        named = frozenset(payload["roles"]) - _taking_part(held)
        others = (h for h in holders(rows, held) if h.roles & named and h.person not in awaited)
        _tell(rows, others, notices.ESCALATED, reason, held, now)


def cycle_opened(rows: Connection, payload: Mapping[str, Any], now: datetime) -> None:
    """Tells whoever has work in the first cases of a new cycle, each once; a further job tells of the next cases."""
    cycle, after = payload["cycle"], payload.get("after", "")
    known = _CYCLE.first(rows, {"cycle": cycle})
    if not after:
        webhooks.announce_cycle(rows, known.region_id, cycle, now)
    found = _NEXT.all(rows, {"cycle": cycle, "after": after, "n": BATCH})
    for row in found:
        _begun(rows, store().held_by_public(rows, row.id), cycle, known.title, now)
    if len(found) == BATCH:
        run, last = payload.get("run") or stamp(now), found[-1].person_id
        going_on = {"cycle": cycle, "run": run, "after": last}
        outbox.put(rows, outbox.CYCLE_OPENED, f"{cycle}:{run}:{last}", going_on, now)


def _begun(rows: Connection, held: Held, cycle: str, title: str, now: datetime) -> None:
    case = held.case
    if waiting(held.process, case, case.cycle.day_of(now)):
        opens, payload = _opening(held), {"case": case.id, "entry": case.entry}
        outbox.put(rows, outbox.ENTERED, f"{case.id}:{case.entry}:{opens.date()}", payload, opens)
        return
    for holder in _awaited(rows, held):
        own = case.id if holder.person == held.subject.id else None
        _tell_one(rows, holder, notices.CYCLE_OPENED, cycle, {"title": title, "entry": case.entry}, now, case=own)


def _standing(rows: Connection, payload: Mapping[str, Any]) -> Held | None:
    """The case, if it still stands in that visit of the stage; it stays there until this transaction ends."""
    store().lock(rows, payload["case"])
    try:
        held = store().held_by_public(rows, payload["case"])
    except Missing:
        return None
    return held if held.case.entry == payload["entry"] else None


def _opening(held: Held) -> datetime:
    """The beginning of the day on which the present stage opens."""
    day = opens_on(held.process, held.case)
    assert isinstance(day, date)
    return datetime.combine(day, time(), held.case.cycle.tz).astimezone(UTC)


# --- who --------------------------------------------------------------------------------------------------------------


def _awaited(rows: Connection, held: Held) -> Iterator[Holder]:
    """Those who have something to do at the present stage and have not done it."""
    return (holder for holder in holders(rows, held) if any(_works(held, actor) for actor in holder.actors))


def _works(held: Held, actor: Actor) -> bool:
    for duty in held.process.by_stage[held.case.stage]:
        if duty.id in held.case.open and actor.role in duty.actor:
            return not (duty.many and actor.answered)
        if actor.role not in duty.actor and duty.submitted_by(NOTE, actor.role):
            return True
    return False


def _taking_part(held: Held) -> frozenset[str]:
    """The roles with a task at the present stage, whether it is done or not: none is told of it as others' work.

    More than ``engine.timers.working``, whom the stage still waits for. A job names those of the day of the deadline;
    who has done their part since is told nothing any more, neither as one who is late nor as one who looks after it.
    """
    return frozenset(role for duty in held.process.by_stage[held.case.stage] for role in duty.actor)


# --- telling ----------------------------------------------------------------------------------------------------------


def _tell(rows: Connection, people: Iterable[Holder], kind: str, reason: str, held: Held, now: datetime) -> None:
    detail = {"entry": held.case.entry, "stage": held.case.stage}
    for holder in people:
        _tell_one(rows, holder, kind, reason, detail, now, case=held.case.id)


def _tell_one(
    rows: Connection,
    holder: Holder,
    kind: str,
    reason: str,
    detail: Mapping[str, Any],
    now: datetime,
    *,
    case: str | None,
) -> None:
    """A notice, and a letter where one is wanted: its job names the notice, never what it says.

    An office has hundreds of cases: who holds nothing else gets a letter a day at most.
    """
    notice = notices.tell(rows, holder.person, kind, reason, detail, now, case=case)
    if notice and holder.mail and current_app.extensions["settings"].mail:
        reason = f"{holder.person}:{now.date()}" if holder.by_office else notice
        outbox.put(rows, outbox.MAIL, reason, {"notice": notice}, now)
