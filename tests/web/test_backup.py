"""`borang backup` and `borang restore`: the same content again, from either database to either; or nothing at all."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import make_url, text

from tests.cast import Cast, app_with, close, open_case, settings_in
from tests.conftest import on_sqlite
from tests.postgres import Server
from tests.web.walk import Walk
from tests.web.walked import PROCESSES, SCENARIOS
from web import archive, backup, database
from web.anchors import fix
from web.archive import DAMAGED, FOREIGN, NEWER, Unreadable
from web.backup import back_up
from web.clock import wall
from web.config import Settings
from web.database import snapshot, writing
from web.definitions import Definitions
from web.integrity import examined

GOOD, PROBLEMS, MISUSE = 0, 1, 2
#: A scenario with an attachment, played up to the stage at which it goes on after the restore.
STORY, STAGE = "PTK-1", "penilaian_kompetensi_360"
PDF = b"%PDF-1.4\nlampiran\n"


@pytest.fixture
def walk(app: Flask) -> Walk:
    """A case in the middle of its course."""
    walk = Walk(app, PROCESSES[SCENARIOS[STORY].workflow], SCENARIOS[STORY])
    walk.until(STAGE)
    return walk


@pytest.fixture
def case(app: Flask, cast: Cast) -> str:
    """A case that was just opened, with an attachment and an anchor."""
    case = open_case(app, cast.rahmadi)
    folder = Path(app.instance_path) / "attachments"
    folder.mkdir(exist_ok=True)
    (folder / "berkas1").write_bytes(PDF)
    with app.app_context(), writing() as rows:
        rows.execute(
            text("insert into attachment (id, case_id, duty, field, name, kind, size, sha256)"
                 " values ('berkas1', :c, 'x', 'y', 'bukti.pdf', 'application/pdf', :n, :h)"),
            {"c": case, "n": len(PDF), "h": sha256(PDF).hexdigest()},
        )  # fmt: skip
        fix(rows, app.extensions["settings"].derived("audit"), wall())
    return case


@pytest.fixture
def borang(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command, with these settings or others."""

    def run(*words: str | Path, at: Settings = settings, typed: str = "") -> Result:
        monkeypatch.setenv("BORANG_INSTANCE", str(at.instance))
        monkeypatch.setenv("DATABASE_URL", at.database_url)
        monkeypatch.setenv("BORANG_SECRET_KEY", at.secret_key)
        result = CliRunner().invoke(cli_of(), [str(word) for word in words], input=typed)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def cli_of() -> Any:
    from web.cli import cli

    return cli


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, postgres: Server) -> Iterator[Settings]:
    """Settings of a new installation without a database, on either."""
    if request.param == "sqlite":
        yield settings_in(tmp_path / "baru")
        return
    name = postgres.create()
    yield settings_in(tmp_path / "baru", database_url=postgres.url(name))
    postgres.drop(name)


@pytest.fixture
def file(app: Flask, case: str, tmp_path: Path) -> Path:
    """A backup of a service with a case."""
    return backed_up(app, tmp_path / "cadangan")


def backed_up(app: Flask, file: Path, *, secret: bool = False) -> Path:
    with app.app_context():
        back_up(app.extensions["settings"], file, secret=secret, begun=lambda length: lambda done: None)
    return file


def content(settings: Settings, definitions: Definitions) -> dict[str, Any]:
    """Every row of every table, as a backup writes them."""
    app = app_with(settings, definitions)
    try:
        with app.app_context(), snapshot() as rows:
            return {
                table.name: sorted(b"".join(backup._lines(rows, table, lambda done: None)).splitlines())
                for table in backup.kept_tables()
            }
    finally:
        close(app)


def untouched(settings: Settings) -> bool:
    """Whether nothing was restored: no database, or none with tables, and no attachment."""
    url = make_url(settings.database_url)
    files = list(settings.instance.glob("attachments/*")) + list(settings.instance.glob(".*"))
    if url.get_backend_name() == "sqlite":
        return not files and not Path(str(url.database)).exists()
    import psycopg

    with psycopg.connect(host=url.host, port=url.port, user=url.username, dbname=url.database) as known:
        found = known.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
    return not files and found == (0,)


# --- there and back ---------------------------------------------------------------------------------------------------


