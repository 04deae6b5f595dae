"""What would change the verdict: for one input at a time, the nearest value that gives a better or a worse one.

Nothing here knows a value by its name: the verdict is the graded value with the most behind it. Only what its reader
may see is varied, and only through values whose receipt is wholly open to them, so that no threshold tells what is kept
back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from engine import feel
from engine.access import behind, reads_field, reads_profile
from engine.case import Case
from engine.feel import nodes
from engine.kinds import Field, Integer, Number, Ratings, Scale, Table
from engine.model import Value
from engine.process import Duty, Process
from engine.receipt import Teller
from engine.scope import CaseScope, FormScope, decimals_of, seen, worded
from engine.sheet import worked_row

#: What is varied: a value as a whole, an answer, a number of the profile.
VALUE, ANSWER, PROFILE = "value", "answer", "profile"
#: How the new value is meant: from it on upwards, from it on downwards, or just so.
UP, DOWN, EXACTLY = "up", "down", "exactly"

#: Points looked at between the ends, so that a rise and fall in between is seen.
_BETWEEN = 4
#: Finest step in which a number is varied.
_FINEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change that is enough: the input, its value now, the nearest that gives ``verdict``.

    ``row`` names the row of a table and ``title`` then its column. ``steady``: whatever lies beyond ``to`` gives at
    least (at most) this verdict as well, as far as the ends and the points between tell.
    """

    kind: str
    title: str
    now: Decimal
    to: Decimal
    side: str
    verdict: str
    better: bool
    steady: bool = True
    origin: str = ""
    row: str = ""
    #: The options of a scale, by the text of the step.
    options: Mapping[str, Any] | None = None
    #: How much of its range the change is.
    size: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Input:
    """Something to vary: its values by ``steps``, or any number from ``low`` to ``high`` on the grid of ``digits``."""

    name: str
    change: Change
    verdict: Callable[[Decimal], Any]
    #: The answers that change with it, of the duty ``name``.
    answers: Callable[[Decimal], Mapping[str, Any]] | None = None
    steps: tuple[Decimal, ...] = ()
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)
    digits: int = 0


def headline(process: Process, readable: Iterable[str]) -> Value | None:
    """The verdict among the *readable* values: the graded one with the most behind it that may still change."""
    graded = [process.values[name] for name in readable if is_graded(process, process.types[name])]
    free = [value for value in graded if not value.frozen_at]
    return max(free, key=lambda value: len(behind(process, value.id) & process.values.keys()), default=None)


def is_graded(process: Process, type_: feel.Type) -> bool:
    """Whether *type_* is a list of options, worst first."""
    return (
        isinstance(type_, feel.Codes)
        and type_.name in process.words.choices
        and process.words.choices[type_.name].ordered
    )


def changes(process: Process, case: Case, roles: Iterable[str], verdict: Value) -> list[Change]:
    """The smallest single changes of what somebody with *roles* may see that make *verdict* better, then worse.

    Each input stands for each direction at most once, with the nearest value, and of the row of a table only the
    smallest change; values first, then the smallest part of the range. A change that the form itself would refuse,
    such as that of one weight where all must total 100, is none.
    """
    finder = _Finder(process, case, tuple(roles), verdict)
    found = [change for each in finder.inputs() for change in finder.nearest(each)]
    kept: dict[tuple[Any, ...], Change] = {}
    for change in sorted(found, key=lambda change: (not change.better, change.kind != VALUE, change.size)):
        kept.setdefault((change.better, change.kind, change.origin, change.row or change.title), change)
    return list(kept.values())


