"""Batanghari and Pauh: what their scenarios cannot say."""

from __future__ import annotations

from typing import Any

import pytest

from engine.access import reads_duty, reads_field, reads_value
from tests.shipped import played, processes

BATANGHARI, PAUH = "batanghari_kompetensi", "pauh_kompetensi_layanan"


class TestFollowUp:
    @pytest.mark.parametrize(
        ("file", "ident", "stage", "started"),
        [
            ("batanghari", "BTH-19", "penyusunan_idp", 1),
            ("batanghari", "BTH-13", "penyusunan_idp", 1),
            ("batanghari", "BTH-12", "", 0),
            ("batanghari", "BTH-1", "", 0),
            ("pauh", "PAUH-18", "rencana_pelatihan", 1),
            ("pauh", "PAUH-13", "rencana_pelatihan", 1),
            ("pauh", "PAUH-17", "", 0),
        ],
    )
    def test_coaching_begins_once_the_result_stands(self, file: str, ident: str, stage: str, started: int) -> None:
        entries = played(file, ident, stage).entries
        assert [e.inputs["workflow"] for e in entries if e.event == "started"] == ["pembinaan_kinerja"] * started

    @pytest.mark.parametrize(("file", "ident"), [("batanghari", "BTH-13"), ("pauh", "PAUH-13")])
    def test_a_second_cycle_begins_no_second_coaching(self, file: str, ident: str) -> None:
        assert sum(e.event == "started" for e in played(file, ident).entries) == 1


class TestWording:
    @pytest.mark.parametrize(
        ("ident", "titles"),
        [
            ("BTH-1", {"t2": "Pelaksanaan mengajar", "s2": "Interaksi dengan siswa", "k2": "Berbagi pengetahuan"}),
            ("BTH-11", {"t2": "Kepatuhan SOP", "s1": "Komunikasi dengan pasien"}),
            ("BTH-18", {"t1": "Penguasaan tugas lapangan", "s1": "Komunikasi"}),
            ("BTH-13", {"t1": "Penguasaan tugas", "s2": "Empati dan pelayanan"}),
            ("BTH-16", {"t1": "Penguasaan tugas"}),
        ],
    )
    def test_the_plan_names_items_as_the_assessment_did(self, ident: str, titles: dict[str, str]) -> None:
        rows = played("batanghari", ident).case.values["idp"]
        assert {row["item"]: row["title"] for row in rows if row["item"] in titles} == titles


class TestPlan:
    def rows(self, ident: str) -> list[dict[str, Any]]:
        return played("batanghari", ident).case.values["idp"]

    def test_large_gaps_go_to_a_classroom_with_coaching_and_small_ones_elsewhere_first(self) -> None:
        routes = {row["prioritas"]: row["jalur"] for row in self.rows("BTH-13")}
        assert routes == {
            "tinggi": "klasikal_coaching",
            "sedang": "nonklasikal_dahulu",
            "usulan_pegawai": "klasikal",
        }

    def test_enrichment_goes_the_way_of_its_training(self) -> None:
        (row,) = self.rows("BTH-3")
        assert (row["jalur"], row["metode"], row["jp"]) == ("nonklasikal", "coaching_mentoring", 20)

    def test_every_row_has_a_day_by_which_it_is_to_be_finished(self) -> None:
        for ident in ("BTH-3", "BTH-5", "BTH-11"):
            assert all(row["target_selesai"] for row in self.rows(ident))

    def test_rows_have_keys_of_their_own(self) -> None:
        for ident in ("BTH-5", "BTH-11", "BTH-13"):
            keys = [row["kode"] for row in self.rows(ident)]
            assert len(set(keys)) == len(keys)


class TestReading:
    def test_the_assessment_is_read_by_the_employee_once_it_can_be_answered(self) -> None:
        process = processes()[BATANGHARI]
        before = played("batanghari", "BTH-1", "asesmen_kompetensi").case
        after = played("batanghari", "BTH-1", "umpan_balik").case
        for name in ("butir", "nilai_kompetensi", "predikat"):
            value = process.values[name]
            assert not reads_value(process, before, value, ["pegawai"])
            assert reads_value(process, after, value, ["pegawai"])

    def test_the_profile_is_read_by_the_employee_from_the_start(self) -> None:
        process, case = processes()[PAUH], played("pauh", "PAUH-1", "evaluasi_diri").case
        assert reads_duty(case, process.duties["profil_kompetensi"], ["pegawai"])

    def test_the_contact_of_a_report_is_read_by_the_hr_office_alone(self) -> None:
        process, case = processes()[PAUH], played("pauh", "PAUH-11").case
        duty = process.duties["laporan"]
        readers = {role for role in process.words.roles if reads_field(case, duty, duty.fields["uraian"], [role])}
        alone = {
            role for role in process.words.roles if reads_field(case, duty, duty.fields["kontak_opsional"], [role])
        }
        public = set(duty.actor)
        assert alone - public == {"admin_bkd"}
        assert {"pegawai", "atasan_langsung", "pengelola_opd", "admin_bkd"} <= readers

    def test_no_value_carries_the_contact_of_a_report(self) -> None:
        for value in processes()[PAUH].values.values():
            assert all("kontak_opsional" not in expression.source for expression in value.expressions())

    def test_a_single_answer_of_the_public_is_read_by_nobody(self) -> None:
        process, case = processes()[PAUH], played("pauh", "PAUH-1").case
        duty = process.duties["umpan_balik_forum"]
        assert not any(reads_field(case, duty, item, list(process.words.roles)) for item in duty.fields.values())


class TestTrainingCycles:
    def test_what_was_found_stays_and_only_the_rest_goes_on(self) -> None:
        first = played("pauh", "PAUH-11", "rencana_pelatihan").case.values
        last = played("pauh", "PAUH-11").case.values
        for name in ("kelemahan", "predikat", "outcome", "training"):
            assert last[name] == first[name]
        assert (first["sisa_kelemahan"], last["sisa_kelemahan"]) == (
            ["teknis", "digital", "administratif"],
            ["administratif"],
        )
