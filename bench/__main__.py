"""``python -m bench [opening|lists|writers [N]]``: one JSON object a line, a measure each.

``name``, ``value``, ``unit``; ``ratio`` and ``to`` where the value is compared with another; ``target`` is for the
ratio where there is one, else for the value; ``ok`` says whether it is met. What has no target is there to explain.
Ends with 1 where the work was not done.

What takes minutes is measured when it is asked for, on both databases: ``opening`` a cycle for 100,000 employees,
``lists`` among up to a million cases, ``writers`` that move cases at once. ``lists 10000`` stays with so many.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

from bench import checking, expressions, lists, loading, memory, moves, opening, pages, posts, writers
from bench.places import Place, Postgres, Sqlite
from bench.rounds import Costs, Wrong
from tests.postgres import SPEEDY, Missing, running


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One line of the result. A target is the most that is good."""

    name: str
    value: float
    unit: str = "us"
    ratio: float | None = None
    to: str = ""
    target: float | None = None

    def line(self) -> str:
        """The measure as JSON, without what it has not."""
        told: dict[str, object] = {"name": self.name, "value": round(self.value, 1), "unit": self.unit}
        if self.ratio is not None:
            told |= {"ratio": round(self.ratio, 2), "to": self.to}
        if self.target is not None:
            judged = self.value if self.ratio is None else self.ratio
            told |= {"target": self.target, "ok": judged <= self.target}
        return json.dumps(told)


def measures(folder: Path) -> Iterator[Measure]:
    """Every measure, as soon as it is known."""
    yield from _moves(moves.measured(folder / "moves"))
    yield from _mixed(moves.measured(folder / "mixed", mixed=True))
    with running(*SAFE) as server:
        yield from _postgresql(moves.measured(folder / "postgresql", Postgres(server)))
    yield from _posts(posts.measured(folder / "posts"))
    yield from _pages(pages.measured(folder))
    per_line = loading.measured().value("load") / loading.lines()
    yield Measure(name="load_2000_lines", value=per_line * 2000 / 1000, unit="ms", target=150)
    proving = checking.measured()
    yield Measure(name="check_all", value=proving.value("all") / 1000, unit="ms", target=5000)
    yield Measure(name="check_one", value=proving.value("one") / 1000, unit="ms", target=1000)
    yield Measure(name="check_299_stages", value=proving.value("large") / 1000, unit="ms", target=10000)
    yield Measure(name="memory_left_by_a_move", value=memory.measured(folder), unit="bytes", target=16)
    yield from _expressions()


def _moves(costs: Costs) -> Iterator[Measure]:
    yield Measure(name="move_floor", value=costs.value("floor"))
    yield _compared(costs, "move_raw", "raw", "floor")
    yield _compared(costs, "move_engine", "engine", "floor")
    yield _compared(costs, "move", "ours", "floor", 5)
    yield _compared(costs, "move_against_raw", "ours", "raw", 2.5)


def _mixed(costs: Costs) -> Iterator[Measure]:
    yield _compared(costs, "move_mixed", "ours", "floor")
    yield _compared(costs, "move_mixed_against_raw", "ours", "raw")


def _postgresql(costs: Costs) -> Iterator[Measure]:
    yield Measure(name="move_pg_floor", value=costs.value("floor"))
    yield _compared(costs, "move_pg_raw", "raw", "floor")
    yield _compared(costs, "move_pg", "ours", "floor", 3.5)
    yield _compared(costs, "move_pg_against_raw", "ours", "raw", 2.5)


def _posts(costs: Costs) -> Iterator[Measure]:
    yield _compared(costs, "post", "post", "floor", 10)
    yield _compared(costs, "step", "step", "floor")


def _pages(costs: Costs) -> Iterator[Measure]:
    yield Measure(name="page_static", value=costs.value("static"))
    yield _compared(costs, "page_form", "form", "static", 6)
    yield _compared(costs, "page_whole", "page", "static", 25)


def _expressions() -> Iterator[Measure]:
    costs = expressions.measured()
    yield Measure(name="feel_compile", value=costs.value("compile"), target=60)
    yield Measure(name="feel_evaluate", value=costs.value("evaluate"), target=3)
    for name, cost in expressions.dear():
        yield Measure(name=name, value=cost / 1000, unit="ms", target=1000)


