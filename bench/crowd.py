"""A country of invented employees and their cases, made inside the database: as many as one asks for.

Four cases a person: three cycles that have ended and one that runs, its cases at every stage. One region has four
tenths of all people, fifteen share the others; a unit has some hundred people, and one of each region a twentieth of
it. Everybody leads ten.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import text

from bench.places import Place
from bench.service import application
from engine import begin
from engine.case import Cycle
from engine.process import Process
from web.config import definitions_root
from web.database import disconnect, initialise
from web.definitions import definitions
from web.store import store
from web.tables import db

PROCESS = "pontianak_kinerja_semesteran_360"
TODAY = date(2026, 6, 1)
NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)
REGIONS = 16
#: Cases of each person: so many cycles.
YEARS = (2023, 2024, 2025, 2026)
FIRST = ("Agus", "Sari", "Budi", "Rina", "Joko", "Maria", "Dewi", "Hasan", "Lestari", "Bambang", "Ratna", "Yusuf")
MIDDLE = ("Adi", "Kartika", "Rahma", "Surya", "Wulan", "Cahya", "Nur", "Bayu", "Intan", "Jaya", "Putri")
LAST = tuple(f"{head}{tail}" for head in ("Wijaya", "Santo", "Hara", "Suka", "Prama", "Kusu", "Mulya") for tail in (
    "kusuma", "so", "hap", "putra", "wati", "ningsih", "ndari", "no", "wan", "yanti"))  # fmt: skip

_PEOPLE = """
with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < :size)
insert into person (id, region_id, unit_code, nip, name, password_hash, active, superior_id, language, wants_mail,
                    profile)
select cast(:base + i as text) || '-0000-4000-8000-000000000000', :region,
       'U' || cast(case when i % 20 = 0 then 0 else 1 + i / 100 end as text),
       '19800101' || cast(1000000000 + :base + i as text), a.word || ' ' || b.word || ' ' || c.word, '-', true,
       case when i = 0 then null else cast(:base + i / 10 as text) || '-0000-4000-8000-000000000000' end, 'id', true,
       '{}'
from n join piece a on a.part = 0 and a.number = (:base + i) % :a
join piece b on b.part = 1 and b.number = (:base + i) / 7 % :b
join piece c on c.part = 2 and c.number = (:base + i) / 3 % :c
"""
_WORDS = """
with p as (select region_id, id, nip, cast(substr(nip, 9) as bigint) - 1000000000 as number from person)
insert into person_word (region_id, word, person_id)
select p.region_id, lower(a.word), p.id from p join piece a on a.part = 0 and a.number = p.number % :a
union all select p.region_id, lower(c.word), p.id from p join piece c on c.part = 2 and c.number = p.number / 3 % :c
union all select p.region_id, p.nip, p.id from p
"""
_CASES = """
insert into appraisal (id, region_id, cycle_id, person_id, definition, stage, entry, version, zone, opens_on, due_on,
                       closed, wakes_at, head, state)
select substr(p.id, 1, 24) || substr(y.id, 25), p.region_id, y.id, p.id, y.definition, s.stage, 1, 2, 'Asia/Jakarta',
       s.opens, s.due, s.closed, null, :head, :state
from person p join cycle y on y.region_id = p.region_id
join standing s on s.running = (y.title = '2026') and s.number = cast(substr(p.nip, 9) as bigint) % :kinds
where p.superior_id is not null
"""
_SEATS = """
insert into seat (case_id, role, person_id, confirmed, answered)
select c.id, 'rekan_kerja', q.id, true, false
from appraisal c join cycle y on y.id = c.cycle_id and y.title = '2026' join piece k on k.part = 0 and k.number < 3
join person q on q.id = cast(cast(substr(c.person_id, 1, 8) as integer) - k.number - 1 as text)
                        || '-0000-4000-8000-000000000000'
