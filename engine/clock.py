"""Days of a case: when a stage opens and until when it is in time. Pure functions of the case."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from engine.case import Case
from engine.process import Process


class Window(NamedTuple):
    """The days of the present stage: ``opens_on`` and ``due_on``."""

    opens: date | None
    due: date | None


def opens_on(process: Process, case: Case) -> date | None:
    """The first day of the present stage, if it must be waited for; the day it was entered otherwise."""
    opens = process.stages[case.stage].opens
    entered = case.cycle.day_of(case.entered_at) if case.entered_at else None
    if opens is None or entered is None:
        return entered
    return max(opens.on(case.cycle.start), entered)


def waiting(process: Process, case: Case, today: date) -> bool:
    """Whether the present stage has not opened yet."""
    opens = opens_on(process, case)
    return opens is not None and today < opens


def due_on(process: Process, case: Case) -> date | None:
    """The last day on which the present stage is in time, ``None`` without a deadline.

    Days count from the day the stage was entered, or opened if that is later. A day of the cycle moves by the time
    that the case spent in stages that pause the clock; if it has passed when the stage is entered, that day is in time
    still, so that nobody is late with what they could not yet do.
    """
    return window(process, case).due


def window(process: Process, case: Case) -> Window:
    """Both days of the present stage: most of the second is working out the first."""
    deadline = process.stages[case.stage].deadline
    opens = opens_on(process, case)
    if deadline is None or opens is None:
        return Window(opens, None)
    due = deadline.due(opens, case.cycle.start, process.words.calendar)
    return Window(opens, max(due + case.paused, opens) if deadline.day else due)


def days_late(process: Process, case: Case, today: date) -> int:
    """How many days the present stage is overdue; 0 while it is in time."""
    due = due_on(process, case)
    return max((today - due).days, 0) if due else 0


def paused_by(process: Process, case: Case, left: datetime) -> timedelta:
    """By how much leaving the present stage at *left* moves the dated deadlines of later stages: whole days."""
    if not process.stages[case.stage].pauses or case.entered_at is None:
        return timedelta()
    return case.cycle.day_of(left) - case.cycle.day_of(case.entered_at)
