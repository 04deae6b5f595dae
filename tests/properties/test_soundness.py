"""What is accepted can be finished, what is refused cannot: random processes before proofs, a judge and random people.

The judge (``oracle``) shares no code with the proofs. An accepted process is then played through the real ``act`` by
people who do whatever comes to their mind; a refused one has a story that the judge can follow into the trap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from engine.act import act, begin, set_seats
from engine.case import Actor, Cycle
from engine.errors import DefinitionError, Problem, Refused
from engine.library import load_texts
from engine.process import Process
from engine.proofs.course import prove_course
from engine.proofs.stories import Story
from tests.properties.generator import FINAL, Model, model, texts
from tests.properties.oracle import Judge, Verdict

#: So many processes, always the same ones: about a minute.
COUNT = 1_000
#: So many things random people try before they give up.
PATIENCE = 4_000

#: What the judge can tell too. Whatever else is wrong is a matter of other tests.
UNSOUND = {"E02", "E04", "E04round", "E05auto", "E19", "E19rater"}
STUCK = {"E04", "E04round", "E05auto", "E19"}
YEAR = Cycle(id="2025", start=date(2025, 1, 1), end=date(2025, 12, 31))


@dataclass(frozen=True)
class Judged:
    seed: int
    model: Model
    process: Process
    problems: tuple[Problem, ...]
    verdict: Verdict
    judge: Judge

    @property
    def accepted(self) -> bool:
        return not any(problem.code in UNSOUND for problem in self.problems)


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    return list(_judged())


def _judged() -> Iterator[Judged]:
    for seed in range(COUNT):
        made = model(Random(seed))
        try:
            (process,) = load_texts(texts(made)).processes.values()
        except DefinitionError as error:
            assert {p.code for p in error.problems if not p.warning} <= {"E03", "E20"}, error
            continue
        prove_course(process, {})
        judge = Judge(made)
        verdict = judge.verdict()
        if verdict is not None:
            yield Judged(seed, made, process, tuple(process.workflow.at.problems), verdict, judge)


def test_each_kind_of_process_is_a_fifth_of_them_at_least(judged: list[Judged]) -> None:
    shares = Counter(feature for each in judged for feature in each.model.features)
    refused = sum(not each.accepted for each in judged)
    told = ", ".join(f"{feature} {count / len(judged):.0%}" for feature, count in shares.most_common())
    print(f"\n{len(judged)} of {COUNT} processes judged, {refused / len(judged):.0%} refused; {told}")
    assert len(judged) >= COUNT * 0.9
    assert all(shares[feature] >= len(judged) / 5 for feature in ("parallel", "loop", "counter", "branch", "broken"))
    assert len(judged) / 5 <= refused <= len(judged) * 4 / 5


def test_the_proofs_and_the_judge_agree(judged: list[Judged]) -> None:
    differ = [each for each in judged if each.accepted != each.verdict.sound]
    assert not differ, [(each.seed, [problem.line() for problem in each.problems], each.verdict) for each in differ[:3]]


def test_a_coarser_look_at_large_processes_refuses_the_same(
    judged: list[Judged], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.proofs.space.DISTINCT", 0)
    for each in judged[:100]:
        (process,) = load_texts(texts(each.model)).processes.values()
        prove_course(process, {})
        found = {problem.code for problem in process.workflow.at.problems} & UNSOUND
        assert found == {problem.code for problem in each.problems} & UNSOUND, each.seed


def test_they_agree_which_stages_are_reached_and_which_wait_for_a_rater(judged: list[Judged]) -> None:
    for each in judged:
        stages = {stage.title.removeprefix("Tahap "): stage.id for stage in each.process.stages.values()}
        held_up = {stages[p.params["stage"].removeprefix("Tahap ")] for p in each.problems if p.code == "E19rater"}
        unreached = {p.params["stage"] for p in each.problems if p.code == "E02"}
        assert each.verdict.held_up - each.verdict.stuck <= held_up <= each.verdict.held_up, each.seed
        assert unreached <= each.verdict.unreached, each.seed
        if not each.verdict.stuck:
            assert unreached == each.verdict.unreached, each.seed


def test_every_refusal_has_a_story_that_leads_into_the_trap(judged: list[Judged]) -> None:
    followed = 0
    for each in judged:
        for problem in each.problems:
            if problem.code in STUCK:
                story = problem.params["story"]
                assert problem.text("id").startswith(story.text("id")) and problem.text("en").startswith(
                    story.text("en")
                )
                assert _leads_into_trap(each.judge, story), (each.seed, problem.line())
                followed += 1
    print(f"\n{followed} stories followed into the trap")
    assert followed > COUNT / 10


def _leads_into_trap(judge: Judge, story: Story) -> bool:
    """Whether some case to which *story* happens can never end."""
    after = judge.played()
    assert after is not None
    ends = judge.ending(after)
    cases = set(judge.first())
    for action in (step["action"] for step in story.data() for _ in range(step["times"])):
        cases = {made for case in cases for taken, made in after[case] if taken == action}
    return any(case not in ends for case in cases)


def test_random_people_walk_accepted_processes_to_their_end(judged: list[Judged]) -> None:
    accepted = [each for each in judged if each.accepted]
    tries = [_Walk(each.process, Random(each.seed)).to_the_end() for each in accepted]
    print(f"\n{len(accepted)} processes played to their end, {sum(tries) / len(tries):.0f} things tried on average, "
          f"{max(tries)} at most")  # fmt: skip
    lost = [each.seed for each, tried in zip(accepted, tries, strict=True) if tried >= PATIENCE]
    assert not lost


class _Walk:
    """One case in the hands of random people, while time goes by."""

    def __init__(self, process: Process, random: Random) -> None:
        self.process = process
        self.random = random
        self.now = datetime(2025, 1, 2, tzinfo=UTC)
        self.people = [f"rekan{number}" for number in range(random.randint(2, 3))]
        self.answered: set[tuple[int, str]] = set()
        case = begin(process, "kasus", YEAR, {}, self.now).case
        self.case = set_seats(process, case, Actor(role="admin", person="a"), "rekan", self.people, self.now).case

    def to_the_end(self) -> int:
        """How often somebody tried something until the case was at its end."""
        for tried in range(PATIENCE):
            if self.case.stage == FINAL:
                return tried
            self.somebody_tries()
        return PATIENCE

    def somebody_tries(self) -> None:
        """Somebody takes some action; perhaps it is refused. The system waits until a deadline has passed."""
        stage = self.process.stages[self.case.stage]
        action = self.random.choice(list(stage.actions.values()))
        role = self.random.choice(self.process.actors_of(stage, action))
        person = self.random.choice(self.people) if role == "rekan" else "" if role == self.process.system else role
        self.now += timedelta(days=30) if role == self.process.system else timedelta(hours=1)
        actor = Actor(role=role, person=person, answered=(self.case.entry, person) in self.answered)
        try:
            outcome = act(
                self.process, self.case, actor, action.id, self._answers(), self.now, answer=str(self.random.random())
            )
        except Refused:
            return
        if outcome.took_seat:
            self.answered.add((self.case.entry, person))
        self.case = outcome.case

    def _answers(self) -> dict[str, object]:
        number = Decimal(self.random.choice((30, 60, 90)))
        ya = self.random.random() < 0.5
        return {"nilai": number, "lain": number, "pilih": self.random.choice("abc"), "ya": ya}
