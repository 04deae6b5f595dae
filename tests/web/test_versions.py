"""A case keeps the definitions it began with, whatever becomes of the files: changed, broken or gone."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from tests.cast import app_with, close, settings_in
from tests.conftest import on_sqlite
from tests.postgres import Server
from tests.unit.definitions import ROLES
from tests.web.walk import person
from web.config import Settings
from web.database import initialise, reading, snapshot, writing
from web.definitions import Definitions
from web.held import Held
from web.integrity import examined
from web.store import Opened, store
from web.tables import db

GOOD, PROBLEMS, MISUSE = 0, 1, 2
NOW = datetime(2026, 2, 3, 4, tzinfo=UTC)
YEAR = {"start": date(2026, 1, 1), "end": date(2026, 12, 31)}

WORKFLOW = (
    """\
workflow: penilaian
title: Penilaian
region: contoh
start: rencana
"""
    + ROLES
    + """\
stages:
  rencana:
    title: Rencana
    actor: pegawai
    form: rencana
    actions: {ajukan: {title: Ajukan, to: pemeriksaan}}
  pemeriksaan:
    title: Pemeriksaan
    actor: atasan
    form: pemeriksaan
    actions: {setujui: {title: Setujui, to: penilaian}}
  penilaian:
    title: Penilaian
    actor: atasan
    form: penilaian
    actions: {tetapkan: {title: Tetapkan, to: selesai, starts: {pembinaan: nilai < 50}}}
  selesai: {title: Selesai, final: true}
values:
  hasil: rencana.target
  sikap: penilaian.sikap
  nilai: {title: Nilai, weights: {hasil: 60, sikap: 40}}
"""
)
COACHING = (
    """\
workflow: pembinaan
title: Pembinaan
region: contoh
start: catatan
"""
    + ROLES
    + """\
stages:
  catatan:
    title: Catatan
    actor: atasan
    form: pemeriksaan
    actions: {tutup: {title: Tutup, to: selesai}}
  selesai: {title: Selesai, final: true}
