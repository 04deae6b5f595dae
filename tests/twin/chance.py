"""Cases and forms filled in at random, the same in every run: what somebody could have typed, sensible or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from engine.act import begin
from engine.case import Actor, Case, Cycle
from engine.kinds import Choice, Computed, Day, Field, File, Number, Ratings, Scale, Setting, Several, Table, YesNo
from engine.model import Action
from engine.process import Duty, Process
from engine.sheet import sheet

YEAR = Cycle(id="2026", start=date(2026, 1, 1), end=date(2026, 12, 31))
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)


def forms(process: Process) -> Iterator[tuple[Duty, Action, str]]:
    """Every form of *process* once for each role that fills it in."""
    for duty in process.duties.values():
        for action in duty.actions.values():
            for role in action.actor or duty.actor:
                if role != process.system and duty.stage and duty.submitted_by(action, role):
                    yield duty, action, role


class Chance:
    """Random answers from one seed."""

    def __init__(self, seed: object) -> None:
        self.random = Random(str(seed))

    def case(self, process: Process) -> Case:
        """A case in which most tasks have been answered, each with what its form could have held then."""
        profile = {name: self.profile(process, item.type) for name, item in process.words.profile.items()}
        case = begin(process, "kasus", YEAR, {process.subject: profile}, NOW).case
        for duty, action, role in forms(process):
            if not duty.many and self.random.random() < 0.8:
                case = self.filled(process, case, duty, action, role).case
        stages = tuple(process.stages)
        return replace(case, path=stages[: self.random.randint(1, len(stages))])

    def filled(self, process: Process, case: Case, duty: Duty, action: Action, role: str) -> Any:
        """The sheet of a form with random inputs; those are its ``inputs``."""
        case = replace(case, stage=duty.stage)
        inputs = dict(self.inputs(process, case, duty, action, role))
        return sheet(process, case, Actor(role=role, person="orang"), action, inputs, NOW)

    def inputs(self, process: Process, case: Case, duty: Duty, action: Action, role: str) -> Iterator[tuple[str, Any]]:
        given = sheet(process, case, Actor(role=role, person="orang"), action, {}, NOW).given
        for name, item in duty.submitted_by(action, role).items():
            if not item.asked or (item.writers is not None and role not in item.writers):
                continue
            setting = duty.settings[name]
            if isinstance(item, Ratings):
                yield from ((key, self.value(item, setting)) for key in setting.columns)
            elif isinstance(item, Table):
                yield name, self.rows(item, setting, given.get(name))
            else:
                yield name, self.value(item, setting)

    def rows(self, table: Table, setting: Setting, given: Any) -> list[dict[str, Any]]:
        """Rows as a form would read them: those of a source by key, own ones as many as chance has it."""
        keys = (
            [{setting.key: row[setting.key]} for row in given or ()]
            if table.from_
            else [{}] * self.random.randint(0, 4)
        )
        return [{**key, **{c.id: self.value(c, setting.columns[c.id]) for c in table.answered()}} for key in keys]

    def value(self, item: Field, setting: Setting) -> Any:
        """What somebody could have typed into a field; nothing, one time in five."""
        if self.random.random() < 0.2 or isinstance(item, File):
            return None
        if isinstance(item, Scale):
            return Decimal(self.random.choice([*setting.options, "2"]))
        if isinstance(item, Number):
            return self.number()
        if isinstance(item, Day):
            return self.day()
        if isinstance(item, YesNo):
            return self.random.random() < 0.5
        if isinstance(item, Choice):
            codes = [*setting.options, "lain"]
            several = self.random.sample(codes, self.random.randint(1, len(codes)))
            return several if isinstance(item, Several) else several[0]
        return None if isinstance(item, Computed) else self.text()

    def number(self) -> Decimal:
        whole = self.random.choice([0, 1, 2, 3, 5, 20, 25, 40, 60, 70, 75, 95, 100, self.random.randint(-5, 200)])
        places = self.random.choice([0, 0, 0, 1, 2, 3, 6])
        return Decimal(whole) + Decimal(self.random.randint(0, 10**places - 1)).scaleb(-places)

    def day(self) -> date:
        return YEAR.start + timedelta(days=self.random.randint(-400, 800))

    def text(self) -> str:
        return self.random.choice(["", "a", "Rapat kerja", "Guru Ahli Muda", 'dua "kata"', "é😀", "x" * 40])

    def profile(self, process: Process, word: str) -> Any:
        """A member of a profile, of the type that *word* means."""
        choices = process.words.choices
        if self.random.random() < 0.2 or word == "employee_number":
            return None
        if word in choices:
            return self.random.choice(list(choices[word].options))
        made = {"number": self.number, "date": self.day, "boolean": lambda: self.random.random() < 0.5}
        return made.get(word, self.text)()

    def name(self, texts: list[str]) -> Any:
        """A value for a name of which nothing is known but the *texts* that an expression compares."""
        kinds = [self.number, self.number, self.number, lambda: None, lambda: self.random.random() < 0.5, self.text]
        kinds += [lambda: self.random.choice(texts)] * 4 if texts else []
        kinds += [lambda: [self.number() for _ in range(self.random.randint(0, 4))]]
        return self.random.choice(kinds)()
