"""What may be missing where it is read: the code, the place, and the way on which it is skipped."""

import pytest

from tests.unit.definitions import ROLES
from tests.unit.proofs.fixtures import found_in

COURSE = """\
messages: {kurang: Belum cukup.}
choices:
  mutu: {ordered: true, options: {C: Kurang, B: Cukup, A: Baik}}
stages:
  isi: {title: Isi, actor: pegawai, form: isian, actions: {kirim: {title: Kirim, to: pilih}}}
  pilih:
    title: Pilih
    actor: atasan
    form: pilihan
    actions:
      langsung: {title: Langsung, to: tutup}
      tinjau_dahulu: {title: Tinjau dahulu, to: tinjau}
  tinjau:
    title: Tinjau
    actor: atasan
    form: tinjauan
    actions: {putuskan: {title: Putuskan, fields: {alasan: {type: text, title: Alasan}}, to: tutup}}
"""
TUTUP = "  tutup: {title: Tutup, actor: pegawai, actions: {akhiri: {title: Akhiri, lock: true, to: selesai}}}\n"
SELESAI = "  selesai: {title: Selesai, final: true}\n"
END = TUTUP + SELESAI
FORMS = """\
--- forms/isian
fields:
  nilai: {type: number, title: Nilai, allow: "[0..100]"}
  mutu: {type: select, title: Mutu, choices: mutu}
  catatan: {type: number, title: Catatan, optional: true}
  rinci: {type: number, title: Rinci, show_if: mutu = "A"}
  baris: {type: table, title: Baris, rows: 1..3, key: kode, columns: {kode: {type: text, title: Kode},
    n: {type: number, title: N}, o: {type: number, title: O, optional: true}}}
  tambahan: {type: table, title: Tambahan, rows: 0..3, key: kode, columns: {kode: {type: text, title: Kode},
    n: {type: number, title: N}}}
--- forms/pilihan
fields:
  setuju: {type: boolean, title: Setuju}
--- forms/tinjauan
fields:
  nilai_baru: {type: number, title: Nilai baru, allow: "[0..100]"}
  putusan: {type: select, title: Putusan, choices: mutu}
  bila_a: {type: number, title: Bila A, show_if: putusan = "A"}
"""


def closing(action: str) -> str:
    """The end of the course, with an action that may be refused or lead elsewhere, and one that always ends it."""
    actions = f"{{akhiri: {{title: Akhiri, {action}}}, cabut: {{title: Cabut, to: selesai}}}}"
    return f"  tutup: {{title: Tutup, actor: pegawai, actions: {actions}}}\n" + SELESAI


