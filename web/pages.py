"""What each page is handed: small records with texts already in the page's language. Templates only lay them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask import url_for
from flask_babel import gettext as _

from engine import Refused, feel
from engine.access import behind, reads_field
from engine.case import Entry
from engine.desk import Answer, Desk, Offer, desk, voices
from engine.desk import Sheaf as Read
from engine.documents import documents
from engine.journal import MIGRATED
from engine.nip import grouped
from engine.process import CLOSED_TICKET, NOTE, Duty, Process
from web import drafts, people, showing
from web.answers import Sheaf, sheaf
from web.controls import input_id
from web.copies import copies
from web.course import DONE, NEXT, NOW, course
from web.database import reading
from web.filling import Errors, Filling, reason_text, saved_text, typed_from
from web.forms import Typed
from web.held import Held, Missing
from web.inbox import awaited
from web.languages import day, due_text, end_of, moment, translated
from web.map import CourseMap, course_map
from web.resend import DEFINITION
from web.store import Moved, store
from web.waiting import sealed_in

if TYPE_CHECKING:
    from sqlalchemy import Connection


def role_titles(held: Held) -> str:
    """In which roles somebody sees this case."""
    return ", ".join(translated(held.process.words.roles[actor.role].title) for actor in held.actors)


def version(held: Held) -> str:
    """The definition that this case is pinned to, in words."""
    return f"{translated(held.process.title)} · {held.process.hash[:8]}"


def reasons_of(held: Held, refused: Refused) -> list[str]:
    return [reason_text(held, reason) for reason in refused.reasons]


# --- the case ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Something that can be done: the action's name and where it is done."""

    title: str
    href: str
    main: bool


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """Where a case stands and what can be done with it.

    ``why_not``: actions that are not offered, with the reasons. ``others``: actions of others, with who takes them.
    ``told``: what is so already, in sentences. ``sheaves``: earlier answers by task.
    """

    person: str
    about: str
    id: str
    stage: str
    state: str
    late: bool
    who: str
    told: list[str]
    choices: list[Choice]
    draft: str
    why_not: list[tuple[str, list[str]]]
    others: list[tuple[str, str]]
    stations: list[dict[str, Any]]
    sheaves: list[Sheaf]
    voices: list[tuple[str, tuple[str, ...]]]
    history: list[dict[str, str]]
    result: bool
    raters: list[dict[str, str]]
    documents: list[tuple[str, str]]
    related: list[tuple[str, str]]
    profile: list[dict[str, str]]
    map: CourseMap | None


def case_page(held: Held, now: datetime) -> CasePage:
    """The page of a case for the person who holds it. Whoever only rates sees their own task and nothing else."""
    seen = desk(held.process, held.case, held.actors, now)
    today = held.case.cycle.day_of(now)
    offered = [offer for offer in seen.offers if offer.offered]
    rates_only, final = is_rater(held), seen.stage.final
    entries = [] if rates_only else _told_entries(held)
    return CasePage(
        person=held.subject.name,
        about=about(held),
        id=held.case.id,
        stage=translated(seen.stage.title),
        state="" if final else _until(seen, today, held.case.cycle.zone),
        late=not final and not seen.waiting and seen.due_on is not None and today > seen.due_on,
        who="" if rates_only or seen.waiting else awaited(held),
        told=list(_told(held, seen)),
        choices=[_choice(held, offer, index == 0) for index, offer in enumerate(offered)],
        draft=_draft(held, offered, now),
        why_not=list(_why_not(held, seen)),
        others=[] if rates_only or seen.waiting else list(_others(held, seen)),
        stations=[] if rates_only else list(_stations(held, seen, entries)),
        sheaves=[read_sheaf(held, found) for found in seen.sheaves],
        voices=[] if rates_only else list(_voices(held, seen)),
        history=list(_history(held, entries)),
        result=has_result(held.process, seen),
        raters=list(_raters(held)),
        documents=list(documents_of(held)),
        related=[] if rates_only else list(_related(held)),
        profile=[] if rates_only else list(_profile(held)),
        map=None if rates_only else course_map(held),
    )


