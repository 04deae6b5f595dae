"""What the service notices and keeps besides the cases' journals: names of rules and fields, never what was typed."""

from __future__ import annotations

from collections.abc import Iterable

from flask_login import current_user
from sqlalchemy import text

from engine.jsontext import dumped
from web.clock import wall
from web.database import writing
from web.held import Held

_LINE = text("insert into audit (at, person_id, case_id, kind, detail) values (:at, :person, :case, :kind, :detail)")


def note(held: Held, kind: str, details: Iterable[str]) -> None:
    """Notes that something was refused or ignored on a case; nothing to note is not noted.

    Nothing is noted of somebody who answers anonymously: the line would say when they answered.
    """
    details = sorted(details)
    if not details or unnamed(held):
        return
    line = {"at": wall().isoformat(), "person": current_user.id, "case": held.case.id, "kind": kind}
    with writing() as rows:
        rows.execute(_LINE, {**line, "detail": dumped(details)})


def unnamed(held: Held) -> bool:
    """Whether somebody works on an open anonymous task of the case."""
    open_duties = (held.process.duties[name] for name in held.case.open)
    return any(duty.anonymous and actor.role in duty.actor for duty in open_duties for actor in held.actors)
