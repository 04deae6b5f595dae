"""Receipts as a file: whoever has it alone comes to the same numbers, and a changed number is found."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from engine.export import exported, fingerprint, moments
from engine.process import Process
from engine.scenario import Result, Scenario, run
from tests.shipped import FILES, every_story, processes, stories
from web.verifier import Finding, Unreadable, verify

SCENARIOS = every_story()

Json = Any
Path_ = tuple[str | int, ...]


def played(scenario: Scenario) -> tuple[Process, Result]:
    process = processes()[scenario.workflow]
    return process, run(process, scenario)


def document_of(scenario: Scenario, *roles: str) -> dict[str, Json]:
    process, result = played(scenario)
    wanted = roles or tuple(process.words.roles)
    return exported(process, result.case, wanted, moments(process, result.entries))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_every_scenario_is_recomputed_from_its_file_alone(scenario: Scenario) -> None:
    """For the employee and for everybody together. What is left out is said to be, and is nothing else."""
    process, result = played(scenario)
    for roles in ((process.subject,), tuple(process.words.roles)):
        document = exported(process, result.case, roles, moments(process, result.entries))
        found = verify(json.dumps(document))
        assert [finding for finding in found if finding.differences] == []
        assert all(finding.open.startswith("withheld:") for finding in found if not finding.agrees)


def test_nearly_all_values_can_be_recomputed_by_the_employee() -> None:
    found = [f for s in SCENARIOS for f in verify(json.dumps(document_of(s, processes()[s.workflow].subject)))]
    assert sum(finding.agrees for finding in found) / len(found) >= 0.75


# --- a changed number -------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
#: They enter no calculation: a change of them is found by the fingerprint alone.
LABELS = {"cycle", "answers"}


def leaves(node: Json, path: Path_ = ()) -> Iterator[tuple[Path_, Json]]:
    """Every number, and every rule with a number in its text."""
    if isinstance(node, dict | list):
        for key, part in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(part, (*path, key))
    elif isinstance(node, str):
        is_number = _NUMBER.fullmatch(node) or (path[-1] == "source" and _NUMBER.search(node))
        yield from [(path, node)] if is_number else []
    elif type(node) is int:
        yield path, node


def changed(node: Json, path: Path_, value: Json) -> Json:
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(node, dict):
        return {**node, key: changed(node[key], rest, value)}
    return [*node[:key], changed(node[key], rest, value), *node[key + 1 :]]


def another(value: Json) -> Json:
    """The value with the last digit of its first number one more."""
    if isinstance(value, int):
        return value + 1
    found = _NUMBER.search(value)
    assert found
    digit = str((int(found.group()[-1]) + 1) % 10)
    return value[: found.end() - 1] + digit + value[found.end() :]


def told(findings: list[Finding]) -> list[tuple[str, str, bool, int]]:
    return [(f.id, f.moment, f.agrees, len(f.differences)) for f in findings]


def noticed(document: Json, before: Json) -> bool:
    try:
        return told(verify(json.dumps(document))) != before
    except Unreadable:
        return True


def is_label(path: Path_, document: Json) -> bool:
    """Whether nothing is calculated from what stands at *path*: a year, or the text of a rule that is not shown."""
    if path[-1] in LABELS:
        return True
    above = document
    for key in path[:-1]:
        above = above[key]
    return path[-1] == "source" and above.get("ast", 0) is None


#: What the calculation starts from. A change of it that is not noticed has changed no printed number.
GIVEN = ("inputs", "functions", "tables", "catalogues", "constant")


@pytest.mark.parametrize("scenario", [stories(file.stem)[0] for file in FILES], ids=lambda scenario: scenario.id)
def test_a_changed_number_is_noticed(scenario: Scenario, figures: list[str]) -> None:
    """Every number of the file is changed one by one, and the fingerprint made anew, as a forger would."""
    document = document_of(scenario)
    before = told(verify(json.dumps(document)))
    count: Counter[str] = Counter()
    for path, value in leaves(document):
        forged = changed(document, path, another(value))
        assert path == ("fingerprint",) or fingerprint(forged) != document["fingerprint"]
        forged["fingerprint"] = fingerprint(forged)
        if noticed(forged, before):
            count["noticed"] += 1
        elif is_label(path, document):
            count["label"] += 1
        else:
            # No printed number depends on it here: verifying has just recomputed all of them from the changed one.
            assert any(part in path for part in GIVEN), f"{path}: {value}"
            assert "columns" not in path
            count["irrelevant"] += 1
    figures.append(f"receipt {scenario.id}: {dict(count)}")
    assert count["noticed"] > 3 * count["irrelevant"]


# --- files that are none ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"format": "borang-receipt"}', '{"format": "borang-receipt", "version": 2, "digits": 34}',
     '{"format": "borang-receipt", "version": 1, "digits": 34}', "[" * 100_000],
)  # fmt: skip
def test_what_is_no_receipt_is_said_to_be_none(text: str) -> None:
    with pytest.raises(Unreadable):
        verify(text)


def test_an_input_that_is_missing_is_a_difference() -> None:
    document = document_of(SCENARIOS[0])
    inputs = document["moments"][0]["inputs"]
    for index in [number for number, given in enumerate(inputs) if given["kind"] in ("figure", "setting")][:3]:
        lacking = changed(document, ("moments", 0, "inputs"), inputs[:index] + inputs[index + 1 :])
        lacking["fingerprint"] = fingerprint(lacking)
        wrong = [difference for finding in verify(json.dumps(lacking)) for difference in finding.differences]
        assert ("input", inputs[index]["path"][0]) in [(each.what, each.written) for each in wrong]
