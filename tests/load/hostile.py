"""Hostile traffic while staff work: R-53, R-54, R-56.

Those who attack have a process of their own, which steps back where the machine is short: they stand for other
machines, and what measures the staff must not wait for them.
"""

from __future__ import annotations

import asyncio
import os
import resource
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context

from tests.load.figures import GET, Phase
from tests.load.line import Browser, Lost
from tests.load.world import World, hung_up, paced, well

SLOW, GREAT, FLOOD = 400, 20, 20
#: A day's p95 below this many milliseconds counts as this: on two cores that also carry the database, the attackers and
#: whoever measures, a request that finds both taken waits a turn or two of the system's scheduler.
FLOOR = 20
GREAT_BODY = b"a=" + b"x" * 10_000_000


class Attack:
    """What hostile clients do until *until*; what they were answered stands in *phase*."""

    def __init__(self, ports: Sequence[int], phase: Phase, until: float) -> None:
        self._ports = ports
        self._phase = phase
        self._until = until

    async def all(self) -> None:
        slow, great, flood = map(self.slow, range(SLOW)), map(self.great, range(GREAT)), map(self.flood, range(FLOOD))
        await asyncio.gather(*slow, *great, *flood)

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
                answer = await browser.send("POST", "/masuk", GREAT_BODY)
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


def _attacked(ports: Sequence[int], seconds: float) -> Phase:
    """What came of an attack of so many seconds; runs in a process of its own."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    found = Phase("attack")
    asyncio.run(Attack(ports, found, time.monotonic() + seconds).all())
    return found


async def hostile(world: World, phase: Phase, calm: Phase) -> None:
    """Slow clients, great bodies and a flood; *calm* is the day before."""
    people, staff = world.people(world.town.planners[:40]), Phase("staff")
    phase.seconds = world.seconds(30)
    with ProcessPoolExecutor(1, get_context("spawn")) as beside:
        attack = asyncio.get_running_loop().run_in_executor(beside, _attacked, world.rig.ports, phase.seconds)
        await paced(staff, phase.seconds, 20, [person.look for person in people])
        found = await attack
    await hung_up(people)
    phase.answers += found.answers
    phase.times |= {**found.times, "staff GET": staff.times[GET]}
    mine, before = staff.percentile(GET, 0.95), calm.percentile(GET, 0.95)
    told = f"{mine:.0f} ms; {before:.0f} ms in the day before"
    fair = mine <= 2 * max(before, FLOOR)
    world.checks.hold(f"R-53 R-54 R-56 staff wait at most twice as long, or {2 * FLOOR} ms", fair, told)
    slowest = phase.percentile("10 MB", 1)
    world.checks.hold("R-54 10 MB are refused within a second", slowest < 1000, f"{slowest:.0f} ms")
    world.checks.hold("R-53 staff without an error", well(staff), dict(staff.answers))
    rate = len(phase.times["flood"]) / phase.seconds
    world.checks.hold("the attack was one: 50 posts of the flood a second at least", rate >= 50, f"{rate:.0f}")
    world.checks.hold("no hostile request breaks anything", phase.answers["500"] == 0, dict(phase.answers))
