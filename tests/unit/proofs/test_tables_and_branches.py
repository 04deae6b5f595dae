"""What is proved of tables and branches: with which code, where, and with which case that shows it."""

import pytest

from engine.proofs import branches
from tests.unit.proofs.fixtures import found_in

#: A process around a table, and around the routes of one action.
TABLE = """\
stages:
  isi: {title: Isi, actor: pegawai, form: isi, actions: {kirim: {to: tamat}}}
  tamat: {title: Tamat, final: true}
choices:
  mutu: {ordered: true, options: {C: Kurang, B: Cukup, A: Baik}}
scales:
  lima: {1: Buruk, 2: Kurang, 3: Cukup, 4: Baik, 5: Istimewa}
values:
  hasil: {formula: isi.angka, optional: true}
tables:
  nilai:
"""
ROUTES = """\
choices:
  mutu: {ordered: true, options: {C: Kurang, B: Cukup, A: Baik}}
scales:
  lima: {1: Buruk, 2: Kurang, 3: Cukup, 4: Baik, 5: Istimewa}
messages: {kurang: Kurang., lebih: Lebih.}
stages:
  lain: {title: Lain, actor: atasan, actions: {maju: {to: tamat}}}
  tamat: {title: Tamat, final: true}
  isi:
    title: Isi
    actor: pegawai
    form: isi
    actions:
      balik: {to: lain, without_form: true}
"""
FORM = """\
--- forms/isi
fields:
  angka: {type: number, title: Angka, allow: "[0..100]"}
  bulat: {type: integer, title: Bulat, allow: ">= 0"}
  hari: {type: date, title: Hari, optional: true}
  mutu: {type: select, title: Mutu, choices: mutu}
  ide: {type: boolean, title: Ide}
  skor: {type: scale, title: Skor, scale: lima}
  kata: {type: text, title: Kata}
"""

TABLES = [
    # a gap between whole numbers, for numbers have decimals
    ("E11table", """    inputs: {nilai: "[0..100]", ide: boolean}
    output: mutu
    §rows:
      - [">= 90", "true", A]
      - ["[60..«89¦90»]", "-", B]
      - [">= 90", "false", B]
      - ["< 60", "-", C]
""", "untuk nilai = 89.5 dan ide = tidak tidak ada baris"),
    ("E11table", """    inputs: {nilai: number}
    output: mutu
    §rows:
      - ["> 10", A]
      - ["< «9¦10», 9", C]
      - ["10", B]
""", "untuk nilai = 9.5 tidak"),
    ("E11table", """    inputs: {ide: boolean, mutu: mutu}
    output: number
    §rows:
      - ["true", "-", 2]
      - ["false", "A, «A¦B»", 1]
      - ["false", "«B¦C»", 0]
""", "untuk ide = tidak dan mutu = C tidak"),
    ("E11table", """    inputs: {skor: lima}
    output: mutu
    §rows:
      - [">= 4", A]
      - ["«3¦2, 3»", B]
      - ["1", C]
""", "untuk skor = 2 tidak"),
    ("E11table", """    inputs: {hari: date}
    output: mutu
    §rows:
      - ['> @"2025-01-31"', A]
      - ['«@"2025-01-31"¦<= @"2025-01-30"»', B]
      - ['«< @"2025-01-30"¦@"2025-01-31"»', C]
""", "untuk hari = 2025-01-30 tidak"),
    ("E11table", """    inputs: {kata: text}
    output: mutu
    §rows:
      - ['"a"', A]
      - ['"b"', B]
      - ['not("a", "b"«, "c"¦»)', C]
""", "untuk kata = c tidak"),
    # general FEEL is asked of z3
    ("E11table", """    inputs: {nilai: "[0..100]"}
    output: mutu
    §rows:
      - ["? * 2 >= 150", A]
      - ["? + 10 >= 60", B]
      - ["«? < 40¦? < 50»", C]
""", "nilai = "),
    ("W11", """    inputs: {nilai: number}
    output: mutu
    §rows:
      - ["? * ? > 4", A]
      - ["? * ? <= 3", B]
      - ["«? > 100¦-»", C]
""", None),
    # rows that never apply
    ("E12row", """    inputs: {nilai: number, ide: boolean}
    output: mutu
    rows:
      - [">= 50", "-", A]
      - §[">= «90¦0»", "true", B]
      - ["-", "-", C]
""", "untuk nilai = 90 dan ide = ya baris 1"),
    ("E12row", """    inputs: {mutu: mutu, ide: boolean}
    output: mutu
    rows:
      - ["A«, C¦»", "-", A]
      - ["-", "true", B]
      - §["C", "false", C]
      - ["B", "false", B]
""", "untuk mutu = C dan ide = tidak baris 1"),
    ("E12cell", """    inputs: {nilai: "[0..100]"}
    output: mutu
    rows:
      - §["> «100¦90»", A]
      - [">= 50", B]
      - ["-", C]
""", "baris 1"),
    ("E12dead", """    inputs: {nilai: number}
    output: mutu
    rows:
      - ["? * 2 > 10", A]
      - §["«? > 5¦? > 4»", B]
      - ["-", C]
""", "baris 2"),
    ("W12", """    inputs: {nilai: number}
    output: §mutu
    rows:
      - ["> 10", A]
      - ["> 5", B]
      - ["-", «B¦C»]
""", '"C"'),
]  # fmt: skip

