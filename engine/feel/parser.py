"""Text to nodes: a Pratt parser written by hand, so that every complaint has its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import NoReturn

from engine.feel import limits, temporal
from engine.feel.builtins import NAMES as BUILTIN_NAMES
from engine.feel.errors import FeelError, NotSupported
from engine.feel.nodes import (
    Arithmetic,
    Between,
    Binding,
    Call,
    Comparison,
    ContextLiteral,
    Entry,
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
    children,
)
from engine.feel.tokens import Token, tokens, unquoted
from engine.feel.types import ANY, BY_NAME, Context, FunctionType, ListOf, RangeOf, Type

# How tightly an operator binds. A unary minus binds tighter than ``**``, so -3 ** 2 is 9.
_OR, _AND, _COMPARISON, _SUM, _PRODUCT, _POWER, _UNARY = range(1, 8)
_BINDING = {
    "or": _OR, "and": _AND,
    "=": _COMPARISON, "!=": _COMPARISON, "<": _COMPARISON, "<=": _COMPARISON, ">": _COMPARISON, ">=": _COMPARISON,
    "between": _COMPARISON, "in": _COMPARISON,
    "+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "**": _POWER, "instance": _UNARY,
}  # fmt: skip
_ORDER = ("=", "!=", "<", "<=", ">", ">=")
_RESERVED = frozenset(
    (
        "if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or", "between", "instance",
        "function", "true", "false", "null",
    )
)  # fmt: skip
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_STARTS = frozenset(('"', "[", "(", "{", "@", "-", "]"))
_SPECIAL_MEMBERS = ("time offset", "start included", "end included")

Known = dict[str, list[tuple[tuple[str, ...], str]]]


def parse(source: str, *, names: Iterable[str] = ()) -> Expression:
    """The expression that *source* is. *names* are known names of more than one word.

    Raises ``FeelError`` at the first thing that cannot be read.
    """
    parser = _Parser(source, names)
    return Expression(source, parser.whole(parser.expression))


def parse_tests(source: str, *, names: Iterable[str] = ()) -> Expression:
    """The unary tests that *source* is; the value they test is the name ``?``. Raises ``FeelError``."""
    parser = _Parser(source, names)
    return Expression(source, parser.whole(parser.unary_tests))


def _learn(known: Known, name: str) -> None:
    words = tuple(token.text for token in tokens(name)[:-1])
    if len(words) < 2:
        return
    entries = known.setdefault(words[0], [])
    if (words, name) not in entries:
        entries.append((words, name))
        entries.sort(key=lambda entry: -len(entry[0]))


_KNOWN: Known = {}
for _name in (*BUILTIN_NAMES, *_SPECIAL_MEMBERS):
    _learn(_KNOWN, _name)
_KNOWN_TYPES: Known = {}
for _name in BY_NAME:
    _learn(_KNOWN_TYPES, _name)


class _Parser:
    """One pass over the tokens of one source."""

    def __init__(self, source: str, names: Iterable[str]) -> None:
        if len(source) > limits.SOURCE_LENGTH:
            raise FeelError("X001", limits.SOURCE_LENGTH, len(source), limit=limits.SOURCE_LENGTH, found=len(source))
        self.source = source
        self.tokens = tokens(source)
        self.at = 0
        self.depth = 0
        self.known = _KNOWN
        for name in names:
            self.learn(name)

    # --- tokens -----------------------------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def learn(self, name: str) -> None:
        """From here on *name* is one name, if it has several words."""
        if name.isidentifier():
            return
        if self.known is _KNOWN:
            self.known = {first: list(entries) for first, entries in _KNOWN.items()}
        try:
            _learn(self.known, name)
        except FeelError:
            return

    def accept(self, text: str) -> bool:
        token = self.tokens[self.at]
        if token.text != text or token.kind == "text":
            return False
        self.at += 1
        return True

    def expect(self, text: str) -> Token:
        token = self.tokens[self.at]
        if not self.accept(text):
            self.fail(f'"{text}"')
        return token

    def fail(self, expected: str) -> NoReturn:
        token = self.token
        if token.kind == "end":
            raise FeelError("X011", token.start, token.end, expected=expected)
        raise FeelError("X010", token.start, token.end, expected=expected, found=_quoted(token.text))

    def ends_at(self) -> int:
        """Where the token before this one ended."""
        return self.tokens[self.at - 1].end

    # --- the whole --------------------------------------------------------------------------------------------------

    def whole(self, rule: Callable[[], Node]) -> Node:
        """What *rule* reads, if that is all there is and within the budgets."""
        if self.token.kind == "end":
            raise FeelError("X016", 0, len(self.source))
        root = rule()
        if self.token.kind != "end":
            self.fail_after(root)
        if len(self.tokens) > limits.DEPTH:
            _measure(root)
        return root

    def fail_after(self, root: Node) -> NoReturn:
        """Something follows an expression that was complete: most often a name of several words nobody knows."""
        last = self.tokens[self.at - 1]
        ahead = self.at
        while self.tokens[ahead].kind == "name" and self.tokens[ahead].text not in _RESERVED:
            ahead += 1
        if last.kind == "name" and ahead > self.at and self.tokens[ahead].text == "(":
            end = self.tokens[ahead - 1].end
            raise FeelError("X021", last.start, end, name=self.source[last.start : end], maybe=None)
        self.fail("operator")

    def unary_tests(self) -> Node:
        first = self.token
        if first.text == "-" and self.tokens[self.at + 1].kind == "end":
            self.at += 1
            return Tests(first.start, first.end, ())
        if first.text == "not" and self.tokens[self.at + 1].text == "(":
            negated = self.negated_tests(first)
            if self.token.kind == "end":
                return negated
            self.at = 0
        tests = self.tests()
        return Tests(first.start, self.ends_at(), tests)

    def negated_tests(self, first: Token) -> Node:
        self.at += 2
        tests = self.tests()
        self.expect(")")
        return Tests(first.start, self.ends_at(), tests, negated=True)

    def tests(self) -> tuple[Node, ...]:
        found = [self.test()]
        while self.accept(","):
            found.append(self.test())
        return tuple(found)

    def test(self) -> Node:
        if self.token.text in _ORDER and self.token.kind == "op":
            return self.half_range()
        return self.expression()

    def half_range(self) -> Node:
        operator = self.tokens[self.at]
        self.at += 1
        bound = self.expression(_COMPARISON)
        return HalfRange(operator.start, self.ends_at(), operator.text, bound)

    # --- operators --------------------------------------------------------------------------------------------------

    def expression(self, above: int = 0) -> Node:
        """An expression of operators that bind tighter than *above*."""
        self.depth += 1
        if self.depth > limits.DEPTH:
            raise FeelError("X002", self.token.start, self.token.end, limit=limits.DEPTH)
        start = self.tokens[self.at].start
        left = self.postfix(start, self.operand())
        while True:
            token = self.tokens[self.at]
            power = _BINDING.get(token.text, 0)
            if power <= above or token.kind == "text":
                break
            self.at += 1
            left = self.operation(token.text, start, left, power)
        self.depth -= 1
        return left

    def operation(self, operator: str, start: int, left: Node, power: int) -> Node:
        if power in (_OR, _AND):
            return self.logic(operator, start, left, power)
        special = _OPERATIONS.get(operator)
        if special is not None:
            return special(self, start, left)
        if operator == "<" and self.token.text == ">":
            raise FeelError("X012", self.token.start - 1, self.token.end, wrong="<>", right="!=")
        right = self.expression(power)
        if power == _COMPARISON:
            return Comparison(start, self.ends_at(), operator, left, right)
        return Arithmetic(start, self.ends_at(), operator, left, right)

    def logic(self, operator: str, start: int, left: Node, power: int) -> Node:
        parts = [left, self.expression(power)]
        while self.accept(operator):
            parts.append(self.expression(power))
        return Logic(start, self.ends_at(), operator, tuple(parts))

    def between(self, start: int, left: Node) -> Node:
        low = self.expression(_COMPARISON)
        self.expect("and")
        high = self.expression(_COMPARISON)
        return Between(start, self.ends_at(), left, low, high)

    def contained(self, start: int, left: Node) -> Node:
        tests = self.parenthesised_tests() if self.token.text == "(" else None
        if tests is None:
            tests = (self.half_range(),) if self.token.text in _ORDER else (self.expression(_COMPARISON),)
        return In(start, self.ends_at(), left, tests)

    def parenthesised_tests(self) -> tuple[Node, ...] | None:
        """Tests in parentheses; None, and nothing read, if the parenthesis opens a range or a larger expression."""
        began = self.at
        self.at += 1
        tests = self.tests()
        if self.token.text == ")" and not self.continues(self.at + 1):
            self.at += 1
            return tests
        self.at = began
        return None

    def continues(self, at: int) -> bool:
        token = self.tokens[at]
        return _BINDING.get(token.text, 0) > _COMPARISON or token.text in (".", "[", "(")

    def instance(self, start: int, left: Node) -> Node:
        self.expect("of")
        type_ = self.type()
        return InstanceOf(start, self.ends_at(), left, type_)

    # --- operands ---------------------------------------------------------------------------------------------------

    def postfix(self, start: int, base: Node) -> Node:
        while True:
            token = self.tokens[self.at]
            if token.kind != "op":
                return base
            if token.text == ".":
                base = self.member(start, base)
            elif token.text == "(":
                base = self.call(start, base)
            elif token.text == "[" and not self.closes_range():
                base = self.filter(start, base)
            else:
                return base

    def closes_range(self) -> bool:
        """Is this ``[`` the open end of a range such as ``[1..10[``? Then nothing after it could be a filter."""
        after = self.tokens[self.at + 1]
        starts = after.text in _STARTS or after.kind in ("name", "number", "text")
        return not starts or (after.kind == "name" and after.text in _BINDING)

    def member(self, start: int, base: Node) -> Node:
        self.at += 1
        if self.token.kind != "name":
            self.fail("name")
        member_start = self.token.start
        member = self.name()
        return Path(start, self.ends_at(), base, member, member_start)

    def filter(self, start: int, base: Node) -> Node:
        self.at += 1
        condition = self.expression()
        self.expect("]")
        return Filter(start, self.ends_at(), base, condition)

    def call(self, start: int, function: Node) -> Node:
        self.at += 1
        arguments: list[Node] = []
        names: list[str] = []
        while not self.accept(")"):
            if arguments and not self.accept(","):
                self.fail('")"')
            name = self.argument_name()
            if name:
                names.append(name)
            arguments.append(self.expression())
        if names and len(names) != len(arguments):
            raise FeelError("X010", start, self.ends_at(), expected="name", found=f"{len(names)} ... :")
        return Call(start, self.ends_at(), function, tuple(arguments), tuple(names))

    def argument_name(self) -> str | None:
        """The name before a colon, if the argument has one; of any number of words."""
        ahead = self.at
        while self.tokens[ahead].kind == "name":
            ahead += 1
        if ahead == self.at or self.tokens[ahead].text != ":":
            return None
        name = " ".join(token.text for token in self.tokens[self.at : ahead])
        self.at = ahead + 1
        return name

    def name(self) -> str:
        """The longest known name that stands here, else one word."""
        token = self.tokens[self.at]
        for words, name in self.known.get(token.text, ()):
            if all(self.tokens[min(self.at + i, len(self.tokens) - 1)].text == word for i, word in enumerate(words)):
                self.at += len(words)
                return name
        self.at += 1
        return token.text

    def operand(self) -> Node:
        token = self.tokens[self.at]
        if token.kind == "name":
            return self.word(token)
        if token.kind == "number":
            self.at += 1
            return Literal(token.start, token.end, _number(token))
        if token.kind == "text":
            self.at += 1
            return Literal(token.start, token.end, unquoted(token.text))
        rule = _SYMBOLS.get(token.text)
        if rule is None:
            self.fail("value")
        self.at += 1
        return rule(self, token)

    def word(self, token: Token) -> Node:
        rule = _WORDS.get(token.text)
        if rule is not None and (token.text != "function" or self.tokens[self.at + 1].text == "("):
            self.at += 1
            return rule(self, token)
        if token.text in _CONSTANTS:
            self.at += 1
            return Literal(token.start, token.end, _CONSTANTS[token.text])
        if token.text in _RESERVED:
            self.fail("value")
        name = self.name()
        return Name(token.start, self.ends_at(), name)

    def negation(self, token: Token) -> Node:
        value = self.expression(_POWER)
        return Negate(token.start, self.ends_at(), value)

    def at_literal(self, token: Token) -> Node:
        text = self.token
        if text.kind != "text":
            self.fail("text")
        self.at += 1
        value = temporal.parse(unquoted(text.text))
        if value is None:
            raise FeelError("X015", token.start, text.end, text=text.text)
        return Literal(token.start, text.end, value)

    def parenthesis(self, token: Token) -> Node:
        inner = self.test()
        if self.token.text == "..":
            return self.range_literal(token, inner, low_closed=False)
        self.expect(")")
        return inner

    def bracket(self, token: Token) -> Node:
        if self.accept("]"):
            return ListLiteral(token.start, self.ends_at(), ())
        first = self.test()
        if self.token.text == "..":
            return self.range_literal(token, first, low_closed=True)
        items = [first]
        while self.accept(","):
            items.append(self.test())
        self.expect("]")
        return ListLiteral(token.start, self.ends_at(), tuple(items))

    def open_range(self, token: Token) -> Node:
        low = self.expression()
        if self.token.text != "..":
            self.fail('".."')
        return self.range_literal(token, low, low_closed=False)

    def range_literal(self, token: Token, low: Node, *, low_closed: bool) -> Node:
        self.expect("..")
        high = self.expression()
        closer = self.token
        if closer.text not in ("]", ")", "["):
            self.fail('"]"')
        self.at += 1
        return RangeLiteral(token.start, closer.end, low, high, low_closed, closer.text == "]")

    def context(self, token: Token) -> Node:
        entries: list[Entry] = []
        while not self.accept("}"):
            if entries and not self.accept(","):
                self.fail('"}"')
            entry = self.entry()
            if any(entry.key == earlier.key for earlier in entries):
                raise FeelError("X017", entry.start, entry.end, name=_quoted(entry.key))
            entries.append(entry)
        return ContextLiteral(token.start, self.ends_at(), tuple(entries))

    def entry(self) -> Entry:
        start = self.token.start
        key = self.key()
        self.expect(":")
        self.learn(key)
        value = self.expression()
        return Entry(start, self.ends_at(), key, value)

    def key(self) -> str:
        """A context's key: a text, or all that stands before the colon."""
        first = self.token
        if first.kind == "text":
            self.at += 1
            return unquoted(first.text)
        while self.token.kind in ("name", "number") or self.token.text in ("+", "-", "*", "/", ".", "'"):
            self.at += 1
        if self.tokens[self.at] is first or first.kind == "number":
            self.fail("name")
        return " ".join(self.source[first.start : self.ends_at()].split())

    # --- words that begin something ---------------------------------------------------------------------------------

    def condition(self, token: Token) -> Node:
        condition = self.expression()
        self.expect("then")
        yes = self.expression()
        self.expect("else")
        no = self.expression()
        return If(token.start, self.ends_at(), condition, yes, no)

    def loop(self, token: Token) -> Node:
        bindings = self.bindings()
        self.expect("return")
        self.learn("partial")
        body = self.expression()
        return For(token.start, self.ends_at(), bindings, body)

    def quantified(self, token: Token) -> Node:
        bindings = self.bindings()
        self.expect("satisfies")
        condition = self.expression()
        return Quantified(token.start, self.ends_at(), token.text, bindings, condition)

    def bindings(self) -> tuple[Binding, ...]:
        found = [self.binding()]
        while self.accept(","):
            found.append(self.binding())
        return tuple(found)

    def binding(self) -> Binding:
        first = self.token
        while self.token.kind == "name" and self.token.text != "in":
            self.at += 1
        if self.token is first:
            self.fail("name")
        name = " ".join(self.source[first.start : self.ends_at()].split())
        self.learn(name)
        self.expect("in")
        source = self.expression()
        last = self.expression() if self.accept("..") else None
        return Binding(first.start, self.ends_at(), name, source, last)

    def function(self, token: Token) -> Node:
        self.expect("(")
        params: list[tuple[str, Type]] = []
        while not self.accept(")"):
            if params:
                self.expect(",")
            params.append(self.parameter())
        if self.token.text == "external":
            raise NotSupported("external", self.token.start, self.token.end)
        body = self.expression()
        return FunctionLiteral(token.start, self.ends_at(), tuple(params), body)

    def parameter(self) -> tuple[str, Type]:
        first = self.token
        while self.token.kind == "name":
            self.at += 1
        if self.token is first:
            self.fail("name")
        name = " ".join(self.source[first.start : self.ends_at()].split())
        self.learn(name)
        return name, self.type() if self.accept(":") else ANY

    # --- types ------------------------------------------------------------------------------------------------------

    def type(self) -> Type:
        token = self.token
        if token.kind != "name":
            self.fail("type")
        rule = _TYPES.get(token.text)
        if rule is not None:
            self.at += 1
            return rule(self)
        known, self.known = self.known, _KNOWN_TYPES
        name = self.name()
        self.known = known
        if name not in BY_NAME:
            raise NotSupported(f'"{name}"', token.start, self.ends_at())
        return BY_NAME[name]

    def list_type(self) -> Type:
        return ListOf(self.type_argument())

    def range_type(self) -> Type:
        return RangeOf(self.type_argument())

    def type_argument(self) -> Type:
        if not self.accept("<"):
            return ANY
        item = self.type()
        self.expect(">")
        return item

    def context_type(self) -> Type:
        members: dict[str, Type] = {}
        if not self.accept("<"):
            return Context(open=True)
        while not self.accept(">"):
            if members:
                self.expect(",")
            key = self.key()
            self.expect(":")
            members[key] = self.type()
        return Context(members, open=True)

    def function_type(self) -> Type:
        params: list[tuple[str, Type]] = []
        self.expect("<")
        while not self.accept(">"):
            if params:
                self.expect(",")
            params.append((str(len(params)), self.type()))
        self.expect("->")
        return FunctionType(tuple(params), self.type())


_OPERATIONS: dict[str, Callable[[_Parser, int, Node], Node]] = {
    "between": _Parser.between,
    "in": _Parser.contained,
    "instance": _Parser.instance,
}
_SYMBOLS: dict[str, Callable[[_Parser, Token], Node]] = {
    "-": _Parser.negation,
    "@": _Parser.at_literal,
    "(": _Parser.parenthesis,
    "[": _Parser.bracket,
    "]": _Parser.open_range,
    "{": _Parser.context,
}
_WORDS: dict[str, Callable[[_Parser, Token], Node]] = {
    "if": _Parser.condition,
    "for": _Parser.loop,
    "some": _Parser.quantified,
    "every": _Parser.quantified,
    "function": _Parser.function,
}
_TYPES: dict[str, Callable[[_Parser], Type]] = {
    "list": _Parser.list_type,
    "range": _Parser.range_type,
    "context": _Parser.context_type,
    "function": _Parser.function_type,
}


def _quoted(text: str) -> str:
    return text if text.startswith('"') else f'"{text}"'


def _number(token: Token) -> Decimal:
    mantissa, _, exponent = token.text.lower().partition("e")
    digits = mantissa.replace(".", "").lstrip("0")
    if len(digits) > limits.DIGITS or len(exponent) > 5 or abs(int(exponent or 0)) > limits.EXPONENT - limits.DIGITS:
        raise FeelError("X005", token.start, token.end, limit=limits.DIGITS)
    return Decimal(token.text)


def _measure(root: Node) -> None:
    """Refuse a tree that is too high or too large. Goes level by level, because it may be very high."""
    level, height, count = [root], 0, 0
    while level:
        height += 1
        count += len(level)
        if count > limits.NODES:
            raise FeelError("X003", root.start, root.end, limit=limits.NODES)
        if height > limits.DEPTH:
            raise FeelError("X002", level[0].start, level[0].end, limit=limits.DEPTH)
        level = [child for node in level for child in children(node)]
