"""The command ``borang``: its answers, its exit codes, and never a traceback for what it is given."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import text

from engine.timers import overtaken
from tests.cast import REGION
from web import create_app, demo
from web.cli import cli
from web.config import Settings, definitions_root
from web.database import connected, initialise, reading, writing
from web.store import store
from web.tables import db

GOOD, PROBLEMS, MISUSE = 0, 1, 2
SCENARIOS = definitions_root() / "workflows" / "scenarios" / "pontianak.yaml"


@pytest.fixture(autouse=True)
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An instance folder of its own, and nothing of the caller's environment."""
    for name in list(os.environ):
        if name.startswith("BORANG_") or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("BORANG_INSTANCE", str(tmp_path / "instance"))
    yield tmp_path / "instance"


def borang(*words: str | Path) -> Result:
    result = CliRunner().invoke(cli, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def definitions_in(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        file = folder / "forms" / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return folder


BROKEN = "form: contoh\ntitle: Contoh\nfields:\n  nama:\n    type: text\n    titel: Nama\n"

# --- check ------------------------------------------------------------------------------------------------------------


def test_the_projects_own_definitions_have_no_problem() -> None:
    result = borang("check")
    assert (result.exit_code, result.stdout) == (GOOD, "")


def test_a_problem_is_one_line_with_its_place_and_what_to_do(tmp_path: Path) -> None:
    result = borang("check", definitions_in(tmp_path, contoh=BROKEN))
    line = next(line for line in result.stdout.splitlines() if ":6:5" in line)
    assert result.exit_code == PROBLEMS
    assert line.startswith("forms/contoh.yaml:6:5  ")
    assert 'Maksud Anda "title"?' in line


def test_problems_are_told_in_english_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = definitions_in(tmp_path, contoh=BROKEN)
    assert 'Did you mean "title"?' in borang("--language", "en", "check", folder).stdout
    monkeypatch.setenv("BORANG_LANGUAGE", "en")
    assert 'Did you mean "title"?' in borang("check", folder).stdout


def test_problems_as_json_say_the_same(tmp_path: Path) -> None:
    result = borang("check", definitions_in(tmp_path, contoh=BROKEN), "--json")
    first = next(problem for problem in json.loads(result.stdout) if problem["line"] == 6)
    assert result.exit_code == PROBLEMS
    assert (first["file"], first["line"], first["column"], first["warning"]) == ("forms/contoh.yaml", 6, 5, False)
    assert first["text"]
    assert json.loads(borang("check", "--json").stdout) == []


TRAP = """\
workflow: contoh
title: Contoh
start: isi
roles:
  pegawai: {title: Pegawai, is: subject}
stages:
  isi: {title: Isi, actor: pegawai, actions: {kirim: {title: Kirim, to: buntu}}}
  buntu: {title: Buntu, actor: pegawai, actions: {lanjut: {title: Lanjut, show_if: isi = null, to: selesai}}}
  selesai: {title: Selesai, final: true}
"""


def test_a_counter_example_is_told_and_is_data_too(tmp_path: Path) -> None:
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows" / "contoh.yaml").write_text(TRAP)
    assert 'Jika Rahmadi memilih "Kirim", berkas berhenti di "Buntu"' in borang("check", tmp_path).stdout
    (problem,) = json.loads(borang("check", tmp_path, "--json").stdout)
    assert [(step["role"], step["action"], step["to"]) for step in problem["story"]] == [("pegawai", "kirim", "Buntu")]


def test_a_single_file_can_be_checked_and_one_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    definitions_in(tmp_path, contoh=BROKEN)
    assert borang("check", tmp_path / "forms" / "contoh.yaml").exit_code == PROBLEMS
    missing = borang("check", tmp_path / "tidak-ada.yaml")
    assert missing.exit_code == PROBLEMS
    assert f"{tmp_path / 'tidak-ada.yaml'}:1:1  " in missing.stdout


NONSENSE = [
    b"",
    b"\xff\xfe\x00",
    b"\0",
    b"[" * 50_000,
    b"&a [*a, *a]",
    b"- - -",
    b"{",
    b'"',
    b"a: 2026-02-30",
    b"%YAML 9.9\n---\n",
]


@pytest.mark.parametrize("content", NONSENSE)
def test_nonsense_is_told_not_traced(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "apa-saja.yaml"
    file.write_bytes(content)
    assert borang("check", file).exit_code == PROBLEMS
    assert borang("test", "--scenarios", file).exit_code in (PROBLEMS, MISUSE)
    assert borang("eval", "1", "--data", file).exit_code == MISUSE


# --- test -------------------------------------------------------------------------------------------------------------


def test_the_regions_pass_their_scenarios() -> None:
    result = borang("test")
    assert result.exit_code == GOOD
    assert result.stdout.splitlines()[-1].endswith(" passed, 0 failed")


def test_one_scenario_or_region_can_be_named() -> None:
    assert borang("test", "PTK-1").stdout == "1 passed, 0 failed\n"
    assert borang("test", "tidak_ada").exit_code == MISUSE
    assert json.loads(borang("test", REGION, "--json").stdout)["failed"] == 0


def test_a_difference_is_told_with_what_was_expected(tmp_path: Path) -> None:
    file = tmp_path / "lain.yaml"
    text = SCENARIOS.read_text(encoding="utf-8")
    head, _, rest = text.partition("  - id: PTK-4")
    file.write_text(head.replace("predikat: BAIK", "predikat: KURANG"), encoding="utf-8")
    assert rest
    result = borang("test", "--scenarios", file)
    assert result.exit_code == PROBLEMS
    assert "PTK-1: predikat: BAIK, seharusnya KURANG" in result.stdout
    assert result.stdout.splitlines()[-1] == "0 passed, 1 failed"


@pytest.mark.parametrize(
    "content",
    [
        "[]", "1", '"x"', "{}", '{"scenarios": 1}', '{"scenarios": [1]}', '{"scenarios": [{}]}', "[" * 100_000,
        '{"scenarios": [{"id": "X", "workflow": "pontianak_kinerja_semesteran_360", "steps": [{}], "expected": {}}]}',
        '{"scenarios": [{"id": "X", "workflow": "pontianak_kinerja_semesteran_360", "steps": 3, "expected": 4}]}',
        '{"scenarios": [{"id": "X", "workflow": "pontianak_kinerja_semesteran_360", "employee": 3, "steps": []}]}',
    ],
)  # fmt: skip
def test_a_scenario_file_that_makes_no_sense_is_told_not_traced(tmp_path: Path, content: str) -> None:
    file = tmp_path / "skenario.json"
    file.write_text(content)
    assert borang("test", "--scenarios", file).exit_code in (PROBLEMS, MISUSE)


# --- eval and graph ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "json_text"),
    [
        ("0.1 + 0.2", "0.3"),
        ("1.10", "1.10"),
        ('[1, "a", true, null]', '[1, "a", true, null]'),
        ("{nilai: 92.36, \"nama\": \"Sari\"}", '{"nilai": 92.36, "nama": "Sari"}'),
        ('date("2026-07-14")', '"2026-07-14"'),
        ('duration("P14D")', '"P14D"'),
        ('"é\\n\\"x\\""', '"é\\n\\"x\\""'),
    ],
)  # fmt: skip
def test_an_expression_becomes_json_with_every_digit(expression: str, json_text: str) -> None:
    result = borang("eval", expression)
    assert (result.exit_code, result.stdout) == (GOOD, json_text + "\n")
    json.loads(result.stdout)


def test_an_expression_reads_the_names_of_a_data_file(tmp_path: Path) -> None:
    data = tmp_path / "data.json"
    data.write_text('{"target": [{"bobot": 40.5}, {"bobot": 59.5}]}')
    assert borang("eval", "sum(target.bobot)", "--data", data).stdout == "100.0\n"


def test_an_explanation_shows_every_step() -> None:
    explained = json.loads(borang("eval", "1 + 2 * 3", "--explain").stdout)
    assert (explained["source"], explained["value"]) == ("1 + 2 * 3", 7)
    assert [step["source"] for step in explained["steps"]] == ["1", "2 * 3"]


@pytest.mark.parametrize("expression", ["", "1 +", '"', "(" * 5000, "é§", "import os"])
def test_an_expression_that_cannot_be_read_is_told_with_its_place(expression: str) -> None:
    result = borang("eval", expression)
    assert result.exit_code == PROBLEMS
    assert result.stderr.split()[0].isdigit()


def test_a_graph_has_every_stage_and_a_region_that_is_not_there_is_told() -> None:
    lines = borang("graph", REGION, "--format", "mermaid").stdout.splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert "  [*] --> rencana_kerja_tahunan" in lines
    assert "  selesai --> [*]" in lines
    assert (
        '  state "Annual work plan" as rencana_kerja_tahunan'
        in borang("--language", "en", "graph", REGION).stdout.splitlines()
    )
    missing = borang("graph", "atlantis")
    assert missing.exit_code == MISUSE
    assert REGION in missing.stderr


# --- the service ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    ["serve", "worker", "jobs list", "jobs retry 5", "audit verify", "audit anchor", "backup c.borang", "webhook list",
     "people password 198704122011011903"],
)  # fmt: skip
def test_a_command_that_needs_the_database_says_how_to_make_one(words: str) -> None:
    result = borang(*words.split())
    assert result.exit_code == MISUSE
    assert "borang init" in result.stderr


