"""Stories made up: random people walk a process, and the fewest walks that reach what scenarios miss are kept.

What a story shows is not what should be: somebody reads it and judges it. Nothing is drawn here; the dice are an
argument, so the same dice tell the same stories.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

from engine import feel
from engine.case import Actor
from engine.coverage import REQUIREMENT, TIMER, TRANSITION, Target, reached
from engine.feel.nodes import Call, Literal, Name, Path, walk
from engine.kinds import (
    Acknowledgement,
    Choice,
    Day,
    Field,
    File,
    Integer,
    Line,
    Number,
    Ratings,
    Scale,
    Setting,
    Several,
    Table,
    YesNo,
)
from engine.model import Action, Stage
from engine.process import Duty, Process
from engine.scenario import PATH, Player, Result, Scenario, run
from engine.sheet import Asked, sheet
from engine.terms import Clauses, Expression
from engine.words import NIP

#: Steps after which a walk is given up, tries of one step, and rounds in which a form is filled in.
STEPS, TRIES, ROUNDS = 60, 4, 8
#: How well somebody may do, as a share of what would be full marks or the target.
LEVELS = tuple(Decimal(text) for text in ("0.3", "0.5", "0.65", "0.8", "0.9", "1", "1.1"))
AGREED = "(isi)"
#: A number of a civil servant who does not exist: sequence numbers from 901 are for examples.
EXAMPLE_NIP = "198704122011011901"


class Dice(Protocol):
    """What draws: ``random.Random``."""

    def random(self) -> float: ...
    def randint(self, a: int, b: int) -> int: ...
    def choice(self, seq: Sequence[Any]) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class Story:
    """A scenario that was walked, and what it reaches."""

    scenario: Scenario
    reaches: frozenset[Target]


def stories(process: Process, wanted: Iterable[Target], dice: Dice, walks: Iterable[int]) -> list[Story]:
    """The fewest stories that reach as much of *wanted* as was found, most first; one walk for each of *walks*."""
    missing = set(wanted)
    found: list[Story] = []
    for number in walks:
        if not missing:
            break
        story = walked(process, dice, frozenset(missing), f"cerita-{number + 1}")
        if story and story.reaches & missing:
            found.append(story)
            missing -= story.reaches
    return _fewest(found, set(wanted))


def _fewest(found: Sequence[Story], wanted: set[Target]) -> list[Story]:
    """A small choice of *found* that reaches as much of *wanted*: always the story that adds most."""
    chosen: list[Story] = []
    left = wanted & {target for story in found for target in story.reaches}
    while left:
        best = max(found, key=lambda story: (len(story.reaches & left), -len(story.scenario.steps)))
        chosen.append(best)
        left -= best.reaches
    return chosen


def walked(process: Process, dice: Dice, wanted: frozenset[Target], name: str) -> Story | None:
    """One walk to an end, played once more to be sure; ``None`` where it found none."""
    scenario = _Walk(process, dice, wanted, name).scenario()
    if scenario is None:
        return None
    result = run(process, scenario)
    if result.differences:
        return None
    told = replace(scenario, expected=expected_of(process, result))
    return Story(scenario=told, reaches=frozenset(reached(process, result)))


def expected_of(process: Process, result: Result) -> dict[str, Any]:
    """What came out of a story, to be judged: its path, and the values that people read."""
    values = result.case.values
    shown = {n: _plain(values[n]) for n, v in process.values.items() if v.title and _is_plain(values.get(n))}
    return {PATH: list(result.case.path), **shown}


def _is_plain(value: Any) -> bool:
    listed = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, Decimal | str | bool) or listed


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


# --- a walk -----------------------------------------------------------------------------------------------------------


class _Walk:
    """Random people on one case: who they are, how well they do, and what they have done so far."""

    def __init__(self, process: Process, dice: Dice, wanted: frozenset[Target], name: str) -> None:
        self.process = process
        self.dice = dice
        self.wanted = wanted
        self.level = dice.choice(LEVELS)
        self.steps: list[dict[str, Any]] = []
        self.raters = {role.id: self._seats(role.seats.least, role.seats.most) for role in process.words.roles.values()}
        named = [{"rater": rater, "actor": role} for role, raters in self.raters.items() for rater in raters]
        scenario = Scenario(id=name, workflow=process.id, title=name, employee=self._person(), steps=named, expected={})
        self.plain = replace(scenario, beside=dict(self._public()))
        self.player = Player(process, self.plain)

    def scenario(self) -> Scenario | None:
        """The walk as a scenario, if it came to a final stage."""
        player = self.player
        if not player.begun():
            return None
        for _ in range(STEPS):
            if self.process.stages[player.case.stage].final:
                return replace(self.plain, steps=tuple(self.steps))
            if not any(self._try(step) for step in self._ideas()):
                return None
        return None

    # --- people ---

    def _seats(self, least: int, most: int | None) -> list[str]:
        """The names of those who will answer in a role with several seats: often all that are needed, seldom fewer."""
        if most == 1:
            return []
        count = self.dice.randint(max(least - 1, 0), min(most or least + 2, least + 2))
        return [f"penilai_{number}" for number in range(1, count + 1)]

    def _person(self) -> dict[str, Any]:
        """A profile whose fields are as the rules that read them may want them."""
        types = self.process.words.profile
        return {name: self._fact(name, item.type) for name, item in types.items() if item.type}

    def _fact(self, name: str, word: str) -> Any:
        if word == NIP:
            return EXAMPLE_NIP
        if word in self.process.words.choices:
            return self.dice.choice(list(self.process.words.choices[word].options))
        if word == "boolean":
            return self.dice.random() < 0.2
        if word == "number":
            return self.dice.randint(0, 5)
        literals = self._literals_beside(name)
        return self.dice.choice([*literals, AGREED]) if literals else AGREED

    def _literals_beside(self, name: str) -> list[str]:
        """The texts that stand in expressions which read the profile field *name*."""
        found: list[str] = []
        for expression in self.process.code:
            if (self.process.subject, name) in feel.reads(expression.parsed):
                nodes = walk(expression.parsed.root)
                found += [n.value for n in nodes if isinstance(n, Literal) and isinstance(n.value, str)]
        codes = {code for choices in self.process.words.choices.values() for code in choices.options}
        return [text for text in found if text not in codes]

    def _public(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """What the public sends to each collection: nothing, too little, or enough."""
        for duty in self.process.by_stage.get("", ()):
            count = self.dice.choice([0, max(duty.at_least - 1, 0), duty.at_least, duty.at_least + 1])
            yield duty.id, [dict(self._public_form(duty)) for _ in range(count)]

    def _public_form(self, duty: Duty) -> Iterator[tuple[str, Any]]:
        for name, item in duty.fields.items():
            registered = item.unique or isinstance(item, Acknowledgement | Day)
            if item.asked and not item.optional and not registered:
                yield name, self._answer(item, duty.settings[name], self.level)

    # --- steps ---

    def _ideas(self) -> list[dict[str, Any]]:
        """What could be done next, the wanted and the unusual first now and then."""
        process, case = self.process, self.player.case
        stage = process.stages[case.stage]
        ideas = [step for action in stage.actions.values() for step in self._ways(stage, action)]
        return sorted(ideas, key=lambda step: self._rank(stage, step))

    def _ways(self, stage: Stage, action: Action) -> Iterator[dict[str, Any]]:
        for role in self.process.actors_of(stage, action):
            step = {"stage": stage.id, "actor": role, "action": action.id}
            if role == self.process.system:
                if "deadline" in action.auto and stage.deadline:
                    yield {**step, "after": f"{stage.deadline.days + 400}d"}
            elif self.raters.get(role):
                yield from ({**step, "rater": rater} for rater in self.raters[role])
            else:
                yield step

    def _rank(self, stage: Stage, step: Mapping[str, Any]) -> float:
        """Chance, with what is wanted before the rest, and what goes back or only waits behind it."""
        rank = self.dice.random()
        routes = stage.actions[step["action"]].to or ()
        if routes and all(clause.id in self.player.case.path for clause in routes):
            rank += 0.4
        if any(t.at == stage.id and t.name == step["action"] and t.kind in (TRANSITION, TIMER) for t in self.wanted):
            rank -= 0.5
        return rank + (0.8 if "after" in step else 0)

    def _try(self, step: dict[str, Any]) -> bool:
        """Whether *step* was taken, in one of several tries. A refusal that is wanted becomes a step of its own."""
        for number in range(TRIES):
            whole = {**step, "form": self._form(step, careful=number > 0)}
            before, refused = len(self.player.differences), len(self.player.refused)
            version = self.player.case.version
            self.player.step(len(self.steps) + 1, whole)
            del self.player.differences[before:]
            if self.player.case.version > version:
                self.steps.append(whole)
                return True
            if len(self.player.refused) > refused:
                self._keep_refusal(whole)
        return False

    def _keep_refusal(self, step: dict[str, Any]) -> None:
        told = {s.get("expect_error") for s in self.steps if s["stage"] == step["stage"]}
        for target in self.wanted:
            here = target.kind == REQUIREMENT and target.at == step["stage"]
            if here and target.name not in told and (target.at, target.name) in self.player.refused:
                self.steps.append({**step, "expect_error": target.name})
                return

    # --- forms ---

    def _form(self, step: Mapping[str, Any], *, careful: bool) -> dict[str, Any]:
        """Answers to whatever the form of *step* asks; *careful* ones keep to the sums that requirements name."""
        process, case = self.process, self.player.case
        action = process.stages[case.stage].actions[step["action"]]
        actor = Actor(role=step["actor"], person=step.get("rater", step["actor"]))
        form: dict[str, Any] = {}
        level = self.level if self.dice.random() < 0.8 else self.dice.choice(LEVELS)
        for _ in range(ROUNDS):
            typed = self.player.values(actor, action, form)
            filled = sheet(process, case, actor, action, typed, self.player.now)
            page = filled.duty.fields
            fresh = {
                name: answer
                for asked in filled.asked
                for name, answer in self._answers(filled.duty, asked, action, level, careful)
                if name not in form and (_is_to_fill(asked.field) or filled.inputs.get(name) is None)
            }
            if not fresh:
                break
            form |= self._in_turn(page, fresh)
        return form

    def _in_turn(self, fields: Mapping[str, Field], fresh: Mapping[str, Any]) -> dict[str, Any]:
        """*fresh* with one date only: the next may have to lie behind it."""
        dates = [name for name in fresh if isinstance(fields.get(name), Day)]
        return {name: answer for name, answer in fresh.items() if name not in dates[1:]}

    def _answers(
        self, duty: Duty, asked: Asked, action: Action, level: Decimal, careful: bool
    ) -> Iterator[tuple[str, Any]]:
        item = asked.field
        if not (asked.shown and asked.writable) or (item.initial and self.dice.random() < 0.7):
            return
        if isinstance(item, Table) and not item.answered():
            return
        if not asked.required and self.dice.random() > 0.35:
            return
        if isinstance(item, Ratings):
            yield from ((key, self._mark(asked.setting, level)) for key in asked.setting.columns)
        elif isinstance(item, Table):
            yield item.id, self._rows(duty, asked, action, level, careful)
        else:
            yield item.id, self._answer(item, asked.setting, level)

    def _answer(self, item: Field, setting: Setting, level: Decimal, near: Decimal = Decimal(100)) -> Any:
        if isinstance(item, Scale):
            return self._mark(setting, level)
        if isinstance(item, Acknowledgement):
            return self.dice.random() < 0.95
        if isinstance(item, YesNo):
            return self.dice.random() < 0.5
        if isinstance(item, Several):
            return [code for code in setting.options if self.dice.random() < 0.6] or list(setting.options)[:1]
        if isinstance(item, Choice):
            return self.dice.choice(list(setting.options)) if setting.options else AGREED
        if isinstance(item, Number):
            return self._number(item, setting, level, near)
        if isinstance(item, Day):
            return self._day(setting)
        if isinstance(item, File):
            return "berkas.pdf"
        least = item.length.least if isinstance(item, Line) and item.length else 0
        return (AGREED * (1 + least // len(AGREED))) if least else AGREED

    def _mark(self, setting: Setting, level: Decimal) -> Any:
        """A step of a scale near *level* of its highest."""
        steps = list(setting.options)
        place = round(level * len(steps)) - 1 + self.dice.choice([-1, 0, 0, 0, 1])
        return Decimal(steps[min(max(place, 0), len(steps) - 1)])

    def _number(self, item: Number, setting: Setting, level: Decimal, near: Decimal) -> Any:
        """A number at *level* of what it is compared with, among those that the field allows."""
        ideas = [near * level, near, *(Decimal(n) for n in (1, 2, 3, 4, 5, 0, 10, 50, 100))]
        step = Decimal(1) if isinstance(item, Integer) else Decimal("0.01")
        tried = [idea.quantize(step, rounding=ROUND_HALF_UP) for idea in ideas]
        allowed = [number for number in tried if setting.permits(number)]
        if not allowed:
            return tried[0]
        return allowed[0] if self.dice.random() < 0.7 else self.dice.choice(allowed)

    def _day(self, setting: Setting) -> str:
        start = self.player.case.cycle.day_of(self.player.now)
        days = [start + timedelta(days=n) for n in (0, 30, 90, -30, 365)]
        return next((day for day in days if setting.permits(day)), date(start.year, 6, 1)).isoformat()

    def _rows(self, duty: Duty, asked: Asked, action: Action, level: Decimal, careful: bool) -> Any:
        table, setting = asked.field, asked.setting
        assert isinstance(table, Table)
        if table.from_:
            return [self._row(table, setting, level, row) for row in asked.rows]
        least, most = (table.rows.least, table.rows.most) if table.rows else (1, 3)
        most = min(most if most is not None else least + 3, least + 3)
        rows = [self._row(table, setting, level, {}) for _ in range(self.dice.randint(least, most))]
        for name, total in _sums(duty, action, table.id) if careful or self.dice.random() < 0.7 else ():
            _share(rows, name, total)
        for number, row in enumerate(rows, 1):
            if table.key in row:
                row[table.key] = f"B{number}" if isinstance(table.columns[table.key], Line) else row[table.key]
        return rows

    def _row(self, table: Table, setting: Setting, level: Decimal, given: Mapping[str, Any]) -> dict[str, Any]:
        numbers = [value for value in given.values() if isinstance(value, Decimal) and value]
        near = numbers[0] if numbers else Decimal(100)
        cells = {setting.key: given[setting.key]} if setting.key in given else {}
        for column in table.answered():
            if column.initial is None and (not column.optional or self.dice.random() < 0.4):
                cells[column.id] = self._answer(column, setting.columns[column.id], level, near)
        return cells


def _is_to_fill(item: Field) -> bool:
    """Whether the rows that a table is opened with have cells that nobody has filled in."""
    return isinstance(item, Table) and item.from_ is not None and any(c.initial is None for c in item.answered())


def _sums(duty: Duty, action: Action, table: str) -> Iterator[tuple[str, Decimal]]:
    """The columns of *table* whose sum a requirement compares with a number, and that number."""
    clauses: list[Clauses] = [duty.form.require] if duty.form else []
    for clause in (c for some in (*clauses, action.require) for c in some if c.condition):
        assert clause.condition
        yield from _sums_in(clause.condition, table)


def _sums_in(condition: Expression, table: str) -> Iterator[tuple[str, Decimal]]:
    nodes = list(walk(condition.parsed.root))
    totals = [node.value for node in nodes if isinstance(node, Literal) and isinstance(node.value, Decimal)]
    for node in nodes:
        if isinstance(node, Call) and isinstance(node.function, Name) and node.function.name == "sum" and totals:
            for path in node.arguments:
                if isinstance(path, Path) and isinstance(path.base, Name) and path.base.name == table:
                    yield path.member, totals[0]


def _share(rows: Sequence[dict[str, Any]], name: str, total: Decimal) -> None:
    """Shares *total* among *rows*, the rest to the first."""
    part = (total / len(rows)).to_integral_value() if rows else total
    for number, row in enumerate(rows):
        row[name] = part if number else total - part * (len(rows) - 1)
