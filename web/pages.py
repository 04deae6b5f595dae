"""What each page is handed: small records with texts already in the page's language. Templates only lay them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from engine import Refused, feel
from engine.case import Entry
from engine.desk import CURRENT, DONE, Answer, Desk, Offer, Shown, desk
from engine.kinds import File, Table
from engine.process import NOTE
from engine.receipt import Part, Receipt, receipt
from web import drafts, people, showing
from web.controls import input_id
from web.database import reading
from web.filling import Errors, Filling, reason_text, typed_from, typed_texts
from web.forms import given_columns
from web.inbox import due_text
from web.languages import day, moment, number, translated
from web.store import Held, Moved, store


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
    """``why_not``: pairs of an action that is not offered and the reasons. ``sheaves``: earlier answers by task."""

    title: str
    cycle: str
    person: str
    about: str
    id: str
    stage: str
    state: str
    late: bool
    waiting_text: str
    who: str
    choices: list[Choice]
    draft: str
    why_not: list[tuple[str, list[str]]]
    stations: list[dict[str, str]]
    sheaves: list[dict[str, Any]]
    history: list[dict[str, str]]
    result: bool
    raters: list[dict[str, str]]
    profile: list[dict[str, str]]


def case_page(held: Held, now: datetime) -> CasePage:
    """The page of a case for the person who holds it."""
    seen = desk(held.process, held.case, held.actors, now)
    today = held.case.cycle.day_of(now)
    offered = [offer for offer in seen.offers if offer.offered]
    peer = all(held.process.words.roles[role].is_ == "peer" for role in seen.roles)
    return CasePage(
        title=translated(held.process.title),
        cycle=held.cycle_title,
        person=held.subject.name,
        about=_about(held),
        id=held.case.id,
        stage=translated(seen.stage.title),
        state="" if seen.stage.final else due_text(seen.due_on, today),
        late=seen.due_on is not None and today > seen.due_on and not seen.stage.final,
        waiting_text=_("Tahap ini dibuka %(day)s.", day=day(seen.opens_on)) if seen.waiting else "",
        who=_who(held),
        choices=[_choice(held, offer, index == 0) for index, offer in enumerate(offered)],
        draft=_draft(held, offered),
        why_not=list(_why_not(held, seen)),
        stations=[] if peer else list(_stations(held, seen)),
        sheaves=[_sheaf(held, sheaf.duty, sheaf.answers) for sheaf in seen.sheaves],
        history=[] if peer else list(_history(held)),
        result=bool(_results(seen)),
        raters=list(_raters(held)),
        profile=[] if peer else list(_profile(held)),
    )


def _about(held: Held) -> str:
    return " · ".join(part for part in (held.subject.unit, held.cycle_title) if part)


def _who(held: Held) -> str:
    """Who acts now, in words: the roles that work at the present stage."""
    stage = held.process.stages[held.case.stage]
    if stage.final:
        return ""
    roles = dict.fromkeys(role for d in held.process.by_stage[stage.id] if d.id in held.case.open for role in d.actor)
    return ", ".join(translated(held.process.words.roles[role].title) for role in roles)


def _choice(held: Held, offer: Offer, main: bool) -> Choice:
    href = url_for("cases.fill", case_id=held.case.id, action=offer.action.id)
    return Choice(title=action_title(held, offer), href=href, main=main)


def action_title(held: Held, offer: Offer) -> str:
    """The name of what is done. Writing into another's form is named by that form."""
    if offer.action is NOTE:
        return _("Tambahkan keterangan Anda: %(task)s", task=translated(offer.duty.title))
    return translated(offer.action.title or offer.action.id)


def _draft(held: Held, offered: Sequence[Offer]) -> str:
    for offer in offered:
        kept = drafts.find(reading(), held.case.id, offer.duty.id, offer.actor.person)
        if kept is not None and kept.entry == held.case.entry:
            return _("Draf tersimpan %(at)s.", at=moment(kept.saved_at, held.case.cycle.zone))
    return ""


