"""The loader: what it keeps as typed, where things stand, and what it refuses, with which code and where."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.catalogue import TEXTS
from engine.errors import DefinitionError
from engine.source import Path as Steps
from engine.source import Source, read

ROOT = Path(__file__).parents[2]
HOSTILE = sorted((ROOT / "tests/unit/hostile").glob("*.yaml"))

DEFINITION = """\
workflow: penilaian_tahunan
title: "Penilaian: kinerja tahunan"
use: [asn, butir_360]                # words
stages:
  penilaian_mandiri:
    title: Penilaian mandiri
    actor: pegawai
    deadline: 14d
    actions:
      kirim:
        title: Kirim
        to: {penilaian_atasan: otherwise}
  penilaian_atasan:
    title: 'Penilaian oleh atasan, hari Jum''at'
    help: |
      Nilai setiap butir.

        - paling sedikit satu bukti
    require:
      bukti_kurang: 'count(bukti[jenis = "foto"]) >= 2'
    remind: [3, 1]
values:
  nilai_akhir:
    weights:
      - {nilai_atasan: 60, nilai_rekan: 30, nilai_diri: 10}
      - {nilai_atasan: 90, nilai_diri: 10}
  predikat: >-
    if nilai_akhir >= 90
    then "Sangat Baik"
    else "Baik"
