"""Scenarios: whole appraisals played through the engine, and every difference told."""

import json
from decimal import Decimal
from typing import Any

import pytest

from engine.errors import DefinitionError
from engine.process import Process
from engine.scenario import Result, read_scenarios, run, same
from tests.unit.definitions import FILES, process_of

SCENARIO: dict[str, Any] = {
    "id": "CONTOH-1",
    "workflow": "penilaian_kinerja",
    "title_id": "Tanpa hambatan",
    "employee": {"nama": "Sari", "golongan": "IV", "hukuman": False, "tidak_dikenal": 1},
    "steps": [
        {"stage": "rencana", "actor": "pegawai", "action": "ajukan", "form": {
            "sasaran": [{"kode": "a", "bobot": 60, "catatan": "x"}, {"kode": "b", "bobot": 40}],
            "mulai": "2025-02-01"}},
        {"stage": "umpan_balik", "actor": "pegawai", "action": "jawab", "form": {"km": 4, "pl": 5}},
        {"stage": "umpan_balik", "actor": "rekan", "rater": "r1", "action": "jawab", "form": {"km": 4, "pl": 4}},
        {"stage": "umpan_balik", "actor": "rekan", "rater": "r1", "action": "jawab", "form": {"km": 4, "pl": 4},
         "expect_error": "sudah_menilai"},
        {"stage": "umpan_balik", "actor": "rekan", "rater": "r2", "action": "jawab", "form": {"km": 5, "pl": 5}},
        {"stage": "umpan_balik", "actor": "sistem", "action": "tutup", "form": {}},
        {"stage": "penilaian", "actor": "atasan", "action": "tetapkan", "form": {
            "dinilai": {"a": "10", "b": 8}, "catatan": "Bagus", "setuju": "ya", "sikap": 5, "tahu": True,
            "latihan": ["km"]}},
    ],
    "expected": {
        "path": ["rencana", "umpan_balik", "penilaian", "selesai"],
        "scores": {"hasil": "92", "perilaku": 90, "perilaku_rekan": 90},
        "predikat": "SANGAT_BAIK",
        "saran": [],
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def process() -> Process:
    return process_of(FILES)


def played(process: Process, **changes: Any) -> Result:
    text = json.dumps({"scenarios": [{**SCENARIO, **changes}]})
    (scenario,) = read_scenarios(text, "contoh.json")
    return run(process, scenario)


class TestPlaying:
    def test_a_sound_scenario_passes(self, process: Process) -> None:
        assert played(process).differences == ()

    def test_a_wrong_score_is_told_with_both(self, process: Process) -> None:
        (difference,) = played(process, expected={"hasil": 91}).differences
        assert "92.00" in difference and "91" in difference

    def test_a_wrong_path_is_told(self, process: Process) -> None:
        (difference,) = played(process, expected={"path": ["rencana"]}).differences
        assert "selesai" in difference

    def test_a_value_that_is_not_there_is_told(self, process: Process) -> None:
        (difference,) = played(process, expected={"tidak_ada": 1}).differences
        assert "tidak_ada" in difference

    def test_a_step_at_another_stage_is_told(self, process: Process) -> None:
        steps = [{**SCENARIO["steps"][0], "stage": "penilaian"}]
        (difference,) = played(process, steps=steps, expected={}).differences
        assert "langkah 1" in difference and "penilaian" in difference

    def test_an_unexpected_refusal_is_told_with_its_code(self, process: Process) -> None:
        steps = [{**SCENARIO["steps"][0], "form": {}}]
        (difference,) = played(process, steps=steps, expected={}).differences
        assert "jumlah_baris" in difference

    def test_an_expected_refusal_that_does_not_come_is_told(self, process: Process) -> None:
        steps = [{**SCENARIO["steps"][0], "expect_error": "nilai_wajib"}]
        (difference,) = played(process, steps=steps, expected={}).differences
        assert "nilai_wajib" in difference

    def test_another_refusal_than_expected_is_told(self, process: Process) -> None:
        steps = [{**SCENARIO["steps"][0], "form": {}, "expect_error": "sudah_menilai"}]
        assert len(played(process, steps=steps, expected={}).differences) == 1

    def test_a_value_that_cannot_be_read_is_refused(self, process: Process) -> None:
        steps = [{**SCENARIO["steps"][0], "form": {"mulai": "besok"}, "expect_error": "bukan_tanggal"}]
        assert played(process, steps=steps, expected={}).differences == ()


class TestReading:
    def test_yaml_beside_a_workflow_is_read_too(self) -> None:
        text = "scenarios: penilaian_kinerja\nlist:\n  - {id: A-1, title: Satu, steps: [], expected: {}}\n"
        (scenario,) = read_scenarios(text, "x.yaml")
        assert (scenario.id, scenario.workflow, scenario.title) == ("A-1", "penilaian_kinerja", "Satu")

    def test_a_file_that_is_no_json_is_told_with_its_place(self) -> None:
        with pytest.raises(DefinitionError) as error:
            read_scenarios('{"scenarios": [\n  {]}', "x.json")
        assert [(p.code, p.place.line) for p in error.value.problems] == [("D011", 2)]


class TestComparing:
    @pytest.mark.parametrize(
        ("found", "wanted"),
        [
            (Decimal("92.00"), "92"),
            (Decimal("92.5"), Decimal("92.50")),
            (True, "true"),
            (None, ""),
            (None, "null"),
            ([{"a": Decimal(1), "b": "x"}], [{"a": 1}]),
            ("BAIK", "BAIK"),
        ],
    )
    def test_what_says_the_same_is_the_same(self, found: Any, wanted: Any) -> None:
        assert same(found, wanted)

    @pytest.mark.parametrize(
        ("found", "wanted"),
        [
            (Decimal("92.01"), "92"),
            (Decimal(1), "x"),
            (False, "true"),
            (None, "x"),
            (["a"], ["a", "b"]),
            ({"a": 1}, []),
        ],
    )
    def test_what_does_not_is_not(self, found: Any, wanted: Any) -> None:
        assert not same(found, wanted)
