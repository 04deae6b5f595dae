"""Random processes, sound and broken: as a small model, and as the YAML that says the same.

The model is all that the oracle sees. Every stage asks a number, a choice and a yes or no; conditions ask these of any
stage, how often something was done, and whether something was answered at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

#: A condition: ``(kind, *what)``; see ``written``.
Cond = tuple

LIMITS = (50, 70)
OPTIONS = ("a", "b", "c")
FINAL = "akhir"
PEOPLE = ("pegawai", "atasan", "penilai", "admin")


@dataclass(frozen=True)
class Action:
    id: str
    actors: tuple[str, ...] = ()
    auto: tuple[str, ...] = ()
    without_form: bool = False
    show: Cond | None = None
    require: Cond | None = None
    #: ``None``: the case stays.
    routes: tuple[tuple[Cond | None, str], ...] | None = None


@dataclass(frozen=True)
class Stage:
    id: str
    actor: str = ""
    #: Task id to role; ``rekan`` has several seats.
    tasks: tuple[tuple[str, str], ...] = ()
    keep: frozenset[str] = frozenset()
    actions: tuple[Action, ...] = ()
    deadline: bool = False


@dataclass(frozen=True)
class Model:
    stages: tuple[Stage, ...]
    features: frozenset[str] = field(default_factory=frozenset)

    def stage(self, name: str) -> Stage:
        return next(stage for stage in self.stages if stage.id == name)


# --- making -----------------------------------------------------------------------------------------------------------


def model(random: Random) -> Model:
    """A process of two to five stages; about half of them are then broken somewhere."""
    count = random.choice((2, 3, 3, 4, 4, 5))
    made = _Maker(random, [f"s{number}" for number in range(count)])
    stages = [made.stage(index) for index in range(count)]
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        index = random.randrange(count)
        stages[index] = made.broken(stages[index])
        made.features.add("broken")
    return Model(tuple(_plain(stage) for stage in stages), frozenset(made.features))


def _plain(stage: Stage) -> Stage:
    """*stage* without routes that lead where the last one leads anyway."""
    actions = tuple(
        replace(action, routes=tuple(r for r in action.routes if r[0] is None or r[1] != action.routes[-1][1]))
        if action.routes
        else action
        for action in stage.actions
    )
    return replace(stage, actions=actions)


class _Maker:
    def __init__(self, random: Random, names: list[str]) -> None:
        self.random = random
        self.names = names
        self.features: set[str] = set()
        #: The stages at which nothing is asked.
        self.automatic: set[str] = set()

    def stage(self, index: int) -> Stage:
        name, chance = self.names[index], self.random.random()
        following = self.names[index + 1] if index + 1 < len(self.names) else FINAL
        if chance < 0.25:
            return self.parallel(name, index, following)
        if chance < 0.35 and index:
            self.features.add("automatic")
            self.automatic.add(name)
            act = Action(f"{name}_hitung", ("sistem",), ("entry",), routes=self.routes(index, following))
            return Stage(name, "sistem", actions=(act,))
        return self.single(name, index, following)

    def single(self, name: str, index: int, following: str) -> Stage:
        actions = [Action(f"{name}_kirim", routes=self.routes(index, following))]
        if index and self.random.random() < 0.5:
            actions.append(self.returning(name, index))
        if self.random.random() < 0.3:
            actions.append(self.choice_of_ways(name, index, following))
            if self.random.random() < 0.5:
                actions[0] = replace(actions[0], show=_opposite(actions[-1].show))
        deadline = self.random.random() < 0.2
        if deadline:
            late = Action(f"{name}_lewat", ("sistem",), ("deadline",), without_form=True, routes=((None, following),))
            actions.append(late)
        return Stage(name, self.random.choice(PEOPLE), actions=tuple(actions), deadline=deadline)

    def returning(self, name: str, index: int) -> Action:
        """Back to an earlier stage, mostly a limited number of times."""
        self.features.add("loop")
        target = self.random.choice(self.names[:index])
        limit = None
        if self.random.random() < 0.7:
            self.features.add("counter")
            limit = ("count", name, f"{name}_balik", "<=", self.random.randint(1, 2))
        show = self.condition(index) if self.random.random() < 0.2 else None
        return Action(f"{name}_balik", without_form=True, show=show, require=limit, routes=((None, target),))

    def choice_of_ways(self, name: str, index: int, following: str) -> Action:
        """Another way on, offered only if something holds."""
        later = [*self.names[index + 1 :], FINAL]
        show = self.condition(index - 1) if index else ("yes", name)
        return Action(f"{name}_langsung", show=show, routes=((None, self.random.choice(later)),))

    def parallel(self, name: str, index: int, following: str) -> Stage:
        self.features.add("parallel")
        roles = self.random.sample(["pegawai", "atasan", "penilai"], self.random.randint(1, 2))
        roles += ["rekan"] if self.random.random() < 0.6 else []
        tasks = tuple((f"{name}_t{number}", role) for number, role in enumerate(roles))
        keep = frozenset(task for task, _ in tasks if self.random.random() < 0.3)
        auto = self.random.choice((("complete",), ("complete", "deadline"), ("complete", "deadline"), ("deadline",)))
        actors = ("sistem", "admin") if self.random.random() < 0.4 else ("sistem",)
        require = ("given", tasks[0][0]) if self.random.random() < 0.4 else None
        close = Action(f"{name}_tutup", actors, auto, require=require, routes=self.routes(index, following))
        answer = Action(f"{name}_jawab")
        return Stage(name, tasks=tasks, keep=keep, actions=(answer, close), deadline=True)

    def routes(self, index: int, following: str) -> tuple[tuple[Cond | None, str], ...]:
        """On to the next stage; sometimes elsewhere first, forward or back, if something holds."""
        if self.random.random() < 0.6:
            return ((None, following),)
        self.features.add("branch")
        back = index and self.random.random() < 0.4
        others = self.names[:index] if back else [*self.names[index + 1 :], FINAL]
        condition = self.condition(index)
        if back:
            self.features.add("loop")
            if self.random.random() < 0.7:
                self.features.add("counter")
                condition = ("and", condition, ("count", self.names[index], "", "<", self.random.randint(2, 3)))
        return ((condition, self.random.choice(others)), (None, following))

    def condition(self, index: int) -> Cond:
        """Something about a stage up to *index*."""
        kind = self.random.choice(("number", "number", "choice", "choice", "yes", "given", "count", "count", "pair"))
        asking = [name for name in self.names[: index + 1] if name not in self.automatic]
        stage = self.random.choice(asking)
        if kind == "number":
            return (kind, stage, self.random.choice(("<", ">=")), self.random.choice(LIMITS))
        if kind == "choice":
            return (kind, stage, self.random.choice(("=", "!=")), self.random.choice(OPTIONS))
        if kind == "count":
            self.features.add("counter")
            return (kind, stage, "", self.random.choice(("<", ">", "=")), self.random.randint(1, 2))
        if kind == "pair":
            return (self.random.choice(("and", "or")), self.condition(index), self.condition(index))
        return (kind, stage)

    # --- breaking ---

    def broken(self, stage: Stage) -> Stage:
        """*stage* with one thing wrong: an action lost or led astray, a condition that was not thought through."""
        index = self.random.randrange(len(stage.actions))
        action = stage.actions[index]
        kind = self.random.choice(("drop", "redirect", "hide", "demand", "unbound", "impatient"))
        if kind == "drop" and sum(other.routes is not None for other in stage.actions) > 1:
            return replace(stage, actions=(*stage.actions[:index], *stage.actions[index + 1 :]))
        if kind == "redirect" and action.routes:
            routes = (*action.routes[:-1], (None, self.random.choice([*self.names, FINAL])))
            return self._with(stage, index, replace(action, routes=routes))
        if kind == "hide" and "entry" not in action.auto and "complete" not in action.auto:
            return self._with(stage, index, replace(action, show=self.condition(len(self.names) - 1)))
        if kind == "unbound":
            return self._with(stage, index, replace(action, require=None))
        if kind == "impatient" and stage.tasks and "deadline" in stage.actions[-1].auto:
            close = replace(stage.actions[-1], auto=("complete",), actors=("sistem",))
            return replace(stage, actions=(*stage.actions[:-1], close))
        return self._with(stage, index, replace(action, require=self.condition(len(self.names) - 1)))

    @staticmethod
    def _with(stage: Stage, index: int, action: Action) -> Stage:
        return replace(stage, actions=(*stage.actions[:index], action, *stage.actions[index + 1 :]))


def _opposite(condition: Cond | None) -> Cond | None:
    """A condition that leaves no gap with *condition*, where that is simple enough to say."""
    if condition and condition[0] == "number":
        return (condition[0], condition[1], "<" if condition[2] == ">=" else ">=", condition[3])
    if condition and condition[0] == "choice":
        return (condition[0], condition[1], "=" if condition[2] == "!=" else "!=", condition[3])
    return None


# --- as YAML ----------------------------------------------------------------------------------------------------------

_HEAD = """\
workflow: acak
title: Acak
start: s0
roles:
  pegawai: {title: Pegawai, is: subject}
  atasan: {title: Atasan, is: superior}
  penilai: {title: Penilai, is: superior of atasan}
  admin: {title: Admin, is: region office}
  rekan: {title: Rekan, is: peer, seats: 2..3}
  sistem: {title: Sistem, is: system}
