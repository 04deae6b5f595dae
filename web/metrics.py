"""Figures about the running service in the format that Prometheus reads: counts and durations, never about anybody.

Requests are counted by class of page, not by page: how often a single form was sent, and when, is nobody's to follow.
With several processes each keeps its figures in a file of ``PROMETHEUS_MULTIPROC_DIR``, and any of them tells the sum.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

#: Where the processes of one node share their figures. The library looks for it when it is first imported, so nothing
#: here imports it before a service is made.
SHARED = "PROMETHEUS_MULTIPROC_DIR"
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
#: In seconds.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
#: Requests that move a case on when they end in a redirect.
MOVING = "cases.send"


_MAKING = Lock()


@dataclass(frozen=True, slots=True)
class Instruments:
    """What is counted in this process."""

    requests: Any
    seconds: Any
    moves: Any
    database_errors: Any


def instruments() -> Instruments:
    """Made once a process, when it is first wanted."""
    # Of several threads that want it first, one makes it.
    with _MAKING:
        return _made()


@cache
def _made() -> Instruments:
    from prometheus_client import Counter, Histogram

    return Instruments(
        requests=Counter("borang_requests", "Answered requests", ["kind", "method", "status"]),
        seconds=Histogram("borang_request_seconds", "Time to answer", ["kind", "method"], buckets=BUCKETS),
        moves=Counter("borang_moves", "Forms that moved a case on"),
        database_errors=Counter("borang_database_errors", "Requests that the database did not serve", ["kind"]),
    )


#: The counters that a kind of request moves, found once for each.
_KNOWN: dict[tuple[str | None, str, int], tuple[Callable[[], None], Callable[[float], None]]] = {}


def answered(endpoint: str | None, method: str, status: int, seconds: float) -> None:
    """Counts one answered request."""
    found = _KNOWN.get((endpoint, method, status)) or _found(endpoint, method, status)
    found[0]()
    found[1](seconds)


def _found(endpoint: str | None, method: str, status: int) -> tuple[Callable[[], None], Callable[[float], None]]:
    known, kind = instruments(), kind_of(endpoint)
    said = method if method in METHODS else "other"
    counted = known.requests.labels(kind, said, str(status)).inc

    def moved() -> None:
        counted()
        known.moves.inc()

    count = moved if endpoint == MOVING and status == 303 else counted
    found = (count, known.seconds.labels(kind, said).observe)
    if said == method:
        _KNOWN[endpoint, method, status] = found
    return found


def kind_of(endpoint: str | None) -> str:
    """The class of pages that *endpoint* belongs to: the group of its views."""
    if endpoint is None:
        return "none"
    return endpoint.partition(".")[0] if "." in endpoint else "file"


def database_failed(kind: str) -> None:
    """Counts a request that the database did not serve."""
    instruments().database_errors.labels(kind).inc()


# --- told -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure that is looked up when it is asked for."""

    name: str
    text: str
    values: Mapping[str, float]
    label: str = "state"


class _Looked:
    """The gauges as a collector of the library."""

    def __init__(self, gauges: Iterable[Gauge]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import GaugeMetricFamily

        for gauge in self._gauges:
            family = GaugeMetricFamily(gauge.name, gauge.text, labels=[gauge.label])
            for name, value in gauge.values.items():
                family.add_metric([name], value)
            yield family


def exposition(gauges: Iterable[Gauge]) -> tuple[bytes, str]:
    """Everything that is counted, of all processes of this node, and *gauges*; and the type of its content."""
    from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    instruments()
    looked, counted = CollectorRegistry(), REGISTRY
    looked.register(_Looked(gauges))
    if os.environ.get(SHARED):
        counted = CollectorRegistry()
        MultiProcessCollector(counted)
    return generate_latest(counted) + generate_latest(looked), CONTENT_TYPE_LATEST


def process_ended(pid: int) -> None:
    """Tidies up after a process that has ended; what it counted stays in the sum."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(pid)
