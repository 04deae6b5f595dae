"""Forms that are sent twice, at the same moment as another decision, or while their draft is still being saved."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Flask

from tests.races.conftest import Place
from tests.races.crowd import Crowd, Tab, paused, rounds, sent
from tests.races.guards import POSTGRESQL, without

TEXT = "Isian yang tidak boleh hilang"


def waiting_for_a_decision(crowd: Crowd, count: int) -> tuple[list[str], int]:
    """Cases that stand before the superior, and the visit of the stage in which they do."""
    cases = crowd.open("rencana", count)
    crowd.submit(cases)
    return cases, crowd.rows("select entry from appraisal where id = :c", c=cases[0])[0].entry


# --- the same form twice ----------------------------------------------------------------------------------------------


def pressed_twice(crowd: Crowd, count: int) -> tuple[list[str], list[list[Any]]]:
    """The superior's form of each of *count* cases sent twice at once, from two tabs."""
    cases, entry = waiting_for_a_decision(crowd, count)
    crowd.draft(crowd.superior, cases, "putusan", {"catatan": TEXT})
    keys = {case: uuid.uuid4().hex for case in cases}
    tabs = crowd.tabs(crowd.superior, 2)

    def press(tab: Tab, case: str) -> tuple[int, str]:
        answer = tab.post(f"/berkas/{case}/kirim/setujui", sent(entry, keys[case]))
        return answer.status_code, answer.location or ""

    return cases, rounds(cases, [lambda case, tab=tab: press(tab, case) for tab in tabs])


def others(cases: Sequence[str], told: Sequence[Sequence[Any]]) -> int:
    """How many presses were answered otherwise than with the confirmation."""
    return sum(one != (303, f"/berkas/{case}/terkirim") for case, each in zip(cases, told, strict=True) for one in each)


def test_a_double_click_is_one_move_and_one_answer(app: Flask, crowd: Crowd, place: Place, figures: list[str]) -> None:
    with paused(app):
        cases, told = pressed_twice(crowd, 200)
    moves = crowd.lines(cases, "setujui")
    figures.append(f"R-01 {place.name}: 200 double clicks, {sum(moves)} moves, {others(cases, told)} other answers")
    assert moves == [1] * 200
    assert others(cases, told) == 0
    assert crowd.torn(cases) == 0


def test_without_the_lock_the_second_press_is_turned_away(
    app: Flask, crowd: Crowd, place: Place, figures: list[str]
) -> None:
    with without(app, "lock"), paused(app):
        cases, told = pressed_twice(crowd, 20)
    figures.append(
        f"R-01 {place.name}, control without the lock: 20 double clicks, {others(cases, told)} other answers"
    )
    assert others(cases, told) > 0


# --- two decisions ----------------------------------------------------------------------------------------------------


def decided_twice(crowd: Crowd, count: int) -> tuple[list[str], list[list[Any]]]:
    """Each case approved by the superior and returned by the office at the same moment."""
    cases, entry = waiting_for_a_decision(crowd, count)
    crowd.draft(crowd.superior, cases, "putusan", {"catatan": TEXT})
    crowd.draft(crowd.admin, cases, "putusan", {"alasan": TEXT})
    ways = [(crowd.tabs(crowd.superior)[0], "setujui"), (crowd.tabs(crowd.admin)[0], "kembalikan")]

    def decide(tab: Tab, action: str, case: str) -> tuple[int, str]:
        answer = tab.post(f"/berkas/{case}/kirim/{action}", sent(entry, uuid.uuid4().hex))
        return answer.status_code, answer.text

    return cases, rounds(
        cases, [lambda case, tab=tab, action=action: decide(tab, action, case) for tab, action in ways]
    )


