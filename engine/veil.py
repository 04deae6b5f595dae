"""What anonymous people answered, taken out of an expression: figures over all of them stay, no single answer does.

``mean(rekan.kt)`` becomes ``Given``: a number that stands for itself. A receipt can be recomputed from it, and nobody
can be recomputed from the receipt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from engine import feel
from engine.case import Case
from engine.feel.nodes import (
    Binding,
    Call,
    Comparison,
    Entry,
    FunctionLiteral,
    Literal,
    Name,
    Node,
    walk,
)
from engine.process import Duty, Process

#: A figure over fewer answers than this is not shown alone: two people could each subtract their own answer.
FEW = 3
#: They give back one of the answers, not a figure over all of them.
_SINGLE = frozenset(("min", "max", "median", "mode"))


@dataclass(frozen=True, slots=True)
class Given(Node):
    """A figure over anonymous answers, known by the text that asked for it."""

    input: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One ``Given``: the duty, the field if only one was asked, by which function, how many answers, its value."""

    input: str
    duty: Duty
    field: str
    function: str
    answers: int
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Veiled:
    """An expression as it may be shown. ``shut``: it may not be shown at all, only what it gives."""

    expression: feel.Expression
    figures: tuple[Figure, ...] = ()
    shut: bool = False


def veiled(process: Process, case: Case, expression: feel.Expression, scope: Any, local: Iterable[str] = ()) -> Veiled:
    """*expression* without single anonymous answers. *scope* gives the figures; *local* names change row by row."""
    many = {duty.id: duty for duty in process.duties.values() if duty.anonymous}
    if not any(isinstance(node, Name) and node.name in many for node in walk(expression.root)):
        return Veiled(expression=expression)
    weaver = _Weaver(process, case, expression, scope, many)
    try:
        root, bare = weaver.woven(expression.root, frozenset(local))
    except _Shut:
        bare = True
    if bare:
        return Veiled(expression=expression, shut=True)
    return Veiled(expression=feel.Expression(expression.source, root), figures=tuple(weaver.figures.values()))


class _Shut(Exception):
    """No part of the expression can be shown."""


class _Weaver:
    """Goes up the nodes, and puts a figure where the answers of all have become one value."""

    def __init__(
        self, process: Process, case: Case, expression: feel.Expression, scope: Any, many: Mapping[str, Duty]
    ) -> None:
        self.process = process
        self.case = case
        self.source = expression.source
        self.scope = scope
        self.many = many
        self.figures: dict[str, Figure] = {}

    def woven(self, node: Node, local: frozenset[str]) -> tuple[Node, bool]:
        """*node* with its figures, and whether single answers are still in it."""
        if isinstance(node, Name):
            return node, node.name in self.many and node.name not in local
        inner = local | _bound(node)
        parts: dict[str, Any] = {}
        bare = False
        for field in fields(node):
            part = getattr(node, field.name)
            if isinstance(part, Node):
                parts[field.name], found = self.woven(part, inner)
                bare = bare or found
            elif isinstance(part, tuple) and any(isinstance(item, Node) for item in part):
                both = [self.woven(item, inner) for item in part]
                parts[field.name] = tuple(item for item, _ in both)
                bare = bare or any(found for _, found in both)
        if not bare:
            return (replace(node, **parts) if parts else node), False
        if isinstance(node, Call) or _asks_whether(node):
            return self.figure(node, local)
        return node, True

    def figure(self, node: Node, local: frozenset[str]) -> tuple[Node, bool]:
        """The figure that *node* gives, if it is one over enough answers."""
        function = node.function.name if isinstance(node, Call) and isinstance(node.function, Name) else ""
        if function in _SINGLE or any(isinstance(part, Name) and part.name in local for part in walk(node)):
            raise _Shut
        part = feel.Expression(self.source, node)
        value = feel.compile(part, self.process.words.callables)(self.scope)
        if isinstance(value, list | dict):
            return node, True
        read = sorted(path for path in feel.reads(part) if path[0] in self.many)
        duty = self.many[read[0][0]]
        answers = len(self.case.answers.get(duty.id, {}))
        if value is not None and function and function != "count" and answers < max(duty.at_least, FEW):
            raise _Shut
        text = " ".join(self.source[node.start : node.end].split())
        field = ".".join(read[0][1:]) if len(read) == 1 else ""
        self.figures[text] = Figure(input=text, duty=duty, field=field, function=function, answers=answers, value=value)
        return Given(node.start, node.end, text), False


def _bound(node: Node) -> frozenset[str]:
    """The names that *node* gives a meaning of its own."""
    names: Iterator[str] = (part.name for part in _parts(node) if isinstance(part, Binding))
    keys = (part.key for part in _parts(node) if isinstance(part, Entry))
    params = (name for name, _ in node.params) if isinstance(node, FunctionLiteral) else ()
    return frozenset((*names, *keys, *params))


def _parts(node: Node) -> Iterator[Node]:
    for field in fields(node):
        part = getattr(node, field.name)
        yield from (part if isinstance(part, tuple) else (part,))


def _asks_whether(node: Node) -> bool:
    """``rekan = null``: whether enough have answered."""
    if not isinstance(node, Comparison) or node.op not in ("=", "!="):
        return False
    sides = (node.left, node.right)
    return any(isinstance(s, Literal) and s.value is None for s in sides) and any(isinstance(s, Name) for s in sides)
