"""Notices: what somebody is told inside the service, kept until they have read it, and for a year."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection

from engine.jsontext import dumped
from web.statements import Statement, stamp

#: Work waits for the reader; a deadline is near; it has passed; others have missed it; the case has come to its end;
#: a cycle has begun.
ENTERED, REMINDER, OVERDUE, ESCALATED, CLOSED, CYCLE_OPENED = (
    "entered", "reminder", "overdue", "escalated", "closed", "cycle_opened",
)  # fmt: skip
#: Notices of one page.
PAGE = 20
KEPT = timedelta(days=365)

_TELL = Statement("""
insert into notice (id, person_id, case_id, kind, detail, dedup_key, at)
values (:id, :person, :case, :kind, :detail, :dedup, :at) on conflict (dedup_key) do nothing
""")
_COLUMNS = "id, person_id, case_id, kind, detail, at, read_at"
_REPLACED = Statement("""
update notice set read_at = :day
where person_id = :person and case_id = :case and id <> :id and read_at is null
""")
_ONE = Statement(f"select {_COLUMNS} from notice where id = :id")
_LISTED = {
    unread: Statement(f"""
    select {_COLUMNS} from notice
    where person_id = :person and read_at is {state} and (at, id) < (:at, :id) order by at desc, id desc limit :n
    """)
    for unread, state in ((True, "null"), (False, "not null"))
}
_READ = Statement("update notice set read_at = :day where id = :id and person_id = :person and read_at is null")
_READ_ALL = Statement("update notice set read_at = :day where person_id = :person and read_at is null")
_EARLIER = "case_id = :case and dedup_key not like :present"
_PAST = Statement(f"""
update notice set read_at = :day where {_EARLIER} and kind in ('entered', 'cycle_opened') and read_at is null
""")
_FORGET = Statement(f"delete from notice where {_EARLIER} and kind in ('reminder', 'overdue', 'escalated')")
_OLD = Statement("delete from notice where id in (select id from notice where at < :before limit :n)")
#: How many old rows one transaction deletes.
_SWEPT = 1000


class Place(NamedTuple):
    """Where a page of notices begins: after this one."""

    unread: bool
    at: str
    id: str


#: Before every notice.
TOP = Place(True, "9999-12-31T00:00:00.000000+00:00", "")


def tell(
    rows: Connection, person: str, kind: str, reason: str, detail: Mapping[str, Any], now: datetime, *, case: str | None
) -> str | None:
    """Tells *person* once for each *kind* and *reason*; the new notice's id, ``None`` if they were told before.

    A reason about a case begins with the case and its entry. What they were told of the case before is read by then.
    """
    notice = uuid.uuid4().hex
    row = {"id": notice, "person": person, "case": case, "kind": kind, "detail": dumped(detail), "at": stamp(now)}
    told = _TELL.change(rows, {**row, "dedup": f"{kind}:{reason}:{person}"})
    if told and case is not None:
        _REPLACED.send(rows, {"person": person, "case": case, "id": notice, "day": _day(now)})
    return notice if told else None


def one(rows: Connection, notice: str) -> Any:
    """The row of a notice; ``None`` if it is gone."""
    return _ONE.first(rows, {"id": notice})


def listed(rows: Connection, person: str, after: Place = TOP) -> list[Any]:
    """The notices of *person* after a place, unread ones first, the latest first: a page, and one more if there is."""
    found: list[Any] = []
    for unread in (True, False) if after.unread else (False,):
        begin = after if unread == after.unread else TOP
        binds = {"person": person, "at": begin.at, "id": begin.id, "n": PAGE + 1 - len(found)}
        found += _LISTED[unread].all(rows, binds)
    return found


def read(rows: Connection, person: str, notice: str, now: datetime) -> None:
    """*person* has read one of their own notices."""
    _READ.send(rows, {"id": notice, "person": person, "day": _day(now)})


def read_all(rows: Connection, person: str, now: datetime) -> None:
    _READ_ALL.send(rows, {"person": person, "day": _day(now)})


def past(rows: Connection, case: str, entry: int, now: datetime) -> None:
    """The case has moved on to *entry*: what was asked at an earlier stage waits no more.

    Who was reminded is forgotten: laid beside the order of anonymous answers it would say who had answered by then.
    """
    earlier = {"case": case, "present": f"%:{case}:{entry}:%"}
    _FORGET.send(rows, earlier)
    _PAST.send(rows, {**earlier, "day": _day(now)})


def forget(rows: Connection, now: datetime) -> bool:
    """Delete some of what was told more than a year ago; whether there may be more."""
    return _OLD.change(rows, {"before": stamp(now - KEPT), "n": _SWEPT}) == _SWEPT


def _day(now: datetime) -> str:
    return stamp(datetime.combine(now.astimezone(UTC).date(), time(), UTC))
