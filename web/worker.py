"""A worker: claims jobs and does them, one after the other, each in a transaction of its own."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic

from flask import Flask

from web import instants, jobs
from web.database import reading, writing
from web.jobs import Job, Undone
from web.timing import never
from web.work import KINDS

log = logging.getLogger(__name__)

_CODE = Path(__file__).parents[1]


class Worker:
    """Does what is due for *app*. Holds what it claims for *lease*; ends between two jobs once *stopping* says so."""

    def __init__(self, app: Flask, *, lease: timedelta = jobs.LEASE, stopping: Callable[[], bool] = never) -> None:
        self.name = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._app = app
        self._lease = lease
        self._stopping = stopping

    def work(self) -> int:
        """Do everything that is due; how many jobs were tried."""
        count = 0
        while not self._stopping() and (held := self._claimed()):
            count += self._do_all(held)
        return count

    def _claimed(self) -> list[Job]:
        with self._app.app_context():
            # Looked at first, so that who finds nothing does not lock a database that has one writer at a time.
            if not jobs.due(reading(), instants.now(reading())):
                return []
            with writing() as rows:
                return jobs.claim(rows, self.name, instants.now(rows), instants.wall(rows), lease=self._lease)

    def _do_all(self, held: list[Job]) -> int:
        """Do the jobs, until half of the time for which they are held is over; the others are handed back."""
        count, until = 0, monotonic() + self._lease.total_seconds() / 2
        for job in held:
            with self._app.app_context():
                if count and (self._stopping() or monotonic() > until):
                    _hand_back(job)
                else:
                    perform(job)
                    count += 1
        return count


def perform(job: Job) -> None:
    """Do a job that is held, or put it back for later, or park it."""
    try:
        _succeed(job)
    except Exception as error:
        _fail(job, error)


def _succeed(job: Job) -> None:
    kind = KINDS.get(job.kind)
    if kind is None:
        raise Undone("unknown_kind", job.kind)
    if kind.outside:
        kind.outside(job.payload, job.id)
    with writing() as rows:
        now = instants.now(rows)
        if jobs.done(rows, job, now) and kind.within:
            kind.within(rows, job.payload, now)


def _fail(job: Job, error: Exception) -> None:
    why = words(error)
    with writing() as rows:
        now = instants.now(rows)
        if isinstance(error, Undone) and not error.again:
            jobs.park(rows, job, why, now)
        else:
            jobs.retry(rows, job, why, now)
    log.warning("job %s (%s) failed, try %s: %s", job.id, job.kind, job.attempts, why)


def _hand_back(job: Job) -> None:
    with writing() as rows:
        jobs.release(rows, job, instants.now(rows))


def words(error: Exception) -> str:
    """*error* as it may be kept and shown: what it is and where, and its text only if it was written to be read."""
    if isinstance(error, Undone):
        return f"{Undone.__name__}: {error}"
    frames = (frame for frame in reversed(traceback.extract_tb(error.__traceback__)))
    ours = next((frame for frame in frames if Path(frame.filename).is_relative_to(_CODE / "web")), None)
    return f"{type(error).__name__} ({Path(ours.filename).name}:{ours.lineno})" if ours else type(error).__name__