def read_sheaf(held: Held, found: Read) -> Sheaf:
    """Earlier answers to read; a report with its number, where it stands, and what is sealed for others."""
    sealed = list(_sealed(held, found)) if found.number else []
    read = sheaf(held, found.duty, [*found.answers, *sealed])
    if not found.number:
        return read
    state = _("ditutup") if found.status == CLOSED_TICKET else _("terbuka")
    return replace(read, title=f"{read.title} {found.number}, {state}", id=f"{read.id}-{found.number}")


def _voices(held: Held, seen: Desk) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What people wrote without their name, by task and question."""
    for found in voices(held.process, held.case, seen.roles):
        yield f"{translated(found.duty.title)}: {translated(found.field.title)}", found.texts


def _sealed(held: Held, found: Read) -> Iterator[Answer]:
    """What only an office may read of a report, for whoever holds that office."""
    duty, roles = found.duty, [actor.role for actor in held.actors]
    names = [name for name in sealed_in(held.process, duty) if reads_field(held.case, duty, duty.fields[name], roles)]
    tickets = held.case.answers[duty.id].items() if names else ()
    answer = next((key for key, ticket in tickets if ticket["nomor"] == found.number), "")
    texts = store().sealed(reading(), answer) if answer else {}
    for name in sorted(texts.keys() & set(names)):
        item = duty.fields[name]
        yield Answer(field=item, setting=duty.settings[name], value=texts[name], title=item.title)


def _related(held: Held) -> Iterator[tuple[str, str]]:
    """The cases that this one follows up or that follow it up, of those that this person holds too."""
    for row in store().related(reading(), held.case.id):
        with suppress(Missing):
            other = store().held(reading(), held.actors[0].person, row.id)
            title = translated(other.process.title)
            name = (
                _("Tindak lanjut: %(title)s") if row.origin_id == held.case.id else _("Tindak lanjut dari: %(title)s")
            )
            yield name % {"title": title}, url_for("cases.show", case_id=row.id)


def documents_of(held: Held) -> Iterator[tuple[str, str]]:
    """The documents that can be opened now: title and address."""
    for one in documents(held.process, held.case, [actor.role for actor in held.actors]):
        yield translated(one.title), url_for("cases.document", case_id=held.case.id, name=one.id)


def about(held: Held) -> str:
    """Where the person appraised works, and in which cycle this is."""
    return " · ".join(part for part in (held.subject.unit, held.cycle_title) if part)


def is_rater(held: Held) -> bool:
    """Whether somebody has no other part in the case than to answer about it once."""
    return all(held.process.words.roles[actor.role].is_ == "peer" for actor in held.actors)


def has_result(process: Process, seen: Desk) -> bool:
    """Whether a value can be read that answers have made."""
    return any(behind(process, shown.value.id) & process.duties.keys() for shown in seen.values)


def _until(seen: Desk, today: date, zone: str) -> str:
    if not seen.waiting:
        return upper_first(due_text(seen.due_on, today, zone))
    if seen.due_on is None:
        return _("Dibuka %(day)s.", day=day(seen.opens_on))
    return _("Dibuka %(day)s, dikerjakan sampai %(due)s.", day=day(seen.opens_on), due=end_of(seen.due_on, zone))


def upper_first(text: str) -> str:
    """*text* as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def _choice(held: Held, offer: Offer, main: bool) -> Choice:
    href = url_for("cases.fill", case_id=held.case.id, action=offer.action.id)
    return Choice(title=action_title(held, offer), href=href, main=main)


def choices(held: Held, seen: Desk) -> list[Choice]:
    """What can be done now."""
    return [_choice(held, offer, False) for offer in seen.offers if offer.offered]


def action_title(held: Held, offer: Offer) -> str:
    """The name of what is done. Writing into another's form is named by that form."""
    if offer.action is NOTE:
        return _("Tambahkan keterangan Anda: %(task)s", task=translated(offer.duty.title))
    return translated(offer.action.title or offer.action.id)


