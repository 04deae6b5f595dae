"""One persisted move: ours, the same statements sent raw, and the floor, in turn over the same cases.

Ours is ``web.store.Store.move`` in a transaction of its own: journal, receipt, one-time key and all. The raw contender
sends what a rehearsal of the very same cases recorded: the same statements with the same parameters.
"""

from __future__ import annotations

import sqlite3
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, event

from bench.floor import Floor
from bench.rounds import Costs, compared, timed
from bench.service import NOW, Service, actor, copy_of, exact, opened, peer, superior
from bench.work import PEERS, PLAN, STEPS, SUPERIOR, answers, expected, rating
from engine import Actor, Cycle, Refused, Stale, act, begin, set_seats
from engine.process import Process

Statement = tuple[str, Any, bool]

ROUNDS, EACH = 15, 8
#: The last case is never played: others try what they may not on it.
CASES = (ROUNDS + 1) * EACH + 1


class Wrong(Exception):
    """A contender did something else than the work. Its speed says nothing."""


class Ours:
    """Borang's own store."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def play(self, cases: Sequence[int]) -> list[float]:
        """The microseconds of every submission of *cases*, step by step."""
        with self.service.inside() as store:
            sends = [self.service.submission(store, n, step, answers(n, step)) for step in STEPS for n in cases]
            return [timed(send) for send in sends]

    def check(self, cases: Sequence[int], untouched: int) -> None:
        """Raises ``Wrong`` unless all *cases* ended as they must, and *untouched* lets nobody do what they may not."""
        for number in cases:
            held = self.service.held(number)
            found = held.case.stage, held.case.values["nilai"], held.case.values["predikat"]
            if found != ("selesai", *expected(number)):
                raise Wrong(f"case {number} ended as {found}, not as {expected(number)}")
        with self.service.inside() as store:
            self._refuses(store, untouched)
            again = self.service.submission(store, untouched, PLAN, answers(untouched, PLAN))
            if again().again or not again().again:
                raise Wrong("a second press was not answered like the first")

    def _refuses(self, store: Any, number: int) -> None:
        intruder = peer(number, 1, len(self.service.case_ids))
        for step, who in ((PLAN, intruder), (SUPERIOR, "")):
            try:
                self.service.submission(store, number, step, answers(number, step), who)()
            except (Refused, Stale):
                continue
            raise Wrong(f"{who or step.role} could take {step.action} where it is not theirs to take")


class Raw:
    """The statements that ours sends, without anything of ours."""

    def __init__(self, file: Path, recorded: dict[int, list[list[Statement]]]) -> None:
        self._rows = sqlite3.connect(file, isolation_level=None)
        self._rows.execute("pragma foreign_keys = on")
        self._rows.execute("pragma synchronous = full")
        self._recorded = recorded

    def play(self, cases: Sequence[int]) -> list[float]:
        return [timed(partial(self._send, self._recorded[n][place])) for place in range(len(STEPS)) for n in cases]

    def _send(self, statements: list[Statement]) -> None:
        for statement, parameters, many in statements:
            if many:
                self._rows.executemany(statement, parameters)
                continue
            self._rows.execute(statement, parameters).fetchall()

    def check(self, cases: Sequence[int], service: Service) -> None:
        """Raises ``Wrong`` unless the raw statements finished all *cases* too."""
        stages = dict(self._rows.execute("select id, stage from appraisal"))
        if not all(stages[service.case_ids[number]] == "selesai" for number in cases):
            raise Wrong("the raw statements did not do the work")


class Lowest:
    """The floor's cases."""

    def __init__(self, file: Path) -> None:
        self._floor = Floor(file, CASES)

    def play(self, cases: Sequence[int]) -> list[float]:
        submit = self._floor.submit
        calls = [partial(submit, n, step, step.role, answers(n, step)) for step in STEPS for n in cases]
        return [timed(call) for call in calls]

    def check(self, cases: Sequence[int]) -> None:
        for number in cases:
            stage, score, name = self._floor.result(number)
            if stage != "selesai" or abs(score - float(expected(number)[0])) > 1e-4 or name != rating(score):
                raise Wrong(f"the floor ended case {number} as {stage}, {score}, {name}")


def measured(folder: Path) -> Costs:
    """The costs of one move: ``ours``, ``raw``, ``floor``, and ``engine``, which is ``act`` alone on a case in memory."""
    service = opened(folder / "ours", CASES)
    raw_file = folder / "raw.sqlite"
    copy_of(service.file, raw_file)
    played = range(CASES - 1)
    ours, raw, lowest = Ours(service), Raw(raw_file, _rehearsed(service, folder, played)), Lowest(folder / "floor.sqlite")
    costs = compared(
        {
            "floor": _rounds(lowest.play),
            "raw": _rounds(raw.play),
            "ours": _rounds(ours.play),
            "engine": _rounds(partial(in_memory, service)),
        },
        ROUNDS,
    )
    ours.check(played, CASES - 1)
    raw.check(played, service)
    lowest.check(played)
    return costs


def _rounds(play: Callable[[Sequence[int]], list[float]]) -> Callable[[int], float]:
    return lambda number: statistics.median(play(range(number * EACH, (number + 1) * EACH)))


def in_memory(service: Service, cases: Sequence[int]) -> list[float]:
    """The same submissions judged by the engine alone: nothing is read, written or turned into text."""
    return [cost for number in cases for cost in _judged(service.process, service.held(number).case.cycle, number)]


def _judged(process: Process, cycle: Cycle, number: int) -> Iterator[float]:
    case = begin(process, str(number), cycle, {process.subject: {}}, NOW).case
    peers = [peer(number, step.seat, CASES) for step in PEERS]
    case = set_seats(process, case, Actor(role=SUPERIOR.role, person=superior(number)), PEERS[0].role, peers, NOW).case
    for step in STEPS:
        who, values = Actor(role=step.role, person=actor(number, step, CASES)), exact(answers(number, step))
        start = perf_counter()
        case = act(process, case, who, step.action, values, NOW, answer=who.person).case
        yield (perf_counter() - start) * 1e6
    if case.stage != "selesai":
        raise Wrong(f"the engine left case {number} at {case.stage}")


# --- what ours sends --------------------------------------------------------------------------------------------------


def _rehearsed(service: Service, folder: Path, cases: Sequence[int]) -> dict[int, list[list[Statement]]]:
    """The statements of every submission of each case, recorded on a copy of the service."""
    twin = service.copy(folder / "rehearsal")
    recorded: dict[int, list[list[Statement]]] = {}
    with twin.inside() as store, _recording(twin.engine) as sent:
        for number in cases:
            recorded[number] = []
            for step in STEPS:
                twin.submission(store, number, step, answers(number, step))()
                recorded[number].append(sent[:])
                sent.clear()
    return recorded


@contextmanager
def _recording(engine: Engine) -> Iterator[list[Statement]]:
    """All that reaches the driver through *engine*, as it is sent."""
    sent: list[Statement] = []

    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, parameters: Any = ()) -> Any:
            sent.append((sql, parameters, False))
            return super().execute(sql, parameters)

        def executemany(self, sql: str, parameters: Any) -> Any:
            sent.append((sql, parameters, True))
            return super().executemany(sql, parameters)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

        def commit(self) -> None:
            sent.append(("commit", (), False))
            super().commit()

    def connect(dialect: Any, record: Any, arguments: Any, options: dict[str, Any]) -> Any:
        return sqlite3.connect(*arguments, **options, factory=Connection)

    engine.dispose()
    event.listen(engine, "do_connect", connect)
    with engine.connect():
        sent.clear()
    yield sent
    engine.dispose()
