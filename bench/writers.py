"""Several processes that move cases without a pause, in one database: how many moves a second, and the longest wait.

Each process is a service of its own with cases of its own, so nobody waits for a case: only for the database.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import Empty
from time import monotonic, perf_counter
from typing import Any, NamedTuple

from bench.moves import Ours
from bench.places import Place
from bench.rounds import Wrong
from bench.service import SQLITE, Service, opened
from bench.work import STEPS

#: So many processes at once, one after the other.
COUNTS = (1, 2, 4, 8)
#: Cases of each process, seven moves each. The first comes before, to warm up, and does not count.
EACH = 61
#: How long one waits for the others, in seconds.
PATIENCE = 300
CONTEXT = multiprocessing.get_context("spawn")


class Rate(NamedTuple):
    """Of so many processes together: moves a second, and in milliseconds what nearly all and what all took at most."""

    writers: int
    moves: float
    p95: float
    worst: float


def measured(place: Place, folder: Path, each: int = EACH) -> Iterator[Rate]:
    """The rate of each count of processes, as soon as it is known."""
    folder.mkdir(parents=True)
    service = opened(folder / "service", sum(COUNTS) * each, place)
    service.engine.dispose()
    first = 0
    for count in COUNTS:
        shares = [range(first + n * each, first + (n + 1) * each) for n in range(count)]
        first += count * each
        yield _rate(service, folder / "service", shares)
    with service.inside() as store:
        Ours(service, store).check_ends(range(first))
    service.engine.dispose()


def _rate(service: Service, folder: Path, shares: Sequence[range]) -> Rate:
    barrier, answers = CONTEXT.Barrier(len(shares), timeout=PATIENCE), CONTEXT.Queue()
    known = folder, service.url, service.case_ids
    running = [CONTEXT.Process(target=_moves, args=(*known, share, barrier, answers)) for share in shares]
    for process in running:
        process.start()
    try:
        told = [answers.get(timeout=PATIENCE) for _ in running]
    except Empty:
        raise Wrong("a writer ended without a word") from None
    finally:
        for process in running:
            process.join(1)
            process.kill()
    wrong = [one for one in told if isinstance(one, str)]
    if wrong:
        raise Wrong(f"a writer stopped: {wrong[0]}")
    took = sorted(seconds for _begin, _end, each in told for seconds in each)
    whole = max(end for _begin, end, _each in told) - min(begin for begin, _end, _each in told)
    return Rate(len(shares), len(took) / whole, took[len(took) * 95 // 100] * 1000, took[-1] * 1000)


def _moves(folder: Path, url: str, case_ids: list[str], share: range, barrier: Any, answers: Any) -> None:
    """Plays the cases of *share* to their end; tells when that began and ended and what each move took."""
    try:
        # Only the service that opened the cases knows how to copy them; here the place is not asked.
        service = Service(folder, case_ids, SQLITE, url)
        with service.inside() as store:
            ours = Ours(service, store)
            for step in STEPS:
                ours(share[0], step)()
            calls = [ours(number, step) for number in share[1:] for step in STEPS]
            barrier.wait()
            begin, took = monotonic(), []
            for call in calls:
                start = perf_counter()
                call()
                took.append(perf_counter() - start)
            answers.put((begin, monotonic(), took))
        service.engine.dispose()
    except Exception as error:
        barrier.abort()
        answers.put(f"{type(error).__name__}: {str(error)[:300]}")
