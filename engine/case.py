"""The running things: a case, who acts on it, and the journal from which it can be folded again.

Every record is frozen. A case holds what is so now; an entry holds what somebody did, its *inputs*. What an entry notes
besides (the route that held, values old and new) is for readers and never read by folding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

#: Who acts when nobody does: timers and automatic steps.
NOBODY = ""

Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One round of appraisals, from its first to its last day in the unit's ``zone``.

    The zones of Indonesia are ``Asia/Jakarta`` (WIB), ``Asia/Makassar`` (WITA) and ``Asia/Jayapura`` (WIT).
    """

    id: str
    start: date
    end: date
    zone: str = "Asia/Jakarta"

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def day_of(self, instant: datetime) -> date:
        """The local date of *instant*."""
        return instant.astimezone(self.tz).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody in one role of one case. ``answered``: this person's seat has answered in the present round.

    ``person`` is empty for the system. Whether a seat has answered is kept outside the case, so that an anonymous
    answer cannot be led back to its author; it comes in with the actor.
    """

    role: str
    person: str = NOBODY
    answered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One action that was taken: what ``history.TASK`` lists."""

    action: str
    actor: str
    at: datetime
    fields: Answers = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One employee's appraisal in one cycle, pinned by ``definition`` to the definitions it began with or was moved to.

    ``entry`` counts the stages entered, so it names this visit of the stage. ``answers`` holds the latest answers by
    duty; a duty with several seats has one set an answer id. ``notes`` are answers that others wrote into an open form.
    ``seats`` counts the confirmed people of a role with several. ``submitted`` counts the submissions by duty.
    ``collecting`` names the collections that take answers now; ``waiting`` holds those of their anonymous answers that
    came after somebody may have seen the others and do not count yet. ``paused`` is by how much dated deadlines moved.
    ``at`` is the latest instant of its journal: nothing that follows lies before it.
    """

    id: str
    workflow: str
    definition: str
    cycle: Cycle
    stage: str = ""
    entry: int = 0
    entered_at: datetime | None = None
    path: tuple[str, ...] = ()
    version: int = 0
    open: frozenset[str] = frozenset()
    answers: Mapping[str, Answers] = field(default_factory=dict)
    notes: Mapping[str, Answers] = field(default_factory=dict)
    submitted: Mapping[str, int] = field(default_factory=dict)
    history: Mapping[str, Sequence[Past]] = field(default_factory=dict)
    profiles: Mapping[str, Answers] = field(default_factory=dict)
    seats: Mapping[str, int] = field(default_factory=dict)
    collecting: frozenset[str] = frozenset()
    waiting: Mapping[str, Answers] = field(default_factory=dict)
    values: Answers = field(default_factory=dict)
    frozen: Answers = field(default_factory=dict)
    locked: bool = False
    paused: timedelta = timedelta()
    at: datetime | None = None

    def but(self, **changes: Any) -> Case:
        """This case with *changes*: what ``dataclasses.replace`` makes, several times as fast.

        Every move makes half a dozen.
        """
        assert changes.keys() <= self.__dict__.keys(), changes.keys()
        made = object.__new__(Case)
        made.__dict__.update(self.__dict__, **changes)
        return made

    def not_before(self, now: datetime) -> datetime:
        """*now*; the latest instant of the journal where a clock was put back: a case's time never goes backwards."""
        return now if self.at is None else max(now, self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a case's journal.

    ``event`` is ``opened``, ``profile_set``, ``seats_set``, ``answered``, ``moved``, ``collection_opened``,
    ``received``, ``collection_closed``, ``started`` or ``migrated``. For an anonymous answer ``person`` is empty and
    ``at`` is the beginning of the stage's visit, not the time of answering; ``answer`` is a random id. ``noted`` is for
    readers.
    """

    seq: int
    event: str
    at: datetime
    person: str = NOBODY
    role: str = ""
    action: str = ""
    duty: str = ""
    answer: str = ""
    fields: Answers = field(default_factory=dict)
    inputs: Answers = field(default_factory=dict)
    noted: Answers = field(default_factory=dict)


class Started(NamedTuple):
    """A follow-up case for the same person that an act opens: of which workflow, and under which id."""

    workflow: str
    case: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What follows from an act: the case as it is now, and the entries to append to its journal, in order.

    ``took_seat``: the actor's seat has answered. ``reopened``: roles whose seats must answer again. ``ignored``: paths
    that were handed in but that this person may not write here; they were left out. ``starts``: the follow-up cases to
    open with it.
    """

    case: Case
    entries: tuple[Entry, ...]
    took_seat: bool = False
    reopened: frozenset[str] = frozenset()
    ignored: tuple[str, ...] = ()
    starts: tuple[Started, ...] = ()
