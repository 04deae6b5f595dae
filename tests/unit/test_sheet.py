"""A form in somebody's hands: what is shown, wanted, computed and prefilled, and that all of it agrees."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.act import act
from engine.case import Actor, Case
from engine.process import Process
from engine.sheet import Sheet, opening, refusals, sheet
from tests.unit.definitions import FILES, NOW, ROLES, begun, process_of, short

EMPLOYEE = Actor(role="pegawai", person="p")
ONE_FORM = """\
stages:
  isi: {title: Isi, actor: pegawai, form: isi, actions: {kirim: {title: Kirim, to: lagi}}}
  lagi: {title: Lagi, actor: pegawai, form: lagi, actions: {kembali: {title: K, to: isi}, akhir: {title: A, to: habis}}}
  habis: {title: Habis, final: true}
"""


def one(fields: str, values: str = "", lagi: str = "  z: {type: text, title: Z, optional: true}\n") -> Process:
    return short(ONE_FORM + values, isi=fields, lagi=lagi)


def filled(process: Process, case: Case | None = None, action: str = "kirim", **answers: Any) -> Sheet:
    case = case or begun(process)
    return sheet(process, case, EMPLOYEE, process.stages[case.stage].actions[action], answers, NOW)


def wrong(process: Process, **answers: Any) -> list[tuple[str, str]]:
    return [(refusal.code, refusal.path) for refusal in refusals(process, filled(process, **answers))]


class TestShown:
    FIELDS = """\
  jenis: {type: select, title: Jenis, choices: {a: A, b: B}}
  lain: {type: text, title: Lain, show_if: jenis = "b"}
  sebab: {type: text, title: Sebab, show_if: lain != null}
  kepala: {type: section, title: Kepala, show_if: jenis = "b"}
  isi_kepala: {type: text, title: Isi}
  kaki: {type: section, title: Kaki}
  akhir: {type: text, title: Akhir, optional: true}
