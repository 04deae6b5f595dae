"""``borang doctor``: each mistake that a newcomer makes is named, with what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import make_url, text

from tests.cast import SECRET, cast_of, close, open_case
from tests.conftest import on_sqlite
from tests.postgres import Server
from web import create_app, instants, traces
from web.cli import cli
from web.clock import wall
from web.config import Settings
from web.database import reading, writing
from web.doctor import Finding, _clocks, file_system_of, is_wrong, of_service, of_settings
from web.runtime import once
from web.statements import stamp

ROOT = Path(__file__).parents[2]
#: Few definitions, which are read at once.
FEW = Path(__file__).parent / "layanan"
NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)


def _wrong(found: list[Finding]) -> set[str]:
    assert all(one.remedy for one in found if one.level != "good"), "each says what to do"
    return {one.about for one in found if one.level == "wrong"}


def _about_service(settings: Settings, processes: int = 1) -> list[Finding]:
    app = create_app(settings)
    try:
        return list(of_service(app, processes))
    finally:
        close(app)


def test_a_good_deployment_is_found_good(settings: Settings) -> None:
    settings.instance.chmod(0o700)
    sound = replace(settings, hosts=("kinerja.example",), https=True, proxies=1)
    found = [*of_settings(sound), *_about_service(sound)]
    # The tests' own PostgreSQL forgoes safety for speed, and its account may do everything.
    allowed = {"database", "account"} if "postgresql" in settings.database_url else set()
    assert _wrong(found) <= allowed
    assert {one.about for one in found} >= {"database", "schema", "definitions", "secret", "jobs"}


# --- settings ---------------------------------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize(("changes", "about"), [
    ({"hosts": ("kinerja.example",)}, "https"),
    ({"hosts": ("kinerja.example",), "https": True}, "https"),
    ({"url": "https://lain.example"}, ""),
    ({"hosts": ("kinerja.example",), "https": True, "proxies": 1, "url": "https://lain.example"}, "hosts"),
    ({"mail": "smtp://127.0.0.1:9", "mail_from": "a@b.example", "url": "https://localhost"}, "mail"),
    ({"mail": "smtp://127.0.0.1:9"}, "mail"),
    ({"definitions": ROOT / "tests" / "tidak-ada"}, "definitions"),
])  # fmt: skip
def test_settings_that_do_not_fit_are_named(settings: Settings, changes: dict[str, Any], about: str) -> None:
    found = _wrong(list(of_settings(replace(settings, **{"definitions": FEW, **changes}))))
    assert found == ({about} if about else set())


@on_sqlite
def test_a_key_that_others_can_read_is_named(settings: Settings) -> None:
    file = settings.instance / "secret_key"
    file.write_text(SECRET)
    few = replace(settings, definitions=FEW)
    file.chmod(0o640)
    assert "secret" in _wrong(list(of_settings(few)))
    file.chmod(0o600)
    assert "secret" not in _wrong(list(of_settings(few)))


@pytest.mark.parametrize(("file", "kind"), [
    ("/srv/data/borang.sqlite", "nfs4"), ("/srv/lain.sqlite", "ext4"), ("/srv/data2/x", "ext4"),
])  # fmt: skip
def test_a_network_file_system_is_known(file: str, kind: str) -> None:
    mounts = "/dev/sda / ext4 rw 0 0\nserver:/x /srv/data nfs4 rw 0 0\n"
    assert file_system_of(Path(file), mounts) == kind


# --- the database -----------------------------------------------------------------------------------------------------


@on_sqlite
def test_a_database_that_is_not_there_is_named_and_not_made(settings: Settings) -> None:
    missing = settings.instance / "lain.sqlite"
    assert _wrong(_about_service(replace(settings, database_url=f"sqlite:///{missing}"))) == {"database"}
    assert not missing.exists()
    away = replace(settings, database_url="postgresql+psycopg://borang:rahasia@127.0.0.1:9/x")
    found = _about_service(away)
    assert _wrong(found) == {"database"}
    assert "rahasia" not in str(found)


def test_tables_of_another_version_are_named(settings: Settings) -> None:
    app = create_app(settings)
    with app.app_context(), writing() as rows:
        rows.execute(text("update alembic_version set version_num = 'lain'"))
    close(app)
    assert "schema" in _wrong(_about_service(settings))


@on_sqlite
def test_a_database_file_that_everybody_reads_is_named(settings: Settings) -> None:
    file = Path(make_url(settings.database_url).database or "")
    file.chmod(0o644)
    settings.instance.chmod(0o755)
    assert "database" in _wrong(_about_service(settings))
    settings.instance.chmod(0o700)
    assert "database" not in _wrong(_about_service(settings))


def test_a_postgresql_that_forgets_and_an_account_that_may_too_much_are_named(
    settings: Settings, server: Server | None
) -> None:
    if server is None:
        return
    found = _about_service(settings, processes=20)
    told = " ".join(one.text for one in found if one.level != "good")
    assert {"database", "account"} <= _wrong(found)
    for name in ("fsync", "full_page_writes", "synchronous_commit", "superuser", "640"):
        assert name in told
    database = make_url(settings.database_url).database or ""
    with server.connect(database) as connection:
        connection.execute("drop role if exists layanan")
        connection.execute("create role layanan login")
        connection.execute("grant select, insert, update, delete on all tables in schema public to layanan")
    plain = replace(settings, database_url=settings.database_url.replace("borang@", "layanan@"))
    assert "account" not in {one.about for one in _about_service(plain)}


def test_clocks_that_differ_are_named(settings: Settings, server: Server | None, monkeypatch: Any) -> None:
    if server is None:
        return
    from web import doctor

    app, real = create_app(settings), doctor.wall
    with app.app_context():
        assert not is_wrong(_clocks())
        monkeypatch.setattr(doctor, "wall", lambda: real() + doctor.APART * 5)
        assert is_wrong(_clocks())
    close(app)


def test_jobs_that_nobody_does_and_definitions_that_cannot_be_read_are_named(settings: Settings) -> None:
    app = create_app(settings)
    open_case(app, cast_of(app).rahmadi)
    with app.app_context(), writing() as rows:
        row = "insert into job (id, kind, dedup_key, payload, state, run_at, attempts) values "
        rows.execute(text(f"{row} ('1', 'x', '1', '{{}}', 'waiting', '2020-01-01T00:00:00.000000+00:00', 0)"))
        rows.execute(text(f"{row} ('2', 'x', '2', '{{}}', 'parked', '2020-01-01T00:00:00.000000+00:00', 9)"))
        rows.execute(text("insert into definition (hash, workflow, files) values ('x', 'lama', '{}')"))
    close(app)
    found = _about_service(settings)
    assert {"jobs", "definitions"} <= _wrong(found)
    assert {"jobs", "audit"} <= {one.about for one in found if one.level == "warning"}


_LATE = text("""
insert into job (id, kind, dedup_key, payload, state, run_at, attempts)
values ('1', 'x', '1', '{}', 'waiting', '2020-01-01T00:00:00.000000+00:00', 0)
""")
_SEEN = text("update last_seen set at = :at where name = :name")


def test_who_works_is_seen_and_who_has_not_been_for_minutes_is_missed(settings: Settings) -> None:
    close(app := create_app(settings))
    assert "belum pernah" in _told(settings, "worker"), "that nobody works where nothing waits is no fault"
    once(app)
    with app.app_context(), writing() as rows:
        rows.execute(_LATE)
    assert [one.level for one in _about_service(settings) if one.about == "jobs"] == ["warning"]
    _was_seen(app, traces.WORKER, timedelta(minutes=6))
    assert _wrong(_about_service(settings)) >= {"jobs"}
    assert "tidak ada yang mengerjakan. Pekerja terakhir terlihat: 20" in _told(settings, "jobs")
    close(app)


def test_a_backup_that_is_a_week_old_or_was_never_made_is_missed(settings: Settings, tmp_path: Path) -> None:
    app = create_app(settings)
    assert not [one for one in _about_service(settings) if one.about == "backup"], "there is nothing to lose yet"
    open_case(app, cast_of(app).rahmadi)
    assert "belum pernah" in _told(settings, "backup")
    environ = {"BORANG_INSTANCE": str(settings.instance), "DATABASE_URL": settings.database_url}
    environ |= {"BORANG_SECRET_KEY": SECRET, "BORANG_DEFINITIONS": str(settings.definitions)}
    done = CliRunner().invoke(cli, ["backup", str(tmp_path / "cadangan.zip")], env=environ)
    assert done.exit_code == 0, done.output
    level = {days: _level_after(app, settings, days) for days in (6, 8)}
    assert level == {6: "good", 8: "warning"}
    close(app)


def _level_after(app: Flask, settings: Settings, days: int) -> str:
    _was_seen(app, traces.BACKUP, timedelta(days=days))
    return next(one.level for one in _about_service(settings) if one.about == "backup")


def _was_seen(app: Flask, name: str, ago: timedelta) -> None:
    with app.app_context(), writing() as rows:
        rows.execute(_SEEN, {"at": stamp(wall() - ago), "name": name})


def _told(settings: Settings, about: str) -> str:
    return next(one.text for one in _about_service(settings) if one.about == about)


def test_what_was_seen_is_never_seen_earlier(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(settings)
    with app.app_context():
        for minutes in (0, 5, 3):
            monkeypatch.setattr(instants, "wall", lambda rows, m=minutes: NOON + timedelta(minutes=m))
            with writing() as rows:
                traces.leave(rows, traces.WORKER)
        assert traces.last(reading(), traces.WORKER) == NOON + timedelta(minutes=5)
    close(app)


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("environ", "said"), [
    ({"BORANG_SECRET_KEY": "pendek"}, "BORANG_SECRET_KEY"),
    ({"BORANG_PROXIES": "satu"}, "BORANG_PROXIES"),
    ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL"),
    ({}, "borang init"),
])  # fmt: skip
def test_a_newcomers_mistakes_end_the_command_with_one(tmp_path: Path, environ: dict[str, str], said: str) -> None:
    base = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "BORANG_DEFINITIONS": str(FEW)}
    base["BORANG_INSTANCE"] = str(tmp_path / "baru")
    command = [sys.executable, "-m", "web.cli"]
    done = subprocess.run(
        [*command, "doctor"], env={**base, **environ}, capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert said in done.stdout
    told = subprocess.run(
        [*command, "doctor", "--json"], env={**base, **environ}, capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert told.returncode == 1
    assert "wrong" in {one["level"] for one in json.loads(told.stdout)}
