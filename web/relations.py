"""Which roles somebody holds on a case, from who they are to the person appraised. Worked out at every request.

Nobody holds any role on their own case but the subject's: not through a circle of superiors, an office or a seat.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from engine import Actor
from engine.model import Role
from engine.process import Process


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """How somebody (``person``) is tied to a case.

    ``superiors`` are the subject's superior, that one's superior, and so on; ``offices`` the roles held in the
    region; ``unit_offices`` those held in the subject's unit; ``seats`` role to whether the seat has answered.
    """

    person: str
    subject: str
    superiors: tuple[str, ...] = ()
    offices: Collection[str] = ()
    unit_offices: Collection[str] = ()
    seats: dict[str, bool]


def actors(process: Process, ties: Ties) -> tuple[Actor, ...]:
    """The roles that ``ties.person`` holds on the case, in the order of the vocabulary."""
    roles = process.words.roles
    if ties.person == ties.subject:
        return tuple(Actor(role=role.id, person=ties.person) for role in roles.values() if role.is_ == "subject")
    return tuple(
        Actor(role=role.id, person=ties.person, answered=ties.seats.get(role.id, False))
        for role in roles.values()
        if _holds(process, role, ties)
    )


def _holds(process: Process, role: Role, ties: Ties) -> bool:
    if role.is_.startswith("superior"):
        return ties.person in ties.superiors and holder(process, role, ties.superiors) == ties.person
    if role.is_ == "peer":
        return role.id in ties.seats
    if role.is_ == "unit office":
        return role.id in ties.unit_offices
    return role.is_ == "region office" and role.id in ties.offices


def holder(process: Process, role: Role, superiors: tuple[str, ...]) -> str | None:
    """Who holds a ``superior`` role, given the chain of superiors."""
    height = 0
    while role.is_.startswith("superior of "):
        role = process.words.roles[role.is_.removeprefix("superior of ")]
        height += 1
    return superiors[height] if height < len(superiors) else None
