"""What may be null: which expressions, when certain pieces of work have been handed in and others may not have been.

``Nullness.missing`` gives the first thing that is to blame, or ``None`` where null is handled or cannot come up.
Profiles, catalogues and parameters are taken as filled in: only what people answer along the way is followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.feel.nodes import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    ContextLiteral,
    Filter,
    For,
    If,
    In,
    ListLiteral,
    Literal,
    Logic,
    Name,
    Negate,
    Node,
    Path,
    Quantified,
    walk,
)
from engine.kinds import Computed, Field, Section, Table
from engine.model import Value
from engine.process import Duty, Process
from engine.proofs.reading import Sheet, called, path_of, shape
from engine.terms import Expression

#: What is to blame: the names of a path, such as ``("penilaian", "catatan")``.
Missing = tuple[str, ...]
#: Null that is written down as such.
NULL: Missing = ("null",)

#: Null where their list is empty or one of its elements is null.
AGGREGATES = frozenset(("sum", "mean", "min", "max", "median", "product", "stddev", "mode"))
#: Comparisons that are never null: where one does not hold, the other does.
_OPPOSITE = {"=": "!=", "!=": "="}
#: Never null, whatever they are given.
TOTAL = frozenset(("is", "string", "get entries"))


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is worked out: what has been handed in by then.

    ``given`` holds the duties that have certainly been answered, ``fixed`` the frozen values that are certainly there.
    ``sheet`` says whose answers bare names are; ``local`` what a variable stands for. ``known`` are shapes of what is
    certainly not null, or certainly true.
    """

    given: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    sheet: Sheet = field(default_factory=dict)
    #: The action being taken, whose own fields are in.
    action: str = ""
    local: Mapping[str, Any] = field(default_factory=dict)
    known: frozenset[Any] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """One element of a list: of a table field, of a value's rows, of several people's answers, or of something known.

    ``missing`` says why the element itself may be null.
    """

    table: Table | None = None
    duty: Duty | None = None
    value: Value | None = None
    missing: Missing | None = None


