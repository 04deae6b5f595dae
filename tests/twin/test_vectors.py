"""One file of cases, run by the engine and by its twin in the browser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine import feel, shipped
from engine.errors import Invalid
from engine.feel import temporal
from engine.kinds import NOWHERE, Area, Choice, Day, Field, Number, Scale, YesNo
from engine.shape import At
from engine.source import read
from tests.twin.node import HERE, outcomes
from tests.unit.definitions import CATALOGUE, ROLES, process_of

VECTORS = json.loads((HERE / "vectors.json").read_text(encoding="utf-8"))
CASES, TYPED = VECTORS["cases"], VECTORS["typed"]

WORKFLOW = f"""\
workflow: contoh
title: Contoh
use: [kata, butir]
start: isi
{ROLES}stages:
  isi: {{title: Isi, actor: pegawai, actions: {{kirim: {{title: Kirim, to: selesai}}}}}}
  selesai: {{title: Selesai, final: true}}
"""
WORDS = process_of(
    {
        "workflows/kata.yaml": (HERE / "words.yaml").read_text(encoding="utf-8"),
        "workflows/butir.yaml": CATALOGUE.replace(", variants: {tinggi: {title: Pelayanan publik}}", ""),
        "workflows/contoh.yaml": WORKFLOW,
    }
).words
CALLED = shipped.callables(WORDS)

AT = At(read("contoh: 1\n", ""), (), [])
KINDS: dict[str, Field] = {
    "number": Number(id="x", at=AT),
    "scale": Scale(id="x", at=AT, scale="lima"),
    "date": Day(id="x", at=AT),
    "boolean": YesNo(id="x", at=AT),
    "text": Area(id="x", at=AT),
    "select": Choice(id="x", at=AT),
}
#: What the browser calls a kind of field, where that is another name.
READ_AS = {"select": "text"}


class Names(dict[str, Any]):
    """A name that a case does not give is null."""

    def __missing__(self, name: str) -> None:
        return None


def value_of(json_: Any) -> Any:
    """A value of the file as FEEL's; the file writes it as pages do (``feel.value_to_json``)."""
    if isinstance(json_, list):
        return [value_of(item) for item in json_]
    if not isinstance(json_, dict):
        return json_
    ((tag, content),) = json_.items()
    if tag == "{":
        return {name: value_of(member) for name, member in content}
    return Decimal(content) if tag == "#" else temporal.parse(content)


def parsed(case: Mapping[str, Any]) -> feel.Expression:
    return feel.parse_tests(case["tests"]) if "tests" in case else feel.parse(case["expression"])


def said(case: Mapping[str, Any]) -> str:
    """A case in one line, to find it in the file."""
    return f"{case['group']}: {case.get('expression') or case['tests']} with {case.get('names')}"


def test_there_are_enough_cases(figures):
    assert len(CASES) >= 300
    assert len({said(case) for case in CASES}) == len(CASES), "a case stands twice"
    figures.append(
        f"Browser twin: {len(CASES)} cases of FEEL and {len(TYPED)} of typed answers, each run by Python and Node"
    )


def test_the_engine_gives_what_the_file_says():
    wrong = []
    for case in CASES:
        names = Names((name, value_of(value)) for name, value in case.get("names", {}).items())
        found = feel.value_to_json(feel.compile(parsed(case), WORDS.callables)(names))
        if found != case["expected"]:
            wrong.append(f"{said(case)}: {found}, not {case['expected']}")
    assert wrong == []


def test_the_browser_gives_what_the_file_says():
    shipped_cases = [
        {"node": feel.to_json(parsed(case)), "context": {"{": list(case.get("names", {}).items())}} for case in CASES
    ]
    _, *found = outcomes(shipped_cases, CALLED)
    wrong = [
        f"{said(case)}: {one}, not {case['expected']}"
        for case, one in zip(CASES, found, strict=True)
        if one != {"value": case["expected"]}
    ]
    assert wrong == []


def test_every_case_is_one_that_the_server_ships():
    assert [said(case) for case in CASES if not feel.portable(parsed(case), CALLED)] == []


def test_typed_answers_are_read_alike():
    _, *browser = outcomes({**case, "kind": READ_AS.get(case["kind"], case["kind"])} for case in TYPED)
    wrong = [
        f"{case}: engine {_read(case)}, browser {found}"
        for case, found in zip(TYPED, browser, strict=True)
        if not _read(case) == found["value"] == case["expected"]
    ]
    assert wrong == []


def _read(case: Mapping[str, Any]) -> Any:
    try:
        return feel.value_to_json(KINDS[case["kind"]].parse([case["typed"]], NOWHERE))
    except Invalid:
        return None


def test_both_know_the_same_functions_and_nodes():
    knows, *_ = outcomes([])
    assert set(knows["builtins"]) == feel.PORTABLE
    assert "InstanceOf" not in knows["nodes"]


@pytest.mark.parametrize(
    "source",
    [
        'matches("a", "b")',
        "1 instance of number",
        'time("08:00:00")',
        '@"2026-01-01T08:00:00"',
        "substring(string: \"abc\", start position: 2)",
        "stddev([1, 2])",
        "tidak_dikenal(1)",
    ],
)  # fmt: skip
def test_what_the_browser_does_not_know_is_not_shipped(source):
    assert not feel.portable(feel.parse(source), CALLED)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("2 ** 0.5", {}),
        ("1.1 ** 100", {}),
        ('date("2026-01-01") + duration("P9999Y")', {}),
        ("for i in 1..100000 return i", {}),
        ("a > 1", {"a": {"?": "1"}}),
        ("if a then 1 else 2", {"a": {"?": "1"}}),
        ("a.b = null", {"a": {"{": [["b", {"?": "1"}]]}}),
        ("some x in a satisfies x", {"a": [{"?": "1"}]}),
        ("any(a)", {"a": [{"?": "1"}]}),
    ],
)
def test_what_the_browser_cannot_be_sure_of_it_leaves(source, names):
    _, found = outcomes([{"node": feel.to_json(feel.parse(source)), "context": {"{": list(names.items())}}])
    assert "left" in found


def test_a_value_of_the_server_only_is_shipped_as_such():
    moment = temporal.parse("2026-01-01T08:00:00")
    assert feel.value_to_json({"at": moment, "on": date(2026, 1, 1)}) == {
        "{": [["at", {"?": "1"}], ["on", {"@": "2026-01-01"}]]
    }
