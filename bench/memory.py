"""What ten thousand moves leave in memory: nothing may hold on to a case."""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path

from transitions import Machine

from bench.rounds import Wrong
from bench.service import Service, opened
from bench.work import STEPS, answers
from engine import Case
from engine.machine import machine_of

MOVES, BEFORE = 10_000, 700


def measured(folder: Path) -> float:
    """The bytes that each of ``MOVES`` left behind, after ``BEFORE`` to warm up. Raises ``Wrong`` for a case kept."""
    warm, counted = BEFORE // len(STEPS), -(-MOVES // len(STEPS))
    service = opened(folder / "memory", warm + counted)
    _play(service, range(warm))
    machine_of(service.process)
    before = _counted()
    tracemalloc.start()
    _play(service, range(warm, warm + counted))
    gc.collect()
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    if _counted() != before:
        raise Wrong(f"cases and machines in memory: {_counted()}, before: {before}")
    return grown / MOVES


def _play(service: Service, cases: range) -> None:
    with service.inside() as store:
        for number in cases:
            for step in STEPS:
                service.submission(store, number, step, answers(number, step))()


def _counted() -> tuple[int, int]:
    """How many cases and how many machines are alive."""
    gc.collect()
    alive = gc.get_objects()
    return sum(isinstance(thing, Case) for thing in alive), sum(isinstance(thing, Machine) for thing in alive)
