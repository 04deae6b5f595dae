"""The people of the tests, and what they do in a browser. All are invented.

Rahmadi is appraised; Bu Sari is his superior and Pak Hasan hers; Lestari, Bambang and Maria are his peers; Dewi is the
region's HR admin; Joko works elsewhere and has no part in anybody's case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from argon2.profiles import CHEAPEST
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.quick import service
from web import roster
from web.clock import Clock
from web.config import Settings, definitions_root
from web.database import writing
from web.definitions import Definitions, library
from web.passwords import passwords
from web.store import store
from web.tables import Person, db

REGION, WORKFLOW = "pontianak", "pontianak_kinerja_semesteran_360"
PASSWORD = "sebuah sandi panjang"
SECRET = "kunci rahasia untuk pengujian saja 0123456789"

_COLUMNS = ["nip", "nama", "jenis_kelamin", "jenis_jabatan", "unit_kode", "unit", "grup_opd", "atasan_nip", "peran"]
_SCHOOLS = ("PON-04", "Dinas Pendidikan dan Kebudayaan", "pendidikan")
_STAFF = ("PON-19", "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia", "lainnya")
_HEALTH = ("PON-05", "Dinas Kesehatan", "kesehatan")
HASAN, SARI = "196806151993031901", "197909232005012902"
_ROWS = [
    (HASAN, "Hasan Basri Tanjungraya", "L", "jpt_pratama", *_SCHOOLS, "", "kepala_opd"),
    (SARI, "Sari Wulandari", "P", "administrator", *_SCHOOLS, HASAN, ""),
    ("198704122011011903", "Rahmadi Sulistyo Putra", "L", "jf_ahli_muda", *_SCHOOLS, SARI, ""),
    ("198811302012032904", "Lestari Mayangsari", "P", "jf_ahli_muda", *_SCHOOLS, SARI, ""),
    ("198502172010011905", "Bambang Wicaksono Aji", "L", "jf_ahli_muda", *_SCHOOLS, SARI, ""),
    ("199004052014022906", "Maria Goreti Landaki", "P", "jf_ahli_muda", *_SCHOOLS, SARI, ""),
    ("198408192009022909", "Dewi Kartika", "P", "jf_ahli_muda", *_STAFF, "", "admin_bkd"),
    ("197203141998032910", "Ratna Puspitaningtyas", "P", "administrator", *_STAFF, "", "tim_penilai"),
    ("199106182015031913", "Joko Santoso", "L", "jf_ahli_pertama", *_HEALTH, "", ""),
]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the cast."""

    id: str
    nip: str
    name: str


class Cast:
    """The people by first name: ``cast.rahmadi``."""

    def __init__(self, members: dict[str, Member]) -> None:
        self._members = members

    def __getattr__(self, name: str) -> Member:
        try:
            return self._members[name]
        except KeyError:
            raise AttributeError(name) from None


class FrozenClock(Clock):
    """A clock that stands until it is moved."""

    def __init__(self, day: date) -> None:
        self.move_to(day)

    def now(self) -> datetime:
        return self._now

    def move_to(self, day: date) -> None:
        self._now = datetime.combine(day, time(3), UTC)


def settings_in(instance: Path, **changes: Any) -> Settings:
    """Settings of a service of its own in *instance*, with the cheapest hashing."""
    instance.mkdir(parents=True, exist_ok=True)
    plain = Settings(
        instance=instance,
        database_url=f"sqlite:///{instance / 'borang.sqlite'}",
        secret_key=SECRET,
        definitions=definitions_root(),
        hosts=("localhost",),
        argon2=CHEAPEST,
    )
    return replace(plain, **changes)


def app_with(settings: Settings, definitions: Definitions) -> Flask:
    """The service with *definitions*; its clock stands at the beginning of 2026."""
    app = service(settings)
    app.extensions["definitions"] = definitions
    app.extensions["clock"] = FrozenClock(date(2026, 1, 12))
    return app


def close(app: Flask) -> None:
    """Closes the connections of *app*."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def register() -> None:
    """Registers the cast, with one password for all."""
    process = library().processes[WORKFLOW]
    lines = [(number, dict(zip(_COLUMNS, row, strict=True))) for number, row in enumerate(_ROWS, 2)]
    kept = passwords().hash(PASSWORD)
    with writing() as rows:
        roster.keep_region(rows, REGION, "Kota Pontianak", "Asia/Pontianak")
        entries = roster.checked(lines, process, roster.known_in(rows, REGION))
        roster.take_over(rows, REGION, process, entries, {entry.nip: kept for entry in entries})


def cast_of(app: Flask) -> Cast:
    with app.app_context():
        people = db.session.scalars(select(Person)).all()
        return Cast({p.name.split()[0].lower(): Member(p.id, p.nip, p.name) for p in people})


def open_case(app: Flask, member: Member, start: date = date(2026, 1, 1)) -> str:
    """A new case for *member* in a cycle of its own; its id."""
    with app.app_context(), writing() as rows:
        process = library().processes[WORKFLOW]
        begun = datetime.combine(start, time(1), UTC)
        end = start.replace(year=start.year + 1)
        return store().open_cycle(
            rows, process, title=str(start.year), start=start, end=end, people=[member.id], now=begun
        )[0]


def dump(app: Flask) -> list[str]:
    """Everything that the database holds, a line a row."""
    with app.app_context():
        tables = db.metadata.sorted_tables
        return [f"{table.name} {dict(row._mapping)}" for table in tables for row in db.session.execute(select(table))]


class Visitor:
    """A browser with its own cookies, which sends the token against forged requests as a page's form does."""

    def __init__(self, app: Flask, address: str = "10.0.0.1") -> None:
        self.client: FlaskClient = app.test_client()
        self._environ = {"REMOTE_ADDR": address}

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, environ_overrides=self._environ, **options)

    def post(self, path: str, data: Any = None, **options: Any) -> TestResponse:
        sent = {"csrf_token": self.token(), **(data or {})}
        return self.client.post(path, data=sent, environ_overrides=self._environ, **options)

    def token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/bantuan").text)
        assert found
        return found[1]

    def sign_in(self, member: Member, password: str = PASSWORD, **more: str) -> TestResponse:
        return self.post("/masuk", {"nip": member.nip, "kata_sandi": password, **more})

    def is_signed_in(self) -> bool:
        return 'action="/keluar"' in self.get("/bantuan").text
