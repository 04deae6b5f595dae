"""A form being filled in by the person of this request: what was typed, what it means, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import Connection

from engine import Cycle, Refusal, Refused, feel
from engine.act import requirements
from engine.catalogue import TEXTS, say
from engine.desk import Offer
from engine.errors import Invalid
from engine.kinds import Acknowledgement, Field, File, Ratings, Table
from engine.sheet import Asked, Sheet, opening, refusals, sheet
from engine.twin import data
from web import attachments, drafts, live, showing
from web.beside import beside
from web.database import reading
from web.forms import (
    OWN,
    Paper,
    Rendering,
    Settings,
    TableField,
    Typed,
    paper,
    placed,
    rendered,
    row_names,
    typed_of,
    values_of,
    with_row,
    without_row,
)
from web.held import Held
from web.languages import language, moment, translated
from web.store import Opened

Errors = Mapping[str, list[str]]


@dataclass(frozen=True, kw_only=True)
class Filling:
    """A form in somebody's hands. ``typed`` is all they have typed, the names of their attachments included."""

    held: Held
    offer: Offer
    typed: Typed
    draft: drafts.Draft | None
    now: datetime
    #: Attachments that were not taken, and why, by field.
    unfit: Errors = field(default_factory=dict)
    #: Answers that are known and not asked for, such as the service code that somebody came with.
    given: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def opened(cls, held: Held, offer: Offer, now: datetime) -> Filling:
        """The form as it is found: the draft, else what it opens with."""
        draft = drafts.find(reading(), held.case.id, offer.duty.id, current_user.id)
        if draft is not None and draft.entry == held.case.entry:
            return cls(held=held, offer=offer, typed=draft.typed, draft=draft, now=now)
        fields = offer.duty.submitted_by(offer.action, offer.actor.role)
        values = opening(held.process, held.case, offer.actor, offer.action, held.case.cycle.day_of(now))
        return cls(held=held, offer=offer, typed=typed_of(fields, offer.duty, values), draft=None, now=now)

    @classmethod
    def typed_in(cls, held: Held, offer: Offer, posted: Typed, now: datetime) -> Filling:
        """The form as it was posted; of what is not on it, attachments and other actions' fields are kept."""
        before = cls.opened(held, offer, now)
        mine = {name: texts for name, texts in posted.items() if before.knows(name)}
        kept = {name: texts for name, texts in before.typed.items() if before.stays(name)}
        return replace(before, typed={**kept, **mine})

    @classmethod
    def handed(
        cls, held: Held, offer: Offer, now: datetime, given: Mapping[str, Any], posted: Typed | None = None
    ) -> Filling:
        """The form of somebody without an account: what was *posted*, else what it opens with. No draft is kept."""
        values = opening(
            held.process, held.case, offer.actor, offer.action, held.case.cycle.day_of(now), duty=offer.duty
        )
        typed = typed_of(offer.duty.submitted_by(offer.action, offer.actor.role), offer.duty, values)
        empty = cls(held=held, offer=offer, typed=typed, draft=None, now=now, given=given)
        if posted is None:
            return empty
        return replace(empty, typed={name: texts for name, texts in posted.items() if empty.knows(name)})

    # --- what belongs to it ---

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        return self.offer.duty.submitted_by(self.offer.action, self.offer.actor.role)

    @cached_property
    def writable(self) -> dict[str, Field]:
        """The fields, and items of ratings, that this person fills in, by the name of their input."""
        mine: dict[str, Field] = {}
        for name, item in self.fields.items():
            if item.asked and (item.writers is None or self.offer.actor.role in item.writers):
                mine |= (
                    dict.fromkeys(self.offer.duty.settings[name].columns, item)
                    if isinstance(item, Ratings)
                    else {name: item}
                )
        return mine

    def filled_in(self, name: str) -> Field | None:
        """The field, or the column of a table, that an input of this name fills in; none of anybody else's."""
        item, cell = self.writable.get(name.partition(".")[0]), "." in name
        if isinstance(item, Table):
            return item.columns.get(name.rpartition(".")[2]) if cell else None
        return item

    def knows(self, name: str) -> bool:
        """Whether an input of this name is this person's to fill in here."""
        item = self.filled_in(name)
        return item is not None and not isinstance(item, File)

    def stays(self, name: str) -> bool:
        """Whether what the draft has under this name is kept although it was not posted: a file, another action's."""
        return not self.knows(name)

    def foreign(self, posted: Iterable[str]) -> set[str]:
        """Names that were posted and are none of this person's inputs, or of fields that are not shown now."""
        hidden = {asked.field.id for asked in self.sheet.asked if not asked.shown}
        given = {name for name in posted if not name.startswith(OWN) and name != "csrf_token"}
        return {name for name in given if not self.knows(name) or (name in hidden and self._says_something(name))}

    def _says_something(self, name: str) -> bool:
        return any(text.strip() for text in self.typed.get(name, ()))

    # --- what happens to it ---

    def with_files(self, rows: Connection, files: Mapping[str, Any]) -> Filling:
        """The form with newly attached files in it."""
        typed, unfit = dict(self.typed), {}
        place = {"case_id": self.held.case.id, "duty": self.offer.duty.id, "owner": current_user.id}
        for name, upload in files.items():
            if upload.filename and isinstance(self.filled_in(name), File):
                try:
                    typed[name] = [attachments.keep(rows, upload, field=attachments.field_of(name), **place).id]
                except attachments.Unfit as error:
                    unfit[name] = [error.text]
        return replace(self, typed=typed, unfit=unfit)

    def after(self, intent: str, target: str) -> Filling:
        """The form after a button was pressed that adds or removes something."""
        name, dot, row = target.partition(".")
        item = self.writable.get(name)
        if intent == "hapus" and isinstance(self.filled_in(target), File):
            return replace(self, typed={name_: texts for name_, texts in self.typed.items() if name_ != target})
        if intent == "tambah" and isinstance(item, Table):
            return replace(self, typed=with_row(self.typed, item))
        if intent == "hapus" and isinstance(item, Table) and dot:
            return replace(self, typed=without_row(self.typed, item, row))
        return self

    # --- what it means ---

    @cached_property
    def paper(self) -> Paper:
        return paper_of(self.held, self.offer)

    @cached_property
    def form(self) -> Any:
        return self.paper.read(self.typed)

    @cached_property
    def files(self) -> dict[str, Any]:
        """The attached files by the name of their input, as values."""
        if not self.paper.takes_files:
            return {}
        named = {
            name: texts[0] for name, texts in self.typed.items() if texts and isinstance(self.filled_in(name), File)
        }
        return attachments.values(reading(), self.held.case.id, named, current_user.id) if named else {}

    @cached_property
    def _read(self) -> Any:
        return values_of(self.form, self.offer.duty)

    @cached_property
    def values(self) -> dict[str, Any]:
        """The values of what could be read."""
        if not self.paper.takes_files:
            return {**self._read.values, **self.given}
        alone = {name: file for name, file in self.files.items() if name in self.writable}
        read = {name: self._with_files(name, value) for name, value in self._read.values.items()}
        return {**read, **alone, **self.given}

    def _with_files(self, name: str, value: Any) -> Any:
        """What was read of a field with its attached files: of the rows of a table, those in its cells."""
        item = self.writable.get(name)
        if isinstance(item, File):
            return None
        own = [c.id for c in item.columns.values() if isinstance(c, File)] if isinstance(item, Table) else []
        if not own:
            return value
        rows = zip(row_names(self.form, name), value, strict=True)
        return [
            {**cells, **{column: self.files.get(f"{name}.{row}.{column}") for column in own}} for row, cells in rows
        ]

    @cached_property
    def sheet(self) -> Sheet:
        case, process, offer = self.held.case, self.held.process, self.offer
        # A collection is no work of the present stage.
        beside = offer.duty if not offer.duty.stage else None
        return sheet(process, case, offer.actor, offer.action, self.values, self.now, duty=beside)

    def answers(self) -> dict[str, Any]:
        """The values to submit. Raises ``Refused`` where something cannot be read."""
        if self._read.errors:
            raise Refused(*(Refusal(e.code, path, {**e.params}) for path, e in self._read.errors.items()))
        return self.values

    @property
    def opened_with(self) -> Opened:
        case = self.held.case
        submitted = case.submitted.get(self.offer.duty.id, 0)
        return Opened(entry=case.entry, submitted=submitted, definition=case.definition[:12])

    # --- what is wrong with it ---

    def errors(self) -> Errors:
        """What keeps it from being sent, by the name of the input; ``""`` for the form as a whole."""
        process = self.held.process
        missing = list(refusals(process, self.sheet))
        # Whether such a requirement holds cannot be known before what it reads is filled in.
        unmet = [
            r for r in requirements(process, self.sheet) if not (r.params["unknown"] and (missing or self._read.errors))
        ]
        return self.told([*missing, *unmet])

    def told(self, reasons: Iterable[Refusal]) -> Errors:
        """*reasons* in words, each at its input, in the order of the page."""
        found: dict[str, list[str]] = {path: [_unread(e)] for path, e in self._read.errors.items()} | dict(self.unfit)
        for path, refusal in placed(self.form, map(self._at_its_field, reasons)):
            if path not in self._read.errors and path not in self.unfit:
                place = "" if path in self.given else path
                found.setdefault(place, []).append(self._reason(path, refusal))
        return {path: found[path] for path in sorted(found, key=self._where)}

    def _where(self, path: str) -> tuple[int, int, int]:
        """Where an input stands: field, row, column. The form comes before its fields, a table before its rows."""
        name, *cell = path.split(".")
        item, fields = self.writable.get(name), list(self.writable)
        columns = list(item.columns) if isinstance(item, Table) else []
        row = int(cell[0]) if cell and cell[0].isdecimal() else -1
        column = columns.index(cell[-1]) if cell and cell[-1] in columns else -1
        return fields.index(name) if name in fields else -1, row, column

    def _reason(self, path: str, refusal: Refusal) -> str:
        """*refusal* in words; a box that must be ticked is not filled in, and a question is answered."""
        item = self.filled_in(path)
        if refusal.code == "nilai_wajib" and isinstance(item, Acknowledgement):
            return _("Centang: %(title)s", title=translated(item.title))
        if refusal.code == "nilai_wajib" and item and "." not in path and translated(item.title).endswith("?"):
            return _("Jawab: %(title)s", title=translated(item.title))
        return reason_text(self.held, refusal)

    def _at_its_field(self, refusal: Refusal) -> Refusal:
        """A requirement of the form as a whole stands at the field that it reads."""
        form = self.offer.duty.form
        own = (*(form.require if form else ()), *self.offer.action.require)
        clauses = [clause for clause in own if clause.id == refusal.code]
        if refusal.path or not clauses or clauses[0].condition is None:
            return refusal
        reads = {path[0] for path in feel.reads(clauses[0].condition.parsed)}
        return replace(refusal, path=next((name for name in self.writable if name in reads), ""))

    def located(self, path: str, text: str) -> str:
        """*text* with the row and the field that it is about, for whoever does not see it beside its input."""
        name, _dot, rest = path.partition(".")
        text = self._titled(path, text)
        entry, row = self.form._fields.get(name), rest.rpartition(".")[0]
        if not isinstance(entry, TableField) or row not in entry.rows:
            return text
        if not entry.item.from_:
            return _("Baris %(number)s: %(text)s", number=list(entry.rows).index(row) + 1, text=text)
        named = self.paper.headings[name].name or entry.setting.key
        found = next((each for each in self.sheet.ask(name).rows if str(each.get(entry.setting.key)) == row), {})
        return f"{found.get(named) or row}: {text}"

    def _titled(self, path: str, text: str) -> str:
        """*text* behind the title of its field, where it does not name it itself."""
        item = self.filled_in(path)
        title = translated(item.title) if item else ""
        return text if not title or title.casefold() in text.casefold() else f"{title}: {text}"

    # --- how it looks ---

    def html(self, errors: Errors) -> Any:
        """The fields, with the errors at them."""
        earlier = beside(self.held, self.offer.duty)
        how = Rendering(errors=errors, show=self._show, say=translated, beside=earlier, files=self._file_texts())
        shown = self.sheet
        if self.given:
            shown = replace(shown, asked=tuple(asked for asked in shown.asked if asked.field.id not in self.given))
        fields = rendered(shown, self.paper, self.form, how)
        return fields + live.script(self.paper.rules, self._for_the_browser()) if self.paper.rules else fields

    def _for_the_browser(self) -> dict[str, Any]:
        """What the rules of this page read of the case, and what was handed in without being on the form."""
        found = data(self.paper.twin, self.held.process, self.sheet, self.offer.actor, self.held.case)
        handed = {name: feel.value_to_json(self.sheet.local.get(name)) for name in self.given}
        return {**found, "moment": {**found["moment"], **handed}}

    def differing(self, posted: Mapping[str, str]) -> dict[str, list[str]]:
        """The totals that were on the screen and are others here, in words."""
        names = {name: row_names(self.form, name) for name, item in self.fields.items() if isinstance(item, Table)}
        screen = live.on_screen(posted)
        found = live.differing(self.paper.twin, self.sheet, names, screen)
        return {path: [self._other_than(path, screen[path], own)] for path, own in found}

    def _other_than(self, path: str, screen: str, own: Any) -> str:
        """That the screen had another total than the service has."""
        name, _dot, rest = path.partition(".")
        item = self.fields[name]
        title = item.columns[rest.rpartition(".")[2]].title if isinstance(item, Table) else item.title
        said = screen[:40] if language() == "en" else screen[:40].replace(".", ",")
        return _(
            "%(title)s di layar %(screen)s, perhitungan layanan %(own)s. Yang berlaku adalah perhitungan layanan;"
            " periksa isian Anda sekali lagi.",
            title=translated(title),
            screen=said or _("kosong"),
            own=showing.plain(self.held.process, own) or _("kosong"),
        )

    def _show(self, asked: Asked, column: str, value: Any) -> str:
        if isinstance(asked.field, Table):
            return showing.cell(self.held.process, asked.field, asked.setting, column, value)
        return showing.answer(self.held.process, asked.field, asked.setting, value)

    def _file_texts(self) -> dict[str, tuple[str, str, str]]:
        return {
            name: (
                file["name"],
                attachments.size_text(file["size"]),
                url_for("cases.attachment", case_id=self.held.case.id, attachment=file["id"]),
            )
            for name, file in self.files.items()
        }

    def saved_text(self) -> str:
        """That the draft was saved just now, for the line above the form."""
        return saved_text(self.now, self.now, self.held.case.cycle)


