"""Any value as the text that FEEL's ``string`` gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from engine.feel import limits, temporal
from engine.feel.errors import FeelError
from engine.feel.values import Meter, Range, kind


def written(value: Any, meter: Meter | None = None) -> str:
    """*value* as text; texts inside lists and contexts are in quotes. Raises ``FeelError`` if it is too long."""
    text = value if isinstance(value, str) else _plain(value, meter or Meter())
    if len(text) > limits.TEXT_LENGTH:
        raise FeelError("X007", 0, 0, limit=limits.TEXT_LENGTH)
    return text


def _plain(value: Any, meter: Meter) -> str:
    meter.spend(1 + len(value) // 100 if isinstance(value, str) else 1)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Decimal | int):
        # A zero has no sign, whatever it was multiplied with.
        return f"{value or abs(value):f}"
    writer = _WRITERS.get(kind(value))
    if writer is not None:
        return writer(value, meter)
    return "function" if kind(value) == "function" else temporal.written(value)


def _quoted(value: str, _meter: Meter) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _list(items: list[Any], meter: Meter) -> str:
    return f"[{_joined(items, meter)}]"


def _joined(items: Iterable[Any], meter: Meter) -> str:
    return ", ".join(_plain(item, meter) for item in items)


def _context(context: dict[str, Any], meter: Meter) -> str:
    members = ", ".join(f"{key}: {_plain(value, meter)}" for key, value in context.items())
    return f"{{{members}}}"


def _range(value: Range, meter: Meter) -> str:
    if value.op:
        return f"({value.op} {_plain(value.low if value.high is None else value.high, meter)})"
    opens, closes = "[" if value.low_closed else "(", "]" if value.high_closed else ")"
    return f"{opens}{_plain(value.low, meter)}..{_plain(value.high, meter)}{closes}"


_WRITERS: dict[str, Callable[[Any, Meter], str]] = {
    "string": _quoted,
    "list": _list,
    "context": _context,
    "range": _range,
}
