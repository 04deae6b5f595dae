"""The way of a case: the stages it has been in, the one where it stands, and those that surely lie ahead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from engine.case import Case
from engine.model import Stage
from engine.process import Process

DONE, NOW, NEXT = "done", "now", "next"


@dataclass(frozen=True, kw_only=True)
class Station:
    """One stage of the way. ``near`` are the present one and its neighbours: what a small screen shows at first."""

    stage: Stage
    state: str
    near: bool
    left_on: date | None = None


def course(process: Process, case: Case, left_on: Mapping[str, date]) -> list[Station]:
    """The way of *case*. A stage that only some ways reach stands in it once the case has been there.

    *left_on* tells on which day a stage was worked on last.
    """
    ahead = _ahead(process, case.stage)
    been = list(dict.fromkeys(reversed(case.path)))[::-1]
    before = [name for name in been if name != case.stage and name not in ahead and _is_shown(process, name)]
    after = [name for name in process.stages if name in ahead and _is_shown(process, name)]
    way = [*((name, DONE) for name in before), (case.stage, NOW), *((name, NEXT) for name in after)]
    here = len(before)
    return [
        Station(stage=process.stages[name], state=state, near=abs(place - here) <= 1, left_on=left_on.get(name))
        for place, (name, state) in enumerate(way)
    ]


def _is_shown(process: Process, name: str) -> bool:
    """Whether people do something at a stage; what the system does by itself takes no time."""
    stage = process.stages[name]
    roles = {role for action in stage.actions.values() for role in process.actors_of(stage, action)}
    return stage.final or roles != {process.system}


def _ahead(process: Process, start: str) -> set[str]:
    """The stages that every way from *start* to the end goes through."""
    ends = {name for name in _reached(process, start) if process.stages[name].final}
    return {name for name in process.stages if name != start and ends and not ends & _reached(process, start, name)}


def _reached(process: Process, start: str, closed: str = "") -> set[str]:
    """The stages that can follow *start* without passing *closed*."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        follow = {name for name in _next(process.stages[waiting.pop()]) if name != closed} - found
        found |= follow
        waiting += follow
    return found


def _next(stage: Stage) -> Iterator[str]:
    for action in stage.actions.values():
        yield from (clause.id for clause in action.to or ())
