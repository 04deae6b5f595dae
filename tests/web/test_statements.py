"""Statements that go straight to the driver behave as SQLAlchemy's would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import URL, Connection, create_engine
from sqlalchemy.exc import DatabaseError, IntegrityError

from tests.relay import relayed
from web.database import reading, writing
from web.statements import Statement, together
from web.tables import db

KEEP = Statement("insert into region (id, title, zone) values (:id, :title, 'Asia/Jakarta')")
RENAME = Statement("update region set title = :title where id = :id")
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
            KEEP.send_each(rows, [{"id": "daerah_dua", "title": "RAHASIA"}, {"id": "daerah_dua", "title": "RAHASIA"}])
        assert "RAHASIA" not in str(told.value)
        assert FIND.first(reading(), {"id": "daerah_dua"}) is None, "nothing of a transaction that failed is kept"


def test_a_statement_that_is_wrong_is_told_at_once(app: Flask) -> None:
    with app.app_context(), pytest.raises(DatabaseError):
        Statement("select nothing from nowhere").first(reading(), {})


def test_what_is_sent_together_is_read_behind_and_counted_within(app: Flask) -> None:
    with app.app_context(), writing() as rows:
        with together(rows):
            KEEP.send(rows, {"id": "daerah_tiga", "title": "Daerah tiga"})
            found, nobody = FIND.ask(rows, {"id": "daerah_tiga"}), FIND.ask(rows, {"id": "tidak ada"})
            assert RENAME.change(rows, {"id": "daerah_tiga", "title": "Daerah lain"}) == 1
            assert RENAME.change(rows, {"id": "tidak ada", "title": "Daerah lain"}) == 0
            KEEP.send_each(rows, [{"id": f"daerah_{n}", "title": "Daerah"} for n in ("lima", "enam")])
        assert found.first().title == "Daerah tiga", "each sees what those before it have done"
        assert nobody.all() == []
        assert FIND.first(rows, {"id": "daerah_tiga"}).title == "Daerah lain"
        assert FIND.first(rows, {"id": "daerah_enam"}) is not None


def test_what_goes_wrong_among_others_is_told_at_the_end_and_nothing_is_kept(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(IntegrityError) as told, writing() as rows, together(rows):
            KEEP.send(rows, {"id": "daerah_tujuh", "title": "RAHASIA"})
            KEEP.send(rows, {"id": "daerah_tujuh", "title": "RAHASIA"})
            KEEP.send(rows, {"id": "daerah_delapan", "title": "RAHASIA"})
        assert "RAHASIA" not in str(told.value)
        assert FIND.first(reading(), {"id": "daerah_tujuh"}) is None
        with writing() as rows:
            KEEP.send(rows, {"id": "daerah_tujuh", "title": "Daerah tujuh"})
        assert FIND.first(reading(), {"id": "daerah_tujuh"}) is not None, "the connection serves on"


@pytest.mark.parametrize("server", ["postgresql"], indirect=True)
def test_what_is_sent_together_makes_one_journey(app: Flask) -> None:
    with app.app_context():
        url = db.engine.url
    assert url.port
    with relayed(url.port) as relay, _connected(url.set(host="127.0.0.1", port=relay.port)) as rows:
        for _ in range(6):  # The driver prepares what comes often: that is a journey of its own.
            FIND.first(rows, {"id": "daerah"})

        begun = relay.journeys
        for _ in range(6):
            FIND.first(rows, {"id": "daerah"})
        assert relay.journeys - begun == 6

        begun = relay.journeys
        with together(rows):
            found = [FIND.ask(rows, {"id": "daerah"}) for _ in range(6)]
        assert not any(reply.first() for reply in found)
        assert relay.journeys - begun == 1


@contextmanager
def _connected(url: URL) -> Iterator[Connection]:
    engine = create_engine(url)
    with engine.connect() as rows:
        yield rows
    engine.dispose()
