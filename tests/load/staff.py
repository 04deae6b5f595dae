"""Phases of ordinary work: a day, a burst, double clicks, signing in."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.cast import PASSWORD
from tests.load.figures import GET, POST, Phase
from tests.load.line import Browser, Lost, hidden
from tests.load.people import APPROVE, EXPORT, RETURN, UPLOAD, Person, chosen
from tests.load.town import PLAN, TYPED, Member
from tests.load.world import World, hung_up, paced, well

#: Seconds between two things that somebody does.
THINK = (10, 30)
#: p95 in milliseconds that a thousand people may wait (R-50). An export is a download over all cases, no page.
LIMITS = {GET: 500, POST: 800, EXPORT: 1000, UPLOAD: 800}
ROOT = Path(__file__).parents[2]
#: Where the races of phase D are shown without their guards.
CONTROLS = ("tests/races/test_sending.py", "tests/races/test_quorum.py", "tests/jobs/test_deadline.py")


async def warm_up(world: World, phase: Phase) -> None:
    """Ten requests a second."""
    people = world.people(world.town.planners[:20])
    await paced(phase, world.seconds(10), 10, [person.look for person in people])
    await hung_up(people)
    world.checks.hold("a warm-up without an error", well(phase), dict(phase.answers))


async def day(world: World, phase: Phase) -> None:
    """A thousand people who think in between: R-50."""
    town, until = world.town, time.monotonic() + world.seconds(45)
    kinds = (
        (town.planners[:860], chosen),
        (town.deciders[:100], _decides),
        (town.uploaders, _attaches),
        (town.officers, _looks_through),
    )
    lives = [(person, choose) for members, choose in kinds for person in world.people(world.some(members))]

    async def live(person: Person, choose: Choice, number: int) -> None:
        dice = random.Random(number)
        await asyncio.sleep(dice.uniform(0, 20) * world.share)
        while time.monotonic() < until:
            await choose(person, dice)(phase)
            await asyncio.sleep(max(min(dice.uniform(*THINK), until - time.monotonic()), 0))

    began, busy = time.monotonic(), time.process_time()
    await asyncio.gather(*(live(person, choose, number) for number, (person, choose) in enumerate(lives)))
    people = [person for person, _choose in lives]
    phase.seconds = time.monotonic() - began
    phase.facts["driver CPU"] = f"{(time.process_time() - busy) / phase.seconds:.0%} of a core"
    await hung_up(people)
    world.checks.hold("R-50 1,000 people without an error", well(phase), dict(phase.answers))
    for kind, limit in LIMITS.items():
        found = phase.percentile(kind, 0.95)
        seen, told = bool(phase.times[kind]), f"{found:.0f} ms of {len(phase.times[kind])}"
        world.checks.hold(f"R-50 p95 of {kind} below {limit} ms", seen and found < limit, told)


Doing = Callable[[Phase], Awaitable[None]]
Choice = Callable[[Person, random.Random], Doing]


def _decides(person: Person, dice: random.Random) -> Doing:
    if not person.sent and dice.random() < 0.2:
        return person.decide
    return person.list if dice.random() < 0.5 else person.look


def _attaches(person: Person, dice: random.Random) -> Doing:
    return person.attach if dice.random() < 0.5 else person.look


def _looks_through(person: Person, dice: random.Random) -> Doing:
    return person.export if dice.random() < 0.5 else person.search


async def burst(world: World, phase: Phase) -> None:
    """A thousand connections at once that do not think: R-51."""
    people = world.people([*world.town.planners[900:1200], *world.town.planners[:700]])
    until = time.monotonic() + world.seconds(25)

    async def press(person: Person) -> None:
        while time.monotonic() < until:
            await (person.look if person.sent else person.send)(phase)

    began = time.monotonic()
    await asyncio.gather(*map(press, people))
    phase.seconds = time.monotonic() - began
    await hung_up(people)
    told = dict(phase.answers)
    world.checks.hold("R-51 1,000 connections: served, or asked to come again", well(phase, "409", "503"), told)
    worst = max(phase.percentile(kind, 0.99) for kind in (GET, POST))
    world.checks.hold("R-51 p99 below 10 s", worst < 10_000, f"{worst:.0f} ms")


async def races(world: World, phase: Phase) -> None:
    """Double clicks over both processes, and two decisions at once: R-01, R-03."""
    clicks = [await _clicked_twice(world, phase, member) for member in world.town.planners[1200:1320]]
    decided = [await _decided_twice(world, phase, member) for member in world.town.deciders[100:200]]
    alike, won = clicks.count([303, 303]), decided.count([303, 409])
    world.checks.hold("R-01 both clicks get the same answer", alike == len(clicks), f"{alike} of {len(clicks)}")
    world.checks.hold(
        "R-03 of two decisions one wins, the other is told", won == len(decided), f"{won} of {len(decided)}"
    )
    done = await asyncio.to_thread(_controls, "postgresql" if world.server else "sqlite")
    phase.facts |= {f"control {number}": line for number, line in enumerate(_seen_harm(done.stdout), 1)}
    shown = done.returncode == 0 and bool(_seen_harm(done.stdout))
    world.checks.hold("the same races do harm without their guards", shown, "" if shown else done.stdout[-500:])


def _controls(database: str) -> subprocess.CompletedProcess[str]:
    """The tests that play these races with their guards off: a race that does no harm then proves nothing."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        *CONTROLS,
        "-k",
        f"without and {database}",
    ]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def _seen_harm(told: str) -> list[str]:
    return [line for line in told.splitlines() if line.startswith("R-") and "control" in line]


