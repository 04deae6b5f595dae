"""FEEL as terms of a proof: decimals are reals, options and texts are told apart, null is modelled.

What is linear is translated exactly. Anything else becomes a variable of its own, the same for the same text, so that
``f(x) < 3`` and ``f(x) >= 3`` still exclude each other; such variables are marked as rough.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, Protocol

from engine import feel
from engine.draft import Draft
from engine.feel.nodes import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    Expression,
    Filter,
    HalfRange,
    If,
    In,
    ListLiteral,
    Literal,
    Logic,
    Name,
    Negate,
    Node,
    Path,
    RangeLiteral,
    Tests,
    walk,
)
from engine.model import DecisionTable, Function
from engine.proofs.domains import Part
from engine.proofs.tables import grid_of
from engine.proofs.worlds import (
    NULL,
    TRUE,
    Term,
    Untranslatable,
    World,
    all_of,
    any_of,
    fails,
    holds,
    none_of,
    truth,
)
from engine.words import constant


@dataclass(frozen=True, slots=True)
class Spread:
    """Where the numbers of a list lie, and when there is no list."""

    least: Decimal | None
    most: Decimal | None
    null: Any


class Names(Protocol):
    """What names mean where an expression stands."""

    @property
    def types(self) -> Mapping[str, feel.Type]:
        """The types of all names."""

    def term(self, path: tuple[str, ...]) -> Term | None:
        """What *path* is; ``None`` if it is nothing that can be said exactly."""

    def items(self, path: tuple[str, ...]) -> Sequence[Term] | None:
        """The elements of the list *path*, where they are known."""

    def spread(self, path: tuple[str, ...]) -> Spread | None:
        """Between which numbers the elements of the list *path* lie."""

    def least(self, path: tuple[str, ...]) -> int:
        """How many elements the list *path* has at least."""

    def lines(self, path: tuple[str, ...]) -> Sequence[Any] | None:
        """Of a list that ``collect`` makes, when each of its elements is there."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of a function or a table: all that its expressions see."""

    types: Mapping[str, feel.Type]
    given: Mapping[str, Term]

    def term(self, path: tuple[str, ...]) -> Term | None:
        return self.given.get(path[0]) if len(path) == 1 else None

    def items(self, path: tuple[str, ...]) -> None:
        return None

    def spread(self, path: tuple[str, ...]) -> None:
        return None

    def least(self, path: tuple[str, ...]) -> int:
        return 0

    def lines(self, path: tuple[str, ...]) -> None:
        return None

    def key(self) -> tuple[Any, ...]:
        return tuple((name, _identity(term.value), _identity(term.null)) for name, term in self.given.items())


def _identity(value: Any) -> Any:
    return value if value is None or isinstance(value, bool) else value.get_id()


