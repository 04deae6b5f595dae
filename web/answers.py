"""Answers to read: questions with what was answered, and tables whose rows say what they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Any

from flask import url_for
from markupsafe import Markup

from engine.desk import Answer
from engine.kinds import Computed, File, Number, Setting, Table
from engine.process import Duty
from web import showing
from web.forms import Heading, heading
from web.held import Held
from web.languages import translated


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table to read: its columns (id, heading, whether numbers), its rows by column id."""

    title: str
    columns: list[tuple[str, str, bool]]
    rows: list[dict[str, Any]]
    change: str = ""


@dataclass(frozen=True, kw_only=True)
class Sheaf:
    """The answers of one task in the order of its form: lists of rows, and grids between them."""

    title: str
    id: str
    parts: list[list[dict[str, str]] | Grid] = field(default_factory=list)
    open: bool = False


def sheaf(held: Held, duty: Duty, answers: Iterable[Answer], changes: Iterable[str] = ()) -> Sheaf:
    """*answers* to read. *changes* are the addresses where each can be changed, empty where it cannot."""
    parts: list[list[dict[str, str]] | Grid] = []
    for answer, change in zip(answers, chain(changes, repeat("")), strict=False):
        if isinstance(answer.field, Table):
            if answer.field.columns:
                parts.append(grid(held, answer.field, answer.setting, answer.value, change))
            continue
        if not parts or isinstance(parts[-1], Grid):
            parts.append([])
        parts[-1].append(_row(held, answer, change))  # type: ignore[union-attr]
    return Sheaf(title=translated(duty.title), id=f"jawaban-{duty.id}", parts=parts)


def _row(held: Held, answer: Answer, change: str) -> dict[str, str]:
    said = showing.answer(held.process, answer.field, answer.setting, answer.value)
    row = {"key": translated(answer.title), "value": said, "change": change}
    if isinstance(answer.field, File) and answer.value:
        row["href"] = url_for("cases.attachment", case_id=held.case.id, attachment=answer.value["id"])
    return row


def grid(held: Held, table: Table, setting: Setting, rows: Any, change: str = "") -> Grid:
    """An answered table. Its first column names the row and says what else was known of it."""
    named = heading(held.process, table, setting)
    own = {name: (str(c.title), isinstance(c, Number | Computed)) for name, c in table.columns.items()}
    columns = [(name, translated(title), False) for name, title in named.columns.items()]
    columns += [(name, translated(title), numbers) for name, (title, numbers) in own.items()]
    if table.from_:
        columns.insert(0, ("", translated(named.title or table.title), False))
    told = [_cells(held, table, setting, named, row) for row in rows or ()]
    return Grid(title=translated(table.title), columns=columns, rows=told, change=change)


def _cells(held: Held, table: Table, setting: Setting, named: Heading, row: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: showing.cell(held.process, table, setting, name, value) for name, value in row.items()}
    links = {name: _link(held, value) for name, value in row.items() if showing.is_file(value)}
    return {**said, **links, "": _name(said, setting.key, named)}


def _link(held: Held, file: Mapping[str, Any]) -> Markup:
    address = url_for("cases.attachment", case_id=held.case.id, attachment=file["id"])
    return Markup('<a class="govuk-link" href="%s">%s</a>') % (address, file["name"])


def _name(said: Mapping[str, str], key: str, named: Heading) -> Markup:
    """What a row is about, and below it in small what else is known of it."""
    facts = [(translated(title), said[name]) for name, title in named.facts.items() if said.get(name)]
    name = Markup("<b>%s</b>") % (said.get(named.name) or said.get(key, ""))
    return name + Markup("").join(_facts(facts))


def _facts(facts: list[tuple[str, str]]) -> Iterator[Markup]:
    if facts:
        yield Markup('<span class="cards__facts">%s</span>') % " · ".join(f"{word}: {said}" for word, said in facts)
