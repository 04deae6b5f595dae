"""The base of the yearly appraisal, Tanjungpinang over it, and coaching: what their scenarios cannot say."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from engine.access import reading_refusal, reads_duty, reads_field, reads_value
from engine.library import check_texts, load_texts
from engine.scenario import run
from engine.scope import variant_of
from tests.shipped import ROOT, played, processes, stories

BASE, CITY, COACHING = "dasar_asn", "tanjungpinang_kinerja_tahunan", "pembinaan_kinerja"


@cache
def texts() -> dict[str, str]:
    """What the base needs, by file name."""
    parts = (
        "workflows/bersama/asn.yaml",
        "workflows/bersama/bank_indikator.yaml",
        "workflows/bersama/butir_dasar.yaml",
        "workflows/bersama/pelatihan.yaml",
        f"workflows/{BASE}.yaml",
        f"workflows/{COACHING}.yaml",
        *(
            str(f.relative_to(ROOT))
            for folder in ("bersama", BASE, "pembinaan")
            for f in (ROOT / "forms" / folder).iterdir()
        ),
    )
    return {name: (ROOT / name).read_text() for name in parts if not name.endswith("/en.yaml")}


class TestFollowUp:
    @pytest.mark.parametrize(
        ("file", "ident", "started"),
        [
            ("tanjungpinang", "TPI-20", [COACHING]),
            ("tanjungpinang", "TPI-16", [COACHING]),
            ("tanjungpinang", "TPI-1", []),
            ("tanjungpinang", "TPI-22", []),
            ("dasar_asn", "DAS-4", [COACHING]),
            ("dasar_asn", "DAS-3", []),
            ("pontianak", "PTK-5", [COACHING]),
            ("pontianak", "PTK-1", []),
        ],
    )
    def test_coaching_begins_where_the_outcome_asks_for_it(self, file: str, ident: str, started: list[str]) -> None:
        entries = played(file, ident).entries
        assert [e.inputs["workflow"] for e in entries if e.event == "started"] == started


class TestWording:
    @pytest.mark.parametrize(
        ("ident", "item", "says"),
        [
            ("V-01", "teknis_mutu", "Siswa mencapai tujuan belajar"),
            ("TPI-1", "komunikasi", "kepada masyarakat"),
            ("TPI-25", "teknis_mutu", "layanan kesehatan berkualitas yang aman"),
            ("TPI-33", "teknis_mutu", "Mendukung layanan kesehatan berkualitas"),
            ("TPI-3", "teknis_keterampilan", "memeriksa kendaraan"),
            ("TPI-26", "komunikasi", "kepada warga"),
            ("TPI-4", "teknis_mutu", "benar dan dapat diandalkan"),
        ],
    )
    def test_an_item_speaks_of_the_work_of_the_unit(self, ident: str, item: str, says: str) -> None:
        process = processes()[CITY]
        case = played("tanjungpinang", ident, "penetapan_indikator").case
        row = process.words.catalogues["butir_tanjungpinang"].rows[item]
        wording = row.variants.get(variant_of(process, case))
        assert says in (wording.help if wording else row.cells["help"])


class TestReading:
    def test_the_employee_reads_the_assessment_once_it_can_be_answered(self) -> None:
        process = processes()[CITY]
        duty = process.duties["penilaian_atasan"]
        before = played("tanjungpinang", "TPI-1", "penilaian_atasan").case
        after = played("tanjungpinang", "TPI-1", "tanggapan_pegawai").case
        for name in ("nilai_internal", "predikat", "nilai_masyarakat"):
            value = process.values[name]
            assert not reads_value(process, before, value, ["pegawai"])
            assert reads_value(process, after, value, ["pegawai"])
        assert not reads_duty(before, duty, ["pegawai"])
        assert reads_duty(after, duty, ["pegawai"])

    def test_the_reason_of_a_return_is_read_at_once(self) -> None:
        process = processes()[CITY]
        duty = process.duties["penilaian_atasan"]
        case = played("tanjungpinang", "TPI-1", "penilaian_atasan").case
        action = process.stages["penilaian_atasan"].actions["kembalikan_mandiri"]
        assert reads_field(case, duty, action.fields["alasan_kembali"], ["pegawai"])

    @pytest.mark.parametrize("role", ["pegawai", "atasan_langsung", "admin_bkd", "auditor", "masyarakat"])
    def test_nobody_reads_a_single_answer_of_the_public(self, role: str) -> None:
        process = processes()[CITY]
        case = played("tanjungpinang", "TPI-1").case
        refusal = reading_refusal(case, process.duties["umpan_balik_masyarakat"], [role])
        assert refusal is not None
        assert refusal.code == "jawaban_rekan_rahasia"

    @pytest.mark.parametrize("role", ["pegawai", "atasan_langsung", "atasan_penilai", "admin_bkd", "auditor"])
    def test_nobody_reads_what_somebody_thinks_of_the_working_climate(self, role: str) -> None:
        process = processes()[CITY]
        case = played("tanjungpinang", "TPI-12").case
        assert case.values["iklim_kerja"] == 4
        assert not reads_value(process, case, process.values["iklim_kerja"], [role])

    @pytest.mark.parametrize(
        ("role", "reads"), [("atasan_langsung", False), ("atasan_penilai", True), ("pegawai", True)]
    )
    def test_feedback_on_the_coaching_goes_past_the_superior(self, role: str, reads: bool) -> None:
        process = processes()[COACHING]
        case = played("pembinaan", "BIN-1").case
        assert reads_duty(case, process.duties["umpan_balik_pembinaan"], [role]) is reads
        assert reads_value(process, case, process.values["pernyataan_terpenuhi"], [role]) is reads


class TestAFifthRegion:
    """The base is complete: a region may begin with two lines, and what protects people stays."""

    def new(self, extra: str = "") -> dict[str, str]:
        region = f"workflow: daerah_kelima\nextends: {BASE}\nregion: kelima\ntitle: Kinerja tahunan\n{extra}"
        return {**texts(), "workflows/kelima.yaml": region}

    def test_it_passes_the_scenarios_of_the_base(self) -> None:
        process = load_texts(self.new()).processes["daerah_kelima"]
        for scenario in stories(BASE):
            assert run(process, scenario).differences == (), scenario.id

    @pytest.mark.parametrize("path", list(processes()[BASE].workflow.locked))
    def test_what_is_locked_cannot_be_touched(self, path: str) -> None:
        problems = check_texts(self.new(f"remove: [{path}]\n"))
        assert "L005" in {problem.code for problem in problems}

    @pytest.mark.parametrize(
        "extra",
        [
            "parameters: {batas_butir: 2}\n",
            "stages: {klarifikasi: {deadline: 10d}}\n",
            "values: {nilai_akhir: {weights: {nilai_hasil: 55, nilai_kontribusi: 5}}}\n",
        ],
    )
    def test_the_rest_can_be_changed(self, extra: str) -> None:
        assert [p for p in check_texts(self.new(extra)) if not p.warning] == []


def test_a_gap_that_stays_wide_is_talked_about_once_and_the_first_scores_are_kept() -> None:
    case = played("tanjungpinang", "TPI-11").case
    first: dict[str, Any] = case.values["scores_round_1"]
    assert first["selisih"] > case.values["selisih"] > 15
    assert case.path.count("klarifikasi") == 1
