"""A change of the tables under a running year of cases, which is interrupted."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import inspect, text

from tests.cast import close, settings_in
from tests.faults.pair import Inside, pairs
from web import create_app, database
from web.config import Settings
from web.database import initialise
from web.definitions import Definitions
from web.tables import db

#: A migration as releases will have them: a column, a value worked out for every row, a table built anew.
NEXT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0002", "0001", None, None


def upgrade():
    with op.batch_alter_table("person") as batch:
        batch.add_column(sa.Column("called", sa.String(200), nullable=True))
    op.execute("update person set called = upper(name)")
    with op.batch_alter_table("appraisal", recreate="auto") as batch:
        batch.add_column(sa.Column("marked", sa.Integer(), nullable=False, server_default="0"))
        batch.alter_column("stage", existing_type=sa.String(60), type_=sa.String(80), existing_nullable=False)
    op.execute("update appraisal set marked = version")


def downgrade():
    raise NotImplementedError
"""


def next_release(folder: Path) -> Path:
    """The migrations of a release after this one."""
    copied = folder / "migrations"
    shutil.copytree(database.MIGRATIONS, copied, ignore=shutil.ignore_patterns("__pycache__"))
    (copied / "versions" / "0002_next.py").write_text(NEXT)
    return copied


class Upgrade:
    """A database that ``run`` brings to the next release, by default one of this release with cases in it."""

    def __init__(self, settings: Settings, definitions: Definitions, *, as_it_is: bool = False) -> None:
        self.settings = settings
        self.app: Flask = create_app(settings)
        self.app.extensions["definitions"] = definitions
        if not as_it_is:
            self._fill()
        close(self.app)
        with self.app.app_context():
            self.before = _contents()
        close(self.app)

    def _fill(self) -> None:
        """People, cases, journals."""
        with self.app.app_context():
            initialise()
        line = Inside(self.app)
        for pair in pairs(self.app, 3):
            assert pair.ready(line).press(line).status == 303

    def run(self, say: Callable[[str], Any] = lambda _: None) -> None:
        with self.app.app_context():
            initialise()
        say("done")
        close(self.app)

    def wrong(self, *, finished: bool = False) -> list[str]:
        """What is half there, or other than it was."""
        with self.app.app_context():
            found = [table for table in inspect(db.engine).get_table_names() if table.startswith("_alembic")]
            now = _contents()
            found += [f"{table}: rows differ" for table, rows in self.before.items() if _old(rows, now, table) != rows]
            revision, steps = _revision(), _steps()
            if finished and revision != "0002":
                found.append(f"revision {revision} after the end")
            if steps != {None: set(), "0001": set(), "0002": {"called", "marked", "filled"}}[revision]:
                found.append(f"revision {revision} with {sorted(steps)}")
        close(self.app)
        return found


def on_sqlite(folder: Path, definitions: Definitions, *, as_it_is: bool) -> tuple[Upgrade, Callable[[], None]]:
    """An upgrade, and the way back to where it began."""
    upgrade = Upgrade(settings_in(folder / "instance"), definitions, as_it_is=as_it_is)
    file, rest = upgrade.settings.instance / "borang.sqlite", folder / "rest.sqlite"
    shutil.copy(file, rest)

    def back() -> None:
        for one in file.parent.glob("borang.sqlite*"):
            one.unlink()
        shutil.copy(rest, file)

    return upgrade, back


def _old(rows: list[dict[str, Any]], now: dict[str, list[dict[str, Any]]], table: str) -> list[dict[str, Any]]:
    """The rows of now, as far as they were known before."""
    names = rows[0] if rows else {}
    return [{name: row[name] for name in names} for row in now.get(table, [])] if rows else rows


def _contents() -> dict[str, list[dict[str, Any]]]:
    with db.engine.connect() as connection:
        names = [name for name in inspect(connection).get_table_names() if name != "alembic_version"]
        found = {}
        for name in sorted(names):
            rows = connection.execute(text(f'select * from "{name}"')).mappings().all()
            found[name] = sorted(({k: str(v) for k, v in row.items()} for row in rows), key=_first)
        return found


def _first(row: dict[str, Any]) -> list[str]:
    return [f"{name}={row[name]}" for name in sorted(row) if name not in ("called", "marked")]


def _revision() -> str | None:
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("select version_num from alembic_version")).scalar()


def _steps() -> set[str]:
    """Which parts of the next release are there."""
    with db.engine.connect() as connection:
        found = {
            column["name"]
            for table in ("person", "appraisal")
            if inspect(connection).has_table(table)
            for column in inspect(connection).get_columns(table)
        } & {"called", "marked"}
        if "marked" in found and not connection.execute(text("select 1 from appraisal where marked <> version")).all():
            found.add("filled")
        return found