def _why_not(held: Held, seen: Desk) -> Iterator[tuple[str, list[str]]]:
    for offer in seen.offers:
        if offer.offered or (seen.waiting and not offer.roles):
            continue
        reasons = [reason_text(held, reason) for reason in offer.reasons if reason.code != "peran_tidak_berwenang"]
        if offer.roles:
            titles = [translated(held.process.words.roles[r].title) for r in offer.roles if r != held.process.system]
            reasons.append(_("Tindakan ini dilakukan oleh: %(roles)s.", roles=", ".join(titles)))
        yield action_title(held, offer), reasons


def _stations(held: Held, seen: Desk) -> Iterator[dict[str, str]]:
    states = {DONE: "done", CURRENT: "now"}
    ahead = True
    for station in seen.stations:
        state = states.get(station.state, "next")
        note = ""
        if state == "now" and seen.due_on:
            note = _("sampai %(day)s", day=day(seen.due_on))
        elif state == "next" and station.stage.opens:
            note = _("dibuka %(day)s", day=day(station.stage.opens.on(held.case.cycle.start)))
        ahead = ahead and state != "now"
        if state == "next" and ahead:
            state = "skipped"
        yield {"title": translated(station.stage.title), "state": state, "note": note}


def _profile(held: Held) -> Iterator[dict[str, str]]:
    """The header of every form: who is appraised."""
    for name, item in held.process.words.profile.items():
        value = held.subject.profile.get(name)
        if item.readers is None and value not in (None, ""):
            type_ = held.process.words.type_of(item.type) or feel.ANY
            yield {"key": translated(item.title), "value": showing.plain(held.process, value, type_)}


def _sheaf(held: Held, duty: Any, answers: Sequence[Answer]) -> dict[str, Any]:
    return {
        "title": translated(duty.title),
        "id": f"jawaban-{duty.id}",
        "rows": [_row(held, answer) for answer in answers if not isinstance(answer.field, Table)],
        "tables": [_table(held, answer) for answer in answers if isinstance(answer.field, Table)],
    }


def _row(held: Held, answer: Answer) -> dict[str, str]:
    row = {"key": translated(answer.title), "value": showing.answer(held.process, answer.field, answer.setting, answer.value)}
    if isinstance(answer.field, File) and answer.value:
        row["href"] = url_for("cases.attachment", case_id=held.case.id, attachment=answer.value["id"])
    return row


def _table(held: Held, answer: Answer) -> dict[str, Any]:
    assert isinstance(answer.field, Table)
    titles = dict(given_columns(held.process, answer.field))
    heads, rows = showing.table(held.process, answer.field, answer.setting, answer.value, titles)
    return {
        "title": translated(answer.title),
        "columns": [(str(i), head, False) for i, head in enumerate(heads)],
        "rows": [{str(i): cell for i, cell in enumerate(row)} for row in rows],
    }


def _history(held: Held) -> Iterator[dict[str, str]]:
    """Who did what and when, oldest first. Anonymous answers leave no line, for a line has a place and a time."""
    entries = store().journal(reading(), held)
    names = _names({entry.person for entry in entries if entry.person})
    for entry in entries:
        duty = held.process.duties.get(entry.duty)
        if entry.event not in ("moved", "answered") or (duty and duty.anonymous and entry.role in duty.actor):
            continue
        yield {"who": names.get(entry.person, "") or translated(held.process.words.roles[entry.role].title),
               "what": _what(held, entry), "at": moment(entry.at, held.case.cycle.zone)}  # fmt: skip


def _what(held: Held, entry: Entry) -> str:
    for stage in held.process.stages.values():
        if entry.action in stage.actions and entry.duty in {d.id for d in held.process.by_stage[stage.id]}:
            title = stage.actions[entry.action].title or stage.title
            return f"{translated(stage.title)}: {translated(title)}"
    return _("Menambahkan keterangan: %(task)s", task=translated(held.process.duties[entry.duty].title))


def _names(ids: set[str]) -> dict[str, str]:
    return {found.id: found.name for found in people.people(ids).values()}


