"""The declarations: what a workflow, a form, a vocabulary, a catalogue and their parts may say, and what it means.

One frozen record a thing; ``engine.shape`` makes schema, builder and reference of them. Records say what stands in the
files and nothing else: what follows from it is worked out by ``engine.compile``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from engine.kinds import Field, Wording
from engine.shape import At, doc, given
from engine.terms import (
    Clauses,
    Code,
    Count,
    Day,
    DayOfCycle,
    Deadline,
    Expression,
    Flag,
    Id,
    IdTerm,
    Literal,
    Loop,
    Name,
    OneOrMore,
    Places,
    Text,
    Told,
    Weekday,
    Whole,
    Word,
    one_of,
)

#: Which relation to the person appraised makes somebody hold a role.
RELATIONS = ("subject", "superior", "peer", "unit office", "region office", "public", "system")
AUTOMATIC = ("entry", "complete", "deadline")

#: ``decimals`` where nothing is said: those of ``defaults``, and where these say nothing either, two.
AS_DEFAULT = -1
DECIMALS = 2


class RelationTerm:
    """``subject``, ``superior``, ``superior of ROLE`` and so on."""

    @classmethod
    def schema(cls) -> Any:
        words = "|".join(RELATIONS)
        title = ", ".join((*RELATIONS, "superior of ROLE"))
        return {"byShape": {"string": {"pattern": f"^({words}|superior of [a-z][a-z0-9_]*)$", "title": title}}}

    @classmethod
    def build(cls, data: str, at: At) -> str:
        return data


class AutomaticTerm:
    """``entry``, ``complete``, ``deadline``, or a list of them."""

    @classmethod
    def schema(cls) -> Any:
        one = {"byShape": {"string": {"enum": list(AUTOMATIC)}}}
        return {"byShape": {**one["byShape"], "array": {"items": one}}}

    @classmethod
    def build(cls, data: Any, at: At) -> tuple[str, ...]:
        return (data,) if isinstance(data, str) else tuple(data)


class WeightsTerm:
    """``name: number``, or a list of such lines of which the first complete one is used."""

    @classmethod
    def schema(cls) -> Any:
        weight = {"byShape": {"string": {"pattern": r"^-?[0-9]{1,6}(\.[0-9]{1,6})?$", "title": "60"}}}
        line = {"propertyNames": IdTerm.schema(), "additionalProperties": weight, "minProperties": 1}
        lines = {"items": {"byShape": {"object": line}}, "minItems": 1}
        return {"byShape": {"object": line, "array": lines}}

    @classmethod
    def build(cls, data: Any, at: At) -> tuple[WeightLine, ...]:
        if isinstance(data, dict):
            return (WeightLine.of(data, at),)
        return tuple(WeightLine.of(line, at / index) for index, line in enumerate(data))


@dataclass(frozen=True, slots=True)
class WeightLine:
    """One weighting: name of a value to its per cent."""

    parts: dict[str, Decimal]
    at: At

    @classmethod
    def of(cls, data: dict[str, str], at: At) -> WeightLine:
        return cls({name: Decimal(weight) for name, weight in data.items()}, at)


Relation = Annotated[str, RelationTerm]
Automatic = Annotated[tuple[str, ...], AutomaticTerm]
OnReturn = Annotated[str, one_of("reopen", "keep")]
Period = Annotated[str, one_of("yearly", "half_yearly", "quarterly")]
Chart = Annotated[str, one_of("line", "bar", "heatmap", "histogram", "table")]
Weights = Annotated[tuple[WeightLine, ...], WeightsTerm]


@dataclass(frozen=True, kw_only=True)
class Role:
    """Who takes part: a relation to the person appraised."""

    id: str = given("id")
    at: At = given("at")
    title: Text = doc("the role's name", main=True)
    is_: Relation = doc("the relation: subject, superior, superior of ROLE, peer, unit office, ...", key="is")
    seats: Count = doc("how many people hold it in one case", default=Count(1, 1))
    proposed_by: OneOrMore = doc("roles that propose who holds it", default=())
    confirmed_by: OneOrMore = doc("roles that confirm who holds it", default=())


@dataclass(frozen=True, kw_only=True)
class Action:
    """What somebody can do at a stage, and what follows."""

    id: str = given("id")
    at: At = given("at")
    title: Text = doc("the button", default=Text(""))
    actor: OneOrMore = doc("who may take it (the stage's actor)", default=())
    fields: dict[Id, Field] = doc("the action's own fields, such as a reason", default={})
    without_form: Flag = doc("does not submit the stage's form; the draft stays a draft", default=False)
    show_if: Expression | None = doc("offered only if this holds", default=None)
    require: Clauses = doc("`code: condition`; refused with each code whose condition does not hold", default=Clauses())
    to: Clauses | None = doc("`stage: condition`; the first that holds. Without it the case stays", default=None)
    auto: Automatic = doc("taken by the system on `entry`, when `complete`, at the `deadline`", default=())
    lock: Flag = doc("freezes every value that is not null", default=False)
    close: Name | None = doc("closes the open tickets of this collection", default=None)
    starts: Clauses | None = doc("`workflow: condition`; opens a follow-up case for the same person", default=None)


@dataclass(frozen=True, kw_only=True)
class Task:
    """One piece of work at a stage where several people work at once."""

    id: str = given("id")
    at: At = given("at")
    title: Text = doc("what is to be done", default=Text(""))
    actor: OneOrMore = doc("who works here")
    form: Name | None = doc("what is filled in", default=None)
    readers: dict[Id, Name] = doc("`role: stage`, `now` or `none`: from when a role reads the answers", default={})
    anonymous: Flag = doc("answers are kept without author and read by nobody singly", default=False)
    at_least: Whole = doc("below so many answers the name is null in every expression and page", default=1)
    on_return: OnReturn = doc("when the stage is entered again: `reopen`, or `keep` the answers", default="reopen")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A station of the process: who works there, with what, until when, and where it can go on."""

    id: str = given("id")
    at: At = given("at")
    title: Text = doc("the stage's name")
    actor: OneOrMore = doc("who works here", default=())
    form: Name | None = doc("what is filled in", default=None)
    tasks: dict[Id, Task] = doc("work of several people at once; instead of `actor` and `form`", default={})
    actions: dict[Id, Action] = doc("what can be done", default={})
    opens: DayOfCycle | None = doc("earliest day `MM-DD`; entered before, the stage waits", default=None)
    deadline: Deadline | None = doc("`14d`, `10wd`, `MM-DD` or `MM-DD+1`", default=None)
    remind: tuple[Whole, ...] | None = doc("days before the deadline on which the actor is reminded", default=None)
    overdue: Told | None = doc("roles told when it is late; `role: 7d` so long after the deadline", default=None)
    pauses: Flag = doc("time spent here moves dated deadlines of later stages", default=False)
    readers: dict[Id, Name] = doc("`role: stage`, `now` or `none`: from when a role reads the answers", default={})
    on_return: OnReturn = doc("when entered again: `reopen`, or `keep` the answers", default="reopen")
    final: Flag = doc("the case ends here", default=False)


