"""Several processes of the service that share one database. Each is started anew and knows nothing of the others."""

from __future__ import annotations

import multiprocessing
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from tests.races.crowd import NOW, plan
from web import create_app, database
from web.config import Settings
from web.database import initialise, up_to_date, writing
from web.store import Opened, store
from web.tables import db

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["web.cli", "tests.races.processes"])

#: What a process does to one of a race's objects; its answer travels back.
Work = Callable[[Settings, Any], Any]


def at_once(work: Work, each: Sequence[tuple[Settings, Any]], processes: int) -> list[list[Any]]:
    """What each of *processes* made of each of *each*; all begin with one at the same moment. Errors come as texts."""
    barrier, answers = CONTEXT.Barrier(processes, timeout=120), CONTEXT.Queue()
    running = [CONTEXT.Process(target=_work, args=(work, each, n, barrier, answers)) for n in range(processes)]
    for process in running:
        process.start()
    found = dict(answers.get(timeout=300) for _ in running)
    for process in running:
        process.join()
    return [[found[number][index] for number in range(processes)] for index in range(len(each))]


def _work(work: Work, each: Sequence[tuple[Settings, Any]], number: int, barrier: Any, answers: Any) -> None:
    told = []
    for settings, one in each:
        barrier.wait()
        try:
            told.append(work(settings, (number, one)))
        except BaseException as error:
            told.append(f"{type(error).__name__}: {str(error)[:200]}")
    answers.put((number, told))


def press(settings: Settings, job: Any) -> tuple[bool, str]:
    """Sends one form with a key; whether it had come before, and the number it was given."""
    _, (person, case, key) = job
    opened = Opened(entry=1, submitted=0)
    with app_of(settings).app_context(), writing() as rows:
        moved = store().move(
            rows, person, case, "ajukan", lambda held: plan(60), opened=opened, key=key, body="", now=NOW
        )
        return moved.again, moved.number


def answer(settings: Settings, job: Any) -> str:
    """One colleague's answer: each process is another one's."""
    number, (people, case) = job
    about = {"opened": Opened(entry=1, submitted=0), "key": uuid.uuid4().hex, "body": "", "now": NOW}
    with app_of(settings).app_context(), writing() as rows:
        store().move(rows, people[number], case, "jawab", lambda held: {"pendapat": "Baik."}, **about)
    return "answered"


def app_of(settings: Settings) -> Flask:
    """The service of this process; made once."""
    if settings.database_url not in _APPS:
        _APPS[settings.database_url] = create_app(settings)
    return _APPS[settings.database_url]


_APPS: dict[str, Flask] = {}


def start(settings: Settings, _: Any) -> str:
    """Starts a service on a database that may be empty: looks, prepares, looks again."""
    app = create_app(settings)
    with app.app_context():
        up_to_date()
        initialise()
        ready = up_to_date()
        db.engine.dispose()
    return "ready" if ready else "not ready"


def start_upgraded(settings: Settings, job: Any) -> str:
    """The same on a database of this release, by the next one, whose migrations lie in a folder."""
    _, migrations = job
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "MIGRATIONS", migrations)
        return start(settings, None)


def start_unguarded(settings: Settings, _: Any) -> str:
    """The same without the lock that lets one prepare the database and the others wait."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_alone", nullcontext)
        patch.setattr(database, "upgrade", _unlocked(database.upgrade))
        return start(settings, None)


def _unlocked(upgrade: Callable[..., None]) -> Callable[..., None]:
    def run(**options: Any) -> None:
        with _no_lock():
            upgrade(**options)

    return run


@contextmanager
def _no_lock() -> Iterator[None]:
    def instead(connection: Any, cursor: Any, sql: str, parameters: Any, context: Any, many: bool) -> Any:
        return ("select 1", ()) if "pg_advisory" in sql else (sql, parameters)

    event.listen(db.engine, "before_cursor_execute", instead, retval=True)
    yield