class _Finder:
    def __init__(self, process: Process, case: Case, roles: tuple[str, ...], verdict: Value) -> None:
        self.process = process
        self.case = replace(case, locked=False)
        self.roles = roles
        self.verdict = verdict
        self.teller = Teller(process, case, roles)
        self.base = CaseScope(process, self.case)
        type_ = process.types[verdict.id]
        self.grades = list(type_.options) if isinstance(type_, feel.Codes) else []
        self.now = case.values.get(verdict.id)

    # --- what may be varied -------------------------------------------------------------------------------------------

    def inputs(self) -> Iterator[_Input]:
        """Everything that can be varied. Nothing where the verdict is not what its rule gives now."""
        if self.now not in self.grades or self.base[self.verdict.id] != self.now:
            return
        yield from self._values()
        for name, paths in sorted(self._read().items()):
            if name in self.process.duties and name in self.case.answers:
                yield from self._answers(worded(self.process, self.case, self.process.duties[name]), paths)
            elif name == self.process.subject:
                yield from self._profile(paths)

    @cached_property
    def _within(self) -> set[str]:
        return (behind(self.process, self.verdict.id) & self.process.values.keys()) | {self.verdict.id}

    @cached_property
    def _open(self) -> set[str]:
        """The values whose receipt this reader sees whole."""
        return {
            name
            for name in self._within
            if not self.teller.hides(self.process.values[name]) and not self.teller.receipt(name).withheld
        }

    def _above(self, name: str) -> set[str]:
        """The values between *name* and the verdict, itself left out."""
        return {v for v in self._within if v != name and name in behind(self.process, v)}

    def _read(self) -> dict[str, set[tuple[str, ...]]]:
        """What open values read of answers and the profile, if all that depends on it is open: by name, its members."""
        found: dict[str, set[tuple[str, ...]]] = {}
        for name in self._open:
            if not self._above(name) <= self._open:
                continue
            for expression in self.process.values[name].expressions():
                for path in feel.reads(expression.parsed):
                    if len(path) > 1:
                        found.setdefault(path[0], set()).add(path[1:])
        return {name: paths for name, paths in found.items() if self._above(name) <= self._open}

    # --- values -------------------------------------------------------------------------------------------------------

    def _values(self) -> Iterator[_Input]:
        """Numbers on the way to the verdict whose range is known."""
        for name in self.process.values:
            now = self.base[name] if name in self._open else None
            value = self.process.values[name]
            if not isinstance(now, Decimal) or not value.title or not self._above(name) <= self._open:
                continue
            low, high = self._ranges.get(name, (None, None))
            if low is not None and high is not None and low < high:
                shown = _change(VALUE, value.title, now)
                places = min(decimals_of(self.process, value) or 0, _FINEST)
                yield _Input(name=name, change=shown, verdict=self._with_value(name), low=low, high=high, digits=places)

    def _with_value(self, name: str) -> Callable[[Decimal], Any]:
        def verdict(number: Decimal) -> Any:
            scope = self._scope(self.case, name)
            scope[name] = number
            return scope[self.verdict.id]

        return verdict

    @cached_property
    def _ranges(self) -> dict[str, tuple[Decimal, Decimal]]:
        """The range of each value that a table takes with one, and of what a weighting makes it from."""
        found = dict(self._asked_ranges())
        for _ in self._within:
            for value in map(self.process.values.__getitem__, self._within):
                if value.id in found:
                    found |= {part: found[value.id] for part in _same_scale(value) if part not in found}
        return found

    def _asked_ranges(self) -> Iterator[tuple[str, tuple[Decimal, Decimal]]]:
        for name in sorted(self._within):
            for expression in self.process.values[name].expressions():
                yield from _ranges_in(self.process, expression.parsed)

    # --- answers ------------------------------------------------------------------------------------------------------

    def _answers(self, duty: Duty, paths: set[tuple[str, ...]]) -> Iterator[_Input]:
        if duty.many or duty.anonymous:
            return
        read = {path[0] for path in paths}
        given = self.case.answers[duty.id]
        for name, item in duty.fields.items():
            if not reads_field(self.case, duty, item, self.roles):
                continue
            if isinstance(item, Ratings):
                yield from self._marks(duty, item, given, read)
            elif name not in read:
                continue
            elif isinstance(item, Scale):
                yield from self._scale(duty, name, item.title, given)
            elif isinstance(item, Number):
                yield from self._number(duty, item, given)
            elif isinstance(item, Table):
                members = {path[1] for path in paths if path[0] == name and len(path) > 1}
                yield from self._cells(duty, item, given, members)

    def _marks(self, duty: Duty, item: Ratings, given: Mapping[str, Any], read: set[str]) -> Iterator[_Input]:
        setting = duty.settings[item.id]
        for key, row in zip(setting.columns, setting.rows or (), strict=True):
            if item.id in read or key in read:
                yield from self._scale(duty, key, str(row.get("title") or key), given, item.id)

    def _scale(
        self, duty: Duty, name: str, title: str, given: Mapping[str, Any], setting: str = ""
    ) -> Iterator[_Input]:
        now = given.get(name)
        if isinstance(now, Decimal):
            options = duty.settings[setting or name].options
            shown = replace(_change(ANSWER, title, now), origin=duty.title, options=options)
            steps = tuple(sorted(map(Decimal, options)))
            yield replace(self._answer_input(duty, shown, lambda number: {name: number}), steps=steps)

    def _answer_input(self, duty: Duty, shown: Change, answers: Callable[[Decimal], Mapping[str, Any]]) -> _Input:
        def verdict(number: Decimal) -> Any:
            return self._scope(self._case_with(duty, answers(number)), duty.id)[self.verdict.id]

        return _Input(name=duty.id, change=shown, verdict=verdict, answers=answers)

    def _number(self, duty: Duty, item: Number, given: Mapping[str, Any]) -> Iterator[_Input]:
        now = given.get(item.id)
        if isinstance(now, Decimal):
            shown = replace(_change(ANSWER, item.title, now), origin=duty.title)
            made = self._answer_input(duty, shown, lambda number: {item.id: number})
            yield self._ranged(made, item, self._form(duty, self.case))

    def _cells(self, duty: Duty, table: Table, given: Mapping[str, Any], members: set[str]) -> Iterator[_Input]:
        """The numbers that were filled in, row by row, if the rule reads them or what is computed of them."""
        local = self._form(duty, self.case)
        rows = given.get(table.id)
        counted = members | {n for column in members for n in _made_of(table, column)}
        for index, row in enumerate(rows if isinstance(rows, list) else ()):
            for column in table.answered():
                now = row.get(column.id)
                if isinstance(column, Number) and isinstance(now, Decimal) and (column.id in counted or not members):
                    shown = replace(_change(ANSWER, column.title, now), origin=duty.title, row=_row_name(row))
                    made = self._answer_input(duty, shown, self._with_cell(duty, table, given, index, column.id))
                    yield self._ranged(made, column, FormScope(local, row))

    def _with_cell(
        self, duty: Duty, table: Table, given: Mapping[str, Any], index: int, column: str
    ) -> Callable[[Decimal], Mapping[str, Any]]:
        rows, local = given[table.id], self._form(duty, self.case)

        def answers(number: Decimal) -> Mapping[str, Any]:
            changed = worked_row(self.process, table, {**rows[index], column: number}, local)
            return {table.id: [*rows[:index], changed, *rows[index + 1 :]]}

        return answers

    def _ranged(self, made: _Input, item: Number, local: FormScope) -> _Input:
        """A number between what the field allows; where it names no end, between nothing and four times as much."""
        digits = 0 if isinstance(item, Integer) else min(max(-_exponent(made.change.now), 0), _FINEST)
        step = Decimal(1).scaleb(-digits)

        def allowed(number: Decimal) -> bool:
            return item.allow is None or self.process.code[item.allow](FormScope(local, {"?": number})) is True

        ends = (min(Decimal(0), made.change.now * 4), max(Decimal(100), made.change.now * 4))
        low, high = (_farthest(made.change.now, end, step, allowed) for end in ends)
        return replace(made, low=low, high=high, digits=digits)

    def _case_with(self, duty: Duty, changed: Mapping[str, Any]) -> Case:
        return replace(self.case, answers={**self.case.answers, duty.id: {**self.case.answers[duty.id], **changed}})

    # --- profile ------------------------------------------------------------------------------------------------------

    def _profile(self, paths: set[tuple[str, ...]]) -> Iterator[_Input]:
        known = self.case.profiles.get(self.process.subject, {})
        for name, item in self.process.words.profile.items():
            now = known.get(name)
            if (name,) in paths and isinstance(now, Decimal) and reads_profile(self.process, name, self.roles):
                digits = min(max(-_exponent(now), 0), _FINEST)
                yield _Input(
                    name=self.process.subject,
                    change=_change(PROFILE, item.title or name, now),
                    verdict=self._with_profile(name),
                    low=Decimal(0),
                    high=max(Decimal(100), now * 4),
                    digits=digits,
                )

    def _with_profile(self, name: str) -> Callable[[Decimal], Any]:
        subject = self.process.subject

        def verdict(number: Decimal) -> Any:
            profiles = {**self.case.profiles, subject: {**self.case.profiles.get(subject, {}), name: number}}
            return self._scope(replace(self.case, profiles=profiles), subject)[self.verdict.id]

        return verdict

    def _scope(self, case: Case, name: str) -> CaseScope:
        """The names of *case*, in which only what depends on *name* is worked out anew."""
        scope = CaseScope(self.process, case)
        scope.update((other, self.base[other]) for other in self._within - self._above(name) - {name})
        return scope

    # --- looking ------------------------------------------------------------------------------------------------------

    def nearest(self, given: _Input) -> Iterator[Change]:
        """The nearest value of an input that gives a better verdict, and the nearest that gives a worse one."""
        for better in (True, False):
            found = self._step(given, better) if given.steps else self._number_near(given, better)
            if found is not None and not (given.answers and self._refused(given.name, given.answers(found.to))):
                yield found

    def _form(self, duty: Duty, case: Case) -> FormScope:
        """The names in the form of *duty* as it was answered; whoever sent it, by whatever action."""
        answers = {**seen(duty, case.answers[duty.id]), "action": None, "actor": None}
        return FormScope(CaseScope(self.process, case), answers)

    def _refused(self, name: str, answers: Mapping[str, Any]) -> bool:
        """Whether the form would not take the *answers* of the duty *name*, though it takes those of now."""
        duty = self.process.duties[name]
        before, after = (self._form(duty, case) for case in (self.case, self._case_with(duty, answers)))
        return any(
            self.process.holds(clause.condition, before) and not self.process.holds(clause.condition, after)
            for clause in (duty.form.require if duty.form else ())
        )

    def _is(self, grade: Any, better: bool) -> bool:
        if grade not in self.grades:
            return False
        gain = self.grades.index(grade) - self.grades.index(str(self.now))
        return gain > 0 if better else gain < 0

    def _step(self, given: _Input, better: bool) -> Change | None:
        """Every other step of a scale is tried."""
        now = given.change.now
        for to in sorted((step for step in given.steps if step != now), key=lambda step: abs(step - now)):
            grade = given.verdict(to)
            if self._is(grade, better):
                size = abs(to - now) / (given.steps[-1] - given.steps[0])
                return replace(given.change, to=to, side=EXACTLY, verdict=grade, better=better, size=size)
        return None

    def _number_near(self, given: _Input, better: bool) -> Change | None:
        """The nearest to either side."""
        sides = (self._towards(given, end, better) for end in (given.high, given.low))
        return min((found for found in sides if found), key=lambda found: found.size, default=None)

    def _towards(self, given: _Input, end: Decimal, better: bool) -> Change | None:
        """The first point on the way to *end* that is *better* (or worse), and from it back to the very edge."""
        step, now = Decimal(1).scaleb(-given.digits), given.change.now
        points = _points(now, end, step)
        grades = {point: given.verdict(point) for point in points}
        first = next((n for n, point in enumerate(points) if self._is(grades[point], better)), None)
        if first is None:
            return None
        outside, inside = points[first - 1] if first else now, points[first]
        while abs(inside - outside) > step:
            middle = _on_grid((inside + outside) / 2, step)
            if middle in (inside, outside):
                break
            if self._is(given.verdict(middle), better):
                inside = middle
            else:
                outside = middle
        return replace(
            given.change,
            to=inside,
            side=EXACTLY if inside == end else UP if inside > now else DOWN,
            verdict=given.verdict(inside),
            better=better,
            steady=all(self._is(grades[point], better) for point in points[first:]),
            size=abs(inside - now) / ((given.high - given.low) or 1),
        )


