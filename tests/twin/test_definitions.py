"""All definitions of the checkout: the browser gives what the engine gives, on data from a fixed seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from engine import feel, shipped
from engine.case import Actor
from engine.feel.nodes import Literal, walk
from engine.process import Process
from engine.sheet import sheet
from engine.terms import Expression
from engine.twin import data, twin_of
from tests.shipped import processes
from tests.twin.chance import NOW, Chance, forms
from tests.twin.node import outcomes
from tests.unit.definitions import FILES, process_of

SEED = 2026
ROUNDS, FILLINGS = 12, 25

#: Those of the checkout, and the small one of the unit tests, which uses every part of the language.
PROCESSES: list[Process] = [*processes().values(), process_of(FILES)]


@pytest.fixture(scope="module")
def counted(figures: list[str]) -> Iterator[dict[str, int]]:
    """What was compared, told at the end."""
    found: dict[str, int] = {}
    yield found
    figures.append("Browser twin, definitions: " + ", ".join(f"{count:,} {what}" for what, count in found.items()))


class Scope(dict[str, Any]):
    """Names of an expression: those of a random case, else what chance gives; all it was asked for is kept."""

    def __init__(self, behind: Mapping[str, Any], chance: Chance, texts: list[str]) -> None:
        self.behind, self.chance, self.texts = behind, chance, texts

    def __missing__(self, name: str) -> Any:
        try:
            value = self.behind[name] if self.chance.random.random() < 0.8 else self.chance.name(self.texts)
        except KeyError:
            value = self.chance.name(self.texts)
        self[name] = value
        return value


def texts_in(expression: feel.Expression) -> list[str]:
    literals = (node.value for node in walk(expression.root) if isinstance(node, Literal))
    return sorted({value for value in literals if isinstance(value, str)})


def evaluated(expression: feel.Expression, process: Process, scope: Scope) -> Any:
    """The engine's own value; the scope then holds what the expression may read."""
    value = feel.value_to_json(feel.compile(expression, process.words.callables)(scope))
    for path in sorted(feel.reads(expression)):
        scope[path[0]]
    return value


def expressions(process: Process) -> list[Expression]:
    return list(process.code)


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.id)
def test_every_expression_gives_the_same_in_the_browser(process, counted):
    chance = Chance(f"{SEED}:{process.id}")
    called = shipped.callables(process.words)
    cases, expected, left = [], [], 0
    scopes = [_scope_of(chance, process) for _ in range(ROUNDS)]
    for expression in expressions(process):
        parsed = expression.parsed
        if not feel.portable(parsed, called):
            left += 1
            continue
        for behind in scopes:
            scope = Scope(behind, chance, texts_in(parsed))
            try:
                value = evaluated(parsed, process, scope)
            except (TypeError, ArithmeticError):
                # Something of the wrong type in a table or function, which checked definitions never hand over.
                continue
            cases.append({"node": feel.to_json(parsed), "context": feel.value_to_json(dict(scope))})
            expected.append((parsed.source, scope, value))
    _, *found = outcomes(cases, called)
    compared = [(one, of) for one, of in zip(found, expected, strict=True) if "value" in one]
    wrong = [
        f"{of[0]} with {of[1]}: engine {of[2]}, browser {one['value']}" for one, of in compared if one["value"] != of[2]
    ]
    assert wrong == []
    _add(counted, **{"expressions": len(expressions(process)), "of them not shipped": left})
    _add(counted, **{"values compared": len(compared), "left while evaluating": len(found) - len(compared)})
    valued = sum(one["value"] is not None for one, _ in compared)
    _add(counted, **{"values not null": valued})
    assert valued > len(found) * 0.4


def _scope_of(chance: Chance, process: Process) -> Mapping[str, Any]:
    """What names mean in a random case, with a random form before it."""
    case = chance.case(process)
    duty, action, role = chance.random.choice(list(forms(process)))
    return chance.filled(process, case, duty, action, role).local  # type: ignore[no-any-return]


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.id)
def test_every_form_is_worked_out_alike(process, counted):
    chance = Chance(f"{SEED}:forms:{process.id}")
    cases, expected = [], []
    for duty, action, role in forms(process):
        twin = twin_of(process, duty, action, role)
        if not twin.works:
            continue
        for _ in range(FILLINGS):
            before = replace(chance.case(process), stage=duty.stage)
            actor = Actor(role=role, person="orang")
            inputs = dict(chance.inputs(process, before, duty, action, role))
            filled = sheet(process, before, actor, action, inputs, NOW)
            plan = {**twin.rules, **data(twin, process, filled, actor, before)}
            values = feel.value_to_json({n: v if v != "" else None for n, v in inputs.items()})
            cases.append({"plan": plan, "values": values})
            expected.append((twin, filled))
    _, *found = outcomes(cases)
    wrong = [
        difference
        for one, (twin, filled) in zip(found, expected, strict=True)
        for difference in _differences(one, twin, filled)
    ]
    assert wrong == []
    _add(counted, **{"fillings of forms": len(found), "of them asking the server": sum(one["left"] for one in found)})


def _differences(found: Mapping[str, Any], twin: Any, filled: Any) -> Iterator[str]:
    """Where the browser says something and something else than the engine."""
    asked = {one.field.id: one for one in filled.asked}
    for name, value in found["worked"].items():
        own = feel.value_to_json(asked[name].value)
        if not _agree(value, own):
            yield f"{filled.duty.id}.{name}: engine {own}, browser {value}, typed {filled.inputs}"
    for name in twin.parts - set(found["unsure"]):
        if (name in found["hidden"]) == asked[name].shown:
            yield f"{filled.duty.id}.{name}: engine shows {asked[name].shown}, typed {filled.inputs}"
    for name, wanted in found["wanted"]:
        if isinstance(wanted, bool) and wanted != asked[name].required:
            yield f"{filled.duty.id}.{name}: engine wants {asked[name].required}, typed {filled.inputs}"


def _agree(browser: Any, engine: Any) -> bool:
    """Are they the same, as far as the browser knows?"""
    if browser == {"?": "1"}:
        return True
    if isinstance(browser, list) and isinstance(engine, list):
        return len(browser) == len(engine) and all(map(_agree, browser, engine))
    if isinstance(browser, dict) and "{" in browser and isinstance(engine, dict) and "{" in engine:
        one, other = dict(browser["{"]), dict(engine["{"])
        return one.keys() == other.keys() and all(_agree(one[key], other[key]) for key in one)
    return bool(browser == engine)


def _add(counted: dict[str, int], **more: int) -> None:
    for what, count in more.items():
        counted[what] = counted.get(what, 0) + count
