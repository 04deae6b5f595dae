"""What is proved of ratings, weights, readers, texts and limits: with which code, where, and where it is not told."""

import pytest

from tests.unit.definitions import FILES, problems_of
from tests.unit.proofs.fixtures import found_in

WORDS = """\
choices:
  mutu: {ordered: true, options: {C: Kurang, B: Cukup, A: Baik}}
  arah: {options: {naik: Naik, turun: Turun}}
scales:
  lima: {1: Buruk, 2: Kurang, 3: Cukup, 4: Baik, 5: Istimewa}
"""
STAGES = """\
stages:
  isi: {title: Isi, actor: pegawai, form: isi, actions: {kirim: {to: tamat}}}
  tamat: {title: Tamat, final: true}
"""
FORM = """\
--- forms/isi
fields:
  satu: {type: scale, title: Satu, scale: lima}
  dua: {type: scale, title: Dua, scale: lima}
  kata: {type: text, title: Kata}
  lain: {type: number, title: Lain, optional: true}
"""
PLAIN = WORDS + STAGES
REFUSING = PLAIN.replace("{kirim: {to: tamat}}", "{kirim: {require: {kurang: satu > 1}, to: tamat}}")

#: A stage at which peers rate without a name, and one that comes after it.
PEERS = (
    WORDS
    + """\
stages:
  isi:
    title: Isi
    tasks:
      diri: {title: Diri, actor: pegawai, form: isi}
      sejawat: {title: Sejawat, actor: rekan, form: isi, anonymous: true, at_least: 3}
    actions:
      jawab: {title: Jawab}
      tutup: {title: Tutup, actor: sistem, auto: [complete, deadline], require: {kurang: diri != null}, to: tamat}
    deadline: 10d
  tamat: {title: Tamat, final: true}
messages: {kurang: Kurang.}
roles:
  pegawai: {title: Pegawai, is: subject}
  rekan: {title: Rekan, is: peer, seats: 3..5}
  sistem: {title: Sistem, is: system}
"""
)
#: A superior's stage after the employee's.
LATER = (
    WORDS
    + """\
stages:
  isi: {title: Isi, actor: pegawai, form: isi, actions: {kirim: {to: nilai_tahap}}}
  nilai_tahap: {title: Nilai, actor: atasan, form: nilai, actions: {kirim_nilai: {to: baca}}}
  baca: {title: Baca, actor: pegawai, actions: {setuju: {to: tamat}}}
  tamat: {title: Tamat, final: true}
"""
)
MARK = """\
--- forms/nilai
fields:
  skor: {type: scale, title: Skor, scale: lima}
"""

