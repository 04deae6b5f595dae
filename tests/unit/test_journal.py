"""Folding a journal gives the case: for the worked examples, and for random people who do random things."""

import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from engine.act import act, begin, set_seats
from engine.case import Actor, Case, Entry, Outcome
from engine.errors import Refused
from engine.journal import advance, fold
from engine.scenario import run
from engine.scope import CaseScope
from tests.shipped import FILES as STORIES
from tests.shipped import processes, stories
from tests.unit.definitions import FILES, NOW, YEAR, process_of
from tests.unit.test_act import MARKS, PLAN, RATING


@pytest.mark.parametrize("file", STORIES, ids=lambda file: file.stem)
def test_the_journal_of_every_worked_example_folds_to_its_case(file: Path) -> None:
    scenarios = [s for s in stories(file.stem) if not s.expect_error]
    assert scenarios
    for scenario in scenarios:
        result = run(processes()[scenario.workflow], scenario)
        assert result.differences == ()
        assert fold(processes()[scenario.workflow], scenario.id, result.entries) == result.case


@pytest.mark.parametrize("file", STORIES, ids=lambda file: file.stem)
def test_values_that_are_carried_over_are_what_they_would_be_worked_out_afresh(file: Path) -> None:
    carried = 0
    for scenario in (s for s in stories(file.stem) if not s.expect_error):
        process = processes()[scenario.workflow]
        case = fold(process, scenario.id, [])
        for entry in run(process, scenario).entries:
            before, case = case, advance(process, case, entry).case
            afresh = CaseScope(process, case)
            assert case.values == {name: afresh[name] for name in process.values if afresh[name] is not None}
            carried += len(CaseScope.after(process, before, case))
    assert carried


def test_what_entries_note_is_not_read() -> None:
    scenario = stories(STORIES[0].stem)[0]
    process = processes()[scenario.workflow]
    result = run(process, scenario)
    bare = [replace(entry, noted={"to": "lain", "values": {"x": 1}}) for entry in result.entries]
    assert fold(process, scenario.id, bare) == result.case


PROCESS = process_of(FILES)
ANSWERS: list[dict[str, Any]] = [
    {}, PLAN, MARKS, RATING, {"alasan": "Lengkapi"}, {**RATING, "setuju": "tidak", "nilai_ubah": None},
    {**RATING, "dinilai": {}},
]  # fmt: skip


class Walk:
    """A case in the hands of people who try anything."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.now = NOW
        self.entries: list[Entry] = []
        self.take(begin(PROCESS, "kasus", YEAR, {"pegawai": {"golongan": "III"}}, NOW))

    def take(self, outcome: Outcome) -> None:
        self.case = outcome.case
        self.entries += outcome.entries

    def step(self) -> None:
        self.now += timedelta(hours=self.dice.choice([1, 30, 400]))
        actor = Actor(role=self.dice.choice(list(PROCESS.words.roles)), person=f"orang {self.dice.randrange(3)}")
        actions = [*PROCESS.stages[self.case.stage].actions, "_isi"]
        try:
            if self.dice.random() < 0.1:
                people = [f"r{number}" for number in range(self.dice.randrange(5))]
                self.take(set_seats(PROCESS, self.case, actor, "rekan", people, self.now))
            else:
                action, values = self.dice.choice(actions), self.dice.choice(ANSWERS)
                answer = f"{self.dice.randrange(10**9):09d}"
                self.take(act(PROCESS, self.case, actor, action, values, self.now, answer=answer))
        except Refused:
            return


@given(some.integers(min_value=0, max_value=2**32))
@settings(max_examples=40, deadline=None)
def test_whatever_people_do_the_journal_folds_to_the_case(seed: int) -> None:
    walk = Walk(seed)
    for _ in range(120):
        before = walk.case
        walk.step()
        check(before, walk)
    assert fold(PROCESS, "kasus", walk.entries) == walk.case


def check(before: Case, walk: Walk) -> None:
    """What holds after every step, whoever took it."""
    assert walk.case.version == len(walk.entries)
    assert walk.case.version >= before.version
    assert walk.case.path[: len(before.path)] == before.path
    assert walk.case.open <= {duty.id for duty in PROCESS.by_stage[walk.case.stage]}
    if before.locked:
        assert walk.case.values.items() >= before.values.items()


def test_the_walks_get_somewhere() -> None:
    stages = set()
    for seed in range(40):
        walk = Walk(seed)
        for _ in range(120):
            walk.step()
        stages |= set(walk.case.path)
    assert stages == set(PROCESS.stages)
