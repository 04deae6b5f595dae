"""Whoever answers while the deadline passes is in time, late, or taken to accept: one of these, not two, not none."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep
from typing import Any

import pytest

from tests.jobs.office import Office
from tests.jobs.race import burst
from tests.races.guards import without
from web import timing
from web.store import Store

#: SQLite has one writer: what two of them do shows on the other database.
POSTGRESQL = pytest.mark.parametrize("server", ["postgresql"], indirect=True)


def test_an_answer_is_in_time_or_late_or_missing(office: Office) -> None:
    assert burst(office, 100, 1.5).check()["on time"] > 0


@POSTGRESQL
def test_without_the_guards_a_case_has_two_ends(
    office: Office, monkeypatch: pytest.MonkeyPatch, figures: list[str]
) -> None:
    monkeypatch.setattr(timing, "_MINES", {False: timing._MINES[True]})
    for reading in ("_held", "held_by_public"):
        monkeypatch.setattr(Store, reading, slowed(getattr(Store, reading)))
    with without(office.app, "lock", "version", "journal"):
        doubles = burst(office, 100, 0.2, sweepers=8).doubles
    figures.append(f"R-06 without guards: {doubles} of 100 cases answered and accepted")
    assert doubles > 0


def slowed(read: Callable[..., Any]) -> Callable[..., Any]:
    """Whoever reads a case stays a moment before writing it: long enough for others to come between."""

    def lingering(*arguments: Any) -> Any:
        held = read(*arguments)
        sleep(0.05)
        return held

    return lingering
