"""What time brings about: reminders, and the actions that the system takes when a deadline passes.

Pure functions of the case and ``now``; who calls them, and how often, is the service's affair.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from engine.act import act
from engine.case import Actor, Case, Outcome
from engine.clock import Window, due_on, window
from engine.errors import Refused
from engine.process import Process

OVERDUE = "overdue"
REMINDER = "reminder"
ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody is told of a deadline, on ``day``.

    ``reminder`` before it or on its day, ``overdue`` on the first day after it, ``escalated`` later still.
    """

    kind: str
    day: date
    stage: str
    roles: tuple[str, ...]


def due_actions(process: Process, case: Case, now: datetime) -> tuple[str, ...]:
    """The actions that the system should try now, because the deadline of the present stage has passed."""
    return _actions_at(process, case, now, due_on(process, case))


def _actions_at(process: Process, case: Case, now: datetime, due: date | None) -> tuple[str, ...]:
    if due is None or case.cycle.day_of(case.not_before(now)) <= due:
        return ()
    return tuple(name for name, a in process.stages[case.stage].actions.items() if "deadline" in a.auto)


def overtaken(process: Process, case: Case, now: datetime) -> Outcome | None:
    """What follows if the system acts now because a deadline has passed; ``None`` where nothing does.

    An action whose requirements do not hold is not taken: the stage stays open, and overdue.
    """
    for name in due_actions(process, case, now):
        try:
            return act(process, case, Actor(role=process.system), name, {}, now)
        except Refused:
            continue
    return None


def notices(process: Process, case: Case) -> Iterator[Notice]:
    """Who is to be told about the deadline of the present stage, and on which days, in the order of the days."""
    yield from _notices_in(process, case, *window(process, case))


def _notices_in(process: Process, case: Case, opens: date | None, due: date | None) -> Iterator[Notice]:
    if due is None:
        return
    stage, defaults = process.stages[case.stage], process.words.defaults
    waited_for = working(process, case)
    days = defaults.remind if stage.remind is None else stage.remind
    for days_before in sorted(set(days), reverse=True):
        day = due - timedelta(days=int(days_before))
        if opens is None or day >= opens:
            yield Notice(REMINDER, day, stage.id, waited_for)
    told: dict[date, list[str]] = {due: list(waited_for)}
    for role, span in (defaults.overdue if stage.overdue is None else stage.overdue).items():
        told.setdefault(span.after(due, process.words.calendar), []).append(role)
    for passed, roles in sorted(told.items()):
        kind = OVERDUE if passed == due else ESCALATED
        yield Notice(kind, passed + timedelta(days=1), stage.id, tuple(dict.fromkeys(roles)))


def wakes_at(process: Process, case: Case, now: datetime) -> datetime | None:
    """The first instant after *now* at which time brings something about in the present stage; ``None`` without one.

    Always the beginning of a local day: of a reminder, of the first day that is late, of one on which others are told.
    """
    return _first_of(notices(process, case), case, now)


def looks_again(process: Process, case: Case, window: Window, now: datetime) -> datetime | None:
    """When somebody is to look again what time brings about in a case that has just moved, into *window*.

    At *now*, while the system has still to act on a deadline that has passed; else as ``wakes_at``.
    """
    if _actions_at(process, case, now, window.due):
        return now
    return _first_of(_notices_in(process, case, *window), case, now)


def _first_of(found: Iterator[Notice], case: Case, now: datetime) -> datetime | None:
    """When the first of the notices *found* begins that does so after *now*."""
    return min((begins for notice in found if (begins := _begins(notice, case)) > now), default=None)


def came(process: Process, case: Case, since: datetime, now: datetime) -> tuple[Notice, ...]:
    """The notices whose day began at *since* or later, and has begun by *now*: of each kind one, to all its roles.

    Who looks after three days tells of each deadline once.
    """
    found: dict[str, Notice] = {}
    for notice in notices(process, case):
        if since <= _begins(notice, case) <= now:
            before = found.get(notice.kind, notice)
            found[notice.kind] = replace(notice, roles=tuple(dict.fromkeys((*before.roles, *notice.roles))))
    return tuple(found.values())


def _begins(notice: Notice, case: Case) -> datetime:
    """The instant at which the day of *notice* begins where the case is."""
    return datetime.combine(notice.day, time(), case.cycle.tz).astimezone(UTC)


def working(process: Process, case: Case) -> tuple[str, ...]:
    """The roles whose work the present stage still waits for; who has done theirs is not among them."""
    open_duties = (duty for duty in process.by_stage[case.stage] if duty.id in case.open)
    return tuple(dict.fromkeys(role for duty in open_duties for role in duty.actor if role != process.system))
