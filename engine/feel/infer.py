"""What an expression means before it is evaluated: its type, and everything in it that cannot be right.

A part that is wrong has the type ``ANY``, so that one mistake gives one finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.feel import types
from engine.feel.builtins import BUILTINS, Builtin
from engine.feel.builtins.signatures import fits, result
from engine.feel.errors import Finding, closest
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
from engine.feel.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_TIME,
    NULL,
    NUMBER,
    TEXT,
    TIME,
    YEARS_MONTHS,
    Codes,
    Context,
    FunctionType,
    ListOf,
    RangeOf,
    Type,
    is_text,
    join,
)
from engine.feel.values import kind

Scope = Mapping[str, Type]
Called = dict[tuple[str, str], set[Type]]

_ORDERED = (NUMBER, DATE, TIME, DATE_TIME, YEARS_MONTHS, DAYS_TIME)
# What people call functions elsewhere, and what FEEL calls them.
_ELSEWHERE = {
    "average": "mean", "avg": "mean", "rata": "mean", "rata_rata": "mean", "jumlah": "sum", "total": "sum",
    "hitung": "count", "len": "count", "length": "string length", "panjang": "string length", "upper": "upper case",
    "lower": "lower case", "join": "string join", "round": "round half up", "bulat": "round half up", "ceil": "ceiling",
    "mod": "modulo", "pow": "**", "maksimum": "max", "minimum": "min", "startswith": "starts with",
    "endswith": "ends with", "includes": "list contains", "unique": "distinct values", "str": "string", "int": "floor",
}  # fmt: skip


def infer(
    expression: Expression,
    scope: Scope,
    functions: Mapping[str, FunctionType] | None = None,
    tested: Type | None = None,
    called: Called | None = None,
) -> tuple[Type, list[Finding]]:
    """The type of *expression* and all findings, in reading order. Never raises.

    *scope* says what names mean, *functions* what can be called next to the built-in functions, *tested* what unary
    tests look at. *called* learns with which types each of *functions* is called, input by input.
    """
    checker = _Checker(functions or {}, {} if called is None else called)
    names = dict(scope) if tested is None else {**scope, "?": tested}
    type_ = checker.type(expression.root, names)
    found = {(one.start, one.end, one.code): one for one in checker.findings}
    return type_, [found[key] for key in sorted(found)]


class _Checker:
    """Collects the findings while it goes down the nodes with what names mean there."""

    def __init__(self, functions: Mapping[str, FunctionType], called: Called) -> None:
        self.functions = functions
        self.called = called
        self.findings: list[Finding] = []

    def wrong(self, code: str, start: int, end: int, **params: Any) -> Type:
        self.findings.append(Finding(code, start, end, params))
        return ANY

    def type(self, node: Node, scope: Scope) -> Type:
        return _RULES[type(node)](self, node, scope)

    def condition(self, node: Node, scope: Scope) -> None:
        """*node* must be yes or no."""
        found = self.type(node, scope)
        if not BOOLEAN.accepts(found):
            self.wrong("X032", node.start, node.end, found=found)

    # --- names ------------------------------------------------------------------------------------------------------

    def literal(self, node: Literal, _scope: Scope) -> Type:
        return types.BY_NAME[kind(node.value)]

    def name(self, node: Name, scope: Scope) -> Type:
        if node.name in scope:
            return scope[node.name]
        if node.name in BUILTINS or node.name in self.functions:
            return self.wrong("X025", node.start, node.end, name=node.name)
        return self.wrong("X020", node.start, node.end, name=node.name, maybe=closest(node.name, scope))

    def path(self, node: Path, scope: Scope) -> Type:
        return self.member(self.type(node.base, scope), node)

    def member(self, base: Type, node: Path) -> Type:
        if base in (ANY, NULL):
            return ANY
        if isinstance(base, ListOf):
            return ListOf(self.member(base.item, node))
        members = base.members if isinstance(base, Context) else _members(base)
        if node.member in members:
            return members[node.member]
        if isinstance(base, Context) and base.open:
            return ANY
        if not members:
            return self.wrong("X037", node.member_start, node.end, member=node.member, found=base)
        near = closest(node.member, members)
        return self.wrong("X022", node.member_start, node.end, member=node.member, name=_name_of(node.base), maybe=near)

    # --- operators --------------------------------------------------------------------------------------------------

    def negate(self, node: Negate, scope: Scope) -> Type:
        found = self.type(node.value, scope)
        if found in (ANY, NULL, NUMBER, DAYS_TIME, YEARS_MONTHS):
            return found
        return self.wrong("X033", node.value.start, node.value.end, name="-", expected=NUMBER, param="-", found=found)

    def arithmetic(self, node: Arithmetic, scope: Scope) -> Type:
        left, right = self.pair(node.left, node.right, scope)
        found = _calculated(node.op, left, right)
        if found is None:
            return self.wrong("X030", node.start, node.end, left=left, op=node.op, right=right)
        return found

    def pair(self, left: Node, right: Node, scope: Scope) -> tuple[Type, Type]:
        """The types of two sides; an unquoted code of the other side's options is told as that."""
        one = self.side(left, right, scope)
        other = self.side(right, left, scope)
        return one, other

    def side(self, node: Node, opposite: Node, scope: Scope) -> Type:
        if not isinstance(node, Name) or node.name in scope:
            return self.type(node, scope)
        codes = _codes(_declared(opposite, scope))
        if codes is None:
            return self.type(node, scope)
        return self.unquoted(node, codes, scope)

    def unquoted(self, node: Name, codes: Codes, scope: Scope) -> Type:
        near = node.name if node.name in codes.options else closest(node.name, codes.options)
        if near is None:
            return self.type(node, scope)
        return self.wrong("X034", node.start, node.end, name=near)

    def comparison(self, node: Comparison, scope: Scope) -> Type:
        left, right = self.pair(node.left, node.right, scope)
        self.compared(node, node.op, (node.left, left), (node.right, right))
        return BOOLEAN

    def compared(self, node: Node, op: str, one: tuple[Node, Type], other: tuple[Node, Type]) -> None:
        (_, left), (_, right) = one, other
        if not _comparable(op, left, right):
            self.wrong("X031", node.start, node.end, left=left, right=right)
            return
        self.known_code(one[0], right)
        self.known_code(other[0], left)

    def known_code(self, node: Node, other: Type) -> None:
        """A text literal beside options must be one of them."""
        codes = _codes(other)
        if codes is None or not isinstance(node, Literal) or not isinstance(node.value, str):
            return
        if node.value not in codes.options:
            near = closest(node.value, codes.options)
            self.wrong("X035", node.start, node.end, codes=codes.name, value=node.value, maybe=near)

    def logic(self, node: Logic, scope: Scope) -> Type:
        for part in node.parts:
            self.condition(part, scope)
        return BOOLEAN

    def between(self, node: Between, scope: Scope) -> Type:
        tested = self.type(node.value, scope)
        for bound in (node.low, node.high):
            self.compared(node, "<", (node.value, tested), (bound, self.type(bound, scope)))
        return BOOLEAN

    def contained(self, node: In, scope: Scope) -> Type:
        tested = self.type(node.value, scope)
        for test in node.tests:
            self.test(test, node.value, tested, scope)
        return BOOLEAN

    def tests(self, node: Tests, scope: Scope) -> Type:
        tested = scope.get("?", ANY)
        for test in node.tests:
            self.test(test, Name(node.start, node.end, "?"), tested, scope)
        return BOOLEAN

    def test(self, node: Node, value: Node, tested: Type, scope: Scope) -> None:
        """One test of a value of the type *tested*."""
        if any(isinstance(part, Name) and part.name == "?" for part in walk(node)):
            self.condition(node, scope)
            return
        codes = _codes(tested)
        if isinstance(node, ListLiteral):
            for item in node.items:
                self.test(item, value, tested, scope)
            return
        if codes and isinstance(node, Name) and node.name not in scope:
            self.unquoted(node, codes, scope)
            return
        found = self.type(node, scope)
        wanted = found.item if isinstance(found, ListOf | RangeOf) and not isinstance(tested, ListOf) else found
        ordered = isinstance(found, RangeOf) and not _is_equality(node)
        self.compared(node, "<" if ordered else "=", (value, tested), (node, wanted))

    def instance(self, node: InstanceOf, scope: Scope) -> Type:
        self.type(node.value, scope)
        return BOOLEAN

    def choice(self, node: If, scope: Scope) -> Type:
        self.condition(node.condition, scope)
        yes, no = self.type(node.yes, scope), self.type(node.no, scope)
        for branch, other in ((node.yes, no), (node.no, yes)):
            if isinstance(other, Codes) and isinstance(branch, Literal) and branch.value in other.options:
                return other  # a text among the options of the other branch is meant as one of them
        return join(yes, no)

    # --- things made of parts ---------------------------------------------------------------------------------------

    def list_literal(self, node: ListLiteral, scope: Scope) -> Type:
        return ListOf(_joined(self.type(item, scope) for item in node.items))

    def context(self, node: ContextLiteral, scope: Scope) -> Type:
        made: dict[str, Type] = {}
        for entry in node.entries:
            made[entry.key] = self.type(entry.value, {**scope, **made})
        return Context(made)

    def range_literal(self, node: RangeLiteral, scope: Scope) -> Type:
        low, high = self.type(node.low, scope), self.type(node.high, scope)
        self.compared(node, "<", (node.low, low), (node.high, high))
        return RangeOf(join(low, high))

    def half_range(self, node: HalfRange, scope: Scope) -> Type:
        return RangeOf(self.type(node.bound, scope))

    # --- going through lists ----------------------------------------------------------------------------------------

    def filter(self, node: Filter, scope: Scope) -> Type:
        base = self.type(node.base, scope)
        item = base.item if isinstance(base, ListOf) else base
        inside = {**scope, "item": item}
        if isinstance(item, Context):
            inside |= item.members
        if item == ANY or (isinstance(item, Context) and item.open):
            found = _quiet(self, node.condition, inside)
        else:
            found = self.type(node.condition, inside)
        if found == NUMBER:
            return item
        if not BOOLEAN.accepts(found):
            self.wrong("X032", node.condition.start, node.condition.end, found=found)
        return ListOf(item)

    def bound(self, bindings: tuple[Binding, ...], scope: Scope) -> Scope:
        """*scope* with the names that *bindings* give."""
        for binding in bindings:
            scope = {**scope, binding.name: self.element(binding, scope)}
        return scope

    def element(self, binding: Binding, scope: Scope) -> Type:
        source = self.type(binding.source, scope)
        if binding.last is not None:
            last = self.type(binding.last, scope)
            self.compared(binding, "<", (binding.source, source), (binding.last, last))
            return join(source, last)
        if isinstance(source, ListOf | RangeOf):
            return source.item
        if source in (ANY, NULL):
            return ANY
        return self.wrong("X036", binding.source.start, binding.source.end, found=source)

    def loop(self, node: For, scope: Scope) -> Type:
        inside = self.bound(node.bindings, scope)
        return ListOf(self.type(node.body, {**inside, "partial": ListOf(ANY)}))

    def quantified(self, node: Quantified, scope: Scope) -> Type:
        self.condition(node.condition, self.bound(node.bindings, scope))
        return BOOLEAN

    # --- functions --------------------------------------------------------------------------------------------------

    def function(self, node: FunctionLiteral, scope: Scope) -> Type:
        return FunctionType(node.params, self.type(node.body, {**scope, **dict(node.params)}))

    def call(self, node: Call, scope: Scope) -> Type:
        name = node.function.name if isinstance(node.function, Name) else ""
        local = scope.get(name)
        if name and not isinstance(local, FunctionType):
            return self.named_call(node, name, scope)
        called = local or self.type(node.function, scope)
        arguments = [self.type(argument, scope) for argument in node.arguments]
        if isinstance(called, FunctionType):
            return self.fitted_call(node, name or "function", called, arguments)
        if called not in (ANY, NULL):
            return self.wrong("X038", node.function.start, node.function.end, found=called)
        return ANY

    def named_call(self, node: Call, name: str, scope: Scope) -> Type:
        arguments = [self.argument(argument, node, scope) for argument in node.arguments]
        if name in self.functions:
            return self.fitted_call(node, name, self.functions[name], arguments)
        if name in BUILTINS:
            return self.builtin_call(node, BUILTINS[name], arguments)
        if scope.get(name) == ANY:
            return ANY
        near = _ELSEWHERE.get(name.lower()) or closest(name, [*BUILTINS, *self.functions])
        return self.wrong("X021", node.function.start, node.function.end, name=name, maybe=near)

    def argument(self, argument: Node, call: Call, scope: Scope) -> Type:
        """The type of one argument; beside a list of codes, an unquoted code is told as that."""
        others = [other for other in call.arguments if other is not argument]
        if isinstance(argument, Name) and argument.name not in scope and others:
            return self.side(argument, others[0], scope)
        return self.type(argument, scope)

    def fitted_call(self, node: Call, name: str, function: FunctionType, arguments: list[Type]) -> Type:
        if len(arguments) != len(function.params):
            wanted_count = len(function.params)
            return self.wrong("X023", node.start, node.end, name=name, expected=wanted_count, found=len(arguments))
        order = [param for param, _ in function.params]
        for at, (argument, found) in enumerate(zip(node.arguments, arguments, strict=True)):
            param = node.names[at] if node.names else order[at]
            wanted = dict(function.params).get(param)
            self.called.setdefault((name, param), set()).add(found)
            if wanted is None:
                self.wrong("X024", argument.start, argument.end, param=param, name=name, maybe=closest(param, order))
            elif not wanted.accepts(found):
                self.misfit(argument, name, param, (wanted,), found)
            else:
                self.known_code(argument, wanted)
        return function.result

    def misfit(self, node: Node, name: str, param: str, wanted: tuple[Type, ...], found: Type) -> None:
        self.wrong("X033", node.start, node.end, name=name, param=param, expected=wanted[0], found=found)

    def builtin_call(self, node: Call, overloads: list[Builtin], arguments: list[Type]) -> Type:
        fitting = [one for one in overloads if one.takes(len(arguments), node.names)]
        if not fitting:
            return self.uncallable(node, overloads)
        misfits = [fits(one, arguments, node.names) for one in fitting]
        if all(misfits):
            at, param = misfits[0][0]
            self.misfit(node.arguments[at], fitting[0].name, param.name, param.takes, arguments[at])
            return ANY
        if fitting[0].name == "list contains":
            self.known_code(node.arguments[-1], arguments[0].item if isinstance(arguments[0], ListOf) else ANY)
        return result(fitting[misfits.index([])], arguments)

    def uncallable(self, node: Call, overloads: list[Builtin]) -> Type:
        """No overload takes so many arguments, or arguments of these names."""
        name = overloads[0].name
        known = {param.name for one in overloads for param in one.params}
        for argument, param in zip(node.arguments, node.names, strict=False):
            if param not in known:
                near = closest(param, known)
                return self.wrong("X024", argument.start, argument.end, param=param, name=name, maybe=near)
        count = len(node.arguments)
        return self.wrong("X023", node.start, node.end, name=name, expected=_arities(overloads), found=count)


