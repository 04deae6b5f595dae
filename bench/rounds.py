"""Contenders in turn: every round plays each of them once, every other round in reverse order.

What disturbs the machine then disturbs them alike. A cost is the median of the calls of a round; a value is the median
over the rounds, a ratio the median of the ratios within each round.
"""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

Call = Callable[[], object]
#: Makes the calls of one round ready.
Contender = Callable[[int], Sequence[Call]]


class Wrong(Exception):
    """A contender did something else than the work. Its speed says nothing."""


@dataclass(frozen=True)
class Costs:
    """Microseconds of one call in each round, by contender."""

    by_name: Mapping[str, list[float]]

    def value(self, name: str) -> float:
        return statistics.median(self.by_name[name])

    def ratio(self, name: str, to: str) -> float:
        """How many times the cost of *to* this is."""
        pairs = zip(self.by_name[name], self.by_name[to], strict=True)
        return statistics.median(cost / base for cost, base in pairs)


def compared(contenders: Mapping[str, Contender], rounds: int, *, mixed: bool = False) -> Costs:
    """The costs of *contenders* over *rounds*. Round 0 comes before, to warm up, and does not count.

    In a round each plays all its calls; ``mixed`` lets them take turns after every call instead. Then none has the
    processor's caches to itself, as nobody has in a service.
    """
    costs: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        names = list(contenders) if number % 2 else list(contenders)[::-1]
        ready = {name: contenders[name](number) for name in names}
        spent: dict[str, list[float]] = {name: [] for name in names}
        gc.collect()
        for name, call in _in_turns(ready) if mixed else _in_blocks(ready):
            spent[name].append(timed(call))
        for name in names if number else ():
            costs[name].append(statistics.median(spent[name]))
    return Costs(costs)


def _in_blocks(ready: Mapping[str, Sequence[Call]]) -> Iterator[tuple[str, Call]]:
    for name, calls in ready.items():
        for call in calls:
            yield name, call


def _in_turns(ready: Mapping[str, Sequence[Call]]) -> Iterator[tuple[str, Call]]:
    for calls in zip(*ready.values(), strict=True):
        yield from zip(ready, calls, strict=True)


def timed(call: Call) -> float:
    """The microseconds that *call* takes."""
    start = perf_counter()
    call()
    return (perf_counter() - start) * 1e6
