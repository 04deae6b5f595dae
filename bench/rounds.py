"""Contenders in turn: every round plays each of them once, every other round in reverse order.

What disturbs the machine then disturbs them alike. A value is the median over the rounds, a ratio the median of the
ratios within each round.
"""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter

#: Plays one round and says what it cost: microseconds of one call.
Contender = Callable[[int], float]


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


def compared(contenders: Mapping[str, Contender], rounds: int) -> Costs:
    """The costs of *contenders* over *rounds*. Round 0 comes before, to warm up, and does not count."""
    costs: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        names = list(contenders) if number % 2 else list(contenders)[::-1]
        for name in names:
            gc.collect()
            cost = contenders[name](number)
            if number:
                costs[name].append(cost)
    return Costs(costs)


def median_of(calls: list[Callable[[], object]]) -> float:
    """The median cost of *calls*, each made once, in order."""
    return statistics.median(timed(call) for call in calls)


def timed(call: Callable[[], object]) -> float:
    """The microseconds that *call* takes."""
    start = perf_counter()
    call()
    return (perf_counter() - start) * 1e6