def _quiet(checker: _Checker, node: Node, scope: Scope) -> Type:
    """The type of *node*, without telling what is wrong in it."""
    before = len(checker.findings)
    found = checker.type(node, scope)
    del checker.findings[before:]
    return found


def _declared(node: Node, scope: Scope) -> Type:
    """The type of a name, or of a member of one, as declared; ``ANY`` for all that is computed."""
    if isinstance(node, Name):
        return scope.get(node.name, ANY)
    if isinstance(node, Filter):
        return _declared(node.base, scope)
    if not isinstance(node, Path):
        return ANY
    base = _declared(node.base, scope)
    item = base.item if isinstance(base, ListOf) else base
    return item.members.get(node.member, ANY) if isinstance(item, Context) else ANY


def _arities(overloads: Iterable[Builtin]) -> str:
    """How many arguments there may be: ``2-3`` or ``1, 3``, or ``1+`` without an upper limit."""
    said = []
    for one in overloads:
        least, most = one.arity
        said.append(f"{least}+" if most is None else str(least) if least == most else f"{least}-{most}")
    return ", ".join(dict.fromkeys(said))


def _joined(found: Iterable[Type]) -> Type:
    joined: Type = NULL
    for type_ in found:
        joined = join(joined, type_)
    return ANY if joined == NULL else joined