def _draft(held: Held, offered: Sequence[Offer], now: datetime) -> str:
    for offer in offered:
        kept = drafts.find(reading(), held.case.id, offer.duty.id, offer.actor.person)
        if kept is not None and kept.entry == held.case.entry:
            return _("Draf: %(saved)s.", saved=saved_text(kept.saved_at, now, held.case.cycle))
    return ""


def _told(held: Held, seen: Desk) -> Iterator[str]:
    """That somebody has done their part already."""
    reasons = {reason.code: reason for offer in seen.offers for reason in offer.reasons}
    if "sudah_menilai" in reasons:
        yield reason_text(held, reasons["sudah_menilai"])


def _why_not(held: Held, seen: Desk) -> Iterator[tuple[str, list[str]]]:
    """Actions that are one's own and cannot be taken yet."""
    for offer in seen.offers:
        codes = {reason.code for reason in offer.reasons}
        if not offer.offered and not offer.roles and not codes & {"sudah_menilai", "belum_waktunya"}:
            yield action_title(held, offer), [reason_text(held, reason) for reason in offer.reasons]


def _others(held: Held, seen: Desk) -> Iterator[tuple[str, str]]:
    """What others can do at this stage, and who they are."""
    for offer in seen.offers:
        roles = [translated(held.process.words.roles[r].title) for r in offer.roles if r != held.process.system]
        if roles:
            yield action_title(held, offer), ", ".join(roles)


def _stations(held: Held, seen: Desk, entries: Sequence[Entry]) -> Iterator[dict[str, Any]]:
    """The way of the case, each stage with its day."""
    cycle, duties = held.case.cycle, held.process.duties
    left_on = {duties[entry.duty].stage: cycle.day_of(entry.at) for entry in entries if entry.duty in duties}
    for station in course(held.process, held.case, left_on):
        note, opens = "", station.stage.opens
        if station.state == NOW and seen.due_on and not station.stage.final:
            note = _("sampai %(day)s", day=end_of(seen.due_on, cycle.zone))
        elif station.state == NEXT and opens:
            note = _("dibuka %(day)s", day=day(opens.on(cycle.start)))
        elif station.state == DONE and station.left_on:
            note = day(station.left_on)
        yield {"title": translated(station.stage.title), "state": station.state, "note": note, "near": station.near}


def _profile(held: Held) -> Iterator[dict[str, str]]:
    """Who is appraised, without what only some may read."""
    for name, item in held.process.words.profile.items():
        value = held.subject.profile.get(name)
        if item.readers is None and value not in (None, ""):
            type_ = held.process.words.type_of(item.type) or feel.ANY
            said = grouped(str(value)) if name == "nip" else showing.plain(held.process, value, type_)
            yield {"key": translated(item.title), "value": said}


def _told_entries(held: Held) -> list[Entry]:
    """The journal without anonymous answers: a line has a place and a time."""
    duties = held.process.duties
    told = [entry for entry in store().journal(reading(), held) if entry.event in ("moved", "answered", MIGRATED)]
    return [entry for entry in told if not entry.duty or not _hides(duties.get(entry.duty), entry)]


def _hides(duty: Duty | None, entry: Entry) -> bool:
    """Whether *entry* is an anonymous answer; of a task that the present definition does not have, who knows?"""
    return not entry.person if duty is None else duty.anonymous and entry.role in duty.actor


def _history(held: Held, entries: Sequence[Entry]) -> Iterator[dict[str, str]]:
    """Who did what and when, the latest first."""
    names = _names({entry.person for entry in entries if entry.person})
    for entry in reversed(entries):
        who = names.get(entry.person, "") or _role_title(held, entry.role)
        yield {"who": who, "what": _what(held, entry), "at": moment(entry.at, held.case.cycle.zone)}


def _role_title(held: Held, role: str) -> str:
    """What the role of an entry is called; whoever runs the service has none, and may have had another title once."""
    known = held.process.words.roles.get(role)
    return translated(known.title) if known else _("Pengelola layanan")


