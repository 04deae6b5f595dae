"""How expressions are written: names, tests, and the words that say what to write instead."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from engine import feel
from engine.feel.errors import TEXTS, say


@pytest.mark.parametrize(
    ("source", "code", "at"),
    [
        ('predikat == "BAIK"', "X012", "=="),
        ("a && b", "X012", "&&"),
        ("a || b", "X012", "||"),
        ("!a", "X012", "!"),
        ("a <> 1", "X012", "<>"),
        ("a # b", "X013", "#"),
        ('a = "BAIK', "X014", '"'),
        ('@"kemarin"', "X015", '@"kemarin"'),
        ("a b", "X010", "b"),
        ("(1 + )", "X010", ")"),
        ("{a: 1, a: 2}", "X017", "a: 2"),
        ("starts wit(a)", "X021", "starts wit"),
        ("1e99999", "X005", "1e99999"),
        ("1" * 40, "X005", "1" * 40),
    ],
)
def test_what_is_written_wrong_is_refused_at_its_place(source, code, at):
    with pytest.raises(feel.FeelError) as refused:
        feel.parse(source)
    assert refused.value.code == code
    assert source[refused.value.start : refused.value.end] == at


@pytest.mark.parametrize("source", ["", "  ", "// hanya catatan"])
def test_an_empty_expression_is_refused(source):
    with pytest.raises(feel.FeelError) as refused:
        feel.parse(source)
    assert refused.value.code == "X016"


@pytest.mark.parametrize("source", ["1 +", "mean(a", "if a then b", "[1, 2", "for x of y"])
def test_an_unfinished_expression_is_told_at_its_end(source):
    with pytest.raises(feel.FeelError) as refused:
        feel.parse(source)
    assert (refused.value.code, refused.value.start) == ("X011", len(source))


def test_a_mistyped_operator_says_what_to_write_in_both_languages():
    with pytest.raises(feel.FeelError) as refused:
        feel.parse('a == "x"')
    assert refused.value.text() == 'Tulis "=", bukan "==".'
    assert refused.value.text("en") == 'Write "=", not "==".'


def test_every_code_has_both_languages_and_they_use_the_same_parameters():
    for code, texts in TEXTS.items():
        params = dict.fromkeys(
            ("limit", "found", "expected", "right", "wrong", "char", "text", "name", "what", "maybe", "member", "param",
             "left", "op", "codes", "value"), "x")  # fmt: skip
        assert all(say(code, params, language) for language in ("id", "en"))
        assert {word for word in params if f"{{{word}}}" in texts[0]} == {
            word for word in params if f"{{{word}}}" in texts[1]
        }


def test_the_longest_known_name_is_taken():
    values = {"nilai": 1, "nilai akhir": 2, "nilai-akhir": 3}
    assert feel.evaluate("nilai akhir + nilai", values) == 3
    assert feel.evaluate("nilai-akhir", values) == 3
    assert feel.evaluate("nilai - nilai akhir", values) == -1


def test_names_of_several_words_may_be_made_inside():
    assert feel.evaluate("{skor total: 3, b: skor total + 1}.b") == 4
    assert feel.evaluate("for satu baris in [1, 2] return satu baris + 1") == [2, 3]


@pytest.mark.parametrize(
    ("tests", "passing", "failing"),
    [
        ("> 0", 1, 0),
        ("[1..5]", 5, 6),
        ('"a", "b"', "b", "c"),
        ("not(1, 2)", 3, 2),
        ("null", None, 1),
        ("? > 2 and ? < 5", 3, 5),
        ("not(? > 5) and ? > 2", 3, 2),
        ("< 3, > 7", 8, 5),
        ("batas", 10, 9),
        ("[1, 2]", 2, 3),
    ],
)
def test_unary_tests_look_at_the_value_tested(tests, passing, failing):
    run = feel.compile(feel.parse_tests(tests))
    assert run({"?": passing, "batas": Decimal(10)}) is True
    assert run({"?": failing, "batas": Decimal(10)}) is False


def test_a_dash_accepts_everything_and_null_passes_no_order():
    assert feel.compile(feel.parse_tests("-"))({"?": None}) is True
    assert feel.compile(feel.parse_tests("> 0"))({"?": None}) is None


def test_only_the_names_that_are_reached_are_asked_for():
    asked = []

    class Lazy(dict):
        def __missing__(self, name):
            asked.append(name)
            return Decimal(5)

    assert feel.compile(feel.parse("a > 1 or b > 1"))(Lazy()) is True
    assert asked == ["a"]


def test_functions_given_stand_next_to_the_built_in_ones():
    expression = feel.parse("dua_kali(count([1, 2]))")
    assert feel.compile(expression, {"dua_kali": lambda n: n * 2})({}) == 4
    with pytest.raises(feel.FeelError) as refused:
        feel.compile(expression)
    assert refused.value.code == "X021"


def test_a_trace_tells_each_part_that_was_reached_with_its_value():
    source = "if (skor + 1) * 2 > 10 then skor else lain"
    trace = feel.explain(feel.parse(source), {"skor": Decimal(5)})
    assert [(depth, text, value) for depth, text, value in trace.lines()] == [
        (0, source, 5),
        (1, "(skor + 1) * 2 > 10", True),
        (2, "(skor + 1) * 2", 12),
        (3, "skor + 1", 6),
        (4, "skor", 5),
        (4, "1", 1),
        (3, "2", 2),
        (2, "10", 10),
        (1, "skor", 5),
    ]


def test_a_trace_repeats_what_a_loop_repeats_and_shows_the_body_of_a_function():
    trace = feel.explain(feel.parse("some r in rekan satisfies r > 1"), {"rekan": [Decimal(1), Decimal(2)]})
    assert [child.source for child in trace.children] == ["rekan", "r > 1", "r > 1"]
    called = feel.explain(feel.parse("(function(y) y * 2)(3)"), {})
    assert [child.value for child in called.children][1:] == [3, 6]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("mean(rekan.km) + a.b.c", {("rekan", "km"), ("a", "b", "c")}),
        ("for b in butir return b.nilai * w", {("butir",), ("butir", "nilai"), ("w",)}),
        ("{a: 1, b: a + c}", {("c",)}),
        ("target[item.x > 1].y", {("target", "x"), ("target", "y")}),
        ("target[x > batas]", {("target",), ("target", "x"), ("x",), ("target", "batas"), ("batas",)}),
        ("(function(x) x + y)(z)", {("y",), ("z",)}),
    ],
)
def test_reads_are_the_free_names_with_their_members(source, names):
    assert feel.reads(feel.parse(source)) == names


def test_the_tree_as_json_is_plain_and_keeps_every_digit():
    tree = feel.to_json(feel.parse("skor * 0.10 >= kosong"))
    assert json.loads(json.dumps(tree)) == {
        "node": "Comparison",
        "op": ">=",
        "left": {
            "node": "Arithmetic",
            "op": "*",
            "left": {"node": "Name", "name": "skor"},
            "right": {"node": "Literal", "type": "number", "value": "0.10"},
        },
        "right": {"node": "Name", "name": "kosong"},
    }
