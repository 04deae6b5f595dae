"""Whole appraisals as stories: who did what, in the words of the forms, and what must come out.

A scenario goes through the real ``act``, step by step; ``run`` tells every difference. Time stands still: the clock is
at a stage's ``opens`` when it is entered, unless a step says ``after: 15d``. Answers to a collection stand beside the
steps under its id, and come in as soon as it is open. A step ``lihat_jawaban_TASK`` tries to read single answers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from engine import feel
from engine.access import reading_refusal
from engine.act import act, begin, set_seats
from engine.calls import FiredRow, fired_rows
from engine.case import Actor, Case, Cycle, Entry, Outcome
from engine.clock import opens_on
from engine.collecting import is_open, receive
from engine.errors import DefinitionError, Invalid, Place, Problem, Refusal, Refused
from engine.kinds import Acknowledgement, Choice, Day, Field, File, Ratings, Setting, Table
from engine.model import Action
from engine.process import Duty, Process
from engine.sheet import opening
from engine.source import read
from engine.timers import due_actions

#: Keys of ``expected`` that are not values of the case.
PATH, SCORES = "path", "scores"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One employee's appraisal as its author wrote it."""

    id: str
    workflow: str
    title: str
    employee: Mapping[str, Any]
    steps: Sequence[Mapping[str, Any]]
    expected: Mapping[str, Any]
    file: str = ""
    #: The code with which the case itself is refused, because the employee's data cannot be right.
    expect_error: str = ""
    #: Answers that stand beside the steps, by table field, handed to each form that has it.
    beside: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of a scenario: nothing in ``differences`` means that it passed."""

    scenario: Scenario
    differences: tuple[str, ...]
    case: Case
    entries: tuple[Entry, ...]
    #: What was reached: rows of tables that fired, refusals by stage or collection, and system acts after a deadline.
    fired: frozenset[FiredRow] = frozenset()
    refused: frozenset[tuple[str, str]] = frozenset()
    timed: frozenset[tuple[str, str]] = frozenset()


_KNOWN = {
    "id",
    "region",
    "workflow",
    "title",
    "title_id",
    "title_en",
    "employee",
    "steps",
    "expected",
    "expect_error",
    "hand",
}

#: What a scenario calls the answers of the public, whatever the collection's id.
COMMUNITY = "community"
#: A step that tries to read the single answers of the task whose id follows.
READING = "lihat_jawaban_"


def read_scenarios(text: str | bytes, file: str) -> list[Scenario]:
    """The scenarios of a file: JSON as handed over, or YAML beside a workflow. Raises ``DefinitionError``."""
    if file.endswith(".json"):
        return [_scenario(data, file) for data in _json(text, file).get("scenarios", ())]
    data = read(text, file).data
    common = {"workflow": data.get("scenarios", "")}
    return [_scenario({**common, **scenario}, file) for scenario in data.get("list", ())]


def _json(text: str | bytes, file: str) -> dict[str, Any]:
    try:
        data = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    except ValueError as error:
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        raise DefinitionError([Problem(Place(file, line, column), "D011")]) from None
    return data if isinstance(data, dict) else {}


def _scenario(data: Mapping[str, Any], file: str) -> Scenario:
    title = data.get("title") or data.get("title_id") or ""
    return Scenario(
        id=str(data.get("id", "?")),
        workflow=str(data.get("workflow", "")),
        title=title if isinstance(title, str) else title.get("id", ""),
        employee=data.get("employee", {}),
        steps=data.get("steps", ()),
        expected=data.get("expected", {}),
        file=file,
        expect_error=data.get("expect_error", ""),
        beside={name: value for name, value in data.items() if name not in _KNOWN},
    )


# --- playing ----------------------------------------------------------------------------------------------------------


def run(process: Process, scenario: Scenario) -> Result:
    """Play *scenario* through the engine, and compare what comes out."""
    player = Player(process, scenario)
    player.play()
    return player.result()


class Player:
    """Plays one scenario: remembers the case, its journal, the clock, and who has answered."""

    def __init__(self, process: Process, scenario: Scenario) -> None:
        self.process = process
        self.scenario = scenario
        self.differences: list[str] = []
        self.answered: set[str] = set()
        self.entries: tuple[Entry, ...] = ()
        start = process.workflow.cycle.start.on(date(2025, 1, 1)) if process.workflow.cycle else date(2025, 1, 1)
        self.cycle = Cycle(id="2025", start=start, end=start.replace(year=start.year + 1) - timedelta(days=1))
        self.now = datetime.combine(start, time(1), UTC)
        self.case = Case(id=scenario.id, workflow=process.id, definition=process.hash, cycle=self.cycle)
        self.received: set[str] = set()
        self.spent: dict[str, set[Any]] = {}
        self.fired: set[FiredRow] = set()
        self.refused: set[tuple[str, str]] = set()
        self.timed: set[tuple[str, str]] = set()

    def play(self) -> None:
        if not self.begun():
            return
        for role, people in self._raters().items():
            proposer = Actor(role=self.process.words.roles[role].confirmed_by[0], person="penyetuju")
            self._take(set_seats(self.process, self.case, proposer, role, people, self.now))
        for number, step in enumerate(self.scenario.steps, 1):
            self.step(number, step)

    def begun(self) -> bool:
        """Whether the case was opened; told where that is not what was expected."""
        wanted = self.scenario.expect_error
        try:
            outcome = begin(self.process, self.scenario.id, self.cycle, self._profiles(), self.now)
        except Refused as refused:
            if wanted not in refused.codes:
                self.differences.append(f"pegawai: ditolak dengan {refused}, seharusnya {wanted or 'diterima'}")
            return False
        if wanted:
            self.differences.append(f"pegawai: diterima, seharusnya ditolak dengan {wanted}")
            return False
        self._take(outcome)
        return True

    def result(self) -> Result:
        self.differences += compared(self.process, self.case, self.scenario.expected)
        return Result(
            scenario=self.scenario,
            differences=tuple(self.differences),
            case=self.case,
            entries=self.entries,
            fired=frozenset(self.fired),
            refused=frozenset(self.refused),
            timed=frozenset(self.timed),
        )

    def _profiles(self) -> dict[str, dict[str, Any]]:
        types = self.process.words.profile
        known = {name: value for name, value in self.scenario.employee.items() if name in types}
        return {self.process.subject: {name: _typed(self.process, types[name].type, v) for name, v in known.items()}}

    def _raters(self) -> dict[str, list[str]]:
        """The people of each role with several seats: those the steps name, and as many more as the least number."""
        found: dict[str, list[str]] = {}
        for name, role in self.process.words.roles.items():
            if role.seats.most == 1 or not role.confirmed_by:
                continue
            named = dict.fromkeys(s["rater"] for s in self.scenario.steps if s.get("rater") and s["actor"] == name)
            spare = (f"{name}_lain_{number}" for number in range(role.seats.least))
            found[name] = list(named) + [next(spare) for _ in range(role.seats.least - len(named))]
        return found

    def _take(self, outcome: Outcome) -> None:
        self.case = outcome.case
        self.entries += outcome.entries
        if outcome.reopened:
            self.answered.clear()
        opens = opens_on(self.process, self.case)
        if opens is not None:
            self.now = max(self.now + timedelta(minutes=1), datetime.combine(opens, time(1), UTC))
        self.collect()

    def collect(self) -> None:
        """Everybody answers a collection as soon as it is open."""
        for collection in self.process.by_stage.get("", ()):
            if collection.id in self.received or not is_open(self.process, self.case, collection.id):
                continue
            self.received.add(collection.id)
            for answers in public_answers(self.scenario, collection):
                self._receive(collection, answers)

    def _receive(self, collection: Duty, given: Mapping[str, Any]) -> None:
        """One answer, its registration filled in; refused or not as it says itself."""
        wanted = given.get("expect_error")
        name, action = next(iter(collection.actions.items()))
        actor = Actor(role=(action.actor or collection.actor)[0])
        number = f"{collection.ticket}-{sum(e.event == 'received' for e in self.entries) + 1:03d}"
        written = {key: value for key, value in given.items() if key in collection.fields}
        known = registration(collection, self.case.cycle.day_of(self.now), str(len(self.entries)))
        values = {**known, **dict(typed_form(collection, written))}
        spent = frozenset(n for n in collection.once if values.get(n) in self.spent.setdefault(n, set()))
        try:
            with fired_rows() as fired:
                outcome = receive(
                    self.process, self.case, collection.id, actor, name, values, self.now,
                    answer=f"{len(self.entries):08d}", number=str(given.get("nomor") or number), spent=spent,
                )  # fmt: skip
        except Refused as refused:
            self.refused |= {(collection.id, code) for code in refused.codes}
            if wanted not in refused.codes:
                self.differences.append(f"{collection.id}: ditolak dengan {refused}, seharusnya {wanted or 'diterima'}")
            return
        if wanted:
            self.differences.append(f"{collection.id}: diterima, seharusnya ditolak dengan {wanted}")
        self.fired |= fired
        for name in collection.once:
            self.spent[name].add(values.get(name))
        self._take(outcome)

    def step(self, number: int, step: Mapping[str, Any]) -> None:
        where = f"langkah {number} ({step['action']})"
        if step.get("after"):
            self.now += timedelta(days=int(str(step["after"]).removesuffix("d")))
        if self._happened(step):
            return
        if self.case.stage != step["stage"]:
            self.differences.append(f"{where}: tahap {self.case.stage}, seharusnya {step['stage']}")
            return
        wanted = step.get("expect_error")
        late = step["action"] in due_actions(self.process, self.case, self.now)
        try:
            with fired_rows() as fired:
                outcome = self._act(step)
        except Refused as refused:
            self.refused |= {(self.case.stage, code) for code in refused.codes}
            if wanted not in refused.codes:
                self.differences.append(f"{where}: ditolak dengan {refused}, seharusnya {wanted or 'diterima'}")
            return
        if wanted:
            self.differences.append(f"{where}: diterima, seharusnya ditolak dengan {wanted}")
        self.fired |= fired
        if late and step["actor"] == self.process.system:
            self.timed.add((self.case.stage, step["action"]))
        self._take(outcome)
        if outcome.took_seat:
            self.answered.add(step.get("rater", step["actor"]))

    def _happened(self, step: Mapping[str, Any]) -> bool:
        """Whether the system has taken this step by itself already."""
        if step["actor"] != self.process.system or self.case.stage == step["stage"]:
            return False
        return any(e.action == step["action"] and e.role == self.process.system for e in self.entries[-3:])

    def _act(self, step: Mapping[str, Any]) -> Outcome:
        if step["action"].startswith(READING):
            return self._read(step)
        person = step.get("rater", step["actor"])
        actor = Actor(role=step["actor"], person=person, answered=person in self.answered)
        action = self.process.stages[self.case.stage].actions.get(step["action"])
        values: dict[str, Any] = {}
        if action is not None:
            form = step["form"] or {}
            values = self.values(actor, action, form)
            if not step.get("expect_error"):
                duty = self.process.duty_of(self.case.stage, action, actor.role)
                strays = [f"formulir tidak mempunyai isian {name}" for name in _strays(duty, form)]
                self.differences += [f"{action.id}: {stray}" for stray in strays]
        answer = f"{len(self.entries):08d}"
        return act(self.process, self.case, actor, step["action"], values, self.now, answer=answer)

    def _read(self, step: Mapping[str, Any]) -> Outcome:
        """Nothing follows from reading, unless it is refused."""
        duty = self.process.duties[step["action"].removeprefix(READING)]
        refusal = reading_refusal(self.case, duty, [step["actor"]])
        if refusal:
            raise Refused(refusal)
        return Outcome(case=self.case, entries=())

    def values(self, actor: Actor, action: Action, form: Mapping[str, Any]) -> dict[str, Any]:
        duty = self.process.duty_of(self.case.stage, action, actor.role)
        today = self.case.cycle.day_of(self.now)
        values = opening(self.process, self.case, actor, action, today, afresh=True)
        mine = duty.submitted_by(action, actor.role)
        beside = {name: rows_of(mine[name], v) for name, v in self.scenario.beside.items() if name in mine}
        try:
            return {**values, **dict(typed_form(duty, {**beside, **form}))}
        except Invalid as invalid:
            raise Refused(Refusal(invalid.code)) from None


def rows_of(item: Field, value: Any) -> Any:
    """What stands beside the steps, as the rows of a table: one of them may stand alone, or be left out."""
    if not isinstance(item, Table) or isinstance(value, list):
        return value
    return [value] if value else []


def public_answers(scenario: Scenario, collection: Duty) -> Sequence[Mapping[str, Any]]:
    """What people without an account say to *collection* in *scenario*."""
    given = scenario.beside.get(collection.id)
    return given or (scenario.beside.get(COMMUNITY) or () if collection.anonymous else ())


def registration(collection: Duty, today: date, mark: str) -> dict[str, Any]:
    """What a scenario leaves out of a public answer: a new code, some option, *today*, every box ticked."""
    found: dict[str, Any] = {}
    for name, item in collection.fields.items():
        if item.optional or not item.asked:
            continue
        if isinstance(item, Acknowledgement):
            found[name] = True
        elif isinstance(item, Day):
            found[name] = today
        elif isinstance(item, Choice) and collection.settings[name].options:
            found[name] = next(iter(collection.settings[name].options))
        elif item.unique:
            found[name] = f"{name}-{mark}"
    return found


def typed_form(duty: Duty, form: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The values of a form as a scenario writes them, each as its field's kind reads it."""
    items = {key: item for item in duty.fields.values() if isinstance(item, Ratings) for key in _keys(duty, item)}
    for name, value in form.items():
        item = duty.fields.get(name) or items.get(name)
        setting = duty.settings.get(name, Setting())
        yield name, value if item is None else typed(item, setting, value)


