"""Jobs whose effects can be counted, and workers that are killed while they do them."""

from __future__ import annotations

import json
import random
import signal
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from time import monotonic, sleep

from sqlalchemy import text

from tests.jobs.office import Office
from web import outbox
from web.clock import now
from web.database import writing

#: Seconds that a job takes, and for which a worker holds it.
PAUSE, LEASE = 0.3, 3


KINDS = ("count", "write")


class Deeds:
    """*count* jobs that count a number up in the database, and as many that write a line to a file outside."""

    def __init__(
        self, office: Office, folder: Path, count: int, *, pause: float = PAUSE, kinds: Sequence[str] = KINDS
    ) -> None:
        self.office = office
        self.count = count
        self.file = folder / "outside"
        self.file.touch()
        with office.app.app_context(), writing() as rows:
            rows.execute(text("create table tally (number integer primary key, seen integer not null)"))
            for number in range(count):
                rows.execute(text("insert into tally (number, seen) values (:n, 0)"), {"n": number})
                for kind in kinds:
                    outbox.put(rows, kind, str(number), {"number": number, "pause": pause}, now())

    def killed(self, times: int, seed: int = 20261122) -> int:
        """Kills a worker *times* in the middle of a job; how many of the jobs were held by one that was killed."""
        dice, hit = random.Random(seed), set()
        for _ in range(times):
            worker = self.start()
            held = self._held_by(worker.pid)
            sleep(dice.uniform(0, PAUSE))
            hit |= self._held_by(worker.pid) or held
            worker.send_signal(signal.SIGKILL)
            worker.communicate()
        return len(hit)

    def start(self) -> subprocess.Popen[bytes]:
        """A worker that writes outside to this file."""
        return self.office.start("--workers", "2", "--lease", str(LEASE), BORANG_TEST_FILE=str(self.file))

    def _held_by(self, pid: int) -> set[str]:
        """The jobs that a worker holds; waits until it holds one."""
        end = monotonic() + 60
        while monotonic() < end:
            held = self.office.rows(
                "select id from job where state = 'waiting' and claimed_until is not null and claimed_by like :who",
                who=f"%:{pid}:%",
            )
            if held:
                return {row.id for row in held}
            sleep(0.02)
        raise AssertionError("the worker took no job")

    def finish(self, seconds: float = 240) -> None:
        """Lets one worker do what is left."""
        worker = self.start()
        try:
            end = monotonic() + seconds
            while self.left() and monotonic() < end:
                sleep(0.2)
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.communicate(timeout=60)

    def left(self) -> int:
        """How many jobs are not done."""
        return int(self.office.rows("select count(*) from job where state <> 'done'")[0][0])

    def seen(self) -> Counter[int]:
        """How often each number was counted: how many numbers for each count."""
        return Counter(row.seen for row in self.office.rows("select seen from tally"))

    def written(self) -> dict[int, list[str]]:
        """The ids under which each number was written outside."""
        found: dict[int, list[str]] = {}
        for line in self.file.read_text().splitlines():
            number, stable_id = line.split()
            found.setdefault(int(number), []).append(stable_id)
        return found

    def ids(self) -> dict[int, str]:
        """The id of the job that writes each number."""
        rows = self.office.rows("select id, payload from job where kind = 'write'")
        return {json.loads(row.payload)["number"]: row.id for row in rows}


def check(deeds: Deeds) -> None:
    """Every change once, every effect outside at least once and under one id, nothing stuck."""
    assert deeds.left() == 0
    assert deeds.seen() == Counter({1: deeds.count})
    written, ids = deeds.written(), deeds.ids()
    assert written.keys() == ids.keys()
    assert all(set(found) == {ids[number]} for number, found in written.items())
