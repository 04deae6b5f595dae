"""What the pages of offices are handed: lists of cases, cycles, service codes, reports that name nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import segno
from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import Connection

from engine.collecting import is_open
from engine.desk import Answer
from engine.model import Stage
from engine.nip import grouped
from engine.process import OPEN_TICKET, Process
from web import codes, lists
from web.answers import Sheaf, sheaf
from web.clock import day_in
from web.database import reading
from web.held import Held
from web.languages import day, due_text, translated
from web.lists import Round, Wanted
from web.reception import Door, Place, doors, reception, unnamed_visit
from web.store import store
from web.waiting import Given

Option = tuple[str, str]
Columns = list[tuple[str, str, bool]]


def _process(definition: str) -> Process:
    return store().definitions.process(reading(), definition)


# --- cases ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class CasesPage:
    """The cases of an office: how the list is narrowed, its rows, where it goes on."""

    wanted: Wanted
    stages: list[Option]
    units: list[Option]
    cycles: list[Option]
    columns: Columns
    rows: list[dict[str, str]]
    narrowed: bool
    first: str
    next: str


def cases_page(rows: Connection, me: str, wanted: Wanted, now: datetime) -> CasesPage:
    """The page of *me*'s cases, *wanted* ones only."""
    found = lists.cases(rows, me, wanted, now)
    rounds = lists.rounds(rows, me)
    columns = [("name", _("Pegawai"), False), ("nip", _("NIP"), False), ("unit", _("Unit"), False)]
    columns += [("cycle", _("Siklus penilaian"), False), ("stage", _("Tahap"), False), ("state", _("Tenggat"), False)]
    return CasesPage(
        wanted=wanted,
        stages=[("", _("Semua tahap")), *_stages(rounds)],
        units=[("", _("Semua unit")), *lists.units(rows, me)],
        cycles=[("", _("Semua siklus")), *((one.id, _cycle_title(one)) for one in rounds)],
        columns=columns,
        rows=[_row(row, now) for row in found.rows],
        narrowed=any((wanted.stage, wanted.unit, wanted.cycle, wanted.late, wanted.words)),
        first=_address(wanted) if wanted.after else "",
        next=_address(wanted, sesudah=lists.written(found.last)) if found.last else "",
    )


def _address(wanted: Wanted, **more: str) -> str:
    narrowed = {"tahap": wanted.stage, "unit": wanted.unit, "siklus": wanted.cycle, "cari": wanted.words}
    given: dict[str, Any] = {name: value for name, value in narrowed.items() if value}
    return url_for("offices.cases", **given, **({"terlambat": "ya"} if wanted.late else {}), **more)  # type: ignore[arg-type]


def _stages(rounds: list[Round]) -> Iterator[Option]:
    """The stages of the processes of *rounds*, in their order, each name once."""
    known = dict.fromkeys(definition for one in rounds for definition in (one.definition, *one.earlier))
    return ((stage.id, translated(stage.title)) for stage in _stages_of(known))


def _stages_of(definitions: Iterable[str]) -> list[Stage]:
    """The stages of these definitions, each once, as the first that has it says."""
    found: dict[str, Stage] = {}
    for definition in definitions:
        for stage in _process(definition).stages.values():
            found.setdefault(stage.id, stage)
    return list(found.values())


def _cycle_title(one: Round) -> str:
    return f"{translated(_process(one.definition).title)}, {one.title}"


def _row(row: Any, now: datetime) -> dict[str, str]:
    stage = _process(row.definition).stages[row.stage]
    due = date.fromisoformat(row.due_on) if isinstance(row.due_on, str) else row.due_on
    return {
        "name": row.name,
        "nip": grouped(row.nip),
        "href": url_for("cases.show", case_id=row.id),
        "unit": row.unit or "",
        "cycle": row.cycle_title,
        "stage": translated(stage.title),
        "state": "" if stage.final else due_text(due, day_in(row.zone, now), row.zone),
    }


# --- cycles -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class RoundCard:
    """One cycle: from when to when, and how far its cases have come."""

    title: str
    about: str
    columns: Columns
    rows: list[dict[str, str]]


def round_cards(rows: Connection, me: str, now: datetime) -> list[RoundCard]:
    """The cycles in which *me* holds an office."""
    return [_card(one) for one in lists.counted(rows, me, now)]