def _strays(duty: Duty, form: Mapping[str, Any]) -> Iterator[str]:
    """What *form* answers that is not asked there: a slip in the scenario, or a field that has another name by now."""
    items = {key for item in duty.fields.values() if isinstance(item, Ratings) for key in _keys(duty, item)}
    for name, value in form.items():
        item = duty.fields.get(name)
        if item is None and name not in items:
            yield name
        elif isinstance(item, Table) and isinstance(value, list):
            row = duty.settings[name].item
            known = {*item.columns, *(row.members if isinstance(row, feel.Context) else ())}
            rows = (cell for cell in value if isinstance(cell, dict))
            yield from (
                f"{name}.{column}" for column in dict.fromkeys(c for one in rows for c in one) if column not in known
            )


def _keys(duty: Duty, item: Ratings) -> Sequence[str]:
    return list(duty.settings[item.id].columns)


def typed(item: Field, setting: Setting, value: Any) -> Any:
    """One value of a scenario as *item* would read it from a page."""
    if value is None:
        return None
    if isinstance(item, File):
        return {"id": str(value), "name": str(value), "size": Decimal(1)}
    if isinstance(item, Table):
        return _typed_table(item, setting, value)
    if isinstance(value, list):
        return item.parse([str(v) for v in value], setting)
    return item.parse([_text(value)], setting)