BRANCHES = [
    # a gap over answers, over a value, over a rounded value, over null
    ("E11lines", """      kirim:
        to:
          lain: angka < 50
          §tamat: angka >= «51¦50»
""", "angka = 50"),
    ("E11lines", """      kirim:
        to:
          lain: nilai < 75
          §tamat: nilai > «75¦74.99»
values:
  nilai: {formula: angka_isi * 0.5 + 50, optional: true}
  angka_isi: {formula: isi.angka, optional: true}
""", "nilai = 75 "),
    ("E11lines", """      kirim:
        to:
          lain: 'mutu = "A" and ide'
          isi: 'mutu in («"B"¦"B", "C"»)'
          §tamat: not(ide)
""",
     "mutu = C dan ide = ya"),
    ("E11lines", """      kirim:
        to:
          lain: hari <= cycle.start
          §tamat: hari > cycle.start«¦ or hari = null»
""", "hari = kosong"),
    ("E11lines", """      kirim:
        require: {kurang: angka > «20¦60»}
        to:
          §tamat: angka > 50
""", "angka = "),
    ("E11lines", """      kirim:
        to:
          lain: predikat(angka) = "A"
          §tamat: predikat(angka) = «"B"¦"B" or angka < 40»
tables:
  predikat: {inputs: {n: number}, output: mutu, rows: [[">= 80", A], [">= 40", B], ["-", C]]}
""", "angka = "),
    ("E11lines", """      kirim:
        to:
          lain: count(history.isi) < 3
          §tamat: count(history.isi) > «3¦2»
""", None),
    ("E11lines", """      kirim:
        to: tamat
values:
  usul:
    optional: false
    first:
      a: isi.skor > 3
      §b: isi.skor < «3¦4» or isi.skor = null
""", None),
    # what is not linear is said to be not decided
    ("W11", """      kirim:
        to:
          lain: angka * bulat < 50
          §tamat: angka * bulat > «60¦60 or angka * bulat >= 50»
""", None),
    # lines that never hold
    ("E12line", """      kirim:
        to:
          lain: angka < 50
          §isi: angka < «40¦60»
          tamat: otherwise
""", '"isi"'),
    ("E12never", """      kirim:
        to:
          §lain: angka > «100¦99»
          tamat: otherwise
""", '"lain"'),
    ("E12never", """      kirim:
        require:
          §kurang: bulat < «0¦1»
        to: tamat
""", '"kurang"'),
    ("E12never", """      kirim: {to: tamat}
values:
  saran:
    collect:
      a: isi.skor > 3
      §b: isi.skor > «5¦4»
""", '"b"'),
    ("E12require", """      §kirim:
        require:
          kurang: angka > 50
          lebih: angka + bulat < «50¦60»
        to: tamat
""", "kurang dan lebih"),
    ("E12both", """      kirim: {to: tamat}
      cepat: {actor: sistem, auto: entry, require: {lebih: 'count(history.isi) «>¦<» 1'}, to: lain}
      §lambat: {actor: sistem, auto: entry, require: {kurang: count(history.isi) > 1}, to: tamat}
""", None),
    # what is shown
    ("E12shown", """      kirim:
        fields:
          rinci:
            type: table
            title: Rinci
            rows: 0..3
            show_if: '§bulat «<¦=» 0'
            columns: {isi_rinci: {type: text, title: Isi}}
        to: tamat
""", None),
    ("E21", """      kirim: {to: tamat, fields: {alasan: {type: text, title: Alasan, show_if: '§«alasan¦kata» = "x"'}}}
""", '"alasan"'),
    ("E12shown", """      kirim: {show_if: '§today < cycle.start and «today > cycle.start¦angka > 1»', to: tamat}
""", None),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text", "said"), [(c, TABLE + t + FORM, s) for c, t, s in TABLES]
                         + [(c, ROUTES + t + FORM, s) for c, t, s in BRANCHES])  # fmt: skip
