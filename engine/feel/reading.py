"""What an expression reads of its surroundings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.feel.nodes import (
    Binding,
    Call,
    ContextLiteral,
    Expression,
    Filter,
    For,
    FunctionLiteral,
    Name,
    Node,
    Path,
    Quantified,
    Tests,
    children,
)

Read = tuple[str, ...]
# What a name stands for here: the path it was taken from, or None for something made inside the expression.
Local = Mapping[str, Read | None]


def reads(expression: Expression) -> frozenset[Read]:
    """The free names of *expression*, each with the members read of it: ``rekan.km`` gives ``("rekan", "km")``.

    A name in a filter may be a member of the element or a name outside; both are given, since only types can tell.
    """
    reader = _Reader()
    reader.node(expression.root, {})
    return frozenset(reader.found)


class _Reader:
    def __init__(self) -> None:
        self.found: set[Read] = set()
        self.elements: list[Read | None] = []

    def node(self, node: Node, local: Local) -> None:
        rule = _RULES.get(type(node))
        if rule is not None:
            rule(self, node, local)
            return
        for child in children(node):
            self.node(child, local)

    def source(self, node: Node, local: Local) -> Read | None:
        """The path that *node* is, which is read as far as it goes; None if it is something computed."""
        if isinstance(node, Name):
            return self.name_path(node.name, local)
        if isinstance(node, Path):
            base = self.source(node.base, local)
            return None if base is None else (*base, node.member)
        if isinstance(node, Filter):
            base = self.source(node.base, local)
            self.condition(node, base, local)
            return base
        self.node(node, local)
        return None

    def name_path(self, name: str, local: Local) -> Read | None:
        if name in local:
            return local[name]
        if self.elements and name == "item":
            return self.elements[-1]
        for element in self.elements:
            if element is not None:
                self.found.add((*element, name))
        return (name,)

    def path(self, node: Node, local: Local) -> None:
        read = self.source(node, local)
        if read is not None:
            self.found.add(read)

    def condition(self, node: Filter, base: Read | None, local: Local) -> None:
        self.elements.append(base)
        self.node(node.condition, local)
        self.elements.pop()

    def call(self, node: Call, local: Local) -> None:
        if not isinstance(node.function, Name) or node.function.name in local:
            self.node(node.function, local)
        for argument in node.arguments:
            self.node(argument, local)

    def context(self, node: ContextLiteral, local: Local) -> None:
        for entry in node.entries:
            self.node(entry.value, local)
            local = {**local, entry.key: None}

    def bound(self, bindings: tuple[Binding, ...], local: Local) -> Local:
        for binding in bindings:
            source = self.source(binding.source, local)
            if source is not None:
                self.found.add(source)
            if binding.last is not None:
                self.node(binding.last, local)
            local = {**local, binding.name: source}
        return local

    def loop(self, node: For, local: Local) -> None:
        self.node(node.body, {**self.bound(node.bindings, local), "partial": None})

    def quantified(self, node: Quantified, local: Local) -> None:
        self.node(node.condition, self.bound(node.bindings, local))

    def function(self, node: FunctionLiteral, local: Local) -> None:
        self.node(node.body, {**local, **dict.fromkeys((name for name, _ in node.params), None)})

    def tests(self, node: Tests, local: Local) -> None:
        for test in node.tests:
            self.node(test, {"?": None, **local})


_RULES: dict[type[Node], Callable[[_Reader, Any, Local], None]] = {
    Name: _Reader.path,
    Path: _Reader.path,
    Filter: _Reader.path,
    Call: _Reader.call,
    ContextLiteral: _Reader.context,
    For: _Reader.loop,
    Quantified: _Reader.quantified,
    FunctionLiteral: _Reader.function,
    Tests: _Reader.tests,
}
