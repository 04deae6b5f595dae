"""Why a value is what it is: its inputs and where they come from, the line of its rule that held, the table row that
fired, the rounding, and what a person decided instead.

A receipt shows only what its reader may see: never a single anonymous answer, never a restricted field of the profile.
It says that something was left out and why, never what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from engine import feel
from engine.access import enough_answers, profile_reads, reads_duty, reads_field, reads_profile, reads_value
from engine.case import Case, Past
from engine.feel import nodes
from engine.feel.nodes import Call, Name, Node, walk
from engine.kinds import Computed, Field, Setting, Table
from engine.model import Value
from engine.process import Code, Duty, Process
from engine.scope import CaseScope, How, decimals_of, unrounded, worded, worked_out
from engine.terms import Expression
from engine.veil import Figure, Veiled, veiled
from engine.words import rounded

#: A name and the members read of it.
Path = tuple[str, ...]

#: What an input is.
ANSWER, FIGURE, VALUE, SETTING, PROFILE, PAST, CYCLE = (
    "answer", "figure", "value", "setting", "profile", "history", "cycle",
)  # fmt: skip
#: Why something was left out: too few anonymous answers, a restricted field, what this reader may not see.
ANONYMOUS, RESTRICTED, UNREADABLE = "anonymous", "profile", "readers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One input of a value. ``weight`` and ``share`` (value x weight / 100) only where the rule is a weighting.

    ``origin`` is the title of the stage or task where it was answered, ``role`` whoever answered last, on the day
    ``on``; all three are empty for values, settings and profile fields, the last two for anonymous answers. A figure
    over anonymous answers has the ``function`` that made it and says of how many ``answers``. ``member`` is the field
    or item that was answered.
    """

    path: tuple[str, ...]
    title: str
    value: Any
    kind: str
    origin: str = ""
    role: str = ""
    on: date | None = None
    member: str = ""
    function: str = ""
    answers: int = 0
    weight: Decimal | None = None
    share: Decimal | None = None
    #: Text for a code, where the part is one of several options.
    type: feel.Type = feel.ANY

    @property
    def name(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The row of a decision table that fired: its number from 1 (0 if none held), its cells as written, what it was
    asked and what it gave."""

    table: str
    title: str
    number: int
    cells: tuple[str, ...]
    arguments: tuple[Any, ...]
    result: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """How a value came about. ``kind`` is that of its rule; ``line`` the line that held, from 1.

    ``rule`` is the rule as its author wrote it. ``raw`` is what it gave before it was rounded to ``decimals``, and
    ``proposed`` after; where a person ``decided`` otherwise, ``result`` is that decision. ``kept``: ``lock``, or the
    stage since which the value stays as it was; it would be ``now`` otherwise. ``missing`` names the parts that were
    not there, so that an earlier line of the rule could not be used. ``withheld``: why something was left out.
    ``decided`` is where a person could decide: what was read there, with its null if nobody did.
    """

    value: Value
    type: feel.Type
    result: Any
    kind: str
    line: int
    rule: str
    parts: tuple[Part, ...]
    decided: tuple[Part, ...] = ()
    decision: int = 0
    rows: tuple[Row, ...] = ()
    raw: Any = None
    proposed: Any = None
    decimals: int | None = None
    kept: str = ""
    now: Any = None
    missing: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    #: Each expression of the rule as it may be shown.
    shown: Mapping[Expression, Veiled]

    @property
    def overridden(self) -> bool:
        return self.decision > 0


def receipt(process: Process, case: Case, name: str, roles: Iterable[str]) -> Receipt:
    """The receipt of the value *name* for somebody with *roles*. Whoever asks may read the value itself."""
    return Teller(process, case, roles).receipt(name)


class Teller:
    """Tells somebody with *roles* how the values of *case* came about.

    ``earlier``: the case when it first entered the stage *at*, for the values that were kept then. What may be seen is
    what may be seen of *case*, and was to be seen of the earlier one.
    """

    def __init__(
        self, process: Process, case: Case, roles: Iterable[str], earlier: Case | None = None, at: str = ""
    ) -> None:
        self.process = process
        self.roles = tuple(roles)
        self.reader = case
        self.case = earlier or case
        self.at = at
        self.scope = CaseScope(process, self.case)
        self.how = CaseScope(process, self.case)

    def receipt(self, name: str) -> Receipt:
        """The receipt of the value *name*."""
        process, value = self.process, self.process.values[name]
        fired: list[Row] = []
        scope = self._traced(name, fired)
        raw, (kind, line) = unrounded(scope, value)
        rows = tuple(fired)
        proposed = rounded(raw, decimals_of(process, value))
        current = worked_out(scope, value)
        decision = _line_of(scope.how.get(name), "override")
        result = current if self._is_kept_here(value) else self.scope[name]
        kept = self._kept(value, result, current)
        shown = {e: self._veiled(value, e) for e in value.expressions()}
        parts, withheld = self._seen(self._parts(value, shown, line))
        decided, hidden = self._seen(self._decided(value, shown, decision))
        withheld |= {ANONYMOUS} if any(v.shut for e, v in shown.items() if e not in value.override) else set()
        missing = tuple(self._missing(value, line))
        withheld |= {why for name in missing if (why := self.hides(process.values[name]))}
        known = not withheld
        return Receipt(
            value=value,
            type=process.types[name],
            result=result,
            kind=kind,
            line=line if known else 0,
            rule=_rule(value, line) if known or value.formula else "",
            parts=tuple(parts),
            decided=tuple(decided),
            decision=decision,
            rows=rows if known else (),
            raw=raw if known else None,
            proposed=proposed if known else None,
            decimals=decimals_of(process, value),
            kept=kept,
            now=current if kept else None,
            missing=missing if known else (),
            withheld=tuple(sorted(withheld | hidden)),
            shown=shown,
        )

    def _traced(self, name: str, fired: list[Row]) -> CaseScope:
        """A scope in which *name* is worked out anew from the other values as they are; its tables tell their row."""
        scope = CaseScope(_tracing(self.process, fired), self.case)
        scope.update(
            (other, self.scope[other]) for other in self.process.value_reads[name] & self.process.values.keys()
        )
        return scope

    def _is_kept_here(self, value: Value) -> bool:
        """Whether *value* was kept at the moment that this teller tells of."""
        return bool(self.at) and value.frozen_at == self.at

    def _kept(self, value: Value, result: Any, current: Any) -> str:
        if self._is_kept_here(value):
            return ""
        if value.frozen_at:
            return value.frozen_at
        return "lock" if self.case.locked and result != current else ""

    def _veiled(self, value: Value, expression: Expression) -> Veiled:
        local = (value.for_.variable, *value.columns) if value.for_ else ()
        return veiled(self.process, self.case, expression.parsed, self.scope, local)

    # --- inputs -------------------------------------------------------------------------------------------------------

    def _parts(self, value: Value, shown: Mapping[Expression, Veiled], line: int) -> Iterator[Part]:
        if value.weights:
            yield from self._weighted(value, line)
        rules = [veil for expression, veil in shown.items() if expression not in value.override]
        yield from self._read(rules)

    def _decided(self, value: Value, shown: Mapping[Expression, Veiled], decision: int) -> Iterator[Part]:
        """What the decisions up to the one that counts read; of all where none was made."""
        asked = value.override[:decision] if decision else value.override
        yield from self._read([shown[expression] for expression in asked])

    def _weighted(self, value: Value, line: int) -> Iterator[Part]:
        """The parts of the line that was used; of all lines where none could be."""
        lines = value.weights or ()
        used = [lines[line - 1]] if line else lines
        for name, weight in dict(item for one in used for item in one.parts.items()).items():
            number = self.scope[name]
            share = number * weight / 100 if line and isinstance(number, Decimal) else None
            yield replace(self._value(name), weight=weight, share=share)

    def _missing(self, value: Value, line: int) -> Iterator[str]:
        """The parts of earlier lines that were not there."""
        earlier = (value.weights or ())[: line - 1] if line else (value.weights or ())
        for name in dict.fromkeys(name for weighting in earlier for name in weighting.parts):
            if self.scope[name] is None:
                yield name

    def _read(self, rules: Iterable[Veiled]) -> Iterator[Part]:
        """What *rules* read, each once, in the order of the definition; figures over anonymous answers last."""
        rules = list(rules)
        figures = {figure.input: figure for veil in rules for figure in veil.figures}
        open_ = [veil.expression for veil in rules if not veil.shut]
        paths = {path for expression in open_ for path in feel.reads(expression)}
        whole = {path for expression in open_ for path in _handed_on(expression)}
        for path, members in _gathered(self.process, paths, whole):
            part = self._part(path, members)
            if part is not None:
                yield part
        yield from map(self._figure, figures.values())

    def _part(self, path: Path, members: frozenset[str] | None) -> Part | None:
        process, name = self.process, path[0]
        if name in process.values:
            return self._value(name)
        if name in process.duties:
            return self._answer(path, members)
        if name in process.words.roles and len(path) > 1:
            return self._profile(path)
        if name in process.parameters:
            return Part(
                path=path,
                title=name,
                value=process.parameters[name],
                kind=SETTING,
                type=process.types.get(name, feel.ANY),
            )
        if name == "history" and len(path) > 1:
            return self._past(path, members or frozenset())
        if name == "cycle":
            return Part(path=("cycle",), title="cycle", value=self.scope["cycle"], kind=CYCLE)
        return None

    def _value(self, name: str) -> Part:
        value = self.process.values[name]
        title = value.title or name
        return Part(path=(name,), title=title, value=self.scope[name], kind=VALUE, type=self.process.types[name])

    def _answer(self, path: Path, members: frozenset[str] | None) -> Part:
        """An answer; of rows, the members that are read and what names the row; of a whole task, that it is there."""
        duty, given = self._duty(path[0]), self.scope[path[0]]
        past = self._last(duty)
        role, on = (past.actor, self.case.cycle.day_of(past.at)) if past else ("", None)
        if given is None or len(path) == 1:
            value = _narrowed(given, members, "") if duty.many else given if given is None else {}
            return Part(path=path[:1], title=duty.title, value=value, kind=ANSWER, origin=duty.title, role=role, on=on)
        item, setting = duty.fields.get(path[1]), duty.settings.get(path[1])
        wide = members and members | {*_worked_from(item, setting, members), *_name_of_rows(setting)}
        value = _narrowed(given.get(path[1]), wide, setting.key if setting else "")
        type_ = duty.type.members.get(path[1], feel.ANY)
        title = item.title if item and path[1] in duty.settings else self._item_title(duty, path[1])
        return Part(
            path=path[:2], title=title, value=value, kind=ANSWER, origin=duty.title, type=type_, role=role, on=on
        )

    def _duty(self, name: str) -> Duty:
        """A task in the words of the person appraised."""
        return worded(self.process, self.case, self.process.duties[name])

    def _item_title(self, duty: Duty, name: str) -> str:
        """The title of a rated item, which is a row of the catalogue its field takes its items from."""
        for rated in duty.rated:
            setting = duty.settings[rated]
            for row in setting.rows or ():
                if row[setting.key] == name:
                    return str(row.get("title") or name)
        item = duty.fields.get(name)
        return item.title if item else name

    def _last(self, duty: Duty) -> Past | None:
        """When *duty* was last submitted, and by whom."""
        if duty.anonymous or duty.many:
            return None
        stage = self.process.stages.get(duty.stage)
        silent = {name for name, action in (stage.actions if stage else {}).items() if action.without_form}
        pasts = [past for past in self.case.history.get(duty.id, ()) if past.action not in silent]
        return pasts[-1] if pasts else None

    def _profile(self, path: tuple[str, ...]) -> Part:
        known = self.process.words.profile.get(path[1])
        value = (self.scope[path[0]] or {}).get(path[1])
        type_ = self.process.words.profile_type().members.get(path[1], feel.ANY)
        return Part(path=path[:2], title=known.title if known else path[1], value=value, kind=PROFILE, type=type_)

    def _past(self, path: tuple[str, ...], members: frozenset[str]) -> Part:
        """What was done at a task: each action and the role that took it, and what else the rule asks for."""
        duty = self.process.duties[path[1]]
        asked = members | {"action", "actor"}
        rows = [{n: v for n, v in row.items() if n in asked} for row in self.scope["history"][duty.id]]
        return Part(path=("history", duty.id), title=duty.title, value=rows, kind=PAST, origin=duty.title)

    def _figure(self, figure: Figure) -> Part:
        duty = self._duty(figure.duty.id)
        item = duty.fields.get(figure.field.partition(".")[0])
        title = item.title if item and item.id in duty.settings else self._item_title(duty, figure.field)
        return Part(
            path=(figure.input,),
            title=title if figure.field else duty.title,
            value=figure.value,
            kind=FIGURE,
            origin=duty.title,
            member=figure.field,
            function=figure.function,
            answers=figure.answers,
        )

    # --- who may see it -----------------------------------------------------------------------------------------------

    def _seen(self, parts: Iterable[Part]) -> tuple[list[Part], set[str]]:
        """The parts that may be seen, each once, and why others may not."""
        every = {(part.kind, part.path): part for part in reversed(list(parts))}
        hidden = {key: why for key, part in every.items() if (why := self._hidden(part))}
        return [part for key, part in reversed(every.items()) if key not in hidden], set(hidden.values())

    def _hidden(self, part: Part) -> str:
        """Why *part* is left out; nothing if it may be seen."""
        name = part.path[0]
        if part.kind == VALUE:
            return self.hides(self.process.values[name])
        if part.kind == PROFILE:
            return self._hides_profile(*part.path)
        if part.kind == PAST:
            return "" if self._reads_past(self.process.duties[part.path[1]]) else UNREADABLE
        if part.kind == ANSWER:
            return "" if part.value is None or self._reads_answer(part) else UNREADABLE
        return ""

    def _hides_profile(self, role: str, name: str) -> str:
        if role != self.process.subject:
            return UNREADABLE
        return "" if reads_profile(self.process, name, self.roles) else RESTRICTED

    def _reads_answer(self, part: Part) -> bool:
        duty = self.process.duties[part.path[0]]
        item = duty.fields.get(part.path[1]) if len(part.path) > 1 else None
        if item is None:
            return reads_duty(self.reader, duty, self.roles) or isinstance(part.value, dict)
        return reads_field(self.reader, duty, item, self.roles)

    def _reads_past(self, duty: Duty) -> bool:
        return not self.process.history_fields.get(duty.id) or reads_duty(self.reader, duty, self.roles)

    def hides(self, value: Value) -> str:
        """Why this reader may not see *value*; nothing if they may. One without a title is shown as a part only."""
        process, cases = self.process, (self.reader, self.case)
        if not all(enough_answers(process, case, value) for case in cases):
            return ANONYMOUS
        if any(not reads_profile(process, name, self.roles) for name in profile_reads(process, value)):
            return RESTRICTED
        if not value.title:
            return ""
        return "" if reads_value(process, self.reader, value, self.roles) else UNREADABLE


def _line_of(how: How | None, kind: str) -> int:
    return how[1] if how and how[0] == kind else 0


def _rule(value: Value, line: int) -> str:
    """The rule as written: the whole formula, or the line that held."""
    if value.formula:
        return value.formula.source
    clauses = value.first or value.collect or ()
    if value.first and line:
        condition = clauses[line - 1].condition
        return condition.source if condition else "otherwise"
    return value.for_.over.source if value.for_ else ""


# --- paths ------------------------------------------------------------------------------------------------------------


def _gathered(
    process: Process, paths: Iterable[Path], whole: set[Path]
) -> Iterator[tuple[Path, frozenset[str] | None]]:
    """Each input that *paths* lead to, in the order of the definition, with the members that are read of its rows.

    All of them, where nothing says which, or where it is handed on *whole*.
    """
    found: dict[Path, set[str]] = {}
    for path in sorted(paths, key=lambda path: _rank(process, path)):
        duty = process.duties.get(path[0])
        depth = 1 if path[0] in process.values or path[0] in process.parameters or (duty and duty.many) else 2
        found.setdefault(path[:depth], set()).update(path[depth : depth + 1])
    for key, members in found.items():
        yield key, frozenset(members) if members and key not in whole else None


def _handed_on(expression: feel.Expression) -> Iterator[Path]:
    """What is handed to a function that may read any member of it."""
    for node in walk(expression.root):
        if isinstance(node, Call) and not (isinstance(node.function, Name) and node.function.name == "count"):
            yield from (path for path in map(_path_of, node.arguments) if path)


def _path_of(node: Node) -> Path:
    if isinstance(node, Name):
        return (node.name,)
    base = _path_of(node.base) if isinstance(node, nodes.Path) else ()
    return (*base, node.member) if base and isinstance(node, nodes.Path) else ()


def _rank(process: Process, path: tuple[str, ...]) -> tuple[int, int, tuple[str, ...]]:
    for group, names in enumerate((process.duties, process.words.roles, process.values, process.parameters)):
        if path[0] in names:
            return group, list(names).index(path[0]), path
    return 9, 0, path


def _worked_from(item: Field | None, setting: Setting | None, members: frozenset[str]) -> Iterator[str]:
    """The columns of the same row that the computed ones among *members* are made of."""
    row = setting.item if setting else None
    if isinstance(item, Table) and isinstance(row, feel.Context):
        for name, column in item.columns.items():
            if name in members and isinstance(column, Computed):
                yield from {path[0] for path in feel.reads(column.formula.parsed)} & row.members.keys()


def _name_of_rows(setting: Setting | None) -> Iterator[str]:
    """The text by which people know a row, beside its key."""
    row = setting.item if setting else None
    texts = (name for name, type_ in row.members.items() if type_ == feel.TEXT) if isinstance(row, feel.Context) else ()
    yield from [name for name in texts if setting and name != setting.key][:1]


def _narrowed(value: Any, members: frozenset[str] | None, key: str) -> Any:
    """Rows with the *members* that are read, and what names a row. Attachments are never in it."""
    if isinstance(value, list):
        return [_narrowed(row, members, key) for row in value]
    if isinstance(value, dict):
        names = None if members is None else {*members, key, "title"}
        return {n: v for n, v in value.items() if (names is None or n in names) and not isinstance(v, dict)}
    return value


# --- tables -----------------------------------------------------------------------------------------------------------


class _Traced(dict[Expression, Code]):
    """The code of expressions, compiled when it is wanted, in which decision tables tell what they did."""

    __slots__ = ("callables",)

    def __init__(self, process: Process, fired: list[Row]) -> None:
        super().__init__()
        telling = {name: _telling(process, name, fired) for name in process.decisions}
        self.callables = {**process.words.callables, **telling}

    def __missing__(self, expression: Expression) -> Code:
        code = self[expression] = feel.compile(expression.parsed, self.callables)
        return code


def _tracing(process: Process, fired: list[Row]) -> Process:
    """*process*, telling *fired* each decision table that a value calls."""
    return replace(process, code=_Traced(process, fired))


def _telling(process: Process, name: str, fired: list[Row]) -> Code:
    table, decide = process.words.tables[name], process.decisions[name]

    def call(*arguments: Any) -> Any:
        outcome = decide(*arguments)
        number = outcome.row or 0
        cells = tuple(cell.text for cell in table.rows[number - 1]) if number else ()
        fired.append(
            Row(table=name, title=table.title, number=number, cells=cells, arguments=arguments, result=outcome.result)
        )
        return outcome.result

    return call
