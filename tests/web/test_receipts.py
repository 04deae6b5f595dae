"""Receipts on the pages: a page a value, the file, and what would change the verdict; never more than may be read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from flask import Flask

from engine.scenario import Scenario
from tests.web.walk import Walk, plain_text
from tests.web.walked import FIRST, Walked
from web.verifier import verify


@pytest.fixture(scope="module")
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture(scope="module")
def walked(app: Flask) -> Walked:
    return Walked(app)


def page(walk: Walk, path: str, role: str = "", language: str = "id") -> str:
    client = walk.as_role(role or walk.process.subject)
    if language == "en":
        with client.session_transaction() as session:
            session["language"] = "en"
    answer = client.get(walk.url(path))
    assert answer.status_code == 200, path
    with client.session_transaction() as session:
        session.pop("language", None)
    return re.sub(r"\s+", " ", plain_text(answer.text).replace("\N{NO-BREAK SPACE}", " "))


@pytest.mark.parametrize("scenario", FIRST, ids=lambda scenario: scenario.id)
def test_every_value_has_a_page_and_the_file_agrees(walked: Walked, scenario: Scenario) -> None:
    """For the employee and for the superior, in every region."""
    walk = walked(scenario.id)
    for role in ("pegawai", "atasan_langsung"):
        client = walk.as_role(role)
        result = client.get(walk.url("/hasil")).text
        links = set(re.findall(rf'href="({walk.url("/hasil")}/[a-z0-9_]+)"', result))
        assert links and all(client.get(link).status_code == 200 for link in links)
        answer = client.get(walk.url("/hasil.json"))
        assert answer.headers["Content-Disposition"].startswith("attachment")
        found = verify(answer.data)
        assert {f"{walk.url('/hasil')}/{f.id}" for f in found} >= links
        assert [finding for finding in found if finding.differences] == []


class TestOneValue:
    def test_it_says_who_gave_what_and_when_and_the_numbers_add_up(self, walked: Walked) -> None:
        """PTK-5: (91 + 92) / 2 = 91.50; 91.50 x 60 % + 84 x 40 % = 54.90 + 33.60 = 88.50."""
        told = page(walked("PTK-5"), "/hasil/nilai_target")
        assert "Mengapa nilai target saya 91,50?" in told
        assert "Hitungan: (91,00 + 92,00) / 2 = 91,50" in told
        assert "Penilaian semester II · Atasan langsung (Pejabat Penilai Kinerja), " in told
        whole = page(walked("PTK-5"), "/hasil/nilai_akhir")
        assert all(text in whole for text in ("91,50 × 60 %", "54,90", "84,00 × 40 %", "33,60", "88,50"))

    def test_a_figure_over_peers_says_of_how_many_answers(self, walked: Walked) -> None:
        """PTK-1: the means of three peers, cut off after four digits and said to be."""
        told = page(walked("PTK-1"), "/hasil/nilai_rekan")
        assert "Penilaian rekan kerja · rata-rata dari 3 jawaban" in told
        assert re.search(r"Hitungan: \(4,3333… \+ .*\) × 4 = 104,00", told)

    def test_with_two_peers_no_mean_of_an_item_is_shown(self, walked: Walked) -> None:
        told = page(walked("PTK-5"), "/hasil/nilai_rekan")
        assert "Jawaban rekan tidak dirinci di sini" in told
        assert "rata-rata dari" not in told
        document = json.loads(walked("PTK-5").as_role("pegawai").get(walked("PTK-5").url("/hasil.json")).data)
        assert [i for moment in document["moments"] for i in moment["inputs"] if i["kind"] == "figure"] == []

    def test_a_decision_and_the_rule_stand_side_by_side(self, walked: Walked) -> None:
        """PTK-16: 88.50 by the rule, 92 by the decision on the objection."""
        told = page(walked("PTK-16"), "/hasil/nilai_akhir")
        assert "Menurut rumus" in told and "88,50" in told and "92,00" in told
        assert "Ditetapkan oleh Atasan Pejabat Penilai Kinerja pada" in told

    def test_a_value_that_was_kept_is_told_as_things_stood_then(self, walked: Walked) -> None:
        told = page(walked("PTK-16"), "/hasil/nilai_akhir_sebelum_keberatan")
        assert "Mengapa nilai akhir sebelum keberatan saya 88,50?" in told
        assert "masuk tahap Keberatan" in told and "Menurut isian sekarang: 92,00" in told
        assert "91,50 × 60 %" in told and "Menurut rumus" not in told

    def test_a_restricted_field_is_personnel_conditions_and_nothing_else(self, walked: Walked) -> None:
        walk = walked("PTK-16")
        told = page(walk, "/hasil/outcome")
        assert "syarat kepegawaian" in told and "hukuman" not in told.lower()
        file = walk.as_role("pegawai").get(walk.url("/hasil.json")).text
        assert "hukuman_disiplin" not in file
        assert not any(v["id"] == "usulan" for moment in json.loads(file)["moments"] for v in moment["values"])

    def test_what_may_not_be_read_is_not_there(self, walked: Walked) -> None:
        walk = walked("PTK-16")
        for name in ("usulan", "iklim_kerja", "item_scores", "tidak_ada"):
            assert walk.as_role("pegawai").get(walk.url(f"/hasil/{name}")).status_code == 404

    def test_a_stranger_finds_neither_page_nor_file(self, walked: Walked) -> None:
        walk, other = walked("PTK-5"), walked("PTK-16")
        client = other.as_role("pegawai")
        assert client.get(walk.url("/hasil.json")).status_code == 404
        assert client.get(walk.url("/hasil/nilai_akhir")).status_code == 404

    def test_a_peer_finds_nothing_in_it(self, walked: Walked) -> None:
        walk = walked("PTK-1")
        answer = walk.as_role("rekan_kerja", "rekan_1").get(walk.url("/hasil.json"))
        assert [(moment["inputs"], moment["values"]) for moment in answer.get_json()["moments"]] == [([], [])]

    def test_nobody_is_named(self, walked: Walked) -> None:
        """Roles and days, never a person: neither the peers nor anybody else."""
        walk = walked("PTK-1")
        file = walk.as_role("pegawai").get(walk.url("/hasil.json")).text
        people = {*walk.people.peers, *walk.people.by_role.values()}
        assert not any(person in file for person in people)
        assert not re.search(r"Rekan \d|rekan_\d", file)

    def test_it_is_told_in_english(self, walked: Walked) -> None:
        told = page(walked("PTK-16"), "/hasil/nilai_akhir", language="en")
        assert "Why is my final score 92.00?" in told and "By the formula" in told


class TestWhatWouldChangeTheVerdict:
    def test_in_sentences(self, walked: Walked) -> None:
        """PTK-5: 90 is needed; 0.6 x 94.00 + 33.60 = 90.00, and 54.90 + 0.4 x 87.74 = 89.996, rounded 90.00."""
        told = page(walked("PTK-5"), "/hasil")
        assert "Apa yang akan mengubah predikat kinerja?" in told
        assert "Nilai akhir: 90,00 atau lebih (sekarang 88,50) → Baik" in told
        assert "Nilai target: 94,00 atau lebih (sekarang 91,50) → Baik" in told
        assert "Nilai kompetensi: 87,74 atau lebih (sekarang 84,00) → Baik" in told
        assert "Nilai akhir: 69,99 atau kurang (sekarang 88,50) → Kurang" in told

    def test_for_the_superior_and_in_english(self, walked: Walked) -> None:
        told = page(walked("PTK-5"), "/hasil", role="atasan_langsung", language="en")
        assert "Final score: 90.00 or more (now 88.50) →" in told

    def test_for_nobody_else(self, walked: Walked) -> None:
        assert "akan mengubah" not in page(walked("PTK-5"), "/hasil", role="auditor")
