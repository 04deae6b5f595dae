"""Cases in the database: finding them, and the one transaction in which they move.

A move locks the case's row first, then loads, authorises and acts; journal, row (``web.records``), seats, draft and
one-time key (``web.keys``) are written together or not at all. Statements are written out: this is the path that
everything waits for.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from flask import current_app
from sqlalchemy import Connection, text

from engine import Actor, Case, Cycle, Entry, Outcome, Refusal, Refused, Stale, act, begin, migrate, set_seats
from engine.case import Started
from engine.collecting import receive
from engine.journal import fold
from engine.jsontext import loaded
from engine.process import NOTE, Duty, Process
from engine.timers import overtaken, working
from web import drafts, instants, outbox, waiting
from web.definitions import Definitions, definitions
from web.held import Held, Missing, subject_of, tied
from web.keys import Keys
from web.records import UNREADABLE, Records, Standing
from web.relations import actors
from web.sealing import Sealer
from web.statements import Reply, Statement, day, stamp, together
from web.waiting import Given


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a form was opened with: the visit of the stage, and how often its task had been submitted then.

    ``definition`` is how the hash of its definition began; empty where nobody saw a page.
    """

    entry: int
    submitted: int
    definition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What came of a submission; ``again`` when it was the same one once more."""

    case_id: str
    action: str
    entry: int
    stage: str
    number: str
    again: bool = False
    ignored: tuple[str, ...] = ()


_CASE = """
select c.id, c.region_id, c.person_id, c.definition, c.stage, c.entry, c.version, c.state, c.head,
       y.id as cycle_id, y.title as cycle_title, y.start as cycle_start, y."end" as cycle_end,
       r.title as region_title, p.name, p.profile, p.unit_code, u.name as unit,
       p.superior_id as superior1, s.superior_id as superior2
from appraisal c join cycle y on y.id = c.cycle_id join region r on r.id = c.region_id
join person p on p.id = c.person_id left join person s on s.id = p.superior_id
left join unit u on u.region_id = p.region_id and u.code = p.unit_code
"""
_ONE = Statement(_CASE + "where c.id = :case")
_LOCK = Statement("select clock_timestamp() as at from appraisal where id = :case for update")
_TIES = Statement("""
select 'office' as tie, role, unit_code, false as answered from office
where person_id = :me and region_id = (select region_id from appraisal where id = :case)
union all select 'seat', role, '', answered from seat where case_id = :case and person_id = :me and confirmed
""")
_MANY_TIES = """
select 'office' as tie, role, unit_code, false as answered, '' as case_id, region_id from office where person_id = :me
union all select 'seat', role, '', answered, case_id, '' from seat where person_id = :me and confirmed
"""

_EVERY = text("""
select c.id, c.definition, c.stage, p.name from appraisal c join person p on p.id = c.person_id order by p.name, c.id
""")


_PIN = Statement("update appraisal set definition = :definition where id = :case")


_SEATS = Statement("update seat set answered = :answered where case_id = :case and role = :role")
_SEAT = Statement("update seat set answered = :answered where case_id = :case and role = :role and person_id = :person")
_DISOWN = Statement("""
update attachment set owner_id = null where case_id = :case and duty = :duty and owner_id = :person
""")
_CYCLE = Statement("""
insert into cycle (id, region_id, definition, title, start, "end", origin_id, opening)
values (:id, :region, :definition, :title, :start, :end, :origin, :opening)
on conflict (origin_id, definition) do nothing
""")
_NEWCOMER = Statement("""
select p.profile, p.region_id, coalesce(u.zone, r.zone) as zone from person p join region r on r.id = p.region_id
left join unit u on u.region_id = p.region_id and u.code = p.unit_code where p.id = :person
""")
_FOLLOWING = Statement("""
select y.id, y.start, y."end",
       exists (select 1 from appraisal c where c.cycle_id = y.id and c.person_id = :person) as has
