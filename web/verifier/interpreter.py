"""Works out an exported expression by walking down its nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from web.verifier.library import called
from web.verifier.values import (
    NUMBERS,
    Lambda,
    Malformed,
    Span,
    Unsupported,
    all_of,
    any_of,
    decimal,
    kind,
    ordered,
    same,
    within,
)

Node = Mapping[str, Any]
Call = Callable[..., Any]
_STEPS = 2_000_000


class Unknown(Exception):
    """A name that the file does not tell: what it is was not open to the reader."""


class Scope:
    """What names mean: those of the innermost layer first. ``calls`` are the tables, functions and catalogues."""

    def __init__(self, names: Mapping[str, Any], calls: Mapping[str, Call], outer: Scope | None = None) -> None:
        self.names = names
        self.calls = calls
        self.outer = outer
        self.left: list[int] = outer.left if outer else [_STEPS]

    def inner(self, names: Mapping[str, Any]) -> Scope:
        return Scope(names, self.calls, self)

    def find(self, name: str) -> Any:
        if name in self.names:
            return self.names[name]
        if self.outer is None:
            raise Unknown(name)
        return self.outer.find(name)

    def has(self, name: str) -> bool:
        return name in self.names or (self.outer is not None and self.outer.has(name))


class _Element(dict[str, Any]):
    """The names inside a filter: the members of the element, and ``item`` for itself."""

    def __init__(self, element: Any) -> None:
        super().__init__(element if isinstance(element, dict) else {})
        self.setdefault("item", element)


def value_of(node: Any, scope: Scope) -> Any:
    """The value of *node*. Raises ``Unsupported``, ``Unknown`` or ``Malformed``, and gives nothing by guessing."""
    scope.left[0] -= 1
    if scope.left[0] < 0:
        raise Unsupported("…")
    if not isinstance(node, Mapping):
        raise Malformed(f"{node!r}")
    rule = _NODES.get(node.get("node", ""))
    if rule is None:
        raise Unsupported(str(node.get("node")))
    try:
        return rule(node, scope)
    except KeyError as missing:
        raise Malformed(f"{node.get('node')}: {missing}") from None


def _literal(node: Node, scope: Scope) -> Any:
    type_, value = node["type"], node["value"]
    if type_ == "number":
        return decimal(value)
    if type_ == "date":
        return date.fromisoformat(value)
    if type_ not in ("string", "boolean", "null"):
        raise Unsupported(type_)
    return value


def _name(node: Node, scope: Scope) -> Any:
    return scope.find(node["name"])


def _given(node: Node, scope: Scope) -> Any:
    return scope.find(node["input"])


def _path(node: Node, scope: Scope) -> Any:
    return _member(value_of(node["base"], scope), node["member"])


def _member(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return [_member(item, name) for item in value]
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, date) and name in ("year", "month", "day"):
        return Decimal(getattr(value, name))
    if value is None or isinstance(value, str | bool | Decimal):
        return None
    raise Unsupported(name)


def _filter(node: Node, scope: Scope) -> Any:
    base, condition = value_of(node["base"], scope), node["condition"]
    if base is None:
        return None
    items = base if isinstance(base, list) else [base]
    found = []
    for item in items or [None]:
        held = value_of(condition, scope.inner(_Element(item)))
        if isinstance(held, Decimal):
            return _at(items, held)
        if held is True:
            found.append(item)
    return found if items else []


def _at(items: list[Any], position: Decimal) -> Any:
    at = int(position)
    if at != position or at == 0 or abs(at) > len(items):
        return None
    return items[at - 1] if at > 0 else items[at]


def _negate(node: Node, scope: Scope) -> Any:
    value = value_of(node["value"], scope)
    return NUMBERS.minus(value) if isinstance(value, Decimal) else None


_CALCULATE: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": NUMBERS.add,
    "-": NUMBERS.subtract,
    "*": NUMBERS.multiply,
    "/": NUMBERS.divide,
    "**": NUMBERS.power,
}


def _arithmetic(node: Node, scope: Scope) -> Any:
    left, right = value_of(node["left"], scope), value_of(node["right"], scope)
    if left is None or right is None:
        return None
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        try:
            return _CALCULATE[node["op"]](left, right)
        except ArithmeticError:
            return None
    if isinstance(left, str) and isinstance(right, str) and node["op"] == "+":
        return left + right
    if kind(left) is date and isinstance(right, timedelta) and node["op"] in ("+", "-"):
        return left + right if node["op"] == "+" else left - right
    if {date, datetime, timedelta} & {kind(left), kind(right)}:
        raise Unsupported(f"{kind(left).__name__} {node['op']} {kind(right).__name__}")
    return None


def _comparison(node: Node, scope: Scope) -> Any:
    left, right, op = value_of(node["left"], scope), value_of(node["right"], scope), node["op"]
    if op not in ("=", "!="):
        return ordered(op, left, right)
    equal = same(left, right)
    return equal if op == "=" or equal is None else not equal


def _logic(node: Node, scope: Scope) -> Any:
    """Stops at the first part that decides."""
    decided = node["op"] == "or"
    answers = []
    for part in node["parts"]:
        answers.append(value_of(part, scope))
        if answers[-1] is decided:
            return decided
    return any_of(answers) if decided else all_of(answers)


def _between(node: Node, scope: Scope) -> Any:
    value, low, high = (value_of(node[part], scope) for part in ("value", "low", "high"))
    return all_of([ordered(">=", value, low), ordered("<=", value, high)])


def _in(node: Node, scope: Scope) -> Any:
    value = value_of(node["value"], scope)
    return any_of([_passes(value, test, scope) for test in node["tests"]])


def _passes(value: Any, test: Node, scope: Scope) -> bool | None:
    """Whether *value* passes one test: in a range, in a list, equal; or a condition on ``?``."""
    found = value_of(test, scope.inner({"?": value}))
    if _asks(test):
        return found if isinstance(found, bool) else None
    if isinstance(found, Span):
        return within(value, found)
    if isinstance(found, list) and isinstance(value, list):
        return same(value, found) is True or any_of([same(value, one) for one in found])
    if isinstance(found, list):
        return any_of([within(value, one) if isinstance(one, Span) else same(value, one) for one in found])
    return same(value, found)


def _asks(node: Any) -> bool:
    """Whether ``?`` stands in *node*."""
    if isinstance(node, Mapping):
        return node.get("name") == "?" or any(_asks(part) for part in node.values())
    return isinstance(node, list) and any(_asks(part) for part in node)


def _tests(node: Node, scope: Scope) -> Any:
    if not node["tests"]:
        return True
    value = scope.find("?")
    held = any_of([_passes(value, test, scope) for test in node["tests"]])
    return (None if held is None else not held) if node["negated"] else held


def _if(node: Node, scope: Scope) -> Any:
    return value_of(node["yes"] if value_of(node["condition"], scope) is True else node["no"], scope)


def _list(node: Node, scope: Scope) -> Any:
    return [value_of(item, scope) for item in node["items"]]


def _context(node: Node, scope: Scope) -> Any:
    made: dict[str, Any] = {}
    inner = scope.inner(made)
    for entry in node["entries"]:
        made[entry["key"]] = value_of(entry["value"], inner)
    return made


def _range(node: Node, scope: Scope) -> Any:
    low, high = value_of(node["low"], scope), value_of(node["high"], scope)
    if low is None or high is None:
        raise Unsupported("[null..null]")
    return Span(low, high, node["low_closed"], node["high_closed"])


def _half_range(node: Node, scope: Scope) -> Any:
    bound, op = value_of(node["bound"], scope), node["op"]
    if bound is None or op not in ("<", "<=", ">", ">="):
        raise Unsupported(op)
    return Span(high=bound, high_in=op == "<=") if op[0] == "<" else Span(low=bound, low_in=op == ">=")


def _turns(bindings: list[Node], scope: Scope) -> Iterator[Scope] | None:
    """A scope for each combination, the last binding fastest; ``None`` where there is nothing to go through."""
    first, *rest = bindings
    items = _counted(first, scope)
    if items is None:
        return None
    return _combined(first["name"], items, rest, scope)


def _combined(name: str, items: list[Any], rest: list[Node], scope: Scope) -> Iterator[Scope]:
    for item in items:
        inner = scope.inner({name: item})
        if not rest:
            yield inner
        else:
            yield from _turns(rest, inner) or ()


def _counted(binding: Node, scope: Scope) -> list[Any] | None:
    source = value_of(binding["source"], scope)
    if binding.get("last") is not None:
        last = value_of(binding["last"], scope)
        if not isinstance(source, Decimal) or not isinstance(last, Decimal):
            raise Unsupported("for … in a..b")
        step = 1 if last >= source else -1
        return [Decimal(at) for at in range(int(source), int(last) + step, step)]
    if isinstance(source, Span):
        raise Unsupported("for … in [a..b]")
    return None if source is None else source if isinstance(source, list) else [source]


def _for(node: Node, scope: Scope) -> Any:
    turns = _turns(node["bindings"], scope)
    if turns is None:
        return None
    done: list[Any] = []
    for turn in turns:
        done.append(value_of(node["body"], turn.inner({"partial": list(done)})))
    return done


def _quantified(node: Node, scope: Scope) -> Any:
    turns = _turns(node["bindings"], scope)
    if turns is None:
        return None
    decided = node["quantifier"] == "some"
    answers = []
    for turn in turns:
        answers.append(value_of(node["condition"], turn))
        if answers[-1] is decided:
            return decided
    return any_of(answers) if decided else all_of(answers)


def _function(node: Node, scope: Scope) -> Any:
    params = [param[0] for param in node["params"]]

    def call(*values: Any) -> Any:
        return value_of(node["body"], scope.inner(dict(zip(params, values, strict=True))))

    return Lambda(params, call)


def _call(node: Node, scope: Scope) -> Any:
    arguments = [value_of(argument, scope) for argument in node["arguments"]]
    function = node["function"]
    if node["names"]:
        raise Unsupported(f"{function.get('name')}({node['names'][0]}: …)")
    name = function["name"] if function["node"] == "Name" else ""
    if name and name in scope.calls and not _is_local(scope, name):
        return scope.calls[name](*arguments)
    if name and not _is_local(scope, name):
        return called(name, arguments)
    found = value_of(function, scope)
    return found.call(*arguments) if isinstance(found, Lambda) and len(arguments) == len(found.params) else None


def _is_local(scope: Scope, name: str) -> bool:
    """Whether a rule itself gave *name* a function."""
    return scope.has(name) and isinstance(scope.find(name), Lambda)


_NODES: dict[str, Callable[[Node, Scope], Any]] = {
    "Literal": _literal, "Name": _name, "Given": _given, "Path": _path, "Filter": _filter, "Negate": _negate,
    "Arithmetic": _arithmetic, "Comparison": _comparison, "Logic": _logic, "Between": _between, "In": _in,
    "Tests": _tests, "If": _if, "ListLiteral": _list, "ContextLiteral": _context, "RangeLiteral": _range,
    "HalfRange": _half_range, "For": _for, "Quantified": _quantified, "FunctionLiteral": _function, "Call": _call,
}  # fmt: skip
