"""A backup: everything the service holds as it is at one instant, in one file, while others go on writing.

The file is the same whichever database it comes from, so that it can be restored into either. The secret key is not in
it unless that is asked for: whoever finds a backup then cannot open what is sealed, nor make links of the chain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from sqlalchemy import Boolean, Connection, Table, text

from web import anchors, archive
from web.archive import Writer
from web.attachments import place_of
from web.clock import wall
from web.config import Settings
from web.database import snapshot
from web.statements import stamp
from web.tables import Instant, db

#: Not kept: after a restore everybody signs in again, nobody is locked out, and no worker or backup has been seen.
PASSING = frozenset({"sign_in", "throttle", "last_seen"})
SECRET = "secret_key"
#: How many rows are read at a time.
BATCH = 2000
_CHUNK = 1024 * 1024


@dataclass(slots=True)
class Made:
    """What went into a backup, and the attachments that could not, since their bytes are not where they should be."""

    rows: dict[str, int] = field(default_factory=dict)
    attachments: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def back_up(settings: Settings, file: Path, *, secret: bool, begun: Callable[[int], Callable[[int], object]]) -> Made:
    """Writes a backup to *file*. *begun* hears how many rows and files there are, and gives who hears of those done."""
    made = Made()
    with snapshot() as rows:
        tables = kept_tables()
        made.rows = {table.name: _count(rows, table) for table in tables}
        # The first statement has fixed what this transaction sees.
        about = {**_about(settings, rows), "taken": stamp(wall())}
        told = begun(sum(made.rows.values()) + made.rows["attachment"])
        with archive.written(file, lambda: {**about, **_told(made, tables)}) as writer:
            for table in tables:
                writer.write(part_of(table.name), _lines(rows, table, told))
            _attachments(rows, writer, made, told)
            if secret:
                writer.write(SECRET, [settings.secret_key.encode()])
    return made


def kept_tables() -> list[Table]:
    """The tables of a backup, each after those that its rows refer to."""
    return [table for table in db.metadata.sorted_tables if table.name not in PASSING]


def part_of(table: str) -> str:
    return f"tables/{table}.jsonl"


def attachment_part(ident: str) -> str:
    return f"attachments/{ident}"


def key_mark(settings: Settings) -> str:
    """By what a secret key is known again, and from which it cannot be found."""
    return settings.derived("backup").hex()[:32]


def _about(settings: Settings, rows: Connection) -> dict[str, Any]:
    last = anchors.last(rows)
    return {
        "app": version("borang"),
        "revision": MigrationContext.configure(rows).get_current_revision(),
        "database": rows.dialect.name,
        "key": key_mark(settings),
        "anchor": asdict(last) if last else None,
    }


def _told(made: Made, tables: list[Table]) -> dict[str, Any]:
    return {
        "tables": [{"name": t.name, "columns": list(t.columns.keys()), "rows": made.rows[t.name]} for t in tables],
        "attachments": made.attachments,
        "missing": [*made.missing, *made.damaged],
    }


# --- rows -------------------------------------------------------------------------------------------------------------


def _count(rows: Connection, table: Table) -> int:
    count: int = rows.exec_driver_sql(f'select count(*) from "{table.name}"').scalar_one()
    return count


def _lines(rows: Connection, table: Table, told: Callable[[int], object]) -> Iterator[bytes]:
    """The rows of *table* as lines of JSON, some thousand at a time."""
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    marked = [(place, _WRITTEN[kind]) for place, kind in enumerate(map(_kind, table.columns)) if kind in _WRITTEN]
    for batch in _batches(rows, f'select {columns} from "{table.name}"'):
        yield "".join(_line(row, marked) for row in batch).encode()
        told(len(batch))


def _batches(rows: Connection, query: str) -> Iterator[list[Any]]:
    """What *query* finds, some rows at a time, from the driver: no more of them than these are ever in memory."""
    driver: Any = rows.connection.driver_connection
    cursor = driver.cursor(name="backup") if rows.dialect.name == "postgresql" else driver.cursor()
    with closing(cursor):
        cursor.execute(query)
        while batch := cursor.fetchmany(BATCH):
            yield batch


def _line(row: Any, marked: list[tuple[int, Callable[[Any], Any]]]) -> str:
    values = list(row)
    for place, written in marked:
        if values[place] is not None:
            values[place] = written(values[place])
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n"


def _kind(column: Any) -> str:
    if isinstance(column.type, Instant):
        return "instant"
    if isinstance(column.type, Boolean):
        return "boolean"
    return str(column.type.__visit_name__)


def _instant(value: Any) -> str:
    """An instant in the one form that both databases read; some are kept as text, and some of these without a zone."""
    known = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return stamp(known if known.tzinfo else known.replace(tzinfo=UTC))


def _day(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


_WRITTEN: dict[str, Callable[[Any], Any]] = {"instant": _instant, "boolean": bool, "date": _day}


# --- attachments ------------------------------------------------------------------------------------------------------


def _attachments(rows: Connection, writer: Writer, made: Made, told: Callable[[int], object]) -> None:
    """The bytes of every attachment that has a row. They are written once, before their row, and never changed."""
    for ident, digest in rows.execute(text("select id, sha256 from attachment order by id")).all():
        file = place_of(ident)
        if not file.is_file():
            made.missing.append(ident)
        elif _digest(file) != digest:
            made.damaged.append(ident)
        else:
            writer.write(attachment_part(ident), pieces(file), stored=True)
            made.attachments += 1
        told(1)


def pieces(file: Path) -> Iterator[bytes]:
    """The content of *file*, bit by bit."""
    with file.open("rb") as opened:
        while piece := opened.read(_CHUNK):
            yield piece


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    for piece in pieces(file):
        digest.update(piece)
    return digest.hexdigest()