from cycle y where y.origin_id = :origin and y.definition = :definition
""")
_RELATED = Statement("""
select b.id, b.definition, b.origin_id from appraisal a join appraisal b on b.origin_id = a.id or b.id = a.origin_id
where a.id = :case order by b.id
""")


class Store:
    """Reads and moves cases with the definitions of one service.

    ``sealer`` seals what only an office may read of a public answer.
    """

    def __init__(self, definitions: Definitions, keys: Keys, records: Records, sealer: Sealer) -> None:
        self.definitions = definitions
        self.keys = keys
        self.records = records
        self.sealer = sealer

    # --- reading ---

    def held(self, rows: Connection, person: str, case_id: str) -> Held:
        """The case with the roles that *person* has on it. Raises ``Missing`` without any."""
        with together(rows):
            found = self._look(rows, person, case_id)
        return self._held(rows, person, case_id, *found)

    def _look(self, rows: Connection, person: str, case_id: str) -> tuple[Reply, Reply]:
        """Asks for what ``_held`` is to know: the case, and what ties *person* to it."""
        return _ONE.ask(rows, {"case": case_id}), _TIES.ask(rows, {"me": person, "case": case_id})

    def _held(self, rows: Connection, person: str, case_id: str, found: Reply, ties: Reply) -> Held:
        row, mine = found.first(), ties.all()
        if row is None:
            raise Missing(case_id)
        process = self.definitions.process(rows, row.definition)
        roles = actors(process, tied(person, row, mine))
        if not roles:
            raise Missing(case_id)
        return self._of(process, row, roles)

    def held_by_public(self, rows: Connection, case_id: str, role: str = "") -> Held:
        """The case as somebody without an account holds it, who has shown a code for it. Raises ``Missing``."""
        row = _ONE.first(rows, {"case": case_id})
        if row is None:
            raise Missing(case_id)
        return self._of(self.definitions.process(rows, row.definition), row, (Actor(role=role),) if role else ())

    def sealed(self, rows: Connection, answer: str) -> dict[str, str]:
        """The sealed texts of an answer of the public, by field."""
        return waiting.opened(rows, self.sealer, answer)

    def related(self, rows: Connection, case_id: str) -> list[Any]:
        """The cases that this one follows up, or that follow it up: ``id``, ``definition``, ``origin_id``."""
        return _RELATED.all(rows, {"case": case_id})

    def holds(self, rows: Connection, person: str, ids: Sequence[str]) -> list[Held]:
        """Those of the cases *ids* on which *person* has a role, in their order."""
        if not ids:
            return []
        many, many_ties = _many(len(ids))
        asked = {f"id{place}": ident for place, ident in enumerate(ids)}
        ties = many_ties.all(rows, {"me": person, **asked})
        found: dict[str, Held] = {}
        for row in many.all(rows, asked):
            process = self.definitions.process(rows, row.definition)
            mine = [
                tie for tie in ties if tie.case_id == row.id or (tie.tie == "office" and tie.region_id == row.region_id)
            ]
            if roles := actors(process, tied(person, row, mine)):
                found[row.id] = self._of(process, row, roles)
        return [found[ident] for ident in ids if ident in found]

    def _of(self, process: Process, row: Any, mine: tuple[Actor, ...]) -> Held:
        case, subject = self.records.case_of(process, row), subject_of(row)
        about = {"subject": subject, "actors": mine, "cycle_title": row.cycle_title, "head": row.head}
        return Held(case=case, process=process, **about)

    def journal(self, rows: Connection, held: Held) -> list[Entry]:
        """The whole journal of a case, oldest first."""
        return self.records.entries(rows, held.process, held.case.id)

    def closed(self, rows: Connection) -> Iterator[tuple[Process, str, str]]:
        """Every case that has come to its end: its process, its id, and the name of the person appraised."""
        for row in rows.execute(_EVERY).all():
            process = self.definitions.process(rows, row.definition)
            if process.stages[row.stage].final:
                yield process, row.id, row.name

    def folded(self, rows: Connection, held: Held) -> Case:
        """The case as its journal makes it; equal to the case that is stored."""
        return fold(held.process, held.case.id, self.journal(rows, held))

    def follows(self, rows: Connection, case_id: str) -> bool:
        """Whether the stored case is what its journal makes; a state that cannot be read is not."""
        try:
            held = self.held_by_public(rows, case_id)
            return self.folded(rows, held) == held.case
        except UNREADABLE:
            return False

    # --- opening ---

    def open_cycle(
        self,
        rows: Connection,
        process: Process,
        *,
        title: str,
        start: date,
        end: date,
        people: Iterable[str],
        now: datetime,
        region: str = "",
    ) -> list[str]:
        """Open a cycle of *process* with a case for each of *people* (person ids); the ids of the cases.

        *region* is whose people they are, where the process itself belongs to every region.
        """
        region = process.workflow.region or region
        zone = rows.execute(text("select zone from region where id = :r"), {"r": region}).scalar_one()
        cycle = Cycle(id=str(uuid.uuid4()), start=start, end=end, zone=zone)
        self.add_cycle(rows, process, cycle, region=region, title=title)
        return [self.open_case(rows, process, cycle, person, now) for person in people]

    def add_cycle(self, rows: Connection, process: Process, cycle: Cycle, **more: Any) -> None:
        """Write a cycle and keep its definitions: ``region``, ``title``; ``origin``; ``opening`` as in its table."""
        self.definitions.keep(rows, process)
        days = {"start": cycle.start.isoformat(), "end": cycle.end.isoformat()}
        _CYCLE.send(rows, {"id": cycle.id, "definition": process.hash, **days, "origin": None, "opening": None, **more})

    def open_case(
        self,
        rows: Connection,
        process: Process,
        cycle: Cycle,
        person: str,
        now: datetime,
        *,
        case_id: str = "",
        origin: str | None = None,
    ) -> str:
        """A new case for *person*: its row and the first lines of its journal. *origin* is the case it follows up.

        It keeps the zone that the person's unit has now, so that no deadline comes earlier when they move.
        """
        known = _NEWCOMER.first(rows, {"person": person})
        cycle = replace(cycle, zone=known.zone)
        profile = self.profile_of(process, loaded(known.profile))
        outcome = begin(process, case_id or str(uuid.uuid4()), cycle, {process.subject: profile}, now)
        row, lines = self.records.begun(process, outcome, known.region_id, person, now, origin)
        self.records.add(rows, [row], lines)
        if origin:
            self._tell(rows, outcome.case, now)
        after = Standing(process, outcome.case, row["head"], known.region_id, person)
        self._followed(rows, after, frozenset(), outcome, now)
        return outcome.case.id

    def profile_of(self, process: Process, stored: Mapping[str, Any]) -> dict[str, Any]:
        """The profile fields that the process knows, typed."""
        known = {name: value for name, value in stored.items() if name in process.words.profile}
        return dict(self.definitions.codec(process).load_profile(known))

    # --- moving ---

    def move(
        self,
        rows: Connection,
        person: str,
        case_id: str,
        action: str,
        answers: Callable[[Held], Mapping[str, Any]],
        *,
        opened: Opened,
        key: str,
        body: str,
        now: datetime,
    ) -> Moved:
        """Take *action* for *person* in this transaction, once for each *key*.

        *answers* gives the values to submit, asked for once the case is locked. *rows* is a writing transaction.
        Raises ``Missing``, ``Stale`` where the form was opened before somebody else moved the case, ``Conflict`` where
        the key came with another body, ``Refused`` with the reasons.
        """
        digest, body_digest = self.keys.hashed(f"{person}:{case_id}:{key}"), self.keys.hashed(body)
        with together(rows):
            locked = self._locking(rows, case_id)
            known = self.keys.look(rows, digest)
            found = self._look(rows, person, case_id)
        now += _off(locked)
        before = self.keys.seen(known, body_digest)
        if before is not None:
            return Moved(**before, again=True)
        held = self._held(rows, person, case_id, *found)
        actor = acting(held, action)
        fresh(held, actor, action, opened)
        outcome = act(held.process, held.case, actor, action, answers(held), now, answer=uuid.uuid4().hex)
        moved = Moved(
            case_id=case_id,
            action=action,
            entry=held.case.entry,
            stage=held.case.stage,
            number=f"{case_id[:8]}-{outcome.entries[0].seq}".upper(),
            ignored=outcome.ignored,
        )
        duty = held.process.duties[outcome.entries[0].duty]
        with together(rows):
            after = self._write(rows, held, actor, outcome, now)
            drafts.drop(rows, case_id, duty.id, person)
            if duty.anonymous:
                _DISOWN.send(rows, {"case": case_id, "duty": duty.id, "person": person})
            self.keys.remember(rows, digest, body_digest, told_of(moved), now, dated=not duty.anonymous)
        self._followed(rows, after, held.case.collecting, outcome, now)
        return moved

    def seated(self, rows: Connection, case_id: str, role: str) -> set[str]:
        """The people who are proposed for *role*, or hold it."""
        held = text("select person_id from seat where case_id = :c and role = :r")
        found = rows.execute(held, {"c": case_id, "r": role})
        return set(found.scalars())

    def lock(self, rows: Connection, case_id: str) -> timedelta:
        """Nobody else moves this case until the transaction ends. SQLite has one writer at a time already.

        Tells by how much this machine's clock is off from the one that all of them share.
        """
        return _off(self._locking(rows, case_id))

    def _locking(self, rows: Connection, case_id: str) -> Reply | None:
        """Asks for the lock of ``lock``."""
        return None if rows.dialect.name == "sqlite" else _LOCK.ask(rows, {"case": case_id})

    def still_open(self, rows: Connection, person: str, held: Held, duty: Duty) -> None:
        """Nobody moves the case until this transaction ends, and *person* may still fill in what *held* showed them.

        Raises ``Stale`` where the case has moved on since then, their task was answered or a role was taken from them,
        ``Missing`` where they have none left.
        """
        before = held.case
        self.lock(rows, before.id)
        found = self.held(rows, person, before.id)
        answered = not duty.many and found.case.submitted.get(duty.id) != before.submitted.get(duty.id)
        moved = (found.case.entry, found.case.definition) != (before.entry, before.definition)
        if moved or found.actors != held.actors or answered:
            raise Stale

    def set_seats(
        self,
        rows: Connection,
        person: str,
        case_id: str,
        role: str,
        people: Sequence[str],
        *,
        confirm: bool,
        now: datetime,
    ) -> None:
        """Who holds *role* with several seats: a proposal, or with *confirm* the decision, which replaces what was.

        Raises ``Missing``, and ``Refused`` where this person may not, or not these people.
        """
        now += self.lock(rows, case_id)
        held = self.held(rows, person, case_id)
        declared = held.process.words.roles[role]
        entitled = declared.confirmed_by if confirm else declared.proposed_by
        actor = next((a for a in held.actors if a.role in entitled), None)
        if actor is None:
            raise Refused(Refusal("peran_tidak_berwenang"))
        answered = self._answered(rows, case_id, role)
        _seatable(held, role, people, answered, confirm=confirm)
        outcome = set_seats(held.process, held.case, actor, role, people, now) if confirm else None
        rows.execute(text("delete from seat where case_id = :c and role = :r"), {"c": case_id, "r": role})
        rows.execute(
            text("insert into seat (case_id, role, person_id, confirmed, answered) values (:c, :r, :p, :k, :a)"),
            [{"c": case_id, "r": role, "p": p, "k": confirm, "a": p in answered} for p in sorted(people)],
        )
        if outcome:
            after = self._write(rows, held, actor, outcome, now)
            self._followed(rows, after, held.case.collecting, outcome, now)
            self._tell_seated(rows, held, role, outcome.case, now)

    def _tell_seated(self, rows: Connection, held: Held, role: str, case: Case, now: datetime) -> None:
        """People who take their seats while the stage waits for them are told as if it had just been entered."""
        if any(role in duty.actor for duty in held.process.by_stage[case.stage]):
            self._tell_others(rows, held.case, case, now)

    def _tell_others(self, rows: Connection, before: Case, case: Case, now: datetime) -> None:
        """Whoever the stage waits for now, besides those who were told when it was entered."""
        if case.entry == before.entry:
            about = {"case": case.id, "entry": case.entry}
            outbox.put(rows, outbox.ENTERED, f"{case.id}:{case.entry}:{case.version}", about, now)

    def take_in(
        self, rows: Connection, standing: Standing, given: Given, now: datetime, spent: frozenset[str] = frozenset()
    ) -> Standing:
        """Put an answer of the public into a case that this transaction has locked.

        *spent* are its fields whose value was given before. Raises ``Refused`` with the reasons.
        """
        process, case = standing.process, standing.case
        actor, duty = Actor(role=given.role), process.duties[given.collection]
        values, named = given.values, {"answer": given.answer, "number": given.number}
        outcome = receive(process, case, duty.id, actor, given.action, values, now, spent=spent, **named)
        outcome = waiting.without(outcome, given, waiting.sealed_in(process, duty))
        after = self._follow(rows, standing, outcome, now)
        waiting.arrived(rows, given.answer, case.id)
        return after

    # --- time ---

    def overtake(self, rows: Connection, case_id: str, now: datetime) -> bool:
        """Whether the system acted on a case because a deadline has passed, in this writing transaction."""
        self.lock(rows, case_id)
        held = self.held_by_public(rows, case_id)
        outcome = overtaken(held.process, held.case, now)
        if outcome is None:
            return False
        after = self._write(rows, held, Actor(role=held.process.system), outcome, now)
        self._followed(rows, after, held.case.collecting, outcome, now)
        return True

    # --- to another definition ---

    def migrate(self, rows: Connection, case_id: str, process: Process, now: datetime) -> Outcome | None:
        """Move a running case to *process*, in this writing transaction; ``None`` where it stands there already.

        Also where it has ended meanwhile, or is gone. Raises ``Refused`` with the reasons why it stays.
        """
        now += self.lock(rows, case_id)
        held = self.held_by_public(rows, case_id)
        if held.case.definition == process.hash or held.process.stages[held.case.stage].final:
            return None
        outcome = migrate(held.process, process, held.case, self.journal(rows, held), now)
        _PIN.send(rows, {"case": case_id, "definition": process.hash})
        after = self._write(rows, replace(held, process=process), Actor(role=process.system), outcome, now)
        self._followed(rows, after, held.case.collecting, outcome, now)
        if set(working(process, outcome.case)) - set(working(held.process, held.case)):
            self._tell_others(rows, held.case, outcome.case, now)
        return outcome

    # --- writing ---

    def _write(self, rows: Connection, held: Held, actor: Actor, outcome: Outcome, now: datetime) -> Standing:
        """The case as *outcome* leaves it, its journal and its seats; what it brings with it is ``_followed``."""
        after = self._follow(rows, held.standing, outcome, now)
        for role in outcome.reopened:
            _SEATS.send(rows, {"answered": False, "case": held.case.id, "role": role})
        if outcome.took_seat:
            seat = {"case": held.case.id, "role": actor.role, "person": actor.person}
            _SEAT.send(rows, {"answered": True, **seat})
        return after

    def _follow(self, rows: Connection, standing: Standing, outcome: Outcome, now: datetime) -> Standing:
        after = self.records.follow(rows, standing, outcome, now)
        if after.case.entry != standing.case.entry:
            self._tell(rows, after.case, now)
        return after

    def _tell(self, rows: Connection, case: Case, now: datetime) -> None:
        """Whoever the new stage waits for, and other systems, are told of it by a job of this transaction."""
        about = {"case": case.id, "entry": case.entry, "at": stamp(case.entered_at or now)}
        outbox.put(rows, outbox.ENTERED, f"{case.id}:{case.entry}", about, now)

    # --- what follows ---

    def _followed(
        self, rows: Connection, standing: Standing, open_before: frozenset[str], outcome: Outcome, now: datetime
    ) -> None:
        """What an act brings with it: follow-up cases, and answers of the public that waited for a collection."""
        for started in outcome.starts:
            self._follow_up(rows, outcome.case, started, standing.person, now)
        for given in waiting.of_person(rows, standing.person, outcome.case.collecting - open_before):
            # Sealed texts are checked with the others, and lie where they were put.
            whole = replace(given, values={**given.values, **self.sealed(rows, given.answer)})
            with suppress(Refused):
                standing = self.take_in(rows, standing, whole, now)

    def _follow_up(self, rows: Connection, origin: Case, started: Started, person: str, now: datetime) -> None:
        """Open the case of another process for the same person; its cycle is made when the first one needs it."""
        process = self.definitions.current(rows, started.workflow)
        known = {"origin": origin.cycle.id, "definition": process.hash, "person": person}
        row = _FOLLOWING.first(rows, known)
        if row is None:
            self._add_following_cycle(rows, process, origin, now)
            # Not always the one just made: two cases may need it at once.
            row = _FOLLOWING.first(rows, known)
        if not row.has:
            cycle = replace(origin.cycle, id=row.id, start=day(row.start), end=day(row.end))
            self.open_case(rows, process, cycle, person, now, case_id=started.case, origin=origin.id)

    def _add_following_cycle(self, rows: Connection, process: Process, origin: Case, now: datetime) -> None:
        """A cycle of *process* that follows up the one of *origin*, a year from today, unless there is one already."""
        first = origin.cycle.day_of(now)
        cycle = replace(origin.cycle, id=str(uuid.uuid4()), start=first, end=first + timedelta(days=364))
        before = text("select region_id, title from cycle where id = :c")
        row = rows.execute(before, {"c": origin.cycle.id}).one()
        self.add_cycle(rows, process, cycle, region=row.region_id, title=row.title, origin=origin.cycle.id)

    def _answered(self, rows: Connection, case_id: str, role: str) -> set[str]:
        found = rows.execute(
            text("select person_id from seat where case_id = :c and role = :r and answered"), {"c": case_id, "r": role}
        )
        return set(found.scalars())


def _off(locked: Reply | None) -> timedelta:
    """By how much this machine's clock is off from the one that told when the lock was had."""
    row = locked.first() if locked else None
    return instants.off(row.at) if row else timedelta()


