"""An independent judge of random processes: it plays every possibility of a model with a few concrete answers.

Shares nothing with the checker, nor with the engine: it reads the generator's model and knows the language by heart.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.properties.generator import FINAL, LIMITS, Action, Cond, Model, Stage, asked

#: Answers that make a difference: a score below, between and above the limits.
NUMBERS = (LIMITS[0] - 20, (LIMITS[0] + LIMITS[1]) // 2, LIMITS[1] + 20)
CHOICES = ("a", "b", "c")
SEATS = (2, 3)
LIMIT = 3_000


class Case(NamedTuple):
    """``open``: how many are still to answer, by task. ``answers``: by piece of work, its (number, choice, yes)."""

    stage: str
    seats: int
    open: tuple[tuple[str, int], ...]
    given: frozenset[str]
    answers: tuple[tuple[str, tuple[Any, ...]], ...]
    counts: tuple[tuple[tuple[str, str], int], ...]
    seen: frozenset[str]


class Verdict(NamedTuple):
    """``unreached`` stages; ``stuck`` stages whose cases cannot end; ``held_up``: by a rater who never answers."""

    unreached: frozenset[str]
    stuck: frozenset[str]
    held_up: frozenset[str]

    @property
    def sound(self) -> bool:
        return not (self.unreached or self.stuck or self.held_up)


class Judge:
    """Plays one model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        conditions = [c for s in model.stages for a in s.actions for c in _conditions(a)]
        atoms = [atom for condition in conditions for atom in _atoms(condition)]
        #: What is ever asked of a piece of work: which of its answers, which counters up to what.
        self.asked: dict[str, set[str]] = {}
        self.counted: dict[tuple[str, str], int] = {}
        for kind, *what in atoms:
            if kind == "count":
                key = (what[0], what[1])
                self.counted[key] = max(self.counted.get(key, 0), what[3] + 1)
            elif kind != "given":
                self.asked.setdefault(self.work(what[0]), set()).add(kind)

    def work(self, name: str) -> str:
        return name if "_" in name else asked(self.model.stage(name))

    # --- judging ---

    def verdict(self) -> Verdict | None:
        """What is wrong with the model; ``None`` if there is too much to play."""
        after = self.played()
        if after is None:
            return None
        ends = {case for case in after if case.stage == FINAL}
        good = self.ending(after)
        stages = {stage.id for stage in self.model.stages}
        return Verdict(
            unreached=frozenset(stages - {case.stage for case in after} | ({FINAL} if not ends else set())),
            stuck=frozenset(case.stage for case in after if case not in good),
            held_up=frozenset(stage.id for stage in self.model.stages if self._holds_up(stage, after)),
        )

    @staticmethod
    def ending(after: dict[Case, list[tuple[str, Case]]]) -> set[Case]:
        """The cases that can still be brought to their end."""
        return _leading_to(after, {case for case in after if case.stage == FINAL})

    def played(self) -> dict[Case, list[tuple[str, Case]]] | None:
        """Every case that can come about, with what can be made of it and by which action."""
        waiting = list(self.first())
        after: dict[Case, list[tuple[str, Case]]] = {}
        while waiting:
            case = waiting.pop()
            if case in after:
                continue
            after[case] = list(self.moves(case))
            if len(after) > LIMIT:
                return None
            waiting += [made for _, made in after[case]]
        return after

    def first(self) -> Iterator[Case]:
        for seats in SEATS:
            blank = Case("", seats, (), frozenset(), (), tuple((key, 0) for key in sorted(self.counted)), frozenset())
            yield self.entered(blank, self.model.stages[0].id)

    def _holds_up(self, stage: Stage, after: dict[Case, list[tuple[str, Case]]]) -> bool:
        many = {task for task, role in stage.tasks if role == "rekan"}
        waiting = [case for case in after if case.stage == stage.id and any(n and t in many for t, n in case.open)]
        leaving = {action.id for action in stage.actions if action.routes}
        return bool(waiting) and not any(action in leaving for case in waiting for action, _ in after[case])

    # --- playing ---

    def moves(self, case: Case) -> Iterator[tuple[str, Case]]:
        if case.stage == FINAL:
            return
        stage = self.model.stage(case.stage)
        complete = all(left == 0 for _, left in case.open) and (stage.tasks != () or stage.actor == "")
        for action in stage.actions:
            if "entry" in action.auto or ("complete" in action.auto and complete):
                made = list(self._taken(case, stage, action, "sistem", eager=True))
                yield from made
                if made:
                    return
                break
        for action in stage.actions:
            for role in action.actors or self._workers(stage):
                if role != "sistem" or ("deadline" in action.auto and stage.deadline):
                    yield from self._taken(case, stage, action, role, eager=False)

    @staticmethod
    def _workers(stage: Stage) -> list[str]:
        return [role for _, role in stage.tasks] or [stage.actor]

    def _taken(self, case: Case, stage: Stage, action: Action, role: str, *, eager: bool) -> Iterator[tuple[str, Case]]:
        task = next((t for t, r in stage.tasks if r == role and not action.actors), "")
        if action.routes is None and (not task or dict(case.open)[task] == 0):
            return
        work = task or stage.id
        own = role == stage.actor or bool(task)
        submits = not action.without_form and (own or not stage.actor)
        counted = tuple(
            (key, min(n + 1, self.counted[key]) if key[0] == work and key[1] in ("", action.id) else n)
            for key, n in case.counts
        )
        for answers in self._answers(case, work) if submits and own and role != "sistem" else [case.answers]:
            after = case._replace(answers=answers, counts=counted)
            after = self._handed_in(after, work, task) if submits else after
            if action.routes is None and not submits:
                after = self._handed_in(after, "", task)
            if not eager and action.show and not self.holds(action.show, after):
                continue
            if action.require and not self.holds(action.require, after):
                continue
            if action.routes is None:
                yield action.id, after
            else:
                target = next(t for condition, t in action.routes if condition is None or self.holds(condition, after))
                yield action.id, self.entered(after, target)

    def _answers(self, case: Case, work: str) -> Iterator[tuple[tuple[str, tuple[Any, ...]], ...]]:
        kinds = self.asked.get(work, set())
        if not kinds:
            yield case.answers
            return
        for number in NUMBERS if "number" in kinds else (None,):
            for choice in CHOICES if "choice" in kinds else (None,):
                for yes in (True, False) if "yes" in kinds else (None,):
                    yield tuple(sorted({**dict(case.answers), work: (number, choice, yes)}.items()))

    def _handed_in(self, case: Case, work: str, task: str) -> Case:
        left = dict(case.open)
        role = dict(self.model.stage(case.stage).tasks).get(task)
        if task and left[task]:
            left[task] -= 1
        enough = role != "rekan" or case.seats - left[task] >= 2
        given = case.given | {work} if work and enough else case.given
        return case._replace(open=tuple(sorted(left.items())), given=given)

    def entered(self, case: Case, target: str) -> Case:
        stage = None if target == FINAL else self.model.stage(target)
        left, given, answers = {}, set(case.given), dict(case.answers)
        for task, role in stage.tasks if stage else ():
            kept = target in case.seen and task in stage.keep and task in case.given
            left[task] = 0 if kept else case.seats if role == "rekan" else 1
            if role == "rekan" and not kept:
                given.discard(task)
                answers.pop(task, None)
        keeps = stage is not None and stage.keep
        return case._replace(
            stage=target,
            open=tuple(sorted(left.items())),
            given=frozenset(given),
            answers=tuple(sorted(answers.items())),
            seen=case.seen | {target} if keeps else case.seen,
        )

    # --- conditions ---

    def holds(self, condition: Cond, case: Case) -> bool:
        kind, *what = condition
        if kind == "and":
            return all(self.holds(part, case) for part in what)
        if kind == "or":
            return any(self.holds(part, case) for part in what)
        if kind == "count":
            return _compare(dict(case.counts)[what[0], what[1]], what[2], what[3])
        work = self.work(what[0])
        if work not in case.given or kind == "given":
            return work in case.given and kind == "given"
        number, choice, yes = dict(case.answers).get(work, (None, None, None))
        if kind == "number":
            return number is not None and _compare(number, what[1], what[2])
        if kind == "choice":
            return choice is not None and _compare(choice, what[1], what[2])
        return yes is True


_COMPARISONS = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq, "!=": operator.ne
}  # fmt: skip


def _compare(left: Any, sign: str, right: Any) -> bool:
    return bool(_COMPARISONS[sign](left, right))


def _conditions(action: Action) -> Iterator[Cond]:
    yield from (c for c in (action.show, action.require, *(c for c, _ in action.routes or ())) if c)


def _atoms(condition: Cond) -> Iterator[Cond]:
    if condition[0] in ("and", "or"):
        for part in condition[1:]:
            yield from _atoms(part)
    else:
        yield condition


def _leading_to(after: dict[Case, list[tuple[str, Case]]], ends: set[Case]) -> set[Case]:
    before: dict[Case, list[Case]] = {}
    for case, made in after.items():
        for _, other in made:
            before.setdefault(other, []).append(case)
    found, waiting = set(ends), list(ends)
    while waiting:
        for case in before.get(waiting.pop(), ()):
            if case not in found:
                found.add(case)
                waiting.append(case)
    return found
