"""Cases of a cycle on their way to another definition, and a cycle that is being opened: both interrupted."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path

from flask import Flask
from sqlalchemy import make_url

from engine.library import load_texts
from engine.process import Process
from tests.cast import app_with, close, settings_in
from tests.faults.strace import Fault, struck
from tests.postgres import Server
from tests.races.crowd import DEFINITIONS, NOW, Crowd
from web import opening
from web.database import initialise, reading, snapshot
from web.definitions import Definitions
from web.integrity import examined
from web.migrating import Migration, rounds
from web.store import store

EMPLOYEES, OTHERS = 3, 8
#: Whoever has a superior gets a case.
ALL = EMPLOYEES + OTHERS
YEAR = {"title": "2026", "start": date(2026, 1, 1), "end": date(2026, 12, 31)}


class Round:
    """A region of eleven employees, and the way back to where it began."""

    def __init__(self, folder: Path, server: Server | None) -> None:
        self._server = server
        self._definitions = Definitions(DEFINITIONS)
        self._settings = settings_in(folder / "instance")
        self._rest = server.create() if server else str(folder / "rest.sqlite")
        self._copy = ""
        if server:
            self._settings = replace(self._settings, database_url=server.url(self._rest))
        self.other = self._other_words()
        with self.app() as app:
            initialise()
            self._crowd = Crowd(app, EMPLOYEES)
        self.keep()

    def _other_words(self) -> Process:
        files = dict(self._definitions.library.processes["rencana"].files)
        (name,) = [name for name, text in files.items() if text.startswith("form: putusan")]
        files[name] = files[name].replace("title: Catatan", "title: Catatan atasan")
        return load_texts(files).processes["rencana"]

    @contextmanager
    def app(self) -> Iterator[Flask]:
        app = app_with(self._settings, self._definitions)
        try:
            with app.app_context():
                yield app
        finally:
            close(app)

    @property
    def calls(self) -> str:
        """The system call by which the database is changed."""
        return "sendto" if self._server else "pwrite64"

    @property
    def name(self) -> str:
        return "messages to PostgreSQL" if self._server else "writes of SQLite"

    # --- there and back ---

    def keep(self) -> None:
        """The way back leads here from now on."""
        if self._server:
            self._rest = make_url(self._settings.database_url).database or ""
            self._copy = ""
        else:
            shutil.copy(self._settings.instance / "borang.sqlite", self._rest)

    def back(self) -> None:
        if self._server:
            if self._copy:
                self._server.drop(self._copy)
            self._copy = self._server.create(self._rest)
            self._settings = replace(self._settings, database_url=self._server.url(self._copy))
            return
        for file in self._settings.instance.glob("borang.sqlite*"):
            file.unlink()
        shutil.copy(self._rest, self._settings.instance / "borang.sqlite")

    def each(self, work: Callable[..., None], step: int = 1) -> Iterator[bool]:
        """*work*, killed at the first call, the second, … (every *step*-th), and last not at all: whether it was."""
        for nth in count(1, step):
            self.back()
            met = struck(work, Fault(self.calls, "signal=KILL", nth)).met
            yield met
            if not met:
                return

    # --- what is done ---

    def open(self, say: Callable[[str], None] = print) -> None:
        """The work of ``borang cycle open``."""
        with self.app():
            try:
                cycle = opening.begun(store(), store().definitions.library.processes["rencana"], **YEAR)
            except opening.Opened:
                return
            for _people in cycle.batches(NOW):
                pass
            assert cycle.told.rejected == []

    def submit(self) -> None:
        """The first of those who have a case hand in their plan."""
        with self.app() as app:
            self._crowd.app = app
            found = reading().exec_driver_sql("select id, person_id from appraisal").all()
            whose = {row.person_id: row.id for row in found}
            self._crowd.submit([whose[person] for person in self._crowd.employees if person in whose])

    def move(self, say: Callable[[str], None] = print) -> None:
        """The work of ``borang cycle migrate``."""
        with self.app():
            for cycle in rounds(reading()):
                assert not any(one.reasons for one in Migration(store(), cycle, self.other).run(lambda: NOW))

    # --- what is there ---

    def moved(self) -> int:
        """How many cases have been moved."""
        with self.app():
            told = reading().exec_driver_sql("select count(*) from journal where event = 'migrated'").scalar_one()
        return int(told)

    def standing(self) -> tuple[int, int]:
        """How many cases there are, and how many of them on the other definition.

        Each is what its journal makes of it, every journal is right, and nobody has two.
        """
        with self.app(), snapshot() as rows:
            key = self._settings.derived("audit")
            assert examined(rows, key, follows=lambda case: store().follows(rows, case)).faults == []
            found = rows.exec_driver_sql("select person_id, definition from appraisal").all()
        assert len({row.person_id for row in found}) == len(found)
        return len(found), sum(row.definition == self.other.hash for row in found)
