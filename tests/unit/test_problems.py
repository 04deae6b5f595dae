"""What the checker finds in a definition: with which code, at which character, and what it advises."""

from pathlib import Path

import pytest

from engine.catalogue import TEXTS, say
from engine.errors import Place, Problem
from engine.library import check, load_texts
from engine.terms import Text
from tests.unit.definitions import FILES, problems_of

HERE = Path(__file__).parent
FIFTEEN = HERE / "bad" / "fifteen"

#: Where each is expected stands a ``§``: code, what stands in the sound process, what stands there instead.
W, V, C = "workflows/penilaian.yaml", "workflows/umum.yaml", "workflows/butir.yaml"
R, P, B = "forms/rencana.yaml", "forms/penilaian.yaml", "forms/perilaku.yaml"
BAD = [
    # --- the shape of declarations
    ("D001", W, "    overdue: atasan\n", "    §owerdue: atasan\n"),
    ("D001", C, "{tinggi: {title: Pelayanan publik}}", "{tinggi: {§judul: Pelayanan publik}}"),
    ("D002", W, "  selesai:\n    title: Selesai\n    final", "  §selesai:\n    final"),
    ("D002", R, "mulai: {type: date, ", "§mulai: {"),
    ("D003string", W, "formula: nilai, frozen_at: penilaian", "formula: nilai, frozen_at: §[penilaian]"),
    ("D003array", W, "remind: [3, 1]", "remind: §3"),
    ("D003object", W, "{title: Jawab}", "§[Jawab]"),
    ("D004", R, "type: date", "type: §dates"),
    ("D004", W, "chart: line", "chart: §pie"),
    ("D004", W, "period: yearly", "period: §weekly"),
    ("D004", W, "final: true", "final: §yes"),
    ("D005", W, "  baris:\n", "  §Baris:\n"),
    ("D005", W, "region: contoh", "region: §Contoh"),
    ("D006", W, "deadline: 10wd", "deadline: §10 hari"),
    ("D006", W, "deadline: 10wd", "deadline: '§10wd hari'"),
    ("D006", V, "seats: 2..3", "seats: §2-3"),
    ("D006", W, "{hasil: 60, perilaku: 40}", "{hasil: §6o, perilaku: 40}"),
    ("D007", W, "deadline: 03-31", "deadline: §02-30"),
    ("D008", "workflows/en.yaml", "translation: en", "§translations: en"),
    ("D012", W, 'show_if: today >= cycle.start', 'show_if: §""'),
    ("D012", W, "{hasil: 60, perilaku: 40}", "§{}"),
    ("D013", R, "{a: Unit A, b: Unit B}", "{a: Unit A, §b c: Unit B}"),
    ("D014", W, "title: Penilaian kinerja", "title: {id: Penilaian kinerja, §eng: Appraisal}"),
    # --- names
    ("N001", W, "start: rencana", "start: §rencan"),
    ("N001", W, "to: penilaian", "to: §penilain"),
    ("N001", W, "selesai: otherwise", "§selsai: otherwise"),
    ("N001", W, "frozen_at: penilaian", "frozen_at: §penilaian_atasan"),
    ("N001", W, "readers: {pegawai: selesai}", "readers: {pegawai: §seleseai}"),
    ("N001", W, "opens: selesai", "opens: §tutup"),
    ("N001", W, "opens: rencana\n    closes", "opens: §rencanaa\n    closes"),
    ("N001", P, "readers: {pegawai: none}", "readers: {pegawai: §never}"),
    ("N001", V, "readers: {pegawai: now}", "readers: {pegawai: §sekarang}"),
    ("N002", W, "    actor: pegawai\n    form: rencana", "    actor: §pegawia\n    form: rencana"),
    ("N002", W, "actor: [sistem, admin]", "actor: [sistem, §admn]"),
    ("N002", W, "readers: {pegawai: selesai}", "readers: {§pegawa: selesai}"),
    ("N002", W, "overdue: atasan", "overdue: §atasan_langsung"),
    ("N002", P, "writers: [atasan, admin]", "writers: [atasan, §admni]"),
    ("N002", V, "confirmed_by: [atasan]", "confirmed_by: [§atasn]"),
    ("N002", V, "superior of atasan}", "§superior of atasn}"),
    ("N002", V, "readers: [admin]", "readers: [§admni]"),
    ("N002", V, "overdue: admin", "overdue: §admni"),
    ("N003", W, "form: penilaian", "form: §penilai"),
    ("N004", W, "use: [umum, butir]", "use: [umum, butir, §pelatihan]"),
    ("N004", B, "from: butir,", "from: §'[1, 2]',"),
    ("N005", R, "choices: {a: Unit A, b: Unit B}", "choices: §golngan"),
    ("N006", P, "scale: lima", "scale: §limaa"),
    ("N007", C, "variants: {tinggi:", "variants: {§rendah:"),
    ("N007", P, "title: Sudah dibahas", "title: Sudah dibahas, variants: {§rendah: {title: Lain}}"),
    ("N008", P, "beside: diri", "beside: §dirii"),
    ("N009", V, "output: predikat", "output: §predikt"),
    ("N009", V, "{bagian: number,", "{bagian: §numbr,"),
    ("N009", V, 'nilai: "[0..120]"', 'nilai: §"[0...120]"'),
    ("N009", V, "nama: text", "nama: §teks"),
    ("N009", C, "bobot: number", "bobot: §nomor"),
    ("N010", W, "  belum_lengkap: Tunggu jawaban pegawai.\n", ""),
    ("N010", P, "code: sikap_wajib", "code: §sikap_harus"),
    ("N010", R, "  sasaran_kurang: jumlah", "  §sasaran_krang: jumlah"),
    ("N011", W, "  baris:\n    for", "  §selesai:\n    for"),
    ("N011", V, '  lipat: {inputs: {x: number}, formula: "persen(x, 50)"}\ntables:\n  predikat_dari:',
     '  predikat_dari: {inputs: {x: number}, formula: "persen(x, 50)"}\ntables:\n  §predikat_dari:'),
    ("N011", W, "alasan: {type: textarea, title: Alasan}", "§sikap: {type: textarea, title: Alasan}"),
    ("N011", B, "  pendapat:", "  §pl:"),
    ("N012", V, '["-", "-", KURANG]', '§["-", KURANG]'),
    ("N013", V, "III, IV", 'III, §V'),
    ("N013", V, '"not(III)"', '"not(§VI)"'),
    ("N013", V, '"-", KURANG', '"-", §KURNG'),
    ("N013", C, "predikat: BAIK", "predikat: §BAGUS"),
    ("N014", C, "bobot: 60", "bobot: §banyak"),
    ("N014", C, "2024-01-31", "§2024-02-30"),
    ("N015", W, "{formula: nilai, frozen_at: penilaian, optional: true}", "{formula: nilai, weights: {nilai: 100}}"),
    ("N016", W, "close: laporan", "close: §laporn"),
    ("N017", W, "closes: tetapkan", "closes: §tetapkn"),
    ("N018", W, "{hasil: 60, perilaku: 40}", "{hasil: 60, §prilaku: 40}"),
    ("N019", R, "key: kode\n", "key: §kod\n"),
    ("N019", C, "title: Kerja sama, aspek: inti", "title: Kerja sama, §aspk: inti"),
    ("N020", W, "formula: nilai, frozen", "formula: if §today = null then 1 else nilai, frozen"),
    ("N021", W, "region: contoh", "§extends: dasar"),
    ("N021", W, "region: contoh", "§remove: [stages.rencana]"),
    ("N021", R, "title: Rencana\n", "title: Rencana\n§extends: dasar\n"),
    ("N021", R, "title: Mulai,", "title: Mulai, §after: start,"),
    ("N022", W, "  batas: 70", "  §today: 70\n  batas: 70"),
    ("N022", V, "  lipat: {", "  §sum: {"),
    ("N022", R, "  mulai: {", "  §action: {"),
    ("N023", W, "lock: true", "starts: {§pembinaan: otherwise}"),
    ("N024", W, "discloses: hukuman", "discloses: §hukum"),
    ("N025", R, "choices: {a: Unit A, b: Unit B}, ", ""),
    ("N026", P, "from: rencana.sasaran", "from: §rencana.jumlah"),
    ("N027", W, "by: [unit, cycle, predikat]", "by: [unit, §siklus, predikat]"),
    # --- expressions
    ("X101", W, "show_if: today >= cycle.start", "show_if: §count(history.penilaian)"),
    ("X101", W, "{perilaku_diri: 100}", "{§baris: 100}"),
    ("X101", W, "override: [penilaian.nilai_ubah]\n", "override: [§penilaian.catatan]\n"),
    ("X101", R, "initial: today", "initial: §1"),
    ("X101", V, '"-", KURANG', '"-", =§ nilai * 2'),
    ("X010", W, "when: s.capaian < 100", "when: s.capaian < §< 100"),
    ("X011", V, "bagian / seluruh * 100", "bagian / seluruh *§"),
    ("X020", W, "nilai < 50 and", "§nila < 50 and"),
    ("X020", V, "bagian / seluruh * 100", "bagian / §selruh * 100"),
    ("X020", R, "sum(sasaran.bobot)", "sum(§sasran.bobot)"),
    ("X021", W, "mean(diri.butir.nilai)", "§rerata(diri.butir.nilai)"),
    ("X021", V, '"persen(x, 50)"', '"§persn(x, 50)"'),
    ("X022", W, "[nilai, penilaian.catatan]", "[nilai, penilaian.§catatn]"),
    ("X031", V, '">= 70"', '\'§"tujuh"\''),
    ("X030", W, "mean(nilai)", "§mean(nilai) + \"1\""),
    ("X035", W, 'predikat = "KURANG"', 'predikat = §"KURAN"'),
    ("X036", W, "for: s in penilaian.dinilai", "for: s in §penilaian.setuju"),
    # --- the process as a whole
    ("E02", W, "  selesai:\n    title: Selesai", "  §sisa: {title: Sisa, final: true}\n  selesai:\n    title: Selesai"),
    ("E03", W, "  selesai:\n    title: Selesai\n    final: true", "  §selesai:\n    title: Selesai"),
    ("E11", W, "      pembinaan: predikat", "      §tetap2: otherwise\n      pembinaan: predikat"),
    ("E14", W, "formula: nilai, frozen_at", "formula: nilai + nilai_awal, frozen_at"),
    ("E14", V, "bagian / seluruh * 100", "lipat(bagian)"),
    ("E14", R, "formula: sum(sasaran.bobot)", "formula: sum(sasaran.bobot) + jumlah"),
    ("E16", W, "- {perilaku_diri: 40, perilaku_rekan: 60}", "- §{perilaku_diri: 41, perilaku_rekan: 60}"),
    ("E16", W, "{hasil: 60, perilaku: 40}", "§{hasil: 160, perilaku: -60}"),
    ("E20", W, "    deadline: 10wd\n", ""),
]  # fmt: skip