def saved_text(at: datetime, now: datetime, cycle: Cycle) -> str:
    """When a draft was saved: the time of today, or the day as well."""
    if cycle.day_of(at) != cycle.day_of(now):
        return _("Tersimpan %(time)s", time=moment(at, cycle.zone))
    return _("Tersimpan %(time)s", time=at.astimezone(cycle.tz).strftime("%H.%M" if language() == "id" else "%H:%M"))


def reason_text(held: Held, refusal: Refusal) -> str:
    """A refusal in the words of the definition, or of the catalogue."""
    message = held.process.message(refusal.code)
    if message is not None:
        return _filled(held, translated(message), refusal)
    if refusal.code not in TEXTS:
        return refusal.code
    words = {name: translated(v) if isinstance(v, str) else v for name, v in refusal.params.items() if name != "scope"}
    return say(refusal.code, language(), **words)


def _filled(held: Held, message: str, refusal: Refusal) -> str:
    """*message* with ``{name}`` as what the refusal knows under that name, or as the value of that name, in words."""
    scope = refusal.params.get("scope", {})

    class Names(dict[str, str]):
        def __missing__(self, name: str) -> str:
            found = refusal.params[name] if name in refusal.params else scope[name]
            return showing.plain(held.process, found) or _("kosong")

    return message.format_map(Names())


def _unread(invalid: Invalid) -> str:
    return say(invalid.code, language(), **invalid.params)


def paper_of(held: Held, offer: Offer) -> Paper:
    """The paper of a form in the language of this request; made once."""
    papers: dict[Any, Paper] = current_app.extensions.setdefault("papers", {})
    key = (held.process.hash, offer.duty.id, offer.duty.variant, offer.action.id, offer.actor.role, language())
    if key not in papers:
        allowed = Settings(accept=attachments.ACCEPT, largest=attachments.LARGEST, heaviest=attachments.LIMIT)
        papers[key] = paper(
            current_app.jinja_env, held.process, offer.duty, offer.action, offer.actor.role, translated, allowed
        )
    return papers[key]


def typed_from(posted: Any) -> Typed:
    """What was posted, name to texts, without the form's own inputs."""
    return {name: posted.getlist(name) for name in posted if not name.startswith(OWN) and name != "csrf_token"}


def intent_of(posted: Any) -> tuple[str, str]:
    """What was pressed, and on what: ``tambah`` and ``hapus`` name a row or a file."""
    for button in ("tambah", "hapus"):
        if posted.get(f"_{button}"):
            return button, posted[f"_{button}"]
    return posted.get("_intent", "simpan"), ""
