"""One-time keys: what the same form, sent once more, is answered."""

from __future__ import annotations

import hashlib
import uuid
from copy import copy
from datetime import date, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from tests.races.conftest import Place
from tests.races.crowd import NOW, Crowd, Standing, Tab, _with, plan, rounds, sent, store_of
from tests.races.guards import POSTGRESQL, without
from web import create_app, turns
from web.daily import tidy
from web.database import reading, writing
from web.definitions import Definitions
from web.reception import Received, Reception, doors, unnamed_visit
from web.store import store
from web.tables import db

KEY = "0123456789abcdef" * 2
PLAN = {"uraian": "Rencana", "bobot_a": "60", "bobot_b": "40"}


@pytest.fixture
def case(crowd: Crowd) -> str:
    """A case whose employee has filled in their plan and looked it over."""
    cases = crowd.open("rencana", 2)
    crowd.draft(crowd.employees[0], cases[:1], "penyusunan", PLAN)
    return cases[0]


def send(tab: Tab, case: str, **changes: Any) -> tuple[int, str]:
    answer = tab.post(f"/berkas/{case}/kirim/ajukan", {**sent(1, KEY), **changes})
    return answer.status_code, answer.location or ""


def keys(crowd: Crowd) -> list[Any]:
    return crowd.rows("select key_hash, body_hash, answer, used_on from one_time_key")


