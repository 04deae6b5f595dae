"""Opening a cycle for many employees, against ``executemany`` of exactly the same rows into the same tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from sqlalchemy import text

from bench.crowd import FIRST, LAST, PROCESS
from bench.places import Place
from bench.rounds import Wrong
from bench.service import application
from engine.process import Process
from web import opening
from web.config import definitions_root
from web.database import disconnect, forget, initialise, reading, writing
from web.definitions import definitions
from web.opening import Told
from web.store import store
from web.tables import db

NOW = datetime(2026, 1, 5, 1, tzinfo=UTC)
DAYS = {"start": date(2026, 1, 1), "end": date(2026, 12, 31)}
REGION = "pontianak"

_PERSON = text("""
insert into person (id, region_id, unit_code, nip, name, password_hash, active, superior_id, language, wants_mail,
                    profile)
values (:id, :region, 'U1', :nip, :name, '-', true, :superior, 'id', true, :profile)
""")


class Cost(NamedTuple):
    """The microseconds of one case."""

    ours: float
    floor: float


def measured(place: Place, folder: Path, people: int) -> Cost:
    """What a case costs when so many are opened by the product, and when the same rows are sent by ``executemany``."""
    with _service(place, folder, people) as process:
        start = perf_counter()
        begun = opening.begun(store(), process, title="2026", **DAYS)
        for _ in begun.batches(NOW):
            pass
        ours = perf_counter() - start
        _check(begun.told, people - 1)
        floor = _again(place)
    return Cost(ours / people * 1e6, floor / people * 1e6)


def _check(told: Told, people: int) -> None:
    rows = reading()
    opened = rows.execute(text("select count(*) from (select distinct person_id from appraisal) as c")).scalar_one()
    if (told.cases, opened, told.rejected) != (people, people, []):
        raise Wrong(f"{opened} of {people} employees have a case")
    last = rows.execute(text("select max(id) from appraisal")).scalar_one()
    held = store().held_by_public(rows, last)
    if store().folded(rows, held) != held.case:
        raise Wrong("a journal does not make its case")


def _again(place: Place) -> float:
    """The seconds that the rows of all cases and journals take in one transaction, sent as the driver sends many."""
    tables = {name: db.metadata.tables[name] for name in ("appraisal", "journal")}
    kept: dict[str, list[Any]] = {}
    for name, table in tables.items():
        order = ", ".join(column.name for column in table.primary_key)
        columns = ", ".join(column.name for column in table.columns)
        # As the driver gives them: nothing is made of them in between.
        found = reading().exec_driver_sql(f"select {columns} from {name} order by {order}")
        kept[name] = [tuple(row) for row in found]
    forget()
    with writing() as rows:
        if rows.dialect.name == "sqlite":
            for name in ("journal", "appraisal"):
                rows.execute(text(f"delete from {name}"))
        else:
            rows.execute(text("truncate journal, appraisal cascade"))
    start = perf_counter()
    with writing() as rows:
        cursor = rows.connection.cursor()
        for name, table in tables.items():
            marks = ", ".join(place.mark for _ in table.columns)
            columns = ", ".join(column.name for column in table.columns)
            cursor.executemany(f"insert into {name} ({columns}) values ({marks})", kept[name])
    return perf_counter() - start


@contextmanager
def _service(place: Place, folder: Path, people: int) -> Iterator[Process]:
    folder.mkdir(parents=True)
    app = application(folder, place.new(folder), definitions_root())
    with app.app_context():
        initialise()
        process = definitions().library.processes[PROCESS]
        with writing() as rows:
            rows.execute(text("insert into region (id, title, zone) values (:r, :r, 'Asia/Pontianak')"), {"r": REGION})
            rows.execute(_PERSON, list(_people(process, people)))
        yield process
        disconnect()


def _people(process: Process, count: int) -> Iterator[dict[str, Any]]:
    """Employees of many kinds; the first leads the others."""
    jobs = list(process.words.choices["jenis_jabatan"].options)
    groups = list(process.words.choices["grup_opd"].options)
    for number in range(count):
        gender = "LP"[number % 2]
        born = f"{1960 + number % 40}{1 + number // 40 % 12:02}{1 + number // 480 % 28:02}"
        nip = f"{born}{1990 + number // 13440 % 20}{1 + number // 7 % 12:02}{1 + number % 2}{1 + number % 999:03}"
        name = f"{FIRST[number % len(FIRST)]} {LAST[number % len(LAST)]} {number}"
        profile = {
            "nama": name, "nip": nip, "jenis_kelamin": gender, "jenis_jabatan": jobs[number % len(jobs)],
            "grup_opd": groups[number // 3 % len(groups)], "golongan": "III/c", "jabatan": f"Analis {number % 400}",
            "opd": "Dinas contoh", "masa_jabatan_tahun": str(number % 35),
        }  # fmt: skip
        yield {
            "id": f"{number * 40_009 % 2**32:08x}-0000-4000-8000-{number:012}", "region": REGION, "nip": nip,
            "name": name, "superior": "00000000-0000-4000-8000-000000000000" if number else None,
            "profile": json.dumps(profile, ensure_ascii=False),
        }  # fmt: skip
