"""What one process changes against another, sentence by sentence.

Both are taken apart into *facts*: a path of ids, what it is called, what is said of it in words. Facts with the same
path that say something else are a change; a part that only one of them has is told once, not with all that is in it.
Ids decide what is the same and the definition's own words what differs: a new title is a change of just that, not of
every condition that names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine import feel
from engine.kinds import Choice, Field, Scale, Setting, Table
from engine.model import AS_DEFAULT, Action, Collection, DecisionTable, Stage, Task, Value
from engine.narrative import Phrases, Section, called, narrative, sentence
from engine.process import NEVER, NOW, Duty, Process
from engine.prose import Translate, joined, number, own_text, small
from engine.shape import keys_of
from engine.terms import Clause, Clauses, Count, Expression, Tests

Path = tuple[str, ...]

ADDED, REMOVED, CHANGED = "added", "removed", "changed"

#: A fact about the order of what stands beside it; told only where nothing else differs there.
ORDER = "(order)"

_HOLDS = ("show_if", "required_if", "when")
_FIELD_KEYS = ("title", "optional", "columns", "readers", "writers", "after", "variants", "choices", "scale")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that differs. ``path`` is that of the definition, ``details`` tell of a part that was added."""

    path: str
    kind: str
    sentence: str
    before: str = ""
    after: str = ""
    details: tuple[str, ...] = ()


def differences(
    base: Process, other: Process, language: str = "id", translate: Translate = own_text
) -> tuple[Change, ...]:
    """What *other* changes against *base*, in the order of the process."""
    slots = _slots(base, other)
    before = _Facts(base, language, translate, slots).all()
    after = _Facts(other, language, translate, slots).all()
    told = {section.id: section for section in _flat(narrative(other, language, translate))}
    say = Phrases(other, language, translate).say
    return tuple(_changes(before, after, told, say))


def _slots(base: Process, other: Process) -> dict[str, str]:
    """For each piece of work that both have, under which name its form is compared; the same two forms once only."""
    found: dict[str, str] = {}
    seen: dict[tuple[str, str], str] = {}
    for name, duty in other.duties.items():
        one, two = (base.duties[name].form, duty.form) if name in base.duties else (None, None)
        if one and two:
            pair = (one.form, two.form)
            if pair not in seen:
                seen[pair] = found[name] = two.form if two.form not in found.values() else f"{two.form} ({name})"
    return found


# --- comparing --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Fact:
    """What something is called, what is said of it, what the definition says, and what is told where it is new."""

    label: str
    told: str
    raw: str
    about: str = ""


def _changes(
    before: Mapping[Path, _Fact], after: Mapping[Path, _Fact], told: Mapping[str, Section], say: Any
) -> Iterator[Change]:
    differing = [path for path in _in_order(before, after) if before.get(path) is None or _differs(path, before, after)]
    for path in differing:
        one, two = before.get(path), after.get(path)
        if _within(path, before, after) or (
            path[-1] == ORDER and any(_siblings(path, p) for p in differing if p != path)
        ):
            continue
        name = ".".join(path[:-1] if path[-1] == ORDER else path)
        if one and two:
            key = "order_changed" if path[-1] == ORDER else "changed"
            text = say(key, label=two.label, before=one.told, after=two.told)
            yield Change(path=name, kind=CHANGED, sentence=sentence(text), before=one.told, after=two.told)
        elif two:
            said = two.told or two.about
            text = say("added_as" if said else "added", label=two.label, after=said)
            details = tuple(_sentences(told[name])) if name in told else ()
            yield Change(path=name, kind=ADDED, sentence=sentence(text), after=two.told, details=details)
        elif one:
            text = say("removed_from" if one.told else "removed", label=one.label, before=one.told)
            yield Change(path=name, kind=REMOVED, sentence=sentence(text), before=one.told)


def _in_order(before: Mapping[Path, _Fact], after: Mapping[Path, _Fact]) -> list[Path]:
    """All paths in the order of the new process, each that it lacks behind the one it followed."""
    order = list(after)
    places = {path: index for index, path in enumerate(order)}
    last = -1
    gone: dict[int, list[Path]] = {}
    for path in before:
        if path in places:
            last = places[path]
        else:
            gone.setdefault(last, []).append(path)
    return [*gone.get(-1, ()), *(p for index, path in enumerate(order) for p in (path, *gone.get(index, ())))]


