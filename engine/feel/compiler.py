"""Nodes to closures. All that can be decided is decided here, once; what is left at run time is the work itself.

A closure takes the *frame* of one evaluation, a list: the environment, the meter, then the local variables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.feel import limits
from engine.feel.arithmetic import calculate, negative
from engine.feel.builtins import BUILTINS, Builtin
from engine.feel.closures import (
    FAST,
    ORDER,
    ORDER_BY_CONSTANT,
    at_position,
    cost_of,
    equals_text,
    first_value,
    invoked,
    kept,
    logic_of_many,
    member_of,
    member_or,
    null_unless_countable,
    truth,
    value_call,
    weight,
    with_constant,
)
from engine.feel.errors import FeelError, NotSupported, closest
from engine.feel.instances import is_instance
from engine.feel.iteration import Frame, Run, rows
from engine.feel.nodes import (
    Arithmetic,
    Between,
    Binding,
    Call,
    Comparison,
    ContextLiteral,
    Expression,
    Filter,
    For,
    FunctionLiteral,
    HalfRange,
    If,
    In,
    InstanceOf,
    ListLiteral,
    Literal,
    Logic,
    Name,
    Negate,
    Node,
    Path,
    Quantified,
    RangeLiteral,
    Tests,
    walk,
)
from engine.feel.values import (
    DECIMAL,
    Function,
    Meter,
    Range,
    Value,
    both,
    compare,
    either,
    equal,
    matches,
    negated,
)

Record = Callable[[Node, Value], None]

_ENV, _METER, _FIRST_LOCAL = 0, 1, 2


@dataclass(frozen=True, slots=True)
class _Local:
    """A variable, in its slot of the frame."""

    name: str
    slot: int


@dataclass(frozen=True, slots=True)
class _Element:
    """The element a filter looks at: its members are names, and so is ``item``."""

    slot: int


def compile(
    expression: Expression,
    functions: Mapping[str, Callable[..., Value]] | None = None,
    record: Record | None = None,
) -> Callable[[Any], Value]:
    """*expression* as a function of an environment, which is asked only for the names that are reached.

    *functions* are called with positional values, next to the built-in ones; *record* is told of every node and its
    value as soon as there is one. Raises ``FeelError`` here for a function that is not known; the function made raises
    it when a budget is used up, and whatever the environment raises for a name it does not have.
    """
    compiler = _Compiler(functions or {}, record)
    run = compiler.node(expression.root)
    locals_ = [None] * (compiler.slots - _FIRST_LOCAL)
    root = expression.root

    def evaluate(env: Any) -> Value:
        try:
            return run([env, Meter(), *locals_])
        except FeelError as error:
            if error.end:
                raise
            raise _placed(error, root) from None
        except RecursionError:
            raise FeelError("X002", root.start, root.end, limit=limits.DEPTH) from None

    return evaluate


def _placed(error: FeelError, node: Node) -> FeelError:
    """The same error, at the place of *node*."""
    error.start, error.end = node.start, node.end
    return error


class _Compiler:
    """Knows the local names in scope while it goes down the nodes."""

    def __init__(self, functions: Mapping[str, Callable[..., Value]], record: Record | None) -> None:
        self.functions = functions
        self.record = record
        self.scope: list[_Local | _Element] = []
        self.slots = _FIRST_LOCAL

    def slot(self) -> int:
        self.slots += 1
        return self.slots - 1

    def node(self, node: Node) -> Run:
        """The closure of *node*, which also reports its value if there is somebody to report to."""
        run = _RULES[type(node)](self, node)
        if self.record is None:
            return run
        record = self.record

        def recorded(frame: Frame) -> Value:
            value = run(frame)
            record(node, value)
            return value

        return recorded

    def constant(self, node: Node) -> Value | None:
        """The value of a literal that needs no closure of its own, else None."""
        return node.value if isinstance(node, Literal) and self.record is None else None

    # --- names ------------------------------------------------------------------------------------------------------

    def literal(self, node: Literal) -> Run:
        value = node.value
        return lambda frame: value

    def name(self, node: Name) -> Run:
        return self.resolved(node.name, len(self.scope))

    def resolved(self, name: str, depth: int) -> Run:
        """The closure that reads *name*, looked for in the innermost *depth* scopes and then in the environment."""
        for at in range(depth - 1, -1, -1):
            place = self.scope[at]
            if isinstance(place, _Element):
                return member_or(name, place.slot, self.resolved(name, at))
            if place.name == name:
                slot = place.slot
                return lambda frame: frame[slot]
        return lambda frame: frame[0][name]

    def path(self, node: Path) -> Run:
        base, member = self.node(node.base), node.member

        def run(frame: Frame) -> Value:
            value = base(frame)
            if type(value) is dict:
                return value.get(member)
            return member_of(value, member)

        return run

    # --- operators --------------------------------------------------------------------------------------------------

    def negate(self, node: Negate) -> Run:
        value = self.node(node.value)
        constant = self.constant(node.value)
        if type(constant) is Decimal:
            folded = DECIMAL.minus(constant)
            return lambda frame: folded
        return lambda frame: negative(value(frame))

    def arithmetic(self, node: Arithmetic) -> Run:
        left, op = self.node(node.left), node.op
        fast = FAST[op]
        constant = self.constant(node.right)
        if type(constant) is Decimal:
            return with_constant(left, op, fast, constant)
        right = self.node(node.right)

        def run(frame: Frame) -> Value:
            a = left(frame)
            b = right(frame)
            if type(a) is Decimal and type(b) is Decimal:
                try:
                    return fast(a, b)
                except ArithmeticError:
                    return None
            return calculate(op, a, b)

        return run

    def comparison(self, node: Comparison) -> Run:
        left, constant = self.node(node.left), self.constant(node.right)
        if node.op in ("=", "!="):
            return self.equality(node, left, constant)
        if type(constant) is Decimal:
            return ORDER_BY_CONSTANT[node.op](left, constant)
        return ORDER[node.op](left, self.node(node.right))

    def equality(self, node: Comparison, left: Run, constant: Value) -> Run:
        same = node.op == "="
        if type(constant) is str:
            return equals_text(left, constant, same=same)
        right = self.node(node.right)

        def run(frame: Frame) -> Value:
            result = equal(left(frame), right(frame), frame[1])
            return result if same or result is None else not result

        return run

    def logic(self, node: Logic) -> Run:
        parts = [self.node(part) for part in node.parts]
        decided = node.op == "or"
        if len(parts) > 2:
            return logic_of_many(parts, decided)
        left, right = parts

        def run(frame: Frame) -> Value:
            a = left(frame)
            if a is decided:
                return decided
            b = right(frame)
            if b is decided:
                return decided
            return None if type(a) is not bool or type(b) is not bool else not decided

        return run

    def between(self, node: Between) -> Run:
        value, low, high = self.node(node.value), self.node(node.low), self.node(node.high)

        def run(frame: Frame) -> Value:
            tested = value(frame)
            return both(compare(">=", tested, low(frame)), compare("<=", tested, high(frame)))

        return run

    def contained(self, node: In) -> Run:
        value, tests = self.node(node.value), [self.test(test) for test in node.tests]
        if len(tests) == 1:
            only = tests[0]
            return lambda frame: only(frame, value(frame))

        def run(frame: Frame) -> Value:
            tested = value(frame)
            return either([test(frame, tested) for test in tests])

        return run

    def test(self, node: Node) -> Callable[[Frame, Value], bool | None]:
        """A closure that tells whether a value passes *node*."""
        run = self.node(node)
        if any(isinstance(part, Name) and part.name == "?" for part in walk(node)):
            return lambda frame, tested: truth(run(frame))
        return lambda frame, tested: matches(tested, run(frame), frame[1])

    def tests(self, node: Tests) -> Run:
        tests = [self.test(test) for test in node.tests]
        negate = node.negated
        if not tests:
            return lambda frame: True
        tested = self.resolved("?", len(self.scope))

        def run(frame: Frame) -> Value:
            value = tested(frame)
            held = either([test(frame, value) for test in tests])
            return negated(held) if negate else held

        return run

    def instance(self, node: InstanceOf) -> Run:
        value, type_ = self.node(node.value), node.type
        return lambda frame: is_instance(value(frame), type_)

    def condition(self, node: If) -> Run:
        condition, yes, no = self.node(node.condition), self.node(node.yes), self.node(node.no)
        return lambda frame: yes(frame) if condition(frame) is True else no(frame)

    # --- things made of parts ---------------------------------------------------------------------------------------

    def list_literal(self, node: ListLiteral) -> Run:
        items = [self.node(item) for item in node.items]
        return lambda frame: [item(frame) for item in items]

    def range_literal(self, node: RangeLiteral) -> Run:
        low, high = self.node(node.low), self.node(node.high)
        low_closed, high_closed = node.low_closed, node.high_closed
        return self.made_once(
            lambda frame: Range(low(frame), high(frame), low_closed, high_closed), node.low, node.high
        )

    def half_range(self, node: HalfRange) -> Run:
        bound, op = self.node(node.bound), node.op
        closed = op in ("<=", ">=", "=")
        if op in ("<", "<="):
            return self.made_once(lambda frame: Range(None, bound(frame), False, closed, op), node.bound)
        if op in (">", ">="):
            return self.made_once(lambda frame: Range(bound(frame), None, closed, False, op), node.bound)

        def run(frame: Frame) -> Value:
            point = bound(frame)
            return Range(point, point, closed, closed, op)

        return run

    def made_once(self, run: Run, *parts: Node) -> Run:
        """*run*, carried out now if all that it reads are literals, whose closures look at no frame."""
        if self.record is not None or not all(isinstance(part, Literal) for part in parts):
            return run
        value = run([])
        return lambda frame: value

    def context(self, node: ContextLiteral) -> Run:
        made: list[tuple[str, int, Run]] = []
        outer = len(self.scope)
        for entry in node.entries:
            run = self.node(entry.value)
            slot = self.slot()
            self.scope.append(_Local(entry.key, slot))
            made.append((entry.key, slot, run))
        del self.scope[outer:]

        def build(frame: Frame) -> Value:
            context = {}
            for key, slot, run in made:
                context[key] = frame[slot] = run(frame)
            return context

        return build

    # --- going through lists ----------------------------------------------------------------------------------------

    def filter(self, node: Filter) -> Run:
        base, slot = self.node(node.base), self.slot()
        self.scope.append(_Element(slot))
        condition = self.node(node.condition)
        self.scope.pop()
        cost = cost_of(node.condition)
        if isinstance(node.condition, Literal) and isinstance(node.condition.value, Decimal):
            position = node.condition.value
            return lambda frame: at_position(base(frame), position)

        def run(frame: Frame) -> Value:
            value = base(frame)
            if value is None:
                return None
            items = value if isinstance(value, list) else [value]
            frame[1].spend(cost * len(items))
            return kept(frame, slot, items, condition)

        return run

    def bindings(self, bindings: tuple[Binding, ...]) -> list[tuple[int, Run, Run | None]]:
        """Slot, source and end of each binding, whose names are in scope from here on."""
        found = []
        for binding in bindings:
            source = self.node(binding.source)
            last = None if binding.last is None else self.node(binding.last)
            slot = self.slot()
            self.scope.append(_Local(binding.name, slot))
            found.append((slot, source, last))
        return found

    def loop(self, node: For) -> Run:
        outer = len(self.scope)
        bindings = self.bindings(node.bindings)
        partial = self.slot()
        self.scope.append(_Local("partial", partial))
        body = self.node(node.body)
        del self.scope[outer:]
        cost = cost_of(node.body)

        shows_partial = any(isinstance(part, Name) and part.name == "partial" for part in walk(node.body))

        def run(frame: Frame) -> Value:
            done: list[Value] = []
            for _ in rows(frame, bindings, cost):
                if shows_partial:
                    # A copy, because the body may keep it.
                    frame[1].spend(len(done) // 10)
                    frame[partial] = done.copy()
                done.append(body(frame))
                if len(done) > limits.LIST_LENGTH:
                    raise FeelError("X006", node.start, node.end, limit=limits.LIST_LENGTH)
            return done

        return null_unless_countable(run)

    def quantified(self, node: Quantified) -> Run:
        outer = len(self.scope)
        bindings = self.bindings(node.bindings)
        condition = self.node(node.condition)
        del self.scope[outer:]
        decided = node.quantifier == "some"
        cost = cost_of(node.condition)

        def run(frame: Frame) -> Value:
            unknown = False
            for _ in rows(frame, bindings, cost):
                held = condition(frame)
                if held is decided:
                    return decided
                unknown = unknown or type(held) is not bool
            return None if unknown else not decided

        return null_unless_countable(run)

    # --- functions --------------------------------------------------------------------------------------------------

    def function(self, node: FunctionLiteral) -> Run:
        outer = len(self.scope)
        slots = [self.slot() for _ in node.params]
        self.scope.extend(_Local(name, slot) for (name, _), slot in zip(node.params, slots, strict=True))
        body = self.node(node.body)
        del self.scope[outer:]
        names, types = tuple(name for name, _ in node.params), tuple(type_ for _, type_ in node.params)
        cost = cost_of(node.body)

        def run(frame: Frame) -> Value:
            captured = frame.copy()

            def invoke(*values: Value) -> Value:
                inner = captured.copy()
                inner[1] = frame[1]
                return invoked(inner, slots, values, types, body, cost)

            return Function(names, invoke)

        return run

    def call(self, node: Call) -> Run:
        arguments = [self.node(argument) for argument in node.arguments]
        function = node.function
        if isinstance(function, Name) and not self.is_local(function.name):
            if function.name in self.functions:
                return self.host_call(node, self.functions[function.name], arguments)
            if function.name in BUILTINS:
                return self.builtin_call(node, BUILTINS[function.name], arguments)
            if function.name in ("now", "today"):
                raise NotSupported(f"{function.name}()", node.start, node.end)
            near = closest(function.name, [*BUILTINS, *self.functions])
            raise FeelError("X021", function.start, function.end, name=function.name, maybe=near)
        return value_call(self.node(function), arguments, node.names)

    def is_local(self, name: str) -> bool:
        return any(isinstance(place, _Local) and place.name == name for place in self.scope)

    def host_call(self, node: Call, function: Callable[..., Value], arguments: list[Run]) -> Run:
        if node.names:
            raise FeelError("X024", node.start, node.end, name="...", param=node.names[0], maybe=None)
        return lambda frame: function(*[argument(frame) for argument in arguments])

    def builtin_call(self, node: Call, overloads: list[Builtin], arguments: list[Run]) -> Run:
        fitting = [one for one in overloads if one.takes(len(arguments), node.names)]
        if not fitting:
            return lambda frame: None
        ways = list({(one.run, tuple(param.python for param in one.params)): one for one in fitting}.values())

        def run(frame: Frame) -> Value:
            values = [argument(frame) for argument in arguments]
            meter = frame[1]
            meter.spend(1 + sum(weight(value) for value in values))
            try:
                return first_value(ways, node.names, values, meter)
            except FeelError as error:
                raise error if error.end else _placed(error, node) from None

        return run


_RULES: dict[type[Node], Callable[[_Compiler, Any], Run]] = {
    Literal: _Compiler.literal,
    Name: _Compiler.name,
    Path: _Compiler.path,
    Filter: _Compiler.filter,
    Call: _Compiler.call,
    Negate: _Compiler.negate,
    Arithmetic: _Compiler.arithmetic,
    Comparison: _Compiler.comparison,
    Logic: _Compiler.logic,
    Between: _Compiler.between,
    In: _Compiler.contained,
    InstanceOf: _Compiler.instance,
    If: _Compiler.condition,
    For: _Compiler.loop,
    Quantified: _Compiler.quantified,
    ListLiteral: _Compiler.list_literal,
    ContextLiteral: _Compiler.context,
    RangeLiteral: _Compiler.range_literal,
    HalfRange: _Compiler.half_range,
    FunctionLiteral: _Compiler.function,
    Tests: _Compiler.tests,
}