@dataclass(frozen=True, kw_only=True)
class Collection:
    """Answered beside the path by many people, while it is open."""

    id: str = given("id")
    at: At = given("at")
    title: Text = doc("what is collected")
    actor: OneOrMore = doc("who answers")
    form: Name | None = doc("what is filled in", default=None)
    readers: dict[Id, Name] = doc("from when a role reads the answers", default={})
    anonymous: Flag = doc("answers are kept without author", default=False)
    at_least: Whole = doc("below so many answers the name is null", default=1)
    actions: dict[Id, Action] = doc("how an answer is sent", default={})
    opens: Name | None = doc("opens when the case first enters this stage (start of the cycle)", default=None)
    closes: Name | None = doc("closes when this action is first taken (end of the cycle)", default=None)
    ticket: Word | None = doc("prefix of the number that each answer gets", default=None)


@dataclass(frozen=True, kw_only=True)
class Value:
    """A pure function of the answers, the profile and the catalogues. Exactly one of the first five keys."""

    id: str = given("id")
    at: At = given("at")
    formula: Expression | None = doc("FEEL", main=True, default=None)
    weights: Weights | None = doc("`name: per cent`, or a list: the first line whose parts are all there", default=None)
    first: Clauses | None = doc("`result: condition`; the first that holds", default=None)
    collect: Clauses | None = doc("`result: condition`; every one that holds, in order, without repeats", default=None)
    for_: Loop | None = doc("`x in list`: one row for each element, with `columns`", key="for", default=None)
    columns: dict[Id, Column] = doc("the columns of `for`; later ones see earlier ones", default={})
    when: Expression | None = doc("only the elements for which this holds", default=None)
    override: tuple[Expression, ...] = doc("a person's decision: the first that is not null replaces", default=())
    frozen_at: Name | None = doc("keeps what it was when the case first entered this stage", default=None)
    decimals: Places = doc("digits after the comma, rounded half-up when produced (`defaults`)", default=AS_DEFAULT)
    optional: Flag = doc("may be null at the end", default=False)
    at_least: Whole | None = doc("shown to people only from so many anonymous answers (the task's)", default=None)
    title: Text = doc("its name on the result page", default=Text(""))
    readers: dict[Id, Name] = doc("from when a role reads it", default={})
    discloses: OneOrMore = doc("restricted profile fields that it may reveal, on purpose", default=())

    KINDS = ("formula", "weights", "first", "collect", "for_")

    def expressions(self) -> Iterator[Expression]:
        """Every expression of the value, its columns included."""
        clauses = (*(self.first or ()), *(self.collect or ()))
        loop = (self.for_.over if self.for_ else None, self.when)
        columns = (e for column in self.columns.values() for e in (column.formula, *column.override))
        parts = (self.formula, *(e for c in clauses for e in (c.condition, c.result.formula)), *loop, *self.override)
        yield from (expression for expression in (*parts, *columns) if expression is not None)


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a value's rows."""

    id: str = given("id")
    at: At = given("at")
    formula: Expression = doc("FEEL; sees the loop variable and the columns before it", main=True)
    override: tuple[Expression, ...] = doc("a person's decision about this row", default=())
    decimals: Places = doc("digits after the comma (`defaults`)", default=AS_DEFAULT)
    title: Text = doc("heading", default=Text(""))