def test_of_two_decisions_one_counts_and_the_other_is_told_who_was_faster(
    app: Flask, crowd: Crowd, place: Place, figures: list[str]
) -> None:
    with paused(app):
        cases, told = decided_twice(crowd, 300)
    losers = [page for each in told for status, page in each if status == 409]
    approved, returned = crowd.lines(cases, "setujui"), crowd.lines(cases, "kembalikan")
    kept = crowd.rows("select case_id from draft where duty = 'putusan'")
    figures.append(
        f"R-03 {place.name}: 300 cases, {sum(approved)} approved, {sum(returned)} returned, {len(losers)} conflicts, "
        f"{len(kept)} drafts of losers kept"
    )
    assert [a + r for a, r in zip(approved, returned, strict=True)] == [1] * 300
    assert sorted(status for each in told for status, _ in each) == [303] * 300 + [409] * 300
    assert {row.case_id for row in kept} == set(cases)
    assert all(TEXT in page and ("oleh Atasan" in page or "oleh Admin" in page) for page in losers)
    assert crowd.torn(cases) == 0


@POSTGRESQL
def test_without_any_guard_both_decisions_count(app: Flask, crowd: Crowd, place: Place, figures: list[str]) -> None:
    with without(app, "lock", "version", "journal"), paused(app):
        _cases, told = decided_twice(crowd, 20)
    double = sum(all(status == 303 for status, _ in each) for each in told)
    figures.append(f"R-03 {place.name}, control without lock, version and key: 20 cases, {double} decided twice")
    assert double > 0


# --- a draft that comes late ------------------------------------------------------------------------------------------


def saved_late(crowd: Crowd, count: int) -> tuple[list[str], list[list[Any]]]:
    """Each form sent from one tab while another saves its draft."""
    cases, entry = waiting_for_a_decision(crowd, count)
    crowd.draft(crowd.superior, cases, "putusan", {"catatan": TEXT})
    sending, saving = crowd.tabs(crowd.superior, 2)

    def send(case: str) -> int:
        return sending.post(f"/berkas/{case}/kirim/setujui", sent(entry, uuid.uuid4().hex)).status_code

    def save(case: str) -> int:
        typed = {"_masuk": entry, "_versi": 0, "_intent": "simpan", "catatan": "Terlambat"}
        return saving.post(f"/berkas/{case}/isi/setujui", typed).status_code

    return cases, rounds(cases, [send, save])


def left(crowd: Crowd, cases: Sequence[str]) -> int:
    """Drafts of forms that were sent."""
    moved = {case for case, stage in zip(cases, crowd.stages(cases), strict=True) if stage == "selesai"}
    return sum(row.case_id in moved for row in crowd.rows("select case_id from draft where duty = 'putusan'"))


def changed(crowd: Crowd) -> int:
    return len(crowd.rows("select 1 as found from journal where action = 'setujui' and inputs like '%Terlambat%'"))


def test_a_late_draft_neither_outlives_nor_changes_what_was_sent(
    app: Flask, crowd: Crowd, place: Place, figures: list[str]
) -> None:
    with paused(app):
        cases, told = saved_late(crowd, 300)
    stages, drafts = crowd.stages(cases), crowd.rows("select case_id, typed from draft where duty = 'putusan'")
    unsent = {case for case, stage in zip(cases, stages, strict=True) if stage == "putusan"}
    figures.append(
        f"R-08 {place.name}: 300 forms, {300 - len(unsent)} sent, {len(unsent)} saved first, "
        f"{left(crowd, cases)} drafts left, {changed(crowd)} changed"
    )
    assert (left(crowd, cases), changed(crowd)) == (0, 0)
    # Who saved first holds the form as it was typed last; the other is told so.
    assert {row.case_id for row in drafts if "Terlambat" in row.typed} == unsent
    for case, (sending, saving) in zip(cases, told, strict=True):
        assert (sending, saving) == ((409, 303) if case in unsent else (303, 409))


def test_without_the_lock_late_drafts_are_left(app: Flask, crowd: Crowd, place: Place, figures: list[str]) -> None:
    with without(app, "lock"), paused(app):
        cases, told = saved_late(crowd, 40)
    harm = left(crowd, cases) + sum(status >= 500 for each in told for status in each)
    figures.append(f"R-08 {place.name}, control without the lock: 40 forms, {harm} drafts left or presses failed")
    assert harm > 0
