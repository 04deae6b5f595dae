"""The outbox: jobs are written in the transaction of the change that they follow from, or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.jsontext import dumped
from web.statements import Statement, stamp

#: A case has entered a stage: whoever it waits for is told, and other systems.
ENTERED = "entered"
#: The day of a reminder has come; a deadline has passed; it has, and for so long that others are to know.
REMINDER = "reminder"
OVERDUE = "overdue"
ESCALATED = "escalated"
#: Time could not bring about in a case what it should: tried again as a job.
WAKE = "wake"
#: A cycle was opened: everybody whose work it begins with is told.
CYCLE_OPENED = "cycle_opened"
#: One letter to one person, one call to one other system.
MAIL = "mail"
WEBHOOK = "webhook"

_PUT = Statement("""
insert into job (id, kind, dedup_key, payload, state, run_at, attempts)
values (:id, :kind, :dedup, :payload, 'waiting', :run_at, 0) on conflict (dedup_key) do nothing
""")


def put(rows: Connection, kind: str, reason: str, payload: Mapping[str, Any], run_at: datetime) -> None:
    """Write a job into this transaction, once for each *kind* and *reason*."""
    row = {"id": uuid.uuid4().hex, "kind": kind, "dedup": f"{kind}:{reason}", "run_at": stamp(run_at)}
    _PUT.send(rows, {**row, "payload": dumped(payload)})
