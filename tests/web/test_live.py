"""What a form tells the browser to work out by itself, and what the service makes of the totals that come back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from tests.shipped import processes, story
from tests.web.walk import START, Walk, hidden, plain_text
from web.database import writing
from web.live import script

STORY = story("pontianak", "PTK-1")
PROCESS = processes()[STORY.workflow]

#: Targets whose weights are 94.5 together.
TARGETS = {
    "target.0.kode": "A-1", "target.0.nama": "Satu", "target.0.satuan": "berkas", "target.0.arah": "naik",
    "target.0.target_s1": "10", "target.0.target_s2": "10", "target.0.bobot": "60",
    "target.1.kode": "A-2", "target.1.nama": "Dua", "target.1.satuan": "hari", "target.1.arah": "turun",
    "target.1.target_s1": "5", "target.1.target_s2": "5", "target.1.bobot": "34,5",
}  # fmt: skip


@pytest.fixture(scope="module")
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def walk(app: Flask) -> Callable[[str], Walk]:
    def begin(stage: str) -> Walk:
        walk = Walk(app, PROCESS, STORY)
        walk.until(stage)
        return walk

    return begin


def plan(page: str) -> dict[str, Any]:
    """The rules that a page carries."""
    (block,) = re.findall(r'<script type="application/json" data-twin>(.*?)</script>', page, re.DOTALL)
    found: dict[str, Any] = json.loads(block)
    return found


def checked(walk: Walk, role: str, action: str, data: dict[str, str]) -> Any:
    """The answer to „Periksa jawaban" with *data* typed in."""
    client = walk.as_role(role)
    form = hidden(client.get(walk.url(f"/isi/{action}")).text)
    return client.post(walk.url(f"/isi/{action}"), data={**form, **data, "_intent": "periksa"})


def noted(app: Flask, kind: str) -> list[list[str]]:
    with app.app_context(), writing() as rows:
        found = rows.execute(text("select detail from audit where kind = :kind"), {"kind": kind})
        return [json.loads(line[0]) for line in found]


def test_a_page_carries_its_rules_as_data_that_nothing_executes(walk: Callable[[str], Walk]) -> None:
    case = walk("rencana_kerja_tahunan")
    answer = case.as_role("pegawai").get(case.url("/isi/ajukan_rencana"))
    told = plan(answer.text)
    assert {field["id"] for field in told["fields"] if "formula" in field} == {"jumlah_bobot"}
    assert 'data-live="jumlah_bobot"' in answer.text
    assert "default-src 'self';" in answer.headers["Content-Security-Policy"]
    assert len(re.findall("<script", answer.text)) == 2


def test_text_of_a_definition_cannot_end_the_block() -> None:
    block = script('{"a":"b"', {"x": "</script><script>alert(1)</script>"})
    assert block.count("</script>") == 1
    assert json.loads(re.findall(r"data-twin>(.*?)</script>", block)[0])["x"].startswith("</script>")


def test_a_field_that_may_come_up_waits_in_a_template(walk: Callable[[str], Walk]) -> None:
    case = walk("evaluasi_semester_2")
    case.instant = START.replace(month=12, day=10)
    page = case.as_role("pegawai").get(case.url("/isi/kirim_evaluasi_s2")).text
    assert re.search(r'<template data-part="uraian_ide">.*name="uraian_ide".*</template>', page, re.DOTALL)


def test_totals_that_agree_go_through(walk: Callable[[str], Walk]) -> None:
    case = walk("rencana_kerja_tahunan")
    right = {**TARGETS, "target.1.bobot": "40,0", "_layar.jumlah_bobot": "100.0"}
    assert checked(case, "pegawai", "ajukan_rencana", right).status_code == 303


def test_a_total_that_differs_is_refused_with_both_figures_and_noted(app: Flask, walk: Callable[[str], Walk]) -> None:
    case = walk("rencana_kerja_tahunan")
    data = {**TARGETS, "target.1.bobot": "40", "_layar.jumlah_bobot": "95"}
    answer = checked(case, "pegawai", "ajukan_rencana", data)
    said = unescape(plain_text(answer.text))
    assert answer.status_code == 422
    assert "Jumlah bobot di layar 95, perhitungan layanan 100,00." in said
    assert ["jumlah_bobot"] in noted(app, "differing")
    assert 'value="40"' in answer.text, "what was typed is still there"


def test_a_cell_that_differs_is_refused(walk: Callable[[str], Walk]) -> None:
    case = walk("penilaian_semester_1")
    client = case.as_role("atasan_langsung")
    page = client.get(case.url("/isi/kirim_penilaian_s1")).text
    row = re.findall(r'data-live="(realisasi_s1_terverifikasi\.[^"]+\.capaian)"', page)[0]
    typed = dict(re.findall(r'name="(realisasi_s1_terverifikasi\.[^"]+)" type="text"[^>]* value="([^"]*)"', page))
    data = {**typed, "umpan_balik_s1": "Baik sekali.", f"_layar.{row}": "12.5"}
    said = unescape(plain_text(checked(case, "atasan_langsung", "kirim_penilaian_s1", data).text))
    assert "Capaian di layar 12,5, perhitungan layanan" in said


@pytest.mark.parametrize(
    "name", ["_layar.target", "_layar.tidak_ada", "_layar.target.9.bobot", "_layar.", "_layar.a.b.c"]
)
def test_nonsense_about_the_screen_changes_nothing(walk: Callable[[str], Walk], name: str) -> None:
    case = walk("rencana_kerja_tahunan")
    answer = checked(case, "pegawai", "ajukan_rencana", {**TARGETS, "target.1.bobot": "40", name: "1"})
    assert answer.status_code in (303, 422)


def test_without_scripts_nothing_is_sent_and_nothing_refused(walk: Callable[[str], Walk]) -> None:
    case = walk("rencana_kerja_tahunan")
    page = case.as_role("pegawai").get(case.url("/isi/ajukan_rencana")).text
    assert "_layar" not in page
    assert checked(case, "pegawai", "ajukan_rencana", {**TARGETS, "target.1.bobot": "40"}).status_code == 303


def test_what_somebody_may_not_read_is_not_in_the_rules(walk: Callable[[str], Walk]) -> None:
    case = walk("penetapan")
    told = plan(case.as_role("tim_penilai").get(case.url("/isi/tetapkan_keputusan")).text)
    assert set(told["outside"]) == {"usulan"}
    assert "hukuman_disiplin" not in json.dumps(told)
