"""A whole process in plain sentences: who does what with which form until when, where it leads, what is worked out.

The same process gives the same sentences. Each says one thing; what the definition does not say is not told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any

from engine import feel
from engine.calendar import WorkingDays
from engine.feel import nodes as n
from engine.kinds import Choice, Computed, Field, Ratings, Scale, Setting, Table
from engine.model import (
    AS_DEFAULT,
    Action,
    Analysis,
    Collection,
    DecisionTable,
    Document,
    Function,
    Role,
    Stage,
    Value,
    WeightLine,
)
from engine.process import NEVER, NOW, Duty, Process
from engine.prose import Speaker, Translate, joined, number, own_text, small
from engine.prose_texts import month, weekday
from engine.terms import Clause, Clauses, Count, DayOfCycle, Deadline, Expression, Literal, Span


@dataclass(frozen=True, kw_only=True)
class Section:
    """A heading and what is told under it. ``id`` is the path of the part in the definition."""

    id: str
    heading: str
    sentences: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()


def narrative(process: Process, language: str = "id", translate: Translate = own_text) -> Section:
    """*process* in sentences of *language*; *translate* finds the texts of the definition in it."""
    return _Narrator(process, language, translate).whole()


def sentence(text: str) -> str:
    """*text* with a capital letter and a full stop."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!", '."', '?"', '!"')) else f"{text}."


class Phrases(Speaker):
    """Parts of a process that are more than an expression, in words."""

    def count(self, count: Count) -> str:
        if count.most is None:
            return self.say("more_than_count", least=count.least)
        if count.least == count.most:
            return str(count.least)
        return (
            self.say("range", low=count.least, high=count.most) if count.least else self.say("up_to", most=count.most)
        )

    def day(self, day: DayOfCycle) -> str:
        return self.say("day_after" if day.years else "day", day=day.day, month=month(day.month, self.language))

    def dates(self, days: Iterable[date]) -> str:
        """Days of certain years, in their order."""
        parts = ({"day": d.day, "month": month(d.month, self.language), "year": d.year} for d in sorted(days))
        return ", ".join(self.say("whole_date", **part) for part in parts)

    def weekend(self, calendar: WorkingDays) -> str:
        return ", ".join(weekday(number, self.language) for number in sorted(calendar.weekend))

    def deadline(self, deadline: Deadline) -> str:
        """A deadline: a day, or a number of days."""
        return self.day(deadline.day) if deadline.day else self.span(deadline)

    def span(self, span: Span) -> str:
        return self.say("working_days" if span.working else "days", days=span.days)

    def told(self, told: Mapping[str, Span]) -> str:
        """Who is told of a missed deadline, and how long after it who is not told at once."""
        return joined((self._told(role, span) for role, span in told.items()), self.say("and"))

    def _told(self, role: str, span: Span) -> str:
        title = self.role(role)
        return self.say("told_after", role=title, days=self.span(span)) if span.days else title

    def since(self, since: str) -> str:
        return self.say("since_now") if since == NOW else self.say("since_stage", stage=self.stage(since))

    def kind(self, field: Field) -> str:
        return self.say(f"kind_{field.kind}")

    def title_of(self, part: Any) -> str:
        """What has a title by it, or by its id."""
        return self.text(part.title) if part.title else self.named(part.id).capitalize()

    def parts(self, line: WeightLine) -> str:
        weights = (
            self.say("weight", weight=number(weight, self.language), part=self.of_value(name))
            for name, weight in line.parts.items()
        )
        return joined(weights, self.say("and"))

    def options(self, field: Choice | Scale, setting: Setting) -> str:
        return ", ".join(self.quoted(text) for text in setting.options.values())

    def steps(self, setting: Setting) -> str:
        return ", ".join(f"{step} = {self.text(text)}" for step, text in setting.options.items())

    def result(self, literal: Literal, type_: feel.Type | None) -> str:
        """The result side of a clause or of a table's row."""
        if literal.formula is not None:
            return self.value(literal.formula)
        if type_ == feel.NUMBER:
            return number(literal.text, self.language)
        if type_ == feel.BOOLEAN:
            return self.say("yes" if literal.text == "true" else "no")
        return self.option(type_, literal.text)

    def row(self, table: DecisionTable, row: tuple[Literal, ...]) -> tuple[str, str]:
        """When a row of a table holds (empty for always), and its result."""
        words = self.process.words
        told = [
            self.test(test.text, self.named(name), words.type_of(type_), test)
            for (name, type_), test in zip(table.inputs.items(), row, strict=False)
        ]
        return f" {self.say('and')} ".join(part for part in told if part), self.result(
            row[-1], words.type_of(table.output)
        )

    def test(self, text: str, tested: str, type_: feel.Type | None, at: Literal) -> str:
        """A test as it stands in a cell: option codes need no quotes there."""
        if isinstance(type_, feel.Codes) and text in type_.options:
            return self.say("is", a=tested, b=self.option(type_, text))
        return self.tests(Expression(feel.parse_tests(text), at.at), tested, type_)