class Nullness:
    """Null as far as it can be told from the declarations of one process."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._values: dict[tuple[str, frozenset[str], frozenset[str], frozenset[Any]], Missing | None] = {}

    # --- what may be missing ---

    def missing(self, node: Node, moment: Moment) -> Missing | None:
        """Why *node* may be null at *moment*; ``None`` if it is not."""
        if shape(node, moment.sheet) in moment.known:
            return None
        rule = _RULES.get(type(node))
        return rule(self, node, moment) if rule else None

    def any_of(self, nodes: Iterable[Node], moment: Moment) -> Missing | None:
        return next((found for node in nodes if (found := self.missing(node, moment))), None)

    def value(self, name: str, moment: Moment) -> Missing | None:
        """Why the value *name* may be null at *moment*."""
        key = (name, moment.given, moment.fixed, moment.known)
        if key not in self._values:
            value = self.process.values[name]
            self._values[key] = None  # a circle was reported before
            bare = replace(moment, sheet={}, local={}, action="")
            if value.frozen_at:
                self._values[key] = None if name in moment.fixed else (name,)
            else:
                self._values[key] = self.rule_of(value, bare)
        return self._values[key]

    def rule_of(self, value: Value, moment: Moment) -> Missing | None:
        """Why the rule of *value* may give null, whatever is frozen."""
        if any(self.missing(e.parsed.root, moment) is None for e in value.override):
            return None
        if value.formula:
            return self.missing(value.formula.parsed.root, moment)
        if value.weights:
            return self._weights(value, moment)
        if value.first:
            return self._first(value, moment)
        return self.missing(value.for_.over.parsed.root, moment) if value.for_ else None

    def _weights(self, value: Value, moment: Moment) -> Missing | None:
        """A line is used if its parts are all there; the parts of the last line are those to blame."""
        found: Missing | None = None
        for line in value.weights or ():
            found = next((why for name in line.parts if (why := self._named(name, moment))), None)
            if found is None:
                return None
        return found

    def _named(self, name: str, moment: Moment) -> Missing | None:
        return None if ("Name", name) in moment.known else self.value(name, moment)

    def _first(self, value: Value, moment: Moment) -> Missing | None:
        """The line that holds gives null, or none holds since a condition is null. That some line holds is proved
        elsewhere."""
        clauses = value.first or ()
        for clause in clauses:
            if clause.result.formula and (found := self.missing(clause.result.formula.parsed.root, moment)):
                return found
        if any(clause.condition is None for clause in clauses):
            return None
        nodes = [clause.condition.parsed.root for clause in clauses if clause.condition]
        missing = self.any_of(nodes, moment)
        return None if missing is None or handled(missing, nodes, {}) else missing

    # --- names and paths ---

    def _name(self, node: Name, moment: Moment) -> Missing | None:
        if node.name in moment.local:
            found = moment.local[node.name]
            return found.missing if isinstance(found, Row) else None
        if node.name in moment.sheet:
            return self.answer(self.process.duties[moment.sheet[node.name]], node.name, moment)
        if node.name in self.process.duties:
            return self.duty(self.process.duties[node.name], moment)
        return self.value(node.name, moment) if node.name in self.process.values else None

    def duty(self, duty: Duty, moment: Moment) -> Missing | None:
        """Why nothing may have been handed in for *duty*."""
        return None if duty.id in moment.given or ("Name", duty.id) in moment.known else (duty.id,)

    def answer(self, duty: Duty, name: str, moment: Moment) -> Missing | None:
        """Why the answer *name* of *duty*, which was handed in, may be null."""
        item = duty.fields.get(name)
        if item is None:
            item = next((duty.fields[rated] for rated in duty.rated if name in duty.settings[rated].columns), None)
        if item is None:
            return None
        own = not duty.form or item.id not in duty.form.fields
        if own and name not in duty.sheets.get(moment.action, {}) and not _asked_always(duty, name):
            return (duty.id, name)
        return self._field(duty, item, moment)

    def _field(self, duty: Duty, item: Field, moment: Moment) -> Missing | None:
        if not all(shape(e.parsed.root, sheet_of(duty)) in moment.known for e in shown_if(duty, item)):
            return (duty.id, item.id)
        if isinstance(item, Computed):
            return self.missing(item.formula.parsed.root, replace(moment, sheet=sheet_of(duty), local={}))
        if isinstance(item, Table):
            return (duty.id, item.id) if may_be_empty(item) and not item.from_ else None
        return (duty.id, item.id) if item.optional else None

    def _path(self, node: Path, moment: Moment) -> Missing | None:
        path = path_of(node, moment.sheet)
        if path and path[0] not in moment.local:
            return self._known_path(path, node, moment)
        if found := self.missing(node.base, moment):
            return found
        row = self.row(node.base, moment)
        return self.member(row, node.member, moment) if row and not self._is_list(node.base, moment) else None

    def _known_path(self, path: Missing, node: Path, moment: Moment) -> Missing | None:
        if path[0] in self.process.duties:
            duty = self.process.duties[path[0]]
            if (found := self.duty(duty, moment)) or duty.many or len(path) == 1:
                return found
            return self.answer(duty, path[1], moment)
        if path[0] in self.process.values and len(path) == 2:
            return self._entry(self.process.values[path[0]], path[1], moment)
        return self.missing(node.base, moment)

    def _entry(self, value: Value, member: str, moment: Moment) -> Missing | None:
        """Why a member of a value that is a context may be null."""
        root = value.formula.parsed.root if value.formula else None
        if found := self.value(value.id, moment):
            return found
        if isinstance(root, ContextLiteral) and not value.override and not value.frozen_at:
            entries = {entry.key: entry.value for entry in root.entries}
            if member in entries:
                return self.missing(entries[member], replace(moment, sheet={}, local={}))
        return None

    def _is_list(self, node: Node, moment: Moment) -> bool:
        return not (isinstance(node, Name) and node.name in moment.local)

    # --- lists ---

    def row(self, node: Node, moment: Moment) -> Row | None:
        """What an element of the list *node* is; ``None`` where nothing is known of it."""
        if isinstance(node, Name) and isinstance(moment.local.get(node.name), Row):
            return moment.local[node.name]  # type: ignore[no-any-return]
        if isinstance(node, Filter):
            return self.row(node.base, moment)
        path = path_of(node, moment.sheet)
        if len(path) == 1 and path[0] in self.process.values:
            return Row(value=self.process.values[path[0]])
        if not path or path[0] not in self.process.duties:
            return None
        duty = self.process.duties[path[0]]
        if len(path) == 1:
            return Row(duty=duty) if duty.many else None
        item = duty.fields.get(path[1])
        return Row(table=item, duty=duty) if isinstance(item, Table) and len(path) == 2 else None

    def member(self, row: Row, name: str, moment: Moment) -> Missing | None:
        """Why the member *name* of *row* may be null."""
        if row.table and row.duty:
            return self._cell(row.table, row.duty, name, moment)
        if row.duty:
            return self.answer(row.duty, name, moment)
        return self._column(row.value, name, moment) if row.value else None

    def _cell(self, table: Table, duty: Duty, name: str, moment: Moment) -> Missing | None:
        column = table.columns.get(name)
        inner = replace(moment, sheet=sheet_of(duty), action="")
        if column is None:
            source = self.row(table.from_.parsed.root, inner) if table.from_ else None
            return self.member(source, name, moment) if source else None
        if column.show_if and shape(column.show_if.parsed.root, {}) not in moment.known:
            return (duty.id, table.id, name)
        if isinstance(column, Computed):
            columns = {
                each: Row(missing=self._cell_read(table, duty, each, moment)) for each in _row_names(duty, table)
            }
            columns.pop(name, None)
            return self.missing(column.formula.parsed.root, replace(inner, local=columns))
        return (duty.id, table.id, name) if column.optional else None

    def _cell_read(self, table: Table, duty: Duty, name: str, moment: Moment) -> Missing | None:
        """The same for a cell that a computed one reads; among these, a computed one is taken as there."""
        return None if isinstance(table.columns.get(name), Computed) else self._cell(table, duty, name, moment)

    def _column(self, value: Value, name: str, moment: Moment) -> Missing | None:
        column = value.columns.get(name)
        if column is None or value.for_ is None:
            return None
        bare = replace(moment, sheet={}, action="")
        element = self.row(value.for_.over.parsed.root, bare) or Row()
        before = [each for each in value.columns if each != name]
        local: dict[str, Any] = {each: Row() for each in before}
        local[value.for_.variable] = element
        return self.missing(column.formula.parsed.root, replace(bare, local=local))

    def elements(self, node: Node, moment: Moment) -> Missing | None:
        """Why the list *node*, which is there, may be empty or hold null."""
        if isinstance(node, ListLiteral):
            return self.any_of(node.items, moment)
        if isinstance(node, For):
            return self._for_body(node, moment)
        if isinstance(node, Filter):
            return None if _asks_null(node.condition) else self.elements(node.base, moment)
        if isinstance(node, Path):
            row = self.row(node.base, moment)
            found = self.empty(node.base, moment)
            return found or (self.member(row, node.member, moment) if row else None)
        return self.empty(node, moment)

    def empty(self, node: Node, moment: Moment) -> Missing | None:
        """Why the list *node* may have no element; a filter is taken to find one."""
        row = self.row(node, moment)
        table = row.table if row else None
        if row and row.duty and table and may_be_empty(table) and not isinstance(node, Filter):
            return (row.duty.id, table.id)
        return None

    def _for_body(self, node: For, moment: Moment) -> Missing | None:
        local = dict(moment.local)
        for binding in node.bindings:
            if found := self.empty(binding.source, moment):
                return found
            local[binding.name] = self.row(binding.source, moment) or Row()
        return self.missing(node.body, replace(moment, local=local))

    # --- operators and functions ---

    def _arithmetic(self, node: Arithmetic, moment: Moment) -> Missing | None:
        return self.any_of((node.left, node.right), moment)

    def _comparison(self, node: Comparison, moment: Moment) -> Missing | None:
        return None if node.op in ("=", "!=") else self.any_of((node.left, node.right), moment)

    def _between(self, node: Between, moment: Moment) -> Missing | None:
        return self.any_of((node.value, node.low, node.high), moment)

    def _in(self, node: In, moment: Moment) -> Missing | None:
        plain = all(isinstance(test, Literal | ListLiteral | Name | Path) for test in node.tests)
        return None if plain else self.missing(node.value, moment)

    def _logic(self, node: Logic, moment: Moment) -> Missing | None:
        """Null only if no part decides: so each part is looked at as if the others did not decide."""
        decides = node.op == "or"
        for index, part in enumerate(node.parts):
            others = [other for place, other in enumerate(node.parts) if place != index]
            if found := self.missing(part, self.knowing(moment, others, not decides, sure=False)):
                return found
        return None

    def _if(self, node: If, moment: Moment) -> Missing | None:
        held = self.decided(node.condition, moment)
        yes = self.knowing(moment, [node.condition], True, sure=True)
        no = self.knowing(moment, [node.condition], False, sure=False)
        found = None if held is False else self.missing(node.yes, yes)
        return found if found or held is True else self.missing(node.no, no)

    def decided(self, node: Node, moment: Moment) -> bool | None:
        """Whether *node*, which asks what is null, certainly holds at *moment*, or certainly does not."""
        if isinstance(node, Logic):
            parts = [self.decided(part, moment) for part in node.parts]
            decides = node.op == "or"
            if decides in parts:
                return decides
            return None if None in parts else not decides
        if not isinstance(node, Comparison) or node.op not in _OPPOSITE:
            return None
        asked = [side for side in (node.left, node.right) if not _is_null(side)]
        if len(asked) != 1 or self.missing(asked[0], moment):
            return None
        return node.op == "!="

    def _list(self, node: For | Quantified, moment: Moment) -> Missing | None:
        return self.any_of((binding.source for binding in node.bindings), moment)

    def _filter(self, node: Filter, moment: Moment) -> Missing | None:
        if found := self.missing(node.base, moment):
            return found
        row = self.row(node.base, moment) if isinstance(node.condition, Literal) else None
        if row and row.table and row.duty and isinstance(node.base, Filter) and not row.table.from_:
            return (row.duty.id, row.table.id)  # a person's own rows: perhaps none of them is meant
        return None

    def _call(self, node: Call, moment: Moment) -> Missing | None:
        name, words = called(node), self.process.words
        if name in TOTAL:
            return None
        if name in words.tables:
            return self._table(node, words.tables[name].rows, moment)
        if name in words.functions:
            return self._function(node, moment)
        if found := self.any_of(node.arguments, moment):
            return found
        return self.elements(node.arguments[0], moment) if name in AGGREGATES and len(node.arguments) == 1 else None

    def _table(self, node: Call, rows: Iterable[tuple[Any, ...]], moment: Moment) -> Missing | None:
        """A table gives null where an input is null, unless some row says something of null there."""
        handled = {index for row in rows for index, cell in enumerate(row[:-1]) if "null" in cell.text}
        return self.any_of((a for index, a in enumerate(node.arguments) if index not in handled), moment)

    def _function(self, node: Call, moment: Moment) -> Missing | None:
        function = self.process.words.functions[called(node)]
        names = node.names or tuple(function.inputs)
        given = {name: Row(missing=self.missing(a, moment)) for name, a in zip(names, node.arguments, strict=False)}
        inner = Moment(local=given, given=moment.given, fixed=moment.fixed)
        return self.missing(function.formula.parsed.root, inner)

    # --- what a condition tells ---

    def knowing(self, moment: Moment, conditions: Iterable[Node], holds: bool, *, sure: bool) -> Moment:
        """*moment* with what follows from *conditions* that hold, or do not. ``sure``: they are not null."""
        known: set[Any] = set(moment.known)
        for condition in conditions:
            self._learn(condition, holds, sure, moment, known)
        return replace(moment, known=frozenset(known))

    def _learn(self, node: Node, holds: bool, sure: bool, moment: Moment, known: set[Any]) -> None:
        if holds and sure:
            known.add(shape(node, moment.sheet))
        if isinstance(node, Logic) and (node.op == "and") == holds:
            for part in node.parts:
                self._learn(part, holds, sure, moment, known)
        elif isinstance(node, Comparison):
            if not holds and node.op in _OPPOSITE:
                known.add(shape(replace(node, op=_OPPOSITE[node.op]), moment.sheet))
            known.update(shape(side, moment.sheet) for side in _proved_there(node, holds, sure))
        elif isinstance(node, In | Between) and holds and sure:
            known.add(shape(node.value, moment.sheet))
        elif called(node) == "not" and isinstance(node, Call):
            self._learn(node.arguments[0], not holds, sure, moment, known)


def _proved_there(node: Comparison, holds: bool, sure: bool) -> list[Node]:
    """The sides of a comparison that cannot be null, given that it holds or not."""
    sides = [node.left, node.right]
    if any(_is_null(side) for side in sides):
        return [side for side in sides if not _is_null(side)] if (node.op == "!=") == holds else []
    if node.op == "=":
        constant = any(isinstance(side, Literal) for side in sides)
        return sides if holds and constant else []
    return sides if sure and holds and node.op != "!=" else []


def _is_null(node: Node) -> bool:
    return isinstance(node, Literal) and node.value is None


def _asks_null(condition: Node) -> bool:
    """Whether a filter leaves null out."""
    return isinstance(condition, Comparison) and condition.op == "!=" and _is_null(condition.right)


def handled(missing: Missing, conditions: Iterable[Node], sheet: Sheet) -> bool:
    """Whether one of *conditions*, which are tried in turn, asks whether what is *missing* is null."""
    tested = (path for condition in conditions for path in _null_tested(condition, sheet))
    return any(path[: len(missing)] == missing for path in tested)


def _null_tested(node: Node, sheet: Sheet) -> Iterator[Missing]:
    for part in walk(node):
        if isinstance(part, Comparison) and (_is_null(part.left) or _is_null(part.right)):
            yield from (path for side in (part.left, part.right) if (path := path_of(side, sheet)))


def may_be_empty(table: Table) -> bool:
    """Whether a person may hand in no row at all."""
    return table.optional or (table.rows is not None and table.rows.least == 0)


def _asked_always(duty: Duty, name: str) -> bool:
    """Whether every action that hands in *duty* asks for *name*, a field of actions."""
    sheets = [duty.sheets[action.id] for action in duty.actions.values() if not action.without_form]
    return all(name in sheet for sheet in sheets)


def sheet_of(duty: Duty) -> Sheet:
    """Every answer of *duty*, which its own expressions call by bare name."""
    return dict.fromkeys((*duty.fields, *(k for rated in duty.rated for k in duty.settings[rated].columns)), duty.id)


def shown_if(duty: Duty, item: Field) -> list[Expression]:
    """The conditions under which *item* is shown: its own, and its section's."""
    section: Field | None = None
    for other in (duty.form.fields if duty.form else {}).values():
        section = other if isinstance(other, Section) else section
        if other is item:
            break
    else:
        section = None
    return [part.show_if for part in (section, item) if part and part.show_if]


def _row_names(duty: Duty, table: Table) -> Iterable[str]:
    row = getattr(duty.settings[table.id].item, "members", {})
    return dict.fromkeys([*row, *table.columns])


_RULES: dict[type[Node], Any] = {
    Literal: lambda self, node, moment: NULL if node.value is None else None,
    Name: Nullness._name,
    Path: Nullness._path,
    Negate: lambda self, node, moment: self.missing(node.value, moment),
    Arithmetic: Nullness._arithmetic,
    Comparison: Nullness._comparison,
    Between: Nullness._between,
    In: Nullness._in,
    Logic: Nullness._logic,
    If: Nullness._if,
    For: Nullness._list,
    Quantified: Nullness._list,
    Filter: Nullness._filter,
    Call: Nullness._call,
}