def _raters(held: Held) -> Iterator[dict[str, str]]:
    mine = {actor.role for actor in held.actors}
    for role in held.process.words.roles.values():
        if role.confirmed_by and mine & {*role.proposed_by, *role.confirmed_by} and not held.process.stages[held.case.stage].final:
            count = held.case.seats.get(role.id, 0)
            state = _("%(count)s orang sudah disetujui", count=count) if count else _("belum disetujui")
            yield {"title": translated(role.title), "state": state, "href": url_for("cases.seats", case_id=held.case.id, role=role.id)}


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
    sheaves: list[dict[str, Any]]
    empty: bool


def form_page(filling: Filling, errors: Errors | Sequence[Any]) -> FormPage:
    """The page of a form."""
    held, offer = filling.held, filling.offer
    told: Errors = errors if isinstance(errors, Mapping) else {}
    seen = desk(held.process, held.case, held.actors, filling.now)
    here = url_for("cases.keep", case_id=held.case.id, action=offer.action.id)
    opened = filling.opened_with
    return FormPage(
        title=action_title(held, offer),
        task=translated(offer.duty.title),
        person=held.subject.name,
        about=_about(held),
        action=here,
        draft_url=here,
        hidden={"_masuk": str(opened.entry), "_versi": str(opened.submitted)},
        html=filling.html(told),
        errors=[(_input(path), text_) for path, texts in told.items() for text_ in texts],
        status=_("Tersimpan %(at)s", at=moment(filling.draft.saved_at, held.case.cycle.zone)) if filling.draft else "",
        back=url_for("cases.show", case_id=held.case.id),
        files=any(isinstance(item, File) for item in filling.fields.values()),
        sheaves=[_sheaf(held, s.duty, s.answers) for s in seen.sheaves if s.duty.id != offer.duty.id],
        empty=not any(asked.shown for asked in filling.sheet.asked),
    )


def _input(path: str) -> str:
    return input_id(path) if path else ""


@dataclass(frozen=True, kw_only=True)
class ReviewPage:
    """All answers once more, before they are sent."""

    title: str
    person: str
    about: str
    sheaf: dict[str, Any]
    change: str
    send: str
    hidden: dict[str, str]
    warning: str
    back: str


def review_page(filling: Filling, key: str) -> ReviewPage:
    """The page on which somebody looks over what they will send."""
    held, offer = filling.held, filling.offer
    change = url_for("cases.fill", case_id=held.case.id, action=offer.action.id)
    opened = filling.opened_with
    answers = list(_to_send(filling))
    sheaf = _sheaf(held, offer.duty, answers)
    for row, answer in zip(sheaf["rows"], (a for a in answers if not isinstance(a.field, Table)), strict=True):
        row["change"] = f"{change}#{input_id(answer.field.id)}"
    return ReviewPage(
        title=action_title(held, offer),
        person=held.subject.name,
        about=_about(held),
        sheaf=sheaf,
        change=change,
        send=url_for("cases.send", case_id=held.case.id, action=offer.action.id),
        hidden={
            "_masuk": str(opened.entry),
            "_versi": str(opened.submitted),
            "_draf": str(filling.draft.version if filling.draft else 0),
            "_kunci": key,
        },
        warning=_consequence(held, offer),
        back=url_for("cases.show", case_id=held.case.id),
    )


def _consequence(held: Held, offer: Offer) -> str:
    if offer.duty.anonymous:
        return _("Setelah dikirim, jawaban tidak dapat dibuka atau diubah lagi, juga oleh Anda. Nama Anda tidak disimpan bersamanya.")
    return _("Setelah dikirim, isian tidak dapat diubah lagi, kecuali berkas ini dikembalikan kepada Anda.")


