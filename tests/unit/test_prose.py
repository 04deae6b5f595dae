"""Conditions, formulas and whole processes in words."""

from functools import cache

import pytest

from engine import feel
from engine.library import Library
from engine.narrative import Section, narrative
from engine.process import Process
from engine.prose import condition, number, value
from engine.prose_texts import TEXTS
from engine.shape import At
from engine.terms import Expression
from tests import shipped
from tests.unit.definitions import FILES, process_of


@cache
def process() -> Process:
    return process_of(FILES)


def at_value() -> At:
    return process().values["nilai"].at


def at_field(duty: str, field: str, column: str = "") -> At:
    found = process().duties[duty].fields[field]
    return found.columns[column].at if column else found.at  # type: ignore[attr-defined]


def told(source: str, language: str = "id", at: At | None = None) -> str:
    return condition(process(), Expression(feel.parse(source), at or at_value()), language)


CONDITIONS = [
    ("nilai < batas", "nilai kurang dari batas (70)", "nilai is less than batas (70)"),
    ("70 > nilai", "nilai kurang dari 70", "nilai is less than 70"),
    ("nilai >= 82.50", "nilai paling sedikit 82,5", "nilai is at least 82.5"),
    ('predikat = "SANGAT_BAIK"', 'predikat adalah "Sangat baik"', 'predikat is "Sangat baik"'),
    ('predikat != "BAIK"', 'predikat bukan "Baik"', 'predikat is not "Baik"'),
    ('predikat in ("BAIK", "SANGAT_BAIK")', 'predikat adalah "Baik" atau "Sangat baik"',
     'predikat is "Baik" or "Sangat baik"'),
    ("nilai in [50..70)", "nilai paling sedikit 50 dan kurang dari 70", "nilai is at least 50 and less than 70"),
    ("nilai in (< 50, > 90)", "nilai kurang dari 50 atau nilai lebih dari 90",
     "nilai is less than 50 or nilai is more than 90"),
    ("nilai between 1 and 2", "nilai dari 1 sampai 2", "nilai is from 1 to 2"),
    ("diri != null", '"Diri" sudah dijawab', '"Diri" is answered'),
    ("sejawat = null", '"Sejawat" belum dijawab 2 orang', '"Sejawat" is not answered by 2 people'),
    ("perilaku_rekan = null", "perilaku rekan tidak ada", "there is no perilaku rekan"),
    ("penilaian.nilai_ubah != null", 'isian "Nilai lain" di "Penilaian" diisi',
     'the answer "Nilai lain" at "Penilaian" is given'),
    ('penilaian.setuju = "tidak"', 'isian "Setuju" di "Penilaian" adalah "Tidak"',
     'the answer "Setuju" at "Penilaian" is "Tidak"'),
    ("penilaian.tahu", 'isian "Sudah dibahas" di "Penilaian" dijawab ya',
     'the answer "Sudah dibahas" at "Penilaian" is yes'),
    ('pegawai.golongan = "IV"', 'golongan adalah "Empat"', 'golongan is "Empat"'),
    ('atasan.golongan = "IV"', 'golongan atasan adalah "Empat"', 'golongan of atasan is "Empat"'),
    ("pegawai.hukuman = false", "hukuman tercatat tidak", "hukuman is recorded as no"),
    ("count(history.penilaian) = 0", 'belum ada tindakan di "Penilaian"', 'there have been no actions at "Penilaian"'),
    ('count(history.penilaian[action = "kembalikan"]) <= 1',
     'banyaknya tindakan "Kembalikan" di "Penilaian" paling banyak 1',
     'the number of actions "Kembalikan" at "Penilaian" is at most 1'),
    ("count(saran) > 0", "saran tidak kosong", "saran is not empty"),
    ('actor = "admin"', "yang bertindak adalah Admin", "whoever acts is Admin"),
    ('action != "kembalikan"', 'tindakannya bukan "Kembalikan"', 'the action is not "Kembalikan"'),
    ("today >= cycle.start", "hari ini paling awal awal periode", "today is on or after the start of the cycle"),
    ('nilai < 50 and (hasil > 1 or predikat = "BAIK")',
     'nilai kurang dari 50 dan (hasil lebih dari 1 atau predikat adalah "Baik")',
     'nilai is less than 50 and (hasil is more than 1 or predikat is "Baik")'),
    ("not(nilai < 50)", "tidak benar bahwa nilai kurang dari 50", "it is not so that nilai is less than 50"),
    ("some s in penilaian.dinilai satisfies s.capaian < 50",
     'ada baris dari isian "Dinilai" di "Penilaian" yang capaian kurang dari 50',
     'there is a row of the answer "Dinilai" at "Penilaian" where capaian is less than 50'),
    ("hasil + nilai * (1 - hasil) / 2 > 1", "hasil + nilai × (1 − hasil) : 2 lebih dari 1",
     "hasil + nilai × (1 − hasil) / 2 is more than 1"),
    ('mean(diri.butir.nilai) > mean(sejawat.km)',
     'rata-rata isian "Perilaku" di "Diri" lebih dari rata-rata isian "Kerja sama" di "Sejawat"',
     'the mean of the answer "Perilaku" at "Diri" is more than the mean of the answer "Kerja sama" at "Sejawat"'),
    ('penilaian.dinilai[kode = "a"][1].capaian > 3',
     'capaian dari isian "Dinilai" di "Penilaian" yang kode adalah "a" lebih dari 3',
     'capaian of the answer "Dinilai" at "Penilaian" where kode is "a" is more than 3'),
    ("rencana.sasaran[-1].bobot > 3", 'bobot dari baris terakhir dari isian "Sasaran" di "Rencana" lebih dari 3',
     'bobot of the last row of the answer "Sasaran" at "Rencana" is more than 3'),
    ("count(distinct values(rencana.sasaran.kode)) > 1",
     'banyaknya kode dari isian "Sasaran" di "Rencana" tanpa pengulangan lebih dari 1',
     'the number of kode of the answer "Sasaran" at "Rencana" without repeats is more than 1'),
    ("count(concatenate(diri.km, diri.pl)) > 2",
     'banyaknya gabungan isian "Kerja sama" di "Diri" dan isian "Pelayanan" di "Diri" lebih dari 2',
     'the number of the answer "Kerja sama" at "Diri" and the answer "Pelayanan" at "Diri" together is more than 2'),
    ('rencana.mulai + duration("P180D") < today', 'isian "Mulai" di "Rencana" + 180 hari sebelum hari ini',
     'the answer "Mulai" at "Rencana" + 180 days is before today'),
    ("sqrt(nilai) > 3", "rumus `sqrt(nilai)` lebih dari 3", "the formula `sqrt(nilai)` is more than 3"),
]  # fmt: skip


