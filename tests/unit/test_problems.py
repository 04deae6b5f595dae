"""What the checker finds in a definition: with which code, at which character, and what it advises."""

from functools import cache
from pathlib import Path

import pytest

from engine.catalogue import TEXTS, say
from engine.errors import Place, Problem
from engine.library import check, load_texts
from engine.terms import Text
from tests.unit.definitions import FILES, problems_of

HERE = Path(__file__).parent
FIFTEEN = HERE / "bad" / "fifteen"
ENGINE = HERE.parents[1] / "engine"

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
    ("D003string", W, "region: contoh", "region: §[contoh]"),
    ("D003string", R, "key: kode\n", "key: §{a: b}\n"),
    ("D003array", W, "remind: [3, 1]", "remind: §3"),
    ("D003object", W, "{title: Jawab}", "§[Jawab]"),
    ("D004", R, "type: date", "type: §dates"),
    ("D004", W, "chart: line", "chart: §pie"),
    ("D004", W, "period: yearly", "period: §weekly"),
    ("D004", W, "final: true", "final: §yes"),
    ("D005", W, "  baris:\n", "  §Baris:\n"),
    ("D005", W, "region: contoh", "region: §Contoh"),
    ("D006", W, "deadline: 10wd", "deadline: §10 hari"),
    ("D006", W, "deadline: 10wd", "deadline: §'10wd hari'"),
    ("D006", V, "seats: 2..3", "seats: §2-3"),
    ("D006", W, "{hasil: 60, perilaku: 40}", "{hasil: §6o, perilaku: 40}"),
    ("D007", W, "deadline: 03-31", "deadline: §02-30"),
    ("D007", V, "defaults:\n", 'calendar: {holidays: {§2026-02-30: Hari jadi}}\ndefaults:\n'),
    ("D007", V, "defaults:\n", "calendar: {working: [§2025-02-29]}\ndefaults:\n"),
    ("D015", V, "defaults:\n", "calendar: {holidays: {§23-10-2026: Hari jadi}}\ndefaults:\n"),
    ("D015", W, "start: rencana\n", "start: rencana\ncalendar: {working: [§besok]}\n"),
    ("D004", V, "defaults:\n", "calendar: {weekend: [§minggu]}\ndefaults:\n"),
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
    ("N001", V, "readers: {pegawai: selesai, atasan: now}", "readers: {pegawai: §sekarang, atasan: now}"),
    ("N002", W, "    actor: pegawai\n    form: rencana", "    actor: §pegawia\n    form: rencana"),
    ("N002", W, "actor: [sistem, admin]", "actor: [sistem, §admn]"),
    ("N002", W, "readers: {pegawai: selesai}", "readers: {§pegawa: selesai}"),
    ("N002", W, "overdue: atasan", "overdue: §atasan_langsung"),
    ("N002", W, "overdue: atasan", "overdue: {atasan: 0d, §admn: 7d}"),
    ("N031", W, "overdue: atasan", "overdue: [atasan, §masyarakat]"),
    ("N031", W, "overdue: atasan", "overdue: {atasan: 0d, §sistem: 7d}"),
    ("N031", V, "overdue: admin", "overdue: §masyarakat"),
    ("D016", W, "overdue: atasan", "overdue: [atasan, admin, §atasan]"),
    ("D006", W, "overdue: atasan", "overdue: {atasan: §-1d}"),
    ("D006", W, "overdue: atasan", "overdue: {atasan: §7}"),
    ("D006", W, "overdue: atasan", "overdue: {atasan: §03-31}"),
    ("D005", W, "overdue: atasan", "overdue: {§Atasan: 7d}"),
    ("D012", W, "overdue: atasan", "overdue: §{}"),
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
    ("N020", R, "required_if: jumlah < 100", "required_if: §today > mulai"),
    ("L001", W, "region: contoh", "extends: §dasar"),
    ("L001", R, "title: Rencana\n", "title: Rencana\nextends: §dasar\n"),
    ("D003string", R, "title: Rencana\n", "title: Rencana\nextends: §[dasar]\n"),
    ("L002", W, "region: contoh", "extends: §penilaian_kinerja"),
    ("L006", W, "region: contoh", "locked: [start, §stages.rencna]"),
    ("L007", W, "region: contoh", "§remove: [stages.rencana]"),
    ("L007", R, "title: Mulai,", "title: Mulai, §after: start,"),
    ("L007", W, "title: Alasan}", "title: Alasan, §after: start}"),
    ("N022", W, "  batas: 70", "  §today: 70\n  batas: 70"),
    ("N022", V, "  lipat: {", "  §sum: {"),
    ("N022", R, "  mulai: {", "  §action: {"),
    ("N023", W, "lock: true", "starts: {§pembinaan: otherwise}"),
    ("N024", W, "discloses: hukuman", "discloses: §hukum"),
    ("N025", R, "choices: {a: Unit A, b: Unit B}, ", ""),
    ("N026", P, "from: rencana.sasaran", "from: §rencana.unit"),
    ("N029", W, "show: [nilai, penilaian.catatan]", "show: [nilai, §penilaian]"),
    ("N029", W, "show: [nilai, penilaian.catatan]", "show: ['§nilai + 1', penilaian.catatan]"),
    ("N029", W, "show: [nilai, penilaian.catatan]", "show: [nilai, §laporan.isi]"),
    ("N027", W, "by: [unit, cycle, predikat]", "by: [unit, §siklus, predikat]"),
    ("N028", R, "    key: kode\n    columns", "    columns"),
    ("N030", V, "defaults:\n", "calendar: {holidays: {2026-10-23: Hari jadi}, working: [§2026-10-23]}\ndefaults:\n"),
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
    ("X020", V, 'tinggi: pegawai.golongan = "IV"', "tinggi: §nilai > 90"),
    ("X020", R, "sum(sasaran.bobot)", "sum(§sasran.bobot)"),
    ("X021", W, "mean(diri.butir.nilai)", "§rerata(diri.butir.nilai)"),
    ("X021", V, '"persen(x, 50)"', '"§persn(x, 50)"'),
    ("X022", W, "[nilai, penilaian.catatan]", "[nilai, penilaian.§catatn]"),
    ("X022", W, "count(history.umpan_balik) < 3", "count(history.§sejawat) < 3"),
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
    ("W11", W, "          selesai: otherwise", "          §selesai: nilai >= 50"),
]  # fmt: skip


