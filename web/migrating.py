"""The running cases of a cycle moved to another definition, each in a transaction of its own.

A case is moved whole or not at all, behind its lock; whoever is cut off begins again and goes on with those that are
left. From the first moment on, new cases of the cycle begin on the definition it is moved to.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine import Outcome, Refusal, Refused, migrate
from engine.process import Process
from web.database import forget, reading, writing
from web.records import UNREADABLE
from web.statements import Statement
from web.store import Store

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

#: So many cases are looked up at once.
BATCH = 500

_CYCLES = Statement("""
select y.id, y.title, y.region_id as region, y.definition, y.origin_id as origin, d.workflow
from cycle y join definition d on d.hash = y.definition order by y.start desc, y.region_id, y.id
""")
_OTHERS = Statement("select hash from definition where workflow = :workflow order by hash")
_REPORTED = Statement("""
select collection from ticket where cycle_id = :cycle and case_id is null
union select collection from waiting_answer where cycle_id = :cycle
""")
_LEFT = Statement("""
select count(*) as number from appraisal where cycle_id = :cycle and not closed and definition <> :to
""")
_NEXT = Statement("""
select c.id, c.person_id, c.stage, c.definition, p.name, p.nip from appraisal c join person p on p.id = c.person_id
where c.cycle_id = :cycle and not c.closed and c.definition <> :to and c.person_id > :after
order by c.person_id limit :n
""")
_HOLD = "select definition, earlier from cycle where id = :cycle"
#: The cycle's row, held so that nobody else turns it meanwhile; SQLite has one writer anyway.
_HELD = {True: Statement(_HOLD), False: Statement(f"{_HOLD} for no key update")}
_STANDING = Statement("select distinct definition from appraisal where cycle_id = :cycle and definition <> :to")
_RUNNING = Statement("""
select distinct definition from appraisal where cycle_id = :cycle and not closed and definition <> :to
""")
# A follow-up cycle is one a definition; where the other one has a cycle already, new cases are opened there.
_TURN = Statement("""
update cycle set definition = :to, earlier = :earlier where id = :cycle and not exists (
  select 1 from cycle o where o.origin_id = cycle.origin_id and o.definition = :to and o.id <> :cycle)
""")
_ONLY_NOTE = Statement("update cycle set earlier = :earlier where id = :cycle")


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A cycle whose cases are to be moved, and the definition on which its new cases begin so far.

    ``follows``: its cases follow up those of another cycle, which has the same title.
    """

    id: str
    title: str
    follows: bool
    region: str
    definition: str
    workflow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of one case: moved, or the ``reasons`` why it stays; neither where somebody had moved it already."""

    case: str
    name: str
    nip: str
    stage: str
    outcome: Outcome | None = None
    reasons: tuple[Refusal, ...] = ()


@dataclass(slots=True)
class Tally:
    """What came of all of them."""

    moved: int = 0
    stayed: list[Tried] = field(default_factory=list)
    #: By task and field, how many cases have an answer that is left out.
    left_out: dict[tuple[str, str], int] = field(default_factory=dict)

    def count(self, one: Tried) -> None:
        if one.reasons:
            self.stayed.append(one)
        elif one.outcome:
            self.moved += 1
            for duty, names in one.outcome.entries[0].noted.get("left_out", {}).items():
                for name in names:
                    self.left_out[duty, name] = self.left_out.get((duty, name), 0) + 1


class Reported(Exception):
    """Reports that name nobody yet lie in a collection that the other definition does not have: ``collection``."""


def rounds(rows: Connection) -> list[Round]:
    """Every cycle, the latest first."""
    return [
        Round(id=r.id, title=r.title, follows=r.origin is not None, region=r.region, definition=r.definition,
              workflow=r.workflow)
        for r in _CYCLES.all(rows, {})
    ]  # fmt: skip


def used(rows: Connection, workflow: str) -> list[str]:
    """The hashes of the definitions of *workflow* that cases were opened with."""
    return [row.hash for row in _OTHERS.all(rows, {"workflow": workflow})]


class Migration:
    """The running cases of the cycle *round_* on their way to *process*."""

    def __init__(self, store: Store, round_: Round, process: Process) -> None:
        self._store = store
        self._round = round_
        self.process = process

    def check(self) -> None:
        """Raises ``Reported`` where something that is no case's yet would have no place."""
        for row in _REPORTED.all(reading(), {"cycle": self._round.id}):
            if row.collection not in self.process.duties:
                raise Reported(row.collection)

    def left(self) -> int:
        """How many running cases stand on another definition."""
        number: int = _LEFT.first(reading(), self._binds).number
        return number

    @property
    def nothing_to_do(self) -> bool:
        return self._round.definition == self.process.hash and not self.left()

    def standing_on(self) -> list[Process]:
        """The other definitions on which new cases begin so far, and running ones stand."""
        running = [row.definition for row in _RUNNING.all(reading(), self._binds)]
        return [self._process(d) for d in dict.fromkeys([self._round.definition, *running]) if d != self.process.hash]

    @property
    def _binds(self) -> dict[str, Any]:
        return {"cycle": self._round.id, "to": self.process.hash}

    def _process(self, digest: str) -> Process:
        return self._store.definitions.process(reading(), digest)

    def dry(self, clock: Clock) -> Iterator[Tried]:
        """What would come of each case; nothing is changed."""
        return (self._tried(row, self._would, clock) for row in self._cases())

    def run(self, clock: Clock) -> Iterator[Tried]:
        """Moves each case that can be moved; what came of it."""
        self._begin()
        return (self._tried(row, self._moved, clock) for row in self._cases())

    def _begin(self) -> None:
        """New cases begin on the other definition, which the database keeps from now on."""
        with writing() as rows:
            self._store.definitions.keep(rows, self.process)
            binds = self._binds
            # Somebody else may have turned the cycle since it was looked up, or opened more of it.
            cycle = _HELD[rows.dialect.name == "sqlite"].first(rows, binds)
            standing = {row.definition for row in _STANDING.all(rows, binds)}
            earlier = " ".join(sorted({cycle.definition, *cycle.earlier.split(), *standing} - {self.process.hash}))
            if not _TURN.change(rows, {**binds, "earlier": earlier}):
                own = " ".join(sorted({*earlier.split(), self.process.hash} - {cycle.definition}))
                _ONLY_NOTE.send(rows, {"cycle": self._round.id, "earlier": own})

    def _cases(self) -> Iterator[Any]:
        after = ""
        while found := _NEXT.all(reading(), {**self._binds, "after": after, "n": BATCH}):
            forget()
            yield from found
            after = found[-1].person_id

    def _tried(self, row: Any, attempt: Callable[[str, datetime], Outcome | None], clock: Clock) -> Tried:
        stage = self._process(row.definition).stages[row.stage].title
        about = {"case": row.id, "name": row.name, "nip": row.nip, "stage": stage}
        try:
            return Tried(**about, outcome=attempt(row.id, clock()))
        except Refused as refused:
            return Tried(**about, reasons=refused.reasons)
        except UNREADABLE as error:
            # One case that cannot be read stops no other.
            log.warning("case %s could not be moved: %s", row.id, type(error).__name__)
            return Tried(**about, reasons=(Refusal("migrasi_rusak"),))
        finally:
            forget()

    def _would(self, case_id: str, now: datetime) -> Outcome:
        rows = reading()
        held = self._store.held_by_public(rows, case_id)
        return migrate(held.process, self.process, held.case, self._store.journal(rows, held), now)

    def _moved(self, case_id: str, now: datetime) -> Outcome | None:
        with writing() as rows:
            return self._store.migrate(rows, case_id, self.process, now)
