"""Restoring a backup: all of it, or nothing.

Everything is checked, and built aside or in a transaction that nobody sees; only what has passed takes the place of
what was there.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from fcntl import LOCK_EX, LOCK_NB, flock
from itertools import islice
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, make_url, text
from sqlalchemy.exc import OperationalError

from web import archive, create_app
from web.archive import Archive, Unreadable, synced
from web.backup import SECRET, attachment_part, kept_tables, key_mark, part_of
from web.clock import wall
from web.config import Settings
from web.database import MIGRATIONS, connected, migrated
from web.integrity import Findings, examined
from web.tables import db

BATCH = 5000
Begun = Callable[[str, int], Callable[[int], object]]


class Unfit(Exception):
    """The backup is whole, and cannot be restored here. ``reason`` says why."""

    def __init__(self, reason: str, **more: Any) -> None:
        self.reason = reason
        self.more = more
        super().__init__(reason)


# Why a backup is not restored here; ``web.commands.restore`` says it in people's words.
KEY, SCHEMA, OCCUPIED, IN_USE, COUNTS, FAULTS = "key", "schema", "occupied", "in_use", "counts", "faults"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was restored, and where what was there before lies now."""

    findings: Findings
    rows: int
    attachments: int
    missing: tuple[str, ...]
    kept: Path | None = None


def restore(settings: Settings, backup: Archive, *, replacing: bool, despite_faults: bool, begun: Begun) -> Restored:
    """Restores *backup* into the database and the folder of *settings*. Raises ``Unfit``, and then nothing has changed.

    *begun* hears what is done and how long it is, and gives who hears how far it is. What was there is only replaced
    when *replacing*; with *despite_faults* also by journals that are not as they were written.
    """
    keyed = _keyed(settings, backup)
    _known_schema(backup)
    place = place_of(settings)
    if place.occupied() and not replacing:
        raise Unfit(OCCUPIED)
    with place.building() as rows:
        found = _built(rows, keyed, backup, begun)
        if found.faults and not despite_faults:
            raise Unfit(FAULTS, faults=found.faults)
        with _attachments(settings.instance, backup, begun) as placed, _key_in_place(settings, keyed):
            kept = place.take(rows)
    counted = sum(table["rows"] for table in backup.manifest["tables"])
    missing = tuple(backup.manifest["missing"])
    return Restored(findings=found, rows=counted, attachments=placed, missing=missing, kept=kept)


def _keyed(settings: Settings, backup: Archive) -> Settings:
    """The settings under the key of the backup. Raises ``Unfit`` where it is neither here nor in the file."""
    if key_mark(settings) == backup.manifest["key"]:
        return settings
    kept = settings.instance / SECRET
    if SECRET not in backup.manifest["parts"] or not (
        kept.exists() and kept.read_text().strip() == settings.secret_key
    ):
        # Not in the file; or the environment says another one, and would say it again at the next start.
        raise Unfit(KEY)
    keyed = replace(settings, secret_key=backup.content(SECRET).decode())
    if key_mark(keyed) != backup.manifest["key"]:
        raise Unreadable(archive.DAMAGED)
    return keyed


def _known_schema(backup: Archive) -> None:
    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if backup.manifest["revision"] not in known:
        raise Unfit(SCHEMA, revision=backup.manifest["revision"])


def _built(rows: Connection, settings: Settings, backup: Archive, begun: Begun) -> Findings:
    """The tables and rows of *backup* in an empty database, brought up to date and looked over."""
    migrated(rows, backup.manifest["revision"])
    told = begun("rows", sum(table["rows"] for table in backup.manifest["tables"]))
    for table in backup.manifest["tables"]:
        _load(rows, backup, table, told)
    _check_references(rows)
    migrated(rows, "head")
    told = begun("journals", rows.execute(text("select count(*) from appraisal")).scalar_one())
    return examined(rows, settings.derived("audit"), told)


def _load(rows: Connection, backup: Archive, table: Mapping[str, Any], told: Callable[[int], object]) -> None:
    loaded = _copied if rows.dialect.name == "postgresql" else _inserted
    count = loaded(rows, table["name"], table["columns"], _rows(backup, table["name"]), told)
    if count != table["rows"]:
        raise Unfit(COUNTS, table=table["name"])


