"""Employees who answer while their deadline passes, and the system that acts for those who have not."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from threading import Event
from time import monotonic, sleep
from typing import Any
from zoneinfo import ZoneInfo

from engine import Refused, Stale
from tests.jobs.office import SILENT, TERM, Office
from web.clock import Clock
from web.statements import instant
from web.timing import sweep

ANSWERED, ACCEPTED = "tanggapi", "anggap_diterima"
STAGES = {ANSWERED: "ditanggapi", ACCEPTED: "diterima"}
_PEOPLE = 8


class Going(Clock):
    """A clock that is set to an instant and goes on from there."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._begun = monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=monotonic() - self._begun)


@dataclass(frozen=True)
class Burst:
    """What came of it: of each case the actions in its journal, and where it stands; who was told that it was sent."""

    deadline: datetime
    acts: dict[str, list[tuple[str, datetime]]]
    stages: dict[str, str]
    sent: frozenset[str]

    @property
    def doubles(self) -> int:
        return sum(len(acts) > 1 for acts in self.acts.values())

    @property
    def nothings(self) -> int:
        return sum(not acts for acts in self.acts.values())

    def check(self) -> Counter[str]:
        """On time, late, or accepted: each case exactly one of them, and stage, time and answer agree."""
        assert (self.doubles, self.nothings) == (0, 0)
        kinds: Counter[str] = Counter()
        for case_id, [(action, at)] in self.acts.items():
            assert self.stages[case_id] == STAGES[action]
            assert (case_id in self.sent) == (action == ANSWERED)
            assert action == ANSWERED or at >= self.deadline
            kinds["accepted" if action == ACCEPTED else "on time" if at < self.deadline else "late"] += 1
        assert sum(kinds.values()) == len(self.stages)
        return kinds


def burst(office: Office, count: int, lead: float, sweepers: int = 2) -> Burst:
    """Half of *count* employees answer within *lead* seconds before the deadline, the others as soon as it passes."""
    office.app.extensions["clock"] = opening = Going(datetime(2026, 3, 2, 2, tzinfo=UTC))
    cases = office.open_cases(SILENT, count, timedelta())
    due = opening.now().astimezone(ZoneInfo("Asia/Jakarta")).date() + TERM
    deadline = datetime.combine(due + timedelta(days=1), time(), ZoneInfo("Asia/Jakarta"))
    office.app.extensions["clock"] = clock = Going(deadline - timedelta(seconds=lead))
    over = Event()

    def answer(place: tuple[int, str]) -> str:
        number, case_id = place
        moment = deadline - timedelta(seconds=lead * max(0.0, 1 - 2 * number / count))
        sleep(max(0.0, (moment - clock.now()).total_seconds()))
        try:
            office.submit(case_id, ANSWERED, clock.now())
        except (Refused, Stale):
            return ""
        return case_id

    def act(_number: int) -> None:
        while not over.is_set():
            with office.app.app_context():
                sweep(over.is_set)

    with ThreadPoolExecutor(_PEOPLE) as people, ThreadPoolExecutor(sweepers) as system:
        acting = [system.submit(act, number) for number in range(sweepers)]
        sent = frozenset(people.map(answer, enumerate(cases)))
        over.set()
        for one in acting:
            one.result()
    return Burst(deadline, _acts(office, cases), _stages(office), sent - {""})


def _acts(office: Office, cases: list[str]) -> dict[str, list[tuple[str, datetime]]]:
    found: dict[str, list[Any]] = {case_id: [] for case_id in cases}
    for row in office.rows("select case_id, action, at from journal where action in ('tanggapi', 'anggap_diterima')"):
        found[row.case_id].append((row.action, instant(row.at)))
    return found


def _stages(office: Office) -> dict[str, str]:
    return {row.id: row.stage for row in office.rows("select id, stage from appraisal")}
