"""Machines whose clocks disagree: on PostgreSQL the database's decides, and a case's time never goes backwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from engine.clock import days_late
from tests.web.test_time import LAST, RAHMADI, SARI, SECOND, Office, office, service
from web import clock, instants
from web.database import writing
from web.tables import db

__all__ = ["office", "service"]

MINUTE = timedelta(minutes=1)


class Machines:
    """Machines whose clocks are minutes apart; the true time is two minutes before a deadline."""

    def __init__(self, office: Office, set_wall: Callable[[Callable[[], datetime]], None]) -> None:
        self.office = office
        self._set_wall = set_wall
        self._shift = LAST["WIB"] + SECOND - 2 * MINUTE - datetime.now(UTC)

    def now(self, minutes: int) -> datetime:
        """What the machine that is *minutes* ahead takes for the time, now that it is its turn."""
        ahead = minutes * MINUTE
        self._set_wall(lambda: datetime.now(UTC) + ahead)
        return datetime.now(UTC) + ahead + self._shift

    def system_acts(self, case_id: str, minutes: int) -> bool:
        """Whether that machine's worker does what a worker does."""
        now = self.now(minutes)
        with writing() as rows:
            now += instants.off(instants.wall(rows))
        return self.office.system_acts(case_id, now)


@pytest.fixture
def machines(office: Office, monkeypatch: pytest.MonkeyPatch) -> Machines:
    return Machines(office, lambda wall: monkeypatch.setattr(clock, "wall", wall))


@pytest.mark.parametrize("minutes", [5, -5])
def test_a_machine_with_another_time_decides_no_deadline(machines: Machines, minutes: int) -> None:
    office = machines.office
    case_id = office.opened()
    if db.engine.dialect.name == "sqlite":
        # Whoever opens its file has the clock of that one machine.
        assert machines.system_acts(case_id, minutes) == (minutes > 0)
        return
    assert not machines.system_acts(case_id, minutes)
    office.send(case_id, machines.now(minutes))
    moved = office.instants(case_id)[-1]
    assert abs(moved - machines.now(0)) < 30 * SECOND
    held = office.held(case_id)
    assert days_late(held.process, held.case, held.case.cycle.day_of(moved)) == 0


def test_without_a_shared_clock_it_would(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instants, "NEAR", timedelta(days=1))
    assert machines.system_acts(machines.office.opened(), 5)


def test_a_machine_that_is_behind_tells_nothing_as_earlier(machines: Machines) -> None:
    case_id = machines.office.opened()
    for minutes, action, by in ((5, "kirim", RAHMADI), (-5, "kembalikan", SARI), (0, "kirim", RAHMADI)):
        machines.office.send(case_id, machines.now(minutes), action, by)
    told = machines.office.instants(case_id)
    assert told == sorted(told)


def test_the_system_acts_once_whatever_time_it_is_elsewhere(machines: Machines) -> None:
    case_id = machines.office.opened()
    late = [machines.now(minutes) + 10 * MINUTE for minutes in (5, -5, 0)]
    assert [machines.office.system_acts(case_id, now) for now in late] == [True, False, False]
