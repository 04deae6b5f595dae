"""What of a form the browser works out by itself while it is filled in: which fields are shown and wanted, what is
computed.

A ``Twin`` is made once for a page. Each rule of the page is of one of three kinds: it does not depend on what is typed
here, so the server's answer holds as long as the form is open; or the browser can evaluate it exactly as the engine
does, with what this person may read anyway, and it is shipped; or it is left to the server, which is asked again when
something changes on which it depends. What depends on something left is left as well, so the browser never shows a
value that may be wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine import feel, shipped
from engine.access import reads_field, reads_profile, reads_value
from engine.case import Actor, Case
from engine.kinds import Choice, Computed, Day, Field, File, Number, Ratings, Scale, Section, Several, Table, YesNo
from engine.model import Action, Value
from engine.process import NOTE, Duty, Page, Process
from engine.scope import answers_of, decimals_of
from engine.sheet import Sheet, earlier_rows
from engine.terms import Expression
from engine.words import rounded

Json = Any
Path = tuple[str, ...]

#: Names of a form beside its fields.
_MOMENT = frozenset(("action", "actor", "today"))
#: Something of the server only.
UNKNOWN: Json = {"?": "1"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Twin:
    """What the browser does of one page."""

    #: Computed fields, and computed columns as ``table.column``, that it works out.
    live: frozenset[str]
    #: Fields that it shows and hides.
    parts: frozenset[str]
    #: Fields whose change asks the server.
    drivers: frozenset[str]
    #: Paths outside the form that shipped rules read.
    outside: frozenset[Path]
    #: Computed fields that nothing typed here changes, but that other rules read.
    fixed: tuple[Computed, ...]
    #: The rules as JSON.
    rules: Mapping[str, Json] = field(default_factory=dict)

    @property
    def works(self) -> bool:
        """Whether there is anything for the browser to do."""
        return bool(self.live or self.parts or any("wanted" in item for item in self.rules["fields"]))


def twin_of(process: Process, duty: Duty, action: Action, role: str) -> Twin:
    """The twin of the page that *role* fills in for *action*."""
    return _Reading(process, duty, action, role).twin()


def data(twin: Twin, process: Process, filled: Sheet, actor: Actor, before: Case) -> Json:
    """What the rules of *twin* read of the case: only what *actor* may read, the rest is unknown to the browser.

    *before* is the case without what is filled in.
    """
    page = filled.duty.page(filled.action, actor.role)
    return {
        "hidden": [name for name, hidden in _hidden(twin, process, filled) if hidden],
        "moment": _encoded({name: filled.local[name] for name in _MOMENT}),
        "fixed": _encoded(dict(_fixed(twin, process, filled))),
        "given": {table.id: feel.value_to_json(filled.given[table.id]) for table in page.given},
        "earlier": {t.id: feel.value_to_json(list(earlier_rows(before, filled.duty, t))) for t in page.appended},
        "outside": dict(_outside(twin, process, filled, actor, before)),
    }


def _encoded(values: Mapping[str, Any]) -> dict[str, Json]:
    return {name: feel.value_to_json(value) for name, value in values.items()}


def _hidden(twin: Twin, process: Process, filled: Sheet) -> Iterator[tuple[str, bool]]:
    """Each field whose own condition the browser does not evaluate, and whether it is hidden by it."""
    for asked, told in zip(filled.asked, twin.rules["fields"], strict=True):
        if "left" in told:
            yield asked.field.id, not asked.shown
        elif "show" not in told:
            yield asked.field.id, not process.holds(asked.field.show_if, filled.local)


def _fixed(twin: Twin, process: Process, filled: Sheet) -> Iterator[tuple[str, Any]]:
    """What is computed once, of fields that are shown or may be."""
    for item in twin.fixed:
        if item.id in twin.parts or filled.ask(item.id).shown:
            yield item.id, rounded(process.run(item.formula, filled.local), item.decimals)


# --- outside the form -------------------------------------------------------------------------------------------------


def _outside(twin: Twin, process: Process, filled: Sheet, actor: Actor, case: Case) -> Iterator[tuple[str, Json]]:
    by_name: dict[str, set[Path]] = {}
    for path in twin.outside:
        by_name.setdefault(path[0], set()).add(path)
    for name, paths in by_name.items():
        yield name, _one_outside(process, filled, actor, case, name, paths)
    # What is locked keeps its value, whatever is typed.
    for name in twin.rules["values"] if case.locked else ():
        if case.values.get(name) is not None:
            yield name, _value(process, filled, actor, case, name)


def _one_outside(process: Process, filled: Sheet, actor: Actor, case: Case, name: str, paths: Iterable[Path]) -> Json:
    if name in process.values:
        return _value(process, filled, actor, case, name)
    if name in process.duties:
        return _answers(process, actor, case, process.duties[name], paths)
    if name in process.words.roles:
        return _profile(process, filled, actor, paths)
    return feel.value_to_json(filled.scope[name])


def _value(process: Process, filled: Sheet, actor: Actor, case: Case, name: str) -> Json:
    readable = reads_value(process, case, process.values[name], [actor.role])
    return feel.value_to_json(filled.scope[name]) if readable else UNKNOWN


def _answers(process: Process, actor: Actor, case: Case, duty: Duty, paths: Iterable[Path]) -> Json:
    """Those of the answers that are read and may be; whether there are any can be seen from where the case stands."""
    answers = answers_of(duty, case)
    if answers is None:
        return None
    members = {path[1] for path in paths if len(path) > 1}
    whole = any(len(path) == 1 for path in paths)
    names = list(duty.type.members) if whole else sorted(members)
    return {"{": [[name, _answer(actor, case, duty, name, answers, members)] for name in names]}


def _answer(actor: Actor, case: Case, duty: Duty, name: str, answers: Any, wanted: set[str]) -> Json:
    item = duty.fields.get(name) or next((i for i in duty.fields.values() if _holds_item(duty, i, name)), None)
    if name not in wanted or item is None or not reads_field(case, duty, item, [actor.role]):
        return UNKNOWN
    return feel.value_to_json(answers[name])


def _holds_item(duty: Duty, item: Field, name: str) -> bool:
    return isinstance(item, Ratings) and name in duty.settings[item.id].columns


def _profile(process: Process, filled: Sheet, actor: Actor, paths: Iterable[Path]) -> Json:
    profile = filled.scope[process.subject] or {}
    members = sorted({path[1] for path in paths})
    readable = {name: reads_profile(process, name, [actor.role]) for name in members}
    return {"{": [[n, feel.value_to_json(profile.get(n)) if readable[n] else UNKNOWN] for n in members]}


# --- which rule is of which kind --------------------------------------------------------------------------------------


class _Reading:
    """Goes through the rules of one page, again and again until nothing more turns out to be left."""

    def __init__(self, process: Process, duty: Duty, action: Action, role: str) -> None:
        self.process, self.duty, self.action, self.role = process, duty, action, role
        self.page: Page = duty.page(action, role)
        self.known = shipped.callables(process.words)
        self.own = {*self.page.blank, *self.page.fields}
        submits = not action.without_form and (role in duty.actor or not duty.actor)
        #: Whether the task's own name stands for what is typed here.
        self.named = submits and action is not NOTE and not duty.many
        self.left: set[Path] = {(item.id,) for item in self.page.fields.values() if isinstance(item, File)}
        self.touching: dict[str, bool] = {}
        while True:
            before = len(self.left)
            self.values: dict[str, bool] = {}
            self._look()
            if len(self.left) == before:
                break

    # --- what a rule reads ---

    def paths(self, expression: Expression, row: Iterable[str] = ()) -> set[Path]:
        return {path for path in feel.reads(expression.parsed) if path[0] not in row}

    def value_paths(self, value: Value) -> set[Path]:
        parts = {(name,) for line in value.weights or () for name in line.parts}
        return parts.union(*(feel.reads(expression.parsed) for expression in value.expressions()))

    def touches(self, path: Path, *, form: bool = True) -> bool:
        """Whether what stands at *path* may change with what is typed here."""
        name = path[0]
        if form and name in self.own:
            return True
        if name in self.process.values:
            return self._value_touches(name)
        if name == "history":
            return len(path) == 1 or (path[1] == self.duty.id and len(path) > 2 and path[2] in self.own)
        return name in (self.duty.id, self.action.close)

    def _value_touches(self, name: str) -> bool:
        if name not in self.touching:
            self.touching[name] = False
            value = self.process.values[name]
            paths = () if value.frozen_at else self.value_paths(value)
            self.touching[name] = any(self.touches(path, form=False) for path in paths)
        return self.touching[name]

    def changes(self, expression: Expression) -> bool:
        return any(self.touches(path) for path in self.paths(expression))

    # --- what the browser can do ---

    def ships(self, expression: Expression, row: Iterable[str] = ()) -> bool:
        """Whether the browser evaluates *expression* exactly, in a row that has the columns *row*."""
        portable = feel.portable(expression.parsed, self.known)
        return portable and all(self.reaches(path) for path in self.paths(expression, row))

    def reaches(self, path: Path, *, form: bool = True) -> bool:
        """Whether the browser knows what stands at *path*, or that it may not know it."""
        name = path[0]
        if form and name in self.own:
            return not self.is_left(path)
        if form and name in _MOMENT:
            return True
        if name in self.process.values:
            return not self._value_touches(name) or self._value_ships(name)
        if name in self.process.duties:
            return self._task_reaches(path)
        if name in self.process.words.roles:
            return name == self.process.subject and len(path) > 1
        # Catalogues, parameters and the cycle are constant; any other name is a member of an element.
        return name != "history"

    def _task_reaches(self, path: Path) -> bool:
        duty = self.process.duties[path[0]]
        if duty.id == self.duty.id:
            return self.named and len(path) > 1 and path[1] in self.own and not self.is_left(path[1:])
        return not duty.many and not self.touches(path) and not duty.anonymous

    def is_left(self, path: Path) -> bool:
        return any(path[:size] in self.left for size in range(1, len(path) + 1))

    def _value_ships(self, name: str) -> bool:
        if name not in self.values:
            self.values[name] = False
            value = self.process.values[name]
            plain = value.collect is None and value.for_ is None
            portable = all(feel.portable(expression.parsed, self.known) for expression in value.expressions())
            reached = all(self.reaches(path, form=False) for path in self.value_paths(value))
            self.values[name] = plain and portable and reached
        return self.values[name]

    # --- the page ---

    def _look(self) -> None:
        """One round: whatever is left now makes what depends on it left."""
        section: Section | None = None
        for item in self.page.fields.values():
            section = item if isinstance(item, Section) else section
            if self._hides_unseen(item) or (section is not None and self._hides_unseen(section)):
                self.left.add((item.id,))
                self.left |= {(key,) for key in self._items(item)}
            if isinstance(item, Computed) and not self._is_worked(item, self.duty.settings[item.id].item):
                self.left.add((item.id,))
            if isinstance(item, Table):
                self._look_at_columns(item)

    def _hides_unseen(self, item: Field) -> bool:
        """Whether only the server knows if *item* is shown."""
        return item.show_if is not None and self.changes(item.show_if) and not self.ships(item.show_if)

    def _items(self, item: Field) -> Iterable[str]:
        return self.duty.settings[item.id].columns if isinstance(item, Ratings) else ()

    def _is_worked(self, item: Computed, type_: feel.Type) -> bool:
        """Whether the browser always knows the value of *item*, and can show it where it changes."""
        if not self.changes(item.formula):
            return is_sayable(type_) or item.id not in self._moving()
        return self.ships(item.formula) and is_sayable(type_)

    def _look_at_columns(self, table: Table) -> None:
        row = self._row(table)
        for name, column in table.columns.items():
            if isinstance(column, File):
                self.left.add((table.id, name))
            rules = [column.show_if, column.formula if isinstance(column, Computed) else None]
            seen = all(rule is None or self._column_ships(table, rule, row) for rule in rules)
            said = not isinstance(column, Computed) or is_sayable(self.duty.settings[table.id].columns[name].item)
            if not (seen and said):
                self.left.add((table.id, name))

    def _row(self, table: Table) -> set[str]:
        type_ = self.duty.settings[table.id].item
        return {*table.columns, *(type_.members if isinstance(type_, feel.Context) else ())}

    def _column_ships(self, table: Table, rule: Expression, row: set[str]) -> bool:
        left = {path[1] for path in self.left if len(path) == 2 and path[0] == table.id}
        own = {path[0] for path in feel.reads(rule.parsed)} & row
        return not own & left and self.ships(rule, row)

    def _moving(self) -> set[str]:
        """The fields that the browser may show and hide."""
        found, section = set(), False
        for name, item in self.page.fields.items():
            moves = item.show_if is not None and self.changes(item.show_if)
            section = moves if isinstance(item, Section) else section
            if moves or section:
                found.add(name)
        return found

    # --- the result ---

    def twin(self) -> Twin:
        rules = list(self._shipped_rules())
        values = self._values_behind(rules)
        expressions = [rule.parsed for rule, _ in rules]
        expressions += [e.parsed for name in values for e in self.process.values[name].expressions()]
        return Twin(
            live=frozenset(self._live()),
            parts=frozenset(name for name in self._moving() if (name,) not in self.left),
            drivers=frozenset(self._drivers()),
            outside=frozenset(self._outside(rules, values)),
            fixed=tuple(item for item in self._computed() if not self.changes(item.formula)),
            rules={
                "task": self.duty.id if self.named else "",
                "fields": [self._field(item) for item in self.page.fields.values()],
                "blank": sorted(self.page.blank),
                "worked": [item.id for item in self.page.worked],
                "values": {name: self._value(self.process.values[name]) for name in sorted(values)},
                "called": shipped.called(expressions, self.known),
            },
        )

    def _computed(self) -> Iterator[Computed]:
        fields = self.page.fields.values()
        return (item for item in fields if isinstance(item, Computed) and (item.id,) not in self.left)

    def _live(self) -> Iterator[str]:
        yield from (i.id for i in self._computed() if self.changes(i.formula) or i.id in self._moving())
        for table in self.page.tables:
            for name, column in table.columns.items():
                if isinstance(column, Computed) and not self.is_left((table.id, name)):
                    yield f"{table.id}.{name}"

    def _shipped_rules(self) -> Iterator[tuple[Expression, set[str]]]:
        """Every expression that the browser gets, with the columns of the row in which it is evaluated."""
        for item in self.page.fields.values():
            for rule in (item.show_if, item.required_if, item.formula if isinstance(item, Computed) else None):
                if rule is not None and self.changes(rule) and self.ships(rule):
                    yield rule, set()
            if isinstance(item, Table):
                row = self._row(item)
                yield from ((rule, row) for rule in item.row_rules() if self._column_ships(item, rule, row))

    def _values_behind(self, rules: Iterable[tuple[Expression, set[str]]]) -> set[str]:
        """The values whose rules the browser needs."""
        found: set[str] = set()
        waiting = [path[0] for rule, row in rules for path in self.paths(rule, row) if path[0] not in self.own]
        while waiting:
            name = waiting.pop()
            if name in self.process.values and self._value_touches(name) and name not in found:
                found.add(name)
                waiting += [path[0] for path in self.value_paths(self.process.values[name])]
        return found

    def _outside(self, rules: Iterable[tuple[Expression, set[str]]], values: set[str]) -> Iterator[Path]:
        read = {path for rule, row in rules for path in self.paths(rule, row) if path[0] not in self.own | _MOMENT}
        read |= {path for name in values for path in self.value_paths(self.process.values[name])}
        process = self.process
        constant = {"cycle", *process.parameters, *process.words.rows, *process.words.roles}
        for path in read:
            if path[0] in process.values:
                yield from () if path[0] in values else [path]
            elif (path[0] in process.duties and path[0] != self.duty.id) or path[0] in constant:
                yield path

    def _drivers(self) -> Iterator[str]:
        """The fields on which something depends that is left to the server."""
        for item in self.page.fields.values():
            for rule in (item.show_if, item.required_if, getattr(item, "formula", None), _options(item)):
                if rule is not None and self.changes(rule) and not self._is_done_here(item, rule):
                    yield from self._driving(rule)
            if isinstance(item, Table):
                yield from self._driving_rows(item)

    def _driving_rows(self, table: Table) -> Iterator[str]:
        for name, column in table.columns.items():
            rules = [column.show_if, column.formula if isinstance(column, Computed) else None]
            if (table.id, name) in self.left and any(rules):
                yield table.id
                yield from (n for rule in rules if rule is not None for n in self._driving(rule) if n in self.own)

    def _is_done_here(self, item: Field, rule: Expression) -> bool:
        if rule is _options(item) or not self.ships(rule):
            return False
        return rule is item.required_if or (item.id,) not in self.left

    def _driving(self, rule: Expression) -> Iterator[str]:
        for path in self.paths(rule):
            if path[0] in self.own:
                yield next((i.id for i in self.page.fields.values() if path[0] in self._items(i)), path[0])
            elif self.touches(path):
                yield from self.page.fields

    # --- as JSON ---

    def _field(self, item: Field) -> Json:
        told: dict[str, Json] = {"id": item.id, "kind": _kind(item)}
        if item.asked and (item.writers is None or self.role in item.writers):
            told["mine"] = True
        if (item.id,) in self.left:
            told["left"] = True
        for name, rule in (("show", item.show_if), ("wanted", item.required_if)):
            if rule is not None and self.changes(rule) and self.ships(rule):
                told[name] = feel.to_json(rule.parsed)
        if isinstance(item, Computed):
            told |= self._formula(item) if self.changes(item.formula) and (item.id,) not in self.left else {}
        if isinstance(item, Ratings):
            told |= {"items": self._rating_rows(item)}
        if isinstance(item, Table):
            told |= self._table(item)
        return told

    def _formula(self, item: Computed) -> Json:
        return {"formula": feel.to_json(item.formula.parsed), "decimals": item.decimals}

    def _rating_rows(self, item: Ratings) -> Json:
        setting = self.duty.settings[item.id]
        return [[key, feel.value_to_json(row)] for key, row in zip(setting.columns, setting.rows or (), strict=True)]

    def _table(self, table: Table) -> Json:
        told: dict[str, Json] = {"columns": [self._column(table, column) for column in table.columns.values()]}
        return {**told, "key": self.page.keys[table.id]} if table.from_ else told

    def _column(self, table: Table, column: Field) -> Json:
        told: dict[str, Json] = {"id": column.id, "kind": _kind(column)}
        if (table.id, column.id) in self.left:
            return {**told, "left": True}
        if column.show_if is not None:
            told["show"] = feel.to_json(column.show_if.parsed)
        return {**told, **(self._formula(column) if isinstance(column, Computed) else {})}

    def _value(self, value: Value) -> Json:
        told: dict[str, Json] = {
            "decimals": decimals_of(self.process, value),
            "override": [feel.to_json(expression.parsed) for expression in value.override],
        }
        if value.formula:
            return {**told, "formula": feel.to_json(value.formula.parsed)}
        if value.weights:
            return {**told, "weights": [_encoded_parts(line.parts) for line in value.weights]}
        type_ = self.process.types[value.id]
        return {**told, "first": [self._line(clause, type_) for clause in value.first or ()]}

    def _line(self, clause: Any, type_: feel.Type) -> Json:
        condition = feel.to_json(clause.condition.parsed) if clause.condition else None
        return {"condition": condition, **shipped.result(clause.result, type_)}


def _encoded_parts(parts: Mapping[str, Any]) -> Json:
    return [[name, feel.value_to_json(weight)] for name, weight in parts.items()]


def _options(item: Field) -> Expression | None:
    """From where options and rated items come; the rows of a table are those of the case before."""
    return item.from_ if isinstance(item, Choice | Ratings) else None


def is_sayable(type_: feel.Type) -> bool:
    """Whether the browser can write a value of this type as the pages do."""
    return type_ in (feel.NUMBER, feel.BOOLEAN) or isinstance(type_, feel.Codes)


#: What the browser reads of an input, by the kind of the field; the first that fits.
_KINDS: tuple[tuple[type[Field], str], ...] = (
    (Ratings, "ratings"),
    (Scale, "scale"),
    (Number, "number"),
    (Day, "date"),
    (YesNo, "boolean"),
    (Several, "several"),
    (File, "file"),
    (Table, "table"),
    (Computed, "computed"),
    (Section, "section"),
)


def _kind(item: Field) -> str:
    return next((name for kind, name in _KINDS if isinstance(item, kind)), "text")