def _rows(backup: Archive, table: str) -> Iterator[list[Any]]:
    with backup.open(part_of(table)) as lines:
        for line in lines:
            yield json.loads(line)


def _inserted(rows: Connection, table: str, columns: list[str], values: Iterator[list[Any]], told: Any) -> int:
    names, holes = ", ".join(f'"{name}"' for name in columns), ", ".join("?" for _ in columns)
    cursor, count = rows.connection.cursor(), 0
    while batch := list(islice(values, BATCH)):
        cursor.executemany(f'insert into "{table}" ({names}) values ({holes})', batch)
        count += len(batch)
        told(len(batch))
    cursor.close()
    return count


def _copied(rows: Connection, table: str, columns: list[str], values: Iterator[list[Any]], told: Any) -> int:
    names, count = ", ".join(f'"{name}"' for name in columns), 0
    cursor: Any = rows.connection.cursor()
    with closing(cursor), cursor.copy(f'copy "{table}" ({names}) from stdin') as copy:
        for row in values:
            copy.write_row(row)
            count += 1
            if not count % BATCH:
                told(BATCH)
    told(count % BATCH)
    return count


def _check_references(rows: Connection) -> None:
    """SQLite was asked not to look while rows came; PostgreSQL looks by itself."""
    if rows.dialect.name == "sqlite" and (found := rows.exec_driver_sql("pragma foreign_key_check").first()):
        raise Unfit(COUNTS, table=found[0])


# --- where it goes ----------------------------------------------------------------------------------------------------


def place_of(settings: Settings) -> Folder | Server:
    """The database of *settings*, as something that can be put in place as a whole."""
    return (Folder if make_url(settings.database_url).get_backend_name() == "sqlite" else Server)(settings)


class Folder:
    """SQLite: a file is built beside the one in use and takes its name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._file = Path(str(make_url(settings.database_url).database))
        self._draft_stem = f".{self._file.name}.restored-"
        self._draft = self._file.with_name(self._draft_stem + secrets.token_hex(8))

    @property
    def name(self) -> str:
        return self._file.name

    def occupied(self) -> bool:
        """Whether there is a database that holds anything, or that cannot be read."""
        if not self._file.exists():
            return False
        try:
            with closing(sqlite3.connect(f"{self._file.as_uri()}?mode=ro", uri=True)) as known:
                found = known.execute("select name from sqlite_master where type = 'table'").fetchall()
                return any(known.execute(_ANY.format(name)).fetchone() for (name,) in found if name in _OURS)
        except sqlite3.DatabaseError:
            return True

    @contextmanager
    def building(self) -> Iterator[Connection]:
        with self._alone(), self._building() as rows:
            yield rows

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else restores here meanwhile; what a restore that was killed has left is taken away."""
        folder = os.open(self._file.parent, os.O_RDONLY)
        try:
            flock(folder, LOCK_EX | LOCK_NB)
            for left in self._file.parent.glob(f"{self._draft_stem}*"):
                left.unlink()
            yield
        except BlockingIOError:
            raise Unfit(IN_USE) from None
        finally:
            os.close(folder)

    @contextmanager
    def _building(self) -> Iterator[Connection]:
        self._release()
        app = create_app(replace(self._settings, database_url=f"sqlite:///{self._draft}"))
        try:
            with connected(app), db.engine.connect() as rows:
                for setting in _ASIDE:
                    rows.connection.driver_connection.execute(f"pragma {setting}")  # type: ignore[union-attr]
                yield rows.execution_options(writing=True)
        finally:
            for name in ("", "-wal", "-shm", "-journal"):
                Path(f"{self._draft}{name}").unlink(missing_ok=True)

    def take(self, rows: Connection) -> Path | None:
        """Gives the file that was built the name of the one in use; where that one lies now, if it held anything."""
        rows.commit()
        rows.connection.driver_connection.execute("pragma journal_mode = wal")  # type: ignore[union-attr]
        rows.close()
        db.engine.dispose()
        with self._draft.open("rb") as built:
            os.fsync(built.fileno())
        self._release()
        kept = self._file.with_name(f"{self._file.name}.{wall():%Y%m%dT%H%M%S}") if self.occupied() else None
        if kept:
            os.link(self._file, kept)
            for name in ("-wal", "-shm"):
                with suppress(FileNotFoundError):  # Left where the file was damaged.
                    os.rename(f"{self._file}{name}", f"{kept}{name}")
        os.replace(self._draft, self._file)
        synced(self._file.parent)
        return kept

    def _release(self) -> None:
        """Sees that nobody has the file open. Raises ``Unfit``."""
        if not self._file.exists():
            return
        try:
            with closing(sqlite3.connect(self._file, timeout=1)) as known:
                known.execute("pragma journal_mode = delete")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise Unfit(IN_USE) from None
        except sqlite3.DatabaseError:
            pass  # Damaged: perhaps the reason for restoring.