def _what(held: Held, entry: Entry) -> str:
    if entry.event == MIGRATED:
        return _("Berkas dipindahkan ke ketentuan baru")
    for stage in held.process.stages.values():
        if entry.action in stage.actions and entry.duty in {d.id for d in held.process.by_stage[stage.id]}:
            title = stage.actions[entry.action].title or stage.title
            return f"{translated(stage.title)}: {translated(title)}"
    task = held.process.duties.get(entry.duty)
    # What the present definition does not have any more was asked by an earlier one.
    return _("Menambahkan keterangan: %(task)s", task=translated(task.title)) if task else _("Menjawab tugas terdahulu")


def _names(ids: set[str]) -> dict[str, str]:
    return {found.id: found.name for found in people.people(ids).values()}


def _raters(held: Held) -> Iterator[dict[str, str]]:
    if held.process.stages[held.case.stage].final:
        return
    mine = {actor.role for actor in held.actors}
    wanted = {name for duty in held.process.duties.values() for name in duty.actor}
    for role in held.process.words.roles.values():
        if role.id in wanted and role.confirmed_by and mine & {*role.proposed_by, *role.confirmed_by}:
            count = held.case.seats.get(role.id, 0)
            state = _("%(count)s orang sudah disetujui", count=count) if count else _("Belum disetujui")
            href = url_for("cases.seats", case_id=held.case.id, role=role.id)
            yield {"title": translated(role.title), "state": state, "href": href}


# --- the form ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class FormPage:
    """A form to fill in. ``errors``: (id of the input, text)."""

    title: str
    task: str
    person: str
    about: str
    action: str
    draft_url: str
    hidden: dict[str, str]
    html: Any
    errors: list[tuple[str, str]]
    status: str
    back: str
    files: bool
    sheaves: list[Sheaf]
    empty: bool


def form_page(filling: Filling, errors: Errors | Sequence[Any]) -> FormPage:
    """The page of a form."""
    held, offer = filling.held, filling.offer
    told: Errors = errors if isinstance(errors, Mapping) else {}
    seen = desk(held.process, held.case, held.actors, filling.now)
    here = url_for("cases.keep", case_id=held.case.id, action=offer.action.id)
    title, task = form_title(held, offer, seen), translated(offer.duty.title)
    return FormPage(
        title=title,
        task="" if title == task else task,
        person=held.subject.name,
        about=about(held),
        action=here,
        draft_url=here,
        hidden=_opened(filling),
        html=filling.html(told),
        errors=[(_input(path), filling.located(path, text_)) for path, texts in told.items() for text_ in texts],
        status=saved_text(filling.draft.saved_at, filling.now, held.case.cycle) if filling.draft else "",
        back=url_for("cases.show", case_id=held.case.id),
        files=filling.paper.takes_files,
        sheaves=_before(held, offer.duty, seen),
        empty=not any(asked.shown for asked in filling.sheet.asked),
    )


def form_title(held: Held, offer: Offer, seen: Desk) -> str:
    """A form is called by its task; where there are several things to do with it, by this one."""
    alike = [other for other in seen.offers if other.duty.id == offer.duty.id and not other.roles]
    return action_title(held, offer) if len(alike) > 1 or offer.action is NOTE else translated(offer.duty.title)


def _before(held: Held, duty: Duty, seen: Desk) -> list[Sheaf]:
    """Earlier answers, the latest unfolded: most forms are about them."""
    found = [read_sheaf(held, earlier) for earlier in seen.sheaves if earlier.duty.id != duty.id]
    return [replace(one, open=one is found[-1]) for one in found]


def _opened(filling: Filling) -> dict[str, str]:
    opened = filling.opened_with
    return {"_masuk": str(opened.entry), "_versi": str(opened.submitted), DEFINITION: opened.definition}


def _input(path: str) -> str:
    return input_id(path) if path else ""


@dataclass(frozen=True, kw_only=True)
class ReviewPage:
    """All answers once more, before they are sent."""

    title: str
    person: str
    about: str
    sheaf: Sheaf | None
    change: str
    send: str
    hidden: dict[str, str]
    warning: str
    back: str