def with_mistake(file: str, sound: str, mistake: str) -> tuple[dict[str, str], Place | None]:
    """The process with one mistake, and the place of its ``§``."""
    text = FILES[file]
    assert text.count(sound) == 1, f"{sound!r} stands {text.count(sound)} times in {file}"
    wrong = text.replace(sound, mistake)
    at = wrong.find("§")
    place = Place(file, wrong[:at].count("\n") + 1, at - wrong.rfind("\n", 0, at)) if at >= 0 else None
    return {**FILES, file: wrong.replace("§", "")}, place


@cache
def found_in(file: str, sound: str, mistake: str) -> tuple[Problem, ...]:
    return problems_of(with_mistake(file, sound, mistake)[0])


class TestOneMistake:
    def test_the_sound_process_has_none(self) -> None:
        assert problems_of(FILES) == ()

    @pytest.mark.parametrize(("code", "file", "sound", "mistake"), BAD)
    def test_is_told_once_at_its_place(self, code: str, file: str, sound: str, mistake: str) -> None:
        _, place = with_mistake(file, sound, mistake)
        found = found_in(file, sound, mistake)
        assert [problem.code for problem in found] == [code], [problem.line() for problem in found]
        if place:
            assert found[0].place == place

    @pytest.mark.parametrize(("code", "file", "sound", "mistake"), BAD)
    def test_is_told_in_two_languages(self, code: str, file: str, sound: str, mistake: str) -> None:
        (problem,) = found_in(file, sound, mistake)
        indonesian, english = problem.text("id"), problem.text("en")
        assert indonesian != english
        assert not {"{", "None"} & set(indonesian.split()) and "{" not in indonesian.replace("{}", "")
        assert indonesian[0].isupper() and indonesian[-1] in ".?"


class TestPlaces:
    """A problem inside an expression is told at its own character, however YAML quotes the text."""

    @pytest.mark.parametrize(
        "written",
        [
            "§hasl + 1",
            '"1 + §hasl"',
            "'if \"it''s\" = \"\" then 1 else §hasl'",
            "if 1 = 1\n      then §hasl\n      else 2",
            ">-\n      if 1 = 1\n      then §hasl else 2",
            "|\n      hasil +\n        §hasl",
            '"\\u0031 + §hasl"',
        ],
    )
    def test_in_plain_quoted_and_block_scalars(self, written: str) -> None:
        texts, _ = with_mistake(W, "formula: nilai, frozen_at: penilaian, optional: true}", "formula: nilai}")
        text = texts[W].replace("  nilai_awal: {formula: nilai}", f"  nilai_awal:\n    formula: {written}")
        at = text.index("§")
        (problem,) = problems_of({**texts, W: text.replace("§", "")})
        assert (problem.code, problem.place.line) == ("X020", text[:at].count("\n") + 1)
        assert problem.place.column == at - text.rfind("\n", 0, at)

    def test_in_a_key_that_is_an_expression(self) -> None:
        texts, _ = with_mistake(W, '= butir("km").title: penilaian', '"= butr(1)": penilaian')
        (problem,) = problems_of(texts)
        assert (problem.code, problem.place.column) == ("X021", 10)

    def test_problems_stand_in_reading_order(self) -> None:
        places = [problem.place for problem in check(FIFTEEN)]
        assert places == sorted(places)


