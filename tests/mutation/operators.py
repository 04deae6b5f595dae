"""The mistakes an author makes: each operator yields every change of its kind that a definition allows.

A change is a path into the data and what becomes of it there. Where something has to be chosen (another stage, another
role), the choice follows from the path, so that every run makes the same mutants.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from tests.mutation.regions import Region

Path = tuple[str | int, ...]
Key = tuple[str, str]
#: Keys that hold conditions, and those whose parts are read from top to bottom.
CONDITIONS = ("when", "show_if", "required_if", "allow", "formula")
LINES = ("to", "first", "collect", "require", "starts")
_COMPARED = re.compile(r"(?<=[<>=] )(-?\d+(?:\.\d+)?)\b(?!\s*[-+*/])")


@dataclass(frozen=True)
class Mutant:
    """One definition with one mistake."""

    operator: str
    key: Key
    path: Path
    change: str
    data: Any

    @property
    def name(self) -> str:
        return f"{self.operator}: {self.key[1]} {'.'.join(map(str, self.path))}: {self.change}"


def mutants(region: Region) -> Iterator[Mutant]:
    """Every mutant of *region* that every operator yields, in a fixed order."""
    for operator in OPERATORS:
        for key, source in region.sources.items():
            if key[0] != "catalogue":
                for path, change, data in operator(region, key, source.data):
                    yield Mutant(operator.__name__, key, path, change, data)


Change = tuple[Path, str, Any]


def _at(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _with(data: Any, path: Path, make: Callable[[Any, Any], None]) -> Any:
    """A copy of *data* in which *make* was called with the holder of what stands at *path*, and its last step."""
    copy = deepcopy(data)
    make(_at(copy, path[:-1]), path[-1])
    return copy


def _set(value: Any) -> Callable[[Any, Any], None]:
    def make(holder: Any, step: Any) -> None:
        holder[step] = value

    return make


def _del(holder: Any, step: Any) -> None:
    del holder[step]


def _actions(data: Any) -> Iterator[Path]:
    for stage, body in data.get("stages", {}).items():
        for action in body.get("actions", {}):
            yield ("stages", stage, "actions", action)


def _mine(key: Key, region: Region) -> bool:
    return key == ("workflow", region.workflow)


def drop_an_edge(region: Region, key: Key, data: Any) -> Iterator[Change]:
    """An action that moves the case is gone, or one of its routes."""
    if not _mine(key, region):
        return
    for path in _actions(data):
        to = _at(data, path).get("to")
        if to is not None:
            yield path, "removed", _with(data, path, _del)
        if isinstance(to, dict):
            for target in list(to)[:-1]:
                yield (*path, "to", target), "removed", _with(data, (*path, "to", target), _del)


def redirect(region: Region, key: Key, data: Any) -> Iterator[Change]:
    """A route leads to another stage."""
    if not _mine(key, region):
        return
    stages = list(data["stages"])
    for path in _actions(data):
        to = _at(data, path).get("to")
        for target in [to] if isinstance(to, str) else list(to or ()):
            others = [stage for stage in stages if stage != target and (isinstance(to, str) or stage not in to)]
            other = Random(f"{path}{target}").choice(others)
            if isinstance(to, str):
                changed: Any = other
            else:
                changed = {other if name == target else name: condition for name, condition in to.items()}
            yield (*path, "to"), f"{target} → {other}", _with(data, (*path, "to"), _set(changed))


def drop_the_last_branch(region: Region, key: Key, data: Any) -> Iterator[Change]:
    """The last of several lines is gone; of a table the last row."""
    for path, lines in _lines(region, key, data):
        if len(lines) > 1 and path[-1] in ("to", "first", "rows", "weights"):
            last = list(lines)[-1] if isinstance(lines, dict) else len(lines) - 1
            yield (*path, last), "removed", _with(data, (*path, last), _del)


def shift_a_threshold(region: Region, key: Key, data: Any) -> Iterator[Change]:
    """A number that something is compared with is one more, or one less; a setting too."""
    for path, text in _conditions(region, key, data):
        for number, found in enumerate(_COMPARED.finditer(text)):
            by = Random(f"{path}{number}").choice((-1, 1))
            moved = text[: found.start()] + str(Decimal(found.group()) + by) + text[found.end() :]
            yield path, f"{text!r} → {moved!r}", _with(data, path, _set(moved))
    if _mine(key, region):
        for name, value in data.get("parameters", {}).items():
            if re.fullmatch(r"-?\d+(\.\d+)?", value):
                moved = str(Decimal(value) + Random(name).choice((-1, 1)))
                yield ("parameters", name), f"{value} → {moved}", _with(data, ("parameters", name), _set(moved))


def swap_two_rows(region: Region, key: Key, data: Any) -> Iterator[Change]:
    """Two neighbouring rows or lines change places."""
    for path, lines in _lines(region, key, data):
        for first in range(len(lines) - 1):
            copy = deepcopy(data)
            holder = _at(copy, path[:-1])
            order = list(lines)
            if isinstance(lines, dict):
                order[first], order[first + 1] = order[first + 1], order[first]
                if path[-1] in ("require", "starts"):
                    continue  # all of them are told; their order has no meaning
                holder[path[-1]] = {name: lines[name] for name in order}
            else:
                order[first], order[first + 1] = order[first + 1], order[first]
                holder[path[-1]] = order
            yield path, f"{first + 1} ↔ {first + 2}", copy


def rename_a_field(region: Region, key: Key, data: Any) -> Iterator[Change]:
    """A field or a column has another id."""
    if key[0] == "form":
        for name, body in data.get("fields", {}).items():
            yield from _renamed(data, ("fields",), name)
            for column in body.get("columns", {}):
                yield from _renamed(data, ("fields", name, "columns"), column)


def _renamed(data: Any, path: Path, name: str) -> Iterator[Change]:
    if _at(data, (*path, name)).get("type") in ("info", "section"):
        return
    copy = deepcopy(data)
    holder = _at(copy, path[:-1])
    holder[path[-1]] = {f"{key}_x" if key == name else key: body for key, body in holder[path[-1]].items()}
    yield (*path, name), "renamed", copy


def change_an_actor(region: Region, key: Key, data: Any) -> Iterator[Change]:
    """Somebody else works at a stage, does a task or takes an action."""
    if not _mine(key, region):
        return
    roles = sorted(region.process.words.roles)
    for path in _actors(data):
        actor = _at(data, path)
        for number, role in enumerate([actor] if isinstance(actor, str) else actor):
            taken = {actor} if isinstance(actor, str) else set(actor)
            other = Random(f"{path}{role}").choice([name for name in roles if name not in taken])
            changed = other if isinstance(actor, str) else [other if i == number else r for i, r in enumerate(actor)]
            yield path, f"{role} → {other}", _with(data, path, _set(changed))


def _actors(data: Any) -> Iterator[Path]:
    for group in ("stages", "collections"):
        for name, body in data.get(group, {}).items():
            inner = [("tasks", task) for task in body.get("tasks", {})] + [
                ("actions", a) for a in body.get("actions", {})
            ]
            for steps in [(), *inner]:
                path = (group, name, *steps)
                if "actor" in _at(data, path):
                    yield (*path, "actor")


def _lines(region: Region, key: Key, data: Any) -> Iterator[tuple[Path, Any]]:
    """Everything that is read from top to bottom, in what this region uses."""
    for path, name, part in _walk(data, ()):
        if not _in_use(region, key, path):
            continue
        kind = dict if name in LINES else list if name in ("rows", "weights") else ()
        if isinstance(part, kind):
            yield path, part


def _conditions(region: Region, key: Key, data: Any) -> Iterator[tuple[Path, str]]:
    for path, name, part in _walk(data, ()):
        if not isinstance(part, str) or not _in_use(region, key, path):
            continue
        is_cell = path[0] == "tables" and "rows" in path and path[-1] != len(_at(data, path[:-1])) - 1
        if is_cell or name in CONDITIONS or (len(path) > 1 and path[-2] in LINES):
            yield path, part


def _in_use(region: Region, key: Key, path: Path) -> bool:
    """Of a vocabulary only what this process calls: the rest is another region's."""
    if key[0] == "workflow":
        return _mine(key, region)
    if key[0] == "vocabulary":
        return len(path) > 1 and path[0] in ("tables", "functions") and path[1] in region.used
    return True


def _walk(part: Any, path: Path) -> Iterator[tuple[Path, Any, Any]]:
    items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for step, inner in items:
        yield (*path, step), step, inner
        yield from _walk(inner, (*path, step))


OPERATORS = (
    drop_an_edge,
    redirect,
    drop_the_last_branch,
    shift_a_threshold,
    swap_two_rows,
    rename_a_field,
    change_an_actor,
)
