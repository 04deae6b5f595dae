"""The town of the load: three thousand employees, three hundred superiors, each with a case, signed in beforehand.

To sign in costs more than anything else, on purpose; so the sessions are made here, and signing in is measured apart.
"""

from __future__ import annotations

import json
import shutil
import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import text

from tests.cast import PASSWORD, SECRET
from tests.signed import signed_in
from web import create_app, directory, opening
from web.clock import wall
from web.config import OWASP, Settings, definitions_root
from web.database import connected, initialise, writing
from web.passwords import passwords
from web.store import Opened, store

WORKFLOW, PLAN, SENT = "pontianak_kinerja_semesteran_360", "ajukan_rencana", "persetujuan_rencana"
DUE = "tanggapan"
#: The process whose form takes a file, and what sends it.
EVIDENCE, SEND_EVIDENCE = "bukti", "kirim_bukti"
EMPLOYEES, SUPERIORS, LATE, UPLOADERS, OFFICERS = 3_000, 300, 1_000, 20, 20
#: So many of a superior's ten employees have sent their plan already.
WITH_PLAN = 5
TERM = timedelta(days=10)
#: The answers of a plan as they are typed.
TYPED = {
    f"target.{row}.{name}": value
    for row, weight in enumerate((40, 30, 30))
    for name, value in {
        "kode": f"BKD-{row}", "nama": "Berkas diproses", "satuan": "berkas", "arah": "naik", "target_s1": "120",
        "target_s2": "120", "bobot": str(weight),
    }.items()
}  # fmt: skip

_PERSON = text("""
insert into person (id, region_id, unit_code, nip, name, password_hash, active, superior_id, language, profile)
values (:id, :region, 'U1', :nip, :name, :password, :yes, :superior, 'id', :profile)
""")
_OFFICE = text("""
insert into office (region_id, role, person_id, unit_code) values ('pontianak', 'admin_bkd', :person, '')
""")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the town: with a cookie in which they are signed in, and the case they work on, if any."""

    id: str
    nip: str
    cookie: str
    case: str = ""


@dataclass(frozen=True, slots=True)
class Town:
    """Employees who have still to send their plan, superiors with a plan to decide, who has evidence to attach, and
    officers of the region, who look through its cases."""

    settings: Settings
    planners: list[Member]
    deciders: list[Member]
    uploaders: list[Member]
    officers: list[Member]

    def app(self) -> Flask:
        """The service itself, to look into its database."""
        return create_app(self.settings)


def settled(folder: Path, url: str) -> Town:
    """A town in a new database at *url*; its definitions are the project's own and one of deadlines."""
    settings = Settings(
        instance=folder,
        database_url=url,
        secret_key=SECRET,
        definitions=_definitions(folder),
        hosts=("127.0.0.1",),
        argon2=OWASP,
        proxies=1,
    )
    app = create_app(settings)
    with connected(app):
        initialise()
        kept = passwords().hash(PASSWORD)
        staff = _people(kept)
        _open(app)
        cases = _cases()
        sent = [n for n in range(EMPLOYEES) if n % 10 < WITH_PLAN]
        for number in sent:
            _send_plan(staff[number][0], cases[staff[number][0]])
        superiors = _superiors()
        planners = [
            Member(person, nip, signed_in(app, person)[0], cases[person])
            for number, (person, nip) in enumerate(staff)
            if number % 10 >= WITH_PLAN
        ]
        deciders = [
            Member(person, nip, signed_in(app, person)[0], cases[staff[number * 10][0]])
            for number, (person, nip) in enumerate(superiors)
        ]
        evidence = [Member(person, nip, signed_in(app, person)[0], case) for person, nip, case in _open_evidence()]
        officers = [Member(person, nip, signed_in(app, person)[0]) for person, nip in _appointed(kept)]
    return Town(settings, planners, deciders, evidence, officers)


def _definitions(folder: Path) -> Path:
    """The project's definitions with two more: one whose cases end by themselves, one whose form takes a file."""
    own = Path(__file__).parent
    for root in (definitions_root(), own.parent / "jobs" / "tenggat", own / "bukti"):
        for name in ("workflows", "forms"):
            shutil.copytree(root / name, folder / "definitions" / name, dirs_exist_ok=True)
    return folder / "definitions"


def _nip(number: int) -> str:
    return f"1985{number:014d}"


