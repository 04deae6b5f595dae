"""Built-in functions of contexts, and of truth."""

from __future__ import annotations

from typing import Any

from engine.feel.builtins.registry import builtin
from engine.feel.values import kind, negated


@builtin("not(negand: boolean) -> boolean")
def not_(negand: bool) -> bool | None:
    return negated(negand)


@builtin("is(value1: any~, value2: any~) -> boolean")
def is_(one: Any, other: Any) -> bool:
    """The same value of the same type, for times in the same zone as well."""
    if kind(one) != kind(other) or one is None or other is None:
        return one is other
    if kind(one) in ("time", "date and time"):
        return bool(one.replace(tzinfo=None) == other.replace(tzinfo=None) and one.tzinfo == other.tzinfo)
    return bool(one == other)


@builtin("get value(m: context, key: text) -> any")
def get_value(context: dict[str, Any], key: str) -> Any:
    return context.get(key)


@builtin("get entries(m: context) -> list")
def get_entries(context: dict[str, Any]) -> list[Any]:
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context(entries: list) -> context")
def context(entries: list[Any]) -> dict[str, Any] | None:
    """The context of *entries*, each with a key and a value; null if one has not, or if a key stands twice."""
    if not all(isinstance(entry, dict) and {"key", "value"} <= entry.keys() for entry in entries):
        return None
    made = {entry["key"]: entry["value"] for entry in entries}
    return made if len(made) == len(entries) and all(isinstance(key, str) for key in made) else None


@builtin("context put(context: context, key: text, value: any~) -> context")
@builtin("context put(context: context, keys: texts, value: any~) -> context")
def context_put(context: dict[str, Any], key: str | list[Any], value: Any) -> dict[str, Any] | None:
    """*context* with *value* at *key*, or at the path that a list of keys is."""
    first, *rest = (key or [None]) if isinstance(key, list) else [key]
    if not isinstance(first, str):
        return None
    if not rest:
        return {**context, first: value}
    inner = context.get(first)
    changed = context_put(inner, rest, value) if isinstance(inner, dict) else None
    return None if changed is None else {**context, first: changed}


@builtin("context merge(contexts: list) -> context")
def context_merge(contexts: list[Any]) -> dict[str, Any] | None:
    """All members of *contexts*; of the same name the last."""
    if not all(isinstance(one, dict) for one in contexts):
        return None
    return {key: value for one in contexts for key, value in one.items()}