class TestWhatFollowsFromAMistake:
    def test_a_file_that_is_no_yaml_is_not_missed_elsewhere(self) -> None:
        found = problems_of({**FILES, B: FILES[B].replace("title: Perilaku\nfields", "title: a: b\nfields")})
        assert [str(problem.place) for problem in found] == ["forms/perilaku.yaml:2:9"]

    def test_a_vocabulary_that_is_no_yaml_silences_its_processes(self) -> None:
        found = problems_of({**FILES, V: FILES[V] + "title: Lagi\n"})
        assert [problem.code for problem in found] == ["S017"]

    def test_a_field_that_was_left_out_is_not_missed_elsewhere(self) -> None:
        found = problems_of({**FILES, R: FILES[R].replace("type: table", "type: tabel")})
        assert [problem.code for problem in found] == ["D004"]

    def test_a_stage_that_was_left_out_is_not_missed_elsewhere(self) -> None:
        text = FILES[W].replace("    title: Umpan balik\n    deadline", "    deadline")
        assert [problem.code for problem in problems_of({**FILES, W: text})] == ["D002"]

    def test_a_mistake_in_a_vocabulary_is_told_once_for_two_processes(self) -> None:
        second = FILES[W].replace("workflow: penilaian_kinerja", "workflow: penilaian_lain")
        found = problems_of({**FILES, "workflows/lain.yaml": second, V: FILES[V].replace("KURANG]", "KURNG]")})
        assert [problem.code for problem in found] == ["N013"]

    def test_everything_is_told_at_once(self) -> None:
        found = problems_of({**FILES, R: FILES[R].replace("date,", "dat,"), V: FILES[V].replace("KURANG]", "KURNG]")})
        assert [problem.code for problem in found] == ["D004", "N013"]


class TestFiles:
    def test_the_fifteen_mistakes_are_named_and_nothing_else(self) -> None:
        expected = {
            (file.relative_to(FIFTEEN).as_posix(), number, line.split("# expect ")[1])
            for file in FIFTEEN.rglob("*.yaml")
            for number, line in enumerate(file.read_text().splitlines(), 1)
            if "# expect " in line
        }
        found = check(FIFTEEN)
        assert {(problem.place.file, problem.place.line, problem.code) for problem in found} == expected
        assert len(expected) == len(found) == 15

    def test_a_problem_is_one_line_with_file_line_column_code_and_remedy(self) -> None:
        lines = [problem.line() for problem in check(FIFTEEN)]
        assert (
            'workflows/penilaian.yaml:19:12  N002  Ganti "atasn" dengan sebuah peran: pegawai, atasan, sistem. '
            'Maksud Anda "atasan"?'
        ) in lines

    def test_two_files_with_one_id_are_told_with_both_places(self) -> None:
        (problem,) = problems_of({**FILES, "forms/lagi.yaml": FILES["forms/laporan.yaml"]})
        assert (problem.code, problem.params["other"]) == ("D009", "forms/laporan.yaml:1:7")

    def test_a_path_that_is_not_there_is_told(self) -> None:
        assert [problem.code for problem in check(HERE / "tidak_ada")] == ["D010"]

    def test_one_file_alone_is_checked_for_its_shape(self) -> None:
        assert [problem.code for problem in check(FIFTEEN / "forms" / "rencana.yaml")] == ["D004"]

    def test_a_definition_with_problems_is_never_loaded(self) -> None:
        with pytest.raises(Exception, match="D004"):
            load_texts({**FILES, R: FILES[R].replace("date,", "dat,")})


class TestCatalogue:
    def test_every_code_of_the_engine_is_reported_by_some_test(self) -> None:
        """Codes of definitions begin with a capital; of the refusals, some are the web's own."""
        tests = [path.read_text() for path in HERE.rglob("*") if path.suffix in (".py", ".yaml")]
        told_elsewhere = ("catalogue.py", "course_texts.py", "migration_texts.py")
        modules = [path.read_text() for path in ENGINE.rglob("*.py") if path.name not in told_elsewhere]
        codes = [code for code in TEXTS if code[0].isupper() or any(f'"{code}"' in module for module in modules)]
        told = "\n".join(tests)
        assert [code for code in codes if f'"{code}' not in told and f"expect {code}" not in told] == []

    @pytest.mark.parametrize("code", sorted(TEXTS))
    def test_both_languages_name_the_same_parameters(self, code: str) -> None:
        indonesian, english = TEXTS[code]
        assert indonesian and english
        fields = [sorted(part.split("}")[0] for part in text.split("{")[1:]) for text in (indonesian, english)]
        assert fields[0] == fields[1]

    def test_a_type_is_said_in_the_readers_language(self) -> None:
        (problem,) = problems_of(with_mistake(R, "initial: today", "initial: 1")[0])
        assert "angka" in problem.text("id")
        assert "number" in problem.text("en")

    def test_a_near_name_is_offered(self) -> None:
        problem = Problem(Place(), "N002", {"name": "atasn", "known": "atasan", "maybe_id": "atasan"})
        assert problem.text("en").endswith('Did you mean "atasan"?')

    def test_a_text_of_a_definition_may_stand_in_a_message(self) -> None:
        assert say("nilai_wajib", "id", title=Text("Sasaran")) == "Isi Sasaran."
