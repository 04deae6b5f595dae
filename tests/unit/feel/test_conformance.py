"""The literal cases of the DMN Technology Compatibility Kit (see NOTICE)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine import feel
from engine.feel import temporal

CASES = json.loads(Path(__file__).with_name("tck_examples.json").read_text(encoding="utf-8"))["cases"]
UNREADABLE = object()

# In the kit these decisions declare a type of their own to which the value is then coerced; the expression alone does
# not tell, so its own value is right here.
COERCED = {
    ("0021-singleton-list", "sublist(Employees, 2, 1)"),
    ("0082-feel-coercion", "1+1"),
    ("0082-feel-coercion", '{name: "foo"}'),
    ("0082-feel-coercion", "[1]"),
    ("0082-feel-coercion", '"foo"'),
    ("0082-feel-coercion", "decisionService_002_input_1"),
}

READERS: dict[str, Callable[[str], Any]] = {
    "num": Decimal,
    "date": temporal.parse_date,
    "time": temporal.parse_time,
    "dateTime": temporal.parse_date_time,
    "duration": temporal.parse_duration,
}


def value_of(given: Any) -> Any:
    """A value of the kit as FEEL's; ``UNREADABLE`` for dates that Python does not have."""
    if isinstance(given, list):
        return [value_of(item) for item in given]
    if not isinstance(given, dict):
        return given
    ((form, content),) = given.items()
    if form == "ctx":
        return {name: value_of(member) for name, member in content.items()}
    try:
        return READERS[form](content)
    except feel.NotSupported:
        return UNREADABLE


def same(found: Any, expected: Any) -> bool:
    """Numbers agree to eight digits, as the kit writes them; times also in their zone."""
    if isinstance(expected, Decimal):
        return isinstance(found, Decimal) and abs(found - expected) <= Decimal("1e-8") * max(1, abs(expected))
    if type(found) is not type(expected):
        return False
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in expected)
    if isinstance(expected, time | datetime):
        return str(found) == str(expected)
    return bool(found == expected)


def outcome(case: dict[str, Any]) -> Any:
    """The value of a case, null where the engine refuses it."""
    try:
        return feel.evaluate(case["expr"], {name: value_of(given) for name, given in case["context"].items()})
    except feel.FeelError:
        return None


@pytest.fixture(scope="module")
def outcomes() -> list[tuple[dict[str, Any], Any]]:
    return [(case, outcome(case)) for case in CASES]


def decided(outcomes: list[tuple[dict[str, Any], Any]]) -> Iterator[tuple[dict[str, Any], Any]]:
    return ((case, found) for case, found in outcomes if (case["suite"], case["expr"]) not in COERCED)


def test_no_case_of_the_kit_gives_a_wrong_value(outcomes, figures):
    wrong = [
        f"{case['suite']} {case['expr']} gave {found!r}"
        for case, found in decided(outcomes)
        if found is not None and not same(found, value_of(case["expected"]))
    ]
    figures.append(
        f"FEEL, DMN TCK: {len(wrong)} wrong values on the {sum(1 for _ in decided(outcomes))} of {len(CASES)} cases"
        f" that the expression alone decides"
    )
    assert wrong == []


def test_nine_in_ten_cases_with_a_value_are_right(outcomes, figures):
    valued = [(case, found) for case, found in outcomes if case["expected"] is not None]
    right = sum(1 for case, found in valued if same(found, value_of(case["expected"])))
    figures.append(
        f"FEEL, DMN TCK: {right} of {len(valued)} cases with a value right ({right / len(valued):.1%}, target 85 %)"
    )
    assert right / len(valued) >= 0.9, f"{right} of {len(valued)}"


def test_every_case_that_is_read_can_be_checked_explained_and_shipped():
    for case in CASES:
        try:
            expression = feel.parse(case["expr"], names=case["context"])
        except feel.FeelError:
            continue
        feel.infer(expression, {})
        feel.reads(expression)
        json.dumps(feel.to_json(expression))