"""


def problems(text: bytes | str) -> list[str]:
    """The problems of *text* as ``code@line:column``."""
    with pytest.raises(DefinitionError) as caught:
        read(text, "x.yaml")
    return [f"{p.code}@{p.place.line}:{p.place.column}" for p in caught.value.problems]


def at(place: object) -> str:
    return str(place).removeprefix("x.yaml:")


@pytest.fixture(scope="module")
def definition() -> Source:
    return read(DEFINITION, "x.yaml")


class TestData:
    @pytest.mark.parametrize(
        "typed",
        (
            "0123 0789 198501012010011001 no off Yes y true 12:30 12:30:45 1.10 1_000 1e3 0o17 ~ null "
            "2026-02-30 2026-13-45 .nan -.inf a:b a#b =f(x) " + "9" * 5000
        ).split(),
    )
    def test_a_scalar_stays_as_it_was_typed(self, typed: str) -> None:
        assert read(f"nip: {typed}\n", "x.yaml").data == {"nip": typed}

    def test_keys_are_text_too(self) -> None:
        assert read("yes: 1\ntrue: 2\n0123: 3\nnull: 4\n", "x.yaml").data == {
            "yes": "1",
            "true": "2",
            "0123": "3",
            "null": "4",
        }

    def test_a_value_left_out_is_empty_text(self) -> None:
        assert read("a:\nb: {c: , d: ''}\ne: [x]\nf: {}\n", "x.yaml").data == {
            "a": "",
            "b": {"c": "", "d": ""},
            "e": ["x"],
            "f": {},
        }

    def test_the_order_of_a_map_is_kept(self) -> None:
        data = read("to:\n  z: x\n  a: y\n  m: otherwise\n", "x.yaml").data
        assert list(data["to"]) == ["z", "a", "m"]

    def test_a_definition_is_read_whole(self) -> None:
        data = read(DEFINITION, "x.yaml").data
        assert data["stages"]["penilaian_atasan"]["title"] == "Penilaian oleh atasan, hari Jum'at"
        assert data["stages"]["penilaian_atasan"]["help"] == "Nilai setiap butir.\n\n  - paling sedikit satu bukti\n"
        assert data["values"]["nilai_akhir"]["weights"][1] == {"nilai_atasan": "90", "nilai_diri": "10"}
        assert data["values"]["predikat"] == 'if nilai_akhir >= 90 then "Sangat Baik" else "Baik"'

    @pytest.mark.parametrize(
        "same",
        [DEFINITION.replace("\n", "\r\n"), "\ufeff" + DEFINITION, "---\n" + DEFINITION, DEFINITION + "...\n"],
        ids=["carriage returns", "byte order mark", "document start", "document end"],
    )
    def test_what_editors_add_changes_nothing(self, same: str) -> None:
        assert read(same.encode(), "x.yaml").data == read(DEFINITION, "x.yaml").data

    def test_escapes_of_visible_characters_are_read(self) -> None:
        assert read(r'a: "\u00e9 \"x\" \\ \t \n"', "x.yaml").data == {"a": 'é "x" \\ \t \n'}

    def test_twenty_levels_are_read_and_twenty_one_refused(self) -> None:
        def nested(depth: int) -> str:
            return "a: " + "[" * (depth - 1) + "x" + "]" * (depth - 1)

        assert read(nested(20), "x.yaml").data
        assert problems(nested(21)) == ["S007@1:23"]

    def test_sixteen_kibibytes_are_the_longest_text(self) -> None:
        assert read("a: " + "é" * 8192, "x.yaml").data
        assert problems("a: " + "é" * 8193) == ["S009@1:4"]

    def test_a_file_is_bounded_in_bytes_not_characters(self) -> None:
        comment = "a: b\n#" + "é" * (128 * 1024 - 3)
        assert read(comment, "x.yaml").data == {"a": "b"}
        assert problems(comment + "é") == ["S001@1:1"]
        assert problems((comment + "é").encode()) == ["S001@1:1"]

    def test_too_many_elements_are_refused(self) -> None:
        assert problems("a:\n" + "- x\n" * 20_000)[0].startswith("S008@")


class TestPlaces:
    @pytest.mark.parametrize(
        ("path", "value", "key"),
        [
            ((), "1:1", "1:1"),
            (("workflow",), "1:11", "1:1"),
            (("use",), "3:6", "3:1"),
            (("use", 1), "3:12", "3:12"),
            (("stages",), "5:3", "4:1"),
            (("stages", "penilaian_mandiri", "actions", "kirim", "to", "penilaian_atasan"), "12:32", "12:14"),
            (("values", "nilai_akhir", "weights", 1), "26:9", "26:9"),
            (("values", "nilai_akhir", "weights", 1, "nilai_diri"), "26:40", "26:28"),
        ],
    )
    def test_a_value_and_its_key_have_their_places(self, definition: Source, path: Steps, value: str, key: str) -> None:
        assert (at(definition.place(path)), at(definition.key_place(path))) == (value, key)

    def test_what_is_missing_has_the_place_of_what_should_hold_it(self, definition: Source) -> None:
        path = ("stages", "penilaian_mandiri", "form")
        assert at(definition.place(path)) == "6:5"
        assert at(definition.key_place(path)) == "5:3"
        assert at(definition.place(("use", 7))) == "3:6"
        assert at(definition.place(("title", "id"))) == "2:8"

    def test_a_place_carries_the_file_as_given(self, definition: Source) -> None:
        assert definition.file == definition.place(("use",)).file == "x.yaml"

    def test_characters_count_once_whatever_bytes_they_take(self) -> None:
        assert at(read("😀é: {é: x}", "x.yaml").place(("😀é", "é"))) == "1:9"

    def test_lines_are_counted_alike_with_carriage_returns(self) -> None:
        assert at(read(b"a: 1\r\nb:\r\n  c: x\r\n", "x.yaml").place(("b", "c"))) == "3:6"

    def test_a_key_is_found_however_its_accents_are_composed(self) -> None:
        found = read("a: 1\ncafe\u0301: 2\n", "x.yaml")
        assert found.data == {"a": "1", "cafe\u0301": "2"}
        assert at(found.place(("cafe\u0301",))) == "2:8"

    @pytest.mark.parametrize(
        "written",
        [
            "min(x, 2) and  y",
            "'jum''at  x'",
            "\"a b 'c' d\"",
            "satu\n  dua\n\n  tiga",
            "'satu\n  du''a'",
            "|\n  satu\n    dua\n\n  tiga\n",
            ">-\n  satu\n  dua\n\n  tiga\n",
            "|2-\n    satu\n  dua",
        ],
    )
    def test_every_character_of_a_text_is_found_where_it_stands(self, written: str) -> None:
        text = f"a: x\nb: {written}\n"
        found, lines = read(text, "x.yaml"), text.split("\n")
        value = found.data["b"]
        for n, character in enumerate(value):
            place = found.offset(("b",), n)
            stands = (lines[place.line - 1] + "\n")[place.column - 1]
            assert stands == character or (character == " " and stands == "\n") or (character + stands).isspace()

    def test_an_escape_in_a_text_counts_as_the_character_it_means(self) -> None:
        found = read(r'a: "\"x\" \u00e9 = y"', "x.yaml")
        assert [at(found.offset(("a",), n)) for n in (0, 1, 4, 6, 8)] == ["1:5", "1:7", "1:11", "1:18", "1:20"]

    def test_an_offset_stays_within_its_text(self) -> None:
        found = read("a: xy\nb:\nc: [x]\n", "x.yaml")
        assert [at(found.offset(("a",), n)) for n in (-1, 2, 99)] == ["1:4", "1:6", "1:6"]
        assert at(found.offset(("b",), 3)) == at(found.place(("b",)))
        assert at(found.offset(("c",), 3)) == "3:4"


class TestRefusals:
    @pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.stem)
    def test_a_hostile_file_gives_the_problems_it_expects(self, path: Path) -> None:
        raw = path.read_bytes()
        expected = raw.split(b"\n")[0].decode().removeprefix("# expect ").split(" ")
        assert problems(raw) == expected

    def test_every_code_of_the_loader_is_shown_by_a_test(self) -> None:
        written = Path(__file__).read_text("utf-8") + "".join(path.read_text("utf-8") for path in HOSTILE)
        assert [code for code in TEXTS if code.startswith("S") and f"{code}@" not in written] == []

    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            (DEFINITION.encode("utf-16"), "S002@1:1"),
            (DEFINITION.encode("utf-16-le"), "S002@1:1"),
            (DEFINITION.encode("utf-32-be"), "S002@1:1"),
            ("a: b\nc: né\n".encode("latin-1"), "S002@2:5"),
            (b"a: \xed\xa0\x80", "S002@1:4"),
            (b"a: b\nc: x\0y\n", "S003@2:5"),
            ("a: x\ud800y", "S003@1:5"),
            ("a: b\ufeff", "S003@1:5"),
            ("a: b\x7f", "S003@1:5"),
            ("a: x\ry", "S003@1:5"),
        ],
    )
    def test_what_is_no_text_is_refused_with_its_place(self, raw: bytes | str, expected: str) -> None:
        assert problems(raw) == [expected]

    @pytest.mark.parametrize("text", ["", "\n\n", "   ", "# x", b"\xef\xbb\xbf"])
    def test_an_empty_file_is_called_empty(self, text: bytes | str) -> None:
        assert problems(text) == ["S005@1:1"]

    def test_a_key_longer_than_the_parser_looks_is_told_so(self) -> None:
        assert problems("a: x\n" + "k" * 1100 + ": y\n") == ["S036@2:1"]

    def test_what_no_remedy_is_known_for_is_refused_all_the_same(self) -> None:
        assert problems("...\na: b\n") == ["S099@1:1"]

    def test_a_duplicate_key_is_refused_with_both_lines(self) -> None:
        with pytest.raises(DefinitionError) as caught:
            read("a: 1\nb: 2\na: 3\n", "x.yaml")
        (problem,) = caught.value.problems
        assert (problem.params["first"], problem.params["second"]) == (1, 3)
        assert "baris 1" in problem.text() and "line 3" in problem.text("en")

    def test_a_cut_formula_is_answered_with_quotes(self) -> None:
        with pytest.raises(DefinitionError, match=r"koma memotong rumus.*beri tanda kutip"):
            read("a: {formula: min(1, 2)}", "x.yaml")

    @pytest.mark.parametrize(
        "text",
        [
            'a: {f: "min(1, 2)"}',
            "a: min(1, 2)",
            "a: x ? y",
            "a: {f: x?}",
            "a: 'b: c'",
            "a: b # c",
            'a: "b" #c',
            "a: {t: (a), u: b}",
            "a: {t: a) satu}",
            "a:\n- b\n- c",
            "a: [x, y,]",
            "a: https://x.id/#y",
        ],
    )
    def test_what_only_looks_like_a_slip_is_accepted(self, text: str) -> None:
        assert read(text, "x.yaml").data

    def test_fifty_problems_are_enough(self) -> None:
        assert len(problems("a: *x\n" * 400)) == 50

    def test_every_text_tells_what_to_do_in_both_languages(self) -> None:
        for code, texts in TEXTS.items():
            if code.startswith("S"):
                assert all(text.endswith(".") and len(text.split()) > 3 for text in texts), code


class TestBounds:
    def test_no_bomb_takes_two_seconds_or_three_hundred_mebibytes_or_the_process(self) -> None:
        bombs = [sys.executable, str(ROOT / "tests/unit/hostile/bombs.py")]
        done = subprocess.run(bombs, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-1000:]

    def test_two_thousand_lines_load_in_sixty_milliseconds(self) -> None:
        stage = DEFINITION[DEFINITION.index("  penilaian_mandiri") : DEFINITION.index("values:")]
        text = "workflow: x\nstages:\n" + "".join(stage.replace("penilaian_", f"p{n}_") for n in range(125))
        assert text.count("\n") >= 2_000
        assert min(_seconds(text) for _ in range(5)) < 0.060

    @pytest.mark.parametrize("seed", range(4))
    def test_no_damage_to_a_definition_raises_anything_else(self, seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(400):
            text = _damaged(DEFINITION, chance)
            try:
                found = read(text, "x.yaml")
            except DefinitionError as error:
                assert 1 <= len(error.problems) <= 50
                lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
                assert all(p.place.column <= len(lines[p.place.line - 1]) + 1 for p in error.problems), repr(text)
            else:
                assert isinstance(found.data, dict)

    def test_every_beginning_of_a_definition_is_read_or_refused(self) -> None:
        for end in range(len(DEFINITION)):
            try:
                read(DEFINITION[:end], "x.yaml")
            except DefinitionError as error:
                assert error.problems

    def test_no_bytes_raise_anything_else(self) -> None:
        chance = random.Random(5)
        for _ in range(300):
            raw = bytearray(DEFINITION.encode())
            for _ in range(3):
                raw[chance.randrange(len(raw))] = chance.randrange(256)
            try:
                read(bytes(raw), "x.yaml")
            except DefinitionError as error:
                assert error.problems


def _seconds(text: str) -> float:
    began = time.process_time()
    read(text, "x.yaml")
    return time.process_time() - began


def _damaged(text: str, chance: random.Random) -> str:
    """*text* with up to four characters or lines put in, taken out or moved, or its end lost."""
    marks = [*"[]{}:,-?*&!|>'\"%@`#\n\t \\\r\0\u2028\ud800é", "---\n", "<<: ", '"\\x00"', ": ", " #"]
    for _ in range(chance.randint(1, 4)):
        here, there = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        text = chance.choice(
            [
                text[:here] + chance.choice(marks) + text[here:],
                text[:here] + text[here + chance.randint(1, 5) :],
                text[:here] + text[there : there + 40] + text[here:],
                text[:there] or "a",
            ]
        )
    return text


def test_a_question_at_the_end_of_a_line_asks_for_no_complex_key() -> None:
    assert read("# Apa?\nworkflow: a\ntitle: Apa?\nstart: b\n", "x.yaml").data["start"] == "b"