def _differs(path: Path, before: Mapping[Path, _Fact], after: Mapping[Path, _Fact]) -> bool:
    return path not in after or before[path].raw != after[path].raw


def _within(path: Path, before: Mapping[Path, _Fact], after: Mapping[Path, _Fact]) -> bool:
    """Whether *path* is part of something that only one of the two has."""
    above = [path[:deep] for deep in range(1, len(path))]
    return any((part in before) != (part in after) for part in above)


def _siblings(order: Path, path: Path) -> bool:
    return path[: len(order) - 1] == order[:-1]


def _flat(section: Section) -> Iterator[Section]:
    yield section
    for inside in section.sections:
        yield from _flat(inside)


def _sentences(section: Section) -> Iterator[str]:
    yield from (line for part in _flat(section) for line in (f"{part.heading}:", *part.sentences)[part is section :])


# --- facts ------------------------------------------------------------------------------------------------------------


class _Facts:
    """A process taken apart."""

    def __init__(self, process: Process, language: str, translate: Translate, slots: Mapping[str, str]) -> None:
        self.process = process
        self.slots = slots
        self.is_told = Phrases(process, language, translate)
        self.found: dict[Path, _Fact] = {}

    def all(self) -> dict[Path, _Fact]:
        self._workflow()
        for stage in self.process.stages.values():
            self._stage(stage)
        for collection in self.process.workflow.collections.values():
            self._collection(collection)
        for name, slot in self.slots.items():
            self._form(("forms", slot), self.process.duties[name])
        for value in self.process.values.values():
            self._value(value)
        self._words()
        self._outputs()
        return self.found

    def _say(self, key: str, **params: object) -> str:
        return self.is_told.say(key, **params)

    def _is(self, path: Path, label: str, told: str = "", raw: str | None = None, about: str = "") -> None:
        self.found[path] = _Fact(label, told, told if raw is None else raw, about)

    def _key(self, path: Path, owner: str, told: str | None, raw: str | None = None) -> None:
        """A fact about the key that *path* ends with, unless nothing is said."""
        if told:
            self._is(path, self._say("key_of", part=self._say(f"key_{path[-1]}"), owner=owner), told, raw)

    def _roles(self, path: Path, owner: str, names: Sequence[str]) -> None:
        self._key(path, owner, self.is_told.roles(names, "and"), ",".join(names))

    def _at(self, path: Path, owner: str, stage: str | None) -> None:
        """A key that names a stage."""
        if stage:
            self._key(path, owner, self.is_told.stage(stage), stage)

    def _holds(self, path: Path, owner: str, condition: Expression | None) -> None:
        if condition:
            self._key(path, owner, self.is_told.condition(condition), _source(condition))

    def _gives(self, path: Path, owner: str, *expressions: Expression) -> None:
        told = ", ".join(map(self.is_told.value, expressions))
        self._key(path, owner, told, ", ".join(map(_source, expressions)))

    def _workflow(self) -> None:
        workflow = self.process.workflow
        owner = self._say("this_process")
        self._key(("title",), owner, self.is_told.quoted(workflow.title))
        self._at(("start",), owner, workflow.start)
        if workflow.cycle:
            told = self._say(workflow.cycle.period, day=self.is_told.day(workflow.cycle.start))
            self._key(("cycle",), owner, f'"{told}"')
        for name, literal in workflow.parameters.items():
            is_number = self.process.types.get(name) == feel.NUMBER
            told = number(literal.text, self.is_told.language) if is_number else f'"{literal.text}"'
            self._is(("parameters", name), self._say("of_setting", title=self.is_told.named(name)), told)
        self._calendar(owner)

    def _calendar(self, owner: str) -> None:
        calendar = self.process.words.calendar
        self._key(("calendar", "weekend"), owner, self.is_told.weekend(calendar))
        for key, label, days in (
            ("holidays", "of_holiday", calendar.holidays),
            ("working", "of_worked", calendar.working),
        ):
            for day in sorted(days):
                self._is(("calendar", key, day.isoformat()), self._say(label, day=self.is_told.dates([day])))

    # --- stages and collections ---

    def _stage(self, stage: Stage) -> None:
        path, title = ("stages", stage.id), self.is_told.text(stage.title)
        self._is(path, self._say("of_stage", title=title))
        self._key((*path, "title"), self._say("of_stage_id", id=stage.id), self.is_told.quoted(stage.title))
        self._work(path, stage, title)
        if stage.opens:
            self._key((*path, "opens"), title, self.is_told.day(stage.opens))
        if stage.deadline:
            self._key((*path, "deadline"), title, self.is_told.deadline(stage.deadline))
            defaults = self.process.words.defaults
            remind = defaults.remind if stage.remind is None else stage.remind
            self._key((*path, "remind"), title, joined(map(str, remind), self._say("and")))
            told = defaults.overdue if stage.overdue is None else stage.overdue
            raw = ",".join(f"{role} {span}" for role, span in told.items())
            self._key((*path, "overdue"), title, self.is_told.told(told), raw)
        self._flag((*path, "pauses"), title, stage.pauses)
        self._flag((*path, "final"), title, stage.final)
        for task in stage.tasks.values():
            name = self.is_told.text(task.title or stage.title)
            self._is((*path, "tasks", task.id), self._say("of_task", title=name, stage=title))
            self._key((*path, "tasks", task.id, "title"), self._say("of_task", title=task.id, stage=title), f'"{name}"')
            self._work((*path, "tasks", task.id), task, name)
        self._actions(path, title, stage.actions)

    def _work(self, path: Path, work: Stage | Task | Collection, title: str) -> None:
        """Who works here with what, and who reads it."""
        duty = self.process.duties[work.id]
        self._roles((*path, "actor"), title, work.actor)
        if duty.form:
            self._key((*path, "form"), title, self.is_told.quoted(duty.form.title))
        self._flag((*path, "anonymous"), title, duty.anonymous)
        self._key((*path, "at_least"), title, str(duty.at_least) if duty.at_least > 1 else "")
        self._flag((*path, "on_return"), title, duty.on_return == "keep")
        if duty.fields:
            self._readers(path, self._say("answers", task=title), duty.readers)

    def _readers(self, path: Path, what: str, readers: Mapping[str, str]) -> None:
        for role, since in readers.items():
            label = self._say("reading_of", role=self.is_told.role(role), what=what)
            told = self._say("never") if since == NEVER else self._say("since_now") if since == NOW else ""
            self._is(
                (*path, "readers", role),
                label,
                told or self._say("of_stage_quoted", stage=self.is_told.stage(since)),
                since,
            )

    def _collection(self, collection: Collection) -> None:
        path, title = ("collections", collection.id), self.is_told.text(collection.title)
        self._is(path, self._say("of_collection", title=title))
        self._key(
            (*path, "title"), self._say("of_collection", title=collection.id), self.is_told.quoted(collection.title)
        )
        self._work(path, collection, title)
        self._at((*path, "opens"), title, collection.opens)
        if collection.closes:
            self._key((*path, "closes"), title, self._action_title(collection.closes), collection.closes)
        self._key((*path, "ticket"), title, collection.ticket)
        self._actions(path, title, collection.actions)

    def _action_title(self, name: str) -> str:
        actions = {a.id: a for stage in self.process.stages.values() for a in stage.actions.values()}
        return self.is_told.quoted(self.is_told.title_of(actions[name]))

    def _actions(self, path: Path, stage: str, actions: Mapping[str, Action]) -> None:
        for action in actions.values():
            inside = (*path, "actions", action.id)
            owner = self._say("of_action", title=self.is_told.title_of(action), stage=stage)
            self._is(inside, owner)
            self._key(
                (*inside, "title"), self._say("of_action", title=action.id, stage=stage), self._quoted(action.title)
            )
            self._action(inside, owner, action)

    def _action(self, path: Path, owner: str, action: Action) -> None:
        self._roles((*path, "actor"), owner, action.actor)
        self._holds((*path, "show_if"), owner, action.show_if)
        self._key((*path, "auto"), owner, ", ".join(self._say(f"when_{when}") for when in action.auto))
        self._flag((*path, "without_form"), owner, action.without_form)
        self._flag((*path, "lock"), owner, action.lock)
        if action.close:
            self._key((*path, "close"), owner, self.is_told.duty(action.close), action.close)
        self._require(path, owner, action.require)
        if action.to:
            self._key((*path, "to"), owner, self._lines(action.to, self.is_told.stage), _lines(action.to))
        if action.starts:
            self._key((*path, "starts"), owner, self._lines(action.starts, str), _lines(action.starts))
        here = [duty for duty in self.process.duties.values() if path[1] in (duty.stage, duty.id)]
        duty = next(duty for duty in here if action.id in duty.actions)
        for item in action.fields.values():
            self._field((*path, "fields", item.id), owner, item, duty.settings.get(item.id, Setting()))

    def _require(self, path: Path, owner: str, require: Clauses) -> None:
        for clause in require:
            label = self._say("requirement_of", code=self.is_told.named(clause.id), owner=owner)
            self._is((*path, "require", clause.id), label, self._condition(clause.condition), _lines([clause]))

    def _lines(self, clauses: Clauses, result: Any) -> str:
        """Routes in one phrase."""
        told = [
            self._say("case_if", option=result(clause.id), condition=self._condition(clause.condition))
            if clause.condition
            else self._say("case_else", option=result(clause.id)) if len(clauses) > 1 else result(clause.id)
            for clause in clauses
        ]  # fmt: skip
        return "; ".join(told)

    # --- forms ---

    def _form(self, path: Path, duty: Duty) -> None:
        form = duty.form
        assert form
        owner = self._say("of_form", title=self.is_told.text(form.title))
        self._key((*path, "title"), self._say("of_form", title=path[-1]), self.is_told.quoted(form.title))
        if form.beside:
            self._key((*path, "beside"), owner, self.is_told.duty(form.beside), form.beside)
        for item in form.fields.values():
            self._field((*path, "fields", item.id), owner, item, duty.settings.get(item.id, Setting()))
        titles = {name: self.is_told.title_of(item) for name, item in form.fields.items()}
        self._order((*path, "fields"), self._say("fields_of", owner=owner), titles)
        self._require(path, owner, form.require)

    def _field(self, path: Path, owner: str, item: Field, setting: Setting) -> None:
        title = self.is_told.title_of(item)
        label = self._say("field_of", title=title, owner=owner)
        kind = self.is_told.kind(item)
        duty = self._say("optional" if item.optional else "required") if item.asked else ""
        self._is(path, label, about=", ".join(part for part in (kind, duty) if part))
        self._key(
            (*path, "title"), self._say("field_of", title=item.id, owner=owner), f'"{title}"' if item.title else ""
        )
        self._key((*path, "type"), label, kind)
        self._key((*path, "duty"), label, duty)
        if isinstance(item, Choice) and not item.from_:
            self._key((*path, "choices"), label, self.is_told.options(item, setting))
        if isinstance(item, Scale):
            self._key((*path, "scale"), label, self.is_told.steps(setting))
        record: Any = type(item)
        for key in keys_of(record):
            if key.name not in _FIELD_KEYS:
                given = getattr(item, key.attribute)
                raw = _source(given) if isinstance(given, Expression) else None
                self._key((*path, key.name), label, self._told(key.name, given, item, setting), raw)
        self._roles((*path, "writers"), label, item.writers or ())
        self._readers(path, label, item.readers)
        if isinstance(item, Table):
            for column in item.columns.values():
                inside = setting.columns.get(column.id, Setting())
                self._field((*path, "columns", column.id), self._say("table_of", title=title), column, inside)

    def _told(self, key: str, given: Any, item: Field, setting: Setting) -> str:
        """What one of a field's keys says, in words."""
        if isinstance(given, Tests):
            return self.is_told.tests(given, self._say("tested"), item.type_in(setting))
        if isinstance(given, Expression):
            return self._condition(given) if key in _HOLDS else self.is_told.value(given)
        if isinstance(given, Count):
            return self.is_told.count(given)
        if isinstance(given, bool):
            return self._say("yes") if given else ""
        return "" if given is None else str(given)

    # --- values ---

    def _value(self, value: Value) -> None:
        path, owner = ("values", value.id), small(self.is_told.title_of(value))
        self._is(path, self._say("of_value", title=owner))
        self._key((*path, "title"), self._say("of_value", title=value.id), self._quoted(value.title))
        if value.formula:
            self._gives((*path, "formula"), owner, value.formula)
        self._weights(path, owner, value)
        self._cases((*path, "first"), owner, value.first, value.id)
        self._cases((*path, "collect"), owner, value.collect, value.id)
        if value.first:
            type_ = self.process.types.get(value.id)
            options = {clause.id: self.is_told.result(clause.result, type_) for clause in value.first}
            self._order((*path, "first"), self._say("cases_of", owner=owner), options)
        if value.for_:
            self._gives((*path, "for"), owner, value.for_.over)
        self._holds((*path, "when"), owner, value.when)
        for column in value.columns.values():
            label = self._say("column_of", column=self.is_told.title_of(column), owner=owner)
            parts = (column.formula, *column.override)
            told = ", ".join(map(self.is_told.value, parts))
            self._is((*path, "columns", column.id), label, told, ", ".join(map(_source, parts)))
            self._decimals((*path, "columns", column.id), label, column.decimals)
            self._key((*path, "columns", column.id, "title"), label, self._quoted(column.title))
        self._kept(path, owner, value)

    def _decimals(self, path: Path, owner: str, decimals: int | None) -> None:
        given = self.process.words.defaults.decimals if decimals == AS_DEFAULT else decimals
        self._key((*path, "decimals"), owner, _places(given))

    def _weights(self, path: Path, owner: str, value: Value) -> None:
        lines = value.weights or ()
        for index, line in enumerate(lines):
            inside = (*path, "weights") if len(lines) == 1 else (*path, "weights", str(index + 1))
            for name, weight in line.parts.items():
                params = {"part": self.is_told.of_value(name), "owner": owner, "line": index + 1}
                label = self._say("weight_of" if len(lines) == 1 else "weight_of_line", **params)
                self._is((*inside, name), label, f"{number(weight, self.is_told.language)}%")

    def _cases(self, path: Path, owner: str, clauses: Clauses | None, name: str) -> None:
        type_ = self.process.types.get(name)
        for clause in clauses or ():
            label = self._say("case_of", option=self.is_told.result(clause.result, type_), owner=owner)
            told = self._condition(clause.condition) or self._say("otherwise")
            self._is((*path, clause.id), label, told, _lines([clause]))

    def _kept(self, path: Path, owner: str, value: Value) -> None:
        self._gives((*path, "override"), owner, *value.override)
        self._at((*path, "frozen_at"), owner, value.frozen_at)
        self._decimals(path, owner, value.decimals)
        self._flag((*path, "optional"), owner, value.optional)
        self._key((*path, "at_least"), owner, str(value.at_least) if value.at_least else "")
        self._key((*path, "discloses"), owner, ", ".join(map(self.is_told.named, value.discloses)))
        self._readers(path, owner, value.readers)

    # --- words ---

    def _words(self) -> None:
        words, used = self.process.words, called(self.process)
        for name, table in words.tables.items():
            if name in used:
                self._table(table)
        for name, function in words.functions.items():
            if name in used:
                label = self._say("of_function", title=self.is_told.named(name))
                self._is(("functions", name), label, self.is_told.value(function.formula), _source(function.formula))
                self._key(("functions", name, "decimals"), label, _places(function.decimals))
        for code, message in words.messages.items():
            label = self._say("message_of", code=self.is_told.named(code))
            self._is(("messages", code), label, self.is_told.quoted(message))
        self._persons()
        self._lists()

    def _lists(self) -> None:
        """Choices and catalogues."""
        words = self.process.words
        for name, options in words.choices.items():
            owner = self._say("of_choices", title=self.is_told.title_of(options))
            self._is(("choices", name), owner)
            self._flag(("choices", name, "ordered"), owner, options.ordered)
            for code, text in options.options.items():
                label = self._say("option_of", code=code, owner=owner)
                self._is(("choices", name, "options", code), label, self.is_told.quoted(text))
        for name, catalogue in words.catalogues.items():
            owner = self._say("of_catalogue", title=self.is_told.text(catalogue.title) or name)
            self._is(("use", name), owner)
            for key, row in catalogue.rows.items():
                cells = ", ".join(f'"{self.is_told.text(cell)}"' for cell in row.cells.values())
                self._is(("use", name, "rows", key), self._say("row_of_catalogue", row=key, owner=owner), cells)

    def _table(self, table: DecisionTable) -> None:
        path, title = ("tables", table.id), self.is_told.title_of(table)
        self._is(path, self._say("table_of", title=title))
        self._key((*path, "title"), self._say("table_of", title=table.id), self._quoted(table.title))
        for name, type_ in table.inputs.items():
            self._is((*path, "inputs", name), self._say("input_of", name=self.is_told.named(name), title=title), type_)
        self._key((*path, "output"), self._say("table_of", title=title), table.output)
        seen: dict[str, str] = {}
        for row in table.rows:
            when, result = self.is_told.row(table, row)
            label = self._say("row_result_if" if when else "row_result_else", title=title, condition=when)
            tests = " | ".join(cell.text for cell in row[:-1])
            seen[tests] = when or self._say("otherwise")
            self._is((*path, "rows", tests), label, result, row[-1].text)
        self._order((*path, "rows"), self._say("rows_of", title=title), seen)

    def _persons(self) -> None:
        """Roles, what is known of a person, and whose wording differs."""
        for name, item in self.process.words.profile.items():
            owner = self._say("profile_of", title=self.is_told.title_of(item))
            self._is(("profile", name), owner)
            self._key(("profile", name, "type"), owner, item.type)
            self._roles(("profile", name, "readers"), owner, item.readers or ())
        for clause in self.process.words.variants:
            label = self._say("variant_of", name=self.is_told.named(clause.id))
            self._is(("variants", clause.id), label, self._condition(clause.condition), _lines([clause]))
        for name, role in self.process.words.roles.items():
            path, owner = ("roles", name), self.is_told.role(name)
            self._is(path, self._say("the_role", title=owner))
            self._key((*path, "title"), self._say("of_role_id", id=name), self.is_told.quoted(role.title))
            self._key((*path, "is"), owner, role.is_)
            self._key((*path, "seats"), owner, self.is_told.count(role.seats))
            self._roles((*path, "proposed_by"), owner, role.proposed_by)
            self._roles((*path, "confirmed_by"), owner, role.confirmed_by)

    def _outputs(self) -> None:
        for document in self.process.workflow.documents.values():
            path, title = ("documents", document.id), self.is_told.text(document.title)
            self._is(path, self._say("of_document", title=title))
            self._key(
                (*path, "title"), self._say("of_document", title=document.id), self.is_told.quoted(document.title)
            )
            self._at((*path, "opens"), title, document.opens)
            self._gives((*path, "show"), title, *document.show)
            self._readers(path, title, document.readers)
        for analysis in self.process.workflow.analytics.values():
            path, title = ("analytics", analysis.id), self.is_told.text(analysis.title)
            self._is(path, self._say("of_analysis", title=title))
            self._key(
                (*path, "title"), self._say("of_analysis", title=analysis.id), self.is_told.quoted(analysis.title)
            )
            self._gives((*path, "measure"), title, analysis.measure)
            self._key((*path, "by"), title, ", ".join(map(self.is_told.of_value, analysis.by)), ",".join(analysis.by))
            self._key((*path, "chart"), title, analysis.chart)
            self._key((*path, "at_least"), title, str(analysis.at_least))

    # --- words for what is said ---

    def _flag(self, path: Path, owner: str, given: bool) -> None:
        self._key(path, owner, self._say("yes") if given else "")

    def _order(self, path: Path, label: str, titles: Mapping[str, str]) -> None:
        self._is((*path, ORDER), label, "; ".join(titles.values()), "; ".join(titles))

    def _quoted(self, text: str) -> str:
        return self.is_told.quoted(text) if text else ""

    def _condition(self, expression: Expression | None) -> str:
        return self.is_told.condition(expression) if expression else ""


def _source(expression: Expression) -> str:
    """An expression as it stands in the definition, however it is folded."""
    return " ".join(expression.source.split())


def _places(decimals: int | None) -> str:
    return "∞" if decimals is None else str(decimals)


def _lines(clauses: Iterable[Clause]) -> str:
    return "; ".join(f"{clause.id}: {_source(clause.condition) if clause.condition else ''}" for clause in clauses)