def _typed_table(table: Table, setting: Setting, value: Any) -> Any:
    if isinstance(value, dict):
        column = table.answered()[0]
        return {key: typed(column, setting.columns[column.id], answer) for key, answer in value.items()}
    return [
        {name: typed(table.columns[name], setting.columns[name], cell) if name in table.columns else cell
         for name, cell in row.items()} for row in value
    ]  # fmt: skip


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _typed(process: Process, word: str, value: Any) -> Any:
    """A profile value by its type word."""
    if value in (None, ""):
        return None
    if word == "number":
        return Decimal(str(value))
    return value if isinstance(value, bool) or word != "boolean" else value == "true"


# --- comparing --------------------------------------------------------------------------------------------------------


def compared(process: Process, case: Case, expected: Mapping[str, Any]) -> Iterator[str]:
    """Every difference between *case* and what was expected of it."""
    for key, wanted in expected.items():
        if key == PATH:
            if list(case.path) != list(wanted):
                yield f"path: {' → '.join(case.path)}, seharusnya {' → '.join(wanted)}"
        elif key == SCORES:
            for name, score in wanted.items():
                yield from _compared(process, case, name, score)
        else:
            yield from _compared(process, case, key, wanted)


def _compared(process: Process, case: Case, name: str, wanted: Any) -> Iterator[str]:
    if name not in process.values:
        yield f"{name}: tidak ada nilai dengan nama ini"
        return
    found = case.values.get(name)
    if not same(found, wanted):
        yield f"{name}: {found}, seharusnya {wanted}"


def same(found: Any, wanted: Any) -> bool:
    """Whether a value is what a scenario says, where numbers may be written as texts."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        return all(same(found.get(name), value) for name, value in wanted.items())
    if isinstance(found, list) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(same(f, w) for f, w in zip(found, wanted, strict=True))
    if isinstance(found, bool):
        return _text(wanted) == _text(found)
    if isinstance(found, Decimal):
        return _number(wanted) == found
    return (found or None) == (wanted if wanted not in ("", "null") else None)


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
