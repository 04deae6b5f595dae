"""``borang cycle migrate``: running cases go to another definition, each whole or not at all, and can come back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from engine.library import load
from tests.cast import app_with, close, settings_in
from tests.conftest import on_sqlite
from tests.web.test_versions import (
    ANSWERS,
    FIRST,
    GOOD,
    MISUSE,
    PROBLEMS,
    SECOND,
    WORKFLOW,
    Office,
    environment,
    place,
    write,
)
from web import clock
from web.cli import cli
from web.config import Settings
from web.database import reading, writing
from web.definitions import Definitions
from web.migrating import Migration, rounds
from web.store import store
from web.tables import db

__all__ = ["place"]

WEIGHTS = ("hasil: 60, sikap: 40", "hasil: 10, sikap: 90")
#: With other weights, and without the field of the second stage: every running case can go there.
LIGHTER = FIRST | {
    "workflows/penilaian.yaml": WORKFLOW.replace(*WEIGHTS),
    "forms/pemeriksaan.yaml": FIRST["forms/pemeriksaan.yaml"].replace(
        "catatan: {type: textarea, title: Catatan}", "kesan: {type: text, title: Kesan, optional: true}"
    ),
}
ACTIONS = {"rencana": "ajukan", "pemeriksaan": "setujui", "penilaian": "tetapkan"}


class Bureau(Office):
    """An office that knows where its cases stand."""

    def stage(self, case: str) -> str:
        with self.app.app_context():
            found = db.session.execute(text("select stage from appraisal where id = :c"), {"c": case})
            return str(found.scalar_one())

    def rows(self, statement: str, **binds: Any) -> list[Any]:
        with self.app.app_context():
            return list(db.session.execute(text(statement), binds).all())

    def migrated(self) -> int:
        """How many cases have been moved to another definition."""
        with self.app.app_context():
            found = db.session.execute(text("select count(*) from journal where event = 'migrated'"))
            return int(found.scalar_one())


@pytest.fixture
def office(place: Settings) -> Iterator[Bureau]:
    office = Bureau(place)
    yield office
    close(office.app)


def called(settings: Settings, *words: str) -> Result:
    """What the command answers."""
    known = {"BORANG_LANGUAGE": "id", **environment(settings)}
    return CliRunner().invoke(cli, words, env=known)


def migrated(office: Office, *words: str, code: int = GOOD) -> dict[str, Any]:
    """What a migration of the cycle says as data."""
    done = called(office.settings, "cycle", "migrate", "2026", "--json", *words)
    assert (done.exit_code, done.stderr) == (code, "")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def spread(office: Bureau) -> list[str]:
    """A hundred cases: forty at the third stage, thirty at the second, thirty at the first."""
    cases = office.open("2026", 100)
    for case in cases[:70]:
        office.act(case, "ajukan")
    for case in cases[:40]:
        office.act(case, "setujui")
    return cases


def finish(office: Bureau, cases: list[str]) -> list[tuple[str, Decimal, int]]:
    """By which definition, with which score and after how many stages the cases end."""
    for case in cases:
        while (stage := office.stage(case)) != "selesai":
            office.act(case, ACTIONS[stage])
    ended = [office.held(case) for case in cases]
    return [(held.process.hash, held.case.values["nilai"], len(held.case.path)) for held in ended]


# --- R-33 -------------------------------------------------------------------------------------------------------------


def test_of_a_hundred_cases_those_that_can_go_end_on_the_new_definition_and_the_others_on_the_old(
    office: Bureau,
) -> None:
    cases = spread(office)
    first = office.held(cases[0]).process.hash
    write(office.settings.definitions, SECOND)
    dry = migrated(office, "--dry-run", code=PROBLEMS)
    assert (dry["moved"], len(dry["stayed"])) == (30, 70)
    assert {office.held(case).process.hash for case in cases} == {first}
    told = migrated(office, "--yes", code=PROBLEMS)
    assert {**told, "dry_run": True} == dry
    assert {one["case"] for one in told["stayed"]} == set(cases[:70])
    assert {(one["stage"], *(reason["code"] for reason in one["reasons"])) for one in told["stayed"]} == {
        ("Pemeriksaan", "migrasi_tahap"),
        ("Penilaian", "migrasi_tahap"),
    }
    assert finish(office, cases[:70]) == [(first, Decimal(60), 4)] * 70
    assert finish(office, cases[70:]) == [(told["to"], Decimal(35), 3)] * 30
    assert office.faults() == []


def test_a_hundred_cases_go_to_other_weights_and_without_a_field_and_half_of_them_come_back(office: Bureau) -> None:
    cases = spread(office)
    first = office.held(cases[0]).process.hash
    write(office.settings.definitions, LIGHTER)
    told = migrated(office, "--yes")
    assert (told["moved"], told["stayed"], told["from"]) == (100, [], [first])
    assert told["left_out"] == [{"task": "pemeriksaan", "field": "catatan", "cases": 40}]
    assert len(told["changes"]) >= 2
    assert "catatan" not in office.held(cases[0]).case.answers["pemeriksaan"]
    assert finish(office, cases[50:]) == [(told["to"], Decimal(35), 4)] * 50
    back = migrated(office, "--yes", "--to", first[:10])
    assert (back["moved"], back["stayed"], back["to"]) == (50, [], first)
    assert office.held(cases[0]).case.answers["pemeriksaan"]["catatan"] == "Sudah diperiksa"
    assert finish(office, cases[:50]) == [(first, Decimal(60), 4)] * 50
    assert office.faults() == []


# --- what it says -----------------------------------------------------------------------------------------------------


@on_sqlite
def test_it_tells_what_would_change_asks_and_says_the_way_back(office: Bureau) -> None:
    cases = office.open("2026", 2)
    office.act(cases[0], "ajukan")
    write(office.settings.definitions, SECOND)
    dry = called(office.settings, "cycle", "migrate", "2026", "--dry-run")
    assert (dry.exit_code, dry.stderr) == (PROBLEMS, "")
    assert "Siklus 2026, contoh: Penilaian" in dry.stdout
    assert "- " in dry.stdout
    assert 'Pemeriksaan: Berkas sudah sampai di tahap "Pemeriksaan"' in dry.stdout
    assert dry.stdout.endswith("1 berkas dapat dipindahkan, 1 tidak\n")
    unasked = called(office.settings, "cycle", "migrate", "2026")
    assert unasked.exit_code == PROBLEMS
    assert "Pindahkan sekarang?" in unasked.stdout
    first = office.held(cases[1]).process.hash
    done = called(office.settings, "--language", "en", "cycle", "migrate", "2026", "--yes")
    assert done.exit_code == PROBLEMS
    assert "The case has come to the stage" in done.stdout
    assert "1 cases moved, 1 not" in done.stdout
    assert f"--to {first[:12]}" in done.stdout
    again = called(office.settings, "cycle", "migrate", "2026", "--yes")
    assert "0 berkas dipindahkan, 1 tidak" in again.stdout
    finish(office, cases[:1])
    nothing = called(office.settings, "cycle", "migrate", "2026", "--yes")
    assert (nothing.exit_code, "Tidak ada yang perlu dipindahkan" in nothing.stdout) == (GOOD, True)


@on_sqlite
def test_what_cannot_be_done_is_said_with_what_there_is(office: Bureau) -> None:
    office.open("2026", 1)
    office.open("Sama", 1)
    office.open("Sama", 1)
    unknown = called(office.settings, "cycle", "migrate", "2025", "--yes")
    assert (unknown.exit_code, "Tidak ada siklus 2025" in unknown.stderr, "2026" in unknown.stderr) == (
        MISUSE, True, True,
    )  # fmt: skip
    several = called(office.settings, "cycle", "migrate", "Sama", "--yes")
    assert (several.exit_code, several.stderr.count("contoh/Sama  penilaian")) == (MISUSE, 2)
    named = called(office.settings, "cycle", "migrate", "contoh/2026", "--dry-run")
    assert (named.exit_code, "Tidak ada yang perlu dipindahkan" in named.stdout) == (GOOD, True)
    hashless = called(office.settings, "cycle", "migrate", "2026", "--yes", "--to", "zzz")
    assert (hashless.exit_code, "zzz" in hashless.stderr) == (MISUSE, True)
    mute = called(office.settings, "cycle", "migrate", "2026", "--json")
    assert (mute.exit_code, "--dry-run" in mute.stderr) == (MISUSE, True)
    (office.settings.definitions / "forms" / "penilaian.yaml").unlink()
    broken = called(office.settings, "cycle", "migrate", "2026", "--yes")
    assert (broken.exit_code, "workflows/penilaian.yaml" in broken.stderr) == (PROBLEMS, True)
    assert isinstance(broken.exception, SystemExit)


# --- the cycle --------------------------------------------------------------------------------------------------------


def test_the_cycle_has_both_definitions_afterwards_and_new_cases_begin_on_the_new_one(office: Bureau) -> None:
    cases = office.open("2026", 2)
    office.act(cases[0], "ajukan")
    first = office.held(cases[0]).process.hash
    write(office.settings.definitions, SECOND)
    told = migrated(office, "--yes", code=PROBLEMS)
    with office.app.app_context():
        row = db.session.execute(text("select definition, earlier from cycle")).one()
    assert (row.definition, row.earlier) == (told["to"], first)
    migrated(office, "--yes", "--to", first)
    with office.app.app_context():
        row = db.session.execute(text("select definition, earlier from cycle")).one()
    assert (row.definition, row.earlier) == (first, told["to"])


def test_of_two_migrations_at_once_the_cycle_knows_the_definitions_of_both(office: Bureau) -> None:
    """Both have looked the cycle up before either turned it."""
    case = office.open("2026", 1)[0]
    office.act(case, "ajukan")
    first = office.held(case).process.hash
    folder = office.settings.definitions
    processes = []
    for files in (LIGHTER, SECOND):
        write(folder, files)
        processes.append(load(folder).processes["penilaian"])
    lighter, second = processes
    with office.app.app_context():
        (round_,) = rounds(reading())
        runs = [Migration(store(), round_, process).run(clock.now) for process in processes]
        outcomes = [[one.outcome is not None for one in run] for run in runs]
    # It stands at a stage that the second does not have.
    assert outcomes == [[True], [False]]
    (row,) = office.rows("select definition, earlier from cycle")
    assert (row.definition, set(row.earlier.split())) == (second.hash, {first, lighter.hash})


def test_a_follow_up_cycle_is_moved_beside_the_one_that_the_other_definition_has_already(office: Bureau) -> None:
    """Both follow up the same cycle: new cases are opened in the one of their definition."""
    ended = office.open("2026", 2)
    ANSWERS["ajukan"]["target"] = Decimal(10)  # So low a score that coaching follows.
    for case in ended:
        office.act(case, "ajukan")
        office.act(case, "setujui")
    ANSWERS["ajukan"]["target"] = Decimal(80)
    office.act(ended[0], "tetapkan")
    coaching = {"workflows/pembinaan.yaml": FIRST["workflows/pembinaan.yaml"].replace("Catatan", "Catatan pembinaan")}
    write(office.settings.definitions, FIRST | coaching)
    office.start_again()
    office.act(ended[1], "tetapkan")
    before = office.rows("select id, definition from cycle where origin_id is not null order by start, id")
    assert len(before) == 2
    older = office.rows("select cycle_id from appraisal where origin_id = :c", c=ended[0])[0].cycle_id
    done = called(office.settings, "cycle", "migrate", older, "--yes", "--json")
    assert (done.exit_code, json.loads(done.stdout)["moved"]) == (GOOD, 1)
    rows = office.rows("select id, definition, earlier from cycle where id = :c", c=older)
    other = next(row.definition for row in before if row.id != older)
    assert (rows[0].definition != other, rows[0].earlier) == (True, other)
    moved = office.rows("select id, definition from appraisal where cycle_id = :c", c=older)
    assert [row.definition for row in moved] == [other]
    office.act(moved[0].id, "tutup")
    assert office.held(moved[0].id).case.stage == "selesai"


# --- cut off ----------------------------------------------------------------------------------------------------------


def test_a_migration_that_is_killed_leaves_whole_cases_and_goes_on_when_started_again(office: Bureau) -> None:
    cases = office.open("2026", 120)
    for case in cases[:60]:
        office.act(case, "ajukan")
    first = office.held(cases[0]).process.hash
    write(office.settings.definitions, LIGHTER)
    words = [sys.executable, "-m", "web.cli", "cycle", "migrate", "2026", "--yes"]
    known = {**os.environ, **environment(office.settings)}
    running = subprocess.Popen(words, env=known, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while running.poll() is None and office.migrated() < 10:
        time.sleep(0.002)
    running.kill()
    running.wait()
    done = office.migrated()
    assert 10 <= done < 120
    standing = {case: office.held(case) for case in cases}  # Each is what its journal makes of it.
    assert sum(held.process.hash != first for held in standing.values()) == done
    assert office.faults() == []
    told = migrated(office, "--yes")
    assert (told["moved"], told["stayed"]) == (120 - done, [])
    assert {score for _, score, _ in finish(office, cases[55:65])} == {Decimal(35)}


@on_sqlite
def test_a_case_that_cannot_be_read_stops_no_other(office: Bureau) -> None:
    cases = office.open("2026", 3)
    with office.app.app_context(), writing() as rows:
        rows.execute(text("update appraisal set state = '{}' where id = :c"), {"c": cases[1]})
    write(office.settings.definitions, LIGHTER)
    told = migrated(office, "--yes", code=PROBLEMS)
    assert (told["moved"], [one["case"] for one in told["stayed"]]) == (2, [cases[1]])
    assert [reason["code"] for reason in told["stayed"][0]["reasons"]] == ["migrasi_rusak"]


# --- kept elsewhere ---------------------------------------------------------------------------------------------------


@on_sqlite
def test_a_case_that_was_moved_there_and_back_goes_through_a_backup_whole(office: Bureau, tmp_path: Path) -> None:
    cases = office.open("2026", 3)
    for action in ("ajukan", "setujui"):
        office.act(cases[0], action)
    first = office.held(cases[0]).process.hash
    write(office.settings.definitions, LIGHTER)
    told = migrated(office, "--yes")
    office.act(cases[0], "tetapkan")
    migrated(office, "--yes", "--to", first)
    assert called(office.settings, "backup", str(tmp_path / "cadangan")).exit_code == GOOD
    other = settings_in(tmp_path / "lain", definitions=office.settings.definitions)
    restored = called(other, "restore", str(tmp_path / "cadangan"))
    assert restored.exit_code == GOOD
    verified = called(other, "audit", "verify", "--json")
    assert (verified.exit_code, json.loads(verified.stdout)["faults"]) == (GOOD, [])
    there = app_with(other, Definitions(other.definitions))
    with there.app_context():
        again = [store().held(reading(), office.superior, case) for case in cases]
        assert [held.case for held in again] == [office.held(case).case for case in cases]
        assert [held.process.hash for held in again] == [told["to"], first, first]
    close(there)
