"""``instance of``: is a value of a type?"""

from __future__ import annotations

from engine.feel.types import Context, FunctionType, ListOf, RangeOf, Type
from engine.feel.values import Function, Range, Value, kind


def is_instance(value: Value, type_: Type) -> bool:
    """Is *value* of *type_*? Null is an instance of ``Null`` only."""
    if value is None:
        return getattr(type_, "name", "") == "null"
    if isinstance(type_, ListOf):
        return isinstance(value, list) and all(is_instance(item, type_.item) for item in value)
    if isinstance(type_, Context):
        return isinstance(value, dict) and all(
            name in value and is_instance(value[name], member) for name, member in type_.members.items()
        )
    if isinstance(type_, RangeOf):
        return isinstance(value, Range) and all(is_instance(end, type_.item) for end in (value.low, value.high))
    if isinstance(type_, FunctionType):
        return isinstance(value, Function) and len(type_.params) == len(value.params)
    name = getattr(type_, "name", "")
    return name == "Any" or kind(value) == name
