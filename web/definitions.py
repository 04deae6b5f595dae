"""The definitions that the service runs: those of the folder now, and those that open cases were pinned to.

A case keeps the definitions it began with. They are kept in the database by their hash, so that a case survives a
change, or the loss, of the files; each is compiled once a process of the server.
"""

from __future__ import annotations

import json
from pathlib import Path
from threading import Lock
from typing import Any

from flask import current_app
from sqlalchemy import text

from engine.codec import Codec
from engine.library import Library, load, load_texts
from engine.process import Process

_READING = Lock()


class Definitions:
    """Processes by hash. ``library`` is the folder's own, whose processes new cycles are opened with.

    Raises ``DefinitionError`` with every problem of the folder.
    """

    def __init__(self, root: Path) -> None:
        self.library: Library = load(root)
        self._processes = {process.hash: process for process in self.library.processes.values()}
        self._codecs: dict[str, Codec] = {}

    def process(self, connection: Any, digest: str) -> Process:
        """The process with this hash, compiled from the database if the folder has moved on."""
        if digest not in self._processes:
            row = connection.execute(
                text("select workflow, files from definition where hash = :h"), {"h": digest}
            ).one()
            pinned = load_texts(json.loads(row.files))
            self._processes[digest] = pinned.processes[row.workflow]
        return self._processes[digest]

    def codec(self, process: Process) -> Codec:
        if process.hash not in self._codecs:
            self._codecs[process.hash] = Codec(process)
        return self._codecs[process.hash]

    def keep(self, connection: Any, process: Process) -> None:
        """Put the files of *process* into the database, once."""
        known = connection.execute(text("select 1 from definition where hash = :h"), {"h": process.hash}).first()
        if known is None:
            row = {"h": process.hash, "w": process.id, "f": json.dumps(dict(process.files), ensure_ascii=False)}
            # Somebody else may put the same files there at this moment.
            keep = "insert into definition (hash, workflow, files) values (:h, :w, :f) on conflict (hash) do nothing"
            connection.execute(text(keep), row)


def definitions() -> Definitions:
    """The definitions of the running service, read when they are first wanted."""
    known = current_app.extensions
    if "definitions" not in known:
        with _READING:
            if "definitions" not in known:
                known["definitions"] = Definitions(known["settings"].definitions)
    found: Definitions = known["definitions"]
    return found


def library() -> Library:
    """The definitions of the folder, in force for new cycles."""
    return definitions().library