"""
)
FORM = "form: {name}\ntitle: {title}\nfields:\n  {field}\n"
FIRST = {
    "workflows/penilaian.yaml": WORKFLOW,
    "workflows/pembinaan.yaml": COACHING,
    "forms/rencana.yaml": FORM.format(
        name="rencana", title="Rencana", field='target: {type: number, title: Target, allow: "[0..100]"}'
    ),
    "forms/pemeriksaan.yaml": FORM.format(
        name="pemeriksaan", title="Pemeriksaan", field="catatan: {type: textarea, title: Catatan}"
    ),
    "forms/penilaian.yaml": FORM.format(
        name="penilaian", title="Penilaian", field='sikap: {type: number, title: Sikap, allow: "[0..100]"}'
    ),
}
#: Without the second stage and its form's field, and with other weights.
SECOND = FIRST | {
    "workflows/penilaian.yaml": WORKFLOW.replace("to: pemeriksaan", "to: penilaian")
    .replace(WORKFLOW[WORKFLOW.index("  pemeriksaan:\n") : WORKFLOW.index("  penilaian:\n")], "")
    .replace("hasil: 60, sikap: 40", "hasil: 10, sikap: 90"),
}
ANSWERS: dict[str, dict[str, Any]] = {
    "ajukan": {"target": Decimal(80)},
    "setujui": {"catatan": "Sudah diperiksa"},
    "tetapkan": {"sikap": Decimal(30)},
    "tutup": {"catatan": "Sudah dibina"},
}


@pytest.fixture
def place(tmp_path: Path, server: Server | None) -> Iterator[Settings]:
    """Settings of a service with definitions of its own, and an empty database."""
    root = tmp_path / "definisi"
    write(root, FIRST)
    name = server.create() if server else ""
    more = {"database_url": server.url(name)} if server else {}
    yield settings_in(tmp_path / "instance", definitions=root, **more)
    if server:
        server.drop(name)


def write(root: Path, files: dict[str, str]) -> None:
    shutil.rmtree(root, ignore_errors=True)
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)


class Office:
    """A service that can be started again, and the people of one unit in it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.app = self._started()
        with self.app.app_context():
            initialise()
            with writing() as rows:
                rows.execute(text("insert into region (id, title, zone) values ('contoh', 'Contoh', 'Asia/Jakarta')"))
                rows.execute(text("insert into unit (region_id, code, name) values ('contoh', 'U1', 'Unit')"))
                self.superior = person(rows, "contoh", "Atasan", superior=None)

    def _started(self) -> Flask:
        return app_with(self.settings, Definitions(self.settings.definitions))

    def start_again(self) -> None:
        close(self.app)
        self.app = self._started()

    def open(self, title: str, count: int) -> list[str]:
        """The cases of *count* new people in a cycle of the folder's process."""
        with self.app.app_context(), writing() as rows:
            people = [person(rows, "contoh", f"{title} {n}", superior=self.superior) for n in range(count)]
            process = store().definitions.library.processes["penilaian"]
            return list(store().open_cycle(rows, process, title=title, people=people, now=NOW, **YEAR))

    def act(self, case: str, action: str) -> None:
        """The employee or the superior takes *action*."""
        with self.app.app_context(), writing() as rows:
            subject = rows.execute(text("select person_id from appraisal where id = :c"), {"c": case}).scalar_one()
            who = subject if action == "ajukan" else self.superior
            held = store().held(rows, who, case)
            duty = held.process.duty_of(
                held.case.stage,
                held.process.stages[held.case.stage].actions[action],
                held.actors[0].role,
            )
            opened = Opened(entry=held.case.entry, submitted=held.case.submitted.get(duty.id, 0))
            key = f"{case}:{action}"
            store().move(
                rows, who, case, action, lambda held: ANSWERS[action], opened=opened, key=key, body=key, now=NOW
            )

    def held(self, case: str) -> Held:
        with self.app.app_context():
            held = store().held(reading(), self.superior, case)
            assert store().folded(reading(), held) == held.case
            return held

    def faults(self) -> list[Any]:
        with self.app.app_context(), snapshot() as rows:
            return examined(rows, self.settings.derived("audit")).faults


@pytest.fixture
def office(place: Settings) -> Iterator[Office]:
    office = Office(place)
    yield office
    close(office.app)


# --- changed ----------------------------------------------------------------------------------------------------------


def test_a_hundred_running_cases_end_as_they_began_whatever_is_in_force_for_new_ones(office: Office) -> None:
    cases = office.open("2026", 100)
    for case in cases[:70]:
        office.act(case, "ajukan")
    for case in cases[:40]:
        office.act(case, "setujui")
    first = office.held(cases[0]).process.hash
    write(office.settings.definitions, SECOND)
    office.start_again()
    (newer,) = office.open("2026 baru", 1)
    for number, case in enumerate(cases):
        for action in ("ajukan", "setujui", "tetapkan")[2 if number < 40 else 1 if number < 70 else 0 :]:
            office.act(case, action)
    for action in ("ajukan", "tetapkan"):
        office.act(newer, action)
    ended = [office.held(case) for case in cases]
    assert {(held.process.hash, held.case.stage, held.case.values["nilai"]) for held in ended} == {
        (first, "selesai", Decimal(60))
    }
    assert {held.case.path for held in ended} == {("rencana", "pemeriksaan", "penilaian", "selesai")}
    new = office.held(newer)
    assert (new.process.hash != first, new.case.values["nilai"]) == (True, Decimal(35))
    assert new.case.path == ("rencana", "penilaian", "selesai")
    assert office.faults() == []


# --- broken, or gone --------------------------------------------------------------------------------------------------


def _cut(root: Path) -> None:
    file = root / "workflows" / "penilaian.yaml"
    file.write_text(file.read_text()[:200])


