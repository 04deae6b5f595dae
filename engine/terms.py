"""The scalars of the language: what a piece of text in a definition can be.

A term says its JSON Schema and makes itself from the text as typed. What it cannot read it reports at its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Self

from engine import feel
from engine.calendar import WEEK, WorkingDays
from engine.shape import At, Json


def _text(title: str, pattern: str) -> Json:
    return {"byShape": {"string": {"pattern": pattern, "title": title}}}


class IdTerm:
    """A name that expressions and other files use: small letters, digits and ``_``."""

    PATTERN = r"^[a-z][a-z0-9_]{0,60}$"

    @classmethod
    def schema(cls) -> Json:
        return {"pattern": cls.PATTERN, "title": "id"}

    @classmethod
    def build(cls, data: str, at: At) -> str:
        return data


class NameTerm(IdTerm):
    """An id where a value, not a key, stands; also the path of a form, ``kota/rencana``."""

    PATTERN = r"^[a-z][a-z0-9_/]{0,120}$"

    @classmethod
    def schema(cls) -> Json:
        return _text("id", cls.PATTERN)


class CodeTerm(IdTerm):
    """The key of an option or of a catalogue row: also capitals and ``-``."""

    PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,60}$"

    @classmethod
    def schema(cls) -> Json:
        return {"pattern": cls.PATTERN, "title": "code"}


class WordTerm(IdTerm):
    """Any text that is taken as it stands."""

    @classmethod
    def schema(cls) -> Json:
        return {"byShape": {"string": {}}}


class KeyTerm(IdTerm):
    """The result side of ``result: condition``: an id, a code, or ``= FEEL``."""

    PATTERN = r"^(=.*|[A-Za-z0-9][A-Za-z0-9_-]*)$"

    @classmethod
    def schema(cls) -> Json:
        return {"pattern": cls.PATTERN, "title": "code"}


class Text(str):
    """What a person reads: Indonesian, with a translation of its own where it is written beside it."""

    __slots__ = ("translations",)
    translations: dict[str, str]

    def __new__(cls, text: str, translations: dict[str, str] | None = None) -> Text:
        self = super().__new__(cls, text)
        self.translations = translations or {}
        return self

    @classmethod
    def schema(cls) -> Json:
        languages = {"required": ["id"], "propertyNames": {"pattern": "^[a-z]{2}$", "title": "language"}}
        return {"byShape": {"string": {}, "object": {**languages, "additionalProperties": {"byShape": {"string": {}}}}}}

    @classmethod
    def build(cls, data: Any, at: At) -> Text:
        if isinstance(data, str):
            return cls(data)
        return cls(data["id"], {language: text for language, text in data.items() if language != "id"})


def one_of(*words: str) -> type[Any]:
    """The term of a text that is one of *words*."""

    class OneOf(WordTerm):
        @classmethod
        def schema(cls) -> Json:
            return {"byShape": {"string": {"enum": list(words)}}}

    return OneOf


class FlagTerm:
    """``true`` or ``false``, and no other word for it."""

    @classmethod
    def schema(cls) -> Json:
        return {"byShape": {"string": {"enum": ["true", "false"]}}}

    @classmethod
    def build(cls, data: str, at: At) -> bool:
        return data == "true"


class NumberTerm:
    """A decimal as typed."""

    @classmethod
    def schema(cls) -> Json:
        return _text("12, 12.5", r"^-?[0-9]{1,20}(\.[0-9]{1,10})?$")

    @classmethod
    def build(cls, data: str, at: At) -> Decimal:
        return Decimal(data)


class WholeTerm:
    """A small whole number."""

    @classmethod
    def schema(cls) -> Json:
        return _text("14", r"^[0-9]{1,6}$")

    @classmethod
    def build(cls, data: str, at: At) -> int:
        return int(data)


class PlacesTerm:
    """How many decimals a number keeps, or ``none`` for as many as it has."""

    @classmethod
    def schema(cls) -> Json:
        return _text("0..10, none", r"^([0-9]|10|none)$")

    @classmethod
    def build(cls, data: str, at: At) -> int | None:
        return None if data == "none" else int(data)


class DateTerm:
    """A day of the calendar, ``YYYY-MM-DD``."""

    PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

    @classmethod
    def schema(cls) -> Json:
        return {"pattern": cls.PATTERN, "title": "date"}

    @classmethod
    def build(cls, data: str, at: At) -> date:
        try:
            return date.fromisoformat(data)
        except ValueError:
            at.report("D007", text=data)
            return date.min


class WeekdayTerm:
    """A day of the week: ``monday`` to ``sunday``."""

    @classmethod
    def schema(cls) -> Json:
        return {"byShape": {"string": {"enum": list(WEEK)}}}

    @classmethod
    def build(cls, data: str, at: At) -> int:
        return WEEK.index(data)


class OneOrMoreTerm:
    """An id or a list of ids; always read as a tuple."""

    @classmethod
    def schema(cls) -> Json:
        item = {"byShape": {"string": {"pattern": NameTerm.PATTERN, "title": "id"}}}
        return {"byShape": {**item["byShape"], "array": {"items": item}}}

    @classmethod
    def build(cls, data: Any, at: At) -> tuple[str, ...]:
        return (data,) if isinstance(data, str) else tuple(data)


Id = Annotated[str, IdTerm]
Name = Annotated[str, NameTerm]
Code = Annotated[str, CodeTerm]
Word = Annotated[str, WordTerm]
Flag = Annotated[bool, FlagTerm]
Number = Annotated[Decimal, NumberTerm]
Whole = Annotated[int, WholeTerm]
Places = Annotated[int | None, PlacesTerm]
Day = Annotated[date, DateTerm]
Weekday = Annotated[int, WeekdayTerm]
OneOrMore = Annotated[tuple[str, ...], OneOrMoreTerm]


@dataclass(frozen=True, slots=True)
class Count:
    """``A..B``: from A to B, open at a side that is left out. A single number is both."""

    least: int = 0
    most: int | None = None

    @classmethod
    def schema(cls) -> Json:
        return _text("A..B", r"^([0-9]{1,6}|[0-9]{0,6}\.\.[0-9]{0,6})$")

    @classmethod
    def build(cls, data: str, at: At) -> Count:
        least, dots, most = data.partition("..")
        if not dots:
            return cls(int(data), int(data))
        return cls(int(least or 0), int(most) if most else None)

    def holds(self, number: int) -> bool:
        return self.least <= number and (self.most is None or number <= self.most)


@dataclass(frozen=True, slots=True)
class DayOfCycle:
    """``MM-DD`` of the cycle's year, or ``MM-DD+1`` of the year after."""

    month: int
    day: int
    years: int = 0

    def on(self, start: date) -> date:
        """The day in the cycle that begins on *start*. The 29th of February falls back to the 28th."""
        year = start.year + self.years
        try:
            return date(year, self.month, self.day)
        except ValueError:
            return date(year, self.month, self.day - 1)

    @classmethod
    def schema(cls) -> Json:
        return _text("MM-DD, MM-DD+1", r"^[0-9]{2}-[0-9]{2}(\+1)?$")

    @classmethod
    def build(cls, data: str, at: At) -> DayOfCycle:
        month, day, years = int(data[:2]), int(data[3:5]), int(data.endswith("+1"))
        try:
            date(2024, month, day)
        except ValueError:
            at.report("D007", text=data)
            return cls(1, 1, years)
        return cls(month, day, years)


