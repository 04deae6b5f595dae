"""Two things that exclude each other at once: there is an order in which what came of them could have happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from time import sleep
from typing import Any

from flask import Flask
from sqlalchemy import text

from engine import Refused, Stale
from tests.races.conftest import Place
from tests.races.crowd import PAUSE, Crowd, plan, rounds
from tests.races.guards import POSTGRESQL, without
from web.database import reading, writing
from web.held import Missing
from web.store import Moved, store

TRIES = 200
TURNED_AWAY = (Stale, Refused, Missing)


def happened(told: Sequence[Sequence[Any]], number: int) -> list[bool]:
    """Whether what the worker of this *number* tried came about, in each round."""
    tried = [each[number] for each in told]
    assert all(one is None or isinstance(one, (Moved, *TURNED_AWAY)) for one in tried), tried
    return [not isinstance(one, TURNED_AWAY) for one in tried]


# --- approve and withdraw ---------------------------------------------------------------------------------------------


def approved_and_withdrawn(crowd: Crowd, count: int) -> tuple[list[str], list[list[Any]]]:
    cases = crowd.open("rencana", count)
    crowd.submit(cases)
    entry = crowd.entries(cases)[0]
    employee = dict(zip(cases, crowd.employees, strict=False))

    def approve(case: str) -> Moved:
        return crowd.move(crowd.superior, case, "setujui", {"catatan": "Baik."}, entry=entry, pause=PAUSE)

    def withdraw(case: str) -> Moved:
        return crowd.move(employee[case], case, "tarik", {}, entry=entry, pause=PAUSE)

    return cases, rounds(cases, [approve, withdraw])


def test_what_is_approved_is_not_withdrawn(crowd: Crowd, place: Place, figures: list[str]) -> None:
    cases, told = approved_and_withdrawn(crowd, TRIES)
    approved, withdrawn = happened(told, 0), happened(told, 1)
    figures.append(f"R-07 {place.name}: {TRIES} cases, {sum(approved)} approved, {sum(withdrawn)} withdrawn instead")
    assert all(one != other for one, other in zip(approved, withdrawn, strict=True))
    assert crowd.stages(cases) == ["selesai" if one else "penyusunan" for one in approved]
    assert crowd.torn(cases) == 0


@POSTGRESQL
def test_without_any_guard_both_come_about(app: Flask, crowd: Crowd, place: Place, figures: list[str]) -> None:
    with without(app, "lock", "version", "journal"):
        _cases, told = approved_and_withdrawn(crowd, 20)
    both = sum(all(isinstance(one, Moved) for one in each) for each in told)
    figures.append(f"R-07 {place.name}, control without lock, version and key: 20 cases, {both} approved and withdrawn")
    assert both > 0


# --- answer and lose the seat -----------------------------------------------------------------------------------------


def answered_and_unseated(crowd: Crowd, count: int) -> tuple[list[str], list[list[Any]]]:
    """A colleague answers while the superior gives their seat to another one."""
    cases = crowd.open("penilaian", count)
    crowd.seat(cases, crowd.raters[:3])

    def answer(case: str) -> Moved:
        return crowd.move(crowd.raters[0], case, "jawab", {"pendapat": "Baik."}, entry=1, pause=PAUSE)

    def unseat(case: str) -> None:
        with crowd.app.app_context(), writing() as rows:
            store().set_seats(rows, crowd.superior, case, "rekan", crowd.raters[1:4], confirm=True, now=crowd.now)

    return cases, rounds(cases, [answer, unseat])


def seated(crowd: Crowd, cases: Sequence[str]) -> list[bool]:
    """Whether the first colleague has a seat in each of *cases*."""
    found = crowd.rows("select case_id from seat where person_id = :p", p=crowd.raters[0])
    return [case in {row.case_id for row in found} for case in cases]


def test_who_has_answered_keeps_the_seat_and_who_lost_it_does_not_answer(
    crowd: Crowd, place: Place, figures: list[str]
) -> None:
    cases, told = answered_and_unseated(crowd, TRIES)
    answered, unseated = happened(told, 0), happened(told, 1)
    figures.append(f"R-07 {place.name}: {TRIES} cases, {sum(answered)} answered, {sum(unseated)} seats given away")
    assert all(one != other for one, other in zip(answered, unseated, strict=True))
    assert seated(crowd, cases) == answered
    assert crowd.lines(cases, "jawab") == [int(one) for one in answered]
    assert crowd.torn(cases) == 0


@POSTGRESQL
def test_without_any_guard_an_answer_has_no_seat(app: Flask, crowd: Crowd, place: Place, figures: list[str]) -> None:
    with without(app, "lock", "version", "journal"):
        cases, told = answered_and_unseated(crowd, 20)
    answers = [isinstance(each[0], Moved) for each in told]
    lost = sum(one and not has for one, has in zip(answers, seated(crowd, cases), strict=True))
    figures.append(f"R-07 {place.name}, control without lock, version and key: 20 cases, {lost} answers without a seat")
    assert lost > 0


# --- act and lose the office ------------------------------------------------------------------------------------------


def acted_and_dismissed(crowd: Crowd, count: int) -> tuple[list[str], list[list[Any]]]:
    """Somebody opens a form and sends it a little later; meanwhile their office is taken from them."""
    cases = crowd.open("rencana", count)
    crowd.submit(cases)
    entry, officers = crowd.entries(cases)[0], dict(zip(cases, reversed(crowd.employees), strict=False))
    with crowd.app.app_context(), writing() as rows:
        for officer in officers.values():
            crowd.appoint(rows, officer)
    wait = Random(7)
    dismissed: set[str] = set()

    def act(case: str) -> tuple[Moved, bool]:
        with crowd.app.app_context():
            store().held(reading(), officers[case], case)
        sleep(PAUSE)
        late = case in dismissed
        return crowd.move(officers[case], case, "kembalikan", {"alasan": "Lengkapi."}, entry=entry), late

    def dismiss(case: str) -> None:
        sleep(wait.uniform(0, 2 * PAUSE))
        with crowd.app.app_context(), writing() as rows:
            rows.execute(text("delete from office where person_id = :p"), {"p": officers[case]})
        dismissed.add(case)

    return cases, rounds(cases, [act, dismiss])


def after(told: Sequence[Sequence[Any]]) -> int:
    """How many acted who began to send when their office was gone."""
    return sum(isinstance(each[0], tuple) and each[0][1] for each in told)


def test_nobody_acts_in_an_office_they_have_lost(crowd: Crowd, place: Place, figures: list[str]) -> None:
    cases, told = acted_and_dismissed(crowd, TRIES)
    acted = [isinstance(each[0], tuple) for each in told]
    figures.append(f"R-07 {place.name}: {TRIES} dismissals, {sum(acted)} acted before, {after(told)} after")
    assert after(told) == 0
    assert all(isinstance(each[0], (tuple, *TURNED_AWAY)) and each[1] is None for each in told)
    assert crowd.lines(cases, "kembalikan") == [int(one) for one in acted]


def test_with_the_roles_of_the_last_look_they_act_nevertheless(
    app: Flask, crowd: Crowd, place: Place, figures: list[str]
) -> None:
    with without(app, "roles"):
        _cases, told = acted_and_dismissed(crowd, 60)
    figures.append(
        f"R-07 {place.name}, control with the roles of the last look: 60 dismissals, {after(told)} acted after"
    )
    assert after(told) > 0


# --- approve what was changed meanwhile -------------------------------------------------------------------------------


def approved_and_changed(crowd: Crowd, count: int, longest: float) -> tuple[list[str], list[list[Any]]]:
    """A plan is approved, at the *longest* so many seconds later, while its author hands in other weights."""
    cases = crowd.open("rencana", count)
    crowd.submit(cases)
    entry, employee = crowd.entries(cases)[0], dict(zip(cases, crowd.employees, strict=False))
    wait = Random(11)

    def approve(case: str) -> Moved:
        sleep(wait.uniform(0, longest))
        return crowd.move(crowd.superior, case, "setujui", {"catatan": "Baik."}, entry=entry)

    def change(case: str) -> Moved:
        crowd.move(employee[case], case, "tarik", {}, entry=entry)
        return crowd.move(employee[case], case, "ajukan", plan(70), submitted=1)

    return cases, rounds(cases, [approve, change])


def unseen(crowd: Crowd, cases: Sequence[str]) -> int:
    """How many plans were approved with other weights than those that the form showed."""
    changed = crowd.lines(cases, "tarik")
    return sum(bool(a and c) for a, c in zip(crowd.lines(cases, "setujui"), changed, strict=True))


def test_what_is_approved_is_what_was_shown(crowd: Crowd, place: Place, figures: list[str]) -> None:
    cases, told = approved_and_changed(crowd, TRIES, 2 * PAUSE)
    approved, changed = happened(told, 0), happened(told, 1)
    figures.append(
        f"R-11 {place.name}: {TRIES} plans, {sum(approved)} approved as shown, {sum(changed)} changed before, "
        f"{unseen(crowd, cases)} approved unseen"
    )
    assert unseen(crowd, cases) == 0
    assert all(one != other for one, other in zip(approved, changed, strict=True))
    assert [values(crowd, case) for case in cases] == [60 if one else 70 for one in approved]
    assert crowd.torn(cases) == 0


def values(crowd: Crowd, case: str) -> int:
    """The first weight that a case holds."""
    with crowd.app.app_context():
        held = store().held_by_public(reading(), case)
        return int(held.case.answers["penyusunan"]["bobot_a"])


def test_without_the_visit_plans_are_approved_unseen(
    app: Flask, crowd: Crowd, place: Place, figures: list[str]
) -> None:
    with without(app, "fresh"):
        cases, _told = approved_and_changed(crowd, 60, 20 * PAUSE)
    figures.append(f"R-11 {place.name}, control without the visit: 60 plans, {unseen(crowd, cases)} approved unseen")
    assert unseen(crowd, cases) > 0


# --- the first two follow-ups of a cycle ------------------------------------------------------------------------------


def followed_up(crowd: Crowd, pairs: int) -> tuple[list[str], list[list[Any]]]:
    """Of each of *pairs* cycles the two cases start their follow-ups at once."""
    cycles = [crowd.open("rencana", 2) for _ in range(pairs)]
    for cases in cycles:
        crowd.submit(cases)
    entry = crowd.entries(cycles[0])[0]

    def approve(number: int) -> Callable[[Sequence[str]], Moved]:
        values = {"catatan": "Lanjutkan."}
        return lambda cases: crowd.move(
            crowd.superior, cases[number], "setujui_lanjut", values, entry=entry, pause=PAUSE
        )

    return [case for cases in cycles for case in cases], rounds(cycles, [approve(0), approve(1)])


def test_two_follow_ups_at_once_share_one_cycle(crowd: Crowd, place: Place, figures: list[str]) -> None:
    cases, told = followed_up(crowd, 50)
    made = crowd.rows("select cycle_id, count(*) as n from appraisal where origin_id is not null group by cycle_id")
    figures.append(f"R-09 {place.name}: 50 pairs of first follow-ups, {len(made)} cycles")
    assert happened(told, 0) == happened(told, 1) == [True] * 50
    assert [row.n for row in made] == [2] * 50
    assert crowd.torn(cases) == 0


@POSTGRESQL
def test_where_each_makes_the_cycle_one_fails(app: Flask, crowd: Crowd, place: Place, figures: list[str]) -> None:
    with without(app, "cycle"):
        _cases, told = followed_up(crowd, 20)
    failed = sum(not isinstance(one, Moved) for each in told for one in each)
    figures.append(f"R-09 {place.name}, control where each makes the cycle: 20 pairs, {failed} moves failed")
    assert failed > 0
