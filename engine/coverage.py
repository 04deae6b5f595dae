"""What scenarios reach of a process: its transitions, the rows of its tables, its requirements, its deadlines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from engine.feel.nodes import Call, Name, walk
from engine.process import Duty, Process
from engine.scenario import Result
from engine.terms import Clauses, Expression

TRANSITION, ROW, REQUIREMENT, TIMER = "transition", "row", "requirement", "timer"
KINDS = (TRANSITION, ROW, REQUIREMENT, TIMER)


class Target(NamedTuple):
    """One thing to be reached. ``at`` is a stage, collection or table; ``name`` an action, a code or nothing;
    ``number`` the line of a route or the row of a table, from 1."""

    kind: str
    at: str
    name: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """The targets of a process, in its own order, and those of them that were reached."""

    targets: tuple[Target, ...]
    reached: frozenset[Target]

    @property
    def missing(self) -> tuple[Target, ...]:
        return tuple(target for target in self.targets if target not in self.reached)

    def counted(self, kind: str) -> tuple[int, int]:
        """How many targets of *kind* were reached, and how many there are."""
        of_kind = [target for target in self.targets if target.kind == kind]
        return sum(target in self.reached for target in of_kind), len(of_kind)


def coverage(process: Process, results: Iterable[Result]) -> Coverage:
    """What *results* of scenarios reach of *process*."""
    found = {target for result in results for target in reached(process, result)}
    return Coverage(tuple(targets(process)), frozenset(found))


# --- what there is ----------------------------------------------------------------------------------------------------


def targets(process: Process) -> Iterator[Target]:
    """Everything that scenarios of *process* can reach."""
    yield from _transitions(process)
    yield from _rows(process)
    yield from dict.fromkeys(_requirements(process))
    for stage in process.stages.values():
        yield from (Target(TIMER, stage.id, a.id) for a in stage.actions.values() if "deadline" in a.auto)


def _transitions(process: Process) -> Iterator[Target]:
    for stage in process.stages.values():
        for action in stage.actions.values():
            lines = range(1, len(action.to) + 1) if action.to else (0,)
            yield from (Target(TRANSITION, stage.id, action.id, line) for line in lines)
    for collection in process.by_stage.get("", ()):
        yield from (Target(TRANSITION, collection.id, action) for action in collection.actions)


def _rows(process: Process) -> Iterator[Target]:
    """The rows of the tables that the process can call; a vocabulary may offer more."""
    called = set(_called(process))
    for table in process.words.tables.values():
        if table.id in called:
            yield from (Target(ROW, table.id, number=row) for row in range(1, len(table.rows) + 1))


def _called(process: Process) -> Iterator[str]:
    """The tables that something in the process calls, through functions and other tables too."""
    shared = {**process.words.functions, **process.words.tables}
    inside = {id(e) for part in shared.values() for e in _formulas(part)}
    waiting = [e for e in process.code if id(e) not in inside]
    seen: set[str] = set()
    while waiting:
        for name in called_in(waiting.pop()):
            if name in shared and name not in seen:
                seen.add(name)
                waiting += _formulas(shared[name])
    yield from seen


def _formulas(part: object) -> list[Expression]:
    cells = (cell.formula for row in getattr(part, "rows", ()) for cell in row)
    return [e for e in (getattr(part, "formula", None), *cells) if e is not None]


def called_in(expression: Expression) -> Iterator[str]:
    """The names that *expression* calls."""
    for node in walk(expression.parsed.root):
        if isinstance(node, Call) and isinstance(node.function, Name):
            yield node.function.name


def _requirements(process: Process) -> Iterator[Target]:
    for duty in process.duties.values():
        yield from (Target(REQUIREMENT, duty.stage or duty.id, code) for code in _codes(duty))


def _codes(duty: Duty) -> Iterator[str]:
    clauses: list[Clauses] = [duty.form.require] if duty.form else []
    clauses += [action.require for action in duty.actions.values()]
    yield from (clause.id for some in clauses for clause in some)
    yield from (item.code for item in duty.fields.values() if item.code)


# --- what was reached -------------------------------------------------------------------------------------------------


def reached(process: Process, result: Result) -> Iterator[Target]:
    """What one scenario reached."""
    for entry in result.entries:
        if entry.event == "moved":
            yield Target(TRANSITION, entry.noted["from"], entry.action, entry.noted["line"])
        elif entry.event in ("answered", "received"):
            yield Target(TRANSITION, process.duties[entry.duty].stage or entry.duty, entry.action)
    yield from (Target(ROW, fired.table, number=fired.row) for fired in result.fired)
    yield from (Target(REQUIREMENT, at, code) for at, code in result.refused)
    yield from (Target(TIMER, stage, action) for stage, action in result.timed)
