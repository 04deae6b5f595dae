"""What can go wrong, as data: a problem of a definition, a refusal of an act, a value that cannot be read.

Texts never stand here: a code and its parameters do, and ``catalogue`` says them in a language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.catalogue import say


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in a definition: file as given, line and column from 1."""

    file: str = ""
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a definition, at its place. ``params`` fill the catalogue's text of ``code``."""

    place: Place
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    warning: bool = False

    def text(self, language: str = "id") -> str:
        """What is wrong and what to do about it, in a full sentence."""
        return say(self.code, language, **self.params)

    def line(self, language: str = "id") -> str:
        """The problem as ``borang check`` prints it."""
        return f"{self.place}  {self.code}  {self.text(language)}"


def by_place(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The *problems* in reading order, each once."""
    seen = {(p.place, p.code, p.text()): p for p in problems}
    return tuple(seen[key] for key in sorted(seen))


class EngineError(Exception):
    """Whatever the engine refuses. Programming errors are not of this family."""


class DefinitionError(EngineError):
    """A definition cannot be used; carries every problem that was found, in reading order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = by_place(problems)
        super().__init__("\n".join(problem.line() for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why an act was refused.

    ``path`` is that of the field it belongs to, such as ``target.2.bobot``, or ``""`` for the act as a whole.
    ``text`` is the definition's own message for ``code`` where it has one, in Indonesian with ``{name}`` filled in;
    otherwise the catalogue says it.
    """

    code: str
    path: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


class Refused(EngineError):
    """The person may act here, but not like this. Nothing has changed."""

    def __init__(self, *reasons: Refusal) -> None:
        self.reasons = reasons
        super().__init__(", ".join(f"{r.code}@{r.path}" if r.path else r.code for r in reasons))

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(reason.code for reason in self.reasons)


class Stale(EngineError):
    """Somebody else moved the case, or answered this task, since the form was opened."""


class Invalid(ValueError):
    """One typed-in value cannot be read as its field's kind. ``code`` is in the catalogue, ``params`` fill its text."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code = code
        self.params = params
        super().__init__(say(code, "id", **params))
