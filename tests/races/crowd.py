"""Many people and cases of a small region, and what they do at the same moment."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import uniform
from threading import Barrier, Thread
from time import sleep
from typing import Any

from flask import Flask, session
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from web import drafts, sessions
from web.database import reading, writing
from web.held import Held
from web.store import Moved, Opened, store
from web.tables import db

DEFINITIONS = Path(__file__).parent / "definitions"
REGION = "contoh"
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
#: How long somebody stays between reading a case and writing it: long enough for others to come between.
PAUSE = 0.002

_PERSON = text("""
insert into person (id, region_id, unit_code, nip, name, password_hash, active, superior_id, language, profile)
values (:i, 'contoh', 'U1', :n, :name, '-', :yes, :s, 'id', :profile)
""")


class Standing:
    """A clock that stands."""

    def now(self) -> datetime:
        return NOW


@dataclass(frozen=True)
class Tab:
    """A browser's tab: one session may have several."""

    client: FlaskClient
    token: str

    def post(self, path: str, data: Mapping[str, Any]) -> TestResponse:
        return self.client.post(path, data={"csrf_token": self.token, **data})


class Crowd:
    """The region's people: a superior, an office, eight colleagues, many employees."""

    def __init__(self, app: Flask, employees: int = 400) -> None:
        self.app = app
        app.extensions["clock"] = Standing()
        with app.app_context(), writing() as rows:
            rows.execute(text("insert into region (id, title, zone) values ('contoh', 'Contoh', 'Asia/Jakarta')"))
            rows.execute(text("insert into unit (region_id, code, name) values ('contoh', 'U1', 'Unit contoh')"))
            self.superior = self._person(rows, "Atasan")
            self.admin = self._person(rows, "Admin")
            self.raters = [self._person(rows, f"Rekan {n}", self.superior) for n in range(8)]
            self.employees = [self._person(rows, f"Pegawai {n}", self.superior) for n in range(employees)]
            self.appoint(rows, self.admin)

    def _person(self, rows: Any, name: str, superior: str | None = None) -> str:
        ident = str(uuid.uuid4())
        row = {"i": ident, "n": str(uuid.uuid4().int)[:18], "name": name, "s": superior, "yes": True}
        rows.execute(_PERSON, {**row, "profile": json.dumps({"nama": name})})
        return ident

    def appoint(self, rows: Any, person: str) -> None:
        """Gives the office to *person*."""
        office = text("insert into office (region_id, role, person_id, unit_code) values ('contoh', 'admin', :p, '')")
        rows.execute(office, {"p": person})

    # --- cases ---

    def open(self, workflow: str, count: int) -> list[str]:
        """New cases of the first *count* employees, in their order."""
        with self.app.app_context(), writing() as rows:
            process = store().definitions.library.processes[workflow]
            year = {"start": date(2026, 1, 1), "end": date(2026, 12, 31), "title": uuid.uuid4().hex}
            made = store().open_cycle(rows, process, people=self.employees[:count], now=NOW, **year)
            found = rows.execute(text("select id, person_id from appraisal")).all()
        whose = {row.person_id: row.id for row in found if row.id in set(made)}
        return [whose[person] for person in self.employees[:count]]

    def seat(self, cases: Sequence[str], people: Sequence[str]) -> None:
        """Makes *people* the colleagues who answer in each of *cases*."""
        with self.app.app_context(), writing() as rows:
            for case in cases:
                store().set_seats(rows, self.superior, case, "rekan", people, confirm=True, now=NOW)

    def submit(self, cases: Sequence[str]) -> None:
        """Every employee hands in their plan."""
        for employee, case in zip(self.employees, cases, strict=False):
            self.move(employee, case, "ajukan", plan(60))

    def move(
        self,
        person: str,
        case: str,
        action: str,
        values: Mapping[str, Any] | Callable[[Held], Mapping[str, Any]],
        *,
        entry: int = 0,
        submitted: int = 0,
        key: str = "",
        pause: float = 0,
    ) -> Moved:
        """Somebody moves a case, without pages; *pause* lies between what is read and what is written."""

        def answers(held: Held) -> Mapping[str, Any]:
            sleep(pause)
            return values(held) if callable(values) else values

        with self.app.app_context(), writing() as rows:
            where = Opened(entry=entry or self.entry(case, rows), submitted=submitted)
            about = {"opened": where, "key": key or uuid.uuid4().hex, "body": "", "now": NOW}
            return store().move(rows, person, case, action, answers, **about)

    @property
    def now(self) -> datetime:
        return NOW

    def entries(self, cases: Sequence[str]) -> list[int]:
        """The visits of the stages in which *cases* stand."""
        with self.app.app_context():
            return [self.entry(case) for case in cases]

    def entry(self, case: str, rows: Any = None) -> int:
        """The visit of the stage in which a case stands."""
        return int((rows or reading()).execute(text("select entry from appraisal where id = :c"), {"c": case}).scalar())

    # --- browsers ---

    def tabs(self, person: str, count: int = 1) -> list[Tab]:
        """Tabs of one browser in which *person* is signed in."""
        first = self.app.test_client()
        with self.app.test_request_context("/", method="POST"):
            sessions.begin(person)
            kept = dict(session)
        with first.session_transaction() as cookie:
            cookie.update(kept)
        found = re.search(r'name="csrf_token" value="([^"]+)"', first.get("/bantuan").text)
        assert found
        with first.session_transaction() as cookie:
            kept = dict(cookie)
        others = [self.app.test_client() for _ in range(count - 1)]
        for client in others:
            with client.session_transaction() as cookie:
                cookie.update(kept)
        return [Tab(client, found[1]) for client in (first, *others)]

    def draft(self, person: str, cases: Sequence[str], duty: str, typed: Mapping[str, str]) -> None:
        """What *person* has filled in and looked over in each of *cases*."""
        lists = {name: [value] for name, value in typed.items()}
        with self.app.app_context(), writing() as rows:
            for case in cases:
                drafts.save(rows, case, duty, person, typed=lists, entry=self.entry(case, rows), now=NOW)

    # --- looking ---

    def rows(self, statement: str, **binds: Any) -> list[Any]:
        with self.app.app_context():
            return list(db.session.execute(text(statement), binds).all())

    def stages(self, cases: Sequence[str]) -> list[str]:
        """Where each of *cases* stands."""
        found = {row.id: row.stage for row in self.rows("select id, stage from appraisal")}
        return [found[case] for case in cases]

    def lines(self, cases: Sequence[str], action: str) -> list[int]:
        """How often *action* stands in the journal of each of *cases*."""
        query = "select case_id, count(*) as n from journal where action = :a group by case_id"
        found = {row.case_id: row.n for row in self.rows(query, a=action)}
        return [found.get(case, 0) for case in cases]

    def torn(self, cases: Sequence[str]) -> int:
        """How many of *cases* are not what their journal makes them."""
        with self.app.app_context():
            held = [store().held_by_public(reading(), case) for case in cases]
            return sum(store().folded(reading(), one) != one.case for one in held)


