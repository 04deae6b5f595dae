"""One submit, ready to be pressed, over and over from the same state: each time another call to the system fails."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

from tests.cast import close, settings_in
from tests.faults.pair import Inside, pairs
from tests.faults.strace import Ended, Fault, struck
from tests.history import Operation, Outcome, problems
from tests.postgres import Server
from web import create_app
from web.config import Settings
from web.database import initialise
from web.definitions import Definitions

#: The calls by which SQLite changes a disk.
WRITES = ("pwrite64", "ftruncate", "unlink")
SYNCS = ("fdatasync",)


class Submit:
    """A submit that is ready, and the SQLite database as it was then."""

    def __init__(self, folder: Path, definitions: Definitions) -> None:
        self._definitions = definitions
        self._rest = folder / "rest.sqlite"
        settings = settings_in(folder / "instance")
        self._kept = settings.instance / "borang.sqlite"
        self._prepare(settings)
        shutil.copy(self._kept, self._rest)

    def _prepare(self, settings: Settings) -> None:
        self.serve(settings)
        with self.app.app_context():
            initialise()
        self._ready = pairs(self.app, 1)[0].ready(self.line)
        close(self.app)

    def serve(self, settings: Settings) -> None:
        """The press goes to a service with *settings* from now on."""
        self.app = create_app(settings)
        self.app.extensions["definitions"] = self._definitions
        self.line = Inside(self.app)

    def restore(self) -> None:
        """The database as it was before the press."""
        for file in self._kept.parent.glob(f"{self._kept.name}*"):
            file.unlink()
        shutil.copy(self._rest, self._kept)

    def struck(self, fault: Fault | None) -> Ended:
        """The press in a process of its own, which meets *fault*; what it says is the status that was answered."""
        return struck(self._press, fault)

    def _press(self, say: Callable[[str], None]) -> None:
        say(str(self._ready.press(self.line).status))
        # The last connection writes the log back into the file.
        close(self.app)

    def again(self) -> int:
        """The same press once more, after a restart and with nothing in its way."""
        return self._ready.press(self.line).status

    def wrong(self, outcome: Outcome) -> list[str]:
        """What is not as it should be after a press that ended so."""
        facts = {"op": "submit", "person": self._ready.browser.person, "case": self._ready.case, "key": self._ready.key}
        found = problems(self.app, [Operation(**facts, start=0, end=time.time(), outcome=outcome)])
        close(self.app)
        return found


class SubmitToPostgres(Submit):
    """The same on PostgreSQL, each press to a copy of the database."""

    def __init__(self, folder: Path, definitions: Definitions, server: Server) -> None:
        self._definitions = definitions
        self._folder = folder
        self._server = server
        self._rest = server.create()
        self._copy = ""
        self._prepare(settings_in(folder, database_url=server.url(self._rest)))

    def restore(self) -> None:
        close(self.app)
        if self._copy:
            self._server.drop(self._copy)
        self._copy = self._server.create(self._rest)
        self.serve(settings_in(self._folder, database_url=self._server.url(self._copy)))


def each(submit: Submit, fault: Fault, step: int = 1) -> Iterator[tuple[Fault, Ended]]:
    """*fault* at the first call, the second, … (every *step*-th) until a press does not meet it any more."""
    for nth in count(1, step):
        now = replace(fault, nth=nth)
        submit.restore()
        ended = submit.struck(now)
        if not ended.met:
            return
        yield now, ended


def outcome_of(ended: Ended) -> Outcome:
    """How the press ended for whoever pressed."""
    if not ended.said:
        return "unknown"
    return "ok" if ended.said == "303" else "unknown"


def whole(submit: Submit, fault: Fault, ended: Ended) -> list[str]:
    """What is wrong after *fault*, and after the press was sent again with the same key; each with its fault."""
    found = [f"{fault}: {what}" for what in submit.wrong(outcome_of(ended))]
    status = submit.again()
    if status != 303:
        found.append(f"{fault}: sent again, answered {status}")
    return found + [f"{fault}, sent again: {what}" for what in submit.wrong("ok")]
