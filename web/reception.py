"""What is handed in by people without an account: feedback with a service code, reports with or without one.

A code and a tracking code are known to the database by keyed hashes only. An answer is stored without its author, its
address and its time; what may be given once is remembered by a hash that stands beside no answer.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from flask import current_app
from sqlalchemy import Connection

from engine import Actor, Case, Cycle, Refusal, Refused
from engine.collecting import is_open
from engine.model import Action
from engine.process import Duty, Process
from web import codes, instants, waiting
from web.definitions import definitions
from web.held import Held, Missing, Subject
from web.statements import Statement, day
from web.store import Store, store
from web.waiting import Given

#: So many codes are made at once at most: a page to print.
MOST = 60
#: The most cases of a unit that one page shows.
STAFF = 200

_ISSUE = Statement("""
insert into service_code (code_hash, case_id) values (:code, :case) on conflict (code_hash) do nothing
""")
_CODE = Statement("select case_id from service_code where code_hash = :code")
_COUNT = Statement("select count(*) as number from service_code where case_id = :case")
_USE = Statement("insert into used_code (use_hash) values (:use) on conflict (use_hash) do nothing")
_USED = Statement("select 1 as found from used_code where use_hash = :use")
_NEXT = Statement("""
insert into ticket_series (region_id, cycle_id, collection, last) values (:region, :cycle, :collection, 1)
on conflict (region_id, cycle_id, collection) do update set last = ticket_series.last + 1 returning last
""")
_TICKET = Statement("""
insert into ticket (tracking_hash, region_id, cycle_id, collection, number, answer, case_id)
values (:tracking, :region, :cycle, :collection, :number, :answer, :case)
""")
_FIND = Statement("""
select t.number, t.collection, t.answer, t.case_id, y.definition from ticket t join cycle y on y.id = t.cycle_id
where t.tracking_hash = :tracking
""")
_CYCLES = Statement("""
select y.id, y.definition, y.title, y.start, y."end", y.region_id, r.title as region_title, r.zone
from cycle y join region r on r.id = y.region_id order by r.title, y.start desc, y.id
""")
_UNITS = Statement("select code, name from unit where region_id = :region order by name")
_CASES = Statement("""
select c.id from appraisal c join cycle y on y.id = c.cycle_id where c.person_id = :person order by y.start desc, c.id
""")
_OF_UNIT = Statement("""
select c.id from appraisal c join person p on p.id = c.person_id join cycle y on y.id = c.cycle_id
where p.id <> :me and y."end" >= :today and exists (
  select 1 from office o where o.person_id = :me and o.region_id = p.region_id and o.unit_code = p.unit_code)
order by p.name, c.id limit :n
""")
_STAFF = Statement("""
select p.id, p.name, p.nip from person p join office o on o.region_id = p.region_id and o.unit_code = p.unit_code
where o.person_id = :me and o.role = :role and p.id <> :me and p.active order by p.name, p.id
""")
_HOLDS = Statement("""
select 1 as found from office where person_id = :me and role = :role and region_id = :region and unit_code = :unit
""")


class UnknownCode(Exception):
    """No such code."""


class ExpiredCode(Exception):
    """The cycle that the code belongs to is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One collection that somebody without an account may answer: which, in which role, with which action."""

    duty: Duty
    role: str
    action: Action
    process: Process

    @property
    def ticket(self) -> str:
        """The prefix of its reports' numbers, empty where answers have none."""
        return self.duty.ticket

    @property
    def once(self) -> tuple[str, ...]:
        """The fields that may be given once; a service code stands in them."""
        return tuple(sorted(self.duty.once))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A running cycle of a region, in which reports can be handed in without a code."""

    region: str
    region_title: str
    cycle: Cycle
    cycle_title: str
    process: Process


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """An answer in the making: through which door, about whom (``held``) or, without a name, in which unit."""

    held: Held
    door: Door
    unit: str = ""
    code: str = ""

    @property
    def named(self) -> bool:
        return bool(self.held.case.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What came of it. A report has a number and the code with which its author follows it up."""

    collection: str
    number: str = ""
    tracking: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A report as its author finds it again: still nobody's, or in a case."""

    number: str
    answer: str
    collection: str
    process: Process
    case: Case | None