async def _clicked_twice(world: World, phase: Phase, member: Member) -> list[int | None]:
    one, other = world.person(member, 0), world.person(member, 1)
    form = await one.looked_over(phase, PLAN, TYPED) or {}
    other.browser.cookie = one.browser.cookie
    told = await asyncio.gather(one.press(phase, PLAN, form), other.press(phase, PLAN, form))
    await hung_up([one, other])
    return list(told)


async def _decided_twice(world: World, phase: Phase, member: Member) -> list[int | None]:
    one, other = world.person(member, 0), world.person(member, 1)
    approve = await one.looked_over(phase, APPROVE, {}) or {}
    back = await other.looked_over(phase, RETURN, {"alasan": "Lengkapi."}) or {}
    told = await asyncio.gather(one.press(phase, APPROVE, approve), other.press(phase, RETURN, back))
    await hung_up([one, other])
    return sorted(told, key=str)


async def signing_in(world: World, phase: Phase) -> None:
    """Three hundred sign in at once while two hundred guess: R-52."""
    members = world.town.planners[:300]
    began = time.monotonic()
    right = [_enter(world, phase, member, number, PASSWORD) for number, member in enumerate(members)]
    wrong = [_enter(world, phase, member, 1_000 + n, "salah") for n, member in enumerate(members[:200])]
    told = await asyncio.gather(*right, *wrong)
    phase.seconds = time.monotonic() - began
    entered, let_in = told[:300].count(303), told[300:].count(303)
    world.checks.hold("R-52 300 sign in", entered == 300, f"{entered} in {phase.seconds:.1f} s")
    world.checks.hold("no wrong password lets anybody in", let_in == 0, let_in)
    thousand = phase.seconds * 1_000 / len(told)
    world.checks.hold("R-52 1,000 within 60 s, reckoned from 500", thousand < 60, f"{thousand:.0f} s")


async def _enter(world: World, phase: Phase, member: Member, number: int, password: str) -> int | None:
    """The last answer to somebody who signs in and comes again when asked to."""
    browser = Browser(world.rig.ports[number % 2], f"10.99.{number >> 8}.{number & 255}")
    try:
        page = await browser.get("/masuk")
        phase.saw(GET, page.status, page.seconds)
        form = {**hidden(page.text), "nip": member.nip, "kata_sandi": password}
        while True:
            answer = await browser.post("/masuk", form)
            phase.saw("sign-in", answer.status, answer.seconds)
            if answer.status != 503:
                return answer.status
            await asyncio.sleep(float(answer.headers.get("retry-after", 1)))
    except Lost:
        phase.lost()
        return None
    finally:
        await browser.close()
