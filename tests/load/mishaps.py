"""Phases in which something breaks: workers and servers die, the database goes away, a backup is made meanwhile."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from tests.load.figures import Phase
from tests.load.line import Browser, Lost
from tests.load.people import Person
from tests.load.town import DUE, LATE
from tests.load.world import World, hung_up, paced

_WAITING = f"select count(*) from appraisal where region_id = 'contoh' and stage = '{DUE}'"
_MOVED = "select count(*) from journal where region_id = 'contoh' and event = 'moved'"
_CASES_MOVED = "select count(distinct case_id) from journal where region_id = 'contoh' and event = 'moved'"
_PARKED = "select count(*) from job where state = 'parked'"
_THROWN_OUT = """
select pg_terminate_backend(pid) from pg_stat_activity
where pid <> pg_backend_pid() and backend_type = 'client backend'
"""
#: Seconds between two faults.
PAUSE = 2
PROCESS, DATABASE = "processes killed", "database ended or stopped"


async def deadlines(world: World, phase: Phase) -> None:
    """A thousand deadlines have passed; workers are killed over and over, the command runs beside them: R-25, R-26."""
    began, killed = time.monotonic(), 0
    workers = [world.rig.worker(), world.rig.worker()]
    beside = asyncio.create_task(asyncio.to_thread(world.rig.command, "worker", "--once"))
    while time.monotonic() - began < world.seconds(30) and world.number_of(_WAITING):
        await asyncio.sleep(3)
        workers[killed % 2].kill()
        workers[killed % 2].wait()
        workers[killed % 2] = world.rig.worker()
        killed += 1
    for worker in workers:
        await asyncio.to_thread(_ended, worker)
    sweep = await beside
    last = await asyncio.to_thread(world.rig.command, "worker", "--once")
    phase.seconds = time.monotonic() - began
    moved, cases, parked = (world.number_of(query) for query in (_MOVED, _CASES_MOVED, _PARKED))
    phase.facts |= {"workers killed": killed, "deadlines acted on": moved}
    told = (sweep.stderr + last.stderr)[-300:]
    world.checks.hold("R-26 the command runs beside the workers", sweep.returncode == last.returncode == 0, told)
    world.checks.hold("R-25 every deadline is acted on once", (moved, cases) == (LATE, LATE), (moved, cases))
    world.checks.hold("R-25 no job is given up", parked == 0, parked)


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=30)
    process.kill()


async def crashes(world: World, phase: Phase) -> None:
    """Fifty requests a second while processes are killed, connections ended, the database stopped: R-20, R-23."""
    people = world.people([*world.town.planners[1320:1500], *world.town.planners[:120]])
    doing = [person.send if number % 3 == 0 else person.look for number, person in enumerate(people)]
    seconds, began = world.seconds(30), time.monotonic()
    recovered: dict[str, list[float]] = {PROCESS: [], DATABASE: []}
    load = asyncio.create_task(paced(phase, seconds, 50, doing))
    while time.monotonic() - began < seconds - PAUSE:
        await asyncio.sleep(PAUSE)
        struck = await asyncio.to_thread(_struck, world, sum(map(len, recovered.values())))
        recovered[struck].append(await _served_again(world, people[0]))
    await load
    await hung_up(people)
    for struck, times in recovered.items():
        phase.facts[f"{struck}: faults, and the longest until both processes served again"] = (
            f"{len(times)}, {max(times, default=0):.1f} s"
        )
    broken = phase.answers["500"]
    world.checks.hold("R-20 R-23 a page, a refusal or 503, whatever dies", broken == 0, dict(phase.answers))
    longest = max(recovered[DATABASE], default=0)
    world.checks.hold("R-23 served again within 5 s of the database's return", longest < 5, f"{longest:.1f} s")


def _struck(world: World, number: int) -> str:
    """Strikes; at what."""
    if world.server and number % 3 == 1:
        with world.server.connect() as connection:
            connection.execute(_THROWN_OUT)
    elif world.server and number == 5:
        world.server.stop("fast")
        time.sleep(3)
        world.server.start()
    else:
        world.rig.kill(number % 2)
        return PROCESS
    return DATABASE


async def _served_again(world: World, person: Person) -> float:
    """Seconds until a page comes from both processes."""
    began = time.monotonic()
    for port in world.rig.ports:
        while time.monotonic() - began < 30:
            browser = Browser(port, "10.98.0.1", person.member.cookie)
            with suppress(Lost):
                if (await browser.get("/tugas")).status == 200:
                    await browser.close()
                    break
            await browser.close()
            await asyncio.sleep(0.1)
    return time.monotonic() - began


async def backing_up(world: World, phase: Phase, folder: Path) -> None:
    """A backup while people send, and restored elsewhere: R-30."""
    people = world.people([*world.town.deciders[200:300], *world.town.planners[:100]])
    doing = [person.decide if number < 100 else person.look for number, person in enumerate(people)]
    load = asyncio.create_task(paced(phase, world.seconds(15), 15, doing))
    await asyncio.sleep(1)
    began, file = time.monotonic(), folder / "cadangan.zip"
    made = await asyncio.to_thread(world.rig.command, "backup", str(file))
    took = time.monotonic() - began
    await load
    await hung_up(people)
    size = file.stat().st_size / 1e6 if file.exists() else 0
    world.checks.hold("R-30 a backup while people work", made.returncode == 0, made.stderr[-300:])
    began = time.monotonic()
    elsewhere = {"BORANG_INSTANCE": str(folder / "elsewhere"), "DATABASE_URL": ""}
    restored = await asyncio.to_thread(world.rig.command, "restore", str(file), **elsewhere)
    phase.facts |= {"backup": f"{took:.1f} s, {size:.1f} MB", "restored in": f"{time.monotonic() - began:.1f} s"}
    world.checks.hold("R-30 restored elsewhere", restored.returncode == 0, restored.stderr[-300:])
    for where in ({}, elsewhere):
        verified = await asyncio.to_thread(world.rig.command, "audit", "verify", **where)
        told = (verified.stdout + verified.stderr)[-200:]
        world.checks.hold("every journal verifies", verified.returncode == 0, told)
