"""What was typed is said back in words where its form is gone: titles of fields and options, not names and codes."""

from __future__ import annotations

import re

from flask import Flask
from werkzeug.test import TestResponse

from tests.cast import Visitor
from tests.playing import Play, scenario
from tests.web.walk import hidden, plain_text
from web.copies import copies

TYPED = {
    "target.0.kode": "T1",
    "target.0.nama": "Siswa <b>lulus</b>",
    "target.0.arah": "naik",
    "target.0.bobot": "12,50",
    "target.1.bobot": "banyak",
    "target.1.arah": "miring",
}


def said(page: TestResponse) -> dict[str, str]:
    """The questions and answers on a page."""
    found = re.findall(r"<dt[^>]*>(.*?)</dt><dd[^>]*>(.*?)</dd>", page.text, re.S)
    return {plain_text(key).strip(): plain_text(value).strip() for key, value in found}


def form_of(visitor: Visitor, address: str) -> dict[str, str]:
    return {n: v for n, v in hidden(visitor.get(address).text).items() if n.startswith("_") and n != "_tambah"}


def test_who_comes_too_late_reads_titles_of_fields_and_options(app: Flask, visitor: Visitor) -> None:
    play = Play(app)
    case = play.open_case()
    visitor.sign_in(play.who("pegawai"))
    address = f"/berkas/{case}/isi/ajukan_rencana"
    opened = form_of(visitor, address)
    play.play(case, scenario("PTK-1").steps[:1])
    page = visitor.post(address, {**opened, **TYPED, "_intent": "periksa"})
    assert page.status_code == 409
    assert said(page) == {
        "Target kerja 1: Kode": "T1",
        "Target kerja 1: Target": "Siswa <b>lulus</b>",
        "Target kerja 1: Arah": "Makin tinggi makin baik",
        "Target kerja 1: Bobot (%)": "12,50",
        "Target kerja 2: Bobot (%)": "banyak",
        "Target kerja 2: Arah": "miring",
    }


def test_ratings_are_said_with_their_words_and_attachments_without_their_number(app: Flask) -> None:
    play = Play(app)
    with app.test_request_context():
        told = copies(play.process, {"kt": ["4"], "pa": ["9"], "saran_dukungan": [""], "aneh": ["x"]})
        attached = copies(play.process, {"bukti": ["5d1c"]})
    words = {row["key"]: row["value"] for row in told}
    assert words == {
        "Kemampuan teknis jabatan": "4 – Baik dan konsisten",
        "Pelaksanaan tugas administrasi": "9",
        "aneh": "x",
    }
    assert [row["value"] for row in attached] == ["Lampiran yang sudah diunggah"]


def test_where_the_definitions_are_not_at_hand_the_inputs_are_numbered(app: Flask) -> None:
    with app.test_request_context():
        told = copies(None, {"target.0.arah": ["naik"], "alasan": ["  "], "pilihan": ["a", "b"]})
    assert [(row["key"], row["value"]) for row in told] == [("Isian 1", "naik"), ("Isian 2", "a, b")]
