"""What time brings about: cases are woken when their time has come, each in a transaction of its own.

Several workers may do this at once, and a command beside them: who finds a case locked leaves it to whoever holds it,
and what has been brought about is not brought about again.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.timers import came, wakes_at
from web import instants, outbox
from web.database import reading, writing
from web.statements import Statement, instant, stamp
from web.store import store

log = logging.getLogger(__name__)

#: How many cases are looked up at once.
BATCH = 200
#: How often the system may move one case at one waking: a course that goes in circles must not hold up the others.
MOST = 20

_DUE = Statement("""
select id, wakes_at from appraisal where wakes_at <= :now and (wakes_at, id) > (:after, :id)
order by wakes_at, id limit :n
""")
_MINE = "select wakes_at from appraisal where id = :case and wakes_at <= :now"
_MINES = {True: Statement(_MINE), False: Statement(f"{_MINE} for update skip locked")}
_PUT_OFF = Statement("update appraisal set wakes_at = :until where wakes_at <= :now")
_NEXT = Statement("update appraisal set wakes_at = :next where id = :case")


def never() -> bool:
    """What is asked whether to stop, where nobody stops it."""
    return False


def sweep(stopping: Callable[[], bool] = never) -> int:
    """Wake every case whose time has come; how many this caller woke."""
    count = 0
    for case_id, since in _due(stopping):
        try:
            count += _woken(case_id)
        except Exception as error:
            # One case that cannot be woken stops no other: it becomes a job, is tried again and parked at last.
            log.warning("case %s could not be woken: %s", case_id, type(error).__name__)
            _set_aside(case_id, since)
    return count


def _due(stopping: Callable[[], bool]) -> Iterator[tuple[str, datetime]]:
    """The cases whose time has come, batch by batch, each batch in no order: so workers seldom meet."""
    now = instants.now(reading())
    after = {"after": "0001-01-01T00:00:00+00:00", "id": ""}
    while batch := _DUE.all(reading(), {"now": stamp(now), "n": BATCH, **after}):
        after = {"after": stamp(instant(batch[-1].wakes_at)), "id": batch[-1].id}
        for row in random.sample(batch, len(batch)):
            if stopping():
                return
            yield row.id, instant(row.wakes_at)


def _woken(case_id: str) -> bool:
    """Whether this caller woke the case: nobody else held it, or had done so before."""
    with writing() as rows:
        now = instants.now(rows)
        mine = _MINES[rows.dialect.name == "sqlite"]
        row = mine.first(rows, {"case": case_id, "now": stamp(now)})
        if row is not None:
            wake(rows, case_id, instant(row.wakes_at), now)
        return row is not None


def wake(rows: Connection, case_id: str, since: datetime, now: datetime) -> None:
    """Bring about what time does to a locked case: the system acts, or reminders that came since *since* are put out.

    When the case is to be woken next is written with it.
    """
    moves = 0
    while moves < MOST and store().overtake(rows, case_id, now):
        moves += 1
    if moves:
        return
    held = store().held_by_public(rows, case_id)
    for notice in came(held.process, held.case, since, now):
        about = {"case": case_id, "entry": held.case.entry, "kind": notice.kind, "day": notice.day.isoformat()}
        reason = f"{case_id}:{held.case.entry}:{about['day']}"
        outbox.put(rows, notice.kind, reason, {**about, "stage": notice.stage, "roles": notice.roles}, now)
    following = wakes_at(held.process, held.case, now)
    _NEXT.send(rows, {"case": case_id, "next": stamp(following) if following else None})


def again(rows: Connection, payload: Mapping[str, Any], now: datetime) -> None:
    """The work of a job ``WAKE``: what a sweep could not bring about."""
    store().lock(rows, payload["case"])
    wake(rows, payload["case"], datetime.fromisoformat(payload["since"]), now)


def put_off(rows: Connection, until: datetime, now: datetime) -> None:
    """Let what is due rest until then: examples stand as they are told, before time goes on."""
    _PUT_OFF.send(rows, {"until": stamp(until), "now": stamp(now)})


def _set_aside(case_id: str, since: datetime) -> None:
    with writing() as rows:
        now, payload = instants.now(rows), {"case": case_id, "since": stamp(since)}
        outbox.put(rows, outbox.WAKE, f"{case_id}:{stamp(since)}", payload, now)
        _NEXT.send(rows, {"case": case_id, "next": None})