def told_of(moved: Moved) -> dict[str, Any]:
    """What a key remembers of the move it made."""
    return {name: getattr(moved, name) for name in ("case_id", "action", "entry", "stage", "number")}


def _seatable(held: Held, role: str, people: Sequence[str], answered: set[str], *, confirm: bool) -> None:
    """Raises ``Refused`` unless *people* may hold *role*: enough, not too many, not the subject, nobody lost."""
    seats = held.process.words.roles[role].seats
    if held.subject.id in people:
        raise Refused(Refusal("penilai_sendiri"))
    if not seats.holds(len(people)):
        raise Refused(Refusal("jumlah_penilai", role, {"least": seats.least, "most": seats.most, "found": len(people)}))
    if answered - set(people):
        raise Refused(Refusal("penilai_sudah_menjawab"))
    if not confirm and held.case.seats.get(role):
        raise Refused(Refusal("penilai_sudah_disetujui"))


def acting(held: Held, action: str) -> Actor:
    """In which of their roles somebody takes *action*. Raises ``Refused`` where none of them may."""
    stage = held.process.stages[held.case.stage]
    if action == NOTE.id:
        duties = held.process.by_stage[stage.id]
        found = [a for a in held.actors if any(d.submitted_by(NOTE, a.role) for d in duties)]
    elif action in stage.actions:
        roles = held.process.actors_of(stage, stage.actions[action])
        found = [a for a in held.actors if a.role in roles]
    else:
        raise Stale
    if not found:
        raise Refused(Refusal("peran_tidak_berwenang"))
    return next((a for a in found if not a.answered), found[0])


