"""Servers that are restarted while people work: what they were answered, and whether all of it is kept."""

from __future__ import annotations

import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGHUP

from tests.faults.pair import Answer, Outside, Pair, pairs
from tests.history import Recorder, counted, problems, read
from tests.web.served import listening, served
from web import create_app
from web.config import Settings
from web.database import disconnect


@dataclass(slots=True)
class Told:
    """How requests were answered; by ``lost`` nobody was."""

    statuses: Counter[int] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    #: Those among them that say when to come again.
    put_off: int = 0

    def wrong(self) -> list[str]:
        """What should not have been answered to anybody."""
        strange = [f"{status}: {n}" for status, n in self.statuses.items() if status >= 400 and status != 503]
        without = self.statuses[503] - self.put_off
        return [*strange, *self.lost, *([f"503 without Retry-After: {without}"] if without else [])]


class Watched:
    """A line to the service that writes down how it was answered."""

    def __init__(self, port: int, told: Told) -> None:
        self._line = Outside(port, patience=60)
        self._told = told
        self._lock = threading.Lock()

    def send(self, method: str, path: str, cookie: str, body: str = "") -> Answer:
        try:
            answer = self._line.send(method, path, cookie, body)
        except (OSError, http.client.HTTPException) as error:
            with self._lock:
                self._told.lost.append(f"{method} {path}: {error!r}")
            raise
        with self._lock:
            self._told.statuses[answer.status] += 1
            self._told.put_off += answer.status == 503 and "Retry-After" in answer.headers
        return answer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: answers, submits by how they ended, what the database holds otherwise than it should."""

    told: Told
    submits: Counter[str]
    problems: Sequence[str]


def by_handing_over(settings: Settings, times: int, pause: float, people: int, folder: Path) -> Outcome:
    """One server after the other at a socket that is kept open, each ended by SIGTERM."""
    with listening() as door:

        def serve(finish: Callable[[], None]) -> None:
            for _ in range(times):
                with served(settings, handed=door):
                    time.sleep(pause)
            with served(settings, handed=door):
                time.sleep(pause)
                finish()

        return _worked(settings, door.getsockname()[1], serve, people, folder)


def by_reloading(settings: Settings, times: int, pause: float, people: int, folder: Path) -> Outcome:
    """Two processes under one master, made anew by SIGHUP."""
    with served(settings, processes=2) as server:

        def serve(finish: Callable[[], None]) -> None:
            for _ in range(times):
                time.sleep(pause)
                server.process.send_signal(SIGHUP)
            time.sleep(2 * pause)
            finish()

        return _worked(settings, server.port, serve, people, folder)


def _worked(
    settings: Settings, port: int, serve: Callable[[Callable[[], None]], None], people: int, folder: Path
) -> Outcome:
    """*people* pairs submit, one form after the other, while servers come and go."""
    app, told, recorder = create_app(settings), Told(), Recorder(folder / "history.jsonl")
    over = threading.Event()

    def work(pair: Pair) -> None:
        line = Watched(port, told)
        while not over.is_set():
            pair.play(line, recorder)

    threads = [threading.Thread(target=work, args=(pair,)) for pair in pairs(app, people)]

    def finish() -> None:
        over.set()
        for thread in threads:
            thread.join(60)

    for thread in threads:
        thread.start()
    try:
        serve(finish)
    finally:
        over.set()
    history = read(folder / "history.jsonl")
    found = problems(app, history)
    with app.app_context():
        disconnect()
    return Outcome(told, Counter(counted(history)), found)
