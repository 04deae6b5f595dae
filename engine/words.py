"""The words that are in scope of one process: roles, options, scales, tables, functions, catalogues.

``Words`` merges vocabularies and the workflow's own (the later wins, by id), says the type that a type word means, and
holds the tables, functions and look-ups that expressions may call (``engine.calls`` makes them).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from engine import feel
from engine.calendar import WEEKEND, WorkingDays
from engine.model import (
    AS_DEFAULT,
    DECIMALS,
    Calendar,
    Catalogue,
    ChoiceList,
    DecisionTable,
    Defaults,
    Function,
    ProfileField,
    Role,
    Vocabulary,
    Workflow,
)
from engine.terms import Clauses, Text

Callables = dict[str, Callable[..., Any]]

#: The type word of a civil servant's number.
NIP = "employee_number"

TYPES: dict[str, feel.Type] = {
    "number": feel.NUMBER,
    "text": feel.TEXT,
    "boolean": feel.BOOLEAN,
    "date": feel.DATE,
    "list": feel.ListOf(feel.ANY),
    "rows": feel.ListOf(feel.ANY),
    NIP: feel.TEXT,
}

_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_INTERVAL = re.compile(rf"[\[\](]{_NUMBER}\.\.{_NUMBER}[\[\])]")
_STEPS = [Decimal(1).scaleb(-digits) for digits in range(11)]


def rounded(value: Any, decimals: int | None) -> Any:
    """*value* with its numbers rounded half-up to *decimals* digits, also inside lists and contexts.

    28.125 gives 28.13. ``None`` for *decimals* leaves numbers as they are. Source: the domain's rule 3.4, so that an
    employee can recompute every score from the printed numbers.
    """
    if decimals is None or value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Decimal):
        return value.quantize(_STEPS[decimals], rounding=ROUND_HALF_UP)
    if isinstance(value, list | tuple):
        return [rounded(item, decimals) for item in value]
    if isinstance(value, dict):
        return {name: rounded(item, decimals) for name, item in value.items()}
    return value


@dataclass(frozen=True, slots=True)
class Fired:
    """What a table gave, and the row that gave it (from 1); no row where nothing held."""

    result: Any
    row: int | None


Test = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One row of a decision table: a test for each input, and what gives the result."""

    tests: tuple[Test, ...]
    result: Callable[[Mapping[str, Any]], Any]

    def holds(self, arguments: Sequence[Any]) -> bool:
        return all(test(value) for test, value in zip(self.tests, arguments, strict=True))


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision table ready to decide, and to tell which row fired. Hit policy *first*.

    A null input matches only a cell that tests for null, so a missing score never lands in the last row.
    """

    inputs: tuple[str, ...]
    rows: tuple[DecisionRow, ...]

    def __call__(self, *arguments: Any) -> Fired:
        for number, row in enumerate(self.rows, 1):
            if row.holds(arguments):
                return Fired(row.result(dict(zip(self.inputs, arguments, strict=True))), number)
        return Fired(None, None)


@dataclass(frozen=True, kw_only=True)
class Words:
    """Everything a process may name that is not part of its own course."""

    roles: dict[str, Role] = field(default_factory=dict)
    profile: dict[str, ProfileField] = field(default_factory=dict)
    choices: dict[str, ChoiceList] = field(default_factory=dict)
    scales: dict[str, dict[str, Text]] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    tables: dict[str, DecisionTable] = field(default_factory=dict)
    messages: dict[str, Text] = field(default_factory=dict)
    variants: Clauses = field(default_factory=Clauses)
    calendar: WorkingDays = field(default_factory=WorkingDays)
    defaults: Defaults = field(default_factory=Defaults)
    catalogues: dict[str, Catalogue] = field(default_factory=dict)
    #: What an expression may call, by name; filled by ``engine.calls``.
    callables: Callables = field(default_factory=dict)
    signatures: dict[str, feel.FunctionType] = field(default_factory=dict)
    #: The tables once more, so that they tell which row fired.
    decisions: dict[str, Decision] = field(default_factory=dict)
    #: The rows of each catalogue as expressions see them.
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def type_of(self, word: str) -> feel.Type | None:
        """The type that *word* means, ``None`` if it means nothing."""
        if word in TYPES:
            return TYPES[word]
        if word in self.choices:
            return feel.Codes(word, tuple(self.choices[word].options))
        if word in self.scales or _INTERVAL.fullmatch(word):
            return feel.NUMBER
        return None

    def type_words(self) -> list[str]:
        """The words that mean a type, for messages; intervals are not among them."""
        return [*TYPES, *self.choices, *self.scales]

    def row_type(self, catalogue: str) -> feel.Context:
        """What one row of *catalogue* looks like to an expression."""
        declared = self.catalogues[catalogue]
        members: dict[str, feel.Type] = {declared.key: feel.Codes(catalogue, tuple(declared.rows)), "title": feel.TEXT}
        members |= {name: self.type_of(word) or feel.ANY for name, word in declared.columns.items()}
        return feel.Context(members)

    def profile_type(self) -> feel.Context:
        """What is known of a person, as expressions see it."""
        return feel.Context({name: self.type_of(f.type) or feel.ANY for name, f in self.profile.items()})


_MERGED = ("roles", "profile", "choices", "scales", "functions", "tables", "messages")


def merged(vocabularies: Sequence[Vocabulary], workflow: Workflow, catalogues: Sequence[Catalogue]) -> Words:
    """The words of *workflow*: those of its vocabularies in the order of ``use``, and its own over them."""
    layers: list[Any] = [*vocabularies, workflow]
    parts = {name: {k: v for layer in layers for k, v in getattr(layer, name).items()} for name in _MERGED}
    defaults = [layer.defaults for layer in layers if layer.defaults is not None]
    return Words(
        **parts,
        variants=Clauses(clause for layer in layers for clause in layer.variants),
        calendar=_merged_calendars([layer.calendar for layer in layers if layer.calendar is not None]),
        defaults=_merged_defaults(defaults),
        catalogues={catalogue.catalogue: catalogue for catalogue in catalogues},
    )


def _merged_calendars(layers: Sequence[Calendar]) -> WorkingDays:
    """Days are added up; of a day that one layer calls a holiday and another worked, the later says what it is."""
    weekend, worked = WEEKEND, dict[date, bool]()
    for layer in layers:
        weekend = weekend if layer.weekend is None else frozenset(layer.weekend)
        worked |= {**dict.fromkeys(layer.holidays, False), **dict.fromkeys(layer.working, True)}
    return WorkingDays(
        weekend=weekend,
        holidays=frozenset(day for day, works in worked.items() if not works),
        working=frozenset(day for day, works in worked.items() if works),
    )


def _merged_defaults(layers: Sequence[Defaults]) -> Defaults:
    """Later layers win; readers are merged by role."""
    return Defaults(
        decimals=next((d.decimals for d in reversed(layers) if d.decimals != AS_DEFAULT), DECIMALS),
        remind=next((d.remind for d in reversed(layers) if d.remind), ()),
        overdue=next((d.overdue for d in reversed(layers) if d.overdue), {}),
        readers={role: since for layer in layers for role, since in layer.readers.items()},
    )


def constant(text: str | None, type_: feel.Type | None) -> Any:
    """A literal of a definition as a value of *type_*; ``None`` where it is left out or cannot be one."""
    if text is None or text == "":
        return None
    if type_ == feel.NUMBER:
        return _number(text)
    if type_ == feel.BOOLEAN:
        return {"true": True, "false": False}.get(text)
    if type_ == feel.DATE:
        return _date(text)
    return text


def _number(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(_NUMBER, text) else None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
