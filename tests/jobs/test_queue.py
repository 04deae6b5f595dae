"""Who holds a job, what becomes of it, and that nobody but its holder decides that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.jobs.office import Office
from web import jobs, outbox
from web.clock import now, wall
from web.database import reading, writing
from web.statements import Statement

_STATES = Statement("select id, state, attempts, last_error from job order by run_at, id")
SOON = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def context(office: Office) -> Iterator[None]:
    with office.app.app_context():
        yield


def put(count: int, **more: Any) -> None:
    with writing() as rows:
        for number in range(count):
            outbox.put(rows, "uji", str(number), {"number": number}, now() - SOON * (count - number), **more)


def claimed(holder: str = "a", *, later: timedelta = timedelta(), most: int = 10) -> list[jobs.Job]:
    with writing() as rows:
        return jobs.claim(rows, holder, now() + later, wall() + later, most=most)


def numbers(found: list[jobs.Job]) -> list[int]:
    return [job.payload["number"] for job in found]


def rows_of() -> list[Any]:
    return _STATES.all(reading(), {})


def fail(job: jobs.Job, at: datetime, error: str = "Rusak") -> bool:
    with writing() as rows:
        return jobs.retry(rows, job, error, at)


def test_a_job_is_held_by_one_worker_until_its_lease_ends() -> None:
    put(3)
    assert numbers(claimed("a", most=2)) == [0, 1]
    assert numbers(claimed("b")) == [2]
    assert claimed("c") == []
    assert len(claimed("c", later=jobs.LEASE + SOON)) == 1
    # What was held by a worker that died is taken one at a time: one of them may have killed it.


def test_only_the_last_holder_marks_a_job_done() -> None:
    put(1)
    first = claimed("a")[0]
    second = claimed("a", later=jobs.LEASE + SOON)[0]
    assert (first.id, first.attempts, second.attempts) == (second.id, 1, 2)
    with writing() as rows:
        assert not jobs.done(rows, first, now())
        assert jobs.done(rows, second, now())
        assert not jobs.done(rows, second, now())


def test_who_lost_a_job_cannot_put_it_back() -> None:
    put(1)
    first = claimed("a")[0]
    second = claimed("b", later=jobs.LEASE + SOON)[0]
    fail(first, now(), "terlambat")
    with writing() as rows:
        jobs.release(rows, first, now())
        assert jobs.done(rows, second, now())


def test_a_job_that_is_not_due_is_left() -> None:
    with writing() as rows:
        outbox.put(rows, "uji", "besok", {"number": 0}, now() + timedelta(days=1))
    assert claimed() == []
    assert numbers(claimed(later=timedelta(days=2))) == [0]


def test_what_fails_is_tried_later_and_parked_at_last() -> None:
    put(1)
    later, pauses = timedelta(), []
    for _ in range(jobs.TRIES):
        job = claimed(later=later)[0]
        parked = fail(job, now() + later)
        pauses.append(jobs.pause(job.id, job.attempts))
        later += pauses[-1] + SOON
    assert parked
    assert [(row.state, row.attempts, row.last_error) for row in rows_of()] == [("parked", jobs.TRIES, "Rusak")]
    assert claimed(later=later * 2) == []
    growing = pauses[:10]
    assert growing == sorted(growing)
    assert sum(pauses[:-1], timedelta()) > timedelta(hours=12)


def test_a_parked_job_can_be_tried_again_or_dropped() -> None:
    put(2)
    for job in claimed():
        with writing() as rows:
            jobs.park(rows, job, "Rusak", now())
    again, never = (row.id for row in rows_of())
    with writing() as rows:
        assert jobs.revive(rows, again, now())
        assert not jobs.revive(rows, again, now())
        assert jobs.drop(rows, never)
        assert not jobs.drop(rows, again)
    assert [job.id for job in claimed()] == [again]


def test_a_job_handed_back_was_no_try() -> None:
    put(1)
    with writing() as rows:
        jobs.release(rows, claimed_in(rows), now())
    assert [job.attempts for job in claimed("b")] == [1]


def claimed_in(rows: Any) -> jobs.Job:
    return jobs.claim(rows, "a", now(), wall())[0]


def test_what_was_done_is_forgotten_after_a_month_and_nothing_else() -> None:
    put(3)
    finished = claimed(most=2)
    for job in finished:
        with writing() as rows:
            jobs.done(rows, job, now())
    with writing() as rows:
        assert not jobs.forget(rows, now() + jobs.KEPT - timedelta(hours=1))
    assert len(rows_of()) == 3
    with writing() as rows:
        jobs.forget(rows, now() + jobs.KEPT + timedelta(hours=1))
    assert [row.state for row in rows_of()] == ["waiting"]


def test_a_job_of_which_every_worker_dies_is_parked() -> None:
    put(2)
    later = timedelta()
    for _ in range(2 * jobs.TRIES + 2):
        claimed(later=later, most=1)
        later += jobs.LEASE + SOON
    assert [(row.state, row.last_error) for row in rows_of()] == [("parked", jobs.DIED)] * 2


def test_what_killed_its_worker_waits_behind_the_others() -> None:
    put(3)
    assert numbers(claimed(most=1)) == [0]
    assert numbers(claimed(later=jobs.LEASE + SOON)) == [1, 2, 0]