class TestTheSameKey:
    def test_with_the_same_body_gets_the_same_answer(self, crowd: Crowd, case: str) -> None:
        tab = crowd.tabs(crowd.employees[0])[0]
        first = send(tab, case)
        number = tab.client.get(first[1]).text.partition("Nomor")[2][:200]
        assert first == send(tab, case) == (303, f"/berkas/{case}/terkirim")
        assert tab.client.get(first[1]).text.partition("Nomor")[2][:200] == number
        assert crowd.lines([case], "ajukan") == [1]

    def test_with_another_body_is_refused(self, crowd: Crowd, case: str) -> None:
        tab = crowd.tabs(crowd.employees[0])[0]
        assert send(tab, case)[0] == 303
        assert send(tab, case, _draf=2)[0] == 422
        assert crowd.lines([case], "ajukan") == [1]

    def test_waits_for_the_first_that_is_still_on_its_way(self, crowd: Crowd, case: str) -> None:
        begun, go, told = Event(), Event(), []

        def slowly(held: Any) -> dict[str, Any]:
            begun.set()
            go.wait(10)
            return plan(60)

        def press(values: Any) -> None:
            told.append(crowd.move(crowd.employees[0], case, "ajukan", values, entry=1, key=KEY))

        first, second = Thread(target=press, args=(slowly,)), Thread(target=press, args=(plan(60),))
        first.start()
        assert begun.wait(10)
        second.start()
        second.join(0.3)
        assert not told, "the second waits"
        go.set()
        first.join()
        second.join()
        assert sorted(moved.again for moved in told) == [False, True]
        assert told[0].number == told[1].number
        assert crowd.lines([case], "ajukan") == [1]

    def test_is_put_off_where_the_first_takes_longer_than_the_database_waits(
        self, app: Flask, crowd: Crowd, case: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """503 and nothing done; sent again with its key it gets the answer of the first."""
        _hurry(app, monkeypatch)
        one, other = crowd.tabs(crowd.employees[0], 2)
        begun, go, told = Event(), Event(), []
        whole = store_of(app)
        slow = app.extensions["store"] = copy(whole)
        slow.keys = _with(whole.keys, _Dawdling, begun=begun, go=go)
        first = Thread(target=lambda: told.append(send(one, case)))
        first.start()
        assert begun.wait(10)
        app.extensions["store"] = whole
        answer = other.post(f"/berkas/{case}/kirim/ajukan", sent(1, KEY))
        assert (answer.status_code, told) == (503, []), "the first is still on its way"
        assert int(answer.headers["Retry-After"]) >= 1
        assert f'name="_kunci" value="{KEY}"' in answer.text, "the page sends the same key again"
        go.set()
        first.join()
        assert told == [(303, f"/berkas/{case}/terkirim")]
        assert send(other, case) == told[0]
        assert crowd.lines([case], "ajukan") == [1]
        assert len(keys(crowd)) == 1

    def test_of_another_case_is_another(self, crowd: Crowd) -> None:
        first, second = crowd.open("rencana", 1)[0], crowd.open("rencana", 1)[0]
        moved = [crowd.move(crowd.employees[0], one, "ajukan", plan(60), entry=1, key=KEY) for one in (first, second)]
        assert [one.again for one in moved] == [False, False]
        assert crowd.lines([first, second], "ajukan") == [1, 1]

    def test_of_another_person_is_another_and_the_database_knows_no_person(self, crowd: Crowd) -> None:
        case = crowd.open("penilaian", 1)[0]
        crowd.seat([case], crowd.raters[:3])
        for rater in crowd.raters[:2]:
            assert not crowd.move(rater, case, "jawab", {"pendapat": "Baik."}, entry=1, key=KEY).again
        assert crowd.lines([case], "jawab") == [2]
        kept = keys(crowd)
        plain = {hashlib.blake2b(f"{r}:{case}:{KEY}".encode(), digest_size=32).hexdigest() for r in crowd.raters}
        assert len(kept) == 2
        assert not any(rater in str(row) for row in kept for rater in crowd.raters)
        assert not plain & {row.key_hash for row in kept}, "a hash that the database alone cannot make"
        assert {str(row.used_on) for row in kept} == {"2026-03-31"}, "no day of its own"

    def test_is_not_used_up_by_what_was_refused(self, crowd: Crowd, case: str) -> None:
        tab = crowd.tabs(crowd.employees[0])[0]
        crowd.draft(crowd.employees[0], [case], "penyusunan", {**PLAN, "bobot_b": "30"})
        assert send(tab, case, _draf=2)[0] == 422
        assert not keys(crowd)
        crowd.draft(crowd.employees[0], [case], "penyusunan", PLAN)
        assert send(tab, case, _draf=3)[0] == 303

    def test_is_known_after_a_restart(self, app: Flask, crowd: Crowd, case: str, definitions: Definitions) -> None:
        assert send(crowd.tabs(crowd.employees[0])[0], case)[0] == 303
        again = create_app(app.extensions["settings"])
        again.extensions |= {"definitions": definitions, "clock": Standing()}
        crowd.app = again
        assert send(crowd.tabs(crowd.employees[0])[0], case) == (303, f"/berkas/{case}/terkirim")
        assert crowd.lines([case], "ajukan") == [1]
        with again.app_context():
            db.session.remove()
            db.engine.dispose()

    def test_is_known_for_two_whole_days(self, app: Flask, crowd: Crowd, case: str) -> None:
        def forgotten(days: int) -> int:
            with app.app_context(), writing() as rows:
                return store().keys.forget(rows, NOW + timedelta(days=days))

        assert send(crowd.tabs(crowd.employees[0])[0], case)[0] == 303
        rated = crowd.open("penilaian", 1)[0]
        crowd.seat([rated], crowd.raters[:3])
        crowd.move(crowd.raters[0], rated, "jawab", {"pendapat": "Baik."}, entry=1)
        assert [forgotten(days) for days in (0, 1, 2)] == [0, 0, 0]
        assert forgotten(3) == 1
        end_of_month = (date(2026, 3, 31) - NOW.date()).days
        assert [forgotten(end_of_month + days) for days in (2, 3)] == [0, 1]

    def test_is_forgotten_when_the_day_s_chores_are_done(self, app: Flask, crowd: Crowd, case: str) -> None:
        assert send(crowd.tabs(crowd.employees[0])[0], case)[0] == 303
        with app.app_context(), writing() as rows:
            rows.execute(text("update one_time_key set used_on = '2025-12-01'"))
        assert send(crowd.tabs(crowd.employees[0])[0], case)[0] == 303
        with app.app_context():
            tidy()
        assert not keys(crowd)


class _Dawdling:
    """Keys with which a move stays in its middle until it is told to go on."""

    begun: Event
    go: Event

    def remember(self, *arguments: Any, **more: Any) -> None:
        self.begun.set()
        self.go.wait(30)
        super().remember(*arguments, **more)  # type: ignore[misc]


def _hurry(app: Flask, patch: pytest.MonkeyPatch) -> None:
    """The database waits a fifth of a second for whoever holds what is wanted, not five."""
    patch.setattr(turns, "PATIENCE", 0.2)
    with app.app_context():
        lite = db.engine.dialect.name == "sqlite"
        hurry = "PRAGMA busy_timeout = 200" if lite else "SET lock_timeout = 200"
        db.session.remove()
        db.engine.dispose()
        event.listen(db.engine, "connect", lambda driver, _: driver.cursor().execute(hurry))


# --- a report about nobody in particular ------------------------------------------------------------------------------


def reported_twice(crowd: Crowd, count: int) -> list[list[Any]]:
    """Each report sent twice at once by somebody without an account, who names nobody."""
    crowd.open("rencana", 1)
    with crowd.app.app_context():
        place = next(iter(Reception(store(), b"rahasia").places(reading(), NOW)))
    visit = unnamed_visit(place, doors(place.process)[0], "U1")
    reception = Reception(store_of(crowd.app), b"rahasia")

    def report(key: str) -> Received:
        about = {"key": key, "body": key, "now": NOW}
        with crowd.app.app_context(), writing() as rows:
            return reception.hand_in(rows, visit, {"isi": "Antrean panjang."}, **about)

    return rounds([uuid.uuid4().hex for _ in range(count)], [report, report])


def test_a_report_sent_twice_at_once_is_one(crowd: Crowd, place: Place, figures: list[str]) -> None:
    told = reported_twice(crowd, 100)
    tickets = len(crowd.rows("select number from ticket"))
    figures.append(f"R-02 {place.name}: 100 reports without a name sent twice at once, {tickets} tickets")
    assert all(isinstance(one, Received) for each in told for one in each), told
    assert [sorted(one.again for one in each) for each in told] == [[False, True]] * 100
    assert all(one.number == other.number and one.tracking == other.tracking for one, other in told)
    assert tickets == 100


@POSTGRESQL
def test_without_its_turn_the_second_report_fails(app: Flask, crowd: Crowd, place: Place, figures: list[str]) -> None:
    with without(app, "turn"):
        told = reported_twice(crowd, 30)
    failed = sum(isinstance(one, Exception) for each in told for one in each)
    figures.append(f"R-02 {place.name}, control without the turn: 30 reports, {failed} answers failed")
    assert failed > 0