def _change(kind: str, title: str, now: Decimal) -> Change:
    return Change(kind=kind, title=title, now=now, to=now, side=EXACTLY, verdict="", better=True)


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _on_grid(number: Decimal, step: Decimal) -> Decimal:
    return number.quantize(step)


def _points(now: Decimal, end: Decimal, step: Decimal) -> list[Decimal]:
    """Some points on the way from *now* to *end*, which is the last."""
    found = [_on_grid(now + (end - now) * part / (_BETWEEN + 1), step) for part in range(1, _BETWEEN + 1)]
    return [point for point in dict.fromkeys([*found, end]) if point != now]


def _farthest(now: Decimal, end: Decimal, step: Decimal, allowed: Callable[[Decimal], bool]) -> Decimal:
    """The farthest number on the way from *now* to *end* that may be filled in."""
    if allowed(end):
        return end
    inside, outside = now, end
    while abs(inside - outside) > step:
        middle = _on_grid((inside + outside) / 2, step)
        if middle in (inside, outside):
            break
        inside, outside = (middle, outside) if allowed(middle) else (inside, middle)
    return inside


def _made_of(table: Table, column: str) -> Iterator[str]:
    """What a computed column is made of, in its own row."""
    item: Field | None = table.columns.get(column)
    formula = getattr(item, "formula", None)
    if formula is not None:
        yield from (path[0] for path in feel.reads(formula.parsed))


