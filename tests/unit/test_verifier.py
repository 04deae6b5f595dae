"""The verifier's interpreter beside the engine's: on the DMN kit's cases it says the same, or that it does not know."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from engine import feel
from tests.unit.feel.test_conformance import CASES, UNREADABLE, value_of
from web.verifier.interpreter import Scope, Unknown
from web.verifier.interpreter import value_of as worked_out
from web.verifier.values import Malformed, Unsupported


def simple(value: Any) -> bool:
    """Whether a receipt can hold *value*."""
    if isinstance(value, list | dict):
        return all(map(simple, value.values() if isinstance(value, dict) else value))
    return value is None or (isinstance(value, str | bool | Decimal | date) and not isinstance(value, datetime))


def test_on_the_kits_cases_it_never_says_anything_else(figures: list[str]) -> None:
    alike, unknown, wrong = 0, 0, []
    for case in CASES:
        values = {name: value_of(value) for name, value in (case.get("context") or {}).items()}
        if UNREADABLE in values.values() or not simple(values):
            continue
        try:
            parsed = feel.parse(case["expr"], names=frozenset(values))
            expected = feel.evaluate(case["expr"], values)
        except (feel.FeelError, feel.NotSupported, KeyError):
            continue
        if not simple(expected):
            continue
        try:
            found = worked_out(json.loads(json.dumps(feel.to_json(parsed))), Scope(values, {}))
        except (Unsupported, Unknown, Malformed):
            unknown += 1
            continue
        if found == expected and type(found) is type(expected):
            alike += 1
        else:
            wrong.append((case["expr"], expected, found))
    figures.append(f"verifier on the kit: {alike} as the engine, {unknown} not known, {len(wrong)} otherwise")
    assert wrong == []
    assert alike >= 500