def fresh(held: Held, actor: Actor, action: str, opened: Opened) -> None:
    """Raises ``Stale`` unless the case stands in the visit, and the task at the version, the form was opened with.

    Nor may the case have been moved to another definition, by which the form would be another.

    People who answer the same task side by side do not disturb each other.
    """
    if held.case.entry != opened.entry or not held.case.definition.startswith(opened.definition):
        raise Stale
    taken = NOTE if action == NOTE.id else held.process.stages[held.case.stage].actions[action]
    duty = held.process.duty_of(held.case.stage, taken, actor.role)
    if not duty.many and held.case.submitted.get(duty.id, 0) != opened.submitted:
        raise Stale


@cache
def _many(count: int) -> tuple[Statement, Statement]:
    """What reads so many cases, a page at most, and what ties somebody to them."""
    ids = ", ".join(f":id{place}" for place in range(count))
    return Statement(f"{_CASE} where c.id in ({ids})"), Statement(f"{_MANY_TIES} and case_id in ({ids})")


def store() -> Store:
    """The store of the running service."""
    known = current_app.extensions
    if "store" not in known:
        settings = known["settings"]
        known["store"] = Store(
            definitions(),
            Keys(settings.anonymity_key),
            Records(definitions(), settings.derived("audit")),
            Sealer(settings.derived("sealing")),
        )
    found: Store = known["store"]
    return found