"""
_UNIT_HEADS = """
insert into office (region_id, role, person_id, unit_code)
select region_id, 'kepala_opd', min(id), unit_code from person group by region_id, unit_code
"""


@contextmanager
def country(place: Place, folder: Path, cases: int) -> Iterator[Flask]:
    """The application over a database with so many cases, in its context."""
    folder.mkdir(parents=True)
    app = application(folder, place.new(folder), definitions_root())
    with app.app_context():
        initialise()
        _fill(cases // len(YEARS))
        yield app
        disconnect()


def person(number: int) -> str:
    """The id of somebody."""
    return f"{10_000_000 + number}-0000-4000-8000-000000000000"


def sizes(people: int) -> list[int]:
    """The people of each region."""
    return [people * 2 // 5, *[people * 3 // 5 // (REGIONS - 1)] * (REGIONS - 1)]


def _fill(people: int) -> None:
    process = definitions().library.processes[PROCESS]
    sqlite = db.engine.dialect.name == "sqlite"
    with db.engine.begin() as rows:
        if sqlite:
            for setting in ("cache_size = -400000", "foreign_keys = off"):
                rows.execute(text(f"pragma {setting}"))
        else:
            rows.execute(text("set local statement_timeout = 0"))
        _pieces(rows)
        _standings(rows, process)
        base = 10_000_000
        for number, size in enumerate(sizes(people)):
            region = f"daerah_{number:02}"
            _region(rows, process, region, number)
            rows.execute(text(_PEOPLE), {"size": size, "base": base, "region": region, **_COUNTS})
            units = (
                "insert into unit (region_id, code, name) select distinct region_id, unit_code, unit_code from person"
            )
            rows.execute(text(f"{units} where region_id = :region"), {"region": region})
            admin = "insert into office (region_id, role, person_id, unit_code) values (:region, 'admin_bkd', :who, '')"
            rows.execute(text(admin), {"region": region, "who": person(base - 10_000_000 + size - 1)})
            base += size
        rows.execute(text(_WORDS), _COUNTS)
        state = _state(process)
        kinds = len(process.stages) * 30
        rows.execute(text(_CASES), {"head": "0" * 64, "state": state, "kinds": kinds})
        rows.execute(text(_SEATS))
        rows.execute(text(_UNIT_HEADS))
    if not sqlite:
        # As the server does by itself within a minute.
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as rows:
            rows.execute(text("set statement_timeout = 0"))
            rows.execute(text("vacuum analyze"))


_COUNTS = {"a": len(FIRST), "b": len(MIDDLE), "c": len(LAST)}


def _pieces(rows: Any) -> None:
    rows.execute(text("create temporary table piece (part integer, number integer, word text)"))
    parts = enumerate((FIRST, MIDDLE, LAST))
    told = [{"p": part, "n": n, "w": word} for part, words in parts for n, word in enumerate(words)]
    rows.execute(text("insert into piece values (:p, :n, :w)"), told)


def _standings(rows: Any, process: Process) -> None:
    """Where the cases of a running cycle stand: at every stage, some late; those of the others have ended."""
    rows.execute(
        text("""
    create temporary table standing (running boolean, number integer, stage text, opens date, due date, closed boolean)
    """)
    )
    stages = list(process.stages.values())
    final = next(stage for stage in stages if stage.final)
    told = []
    for number in range(len(stages) * 30):
        stage = stages[number % len(stages)]
        due = TODAY + timedelta(days=number * 7 % 30 * 3 - 20) if stage.deadline else None
        about = {"n": number, "o": TODAY - timedelta(days=25), "d": due, "s": stage.id, "c": stage.final}
        told.append({**about, "r": True})
        told.append({**about, "r": False, "d": None, "s": final.id, "c": True})
    insert = text("insert into standing values (:r, :n, :s, :o, :d, :c)")
    rows.execute(insert, [{**t, "o": str(t["o"]), "d": t["d"] and str(t["d"])} for t in told])


def _region(rows: Any, process: Process, region: str, number: int) -> None:
    add = text("insert into region (id, title, zone) values (:r, :r, 'Asia/Jakarta')")
    rows.execute(add, {"r": region})
    for year in YEARS:
        cycle = Cycle(
            id=f"{year}0000-0000-4000-8000-{year * 100 + number:012}", start=date(year, 1, 1), end=date(year, 12, 31)
        )
        store().add_cycle(rows, process, cycle, region=region, title=str(year))


def _state(process: Process) -> str:
    """The state of a case that has just begun: what a page of a list reads of each of its cases."""
    cycle = Cycle(id="-", start=date(2026, 1, 1), end=date(2026, 12, 31))
    case = begin(process, "-", cycle, {process.subject: {}}, datetime(2026, 1, 5, tzinfo=UTC)).case
    return store().definitions.codec(process).dump_case(case)
