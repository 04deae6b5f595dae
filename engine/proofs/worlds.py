"""Facts about values nobody has given yet, and what follows from them: z3 behind words of our own.

z3 is an extra (``verify``). It is imported when the first proof wants it; without it ``world()`` is ``None``.
"""

from __future__ import annotations

import importlib
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

#: The longest that one question may take. What is not settled by then is reported as not decided.
MILLISECONDS = 500


@cache
def _z3() -> Any:
    try:
        return importlib.import_module("z3")
    except ImportError:
        return None


class Untranslatable(Exception):
    """This part of an expression has no exact translation."""


@dataclass(frozen=True, slots=True)
class Term:
    """A value that is not known yet. ``kind`` is number, boolean, text, date, null, or other (lists, records).

    ``null`` says when it is null; then ``value`` means nothing. Both may be plain Python booleans.
    """

    kind: str
    value: Any
    null: Any = False


NULL = Term("null", None, True)
TRUE, FALSE = Term("boolean", True), Term("boolean", False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question came to: ``found`` is a case, ``None`` if there is none; ``sure`` if that is exact."""

    found: Any
    sure: bool


class World:
    """The variables of one proof and what holds of them."""

    def __init__(self) -> None:
        self.z3 = _z3()
        self.facts: list[Any] = []
        #: Variables that stand for something only roughly: what is found with them may not be possible.
        self.rough: set[str] = set()
        self.known: dict[Hashable, Term] = {}
        #: By path, what the conditions themselves read, for the witness.
        self.shown: dict[str, Term] = {}
        #: Tasks of which some condition asks whether they were done at all.
        self.tested: set[str] = set()
        self._texts: dict[str, int] = {}

    # --- making terms -----------------------------------------------------------------------------------------------

    def constant(self, value: Any) -> Term:
        if value is None:
            return NULL
        if isinstance(value, bool):
            return Term("boolean", value)
        if isinstance(value, Decimal):
            return Term("number", self.z3.RealVal(str(value)))
        if isinstance(value, str):
            return Term("text", self.z3.IntVal(self._texts.setdefault(value, len(self._texts))))
        if type(value) is date:
            return Term("date", self.z3.IntVal(value.toordinal()))
        raise Untranslatable

    def variable(
        self, key: Hashable, kind: str, *, null: Any = True, options: Iterable[str] = (), whole: bool = False,
        rough: bool = False,
    ) -> Term:  # fmt: skip
        """The variable *key*, made when first asked for. ``null=True`` lets it be null or not."""
        if key in self.known:
            return self.known[key]
        name = f"v{len(self.known)}"
        if null is True:
            null = self.z3.Bool(f"{name}?")
        term = self.known[key] = Term(kind, self._unknown(name, kind, whole), null)
        if rough:
            self.rough |= {name, f"{name}?"}
        if options:
            self.fact(any_of(term.value == self.constant(option).value for option in options))
        return term

    def _unknown(self, name: str, kind: str, whole: bool) -> Any:
        if kind == "number":
            return self.z3.ToReal(self.z3.Int(name)) if whole else self.z3.Real(name)
        if kind == "boolean":
            return self.z3.Bool(name)
        return self.z3.Int(name) if kind in ("text", "date") else None

    def fact(self, holds: Any) -> None:
        if holds is not True:
            self.facts.append(holds)

    def choose(self, condition: Any, yes: Term, no: Term) -> Term:
        """*yes* where *condition* holds, else *no*."""
        if isinstance(condition, bool):
            return yes if condition else no
        if yes.kind != no.kind:
            if "null" not in (yes.kind, no.kind):
                raise Untranslatable
            kind = no.kind if yes.kind == "null" else yes.kind
        else:
            kind = yes.kind
        value = yes.value if no.kind == "null" else no.value if yes.kind == "null" else None
        if value is None and yes.value is not None and no.value is not None:
            value = self.z3.If(condition, self._raw(yes.value), self._raw(no.value))
        return Term(kind, value, self.if_(condition, yes.null, no.null))

    def if_(self, condition: Any, yes: Any, no: Any) -> Any:
        if yes is no or (isinstance(yes, bool) and yes == no):
            return yes
        return self.z3.If(condition, self._raw(yes), self._raw(no))

    def if_same(self, left: Any, right: Any) -> Any:
        """When two values, neither of them null, are equal."""
        if isinstance(left, bool) and isinstance(right, bool):
            return left == right
        return self._raw(left) == self._raw(right)

    def _raw(self, value: Any) -> Any:
        return self.z3.BoolVal(value) if isinstance(value, bool) else value

    def rounded(self, term: Term, decimals: int | None) -> Term:
        """*term* rounded when it is produced; whichever way a half goes."""
        if term.kind != "number" or decimals is None or self._is_short(term.value, decimals):
            return term
        scale = 10**decimals
        steps = self.z3.FreshInt("r")
        half = self.z3.RealVal("1/2")
        self.fact(all_of((term.value * scale - half <= steps, steps <= term.value * scale + half)))
        return Term("number", self.z3.ToReal(steps) / scale, term.null)

    def _is_short(self, value: Any, decimals: int) -> bool:
        """Whether *value* has no more digits than are kept, whatever comes of it."""
        z3 = self.z3
        if z3.is_rational_value(value):
            return bool((10**decimals) % value.denominator_as_long() == 0)
        if z3.is_app_of(value, z3.Z3_OP_ITE):
            return self._is_short(value.arg(1), decimals) and self._is_short(value.arg(2), decimals)
        return bool(z3.is_app_of(value, z3.Z3_OP_TO_REAL))

    # --- asking -----------------------------------------------------------------------------------------------------

    def case(self, *wanted: Any) -> Answer:
        """A case in which all of *wanted* hold, as the values of what is shown."""
        solver, result = self._solved(wanted)
        if result == self.z3.unsat:
            return Answer(None, True)
        if result == self.z3.unknown:
            return Answer((), False)
        model = solver.model()
        found = tuple((name, self._said(model, term)) for name, term in self.shown.items())
        return Answer(found, not self._names([part for part in wanted if part is not True]) & self.rough)

    def possible(self, *wanted: Any) -> bool:
        """Whether all of *wanted* may hold at once: only where that is certainly not so, it is not."""
        return bool(self._solved(wanted)[1] != self.z3.unsat)

    def _solved(self, wanted: Iterable[Any]) -> tuple[Any, Any]:
        asked = [part for part in (*self.facts, *wanted) if part is not True]
        if any(part is False for part in asked):
            return None, self.z3.unsat
        solver = self.z3.SimpleSolver()
        solver.set("timeout", MILLISECONDS)
        solver.add(*asked)
        return solver, solver.check()

    def _names(self, wanted: Iterable[Any]) -> set[str]:
        """The variables that *wanted* reads, and those that facts bind to them."""
        linked = [(_variables(self.z3, fact)) for fact in self.facts]
        found = set().union(*(_variables(self.z3, part) for part in wanted))
        grown = True
        while grown:
            more = set().union(*(names for names in linked if names & found)) - found
            grown = bool(more)
            found |= more
        return found

    def _said(self, model: Any, term: Term) -> Any:
        if term.null is True or self.z3.is_true(model.eval(self._raw(term.null), model_completion=True)):
            return None
        if isinstance(term.value, bool):
            return term.value
        value = model.eval(term.value, model_completion=True)
        if term.kind == "boolean":
            return bool(self.z3.is_true(value))
        if term.kind == "number":
            return _decimal(Fraction(value.numerator_as_long(), value.denominator_as_long()))
        if term.kind == "date":
            return date.fromordinal(max(1, min(value.as_long(), date.max.toordinal())))
        return next((text for text, number in self._texts.items() if number == value.as_long()), "…")


def world() -> World | None:
    """A world without facts; ``None`` where z3 is not installed."""
    return World() if _z3() else None


def _decimal(fraction: Fraction) -> Decimal:
    return round(Decimal(fraction.numerator) / Decimal(fraction.denominator), 6).normalize()


def _variables(z3: Any, expression: Any) -> set[str]:
    found: set[str] = set()
    seen: set[int] = set()
    waiting = [expression]
    while waiting:
        part = waiting.pop()
        if part.get_id() in seen:
            continue
        seen.add(part.get_id())
        if z3.is_const(part) and part.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            found.add(part.decl().name())
        waiting += part.children()
    return found


# --- and, or, not; over what may already be known ---------------------------------------------------------------------


def all_of(parts: Iterable[Any]) -> Any:
    kept = [part for part in parts if part is not True]
    if any(part is False for part in kept):
        return False
    if len(kept) < 2:
        return kept[0] if kept else True
    return _z3().And(*kept)


def any_of(parts: Iterable[Any]) -> Any:
    kept = [part for part in parts if part is not False]
    if any(part is True for part in kept):
        return True
    if len(kept) < 2:
        return kept[0] if kept else False
    return _z3().Or(*kept)


def none_of(*parts: Any) -> Any:
    kept = any_of(parts)
    return (not kept) if isinstance(kept, bool) else _z3().Not(kept)


def holds(term: Term) -> Any:
    """When *term* is true; null is not."""
    if term.kind == "null":
        return False
    if term.kind != "boolean":
        raise Untranslatable
    return all_of((term.value, none_of(term.null)))


def fails(term: Term) -> Any:
    """When *term* is false; null is not."""
    if term.kind == "null":
        return False
    if term.kind != "boolean":
        raise Untranslatable
    return all_of((none_of(term.value), none_of(term.null)))


def truth(true: Any, false: Any) -> Term:
    """A boolean of which both is known: when it is true and when it is false; else it is null."""
    return Term("boolean", true, none_of(true, false))
