"""A small region whose employees are judged by those they serve, with its own definitions (``layanan``)."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime
from html import unescape
from pathlib import Path
from typing import Any

from flask import Flask, session
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from engine import Case
from web import directory, sessions
from web.database import reading, writing
from web.reception import reception
from web.store import Opened, store
from web.tables import db

ROOT = Path(__file__).parent / "layanan"
NOW = datetime.fromisoformat("2026-03-02T09:00:00+07:00")
WORKFLOW, REGION, UNIT = "penilaian_layanan", "contoh", "U1"

_REGION = text("insert into region (id, title, zone) values ('contoh', 'Kabupaten Contoh', 'Asia/Jakarta')")
_UNIT = text("insert into unit (region_id, code, name) values ('contoh', :c, :n)")
_PERSON = text("""
insert into person (id, region_id, unit_code, nip, name, password_hash, active, superior_id, language, profile)
values (:i, 'contoh', :u, :n, :name, '-', true, :s, 'id', :profile)
""")


class Village:
    """The service of the region: its people by name, one case, and what people do there. It is the clock as well."""

    def __init__(self, make_app: Callable[..., Flask]) -> None:
        self.app = make_app(definitions=ROOT)
        self.instant = NOW
        self.app.extensions["clock"] = self
        with self.app.app_context(), writing() as rows:
            rows.execute(
                text("insert into region (id, title, zone) values ('contoh', 'Kabupaten Contoh', 'Asia/Jakarta')")
            )
            for code, name in (("U1", "Loket Perizinan"), ("U2", "Puskesmas")):
                rows.execute(
                    text("insert into unit (region_id, code, name) values ('contoh', :c, :n)"), {"c": code, "n": name}
                )
            self.people: dict[str, str] = {}
            self._person(rows, "Hasan")
            self._person(rows, "Budi", superior="Hasan")
            self._person(rows, "Sari", superior="Hasan")
            self._person(rows, "Petra", office=("petugas", UNIT))
            self._person(rows, "Peter", unit="U2", office=("petugas", "U2"))
            self._person(rows, "Ada", unit="U2", office=("admin", ""))
            self._person(rows, "Joko", unit="U2")
        self.case_id = self.open_case("Budi")

    def _person(
        self, rows: Any, name: str, *, superior: str = "", unit: str = UNIT, office: tuple[str, str] | None = None
    ) -> None:
        ident = self.people[name] = str(uuid.uuid4())
        row = {"i": ident, "u": unit, "n": str(uuid.uuid4().int)[:18], "name": name, "s": self.people.get(superior)}
        rows.execute(_PERSON, {**row, "profile": json.dumps({"nama": name})})
        directory.keep(rows, "contoh", [(ident, name, row["n"])])
        if office:
            held = text("insert into office (region_id, role, person_id, unit_code) values ('contoh', :r, :p, :u)")
            rows.execute(held, {"r": office[0], "p": ident, "u": office[1]})

    def now(self) -> datetime:
        """The service's clock."""
        return self.instant

    def open_case(self, name: str, year: int = 2026) -> str:
        """A new case, in a cycle of its own; its id."""
        with self.app.app_context(), writing() as rows:
            process = store().definitions.library.processes[WORKFLOW]
            days = {"start": date(year, 1, 1), "end": date(year, 12, 31), "title": str(year)}
            return store().open_cycle(rows, process, people=[self.people[name]], now=self.instant, **days)[0]

    def act(self, name: str, action: str, values: Mapping[str, Any], case_id: str = "") -> None:
        """Somebody moves a case, without a browser."""
        case_id = case_id or self.case_id
        case = self.case(case_id)
        opened = Opened(entry=case.entry, submitted=case.submitted.get(case.stage, 0))
        about = {"opened": opened, "key": uuid.uuid4().hex, "body": "", "now": self.instant}
        with self.app.app_context(), writing() as rows:
            store().move(rows, self.people[name], case_id, action, lambda held: values, **about)

    def codes(self, count: int = 1, name: str = "Petra", case_id: str = "") -> list[str]:
        """New service codes for a case."""
        with self.app.app_context(), writing() as rows:
            case_id = case_id or self.case_id
            return reception().issue(rows, self.people[name], case_id, count, uuid.uuid4().hex)

    def case(self, case_id: str = "") -> Case:
        """A case as it is stored."""
        with self.app.app_context():
            return store().held_by_public(reading(), case_id or self.case_id).case

    def folded(self, case_id: str = "") -> Case:
        """A case as its journal makes it."""
        with self.app.app_context():
            return store().folded(reading(), store().held_by_public(reading(), case_id or self.case_id))

    def rows(self, statement: str, **binds: Any) -> list[Any]:
        with self.app.app_context():
            return list(db.session.execute(text(statement), binds).all())

    def signed_in(self, name: str) -> Guest:
        """A browser in which somebody is signed in."""
        guest = Guest(self.app)
        with self.app.test_request_context("/", method="POST"):
            sessions.begin(self.people[name])
            kept = dict(session)
        with guest.client.session_transaction() as cookie:
            cookie.update(kept)
        return guest

    def guest(self, address: str = "10.1.1.1") -> Guest:
        """A browser without an account."""
        return Guest(self.app, address)


class Guest:
    """A browser that follows the pages: fills in what they ask and presses their buttons."""

    def __init__(self, app: Flask, address: str = "10.1.1.1") -> None:
        self.client: FlaskClient = app.test_client()
        self._environ = {"REMOTE_ADDR": address}

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, environ_overrides=self._environ, follow_redirects=True)

    def post(self, path: str, data: Mapping[str, Any], *, follow: bool = True) -> TestResponse:
        sent = {"csrf_token": self.token(), **data}
        return self.client.post(path, data=sent, environ_overrides=self._environ, follow_redirects=follow)

    def token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/masyarakat").text)
        assert found
        return found[1]

    def enter(self, code: str) -> TestResponse:
        return self.post("/masyarakat", {"kode": code})

    def review(self, path: str, answers: Mapping[str, Any]) -> TestResponse:
        """Fills in the form at *path* and goes on."""
        return self.post(path, {**answers, "_intent": "periksa"})

    def send(self, path: str, answers: Mapping[str, Any]) -> TestResponse:
        """Fills in, looks over and sends."""
        looked = self.review(path, answers)
        return self.post(sending(path), typed_in(looked)) if looked.status_code == 200 else looked


def sending(path: str) -> str:
    return path.replace("/masyarakat/", "/masyarakat/kirim/", 1)


def typed_in(page: TestResponse) -> dict[str, str]:
    """What the last form of a page holds unseen."""
    form = page.text[page.text.rindex('<form method="post"') :]
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form))
    typed = dict(re.findall(r'<textarea name="([^"]*)" hidden>\n(.*?)</textarea>', form, re.S))
    return {unescape(name): unescape(value) for name, value in {**hidden, **typed}.items()}


def words(page: TestResponse) -> str:
    """The words of a page."""
    return " ".join(unescape(re.sub("<[^>]+>", " ", page.text)).split())
