"""Documents of a case: for whom they open and when, what stands in them, and how they lie on paper."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from engine.scenario import Scenario
from tests.web.walk import Walk, plain_text
from tests.web.walked import FIRST, PROCESSES, SCENARIOS, Walked


@pytest.fixture(scope="module")
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture(scope="module")
def walked(app: Flask) -> Walked:
    return Walked(app)


def words(text: str) -> str:
    return re.sub(r"\s+", " ", plain_text(text).replace("\N{NO-BREAK SPACE}", " "))


@pytest.mark.parametrize("scenario", FIRST, ids=lambda scenario: scenario.id)
def test_every_document_opens_for_its_readers_and_for_nobody_else(walked: Walked, scenario: Scenario) -> None:
    walk = walked(scenario.id)
    process, case = walk.process, walk.case
    for document in process.workflow.documents.values():
        for role in process.words.roles.values():
            if role.id not in walk.people.by_role or role.is_ in ("system", "public"):
                continue
            answer = walk.as_role(role.id).get(walk.url(f"/dokumen/{document.id}"))
            since = document.readers.get(role.id, "none")
            may = document.opens in case.path and (since == "now" or since in case.path)
            assert answer.status_code == (200 if may else 404), (document.id, role.id)
            if may:
                assert str(document.title) in words(answer.text)
                assert process.hash in answer.text


def test_a_document_is_not_there_before_its_stage_and_then_the_case_leads_to_it(app: Flask) -> None:
    walk = Walk(app, PROCESSES["tanjungpinang_kinerja_tahunan"], SCENARIOS["TPI-1"])
    path = walk.url("/dokumen/dokumen_evaluasi")
    assert walk.as_role("pegawai").get(path).status_code == 404
    assert path not in walk.as_role("pegawai").get(walk.url()).text
    walk.play()
    assert walk.as_role("pegawai").get(path).status_code == 200
    for page in ("", "/hasil"):
        assert path in walk.as_role("pegawai").get(walk.url(page)).text
    assert walk.as_role("pegawai").get(walk.url("/dokumen/tidak_ada")).status_code == 404


def test_it_holds_what_the_played_case_came_to(walked: Walked) -> None:
    walk = walked("TPI-1")
    said = words(walk.as_role("pegawai").get(walk.url("/dokumen/dokumen_evaluasi")).text)
    assert "NIP 19870412 201101 1 901" in said
    assert "Lama penyusunan laporan program" in said  # a row of a table
    assert "Nilai akhir 92,36 Hitungan: Nilai internal 92,90 × 90 % + Nilai masyarakat 87,50 × 10 % = 92,36" in said
    assert "Rating perilaku kerja Sesuai ekspektasi" in said
    assert "Predikat kinerja Baik Tabel Predikat menurut matriks, baris 5" in said
    assert "Peningkatan Kompetensi Pedagogik Guru" in said
    assert re.search(r"Nilai sudah ditetapkan\. Sidik isi: [0-9a-f]{64}\.", said)
    order = [said.index(part) for part in ("Nilai hasil kerja 103,80", "Nilai proses 85,00", "Tindak lanjut Pelatihan")]
    assert order == sorted(order)


def test_it_reads_in_english_too(walked: Walked) -> None:
    walk = walked("TPI-1")
    client = walk.as_role("pegawai")
    with client.session_transaction() as session:
        session["language"] = "en"
    said = words(client.get(walk.url("/dokumen/dokumen_evaluasi")).text)
    with client.session_transaction() as session:
        session.pop("language")
    assert "Calculation: " in said and "92.36" in said
    assert "Performance rating Good" in said or "Good" in said
    assert "Hitungan" not in said and "Dicetak" not in said


def test_what_is_not_there_says_so_in_a_sentence(walked: Walked) -> None:
    walk = walked("PAUH-1")
    missing = [
        (document, value)
        for document in walk.process.workflow.documents
        for value in ("pengurangan_waktu_tunggu",)
        if walk.case.values.get(value) is None
    ]
    assert missing
    said = words(walk.as_role("pegawai").get(walk.url("/dokumen/dokumen_inovasi")).text)
    assert "Belum ada." in said


def test_no_single_answer_of_a_peer_stands_in_it(walked: Walked) -> None:
    walk = walked("PTK-1")
    page = walk.as_role("pegawai").get(walk.url("/dokumen/dokumen_evaluasi")).text
    for rater in walk.people.peers:
        assert rater not in page
    assert "Rekan 1" not in page
