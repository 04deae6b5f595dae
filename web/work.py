"""What is done for each kind of job. A new kind of work is a line of ``KINDS``, and its name in ``web.outbox``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from web import mail, messages, outbox, timing, webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of work.

    ``within`` (rows, payload, now) changes rows, in the transaction that marks the job done: exactly once. ``outside``
    (payload, stable id) reaches other systems, before the job is marked done: at least once, with the same id each
    time. Either raises ``jobs.Undone`` where it cannot; what else it raises is a failed try as well.
    """

    within: Callable[[Any, Mapping[str, Any], datetime], None] | None = None
    outside: Callable[[Mapping[str, Any], str], None] | None = None


KINDS: dict[str, Kind] = {
    outbox.ENTERED: Kind(within=messages.entered),
    outbox.REMINDER: Kind(within=messages.deadline),
    outbox.OVERDUE: Kind(within=messages.deadline),
    outbox.ESCALATED: Kind(within=messages.deadline),
    outbox.WAKE: Kind(within=timing.again),
    outbox.CYCLE_OPENED: Kind(within=messages.cycle_opened),
    outbox.MAIL: Kind(outside=mail.send),
    outbox.WEBHOOK: Kind(outside=webhooks.send),
}
