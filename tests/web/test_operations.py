"""What the operators' guide tells to do: its SQL is run as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask
from sqlalchemy import make_url, text

from tests.cast import REGION, Cast, Visitor, open_case
from tests.postgres import Server
from web.config import Settings
from web.database import disconnect, reading
from web.store import store
from web.tables import db

GUIDE = Path(__file__).parents[2] / "docs" / "operations.md"


def _sql(title: str) -> str:
    """The statements that the guide gives under this comment."""
    found = re.search(rf"```sql\n-- {re.escape(title)}\n(.*?)```", GUIDE.read_text(), re.S)
    assert found, title
    return found[1]


def test_a_journal_in_partitions_is_worked_on_as_before(
    app: Flask, cast: Cast, settings: Settings, server: Server | None
) -> None:
    if server is None:
        return
    before = open_case(app, cast.rahmadi)
    name = make_url(settings.database_url).database or ""
    with app.app_context():
        disconnect()
    with server.connect(name) as connection:
        connection.execute(_sql("journal becomes a table of partitions").encode())
    between = open_case(app, cast.lestari)
    with app.app_context():
        disconnect()
    with server.connect(name) as connection:
        connection.execute(_sql("a region moves into a partition of its own").encode())
    after = open_case(app, cast.bambang)
    with app.app_context():
        for case in (before, between, after):
            held = store().held_by_public(reading(), case)
            assert store().folded(reading(), held) == held.case
        counts = [
            db.session.execute(text(f"select count(*) from {table}")).scalar_one()
            for table in ("journal", f"journal_{REGION}", "journal_rest")
        ]
        assert counts[0] == counts[1] >= 3
        assert counts[2] == 0
        plan = "explain select * from journal where region_id = 'pontianak' and case_id = :c"
        read = " ".join(row[0] for row in db.session.execute(text(plan), {"c": after}))
        keys = "select count(*) from pg_constraint where contype = 'f' and conrelid = 'journal'::regclass"
        assert db.session.execute(text(keys)).scalar_one() == 1
        assert "journal_rest" not in read, "only the region's own partition is read"
    visitor = Visitor(app)
    visitor.sign_in(cast.rahmadi)
    assert visitor.get(f"/berkas/{before}").status_code == 200
