"""What is tidied up once a day, by however many workers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.jobs.office import WAITED_FOR, Office
from web import daily, instants
from web.clock import wall


def tidied(office: Office, _worker: int = 0) -> None:
    with office.app.app_context():
        daily.tidy()


def anchors(office: Office) -> int:
    return int(office.rows("select count(*) from anchor")[0][0])


def test_journals_are_sealed_once_a_day_by_several_workers(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.open_cases(WAITED_FOR, 3, timedelta())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: tidied(office, n), range(4)))
    assert anchors(office) == 1
    monkeypatch.setattr(instants, "wall", lambda rows: wall() + timedelta(days=1))
    tidied(office)
    assert anchors(office) == 2


def test_one_chore_that_fails_keeps_no_other_from_being_done(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ValueError("rusak")

    monkeypatch.setattr(daily, "CHORES", (broken, *daily.CHORES))
    tidied(office)
    assert anchors(office) == 1
