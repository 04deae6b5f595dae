"""Words that processes share: which of two wins, what tables decide, how functions round."""

from decimal import Decimal
from typing import Any

import pytest

from engine import feel
from engine.process import Process
from engine.words import constant, rounded
from tests.unit.definitions import FILES, ROLES, process_of, short

STAGES = "stages: {isi: {title: Isi, actor: pegawai, final: true}}\n"


@pytest.fixture(scope="module")
def process() -> Process:
    return process_of(FILES)


class TestRounding:
    @pytest.mark.parametrize(
        ("number", "decimals", "result"),
        [
            ("28.125", 2, "28.13"),
            ("28.124999", 2, "28.12"),
            ("-28.125", 2, "-28.13"),
            ("2.5", 0, "3"),
            ("3.5", 0, "4"),
            ("85", 2, "85.00"),
            ("1.00005", 4, "1.0001"),
        ],
    )
    def test_half_is_rounded_up(self, number: str, decimals: int, result: str) -> None:
        assert str(rounded(Decimal(number), decimals)) == result

    def test_numbers_inside_lists_and_rows_are_rounded_too(self) -> None:
        value = [{"n": Decimal("1.005"), "t": "1.005"}, None, True]
        assert rounded(value, 2) == [{"n": Decimal("1.01"), "t": "1.005"}, None, True]

    def test_no_decimals_leaves_a_number_as_it_is(self) -> None:
        assert str(rounded(Decimal("1.23456"), None)) == "1.23456"


class TestTables:
    @pytest.mark.parametrize(
        ("nilai", "golongan", "result", "row"),
        [
            ("90", "IV", "SANGAT_BAIK", 1),
            ("90", "III", "BAIK", 2),
            ("89.99", "IV", "BAIK", 2),
            ("70", "III", "BAIK", 2),
            ("0", "III", "KURANG", 3),
        ],
    )
    def test_the_first_row_that_holds_decides(
        self, process: Process, nilai: str, golongan: str, result: str, row: int
    ) -> None:
        fired = process.decisions["predikat_dari"](Decimal(nilai), golongan)
        assert (fired.result, fired.row) == (result, row)

    @pytest.mark.parametrize("given", [(None, "III"), (Decimal(95), None), (None, None)])
    def test_a_missing_score_never_lands_in_the_last_row(self, process: Process, given: Any) -> None:
        fired = process.decisions["predikat_dari"](*given)
        assert (fired.result, fired.row) == (None, None)

    def test_a_row_may_test_for_null(self) -> None:
        process = short(
            STAGES + "choices: {ya: {title: Y, options: {A: A, B: B}}}\n"
            "tables:\n"
            "  tab:\n"
            "    inputs: {x: number, y: ya}\n"
            "    output: number\n"
            '    rows: [["null", "-", 0], ["-", "A, null", = x * 2], ["-", B, "7"]]\n'
        )
        decide = process.decisions["tab"]
        assert decide(None, "A").result == 0
        assert decide(Decimal(3), None).result == 6
        assert decide(Decimal(3), "B").result == 7
        assert decide(None, None).row is None

    def test_a_cell_may_be_an_interval_or_a_list(self) -> None:
        process = short(
            STAGES
            + "tables: {tab: {inputs: {x: number}, output: text, "
            + 'rows: [["[0..50)", rendah], ["50, 60", pas], ["-", "= null"]]}}\n'
        )
        decide = process.decisions["tab"]
        assert [decide(Decimal(x)).result for x in ("0", "49.9", "50", "60", "55")] == [
            "rendah", "rendah", "pas", "pas", None,
        ]  # fmt: skip

    def test_functions_and_tables_may_call_each_other(self) -> None:
        process = short(
            STAGES + "functions:\n"
            '  dua: {inputs: {x: number}, formula: "tab(x) * 2"}\n'
            "  tiga: {inputs: {x: number}, formula: x + 3}\n"
            'tables: {tab: {inputs: {x: number}, output: number, rows: [["-", = tiga(x)]]}}\n'
        )
        assert process.words.callables["dua"](Decimal(1)) == 8


class TestFunctionsAndCatalogues:
    def test_a_function_rounds_what_it_gives(self, process: Process) -> None:
        assert process.words.callables["persen"](Decimal(1), Decimal(3)) == Decimal("33.3")
        assert process.words.callables["lipat"](Decimal(1)) == Decimal("2.0")

    def test_a_function_of_null_is_null(self, process: Process) -> None:
        assert process.words.callables["persen"](None, Decimal(3)) is None

    def test_a_catalogue_finds_a_row_by_its_key(self, process: Process) -> None:
        row = process.words.callables["butir"]("km")
        assert (row["kode"], row["title"], row["bobot"], row["sejak"].year) == ("km", "Kerja sama", 60, 2024)
        assert process.words.callables["butir"]("xx") is None

    def test_a_cell_that_is_left_out_is_null(self, process: Process) -> None:
        assert process.words.callables["butir"]("pl")["predikat"] is None

    @pytest.mark.parametrize("text", ["", "abc", "1e3", "NaN", "1,5"])
    def test_a_literal_that_is_no_number_is_null(self, text: str) -> None:
        assert constant(text, feel.NUMBER) is None


class TestMerging:
    def test_a_workflow_has_the_last_word(self) -> None:
        own = "tables:\n  predikat_dari: {inputs: {a: number, b: text}, output: predikat, rows: [['-', '-', BAIK]]}\n"
        files = {**FILES, "workflows/penilaian.yaml": FILES["workflows/penilaian.yaml"] + own}
        assert process_of(files).decisions["predikat_dari"](Decimal(1), "x").result == "BAIK"

    @pytest.mark.parametrize(("defaults", "decimals"), [("", 3), ("defaults: {readers: {atasan: now}}\n", 3),
                                                        ("defaults: {decimals: 1}\n", 1)])  # fmt: skip
    def test_defaults_that_say_nothing_of_decimals_leave_them(self, defaults: str, decimals: int) -> None:
        files = {
            "workflows/k.yaml": "vocabulary: kata\ndefaults: {decimals: 3, readers: {pegawai: isi}}\n" + ROLES,
            "workflows/p.yaml": "workflow: proses\ntitle: P\nstart: isi\nuse: [kata]\n" + STAGES + defaults,
        }
        assert process_of(files).words.defaults.decimals == decimals

    def test_without_any_default_scores_have_two_decimals(self) -> None:
        assert short(STAGES).words.defaults.decimals == 2

    def test_readers_of_defaults_are_merged_by_role(self) -> None:
        files = {
            "workflows/k.yaml": "vocabulary: kata\ndefaults: {readers: {pegawai: isi, atasan: now}}\n" + ROLES,
            "workflows/p.yaml": "workflow: proses\ntitle: P\nstart: isi\nuse: [kata]\n"
            + STAGES
            + "defaults: {readers: {pegawai: none}}\n",
        }
        assert process_of(files).words.defaults.readers == {"pegawai": "none", "atasan": "now"}
