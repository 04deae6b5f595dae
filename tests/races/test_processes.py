"""Several processes share the database: what one does counts for all."""

from __future__ import annotations

import uuid

from flask import Flask

from tests.races.conftest import Place
from tests.races.crowd import Crowd
from tests.races.processes import answer, at_once, press


def test_a_form_sent_by_four_processes_at_once_is_one_move(
    app: Flask, crowd: Crowd, place: Place, figures: list[str]
) -> None:
    cases = crowd.open("rencana", 100)
    jobs = [(who, case, uuid.uuid4().hex) for who, case in zip(crowd.employees, cases, strict=False)]
    told = at_once(press, [(app.extensions["settings"], job) for job in jobs], 4)
    figures.append(f"R-01 {place.name}: 100 forms sent by 4 processes, {sum(crowd.lines(cases, 'ajukan'))} moves")
    assert [sorted(again for again, _number in each) for each in told] == [[False, True, True, True]] * 100
    assert all(len({number for _again, number in each}) == 1 for each in told)
    assert crowd.lines(cases, "ajukan") == [1] * 100


def test_raters_in_three_processes_close_the_stage_once(
    app: Flask, crowd: Crowd, place: Place, figures: list[str]
) -> None:
    cases = crowd.open("penilaian", 100)
    crowd.seat(cases, crowd.raters[:3])
    told = at_once(answer, [(app.extensions["settings"], (crowd.raters, case)) for case in cases], 3)
    stuck = sum(stage != "selesai" for stage in crowd.stages(cases))
    figures.append(f"R-04 {place.name}: 100 cases, 3 raters in 3 processes, {stuck} stuck")
    assert told == [["answered"] * 3] * 100
    assert stuck == 0
    assert crowd.lines(cases, "tutup") == [1] * 100