def _card(one: Round) -> RoundCard:
    total, own = sum(number for number, _late in one.stages.values()), _process(one.definition).stages
    stages = [s for s in _stages_of((one.definition, *one.earlier)) if s.id in own or s.id in one.stages]
    columns = [("stage", _("Tahap"), False), ("number", _("Berkas"), True)]
    columns += [("share", _("Persentase"), True)]
    columns += [("late", _("Terlambat"), True)] if any(late for _number, late in one.stages.values()) else []
    told = [
        {
            "stage": translated(stage.title),
            "href": url_for("offices.cases", siklus=one.id, tahap=stage.id) if stage.id in one.stages else "",
            "number": str(one.stages.get(stage.id, (0, 0))[0]),
            "share": f"{round(100 * one.stages.get(stage.id, (0, 0))[0] / total)} %",
            "late": str(one.stages.get(stage.id, (0, 0))[1] or ""),
        }
        for stage in stages
    ]
    about = _("%(start)s sampai %(end)s · %(count)s berkas", start=day(one.start), end=day(one.end), count=total)
    return RoundCard(title=f"{_cycle_title(one)} · {one.region}", about=about, columns=columns, rows=told)


# --- service codes ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Served:
    """An employee about whom people are asked: how far it has come."""

    name: str
    about: str
    states: list[str]
    issued: int
    href: str


def served(rows: Connection, held: Held) -> Served:
    """One line of the unit's list. Of anonymous answers only whether there are enough, in whole groups."""
    states = dict.fromkeys(f"{translated(door.duty.title)}: {_state(held, door)}" for door in doors(held.process))
    return Served(
        name=held.subject.name,
        about=" · ".join((translated(held.process.title), held.cycle_title)),
        states=list(states),
        issued=reception().issued(rows, held.case.id),
        href=url_for("offices.codes_of", case_id=held.case.id),
    )


def _state(held: Held, door: Door) -> str:
    case, duty = held.case, door.duty
    answers = case.answers.get(duty.id, {})
    if door.ticket:
        left = sum(ticket["status"] == OPEN_TICKET for ticket in answers.values())
        return _("%(left)s terbuka dari %(count)s laporan", left=left, count=len(answers))
    whole = len(answers) // duty.at_least * duty.at_least if duty.anonymous else len(answers)
    if not whole:
        count = _("kurang dari %(least)s jawaban", least=max(duty.at_least, 1))
    else:
        count = _("%(count)s jawaban atau lebih", count=whole)
    state = _("terbuka") if is_open(held.process, case, duty.id) else _("tidak terbuka")
    return f"{count}, {state}"


@dataclass(frozen=True, kw_only=True)
class Slip:
    """One printed code: its letters, and the picture that leads to the page."""

    code: str
    picture: Markup


def slips(made: list[str]) -> list[Slip]:
    """The codes to print. They are shown this once."""
    return [Slip(code=codes.grouped(code), picture=_picture(code)) for code in made]


def _picture(code: str) -> Markup:
    address = url_for("public.come", code=code, _external=True)
    drawn = segno.make(address, error="m").svg_inline(scale=3, border=2, omitsize=True, lineclass=None, svgclass="qr")
    return Markup(drawn)  # made from our own address and code alone


# --- reports that name nobody -----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Unnamed:
    """A report for the unit to say whom it is about."""

    answer: str
    title: str
    sheaf: Sheaf
    people: list[Option]


def unnamed(found: tuple[Given, Place, list[Any]]) -> Unnamed:
    """One report with its answers, and the people it may be about."""
    given, place, staff = found
    door = next(door for door in doors(place.process) if door.duty.id == given.collection)
    held = unnamed_visit(place, door, "").held
    duty = door.duty
    answers = [
        Answer(field=item, setting=duty.settings[name], value=given.values[name], title=item.title)
        for name, item in duty.fields.items()
        if given.values.get(name) is not None
    ]
    title = " ".join(part for part in (translated(duty.title), given.number) if part)
    people = [(person.id, f"{person.name}, {grouped(person.nip)}") for person in staff]
    return Unnamed(answer=given.answer, title=title, sheaf=sheaf(held, duty, answers), people=people)
