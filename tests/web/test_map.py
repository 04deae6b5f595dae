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
