"""Lists of many cases, for whoever holds an office: read by columns, a page at a time, never with their states.

A page is the beginning of several short readings, each in the order of an index: one for each stage of a region. So it
takes as long among a million cases as among a thousand, and nothing is counted that nobody asked for.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection

from engine.process import Process
from web import directory
from web.clock import ZONES, day_in
from web.statements import Statement, day
from web.store import store

#: Cases of one page.
PAGE = 50
#: Stands for the deadline of what has none: it comes last.
NEVER = "9999-12-31"
#: More words than these do not narrow a search further.
WORDS = 4

#: The cases of an office's region or unit, never one's own.
MINE = """
c.person_id <> :me and exists (
  select 1 from office o where o.person_id = :me and o.region_id = c.region_id
  and (o.unit_code = '' or o.unit_code = p.unit_code))
"""
FROM = "from appraisal c join person p on p.id = c.person_id join cycle y on y.id = c.cycle_id"

_OFFICES = Statement("select distinct region_id, unit_code from office where person_id = :me")
_ROUNDS = Statement("""
select y.id, y.title, y.start, y."end", y.definition, y.earlier, r.title as region_title
from cycle y join region r on r.id = y.region_id where y.region_id = :region
order by y.start desc, y.id
""")
_UNITS = Statement(
    "select code, name from unit where region_id = :region and (:unit in ('', code)) order by name, code"
)
_OWN = Statement("select cycle_id, stage, due_on, zone from appraisal where person_id = :me")

_DATED = """
select c.id, c.due_on from appraisal c where c.region_id = :region and c.stage = :stage
and (c.due_on, c.id) > (:due, :id) {narrowed} order by c.due_on, c.id limit :n
"""
# In the order of the whole index, or PostgreSQL would rather walk along all ids.
_UNDATED = """
select c.id, c.due_on from appraisal c where c.region_id = :region and c.stage = :stage
and c.due_on is null and c.id > :id {narrowed} order by c.due_on, c.id limit :n
"""
# A cross join is read from left to right by SQLite, whatever it thinks of the sizes; PostgreSQL chooses by itself.
_OF_UNIT = """
select c.id, c.due_on from person p cross join appraisal c
where p.region_id = :region and p.unit_code = :unit and c.person_id = p.id
and (coalesce(c.due_on, :never), c.id) > (:due, :id) {narrowed} order by coalesce(c.due_on, :never), c.id limit :n
"""
_NAMED = """
select c.id, w.word, w.person_id from person_word w cross join person p cross join appraisal c
where w.region_id = :region and w.word >= :low and w.word < :high
and (w.word, w.person_id, c.id) > (:word, :person, :id)
and p.id = w.person_id and (:unit in ('', p.unit_code)) and c.person_id = w.person_id {narrowed}
order by w.word, w.person_id, c.id limit :n
"""
_FILTERS = {
    "stage": "c.stage = :stage",
    "cycle": "c.cycle_id = :cycle",
    "late": "{late}",
}
#: A case is late by the day of its own zone. For most of a day that is the same day in all of them.
_LATE = {
    True: "c.due_on < :today",
    False: "c.due_on < :ahead and (c.due_on < :today or c.zone in (:zone0, :zone1, :zone2))",
}
_ALSO = """
exists (select 1 from person_word o where o.person_id = p.id and o.word >= :low{place} and o.word < :high{place})
"""
_SHOWN = """
select c.id, c.stage, c.due_on, c.definition, c.person_id, p.name, p.nip, p.unit_code, u.name as unit,
       y.title as cycle_title, c.zone
