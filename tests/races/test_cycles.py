"""The same cycle opened twice at once: it is one, with one case for each employee and its definitions kept once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask

from tests.races.conftest import Place
from tests.races.crowd import NOW, Crowd, rounds
from tests.races.guards import POSTGRESQL, without
from web.database import writing
from web.definitions import Definitions
from web.opening import Opened, begun
from web.store import store

EMPLOYEES, RATERS = 10, 8


@pytest.fixture
def crowd(app: Flask) -> Crowd:
    return Crowd(app, EMPLOYEES)


def opened_twice(crowd: Crowd, pairs: int) -> list[list[Any]]:
    """How many cases each of two opened, for every pair; or that the cycle was open already."""

    def opening(title: str) -> int:
        with crowd.app.app_context():
            process = store().definitions.library.processes["rencana"]
            cycle = begun(store(), process, title=title, start=date(2026, 1, 1), end=date(2026, 12, 31))
            for _people in cycle.batches(NOW):
                pass
            return cycle.told.cases

    return rounds([f"Siklus {number}" for number in range(pairs)], [opening, opening])


def double(crowd: Crowd) -> int:
    """How many cycles have a name that another one has."""
    return sum(row.n - 1 for row in crowd.rows("select count(*) as n from cycle group by title"))


def test_the_same_cycle_opened_twice_at_once_is_one(crowd: Crowd, place: Place, figures: list[str]) -> None:
    told = opened_twice(crowd, 50)
    late = sum(isinstance(one, Opened) or one == 0 for each in told for one in each)
    figures.append(
        f"R-09 {place.name}: 50 pairs, {double(crowd)} cycles double, {late} told that there was nothing to do"
    )
    assert double(crowd) == 0
    assert all(isinstance(one, int | Opened) for each in told for one in each), told
    assert [sum(one for one in each if isinstance(one, int)) for each in told] == [EMPLOYEES + RATERS] * 50
    kept = crowd.rows("select workflow from definition order by workflow")
    assert [row.workflow for row in kept] == ["lanjutan", "rencana"]
    assert {row.n for row in crowd.rows("select count(*) as n from appraisal group by cycle_id")} == {
        EMPLOYEES + RATERS
    }


@POSTGRESQL
def test_without_the_lock_of_the_region_there_are_two(
    app: Flask, crowd: Crowd, place: Place, figures: list[str]
) -> None:
    with without(app, "region"):
        opened_twice(crowd, 20)
    figures.append(f"R-09 {place.name}, control without the region's lock: 20 pairs, {double(crowd)} cycles double")
    assert double(crowd) > 0


def test_the_files_of_a_definition_are_kept_once(crowd: Crowd) -> None:
    """Two cycles, of two regions perhaps, that are the first to need them."""
    made: list[Any] = rounds(list(range(20)), [keeping(crowd), keeping(crowd)])
    assert made == [[None, None]] * 20
    assert len(crowd.rows("select hash from definition where workflow = 'rencana'")) == 20


def keeping(crowd: Crowd) -> Callable[[int], None]:
    def keep(number: int) -> None:
        with crowd.app.app_context(), writing() as rows:
            known: Definitions = store().definitions
            process = replace(known.library.processes["rencana"], hash=f"{number:064}")
            known.keep(rows, process)

    return keep
