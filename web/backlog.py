"""What the service still has to do and cannot, or not yet: for whoever looks after a region, in their words.

Nothing here says to whom a message goes: it may be somebody who answers anonymously.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Connection

from engine.jsontext import dumped, loaded
from web import instants, jobs, outbox
from web.definitions import library
from web.held import Missing
from web.languages import moment
from web.statements import Statement, instant, stamp
from web.store import store

#: What is due for longer than this waits.
PATIENCE = timedelta(minutes=10)

#: What stands before an error that was written to be read.
_SAID = f"{jobs.Undone.__name__}: "
_OFFICES = Statement("select region_id, role from office where person_id = :me and unit_code = ''")
_AUDIT = Statement("insert into audit (at, person_id, kind, detail) values (:at, :person, :kind, :detail)")
#: Where the region of a job stands, by what its payload names.
_REGIONS = {
    "case": Statement("select region_id from appraisal where id = :id"),
    "cycle": Statement("select region_id from cycle where id = :id"),
    "webhook": Statement("select region_id from webhook where id = :id"),
    "notice": Statement("select p.region_id from notice n join person p on p.id = n.person_id where n.id = :id"),
}


@dataclass(frozen=True, kw_only=True)
class Late:
    """A job that was not done: what, about whose case, since when, how often it was tried, and what was wrong."""

    id: str
    title: str
    about: str
    when: str
    tries: int
    why: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """What was given up, and what is tried again or should have been done."""

    parked: tuple[Late, ...]
    waiting: tuple[Late, ...]


def regions(rows: Connection, me: str) -> frozenset[str]:
    """The regions whose jobs *me* looks after: where they hold an office that is told of missed deadlines."""
    held = _OFFICES.all(rows, {"me": me})
    return frozenset(office.region_id for office in held if office.role in _told(office.region_id))


def _told(region: str) -> set[str]:
    """The offices of *region* that its processes tell of missed deadlines."""
    processes = (p for p in library().processes.values() if p.workflow.region in (None, "", region))
    return {
        role
        for process in processes
        for role in process.words.defaults.overdue
        if process.words.roles[role].is_ == "region office"
    }


def backlog(rows: Connection, me: str, zone: str) -> Backlog:
    """The jobs that *me* looks after and that were not done; the oldest first."""
    mine, now = regions(rows, me), instants.now(rows)
    found = [row for row in jobs.unfinished(rows, now - PATIENCE) if _region(rows, row) in mine]
    return Backlog(
        parked=tuple(_late(rows, me, row, zone, now) for row in found if row.state == "parked"),
        waiting=tuple(_late(rows, me, row, zone, now) for row in found if row.state != "parked"),
    )


def stuck(rows: Connection, me: str) -> int | None:
    """How many jobs were given up that *me* looks after; ``None`` where they look after none."""
    mine = regions(rows, me)
    found = (row for row in jobs.given_up(rows) if _region(rows, row) in mine)
    return sum(1 for _row in found) if mine else None


def parked(rows: Connection, me: str, job_id: str, zone: str) -> Late:
    """A job that was given up. Raises ``Missing`` where *me* does not look after it."""
    row = jobs.parked(rows, job_id)
    if row is None or _region(rows, row) not in regions(rows, me):
        raise Missing(job_id)
    return _late(rows, me, row, zone, instants.now(rows))


def decide(rows: Connection, me: str, job_id: str, *, again: bool) -> bool:
    """Try a parked job again, or forget it; whether it was still parked. Who decided it is kept."""
    now = instants.now(rows)
    changed = jobs.revive(rows, job_id, now) if again else jobs.drop(rows, job_id)
    if changed:
        kind = "job_revived" if again else "job_dropped"
        _AUDIT.send(rows, {"at": stamp(now), "person": me, "kind": kind, "detail": dumped([job_id])})
    return changed


def _region(rows: Connection, row: Any) -> str:
    """Whose job it is; empty where nobody knows."""
    payload = loaded(row.payload)
    for name, statement in _REGIONS.items():
        found = statement.first(rows, {"id": payload[name]}) if name in payload else None
        if found:
            return str(found.region_id)
    return ""


# --- in words ---------------------------------------------------------------------------------------------------------


def _late(rows: Connection, me: str, row: Any, zone: str, now: datetime) -> Late:
    error, at = row.last_error or "", instant(row.run_at)
    if row.state == "parked":
        when = _("Berhenti dicoba %(at)s", at=moment(at, zone))
    elif at > now:
        when = _("Dicoba lagi %(at)s", at=moment(at, zone))
    else:
        when = _("Menunggu sejak %(at)s", at=moment(at, zone))
    return Late(
        id=row.id,
        title=kind_in_words(row.kind),
        about=_about(rows, me, loaded(row.payload)),
        when=when,
        tries=row.attempts,
        why=error_in_words(error),
        detail="" if error.startswith(_SAID) else error,
    )


def _about(rows: Connection, me: str, payload: Mapping[str, Any]) -> str:
    """Whose case it is, where *me* may read it."""
    if "case" not in payload:
        return ""
    try:
        return store().held(rows, me, payload["case"]).subject.name
    except Missing:
        return ""


def kind_in_words(kind: str) -> str:
    return {
        outbox.ENTERED: _("Memberi tahu bahwa berkas masuk tahap baru"),
        outbox.REMINDER: _("Mengingatkan tenggat"),
        outbox.OVERDUE: _("Memberi tahu bahwa tenggat terlewat"),
        outbox.ESCALATED: _("Memberi tahu pihak lain bahwa tenggat sudah lama terlewat"),
        outbox.WAKE: _("Memeriksa tenggat berkas"),
        outbox.CYCLE_OPENED: _("Memberi tahu bahwa siklus dibuka"),
        outbox.MAIL: _("Mengirim surel"),
        outbox.WEBHOOK: _("Memberi tahu sistem lain"),
    }.get(kind, kind)


def error_in_words(error: str) -> str:
    """What is wrong and who can do something about it; nothing for no error."""
    if not error:
        return ""
    if error.startswith(_SAID):
        return jobs.why(error.removeprefix(_SAID), _)
    if error == jobs.DIED:
        return _("Layanan berhenti setiap kali mengerjakannya. Sampaikan kepada pengelola teknis.")
    name = error.partition(" ")[0]
    if name in ("OperationalError", "InterfaceError", "DBAPIError"):
        return _("Basis data tidak menjawab atau sedang sibuk.")
    if name in ("ConnectionRefusedError", "ConnectionResetError", "TimeoutError", "OSError", "gaierror"):
        return _("Sistem yang dituju tidak dapat dihubungi.")
    return _("Ada kesalahan di dalam layanan. Sampaikan keterangan di bawah kepada pengelola teknis.")