class TestConditions:
    @pytest.mark.parametrize(("source", "indonesian", "english"), CONDITIONS)
    def test_are_told_in_words(self, source: str, indonesian: str, english: str) -> None:
        assert told(source) == indonesian
        assert told(source, "en") == english

    def test_bare_names_are_the_answers_of_the_same_form(self) -> None:
        at = at_field("penilaian", "nilai_ubah")
        assert told('setuju = "tidak"', at=at) == 'isian "Setuju" adalah "Tidak"'

    def test_in_a_table_they_are_its_columns_and_those_of_its_source(self) -> None:
        at = at_field("penilaian", "dinilai", "capaian")
        assert told("realisasi > bobot", at=at) == 'isian "Realisasi" lebih dari bobot'

    def test_in_the_columns_of_a_value_the_loop_variable_is_its_row(self) -> None:
        kurang = process().values["baris"].columns["kurang"].formula
        assert value(process(), kurang) == "100 − capaian"

    def test_in_a_function_they_are_its_inputs(self) -> None:
        formula = process().words.functions["persen"].formula
        assert value(process(), formula) == "bagian : seluruh × 100"

    def test_nothing_is_left_out_of_any_expression(self) -> None:
        for expression in process().code:
            assert condition(process(), expression, "en").strip()

    def test_both_languages_have_the_same_parameters(self) -> None:
        for key, texts in TEXTS.items():
            fields = [sorted(part.split("}")[0] for part in text.split("{")[1:]) for text in texts]
            assert fields[0] == fields[1], key


@pytest.mark.parametrize(("given", "shown"), [("100", "100"), ("0.90", "0,9"), ("1200", "1200"), ("4.50", "4,5")])
def test_numbers_have_no_needless_zeros(given: str, shown: str) -> None:
    assert number(given) == shown


# --- a whole process --------------------------------------------------------------------------------------------------


def found(section: Section, id: str) -> Section:
    waiting = [section]
    while waiting:
        here = waiting.pop()
        if here.id == id:
            return here
        waiting += here.sections
    raise LookupError(id)


@cache
def definitions() -> Library:
    return shipped.library()


@cache
def pontianak(language: str) -> Section:
    library = definitions()
    return narrative(library.processes["pontianak_kinerja_semesteran_360"], language, library.text)