@dataclass
class Translator:
    """Translates where ``names`` says what names mean. ``shows`` is the text of which all that is read is shown."""

    draft: Draft
    world: World
    names: Names
    shows: str = ""
    place: tuple[Any, ...] = ()
    tested: Term | None = None
    _depth: int = field(default=0)

    def term(self, node: Node) -> Term:
        """*node*, exactly where that can be, else roughly."""
        rule = _RULES.get(type(node))
        if rule is not None:
            try:
                return rule(self, node)
            except Untranslatable:
                pass
        return self.roughly(node)

    def holds(self, node: Node) -> Any:
        """When *node* is true."""
        try:
            return holds(self.term(node))
        except Untranslatable:
            return holds(self.roughly(node))

    def roughly(self, node: Node) -> Term:
        """A variable for all that *node* says."""
        tested = {} if self.tested is None else {"?": feel.ANY}
        type_ = feel.infer(Expression("", node), {**self.names.types, **tested}, self.draft.words.signatures)[0]
        kind, options = kind_of(type_)
        null = self.null_of(node) if kind == "number" else True
        return self.world.variable((self.place, shape(node)), kind, null=null, options=options, rough=True)

    def null_of(self, node: Node) -> Any:
        """When a product is null, whatever it comes to; ``True`` where that is not known."""
        if not isinstance(node, Arithmetic) or node.op != "*":
            return True
        left, right = self.term(node.left), self.term(node.right)
        return any_of((left.null, right.null)) if left.kind == right.kind == "number" else True

    # --- names ------------------------------------------------------------------------------------------------------

    def literal(self, node: Literal) -> Term:
        return self.world.constant(node.value)

    def path(self, node: Node) -> Term:
        path = path_of(node)
        if path == ("?",) and self.tested is not None:
            return self.tested
        term = self.names.term(path) if path else None
        if term is None:
            raise Untranslatable
        if self.shows and path and term.kind != "other":
            self.world.shown.setdefault(".".join(path), term)
        return term

    def filter(self, node: Filter) -> Term:
        base = self.term(node.base)
        return Term("other", None, base.null if base.kind == "other" else True)

    # --- operators --------------------------------------------------------------------------------------------------

    def negate(self, node: Negate) -> Term:
        value = self.number(node.value)
        return Term("number", self.world.z3.simplify(-value.value), value.null)

    def number(self, node: Node) -> Term:
        term = self.term(node)
        if term.kind != "number":
            raise Untranslatable
        return term

    def arithmetic(self, node: Arithmetic) -> Term:
        left, right = self.number(node.left), self.number(node.right)
        null = any_of((left.null, right.null))
        a, b, fixed = left.value, right.value, self.world.z3.is_rational_value
        if node.op in "+-":
            value = a + b if node.op == "+" else a - b
        elif node.op == "*" and (fixed(a) or fixed(b)):
            value = a * b
        elif node.op == "/" and fixed(b) and b.numerator_as_long():
            value = a / b
        else:
            raise Untranslatable
        return Term("number", self.world.z3.simplify(value) if fixed(a) and fixed(b) else value, null)

    def comparison(self, node: Comparison) -> Term:
        left, right = self.term(node.left), self.term(node.right)
        if node.op not in ("=", "!="):
            return self.order(node.op, left, right)
        if NULL in (left, right):
            self.asks_for_null(node)
        same = self.equal(left, right)
        return same if node.op == "=" else Term("boolean", none_of(same.value))

    def asks_for_null(self, node: Comparison) -> None:
        for side in (node.left, node.right):
            path = path_of(side)
            if path:
                self.world.tested.add(path[0])

    def equal(self, left: Term, right: Term) -> Term:
        if "null" in (left.kind, right.kind):
            return Term("boolean", all_of((left.null, right.null)))
        if left.kind != right.kind or left.value is None or right.value is None:
            raise Untranslatable
        both = all_of((none_of(left.null), none_of(right.null), self.world.if_same(left.value, right.value)))
        return Term("boolean", any_of((all_of((left.null, right.null)), both)))

    def order(self, op: str, left: Term, right: Term) -> Term:
        if "null" in (left.kind, right.kind):
            return Term("boolean", False, True)
        if left.kind != right.kind or left.kind not in ("number", "date"):
            raise Untranslatable
        value = _ORDER[op](left.value, right.value)
        return Term("boolean", value, any_of((left.null, right.null)))

    def logic(self, node: Logic) -> Term:
        parts = [self.term(part) for part in node.parts]
        true, false = [holds(part) for part in parts], [fails(part) for part in parts]
        if node.op == "and":
            return truth(all_of(true), any_of(false))
        return truth(any_of(true), all_of(false))

    def choice(self, node: If) -> Term:
        return self.world.choose(self.holds(node.condition), self.term(node.yes), self.term(node.no))

    # --- tests ------------------------------------------------------------------------------------------------------

    def between(self, node: Between) -> Term:
        value, low, high = self.term(node.value), self.term(node.low), self.term(node.high)
        return _both(self.order(">=", value, low), self.order("<=", value, high))

    def contained(self, node: In) -> Term:
        tested = self.term(node.value)
        return _either([self.test(test, tested) for test in node.tests])

    def tests(self, node: Tests) -> Term:
        if not node.tests or self.tested is None:
            return TRUE
        found = _either([self.test(test, self.tested) for test in node.tests])
        return truth(fails(found), holds(found)) if node.negated else found

    def test(self, node: Node, tested: Term) -> Term:
        if any(isinstance(part, Name) and part.name == "?" for part in walk(node)):
            return self._testing(tested).term(node)
        if isinstance(node, ListLiteral):
            return _either([self.test(item, tested) for item in node.items])
        if isinstance(node, HalfRange):
            bound = self.term(node.bound)
            if node.op in ("=", "!="):
                same = self.equal(tested, bound)
                return same if node.op == "=" else Term("boolean", none_of(same.value))
            return self.order(node.op, tested, bound)
        if isinstance(node, RangeLiteral):
            low, high = self.term(node.low), self.term(node.high)
            above = self.order(">=" if node.low_closed else ">", tested, low)
            return _both(above, self.order("<=" if node.high_closed else "<", tested, high))
        return self.equal(tested, self.term(node))

    def _testing(self, tested: Term) -> Translator:
        place = (*self.place, "?", _identity(tested.value))
        return Translator(self.draft, self.world, self.names, self.shows, place, tested, self._depth)

    # --- calls ------------------------------------------------------------------------------------------------------

    def call(self, node: Call) -> Term:
        name = node.function.name if isinstance(node.function, Name) else ""
        words = self.draft.words
        if name in words.functions:
            return self.function(words.functions[name], self.arguments(node, tuple(words.functions[name].inputs)))
        if name in words.tables:
            return self.table(words.tables[name], self.arguments(node, tuple(words.tables[name].inputs)))
        rule = _CALLS.get(name)
        if rule is None or node.names:
            raise Untranslatable
        return rule(self, node)

    def arguments(self, node: Call, names: Sequence[str]) -> dict[str, Term]:
        order = node.names or names
        return {name: self.term(argument) for name, argument in zip(order, node.arguments, strict=True)}

    def function(self, function: Function, given: Mapping[str, Term]) -> Term:
        inner = self._inside(function, given)
        return self.world.rounded(inner.term(function.formula.parsed.root), function.decimals)

    def _inside(self, called: Function | DecisionTable, given: Mapping[str, Term]) -> Translator:
        if self._depth > 20:
            raise Untranslatable
        types = {name: self.draft.words.type_of(word) or feel.ANY for name, word in called.inputs.items()}
        inputs = Inputs(types, given)
        return Translator(self.draft, self.world, inputs, place=(called.id, inputs.key()), _depth=self._depth + 1)

    def table(self, table: DecisionTable, given: Mapping[str, Term]) -> Term:
        """*table* as nested choices, the first row outermost."""
        inner = self._inside(table, given)
        output = self.draft.words.type_of(table.output)
        result: Term = NULL
        for cells, held in reversed(list(zip(table.rows, self.rows(table, given), strict=True))):
            formula = cells[-1].formula
            given_by = (
                inner.term(formula.parsed.root) if formula else self.world.constant(constant(cells[-1].text, output))
            )
            result = self.world.choose(held, given_by, result)
        return result

    def rows(self, table: DecisionTable, given: Mapping[str, Term]) -> list[Any]:
        """When each row of *table* holds."""
        grid = grid_of(self.draft, table)
        found = []
        for number, cells in enumerate(table.rows):
            held = []
            for axis, name in enumerate(table.inputs):
                if grid is not None:
                    held.append(self.cell(grid.axes[axis], grid.decision.rows[number].tests[axis], given[name]))
                else:
                    held.append(self.general_cell(cells[axis].text, given[name]))
            found.append(all_of(held))
        return found

    def cell(self, parts: Sequence[Part], test: Callable[[Any], bool], tested: Term) -> Any:
        """When *test* holds, told by the parts for which it does."""
        if tested.kind == "null":
            return test(None)
        kept = [part for part in parts if test(part.sample)]
        if len(kept) == len(parts):
            inside: Any = True
        else:
            ends = (parts[0], parts[-1])
            inside = any_of(self.part(part, tested, ends) for part in kept)
        within = all_of((none_of(tested.null), inside))
        return any_of((tested.null, within)) if test(None) else within

    def part(self, part: Part, tested: Term, ends: tuple[Part, Part]) -> Any:
        """When *tested* is in *part*; the outermost parts reach as far as there are values."""
        if tested.value is None:
            raise Untranslatable
        first, last = ends
        if not part.point or (part in ends and tested.kind == "number"):
            low, high = (part.sample, part.sample) if part.point else (part.low, part.high)
            above = True if low is None or part is first else self.beyond(">=" if part.point else ">", tested, low)
            below = True if high is None or part is last else self.beyond("<=" if part.point else "<", tested, high)
            return all_of((above, below))
        if isinstance(part.sample, bool):
            return tested.value if part.sample else none_of(tested.value)
        return self.equal(Term(tested.kind, tested.value), self.world.constant(part.sample)).value

    def beyond(self, op: str, tested: Term, bound: Any) -> Any:
        return self.order(op, Term(tested.kind, tested.value), self.world.constant(bound)).value

    def general_cell(self, cell: str, tested: Term) -> Any:
        if cell.strip() == "-":
            return none_of(tested.null)
        return self._testing(tested).holds(feel.parse_tests(cell).root)

    # --- built-in functions -----------------------------------------------------------------------------------------

    def not_(self, node: Call) -> Term:
        term = self.term(node.arguments[0])
        return truth(fails(term), holds(term))

    def count(self, node: Call) -> Term:
        (listed,) = node.arguments
        base = listed.base if isinstance(listed, Filter) else listed
        path = path_of(base)
        of = self.names.term(path) if path else None
        lines = self.names.lines(path) if path and listed is base else None
        if lines is not None:
            one, none = self.world.constant(Decimal(1)), self.world.constant(Decimal(0))
            return self.total([self.world.choose(line, one, none) for line in lines])
        null = of.null if of is not None else False
        key = ("count", self.place, shape(listed))
        term = self.world.variable(key, "number", null=null, whole=True, rough=of is None)
        least = self.names.least(path) if path and listed is base else 0
        self.world.fact(any_of((term.null, term.value >= least)))
        if self.shows:
            self.world.shown.setdefault(self.shows[node.start : node.end], term)
        return term

    def extreme(self, node: Call) -> Term:
        items = self.listed(node)
        assert isinstance(node.function, Name)
        larger = node.function.name == "max"
        best = items[0]
        for item in items[1:]:
            nearer = item.value >= best.value if larger else item.value <= best.value
            value = self.world.z3.If(nearer, item.value, best.value)
            best = Term("number", value, any_of((best.null, item.null)))
        return best

    def sum_(self, node: Call) -> Term:
        return self.total(self.listed(node))

    def total(self, items: Sequence[Term]) -> Term:
        value = sum((item.value for item in items[1:]), items[0].value)
        return Term("number", value, any_of(item.null for item in items))

    def mean(self, node: Call) -> Term:
        items = self.listed(node)
        total = self.total(items)
        return Term("number", total.value / len(items), total.null)

    def abs_(self, node: Call) -> Term:
        value = self.number(node.arguments[0])
        return Term("number", self.world.z3.If(value.value < 0, -value.value, value.value), value.null)

    def listed(self, node: Call) -> list[Term]:
        """The numbers that *node* is called with, one by one or as a list."""
        arguments = list(node.arguments)
        if len(arguments) == 1:
            (only,) = arguments
            if isinstance(only, ListLiteral):
                arguments = list(only.items)
            else:
                return self.elements(node, only)
        if not arguments:
            raise Untranslatable
        return [self.number(argument) for argument in arguments]

    def elements(self, node: Call, only: Node) -> list[Term]:
        path = path_of(only)
        items = self.names.items(path) if path else None
        if items is not None:
            return list(items)
        spread = self.names.spread(path) if path else None
        assert isinstance(node.function, Name)
        if spread is None or node.function.name == "sum":
            raise Untranslatable
        # The mean, least and greatest of a list lie where its elements lie.
        term = self.world.variable((node.function.name, path), "number", null=spread.null)
        if spread.least is not None:
            self.world.fact(term.value >= self.world.constant(spread.least).value)
        if spread.most is not None:
            self.world.fact(term.value <= self.world.constant(spread.most).value)
        return [term]


