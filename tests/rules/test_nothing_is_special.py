"""No region, stage, field, value, table or role is known to the code by its name: data decides."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.library import Library, load
from engine.scenario import Scenario, read_scenarios, run
from tests import shipped
from tests.rules.renaming import OTHER_USE, author_ids, language_words, renamed
from tests.web.walk import Walk

ROOT = Path(__file__).parents[2]

#: Ids that are also words of the code, with the other use they have there.
EXCEPTED = {
    **OTHER_USE,
    **dict.fromkeys(
        ("hasil", "judul", "tujuan", "jenis", "satuan", "sumber", "ukuran"),
        "a word of the sentences that tell a process",
    ),
    "sistem": "a word of the stories that tell how a case gets stuck",
    "alasan": "a word of sentences on pages",
    "jumlah": "a word of sentences on pages",
    "pegawai": "a word of sentences on pages",
    "target": "an attribute of HTML links and of scripts' events",
    "op": "an operator in the syntax tree of FEEL",
    "tanggal": "the word for a date in messages, and the input of the page that sets the date of the demo",
    "selesai": "the id of a heading on a page",
    "nip": "what people sign in with, and a column of the file that people are imported from",
    "nama": "a column of the file that people are imported from, and a parameter of a message",
    "opd": "a column of the file that people are imported from",
    "kode": "the input in which a service code is typed",
    "masyarakat": "the word for people who are served, in an address and in sentences",
    "laporan": "the word for a report, in an address and in sentences",
    "jenis_kelamin": "a column of the file that people are imported from: the NIP repeats it",
}


#: So many scenarios of each process are played on the pages under other names.
ON_PAGES = 4


@pytest.fixture(scope="module")
def library() -> Library:
    return shipped.library()


@pytest.fixture(scope="module")
def elsewhere(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the definitions under other names."""
    folder = tmp_path_factory.mktemp("renamed")
    names = renamed(ROOT, folder, library)
    assert len(names) > 150, "the renaming has lost its grip"
    return folder


def _scenarios(folder: Path) -> Iterator[list[Scenario]]:
    """The scenarios of each file."""
    for file in sorted((folder / "workflows" / "scenarios").glob("*.yaml")):
        yield read_scenarios(file.read_bytes(), file.name)


def test_scenarios_pass_under_other_names_in_the_engine(elsewhere: Path) -> None:
    library = load(elsewhere)
    for scenarios in _scenarios(elsewhere):
        for scenario in scenarios:
            result = run(library.processes[scenario.workflow], scenario)
            assert result.differences == (), scenario.id


def test_scenarios_pass_under_other_names_on_the_pages(elsewhere: Path, make_sqlite_app) -> None:
    """The first few of each process, whose path goes through all its pages."""
    app = make_sqlite_app(definitions=elsewhere)
    library = load(elsewhere)
    for scenarios in _scenarios(elsewhere):
        for scenario in [s for s in scenarios if not s.expect_error][:ON_PAGES]:
            assert Walk(app, library.processes[scenario.workflow], scenario).play() == [], scenario.id


def test_no_id_of_a_definition_stands_in_the_code(library: Library) -> None:
    ids = author_ids(library) - language_words() - set(EXCEPTED)
    found = [f"{where}: {name}" for where, name in _named(ids)]
    assert found == []


def _named(ids: set[str]) -> Iterator[tuple[str, str]]:
    for folder in ("engine", "web"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield from ((f"{file.relative_to(ROOT)}:{line}", name) for line, name in _constants(file) if name in ids)
    for pattern in ("web/templates/**/*.html", "web/assets/**/*.js"):
        for file in sorted(ROOT.glob(pattern)):
            code = re.sub(
                r"_\(\"[^\"]*\"|\{#.*?#\}|//.*|\{% trans.*?endtrans",
                "",
                file.read_text(),
                flags=re.S if file.suffix == ".html" else 0,
            )
            words = re.findall(r"(?<=[\"'.])[a-z][a-z0-9_]*(?=[\"'\s.)}\]])", code)
            yield from ((str(file.relative_to(ROOT)), name) for name in words if name in ids)


def _constants(file: Path) -> Iterator[tuple[int, str]]:
    """Text constants, docstrings left out, and names read of something, in *file*."""
    tree = ast.parse(file.read_text())
    docs = {id(n.body[0].value) for n in ast.walk(tree) if hasattr(n, "body") and isinstance(n.body, list) and n.body
            and isinstance(n.body[0], ast.Expr)}  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


def test_the_test_itself_sees_a_planted_name(tmp_path: Path, library: Library) -> None:
    file = tmp_path / "planted.py"
    file.write_text('def special(case):\n    return case.values["nilai_akhir"]\n')
    assert "nilai_akhir" in author_ids(library)
    assert (2, "nilai_akhir") in set(_constants(file))
