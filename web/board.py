"""What somebody is told, put into words: the page of notices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Connection

from engine.clock import due_on
from engine.jsontext import loaded
from web import notices
from web.held import Held, Missing
from web.languages import due_text, late_text, moment, translated
from web.notices import Place
from web.statements import instant, stamp
from web.store import store


@dataclass(frozen=True, kw_only=True)
class Told:
    """One notice: what to do, about whom, until when, when it was told, and whether it leads anywhere."""

    id: str
    title: str
    about: str
    state: str
    late: bool
    told: str
    opens: bool


@dataclass(frozen=True, kw_only=True)
class Board:
    """A page of notices; ``next`` is the address of the following one, ``first`` of the first if this is another."""

    unread: tuple[Told, ...]
    read: tuple[Told, ...]
    first: str
    next: str


def board(rows: Connection, person: str, zone: str, now: datetime, after: Place | None = None) -> Board:
    """The notices of *person*. What they may no longer open is told without names."""
    found = notices.listed(rows, person, after or notices.TOP)
    shown, more = found[: notices.PAGE], len(found) > notices.PAGE
    last = shown[-1] if more else None
    return Board(
        unread=tuple(_told(rows, person, zone, row, now) for row in shown if row.read_at is None),
        read=tuple(_told(rows, person, zone, row, now) for row in shown if row.read_at is not None),
        first=url_for("notices.board") if after else "",
        next=url_for("notices.board", sesudah=_written(last)) if last else "",
    )


def _written(row: Any) -> str:
    return f"{int(row.read_at is None)}~{stamp(instant(row.at))}~{row.id}"


def place(written: str) -> Place | None:
    """Where a page begins, as its address says; ``None`` where it says nothing that makes sense."""
    unread, _tilde, rest = written.partition("~")
    at, _tilde, ident = rest.partition("~")
    try:
        return Place(unread == "1", stamp(instant(at)), ident[:36])
    except ValueError:
        return None


def leads_to(rows: Connection, person: str, notice: str) -> str | None:
    """The address that one of *person*'s notices leads to; ``None`` if it is not theirs."""
    row = notices.one(rows, notice)
    if row is None or row.person_id != person:
        return None
    return url_for("cases.show", case_id=row.case_id) if row.case_id else url_for("cases.tasks")


def _told(rows: Connection, person: str, zone: str, row: Any, now: datetime) -> Told:
    told = _("diberitahukan %(moment)s", moment=moment(instant(row.at), zone))
    if row.case_id is None:
        about = _("Siklus %(title)s", title=loaded(row.detail)["title"])
        return _notice(row, _("Siklus baru dimulai. Ada berkas yang menunggu Anda."), about, told)
    try:
        held = store().held(rows, person, row.case_id)
    except Missing:
        return _notice(row, _("Berkas ini tidak lagi dapat Anda buka."), "", told, opens=False)
    about = f"{held.subject.name} · {held.cycle_title}"
    if row.kind == notices.CLOSED:
        return _notice(row, _("Penilaian Anda sudah selesai."), about, told)
    detail = loaded(row.detail)
    if held.case.entry != detail["entry"]:
        return _notice(row, _past(held, detail.get("stage", "")), about, told)
    due, today, zone = due_on(held.process, held.case), held.case.cycle.day_of(now), held.case.cycle.zone
    state = late_text(due, today, zone) if due and today > due else due_text(due, today, zone)
    return _notice(row, _asked(held, row.kind), about, told, state=state, late=bool(due and today > due))


def _notice(
    row: Any, title: str, about: str, told: str, *, state: str = "", late: bool = False, opens: bool = True
) -> Told:
    return Told(id=row.id, title=title, about=about, state=state, late=late, told=told, opens=opens)


def _past(held: Held, stage: str) -> str:
    """That a visit of *stage* is over; without its title where definitions that came later have no such stage."""
    if stage not in held.process.stages:
        return _("Tahap ini sudah lewat.")
    return _("Sudah lewat: %(title)s", title=translated(held.process.stages[stage].title))


def _asked(held: Held, kind: str) -> str:
    """What is to be done, in the words of the definition."""
    titles = dict.fromkeys(translated(title) for title in _titles(held))
    title = ", ".join(titles) or translated(held.process.stages[held.case.stage].title)
    if kind == notices.REMINDER:
        return _("Ingat tenggat: %(title)s", title=title)
    if kind == notices.OVERDUE:
        return _("Tenggat sudah lewat: %(title)s", title=title)
    if kind == notices.ESCALATED:
        return _(
            "Terlambat, menunggu orang lain: %(title)s", title=translated(held.process.stages[held.case.stage].title)
        )
    return _("Menunggu Anda: %(title)s", title=title)


def _titles(held: Held) -> Iterator[str]:
    """The work of the present stage that is this reader's."""
    mine = {actor.role for actor in held.actors}
    return (duty.title for duty in held.process.by_stage[held.case.stage] if mine & set(duty.actor))