@dataclass(frozen=True, slots=True)
class Span:
    """``7d`` calendar days, or ``5wd`` working days."""

    days: int = 0
    working: bool = False

    @classmethod
    def schema(cls) -> Json:
        return _text("7d, 5wd", r"^[0-9]{1,3}(d|wd)$")

    @classmethod
    def build(cls, data: str, at: At) -> Self:
        return cls(days=int(data.rstrip("wd")), working=data.endswith("wd"))

    def __str__(self) -> str:
        return f"{self.days}{'wd' if self.working else 'd'}"

    def after(self, day: date, calendar: WorkingDays) -> date:
        """The day that is so much later than *day*, which itself does not count."""
        return calendar.after(day, self.days) if self.working else day + timedelta(days=self.days)


@dataclass(frozen=True)
class Deadline(Span):
    """``14d`` calendar days, ``10wd`` working days, or a day of the cycle."""

    day: DayOfCycle | None = None

    @classmethod
    def schema(cls) -> Json:
        return _text("14d, 10wd, MM-DD, MM-DD+1", r"^([0-9]{1,3}(d|wd)|[0-9]{2}-[0-9]{2}(\+1)?)$")

    @classmethod
    def build(cls, data: str, at: At) -> Self:
        return super().build(data, at) if data.endswith("d") else cls(day=DayOfCycle.build(data, at))

    def due(self, entered: date, cycle_start: date, calendar: WorkingDays) -> date:
        """The last day on which the stage is in time, when it was entered (or opened) on *entered*."""
        return self.day.on(cycle_start) if self.day else self.after(entered, calendar)