class _Narrator:
    """Tells one process."""

    def __init__(self, process: Process, language: str, translate: Translate) -> None:
        self.process = process
        self.workflow = process.workflow
        self.words = process.words
        self.is_told = Phrases(process, language, translate)

    def whole(self) -> Section:
        title = self.is_told.text(self.workflow.title)
        parts = (
            self._settings(), self._calendar(), self._roles(), *self._stages(), self._collections(), self._forms(),
            self._values(), self._tables(), self._functions(), self._documents(), self._analytics(),
        )  # fmt: skip
        some = tuple(part for part in parts if part.sentences or part.sections)
        return self._section(self.process.id, title, self._course(), some)

    def _say(self, key: str, **params: object) -> str:
        return self.is_told.say(key, **params)

    def _section(self, id: str, heading: str, told: Iterable[str], sections: Iterable[Section] = ()) -> Section:
        return Section(id=id, heading=heading, sentences=tuple(map(sentence, told)), sections=tuple(sections))

    def _group(self, id: str, key: str, sections: Iterable[Section]) -> Section:
        return self._section(id, self._say(key), (), sections)

    # --- the process ---

    def _course(self) -> Iterator[str]:
        if self.workflow.extends:
            yield self._say("extends", base=f'"{self.workflow.extends}"')
        cycle = self.workflow.cycle
        if cycle:
            yield self._say(cycle.period, day=self.is_told.day(cycle.start))
        yield self._say("start", stage=self.is_told.stage(self.workflow.start))

    def _settings(self) -> Section:
        told = []
        for name, literal in self.workflow.parameters.items():
            is_number = self.process.types.get(name) == feel.NUMBER
            value = number(literal.text, self.is_told.language) if is_number else literal.text
            told.append(self._say("setting", title=self.is_told.named(name), value=value))
        return self._section("parameters", self._say("Settings"), told)

    def _calendar(self) -> Section:
        """Which days are worked, where that matters."""
        calendar, told = self.words.calendar, []
        if calendar != WorkingDays() or any(s.deadline and s.deadline.working for s in self.process.stages.values()):
            told.append(self._say("not_worked", days=self.is_told.weekend(calendar)))
        if calendar.holidays:
            told.append(self._say("own_holidays", days=self.is_told.dates(calendar.holidays)))
        if calendar.working:
            told.append(self._say("worked_after_all", days=self.is_told.dates(calendar.working)))
        return self._section("calendar", self._say("Working days"), told)

    def _roles(self) -> Section:
        used = {role for duty in self.process.duties.values() for role in duty.actor}
        used |= {role for stage in self.process.stages.values() for a in stage.actions.values() for role in a.actor}
        roles = [role for role in self.words.roles.values() if role.id in used]
        return self._section("roles", self._say("Roles"), (told for role in roles for told in self._role(role)))

    def _role(self, role: Role) -> Iterator[str]:
        head, _, of = role.is_.partition(" of ")
        relation = self._say("superior of", role=self.is_told.role(of)) if of else self._say(head)
        title = self.is_told.text(role.title)
        if small(title) != relation:
            yield self._say("role", title=title, relation=relation)
        if role.seats != Count(1, 1):
            yield self._say("seats", count=self.is_told.count(role.seats))
        if role.proposed_by:
            yield self._say("proposed", roles=self.is_told.roles(role.proposed_by))
        if role.confirmed_by:
            yield self._say("confirmed", roles=self.is_told.roles(role.confirmed_by))

    # --- stages ---

    def _stages(self) -> Iterator[Section]:
        for index, stage in enumerate(self.process.stages.values(), 1):
            heading = self._say("Stage", number=index, title=self.is_told.text(stage.title))
            actions = (self._action(stage, action) for action in stage.actions.values())
            yield self._section(f"stages.{stage.id}", heading, self._stage(stage), actions)

    def _stage(self, stage: Stage) -> Iterator[str]:
        duties = [duty for duty in self.process.by_stage[stage.id] if duty.actor]
        for duty in duties:
            yield self._work(duty, stage)
        yield from self._times(stage)
        for duty in duties:
            yield from self._answers(duty)
        if stage.final:
            yield self._say("final")

    def _work(self, duty: Duty, stage: Stage) -> str:
        roles = self.is_told.roles(duty.actor)
        own = "" if duty.id == stage.id else "_as"
        task = self.is_told.duty(duty.id)
        if duty.form:
            return self._say(f"fills{own}", roles=roles, form=self.is_told.quoted(duty.form.title), task=task)
        return self._say(f"works{own}", roles=roles, task=task)

    def _times(self, stage: Stage) -> Iterator[str]:
        if stage.opens:
            yield self._say("opens", day=self.is_told.day(stage.opens))
        if stage.deadline:
            span = self.is_told.deadline(stage.deadline)
            yield self._say("deadline", deadline=span if stage.deadline.day else self._say("since_entry", days=span))
            remind = self.words.defaults.remind if stage.remind is None else stage.remind
            yield from self._reminders(remind)
            overdue = self.words.defaults.overdue if stage.overdue is None else stage.overdue
            if overdue:
                yield self._say("overdue", roles=self.is_told.told(overdue))
        if stage.pauses:
            yield self._say("pauses")

    def _reminders(self, days: Iterable[int]) -> Iterator[str]:
        before = [str(day) for day in days if day]
        if before:
            yield self._say("remind", days=joined(before, self._say("and")))
        if 0 in days:
            yield self._say("remind_on_day")

    def _answers(self, duty: Duty) -> Iterator[str]:
        """How the answers are kept and who reads them."""
        task = self.is_told.duty(duty.id)
        if duty.anonymous:
            yield self._say("anonymous", task=task)
        if duty.at_least > 1:
            yield self._say("at_least", task=task, least=duty.at_least)
        if duty.on_return == "keep":
            yield self._say("keep", task=task)
        if not duty.fields or duty.anonymous:
            return
        others = {role: since for role, since in duty.readers.items() if role not in duty.actor}
        yield from self._read(others, self._say("answers", task=task))

    # --- actions ---

    def _action(self, stage: Stage, action: Action) -> Section:
        heading = self._say("Action", title=self.is_told.title_of(action))
        told = [*self._taken(stage, action), *self._asked(action), *self._follows(action)]
        return self._section(f"stages.{stage.id}.actions.{action.id}", heading, told)

    def _taken(self, stage: Stage | None, action: Action) -> Iterator[str]:
        actors = self.process.actors_of(stage, action) if stage else action.actor
        people = [role for role in actors if self.words.roles[role].is_ != "system"]
        if people:
            yield self._say("may", roles=self.is_told.roles(people))
        for when in action.auto:
            yield self._say(f"auto_{when}")
        if action.show_if:
            yield self._say("offered", condition=self.is_told.condition(action.show_if))

    def _asked(self, action: Action) -> Iterator[str]:
        if action.without_form:
            yield self._say("without_form")
        if action.fields:
            titles = (self.is_told.title_of(item) for item in action.fields.values())
            yield self._say("asks", fields=", ".join(titles))
        yield from self._required(action.require, "refused")

    def _required(self, require: Clauses, key: str) -> Iterator[str]:
        for clause in require:
            if clause.condition:
                yield self._say(key, condition=self.is_told.condition(clause.condition))
            message = self.process.message(clause.id)
            if message:
                yield self._say("message", text=self.is_told.text(message))

    def _follows(self, action: Action) -> Iterator[str]:
        if action.lock:
            yield self._say("lock")
        if action.close:
            yield self._say("close", collection=self.is_told.duty(action.close))
        for clause in action.starts or ():
            yield from self._started(clause)
        yield from self.routes(action)

    def _started(self, clause: Clause) -> Iterator[str]:
        workflow = f'"{clause.id}"'
        if clause.condition:
            condition = self.is_told.condition(clause.condition)
            yield self._say("starts_if", workflow=workflow, condition=condition)
        else:
            yield self._say("starts_always", workflow=workflow)

    def routes(self, action: Action) -> Iterator[str]:
        """Where *action* leads, under which conditions."""
        if action.to is None:
            yield self._say("stays")
            return
        for clause in action.to:
            stage = self.is_told.stage(clause.id)
            if clause.condition:
                yield self._say("goes_if", stage=stage, condition=self.is_told.condition(clause.condition))
            else:
                yield self._say("goes" if len(action.to) == 1 else "goes_else", stage=stage)

    # --- collections ---

    def _collections(self) -> Section:
        some = (self._collection(collection) for collection in self.workflow.collections.values())
        return self._group("collections", "Collections", some)

    def _collection(self, collection: Collection) -> Section:
        duty = self.process.duties[collection.id]
        actions = [
            self._section(
                f"collections.{collection.id}.actions.{action.id}",
                self._say("Action", title=self.is_told.title_of(action)),
                [*self._taken(None, action), *self._asked(action)],
            )
            for action in collection.actions.values()
            if action.require or action.fields
        ]
        told = [*self._collecting(collection, duty), *self._answers(duty)]
        return self._section(f"collections.{collection.id}", self.is_told.text(collection.title), told, actions)

    def _collecting(self, collection: Collection, duty: Duty) -> Iterator[str]:
        roles, task = self.is_told.roles(collection.actor), self.is_told.duty(duty.id)
        form = self.is_told.quoted(duty.form.title) if duty.form else ""
        yield self._say("collected_with" if form else "collected", roles=roles, task=task, form=form)
        if collection.opens:
            yield self._say("collection_opens", stage=self.is_told.stage(collection.opens))
        else:
            yield self._say("collection_opens_first")
        if collection.closes:
            actions = {a.id: a for stage in self.process.stages.values() for a in stage.actions.values()}
            title = self.is_told.title_of(actions[collection.closes])
            yield self._say("collection_closes", action=f'"{title}"')
        else:
            yield self._say("collection_closes_last")
        if collection.ticket:
            yield self._say("ticket", ticket=collection.ticket)

    # --- forms ---

    def _forms(self) -> Section:
        used = {duty.form.form: duty for duty in self.process.duties.values() if duty.form}
        return self._group("forms", "Forms", (self._form(used[name]) for name in sorted(used)))

    def _form(self, duty: Duty) -> Section:
        form = duty.form
        assert form
        told = [line for item in form.fields.values() for line in self._field(item, duty.settings[item.id])]
        if form.beside:
            told.append(self._say("beside", duty=self.is_told.duty(form.beside)))
        told += self._required(form.require, "form_refused")
        tables = [item for item in form.fields.values() if isinstance(item, Table) and item.columns]
        columns = (self._columns(f"forms.{form.form}", table, duty.settings[table.id]) for table in tables)
        heading = self._say("Form", title=self.is_told.text(form.title))
        return self._section(f"forms.{form.form}", heading, told, columns)

    def _columns(self, form: str, table: Table, setting: Setting) -> Section:
        heading = self._say("Columns", title=self.is_told.text(table.title))
        told = (
            line
            for item in table.columns.values()
            for line in self._field(item, setting.columns.get(item.id, Setting()))
        )
        return self._section(f"{form}.fields.{table.id}", heading, told)

    def _field(self, item: Field, setting: Setting) -> Iterator[str]:
        title = f'"{self.is_told.title_of(item)}"'
        if item.asked:
            duty = self._say("optional" if item.optional else "required")
            yield self._say("field", title=title, kind=self.is_told.kind(item), duty=duty)
        else:
            yield self._say("shown", title=title, kind=self.is_told.kind(item))
        for key in ("show_if", "required_if"):
            expression = getattr(item, key)
            if expression:
                name = "shown_if" if key == "show_if" else key
                yield self._say(name, title=title, condition=self.is_told.condition(expression))
        if item.initial:
            yield self._say("initial", title=title, value=self.is_told.value(item.initial))
        yield from self._limits(item, setting, title)
        if item.writers:
            yield self._say("writers", title=title, roles=self.is_told.roles(item.writers))
        if item.unique:
            yield self._say("unique", title=title)
        yield from self._read(item.readers, title)

    def _limits(self, item: Field, setting: Setting, title: str) -> Iterator[str]:
        """What a field takes."""
        allow, length = getattr(item, "allow", None), getattr(item, "length", None)
        if allow:
            yield self._say("allow", condition=self.is_told.tests(allow, title, item.type_in(setting)))
        if length:
            yield self._say("length", title=title, count=self.is_told.count(length))
        if isinstance(item, Computed):
            yield self._say("worked_out", title=title, value=self.is_told.value(item.formula))
        if isinstance(item, Table):
            if item.rows:
                yield self._say("rows", title=title, count=self.is_told.count(item.rows))
            if item.append:
                yield self._say("append", title=title)
        if isinstance(item, Table | Choice | Ratings) and item.from_:
            yield self._say("from", title=title, source=self.is_told.value(item.from_))
        elif isinstance(item, Choice) and setting.options:
            yield self._say("options", title=title, options=self.is_told.options(item, setting))
        if isinstance(item, Scale) and setting.options:
            yield self._say("scale", title=title, steps=self.is_told.steps(setting))

    def _read(self, readers: Mapping[str, str], what: str) -> Iterator[str]:
        """Who reads *what*, those together who read it from the same stage on."""
        for since in dict.fromkeys(readers.values()):
            roles = self.is_told.roles((role for role in readers if readers[role] == since), "and")
            key = "reads_not" if since == NEVER else "reads"
            told = "" if since == NEVER else self.is_told.since(since)
            yield self._say(key, what=what, roles=roles, since=told)

    # --- values ---

    def _values(self) -> Section:
        return self._group("values", "Values", (self._value(value) for value in self.process.values.values()))

    def _value(self, value: Value) -> Section:
        title = self.is_told.title_of(value)
        told = [*self._made(value, title), *self._kept(value), *self._read(value.readers, self._say("this_value"))]
        if value.discloses:
            titles = (self.is_told.title_of(self.words.profile[name]) for name in value.discloses)
            told.append(self._say("discloses", fields=joined(map(small, titles), self._say("and"))))
        return self._section(f"values.{value.id}", title, told)

    def _made(self, value: Value, title: str) -> Iterator[str]:
        """What a value is made of."""
        type_ = self.process.types.get(value.id)
        if value.formula:
            yield from self._formula(value.formula, title, type_)
        lines = value.weights or ()
        for index, line in enumerate(lines):
            key = "weighted" if len(lines) == 1 else "weighted_next" if index else "weighted_first"
            yield self._say(key, title=title, parts=self.is_told.parts(line))
        if value.first:
            yield self._say("first_of", title=title)
            yield from (self._case(clause, type_) for clause in value.first)
        for clause in value.collect or ():
            option = self.is_told.result(clause.result, type_)
            if clause.condition:
                condition = self.is_told.condition(clause.condition)
                yield self._say("holds_if", title=title, option=option, condition=condition)
            else:
                yield self._say("holds_always", title=title, option=option)
        yield from self._rows(value, title)

    def _formula(self, formula: Expression, title: str, type_: feel.Type | None) -> Iterator[str]:
        parts = self.is_told.entries(formula)
        for part, value in parts.items():
            yield self._say("part", part=f'"{part}"', value=value)
        if type_ == feel.BOOLEAN:
            yield self._say("holds_when", title=title, condition=self.is_told.condition(formula))
        elif not parts:
            yield self._say("value_is", title=title, value=self.is_told.value(formula))

    def _case(self, clause: Clause, type_: feel.Type | None) -> str:
        option = self.is_told.result(clause.result, type_)
        if clause.condition is None:
            return self._say("case_else", option=option)
        return self._say("case_if", option=option, condition=self.is_told.condition(clause.condition))

    def _rows(self, value: Value, title: str) -> Iterator[str]:
        if value.for_:
            yield self._say("each_row", title=title, source=self.is_told.value(value.for_.over))
        if value.when:
            yield self._say("only_rows", condition=self.is_told.condition(value.when))
        for column in value.columns.values():
            name = f'"{self.is_told.title_of(column)}"'
            yield self._say("column", column=name, value=self.is_told.value(column.formula))
            for expression in column.override:
                yield self._say("override", value=self.is_told.value(expression))

    def _kept(self, value: Value) -> Iterator[str]:
        for expression in value.override:
            yield self._say("override", value=self.is_told.value(expression))
        if value.frozen_at:
            yield self._say("frozen", stage=self.is_told.stage(value.frozen_at))
        if value.decimals is None:
            yield self._say("unrounded")
        elif value.decimals != AS_DEFAULT:
            yield self._say("decimals" if value.decimals else "whole", places=value.decimals)
        if value.optional:
            yield self._say("may_be_null")
        if value.at_least:
            yield self._say("shown_from", least=value.at_least)

    # --- tables and functions ---

    def _tables(self) -> Section:
        names = called(self.process)
        some = (self._table(table) for name, table in self.words.tables.items() if name in names)
        return self._group("tables", "Tables", some)

    def _table(self, table: DecisionTable) -> Section:
        told = [self._say("first_row")]
        for row in table.rows:
            when, result = self.is_told.row(table, row)
            told.append(
                self._say("row", condition=when, result=result) if when else self._say("row_else", result=result)
            )
        return self._section(f"tables.{table.id}", self.is_told.title_of(table), told)

    def _functions(self) -> Section:
        names = called(self.process)
        told = [self._function(f) for name, f in self.words.functions.items() if name in names]
        return self._section("functions", self._say("Functions"), told)

    def _function(self, function: Function) -> str:
        inputs = joined((self.is_told.named(name) for name in function.inputs), self._say("and"))
        name = f'"{self.is_told.named(function.id)}"'
        return self._say("function", name=name, inputs=inputs, value=self.is_told.value(function.formula))

    # --- outputs ---

    def _documents(self) -> Section:
        some = (self._document(document) for document in self.workflow.documents.values())
        return self._group("documents", "Documents", some)

    def _document(self, document: Document) -> Section:
        told = [self._say("document", stage=self.is_told.stage(document.opens))]
        told += self._read(document.readers, self._say("this_document"))
        told.append(self._say("document_shows", parts=", ".join(map(self.is_told.value, document.show))))
        return self._section(f"documents.{document.id}", self.is_told.text(document.title), told)

    def _analytics(self) -> Section:
        told = [line for analysis in self.workflow.analytics.values() for line in self._analysis(analysis)]
        return self._section("analytics", self._say("Analytics"), dict.fromkeys(told))

    def _analysis(self, analysis: Analysis) -> Iterator[str]:
        words = {"unit": self._say("unit"), "cycle": self._say("cycle"), "stage": self._say("stage")}
        by = joined((words.get(name) or self.is_told.of_value(name) for name in analysis.by), self._say("and"))
        title, measure = self.is_told.text(analysis.title), self.is_told.value(analysis.measure)
        yield self._say("analysis", title=title, measure=measure, by=by)
        yield self._say("hidden_groups", least=analysis.at_least)


def called(process: Process) -> frozenset[str]:
    """The tables and functions that the process uses, also through one another."""
    words = process.words
    found: set[str] = set()
    waiting = [*_calls(process.workflow), *(name for d in process.duties.values() for name in _calls(d.form))]
    while waiting:
        name = waiting.pop()
        if name not in found and (inside := words.functions.get(name) or words.tables.get(name)):
            found.add(name)
            waiting += _calls(inside)
    return frozenset(found)


def _calls(part: Any) -> Iterator[str]:
    """The names of what the expressions in *part* call."""
    if isinstance(part, Expression):
        for node in n.walk(part.parsed.root):
            if isinstance(node, n.Call) and isinstance(node.function, n.Name):
                yield node.function.name
    elif is_dataclass(part) and not isinstance(part, type):
        yield from (name for field in fields(part) if field.name != "at" for name in _calls(getattr(part, field.name)))
    elif isinstance(part, Mapping):
        yield from (name for inside in part.values() for name in _calls(inside))
    elif isinstance(part, tuple):
        yield from (name for inside in part for name in _calls(inside))
