"""One expression, once, against plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from engine.feel.compiler import compile
from engine.feel.parser import parse
from engine.feel.values import Value, kind


class _Known(dict[str, Any]):
    """A name without a value is null."""

    def __missing__(self, name: str) -> None:
        return None


def evaluate(source: str, values: Mapping[str, Any] | None = None) -> Value:
    """The value of the FEEL text *source* where names have the *values* given; a name without one is null.

    Raises ``FeelError`` for what cannot be read or costs too much, ``TypeError`` for a value that FEEL does not have.
    """
    plain = _Known((name, _plain(value)) for name, value in (values or {}).items())
    return compile(parse(source, names=frozenset(_names(plain))))(plain)


def _plain(value: Any) -> Value:
    """*value* with Python's integers as decimals."""
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return Decimal(value) if kind(value) == "number" else value


def _names(value: Any) -> Iterator[str]:
    """The names that stand anywhere in *value*."""
    parts: Iterable[Any] = ()
    if isinstance(value, dict):
        yield from value
        parts = value.values()
    elif isinstance(value, list):
        parts = value
    for part in parts:
        yield from _names(part)
