"""Whom a case waits for, in the words of whoever reads it."""

from __future__ import annotations

import re
from datetime import date

from flask import Flask

from tests.cast import Cast, Visitor, open_case
from tests.playing import Play, scenario
from tests.web.walk import plain_text

STEPS = scenario("PTK-1").steps


def lines(page: str) -> list[str]:
    """The lines of a list of tasks, as text."""
    return [" ".join(plain_text(item).split()) for item in re.findall(r'<li class="tasks__item">.*?</li>', page, re.S)]


def test_the_team_list_leads_with_the_person_and_says_whom_the_case_waits_for(app: Flask, visitor: Visitor) -> None:
    play = Play(app)
    case = play.open_case()
    visitor.sign_in(play.who("atasan_langsung"))
    [line] = lines(visitor.get("/tim").text)
    assert line.startswith("Rahmadi Sulistyo Putra Rencana kerja tahunan · 2026 Menunggu: Pegawai yang dinilai, sampai")
    play.play(case, STEPS[:1])
    [line] = lines(visitor.get("/tim").text)
    assert line.startswith("Rahmadi Sulistyo Putra Persetujuan rencana · 2026 Menunggu: Anda, sampai")
    assert " Buka " in line
    visitor.post("/bahasa/en")
    [line] = lines(visitor.get("/tim").text)
    assert "Waiting for: you, by" in line


def test_a_case_whose_stage_has_not_opened_waits_for_nobody(app: Flask, cast: Cast, visitor: Visitor) -> None:
    open_case(app, cast.rahmadi, date(2027, 1, 1))
    visitor.sign_in(cast.sari)
    [line] = lines(visitor.get("/tim").text)
    assert "dibuka 1 Januari 2027" in line and "Menunggu" not in line


def test_the_page_of_a_case_calls_its_reader_by_no_role(app: Flask, cast: Cast, visitor: Visitor) -> None:
    case = open_case(app, cast.rahmadi)
    visitor.sign_in(cast.rahmadi)
    assert "Yang bekerja sekarang: Anda." in plain_text(visitor.get(f"/berkas/{case}").text)
    other = Visitor(app)
    other.sign_in(cast.sari)
    assert "Yang bekerja sekarang: Pegawai yang dinilai." in plain_text(other.get(f"/berkas/{case}").text)


def test_whoever_has_answered_is_not_awaited_any_more(app: Flask, visitor: Visitor) -> None:
    """Peers are named as long as the stage lasts, whoever of them has answered."""
    play = Play(app)
    case = play.open_case()
    play.seat_peers(case, ("rekan_1", "rekan_2", "rekan_3"))
    play.play(case, STEPS[:6])
    play.wait_until_open(case)
    visitor.sign_in(play.who("pegawai"))
    assert "Yang bekerja sekarang: Anda, " in plain_text(visitor.get(f"/berkas/{case}").text)
    own = next(step for step in STEPS[6:] if step["actor"] == "pegawai")
    play.play(case, [own])
    said = plain_text(visitor.get(f"/berkas/{case}").text)
    assert "Yang bekerja sekarang: Anda" not in said and "Rekan kerja setingkat" in said
