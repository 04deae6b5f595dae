"""Sources to declarations: every file as the record it describes, and what is not of its shape.

A part that is not of its shape is reported once and left out, so that the rest can still be judged; its names are
remembered, so that what refers to them is not reported as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.errors import Place, Problem
from engine.model import FILES, Catalogue, Form, Translation, Vocabulary, Workflow
from engine.shape import At, Path, build, nearest, problems_of, pruned
from engine.source import Source

_PLURAL = {"vocabulary": "vocabularies"}
_ID = re.compile(rf"^(?:{'|'.join(FILES)}):[ \t]*[\"']?([\w/]+)", re.MULTILINE)


@dataclass(kw_only=True)
class Files:
    """The declarations of all files by kind and id, with the source of each."""

    workflows: dict[str, Workflow] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    vocabularies: dict[str, Vocabulary] = field(default_factory=dict)
    catalogues: dict[str, Catalogue] = field(default_factory=dict)
    translations: dict[str, dict[str, str]] = field(default_factory=dict)
    translation_files: list[Translation] = field(default_factory=list)
    sources: dict[tuple[str, str], Source] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    #: Those of them that were proved: they concern a process as a whole, wherever they stand.
    proved: list[Problem] = field(default_factory=list)
    #: Names of parts that were wrong and left out: what refers to them is not reported again.
    lost: set[str] = field(default_factory=set)
    #: Whether these are the files of one process that was in force: what it starts is not among them, and is looked up
    #: when it is started.
    pinned: bool = False
    #: The day on which they are judged, if that matters: which years' holidays are known depends on it.
    today: date | None = None
    #: Where parts were left out, by file.
    gaps: set[tuple[str, Path]] = field(default_factory=set)

    def whole(self, at: At) -> bool:
        """Whether nothing was left out of what stands at *at*."""
        deep = len(at.path)
        return not any(file == at.source.file and path[:deep] == at.path for file, path in self.gaps)

    def add(self, source: Source) -> None:
        """Read one file into its record; report what is not of its shape and go on with the rest."""
        kind = next(iter(source.data), "")
        if kind not in FILES:
            known = list(FILES)
            place = source.key_place((kind,)) if kind else Place(source.file)
            params = {"key": kind, "known": ", ".join(known), "maybe_id": nearest(kind, known)}
            self.problems.append(Problem(place, "D008", params))
            return
        record = self._record(FILES[kind], source)
        if record is not None:
            self._keep(kind, record, source)

    def unread(self, text: str | bytes) -> None:
        """Remember what a file that is no YAML was meant to declare."""
        if isinstance(text, bytes):
            text = text.decode(errors="replace")
        self.lost |= set(_ID.findall(text))

    def leave_out(self, source: Source) -> None:
        """Remember what a file that cannot be made whole was meant to declare."""
        self.lost |= set(_names(source.data, ()))

    def _record(self, shape: type[Any], source: Source) -> Any:
        data = source.data
        found = problems_of(shape, source)
        self.problems += [problem for _, problem in found]
        while found:
            paths = [path for path, _ in found]
            self.lost |= {name for path in paths for name in _names(data, path)}
            self.gaps |= {(source.file, path) for path in paths}
            if () in paths:
                return None
            data = pruned(data, paths)
            found = problems_of(shape, source, data)
        return build(shape, data, At(source, (), self.problems))

    def _keep(self, kind: str, record: Any, source: Source) -> None:
        name = getattr(record, kind)
        if kind == "translation":
            self.translations.setdefault(name, {}).update(record.texts)
            self.translation_files.append(record)
            return
        of_kind = getattr(self, _PLURAL.get(kind, kind + "s"))
        if name in of_kind:
            other = self.sources[kind, name].place((kind,))
            self.problems.append(Problem(source.place((kind,)), "D009", {"id": name, "other": str(other)}))
            return
        of_kind[name] = record
        self.sources[kind, name] = source


def _names(data: Any, path: Path) -> Iterator[str]:
    """The names that are gone when what stands at *path* is left out."""
    yield from (step for step in path[-1:] if isinstance(step, str))
    for step in path:
        there = isinstance(data, list) or (isinstance(data, dict) and step in data)
        data = data[step] if there else {}
    waiting = [data]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield from part
            waiting += part.values()
    if not path:
        yield from (value for value in list(data.values())[:1] if isinstance(value, str))
