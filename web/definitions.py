"""The definitions that the service runs: those of the folder now, and those that open cases were pinned to.

A case keeps the definitions it began with. They are kept in the database by their hash, so that a case survives a
change, or the loss, of the files; each is compiled once a process of the server.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Any

from flask import current_app
from sqlalchemy import Connection, text

from engine.codec import Codec
from engine.errors import DefinitionError, Place, Problem
from engine.jsontext import dumped, loaded
from engine.library import Library, load, load_texts
from engine.process import Process

_READING = Lock()
_LAST = text("""
select d.hash from definition d where d.workflow = :w
order by (select max(y.start) from cycle y where y.definition = d.hash) desc nulls last, d.hash limit 1
""")


class Definitions:
    """Processes by hash. ``library`` is the folder's own, whose processes new cycles are opened with.

    A folder that cannot be read, or has problems, has an empty library, and ``broken`` says what is wrong: cases that
    run do not need it.
    """

    def __init__(self, root: Path) -> None:
        self.broken: DefinitionError | None = None
        self.library: Library = self._read(root)
        self._processes = {process.hash: process for process in self.library.processes.values()}
        self._codecs: dict[str, Codec] = {}

    def _read(self, root: Path) -> Library:
        try:
            found = load(root)
            if found.processes:
                return found
            self.broken = _absent(root)
        except OSError as error:
            self.broken = _absent(Path(error.filename or root))
        except DefinitionError as error:
            self.broken = error
        return Library(processes={})

    def current(self, connection: Any, workflow: str) -> Process:
        """The process that a case of *workflow* is opened with now: the folder's.

        Where the folder does not have it, the one that was last in force. Raises ``DefinitionError`` without any.
        """
        if workflow in self.library.processes:
            return self.library.processes[workflow]
        row = connection.execute(_LAST, {"w": workflow}).first()
        if row is None:
            raise self.broken or _absent(Path(workflow))
        return self.process(connection, row.hash)

    def known(self, digest: str) -> Process | None:
        """The process whose hash begins with *digest*, if it has been compiled already: nothing is read for it."""
        found = (process for key, process in list(self._processes.items()) if digest and key.startswith(digest))
        return next(found, None)

    def process(self, connection: Any, digest: str) -> Process:
        """The process with this hash, compiled from the database if the folder has moved on."""
        if digest not in self._processes:
            row = connection.execute(
                text("select workflow, files from definition where hash = :h"), {"h": digest}
            ).one()
            pinned = load_texts(loaded(row.files))
            self._processes[digest] = pinned.processes[row.workflow]
        return self._processes[digest]

    def codec(self, process: Process) -> Codec:
        if process.hash not in self._codecs:
            self._codecs[process.hash] = Codec(process)
        return self._codecs[process.hash]

    def keep(self, connection: Any, process: Process) -> None:
        """Put the files of *process* into the database, once, and those of the processes that follow it up."""
        known = connection.execute(text("select 1 from definition where hash = :h"), {"h": process.hash}).first()
        if known is not None:
            return
        row = {"h": process.hash, "w": process.id, "f": dumped(dict(process.files))}
        # Two cycles may need it at once.
        connection.execute(
            text("insert into definition (hash, workflow, files) values (:h, :w, :f) on conflict do nothing"), row
        )
        for workflow in _followed_by(process):
            if workflow in self.library.processes:
                self.keep(connection, self.library.processes[workflow])


def _followed_by(process: Process) -> set[str]:
    actions = (action for stage in process.stages.values() for action in stage.actions.values())
    return {clause.id for action in actions for clause in action.starts or ()}


def _absent(path: Path) -> DefinitionError:
    return DefinitionError([Problem(Place(str(path)), "D010", {"path": str(path)})])


def definitions() -> Definitions:
    """The definitions of the running service, read when they are first wanted."""
    known = current_app.extensions
    if "definitions" not in known:
        with _READING:
            if "definitions" not in known:
                known["definitions"] = Definitions(known["settings"].definitions)
    found: Definitions = known["definitions"]
    return found


def has_cycles(rows: Connection) -> bool:
    """Whether a cycle was ever opened, so that there are cases with definitions of their own."""
    return rows.execute(text("select 1 from cycle limit 1")).first() is not None


def library() -> Library:
    """The definitions of the folder, in force for new cycles. Raises ``DefinitionError`` with every problem."""
    known = definitions()
    if known.broken:
        raise known.broken
    return known.library


def text_of(text: str, language: str) -> str:
    """A text of a definition in *language*, or in Indonesian where the folder's translations cannot be read."""
    return definitions().library.text(text, language)