CASES = [
    # --- a better answer never gives a worse rating
    ("E32", PLAIN + """\
tables:
  tab:
    inputs: {hasil: mutu, sikap: mutu}
    output: mutu
    §rows:
      - ["A", "A", A]
      - ["A", "B", «C¦B»]
      - ["A", "C", «B¦C»]
      - ["B", "A, B", B]
      - ["-", "-", C]
""" + FORM, "bila hasil = B dan sikap = B hasilnya B, tetapi bila hasil = A dan sikap = B hasilnya C"),
    ("E32", PLAIN + """\
tables:
  tab:
    inputs: {nilai: "[0..100]"}
    output: mutu
    §rows: [[">= 90", «B¦A»], [">= 60", «A¦B»], ["-", C]]
""" + FORM, "nilai"),
    ("W32", PLAIN + """\
tables:
  tab:
    inputs: {hasil: mutu, sikap: mutu}
    output: number
    §rows: [["A", "A", 9], ["A", "B", «7¦8»], ["A", "C", «8¦7»], ["B", "-", 5], ["C", "-", 1]]
""" + FORM, "sikap"),
    ("W32value", PLAIN + """\
tables:
  tab: {inputs: {n: number}, output: mutu, rows: [[">= 4", A], [">= 2", B], ["-", C]]}
values:
  n: {formula: 0.9 * isi.satu «-¦+» 0.1 * isi.dua}
  §akhir: tab(n)
""" + FORM, "makin tinggi isi.dua makin rendah"),
    # --- weights
    ("E16", PLAIN + "values:\n  a: isi.satu\n  b: isi.dua\n  n: {weights: §{a: «100¦99», b: «0¦1»}}\n" + FORM, "100"),
    ("E16line", PLAIN + """\
values:
  a: isi.satu
  b: {formula: isi.lain, optional: true}
  n:
    weights:
      - {a: «100¦60»«¦, b: 40»}
      - §{a: «60, b: 40¦100»}
""" + FORM, "a"),
    ("E16null", PLAIN + """\
values:
  a: isi.satu
  b: {formula: isi.lain, optional: true}
  §n: {weights: {a: 60, b: 40}«¦, optional: true»}
""" + FORM, "tanpa b"),
    # --- division by what can be zero
    ("W23", PLAIN + "values:\n  n: {formula: 10 / (§isi.satu - «1¦6»)}\n" + FORM, "untuk isi.satu = 1 "),
    ("W23", PLAIN + """\
values:
  n: {formula: '«¦if isi.satu = 1 then 0 else »10 / (§isi.satu - 1)'}
""" + FORM, "isi.satu - 1"),
    # --- anonymous answers
    ("E15anonymous", PEERS + """\
values:
  n: {formula: '«§sejawat[1].satu¦mean(sejawat.satu)»', optional: true}
""" + FORM, '"sejawat"'),
    ("E15anonymous", PEERS + """\
values:
  n: {formula: 'mean(«§sejawat[satu > 3].satu¦sejawat.satu[item != null]»)', optional: true«¦»}
""" + FORM, "anonim"),
    ("E15anonymous", PEERS + """\
functions:
  kumpul: {inputs: {marks: list}, formula: '«marks[1]¦mean(marks) * 25»'}
values:
  n:
    formula: kumpul(concatenate(§sejawat.satu, sejawat.dua))
    optional: true
""" + FORM, "sejawat.satu"),
    ("E15anonymous", PEERS.replace("diri != null}", "'diri != null and «mean(§sejawat.satu) > 3¦sejawat != null»'}")
     + FORM, "sejawat"),
    ("W15", PEERS.replace("at_least: 3", "at_least: 2") + """\
values:
  §n: {formula: mean(sejawat.satu), optional: true«¦, at_least: 2»}
""" + FORM, "dari 2 jawaban"),
    # --- readers
    ("E15value", LATER + """\
defaults: {readers: {pegawai: baca, atasan: now}}
values:
  n:
    formula: nilai_tahap.skor
    §readers: {pegawai: «isi¦baca»}
""" + MARK + FORM, '"nilai_tahap.skor"'),
    ("E15value", LATER + """\
profile: {hukuman: {type: boolean, readers: [sistem]}}
defaults: {readers: {pegawai: baca, atasan: none}}
values:
  §n: {formula: pegawai.hukuman = true«¦, discloses: hukuman»}
""" + MARK + FORM, '"pegawai.hukuman"'),
    ("E15form", LATER + "defaults: {readers: {pegawai: baca, atasan: «baca¦now»}}\n" + MARK
     + "  diri: {type: computed, title: Diri, formula: §isi.satu}\n" + FORM, '"isi.satu"'),
    ("E15document", LATER + """\
defaults: {readers: {pegawai: tamat, atasan: now}}
documents:
  surat: {title: Surat, opens: «baca¦tamat», readers: {pegawai: now}, show: [§nilai_tahap.skor]}
""" + MARK + FORM, '"surat"'),
    ("E15group", LATER + """\
defaults: {readers: {pegawai: baca, atasan: now}}
values: {n: isi.satu}
analytics:
  rata: {title: Rata, measure: mean(n), by: unit, at_least: §«4¦5»}
""" + MARK + FORM, "5 atau lebih"),
    # --- texts
    ("E24", REFUSING + "messages:\n  kurang: Sekarang §{«sata¦satu»}.\n" + FORM, 'Maksud Anda "satu"?'),
    ("E24brace", REFUSING + "messages:\n  kurang: §'Sekarang {satu«¦}».'\n" + FORM, "berpasangan"),
    # --- limits
    ("E17", WORDS + "  §dua: {«2¦1»: Buruk, «1¦2»: Baik}\n" + STAGES + FORM, '"dua"'),
    ("E17text", WORDS + "  §dua: {1: Buruk, 2: «buruk¦Baik»}\n" + STAGES + FORM, '"dua"'),
    ("E22", PLAIN + FORM + '  angka: {type: number, title: Angka, allow: "§[«100..0¦0..100»]"}\n', '"angka"'),
    ("E22count", PLAIN + FORM + "  teks: {type: text, title: Teks, length: §«20..3¦3..20»}\n", "3"),
    ("E22pattern", PLAIN + "values:\n  n: matches(isi.kata, §\"[a-z«¦]»+\")\n" + FORM, "[a-z+"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text", "said"), CASES)
class TestOneMistake:
    def test_is_told_at_its_place_with_a_case(self, code: str, text: str, said: str) -> None:
        problems, place = found_in(text, bad=True)
        assert [(problem.code, problem.place) for problem in problems] == [(code, place)], [p.line() for p in problems]
        assert said in problems[0].text()
        assert problems[0].warning == code.startswith("W")
        assert problems[0].text("id") != problems[0].text("en")

    def test_is_not_told_where_it_is_none(self, code: str, text: str, said: str) -> None:
        problems, _ = found_in(text, bad=False)
        assert [problem.line() for problem in problems] == []


class TestTranslations:
    W, P, T = "workflows/penilaian.yaml", "forms/penilaian.yaml", "workflows/en.yaml"

    def test_a_text_without_one_is_told_where_it_stands(self) -> None:
        (problem,) = problems_of({**FILES, self.T: FILES[self.T].replace("  Tren: Trend\n", "")})
        assert (problem.code, problem.warning, problem.place.file) == ("W29", True, self.W)
        line = FILES[self.W].splitlines()[problem.place.line - 1]
        assert line[problem.place.column - 1 :].startswith("Tren,")

    def test_a_changed_text_loses_its_translation(self) -> None:
        changed = FILES[self.P].replace("title: Sudah dibahas", "title: Sudah dibicarakan")
        found = problems_of({**FILES, self.P: changed})
        assert [(problem.code, problem.place.file) for problem in found] == [("W29", self.P), ("W29lost", self.T)]
        assert 'Maksud Anda "Sudah dibicarakan"?' in found[1].text()

    def test_one_beside_the_text_is_enough(self) -> None:
        changed = FILES[self.P].replace("title: Sudah dibahas", "title: {id: Sudah dibicarakan, en: Discussed}")
        assert [problem.code for problem in problems_of({**FILES, self.P: changed})] == ["W29lost"]

    def test_without_a_language_nothing_is_missed(self) -> None:
        assert problems_of({file: text for file, text in FILES.items() if file != self.T}) == ()


class TestCatalogueResults:
    def test_a_result_that_is_no_key_where_the_others_are(self) -> None:
        rows = "      km: nilai < batas\n      §pk: nilai < 60\n      = butir"
        text = FILES["workflows/penilaian.yaml"].replace("      S-1: nilai < batas\n      = butir", rows)
        (problem,) = problems_of({**FILES, "workflows/penilaian.yaml": text.replace("§", "")})
        assert problem.code == "E33" and 'katalog "butir"' in problem.text()
        assert problem.place.line == text[: text.index("§")].count("\n") + 1


class TestSizes:
    def test_more_stages_than_can_be_checked_are_refused(self) -> None:
        one = "  t{0}: {{title: T, actor: pegawai, actions: {{a{0}: {{to: t{1}}}}}}}\n"
        many = "".join(one.format(n, n + 1) for n in range(300))
        text = PLAIN.replace("{to: tamat}", "{to: t0}").replace("  tamat:", many + "  t300:")
        problems, _ = found_in(text + FORM, bad=True)
        assert "E30size" in [problem.code for problem in problems]
