"""Borang itself with the benchmark's definitions: the real application, its real database, invented people."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, text

from bench.places import Place, Sqlite
from bench.work import PEERS, SEATS, SUPERIOR, Answers, Step
from engine import Case
from engine.process import Process
from web import create_app
from web.clock import Clock
from web.config import Settings
from web.database import initialise, reading, writing
from web.definitions import definitions
from web.held import Held
from web.store import Moved, Opened, Store, store
from web.tables import db

DEFINITIONS = Path(__file__).parent / "definitions"
PROCESS = "tolok_ukur"
NOW = datetime(2026, 1, 5, 2, tzinfo=UTC)
YEAR: dict[str, Any] = {"title": "Tolok ukur", "start": date(2026, 1, 1), "end": date(2026, 12, 31)}
#: So many employees share a superior.
TEAM = 30

SQLITE = Sqlite()
_REGION = text("insert into region (id, title, zone) values ('contoh', 'Daerah contoh', 'Asia/Jakarta')")
_UNIT = text("insert into unit (region_id, code, name) values ('contoh', 'U1', 'Unit contoh')")
_PERSON = text("""
insert into person (id, region_id, unit_code, nip, name, password_hash, active, superior_id, language, profile)
values (:id, 'contoh', 'U1', :id, :id, '-', :yes, :superior, 'id', '{}')
""")


class Morning(Clock):
    """A service's clock: always the same morning."""

    def now(self) -> datetime:
        return NOW


class Service:
    """The application over a database in *folder*. Cases are numbered from 0; ``case_ids`` are their real ids."""

    def __init__(self, folder: Path, case_ids: list[str], place: Place, url: str) -> None:
        self.app = application(folder, url)
        self.case_ids = case_ids
        self.place = place
        self.url = url

    def copy(self, folder: Path) -> Service:
        """The same service over a copy of its database in *folder*."""
        folder.mkdir()
        self.engine.dispose()
        return Service(folder, self.case_ids, self.place, self.place.copy(self.url, folder))

    @contextmanager
    def inside(self) -> Iterator[Store]:
        """Its store, in its application's context."""
        with self.app.app_context():
            yield store()

    @property
    def process(self) -> Process:
        with self.inside() as cases:
            return cases.definitions.library.processes[PROCESS]

    @property
    def engine(self) -> Engine:
        with self.inside():
            return db.engine

    def held(self, number: int) -> Held:
        """The case as it is stored, in the hands of the employee."""
        with self.inside() as cases:
            return cases.held(reading(), employee(number), self.case_ids[number])

    def folded(self, number: int) -> Case:
        """The case as its journal makes it."""
        with self.inside() as cases:
            return cases.folded(reading(), self.held(number))

    def submission(self, cases: Store, number: int, step: Step, values: Answers, who: str = "") -> Callable[[], Moved]:
        """One submission, ready to be sent by *who* (whose turn it is, by default), in a transaction of its own."""
        person, case_id = who or actor(number, step, len(self.case_ids)), self.case_ids[number]
        opened, given, key = Opened(entry=step.entry, submitted=0), exact(values), uuid.uuid4().hex
        form: dict[str, Any] = {"opened": opened, "key": key, "body": step.id, "now": NOW}

        def send() -> Moved:
            with writing() as rows:
                return cases.move(rows, person, case_id, step.action, lambda held: given, **form)

        return send


def opened(folder: Path, cases: int, place: Place = SQLITE) -> Service:
    """A new service with so many cases in their first stage, their peers confirmed."""
    folder.mkdir()
    service = Service(folder, [], place, place.new(folder))
    with service.inside() as rows:
        initialise()
        _settle(cases)
        service.case_ids += _open_cases(rows, cases)
    return service


def application(folder: Path, url: str, definitions: Path = DEFINITIONS) -> Flask:
    """The service in *folder* over the database at *url*."""
    key = uuid.uuid4().hex
    return create_app(Settings(instance=folder, database_url=url, secret_key=key, definitions=definitions))


# --- people -----------------------------------------------------------------------------------------------------------


def employee(number: int) -> str:
    return f"p{number}"


def superior(number: int) -> str:
    return f"a{number // TEAM}"


def peer(number: int, seat: int, cases: int) -> str:
    """Who holds that seat: the employees whose numbers follow."""
    return employee((number + seat) % cases)


def actor(number: int, step: Step, cases: int) -> str:
    """Whose turn *step* of a case is."""
    if step.seat:
        return peer(number, step.seat, cases)
    return superior(number) if step.role == SUPERIOR.role else employee(number)


def exact(values: Answers) -> dict[str, Any]:
    """The answers as the engine reads them out of a form: numbers are decimal."""
    return {name: Decimal(value) if type(value) is int else value for name, value in values.items()}


def _settle(cases: int) -> None:
    with writing() as rows:
        rows.execute(_REGION)
        rows.execute(_UNIT)
        superiors = dict.fromkeys(superior(number) for number in range(cases))
        rows.execute(_PERSON, [{"id": who, "yes": True, "superior": None} for who in superiors])
        people = [{"id": employee(n), "yes": True, "superior": superior(n)} for n in range(cases)]
        rows.execute(_PERSON, people)


def _open_cases(cases: Store, count: int) -> list[str]:
    process = definitions().library.processes[PROCESS]
    people = [employee(number) for number in range(count)]
    with writing() as rows:
        ids = cases.open_cycle(rows, process, people=people, now=NOW, **YEAR)
        for number, case_id in enumerate(ids):
            peers = [peer(number, seat, count) for seat in range(1, SEATS + 1)]
            cases.set_seats(rows, superior(number), case_id, PEERS[0].role, peers, confirm=True, now=NOW)
    return ids
