"""Jobs done by a worker in this thread, and what came of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from web import outbox
from web.database import writing
from web.tables import Job, Notice, Person, db
from web.worker import Worker


def work(app: Flask) -> int:
    """Does everything that is due, in this thread; how many jobs. None of them may fail."""
    count = 0
    while done := _tried(app):
        count += done
    with app.app_context():
        assert [(job.kind, job.last_error) for job in db.session.scalars(select(Job)) if job.last_error] == []
    return count


def _tried(app: Flask) -> int:
    """The jobs that are due, a second after the clock of the tests stood still."""
    app.extensions["clock"].instant += timedelta(seconds=1)
    return Worker(app).work()


def put_out(app: Flask, kind: str, reason: str, payload: dict[str, Any], at: datetime) -> None:
    """A job as the service writes it."""
    with app.app_context(), writing() as rows:
        outbox.put(rows, kind, reason, payload, at)


def told(app: Flask) -> list[tuple[str, str]]:
    """Who was told what and has not read it: first names and kinds, in order."""
    with app.app_context():
        unread = select(Person.name, Notice.kind).join(Notice, Notice.person_id == Person.id)
        found = db.session.execute(unread.where(Notice.read_at.is_(None))).all()
        return sorted((name.split()[0].lower(), kind) for name, kind in found)


def waiting_jobs(app: Flask, kind: str) -> list[Job]:
    """The jobs of *kind* that are still to be done."""
    with app.app_context():
        return list(db.session.scalars(select(Job).where(Job.kind == kind, Job.state == "waiting")))
