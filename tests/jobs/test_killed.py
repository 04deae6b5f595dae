"""A worker that is killed in the middle of a job loses nothing and doubles nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

import tests.jobs.process
from tests.jobs.deeds import Deeds, check
from tests.jobs.office import Office
from web import jobs
from web.clock import now, wall
from web.database import writing
from web.worker import perform

assert tests.jobs.process.KINDS


def test_killed_workers_leave_every_change_done_once(office: Office, tmp_path: Path) -> None:
    deeds = Deeds(office, tmp_path, 12)
    assert deeds.killed(4) >= 4
    deeds.finish()
    check(deeds)


def test_who_held_a_job_too_long_changes_nothing(office: Office, tmp_path: Path) -> None:
    deeds = Deeds(office, tmp_path, 1, pause=0, kinds=["count"])
    both_do(office)
    assert deeds.seen() == {1: 1}


def test_without_the_look_at_the_claim_a_change_is_done_twice(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "done", lambda rows, job, now: True)
    deeds = Deeds(office, tmp_path, 1, pause=0, kinds=["count"])
    both_do(office)
    assert deeds.seen() == {2: 1}


def both_do(office: Office) -> None:
    """Two workers do the same job: the lease of the first one ended while it was at it."""
    held = [claimed(office, later) for later in (timedelta(), 2 * jobs.LEASE)]
    assert held[0].id == held[1].id
    for job in reversed(held):
        with office.app.app_context():
            perform(job)


def claimed(office: Office, later: timedelta) -> jobs.Job:
    with office.app.app_context(), writing() as rows:
        found = jobs.claim(rows, "uji", now() + later, wall() + later)
    return found[0]
