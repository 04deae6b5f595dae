"""What is tidied up once a day. Several workers may do so, and more than once: what is gone is gone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import current_app

from web import anchors, instants, jobs, notices
from web.database import writing
from web.statements import Statement
from web.store import store

log = logging.getLogger(__name__)

_ALONE = Statement("lock table anchor in exclusive mode")
NEARLY_A_DAY = timedelta(hours=20)


def forget_jobs() -> None:
    """Deletes what was done long ago, some rows at a time, so that nobody waits."""
    more = True
    while more:
        with writing() as rows:
            more = jobs.forget(rows, instants.now(rows))


def forget_notices() -> None:
    """Deletes what was told more than a year ago."""
    more = True
    while more:
        with writing() as rows:
            more = notices.forget(rows, instants.now(rows))


def forget_keys() -> None:
    """Deletes one-time keys that nobody sends again."""
    more = True
    while more:
        with writing() as rows:
            more = store().keys.forget(rows, instants.now(rows)) > 0


def anchor() -> None:
    """Seals the journals, unless that was done today already, here or by another worker."""
    key = current_app.extensions["settings"].derived("audit")
    with writing() as rows:
        if rows.dialect.name != "sqlite":
            # One after the other: whoever comes second sees that it was done.
            _ALONE.send(rows, {})
        before, now = anchors.last(rows), instants.wall(rows)
        if before is None or now - datetime.fromisoformat(before.at) > NEARLY_A_DAY:
            anchors.fix(rows, key, now)


CHORES: tuple[Callable[[], None], ...] = (forget_jobs, forget_notices, forget_keys, anchor)


def tidy() -> None:
    """Does every chore; one that fails is told in the log and keeps no other from being done."""
    for chore in CHORES:
        try:
            chore()
        except Exception:
            log.exception("%s could not be done", chore.__name__)