def test_a_port_that_is_in_use_is_told_with_what_to_do() -> None:
    borang("init")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        serving = [sys.executable, "-m", "web.cli", "serve", "--port", str(port)]
        result = subprocess.run(serving, capture_output=True, text=True, timeout=60)
    assert result.returncode == MISUSE
    assert f"Porta {port} sedang dipakai" in result.stderr and "--port" in result.stderr


def test_a_database_is_made_once_and_kept(instance: Path) -> None:
    assert borang("init").exit_code == GOOD
    before = (instance / "borang.sqlite").stat().st_ino
    assert borang("init").exit_code == GOOD
    assert (instance / "borang.sqlite").stat().st_ino == before


def test_the_migrations_make_exactly_the_tables_of_the_service(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []


def test_the_command_is_installed_and_a_weak_key_stops_it_without_a_trace(instance: Path) -> None:
    environ = {**os.environ, "BORANG_SECRET_KEY": "changeme"}
    done = subprocess.run(
        [Path(sys.executable).with_name("borang"), "init"], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == MISUSE
    assert "BORANG_SECRET_KEY" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [["init"], ["serve"], ["worker", "--once"], ["audit", "verify"]])
def test_a_database_that_does_not_answer_is_told_without_a_trace(instance: Path, words: list[str]) -> None:
    environ = {**os.environ, "DATABASE_URL": "postgresql://borang@127.0.0.1:1/borang", "BORANG_INSTANCE": str(instance)}
    command = [Path(sys.executable).with_name("borang"), *words]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == MISUSE
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "address", ["", "foo", "mysql://akun@host/nama", "sqlite://", "postgresql://akun:geheim@host:porta/nama"]
)
@pytest.mark.parametrize("words", [["init"], ["doctor"]])
def test_an_address_that_leads_to_no_database_is_told_without_its_password(
    instance: Path, words: list[str], address: str
) -> None:
    environ = {**os.environ, "DATABASE_URL": address, "BORANG_INSTANCE": str(instance)}
    command = [Path(sys.executable).with_name("borang"), *words]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert "Traceback" not in said and "geheim" not in said
    assert ("DATABASE_URL: tulis postgresql://" in said) == bool(address), "an empty one means SQLite"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["cycle", "open", "pontianak", "--title", "1", "--start", "01/02/2026"], "Tulis tanggal seperti 2026-01-31"),
        (["cycle", "open", "pontianak", "--title", "1", "--start", "2028-02-29"], "--end"),
        (["cycle", "open", "pontianak", "--title", "1", "--start", "9999-02-01"], "--end"),
        (["cycle", "migrate", "apa"], "Belum ada siklus."),
        (["backup", "tidak-ada/cadangan"], "tidak ada, atau foldernya tidak ada."),
    ],
)
def test_what_is_wrong_is_told_with_its_remedy(words: list[str], told: str) -> None:
    borang("init")
    result = borang(*words)
    assert result.exit_code == MISUSE
    assert told in result.output


