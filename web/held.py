"""A case in somebody's hands: the records that the store gives, and the roles that make somebody hold one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine import Actor, Case
from engine.jsontext import loaded
from engine.process import Process
from web.records import Standing
from web.relations import Ties


class Missing(Exception):
    """There is no such case for this person. Not there and not yours look the same from outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The person appraised, as pages name them."""

    id: str
    name: str
    unit: str
    unit_code: str
    region: str
    region_title: str
    profile: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A case in somebody's hands: nobody holds one without a role on it. ``head`` is its journal's last link."""

    case: Case
    process: Process
    subject: Subject
    actors: tuple[Actor, ...]
    cycle_title: str
    head: str = ""

    @property
    def standing(self) -> Standing:
        return Standing(self.process, self.case, self.head, self.subject.region, self.subject.id)


def tied(person: str, row: Any, ties: Iterable[Any]) -> Ties:
    """How *person* is tied to the case in *row*, from the offices and seats among *ties*."""
    ties = list(ties)
    return Ties(
        person=person,
        subject=row.person_id,
        superiors=tuple(s for s in (row.superior1, row.superior2) if s),
        offices={t.role for t in ties if t.tie == "office" and not t.unit_code},
        unit_offices={t.role for t in ties if t.tie == "office" and t.unit_code == row.unit_code},
        seats={t.role: bool(t.answered) for t in ties if t.tie == "seat"},
    )


def subject_of(row: Any) -> Subject:
    return Subject(
        id=row.person_id,
        name=row.name,
        unit=row.unit or "",
        unit_code=row.unit_code,
        region=row.region_id,
        region_title=row.region_title,
        profile=loaded(row.profile),
    )