def test_what_is_restored_is_what_was_there_and_goes_on(
    file: Path, walk: Walk, borang: Callable[..., Result], settings: Settings, empty: Settings, definitions: Definitions
) -> None:
    file = backed_up(walk.app, file.with_name("nanti"))
    done = borang("restore", file, at=empty)
    assert done.exit_code == GOOD, done.output
    before = content(settings, definitions)
    assert len(before["journal"]) > 8
    assert content(empty, definitions) == before
    assert (empty.instance / "attachments" / "berkas1").read_bytes() == PDF
    walk.app = restored = app_with(empty, definitions)
    restored.extensions["clock"] = walk
    walk.clients.clear()
    try:
        for number, step in enumerate(SCENARIOS[STORY].steps):
            if step["stage"] == STAGE or walk.case.stage == step["stage"]:
                walk._step(f"langkah {number}", step)
        assert walk.differences == []
        assert walk.process.stages[walk.case.stage].final
        assert walk.folded() == walk.case
        with restored.app_context(), snapshot() as rows:
            assert examined(rows, empty.derived("audit")).faults == []
    finally:
        close(restored)


@on_sqlite
def test_a_backup_of_what_was_restored_is_the_same(
    file: Path, borang: Callable[..., Result], empty: Settings, tmp_path: Path
) -> None:
    assert borang("restore", file, at=empty).exit_code == GOOD
    again = tmp_path / "lagi"
    assert borang("backup", again, at=empty).exit_code == GOOD
    with zipfile.ZipFile(file) as one, zipfile.ZipFile(again) as other:
        assert one.namelist() == other.namelist()
        for name in set(one.namelist()) - {archive.MANIFEST}:
            assert sorted(one.read(name).splitlines()) == sorted(other.read(name).splitlines()), name


@on_sqlite
def test_the_command_says_plainly_that_the_key_is_not_in_it(
    case: str, borang: Callable[..., Result], settings: Settings, tmp_path: Path
) -> None:
    told = borang("backup", tmp_path / "satu")
    assert "Kunci rahasia tidak ada di dalamnya" in told.stdout
    whole = borang("backup", tmp_path / "dua", "--with-secret")
    assert "Kunci rahasia ada di dalamnya" in whole.stdout
    with zipfile.ZipFile(tmp_path / "satu") as without, zipfile.ZipFile(tmp_path / "dua") as with_it:
        assert settings.secret_key.encode() not in b"".join(map(without.read, without.namelist()))
        assert with_it.read("secret_key") == settings.secret_key.encode()
    assert (tmp_path / "satu").stat().st_mode & 0o777 == 0o600


@on_sqlite
def test_nobody_is_signed_in_after_a_restore(file: Path) -> None:
    with zipfile.ZipFile(file) as packed:
        assert not {"tables/sign_in.jsonl", "tables/throttle.jsonl"} & set(packed.namelist())


@on_sqlite
def test_a_backup_never_takes_the_place_of_a_file(case: str, borang: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "cadangan").write_text("penting")
    refused = borang("backup", tmp_path / "cadangan")
    assert (refused.exit_code, (tmp_path / "cadangan").read_text()) == (MISUSE, "penting")
    assert borang("backup", tmp_path / "tidak" / "ada").exit_code == MISUSE


@on_sqlite
@pytest.mark.parametrize("change", [lambda file: file.unlink(), lambda file: file.write_bytes(b"lain")])
def test_an_attachment_that_is_missing_or_damaged_is_named(
    case: str, borang: Callable[..., Result], settings: Settings, empty: Settings, tmp_path: Path, change: Any
) -> None:
    change(settings.instance / "attachments" / "berkas1")
    made = borang("backup", tmp_path / "cadangan")
    assert made.exit_code == PROBLEMS
    assert "lampiran berkas1" in made.stderr
    done = borang("restore", tmp_path / "cadangan", at=empty)
    assert done.exit_code == PROBLEMS
    assert "lampiran berkas1" in done.stderr


# --- refused ----------------------------------------------------------------------------------------------------------


def reason(file: Path) -> str:
    """Why the file is not believed; empty if it is."""
    try:
        with archive.opened(file):
            return ""
    except Unreadable as error:
        return error.reason


@on_sqlite
def test_a_backup_with_any_byte_changed_is_refused(file: Path, tmp_path: Path) -> None:
    whole, chance = file.read_bytes(), random.Random(7)
    assert reason(file) == ""
    spoilt = tmp_path / "rusak"
    places = [*range(4), *range(len(whole) - 120, len(whole)), *(chance.randrange(len(whole)) for _ in range(400))]
    believed = []
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << chance.randrange(8)
        spoilt.write_bytes(flipped)
        if not reason(spoilt):
            believed.append(place)
    assert believed == []


@on_sqlite
def test_a_backup_cut_off_anywhere_is_refused(file: Path, tmp_path: Path) -> None:
    whole, chance = file.read_bytes(), random.Random(8)
    spoilt = tmp_path / "potong"
    lengths = [0, 1, 4, 100, *range(len(whole) - 120, len(whole)), *(chance.randrange(len(whole)) for _ in range(200))]
    assert [length for length in lengths if not _cut(spoilt, whole, length)] == []


