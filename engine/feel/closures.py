"""The closures that expressions are compiled to, each made for one operation and what is known of its sides."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from engine.feel import limits
from engine.feel.arithmetic import calculate
from engine.feel.builtins import Builtin, call
from engine.feel.builtins.dates import members
from engine.feel.errors import FeelError
from engine.feel.instances import is_instance
from engine.feel.iteration import Frame, NotCountable, Run
from engine.feel.nodes import Node, size
from engine.feel.types import ANY, Type
from engine.feel.values import DECIMAL, Function, Meter, Range, Value, compare, equal

FAST: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": DECIMAL.add,
    "-": DECIMAL.subtract,
    "*": DECIMAL.multiply,
    "/": DECIMAL.divide,
    "**": DECIMAL.power,
}


def with_constant(left: Run, op: str, fast: Callable[[Decimal, Decimal], Decimal], constant: Decimal) -> Run:
    """``left op constant``"""

    def run(frame: Frame) -> Value:
        a = left(frame)
        if type(a) is Decimal:
            try:
                return fast(a, constant)
            except ArithmeticError:
                return None
        return calculate(op, a, constant)

    return run


def _less(left: Run, right: Run) -> Run:
    def run(frame: Frame) -> Value:
        a, b = left(frame), right(frame)
        return a < b if type(a) is Decimal and type(b) is Decimal else compare("<", a, b)

    return run


def _at_most(left: Run, right: Run) -> Run:
    def run(frame: Frame) -> Value:
        a, b = left(frame), right(frame)
        return a <= b if type(a) is Decimal and type(b) is Decimal else compare("<=", a, b)

    return run


def _more(left: Run, right: Run) -> Run:
    def run(frame: Frame) -> Value:
        a, b = left(frame), right(frame)
        return a > b if type(a) is Decimal and type(b) is Decimal else compare(">", a, b)

    return run


def _at_least(left: Run, right: Run) -> Run:
    def run(frame: Frame) -> Value:
        a, b = left(frame), right(frame)
        return a >= b if type(a) is Decimal and type(b) is Decimal else compare(">=", a, b)

    return run


ORDER: dict[str, Callable[[Run, Run], Run]] = {"<": _less, "<=": _at_most, ">": _more, ">=": _at_least}


def _less_than(left: Run, bound: Decimal) -> Run:
    def run(frame: Frame) -> Value:
        a = left(frame)
        return a < bound if type(a) is Decimal else compare("<", a, bound)

    return run


def _at_most_than(left: Run, bound: Decimal) -> Run:
    def run(frame: Frame) -> Value:
        a = left(frame)
        return a <= bound if type(a) is Decimal else compare("<=", a, bound)

    return run


def _more_than(left: Run, bound: Decimal) -> Run:
    def run(frame: Frame) -> Value:
        a = left(frame)
        return a > bound if type(a) is Decimal else compare(">", a, bound)

    return run


def _at_least_than(left: Run, bound: Decimal) -> Run:
    def run(frame: Frame) -> Value:
        a = left(frame)
        return a >= bound if type(a) is Decimal else compare(">=", a, bound)

    return run


ORDER_BY_CONSTANT: dict[str, Callable[[Run, Decimal], Run]] = {
    "<": _less_than,
    "<=": _at_most_than,
    ">": _more_than,
    ">=": _at_least_than,
}


def equals_text(left: Run, text: str, *, same: bool) -> Run:
    """``left = "text"``, or ``!=`` if not *same*."""

    def run(frame: Frame) -> Value:
        value = left(frame)
        if type(value) is str:
            return (value == text) is same
        result = equal(value, text)
        return result if same or result is None else not result

    return run


def logic_of_many(parts: list[Run], decided: bool) -> Run:
    """``or`` of *parts* if *decided* is true, else ``and``."""

    def run(frame: Frame) -> Value:
        unknown = False
        for part in parts:
            value = part(frame)
            if value is decided:
                return decided
            unknown = unknown or type(value) is not bool
        return None if unknown else not decided

    return run


def truth(value: Value) -> bool | None:
    """*value* if it is true or false, else null."""
    return value if type(value) is bool else None


def member_or(name: str, slot: int, outer: Run) -> Run:
    """Reads *name* of the element in *slot*; ``item`` is the element itself; else what it means outside."""

    def run(frame: Frame) -> Value:
        element = frame[slot]
        if isinstance(element, dict) and name in element:
            return element[name]
        return element if name == "item" else outer(frame)

    return run


_RANGE_MEMBERS = {
    "start": "low",
    "end": "high",
    "start included": "low_closed",
    "end included": "high_closed",
}


def member_of(value: Value, member: str) -> Value:
    """``value.member``, mapped over a list; null where there is none."""
    if value is None:
        return None
    if isinstance(value, list):
        return [member_of(item, member) for item in value]
    if isinstance(value, dict):
        return value.get(member)
    if isinstance(value, Range):
        return getattr(value, _RANGE_MEMBERS[member]) if member in _RANGE_MEMBERS else None
    return (members(value) or {}).get(member)


def at_position(value: Value, position: Decimal) -> Value:
    """The element at *position*, which counts from 1, or from the end if it is negative."""
    if value is None:
        return None
    items = value if isinstance(value, list) else [value]
    at = int(position) if position == int(position) else 0
    if at == 0 or abs(at) > len(items):
        return None
    return items[at - 1 if at > 0 else at]


def kept(frame: Frame, slot: int, items: list[Value], condition: Run) -> Value:
    """The elements for which *condition* holds; if it is a number, the element at that position."""
    found = []
    for element in items or [None]:
        frame[slot] = element
        held = condition(frame)
        if held is True:
            found.append(element)
        elif type(held) is Decimal or type(held) is int:
            return at_position(items, Decimal(held))
    return found if items else []


def null_unless_countable(run: Run) -> Run:
    """*run*, with null where there is no list to go through."""

    def guarded(frame: Frame) -> Value:
        try:
            return run(frame)
        except NotCountable:
            return None

    return guarded


def invoked(
    frame: Frame, slots: list[int], values: tuple[Value, ...], types: tuple[Type, ...], body: Run, cost: int
) -> Value:
    """The value of a function's *body* for *values*; null if they are not as many, or not of its types."""
    if len(values) != len(slots):
        return None
    if not all(type_ == ANY or is_instance(value, type_) for value, type_ in zip(values, types, strict=True)):
        return None
    meter: Meter = frame[1]
    meter.spend(cost)
    if meter.calls == 0:
        raise FeelError("X008", 0, 0, limit=limits.CALLS)
    for slot, value in zip(slots, values, strict=True):
        frame[slot] = value
    meter.calls -= 1
    try:
        return body(frame)
    finally:
        meter.calls += 1


