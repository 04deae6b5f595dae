"""What the phases of a run share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from tests.history import Recorder
from tests.load.figures import Checks, Phase
from tests.load.people import Person
from tests.load.rig import Rig
from tests.load.town import Member, Town
from tests.postgres import Server
from web.database import connected
from web.tables import db


@dataclass(slots=True)
class World:
    """The town, its processes, what was asked of them. ``share`` shortens every phase for a quick run."""

    town: Town
    rig: Rig
    history: Recorder
    checks: Checks
    share: float
    server: Server | None = None
    number: int = 0

    def people(self, members: Sequence[Member]) -> list[Person]:
        """The members at browsers, half of them at each process."""
        return [self.person(member, number % 2) for number, member in enumerate(members)]

    def person(self, member: Member, process: int) -> Person:
        self.number += 1
        return Person(member, self.rig.ports[process], self.number, self.history)

    def some(self, members: Sequence[Member]) -> Sequence[Member]:
        """All of them, or for a quick run a part: twice as many as seconds, so that few do much."""
        return members[: max(2, round(len(members) * min(1, 2 * self.share)))]

    def seconds(self, whole: float) -> float:
        return max(whole * self.share, 3.0)

    def number_of(self, query: str) -> Any:
        """The one value that *query* finds in the database."""
        with connected(self.town.app()):
            return db.session.execute(text(query)).scalar_one()


async def paced(phase: Phase, seconds: float, rate: float, doing: Sequence[Callable[[Phase], Awaitable[None]]]) -> None:
    """*doing* in turn, so many a second, however long each takes."""
    began, tasks, number = time.monotonic(), set(), 0
    while (now := time.monotonic() - began) < seconds:
        while number < now * rate:
            tasks.add(asyncio.ensure_future(doing[number % len(doing)](phase)))
            number += 1
        await asyncio.sleep(0.02)
    await asyncio.gather(*tasks)
    phase.seconds = time.monotonic() - began


async def hung_up(people: Sequence[Person]) -> None:
    """Closes their connections."""
    await asyncio.gather(*(person.browser.close() for person in people))


def well(phase: Phase, *also: str) -> bool:
    """Whether every answer was a page or a redirect, or one of *also*."""
    return phase.requests == sum(phase.answers[status] for status in ("200", "302", "303", *also))