RUINED: dict[str, Callable[[Path], None]] = {
    "a form deleted": lambda root: (root / "forms" / "penilaian.yaml").unlink(),
    "a workflow deleted": lambda root: (root / "workflows" / "penilaian.yaml").unlink(),
    "a workflow cut off": _cut,
    "no text": lambda root: (root / "workflows" / "penilaian.yaml").write_bytes(b"\xff\xfe\x00" * 50),
    "all of it gone": shutil.rmtree,
}


@pytest.mark.parametrize("what", RUINED)
def test_running_cases_go_on_without_the_files(office: Office, what: str) -> None:
    cases = office.open("2026", 3)
    office.act(cases[0], "ajukan")
    RUINED[what](office.settings.definitions)
    office.start_again()
    ANSWERS["ajukan"]["target"] = Decimal(60)
    for action in ("ajukan", "setujui", "tetapkan"):
        office.act(cases[1], action)
    for action in ("setujui", "tetapkan"):
        office.act(cases[0], action)
    ANSWERS["ajukan"]["target"] = Decimal(80)
    assert [office.held(case).case.values["nilai"] for case in cases[:2]] == [Decimal(60), Decimal(48)]
    # The second one's score asks for coaching, whose definition was kept when the cycle was opened.
    with office.app.app_context():
        found = text("select id from appraisal where origin_id = :c")
        coaching = db.session.execute(found, {"c": cases[1]}).scalars().all()
    assert len(coaching) == 1
    office.act(coaching[0], "tutup")
    assert office.held(coaching[0]).case.stage == "selesai"
    assert office.faults() == []


@pytest.mark.parametrize("what", RUINED)
def test_no_cycle_is_opened_and_the_service_stays_ready(office: Office, what: str) -> None:
    office.open("2026", 1)
    RUINED[what](office.settings.definitions)
    office.start_again()
    assert office.app.test_client().get("/readyz").status_code == 200
    close(office.app)
    refused = borang(office.settings, "cycle", "open", "penilaian", "--title", "2027", "--start", "2027-01-01")
    assert refused.returncode in (PROBLEMS, MISUSE)
    assert "Traceback" not in refused.stderr


@on_sqlite
def test_serve_tells_it_loudly_and_starts(office: Office) -> None:
    office.open("2026", 1)
    RUINED["a form deleted"](office.settings.definitions)
    close(office.app)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "web.cli", "serve", "--port", str(port)]
    known = {**os.environ, **environment(office.settings)}
    served = subprocess.Popen(words, env=known, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        assert _status(f"http://127.0.0.1:{port}/masuk") == 200
        assert _status(f"http://127.0.0.1:{port}/readyz") == 200
    finally:
        served.terminate()
        told = served.communicate(timeout=30)[1]
    assert "PERHATIAN: folder definisi bermasalah" in told
    assert "workflows/penilaian.yaml" in told


@on_sqlite
def test_serve_does_not_start_with_broken_definitions_before_the_first_cycle(office: Office) -> None:
    RUINED["a form deleted"](office.settings.definitions)
    close(office.app)
    assert borang(office.settings, "serve", "--port", "65531").returncode == PROBLEMS


def borang(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    """The command, in a process of its own."""
    known = {**os.environ, **environment(settings)}
    run = [sys.executable, "-m", "web.cli", *words]
    return subprocess.run(run, env=known, capture_output=True, text=True, timeout=60)


def environment(settings: Settings) -> dict[str, str]:
    """What tells a process of its own which service it belongs to."""
    return {
        "BORANG_DEFINITIONS": str(settings.definitions),
        "BORANG_INSTANCE": str(settings.instance),
        "BORANG_SECRET_KEY": settings.secret_key,
        "DATABASE_URL": settings.database_url,
    }


def _status(address: str) -> int:
    """What the service answers, once it does."""
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)
