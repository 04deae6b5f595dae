"""What the pages without an account are handed: records with texts in the page's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from engine.access import since
from engine.collecting import is_open
from engine.desk import Answer, Offer
from engine.process import CLOSED_TICKET
from web import codes
from web.answers import Sheaf, sheaf
from web.controls import input_id
from web.filling import Errors, Filling
from web.held import Held
from web.languages import day, translated
from web.pages import about, to_send
from web.reception import Door, Followed, Place, Received, Visit, doors
from web.resend import DEFINITION

#: What an address of a form holds: collection, role, and without a code region, workflow and unit.
Address = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Way:
    """Something that can be answered, as whom, and where; or why not now."""

    title: str
    role: str
    href: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ChoicePage:
    """Whom a code is about, and what can be answered with it."""

    person: str
    about: str
    ways: list[Way]
    until: str


def choice_page(held: Held, spent: Mapping[str, bool], today: date) -> ChoicePage:
    """The page of a code. *spent* says of each collection whether this code was given there."""
    end = held.case.cycle.end
    found = doors(held.process)
    several = _several(found)
    ways = [
        Way(
            title=translated(door.duty.title),
            role=_as_whom(door) if door.duty.id in several else "",
            href=url_for("public.fill", collection=door.duty.id, role=door.role),
            reason=closed_reason(held, door, spent=spent.get(door.duty.id, False)),
        )
        for door in found
    ]
    return ChoicePage(person=held.subject.name, about=about(held), ways=ways, until=day(end) if today <= end else "")


def closed_reason(held: Held, door: Door, *, spent: bool) -> str:
    """Why nothing can be sent through *door* now; empty where it can."""
    if spent:
        return _("Kode ini sudah dipakai. Satu kode berlaku untuk satu jawaban.")
    if door.ticket or is_open(held.process, held.case, door.duty.id):
        return ""
    opens = held.process.workflow.collections[door.duty.id].opens or held.process.workflow.start
    if opens in held.case.path:
        return _("Pengumpulan ini sudah ditutup.")
    return _("Pengumpulan ini belum dibuka.")


def _several(found: Sequence[Door]) -> set[str]:
    """The collections that several roles may answer."""
    seen = [door.duty.id for door in found]
    return {name for name in seen if seen.count(name) > 1}


def _as_whom(door: Door) -> str:
    return _("sebagai %(role)s", role=translated(door.process.words.roles[door.role].title))


# --- without a code ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class PlacePage:
    """A region in which a report can be handed in: its units, and as whom."""

    region: str
    cycle: str
    region_id: str
    workflow: str
    units: list[tuple[str, str]]
    doors: list[tuple[str, str]]


def place_page(place: Place, units: list[tuple[str, str]]) -> PlacePage:
    """The page on which somebody without a code says where they were served."""
    return PlacePage(
        region=place.region_title,
        cycle=place.cycle_title,
        region_id=place.region,
        workflow=place.process.id,
        units=units,
        doors=[
            (f"{door.duty.id}.{door.role}", f"{translated(door.duty.title)}, {_as_whom(door)}")
            for door in doors(place.process)
            if not door.once
        ],
    )


# --- the form ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class PublicForm:
    """A form of somebody without an account."""

    title: str
    whom: list[tuple[str, str]]
    action: str
    hidden: dict[str, str]
    html: Any
    errors: list[tuple[str, str]]
    back: str
    report: bool


def form_page(visit: Visit, unit: str, filling: Filling, errors: Errors, address: Address) -> PublicForm:
    """The page of a form; *unit* names the unit where no employee is named."""
    told = [
        (input_id(path) if path else "", filling.located(path, text))
        for path, texts in errors.items()
        for text in texts
    ]
    return PublicForm(
        title=translated(visit.door.duty.title),
        whom=whom(visit, unit),
        action=url_for("public.fill", **address),
        hidden={DEFINITION: visit.held.process.hash},
        html=filling.html(errors),
        errors=told,
        back=url_for("public.choose") if visit.named else url_for("public.places"),
        report=bool(visit.door.ticket),
    )


def whom(visit: Visit, unit: str) -> list[tuple[str, str]]:
    """Who, or which unit, an answer is about."""
    subject = visit.held.subject
    if visit.named:
        return [(_("Pegawai"), subject.name), (_("Unit"), subject.unit or subject.region_title)]
    return [(_("Unit"), unit), (_("Daerah"), subject.region_title)]


def offer_of(visit: Visit) -> Offer:
    """The visit's action as the forms know it."""
    door = visit.door
    return Offer(action=door.action, actor=visit.held.actors[0], duty=door.duty, offered=True)


