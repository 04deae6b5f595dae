"""A flood on the pages of the public costs next to nothing: what is too much is turned away before anything is read.

Counted in the memory of this process, for its own sake: what must not be guessed is counted for all processes together
by ``web.throttle``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from threading import Lock
from time import monotonic

#: What is sent from one network, such as a village office, and from everywhere: at once, and then a second.
FROM_ONE, FROM_ALL = (120, 1.0), (400, 10.0)
#: How many networks are remembered.
MOST = 10_000


class Bucket:
    """Lets *size* through at once, and *rate* a second in the long run."""

    __slots__ = ("_at", "_left", "_rate", "_size")

    def __init__(self, size: int, rate: float, now: float) -> None:
        self._size = self._left = float(size)
        self._rate = rate
        self._at = now

    def wait(self, now: float) -> float:
        """How many seconds until the next is let through; zero if it may come now."""
        self._left = min(self._size, self._left + (now - self._at) * self._rate)
        self._at = now
        return max(0.0, (1 - self._left) / self._rate)

    def take(self) -> None:
        self._left -= 1

    def is_full(self, now: float) -> bool:
        return self._left + (now - self._at) * self._rate >= self._size


class Gate:
    """What comes from each network and from all together."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._all = Bucket(*FROM_ALL, clock())
        self._each: dict[str, Bucket] = {}

    def wait(self, source: str) -> int:
        """Lets one through from *source* and says 0, or says after how many seconds it may come again."""
        with self._lock:
            now = self._clock()
            own = self._each.get(source) or self._new(source, now)
            left = max(own.wait(now), self._all.wait(now))
            if left:
                return math.ceil(left)
            own.take()
            self._all.take()
            return 0

    def _new(self, source: str, now: float) -> Bucket:
        if len(self._each) >= MOST:
            self._each = {name: one for name, one in self._each.items() if not one.is_full(now)}
        if len(self._each) >= MOST:
            self._each.clear()
        found = self._each[source] = Bucket(*FROM_ONE, now)
        return found
