"""Cases go to another definition while people decide them: each case in one order that explains the rest."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from random import Random
from time import sleep
from typing import Any

import pytest
from flask import Flask

from engine import Outcome
from engine.library import load_texts
from engine.process import Process
from tests.races.conftest import Place
from tests.races.crowd import NOW, PAUSE, Crowd, rounds, sent
from tests.races.guards import without
from web import migrating, opening
from web.database import forget, reading, writing
from web.store import store

TEXT = "Sudah lengkap, dua hal masih perlu dibahas."


def other_words(app: Flask) -> Process:
    """The process with another title for a field, kept by the service."""
    with app.app_context(), writing() as rows:
        files = dict(store().definitions.library.processes["rencana"].files)
        (name,) = [name for name, text in files.items() if text.startswith("form: putusan")]
        files[name] = files[name].replace("title: Catatan", "title: Catatan atasan")
        process = load_texts(files).processes["rencana"]
        store().definitions.keep(rows, process)
        return process


def decided_and_migrated(crowd: Crowd, count: int) -> tuple[list[str], list[list[Any]]]:
    """The superior sends a form that was opened before, while the case is moved to another definition."""
    cases = crowd.open("rencana", count)
    crowd.submit(cases)
    entry, other, wait = crowd.entries(cases)[0], other_words(crowd.app), Random(11)
    crowd.draft(crowd.superior, cases, "putusan", {"catatan": TEXT})
    with crowd.app.app_context():
        shown = store().definitions.library.processes["rencana"].hash[:12]
    (tab,) = crowd.tabs(crowd.superior)

    def decide(case: str) -> tuple[int, str]:
        data = {**sent(entry, uuid.uuid4().hex), "_ketentuan": shown}
        answer = tab.post(f"/berkas/{case}/kirim/setujui", data)
        return answer.status_code, answer.text

    def move(case: str) -> Outcome | None:
        sleep(wait.uniform(0, 4 * PAUSE))
        with crowd.app.app_context(), writing() as rows:
            return store().migrate(rows, case, other, NOW)

    return cases, rounds(cases, [decide, move])


def both(told: Sequence[Sequence[Any]]) -> int:
    """How many cases were moved to another definition and decided with the form of the one before."""
    return sum(each[0][0] == 303 and isinstance(each[1], Outcome) for each in told)


def test_a_form_opened_before_a_migration_counts_before_it_or_is_told_so(
    crowd: Crowd, place: Place, figures: list[str]
) -> None:
    cases, told = decided_and_migrated(crowd, 200)
    decided = [each[0][0] == 303 for each in told]
    losers = {case: each[0] for case, each in zip(cases, told, strict=True) if each[0][0] != 303}
    kept = {row.case_id for row in crowd.rows("select case_id from draft where duty = 'putusan'")}
    figures.append(f"R-33 {place.name}: 200 cases, {sum(decided)} decided first, {len(losers)} moved first")
    assert both(told) == 0
    assert [each[1] is None for each in told] == decided
    assert {status for status, _ in losers.values()} <= {409}
    assert all(TEXT in page and "Berkas dipindahkan ke ketentuan baru" in page for _, page in losers.values())
    assert kept == losers.keys()
    assert crowd.lines(cases, "setujui") == [int(one) for one in decided]
    assert crowd.torn(cases) == 0


def test_without_the_look_at_the_visit_both_happen(app: Flask, crowd: Crowd, place: Place, figures: list[str]) -> None:
    with without(app, "fresh"):
        _cases, told = decided_and_migrated(crowd, 60)
    figures.append(f"R-33 {place.name}, control without the look: 60 cases, {both(told)} decided by the older form")
    assert both(told) > 0


# --- while the cycle is being opened ----------------------------------------------------------------------------------

EMPLOYEES, RATERS = 16, 8


@pytest.fixture
def few(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Crowd:
    """A crowd whose cycles are opened in so many transactions that others come between."""
    monkeypatch.setattr(opening, "BATCH", 2)
    return Crowd(app, EMPLOYEES)


def opened_and_migrated(crowd: Crowd, count: int) -> tuple[Process, list[list[Any]]]:
    """Cycles that go to another definition while their cases are still being opened."""
    other, wait = other_words(crowd.app), Random(13)
    year = {"start": date(2026, 1, 1), "end": date(2026, 12, 31)}

    def begin(title: str) -> int:
        with crowd.app.app_context():
            cycle = opening.begun(store(), store().definitions.library.processes["rencana"], title=title, **year)
            for _people in cycle.batches(NOW):
                sleep(3 * PAUSE)  # Cases are opened faster than they are moved.
            return cycle.told.cases

    def move(title: str) -> list[Any]:
        with crowd.app.app_context():
            while not (known := [one for one in migrating.rounds(reading()) if one.title == title]):
                forget()
            sleep(wait.uniform(0, 20 * PAUSE))
            tried = migrating.Migration(store(), known[0], other).run(lambda: NOW)
            return [reason for one in tried for reason in one.reasons]

    return other, rounds([f"Siklus {number}" for number in range(count)], [begin, move])


def left_behind(crowd: Crowd, process: Process) -> int:
    """How many cases are not on *process*, which is in force for new cases of every cycle."""
    assert {row.definition for row in crowd.rows("select definition from cycle")} == {process.hash}
    return int(crowd.rows("select count(*) as n from appraisal where definition <> :d", d=process.hash)[0].n)


def test_a_cycle_that_is_moved_while_it_is_opened_leaves_no_case_behind(
    few: Crowd, place: Place, figures: list[str]
) -> None:
    process, told = opened_and_migrated(few, 100)
    cases = [row.id for row in few.rows("select id from appraisal")]
    moved = few.rows("select count(*) as n from journal where event = 'migrated'")[0].n
    figures.append(f"R-33 {place.name}: 100 cycles moved while opened, {len(cases)} cases, {moved} of them moved")
    assert told == [[EMPLOYEES + RATERS, []]] * 100
    assert left_behind(few, process) == 0
    opened = few.rows("select count(distinct person_id) as n from appraisal group by cycle_id")
    assert [row.n for row in opened] == [EMPLOYEES + RATERS] * 100
    assert 0 < moved < len(cases) == 100 * (EMPLOYEES + RATERS)
    assert few.torn(cases) == 0


def test_without_a_look_at_the_definition_cases_are_left_behind(
    app: Flask, few: Crowd, place: Place, figures: list[str]
) -> None:
    with without(app, "opening"):
        process, _told = opened_and_migrated(few, 20)
    lost = left_behind(few, process)
    figures.append(f"R-33 {place.name}, control without a look at the definition: 20 cycles, {lost} cases left behind")
    assert lost > 0
