"""The kinds of field: how typed text becomes a value, how it is shown again, and which values are refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from engine.errors import Invalid
from engine.kinds import Field, Number, Table, decimal_of
from engine.process import Duty, Process
from tests.unit.definitions import short

WORKFLOW = """\
scales:
  lima: {1: Buruk, 2: Kurang, 3: Cukup, 4: Baik, 5: Istimewa}
stages:
  isi: {title: Isi, actor: pegawai, form: semua, actions: {kirim: {title: Kirim, to: selesai}}}
  selesai: {title: Selesai, final: true}
"""
FORM = """\
  keterangan: {type: info, title: Keterangan}
  bagian: {type: section, title: Bagian}
  baris: {type: text, title: Baris, length: 2..5}
  paragraf: {type: textarea, title: Paragraf}
  angka: {type: number, title: Angka, allow: "> 0", code: angka_positif}
  bulat: {type: integer, title: Bulat}
  persen: {type: percent, title: Persen, allow: "[0..100]"}
  tanggal: {type: date, title: Tanggal, allow: ">= date(2025, 1, 1)"}
  ya: {type: boolean, title: Ya}
  setuju: {type: checkbox_ack, title: Setuju}
  pilih: {type: select, title: Pilih, choices: {a: A, b: B}}
  bulatan: {type: radio, title: Bulatan, choices: {a: A, b: B}}
  banyak: {type: multiselect, title: Banyak, choices: {a: A, b: B, c: C}}
  orang: {type: user_ref, title: Orang}
  skala: {type: scale, title: Skala, scale: lima}
  berkas: {type: file, title: Berkas}
  tabel:
    type: table
    title: Tabel
    rows: 1..2
    key: kode
    columns: {kode: {type: text, title: Kode}, isi: {type: number, title: Isi, optional: true}}
  jumlah: {type: computed, title: Jumlah, formula: sum(tabel.isi)}
