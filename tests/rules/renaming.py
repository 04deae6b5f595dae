"""The same definitions under other names: every id that an author chose, replaced everywhere at once.

What the engine or the pages know by name would no longer be found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.feel.builtins import NAMES as BUILT_IN
from engine.kinds import Field, Ratings, Table
from engine.library import Library
from engine.model import FILES
from engine.process import Process
from engine.scenario import READING
from engine.shape import Family, keys_of

#: Words that an author's id may share with something else, and why they are not renamed.
OTHER_USE = {
    "nilai": "the language's own word for the mark in a row of ratings",
    "item": "the language's own word for the element in a filter",
    "nomor": "the language's own word for the number of a ticket",
    "path": "a key of the scenario format",
    "scores": "a key of the scenario format",
    "status": "the language's own word for whether a ticket is open",
}
#: Keys of the scenario format (shared by all definitions), which an id may equal.
SCENARIO_WORDS = frozenset(
    {
        "scenarios", "list", "id", "region", "workflow", "title", "title_id", "title_en", "employee", "steps", "stage",
        "actor", "action", "form", "rater", "expect_error", "expected", "hand", "path", "scores", "inovasi",
        "community", "laporan",
    }
)  # fmt: skip

FEEL_WORDS = {
    "otherwise", "and", "or", "not", "if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "true",
    "false", "null",
}  # fmt: skip


def author_ids(library: Library) -> set[str]:
    """Every id that the authors of *library* chose and expressions or scenarios may name."""
    return {name for process in library.processes.values() for name in _ids(process)}


def _ids(process: Process) -> Iterator[str]:
    workflow, words = process.workflow, process.words
    yield from workflow.stages
    yield from (action for stage in workflow.stages.values() for action in stage.actions)
    yield from process.duties
    yield from workflow.values
    yield from process.parameters
    for part in (
        words.roles,
        words.profile,
        words.choices,
        words.scales,
        words.functions,
        words.tables,
        words.catalogues,
    ):
        yield from part
    for value in workflow.values.values():
        yield from value.columns
    for catalogue in words.catalogues.values():
        yield from (catalogue.key, *catalogue.columns)
    for duty in process.duties.values():
        yield from _field_ids(duty.fields)
        yield from (
            key
            for name, item in duty.fields.items()
            if isinstance(item, Ratings)
            for key in duty.settings[name].columns
        )


def _field_ids(fields: Mapping[str, Field]) -> Iterator[str]:
    for name, item in fields.items():
        yield name
        if isinstance(item, Table):
            yield from _field_ids(item.columns)


def language_words() -> set[str]:
    """The words of the language itself: keys, types, built-in functions, and values of keys."""
    records: list[type[Any]] = [*FILES.values(), *Field.kinds.values()]
    seen: set[type[Any]] = set()
    words = {*FILES, *Field.kinds, *SCENARIO_WORDS, *OTHER_USE}
    while records:
        record = records.pop()
        if record in seen:
            continue
        seen.add(record)
        for key in keys_of(record):
            words.add(key.name)
            records += _inside(key.annotation)
    built_in = {word for name in BUILT_IN for word in name.split()}
    return words | built_in | FEEL_WORDS


def _inside(annotation: Any) -> list[type[Any]]:
    found: list[type[Any]] = []
    for part in getattr(annotation, "__args__", ()):
        found += _inside(part)
        if isinstance(part, type) and hasattr(part, "__dataclass_fields__"):
            found.append(part)
            found += part.kinds.values() if issubclass(part, Family) and not part.kind else []
    if isinstance(annotation, type) and hasattr(annotation, "__dataclass_fields__"):
        found.append(annotation)
    return found


def renamed(root: Path, target: Path, library: Library) -> dict[str, str]:
    """Writes the definitions and scenarios under *root* to *target* under other names; old id to new id."""
    names = {name: f"z{name[::-1].strip('_')}_q" for name in author_ids(library) - language_words()}
    pattern = re.compile(
        rf"(?:(?<={READING})|(?<![A-Za-z0-9_])(?<![A-Za-z0-9_]-))("
        + "|".join(sorted(map(re.escape, names), key=len, reverse=True))
        + r")(?![A-Za-z0-9_-])"
    )
    for folder in ("workflows", "forms"):
        for file in (root / folder).rglob("*.yaml"):
            copy = target / file.relative_to(root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(pattern.sub(lambda match: names[match[1]], file.read_text()))
    return names
