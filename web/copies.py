"""What somebody typed, said back to them where their form is no longer at hand: by field, in words, not in codes.

It asks the database nothing, and what cannot be read stands as it was typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from flask_babel import gettext as _

from engine.errors import Invalid
from engine.kinds import Field, File, Ratings, Setting, Table
from engine.process import Duty, Process
from web import showing
from web.languages import translated

Row = dict[str, str]


def copies(process: Process | None, typed: Mapping[str, Sequence[str]]) -> list[Row]:
    """*typed*, input by input, as ``key`` and ``value``. Without the process the inputs are only numbered."""
    told = {name: texts for name, texts in typed.items() if any(text.strip() for text in texts)}
    if process is None:
        said = (_plain(texts) for texts in told.values())
        return [{"key": _("Isian %(number)s", number=number), "value": text} for number, text in enumerate(said, 1)]
    return list(_rows(process, told))


def _rows(process: Process, told: Mapping[str, Sequence[str]]) -> Iterator[Row]:
    names = {_name(path) for path in told}
    inputs = max(map(_inputs, process.duties.values()), key=lambda known: len(names & known.keys()))
    for path, texts in told.items():
        item, setting = inputs.get(_name(path), (None, None))
        if item is None or setting is None:
            yield {"key": showing.word(process, path), "value": _plain(texts)}
        elif isinstance(item, Table):
            yield _cell(process, item, setting, path, texts)
        else:
            title = _rated(setting, path) if isinstance(item, Ratings) else item.title
            yield {"key": translated(title), "value": _said(process, item, setting, texts)}


def _inputs(duty: Duty) -> dict[str, tuple[Field, Setting]]:
    """The fields of *duty* by the name of their input; of ratings, each row's."""
    found: dict[str, tuple[Field, Setting]] = {}
    for name, item in duty.fields.items():
        setting = duty.settings[name]
        found |= dict.fromkeys(setting.columns if isinstance(item, Ratings) else (name,), (item, setting))
    return found


def _rated(setting: Setting, name: str) -> str:
    """What a row of ratings is called."""
    return next(row["title"] for key, row in zip(setting.columns, setting.rows or (), strict=True) if key == name)


def _cell(process: Process, table: Table, setting: Setting, path: str, texts: Sequence[str]) -> Row:
    row, _dot, column = path.partition(".")[2].rpartition(".")
    item = table.columns.get(column)
    number = str(int(row) + 1) if row.isdigit() and not table.from_ else showing.word(process, row)
    key = f"{translated(table.title)} {number}: {translated(item.title) if item else column}"
    known = setting.columns.get(column)
    return {"key": key, "value": _said(process, item, known, texts) if item and known else _plain(texts)}


def _said(process: Process, item: Field, setting: Setting, texts: Sequence[str]) -> str:
    if isinstance(item, File):
        return _("Lampiran yang sudah diunggah")
    try:
        return showing.answer(process, item, setting, item.parse(texts, setting))
    except Invalid:
        return _plain(texts)


def _name(path: str) -> str:
    return path.partition(".")[0]


def _plain(texts: Sequence[str]) -> str:
    return ", ".join(text for text in texts if text.strip())