@dataclass(frozen=True, kw_only=True)
class Cycle:
    """How often a case is opened, and when its year begins."""

    period: Period = doc("`yearly`, `half_yearly`, `quarterly`")
    start: DayOfCycle = doc("`MM-DD`", default=DayOfCycle(1, 1))


@dataclass(frozen=True, kw_only=True)
class DecisionTable:
    """A DMN decision table, hit policy *first*; null unless a row tests for null."""

    id: str = given("id")
    at: At = given("at")
    title: Text = doc("its name on receipts", default=Text(""))
    inputs: dict[Id, Word] = doc("`name: type`; a type is `number`, an interval, `boolean`, `text`, a choices id")
    output: Word = doc("the type of the result")
    rows: tuple[tuple[Literal, ...], ...] = doc("`[test, …, result]`, the first that holds; result or `= FEEL`")


@dataclass(frozen=True, kw_only=True)
class Function:
    """A named formula; sees its inputs, other functions and tables."""

    id: str = given("id")
    at: At = given("at")
    inputs: dict[Id, Word] = doc("`name: type`, also `list` and `rows`")
    formula: Expression = doc("FEEL")
    decimals: Places = doc("digits after the comma, rounded half-up when produced (none)", default=None)


@dataclass(frozen=True, kw_only=True)
class ProfileField:
    """Something known of a person, read in expressions as ``role.field``."""

    id: str = given("id")
    at: At = given("at")
    type: Word = doc("`text`, `number`, `boolean`, `date`, `employee_number` (a NIP), or a choices id", main=True)
    title: Text = doc("its name", default=Text(""))
    readers: OneOrMore | None = doc("the only roles that may read it", default=None)


