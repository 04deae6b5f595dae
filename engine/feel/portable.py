"""Which expressions the evaluator in the browser gives the same value for. What is not sure is left to the server."""

from __future__ import annotations

from collections.abc import Collection

from engine.feel.nodes import Call, Expression, FunctionLiteral, InstanceOf, Literal, Name, Node, walk
from engine.feel.types import ANY
from engine.feel.values import kind

#: The built-in functions that ``web/assets/js/feel/builtins.js`` has; a test holds the two lists to each other.
BUILTINS = frozenset(
    (
        "abs", "all", "any", "append", "ceiling", "concatenate", "contains", "context merge", "context put", "count",
        "date", "day of week", "decimal", "distinct values", "duplicate values", "duration", "ends with", "even",
        "flatten", "floor", "get entries", "get value", "index of", "insert before", "is", "last day of month",
        "list contains", "lower case", "max", "mean", "median", "min", "modulo", "month of year", "not", "number",
        "odd", "product", "remove", "reverse", "round down", "round half down", "round half up", "round up", "sort",
        "starts with", "string", "string join", "string length", "sublist", "substring", "substring after",
        "substring before", "sum", "union", "upper case", "years and months duration",
    )
)  # fmt: skip
_LITERALS = frozenset(
    ("null", "string", "boolean", "number", "date", "days and time duration", "years and months duration")
)


def portable(expression: Expression, functions: Collection[str] = ()) -> bool:
    """Can the browser evaluate *expression*, if it has *functions* besides the built-in ones?

    Values that it has no kind for may still reach it; then it says so while it evaluates.
    """
    return all(_known(node, functions) for node in walk(expression.root))


def _known(node: Node, functions: Collection[str]) -> bool:
    if isinstance(node, Literal):
        return kind(node.value) in _LITERALS
    if isinstance(node, FunctionLiteral):
        return all(type_ == ANY for _, type_ in node.params)
    if isinstance(node, Call) and isinstance(node.function, Name):
        return not node.names and (node.function.name in functions or node.function.name in BUILTINS)
    return not isinstance(node, InstanceOf)
