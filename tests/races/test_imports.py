"""Two who take over a list of employees at the same moment: everybody is there once, and no password is a lie."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from click.testing import CliRunner
from sqlalchemy import text

from tests.races.conftest import Place
from tests.races.processes import Work, at_once
from web import create_app, roster
from web.cli import cli
from web.config import Settings
from web.database import initialise
from web.tables import db

PEOPLE, PROCESSES, TRIES = 8, 2, 10


def take_over(settings: Settings, job: tuple[int, Path]) -> tuple[int, str]:
    """Takes the list over by the command, with new passwords in a file of its own; exit code and what it said."""
    number, folder = job
    os.environ |= {
        "BORANG_INSTANCE": str(settings.instance),
        "DATABASE_URL": settings.database_url,
        "BORANG_SECRET_KEY": settings.secret_key,
        "BORANG_DEFINITIONS": str(settings.definitions),
    }
    words = ["people", "import", str(folder / "daftar.csv"), "--region", "contoh"]
    told = CliRunner().invoke(cli, [*words, "--passwords", str(folder / f"sandi-{number}.csv")])
    if told.exception and not isinstance(told.exception, SystemExit):
        raise told.exception
    return told.exit_code, told.output


def take_over_unguarded(settings: Settings, job: tuple[int, Path]) -> tuple[int, str]:
    """The same, where nobody waits and nobody looks again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(roster, "hold", lambda *given: None)
        return take_over(settings, job)


def taken(
    how: Work, place: Place, settings: Callable[[str], Settings], folder: Path, tries: int
) -> tuple[list[list[Any]], int, int]:
    """What the commands said; how many people are not there once; how many passwords were told that do not hold."""
    each = [(settings(place.new(f"{how.__name__}-{n}.sqlite")), folder / f"{how.__name__}-{n}") for n in range(tries)]
    for one, lists in each:
        app = create_app(one)
        with app.app_context():
            initialise()
            db.engine.dispose()
        lists.mkdir()
        (lists / "daftar.csv").write_text("\n".join(_list()), encoding="utf-8")
    told = at_once(how, each, PROCESSES)
    harm = [_harm(one, lists) for one, lists in each]
    return told, sum(missing for missing, _wrong in harm), sum(wrong for _missing, wrong in harm)


def _list() -> Iterator[str]:
    yield "nip,nama,unit_kode,unit,atasan_nip,peran"
    yield "198001012005012902,Wiwin Sekarwangi,U-1,Dinas Contoh,,admin"
    for number in range(PEOPLE - 1):
        yield f"19920304201601190{number + 1},Tirto Kusumayuda,U-1,Dinas Contoh,198001012005012902,"


def _harm(settings: Settings, lists: Path) -> tuple[int, int]:
    app = create_app(settings)
    with app.app_context():
        kept = {row.nip: row.password_hash for row in db.session.execute(text("select nip, password_hash from person"))}
        db.session.remove()
        db.engine.dispose()
    wrong = 0
    for file in lists.glob("sandi-*.csv"):
        with file.open(encoding="utf-8") as opened:
            wrong += sum(not _holds(kept.get(row["nip"], ""), row["kata_sandi"]) for row in csv.DictReader(opened))
    return PEOPLE - len(kept), wrong


def _holds(kept: str, password: str) -> bool:
    try:
        return PasswordHasher().verify(kept, password)
    except VerifyMismatchError:
        return False


def test_two_lists_at_once_come_one_after_the_other(
    place: Place, settings: Callable[[str], Settings], tmp_path: Path, figures: list[str]
) -> None:
    told, missing, wrong = taken(take_over, place, settings, tmp_path, TRIES)
    done = [sorted(code for code, _said in each) for each in told if all(isinstance(one, tuple) for one in each)]
    figures.append(f"{place.name}: {TRIES} lists taken over by {PROCESSES} at once: {done.count([0, 0])} times by both")
    assert len(done) == TRIES, told
    assert all(codes[0] == 0 and codes[1] in (0, 2) for codes in done), told
    assert all("sekali lagi" in said for each in told for code, said in each if code), "told what to do"
    assert (missing, wrong) == (0, 0)


def test_without_the_second_look_something_goes_wrong(
    place: Place, settings: Callable[[str], Settings], tmp_path: Path, figures: list[str]
) -> None:
    told, missing, wrong = taken(take_over_unguarded, place, settings, tmp_path, 5)
    failed = sum(isinstance(one, str) for each in told for one in each)
    figures.append(f"{place.name}, control without the second look: {failed} commands failed, {wrong} wrong passwords")
    assert failed + missing + wrong > 0
