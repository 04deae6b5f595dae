"""The cases of the DMN kit once more, in the browser's evaluator: what it does not leave is what the engine gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine import feel
from engine.feel.evaluation import _names, _plain
from tests.twin.node import outcomes
from tests.unit.feel.test_conformance import CASES, UNREADABLE, value_of


def shipped_cases() -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """The source, the engine's own value and the case for the browser, of all that is shipped at all."""
    for case in CASES:
        values = {name: value_of(given) for name, given in case["context"].items()}
        if UNREADABLE in values.values():
            continue
        names = _plain(values)
        try:
            parsed = feel.parse(case["expr"], names=frozenset(_names(names)))
            value = feel.value_to_json(feel.evaluate(case["expr"], values))
        except feel.FeelError:
            continue
        if feel.portable(parsed):
            yield case["expr"], value, {"node": feel.to_json(parsed), "context": feel.value_to_json(names)}


def test_the_kit_gives_the_same_in_the_browser(figures):
    cases = list(shipped_cases())
    _, *found = outcomes(case for _, _, case in cases)
    pairs = list(zip(cases, found, strict=True))
    wrong = [
        f"{source}: engine {value}, browser {one}"
        for (source, value, _), one in pairs
        if "value" in one and one["value"] != value
    ]
    left = [source for (source, _, _), one in pairs if "left" in one]
    figures.append(
        f"Browser twin: {len(cases)} of {len(CASES)} cases of the DMN TCK are shipped,"
        f" {len(cases) - len(left)} evaluated, {len(left)} left to the server, {len(wrong)} differ"
    )
    assert wrong == []
    assert len(cases) > 900
    assert len(left) < len(cases) / 20
