"""The cases of a region or unit as an analysis counts them: for whoever holds an office there, what they may read.

One's own case is never among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection

from engine.access import enough_answers, read_by_nobody, reads_value
from engine.analysis import Record, reads
from engine.case import Case
from engine.model import Analysis, Value
from engine.process import NEVER, Process
from web import lists
from web.lists import FROM, MINE
from web.relations import Ties, actors
from web.statements import Statement
from web.store import store

#: So many cases are counted while somebody waits for the page, and so many are held at once.
MOST, BATCH = 20_000, 500

_OFFICES = Statement("select region_id, role, unit_code from office where person_id = :me")
_CYCLES = Statement("""
select y.id, y.title, y.start, y.definition, r.title as region, y.region_id
from cycle y join region r on r.id = y.region_id
where y.region_id in (select o.region_id from office o where o.person_id = :me)
and exists (select 1 from appraisal c where c.cycle_id = y.id) order by y.start, y.id
""")
_COUNT = Statement(f"""
select count(*) as number from (select 1 {FROM} where c.cycle_id = :cycle and {MINE} limit :n) as counted
""")
_STANDING = Statement(f"""
select distinct c.definition, c.stage, p.unit_code {FROM} where c.cycle_id = :cycle and {MINE}
""")
_STATES = Statement(f"""
select c.id, c.person_id, c.region_id, c.definition, c.stage, c.entry, c.version, c.state, p.unit_code,
       y.id as cycle_id, y.title as cycle_title, y.start as cycle_start, y."end" as cycle_end
{FROM} where c.cycle_id = :cycle and c.person_id > :after and {MINE} order by c.person_id limit :n
""")


class TooMany(Exception):
    """More cases than a page can count while somebody waits; carries how many it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """One process whose cases somebody sees by office: its newest definition, its cycles from the oldest on."""

    process: Process
    region: str
    cycles: Mapping[str, str]
    roles: frozenset[str]

    def analyses(self) -> list[Analysis]:
        """Those of which these roles may read every part."""
        return [one for one in self.process.workflow.analytics.values() if self.opens(one)]

    def opens(self, analysis: Analysis) -> bool:
        """Whether at least one of the roles is a reader of all that *analysis* reads.

        What nobody reads is there for its figures: those are for whoever reads most other values.
        """
        return any(all(self._reads(role, name) for name in reads(self.process, analysis)) for role in self.roles)

    def _reads(self, role: str, name: str) -> bool:
        value, defaults = self.process.values[name], self.process.words.defaults.readers
        readers = defaults if read_by_nobody(self.process, value) else {**defaults, **value.readers}
        return readers.get(role, NEVER) != NEVER


def circles(rows: Connection, me: str) -> list[Circle]:
    """The processes in which *me* holds an office."""
    offices = _OFFICES.all(rows, {"me": me})
    found: dict[str, list[Any]] = {}
    for row in _CYCLES.all(rows, {"me": me}):
        found.setdefault(_process(rows, row.definition).id, []).append(row)
    circles_ = (_circle(rows, cycles, offices) for cycles in found.values())
    return [circle for circle in circles_ if circle.roles]


def _circle(rows: Connection, cycles: Sequence[Any], offices: Sequence[Any]) -> Circle:
    process = _process(rows, cycles[-1].definition)
    places = {(row.region_id, office.unit_code) for row in cycles for office in offices}
    roles = {actor.role for place in places for actor in actors(process, _ties("", _Place("-", *place), offices))}
    titles = {row.id: row.title for row in cycles}
    return Circle(process=process, region=cycles[-1].region, cycles=titles, roles=frozenset(roles))


class _Place(NamedTuple):
    """Where somebody works, as an office sees it."""

    person_id: str
    region_id: str
    unit_code: str


def units(rows: Connection, me: str) -> dict[str, str]:
    """The names of the units whose cases *me* sees by office."""
    return dict(lists.units(rows, me))


def records(rows: Connection, me: str, circle: Circle, analysis: Analysis, cycle: str) -> Iterator[Record]:
    """The cases of *circle*, of one *cycle* or of all, with the values of *analysis* that *me* may read of each.

    What nobody reads singly counts once every case of the unit's cycle has ended: two readings never differ by one
    person's answer. Raises ``TooMany``; never holds more than a few cases at once.
    """
    offices, wanted = _OFFICES.all(rows, {"me": me}), reads(circle.process, analysis)
    cycles = [cycle] if cycle else list(circle.cycles)
    left = MOST
    for one in cycles:
        left -= _COUNT.first(rows, {"me": me, "cycle": one, "n": left + 1}).number
        if left < 0:
            raise TooMany(MOST)
    for one in cycles:
        standing = [(_process(rows, row.definition), row) for row in _STANDING.all(rows, {"me": me, "cycle": one})]
        running = {row.unit_code for process, row in standing if not process.stages[row.stage].final}
        for row in _states(rows, me, one):
            process = _process(rows, row.definition)
            roles = [actor.role for actor in actors(process, _ties(me, row, offices))]
            if process.id == circle.process.id and roles:
                values = _values(
                    process, store().records.case_of(process, row), wanted, roles, row.unit_code not in running
                )
                about = {"person": row.person_id, "unit": row.unit_code, "cycle": row.cycle_id, "stage": row.stage}
                yield Record(**about, values=values)


def _states(rows: Connection, me: str, cycle: str) -> Iterator[Any]:
    """The cases of *cycle* that *me* sees by office, some at a time."""
    after = ""
    while True:
        found = _STATES.all(rows, {"me": me, "cycle": cycle, "after": after, "n": BATCH})
        yield from found
        if len(found) < BATCH:
            return
        after = found[-1].person_id


def _values(process: Process, case: Case, wanted: Sequence[str], roles: Sequence[str], ended: bool) -> dict[str, Any]:
    known = [process.values[name] for name in wanted if name in process.values]
    return {value.id: case.values.get(value.id) for value in known if _counts(process, case, value, roles, ended)}


def _counts(process: Process, case: Case, value: Value, roles: Sequence[str], ended: bool) -> bool:
    if read_by_nobody(process, value):
        return ended and enough_answers(process, case, value)
    return reads_value(process, case, value, roles)


def _ties(me: str, row: Any, offices: Sequence[Any]) -> Ties:
    mine = [office for office in offices if office.region_id == row.region_id]
    return Ties(
        person=me,
        subject=getattr(row, "person_id", "-"),
        offices={office.role for office in mine if not office.unit_code},
        unit_offices={office.role for office in mine if office.unit_code == row.unit_code},
        seats={},
    )


def _process(rows: Connection, definition: str) -> Process:
    return store().definitions.process(rows, definition)
