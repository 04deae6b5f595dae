"""The text of a rule beside its nodes: people read the one, the verifier the other, so both must say the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[^\W\d]\w*|\d+(?:\.\d+)?|\.\d+|\*\*|<=|>=|!=|[-<>=+*/?]')
#: Words of the language itself, of which the nodes keep no trace.
_WORDS = frozenset(
    ("if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or", "between", "function",
     "null", "true", "false")
)  # fmt: skip
_NAMED = ("name", "member", "key", "input")


def unlike(part: Any) -> Iterator[str]:
    """The texts in *part* that say something else than what stands beside them."""
    if isinstance(part, list):
        for item in part:
            yield from unlike(item)
    elif isinstance(part, Mapping):
        if not _alike(part):
            yield str(part["source"])
        yield from (text for name, value in part.items() if name != "ast" for text in unlike(value))


def _alike(part: Mapping[str, Any]) -> bool:
    if "codes" in part:
        return _listed(part["source"]) == sorted("null" if code is None else code for code in part["codes"])
    if not part.get("ast"):
        return True
    return sorted(_in_text(part["source"])) == sorted(_in_nodes(part["ast"]))


def _listed(source: str) -> list[str]:
    """The codes that a cell of a table lists."""
    inside = re.sub(r"^\s*not\s*\(|\)\s*$", "", source)
    return sorted(code.strip().strip('"') for code in inside.split(","))


def _in_text(source: str) -> Iterator[str]:
    """The numbers, texts, names and signs of a rule as they are written."""
    found = [token for token in _TOKEN.findall(_COMMENT.sub(" ", source)) if token not in _WORDS]
    return (_number(token) if token[0].isdigit() or token[0] == "." else token for token in found)


def _number(text: str) -> str:
    return str(Decimal(text).normalize())


def _in_nodes(node: Any) -> Iterator[str]:
    """The same of its nodes."""
    if isinstance(node, list):
        for part in node:
            yield from _in_nodes(part)
    elif isinstance(node, Mapping):
        kind = node.get("node")
        if kind == "Literal":
            yield from _in_literal(node)
        elif kind == "FunctionLiteral":
            yield from (param[0] for param in node["params"])
            yield from _in_nodes(node["body"])
        else:
            yield from _own(node)
            yield from (part for value in node.values() for part in _in_nodes(value))


def _own(node: Mapping[str, Any]) -> Iterator[str]:
    """What a node says itself, beside its parts."""
    yield from (token for name in _NAMED if isinstance(node.get(name), str) for token in _in_text(node[name]))
    kind = node.get("node", "")
    if kind in ("Arithmetic", "Comparison", "HalfRange"):
        yield node["op"]
    if kind == "Negate":
        yield "-"
    if kind == "Quantified" and node["quantifier"] not in _WORDS:
        yield node["quantifier"]
    if kind == "Tests" and node["negated"]:
        yield "not"


def _in_literal(node: Mapping[str, Any]) -> Iterator[str]:
    if node["type"] == "number":
        number = Decimal(node["value"])
        yield from ["-"] if number < 0 else []
        yield _number(f"{abs(number):f}")
    elif node["type"] == "string":
        yield json.dumps(node["value"], ensure_ascii=False)
    elif node["type"] not in ("boolean", "null"):
        yield f'"{node["value"]}"'
