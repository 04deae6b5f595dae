"""The built-in function ``range``: a range from its text. It stands apart because it needs the parser."""

from __future__ import annotations

from engine.feel.arithmetic import negative
from engine.feel.builtins import BUILTINS, call
from engine.feel.builtins.registry import builtin
from engine.feel.errors import FeelError, NotSupported
from engine.feel.nodes import Call, Literal, Name, Negate, Node, RangeLiteral
from engine.feel.parser import parse
from engine.feel.values import Meter, Range, Value, compare

_OF_TEXT = ("date", "time", "date and time", "duration")


@builtin("range(from: text) -> range", metered=True)
def range_of(meter: Meter, text: str) -> Range | None:
    """The range that *text* is; its ends are literals, the lower first."""
    try:
        node = parse(text).root
    except NotSupported:
        raise
    except FeelError:
        return None
    if not isinstance(node, RangeLiteral):
        return None
    low, high = _end(node.low, meter), _end(node.high, meter)
    ordered = compare("<=", low, high) is True
    return Range(low, high, node.low_closed, node.high_closed) if ordered else None


def _end(node: Node, meter: Meter) -> Value:
    """The value of a literal, or of a date or the like made of a text literal; null for anything else."""
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Negate):
        return negative(_end(node.value, meter))
    if not isinstance(node, Call) or not isinstance(node.function, Name) or node.function.name not in _OF_TEXT:
        return None
    if len(node.arguments) != 1 or not isinstance(node.arguments[0], Literal):
        return None
    return call(BUILTINS[node.function.name][0], [node.arguments[0].value], meter)
