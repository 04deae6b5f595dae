"""The built-in functions of FEEL, by family. Importing a family declares its functions."""

from __future__ import annotations

from engine.feel.builtins import contexts, dates, lists, numbers, ranges, texts
from engine.feel.builtins.registry import BUILTINS, Builtin, Parameter, call

NAMES = tuple(BUILTINS)

__all__ = [
    "BUILTINS", "NAMES", "Builtin", "Parameter", "call", "contexts", "dates", "lists", "numbers", "ranges", "texts",
]  # fmt: skip
