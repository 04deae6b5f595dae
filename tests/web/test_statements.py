"""Statements that go straight to the driver behave as SQLAlchemy's would."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.exc import DatabaseError, IntegrityError

from web.database import reading, writing
from web.statements import Statement

KEEP = Statement("insert into region (id, title, zone) values (:id, :title, 'Asia/Jakarta')")
FIND = Statement("select id, title from region where id = :id")


def test_rows_come_with_names_and_none_where_there_is_none(app: Flask) -> None:
    with app.app_context():
        with writing() as rows:
            assert KEEP.change(rows, {"id": "daerah_satu", "title": "Daerah: satu"}) == 1
        found = FIND.first(reading(), {"id": "daerah_satu"})
        assert (found.id, found.title) == ("daerah_satu", "Daerah: satu")
        assert FIND.first(reading(), {"id": "tidak ada"}) is None


def test_a_broken_rule_is_told_as_sqlalchemy_tells_it_without_what_was_sent(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(IntegrityError) as told, writing() as rows:
            KEEP.change_each(rows, [{"id": "daerah_dua", "title": "RAHASIA"}, {"id": "daerah_dua", "title": "RAHASIA"}])
        assert "RAHASIA" not in str(told.value)
        assert FIND.first(reading(), {"id": "daerah_dua"}) is None, "nothing of a transaction that failed is kept"


def test_a_statement_that_is_wrong_is_told_at_once(app: Flask) -> None:
    with app.app_context(), pytest.raises(DatabaseError):
        Statement("select nothing from nowhere").first(reading(), {})