@dataclass(frozen=True, kw_only=True)
class PublicReview:
    """All answers once more, with all that is sent along to stay where it is: in the visitor's own page."""

    title: str
    whom: list[tuple[str, str]]
    sheaf: Sheaf
    send: str
    change: str
    typed: list[tuple[str, str]]
    hidden: dict[str, str]
    button: str


def review_page(visit: Visit, unit: str, filling: Filling, key: str, address: Address) -> PublicReview:
    """The page on which somebody without an account looks over what they will send."""
    answers = [answer for answer, _change in to_send(filling, "") if answer.field.id not in filling.given]
    return PublicReview(
        title=translated(visit.door.duty.title),
        whom=whom(visit, unit),
        sheaf=sheaf(visit.held, visit.door.duty, answers),
        send=url_for("public.send", **address),
        change=url_for("public.fill", **address),
        typed=[(name, text) for name, texts in filling.typed.items() for text in texts],
        hidden={"_kunci": key, DEFINITION: visit.held.process.hash},
        button=translated(visit.door.action.title or visit.door.duty.title),
    )


# --- afterwards -------------------------------------------------------------------------------------------------------


def received_facts(visit: Visit, received: Received) -> dict[str, str]:
    """What the confirmation needs, kept in the visitor's own session."""
    return {"title": str(visit.door.duty.title), "number": received.number, "tracking": received.tracking}


@dataclass(frozen=True, kw_only=True)
class ReceivedPage:
    """After an answer was sent: for a report its number and the code to follow it up."""

    title: str
    facts: list[tuple[str, str]]
    report: bool


def received_page(facts: Mapping[str, str]) -> ReceivedPage:
    """The confirmation for whoever has just sent something."""
    rows = [(_("Nomor laporan"), facts["number"]), (_("Kode pelacakan"), codes.grouped(facts["tracking"]))]
    return ReceivedPage(
        title=_("Terkirim: %(title)s", title=translated(facts["title"])),
        facts=rows if facts["number"] else [],
        report=bool(facts["number"]),
    )


@dataclass(frozen=True, kw_only=True)
class StatusPage:
    """Where a report stands, and what was answered."""

    number: str
    title: str
    state: str
    closed: bool
    text: str
    sheaf: Sheaf | None


def status_page(followed: Followed, held: Held | None) -> StatusPage:
    """The page of a report for whoever holds its number and tracking code."""
    process = followed.process
    ticket = followed.case.answers.get(followed.collection, {}).get(followed.answer) if followed.case else None
    closed = ticket is not None and ticket["status"] == CLOSED_TICKET
    answers = list(_answered(followed, ticket)) if ticket and closed else []
    duty = process.duties[followed.collection]
    return StatusPage(
        number=followed.number,
        title=translated(duty.title),
        state=_("Selesai") if closed else _("Sedang ditangani") if ticket else _("Diterima"),
        closed=closed,
        text=_state_text(closed=closed, named=ticket is not None),
        sheaf=sheaf(held, duty, answers) if answers and held else None,
    )


def _state_text(*, closed: bool, named: bool) -> str:
    if closed:
        return _("Laporan ini sudah ditindaklanjuti dan ditutup.")
    if named:
        return _("Laporan ini sudah sampai pada pegawai yang bersangkutan dan menunggu tindak lanjut.")
    return _("Laporan ini sudah diterima. Unit yang dilaporkan akan menyampaikannya kepada pegawai yang bersangkutan.")


def _answered(followed: Followed, ticket: Mapping[str, Any]) -> Iterator[Answer]:
    """What the form that closed the report says to the public: fields that a role of the public may read."""
    process, case = followed.process, followed.case
    assert case
    public = process.roles_of.get("public", frozenset())
    for duty in process.duties.values():
        if not any(action.close == followed.collection for action in duty.actions.values()):
            continue
        for name, item in duty.fields.items():
            readers = {**duty.readers, **item.readers}
            if ticket.get(name) is not None and any(since(readers, role, case) for role in public):
                yield Answer(field=item, setting=duty.settings[name], value=ticket[name], title=item.title)
