"""The proofs about the course of a process, one after the other."""

from __future__ import annotations

from collections.abc import Mapping

from engine.process import Process
from engine.proofs.assignment import prove_assignment, prove_collections, prove_decisions
from engine.proofs.order import prove_order
from engine.proofs.reach import prove_reach
from engine.proofs.space import explore
from engine.proofs.standing import prove_standing
from engine.proofs.stories import Stories


def prove_course(process: Process, translations: Mapping[str, Mapping[str, str]]) -> None:
    """Report whatever can go wrong on the way of a case, each with the shortest story that shows it."""
    prove_standing(process)
    space = explore(process)
    if space.too_large:
        (process.workflow.at / "stages").of_key().report("E30")
        return
    stories = Stories(space, translations)
    explained = prove_assignment(space, stories)
    prove_reach(space, stories, explained)
    prove_decisions(space, stories)
    prove_collections(space)
    prove_order(space, stories)