class Reception:
    """Codes, answers and reports of the public, in the transactions of one store."""

    def __init__(self, store: Store, secret: bytes) -> None:
        self._store = store
        self._secret = secret

    # --- codes ---

    def issue(self, rows: Connection, officer: str, case_id: str, count: int, key: str) -> list[str]:
        """*count* codes for a case of the officer's unit; the same ones again for the same *key*.

        Raises ``Missing`` for whoever holds no office of that unit, and on their own case.
        """
        held = self._store.held(rows, officer, case_id)
        if not is_officer(held) or not doors(held.process):
            raise Missing(case_id)
        material = [self._derived(f"code\n{case_id}\n{key}\n{number}") for number in range(min(count, MOST))]
        made = [codes.code_of(each, codes.SERVICE) for each in material]
        for code in made:
            _ISSUE.send(rows, {"code": self._code_hash(code), "case": case_id})
        return made

    def issued(self, rows: Connection, case_id: str) -> int:
        """How many codes there are for a case."""
        return int(_COUNT.first(rows, {"case": case_id}).number)

    def cases(self, rows: Connection, officer: str, today: date) -> list[Held]:
        """The running cases of the officer's unit about which people without an account are asked, by name."""
        found = _OF_UNIT.all(rows, {"me": officer, "today": today.isoformat(), "n": STAFF})
        held = (self._store.held(rows, officer, row.id) for row in found)
        return [one for one in held if is_officer(one) and doors(one.process)]

    def served(self, rows: Connection, code: str, now: datetime) -> Held:
        """The case that *code* is for. Raises ``UnknownCode`` or ``ExpiredCode``.

        It ends with the cycle, or later with a collection that an action of the case has still to close.
        """
        row = _CODE.first(rows, {"code": self._code_hash(code)}) if codes.is_code(code, codes.SERVICE) else None
        if row is None:
            raise UnknownCode
        held = self._store.held_by_public(rows, row.case_id)
        cycle = held.case.cycle
        if cycle.day_of(now) > cycle.end and not any(_to_be_closed(held, door) for door in doors(held.process)):
            raise ExpiredCode
        return held

    def is_spent(self, rows: Connection, visit: Visit) -> bool:
        """Whether this code was given in this collection before."""
        uses = [self._use(visit, name, visit.code) for name in visit.door.once]
        return bool(visit.code) and any(_USED.first(rows, {"use": use}) for use in uses)

    # --- where something can be handed in without a code ---

    def places(self, rows: Connection, now: datetime) -> list[Place]:
        """The running cycles with a collection that needs no code; of several in a region and process the latest."""
        found: dict[tuple[str, str], Place] = {}
        for row in _CYCLES.all(rows, {}):
            place = self._place(rows, row)
            takes = any(not door.once for door in doors(place.process))
            if takes and place.cycle.start <= place.cycle.day_of(now) <= place.cycle.end:
                found.setdefault((place.region, place.process.id), place)
        return list(found.values())

    def units(self, rows: Connection, region: str) -> list[tuple[str, str]]:
        """The units of a region: code and name."""
        return [(row.code, row.name) for row in _UNITS.all(rows, {"region": region})]

    # --- handing in ---

    def hand_in(
        self, rows: Connection, visit: Visit, values: Mapping[str, Any], *, key: str, body: str, now: datetime
    ) -> Received:
        """Take an answer in, once for each *key*. *rows* is a writing transaction; *now* is put right by its clock.

        Raises ``Refused`` with the reasons, ``Conflict`` where the key came with another body.
        """
        door = visit.door
        digest, body_digest = self._store.keys.hashed(f"public:{key}"), self._store.keys.hashed(body)
        if visit.named:
            now += self._store.lock(rows, visit.held.case.id)
        else:
            self._store.keys.take_turn(rows, digest)
            now += instants.off(instants.wall(rows))
        before = self._store.keys.seen(self._store.keys.look(rows, digest), body_digest)
        if before is not None:
            tracking = self._tracking(key) if before["number"] else ""
            return Received(**before, tracking=tracking, again=True)
        number = self._number(rows, visit)
        about = {"collection": door.duty.id, "role": door.role, "action": door.action.id, "number": number}
        given = Given(**about, values=values, answer=uuid.uuid4().hex)
        spent = frozenset(name for name in door.once if not self._spend(rows, visit, name, values.get(name)))
        self._put(rows, visit, given, now, spent)
        received = Received(collection=door.duty.id, number=number, tracking=self._tracking(key) if number else "")
        if number:
            self._ticket(rows, visit, given, received.tracking)
        answer = {"collection": door.duty.id, "number": number}
        self._store.keys.remember(rows, digest, body_digest, answer, now, dated=False)
        return received

    def _put(self, rows: Connection, visit: Visit, given: Given, now: datetime, spent: frozenset[str]) -> None:
        """Into the case, or aside: reports of somebody whose case is over wait for the next one."""
        held, names = visit.held, waiting.sealed_in(visit.door.process, visit.door.duty)
        sealed = waiting.seal(rows, self._store.sealer, given, names)
        if visit.named:
            held = self._store.held_by_public(rows, held.case.id)
            if given.collection not in held.process.duties:  # Moved meanwhile to a definition without it.
                raise Refused(Refusal("pengumpulan_sudah_ditutup"))
            if is_open(held.process, held.case, given.collection) or not visit.door.ticket:
                self._store.take_in(rows, held.standing, given, now, spent)
                return
        region, person = held.subject.region, held.subject.id or None
        waiting.keep(rows, sealed, region=region, unit=visit.unit, cycle=held.case.cycle.id, person=person)

    def _number(self, rows: Connection, visit: Visit) -> str:
        if not visit.door.ticket:
            return ""
        region, cycle = visit.held.subject.region, visit.held.case.cycle.id
        row = _NEXT.first(rows, {"region": region, "cycle": cycle, "collection": visit.door.duty.id})
        return f"{visit.door.ticket}-{row.last:03}"

    def _ticket(self, rows: Connection, visit: Visit, given: Given, tracking: str) -> None:
        about = {"collection": given.collection, "number": given.number, "answer": given.answer}
        row = {
            "region": visit.held.subject.region,
            "cycle": visit.held.case.cycle.id,
            "case": visit.held.case.id or None,
        }
        _TICKET.send(rows, {**about, **row, "tracking": self._tracking_hash(given.number, tracking)})

    def _spend(self, rows: Connection, visit: Visit, name: str, value: Any) -> bool:
        """Marks a value as given; false if it was before. Two at once: the second waits and is told so."""
        return value is None or _USE.change(rows, {"use": self._use(visit, name, str(value))}) == 1

    # --- following up ---

    def follow(self, rows: Connection, number: str, tracking: str) -> Followed:
        """The report with this number and tracking code. Raises ``UnknownCode``."""
        digest = self._tracking_hash(number.strip().upper(), codes.plain(tracking))
        row = _FIND.first(rows, {"tracking": digest})
        if row is None:
            raise UnknownCode
        about = {"number": row.number, "answer": row.answer, "collection": row.collection}
        if row.case_id is None:
            process = self._store.definitions.process(rows, row.definition)
            return Followed(**about, process=process, case=None)
        held = self._store.held_by_public(rows, row.case_id)
        return Followed(**about, process=held.process, case=held.case)

    def unnamed(self, rows: Connection, officer: str) -> list[tuple[Given, Place, list[Any]]]:
        """The reports that wait for *officer* to name the employee, where they were given, and whom one may name."""
        found: dict[str, tuple[Given, Place, list[Any]]] = {}
        for role in self._unit_roles(rows):
            staff = _STAFF.all(rows, {"me": officer, "role": role})
            for row in waiting.unnamed(rows, officer, role):
                found.setdefault(row.answer, (waiting.given_of(row), self._place_of(rows, row.cycle_id), staff))
        return list(found.values())

    def name(self, rows: Connection, officer: str, answer: str, person: str, now: datetime) -> bool:
        """Say whom a report is about; whether it is in a case now (otherwise it waits for the next one).

        Raises ``Missing`` for whoever holds no office of that unit and for anybody outside it, the officer included.
        """
        row = waiting.one_unnamed(rows, answer)
        roles = [r for r in self._unit_roles(rows) if row and self._holds(rows, officer, r, row)]
        staff = {found.id for role in roles for found in _STAFF.all(rows, {"me": officer, "role": role})}
        if person not in staff or not waiting.name(rows, answer, person):
            raise Missing(answer)
        given = waiting.given_of(row)
        whole = replace(given, values={**given.values, **self._store.sealed(rows, answer)})
        for case in _CASES.all(rows, {"person": person}):
            at = now + self._store.lock(rows, case.id)
            held = self._store.held_by_public(rows, case.id)
            if given.collection in held.process.duties and is_open(held.process, held.case, given.collection):
                self._store.take_in(rows, held.standing, whole, at)
                return True
        return False

    def _holds(self, rows: Connection, officer: str, role: str, row: Any) -> bool:
        about = {"me": officer, "role": role, "region": row.region_id, "unit": row.unit_code}
        return _HOLDS.first(rows, about) is not None

    def _unit_roles(self, rows: Connection) -> list[str]:
        found = {row.definition for row in _CYCLES.all(rows, {})}
        processes = [self._store.definitions.process(rows, digest) for digest in found]
        return sorted({role for process in processes for role in process.roles_of.get("unit office", ())})

    def _place_of(self, rows: Connection, cycle: str) -> Place:
        return self._place(rows, next(row for row in _CYCLES.all(rows, {}) if row.id == cycle))

    def _place(self, rows: Connection, row: Any) -> Place:
        process = self._store.definitions.process(rows, row.definition)
        cycle = Cycle(id=row.id, start=day(row.start), end=day(row.end), zone=row.zone)
        about = {"region": row.region_id, "region_title": row.region_title, "cycle_title": row.title}
        return Place(**about, cycle=cycle, process=process)

    # --- hashes ---

    def _derived(self, subject: str) -> bytes:
        return hmac.digest(self._secret, subject.encode(), hashlib.sha256)

    def _tracking(self, key: str) -> str:
        """The tracking code that belongs to a one-time key, so that a second press shows the same one."""
        return codes.code_of(self._derived(f"tracking\n{key}"), codes.TRACKING)

    def _code_hash(self, code: str) -> str:
        return self._derived(f"service code\n{codes.plain(code)}").hex()

    def _tracking_hash(self, number: str, tracking: str) -> str:
        return self._derived(f"ticket\n{number}\n{tracking}").hex()

    def _use(self, visit: Visit, name: str, value: str) -> str:
        held = visit.held
        place = f"{held.subject.region}\n{held.case.cycle.id}\n{visit.door.duty.id}\n{name}"
        return self._derived(f"use\n{place}\n{''.join(value.split()).upper()}").hex()


