"""The queue of jobs: who holds which, what is done, what is tried again later, what is given up.

A worker claims jobs for a while; one that dies loses them when the while is over. Every claim is a try, and its number
tells one claim from the next, so that only who holds a job last can mark it done.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from engine.jsontext import loaded
from web.console import N_
from web.statements import Statement, stamp

#: How long a worker holds a job: longer than any job may take, shorter than anybody would wait for a dead worker's.
LEASE = timedelta(minutes=2)
#: How many jobs that were never tried a worker claims at once. Of those that were, one: what kills a worker is alone.
BATCH = 10
#: After so many tries a job is parked. With the pauses between them: what is down for half a day parks nothing.
TRIES = 16
_PAUSE, _LONGEST = timedelta(seconds=10), timedelta(hours=2)
#: How long it is known what was done.
KEPT = timedelta(days=30)
#: How many old rows one transaction deletes.
_SWEPT = 1000
#: What is told of a job of which its workers died.
DIED = "WorkerDied"
#: How many jobs that were not done are listed.
SHOWN = 500
#: The longest text of an error that is kept.
_TEXT = 200


#: Why work could not be done, by code; what belongs to it is filled in. Told in the language of whoever reads it.
WHY = {
    "recipient_refused": N_("Server surel menolak penerima: {said}"),
    "letter_refused": N_("Server surel menolak surat: {said}"),
    "mail_refused": N_("Server surel menolak: {said}"),
    "not_reached": N_("Sistem yang dituju tidak terjangkau: {said}"),
    "answered": N_("Sistem yang dituju menjawab dengan status {said}."),
    "address_unreadable": N_("Alamat sistem lain tidak dapat dibaca."),
    "address_not_https": N_("Alamat sistem lain harus dimulai dengan https."),
    "address_not_plain": N_("Alamat sistem lain tidak boleh memuat nama, kata sandi, atau tanda #."),
    "host_not_allowed": N_("{said} tidak ada di BORANG_WEBHOOK_HOSTS."),
    "host_leads_away": N_("{said} mengarah ke alamat yang tidak diizinkan."),
    "unknown_kind": N_("Versi layanan ini tidak mengenal pekerjaan {said}."),
}


class Undone(Exception):
    """Work could not be done. *code* is one of ``WHY``, *said* what belongs to it: no answers, no tokens, no keys.

    What another try cannot change is parked at once: *again* is false.
    """

    def __init__(self, code: str, said: str = "", *, again: bool = True) -> None:
        super().__init__(f"{code} {said}".strip())
        self.again = again


def why(written: str, translate: Callable[[str], str]) -> str:
    """The text of an ``Undone`` in words; what is no code stays as it is."""
    code, _space, said = written.partition(" ")
    return translate(WHY[code]).format(said=said) if code in WHY else written


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job in a worker's hands. ``id`` is the same at every try; ``attempts`` is the number of this one."""

    id: str
    kind: str
    payload: Mapping[str, Any]
    attempts: int
    holder: str


_WHAT = "id, kind, payload, state, run_at, attempts, last_error"
_PARKED = Statement(f"select {_WHAT} from job where state = 'parked' order by run_at, id limit :n")
_LATE = Statement(f"""
select {_WHAT} from job where state = 'waiting' and (attempts > 0 or run_at < :before) order by run_at, id limit :n
""")
_ONE_PARKED = Statement(f"select {_WHAT} from job where id = :id and state = 'parked'")
_IS_DUE = Statement("select 1 as found from job where state = 'waiting' and run_at <= :now limit 1")
_OPEN = """
select id, kind, payload, attempts from job where state = 'waiting' and run_at <= :now
and attempts between :fewest and :most and (claimed_until is null or claimed_until < :wall)
order by run_at, id limit :n
"""
_OPENS = {True: Statement(_OPEN), False: Statement(f"{_OPEN} for update skip locked")}
# Who finds it next finds it behind what is due by then: what kills its worker is not always the first.
_HOLD = Statement("""
update job set claimed_by = :holder, claimed_until = :until, run_at = :run_at, attempts = attempts + 1 where id = :id
""")
_GIVE_UP = Statement("update job set state = 'parked', run_at = :now, last_error = :error where id = :id")
_HELD = "where id = :id and state = 'waiting' and claimed_by = :holder and attempts = :attempts"
_DONE = Statement(f"update job set state = 'done', run_at = :now, claimed_until = null, last_error = null {_HELD}")
_LATER = Statement(f"""
update job set state = :state, run_at = :run_at, claimed_until = null, claimed_by = null, last_error = :error {_HELD}
""")
_RELEASE = Statement(f"""
update job set attempts = attempts - 1, run_at = :now, claimed_until = null, claimed_by = null {_HELD}
""")
_REVIVE = Statement("""
update job set state = 'waiting', attempts = 0, run_at = :now where id = :id and state = 'parked'
""")
_DROP = Statement("delete from job where id = :id and state = 'parked'")
_FORGET = Statement("""
delete from job where id in (select id from job where state = 'done' and run_at < :before limit :n)
""")


