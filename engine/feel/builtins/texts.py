"""Built-in functions of texts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from engine.feel import limits, regex
from engine.feel.builtins.registry import builtin
from engine.feel.errors import FeelError
from engine.feel.values import Meter
from engine.feel.written import written


def _within(text: str) -> str:
    if len(text) > limits.TEXT_LENGTH:
        raise FeelError("X007", 0, 0, limit=limits.TEXT_LENGTH)
    return text


@builtin("string(from: any~) -> text", metered=True)
def string(meter: Meter, value: Any) -> str | None:
    return None if value is None else written(value, meter)


@builtin("string length(string: text) -> number")
def string_length(text: str) -> Decimal:
    return Decimal(len(text))


@builtin("substring(string: text, start position: number, length: number?) -> text")
def substring(text: str, position: Decimal, length: Decimal | None = None) -> str | None:
    first = int(position)
    if first == 0 or (length is not None and length < 1):
        return None
    begin = first - 1 if first > 0 else max(0, len(text) + first)
    return text[begin:] if length is None else text[begin : begin + min(int(length), limits.TEXT_LENGTH)]


@builtin("upper case(string: text) -> text")
def upper_case(text: str) -> str:
    return text.upper()


@builtin("lower case(string: text) -> text")
def lower_case(text: str) -> str:
    return text.lower()


@builtin("substring before(string: text, match: text) -> text")
def substring_before(text: str, match: str) -> str:
    head, found, _ = text.partition(match) if match else ("", "", "")
    return head if found else ""


@builtin("substring after(string: text, match: text) -> text")
def substring_after(text: str, match: str) -> str:
    return text.partition(match)[2] if match else text


@builtin("contains(string: text, match: text) -> boolean")
def contains(text: str, match: str) -> bool:
    return match in text


@builtin("starts with(string: text, match: text) -> boolean")
def starts_with(text: str, match: str) -> bool:
    return text.startswith(match)


@builtin("ends with(string: text, match: text) -> boolean")
def ends_with(text: str, match: str) -> bool:
    return text.endswith(match)


@builtin("string join(list: texts, delimiter: text?~) -> text")
def string_join(items: list[Any], delimiter: str | None = None) -> str | None:
    if any(not isinstance(item, str) for item in items if item is not None):
        return None
    if sum(len(item or "") for item in items) + len(items) * len(delimiter or "") > limits.TEXT_LENGTH:
        raise FeelError("X007", 0, 0, limit=limits.TEXT_LENGTH)
    return (delimiter or "").join(item for item in items if item is not None)


@builtin("matches(input: text, pattern: text, flags: text?~) -> boolean", metered=True)
def matches(meter: Meter, text: str, pattern: str, flags: str | None = None) -> bool | None:
    compiled = regex.compile(pattern, flags or "")
    return None if compiled is None else next(compiled.search(text, meter), None) is not None


@builtin("replace(input: text, pattern: text, replacement: text, flags: text?~) -> text", metered=True)
def replace(meter: Meter, text: str, pattern: str, replacement: str, flags: str | None = None) -> str | None:
    compiled = regex.compile(pattern, flags or "")
    if compiled is None or regex.template(replacement) is None:
        return None
    return _within(compiled.replace(text, replacement, meter))


@builtin("split(string: text, delimiter: text) -> texts", metered=True)
def split(meter: Meter, text: str, delimiter: str) -> list[str] | None:
    compiled = regex.compile(delimiter, "")
    return None if compiled is None else compiled.split(text, meter)
