"""The parts of an expression: immutable, each with the characters of the source it stands for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from engine.feel.types import Type


@dataclass(frozen=True, slots=True)
class Node:
    """One part of an expression, from character ``start`` to ``end``."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number, text, true, false, null, or ``@"..."``."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name; ``?`` is the value under test."""

    name: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    """``base.member``; over a list it maps."""

    base: Node
    member: str
    member_start: int


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """``base[condition]``, which is an index when the condition is a number."""

    base: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """``function(arguments)``; ``names`` are those of named arguments, else empty."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Negate(Node):
    """``-value``"""

    value: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """``left op right`` with ``+ - * / **``"""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """``left op right`` with ``= != < <= > >=``"""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """``a and b and c``, or the same with ``or``."""

    op: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Between(Node):
    """``value between low and high``"""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """``value in tests``: holds if one of the tests does."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """``value instance of type``"""

    value: Node
    type: Type


@dataclass(frozen=True, slots=True)
class If(Node):
    """``if condition then yes else no``"""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Binding(Node):
    """``name in source``; with ``last`` it counts from ``source`` to ``last``."""

    name: str
    source: Node
    last: Node | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    """``for bindings return body``"""

    bindings: tuple[Binding, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """``some`` or ``every`` binding ``satisfies condition``."""

    quantifier: str
    bindings: tuple[Binding, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    """``[a, b, c]``"""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry(Node):
    """``key: value`` of a context."""

    key: str
    value: Node


@dataclass(frozen=True, slots=True)
class ContextLiteral(Node):
    """``{key: value, ...}``; an entry sees those before it."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class RangeLiteral(Node):
    """``[low..high]``, each end closed or open."""

    low: Node
    high: Node
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class HalfRange(Node):
    """``> bound`` and its like, as a test or as a value."""

    op: str
    bound: Node


@dataclass(frozen=True, slots=True)
class FunctionLiteral(Node):
    """``function(params) body``"""

    params: tuple[tuple[str, Type], ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """Unary tests of ``?``: one of them must hold, or with ``negated`` none. No tests at all (``-``) always hold."""

    tests: tuple[Node, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression: its text and its root."""

    source: str
    root: Node


_PARTS: dict[type[Node], tuple[str, ...]] = {}


def _parts(kind: type[Node]) -> tuple[str, ...]:
    """The names of what a kind of node is made of; looked up once a kind."""
    if kind not in _PARTS:
        _PARTS[kind] = tuple(field.name for field in fields(kind) if field.name not in ("start", "end"))
    return _PARTS[kind]


def children(node: Node) -> Iterator[Node]:
    """The nodes directly inside *node*, in reading order."""
    for part in _parts(type(node)):
        value = getattr(node, part)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Node))


def walk(node: Node) -> Iterator[Node]:
    """*node* and everything inside it. Does not recurse, so no depth is too deep for it."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(children(current))


def size(node: Node) -> int:
    """How many nodes there are in *node*."""
    return sum(1 for _ in walk(node))