class ToldTerm:
    """Roles that are told: one, a list, or a map ``role: span``. One and a list mean at once, as ``0d`` does."""

    @classmethod
    def schema(cls) -> Json:
        spans = {"propertyNames": IdTerm.schema(), "additionalProperties": Span.schema(), "minProperties": 1}
        return {"byShape": {**OneOrMoreTerm.schema()["byShape"], "object": spans}}

    @classmethod
    def build(cls, data: Any, at: At) -> dict[str, Span]:
        if isinstance(data, dict):
            return {role: Span.build(span, at / role) for role, span in data.items()}
        roles = OneOrMoreTerm.build(data, at)
        for index, role in enumerate(roles):
            if role in roles[:index]:
                (at / index).report("D016", name=role)
        return dict.fromkeys(roles, Span())


Told = Annotated[dict[str, Span], ToldTerm]


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A FEEL expression of a definition and where it stands. Two of them are equal only if they are the same one.

    ``shift`` is how many characters of the scalar come before it.
    """

    parsed: feel.Expression
    at: At
    shift: int = 0

    @property
    def source(self) -> str:
        return self.parsed.source

    def report(self, code: str, /, offset: int = 0, **params: Any) -> None:
        self.at.report(code, offset=self.shift + offset, **params)

    @classmethod
    def schema(cls) -> Json:
        return {"byShape": {"string": {"minLength": 1, "title": "FEEL"}}}

    @classmethod
    def build(cls, data: str, at: At) -> Expression:
        return cls(_parsed(data, at, feel.parse), at)


class Tests(Expression):
    """FEEL unary tests, such as ``> 0`` or ``[1..5]``: what a value must satisfy."""

    __slots__ = ()

    @classmethod
    def build(cls, data: str, at: At) -> Tests:
        return cls(_parsed(data, at, feel.parse_tests), at)


@dataclass(frozen=True, slots=True)
class Loop:
    """``x in list``: one turn for each element of the list, named ``x``."""

    variable: str
    over: Expression

    HEAD = re.compile(r"\s*([a-z][a-z0-9_]*)\s+in\s+")

    @classmethod
    def schema(cls) -> Json:
        return _text("x in list", r"^\s*[a-z][a-z0-9_]*\s+in\s+\S")

    @classmethod
    def build(cls, data: str, at: At) -> Loop:
        head = cls.HEAD.match(data)
        assert head, "the schema has seen to it"
        shift = head.end()
        return cls(head.group(1), Expression(_parsed(data[shift:], at, feel.parse, shift), at, shift))


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as it stands, or FEEL after a leading ``=``."""

    text: str
    formula: Expression | None
    at: At

    @classmethod
    def schema(cls) -> Json:
        return {"byShape": {"string": {}}}

    @classmethod
    def build(cls, data: str, at: At) -> Literal:
        if not data.startswith("="):
            return cls(data, None, at)
        return cls(data, Expression(_parsed(data[1:], at, feel.parse, 1), at, 1), at)


@dataclass(frozen=True, slots=True)
class Clause:
    """One line ``result: condition``. ``condition`` is ``None`` for ``otherwise``, which always holds."""

    result: Literal
    condition: Expression | None

    @property
    def id(self) -> str:
        return self.result.text


class Clauses(tuple[Clause, ...]):
    """Lines ``result: condition``, read from top to bottom. A single result stands for itself, ``otherwise``."""

    __slots__ = ()
    OTHERWISE = "otherwise"

    @classmethod
    def schema(cls) -> Json:
        lines = {"propertyNames": KeyTerm.schema(), "additionalProperties": Expression.schema(), "minProperties": 1}
        return {"byShape": {"object": lines, "string": KeyTerm.schema()}}

    @classmethod
    def build(cls, data: Any, at: At) -> Clauses:
        if isinstance(data, str):
            return cls((Clause(Literal.build(data, at), None),))
        return cls(cls._line(result, condition, at / result) for result, condition in data.items())

    @classmethod
    def _line(cls, result: str, condition: str, at: At) -> Clause:
        holds = None if condition.strip() == cls.OTHERWISE else Expression.build(condition, at)
        return Clause(Literal.build(result, at.of_key()), holds)


def _parsed(text: str, at: At, parse: Callable[[str], feel.Expression], shift: int = 0) -> feel.Expression:
    """The parsed *text*; what cannot be parsed is reported where it stands and read as ``null``."""
    try:
        return parse(text)
    except feel.FeelError as error:
        at.report(error.code, offset=shift + error.start, **error.params)
        return feel.parse("null")
