"""A domain split where tests can change their answer, so that finitely many samples stand for every value.

Exact: between two neighbouring constants of the tests no test can tell two numbers apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from engine import feel
from engine.feel.nodes import (
    Between,
    Call,
    Comparison,
    HalfRange,
    In,
    ListLiteral,
    Literal,
    Logic,
    Name,
    Negate,
    Node,
    RangeLiteral,
    Tests,
    children,
)
from engine.words import Words

#: A text that no author writes: stands for all texts that no cell names. Free text has no end, so that none of it needs
#: a row of its own.
OTHER_TEXT = "…"


@dataclass(frozen=True, slots=True)
class Part:
    """Values that no test tells apart, and one of them. Of numbers one alone, or all between ``low`` and ``high``."""

    sample: Any
    low: Any = None
    high: Any = None
    point: bool = True


def parts_of(
    words: Words, word: str, cells: Sequence[str], called: Iterable[feel.Type] = ()
) -> tuple[Part, ...] | None:
    """The parts of the type *word* that *cells* can tell apart, least first; ``None`` if cells are no plain tests.

    *called*: the types of what is really given where *word* is text.
    """
    if word in words.scales:
        return tuple(Part(Decimal(step)) for step in words.scales[word])
    type_ = words.type_of(word)
    if isinstance(type_, feel.Codes):
        return tuple(Part(option) for option in type_.options)
    if type_ == feel.BOOLEAN:
        return (Part(False), Part(True))
    tests = [feel.parse_tests(cell) for cell in cells if cell.strip() != "-"]
    constants = [constants_of(test.root) for test in tests]
    known = [constant for some in constants if some is not None for constant in some]
    if None in constants or type_ is None:
        return None
    if type_ == feel.TEXT:
        return tuple(Part(text) for text in _texts(known, list(called)))
    if type_ in (feel.NUMBER, feel.DATE):
        return _intervals(word, set(known))
    return (Part([]),) if not tests else None


def _texts(known: Iterable[str], called: Sequence[feel.Type]) -> Iterable[str]:
    """The texts that can be given: options, where it is always options of which one is given."""
    options = [option for type_ in called if isinstance(type_, feel.Codes) for option in type_.options]
    if called and all(isinstance(type_, feel.Codes) for type_ in called):
        return dict.fromkeys(options)
    return [*dict.fromkeys([*known, *options]), OTHER_TEXT]


def ordered_word(words: Words, word: str) -> bool:
    """Whether more is something else than less: numbers, steps, and options whose order has a meaning."""
    choices = words.choices.get(word)
    return choices.ordered if choices else words.type_of(word) == feel.NUMBER


def _intervals(word: str, cuts: set[Any]) -> tuple[Part, ...]:
    """The line cut at *cuts*, within the interval that *word* is, if it is one."""
    within = None
    if ".." in word:
        limits = feel.parse_tests(word)
        cuts |= set(constants_of(limits.root) or ())
        within = feel.compile(limits, {})
    found = [part for part in _cut(sorted(cuts)) if within is None or within({"?": part.sample}) is True]
    return tuple(found)


def _cut(cuts: Sequence[Any]) -> Iterable[Part]:
    edges = [None, *cuts, None]
    for low, high in pairwise(edges):
        if low is not None:
            yield Part(low)
        sample = _between(low, high)
        if sample is not None:
            yield Part(sample, low, high, point=False)


def _between(low: Any, high: Any) -> Any:
    """The roundest value strictly between; ``None`` if there is none."""
    if isinstance(low, date) or isinstance(high, date):
        day = low + timedelta(days=1) if low else high - timedelta(days=1)
        return day if high is None or day < high else None
    if low is None or high is None:
        return Decimal(0) if low is high else (high - 1 if low is None else low + 1)
    middle, exponent = (low + high) / 2, 1
    while True:
        step = Decimal(1).scaleb(exponent)
        found = (middle / step).to_integral_value() * step
        if low < found < high:
            return found
        exponent -= 1


# --- which tests are plain --------------------------------------------------------------------------------------------


def constants_of(node: Node) -> list[Any] | None:
    """The constants with which *node* compares ``?``; ``None`` if it does anything else with it."""
    found: list[Any] = []
    return found if _plain(node, found) else None


def _plain(node: Node, found: list[Any]) -> bool:
    if (constant := constant_of(node)) is not None:
        found.append(constant[0])
        return True
    if isinstance(node, Name):
        return node.name == "?"
    if isinstance(node, Literal):
        return True
    if isinstance(node, Call):
        named = isinstance(node.function, Name) and node.function.name == "not"
        return named and all(_plain(argument, found) for argument in node.arguments)
    if isinstance(node, Tests | HalfRange | RangeLiteral | ListLiteral | Comparison | Between | In | Logic):
        return all(_plain(child, found) for child in children(node))
    return False


def constant_of(node: Node) -> tuple[Any] | None:
    """The number, text or date that *node* is, if it is one."""
    if isinstance(node, Literal) and isinstance(node.value, Decimal | str | date):
        return (node.value,)
    if isinstance(node, Negate) and isinstance(node.value, Literal) and isinstance(node.value.value, Decimal):
        return (-node.value.value,)
    return None
