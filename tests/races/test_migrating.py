"""Cases go to another definition while people decide them: each case in one order that explains the rest."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from random import Random
from time import sleep
from typing import Any

from flask import Flask

from engine import Outcome
from engine.library import load_texts
from engine.process import Process
from tests.races.conftest import Place
from tests.races.crowd import NOW, PAUSE, Crowd, rounds, sent
from tests.races.guards import without
from web.database import writing
from web.statements import connection_of
from web.store import store

TEXT = "Sudah lengkap, dua hal masih perlu dibahas."


def other_words(app: Flask) -> Process:
    """The process with another title for a field, kept by the service."""
    with app.app_context(), writing() as rows:
        files = dict(store().definitions.library.processes["rencana"].files)
        (name,) = [name for name, text in files.items() if text.startswith("form: putusan")]
        files[name] = files[name].replace("title: Catatan", "title: Catatan atasan")
        process = load_texts(files).processes["rencana"]
        store().definitions.keep(connection_of(rows), process)
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