from appraisal c join person p on p.id = c.person_id join cycle y on y.id = c.cycle_id
left join unit u on u.region_id = p.region_id and u.code = p.unit_code where c.id in ({ids})
"""
_COUNTS = """
select c.cycle_id, c.stage, count(*) as number, sum(case when {late} then 1 else 0 end) as late
from appraisal c where c.region_id = :region group by c.cycle_id, c.stage
"""
_COUNTS_OF_UNIT = """
select c.cycle_id, c.stage, count(*) as number, sum(case when {late} then 1 else 0 end) as late
from person p cross join appraisal c where p.region_id = :region and p.unit_code = :unit and c.person_id = p.id
group by c.cycle_id, c.stage
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list is narrowed to; empty is not narrowed. ``after`` is where the page before ended."""

    stage: str = ""
    unit: str = ""
    cycle: str = ""
    late: bool = False
    words: str = ""
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One page: its rows, and where it ended if more follow."""

    rows: list[Any] = field(default_factory=list)
    last: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One cycle as an office sees it: at each stage how many cases stand, and how many of them are late.

    New cases begin on ``definition``; others may stand on ``earlier`` ones.
    """

    id: str
    title: str
    region: str
    definition: str
    earlier: tuple[str, ...]
    start: date
    end: date
    stages: dict[str, tuple[int, int]]


class Scope(NamedTuple):
    """Whose cases an office reads: those of a region, or of one unit of it."""

    region: str
    unit: str


class Found(NamedTuple):
    """A case in a list: its place, and its id."""

    key: tuple[str, ...]
    id: str


def written(place: Sequence[Any]) -> str:
    """Where a page ended, as it stands in an address; empty for nowhere."""
    return "~".join(map(str, place))


def read(place: str) -> tuple[str, ...]:
    """The inverse of ``written``; nothing where somebody has changed it to what cannot be one."""
    parts = tuple(place.split("~"))
    if len(parts) == 2 and _is_day(parts[0]):
        return parts
    if len(parts) == 3 and (parts[0] not in ("0", "1") or _is_day(parts[1])):
        return parts
    return ()


def _is_day(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True


def scopes(rows: Connection, me: str, unit: str = "") -> list[Scope]:
    """Whose cases *me* reads by office, of one *unit* or of all."""
    found = [Scope(row.region_id, row.unit_code) for row in _OFFICES.all(rows, {"me": me})]
    whole = {scope.region for scope in found if not scope.unit}
    if unit:
        return [Scope(region, unit) for region in dict.fromkeys(r for r, u in found if r in whole or u == unit)]
    return [scope for scope in found if not scope.unit or scope.region not in whole]


def _days(now: datetime) -> dict[str, str]:
    """What day it is: ``today`` where it is the earliest, ``ahead`` where it is the latest, and in which zones."""
    days = {zone: day_in(zone, now) for zone in ZONES.values()}
    ahead = max(days.values())
    zones = {f"zone{place}": zone if day == ahead else "" for place, (zone, day) in enumerate(days.items())}
    return {"today": min(days.values()).isoformat(), "ahead": ahead.isoformat(), **zones}


def cases(rows: Connection, me: str, wanted: Wanted, now: datetime) -> Listed:
    """The cases that *me* may read by office, the nearest deadline first; what is looked for by name, by the name."""
    binds = {**_days(now), "stage": wanted.stage, "cycle": wanted.cycle, "never": NEVER}
    reader = _named if wanted.words else _by_deadline
    readings = [reader(rows, scope, wanted, binds) for scope in scopes(rows, me, wanted.unit)]
    return _page(rows, me, heapq.merge(*readings))


def _page(rows: Connection, me: str, found: Iterator[Found]) -> Listed:
    """The first cases of *found*, with what is shown of them; never one's own."""
    taken: dict[str, Found] = {}
    for one in found:
        taken.setdefault(one.id, one)
        if len(taken) > PAGE:
            break
    page = list(taken.values())[:PAGE]
    shown = {row.id: row for row in shown_of(rows, [one.id for one in page])}
    listed = [shown[one.id] for one in page if shown[one.id].person_id != me]
    return Listed(rows=listed, last=page[-1].key if len(taken) > PAGE else ())


def shown_of(rows: Connection, ids: Sequence[str]) -> list[Any]:
    """What lists show of these cases, in any order."""
    if not ids:
        return []
    binds = {f"i{place}": ids[place] if place < len(ids) else "" for place in range(PAGE)}
    return _shown(PAGE).all(rows, binds)


@lru_cache
def _shown(count: int) -> Statement:
    return Statement(_SHOWN.format(ids=", ".join(f":i{place}" for place in range(count))))


# --- by deadline ------------------------------------------------------------------------------------------------------


def _by_deadline(rows: Connection, scope: Scope, wanted: Wanted, binds: dict[str, Any]) -> Iterator[Found]:
    """The cases of *scope* in the order of their deadlines."""
    due, ident = wanted.after[-2:] if len(wanted.after) == 2 else ("", "")
    known = {**binds, **scope._asdict(), "due": due or "0001-01-01", "id": ident, "n": PAGE + 1}
    given = [name for name in ("cycle", "late") if getattr(wanted, name)]
    if scope.unit:
        given += ["stage"] if wanted.stage else []
        return _sorted(_statement(_OF_UNIT, binds, *given).all(rows, known))
    statements = _statement(_DATED, binds, *given), _statement(_UNDATED, binds, *given)
    readings = []
    for stage, dated, undated in _stages(rows, scope.region, wanted):
        of_stage = {**known, "stage": stage}
        if dated and due < NEVER:
            readings.append(_sorted(statements[0].all(rows, of_stage)))
        if undated and not wanted.late:
            start = ident if due == NEVER else ""
            readings.append(_sorted(statements[1].all(rows, {**of_stage, "id": start})))
    return heapq.merge(*readings)


def _sorted(found: Iterable[Any]) -> Iterator[Found]:
    return (Found((str(row.due_on or NEVER), row.id), row.id) for row in found)