def doors(process: Process) -> list[Door]:
    """What people without an account may answer, in the order of the definition: for each role that may."""
    return list(_doors(process))


def _doors(process: Process) -> Iterator[Door]:
    public = process.roles_of.get("public", frozenset())
    for duty in process.by_stage.get("", ()):
        for role in duty.actor:
            mine = (a for a in duty.actions.values() if role in (a.actor or duty.actor))
            action = next(mine, None)
            if role in public and action is not None:
                yield Door(duty=duty, role=role, action=action, process=process)


def _to_be_closed(held: Held, door: Door) -> bool:
    closes = held.process.workflow.collections[door.duty.id].closes
    return bool(closes) and is_open(held.process, held.case, door.duty.id)


def door(found: Sequence[Door], collection: str, role: str) -> Door | None:
    """The door to *collection* for *role*; the first one if none is said."""
    return next((d for d in found if d.duty.id == collection and role in ("", d.role)), None)


def is_officer(held: Held) -> bool:
    """Whether somebody holds an office of the unit on this case."""
    return any(held.process.words.roles[actor.role].is_ == "unit office" for actor in held.actors)


def gathers(region: str) -> bool:
    """Whether a process of *region* asks people without an account, or may, as far as the definitions can be read."""
    known = definitions()
    asking = (process for process in known.library.processes.values() if process.workflow.region == region)
    return bool(known.broken) or any(map(doors, asking))


def unnamed_visit(place: Place, found: Door, unit: str) -> Visit:
    """A report about nobody in particular yet, in a unit."""
    empty = Case(id="", workflow=place.process.id, definition=place.process.hash, cycle=place.cycle)
    where = {"region": place.region, "region_title": place.region_title, "unit_code": unit}
    subject = Subject(id="", name="", unit="", profile={}, **where)
    actors = (Actor(role=found.role),)
    held = Held(case=empty, process=place.process, subject=subject, actors=actors, cycle_title=place.cycle_title)
    return Visit(held=held, door=found, unit=unit)


def reception() -> Reception:
    """The reception of the running service."""
    known = current_app.extensions
    if "reception" not in known:
        known["reception"] = Reception(store(), known["settings"].derived("reception"))
    found: Reception = known["reception"]
    return found