@dataclass(frozen=True, kw_only=True)
class ChoiceList:
    """A named list of options, worst first where ``ordered``."""

    id: str = given("id")
    at: At = given("at")
    title: Text = doc("its name", default=Text(""))
    options: dict[Code, Text] = doc("`code: text`")
    ordered: Flag = doc("the order has a meaning, worst first", default=False)


@dataclass(frozen=True, kw_only=True)
class Document:
    """Something to print: answers and values, laid out by the product."""

    id: str = given("id")
    at: At = given("at")
    title: Text = doc("its name")
    opens: Name = doc("the stage from which it can be opened")
    readers: dict[Id, Name] = doc("who may open it", default={})
    show: tuple[Expression, ...] = doc("task.field or value")


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """A figure over a group of cases."""

    id: str = given("id")
    at: At = given("at")
    title: Text = doc("its name")
    measure: Expression = doc("FEEL over the group: mean, count, sum of a value; count(case)")
    by: OneOrMore = doc("unit, cycle, stage, or a value")
    chart: Chart = doc("line, bar, heatmap, histogram, table", default="table")
    at_least: Whole = doc("groups below this are hidden", default=5)


@dataclass(frozen=True, kw_only=True)
class Defaults:
    """What holds where nothing is said."""

    decimals: Places = doc("digits after the comma (2)", default=AS_DEFAULT)
    remind: tuple[Whole, ...] = doc("days before the deadline", default=())
    overdue: Told = doc("roles told when a stage is late; `role: 7d` so long after the deadline", default={})
    readers: dict[Id, Name] = doc("`role: stage`, `now` or `none`", default={})


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Which days are worked, for deadlines in working days. The national holidays and shared leave count without it."""

    at: At = given("at")
    holidays: dict[Day, Word] = doc("`2026-10-23: name`; further days on which nobody works", default={})
    working: tuple[Day, ...] = doc("days that are worked after all, such as a shared leave taken back", default=())
    weekend: tuple[Weekday, ...] | None = doc("`monday` .. `sunday` (saturday, sunday)", default=None)


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """Words that several processes share. A workflow's own are merged over them by id."""

    vocabulary: Id = doc("its id")
    at: At = given("at")
    title: Text = doc("its name", default=Text(""))
    roles: dict[Id, Role] = doc("who takes part", default={})
    profile: dict[Id, ProfileField] = doc("what is known of a person", default={})
    choices: dict[Id, ChoiceList] = doc("named lists of options", default={})
    scales: dict[Id, dict[Code, Text]] = doc("steps in words, `1: text`", default={})
    functions: dict[Id, Function] = doc("named formulas", default={})
    tables: dict[Id, DecisionTable] = doc("decision tables", default={})
    messages: dict[Id, Text] = doc("`code: text` of refusals; `{name}` is filled in", default={})
    variants: Clauses = doc("`id: condition`, in order: whose wording applies", default=Clauses())
    calendar: Calendar | None = doc("which days are worked", default=None)
    defaults: Defaults = doc("what holds where nothing is said", default=Defaults())


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """A process: stages, values and words."""

    workflow: Id = doc("its id")
    at: At = given("at")
    title: Text = doc("its name")
    region: Id | None = doc("the region it belongs to", default=None)
    use: tuple[Name, ...] = doc("vocabularies and catalogues whose words are in scope", default=())
    extends: Name | None = doc("the process that it overlays", default=None)
    remove: tuple[Word, ...] = doc("overlay: paths taken out of the base", default=())
    locked: tuple[Word, ...] = doc("base: paths that may not be touched", default=())
    cycle: Cycle | None = doc("how often a case is opened", default=None)
    start: Name = doc("the stage where a case begins")
    parameters: dict[Id, Literal] = doc("named constants, shown to HR as settings", default={})
    stages: dict[Id, Stage] = doc("the stations, in the order they are shown")
    collections: dict[Id, Collection] = doc("answered beside the path", default={})
    values: dict[Id, Value] = doc("scores, ratings, lists", default={})
    documents: dict[Id, Document] = doc("what can be printed", default={})
    analytics: dict[Id, Analysis] = doc("figures over groups", default={})
    roles: dict[Id, Role] = doc("over the vocabulary's", default={})
    profile: dict[Id, ProfileField] = doc("over the vocabulary's", default={})
    choices: dict[Id, ChoiceList] = doc("over the vocabulary's", default={})
    scales: dict[Id, dict[Code, Text]] = doc("over the vocabulary's", default={})
    functions: dict[Id, Function] = doc("over the vocabulary's", default={})
    tables: dict[Id, DecisionTable] = doc("over the vocabulary's", default={})
    messages: dict[Id, Text] = doc("over the vocabulary's", default={})
    variants: Clauses = doc("over the vocabulary's", default=Clauses())
    calendar: Calendar | None = doc("over the vocabulary's; holidays and working days are added", default=None)
    defaults: Defaults | None = doc("over the vocabulary's", default=None)


