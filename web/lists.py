"""Lists of many cases, for whoever holds an office: read by columns, a page at a time, never with their states."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from web.statements import Statement
from web.store import day

#: Cases of one page.
PAGE = 50

#: The cases of an office's region or unit, never one's own.
MINE = """
c.person_id <> :me and exists (
  select 1 from office o where o.person_id = :me and o.region_id = c.region_id
  and (o.unit_code = '' or o.unit_code = p.unit_code))
"""
FROM = "from appraisal c join person p on p.id = c.person_id join cycle y on y.id = c.cycle_id"
_COLUMNS = "c.id, c.stage, c.due_on, c.definition, p.name, p.nip, p.unit_code, u.name as unit, y.title as cycle_title"
_FILTERS = {
    "stage": "c.stage = :stage",
    "unit": "p.unit_code = :unit",
    "cycle": "c.cycle_id = :cycle",
    "late": "c.due_on < :today",
    "words": "(lower(p.name) like :words escape '\\' or p.nip like :digits escape '\\')",
    "after": "(p.name, c.id) > (:name, :id)",
}
_CYCLES = Statement(f"""
select y.id, y.title, y.start, y."end", y.definition, r.title as region_title, c.stage, count(*) as number,
       sum(case when c.due_on < :today then 1 else 0 end) as late
{FROM} join region r on r.id = y.region_id where {MINE}
group by y.id, y.title, y.start, y."end", y.definition, r.title, c.stage order by y.start desc, r.title, y.id
""")
_UNITS = Statement(f"""
select distinct u.code, u.name {FROM} join unit u on u.region_id = p.region_id and u.code = p.unit_code
where {MINE} order by u.name
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list is narrowed to; empty is not narrowed. ``after`` is where the page before ended: name and id."""

    stage: str = ""
    unit: str = ""
    cycle: str = ""
    late: bool = False
    words: str = ""
    after: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One cycle as an office sees it: at each stage how many cases stand, and how many of them are late."""

    id: str
    title: str
    region: str
    definition: str
    start: date
    end: date
    stages: dict[str, tuple[int, int]]


def cases(rows: Any, me: str, wanted: Wanted, today: date) -> tuple[list[Any], bool]:
    """The cases that *me* may read by office, by name; at most ``PAGE`` of them, and whether there are more."""
    given = {name for name in _FILTERS if getattr(wanted, name)}
    name, ident = wanted.after or ("", "")
    words = _literal(wanted.words.strip().lower())
    binds = {"me": me, "today": today.isoformat(), "stage": wanted.stage, "unit": wanted.unit, "cycle": wanted.cycle}
    binds |= {"words": f"%{words}%", "digits": f"{''.join(words.split())}%", "name": name, "id": ident}
    found = _listing(frozenset(given)).all(rows, {**binds, "n": PAGE + 1})
    return found[:PAGE], len(found) > PAGE


def _literal(words: str) -> str:
    """*words* with nothing in it that a pattern would read as more than itself."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@lru_cache
def _listing(given: frozenset[str]) -> Statement:
    narrowed = "".join(f" and {_FILTERS[name]}" for name in sorted(given))
    units = "left join unit u on u.region_id = p.region_id and u.code = p.unit_code"
    return Statement(f"select {_COLUMNS} {FROM} {units} where {MINE}{narrowed} order by p.name, c.id limit :n")


def rounds(rows: Any, me: str, today: date) -> list[Round]:
    """The cycles in which *me* holds an office, the latest first."""
    found: dict[str, Round] = {}
    for row in _CYCLES.all(rows, {"me": me, "today": today.isoformat()}):
        about = {"id": row.id, "title": row.title, "region": row.region_title, "definition": row.definition}
        one = found.setdefault(row.id, Round(**about, start=day(row.start), end=day(row.end), stages={}))
        one.stages[row.stage] = (row.number, row.late or 0)
    return list(found.values())


def units(rows: Any, me: str) -> Iterator[tuple[str, str]]:
    """The units whose cases *me* may read by office."""
    return ((row.code, row.name) for row in _UNITS.all(rows, {"me": me}))
