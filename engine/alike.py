"""Whose cases begin alike: classes of subjects for whom ``begin`` comes to the same, but for id and profile.

A beginning depends on a profile only through the expressions that read it. So when one is worked out, those are noted
with what they read besides and with their results; whoever gives the same results begins alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from engine import feel
from engine.act import begin, misnumbered
from engine.case import Cycle, Outcome
from engine.codec import Codec
from engine.errors import Refused
from engine.process import Code, Process
from engine.scope import FormScope
from engine.terms import Expression

#: What stands for the name of a case that is nobody's.
ANYONE = "-"


@dataclass(frozen=True, slots=True)
class _Question:
    """An expression that reads the profile (``fields`` of it, ``None`` for all), asked where *known* was known."""

    expression: Expression
    fields: tuple[str, ...] | None
    known: Mapping[str, Any] = field(compare=False)
    #: ``known`` in a form that can be compared.
    said: str


@dataclass(slots=True)
class _Fork:
    """Where beginnings part: for each question the fork that follows each answer, and in the end the outcome."""

    outcome: Outcome | None = None
    questions: dict[_Question, _Answers] = field(default_factory=dict)


@dataclass(slots=True)
class _Answers:
    """What has been answered to a question at a fork."""

    #: By the profile fields it reads, as they are kept, the answer: worked out once.
    known: dict[Any, str | None] = field(default_factory=dict)
    following: dict[str, _Fork] = field(default_factory=dict)


class Beginnings:
    """The beginnings of one cycle's cases at one instant, each kind worked out once."""

    def __init__(self, process: Process, cycle: Cycle, now: datetime) -> None:
        self._process = process
        self._cycle = cycle
        self._now = now
        self._root = _Fork()
        self._asked: list[tuple[_Question, str]] = []
        self._codec = Codec(process)
        self._watched = replace(process, code=dict(self._watching()))

    def of(self, stored: Mapping[str, Any]) -> Outcome:
        """How the case begins of somebody whose profile is kept like this; its id and its profile may be another's.

        The same object for all who begin alike. Raises ``Refused`` as ``begin`` does.
        """
        reasons = tuple(misnumbered(self._process, stored))
        if reasons:
            raise Refused(*reasons)
        return self._known(self._root, stored) or self._begun(stored)

    def _profile(self, stored: Mapping[str, Any]) -> Mapping[str, Any]:
        known = self._process.words.profile
        return self._codec.load_profile({name: value for name, value in stored.items() if name in known})

    def _begun(self, stored: Mapping[str, Any]) -> Outcome:
        self._asked.clear()
        profile = self._profile(stored)
        outcome = begin(self._watched, ANYONE, self._cycle, {self._process.subject: profile}, self._now)
        fork = self._root
        for question, answer in dict.fromkeys(self._asked):
            fork = fork.questions.setdefault(question, _Answers()).following.setdefault(answer, _Fork())
        if fork.outcome is None:
            fork.outcome = outcome
        return fork.outcome

    def _known(self, fork: _Fork, stored: Mapping[str, Any]) -> Outcome | None:
        if fork.outcome is not None:
            return fork.outcome
        for question, answers in fork.questions.items():
            answer = self._answer(question, answers.known, stored)
            if answer is not None and answer in answers.following:
                outcome = self._known(answers.following[answer], stored)
                if outcome is not None:
                    return outcome
        return None

    def _answer(self, question: _Question, known: dict[Any, str | None], stored: Mapping[str, Any]) -> str | None:
        """What *question* comes to for this profile; ``None`` where it would read what was not known there."""
        fields = question.fields
        key = repr(stored) if fields is None else tuple([stored.get(name, ...) for name in fields])
        if key not in known:
            profile = dict(self._profile(stored))
            scope = _Known(self._process, {**question.known, self._process.subject: profile})
            try:
                known[key] = repr(self._process.run(question.expression, scope))
            except (KeyError, feel.FeelError):
                known[key] = None
        return known[key]

    # --- watching -----------------------------------------------------------------------------------------------------

    def _watching(self) -> Iterator[tuple[Expression, Code]]:
        """The process's code, that of expressions which read the profile noting what it does."""
        for expression, code in self._process.code.items():
            paths = feel.reads(expression.parsed)
            mine = [path for path in paths if path[0] == self._process.subject]
            yield expression, self._noting(expression, code, paths, mine) if mine else code

    def _noting(self, expression: Expression, code: Code, paths: Any, mine: list[Any]) -> Code:
        whole = any(len(path) == 1 for path in mine)
        fields = None if whole else tuple(sorted({path[1] for path in mine}))
        others = sorted({path[0] for path in paths} - {self._process.subject})
        constants = _constants(self._process)

        def noted(scope: Any) -> Any:
            result = code(scope)
            known = {name: v for name in others for v in _resolved(scope, name, local=name in constants)}
            self._asked.append((_Question(expression, fields, known, repr(known)), repr(result)))
            return result

        return noted


class _Known(dict[str, Any]):
    """The names that were known, and those that never change."""

    __slots__ = ("process",)

    def __init__(self, process: Process, names: Mapping[str, Any]) -> None:
        super().__init__(names)
        self.process = process

    def __missing__(self, name: str) -> Any:
        parameters, rows = self.process.parameters, self.process.words.rows
        return parameters[name] if name in parameters else rows[name]


def _constants(process: Process) -> frozenset[str]:
    """The names that mean the same in every case; a value or a task of that name would come first."""
    hidden = {*process.values, *process.duties}
    return frozenset({*process.parameters, *process.words.rows} - hidden)


def _resolved(scope: Any, name: str, *, local: bool) -> Iterator[Any]:
    """What *name* has been found to mean in *scope* or behind it, if anybody has asked; ``local``: in a form only."""
    while isinstance(scope, FormScope):
        if name in scope:
            yield scope[name]
            return
        scope = scope.behind
    if not local and name in scope:
        yield scope[name]
