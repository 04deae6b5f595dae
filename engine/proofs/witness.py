"""A case that shows what is wrong, in the words of the definition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

_SAID = {True: ("ya", "yes"), False: ("tidak", "no"), None: ("kosong", "empty")}
_ANY = ("setiap berkas", "any case")
_AND = ("dan", "and")


@dataclass(frozen=True, slots=True)
class Witness:
    """Names and what they are: ``nilai = 75 dan ide_baru = tidak``."""

    values: tuple[tuple[str, Any], ...]

    def text(self, language: str = "id") -> str:
        parts = [f"{name} = {said(value, language)}" for name, value in self.values]
        return listed(parts, language) if parts else _ANY[language == "en"]

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True, slots=True)
class Names:
    """Several names in a sentence: ``a, b dan c``."""

    names: tuple[str, ...]

    def text(self, language: str = "id") -> str:
        return listed(self.names, language)

    def __str__(self) -> str:
        return self.text()


def listed(parts: Iterable[str], language: str) -> str:
    """*parts* in a sentence."""
    *most, last = parts
    return f"{', '.join(most)} {_AND[language == 'en']} {last}" if most else last


def said(value: Any, language: str = "id") -> str:
    """*value* as a definition writes it; yes, no and null in words."""
    if value is None or isinstance(value, bool):
        return _SAID[value][language == "en"]
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value == value.to_integral_value() else f"{value:f}".rstrip("0")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