def review_page(filling: Filling, key: str) -> ReviewPage:
    """The page on which somebody looks over what they will send."""
    held, offer = filling.held, filling.offer
    change = url_for("cases.fill", case_id=held.case.id, action=offer.action.id)
    version_ = str(filling.draft.version if filling.draft else 0)
    return ReviewPage(
        title=action_title(held, offer),
        person=held.subject.name,
        about=about(held),
        sheaf=sheaf(held, offer.duty, *zip(*to_send(filling, change), strict=True)) if filling.fields else None,
        change=change,
        send=url_for("cases.send", case_id=held.case.id, action=offer.action.id),
        hidden={**_opened(filling), "_draf": version_, "_kunci": key},
        warning=_consequence(held, offer),
        back=url_for("cases.show", case_id=held.case.id),
    )


def _consequence(held: Held, offer: Offer) -> str:
    if offer.duty.anonymous:
        return _(
            "Setelah dikirim, jawaban tidak dapat dibuka atau diubah lagi, juga oleh Anda."
            " Nama Anda tidak disimpan bersamanya."
        )
    return _("Setelah dikirim, isian tidak dapat diubah lagi, kecuali berkas ini dikembalikan kepada Anda.")


def to_send(filling: Filling, change: str) -> Iterator[tuple[Answer, str]]:
    """The answers as they will be sent, each with where it is changed."""
    for asked in filling.sheet.asked:
        item, setting = asked.field, asked.setting
        if not asked.shown or item.kind in ("info", "section"):
            continue
        if item.kind == "ratings":
            for row in setting.rows or ():
                key = next(iter(row.values()))
                found = Answer(field=item, setting=setting, value=filling.values.get(key), title=row["title"])
                yield found, _address(filling, change, key)
        else:
            value = filling.sheet.local.get(item.id)
            found = Answer(field=item, setting=setting, value=value if value != [] else None, title=item.title)
            yield found, _address(filling, change, item.id)


def _address(filling: Filling, change: str, name: str) -> str:
    return f"{change}#{input_id(name)}" if name in filling.writable else ""


def sent_facts(moved: Moved, now: datetime) -> dict[str, str]:
    """What the confirmation page needs, kept in the session of whoever sent it."""
    facts = {"case": moved.case_id, "number": moved.number, "at": now.isoformat()}
    return {**facts, "stage": moved.stage, "action": moved.action}


@dataclass(frozen=True, kw_only=True)
class SentPage:
    """After a submission: number, time, what happens next, a copy to keep."""

    title: str
    facts: list[tuple[str, str]]
    next_text: str
    copies: list[Sheaf]
    back: str


def sent_page(held: Held, facts: Mapping[str, str], now: datetime) -> SentPage:
    """The confirmation for whoever has just sent something."""
    at = moment(datetime.fromisoformat(facts["at"]), held.case.cycle.zone)
    stage = held.process.stages.get(facts["stage"])
    action = stage.actions.get(facts["action"]) if stage else None
    title = translated(action.title) if action and action.title else _("Keterangan Anda")
    return SentPage(
        title=_("Terkirim: %(title)s", title=title),
        facts=[(_("Nomor"), facts["number"]), (_("Waktu"), at), (_("Pegawai"), held.subject.name)],
        next_text=_what_next(held, now),
        copies=list(_copies(held, facts["stage"], now)),
        back=url_for("cases.show", case_id=held.case.id),
    )


def _what_next(held: Held, now: datetime) -> str:
    seen = desk(held.process, held.case, held.actors, now)
    stage = translated(seen.stage.title)
    if is_rater(held):
        return _("Terima kasih. Anda tidak perlu melakukan apa-apa lagi untuk penilaian ini.")
    if seen.stage.final:
        return _("Penilaian ini sudah selesai. Hasilnya dapat dibaca di halaman berkas.")
    if seen.waiting:
        return _("Tahap berikutnya: %(stage)s, dibuka %(day)s.", stage=stage, day=day(seen.opens_on))
    text = _("Tahap sekarang: %(stage)s. Yang bekerja: %(who)s.", stage=stage, who=awaited(held))
    if seen.due_on is None:
        return text
    return " ".join((text, _("Tenggatnya %(day)s.", day=end_of(seen.due_on, held.case.cycle.zone))))


