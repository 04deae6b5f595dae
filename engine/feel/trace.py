"""How a value came about: each part of the expression that was evaluated, with its value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.feel.compiler import compile
from engine.feel.nodes import Binding, Entry, Expression, FunctionLiteral, Node, children, walk
from engine.feel.values import Value


@dataclass(frozen=True, slots=True)
class Trace:
    """One evaluated part: its text, where it stands, its value, and the parts it was made of, in order."""

    source: str
    start: int
    end: int
    value: Value
    children: tuple[Trace, ...] = ()

    def lines(self, depth: int = 0) -> Iterator[tuple[int, str, Value]]:
        """Depth, text and value of this part and of all inside it, from the whole to the smallest."""
        yield depth, self.source, self.value
        for child in self.children:
            yield from child.lines(depth + 1)


def explain(
    expression: Expression,
    env: Any,
    functions: Mapping[str, Callable[..., Value]] | None = None,
) -> Trace:
    """The trace of *expression* in *env*; its ``value`` is the expression's. Parts not reached are absent."""
    tracer = _Tracer(expression)
    compile(expression, functions or {}, tracer.record)(env)
    return tracer.waiting[-1][1]


class _Tracer:
    """Puts each value under the node that is told next, if it was made for that one."""

    def __init__(self, expression: Expression) -> None:
        self.source = expression.source
        self.waiting: list[tuple[Node, Trace]] = []
        self.parents: dict[int, Node] = {}
        self.bodies: set[int] = set()
        for node in walk(expression.root):
            if not isinstance(node, Binding | Entry):
                self.parents |= {id(child): node for part in children(node) for child in _evaluated(part)}
            if isinstance(node, FunctionLiteral):
                self.bodies.add(id(node.body))

    def record(self, node: Node, value: Value) -> None:
        mine: list[Trace] = []
        while self.waiting and self.belongs(self.waiting[-1][0], node):
            mine.append(self.waiting.pop()[1])
        made = Trace(self.source[node.start : node.end], node.start, node.end, value, tuple(reversed(mine)))
        self.waiting.append((node, made))

    def belongs(self, part: Node, node: Node) -> bool:
        """A part belongs to its parent; the body of a function to whatever called it."""
        return id(part) in self.bodies or self.parents.get(id(part)) is node


def _evaluated(part: Node) -> Iterator[Node]:
    """*part*, or what is evaluated in its place: an entry or a binding has no value of its own."""
    if isinstance(part, Binding | Entry):
        yield from children(part)
    else:
        yield part
