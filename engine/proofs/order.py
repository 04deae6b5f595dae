"""What must come after what: deadlines along every way, and who has acted before the values are locked.

- ``E20order``: the deadline of a stage lies before that of a stage through which every case comes first.
- ``E10alone``: the person appraised can lock the result without anybody else having done anything.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from engine.model import Stage
from engine.proofs.space import Edge, Space, State
from engine.proofs.standing import day_of
from engine.proofs.stories import Stories


def prove_order(space: Space, stories: Stories) -> None:
    """Report deadlines that go back in time, and results that nobody but the person appraised has seen."""
    _prove_deadlines(space)
    _prove_seen(space, stories)


def _prove_deadlines(space: Space) -> None:
    dated = [stage for stage in space.process.stages.values() if stage.deadline and stage.deadline.day]
    for stage in dated:
        for before in _always_before(space, stage, dated):
            assert stage.deadline and stage.deadline.day and before.deadline and before.deadline.day
            if day_of(stage.deadline.day) < day_of(before.deadline.day):
                (stage.at / "deadline").report("E20order", stage=stage.title, before=before.title)
                break


def _always_before(space: Space, stage: Stage, among: list[Stage]) -> Iterator[Stage]:
    """Those of *among* through which every case comes before *stage*."""
    for other in among:
        if other is not stage and stage.id not in _reached(space, avoiding=other.id):
            yield other


def _reached(space: Space, avoiding: str) -> set[str]:
    start = space.process.workflow.start
    found, waiting = {start} - {avoiding}, [start] if start != avoiding else []
    ways: dict[str, set[str]] = {}
    for state, edges in space.next.items():
        ways.setdefault(state.stage, set()).update(after.stage for _, after in edges)
    while waiting:
        new = ways.get(waiting.pop(), set()) - found - {avoiding}
        found |= new
        waiting += new
    return found


def _prove_seen(space: Space, stories: Stories) -> None:
    """Follow what the person appraised can do with the system alone, until something is locked."""
    process = space.process
    alone = process.roles_of.get("subject", frozenset()) | process.roles_of.get("system", frozenset())
    waiting: deque[tuple[State, tuple[Edge, ...]]] = deque(
        (state, ()) for state, came in space.came.items() if came is None
    )
    seen = {state for state, _ in waiting}
    while waiting:
        state, made = waiting.popleft()
        for edge, after in space.next.get(state, ()):
            if edge.move.role not in alone:
                continue
            if edge.move.action.lock:
                at = edge.move.action.at.of_key()
                at.report("E10alone", story=stories.told((*made, edge)))
                return
            if after not in seen:
                seen.add(after)
                waiting.append((after, (*made, edge)))
