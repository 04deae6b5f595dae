"""What expressions may call, as JSON for the evaluator in the browser: functions, decision tables, look-ups.

Only what the browser evaluates exactly as the engine does, with everything that it calls in its turn, is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine import feel
from engine.calls import codes_of
from engine.feel.nodes import Call, Name, walk
from engine.model import Catalogue, DecisionTable, Function
from engine.terms import Expression, Literal
from engine.words import Words, constant

Json = Any


def callables(words: Words) -> dict[str, Json]:
    """By name, all that the browser may call."""
    found: dict[str, Json] = {name: _look_up(words, one) for name, one in words.catalogues.items()}
    waiting: dict[str, Function | DecisionTable] = {**words.functions, **words.tables}
    while True:
        ready = [n for n, one in waiting.items() if all(feel.portable(e, found) for e in _expressions(words, one))]
        if not ready:
            return found
        for name in ready:
            found[name] = _declared(words, waiting.pop(name))


def called(expressions: Iterable[feel.Expression], known: Mapping[str, Json]) -> dict[str, Json]:
    """Those of *known* that *expressions* call, and those that these call."""
    found: dict[str, Json] = {}
    waiting = [name for expression in expressions for name in _names(expression)]
    while waiting:
        name = waiting.pop()
        if name in known and name not in found:
            found[name] = known[name]
            waiting += _names_in(known[name])
    return found


def _names(expression: feel.Expression) -> Iterator[str]:
    for node in walk(expression.root):
        if isinstance(node, Call) and isinstance(node.function, Name):
            yield node.function.name


def _names_in(json: Json) -> Iterator[str]:
    """The names that shipped expressions call."""
    if isinstance(json, dict):
        if json.get("node") == "Call" and json["function"]["node"] == "Name":
            yield json["function"]["name"]
        json = list(json.values())
    if isinstance(json, list):
        for part in json:
            yield from _names_in(part)


def _expressions(words: Words, one: Function | DecisionTable) -> Iterator[feel.Expression]:
    if isinstance(one, Function):
        yield one.formula.parsed
        return
    for row in one.rows:
        if row[-1].formula:
            yield row[-1].formula.parsed
        tests = (_tests(cell, type_) for cell, type_ in zip(row[:-1], _types(words, one), strict=True))
        yield from (parsed for parsed in tests if parsed is not None)


def _types(words: Words, one: DecisionTable) -> list[feel.Type]:
    return [words.type_of(word) or feel.ANY for word in one.inputs.values()]


def _tests(cell: Literal, type_: feel.Type) -> feel.Expression | None:
    """The unary tests of a cell that is neither ``-`` nor a list of codes."""
    plain = cell.text.strip() == "-" or isinstance(type_, feel.Codes)
    return None if plain else feel.parse_tests(cell.text)


def _declared(words: Words, one: Function | DecisionTable) -> Json:
    if isinstance(one, Function):
        formula = feel.to_json(one.formula.parsed)
        return {"inputs": list(one.inputs), "formula": formula, "decimals": one.decimals}
    return {"inputs": list(one.inputs), "rows": [_row(words, one, row) for row in one.rows]}


def _row(words: Words, one: DecisionTable, row: tuple[Literal, ...]) -> Json:
    tests = [_cell(cell, type_) for cell, type_ in zip(row[:-1], _types(words, one), strict=True)]
    return {"tests": tests, **result(row[-1], words.type_of(one.output))}


def _cell(cell: Literal, type_: feel.Type) -> Json:
    parsed = _tests(cell, type_)
    if parsed is not None:
        return feel.to_json(parsed)
    if cell.text.strip() == "-":
        return None
    listed = codes_of(cell.text)
    return {"codes": list(listed.codes), "not": listed.negated}


def result(cell: Literal, type_: feel.Type | None) -> Json:
    """The result side of a row or line: a formula, or a value as it stands."""
    if cell.formula:
        return {"formula": feel.to_json(cell.formula.parsed)}
    return {"value": feel.value_to_json(constant(cell.text, type_))}


def _look_up(words: Words, catalogue: Catalogue) -> Json:
    rows = [feel.value_to_json(row) for row in words.rows[catalogue.catalogue]]
    return {"key": catalogue.key, "rows": rows}


def expressions_of(*parts: Expression | None) -> Iterator[feel.Expression]:
    """The parsed ones among *parts*."""
    return (part.parsed for part in parts if part is not None)