def _stages(rows: Connection, region: str, wanted: Wanted) -> list[tuple[str, bool, bool]]:
    """The stages at which cases of *region* can stand: whether with a deadline, and whether without."""
    found: dict[str, set[bool]] = {}
    for process in processes(rows, region, wanted.cycle):
        for stage in process.stages.values():
            if wanted.stage in ("", stage.id) and not (wanted.late and stage.final):
                found.setdefault(stage.id, set()).add(stage.deadline is not None)
    return [(stage, True in kinds, False in kinds) for stage, kinds in found.items()]


def processes(rows: Connection, region: str, cycle: str = "") -> list[Process]:
    """The processes on which cases of *region*, or of one *cycle* of it, may stand, each once."""
    known = (row for row in _ROUNDS.all(rows, {"region": region}) if cycle in ("", row.id))
    found = [digest for row in known for digest in (row.definition, *row.earlier.split())]
    definitions = store().definitions
    return [definitions.process(rows, digest) for digest in dict.fromkeys(found)]


def _statement(sql: str, days: Mapping[str, Any], *given: str) -> Statement:
    return _made(sql, days["today"] == days["ahead"], *given)


@lru_cache
def _made(sql: str, one_day: bool, *given: str) -> Statement:
    narrowed = "".join(f" and {_FILTERS.get(name, name)}" for name in given)
    return Statement(sql.replace("{narrowed}", narrowed).replace("{late}", _LATE[one_day]))


# --- by name ----------------------------------------------------------------------------------------------------------


def _named(rows: Connection, scope: Scope, wanted: Wanted, binds: dict[str, Any]) -> Iterator[Found]:
    """The cases of those of *scope* in whose name or NIP some word begins as each of the words looked for."""
    words = directory.wanted(wanted.words)[:WORDS]
    if not words:
        return iter(())
    word, person, ident = wanted.after if len(wanted.after) == 3 else ("", "", "")
    known = {**binds, **scope._asdict(), **directory.span(words[0]), "word": word, "person": person, "id": ident}
    for place, other in enumerate(words[1:]):
        known |= {f"{end}{place}": value for end, value in directory.span(other).items()}
    given = [name for name in ("stage", "cycle", "late") if getattr(wanted, name)]
    also = [_ALSO.format(place=place) for place in range(len(words) - 1)]
    found = _statement(_NAMED, binds, *given, *also).all(rows, {**known, "n": PAGE + 1})
    return (Found((row.word, row.person_id, row.id), row.id) for row in found)


# --- cycles and units -------------------------------------------------------------------------------------------------


def rounds(rows: Connection, me: str) -> list[Round]:
    """The cycles of the regions in which *me* holds an office, the latest first; nothing of them is counted."""
    regions = dict.fromkeys(scope.region for scope in scopes(rows, me))
    found = [_round(row) for region in regions for row in _ROUNDS.all(rows, {"region": region})]
    return sorted(found, key=lambda one: (one.start, one.id), reverse=True)


def _round(row: Any) -> Round:
    about = {"id": row.id, "title": row.title, "region": row.region_title, "definition": row.definition}
    return Round(**about, earlier=tuple(row.earlier.split()), start=day(row.start), end=day(row.end), stages={})


def counted(rows: Connection, me: str, now: datetime) -> list[Round]:
    """The cycles in which *me* reads cases by office, and how far these have come; one's own is not counted."""
    found = {one.id: one for one in rounds(rows, me)}
    mine, days = scopes(rows, me), _days(now)
    for scope in mine:
        counts = _statement(_COUNTS_OF_UNIT if scope.unit else _COUNTS, days)
        for row in counts.all(rows, {**scope._asdict(), **days}):
            _add(found[row.cycle_id], row.stage, row.number, row.late or 0)
    for row in _OWN.all(rows, {"me": me}):
        if row.cycle_id in found and row.stage in found[row.cycle_id].stages and _reads_own(rows, me, mine):
            late = row.due_on is not None and day(row.due_on) < day_in(row.zone, now)
            _add(found[row.cycle_id], row.stage, -1, -int(late))
    return [one for one in found.values() if any(number for number, _late in one.stages.values())]


def _add(one: Round, stage: str, number: int, late: int) -> None:
    before = one.stages.get(stage, (0, 0))
    one.stages[stage] = before[0] + number, before[1] + late


_PLACE = Statement("select region_id, unit_code from person where id = :me")


def _reads_own(rows: Connection, me: str, mine: Sequence[Scope]) -> bool:
    """Whether *me* works in one of these scopes, so that their own cases were counted with the others."""
    place = _PLACE.first(rows, {"me": me})
    return any(scope.region == place.region_id and scope.unit in ("", place.unit_code) for scope in mine)


def units(rows: Connection, me: str) -> Iterator[tuple[str, str]]:
    """The units whose cases *me* may read by office."""
    found = {row.code: row.name for scope in scopes(rows, me) for row in _UNITS.all(rows, scope._asdict())}
    return iter(found.items())
