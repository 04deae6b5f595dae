"""An expression as plain JSON, for the evaluator in the browser; and values, for the names it reads.

Every node is an object: ``node`` is its kind, the other keys are its parts as ``nodes.py`` names them. A number is
``{"node": "Literal", "type": "number", "value": "0.6"}``: text, so that no digit is lost on the way.

A value stands for itself if JSON has it; a number is ``{"#": "1.50"}``, a date or duration ``{"@": "2026-01-31"}``, a
context ``{"{": [["name", value], ...]}``. What the browser has no value for is ``{"?": 1}``.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from engine.feel.nodes import Expression, Literal, Node
from engine.feel.types import Type
from engine.feel.values import Value, kind
from engine.feel.written import written

Json = dict[str, Any] | list[Any] | str | bool | None

_PLACES = frozenset(("start", "end", "member_start"))


def to_json(expression: Expression) -> Json:
    """The nodes of *expression* as dicts, lists, texts, booleans and null."""
    return _json(expression.root)


def value_to_json(value: Value) -> Json:
    """*value* as the evaluator in the browser reads it."""
    found = kind(value)
    if found in ("null", "string", "boolean"):
        return value if value is None or isinstance(value, bool) else str(value)
    if found == "list":
        return [value_to_json(item) for item in value]
    if found == "context":
        return {"{": [[name, value_to_json(member)] for name, member in value.items()]}
    tag = _TAGS.get(found)
    return {tag: written(value)} if tag else {"?": "1"}


_TAGS = {"number": "#", "date": "@", "days and time duration": "@", "years and months duration": "@"}


def _json(part: Any) -> Json:
    if isinstance(part, Literal):
        return _literal(part)
    if isinstance(part, Node):
        members = [field.name for field in fields(part) if field.name not in _PLACES]
        return {"node": type(part).__name__} | {name: _json(getattr(part, name)) for name in members}
    if isinstance(part, tuple):
        return [_json(item) for item in part]
    return part.text("en") if isinstance(part, Type) else part


def _literal(node: Literal) -> Json:
    type_ = kind(node.value)
    plain = node.value is None or isinstance(node.value, bool | str)
    return {"node": "Literal", "type": type_, "value": node.value if plain else written(node.value)}