def _to_send(filling: Filling) -> Iterator[Answer]:
    for asked in filling.sheet.asked:
        if not asked.shown or asked.field.kind in ("info", "section"):
            continue
        if asked.field.kind == "ratings":
            for row in asked.setting.rows or ():
                key = next(iter(row.values()))
                yield Answer(field=asked.field, setting=asked.setting, value=filling.values.get(key), title=row["title"])
        else:
            value = filling.sheet.local.get(asked.field.id)
            yield Answer(field=asked.field, setting=asked.setting, value=value if value != [] else None, title=asked.field.title)


def sent_facts(held: Held, moved: Moved, now: datetime) -> dict[str, str]:
    """What the confirmation page needs, kept in the session of whoever sent it."""
    stage = held.process.stages.get(moved.stage)
    action = stage.actions.get(moved.action) if stage else None
    title = (action.title if action else "") or _("Keterangan Anda")
    return {"case": moved.case_id, "number": moved.number, "title": str(title), "at": now.isoformat()}


@dataclass(frozen=True, kw_only=True)
class SentPage:
    """After a submission: number, time, what happens next."""

    title: str
    facts: list[tuple[str, str]]
    next_text: str
    back: str


def sent_page(held: Held, facts: Mapping[str, str], now: datetime) -> SentPage:
    """The confirmation for whoever has just sent something."""
    stage = held.process.stages[held.case.stage]
    who = _who(held)
    if stage.final:
        text_ = _("Penilaian ini sudah selesai. Hasilnya dapat dibaca di halaman berkas.")
    elif all(held.process.words.roles[actor.role].is_ == "peer" for actor in held.actors):
        text_ = _("Terima kasih. Anda tidak perlu melakukan apa-apa lagi untuk penilaian ini.")
    else:
        text_ = _("Tahap sekarang: %(stage)s. Yang bekerja: %(who)s.", stage=translated(stage.title), who=who)
    return SentPage(
        title=_("Terkirim: %(title)s", title=translated(facts["title"])),
        facts=[(_("Nomor"), facts["number"]), (_("Waktu"), moment(datetime.fromisoformat(facts["at"]), held.case.cycle.zone)),
               (_("Pegawai"), held.subject.name)],
        next_text=text_,
        back=url_for("cases.show", case_id=held.case.id),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LatePage:
    """Somebody was faster; what was typed, to copy."""

    typed: list[dict[str, str]]
    back: str


def typed_page(held: Held, action: str, posted: Any, rows: Any) -> LatePage:
    """What was typed into a form that is no longer open, with the names of its fields."""
    typed = dict(typed_texts(typed_from(posted)))
    if not typed:
        kept = [d for d in held.process.duties if (found := drafts.find(rows, held.case.id, d, held.actors[0].person)) and found.typed]
        found = drafts.find(rows, held.case.id, kept[0], held.actors[0].person) if kept else None
        typed = dict(typed_texts(found.typed)) if found else {}
    return LatePage(
        typed=[{"key": _field_title(held, name), "value": value} for name, value in typed.items()],
        back=url_for("cases.show", case_id=held.case.id),
    )


def _field_title(held: Held, path: str) -> str:
    name, _dot, rest = path.partition(".")
    for duty in held.process.duties.values():
        item = duty.fields.get(name)
        if item is not None and rest and isinstance(item, Table):
            row, _dot, column = rest.rpartition(".")
            own = item.columns.get(column)
            return f"{translated(item.title)} {row}: {translated(own.title) if own else column}"
        if item is not None:
            return translated(item.title)
    return showing.word(held.process, name)


# --- the result -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ResultPage:
    """The values that may be read, each with its receipt."""

    title: str
    person: str
    about: str
    cycle: str
    headline: list[dict[str, str]]
    receipts: list[dict[str, Any]]
    notes: list[str]
    back: str


def _results(seen: Desk) -> list[Shown]:
    return list(seen.values)


def result_page(held: Held, now: datetime) -> ResultPage:
    """The result, and how every number of it came about."""
    seen = desk(held.process, held.case, held.actors, now)
    receipts = [receipt(held.process, held.case, shown.value.id, seen.roles) for shown in seen.values]
    return ResultPage(
        title=_("Hasil penilaian"),
        person=held.subject.name,
        about=_about(held),
        cycle=held.cycle_title,
        headline=list(_headline(held, seen)),
        receipts=[_receipt(held, shown, made) for shown, made in zip(seen.values, receipts, strict=True)],
        notes=list(_notes(held, receipts)),
        back=url_for("cases.show", case_id=held.case.id),
    )


def _headline(held: Held, seen: Desk) -> Iterator[dict[str, str]]:
    """The values that no other value is made of: the ends of the calculation."""
    used = {name for reads in held.process.value_reads.values() for name in reads}
    for shown in seen.values:
        if shown.value.id not in used and not isinstance(shown.result, list | dict | bool):
            yield {"title": translated(shown.value.title), "value": showing.plain(held.process, shown.result, shown.type)}


def _receipt(held: Held, shown: Shown, made: Receipt) -> dict[str, Any]:
    value = showing.plain(held.process, shown.result, shown.type) or _("kosong")
    return {
        "id": f"nilai-{shown.value.id}",
        "title": translated(shown.value.title),
        "value": value,
        "rows": [_part(held, part) for part in made.parts if part.title],
        "total": {"title": translated(shown.value.title), "value": value},
        "foot": list(_foot(held, made)),
    }


def _part(held: Held, part: Part) -> dict[str, str]:
    said = showing.plain(held.process, part.value, part.type) or _("kosong")
    row = {"title": translated(part.title), "value": said, "note": translated(part.origin)}
    if part.weight is not None and isinstance(part.share, Decimal):
        row |= {"formula": f"{said} × {number(part.weight)} %", "value": number(part.share)}
    return row


def _foot(held: Held, made: Receipt) -> Iterator[str]:
    for fired in made.rows:
        cells = ", ".join(showing.word(held.process, cell) for cell in fired.cells[:-1])
        outcome = showing.word(held.process, fired.cells[-1])
        yield _("Tabel %(table)s, baris %(row)s: %(cells)s → %(result)s.",
                table=translated(fired.title or fired.table), row=fired.number, cells=cells, result=outcome)  # fmt: skip
    if made.missing:
        yield _("Tidak ada: %(names)s. Karena itu dipakai bobot pengganti.", names=", ".join(map(translated, made.missing)))
    if made.overridden:
        proposed = showing.plain(held.process, made.proposed, held.process.types[made.value.id]) or _("kosong")
        yield _("Ditetapkan oleh pejabat. Menurut rumus: %(value)s.", value=proposed)
    if made.rule:
        yield _("Rumus: %(rule)s", rule=made.rule)
    if made.decimals is not None and made.kind in ("formula", "weights") and isinstance(made.result, Decimal):
        yield _("Dibulatkan ke %(decimals)s desimal.", decimals=made.decimals)
    if made.withheld:
        yield _("Sebagian masukan tidak ditampilkan karena tidak terbuka bagi peran Anda.")


def _notes(held: Held, receipts: Sequence[Receipt]) -> Iterator[str]:
    if any(duty.anonymous for duty in held.process.duties.values()):
        yield _("Jawaban rekan ditampilkan sebagai rata-rata; jawaban satu orang tidak pernah diperlihatkan.")


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


def seats_page(held: Held, role: str, rows: Any) -> SeatsPage | None:
    """The page on which raters are proposed or confirmed; ``None`` for whoever may do neither."""
    declared = held.process.words.roles.get(role)
    mine = {actor.role for actor in held.actors}
    if declared is None or not declared.confirmed_by or not mine & {*declared.proposed_by, *declared.confirmed_by}:
        return None
    confirms = bool(mine & set(declared.confirmed_by))
    settled = bool(held.case.seats.get(role))
    chosen = store().seated(rows, held.case.id, role)
    known = [
        Colleague(id=peer.id, name=peer.name, about=peer.nip, chosen=peer.id in chosen, fixed=settled and not confirms)
        for peer in people.peers(held.subject.id)
    ]
    title = translated(declared.title)
    return SeatsPage(
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
