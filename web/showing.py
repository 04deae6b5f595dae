"""Values as a page says them: numbers and days of the language, options by their text, rows as tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from engine import feel
from engine.kinds import FILE, Choice, Computed, Day, Field, File, Line, Number, Ratings, Scale, Setting, Table, YesNo
from engine.process import Process
from engine.terms import Text
from web.languages import day, moment, number, translated


def answer(process: Process, item: Field, setting: Setting, value: Any) -> str:
    """An answer to *item* in words; nothing for none."""
    if value is None:
        return ""
    if isinstance(item, Scale | Ratings):
        step = number(value)
        words = setting.options.get(str(value.normalize() if value else value), "")
        return f"{step} – {translated(words)}" if words else step
    if isinstance(item, Choice):
        codes = value if isinstance(value, list) else [value]
        return ", ".join(translated(setting.options.get(code, code)) for code in codes)
    if isinstance(item, Number):
        return number(value)
    if isinstance(item, YesNo):
        return _("Ya") if value else _("Tidak")
    if isinstance(item, File):
        return str(value["name"])
    if isinstance(item, Line):
        return str(value)
    return plain(process, value, setting.item if isinstance(item, Computed) else feel.ANY)


def plain(process: Process, value: Any, type_: feel.Type = feel.ANY) -> str:
    """A value in words; its static type tells whose option a code is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Ya") if value else _("Tidak")
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, list):
        return ", ".join(items(process, value, type_)) or _("Tidak ada")
    if is_file(value):
        return str(value["name"])
    if isinstance(value, dict):
        return "; ".join(f"{word(process, name)}: {plain(process, item)}" for name, item in value.items())
    if type_ is feel.TEXT:
        return translated(value) if isinstance(value, Text) else str(value)
    return word(process, str(value), type_)


def is_file(value: Any) -> bool:
    """Whether *value* is that of an attachment, in whatever column it stands."""
    return isinstance(value, dict) and value.keys() == FILE.members.keys()


def items(process: Process, value: Sequence[Any], type_: feel.Type = feel.ANY) -> list[str]:
    """A list item by item. Of texts that somebody picked or a rule named, each as what it stands for."""
    inner = type_.item if isinstance(type_, feel.ListOf) and isinstance(type_.item, feel.Codes) else feel.ANY
    return [plain(process, item, inner) for item in value]


def word(process: Process, code: str, type_: feel.Type = feel.ANY) -> str:
    """What a code stands for: an option, a row of a catalogue, a value; the code itself if nothing."""
    words = process.words
    name = type_.name if isinstance(type_, feel.Codes) else ""
    if name in words.choices and code in words.choices[name].options:
        return translated(words.choices[name].options[code])
    for catalogue in words.catalogues.values():
        if code in catalogue.rows:
            return translated(catalogue.rows[code].cells.get("title", code))
    for listed in words.choices.values():
        if code in listed.options:
            return translated(listed.options[code])
    if code in process.values and process.values[code].title:
        return translated(process.values[code].title)
    return code


def cell(process: Process, item: Table, setting: Setting, name: str, value: Any) -> str:
    """What a row of *item* has in its column *name*, in words: one of its own, or one that came with the row."""
    column = item.columns.get(name)
    if name == setting.key and isinstance(setting.item, feel.Context) and "title" in setting.item.members:
        return str(value)  # The row is called by its title; its key stays a code.
    if column is None and name == "title" and isinstance(value, str):
        return translated(value)  # What a catalogue calls the row, kept with the answer.
    if column is None:
        return plain(process, value, _member(setting.item, name))
    if isinstance(column, Day):
        return day(value)
    return answer(process, column, setting.columns[name], value)


def _member(context: feel.Type, name: str) -> feel.Type:
    return context.members.get(name, feel.ANY) if isinstance(context, feel.Context) else feel.ANY