@dataclass(frozen=True, kw_only=True)
class Form:
    """What is asked, in the order of the page."""

    form: Name = doc("its id, its path under forms/")
    at: At = given("at")
    title: Text = doc("its name")
    extends: Name | None = doc("the form that it overlays", default=None)
    remove: tuple[Word, ...] = doc("overlay: paths taken out of the base, such as `fields.bukti`", default=())
    beside: Name | None = doc("shows this task's answer next to each field of the same id", default=None)
    fields: dict[Id, Field] = doc("what is asked", default={})
    require: Clauses = doc("`code: condition` for every action that submits the form", default=Clauses())


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a catalogue: its columns and texts."""

    id: str = given("id")
    at: At = given("at")
    cells: dict[str, Text] = doc("column: text")
    variants: dict[str, Wording] = doc("other texts for some people", default={})


class RowTerm:
    """A row: a map of column to text, or its title alone; ``variants`` holds other wordings."""

    @classmethod
    def schema(cls) -> Any:
        wording = {"additionalProperties": Text.schema(), "propertyNames": {"enum": ["title", "help"]}}
        variants = {"byShape": {"object": {"additionalProperties": {"byShape": {"object": wording}}}}}
        row = {"properties": {"variants": variants}, "additionalProperties": Text.schema()}
        return {"byShape": {"object": row, "string": {}}}

    @classmethod
    def build(cls, data: Any, at: At) -> Row:
        cells = {"title": data} if isinstance(data, str) else data
        texts = {name: Text.build(text, at / name) for name, text in cells.items() if name != "variants"}
        return Row(id=str(at.path[-1]), at=at, cells=texts, variants=cls._variants(cells, at))

    @classmethod
    def _variants(cls, cells: Any, at: At) -> dict[str, Wording]:
        return {
            name: Wording(title=Text(texts.get("title", "")), help=Text(texts.get("help", "")))
            for name, texts in cells.get("variants", {}).items()
        }


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """A list of rows with a key, such as trainings; ``name("KEY")`` finds one."""

    catalogue: Id = doc("its id")
    title: Text = doc("its name", default=Text(""))
    at: At = given("at")
    key: Id = doc("the name of the key column")
    columns: dict[Id, Word] = doc("`column: type`", default={})
    rows: dict[Code, Annotated[Row, RowTerm]] = doc("`key: {title, …}`")


@dataclass(frozen=True, kw_only=True)
class Translation:
    """Texts of one folder in another language."""

    translation: Word = doc("the language, such as `en`")
    at: At = given("at")
    texts: dict[Word, Word] = doc("`Indonesian text: text`")


#: The first key of a file says what it is.
FILES: dict[str, type[Any]] = {
    "workflow": Workflow,
    "form": Form,
    "vocabulary": Vocabulary,
    "catalogue": Catalogue,
    "translation": Translation,
}
