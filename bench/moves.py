"""One persisted move: ours, the same statements sent raw, and the floor, in turn over the same cases.

Ours is ``web.store.Store.move`` in a transaction of its own: journal, receipt, one-time key and all. The raw contender
sends what a rehearsal of the very same cases recorded: the same statements with the same parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bench.floor import Floor
from bench.places import Place, Sent
from bench.rounds import Call, Contender, Costs, Wrong, compared
from bench.service import NOW, SQLITE, Service, actor, exact, opened, peer, superior
from bench.work import PEERS, PLAN, STEPS, SUPERIOR, Answers, Step, answers, expected, rating
from engine import Actor, Case, Cycle, Refused, Stale, act, begin, set_seats
from engine.process import Process
from web.store import Moved, Store

ROUNDS, EACH = 15, 8
#: The last case is never played: others try what they may not on it.
CASES = (ROUNDS + 1) * EACH + 1


def measured(folder: Path, place: Place = SQLITE, *, mixed: bool = False) -> Costs:
    """The costs of one move: ``floor``, ``raw``, ``ours``; and ``engine``, which judges the same moves in memory."""
    for name in ("", "raw", "floor"):
        (folder / name).mkdir()
    service, played = opened(folder / "ours", CASES, place), range(CASES - 1)
    recorded = _rehearsed(service, folder, played)
    raw = Raw(place.connect(place.copy(service.url, folder / "raw")), recorded)
    lowest = Lowest(Floor(place.connect(place.new(folder / "floor")), place, CASES))
    judged = Judged(service.process, service.held(0).case.cycle)
    with service.inside() as store:
        ours = Ours(service, store)
        contenders = {"floor": _rounds(lowest), "raw": _rounds(raw), "ours": _rounds(ours), "engine": _rounds(judged)}
        costs = compared(contenders, ROUNDS, mixed=mixed)
        ours.check(played, CASES - 1)
    raw.check([service.case_ids[number] for number in played])
    lowest.check(played)
    judged.check(played)
    return costs


def _rounds(calls: Callable[[int, Step], Call]) -> Contender:
    return lambda number: [calls(case, step) for step in STEPS for case in range(number * EACH, (number + 1) * EACH)]


class Ours:
    """Borang's own store."""

    def __init__(self, service: Service, store: Store) -> None:
        self._service = service
        self._store = store

    def __call__(self, number: int, step: Step, who: str = "") -> Callable[[], Moved]:
        return self._service.submission(self._store, number, step, answers(number, step), who)

    def check(self, played: Sequence[int], untouched: int) -> None:
        """Raises ``Wrong`` unless all ended as they must, and *untouched* lets nobody do what they may not."""
        self.check_ends(played)
        if self._service.folded(0) != self._service.held(0).case:
            raise Wrong("a case's journal does not make the case")
        self._refuses(untouched)
        press = self(untouched, PLAN)
        if press().again or not press().again:
            raise Wrong("a second press was not answered like the first")

    def check_ends(self, played: Iterable[int]) -> None:
        """Raises ``Wrong`` unless all are finished with the score and the rating that they must have."""
        for number in played:
            case = self._service.held(number).case
            found = case.stage, case.values["nilai"], case.values["predikat"]
            if found != ("selesai", *expected(number)):
                raise Wrong(f"case {number} ended as {found}, not as {expected(number)}")

    def _refuses(self, number: int) -> None:
        for step, who in ((PLAN, peer(number, 1, CASES)), (SUPERIOR, "")):
            try:
                self(number, step, who)()
            except (Refused, Stale):
                continue
            raise Wrong(f"{who or step.role} could take {step.action} where it is not theirs to take")


class Raw:
    """The statements that ours sends, without anything of ours."""

    def __init__(self, rows: Any, recorded: dict[tuple[int, Step], list[Sent]]) -> None:
        self._rows = rows
        self._recorded = recorded

    def __call__(self, number: int, step: Step) -> Call:
        return partial(self._send, self._recorded[number, step])

    def _send(self, statements: list[Sent]) -> None:
        cursor = self._rows.cursor()
        for statement, parameters, many in statements:
            if many:
                cursor.executemany(statement, parameters)
            elif parameters is None:
                cursor.execute(statement)
            elif cursor.execute(statement, parameters).description:
                cursor.fetchall()

    def check(self, case_ids: Sequence[str]) -> None:
        """Raises ``Wrong`` unless the raw statements finished these cases too."""
        stages = dict(self._rows.execute("select id, stage from appraisal"))
        if not all(stages[case_id] == "selesai" for case_id in case_ids):
            raise Wrong("the raw statements did not do the work")


class Lowest:
    """The floor's cases."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def __call__(self, number: int, step: Step) -> Call:
        return partial(self._floor.submit, number, step, step.role, answers(number, step))

    def check(self, played: Sequence[int]) -> None:
        """Raises ``Wrong`` unless all ended as they must, up to the last digit of a binary float."""
        for number in played:
            stage, score, name = self._floor.result(number)
            if stage != "selesai" or abs(score - float(expected(number)[0])) > 1e-4 or name != rating(score):
                raise Wrong(f"the floor ended case {number} as {stage}, {score}, {name}")


class Judged:
    """The engine alone: nothing is read, written or turned into text."""

    def __init__(self, process: Process, cycle: Cycle) -> None:
        self._process = process
        self._cycle = cycle
        self._cases: dict[int, Case] = {}

    def __call__(self, number: int, step: Step) -> Call:
        if number not in self._cases:
            self._cases[number] = self._seated(number)
        who, values = Actor(role=step.role, person=actor(number, step, CASES)), exact(answers(number, step))
        return lambda: self._act(number, step.action, who, values)

    def _seated(self, number: int) -> Case:
        case = begin(self._process, str(number), self._cycle, {self._process.subject: {}}, NOW).case
        peers = [peer(number, step.seat, CASES) for step in PEERS]
        leader = Actor(role=SUPERIOR.role, person=superior(number))
        return set_seats(self._process, case, leader, PEERS[0].role, peers, NOW).case

    def _act(self, number: int, action: str, who: Actor, values: Answers) -> None:
        outcome = act(self._process, self._cases[number], who, action, values, NOW, answer=who.person)
        self._cases[number] = outcome.case

    def check(self, played: Sequence[int]) -> None:
        """Raises ``Wrong`` unless all are finished."""
        if any(self._cases[number].stage != "selesai" for number in played):
            raise Wrong("the engine left a case unfinished")


# --- what ours sends --------------------------------------------------------------------------------------------------


def _rehearsed(service: Service, folder: Path, cases: Sequence[int]) -> dict[tuple[int, Step], list[Sent]]:
    """The statements of every submission of each case, recorded on a copy of the service."""
    twin = service.copy(folder / "rehearsal")
    recorded: dict[tuple[int, Step], list[Sent]] = {}
    with twin.inside() as store, twin.place.recording(twin.engine) as sent:
        for number in cases:
            for step in STEPS:
                twin.submission(store, number, step, answers(number, step))()
                recorded[number, step] = _begun(twin.place, sent)
                sent.clear()
    return recorded


def _begun(place: Place, sent: list[Sent]) -> list[Sent]:
    """What was sent, with the beginning of the transaction, which psycopg sends by itself."""
    begun = any(str(statement).lower().startswith("begin") for statement, _, _ in sent)
    return sent[:] if begun else [(place.begin, None, False), *sent]