def _row_name(row: Mapping[str, Any]) -> str:
    """What a row is called: its title, else its longest text."""
    texts = [str(value) for value in row.values() if isinstance(value, str)]
    return str(row["title"]) if row.get("title") else max(texts, key=len, default="")


# --- ranges -----------------------------------------------------------------------------------------------------------


def _same_scale(value: Value) -> Iterator[str]:
    """The values that are on the same scale as *value*: the parts of its weighting, or what it simply takes over."""
    for line in value.weights or ():
        yield from line.parts
    if value.formula and isinstance(value.formula.parsed.root, nodes.Name):
        yield value.formula.parsed.root.name


def _ranges_in(process: Process, expression: feel.Expression) -> Iterator[tuple[str, tuple[Decimal, Decimal]]]:
    """The values that *expression* hands to a decision table which says their range."""
    for node in nodes.walk(expression.root):
        if not isinstance(node, nodes.Call) or not isinstance(node.function, nodes.Name):
            continue
        table = process.words.tables.get(node.function.name)
        for argument, word in zip(node.arguments, table.inputs.values() if table else (), strict=False):
            limits = interval(word)
            if limits and isinstance(argument, nodes.Name) and argument.name in process.values:
                yield argument.name, limits


def interval(word: str) -> tuple[Decimal, Decimal] | None:
    """The ends of a type such as ``[0..120]``."""
    low, dots, high = word.strip("[]() ").partition("..")
    return (Decimal(low), Decimal(high)) if dots else None