def _people(kept: str) -> list[tuple[str, str]]:
    with writing() as rows:
        for region, title in (("pontianak", "Kota Contoh"), ("contoh", "Daerah Contoh")):
            rows.execute(
                text("insert into region (id, title, zone) values (:r, :t, 'Asia/Jakarta')"), {"r": region, "t": title}
            )
            rows.execute(text("insert into unit (region_id, code, name) values (:r, 'U1', 'Kantor')"), {"r": region})
        superiors = [_row(f"Atasan {n}", "pontianak", 10_000 + n, kept, None) for n in range(SUPERIORS)]
        rows.execute(_PERSON, superiors)
        staff = [_row(f"Pegawai {n}", "pontianak", n, kept, superiors[n // 10]["id"]) for n in range(EMPLOYEES)]
        rows.execute(_PERSON, staff)
        boss = _row("Kepala", "contoh", 20_000, kept, None)
        rows.execute(_PERSON, [boss])
        rows.execute(_PERSON, [_row(f"Lambat {n}", "contoh", 30_000 + n, kept, boss["id"]) for n in range(LATE)])
    return [(row["id"], row["nip"]) for row in staff]


def _appointed(kept: str) -> list[tuple[str, str]]:
    """New officers of the region, who find its people by name."""
    with writing() as rows:
        officers = [_row(f"Petugas {n}", "pontianak", 40_000 + n, kept, None) for n in range(OFFICERS)]
        rows.execute(_PERSON, officers)
        rows.execute(_OFFICE, [{"person": row["id"]} for row in officers])
        named = rows.execute(text("select id, name, nip from person where region_id = 'pontianak'")).all()
        directory.keep(rows, "pontianak", [(row.id, row.name, row.nip) for row in named])
    return [(row["id"], row["nip"]) for row in officers]


def _row(name: str, region: str, number: int, password: str, superior: str | None) -> dict[str, Any]:
    about = {"id": str(uuid.uuid4()), "name": name, "region": region, "nip": _nip(number), "password": password}
    return {**about, "yes": True, "superior": superior, "profile": json.dumps({"nama": name})}


def _open(app: Flask) -> None:
    today = wall().date()
    year = {"start": today - timedelta(days=5), "end": today + timedelta(days=300), "title": "Beban"}
    process = store().definitions.library.processes[WORKFLOW]
    for _ in opening.begun(store(), process, **year).batches(wall()):
        pass
    with writing() as rows:
        late = rows.execute(text("select id from person where region_id = 'contoh' and superior_id is not null"))
        process = store().definitions.library.processes[DUE]
        days = {"start": date(today.year, 1, 1), "end": date(today.year, 12, 31), "title": "Tenggat"}
        store().open_cycle(rows, process, people=list(late.scalars()), now=wall() - TERM - timedelta(days=2), **days)


def _open_evidence() -> list[tuple[str, str, str]]:
    """The people of a cycle in which evidence is attached, with their cases."""
    with writing() as rows:
        about = text("select id, nip from person where region_id = 'contoh' and superior_id is not null order by nip")
        people = [(row.id, row.nip) for row in rows.execute(about)][:UPLOADERS]
        process, today = store().definitions.library.processes[EVIDENCE], wall().date()
        year = {"start": date(today.year, 1, 1), "end": date(today.year, 12, 31), "title": "Bukti"}
        ids = store().open_cycle(rows, process, people=[who for who, _nip in people], now=wall(), **year)
    return [(who, nip, case) for (who, nip), case in zip(people, ids, strict=True)]


def _cases() -> dict[str, str]:
    with writing() as rows:
        found = rows.execute(text("select person_id, id from appraisal where region_id = 'pontianak'")).all()
        return {row.person_id: row.id for row in found}


def _superiors() -> list[tuple[str, str]]:
    with writing() as rows:
        found = rows.execute(text("select id, nip from person where region_id = 'pontianak' and superior_id is null"))
        order = {row.nip: row.id for row in found}
        return [(order[_nip(10_000 + number)], _nip(10_000 + number)) for number in range(SUPERIORS)]


def _send_plan(person: str, case_id: str) -> None:
    """The plan of the region's first scenario, sent without a page."""
    with writing() as rows:
        store().move(
            rows, person, case_id, PLAN, lambda held: _plan(), opened=Opened(entry=1, submitted=0),
            key=uuid.uuid4().hex, body="", now=wall(),
        )  # fmt: skip


def _plan() -> dict[str, Any]:
    rows = [
        {"kode": f"BKD-{n}", "nama": "Berkas", "satuan": "berkas", "arah": "naik", "target_s1": Decimal(120),
         "target_s2": Decimal(120), "bobot": Decimal(weight)}
        for n, weight in enumerate((40, 30, 30))
    ]  # fmt: skip
    return {"target": rows}
