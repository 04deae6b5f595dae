"""How a built-in function is declared: one signature, read by the compiler, by the checker of types and by people.

``@builtin("substring(string: text, start position: number, length: number?) -> text")`` promises the function below it
values that fit: an argument that does not fit makes the call null before the function is asked. ``?`` marks what may be
left out, ``*`` a parameter that takes one list or any number of values, ``+`` one that takes any
number of values as they are, ``~`` one for which null is a value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from engine.feel import types
from engine.feel.types import ANY, Context, FunctionType, ListOf, RangeOf, Type
from engine.feel.values import Function, Range, Value, YearsMonths

Run = Callable[..., Value]
_Declared = TypeVar("_Declared", bound=Run)


class _NoFit:
    """Stands for an argument that does not fit its parameter."""


NO_FIT = _NoFit()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name, the types it takes, and whether it may be left out, be null or be many."""

    name: str
    takes: tuple[Type, ...]
    python: tuple[type, ...]
    optional: bool = False
    null: bool = False
    many: bool = False
    each: bool = False

    def fit(self, value: Value) -> Value:
        """*value* as the function wants it, or ``NO_FIT``. A list of one element stands for the element."""
        if value is None:
            return None if self.null else NO_FIT
        kind = type(value)
        if kind in self.python or not self.python:
            return value
        if list in self.python:
            return [value]
        if kind is int and Decimal in self.python:
            return Decimal(value)
        if isinstance(value, list) and len(value) == 1:
            return self.fit(value[0])
        return value if isinstance(value, self.python) and kind is not bool else NO_FIT


@dataclass(frozen=True, slots=True)
class Builtin:
    """One way to call a built-in function. ``metered`` ones take the evaluation's ``Meter`` first."""

    name: str
    params: tuple[Parameter, ...]
    result: Type
    run: Run
    metered: bool = False

    @property
    def many(self) -> bool:
        """Does it take one list or any number of values?"""
        return bool(self.params) and (self.params[-1].many or self.params[-1].each)

    @property
    def arity(self) -> tuple[int, int | None]:
        """Fewest and most arguments; None for any number."""
        least = sum(1 for param in self.params if not param.optional)
        return least, None if self.many else len(self.params)

    def takes(self, count: int, names: Sequence[str] = ()) -> bool:
        """Can it be called with that many arguments, or with arguments of those *names*?"""
        if names:
            known = {param.name for param in self.params}
            wanted = {param.name for param in self.params if not param.optional}
            return wanted <= set(names) <= known and len(set(names)) == len(names)
        least, most = self.arity
        return count >= least and (most is None or count <= most)


BUILTINS: dict[str, list[Builtin]] = {}

_TAKES: dict[str, tuple[Type, tuple[type, ...]]] = {
    "number": (types.NUMBER, (Decimal,)),
    "text": (types.TEXT, (str,)),
    "boolean": (types.BOOLEAN, (bool,)),
    "date": (types.DATE, (date,)),
    "time": (types.TIME, (time,)),
    "moment": (types.DATE_TIME, (datetime,)),
    "days": (types.DAYS_TIME, (timedelta,)),
    "months": (types.YEARS_MONTHS, (YearsMonths,)),
    "list": (ListOf(ANY), (list,)),
    "numbers": (ListOf(types.NUMBER), (list,)),
    "spans of days": (ListOf(types.DAYS_TIME), (list,)),
    "spans of months": (ListOf(types.YEARS_MONTHS), (list,)),
    "texts": (ListOf(types.TEXT), (list,)),
    "booleans": (ListOf(types.BOOLEAN), (list,)),
    "context": (Context(open=True), (dict,)),
    "range": (RangeOf(ANY), (Range,)),
    "function": (FunctionType(), (Function,)),
    "any": (ANY, ()),
}


def builtin(signature: str, *, metered: bool = False) -> Callable[[_Declared], _Declared]:
    """Declare the function below as the built-in of that *signature*; several signatures may share a name."""
    name, _, rest = signature.partition("(")
    inside, _, result = rest.partition(") -> ")
    params = tuple(_parameter(text) for text in inside.split(", ") if text)

    def register(run: _Declared) -> _Declared:
        declared = Builtin(name, params, _TAKES[result][0], run, metered)
        BUILTINS.setdefault(name, []).append(declared)
        return run

    return register


def _parameter(text: str) -> Parameter:
    name, _, takes = text.partition(": ")
    plain = takes.rstrip("?*~+")
    pairs = [_TAKES[part] for part in plain.split("|")]
    return Parameter(
        name,
        tuple(type_ for type_, _ in pairs),
        tuple(kind for _, kinds in pairs for kind in kinds),
        optional="?" in takes,
        null="~" in takes,
        many="*" in takes,
        each="+" in takes,
    )


def call(declared: Builtin, arguments: list[Any], meter: Any) -> Value:
    """The value of *declared* for *arguments*, which stand in the order of its parameters; null if one does not fit."""
    if declared.many:
        arguments = gathered(declared, arguments)
    fitted = []
    for param, value in zip(declared.params, arguments, strict=False):
        fit = value if type(value) in param.python else param.fit(value)
        if fit is NO_FIT:
            return None
        fitted.append(fit)
    return declared.run(meter, *fitted) if declared.metered else declared.run(*fitted)


def gathered(declared: Builtin, arguments: list[Any]) -> list[Any]:
    """*arguments* with those of the last parameter put into one list, unless they are one list already."""
    first = len(declared.params) - 1
    rest = arguments[first:]
    if declared.params[-1].many and len(rest) == 1 and (isinstance(rest[0], list) or rest[0] is None):
        return arguments
    return [*arguments[:first], rest]
