"""Whoever writes to a SQLite file takes their turn.

SQLite lets the writer go first who asks at the right moment, and the others sleep longer each time: with several
processes that never pause, some wait until their patience ends. A lock that is asked for evenly keeps them in turn.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

#: After so long somebody asks SQLite itself, whose own patience then ends the waiting: the lock only keeps order.
PATIENCE = 5.0
#: Between two looks whether another process has finished: a transaction takes about a millisecond.
PAUSE = 0.0005


class Turns:
    """The turns at the database in *folder*, of the threads of this process and of the other processes."""

    def __init__(self, folder: Path) -> None:
        self._mine = Lock()
        # The folder itself is locked, so that no file of ours is left beside the database.
        self._folder = folder
        self._opened: int | None = None

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Inside, nobody else who takes turns is writing, unless somebody did not end within ``PATIENCE``.

        Gives whether no other thread of this process is inside.
        """
        until = time.monotonic() + PATIENCE
        if not self._mine.acquire(timeout=PATIENCE):
            yield False
            return
        try:
            if self._opened is None:
                self._opened = os.open(self._folder, os.O_RDONLY)
            self._wait(self._opened, until)
            yield True
        finally:
            if self._opened is not None:
                fcntl.flock(self._opened, fcntl.LOCK_UN)
            self._mine.release()

    def _wait(self, opened: int, until: float) -> None:
        while True:
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > until:
                    return
                time.sleep(PAUSE)

    def close(self) -> None:
        """Gives the folder back."""
        if self._opened is not None:
            os.close(self._opened)