def _copies(held: Held, stage: str, now: datetime) -> Iterator[Sheaf]:
    """What this person has answered at *stage*, to keep. Of anonymous answers there is no copy."""
    seen = desk(held.process, held.case, held.actors, now)
    for found in seen.sheaves:
        if found.duty.stage == stage and set(found.duty.actor) & set(seen.roles):
            yield sheaf(held, found.duty, found.answers)


@dataclass(frozen=True, kw_only=True)
class LatePage:
    """Somebody was faster: who it was, if that may be told; what was typed, to copy."""

    moved_by: str
    typed: list[dict[str, str]]
    back: str


def typed_page(held: Held, posted: Any, rows: Connection) -> LatePage:
    """What was typed into a form that is no longer open, with the names of its fields."""
    told = [] if is_rater(held) else _told_entries(held)
    entries = [entry for entry in told if entry.person or entry.event == MIGRATED]
    latest = next(_history(held, entries), None)
    return LatePage(
        moved_by=_("%(what)s, oleh %(who)s, %(at)s.", **latest) if latest else "",
        typed=copies(held.process, typed_from(posted)) or copies(held.process, _kept(held, rows)),
        back=url_for("cases.show", case_id=held.case.id),
    )


def _kept(held: Held, rows: Connection) -> Typed:
    """What a draft still holds, if nothing came with the form."""
    found = (drafts.find(rows, held.case.id, duty, held.actors[0].person) for duty in held.process.duties)
    return next((draft.typed for draft in found if draft is not None and draft.typed), {})


# --- raters -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody who could be chosen."""

    id: str
    name: str
    about: str
    chosen: bool
    fixed: bool


@dataclass(frozen=True, kw_only=True)
class SeatsPage:
    """The people who could hold a role with several seats."""

    title: str
    person: str
    about: str
    help: str
    people: list[Colleague]
    confirms: bool
    settled: bool
    action: str
    back: str
    errors: list[tuple[str, str]]

    def with_choice(self, chosen: Sequence[str], errors: Sequence[str]) -> SeatsPage:
        known = [replace(person, chosen=person.id in chosen) for person in self.people]
        return replace(self, people=known, errors=[("orang", error) for error in errors])


def seats_page(held: Held, role: str, rows: Connection) -> SeatsPage | None:
    """The page on which raters are proposed or confirmed; ``None`` for whoever may do neither."""
    declared = held.process.words.roles.get(role)
    mine = {actor.role for actor in held.actors}
    if declared is None or not declared.confirmed_by or not mine & {*declared.proposed_by, *declared.confirmed_by}:
        return None
    confirms = bool(mine & set(declared.confirmed_by))
    settled = bool(held.case.seats.get(role))
    chosen = store().seated(rows, held.case.id, role)
    known = [
        Colleague(
            id=peer.id,
            name=peer.name,
            about=grouped(peer.nip),
            chosen=peer.id in chosen,
            fixed=settled and not confirms,
        )
        for peer in people.peers(held.subject.id)
    ]
    title = translated(declared.title)
    return SeatsPage(
        person=held.subject.name,
        about=about(held),
        title=_("Setujui penilai: %(role)s", role=title) if confirms else _("Usulkan penilai: %(role)s", role=title),
        help=_(
            "Pilih %(least)s sampai %(most)s orang yang satu unit dan setingkat.",
            least=declared.seats.least,
            most=declared.seats.most,
        ),
        people=known,
        confirms=confirms,
        settled=settled,
        action=url_for("cases.choose", case_id=held.case.id, role=role),
        back=url_for("cases.show", case_id=held.case.id),
        errors=[],
    )
