"""What runs by itself: workers and their timetable, in threads of ``huey``.

The truth is the table of jobs. ``huey`` keeps the threads, wakes them by the clock and stops them; its queue lies in
the memory of this process and holds nothing but "it is time". So it may be killed at any moment, and run in as many
processes as there are.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any

from flask import Flask
from huey import MemoryHuey
from huey.consumer import Consumer, Scheduler
from huey.serializer import Serializer

from web import jobs, traces
from web.daily import tidy
from web.database import writing
from web.timing import never, sweep
from web.worker import Worker

log = logging.getLogger(__name__)

#: How often workers look for jobs, for cases whose time has come, and for what is to be tidied up: seconds.
JOBS, CASES, CHORES = 1, 60, 24 * 60 * 60
#: How long a stop waits for what is being done; what is not finished by then is done by another, later.
PATIENCE = 20


class _AsTheyAre(Serializer):
    """Messages stay objects of this process: nothing is pickled, so nothing can be unpickled."""

    def serialize(self, data: Any) -> Any:
        return data

    def deserialize(self, data: Any) -> Any:
        return data


class _EverySecond(Scheduler):
    """``huey`` looks at its timetable every minute, which is too seldom for jobs."""

    periodic_task_seconds = 1


class _Threads(Consumer):
    """The threads alone: whoever starts them handles the signals of its process."""

    scheduler_class = _EverySecond

    def _set_signal_handlers(self) -> None:
        pass


class _Turn:
    """Something to do every so many seconds, and never twice at once."""

    def __init__(self, seconds: float, do: Callable[[], Any]) -> None:
        self._seconds = seconds
        self._do = do
        self._due = 0.0
        self._busy = False

    def is_due(self, at: datetime) -> bool:
        if self._busy or monotonic() < self._due:
            return False
        self._busy, self._due = True, monotonic() + self._seconds
        return True

    def take(self) -> None:
        try:
            self._do()
        finally:
            self._busy = False


class Runtime:
    """*workers* threads that do jobs for *app*, and one for what is done by the clock."""

    def __init__(self, app: Flask, *, workers: int = 1, lease: timedelta = jobs.LEASE) -> None:
        logging.getLogger("huey").setLevel(logging.WARNING)  # it would tell of every look at the table
        huey = MemoryHuey("borang", results=False, serializer=_AsTheyAre())
        self._threads = _Threads(huey, workers=workers + 1, max_delay=0.5, shutdown_timeout=PATIENCE)
        stopping = self._threads.stop_flag.is_set
        turns = {f"work_{n}": _Turn(JOBS, Worker(app, lease=lease, stopping=stopping).work) for n in range(workers)}
        turns["sweep"] = _Turn(CASES, partial(_in, app, partial(_look, stopping)))
        turns["tidy"] = _Turn(CHORES, partial(_in, app, tidy))
        for name, turn in turns.items():
            huey.periodic_task(turn.is_due, name=name)(turn.take)

    def start(self) -> None:
        self._threads.start()

    def stop(self) -> None:
        """End after the jobs that are being done."""
        self._threads.stop(graceful=True)

    def keep_up(self) -> None:
        """Replace threads that have died."""
        self._threads.check_worker_health()


@contextmanager
def running(app: Flask, **options: Any) -> Iterator[Runtime]:
    """The workers of *app* run as long as the block does."""
    runtime = Runtime(app, **options)
    runtime.start()
    try:
        yield runtime
    finally:
        runtime.stop()


def once(app: Flask, **options: Any) -> tuple[int, int]:
    """Do now whatever is due, in this thread alone; how many cases were woken, and how many jobs tried."""
    woken = _in(app, _look)
    _in(app, tidy)
    return woken, Worker(app, **options).work()


def _look(stopping: Callable[[], bool] = never) -> int:
    """Wakes what is due; that there is a worker is seen by it."""
    with writing() as rows:
        traces.leave(rows, traces.WORKER)
    return sweep(stopping)


def leave_when_told() -> None:
    """A request to end (SIGTERM) ends this process as Ctrl+C does: what is begun is finished first."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _in(app: Flask, do: Callable[[], Any]) -> Any:
    with app.app_context():
        return do()
