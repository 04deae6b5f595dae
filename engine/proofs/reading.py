"""What expressions of a definition refer to: a shape to compare them by, the answers they depend on, constants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from engine import feel
from engine.feel.nodes import Call, Literal, Name, Node, Path, walk
from engine.process import Process

#: One thing that a value depends on: a duty and one of its answers (``ALL`` of them); ``HISTORY`` and a duty;
#: ``FROZEN`` and a stage.
Read = tuple[str, str]

ALL = "*"
HISTORY = "history"
FROZEN = "frozen"
#: Read by what changes from one moment to the next.
CLOCK: Read = ("today", ALL)

#: Where a bare name of a sheet is an answer of which duty.
Sheet = Mapping[str, str]

_PLACES = frozenset(("start", "end", "member_start"))


def shape(node: Any, sheet: Sheet) -> Any:
    """*node* without its places, so that the same thing written twice is equal; bare names of *sheet* in full."""
    if isinstance(node, Name) and node.name in sheet:
        return ("Path", ("Name", sheet[node.name]), node.name)
    if isinstance(node, Literal):
        return ("Literal", str(type(node.value)), str(node.value))
    if isinstance(node, Node):
        parts = (getattr(node, field.name) for field in fields(node) if field.name not in _PLACES)
        return (type(node).__name__, *(shape(part, sheet) for part in parts))
    if isinstance(node, tuple):
        return tuple(shape(part, sheet) for part in node)
    return str(node)


def called(node: Node) -> str:
    """The name of the function that *node* calls, if it calls one by name."""
    return node.function.name if isinstance(node, Call) and isinstance(node.function, Name) else ""


def path_of(node: Node, sheet: Sheet) -> tuple[str, ...]:
    """The names of a plain path such as ``penilaian.catatan``; empty for anything else."""
    if isinstance(node, Name):
        return (sheet[node.name], node.name) if node.name in sheet else (node.name,)
    if isinstance(node, Path):
        base = path_of(node.base, sheet)
        return (*base, node.member) if base else ()
    return ()


class Reading:
    """What the expressions of one process depend on."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self._of_value: dict[str, frozenset[Read]] = {}

    def of(self, node: Node, sheet: Sheet) -> frozenset[Read]:
        """Everything that *node* depends on, through values too."""
        paths = feel.reads(feel.Expression("", node))
        return frozenset(read for path in paths for read in self._path(path, sheet))

    def of_value(self, name: str) -> frozenset[Read]:
        """Everything that the value *name* depends on."""
        if name not in self._of_value:
            self._of_value[name] = frozenset()  # a circle was reported before
            self._of_value[name] = frozenset(self._value(name))
        return self._of_value[name]

    def _value(self, name: str) -> Iterator[Read]:
        value = self.process.values[name]
        if value.frozen_at:
            yield (FROZEN, value.frozen_at)
            return
        for other in self.process.value_reads[name]:
            if other in self.process.values:
                yield from self.of_value(other)
        for expression in value.expressions():
            yield from self.of(expression.parsed.root, {})

    def _path(self, path: tuple[str, ...], sheet: Sheet) -> Iterator[Read]:
        name, *members = path
        if name in sheet:
            yield (sheet[name], name)
        elif name in self.process.duties:
            yield (name, members[0] if members else ALL)
        elif name == HISTORY and members:
            yield (HISTORY, members[0])
        elif name in self.process.values:
            yield from self.of_value(name)
        elif name == CLOCK[0]:
            yield CLOCK

    def constant(self, node: Node) -> tuple[bool, Any]:
        """Whether *node* is the same in every case, and what it is then."""
        if isinstance(node, Literal):
            return True, node.value
        names = {part.name for part in walk(node) if isinstance(part, Name)}
        if any(isinstance(part, Call) for part in walk(node)) or not names <= self.process.parameters.keys():
            return False, None
        return True, feel.compile(feel.Expression("", node))(self.process.parameters)


def tests_null(cell: str) -> bool:
    """Whether a cell of a decision table says something of null."""
    return "null" in cell
