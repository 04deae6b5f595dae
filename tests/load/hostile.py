"""Hostile traffic while staff work: R-53, R-54, R-56."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from tests.load.figures import GET, Phase
from tests.load.line import Browser, Lost
from tests.load.world import World, hung_up, paced, well

SLOW, GREAT, FLOOD = 400, 20, 20
#: What staff may wait in any case, in milliseconds: twice very little is little.
FLOOR = 200


class Attack:
    """What hostile clients do until *until*; what they were answered stands in *phase*."""

    def __init__(self, world: World, phase: Phase, until: float) -> None:
        self._ports = world.rig.ports
        self._phase = phase
        self._until = until

    def all(self) -> asyncio.Future[list[None]]:
        slow, great, flood = map(self.slow, range(SLOW)), map(self.great, range(GREAT)), map(self.flood, range(FLOOD))
        return asyncio.gather(*slow, *great, *flood)

    @property
    def _lasts(self) -> bool:
        return time.monotonic() < self._until

    async def slow(self, number: int) -> None:
        """Never finishes what it has begun to ask."""
        while self._lasts:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self._ports[number % 2])
                writer.write(b"POST /masuk HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n")
                while self._lasts and not writer.is_closing():
                    writer.write(b"X-Slow: 1\r\n")
                    await asyncio.sleep(2)
                writer.close()
            await asyncio.sleep(0.5)

    async def great(self, number: int) -> None:
        """Sends ten megabytes."""
        browser = Browser(self._ports[number % 2], f"10.97.0.{number}")
        while self._lasts:
            try:
                answer = await browser.send("POST", "/masuk", b"a=" + b"x" * 10_000_000)
                self._phase.saw("10 MB", answer.status, answer.seconds)
            except Lost:
                self._phase.answers["cut off at 10 MB"] += 1
            await asyncio.sleep(2)
        await browser.close()

    async def flood(self, number: int) -> None:
        """Tries codes, ten a second."""
        browser = Browser(self._ports[number % 2], "10.96.0.1")
        while self._lasts:
            try:
                answer = await browser.post("/masyarakat", {"kode": "AAAA-BBBB-CCCC", "csrf_token": "x"})
                self._phase.saw("flood", answer.status, answer.seconds)
            except Lost:
                self._phase.answers["cut off in the flood"] += 1
            await asyncio.sleep(0.1)
        await browser.close()


async def hostile(world: World, phase: Phase, calm: Phase) -> None:
    """Slow clients, great bodies and a flood; *calm* is the day before."""
    people, staff = world.people(world.town.planners[:40]), Phase("staff")
    phase.seconds = world.seconds(30)
    attack = Attack(world, phase, time.monotonic() + phase.seconds).all()
    await paced(staff, phase.seconds - 1, 20, [person.look for person in people])
    await attack
    await hung_up(people)
    phase.times["staff GET"] = staff.times[GET]
    mine, before = staff.percentile(GET, 0.95), calm.percentile(GET, 0.95)
    told = f"{mine:.0f} ms; {before:.0f} ms in the day before"
    fair = mine <= max(2 * before, FLOOR)
    world.checks.hold(f"R-53 R-54 R-56 staff wait at most twice as long, or {FLOOR} ms", fair, told)
    world.checks.hold("R-53 staff without an error", well(staff), dict(staff.answers))
    world.checks.hold("no hostile request breaks anything", phase.answers["500"] == 0, dict(phase.answers))
