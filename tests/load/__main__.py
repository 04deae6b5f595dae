"""``python -m tests.load``: a thousand people, crashes and hostile traffic, on SQLite and then on PostgreSQL.

Prints a report in Markdown; ends with ``N passed, N failed``. ``--quick`` shortens every phase, to see that it runs.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path

from tests.history import Recorder, counted, problems, read
from tests.load import mishaps, staff
from tests.load.figures import Checks, Phase
from tests.load.hostile import hostile
from tests.load.rig import Rig
from tests.load.town import settled
from tests.load.world import World
from tests.postgres import Server, running

DATABASES = ("sqlite", "postgresql")
#: How a server that keeps its promises is set: it waits for the disk.
SAFE = ("fsync=on", "synchronous_commit=on", "shared_buffers=512MB")
HEAD = "| phase | requests | number | p50 ms | p95 | p99 | max |\n| --- | --- | --- | --- | --- | --- | --- |"


def main() -> int:
    """Runs the load; 1 where a promise did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--database", choices=DATABASES, action="append", help="only this one")
    parser.add_argument("--quick", action="store_true", help="every phase for some seconds only")
    given = parser.parse_args()
    # A connection is an open file, here and in the service.
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(16384, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    checks = Checks()
    print(f"{time.strftime('%d %B %Y, %H:%M')}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}\n")
    for database in given.database or DATABASES:
        mine = Checks()
        for line in _report(database, mine, 0.1 if given.quick else 1.0):
            print(line, flush=True)
        checks.passed += mine.passed
        checks.failed += mine.failed
    print(f"{len(checks.passed)} passed, {len(checks.failed)} failed")
    return 1 if checks.failed else 0


def _report(database: str, checks: Checks, share: float) -> Iterator[str]:
    with _place(database) as (folder, url, server):
        began = time.monotonic()
        town = settled(folder / "instance", url)
        yield f"## {database}\n\nSeeded in {time.monotonic() - began:.0f} s.\n\n{HEAD}"
        history = folder / "history.jsonl"
        history.touch()
        (folder / "logs").mkdir()
        with Rig(town, folder / "logs").running() as rig:
            world = World(town, rig, Recorder(history), checks, share, server)
            yield from asyncio.run(_phases(world, folder))
        yield from _judged(world, history)
    yield ""
    yield from (f"- held: {line}" for line in checks.passed)
    yield from (f"- FAILED: {line}" for line in checks.failed)
    yield ""


async def _phases(world: World, folder: Path) -> list[str]:
    """Every phase in turn; the lines that tell of them, what else was counted last."""
    told, facts = [], []
    calm = Phase("B day")
    for phase, play in (
        (Phase("A warm-up"), staff.warm_up),
        (calm, staff.day),
        (Phase("C burst"), staff.burst),
        (Phase("D races"), staff.races),
        (Phase("E sign-in"), staff.signing_in),
        (Phase("F workers"), mishaps.deadlines),
        (Phase("G crashes"), mishaps.crashes),
        (Phase("H hostile"), partial(hostile, calm=calm)),
        (Phase("I backup"), partial(mishaps.backing_up, folder=folder)),
    ):
        print(f"{phase.name} …", file=sys.stderr, flush=True)
        world.rig.look()
        await play(world, phase)
        told += phase.lines()
        facts += [f"- {phase.name}: {name}: {value}" for name, value in phase.facts.items()]
    world.rig.look()
    return [*told, "", *facts]


def _judged(world: World, history: Path) -> Iterator[str]:
    """J: what the database holds against what was acknowledged."""
    operations = read(history)
    found = problems(world.town.app(), operations)
    counts = counted(operations)
    world.checks.hold("every acknowledged submit is there once, every case whole", not found, found[:5] or counts)
    logged = world.rig.logged()
    world.checks.hold("no traceback in the logs", "Traceback" not in logged, logged.count("Traceback"))
    secrets = [member.cookie.partition("=")[2] for member in world.town.planners[:50]]
    world.checks.hold("no cookie in the logs", not any(secret in logged for secret in secrets))
    yield f"\nHistory: {counts['ok']} acknowledged, {counts['fail']} refused, {counts['unknown']} without an answer."
    for number, sizes in world.rig.memory.items():
        yield f"Process {number}: {max(sizes)} MB at most, {sizes[-1]} MB at the end."


@contextmanager
def _place(database: str) -> Iterator[tuple[Path, str, Server | None]]:
    with tempfile.TemporaryDirectory(prefix="borang-load-") as name:
        folder = Path(name)
        (folder / "instance").mkdir()
        with running(*SAFE) if database == "postgresql" else nullcontext() as server:
            url = server.url(server.create()) if server else f"sqlite:///{folder}/instance/borang.sqlite"
            yield folder, url, server


if __name__ == "__main__":
    sys.exit(main())