def _name_of(node: Node) -> str:
    """What a reader calls *node* in a sentence."""
    if isinstance(node, Path):
        return f"{_name_of(node.base)}.{node.member}"
    if isinstance(node, Filter):
        return _name_of(node.base)
    return node.name if isinstance(node, Name) else "(...)"


def _codes(type_: Type) -> Codes | None:
    item = type_.item if isinstance(type_, ListOf) else type_
    return item if isinstance(item, Codes) else None


def _is_equality(node: Node) -> bool:
    return isinstance(node, HalfRange) and node.op in ("=", "!=")


_DAY = {"year": NUMBER, "month": NUMBER, "day": NUMBER, "weekday": NUMBER}
_CLOCK = {"hour": NUMBER, "minute": NUMBER, "second": NUMBER, "time offset": DAYS_TIME, "timezone": TEXT}
_MEMBERS: dict[Type, dict[str, Type]] = {
    DATE: dict(_DAY),
    TIME: dict(_CLOCK),
    DATE_TIME: {**_DAY, **_CLOCK},
    YEARS_MONTHS: {"years": NUMBER, "months": NUMBER},
    DAYS_TIME: {"days": NUMBER, "hours": NUMBER, "minutes": NUMBER, "seconds": NUMBER},
}


def _members(type_: Type) -> Mapping[str, Type]:
    if isinstance(type_, RangeOf):
        return {"start": type_.item, "end": type_.item, "start included": BOOLEAN, "end included": BOOLEAN}
    return _MEMBERS.get(type_, {}) if isinstance(type_, types.Simple) else {}


