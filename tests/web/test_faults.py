"""A few faults of every kind: the whole runs of them are in tests/faults."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.cast import close
from tests.faults.moving import ALL, Round
from tests.faults.nth import Submit, each, outcome_of, whole
from tests.faults.strace import Fault, struck
from tests.faults.upgrade import next_release, on_sqlite
from tests.history import problems
from tests.postgres import Server
from web import database, records
from web.database import writing
from web.definitions import Definitions


@pytest.fixture(scope="module")
def submit(tmp_path_factory: pytest.TempPathFactory, definitions: Definitions) -> Submit:
    return Submit(tmp_path_factory.mktemp("submit"), definitions)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("pwrite64", "signal=KILL"),
        Fault("fdatasync", "signal=KILL"),
        Fault("pwrite64", "error=ENOSPC", onwards=True),
        Fault("fdatasync", "error=EIO"),
    ],
    ids=str,
)
def test_nothing_is_lost_and_nothing_half(submit: Submit, fault: Fault) -> None:
    met = list(_each(submit, fault))
    assert met and [what for found in met for what in found] == []


def _each(submit: Submit, fault: Fault) -> Iterator[list[str]]:
    step = 9 if fault.call == "pwrite64" else 2
    return (whole(submit, now, ended) for now, ended in each(submit, fault, step))


def test_a_migration_that_is_killed_has_done_all_or_nothing(
    tmp_path: Path, definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade, back = on_sqlite(tmp_path, definitions, as_it_is=False)
    monkeypatch.setattr(database, "MIGRATIONS", next_release(tmp_path / "next"))
    killed = 0
    for nth in range(1, 200, 25):
        back()
        killed += struck(upgrade.run, Fault("pwrite64", "signal=KILL", nth)).killed
        assert upgrade.wrong() == []
        upgrade.run()
        assert upgrade.wrong(finished=True) == []
    assert 0 < killed < 8


def test_cases_that_are_moved_to_another_definition_are_whole_whenever_that_is_killed(
    tmp_path: Path, server: Server | None
) -> None:
    cycle, reached = Round(tmp_path, server), set()
    cycle.open()
    cycle.keep()
    for _ in cycle.each(cycle.move, step=23):
        reached.add(cycle.standing())
        cycle.move()
        assert (cycle.standing(), cycle.moved()) == ((ALL, ALL), ALL)
    assert len(reached) > 3


def test_a_move_in_two_transactions_would_be_noticed(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what the other tests find nothing of is there to be found."""
    whole_change = records._JOURNAL.send_each

    def in_two(rows: Any, parameters: Any) -> None:
        driver = rows.connection.driver_connection
        driver.execute("COMMIT")
        driver.execute("BEGIN IMMEDIATE")
        whole_change(rows, parameters)

    monkeypatch.setattr(records._JOURNAL, "send_each", in_two)
    found = [what for _, ended in each(submit, Fault("pwrite64", "signal=KILL"), 4) for what in _wrong(submit, ended)]
    assert any("journal" in what for what in found)


def _wrong(submit: Submit, ended: Any) -> list[str]:
    return submit.wrong(outcome_of(ended))


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("delete from one_time_key", "acknowledged and lost"),
        ("update journal set action = 'setujui_rencana' where seq = (select max(seq) from journal)", "chain"),
        ("update journal set role = 'x' where seq = 1", "chain"),
        ("delete from journal where seq = (select max(seq) from journal)", "version"),
        ("update appraisal set state = replace(state, 'Berkas diproses', 'Lain')", "not what its journal makes"),
        ("update appraisal set version = version + 1", "version"),
        ("delete from job", "jobs"),
        ("update appraisal set head = 'x'", "chain"),
    ],
)
def test_the_checker_notices(submit: Submit, damage: str, told: str) -> None:
    submit.restore()
    assert submit.struck(None).said == "303"
    assert submit.wrong("ok") == []
    assert any("refused and yet there" in what for what in submit.wrong("fail"))
    with submit.app.app_context(), writing() as rows:
        rows.execute(text(damage))
    assert any(told in what for what in submit.wrong("ok"))


def test_the_checker_notices_a_damaged_file(submit: Submit) -> None:
    submit.restore()
    with sqlite3.connect(submit.app.extensions["settings"].instance / "borang.sqlite") as broken:
        broken.execute("insert into seat (case_id, role, person_id, confirmed, answered) values ('x', 'x', 'x', 0, 0)")
    assert any("foreign_key_check" in what for what in problems(submit.app, [], cases=[]))
    close(submit.app)