@pytest.mark.parametrize(
    "words", [["apa"], ["check", "--apa"], ["eval"], ["graph"], ["people", "import"], ["serve", "--port", "0"]]
)
def test_a_command_called_wrongly_ends_with_two(words: list[str]) -> None:
    assert borang(*words).exit_code == MISUSE


def test_help_speaks_the_language_that_was_asked_for() -> None:
    command = Path(sys.executable).with_name("borang")
    environ = {name: value for name, value in os.environ.items() if name != "BORANG_LANGUAGE"}
    for words, expected in ((["--help"], "Jalankan layanan."), (["--language", "en", "--help"], "Run the service.")):
        done = subprocess.run([command, *words], env=environ, capture_output=True, text=True, check=True)
        assert expected in done.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["serve", "--apa"], "Kesalahan: Tidak ada opsi '--apa'."),
        (["--language", "en", "serve", "--apa"], "Error: No such option '--apa'."),
        (["people", "import", "tidak-ada.csv"], "Berkas 'tidak-ada.csv' tidak ada."),
    ],
)
def test_a_mistake_on_the_command_line_is_told_in_the_language_of_the_call(words: list[str], told: str) -> None:
    environ = {name: value for name, value in os.environ.items() if name not in ("BORANG_LANGUAGE", "LANGUAGE")}
    command = Path(sys.executable).with_name("borang")
    done = subprocess.run([command, *words], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == MISUSE
    assert told in done.stderr


# --- people -----------------------------------------------------------------------------------------------------------

PEOPLE = "nip,nama,unit_kode,unit\n199203042016011901,Tirto Kusumayuda,U-1,Dinas Contoh\n"


def test_people_are_imported_and_their_first_passwords_stand_in_a_file_of_ones_own(tmp_path: Path) -> None:
    file, secrets = tmp_path / "pegawai.csv", tmp_path / "sandi.csv"
    file.write_text(PEOPLE)
    borang("init")
    words = ["people", "import", file, "--region", REGION, "--title", "Kota Pontianak", "--passwords", secrets]
    result = borang(*words)
    assert (result.exit_code, result.stdout) == (GOOD, "1 orang baru, 0 diperbarui\n")
    assert secrets.read_text().splitlines()[1].startswith("199203042016011901,")
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert borang(*words).exit_code == MISUSE
    assert borang(*words[:-2]).stdout == "0 orang baru, 1 diperbarui\n"


def test_what_is_wrong_with_a_list_is_told_by_line(tmp_path: Path) -> None:
    file = tmp_path / "pegawai.csv"
    file.write_text(PEOPLE.replace("199203042016011901", "19920304201601190"))
    borang("init")
    result = borang("people", "import", file, "--region", REGION)
    assert result.exit_code == PROBLEMS
    assert result.stdout.startswith(f"{file}:2  nip_18_digit  Tulis NIP dengan 18 angka")


def test_a_new_password_is_shown_once(tmp_path: Path) -> None:
    file = tmp_path / "pegawai.csv"
    file.write_text(PEOPLE)
    borang("init")
    borang("people", "import", file, "--region", REGION)
    result = borang("people", "password", "19920304 201601 1 901")
    assert result.exit_code == GOOD
    assert result.stdout.startswith("Tirto Kusumayuda  ")
    assert borang("people", "password", "1").exit_code == MISUSE


# --- cycles -----------------------------------------------------------------------------------------------------------

STAFF = """nip,nama,unit_kode,unit,jenis_jabatan,atasan_nip
197505142000032905,Tirto Kusumayuda,U-1,Dinas Contoh,administrator,
199203042016012901,Ratri Kusumawardani,U-1,Dinas Contoh,pelaksana,197505142000032905
"""


def test_a_cycle_is_opened_once_for_everybody_who_has_a_superior(tmp_path: Path) -> None:
    file = tmp_path / "pegawai.csv"
    file.write_text(STAFF)
    borang("init")
    words = ["cycle", "open", REGION, "--title", "2026", "--start", "2026-01-01"]
    assert borang(*words).exit_code == MISUSE, "nobody is registered yet"
    imported = borang("people", "import", file, "--region", REGION, "--title", "Kota Pontianak")
    assert imported.exit_code == GOOD, imported.output
    result = borang(*words)
    assert (result.exit_code, result.stdout) == (GOOD, "1 berkas dibuka\n")
    again = borang(*words)
    assert again.exit_code == MISUSE
    assert "sudah dibuka" in again.output
    assert borang(*words[:3], "--title", "2027", "--start", "2027-01-01", "--end", "2026-01-01").exit_code == MISUSE


def test_whom_no_case_can_be_opened_for_is_told_by_nip(instance: Path, tmp_path: Path) -> None:
    file = tmp_path / "pegawai.csv"
    file.write_text(STAFF)
    borang("init")
    borang("people", "import", file, "--region", REGION, "--title", "Kota Pontianak")
    with closing(sqlite3.connect(next(instance.glob("*.sqlite")))) as rows, rows:
        rows.execute("update person set profile = replace(profile, '199203042016012901', '199213042016012901')")
    words = ["cycle", "open", REGION, "--title", "2026", "--start", "2026-01-01"]
    result = borang(*words)
    assert (result.exit_code, result.stdout) == (PROBLEMS, "0 berkas dibuka\n")
    assert "199203042016012901  Periksa angka 1 sampai 8: 19921304 bukan tanggal lahir." in result.stderr
    assert borang(*words[:-1], "2026-02-01").exit_code == MISUSE, "a cycle keeps the days it was begun with"
    borang("people", "import", file, "--region", REGION)
    assert borang(*words).stdout == "1 berkas dibuka\n"


# --- the demo ---------------------------------------------------------------------------------------------------------


def test_a_demo_of_an_older_draft_of_the_tables_begins_anew(instance: Path) -> None:
    settings = Settings.from_environment({"BORANG_INSTANCE": str(instance)}, demo=True)
    older = create_app(settings)
    with connected(older):
        initialise()
        with writing() as rows:
            rows.execute(text("alter table person drop column wants_mail"))
    app = demo.prepare(settings, None, lambda text: None)
    assert app.test_client().get("/masuk").status_code == 200


def test_the_demo_has_people_at_different_stages_and_stays_as_it_was_left(instance: Path) -> None:
    environ = {"BORANG_INSTANCE": str(instance)}
    settings = Settings.from_environment(environ, demo=True)
    app = demo.prepare(settings, None, lambda text: None)
    client = app.test_client()
    page = client.get("/masuk").text
    assert "Contoh" in page
    assert "12 Januari 2026" in page
    regions = app.extensions["regions"]
    assert len(regions) == 4
    for one in regions:
        for account in one.accounts(settings):
            assert account.name in page
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    for code in app.extensions["example_codes"]:
        assert code.code in client.get("/masyarakat").text
        page = client.post("/masyarakat", data={"csrf_token": token, "kode": code.code}, follow_redirects=True).text
        assert code.name in page
    assert client.post("/demo/tanggal", data={"csrf_token": token, "tanggal": "2026-07-01"}).status_code == 303
    with app.app_context():
        overdue = text("select id from appraisal where due_on < :today and not closed")
        late = reading().execute(overdue, {"today": "2026-07-01"}).scalars().all()
        held = [store().held_by_public(reading(), case_id) for case_id in late]
        assert late
        assert not [
            one.case.id for one in held if overtaken(one.process, one.case, datetime(2026, 7, 1, 9, tzinfo=UTC))
        ]
    assert client.post("/demo/tanggal", data={"csrf_token": token, "tanggal": "besok"}).status_code == 422
    sari = next(a for a in regions[0].accounts(settings) if a.what["id"] == "atasan langsung")
    assert (
        client.post("/masuk", data={"csrf_token": token, "nip": sari.nip, "kata_sandi": sari.password}).status_code
        == 303
    )
    assert client.get("/tugas").status_code == 200

    again = demo.prepare(Settings.from_environment(environ, demo=True), None, lambda text: None)
    assert "1 Juli 2026" in again.test_client().get("/masuk").text
    demo.forget(settings)
    assert not list(settings.instance.glob("borang.sqlite*"))
