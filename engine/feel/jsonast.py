"""An expression as plain JSON, for an evaluator in the browser.

Every node is an object: ``node`` is its kind, the other keys are its parts as ``nodes.py`` names them. A number is
``{"node": "Literal", "type": "number", "value": "0.6"}``: text, so that no digit is lost on the way.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from engine.feel.nodes import Expression, Literal, Node
from engine.feel.types import Type
from engine.feel.values import kind
from engine.feel.written import written

Json = dict[str, Any] | list[Any] | str | bool | None

_PLACES = frozenset(("start", "end", "member_start"))


def to_json(expression: Expression) -> Json:
    """The nodes of *expression* as dicts, lists, texts, booleans and null."""
    return _json(expression.root)


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
