"""Opening a cycle: a case for every active employee who has a superior, thousands in a transaction.

The engine works out each beginning once (``engine.alike``); all who begin alike get the same rows with their own id,
person and profile in them, and journals chained anew. How far it has come stands in the cycle's row and is moved on in
the transaction of each batch, only from where it was found; so a run that was killed is continued, and two at once
share the work. It is moved on only while the cycle has the definition of the batch as well: where its cases go to
another one meanwhile (``web.migrating``), those that are still to be opened begin on that.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from engine import Cycle, Outcome, Refusal, Refused
from engine.alike import Beginnings
from engine.jsontext import dumped, loaded
from engine.process import Process
from web import chain, outbox
from web.database import reading, writing
from web.records import Row
from web.statements import Statement, day
from web.store import Store

#: So many employees are read, and their cases written, at once.
BATCH = 10_000

_LOCK = Statement("select id from region where id = :region for no key update")
_ZONE = Statement("select zone from region where id = :region")
_KNOWN = Statement("""
select y.id, y.region_id, y.definition, y.start, y."end", y.opening from cycle y
join definition d on d.hash = y.definition
where y.region_id = :region and d.workflow = :workflow and y.title = :title and y.origin_id is null
""")
_WITHOUT_CASE = """
from person p where p.region_id = :region and p.id > :after and p.active and p.superior_id is not null
and not exists (select 1 from appraisal c where c.cycle_id = :cycle and c.person_id = p.id)
"""
_LEFT = Statement(f"select count(*) as number {_WITHOUT_CASE}")
_ANYBODY = Statement("""
select 1 as one from person p where p.region_id = :region and p.active and p.superior_id is not null limit 1
""")
_NEXT = Statement(f"""
select p.id, p.nip, p.profile, exists (select 1 from waiting_answer w where w.person_id = p.id) as awaited,
       (select u.zone from unit u where u.region_id = p.region_id and u.code = p.unit_code) as zone
{_WITHOUT_CASE} order by p.id limit :n
""")
_REACHED = Statement("select opening, definition from cycle where id = :cycle")
_MOVE_ON = Statement("""
update cycle set opening = :reached where id = :cycle and opening = :before and definition = :definition
""")
_OPENED = Statement("select count(*) as number from appraisal where cycle_id = :cycle")


class Nobody(Exception):
    """The region has no employee to open a case for."""


class Opened(Exception):
    """The cycle was opened before, to its end."""


class OtherDays(Exception):
    """The cycle is being opened already, with other days: ``start`` and ``end``."""

    def __init__(self, start: date, end: date) -> None:
        super().__init__(start, end)
        self.start = start
        self.end = end


@dataclass(frozen=True, slots=True)
class Rejected:
    """Somebody whose data no case can be opened with, and why."""

    nip: str
    reasons: tuple[Refusal, ...]


@dataclass(slots=True)
class Told:
    """What came of an opening: how many cases, and for whom there is none."""

    cases: int = 0
    rejected: list[Rejected] = field(default_factory=list)


def begun(store: Store, process: Process, *, title: str, start: date, end: date, region: str = "") -> Opening:
    """A new cycle to be opened, or the one of that *title* that was left half open.

    *region* is whose people they are, where the process itself belongs to every region. Raises ``Opened``,
    ``OtherDays``, ``Nobody``.
    """
    region = process.workflow.region or region
    with writing() as rows:
        if rows.dialect.name != "sqlite":
            _LOCK.first(rows, {"region": region})
        found = _ZONE.first(rows, {"region": region})
        if found is None or _ANYBODY.first(rows, {"region": region}) is None:
            raise Nobody(region or process.id)
        zone = found.zone
        row = _KNOWN.first(rows, {"region": region, "workflow": process.id, "title": title})
        if row is None:
            cycle = Cycle(id=str(uuid.uuid4()), start=start, end=end, zone=zone)
            store.add_cycle(rows, process, cycle, region=region, title=title, opening="")
            return Opening(store, process, cycle, region)
        if row.opening is None:
            raise Opened
        if (day(row.start), day(row.end)) != (start, end):
            raise OtherDays(day(row.start), day(row.end))
        # A cycle keeps the definitions it began with.
        process = store.definitions.process(rows, row.definition)
        return Opening(store, process, Cycle(id=row.id, start=start, end=end, zone=zone), region)


class Opening:
    """A cycle whose cases are being opened."""

    def __init__(self, store: Store, process: Process, cycle: Cycle, region: str) -> None:
        self.cycle = cycle
        self.told = Told()
        self._store = store
        self._region = region
        self._process = process

    def left(self) -> int:
        """How many employees have no case yet."""
        number: int = _LEFT.first(reading(), {**self._whose, "after": ""}).number
        return number

    def batches(self, now: datetime) -> Iterator[int]:
        """Opens the cases that are left, begun at *now*; how many employees each batch came to."""
        moulds = self._moulds(now)
        while (reached := self._reached()) is not None:
            if moulds.process is not self._process:
                moulds = self._moulds(now)
            people = _NEXT.all(reading(), {**self._whose, "after": reached, "n": BATCH})
            if not people:
                if self._finished(reached, now):
                    return
                self.told.rejected.clear()
                continue
            batch = _batch(moulds, people)
            if self._write(batch, people[-1].id, reached, now):
                self.told.cases += len(batch.cases) + len(batch.singly)
                self.told.rejected += batch.rejected
                yield len(people)

    @property
    def _whose(self) -> dict[str, str]:
        return {"cycle": self.cycle.id, "region": self._region}

    def _moulds(self, now: datetime) -> Moulds:
        return Moulds(self._store, self._process, self.cycle, self._region, now)

    def _reached(self) -> str | None:
        """The last person whose case was opened; ``None`` once all are. The rest begin on the cycle's definition."""
        row = _REACHED.first(reading(), {"cycle": self.cycle.id})
        if row.definition != self._process.hash:
            self._process = self._store.definitions.process(reading(), row.definition)
        reached: str | None = row.opening
        return reached

    def _write(self, batch: Batch, last: str, reached: str, now: datetime) -> bool:
        """Whether the batch was written; not if somebody else has moved the cycle on from *reached*."""
        with writing() as session:
            rows = session
            if not self._move_on(rows, reached, last):
                return False
            self._store.records.add(rows, batch.cases, batch.lines)
            for person in batch.singly:
                self._store.open_case(rows, self._process, self.cycle, person.id, now)
        return True

    def _finished(self, reached: str, now: datetime) -> bool:
        """The end of the list: whether all have a case but those whom this run rejected.

        Their data may be corrected; so for them the cycle is still being opened, from the beginning of the list.
        Another definition may want other data: where the cycle has one by now, this is not the end.
        """
        left = self.left()
        with writing() as session:
            rows = session
            ended = left <= len(self.told.rejected)
            number = _OPENED.first(rows, {"cycle": self.cycle.id}).number
            if not self._move_on(rows, reached, "" if left else None):
                definition: str = _REACHED.first(rows, {"cycle": self.cycle.id}).definition
                return ended and definition == self._process.hash
            if ended and number:
                reason = f"{self.cycle.id}:{number}"
                outbox.put(rows, outbox.CYCLE_OPENED, reason, {"cycle": self.cycle.id}, now)
        return ended

    def _move_on(self, rows: Connection, before: str, reached: str | None) -> bool:
        binds = {"cycle": self.cycle.id, "definition": self._process.hash, "before": before, "reached": reached}
        return _MOVE_ON.change(rows, binds) == 1


