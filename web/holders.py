"""Who holds which role on a case: the roles of ``web.relations``, asked from the case's side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine import Actor
from web.held import Held, tied
from web.relations import actors
from web.statements import Statement

# Inactive people hold nothing here: they cannot act and are told nothing.
_NEAR = Statement("""
select p.id as person_id, p.unit_code, p.superior_id as superior1, s.superior_id as superior2
from person p left join person s on s.id = p.superior_id where p.id = :subject
""")
_TIES = Statement("""
select p.id as person, p.wants_mail and p.email is not null as mail, t.tie, t.role, t.unit_code, t.answered
from (
  select person_id, 'seat' as tie, role, '' as unit_code, answered from seat where case_id = :case and confirmed
  union all
  select person_id, 'office', role, unit_code, false from office
  where region_id = :region and (unit_code = '' or unit_code = :unit)
  union all
  select id, 'near', '', '', false from person where id in (:subject, :superior1, :superior2)
) t join person p on p.id = t.person_id where p.active order by p.id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Somebody active with roles on a case. ``mail``: they have an address and want mail.

    ``by_office``: they hold no role but by an office.
    """

    person: str
    actors: tuple[Actor, ...]
    mail: bool
    by_office: bool

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(actor.role for actor in self.actors)


def holders(rows: Connection, held: Held) -> Iterator[Holder]:
    """Everybody active who holds a role on the case now, each once, with all their roles."""
    near = _NEAR.first(rows, {"subject": held.subject.id})
    binds = {"case": held.case.id, "region": held.subject.region, "unit": near.unit_code, "subject": held.subject.id}
    found: dict[str, list[Any]] = {}
    for row in _TIES.all(rows, {**binds, "superior1": near.superior1, "superior2": near.superior2}):
        found.setdefault(row.person, []).append(row)
    for person, ties in found.items():
        mine = actors(held.process, tied(person, near, _of(ties)))
        if mine:
            office = all(held.process.words.roles[actor.role].is_.endswith(" office") for actor in mine)
            yield Holder(person=person, actors=mine, mail=bool(ties[0].mail), by_office=office)


def _of(ties: Iterable[Any]) -> list[Any]:
    return [tie for tie in ties if tie.tie != "near"]