messages: {belum: Belum boleh.}
stages:
"""

_FORM = """\
form: isian
title: Isian
fields:
  nilai: {type: number, title: Nilai, allow: "[0..100]"}
  lain: {type: number, title: Lain, allow: "[0..100]"}
  pilih: {type: radio, title: Pilih, choices: {a: A, b: B, c: C}}
  ya: {type: boolean, title: Ya}
"""


def texts(model: Model) -> dict[str, str]:
    """The files of *model*."""
    lines = [line for stage in model.stages for line in _stage(stage, model)]
    lines += [f"  {FINAL}: {{title: Akhir, final: true}}", "values:"]
    asking = [stage for stage in model.stages if stage.actor != "sistem"]
    lines += [f"  v_{stage.id}: {{formula: {_number(stage)}, optional: true}}" for stage in asking]
    return {"workflows/acak.yaml": _HEAD + "\n".join(lines) + "\n", "forms/isian.yaml": _FORM}


def asked(stage: Stage) -> str:
    """The piece of work whose answers stand for those of *stage*: itself, or its first task."""
    return stage.tasks[0][0] if stage.tasks else stage.id


def _number(stage: Stage) -> str:
    return f"{asked(stage)}.nilai * 0.6 + {asked(stage)}.lain * 0.4"


def _stage(stage: Stage, model: Model) -> list[str]:
    lines = [f"  {stage.id}:", f"    title: Tahap {stage.id}"]
    if stage.actor:
        lines += [f"    actor: {stage.actor}"] + ([] if stage.actor == "sistem" else ["    form: isian"])
    if stage.deadline:
        lines.append("    deadline: 14d")
    if stage.tasks:
        lines.append("    tasks:")
        for task, role in stage.tasks:
            many = ", at_least: 2" if role == "rekan" else ""
            keep = ", on_return: keep" if task in stage.keep else ""
            lines.append(f"      {task}: {{title: Tugas, actor: {role}, form: isian{many}{keep}}}")
    lines.append("    actions:")
    for action in stage.actions:
        lines += _action(action, model)
    return lines


def _action(action: Action, model: Model) -> list[str]:
    lines = [f"      {action.id}:", f"        title: {action.id}"]
    if action.actors:
        lines.append(f"        actor: [{', '.join(action.actors)}]")
    if action.auto:
        lines.append(f"        auto: [{', '.join(action.auto)}]")
    if action.without_form:
        lines.append("        without_form: true")
    if action.show:
        lines.append(f"        show_if: {written(action.show, model)!r}")
    if action.require:
        lines.append(f"        require: {{belum: {written(action.require, model)!r}}}")
    if action.routes:
        lines.append("        to:")
        for condition, target in action.routes:
            lines.append(
                f"          {target}: {written(condition, model)!r}" if condition else f"          {target}: otherwise"
            )
    return lines


def written(condition: Cond, model: Model) -> str:
    """*condition* in FEEL."""
    kind, *what = condition
    if kind in ("and", "or"):
        return f"({written(what[0], model)}) {kind} ({written(what[1], model)})"
    if kind == "count":
        stage, action, operator, number = what
        filtered = f'[action = "{action}"]' if action else ""
        return f"count(history.{stage}{filtered}) {operator} {number}"
    work = what[0] if "_" in what[0] else asked(model.stage(what[0]))
    if kind == "given":
        return f"{work} != null"
    if kind == "number":
        return f"{work} != null and v_{what[0]} {what[1]} {what[2]}"
    if kind == "choice":
        return f'{work} != null and {work}.pilih {what[1]} "{what[2]}"'
    return f"{work} != null and {work}.ya"