class TestOneMistake:
    def test_is_told_at_its_place_with_a_case(self, code: str, text: str, said: str | None) -> None:
        problems, place = found_in(text, bad=True)
        assert [(problem.code, problem.place) for problem in problems] == [(code, place)], [p.line() for p in problems]
        assert said is None or said in problems[0].text()
        assert problems[0].warning == code.startswith("W")
        assert problems[0].text("id") != problems[0].text("en")

    def test_is_not_told_where_it_is_none(self, code: str, text: str, said: str | None) -> None:
        problems, _ = found_in(text, bad=False)
        assert [problem.line() for problem in problems] == []


class TestTextsThatAreOptions:
    """A table over text that is only ever called with options of a list is proved over these."""

    ITEMS = """\
stages:
  isi: {title: Isi, actor: pegawai, form: isi, actions: {kirim: {to: tamat}}}
  tamat: {title: Tamat, final: true}
choices:
  mutu: {ordered: true, options: {C: Kurang, B: Cukup, A: Baik}}
scales:
  lima: {1: Buruk, 2: Kurang, 3: Cukup, 4: Baik, 5: Istimewa}
values:
  hasil: {formula: nilai(isi.mutu), optional: true}
tables:
  nilai: {inputs: {butir: text}, output: number, rows: [['"A", "B"«¦, "C"»', 1]]}
"""

    def test_an_option_without_a_row_is_a_gap(self) -> None:
        (problem,), _ = found_in(self.ITEMS + FORM, bad=True)
        assert problem.code == "E11table" and "untuk butir = C tidak" in problem.text()
        assert found_in(self.ITEMS + FORM, bad=False)[0] == ()


class TestWithoutZ3:
    """z3 is an extra: what needs it is said to be not decided, and nothing is passed over in silence."""

    @pytest.fixture(autouse=True)
    def without(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(branches, "world", lambda: None)

    def test_a_gap_that_otherwise_closes_needs_no_proof(self) -> None:
        problems, _ = found_in(ROUTES + "      kirim: {to: tamat}\n" + FORM, bad=True)
        assert [(problem.code, problem.warning) for problem in problems] == [("W10", True)]

    def test_any_other_is_not_decided(self) -> None:
        routes = "      kirim:\n        to:\n          lain: angka < 50\n          tamat: angka >= 50\n"
        problems, _ = found_in(ROUTES + routes + FORM, bad=True)
        assert [problem.code for problem in problems] == ["W10", "W11"]

    def test_plain_tables_are_proved_all_the_same(self) -> None:
        rows = '    inputs: {n: number}\n    output: number\n    rows:\n      - ["> 1", 1]\n'
        problems, _ = found_in(TABLE + rows + FORM, bad=True)
        assert [problem.code for problem in problems] == ["W10", "E11table"]
