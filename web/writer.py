"""The transactions of one process that may change rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

from sqlalchemy import Connection, Engine, event


class Writer:
    """Begins transactions of *engine* that may change rows.

    ``turns`` is what a writer waits for; it gives whether no other thread of this process writes meanwhile. Threads
    that take turns hand one connection on: to take one from the pool costs as much as several statements.
    """

    def __init__(self, engine: Engine, turns: Callable[[], AbstractContextManager[bool | None]]) -> None:
        self.turns = turns
        self._engine = engine.execution_options(writing=True)
        self._kept: Connection | None = None
        event.listen(engine, "engine_disposed", self._close)

    @contextmanager
    def begun(self) -> Iterator[Connection]:
        """A transaction, committed at the end, or as if it had never been."""
        with self.turns() as alone:
            if not alone:
                with self._engine.begin() as connection:
                    yield connection
                return
            connection, self._kept = self._kept or self._engine.connect(), None
            try:
                with connection.begin():
                    yield connection
            except BaseException:
                # The pool knows how to put right what failed.
                connection.close()
                raise
            self._kept = connection

    def _close(self, _: Engine) -> None:
        # Where the folder of the database does not exist, nothing was ever opened.
        with suppress(FileNotFoundError), self.turns() as alone:
            if alone and self._kept:
                kept, self._kept = self._kept, None
                kept.detach()
                kept.close()