"""

    def test_a_hidden_field_is_neither_wanted_nor_kept(self) -> None:
        found = filled(one(self.FIELDS), jenis="a", lain="x", sebab="y", isi_kepala="z")
        assert {name: found.ask(name).shown for name in ("lain", "sebab", "isi_kepala", "akhir")} == {
            "lain": False, "sebab": False, "isi_kepala": False, "akhir": True,
        }  # fmt: skip
        assert found.inputs == {"jenis": "a"}
        assert wrong(one(self.FIELDS), jenis="a", lain="x") == []

    def test_what_depends_on_a_hidden_field_sees_null(self) -> None:
        found = filled(one(self.FIELDS), jenis="a", lain="x", sebab="y")
        assert found.local["lain"] is None and not found.ask("sebab").shown

    def test_a_section_covers_the_fields_up_to_the_next(self) -> None:
        assert wrong(one(self.FIELDS), jenis="b") == [("nilai_wajib", "lain"), ("nilai_wajib", "isi_kepala")]

    def test_hidden_ratings_lose_their_marks(self) -> None:
        head = "workflow: w\ntitle: W\nstart: isi\nuse: [butir]\nroles: {pegawai: {title: P, is: subject}}\n"
        process = process_of(
            {
                "k.yaml": "catalogue: butir\nkey: kode\nrows: {km: Kerja sama, pl: Pelayanan}\n",
                "w.yaml": head + "scales: {lima: {1: a, 2: b}}\n" + ONE_FORM,
                "i.yaml": "form: isi\ntitle: I\nfields:\n  ya: {type: boolean, title: Y}\n"
                "  nilai_butir: {type: ratings, title: N, from: butir, scale: lima, show_if: ya}\n",
                "l.yaml": "form: lagi\ntitle: L\nfields: {z: {type: text, title: Z}}\n",
            }
        )
        found = filled(process, ya=False, km=Decimal(1))
        assert found.inputs == {"ya": False} and found.answers == {"ya": False}
        assert wrong(process, ya=True, km=Decimal(1)) == [("nilai_wajib", "pl")]
        assert filled(process, ya=True, km=Decimal(1)).local["nilai_butir"] == [
            {"kode": "km", "title": "Kerja sama", "nilai": 1}
        ]

    def test_a_computed_field_that_is_hidden_is_null(self) -> None:
        fields = (
            "  a: {type: number, title: A, optional: true}\n"
            "  ganda: {type: computed, title: G, formula: a * 2, show_if: a > 5}\n"
            "  lipat: {type: computed, title: L, formula: ganda + 1}\n"
        )
        assert filled(one(fields), a=Decimal(6)).answers == {"a": 6, "ganda": 12, "lipat": 13}
        assert filled(one(fields), a=Decimal(2)).answers == {"a": 2, "lipat": None}


class TestWanted:
    def test_required_if_brings_the_duty_back(self) -> None:
        process = one("  a: {type: boolean, title: A}\n  b: {type: text, title: B, optional: true, required_if: a}\n")
        assert wrong(process, a=False) == []
        assert wrong(process, a=True) == [("nilai_wajib", "b")]

    @pytest.mark.parametrize("nothing", [None, "", []])
    def test_nothing_at_all_is_no_answer(self, nothing: Any) -> None:
        assert wrong(one("  a: {type: multiselect, title: A, choices: {x: X}}\n"), a=nothing) == [("nilai_wajib", "a")]
        assert wrong(one("  a: {type: text, title: A}\n"), a=nothing) == [("nilai_wajib", "a")]

    def test_false_and_nought_are_answers(self) -> None:
        process = one("  a: {type: boolean, title: A}\n  b: {type: number, title: B}\n")
        assert wrong(process, a=False, b=Decimal(0)) == []

    def test_a_field_reports_its_own_code(self) -> None:
        process = one("  a: {type: text, title: A, code: a_wajib}\n", "messages: {a_wajib: Isi A.}\n")
        assert wrong(process) == [("a_wajib", "a")]

    def test_limits_may_depend_on_other_answers(self) -> None:
        fields = "  a: {type: date, title: A}\n  b: {type: date, title: B, allow: '>= a'}\n"
        assert wrong(one(fields), a=date(2025, 2, 1), b=date(2025, 1, 1)) == [("tanggal_di_luar_batas", "b")]
        assert wrong(one(fields), a=date(2025, 2, 1), b=date(2025, 2, 1)) == []


class TestTables:
    FIELDS = """\
  target:
    type: table
    title: Target
    rows: 1..3
    key: kode
    columns:
      kode: {type: text, title: Kode}
      bobot: {type: number, title: Bobot, allow: "> 0"}
      alasan: {type: text, title: Alasan, show_if: bobot > 50}
      separuh: {type: computed, title: Separuh, formula: bobot / 2}
  jumlah: {type: computed, title: Jumlah, formula: sum(target.separuh)}
"""
    LATER = """\
  dinilai:
    type: table
    title: Dinilai
    from: isi.target
    columns:
      capaian: {type: number, title: Capaian, initial: bobot * 2}
      selisih: {type: computed, title: Selisih, formula: capaian - bobot}