def value_call(function: Run, arguments: list[Run], names: tuple[str, ...]) -> Run:
    """A call of whatever *function* turns out to be; null if it is none."""

    def run(frame: Frame) -> Value:
        called = function(frame)
        values = [argument(frame) for argument in arguments]
        if not isinstance(called, Function):
            return None
        if names:
            if sorted(names) != sorted(called.params):
                return None
            values = [values[names.index(param)] for param in called.params]
        return called.call(*values)

    return run


def first_value(ways: list[Builtin], names: tuple[str, ...], values: list[Value], meter: Meter) -> Value:
    """What the first of *ways* gives that can do something with *values*."""
    try:
        for declared in ways:
            result = call(declared, _in_order(declared, values, names) if names else values, meter)
            if result is not None:
                return result
    except ArithmeticError:
        return None
    return None


def _in_order(declared: Builtin, values: list[Value], names: tuple[str, ...]) -> list[Value]:
    """*values* in the order of the parameters; those left out in between are null."""
    given = dict(zip(names, values, strict=True))
    last = max(at for at, param in enumerate(declared.params) if param.name in given)
    return [given.get(param.name) for param in declared.params[: last + 1]]


def weight(value: Value) -> int:
    """How many steps it takes to look at an argument."""
    if isinstance(value, list):
        return len(value) // 10
    return len(value) // 1000 if isinstance(value, str) else 0


def cost_of(node: Node) -> int:
    """How many steps one round through *node* counts as."""
    return 1 + size(node) // 20