@dataclass(slots=True)
class Batch:
    """What is to be written for some employees; ``singly`` are those whose case is opened like any other."""

    cases: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    singly: list[Any] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def _batch(moulds: Moulds, people: Sequence[Any]) -> Batch:
    """The rows for *people*, worked out while others may write."""
    batch = Batch()
    # One reading of all profiles costs less than one of each.
    profiles = loaded(f"[{','.join([person.profile for person in people])}]")
    for person, stored, case_id in zip(people, profiles, moulds.ids(people), strict=True):
        try:
            found = moulds.case(case_id, person, stored)
        except Refused as refused:
            batch.rejected.append(Rejected(person.nip, refused.reasons))
            continue
        if found is None or person.awaited:
            batch.singly.append(person)
        else:
            batch.cases.append(found[0])
            batch.lines += found[1]
    return batch


# --- what those who begin alike share ---------------------------------------------------------------------------------


class Moulds:
    """The cases of a cycle begun at one instant."""

    def __init__(self, store: Store, process: Process, cycle: Cycle, region: str, now: datetime) -> None:
        self.process = process
        self._store = store
        self._region = region
        self._now = now
        self._distance = _number(cycle.id)
        self._cycle = cycle
        #: By zone: a unit may lie in another one than its region.
        self._beginnings: dict[str, Beginnings] = {}
        self._known: dict[int, Mould | None] = {}
        self._codec = store.definitions.codec(process)

    def ids(self, people: Sequence[Any]) -> Iterator[str]:
        """New random ids for the cases of *people*, in the order of theirs.

        Neighbours in the tables are then neighbours in every index, or each batch would write all indexes anew. The
        first eight digits follow those of the person, by a distance that is the cycle's own.
        """
        digits = secrets.token_hex(16 * len(people))
        for place, person in enumerate(people):
            own = digits[32 * place + 8 : 32 * place + 32]
            first = (_number(person.id) + self._distance) % 2**32
            yield f"{first:08x}-{own[:4]}-4{own[5:8]}-a{own[9:12]}-{own[12:]}"

    def case(self, case_id: str, person: Any, stored: Mapping[str, Any]) -> tuple[Row, list[Row]] | None:
        """The rows of the case of *person*, whose profile is kept as *stored*; ``None`` where nobody's lead to them.

        Raises ``Refused`` as ``begin`` does.
        """
        outcome = self._begun_in(person.zone or self._cycle.zone).of(stored)
        kind = id(outcome)
        if kind not in self._known:
            self._known[kind] = self._mould(outcome)
        mould = self._known[kind]
        if mould is None:
            return None
        return mould.case(self._store, case_id, person.id, self._codec.kept_profile(stored))

    def _begun_in(self, zone: str) -> Beginnings:
        if zone not in self._beginnings:
            self._beginnings[zone] = Beginnings(self.process, replace(self._cycle, zone=zone), self._now)
        return self._beginnings[zone]

    def _mould(self, outcome: Outcome) -> Mould | None:
        row, lines = self._store.records.begun(self.process, outcome, self._region, "", self._now)
        profile = self._codec.dump_profile(outcome.case.profiles[self.process.subject])
        state = _around(row["state"], f'"profiles":{{"{self.process.subject}":', profile)
        inputs = _around(lines[0]["inputs"], '{"fields":', profile)
        if state is None or inputs is None or outcome.starts or lines[0]["event"] != "profile_set":
            return None
        others = [(line, chain.said(line)) for line in lines[1:]]
        return Mould(row, state, inputs, lines[0], chain.said_around(lines[0], "inputs"), others)