#: Code, and the part of the process that is wrong in its first reading and right in its second.
CASES = [
    # --- requirements and routes
    ("E13",
     closing("require: {kurang: §«tinjau.nilai_baru > 50¦tinjau = null or tinjau.nilai_baru > 50»}, to: selesai")),
    ("E13", closing("require: {kurang: §«isi.catatan > 50¦isi.catatan = null or isi.catatan > 50»}, to: selesai")),
    ("E13",
     closing("to: {isi: §«tinjau.nilai_baru < 5¦tinjau != null and tinjau.nilai_baru < 5», selesai: otherwise}")),
    ("E13", closing("to: {isi: '§not(«tinjau.putusan in [\"A\", null] and isi.catatan > 1¦tinjau.putusan = \"A\"»)', "
                    "selesai: otherwise}")),
    ("E13", closing("to: selesai, starts: {contoh: §tinjau.nilai_baru > «5¦5 or tinjau = null»}")),
    # --- values at the end
    ("E13value", END + "values:\n  §hasil: {formula: «tinjau.nilai_baru¦isi.nilai» * 2}\n"),
    ("E13value", END + "values:\n  §hasil: {formula: tinjau.nilai_baru«¦, optional: true»}\n"),
    ("E13value", END + "values:\n  §hasil: «tinjau.nilai_baru¦if tinjau = null then 0 else tinjau.nilai_baru»\n"),
    ("E13value",
     END + "values:\n  §hasil: isi.nilai + «isi.catatan¦(if isi.catatan != null then isi.catatan else 0)»\n"),
    ("E13value", END + 'values:\n  §hasil: «isi.rinci¦if isi.mutu = "A" then isi.rinci else 0»\n'),
    ("E13value", END + "values:\n  §hasil: tinjau.«bila_a¦alasan = null or tinjau.bila_a = 1»\n"),
    ("E13value", END + "values:\n  §hasil: sum(isi.baris.«o¦n»)\n"),
    ("E13value", END + "values:\n  §hasil: sum(for b in isi.«tambahan¦baris» return b.n)\n"),
    ("E13value", END + "values:\n  §hasil: mean(isi.baris.«o¦o[item != null]»)\n"),
    ("E13value", END + "values:\n  §hasil: {first: {1: tinjau.nilai_baru > 5, 2: tinjau.nilai_baru <= 5«¦"
                 " or tinjau.nilai_baru = null»}}\n"),
    ("E13value", END + "values:\n  §hasil: {formula: isi.nilai, frozen_at: «tinjau¦pilih»}\n"),
    ("E13value", END + "values:\n  §hasil: dua(tinjau.nilai_baru«¦)»«)¦»\n"
                 "functions: {dua: {inputs: {x: number}, formula: «x * 2¦if x = null then 0 else x * 2»}}\n"),
    ("E13value", END + "values:\n  §hasil: tabel(tinjau.nilai_baru)\ntables:\n  tabel:\n    inputs: {x: number}\n"
                 '    output: number\n    rows: [[">= 50", 1], «¦["null", 0], »["-", 2]]\n'),
    # --- documents
    ("E13show", END + "documents:\n  surat: {title: Surat, opens: selesai, show: [§«tinjau.putusan¦isi.mutu»]}\n"),
    ("E13show", END + "values:\n  hasil: {formula: isi.nilai, optional: true}\n"
                "documents:\n  surat: {title: Surat, opens: «isi¦pilih», show: [hasil, §isi.nilai]}\n"),
    # --- tables whose rows come from what may have been skipped
    ("E13rows", END.replace("actor: pegawai,", "actor: pegawai, form: salinan,", 1) + "--- forms/salinan\nfields:\n"
                "  salin:\n    {type: table, title: Salin, key: kode, "
                "from: §«if tinjau = null then null else isi.baris¦isi.baris»}\n"),
    # --- decisions that outlive what they replaced
    ("E34", closing("to: {isi: 'count(history.isi) < 2 and «setuju_lagi != null¦tinjau = null»', selesai: otherwise}")
            + "values:\n  hasil: {formula: isi.nilai, override: [§tinjau.nilai_baru]}\n"
            "  setuju_lagi: {formula: pilih.setuju, optional: true}\n"),
    # --- collections that stay open
    ("E35", END + "collections:\n  §suara: {title: Suara, actor: warga, form: pilihan,«¦ closes: akhiri,»"
            " actions: {kirim_suara: {title: Kirim}}}\nvalues:\n  banyak: {formula: count(suara), optional: true}\n"
            + ROLES + "  warga: {title: Warga, is: public}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text"), [(code, COURSE + text + FORMS) for code, text in CASES])
class TestMissing:
    def test_is_told_at_its_place(self, code: str, text: str) -> None:
        problems, place = found_in(text, bad=True)
        assert [(problem.code, problem.place) for problem in problems] == [(code, place)], [p.line() for p in problems]
        assert problems[0].text("id") != problems[0].text("en")

    def test_is_not_told_where_null_is_handled(self, code: str, text: str) -> None:
        problems, _ = found_in(text, bad=False)
        assert [problem.line() for problem in problems] == []


def test_the_story_takes_the_way_that_skips_the_task() -> None:
    text = COURSE + END + "values:\n  hasil: tinjau.nilai_baru\n" + FORMS
    (problem,), _ = found_in(text, bad=True)
    assert [step["action"] for step in problem.params["story"].data()] == ["kirim", "langsung", "akhiri"]
