"""Texts: every one has its translation, no translation has lost its text, and messages name what can be filled in."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from string import Formatter
from typing import Any

from engine.catalogue import TEXTS
from engine.draft import Draft
from engine.duties import members
from engine.files import Files
from engine.model import Row
from engine.process import Duty
from engine.shape import At, keys_of, nearest
from engine.terms import Clauses, Text

_ID = re.compile(r"[a-z][a-z0-9_]*")
_LETTER = re.compile(r"[^\W\d_]{2}")
#: What the refusals of a field's own rule know (``engine.kinds``).
OF_A_FIELD = ("title", "found", "wanted", "least", "most", "text")


def check_translations(files: Files) -> None:
    """Warn of texts without a translation, and of translations without a text, in each language there is."""
    records: list[Any] = [*files.workflows.values(), *files.vocabularies.values(), *files.catalogues.values(),
                          *files.forms.values()]  # fmt: skip
    texts = [found for record in records for found in _texts(record, record.at)]
    for language, known in files.translations.items():
        for text, at in texts:
            if text not in known and language not in text.translations and _LETTER.search(text):
                at.report("W29", warning=True, text=_short(text), into=language)
    rows = [row for catalogue in files.catalogues.values() for row in catalogue.rows.values()]
    _check_stale(files, {str(text) for text, _ in texts} | {str(cell) for row in rows for cell in row.cells.values()})


def _check_stale(files: Files, texts: set[str]) -> None:
    used = texts | _spoken(files)
    for translation in files.translation_files:
        for text in translation.texts:
            if text not in used:
                at = (translation.at / "texts" / text).of_key()
                near = nearest(text, [*texts])
                at.report("W29lost", warning=True, text=_short(text), maybe_id=near and _short(near))


def _spoken(files: Files) -> set[str]:
    """Ids in words, as pages say what has no title."""
    ids = {found for source in files.sources.values() for found in _ID.findall(source.text)}
    return {name.replace("_", " ").capitalize() for name in ids}


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _texts(part: Any, at: At) -> Iterator[tuple[Text, At]]:
    """Every text that people read in *part*, with its place."""
    if isinstance(part, Text):
        if part:
            yield part, at
    elif isinstance(part, Row):
        texts = {name: text for name, text in part.cells.items() if name in ("title", "help")}
        yield from _texts({**texts, "variants": part.variants} if isinstance(at.value, dict) else texts["title"], at)
    else:
        for step, inner in _inside(part):
            yield from _texts(inner, at / step if isinstance(at.value, dict | list) else at)


def _inside(part: Any) -> Iterable[tuple[str | int, Any]]:
    """What *part* is made of, by key or position."""
    if isinstance(part, dict):
        return part.items()
    if isinstance(part, tuple) and not isinstance(part, Clauses):
        return enumerate(part)
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        return [(key.name, getattr(part, key.attribute)) for key in keys_of(type(part))]
    return ()


# --- messages ---------------------------------------------------------------------------------------------------------


def check_messages(draft: Draft) -> None:
    """Report names in a message that nothing fills in where the message is told."""
    for code, names in _told(draft).items():
        text = draft.words.messages.get(code)
        if text is not None:
            _check_message(draft, code, text, names)


def _check_message(draft: Draft, code: str, text: str, names: set[str]) -> None:
    at = _message_at(draft, code)
    try:
        filled = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        at.report("E24brace", refusal=code)
        return
    for name in filled:
        if name not in names:
            offset = text.index("{" + name)
            at.report("E24", offset=offset, name=name, refusal=code, maybe_id=nearest(name, sorted(names)))


def _message_at(draft: Draft, code: str) -> At:
    """Where the message of *code* that counts is written."""
    return [layer for layer in draft.layers if code in layer.messages][-1].at / "messages" / code


def _told(draft: Draft) -> dict[str, set[str]]:
    """By code, the names that can be filled in wherever it is told."""
    found: dict[str, set[str]] = {}
    for duty in draft.duties.values():
        asked = set(dict(members(duty.form.fields, duty.settings))) if duty.form else set()
        _note(found, duty.form.require if duty.form else (), {*draft.scope, *asked})
        for action in duty.actions.values():
            submitted = set() if action.without_form else asked
            own = set(dict(members(action.fields, duty.settings)))
            _note(found, action.require, {*draft.scope, *submitted, *own})
        _note_fields(found, duty)
    for code in draft.words.messages:
        if code in TEXTS:
            known = {name for _, name, _, _ in Formatter().parse(TEXTS[code][0]) if name}
            found[code] = found.get(code, known) | known
    return found


def _note(found: dict[str, set[str]], require: Iterable[Any], names: set[str]) -> None:
    for clause in require:
        found[clause.id] = found[clause.id] & names if clause.id in found else set(names)


def _note_fields(found: dict[str, set[str]], duty: Duty) -> None:
    for item in duty.fields.values():
        for part in (item, *getattr(item, "columns", {}).values()):
            if part.code:
                found.setdefault(part.code, set(OF_A_FIELD))