"""

    def rows(self, *rows: tuple[str, int]) -> list[dict[str, Any]]:
        return [{"kode": code, "bobot": Decimal(weight)} for code, weight in rows]

    def test_each_cell_is_judged_at_its_own_path(self) -> None:
        rows = [*self.rows(("a", 60), ("b", 0)), {"kode": None, "bobot": Decimal(1)}]
        assert wrong(one(self.FIELDS), target=rows) == [
            ("nilai_wajib", "target.0.alasan"),
            ("di_luar_skala", "target.1.bobot"),
            ("nilai_wajib", "target.2.kode"),
        ]

    def test_a_column_that_is_not_shown_is_null(self) -> None:
        rows = [{"kode": "a", "bobot": Decimal(5), "alasan": "x"}]
        assert filled(one(self.FIELDS), target=rows).answers["target"][0]["alasan"] is None

    def test_rows_are_computed_before_what_reads_them(self) -> None:
        found = filled(one(self.FIELDS), target=self.rows(("a", 10), ("b", 20)))
        assert found.local["jumlah"] == found.answers["jumlah"] == 15

    def test_a_computed_field_may_stand_before_those_it_reads(self) -> None:
        fields = (
            "  dua: {type: computed, title: D, formula: satu * 2}\n"
            "  satu: {type: computed, title: S, formula: a + 1}\n"
            "  a: {type: number, title: A}\n"
        )
        assert filled(one(fields), a=Decimal(1)).answers == {"a": 1, "satu": 2, "dua": 4}

    def test_a_computed_field_sees_values_with_the_answers_in(self) -> None:
        fields = self.FIELDS + "  langsung: {type: computed, title: L, formula: total}\n"
        process = one(fields, "values: {total: {formula: sum(isi.target.separuh) * 10, optional: true}}\n")
        assert filled(process, target=self.rows(("a", 10))).local["langsung"] == 50

    def test_an_empty_table_is_refused_for_its_number_of_rows(self) -> None:
        assert wrong(one(self.FIELDS)) == [("jumlah_baris", "target")]

    def later(self) -> tuple[Process, Case]:
        process = one(self.FIELDS, lagi=self.LATER)
        answers = {"target": self.rows(("a", 10), ("b", 20))}
        return process, act(process, begun(process), EMPLOYEE, "kirim", answers, NOW).case

    def test_given_rows_are_copied_with_what_a_person_adds(self) -> None:
        process, case = self.later()
        found = filled(process, case, "akhir", dinilai={"a": Decimal(12), "b": Decimal(20)})
        assert [(r["kode"], r["bobot"], r["capaian"], r["selisih"]) for r in found.answers["dinilai"]] == [
            ("a", 10, 12, 2), ("b", 20, 20, 0),
        ]  # fmt: skip

    def test_a_given_row_cannot_be_changed_or_added(self) -> None:
        process, case = self.later()
        sent = [{"kode": "a", "bobot": Decimal(99), "capaian": Decimal(1)}, {"kode": "x", "capaian": Decimal(1)}]
        found = filled(process, case, "akhir", dinilai=sent)
        assert [(r["kode"], r["bobot"], r["capaian"]) for r in found.answers["dinilai"]] == [
            ("a", 10, 1), ("b", 20, None),
        ]  # fmt: skip
        assert {(r.code, r.path) for r in refusals(process, found)} == {
            ("baris_sumber_berubah", "dinilai"),
            ("nilai_wajib", "dinilai.1.capaian"),
        }

    def test_a_cell_that_nobody_filled_in_is_null_and_not_that_of_the_source(self) -> None:
        column = "bobot: {type: number, title: B, optional: true}"
        process = one(self.FIELDS, lagi=f"  lagi: {{type: table, title: L, from: isi.target, columns: {{{column}}}}}\n")
        case = act(process, begun(process), EMPLOYEE, "kirim", {"target": self.rows(("a", 10), ("b", 20))}, NOW).case
        found = filled(process, case, "akhir", lagi={"a": Decimal(3)})
        assert [row["bobot"] for row in found.answers["lagi"]] == [3, None]

    def test_given_rows_open_with_their_initial_values(self) -> None:
        process, case = self.later()
        action = process.stages["lagi"].actions["akhir"]
        assert opening(process, case, EMPLOYEE, action, date(2025, 3, 3))["dinilai"] == [
            {"kode": "a", "capaian": 20},
            {"kode": "b", "capaian": 40},
        ]


class TestOpening:
    FIELDS = """\
  mulai: {type: date, title: Mulai, initial: today}
  catatan: {type: text, title: Catatan, optional: true}