"""


@pytest.fixture(scope="module")
def process() -> Process:
    return short(WORKFLOW + "messages: {angka_positif: Tulis angka positif.}\n", semua=FORM)


@pytest.fixture(scope="module")
def duty(process: Process) -> Duty:
    return process.duties["isi"]


def parsed(duty: Duty, name: str, *typed: str) -> Any:
    return duty.fields[name].parse(list(typed), duty.settings[name])


def refused(duty: Duty, name: str, value: Any) -> list[str]:
    return [refusal.code for refusal in duty.fields[name].refusals(value, duty.settings[name])]


class TestNumbers:
    @pytest.mark.parametrize(
        ("typed", "number"),
        [
            ("92,45", "92.45"),
            ("92.45", "92.45"),
            ("1.000,5", "1000.5"),
            ("1,000.5", "1000.5"),
            ("1.000", "1.000"),
            ("12.345.678,9", "12345678.9"),
            ("-3", "-3"),
            ("+3", "3"),
            ("007", "7"),
            (" 5 ", "5"),
        ],
    )
    def test_a_comma_or_a_point_is_read_as_people_write_it(self, duty: Duty, typed: str, number: str) -> None:
        assert parsed(duty, "angka", typed) == Decimal(number)

    @pytest.mark.parametrize(
        "typed",
        ["NaN", "Infinity", "-inf", "1e9", "1,2,3", "1.2.3", "1,00.5", "abc", "--1", "1_000", "٣", "0x1", "9" * 5000],
    )
    def test_everything_else_is_no_number(self, duty: Duty, typed: str) -> None:
        with pytest.raises(Invalid) as refusal:
            parsed(duty, "angka", typed)
        assert refusal.value.code == "bukan_angka"
        assert len(str(refusal.value)) < 200

    @pytest.mark.parametrize("typed", ["", "   "])
    def test_nothing_typed_is_nothing_answered(self, duty: Duty, typed: str) -> None:
        assert parsed(duty, "angka", typed) is None
        assert parsed(duty, "angka") is None

    def test_a_number_is_shown_with_a_comma(self, duty: Duty) -> None:
        assert duty.fields["angka"].show(Decimal("92.45")) == "92,45"

    def test_a_limit_reports_the_fields_own_code(self, duty: Duty) -> None:
        assert refused(duty, "angka", Decimal(0)) == ["angka_positif"]
        assert refused(duty, "angka", Decimal("0.01")) == []

    def test_a_limit_without_a_code_is_out_of_range(self, duty: Duty) -> None:
        assert refused(duty, "persen", Decimal(101)) == ["di_luar_skala"]

    def test_a_whole_number_has_no_fraction(self, duty: Duty) -> None:
        assert refused(duty, "bulat", Decimal("1.5")) == ["bukan_bilangan_bulat"]
        assert refused(duty, "bulat", Decimal("1.0")) == []

    @pytest.mark.parametrize("value", ["1", 1.5, True, [1], {}, Decimal("NaN"), Decimal("Infinity")])
    def test_only_finite_decimals_are_taken_from_elsewhere(self, duty: Duty, value: Any) -> None:
        assert refused(duty, "bulat", value) == ["bukan_angka"]

    @given(some.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
    @settings(max_examples=60, deadline=None)
    def test_what_is_shown_can_be_typed_again(self, number: Decimal) -> None:
        field = Number(id="x", at=None)  # type: ignore[arg-type]
        assert decimal_of(*field.raw(number)) == number


class TestDates:
    @pytest.mark.parametrize("typed", ["31-01-2026", "31/1/2026", "31.01.2026", "31 1 2026", "2026-01-31"])
    def test_a_day_is_read_as_people_write_it(self, duty: Duty, typed: str) -> None:
        assert parsed(duty, "tanggal", typed) == date(2026, 1, 31)

    def test_a_day_that_is_in_no_calendar_is_refused(self, duty: Duty) -> None:
        with pytest.raises(Invalid) as refusal:
            parsed(duty, "tanggal", "30-02-2026")
        assert refusal.value.code == "tanggal_tidak_ada"

    def test_anything_else_is_no_day(self, duty: Duty) -> None:
        with pytest.raises(Invalid) as refusal:
            parsed(duty, "tanggal", "besok")
        assert refusal.value.code == "bukan_tanggal"

    def test_limits_hold_for_days(self, duty: Duty) -> None:
        assert refused(duty, "tanggal", date(2024, 12, 31)) == ["tanggal_di_luar_batas"]
        assert refused(duty, "tanggal", "2025-01-01") == ["bukan_tanggal"]


class TestTexts:
    def test_line_ends_and_composed_letters_are_one(self, duty: Duty) -> None:
        assert parsed(duty, "paragraf", "a\r\nb\rc e\u0301") == "a\nb\nc \u00e9"

    @pytest.mark.parametrize("typed", ["a\x00b", "a\x1bb", "a\ud800b"])
    def test_control_characters_are_refused(self, duty: Duty, typed: str) -> None:
        with pytest.raises(Invalid) as refusal:
            parsed(duty, "paragraf", typed)
        assert refusal.value.code == "karakter_tidak_sah"

    @pytest.mark.parametrize(("value", "codes"), [("a", ["panjang_teks"]), ("abcdef", ["panjang_teks"]), ("abc", [])])
    def test_a_text_has_its_length(self, duty: Duty, value: str, codes: list[str]) -> None:
        assert refused(duty, "baris", value) == codes

    def test_a_text_without_a_length_has_a_limit_too(self, duty: Duty) -> None:
        assert refused(duty, "paragraf", "x" * 10_001) == ["panjang_teks"]
        assert refused(duty, "paragraf", ["x"]) == ["nilai_tidak_terbaca"]


class TestChoices:
    @pytest.mark.parametrize("name", ["pilih", "bulatan"])
    def test_only_options_can_be_chosen(self, duty: Duty, name: str) -> None:
        assert refused(duty, name, "a") == []
        for wrong in ("c", "A", True, ["a"], {"a": "a"}):
            assert refused(duty, name, wrong) == ["pilihan_tidak_dikenal"]

    def test_several_options_are_judged_one_by_one(self, duty: Duty) -> None:
        assert parsed(duty, "banyak", "a", "", "b") == ["a", "b"]
        assert parsed(duty, "banyak", "") is None
        assert refused(duty, "banyak", ["a", "x", ["b"]]) == ["pilihan_tidak_dikenal"] * 2
        assert refused(duty, "banyak", "a") == ["nilai_tidak_terbaca"]

    def test_yes_and_no_are_read_from_their_controls(self, duty: Duty) -> None:
        assert parsed(duty, "ya", "false") is False
        assert duty.fields["ya"].raw(False) == ["false"]
        with pytest.raises(Invalid):
            parsed(duty, "ya", "mungkin")
        assert refused(duty, "ya", "true") == ["pilihan_tidak_dikenal"]

    def test_an_acknowledgement_must_be_given(self, duty: Duty) -> None:
        assert refused(duty, "setuju", False) == ["nilai_wajib"]
        assert refused(duty, "setuju", True) == []

    def test_a_person_is_an_id(self, duty: Duty) -> None:
        assert refused(duty, "orang", "p-1") == []
        assert refused(duty, "orang", {"id": 1}) == ["pilihan_tidak_dikenal"]

    @pytest.mark.parametrize("value", [Decimal(6), Decimal(0), Decimal("4.5"), "4", 4, Decimal("NaN")])
    def test_a_mark_outside_the_scale_is_refused(self, duty: Duty, value: Any) -> None:
        assert refused(duty, "skala", value) == ["di_luar_skala"]

    def test_a_mark_of_the_scale_is_taken(self, duty: Duty) -> None:
        assert parsed(duty, "skala", "4") == Decimal(4)
        assert refused(duty, "skala", Decimal(4)) == []


class TestFiles:
    def test_a_file_is_named_by_its_id(self, duty: Duty) -> None:
        value = {"id": "f1", "name": "bukti.pdf", "size": Decimal(10)}
        assert refused(duty, "berkas", value) == []
        assert duty.fields["berkas"].show(value) == "bukti.pdf"

    @pytest.mark.parametrize("value", ["f1", {"id": 1, "name": "x"}, {"id": "f1"}, []])
    def test_anything_else_is_no_file(self, duty: Duty, value: Any) -> None:
        assert refused(duty, "berkas", value) == ["nilai_tidak_terbaca"]


class TestTables:
    def test_the_number_of_rows_is_bounded(self, duty: Duty) -> None:
        rows = [{"kode": str(number)} for number in range(3)]
        assert refused(duty, "tabel", rows) == ["jumlah_baris"]

    def test_no_two_rows_share_a_key(self, duty: Duty) -> None:
        table = duty.fields["tabel"]
        refusals = table.refusals([{"kode": "a"}, {"kode": "a"}], duty.settings["tabel"])
        assert [(r.code, r.path) for r in refusals] == [("kode_ganda", "tabel.1.kode")]

    @pytest.mark.parametrize("value", ["x", [1], [["a"]], {"a": "b"}])
    def test_rows_that_are_none_are_refused(self, duty: Duty, value: Any) -> None:
        assert refused(duty, "tabel", value) == ["nilai_tidak_terbaca"]

    def test_only_asked_columns_are_answered(self, duty: Duty) -> None:
        table = duty.fields["tabel"]
        assert isinstance(table, Table)
        assert [column.id for column in table.answered()] == ["kode", "isi"]


class TestEveryKind:
    def test_this_file_has_a_field_of_each(self, duty: Duty) -> None:
        assert set(Field.kinds) - {item.kind for item in duty.fields.values()} == {"ratings"}

    def test_nothing_answered_is_shown_as_nothing(self, duty: Duty) -> None:
        asked = [item for item in duty.fields.values() if not isinstance(item, Table)]
        assert {item.show(None) for item in asked} == {""}
        assert all(item.raw(None) == [] for item in asked)

    def test_no_value_from_elsewhere_makes_one_stumble(self, duty: Duty) -> None:
        strange = ["", "x", 0, 1.5, True, None, [], [[]], {}, {"id": []}, Decimal("sNaN"), date(2025, 1, 1), object()]
        for name, item in duty.fields.items():
            for value in strange:
                assert isinstance(item.refusals(value, duty.settings[name]), list)