def with_mistake(file: str, sound: str, mistake: str) -> tuple[dict[str, str], Place | None]:
    """The process with one mistake, and the place of its ``§``."""
    text = FILES[file]
    assert text.count(sound) == 1, f"{sound!r} stands {text.count(sound)} times in {file}"
    wrong = text.replace(sound, mistake)
    at = wrong.find("§")
    place = Place(file, wrong[:at].count("\n") + 1, at - wrong.rfind("\n", 0, at)) if at >= 0 else None
    return {**FILES, file: wrong.replace("§", "")}, place


class TestOneMistake:
    def test_the_sound_process_has_none(self) -> None:
        assert problems_of(FILES) == ()

    @pytest.mark.parametrize(("code", "file", "sound", "mistake"), BAD)
    def test_is_told_once_at_its_place(self, code: str, file: str, sound: str, mistake: str) -> None:
        texts, place = with_mistake(file, sound, mistake)
        found = problems_of(texts)
        assert [problem.code for problem in found] == [code], [problem.line() for problem in found]
        if place:
            assert found[0].place == place

    @pytest.mark.parametrize(("code", "file", "sound", "mistake"), BAD)
    def test_is_told_in_two_languages(self, code: str, file: str, sound: str, mistake: str) -> None:
        (problem,) = problems_of(with_mistake(file, sound, mistake)[0])
        indonesian, english = problem.text("id"), problem.text("en")
        assert indonesian != english
        assert not {"{", "None"} & set(indonesian.split()) and "{" not in indonesian.replace("{}", "")
        assert indonesian[0].isupper() and indonesian[-1] in ".?"
