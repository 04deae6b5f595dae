"""A document of a case as its page lays it out: whom it is about, its parts in order, who signs, of which rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from engine.documents import CLOSED, FEW, Part, documents, fingerprint, parts
from engine.model import Document
from engine.nip import grouped
from engine.receipt import Receipt
from web import accounts, showing
from web.accounts import account
from web.answers import Grid, sheaf
from web.held import Held
from web.languages import day, translated
from web.results import Told

#: The profile field that a person is known by.
NUMBER_TYPE = "employee_number"
#: So many columns of a table fit on upright paper.
UPRIGHT = 8


@dataclass(frozen=True, kw_only=True)
class Block:
    """What stands together on paper: a list of facts, or a table, or a list. ``notes`` are sentences below it."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    grid: Grid | None = None
    title: str = ""
    items: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def wide(self) -> bool:
        """Whether its table has more columns than fit upright."""
        return self.grid is not None and len(self.grid.columns) > UPRIGHT


@dataclass(frozen=True, kw_only=True)
class DocumentPage:
    """A document to read and print. ``signs``: in which role, and the name where it is known."""

    title: str
    region: str
    facts: list[tuple[str, str]]
    blocks: list[Block]
    signs: list[tuple[str, str]]
    colophon: list[str]
    back: str


def document_page(held: Held, name: str, now: datetime) -> DocumentPage | None:
    """The page of the document *name*; none for what may not be opened now."""
    roles = [actor.role for actor in held.actors]
    document = next((one for one in documents(held.process, held.case, roles) if one.id == name), None)
    if document is None:
        return None
    shown = parts(held.process, held.case, document, roles)
    today = held.case.cycle.day_of(now)
    mark = fingerprint(held.process, held.case, document, shown) if held.case.locked else ""
    return DocumentPage(
        title=translated(document.title),
        region=held.subject.region_title,
        facts=list(_facts(held)),
        blocks=_joined(block for part in shown for block in _blocks(held, part, Told(held, roles))),
        signs=list(_signs(held, document)),
        colophon=list(_colophon(held, mark, today)),
        back=url_for("cases.show", case_id=held.case.id),
    )


def _facts(held: Held) -> Iterator[tuple[str, str]]:
    yield _("Pegawai"), held.subject.name
    for name, item in held.process.words.profile.items():
        value = held.subject.profile.get(name)
        if item.type == NUMBER_TYPE and item.readers is None and value:
            yield translated(item.title or name), grouped(str(value))
    if held.subject.unit:
        yield _("Unit kerja"), held.subject.unit
    yield _("Proses"), translated(held.process.title)
    yield _("Siklus penilaian"), held.cycle_title


def _signs(held: Held, document: Document) -> Iterator[tuple[str, str]]:
    """Whoever is appraised and their superiors, of those for whom the document is."""
    for role in held.process.words.roles.values():
        if role.id in document.readers and role.is_.split(" ")[0] in ("subject", "superior"):
            yield translated(role.title), held.subject.name if role.is_ == "subject" else ""


def _colophon(held: Held, mark: str, today: date) -> Iterator[str]:
    yield _("Dicetak %(day)s dari %(product)s.", day=day(today), product="Borang")
    yield _("Aturan: %(title)s, %(hash)s.", title=translated(held.process.title), hash=held.process.hash)
    if mark:
        yield _("Nilai sudah ditetapkan. Sidik isi: %(mark)s.", mark=mark)
    else:
        yield _("Nilai belum ditetapkan dan masih dapat berubah.")


# --- the parts --------------------------------------------------------------------------------------------------------


def _joined(blocks: Iterator[Block]) -> list[Block]:
    """Facts that follow one another stand in one list."""
    found: list[Block] = []
    for block in blocks:
        if block.rows and found and found[-1].rows:
            found[-1].rows.extend(block.rows)
        else:
            found.append(block)
    return found


def _blocks(held: Held, part: Part, told: Told) -> Iterator[Block]:
    title = _title(part)
    if part.absent:
        yield _row(title, "", [_why(part.absent)])
    elif part.value is not None:
        yield from _of_value(held, title, part.result, told.receipt(part.value.id))
    elif part.duty is not None:
        yield from _of_answers(held, title, part)


def _title(part: Part) -> str:
    """A value without a title is called by the words of its id."""
    return accounts.words(part.title) if part.value and not part.value.title else translated(part.title)


def _row(title: str, value: str, notes: list[str]) -> Block:
    return Block(rows=[{"key": title, "value": value, "notes": notes}])


def _why(absent: str) -> str:
    if absent == CLOSED:
        return _("Tidak terbuka bagi peran Anda.")
    if absent == FEW:
        return _("Tidak ditampilkan: jawabannya terlalu sedikit untuk melindungi yang menjawab.")
    return _("Belum ada.")


def _of_value(held: Held, title: str, result: Any, made: Receipt) -> Iterator[Block]:
    whole = account(held, made)
    told = list(dict.fromkeys(whole.foot))  # of rows, many say the same
    if isinstance(result, list) and not any(isinstance(item, Mapping) for item in result):
        items = showing.items(held.process, result, made.type)
        yield Block(title=title, items=items, notes=[*([] if items else [_("Tidak ada.")]), *told])
    elif isinstance(result, list | dict):
        grid = whole.grids[0] if whole.grids else None
        empty = grid is None or not grid.rows
        yield Block(title=title, grid=None if empty else grid, notes=[*([_("Tidak ada.")] if empty else []), *told])
    else:
        yield _row(title, accounts.in_words(held, made), [*_sums(whole), *told])


def _sums(whole: accounts.Account) -> Iterator[str]:
    """The calculation in one line: of a weighting, each part with its weight."""
    weighed = [f"{row['title']} {row['formula']}" for row in whole.rows if row.get("formula")]
    said = f"{' + '.join(weighed)} = {whole.value}" if weighed else whole.sum
    if said:
        yield " ".join((_("Hitungan:"), said))


def _of_answers(held: Held, title: str, part: Part) -> Iterator[Block]:
    assert part.duty
    duty = translated(part.duty.title)
    for found in sheaf(held, part.duty, part.answers).parts:
        if isinstance(found, Grid):
            yield Block(title=f"{title} ({duty})", grid=found)
        else:
            yield Block(rows=[{"key": row["key"], "value": row["value"], "notes": [duty]} for row in found])
