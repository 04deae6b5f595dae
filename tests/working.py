"""Jobs done by hand, and what came of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import select

from web import jobs, outbox
from web.clock import now, wall
from web.database import writing
from web.tables import Job, Notice, Person, db
from web.work import KINDS


def work(app: Flask) -> int:
    """Does everything that is due, in this thread; how many jobs."""
    count = 0
    while held := _claimed(app):
        for job in held:
            with app.app_context():
                kind = KINDS[job.kind]
                if kind.outside:
                    kind.outside(job.payload, job.id)
                with writing() as rows:
                    if jobs.done(rows, job, now()) and kind.within:
                        kind.within(rows, job.payload, now())
            count += 1
    return count


def _claimed(app: Flask) -> list[jobs.Job]:
    with app.app_context(), writing() as rows:
        return jobs.claim(rows, "uji", now(), wall())


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
    with app.app_context():
        return list(db.session.scalars(select(Job).where(Job.kind == kind, Job.state == "waiting")))