GOLDEN = {
    "stages.penilaian_semester_1": (
        'Atasan langsung mengisi formulir "Penilaian semester I".',
        "Batas waktunya 14 hari sejak tahap ini dimulai.",
        "Pengingat dikirim 3 hari sebelum batas waktu.",
        "Pengingat dikirim pada hari batas waktu.",
        "Bila terlambat, Atasan langsung dan Admin BKPSDM diberi tahu.",
        (
            'Jawaban "Penilaian semester I" dibaca Atasan Pejabat Penilai Kinerja, Tim Penilai Kinerja, Admin BKPSDM '
            "dan Inspektorat begitu dikirim."
        ),
            'Jawaban "Penilaian semester I" dibaca Kepala OPD atau Camat sejak tahap "Selesai" dimulai.',
        'Jawaban "Penilaian semester I" dibaca Pegawai yang dinilai sejak tahap "Evaluasi semester II" dimulai.',
    ),
    "stages.penilaian_semester_1.actions.kirim_penilaian_s1": (
        "Atasan langsung dapat mengambil tindakan ini.",
        'Bila capaian semester I kurang dari batas pembinaan s1 (70), berkas pindah ke tahap "Pembinaan semester I".',
        'Selain itu, berkas pindah ke tahap "Evaluasi semester II".',
    ),
    "stages.tanggapan_pegawai.actions.otomatis_terima": (
        "Sistem mengambil tindakan ini sendiri bila batas waktu lewat.",
        "Formulir tahap ini tidak ikut dikirim.",
        'Sesudah itu berkas pindah ke tahap "Penetapan dan pengembangan karier".',
    ),
    "stages.tanggapan_pegawai.actions.minta_klarifikasi": (
        "Pegawai yang dinilai dapat mengambil tindakan ini.",
        'Tindakan ini ditolak kecuali banyaknya tindakan di "Klarifikasi" kurang dari batas klarifikasi (2).',
        'Pesan penolakannya: "Batas klarifikasi sudah tercapai. Terima hasil atau ajukan keberatan."',
        'Sesudah itu berkas pindah ke tahap "Klarifikasi".',
    ),
    "values.nilai_kompetensi": (
        (
            "Bila semua bagiannya ada, Nilai kompetensi terdiri dari 60% nilai dari atasan, 30% nilai dari rekan kerja "
            "dan 10% nilai dari diri sendiri."
        ),
        "Selain itu, Nilai kompetensi terdiri dari 90% nilai dari atasan dan 10% nilai dari diri sendiri.",
    ),
    "values.nilai_akhir": (
        "Nilai akhir terdiri dari 60% nilai target dan 40% nilai kompetensi.",
        'Bila ada, isian "Nilai akhir menurut putusan" di "Keberatan" menggantikannya.',
    ),
    "tables.predikat_pp30": (
        "Baris pertama yang cocok berlaku.",
        'Bila nilai paling sedikit 110 dan ide baru adalah ya, hasilnya "Sangat baik".',
        'Bila nilai paling sedikit 90, hasilnya "Baik".',
        'Bila nilai paling sedikit 70, hasilnya "Butuh perbaikan".',
        'Bila nilai paling sedikit 50, hasilnya "Kurang".',
        'Selain itu, hasilnya "Sangat kurang".',
    ),
}  # fmt: skip


class TestNarrative:
    @pytest.mark.parametrize("id", sorted(GOLDEN))
    def test_of_a_region_reads_like_this(self, id: str) -> None:
        assert found(pontianak("id"), id).sentences == GOLDEN[id]

    def test_reads_in_english_too(self) -> None:
        assert found(pontianak("en"), "stages.penilaian_semester_1.actions.kirim_penilaian_s1").sentences == (
            "Direct superior may take this action.",
            (
                "If first half-year achievement is less than coaching limit, first half (70), the case moves to the "
                'stage "First half-year coaching".'
            ),
            'Otherwise the case moves to the stage "Second half-year evaluation".',
        )

    def test_every_part_of_a_process_is_told(self) -> None:
        whole = narrative(process())
        for id in (
            *(f"stages.{name}" for name in process().stages),
            *(f"values.{name}" for name in process().values),
            "stages.umpan_balik.actions.tutup", "collections.laporan", "tables.predikat_dari", "documents.dokumen",
            "forms.rencana", "forms.rencana.fields.sasaran", "functions", "analytics", "roles", "parameters",
        ):  # fmt: skip
            assert found(whole, id).sentences, id

    def test_only_what_is_used_is_told(self) -> None:
        ids = {section.id for section in found(pontianak("id"), "tables").sections}
        assert "tables.predikat_pp30" in ids
        assert "tables.mutu_layanan" not in ids

    @pytest.mark.parametrize("language", ["id", "en"])
    def test_every_process_of_the_project_can_be_told(self, language: str) -> None:
        library = definitions()
        for one in library.processes.values():
            told = narrative(one, language, library.text)
            assert told.sections
            assert found(told, f"stages.{one.workflow.start}").sentences

    def test_is_the_same_each_time(self) -> None:
        assert narrative(process()) == narrative(process())

    def test_each_sentence_is_one(self) -> None:
        waiting = [pontianak("id")]
        while waiting:
            section = waiting.pop()
            waiting += section.sections
            for sentence in section.sentences:
                assert sentence[0].isupper() or not sentence[0].isalpha()
                assert sentence.rstrip('"')[-1] in ".?!"
