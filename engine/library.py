"""A folder of definitions, read. The only module of the engine that opens files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from engine.compile import compiled
from engine.errors import DefinitionError, Place, Problem, by_place
from engine.process import Process
from engine.source import Source, read
from engine.terms import Text

FOLDERS = ("workflows", "forms")

#: Scenario files stand in a folder of this name beside the workflows; their first key is the same word. They are read
#: by ``engine.scenario``.
SCENARIOS = "scenarios"
_STORIES = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\n]*)?\r?\n)*scenarios[ \t]*:")


@dataclass(frozen=True, kw_only=True)
class Library:
    """Processes by id, and the translations of their texts by language."""

    processes: Mapping[str, Process]
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def text(self, text: str, language: str) -> str:
        """*text* of a definition in *language*: its own translation, the folder's, or Indonesian."""
        if language == "id" or not text:
            return text
        own = text.translations.get(language) if isinstance(text, Text) else None
        return own or self.translations.get(language, {}).get(text, text)


def load(root: Path) -> Library:
    """The definitions under *root* (its ``workflows`` and ``forms``). Raises ``DefinitionError`` with every problem."""
    return library_of(_texts(root))


def load_texts(texts: Mapping[str, str]) -> Library:
    """The same from texts by file name that were in force once, such as those a case was pinned to.

    Nothing is proved of them again: a checker that has learnt more since never locks a running case out.
    """
    return library_of(texts.items(), proved=True)


def check(path: Path, today: date | None = None) -> tuple[Problem, ...]:
    """Every problem of the definitions at *path*, in reading order; with *today*, also what is wrong by then.

    A single file is judged among the definitions that it stands in, if it does: its own problems, and what is proved of
    the processes that it is part of. Problems elsewhere are not its own.
    """
    if not path.exists():
        return (Problem(Place(str(path)), "D010", {"path": str(path)}),)
    root = _root_of(path)
    if root is None:
        return _problems(_texts(path), today=today)
    texts = [(str(root / name), text) for name, text in _texts(root)]
    return _problems(texts, only=str(path), today=today)


def check_texts(texts: Mapping[str, str], today: date | None = None) -> tuple[Problem, ...]:
    """Every problem of the definitions in *texts*, by file name, in reading order."""
    return _problems(texts.items(), today=today)


def _root_of(path: Path) -> Path | None:
    """The folder of definitions in which the file *path* stands; ``None`` for a folder, or a file on its own."""
    if path.is_dir():
        return None
    return next((folder.parent for folder in path.parents if folder.name in FOLDERS), None)


def _problems(
    texts: Iterable[tuple[str, str | bytes]], only: str = "", today: date | None = None
) -> tuple[Problem, ...]:
    sources, problems, unread = _sources(texts)
    _, files = compiled(sources, unread, only=only, today=today)
    found = by_place([*problems, *files.problems])
    return tuple(p for p in found if not only or p.place.file == only or p in files.proved)


def library_of(texts: Iterable[tuple[str, str | bytes]], *, proved: bool = False) -> Library:
    """The library of *texts* by file name. Raises ``DefinitionError`` with every problem."""
    sources, problems, unread = _sources(texts)
    processes, files = compiled(sources, unread, proved=proved)
    problems += files.problems
    if any(not problem.warning for problem in problems):
        raise DefinitionError(problems)
    return Library(processes=processes, translations=files.translations)


def _sources(texts: Iterable[tuple[str, str | bytes]]) -> tuple[list[Source], list[Problem], list[str | bytes]]:
    """The *texts* that are YAML, the problems of the others, and these themselves."""
    sources: list[Source] = []
    problems: list[Problem] = []
    unread: list[str | bytes] = []
    for name, text in texts:
        if _STORIES.match(text if isinstance(text, bytes) else text.encode()):
            continue
        try:
            source = read(text, name)
        except DefinitionError as error:
            problems += error.problems
            unread.append(text)
            continue
        sources.append(source)
    return sources, problems, unread


def _texts(path: Path) -> Iterator[tuple[str, bytes]]:
    """The definition files at *path*, in a fixed order, named from where *path* stands."""
    if path.is_file():
        yield str(path), path.read_bytes()
        return
    folders = [path / name for name in FOLDERS if (path / name).is_dir()] or [path]
    for folder in folders:
        for file in sorted(folder.rglob("*.yaml")):
            yield file.relative_to(path).as_posix(), file.read_bytes()
