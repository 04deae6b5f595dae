"""Cases on their way to another definition, and a cycle on its way to all its cases: killed at any moment of either."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.moving import ALL, Round
from tests.faults.strace import Fault, struck
from tests.postgres import Server
from web import migrating, opening


@pytest.fixture
def cycle(tmp_path: Path, server: Server | None, monkeypatch: pytest.MonkeyPatch) -> Round:
    """A cycle that is opened, and looked through, a few cases at a time."""
    monkeypatch.setattr(opening, "BATCH", 4)
    monkeypatch.setattr(migrating, "BATCH", 4)
    return Round(tmp_path, server)


def test_moving_killed_at_any_moment_leaves_whole_cases_and_goes_on(cycle: Round, figures: list[str]) -> None:
    cycle.open()
    cycle.submit()
    cycle.keep()
    kills, reached = 0, set()
    for met in cycle.each(cycle.move):
        kills += met
        reached.add(cycle.standing())
        cycle.move()
        assert (cycle.standing(), cycle.moved()) == ((ALL, ALL), ALL)
    assert reached == {(ALL, moved) for moved in range(ALL + 1)}
    figures.append(
        f"R-33: moving {ALL} cases killed at each of {kills} {cycle.name}: whole cases, the rest moved after"
    )


def test_what_an_opening_that_was_killed_has_left_goes_on_under_the_other_definition(
    cycle: Round, figures: list[str]
) -> None:
    """Killed at any moment, moved, and opened to its end: nobody is without a case, none is left behind."""
    kills, reached = 0, set()
    for met in cycle.each(cycle.open):
        kills += met
        opened, other = cycle.standing()
        assert other == 0
        reached.add(opened)
        cycle.move()
        assert cycle.standing() == (opened, opened)
        cycle.open()
        # Where there was no cycle yet, nothing could be moved.
        assert cycle.standing() in {(ALL, ALL), (ALL, 0)}
        cycle.move()
        assert cycle.standing() == (ALL, ALL)
    assert reached == {0, 4, 8, ALL}
    figures.append(f"R-33: opening killed at each of {kills} {cycle.name}, then moved: all {ALL} on the new definition")


def test_moving_a_half_opened_cycle_killed_at_any_moment(cycle: Round, figures: list[str]) -> None:
    """Then opened to its end first, and moved again after."""
    cycle.back()
    half = next(nth for nth in range(1, 1000) if _opened(cycle, nth) == (8, 0))
    cycle.keep()
    kills = 0
    for met in cycle.each(cycle.move, step=3):
        kills += met
        opened, _moved = cycle.standing()
        assert opened == 8
        cycle.open()
        assert cycle.standing()[0] == ALL
        cycle.move()
        assert cycle.standing() == (ALL, ALL)
    figures.append(
        f"R-33: an opening killed at {half}, moving killed at {kills} {cycle.name}: all {ALL} on the new one"
    )


def _opened(cycle: Round, nth: int) -> tuple[int, int]:
    """What is there when the opening was killed so far on."""
    cycle.back()
    struck(cycle.open, Fault(cycle.calls, "signal=KILL", nth))
    return cycle.standing()