class Server:
    """PostgreSQL: the tables are made and filled in one transaction, in the place of those that were there."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.name = str(make_url(settings.database_url).database)

    def occupied(self) -> bool:
        """Whether there are tables that hold anything."""
        with connected(create_app(self._settings)), db.engine.connect() as rows:
            found = _OURS.intersection(inspect(rows).get_table_names())
            return any(rows.exec_driver_sql(_ANY.format(name)).first() for name in found)

    @contextmanager
    def building(self) -> Iterator[Connection]:
        with connected(create_app(self._settings)), db.engine.connect() as rows:
            for limit, value in _LIMITS.items():
                rows.exec_driver_sql(f"set local {limit} = '{value}'")
            self._clear(rows)
            yield rows
            rows.rollback()

    def _clear(self, rows: Connection) -> None:
        """Takes away what is there, in this transaction. Raises ``Unfit`` where somebody is at work in it."""
        try:
            db.metadata.drop_all(rows)
            rows.exec_driver_sql("drop table if exists alembic_version")
        except OperationalError:
            raise Unfit(IN_USE) from None

    def take(self, rows: Connection) -> Path | None:
        rows.commit()
        return None


#: How a file is filled that is thrown away if anything fails, and synced as a whole at the end. With the usual settings
#: pages that do not fit into the cache wait for the disk one by one.
_ASIDE = ("foreign_keys = off", "journal_mode = off", "synchronous = off", "cache_size = -65536")
_OURS = frozenset(table.name for table in kept_tables())
_ANY = 'select 1 from "{}" limit 1'
#: Loading may take long; waiting for somebody who uses the tables may not.
_LIMITS = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0", "lock_timeout": "5s"}


@contextmanager
def _key_in_place(settings: Settings, keyed: Settings) -> Iterator[None]:
    """Puts the key of the backup where this service keeps its own; back again where the rest fails."""
    if keyed.secret_key == settings.secret_key:
        yield
        return
    _write_key(settings, keyed.secret_key)
    try:
        yield
    except BaseException:
        _write_key(settings, settings.secret_key)
        raise


def _write_key(settings: Settings, key: str) -> None:
    file = settings.instance / SECRET
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(key)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)


# --- attachments ------------------------------------------------------------------------------------------------------


@contextmanager
def _attachments(folder: Path, backup: Archive, begun: Begun) -> Iterator[int]:
    """Puts the attachments in their place; those that are new are taken away again where the rest fails."""
    names = [name for name in backup.manifest["parts"] if name.startswith(attachment_part(""))]
    told, placed = begun("attachments", len(names)), []
    try:
        for name in names:
            file = folder / "attachments" / name.removeprefix(attachment_part(""))
            if _placed(file, backup, name):
                placed.append(file)
            told(1)
        yield len(names)
    except BaseException:
        for file in placed:
            file.unlink(missing_ok=True)
        raise


def _placed(file: Path, backup: Archive, name: str) -> bool:
    """Whether *file* was not there yet. Names are random: what stands under one can only be the same, or damaged."""
    file.parent.mkdir(mode=0o700, exist_ok=True)
    new = not file.exists()
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            for piece in backup.pieces(name):
                opened.write(piece)
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return new