def _comparable(op: str, left: Type, right: Type) -> bool:
    """May these stand on both sides of *op*?"""
    if ANY in (left, right) or NULL in (left, right):
        return True
    if is_text(left) and is_text(right):
        return True
    if op in ("=", "!="):
        return left.accepts(right) or right.accepts(left) or type(left) is type(right) is Context
    return left == right and left in _ORDERED


def _calculated(op: str, left: Type, right: Type) -> Type | None:
    """The type of ``left op right``; None if it cannot be."""
    if ANY in (left, right) or NULL in (left, right):
        return _partly_known(op, left, right)
    if is_text(left) and is_text(right):
        return TEXT if op == "+" else None
    return _CALCULATED.get((left, op, right)) if _is_simple(left) and _is_simple(right) else None


def _is_simple(type_: Type) -> bool:
    return isinstance(type_, types.Simple)


def _partly_known(op: str, left: Type, right: Type) -> Type | None:
    known = right if left in (ANY, NULL) else left
    if known in (ANY, NULL):
        return ANY
    if is_text(known):
        return TEXT if op == "+" else None
    if known == NUMBER:
        return NUMBER if op != "*" else ANY
    return ANY if known in _ORDERED else None


_CALCULATED: dict[tuple[Type, str, Type], Type] = {(NUMBER, op, NUMBER): NUMBER for op in ("+", "-", "*", "/", "**")}
for _duration in (DAYS_TIME, YEARS_MONTHS):
    _CALCULATED |= {
        (_duration, "+", _duration): _duration,
        (_duration, "-", _duration): _duration,
        (_duration, "*", NUMBER): _duration,
        (NUMBER, "*", _duration): _duration,
        (_duration, "/", NUMBER): _duration,
        (_duration, "/", _duration): NUMBER,
    }
    for _day in (DATE, DATE_TIME):
        _CALCULATED |= {(_day, "+", _duration): _day, (_duration, "+", _day): _day, (_day, "-", _duration): _day}