def _both(left: Term, right: Term) -> Term:
    return truth(all_of((holds(left), holds(right))), any_of((fails(left), fails(right))))


def _either(terms: Sequence[Term]) -> Term:
    return truth(any_of(map(holds, terms)), all_of(map(fails, terms)))


def path_of(node: Node) -> tuple[str, ...] | None:
    """The name and members that *node* reads one after the other, if it is nothing else."""
    members: list[str] = []
    while isinstance(node, Path):
        members.append(node.member)
        node = node.base
    return (node.name, *reversed(members)) if isinstance(node, Name) else None


def shape(node: Node) -> tuple[Any, ...]:
    """*node* without its place in the text: the same for the same words."""
    parts = (getattr(node, one.name) for one in fields(node) if one.name not in ("start", "end", "member_start"))
    return (type(node).__name__, *(_shape(part) for part in parts))


def _shape(part: Any) -> Any:
    if isinstance(part, Node):
        return shape(part)
    return tuple(map(_shape, part)) if isinstance(part, tuple) else str(part)


def kind_of(type_: feel.Type) -> tuple[str, tuple[str, ...]]:
    """The kind of a term of *type_*, and its options."""
    if isinstance(type_, feel.Codes):
        return "text", type_.options
    simple: dict[feel.Type, str] = {
        feel.NUMBER: "number", feel.BOOLEAN: "boolean", feel.TEXT: "text", feel.DATE: "date"
    }  # fmt: skip
    return simple.get(type_, "other"), ()


_ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}

_RULES: dict[type[Node], Callable[[Translator, Any], Term]] = {
    Literal: Translator.literal,
    Name: Translator.path,
    Path: Translator.path,
    Filter: Translator.filter,
    Negate: Translator.negate,
    Arithmetic: Translator.arithmetic,
    Comparison: Translator.comparison,
    Logic: Translator.logic,
    Between: Translator.between,
    In: Translator.contained,
    If: Translator.choice,
    Tests: Translator.tests,
    Call: Translator.call,
}

_CALLS: dict[str, Callable[[Translator, Call], Term]] = {
    "not": Translator.not_,
    "count": Translator.count,
    "min": Translator.extreme,
    "max": Translator.extreme,
    "sum": Translator.sum_,
    "mean": Translator.mean,
    "abs": Translator.abs_,
}
