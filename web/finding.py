"""The cases that concern somebody, a page at a time: first those that wait for them, then the others, by deadline.

Each way in which a case can concern them is a reading of its own, in the order of an index where it can be long: as
subject, as superior, as the superior's superior, with a seat, by office.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection

from engine.process import Process
from web import lists
from web.held import Held
from web.lists import NEVER, Scope
from web.statements import Statement
from web.store import store

#: Cases of one page.
PAGE = 50

_REGION = Statement("select region_id from person where id = :me")
_OFFICES = Statement("select region_id, role, unit_code from office where person_id = :me")

#: Where the cases stand that somebody has to do with, by how they have.
_BRANCHES = {
    "subject": "from appraisal c where c.person_id = :me",
    "superior": """
      from person p cross join appraisal c where p.superior_id = :me and c.person_id = p.id and c.person_id <> :me""",
    "higher": """
      from person s cross join person p cross join appraisal c
      where s.superior_id = :me and p.superior_id = s.id and c.person_id = p.id and c.person_id <> :me""",
    "peer": """
      from seat t cross join appraisal c
      where t.person_id = :me and t.confirmed and c.id = t.case_id and c.person_id <> :me""",
}
_RUNNING = """
select id, min(later) as later, min(due) as due from ({branches}) as f
where (later, due, id) > (:later, :due, :id) group by id order by min(later), min(due), id limit :n
"""
_CONCERN = """
select c.id, coalesce(c.due_on, :never) as due,
       case when c.stage in ({stages}) and (c.opens_on is null or c.opens_on <= :today) then 0 else 1 end as later
{branch} and not c.closed
"""
_FINISHED = """
select distinct id, since from ({branches}) as f where (since, id) < (:since, :id) order by since desc, id desc limit :n
"""
_ENDED = "select c.id, coalesce(c.opens_on, '0001-01-01') as since {branch} and c.closed"
_AWAITED = Statement("""
select c.id, c.due_on from appraisal c where c.region_id = :region and c.stage = :stage and c.person_id <> :me
and not c.closed and (c.due_on, c.id) > (:due, :id) order by c.due_on, c.id limit :n
""")
_AWAITED_UNDATED = Statement("""
select c.id, c.due_on from appraisal c where c.region_id = :region and c.stage = :stage and c.person_id <> :me
and not c.closed and c.due_on is null and c.id > :id order by c.due_on, c.id limit :n
""")
_AWAITED_OF_UNIT = """
select c.id, c.due_on from person p cross join appraisal c
where p.region_id = :region and p.unit_code = :unit and c.person_id = p.id and c.person_id <> :me and not c.closed
and c.stage in ({stages}) and (coalesce(c.due_on, :never), c.id) > (:due, :id)
order by coalesce(c.due_on, :never), c.id limit :n
"""


class Place(NamedTuple):
    """Where a case stands in the list of those that run: the ones that wait for this person have ``later`` 0."""

    later: int
    due: str
    id: str


def place_of(written: str) -> Place:
    """Where a page ended, as an address says it; the beginning where it says nothing."""
    parts = lists.read(written)
    return Place(int(parts[0]), *parts[1:]) if len(parts) == 3 and parts[0] in ("0", "1") else FIRST


def ended_of(written: str) -> tuple[str, ...]:
    """The same of the cases that have ended."""
    parts = lists.read(written)
    return parts if len(parts) == 2 else LATEST


#: Before every case, and behind the last that ended.
FIRST, LATEST = Place(-1, "0001-01-01", ""), (NEVER, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some cases in the hands of somebody, and where the page ended if more follow."""

    cases: list[Held]
    last: tuple[Any, ...] = ()


