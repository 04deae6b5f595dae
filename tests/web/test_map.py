"""The whole course on the page of a case: the picture with the present stage marked, and the table beside it."""

from __future__ import annotations

from flask import Flask

from tests.cast import Cast, Visitor, open_case


def test_the_present_stage_is_marked_and_every_way_stands_in_the_table(app: Flask, cast: Cast) -> None:
    case = open_case(app, cast.rahmadi)
    visitor = Visitor(app)
    visitor.sign_in(cast.rahmadi)
    page = visitor.get(f"/berkas/{case}").get_data(as_text=True)
    assert page.count(' now"') == 1
    assert 'stage_rencana_kerja_tahunan now"' in page
    assert "Alur sebagai tabel" in page
    assert "Pertahankan nilai" in page


def test_a_condition_is_told_in_words(app: Flask, cast: Cast) -> None:
    visitor = Visitor(app)
    visitor.sign_in(cast.rahmadi)
    page = visitor.get(f"/berkas/{open_case(app, cast.rahmadi)}").get_data(as_text=True)
    assert "capaian semester I kurang dari" in page
    assert "batas_pembinaan_s1" not in page