def _cut(spoilt: Path, whole: bytes, length: int) -> str:
    spoilt.write_bytes(whole[:length])
    return reason(spoilt)


def rewritten(file: Path, to: Path, **changes: Any) -> Path:
    """The backup with another manifest, sealed as the service seals it, so that only the manifest speaks against it."""
    with zipfile.ZipFile(file) as packed:
        manifest = json.loads(packed.read(archive.MANIFEST)) | changes
        parts = {name: packed.read(name) for name in packed.namelist() if name != archive.MANIFEST}
    kept = archive.FORMAT
    archive.FORMAT = manifest.pop("format")
    try:
        with archive.written(to, lambda: manifest) as writer:
            for name, content in parts.items():
                writer.write(name, [content])
    finally:
        archive.FORMAT = kept
    return to


@on_sqlite
def test_damaged_cut_newer_and_foreign_files_are_refused_and_nothing_is_there_after(
    file: Path, borang: Callable[..., Result], empty: Settings, tmp_path: Path
) -> None:
    whole = file.read_bytes()
    middle = bytearray(whole)
    middle[len(whole) // 2] ^= 1
    wrong = {
        "rusak": ("rusak atau terpotong", bytes(middle)),
        "potong": ("rusak atau terpotong", whole[: len(whole) // 2]),
        "lain": ("bukan cadangan", b"SQLite format 3\0" * 100),
        "kosong": ("bukan cadangan", b""),
    }
    for name, (_told, data) in wrong.items():
        (tmp_path / name).write_bytes(data)
    rewritten(file, tmp_path / "baru.format", format=archive.FORMAT + 1)
    rewritten(file, tmp_path / "baru.tabel", revision="9999")
    tables = json.loads(zipfile.ZipFile(file).read(archive.MANIFEST))["tables"]
    fewer = [{**table, "rows": table["rows"] + (table["name"] == "journal")} for table in tables]
    rewritten(file, tmp_path / "kurang", tables=fewer)
    told = {name: told for name, (told, _data) in wrong.items()}
    told |= {"baru.format": "lebih baru", "baru.tabel": "9999", "kurang": "journal"}
    for name, words in told.items():
        refused = borang("restore", tmp_path / name, at=empty)
        assert (refused.exit_code, words in refused.stderr) == (PROBLEMS, True), (name, refused.output)
        assert untouched(empty), name
    assert _serve(empty) == MISUSE


def _serve(settings: Settings) -> int:
    """How `borang serve` ends where nothing was restored."""
    known = {"BORANG_INSTANCE": str(settings.instance), "DATABASE_URL": settings.database_url}
    words = [sys.executable, "-m", "web.cli", "serve", "--port", "65530"]
    done = subprocess.run(words, env={**os.environ, **known}, capture_output=True, timeout=60)
    return done.returncode


@on_sqlite
def test_each_kind_of_refusal_has_its_reason(file: Path, tmp_path: Path) -> None:
    (tmp_path / "lain").write_bytes(b"PK\x05\x06" + b"\0" * 18)
    assert reason(tmp_path / "lain") == FOREIGN
    with zipfile.ZipFile(tmp_path / "zip", "w") as packed:
        packed.writestr("isi", "lain")
    assert reason(tmp_path / "zip") in (FOREIGN, DAMAGED)
    assert reason(rewritten(file, tmp_path / "baru", format=2)) == NEWER


@on_sqlite
def test_another_key_is_refused_and_the_right_one_in_the_file_is_taken(
    app: Flask, file: Path, borang: Callable[..., Result], empty: Settings, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    other = replace(empty, secret_key="kunci lain untuk pengujian saja 9876543210")
    refused = borang("restore", file, at=other)
    assert (refused.exit_code, "kunci rahasia lain" in refused.stderr) == (PROBLEMS, True)
    assert untouched(empty)
    whole = backed_up(app, tmp_path / "lengkap", secret=True)
    assert borang("restore", whole, at=other).exit_code == PROBLEMS  # The environment would say the other key again.
    monkeypatch.setenv("BORANG_INSTANCE", str(empty.instance))
    monkeypatch.setenv("DATABASE_URL", empty.database_url)
    monkeypatch.delenv("BORANG_SECRET_KEY")
    done = CliRunner().invoke(cli_of(), ["restore", str(whole)])
    assert done.exit_code == GOOD, done.output
    assert (empty.instance / "secret_key").read_text() == empty.secret_key


@on_sqlite
def test_what_is_there_is_only_replaced_when_somebody_types_its_name(
    file: Path, borang: Callable[..., Result], empty: Settings, definitions: Definitions
) -> None:
    assert borang("restore", file, at=empty).exit_code == GOOD
    name = Path(str(make_url(empty.database_url).database)).name
    app = app_with(empty, definitions)
    with app.app_context(), writing() as rows:
        rows.execute(text("update region set title = 'Sesudah cadangan'"))
    close(app)
    changed = content(empty, definitions)
    assert borang("restore", file, at=empty).exit_code == PROBLEMS
    assert borang("restore", file, "--replace", at=empty, typed="ya\n").exit_code == MISUSE
    assert content(empty, definitions) == changed
    done = borang("restore", file, "--replace", at=empty, typed=f"{name}\n")
    assert done.exit_code == GOOD, done.output
    assert content(empty, definitions) != changed
    if "sqlite" in empty.database_url:
        kept = next(empty.instance.glob("borang.sqlite.2*"))
        assert content(replace(empty, database_url=f"sqlite:///{kept}"), definitions) == changed


@on_sqlite
def test_a_database_that_is_in_use_is_not_replaced(
    file: Path, borang: Callable[..., Result], settings: Settings, definitions: Definitions
) -> None:
    refused = borang("restore", file, "--replace", typed="borang.sqlite\n")  # The walk's own service has it open.
    assert (refused.exit_code, "sedang dipakai" in refused.stderr) == (PROBLEMS, True)


@on_sqlite
def test_a_damaged_database_can_be_replaced(file: Path, borang: Callable[..., Result], tmp_path: Path) -> None:
    broken = settings_in(tmp_path / "rusak")
    (broken.instance / "borang.sqlite").write_bytes(b"bukan basis data" * 1000)
    assert borang("restore", file, at=broken).exit_code == PROBLEMS
    done = borang("restore", file, "--replace", at=broken, typed="borang.sqlite\n")
    assert done.exit_code == GOOD, done.output


@on_sqlite
def test_a_failure_in_the_middle_leaves_nothing(
    file: Path, borang: Callable[..., Result], empty: Settings, definitions: Definitions
) -> None:
    """The attachments cannot be put in place: a file stands where their folder should."""
    (empty.instance / "attachments").write_text("")
    refused = borang("restore", file, at=empty)
    assert refused.exit_code == MISUSE
    (empty.instance / "attachments").unlink()
    assert untouched(empty)
    assert borang("restore", file, at=empty).exit_code == GOOD


@on_sqlite
def test_journals_that_were_forged_before_the_backup_are_named_and_restored_only_when_told(
    app: Flask, case: str, borang: Callable[..., Result], empty: Settings, tmp_path: Path
) -> None:
    with app.app_context(), writing() as rows:
        rows.execute(text("update journal set role = 'lain' where case_id = :c and seq = 2"), {"c": case})
    file = backed_up(app, tmp_path / "cadangan")
    refused = borang("restore", file, at=empty)
    assert (refused.exit_code, f"berkas {case}: baris 2 diubah" in refused.stderr) == (PROBLEMS, True)
    assert untouched(empty)
    assert borang("restore", file, "--despite-faults", at=empty).exit_code == GOOD


@on_sqlite
def test_a_check_alone_restores_nothing(file: Path, borang: Callable[..., Result], empty: Settings) -> None:
    told = borang("restore", file, "--check", at=empty)
    assert (told.exit_code, "1 berkas" in told.stdout, untouched(empty)) == (GOOD, True, True)


# --- an older service -------------------------------------------------------------------------------------------------

NEXT = '''
"""A column more."""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9001", {before!r}, None, None


def upgrade() -> None:
    op.add_column("region", sa.Column("motto", sa.String(40), nullable=True))
    op.execute("update region set motto = 'maju'")
'''


@on_sqlite
def test_a_backup_of_an_older_service_is_brought_up_to_date(
    file: Path, borang: Callable[..., Result], empty: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    definitions: Definitions,
) -> None:  # fmt: skip
    later = tmp_path / "migrations"
    shutil.copytree(database.MIGRATIONS, later)
    before = json.loads(zipfile.ZipFile(file).read(archive.MANIFEST))["revision"]
    (later / "versions" / "9001_later.py").write_text(NEXT.format(before=before))
    for module in ("web.database.MIGRATIONS", "web.restore.MIGRATIONS"):
        monkeypatch.setattr(module, later)
    done = borang("restore", file, at=empty)
    assert done.exit_code == GOOD, done.output
    app = app_with(empty, definitions)
    try:
        with app.app_context(), snapshot() as rows:
            assert set(rows.execute(text("select motto from region")).scalars()) == {"maju"}
            assert rows.execute(text("select version_num from alembic_version")).scalar_one() == "9001"
    finally:
        close(app)
