"""What time brings about comes once, however many workers look, and however late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.jobs import due
from tests.jobs.due import DAY, Standing, swept
from tests.jobs.office import SILENT, TERM, WAITED_FOR, Office
from web import timing
from web.database import writing
from web.runtime import once
from web.store import store

#: Enough for several workers to meet; the long test takes a thousand.
CASES = 40


def test_nothing_happens_before_its_time(office: Office) -> None:
    office.open_cases(SILENT, 3, DAY)
    assert swept(office) == 0


def test_the_system_acts_once_when_the_deadline_has_passed(office: Office) -> None:
    due.the_system_acts_once(office, CASES, processes=2)


def test_everybody_is_told_once_whoever_looks(office: Office) -> None:
    due.each_is_told_once(office, CASES, processes=2)


def test_an_office_that_the_definition_names_for_later_is_told_once(office: Office) -> None:
    due.each_office_is_told_once(office, CASES, processes=2)


def test_after_days_of_rest_everybody_is_told_once(office: Office) -> None:
    due.a_rest_of_three_days_tells_once(office, CASES)


def test_a_case_that_cannot_be_woken_stops_no_other_and_is_tried_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, *others = office.open_cases(SILENT, 5, TERM + 2 * DAY)
    whole = timing.wake

    def broken(rows: object, case_id: str, *more: object) -> None:
        if case_id == bad:
            raise ValueError("rusak")
        whole(rows, case_id, *more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(timing, "wake", broken)
        assert swept(office) == len(others)
        assert swept(office) == 0
        once(office.app)
    assert office.counted("select state, attempts from job where kind = 'wake'") == {"waiting": 1}
    office.app.extensions["clock"] = clock = Standing()
    clock.instant += timedelta(hours=1)
    once(office.app)
    assert office.counted("select stage, count(*) from appraisal group by stage") == {"diterima": 5}


def test_a_move_just_before_the_workers_look_loses_no_reminder(office: Office) -> None:
    office.app.extensions["clock"] = clock = Standing()
    first, second = office.open_cases(WAITED_FOR, 2, timedelta())
    clock.instant += TERM - 3 * DAY
    colleague = office.rows("select person_id from appraisal where id = :c", c=second)[0].person_id
    with office.app.app_context(), writing() as rows:
        store().set_seats(rows, office.superior, first, "rekan", [colleague], confirm=True, now=clock.instant)
    assert swept(office) == 2
    assert due.told(office) == {("reminder", 1): 2}
