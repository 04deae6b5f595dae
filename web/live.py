"""What of a form the browser works out by itself (engine/twin.py), on the page and back.

The page carries the rules as JSON, which no browser executes. Scripts keep what is shown, wanted and computed up to
date while somebody types, and send along which totals were on the screen: the service works them out again and never
takes them from there, but says so when they differ.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from engine import feel
from engine.process import Duty, Process
from engine.sheet import Sheet
from engine.twin import Twin
from web import showing

#: Names of hidden inputs that hold what the screen showed: this, and the path of the field or cell.
SCREEN = "_layar."


def rules(process: Process, duty: Duty, twin: Twin) -> str:
    """What every page of the form carries alike, as the beginning of a JSON object; nothing if it is of no use."""
    if not twin.works:
        return ""
    texts = {
        "none": _("Belum dapat dihitung"),
        "yes": _("Ya"),
        "no": _("Tidak"),
        "more": _("Ada isian tambahan: {}"),
        "codes": dict(_codes(process, duty, twin)),
    }
    return _json({**twin.rules, "texts": texts})[:-1]


def _codes(process: Process, duty: Duty, twin: Twin) -> Iterator[tuple[str, dict[str, str]]]:
    """What codes stand for, by the computed fields and columns that give them."""
    for path in sorted(twin.live):
        name, _dot, column = path.partition(".")
        setting = duty.settings[name].columns[column] if column else duty.settings[name]
        if isinstance(setting.item, feel.Codes):
            yield path, {code: showing.word(process, code, setting.item) for code in setting.item.options}


def _json(value: Any) -> str:
    """JSON that may stand in a page."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def script(rules: str, data: Mapping[str, Any]) -> Markup:
    """*rules* and *data* as a block of the page that nothing executes, and a line that says what has come up."""
    block = f'<script type="application/json" data-twin>{rules},{_json(data)[1:]}</script>'
    return Markup(f'{block}<p class="govuk-visually-hidden" role="status" data-announce></p>')


def on_screen(posted: Mapping[str, str]) -> dict[str, str]:
    """The totals that the screen showed, by path; empty without scripts."""
    return {name[len(SCREEN) :]: text for name, text in posted.items() if name.startswith(SCREEN)}


def differing(
    twin: Twin, filled: Sheet, names: Mapping[str, list[str]], screen: Mapping[str, str]
) -> Iterator[tuple[str, Any]]:
    """Each path of *screen* that the browser works out and the service has something else under, and what that is.

    *names* are those of a table's rows in the form, in the order of its value.
    """
    for path, text in screen.items():
        found = list(_at(filled, names, path)) if _kind_of(path) in twin.live else []
        if found and not _same(found[0], text):
            yield path, found[0]


def _kind_of(path: str) -> str:
    """*path* without the row."""
    name, dot, rest = path.partition(".")
    return f"{name}.{rest.rpartition('.')[2]}" if dot else name


def _at(filled: Sheet, names: Mapping[str, list[str]], path: str) -> Iterator[Any]:
    """The computed value at *path*, if there is such a field or cell and it is shown."""
    name, _dot, rest = path.partition(".")
    row, _dot, column = rest.rpartition(".")
    for asked in filled.asked:
        if asked.field.id == name and asked.shown:
            if not rest:
                yield asked.value
            elif row in names.get(name, ()) and names[name].index(row) < len(asked.rows):
                yield asked.rows[names[name].index(row)].get(column)


def _same(value: Any, text: str) -> bool:
    if value is None:
        return text == ""
    if isinstance(value, Decimal):
        try:
            return Decimal(text) == value
        except InvalidOperation:
            return False
    return text == feel.written(value)