class Desk:
    """What somebody may have to do with the cases of their region: in which ways, and at which stages it is theirs."""

    def __init__(self, rows: Connection, me: str) -> None:
        self._rows = rows
        self._me = me
        place = _REGION.first(rows, {"me": me})
        self._offices = _OFFICES.all(rows, {"me": me})
        self._processes = lists.processes(rows, place.region_id) if place else []

    def running(self, today: date, after: Place = FIRST, *, ways: Sequence[str] = tuple(_BRANCHES)) -> Page:
        """The cases that have not ended, in these *ways* and by office, those first that wait for this person."""
        binds = {**after._asdict(), "me": self._me, "today": today.isoformat(), "never": NEVER, "n": PAGE + 1}
        readings = [self._concerned(ways, binds)]
        if ways == tuple(_BRANCHES) and after.later <= 0:
            readings += self._by_office(after)
        return self._page(heapq.merge(*readings))

    def team(self, today: date, after: Place = FIRST) -> Page:
        """The running cases of those whom this person leads."""
        return self.running(today, after, ways=("superior", "higher"))

    def finished(self, after: tuple[str, ...] = LATEST) -> Page:
        """The cases that have ended, the latest first."""
        ways = self._ways(tuple(_BRANCHES))
        branches = " union all ".join(_ENDED.format(branch=_BRANCHES[way]) for way in ways)
        since, ident = after
        binds = {"me": self._me, "since": since, "id": ident, "n": PAGE + 1}
        found = _statement(_FINISHED.format(branches=branches)).all(self._rows, binds)
        held = store().holds(self._rows, self._me, [row.id for row in found[:PAGE]])
        last = (str(found[PAGE - 1].since), found[PAGE - 1].id) if len(found) > PAGE else ()
        return Page(cases=held, last=last)

    def _page(self, found: Iterable[Place]) -> Page:
        taken: dict[str, Place] = {}
        for one in found:
            taken.setdefault(one.id, one)
            if len(taken) > PAGE:
                break
        ids = list(taken)[:PAGE]
        last = taken[ids[-1]] if len(taken) > PAGE else ()
        return Page(cases=store().holds(self._rows, self._me, ids), last=last)

    def _concerned(self, ways: Sequence[str], binds: Mapping[str, Any]) -> Iterator[Place]:
        stages: dict[str, str] = {}
        branches = []
        for way in self._ways(ways):
            names = [stages.setdefault(stage, f"s{len(stages)}") for stage in self._theirs(way)]
            inside = ", ".join(f":{name}" for name in names) or "''"
            branches.append(_CONCERN.format(stages=inside, branch=_BRANCHES[way]))
        if not branches:
            return iter(())
        sql = _RUNNING.format(branches=" union all ".join(branches))
        known = {**binds, **{name: stage for stage, name in stages.items()}}
        found = _statement(sql).all(self._rows, known)
        return (Place(row.later, str(row.due), row.id) for row in found)

    def _ways(self, ways: Sequence[str]) -> list[str]:
        """Those of *ways* in which some process lets people take part."""
        return [way for way in ways if way == "subject" or any(_roles(process, way) for process in self._processes)]

    def _theirs(self, way: str) -> list[str]:
        """The stages at which whoever has to do with a case in this way may have something to do."""
        found = {stage: None for process in self._processes for stage in _work(process, way)}
        return sorted(found)

    # --- by office ----------------------------------------------------------------------------------------------------

    def _by_office(self, after: Place) -> Iterator[Iterator[Place]]:
        due, ident = (after.due, after.id) if after.later == 0 else (FIRST.due, "")
        about = {"me": self._me, "due": due, "id": ident, "never": NEVER, "n": PAGE + 1}
        for scope in lists.scopes(self._rows, self._me):
            roles = {o.role for o in self._offices if (o.region_id, o.unit_code) == scope}
            stages = self._awaited(scope, roles)
            if scope.unit and stages:
                yield _placed(self._of_unit({**about, **scope._asdict()}, sorted(stages)))
            elif not scope.unit:
                yield from (self._of_stage({**about, "region": scope.region, "stage": stage}) for stage in stages)

    def _awaited(self, scope: Scope, roles: set[str]) -> dict[str, None]:
        found = lists.processes(self._rows, scope.region)
        return {stage: None for process in found for stage in process.stages if acts(process, stage, roles)}

    def _of_stage(self, binds: Mapping[str, Any]) -> Iterator[Place]:
        dated = _AWAITED.all(self._rows, binds) if binds["due"] < NEVER else []
        if len(dated) == binds["n"]:
            return _placed(dated)
        start = binds["id"] if binds["due"] == NEVER else ""
        return _placed([*dated, *_AWAITED_UNDATED.all(self._rows, {**binds, "id": start})])

    def _of_unit(self, binds: Mapping[str, Any], stages: Sequence[str]) -> list[Any]:
        names = {f"s{number}": stage for number, stage in enumerate(stages)}
        sql = _AWAITED_OF_UNIT.format(stages=", ".join(f":{name}" for name in names))
        return _statement(sql).all(self._rows, {**binds, **names})


@lru_cache(maxsize=256)
def _statement(sql: str) -> Statement:
    return Statement(sql)


def _placed(found: Iterable[Any]) -> Iterator[Place]:
    return (Place(0, str(row.due_on or NEVER), row.id) for row in found)


def _roles(process: Process, way: str) -> set[str]:
    """The roles that somebody can have in this way."""
    roles = process.words.roles
    if way == "superior":
        return {role.id for role in roles.values() if role.is_ == "superior"}
    if way == "higher":
        return {role.id for role in roles.values() if role.is_.startswith("superior of ")}
    return {role.id for role in roles.values() if role.is_ == way}


def _work(process: Process, way: str) -> Iterator[str]:
    """The stages at which one of the roles does the work, or proposes or confirms those who will do it later."""
    mine = _roles(process, way)
    named = [r.id for r in process.words.roles.values() if mine & {*r.proposed_by, *r.confirmed_by}]
    seated = [
        stage for stage in process.stages if any(set(named) & set(d.actor) for d in process.by_stage.get(stage, ()))
    ]
    before = list(process.stages).index(seated[-1]) + 1 if seated else 0
    for number, stage in enumerate(process.stages):
        if number < before or acts(process, stage, mine):
            yield stage


def acts(process: Process, stage: str, roles: set[str]) -> bool:
    """Whether somebody with one of *roles* does the work of *stage*, writes into it, or can move it on."""
    actions = process.stages[stage].actions.values()
    if any(roles & set(process.actors_of(process.stages[stage], action)) for action in actions):
        return True
    duties = process.by_stage.get(stage, ())
    return any(roles & {*duty.actor, *(w for f in duty.fields.values() for w in f.writers or ())} for duty in duties)
