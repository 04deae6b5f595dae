"""Folders of definitions: what is read, how a process is pinned, and in which language its texts are."""

from pathlib import Path

import pytest

from engine.compile import content_hash
from engine.errors import DefinitionError
from engine.library import check, load, load_texts
from engine.terms import Text
from tests.unit.definitions import FILES, process_of
from web.config import definitions_root


def written(folder: Path) -> Path:
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


class TestReading:
    def test_a_folder_is_read_with_everything_below_it(self, tmp_path: Path) -> None:
        assert list(load(written(tmp_path)).processes) == ["penilaian_kinerja"]

    def test_files_beside_workflows_and_forms_are_not_read(self, tmp_path: Path) -> None:
        (written(tmp_path) / "catatan.yaml").write_text("apa saja: [")
        assert check(tmp_path) == ()

    def test_scenarios_are_not_definitions(self, tmp_path: Path) -> None:
        (written(tmp_path) / "workflows" / "contoh.yaml").write_text("scenarios: penilaian_kinerja\nlist: []\n")
        assert check(tmp_path) == ()

    def test_a_folder_with_problems_is_not_loaded(self, tmp_path: Path) -> None:
        (written(tmp_path) / "forms" / "rusak.yaml").write_text("form: rusak\n")
        with pytest.raises(DefinitionError) as error:
            load(tmp_path)
        assert [str(problem.place) for problem in error.value.problems] == ["forms/rusak.yaml:1:1"]

    def test_a_file_that_is_no_utf8_is_told(self, tmp_path: Path) -> None:
        (written(tmp_path) / "forms" / "rusak.yaml").write_bytes(b"form: rusak\ntitle: \xff\n")
        assert [problem.code for problem in check(tmp_path)] == ["S002"]

    def test_an_empty_folder_has_no_processes(self, tmp_path: Path) -> None:
        assert load(tmp_path).processes == {}


class TestPinning:
    def test_a_process_carries_the_files_it_was_made_of(self) -> None:
        process = process_of(FILES)
        assert set(process.files) == set(FILES) - {"workflows/en.yaml"}
        assert process_of(process.files).hash == process.hash

    def test_the_hash_follows_from_every_character_of_every_file(self) -> None:
        process = process_of(FILES)
        for name in process.files:
            assert process_of({**FILES, name: FILES[name] + "# catatan\n"}).hash != process.hash

    def test_the_hash_does_not_depend_on_the_order_or_on_other_files(self) -> None:
        other = {name: FILES[name] for name in reversed(FILES)}
        assert process_of(other).hash == process_of(FILES).hash
        more = {**FILES, "forms/lain.yaml": "form: lain\ntitle: Lain\n"}
        assert process_of(more).hash == process_of(FILES).hash

    def test_what_a_process_starts_is_not_among_its_files(self) -> None:
        other = FILES["workflows/penilaian.yaml"].replace("workflow: penilaian_kinerja", "workflow: lanjutan")
        first = FILES["workflows/penilaian.yaml"].replace("close: laporan", "close: laporan\n        starts: lanjutan")
        process = load_texts({**FILES, "workflows/penilaian.yaml": first, "workflows/lanjutan.yaml": other}).processes[
            "penilaian_kinerja"
        ]
        assert "workflows/lanjutan.yaml" not in process.files
        assert load_texts(process.files).processes["penilaian_kinerja"].hash == process.hash

    def test_every_process_of_the_project_can_be_read_again_from_its_files(self) -> None:
        for process in load(definitions_root()).processes.values():
            assert load_texts(process.files).processes[process.id].hash == process.hash

    def test_names_and_texts_cannot_run_into_each_other(self) -> None:
        assert content_hash({"a": "bc"}) != content_hash({"ab": "c"})
        assert content_hash({"a": "b", "c": "d"}) != content_hash({"a": "bcd"})


class TestLanguages:
    def test_a_text_is_said_in_the_language_of_the_folder(self) -> None:
        library = load_texts(FILES)
        assert library.text("Rencana", "en") == "Plan"
        assert library.text("Rencana", "id") == "Rencana"

    def test_a_text_without_translation_stays_indonesian(self) -> None:
        assert load_texts(FILES).text("Belum diterjemahkan", "en") == "Belum diterjemahkan"

    def test_a_translation_beside_the_text_comes_first(self) -> None:
        assert load_texts(FILES).text(Text("Rencana", {"en": "Scheme"}), "en") == "Scheme"


class TestOneFile:
    """A file is judged among the definitions that it stands in."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        for name, text in FILES.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
        return tmp_path

    def test_what_it_refers_to_elsewhere_is_known(self, folder: Path) -> None:
        assert check(folder / "workflows" / "penilaian.yaml") == ()

    def test_its_own_mistakes_are_told_and_those_of_others_are_not(self, folder: Path) -> None:
        (folder / "forms" / "laporan.yaml").write_text("form: laporan\ntitle: L\nfields: {isi: {type: tex}}\n")
        (folder / "workflows" / "penilaian.yaml").write_text(
            FILES["workflows/penilaian.yaml"].replace("10wd", "sepuluh")
        )
        assert [p.code for p in check(folder / "forms" / "laporan.yaml")] == ["D004"]
        assert [p.code for p in check(folder / "workflows" / "penilaian.yaml")] == ["D006"]

    def test_what_is_proved_of_its_process_is_told_wherever_it_stands(self, folder: Path) -> None:
        text = FILES["workflows/penilaian.yaml"].replace("        to: umpan_balik\n", "        to: rencana\n", 1)
        (folder / "workflows" / "penilaian.yaml").write_text(text)
        assert {p.code for p in check(folder / "forms" / "rencana.yaml")} >= {"E02"}