@dataclass(frozen=True, slots=True)
class Mould:
    """The rows of a case, open where the profile stands: in its state, and in the first line of its journal."""

    row: Row
    state: tuple[str, str]
    inputs: tuple[str, str]
    line: Row
    #: What the link of the first line is made from, around its inputs; the other lines with what theirs is made from.
    first: tuple[str, str]
    others: list[tuple[Row, str]]

    def case(self, store: Store, case_id: str, person: str, profile: str) -> tuple[Row, list[Row]]:
        """The rows of the case of another employee."""
        inputs = profile.join(self.inputs)
        link = store.records.link("", case_id, dumped(inputs).join(self.first))
        lines = [{**self.line, "inputs": inputs, "case": case_id, "chain": link}]
        for line, said in self.others:
            link = store.records.link(link, case_id, said)
            lines.append({**line, "case": case_id, "chain": link})
        state = profile.join(self.state)
        return {**self.row, "id": case_id, "person": person, "state": state, "head": link}, lines


def _number(ident: str) -> int:
    """What the first eight digits of an id say; any number where it has none."""
    try:
        return int(ident[:8], 16)
    except ValueError:
        return secrets.randbits(32)


def _around(whole: str, before: str, profile: str) -> tuple[str, str] | None:
    """*whole* before and after *profile*, which follows *before*; ``None`` unless it stands there once."""
    parts = whole.split(before + profile)
    return (parts[0] + before, parts[1]) if len(parts) == 2 else None