def _compared(costs: Costs, name: str, contender: str, to: str, target: float | None = None) -> Measure:
    return Measure(name=name, value=costs.value(contender), ratio=costs.ratio(contender, to), to=to, target=target)


# --- many cases -------------------------------------------------------------------------------------------------------

#: What the server is told beside its defaults: it waits for the disk, or forgoes that.
SAFE = ("shared_buffers=512MB", "max_wal_size=4GB")
QUICK = (*SAFE, *SPEEDY)
#: How many employees a cycle is opened for, and among how many cases lists are read.
OPENED, LISTED = 100_000, (10_000, 100_000, 1_000_000)


@contextmanager
def _both(*options: str) -> Iterator[dict[str, Place]]:
    with running(*options) as server:
        yield {"sqlite": Sqlite(), "postgresql": Postgres(server)}


def _opened(folder: Path, most: int) -> Iterator[Measure]:
    """A cycle opened for so many employees."""
    with _both(*SAFE) as places:
        for name, place in places.items():
            cost = opening.measured(place, folder / f"open-{name}", most)
            yield Measure(name=f"open_cycle_{name}_executemany", value=cost.floor)
            ratio = cost.ours / cost.floor
            yield Measure(name=f"open_cycle_{name}", value=cost.ours, ratio=ratio, to="executemany", target=2)


def _written(folder: Path, each: int) -> Iterator[Measure]:
    """Several processes that move cases, so many each."""
    with _both(*SAFE) as places:
        for name, place in places.items():
            for rate in writers.measured(place, folder / f"writers-{name}", each):
                what = f"writers_{name}_{rate.writers}"
                yield Measure(name=what, value=rate.moves, unit="moves/s")
                yield Measure(name=f"{what}_p95", value=rate.p95, unit="ms")
                yield Measure(name=f"{what}_worst", value=rate.worst, unit="ms")


def _read(folder: Path, most: int) -> Iterator[Measure]:
    """Lists among at most so many cases."""
    # Nothing is written meanwhile, so that making the rows need not wait for the disk.
    with _both(*QUICK) as places:
        for name, place in places.items():
            for cases in (size for size in LISTED if size <= most):
                yield from _listed(lists.measured(place, folder / f"lists-{name}-{cases}", cases), f"{name}_{cases}")
                rmtree(folder / f"lists-{name}-{cases}")


def _listed(found: Mapping[str, list[float]], where: str) -> Iterator[Measure]:
    for name, times in found.items():
        target = None if name.endswith("_whole") else 20.0
        yield Measure(name=f"list_{name}_{where}_p50", value=times[len(times) // 2], unit="ms")
        yield Measure(name=f"list_{name}_{where}_p95", value=times[len(times) * 95 // 100], unit="ms", target=target)


def wanted(arguments: Sequence[str], folder: Path) -> Iterator[Measure]:
    """The measures that *arguments* ask for: a part and how many of what it counts, or all that is quick."""
    if not arguments:
        return measures(folder)
    part, usual = PARTS[arguments[0]]
    return part(folder, int(arguments[1]) if arguments[1:] else usual)


#: What is measured only when it is asked for, and with how many employees or cases.
PARTS: dict[str, tuple[Callable[[Path, int], Iterator[Measure]], int]] = {
    "opening": (_opened, OPENED),
    "lists": (_read, LISTED[-1]),
    "writers": (_written, writers.EACH),
}


def main() -> int:
    """Prints the measures; 1 where the work was not done."""
    if sys.argv[1:] and (sys.argv[1] not in PARTS or not all(given.isdigit() for given in sys.argv[2:])):
        print(f"bench [{'|'.join(PARTS)} [N]]", file=sys.stderr)
        return 2
    with TemporaryDirectory(prefix="borang-bench-") as folder:
        try:
            for measure in wanted(sys.argv[1:], Path(folder)):
                print(measure.line(), flush=True)
        except (Missing, Wrong) as error:
            print(f"bench: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
