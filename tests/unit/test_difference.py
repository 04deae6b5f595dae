"""What one process changes against another, in sentences."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.difference import Change, differences
from engine.library import load_texts
from engine.process import Process
from tests.unit.definitions import FILES, problems_of
from tests.unit.test_overlay import CHANGES, FORM_HEAD, D, F, conflict, joined, with_overlay, written

BASE = load_texts(FILES).processes["penilaian_kinerja"]


def other(overlay: str, form: str = "") -> Process:
    texts = with_overlay(overlay + ("stages: {rencana: {form: daerah}}\n" if form else ""))
    return load_texts(texts | ({F: FORM_HEAD + form} if form else {})).processes["daerah"]


def sentences(changes: tuple[Change, ...]) -> list[str]:
    return [change.sentence for change in changes]


#: The overlay, what it changes, and what the way back changes.
CHANGED = [
    ("title: Daerah\n", 'Judul proses ini berubah dari "Penilaian kinerja" menjadi "Daerah".'),
    ("parameters: {batas: 60.5}\n", 'Setelan "batas" berubah dari 70 menjadi 60,5.'),
    ("cycle: {start: 07-01}\n",
     ('Periode proses ini berubah dari "proses ini berjalan setiap tahun, mulai 1 Januari" menjadi '
      '"proses ini berjalan setiap tahun, mulai 1 Juli".')),
    ("stages: {rencana: {deadline: 21d}}\n", "Batas waktu Rencana berubah dari 14 hari menjadi 21 hari."),
    ("stages: {rencana: {deadline: 5wd}}\n", "Batas waktu Rencana berubah dari 14 hari menjadi 5 hari kerja."),
    ("stages: {rencana: {opens: 02-01}}\n", "Waktu buka Rencana berubah dari 15 Januari menjadi 1 Februari."),
    ("stages: {rencana: {overdue: admin}}\n",
     "Yang diberi tahu bila terlambat Rencana berubah dari Atasan menjadi Admin."),
    ("stages: {rencana: {overdue: {atasan: 0d, admin: 5wd}}}\n",
     ("Yang diberi tahu bila terlambat Rencana berubah dari Atasan menjadi Atasan dan Admin (5 hari kerja sesudah "
      "batas waktu).")),
    ("stages: {rencana: {title: Menyusun rencana}}\n",
     'Judul tahap rencana berubah dari "Rencana" menjadi "Menyusun rencana".'),
    ("stages: {rencana: {actor: [pegawai, atasan]}}\n",
     "Pelaksana Rencana berubah dari Pegawai menjadi Pegawai dan Atasan."),
    ("stages: {penilaian: {readers: {pegawai: now}}}\n",
     'Saat Pegawai mulai membaca jawaban Penilaian berubah dari tahap "Selesai" menjadi begitu dikirim.'),
    ("stages: {umpan_balik: {tasks: {sejawat: {at_least: 3}}}}\n",
     "Jumlah jawaban paling sedikit untuk Sejawat berubah dari 2 menjadi 3."),
    ("stages: {penilaian: {actions: {tetapkan: {to: selesai}}}}\n",
     ('Tujuan tindakan "Tetapkan" di Penilaian berubah dari "Umpan balik" bila nilai kurang dari 50 dan banyaknya '
      'tindakan di "Umpan balik" kurang dari 3; selain itu "Selesai" menjadi "Selesai".')),
    ("remove: [stages.penilaian.actions.tetapkan.lock]\n",
     'Penguncian nilai oleh tindakan "Tetapkan" di Penilaian dihapus, semula ya.'),
    ("stages: {umpan_balik: {actions: {tutup: {auto: deadline}}}}\n",
     ('Tindakan otomatis dari tindakan "Tutup" di Umpan balik berubah dari saat semua sudah menjawab, saat batas waktu '
      'lewat menjadi saat batas waktu lewat.')),
    ("stages: {penilaian: {actions: {tetapkan: {require: {belum_lengkap: diri != null}}}}}\n",
     'Syarat "belum lengkap" untuk tindakan "Tetapkan" di Penilaian ditambahkan: "Diri" sudah dijawab.'),
    ("messages: {belum_lengkap: Tunggu dahulu.}\n",
     'Pesan untuk syarat "belum lengkap" berubah dari "Tunggu jawaban pegawai." menjadi "Tunggu dahulu."'),
    ("values: {hasil: mean(penilaian.dinilai.capaian)}\n",
     ('Rumus hasil berubah dari (jumlah bobot × capaian untuk setiap baris dari isian "Dinilai" di "Penilaian") : 100 '
      'menjadi rata-rata capaian dari isian "Dinilai" di "Penilaian".')),
    ("values: {hasil: {decimals: 0}}\n", "Angka di belakang koma hasil berubah dari 2 menjadi 0."),
    ("values: {usul: {first: {tetap: predikat != null, pembinaan: otherwise}}}\n", None),
    ("values: {saran: {collect: {S-2: nilai < 10}}}\n", 'Syarat "S-2" dalam saran ditambahkan: nilai kurang dari 10.'),
    ("values: {predikat: {readers: {atasan: now}}}\n",
     'Saat Atasan mulai membaca predikat berubah dari tahap "Penilaian" menjadi begitu dikirim.'),
    ("remove: [values.saran]\n", 'Nilai "saran" dihapus.'),
    ("documents: {dokumen: {opens: penilaian}}\n", 'Waktu buka Dokumen berubah dari "Selesai" menjadi "Penilaian".'),
    ("analytics: {tren: {chart: bar}}\n", "Bentuk Tren berubah dari line menjadi bar."),
    ("collections: {laporan: {ticket: LPR}}\n", "Awalan nomor Laporan berubah dari LAP menjadi LPR."),
]  # fmt: skip

FORMS = [
    ("fields: {sasaran: {rows: 2..5}}\n",
     'Jumlah baris isian "Sasaran" di formulir "Rencana" berubah dari 1 sampai 3 menjadi 2 sampai 5.'),
    ("fields: {unit: {optional: false}}\n",
     'Kewajiban isian "Unit" di formulir "Rencana" berubah dari boleh kosong menjadi wajib diisi.'),
    ("remove: [fields.unit]\n", 'Isian "Unit" di formulir "Rencana" dihapus.'),
    ("fields: {catatan: {type: textarea, title: Catatan, optional: true}}\n",
     'Isian "Catatan" di formulir "Rencana" ditambahkan: teks panjang, boleh kosong.'),
    ("fields: {mulai: {after: start}}\n",
     ('Urutan isian di formulir "Rencana" berubah dari Sasaran; Jumlah; Mulai; Unit menjadi Mulai; Sasaran; Jumlah; '
      'Unit.')),
    ("fields: {sasaran: {columns: {bobot: {allow: '(0..50]'}}}}\n",
     ('Batas isi isian "Bobot" di tabel "Sasaran" berubah dari nilainya lebih dari 0 dan paling banyak 100 menjadi '
      "nilainya lebih dari 0 dan paling banyak 50.")),
    ("require: {sasaran_kurang: jumlah >= 90}\n",
     ('Syarat "sasaran kurang" untuk formulir "Rencana" berubah dari isian "Jumlah" sama dengan 100 menjadi isian '
      '"Jumlah" paling sedikit 90.')),
]  # fmt: skip


class TestSentences:
    @pytest.mark.parametrize(("overlay", "told"), CHANGED)
    def test_one_for_each_change(self, overlay: str, told: str | None) -> None:
        found = sentences(differences(BASE, other(overlay)))
        expected = [told] if told else found
        assert found
        assert [line for line in found if not line.startswith("Judul proses ini") or "title" in overlay] == expected

    @pytest.mark.parametrize(("form", "told"), FORMS)
    def test_of_a_form(self, form: str, told: str) -> None:
        assert sentences(differences(BASE, other("", form))) == [told]

    def test_of_weights(self) -> None:
        found = sentences(differences(BASE, other("values: {nilai: {weights: {hasil: 70, perilaku: 30}}}\n")))
        assert found == [
            "Bobot hasil dalam nilai berubah dari 60% menjadi 70%.",
            "Bobot perilaku dalam nilai berubah dari 40% menjadi 30%.",
        ]

    def test_of_table_rows(self) -> None:
        texts = with_overlay("")
        texts["workflows/umum.yaml"] = texts["workflows/umum.yaml"].replace(
            '[">= 70", "III, IV", BAIK]', '[">= 75", "-", BAIK]'
        )
        found = sentences(differences(BASE, load_texts(texts).processes["penilaian_kinerja"]))
        assert found == [
            (
                'Hasil tabel "Predikat" bila nilai paling sedikit 70 dan golongan adalah "Tiga" atau "Empat" dihapus, '
                'semula "Baik".'
            ),
            'Hasil tabel "Predikat" bila nilai paling sedikit 75 ditambahkan: "Baik".',
        ]

    def test_a_part_that_is_new_is_told_once_with_what_it_says(self) -> None:
        stage = (
            "dengar: {title: Dengar, actor: admin, deadline: 5wd, actions: {lanjut: {title: Lanjut, to: penilaian}}}"
        )
        changes = differences(
            BASE, other(f"stages:\n  {stage}\n  umpan_balik: {{actions: {{tutup: {{to: dengar}}}}}}\n")
        )
        assert sentences(changes) == [
            'Tujuan tindakan "Tutup" di Umpan balik berubah dari "Penilaian" menjadi "Dengar".',
            'Tahap "Dengar" ditambahkan.',
        ]
        assert changes[1].details == (
            "Admin bekerja di tahap ini.",
            "Batas waktunya 5 hari kerja sejak tahap ini dimulai.",
            "Bila terlambat, Admin diberi tahu.",
            'Tindakan "Lanjut":',
            "Admin dapat mengambil tindakan ini.",
            'Sesudah itu berkas pindah ke tahap "Penilaian".',
        )

    def test_a_new_title_changes_no_condition_that_names_it(self) -> None:
        changes = differences(BASE, other("values: {nilai: {title: Angka}}\nparameters: {batas: 1}\n"))
        assert [change.path for change in changes] == ["parameters.batas", "values.nilai.title"]

    def test_in_english(self) -> None:
        (change,) = differences(BASE, other("stages: {rencana: {deadline: 21d}}\n"), "en")
        assert change.sentence == "The deadline of Rencana changes from 14 days to 21 days."
        assert (change.kind, change.before, change.after) == ("changed", "14 days", "21 days")


class TestCompleteness:
    def test_a_process_does_not_differ_from_itself(self) -> None:
        assert differences(BASE, BASE) == ()
        assert differences(BASE, load_texts(FILES).processes["penilaian_kinerja"]) == ()

    @settings(max_examples=15, deadline=None)
    @given(st.lists(st.sampled_from(sorted(CHANGES)), unique=True, min_size=1, max_size=5))
    def test_what_changes_is_told_there_and_back(self, names: list[str]) -> None:
        said: dict[str, object] = {}
        for name in names:
            said = joined(said, CHANGES[name][0])
        texts = {**FILES, D: written({"workflow": "daerah", "extends": "penilaian_kinerja", **said})}
        if conflict(names) or problems_of(texts) or names == ["region"]:
            return
        process = load_texts(texts).processes["daerah"]
        there, back = differences(BASE, process), differences(process, BASE)
        assert there
        assert {change.path for change in there} == {change.path for change in back}
        turned = {"added": "removed", "removed": "added", "changed": "changed"}
        assert {(c.path, turned[c.kind]) for c in there} == {(c.path, c.kind) for c in back}