for _one in (DATE, DATE_TIME):
    _CALCULATED |= {(_one, "-", _other): DAYS_TIME for _other in (DATE, DATE_TIME)}
_CALCULATED |= {
    (TIME, "+", DAYS_TIME): TIME,
    (DAYS_TIME, "+", TIME): TIME,
    (TIME, "-", DAYS_TIME): TIME,
    (TIME, "-", TIME): DAYS_TIME,
}

_RULES: dict[type[Node], Callable[[_Checker, Any, Scope], Type]] = {
    Literal: _Checker.literal,
    Name: _Checker.name,
    Path: _Checker.path,
    Filter: _Checker.filter,
    Call: _Checker.call,
    Negate: _Checker.negate,
    Arithmetic: _Checker.arithmetic,
    Comparison: _Checker.comparison,
    Logic: _Checker.logic,
    Between: _Checker.between,
    In: _Checker.contained,
    InstanceOf: _Checker.instance,
    If: _Checker.choice,
    For: _Checker.loop,
    Quantified: _Checker.quantified,
    ListLiteral: _Checker.list_literal,
    ContextLiteral: _Checker.context,
    RangeLiteral: _Checker.range_literal,
    HalfRange: _Checker.half_range,
    FunctionLiteral: _Checker.function,
    Tests: _Checker.tests,
}
