"""Conditions of the course, reduced to facts: the few things that they ask of a case, each with few possible values.

``nilai < 70 and count(history.klarifikasi) < 2`` asks two things: on which side of 70 the value stands, and whether
there were 0, 1 or more clarifications. A fact takes representatives of what makes a difference; what cannot be told
finely, such as whether ``sum(target.bobot) = 100``, is a fact that is true, false or null. The condition itself is
compiled anew over its facts, so that it means here what it means at run time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from engine import feel
from engine.feel.nodes import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    Filter,
    HalfRange,
    If,
    In,
    Literal,
    Logic,
    Name,
    Negate,
    Node,
    Path,
    RangeLiteral,
    walk,
)
from engine.process import Duty, Process
from engine.proofs.nullness import sheet_of
from engine.proofs.reading import CLOCK, HISTORY, Read, Reading, Sheet, called, path_of, shape
from engine.terms import Expression

#: What the move itself says: which action is taken, by which role.
OF_THE_MOVE = ("action", "actor")
#: Counters are told apart up to so many.
MOST = 12


@dataclass(eq=False)
class Fact:
    """One thing that conditions ask. ``values`` are the representatives, of which ``None`` is null.

    ``reads`` is what it depends on: it may change when one of them is written, and only then. ``counts`` holds, for a
    counter, which actions count and how: ``(duty, whether an action of a role counts, factor)``. ``duty`` stands for
    whether that piece of work has been handed in.
    """

    number: int
    node: Node
    sheet: Sheet
    reads: frozenset[Read] = frozenset()
    constants: set[Any] = field(default_factory=set)
    values: tuple[Any, ...] = ()
    counts: tuple[tuple[str, Callable[[str, str], bool | None], int], ...] = ()
    duty: str = ""

    @property
    def name(self) -> str:
        return f"_f{self.number}"

    @property
    def exact(self) -> bool:
        """Whether it follows from what was done, rather than from what was answered."""
        return bool(self.counts or self.duty)

    def said(self, value: Any) -> Any:
        """*value* as expressions see it."""
        return Decimal(value) if self.counts else value

    @property
    def fluid(self) -> bool:
        """Whether it may be different at any moment."""
        return CLOCK in self.reads


@dataclass(frozen=True)
class Guard:
    """A condition over facts. ``source`` is the condition as its author wrote it."""

    source: Expression
    facts: tuple[Fact, ...]
    code: Callable[[Any], Any]

    def holds(self, known: Mapping[int, Any], action: str, actor: str) -> bool:
        scope = {fact.name: fact.said(known[fact.number]) for fact in self.facts}
        return self.code({**scope, "action": action, "actor": actor}) is True


class Guards:
    """Makes guards of the conditions of one process. ``settle`` works out the values of all facts, once at the end."""

    def __init__(self, process: Process, reading: Reading) -> None:
        self.process = process
        self.reading = reading
        self.facts: list[Fact] = []
        self._by_shape: dict[Any, Fact] = {}

    def of(self, condition: Expression, duty: Duty) -> Guard:
        """*condition* as the sheet of *duty* asks it."""
        sheet = sheet_of(duty)
        used: list[Fact] = []
        node = self._boolean(condition.parsed.root, sheet, used)
        code = feel.compile(feel.Expression(condition.source, node))
        return Guard(condition, tuple(dict.fromkeys(used)), code)

    def settle(self) -> None:
        """Give every fact its values."""
        for fact in self.facts:
            fact.values = tuple(self._values(fact))

    # --- from condition to facts ---

    def _boolean(self, node: Node, sheet: Sheet, used: list[Fact]) -> Node:
        """*node*, a condition, with facts in the place of what it asks."""
        if isinstance(node, Logic):
            return replace(node, parts=tuple(self._boolean(part, sheet, used) for part in node.parts))
        if isinstance(node, Call) and called(node) == "not" and len(node.arguments) == 1:
            return replace(node, arguments=(self._boolean(node.arguments[0], sheet, used),))
        if isinstance(node, If):
            parts = (self._boolean(part, sheet, used) for part in (node.condition, node.yes, node.no))
            return If(node.start, node.end, *parts)
        if isinstance(node, Literal):
            return node
        for rule in (self._count, self._comparison, self._membership):
            if (found := rule(node, sheet, used)) is not None:
                return found
        return self._asked(node, sheet, used)

    def _asked(self, node: Node, sheet: Sheet, used: list[Fact], *constants: Any) -> Node:
        """The fact that *node* is, as a name; told apart by *constants*."""
        if isinstance(node, Name) and node.name in OF_THE_MOVE and node.name not in sheet:
            return node
        key = shape(node, sheet)
        fact = self._by_shape.get(key)
        if fact is None:
            fact = Fact(len(self.facts), node, sheet, self.reading.of(node, sheet))
            path = path_of(node, sheet)
            if len(path) == 1 and path[0] in self.process.duties:
                fact.duty = path[0]
            self._by_shape[key] = fact
            self.facts.append(fact)
        fact.constants.update(constants)
        used.append(fact)
        return Name(node.start, node.end, fact.name)

    def _comparison(self, node: Node, sheet: Sheet, used: list[Fact]) -> Node | None:
        """A comparison with a constant asks on which side of it something stands."""
        if not isinstance(node, Comparison):
            return None
        fixed, value = self.reading.constant(node.right)
        if fixed and _plain(value):
            return Comparison(
                node.start, node.end, node.op, self._asked(node.left, sheet, used, value), _literal(value)
            )
        fixed, value = self.reading.constant(node.left)
        if fixed and _plain(value):
            return Comparison(
                node.start, node.end, node.op, _literal(value), self._asked(node.right, sheet, used, value)
            )
        return None

    def _membership(self, node: Node, sheet: Sheet, used: list[Fact]) -> Node | None:
        """``x in (…)`` and ``x between … and …``, where the tests are the same in every case."""
        if isinstance(node, Between):
            ends = [self.reading.constant(end) for end in (node.low, node.high)]
            if all(fixed and _plain(value) for fixed, value in ends):
                name = self._asked(node.value, sheet, used, *(value for _, value in ends))
                return Between(node.start, node.end, name, *(_literal(value) for _, value in ends))
        if isinstance(node, In) and all(self._fixed_test(test) for test in node.tests):
            parts = [part for test in node.tests for part in walk(test) if isinstance(part, Literal)]
            name = self._asked(node.value, sheet, used, *(part.value for part in parts))
            return replace(node, value=name)
        return None

    @staticmethod
    def _fixed_test(test: Node) -> bool:
        return all(isinstance(part, Literal | RangeLiteral | HalfRange | Negate) for part in walk(test))

    # --- counters ---

    def _count(self, node: Node, sheet: Sheet, used: list[Fact]) -> Node | None:
        """A comparison of counters with a number, or with one another, asks for their difference."""
        if not isinstance(node, Comparison):
            return None
        terms: dict[Any, tuple[Node, int]] = {}
        left, right = self._linear(node.left, 1, terms), self._linear(node.right, -1, terms)
        terms = {key: term for key, term in terms.items() if term[1]}
        if left is None or right is None or not terms:
            return None
        key = ("count", tuple(sorted(((str(k), factor) for k, (_, factor) in terms.items()))))
        fact = self._by_shape.get(key)
        if fact is None:
            fact = Fact(len(self.facts), node.left, sheet)
            fact.counts = tuple(self._counted(part, factor) for part, factor in terms.values())
            self._by_shape[key] = fact
            self.facts.append(fact)
        constant = -(left + right)
        fact.constants.add(constant)
        used.append(fact)
        return Comparison(node.start, node.end, node.op, Name(0, 0, fact.name), _literal(Decimal(constant)))

    def _linear(self, node: Node, factor: int, terms: dict[Any, tuple[Node, int]]) -> int | None:
        """The constant part of a sum of counters, which are added to *terms*; ``None`` if it is no such sum."""
        if isinstance(node, Arithmetic) and node.op in "+-":
            left = self._linear(node.left, factor, terms)
            right = self._linear(node.right, factor if node.op == "+" else -factor, terms)
            return None if left is None or right is None else left + right
        if called(node) == "count" and isinstance(node, Call) and len(node.arguments) == 1:
            return self._counter(node.arguments[0], factor, terms)
        fixed, value = self.reading.constant(node)
        if not fixed or not isinstance(value, Decimal) or value != value.to_integral_value():
            return None
        return factor * int(value)

    @staticmethod
    def _counter(listed: Node, factor: int, terms: dict[Any, tuple[Node, int]]) -> int | None:
        base = listed.base if isinstance(listed, Filter) else listed
        if not (isinstance(base, Path) and isinstance(base.base, Name) and base.base.name == HISTORY):
            return None
        key = shape(listed, {})
        terms[key] = (listed, terms.get(key, (listed, 0))[1] + factor)
        return 0

    def _counted(self, listed: Node, factor: int) -> tuple[str, Callable[[str, str], bool | None], int]:
        base = listed.base if isinstance(listed, Filter) else listed
        assert isinstance(base, Path)
        return base.member, self._counting(listed), factor

    def _counting(self, listed: Node) -> Callable[[str, str], bool | None]:
        """Whether an action of a role counts; ``None`` where that depends on what was answered."""
        if not isinstance(listed, Filter):
            return lambda action, actor: True
        condition = listed.condition
        names = {part.name for part in walk(condition) if isinstance(part, Name)}
        if isinstance(condition, Literal) or not names <= {*OF_THE_MOVE, *self.process.parameters}:
            return lambda action, actor: None
        code = feel.compile(feel.Expression("", condition))
        fixed = self.process.parameters
        return lambda action, actor: code({**fixed, "action": action, "actor": actor}) is True

    # --- values ---

    def _values(self, fact: Fact) -> Iterable[Any]:
        if fact.counts:
            low, high = min(0, *fact.constants) - 1, max(0, *fact.constants) + 1
            return range(max(low, -MOST), min(high, MOST) + 1)
        if fact.duty:
            return (True, None)
        return (*self._representatives(fact), None)

    def _representatives(self, fact: Fact) -> Iterable[Any]:
        constants = {value for value in fact.constants if value is not None}
        type_ = self._type(fact)
        if isinstance(type_, feel.Codes):
            options = [option for option in type_.options if option in constants]
            return [*options, *[option for option in type_.options if option not in constants][:1]]
        if type_ == feel.BOOLEAN or (not constants and None not in fact.constants):
            return (True, False)
        if all(isinstance(value, Decimal) for value in constants) and constants:
            return _around(sorted(constants))
        return [*sorted(constants), ""] if all(isinstance(value, str) for value in constants) else (True, False)

    def _type(self, fact: Fact) -> feel.Type:
        scope = dict(self.process.types)
        for name, duty in fact.sheet.items():
            scope[name] = self.process.duties[duty].type.members.get(name, feel.ANY)
        words = {name: feel.Codes(name, ()) for name in OF_THE_MOVE if name not in scope}
        known = {**scope, **words, "today": feel.DATE}
        return feel.infer(feel.Expression("", fact.node), known, self.process.words.signatures)[0]


def _around(constants: Sequence[Decimal]) -> list[Decimal]:
    """Each of *constants*, one number between each two neighbours, one below all of them and one above."""
    between = [(low + high) / 2 for low, high in pairwise(constants)]
    return [constants[0] - 1, *sorted([*constants, *between]), constants[-1] + 1]


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, str | bool | Decimal)


def _literal(value: Any) -> Literal:
    return Literal(0, 0, value)