"""

    def test_a_form_opens_with_its_initial_values(self) -> None:
        process = one(self.FIELDS)
        action = process.stages["isi"].actions["kirim"]
        assert opening(process, begun(process), EMPLOYEE, action, date(2025, 3, 3)) == {"mulai": date(2025, 3, 3)}

    def test_a_form_opens_with_the_last_answers_and_not_the_initial_ones(self) -> None:
        process = one(self.FIELDS)
        case = act(process, begun(process), EMPLOYEE, "kirim", {"mulai": date(2025, 1, 9), "catatan": "x"}, NOW).case
        case = act(process, case, EMPLOYEE, "kembali", {}, NOW).case
        action = process.stages["isi"].actions["kirim"]
        last = {"mulai": date(2025, 1, 9), "catatan": "x"}
        assert opening(process, case, EMPLOYEE, action, date(2025, 3, 3)) == last
        assert opening(process, case, EMPLOYEE, action, date(2025, 3, 3), afresh=True) == {"mulai": date(2025, 3, 3)}


class TestOptions:
    def test_options_may_be_the_rows_of_an_earlier_table(self) -> None:
        later = "  pilihan: {type: select, title: P, from: isi.target}\n"
        process = one(TestTables.FIELDS, lagi=later)
        rows = [{"kode": "a", "bobot": Decimal(1)}]
        case = act(process, begun(process), EMPLOYEE, "kirim", {"target": rows}, NOW).case
        found = filled(process, case, "akhir", pilihan="b")
        assert dict(found.ask("pilihan").setting.options) == {"a": "a"}
        assert [r.code for r in refusals(process, found)] == ["pilihan_tidak_dikenal"]
        assert list(refusals(process, filled(process, case, "akhir", pilihan="a"))) == []

    #: A column and a field that are called like the catalogue they choose from.
    LIKE_A_CATALOGUE = """\
  target:
    type: table
    title: T
    rows: 0..2
    columns: {butir: {type: select, title: B, from: butir}}
  butir: {type: select, title: B, from: 'butir[aspek = "b"]', optional: true}
"""
    CATALOGUE = """\
catalogue: butir
key: kode
columns: {aspek: text}
rows: {km: {title: Kemampuan, aspek: a}, pl: {title: Pelayanan, aspek: b}}
"""

    def chosen(self, **answers: Any) -> list[tuple[str, str]]:
        head = "workflow: contoh\ntitle: Contoh\nuse: [butir]\nstart: isi\n" + ROLES + ONE_FORM
        forms = {"isi": self.LIKE_A_CATALOGUE, "lagi": "  z: {type: text, title: Z, optional: true}\n"}
        texts = {f"forms/{n}.yaml": f"form: {n}\ntitle: {n}\nfields:\n{text}" for n, text in forms.items()}
        process = process_of({"workflows/contoh.yaml": head, "workflows/butir.yaml": self.CATALOGUE, **texts})
        return wrong(process, **answers)

    def test_a_choice_may_be_called_like_the_catalogue_it_chooses_from(self) -> None:
        assert self.chosen(target=[{"butir": "km"}], butir="pl") == []

    def test_its_options_are_those_of_the_catalogue_all_the_same(self) -> None:
        assert self.chosen(target=[{"butir": "xx"}], butir="km") == [
            ("pilihan_tidak_dikenal", "target.0.butir"),
            ("pilihan_tidak_dikenal", "butir"),
        ]


class TestWholeProcess:
    def test_a_sheet_can_be_made_of_nothing_for_everybody(self) -> None:
        process = process_of(FILES)
        case = begun(process)
        for stage in process.stages.values():
            standing = replace(case, stage=stage.id)
            for action in stage.actions.values():
                for role in process.words.roles:
                    assert sheet(process, standing, Actor(role=role), action, {}, NOW).inputs == {}
