"""What the declared signatures of the built-in functions mean for types."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.feel.builtins.registry import Builtin, Parameter
from engine.feel.types import ANY, DAYS_TIME, NULL, NUMBER, TEXT, YEARS_MONTHS, Context, ListOf, Type, join


def fits(declared: Builtin, arguments: Sequence[Type], names: Sequence[str]) -> list[tuple[int, Parameter]]:
    """The arguments that cannot fit, each by its position and the parameter it was meant for."""
    wrong = []
    for at, found in enumerate(arguments):
        param = _parameter(declared, at, names)
        if not _fits(param, found, alone=len(arguments) == len(declared.params)):
            wrong.append((at, param))
    return wrong


def _parameter(declared: Builtin, at: int, names: Sequence[str]) -> Parameter:
    if names:
        return next(param for param in declared.params if param.name == names[at])
    return declared.params[min(at, len(declared.params) - 1)]


def _fits(param: Parameter, found: Type, *, alone: bool) -> bool:
    return any(_takes(wanted, found, param, alone=alone) for wanted in param.takes)


def _takes(wanted: Type, found: Type, param: Parameter, *, alone: bool) -> bool:
    if not isinstance(wanted, ListOf):
        return wanted.accepts(found)
    if param.each or (param.many and not alone):
        return wanted.item.accepts(found)
    return wanted.accepts(found) or (not isinstance(found, ListOf) and wanted.item.accepts(found))


def result(declared: Builtin, arguments: Sequence[Type]) -> Type:
    """The type of a call with arguments of these types."""
    narrower = _NARROWER.get(declared.name)
    return narrower(arguments) if narrower else declared.result


def _element(arguments: Sequence[Type]) -> Type:
    """The type of the elements of one list, or of the arguments themselves."""
    if len(arguments) == 1 and isinstance(arguments[0], ListOf):
        return arguments[0].item
    found: Type = NULL
    for argument in arguments:
        found = join(found, argument)
    return found


def _as_list(type_: Type) -> ListOf:
    return type_ if isinstance(type_, ListOf) else ListOf(type_)


def _same_list(arguments: Sequence[Type]) -> Type:
    return _as_list(arguments[0])


def _all_lists(arguments: Sequence[Type]) -> Type:
    found: Type = NULL
    for argument in arguments:
        found = join(found, _as_list(argument).item)
    return ListOf(found)


def _flat(arguments: Sequence[Type]) -> Type:
    item: Type = _as_list(arguments[0])
    while isinstance(item, ListOf):
        item = item.item
    return ListOf(item)


def _total(arguments: Sequence[Type]) -> Type:
    found = _element(arguments)
    return found if found in (DAYS_TIME, YEARS_MONTHS) else NUMBER


_NARROWER: dict[str, Callable[[Sequence[Type]], Type]] = {
    "min": _element,
    "max": _element,
    "sum": _total,
    "sublist": _same_list,
    "reverse": _same_list,
    "remove": _same_list,
    "sort": _same_list,
    "distinct values": _same_list,
    "duplicate values": _same_list,
    "append": lambda arguments: _appended(arguments),
    "insert before": lambda arguments: _appended([arguments[0], arguments[-1]]),
    "list replace": lambda arguments: _appended([arguments[0], arguments[-1]]),
    "concatenate": _all_lists,
    "union": _all_lists,
    "flatten": _flat,
    "get entries": lambda _arguments: ListOf(Context({"key": TEXT, "value": ANY})),
}


def _appended(arguments: Sequence[Type]) -> Type:
    first = _as_list(arguments[0])
    return ListOf(join(first.item, _element(list(arguments[1:]))))