def plan(first: int) -> dict[str, Any]:
    """What an employee hands in: two weights that make a hundred."""
    return {"uraian": "Rencana", "bobot_a": Decimal(first), "bobot_b": Decimal(100 - first)}


def sent(entry: int, key: str, version: int = 1, submitted: int = 0) -> dict[str, Any]:
    """What the last page of a form sends."""
    return {"_masuk": entry, "_versi": submitted, "_kunci": key, "_draf": version}


def rounds(each: Sequence[Any], workers: Sequence[Callable[[Any], Any]]) -> list[list[Any]]:
    """What each of *workers* made of each of *each*: all begin with one at the same moment. Errors are answers too."""
    barrier = Barrier(len(workers), timeout=120)
    answers: list[list[Any]] = [[None] * len(workers) for _ in each]

    def work(number: int) -> None:
        for index, one in enumerate(each):
            barrier.wait()
            answers[index][number] = _answer(workers[number], one)

    threads = [Thread(target=work, args=(number,)) for number in range(len(workers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def _answer(worker: Callable[[Any], Any], one: Any) -> Any:
    try:
        return worker(one)
    except Exception as error:
        return error


@contextmanager
def paused(app: Flask, seconds: float = PAUSE) -> Iterator[None]:
    """Whoever has read a case waits a little before writing it: about so long, now one longer and now the other."""
    whole = store_of(app)
    app.extensions["store"] = _with(whole, _Slow, seconds=seconds)
    try:
        yield
    finally:
        app.extensions["store"] = whole


def store_of(app: Flask) -> Any:
    with app.app_context():
        return store()


def _with(whole: Any, kind: type, **more: Any) -> Any:
    """The store *whole* as one of another *kind*."""
    made = kind.__new__(type(kind.__name__, (kind, type(whole)), {}))
    made.__dict__.update(whole.__dict__, **more)
    return made


class _Slow:
    seconds: float

    def held(self, *arguments: Any) -> Held:
        held: Held = super().held(*arguments)  # type: ignore[misc]
        sleep(uniform(0, 2 * self.seconds))
        return held