def unfinished(rows: Connection, before: datetime) -> list[Any]:
    """The jobs that were given up, then those that are tried again or were due *before*; the oldest, ``SHOWN`` of each.

    Each with ``id``, ``kind``, ``payload`` (text), ``state``, ``run_at``, ``attempts``, ``last_error``.
    """
    return given_up(rows) + _LATE.all(rows, {"n": SHOWN, "before": stamp(before)})


def given_up(rows: Connection) -> list[Any]:
    """The jobs that were given up, as ``unfinished`` gives them."""
    return _PARKED.all(rows, {"n": SHOWN})


def parked(rows: Connection, job_id: str) -> Any:
    """A job that was given up, as ``unfinished`` gives it; ``None`` if there is none."""
    return _ONE_PARKED.first(rows, {"id": job_id})


def due(rows: Connection, now: datetime) -> bool:
    """Whether there may be something to claim."""
    return _IS_DUE.first(rows, {"now": stamp(now)}) is not None


def claim(
    rows: Connection, holder: str, now: datetime, wall: datetime, *, most: int = BATCH, lease: timedelta = LEASE
) -> list[Job]:
    """The jobs that *holder* works on from now on: at most *most* new ones, and behind them one tried before.

    *now* is the time of appraisals, by which jobs are due; *wall* the real time, by which they are held.
    """
    opens = _OPENS[rows.dialect.name == "sqlite"]
    asked = {"now": stamp(now), "wall": stamp(wall)}
    new = opens.all(rows, {**asked, "fewest": 0, "most": 0, "n": most})
    tried = opens.all(rows, {**asked, "fewest": 1, "most": 2**31 - 1, "n": 1})
    found = [row for row in (*new, *tried) if not _hopeless(rows, row, now)]
    held = {"holder": holder, "until": stamp(wall + lease), "run_at": stamp(now + lease)}
    _HOLD.send_each(rows, [{**held, "id": row.id} for row in found])
    return [
        Job(id=row.id, kind=row.kind, payload=loaded(row.payload), attempts=row.attempts + 1, holder=holder)
        for row in found
    ]


def _hopeless(rows: Connection, row: Any, now: datetime) -> bool:
    """Whether every worker that tried the job died of it, or with it: then it is parked."""
    if row.attempts >= TRIES:
        _GIVE_UP.send(rows, {"id": row.id, "now": stamp(now), "error": DIED})
    return row.attempts >= TRIES


def done(rows: Connection, job: Job, now: datetime) -> bool:
    """Mark *job* done in this transaction; whether it was still the holder's, and not done by another."""
    return _DONE.change(rows, {**_held(job), "now": stamp(now)}) == 1


def retry(rows: Connection, job: Job, error: str, now: datetime) -> bool:
    """Put *job* back for later, or park it after the last try; whether it was parked."""
    if job.attempts >= TRIES:
        park(rows, job, error, now)
        return True
    later = {"state": "waiting", "run_at": stamp(now + pause(job.id, job.attempts)), "error": error[:_TEXT]}
    _LATER.send(rows, {**_held(job), **later})
    return False


def park(rows: Connection, job: Job, error: str, now: datetime) -> None:
    """Give *job* up until an administrator looks at it."""
    _LATER.send(rows, {**_held(job), "state": "parked", "run_at": stamp(now), "error": error[:_TEXT]})


def release(rows: Connection, job: Job, now: datetime) -> None:
    """Hand back a job that was claimed and not begun: it was no try."""
    _RELEASE.send(rows, {**_held(job), "now": stamp(now)})


def revive(rows: Connection, job_id: str, now: datetime) -> bool:
    """Try a parked job again from the beginning; whether there was one."""
    return _REVIVE.change(rows, {"id": job_id, "now": stamp(now)}) == 1


def drop(rows: Connection, job_id: str) -> bool:
    """Forget a parked job; whether there was one."""
    return _DROP.change(rows, {"id": job_id}) == 1


def forget(rows: Connection, now: datetime) -> bool:
    """Delete some of what was done long ago; whether there may be more."""
    return _FORGET.change(rows, {"before": stamp(now - KEPT), "n": _SWEPT}) == _SWEPT


def pause(job_id: str, attempts: int) -> timedelta:
    """How long a job rests after its try number *attempts*: twice as long each time, spread by its id."""
    spread = 1 + zlib.crc32(f"{job_id}{attempts}".encode()) / 2**32 / 4
    return min(_PAUSE * 2 ** min(attempts - 1, 20), _LONGEST) * spread


def _held(job: Job) -> dict[str, Any]:
    return {"id": job.id, "holder": job.holder, "attempts": job.attempts}
