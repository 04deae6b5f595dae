"""A job that always fails stops no other; it is parked at last, and an administrator sees it without its secrets."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import pytest

import tests.jobs.process
from tests.jobs.office import WAITED_FOR, Office
from web import backlog, jobs, outbox
from web.clock import Clock, wall
from web.database import reading, writing
from web.worker import Worker

JOBS = 100
assert tests.jobs.process.KINDS


class Ahead(Clock):
    """The real time, some time ahead."""

    ahead = timedelta()

    def now(self) -> datetime:
        return wall() + self.ahead


def test_one_of_a_hundred_is_parked_and_the_others_are_done(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    office.app.extensions["clock"] = clock = Ahead()
    case_id = office.open_cases(WAITED_FOR, 1, timedelta())[0]
    with office.app.app_context(), writing() as rows:
        for number in range(JOBS):
            kind = "fail" if number == 7 else "nothing"
            outbox.put(rows, kind, str(number), {"case": case_id}, clock.now())
    with caplog.at_level(logging.WARNING):
        assert Worker(office.app).work() == JOBS
        assert office.counted("select state, count(*) from job group by state") == {"done": JOBS - 1, "waiting": 1}
        for _ in range(jobs.TRIES - 1):
            clock.ahead += timedelta(hours=3)
            assert Worker(office.app).work() == 1
        clock.ahead += timedelta(days=3)
        assert Worker(office.app).work() == 0
    assert office.counted("select state, count(*) from job group by state") == {"done": JOBS - 1, "parked": 1}
    assert "secret" not in caplog.text
    with office.app.test_request_context("/"):
        found = backlog.backlog(reading(), office.admin, "Asia/Jakarta")
        assert not backlog.backlog(reading(), office.superior, "Asia/Jakarta").parked
    assert [(one.tries, one.about) for one in found.parked] == [(jobs.TRIES, "Pegawai 0")]
    assert found.parked[0].detail.startswith("ValueError")
    assert "secret" not in repr(found)


def test_what_another_try_cannot_change_is_parked_at_once(office: Office) -> None:
    with office.app.app_context(), writing() as rows:
        outbox.put(rows, "refuse", "1", {}, office.now())
    assert Worker(office.app).work() == 1
    row = office.rows("select state, last_error, attempts from job")[0]
    assert (row.state, row.last_error, row.attempts) == ("parked", "Undone: alamat ditolak", 1)
