"""FEEL, the expression language of OMG DMN 1.5: parsed, checked, compiled and explained.

Imports nothing of the rest of the engine and could stand alone. Nothing in here executes code, reads a file or a clock.
"""

from __future__ import annotations

from engine.feel import rangetext  # declares the function range
from engine.feel.compiler import compile
from engine.feel.errors import TEXTS, FeelError, Finding, NotSupported
from engine.feel.evaluation import evaluate
from engine.feel.infer import infer
from engine.feel.jsonast import to_json, value_to_json
from engine.feel.nodes import Expression
from engine.feel.parser import parse, parse_tests
from engine.feel.portable import BUILTINS as PORTABLE
from engine.feel.portable import portable
from engine.feel.reading import reads
from engine.feel.trace import Trace, explain
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
)
from engine.feel.values import Function, Range, YearsMonths
from engine.feel.written import written

__all__ = [
    "ANY", "BOOLEAN", "DATE", "DATE_TIME", "DAYS_TIME", "NULL", "NUMBER", "PORTABLE", "TEXT", "TEXTS", "TIME",
    "YEARS_MONTHS",
    "Codes", "Context", "Expression", "FeelError", "Finding", "Function", "FunctionType", "ListOf", "NotSupported",
    "Range", "RangeOf", "Trace", "Type", "YearsMonths",
    "compile", "evaluate", "explain", "infer", "parse", "parse_tests", "portable", "rangetext", "reads", "to_json",
    "value_to_json", "written",
]  # fmt: skip
