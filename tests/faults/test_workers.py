"""Workers that are killed, that meet each other, and that look too late, at the size that was promised."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs import due
from tests.jobs.conftest import office
from tests.jobs.deeds import Deeds, check
from tests.jobs.office import Office
from tests.jobs.race import burst
from tests.postgres import Server

__all__ = ["office"]

CASES = 1000


@pytest.fixture
def place(server: Server | None) -> Iterator[str]:
    """What the figures call the database."""
    yield "PostgreSQL" if server else "SQLite"


def test_thirty_killed_workers_leave_every_change_done_once(
    office: Office, tmp_path: Path, place: str, figures: list[str]
) -> None:
    deeds = Deeds(office, tmp_path, 60)
    hit = deeds.killed(30)
    deeds.finish()
    check(deeds)
    again = sum(len(found) > 1 for found in deeds.written().values())
    figures.append(
        f"R-25 {place}: 30 kills, {hit} jobs hit, 120 done, {again} of 60 effects outside came twice, 0 stuck"
    )


@pytest.mark.parametrize("processes", [2, 4])
def test_of_a_thousand_cases_each_is_moved_once(office: Office, processes: int, place: str, figures: list[str]) -> None:
    seconds = due.the_system_acts_once(office, CASES, processes)
    figures.append(f"R-26 {place}, {processes} processes: {CASES} cases moved once in {seconds:.0f} s")


def test_of_a_thousand_cases_each_is_told_once(office: Office) -> None:
    due.each_is_told_once(office, CASES, processes=4)


def test_of_a_thousand_cases_each_is_told_once_after_three_days(office: Office) -> None:
    due.a_rest_of_three_days_tells_once(office, CASES)


def test_five_hundred_answers_while_the_deadline_passes(office: Office, place: str, figures: list[str]) -> None:
    kinds = burst(office, 500, 6).check()
    told = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    figures.append(f"R-06 {place}: of 500 {told}; 0 twice, 0 never")
