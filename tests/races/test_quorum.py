"""The last colleagues answer together: the stage closes once, not twice and not never."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from tests.races.conftest import Place
from tests.races.crowd import PAUSE, Crowd, rounds
from tests.races.guards import POSTGRESQL, without
from web.store import Moved

TRIES = 300


@dataclass(frozen=True)
class Tally:
    """What came of a race: answers that were turned away, cases that never or twice went on."""

    lost: int
    stuck: int
    double: int


def answer(crowd: Crowd, raters: int, cases: Sequence[str], pause: float) -> Tally:
    """All of *raters* answer in each of *cases* at once."""

    def rater(person: str) -> Callable[[str], Any]:
        values = {"pendapat": "Baik."}
        return lambda case: crowd.move(person, case, "jawab", values, entry=1, pause=pause)

    told = rounds(cases, [rater(person) for person in crowd.raters[:raters]])
    stages, closed = crowd.stages(cases), crowd.lines(cases, "tutup")
    return Tally(
        lost=sum(not isinstance(one, Moved) for each in told for one in each),
        stuck=sum(stage != "selesai" for stage in stages),
        double=sum(times > 1 for times in closed),
    )


def seated(crowd: Crowd, count: int, raters: int) -> list[str]:
    cases = crowd.open("penilaian", count)
    crowd.seat(cases, crowd.raters[:raters])
    return cases


@pytest.mark.parametrize("raters", [3, 8])
def test_who_answers_last_closes_the_stage_once(crowd: Crowd, place: Place, raters: int, figures: list[str]) -> None:
    cases = seated(crowd, TRIES, raters)
    tally = answer(crowd, raters, cases, PAUSE / 2)
    figures.append(f"R-04 {place.name}, {raters} raters: {TRIES} cases, {tally}")
    assert tally == Tally(0, 0, 0)
    assert crowd.lines(cases, "jawab") == [raters] * TRIES
    assert crowd.torn(cases) == 0


def test_without_the_lock_answers_are_turned_away(app: Flask, crowd: Crowd, place: Place, figures: list[str]) -> None:
    cases = seated(crowd, 30, 3)
    with without(app, "lock"):
        tally = answer(crowd, 3, cases, PAUSE)
    figures.append(f"R-04 {place.name}, control without the lock: 30 cases, {tally}")
    assert tally.lost > 0


@POSTGRESQL
def test_without_any_guard_stages_never_close(app: Flask, crowd: Crowd, place: Place, figures: list[str]) -> None:
    cases = seated(crowd, 30, 3)
    with without(app, "lock", "version", "journal"):
        tally = answer(crowd, 3, cases, PAUSE)
    figures.append(f"R-04 {place.name}, control without lock, version and key: 30 cases, {tally}")
    assert tally.stuck > 0
