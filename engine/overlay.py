"""Overlays: a definition that says only what differs from its base, made whole.

The merging is typed: what a part of the model is decides how two of them become one. Maps by id are merged deeply;
scalars, lists and lines whose order has a meaning are replaced. Every node of the result keeps the place of the file
it was taken from, so that all later checks point there.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, is_dataclass
from typing import Any

from engine.errors import Place, Problem
from engine.kinds import Field
from engine.model import Action, Form, Value, WeightsTerm, Workflow
from engine.order import ordered
from engine.shape import Family, keys_of, nearest, pruned
from engine.source import Merged, Source, Steps
from engine.terms import Clauses, ToldTerm

#: What can be laid over another of its kind.
KINDS: dict[str, type[Any]] = {"workflow": Workflow, "form": Form}

#: What a definition says of itself; it can be neither removed nor locked.
OWN = (*KINDS, "extends", "remove", "locked")

#: Lines of which the first that holds is taken: half of the one and half of the other would mean neither.
IN_ORDER = ("to", "first", "variants")

#: Where a field without another before it goes.
START = "start"

_VALUE_KINDS = tuple(key.name for key in keys_of(Value) if key.attribute in Value.KINDS)
_WITH_FOR = ("columns", "when")


@dataclass(kw_only=True)
class Overlaid:
    """The definitions, each whole. ``left_out`` are those that could not be made whole, which is reported."""

    sources: list[Source] = field(default_factory=list)
    left_out: list[Source] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    #: Names of parts that were left out: what refers to them is not reported again.
    lost: set[str] = field(default_factory=set)


def overlaid(sources: Iterable[Source], lost: Iterable[str] = ()) -> Overlaid:
    """*sources* in their order, each overlay merged with its base.

    *lost* are the ids of definitions that could not be read: an overlay of one is left out without a word.
    """
    found = Overlaid()
    some = list(sources)
    known: dict[tuple[str, str], Source] = {}
    for source in some:
        if (key := _key(source)) is not None:
            known.setdefault(key, source)
    done = _Done(known, set(lost), found)
    done.report_circles()
    for source in some:
        whole = done.whole(source)
        if whole is None:
            found.left_out.append(source)
        else:
            found.sources.append(whole)
            _check_locks(whole, found.problems)
    return found


def _key(source: Source) -> tuple[str, str] | None:
    kind = next(iter(source.data), "")
    name = source.data.get(kind)
    return (kind, name) if kind in KINDS and isinstance(name, str) else None


class _Done:
    """Overlays made whole, each once, its base before it."""

    def __init__(self, known: Mapping[tuple[str, str], Source], lost: set[str], found: Overlaid) -> None:
        self.known = known
        self.lost = lost
        self.found = found
        self._whole: dict[int, Source | None] = {}

    def report_circles(self) -> None:
        bases = {key: [base] if (base := self._base(source)) else [] for key, source in self.known.items()}
        names = {f"{kind} {name}": [f"{kind} {other}" for _, other in bases[kind, name]] for kind, name in bases}
        for circle in ordered(names, names)[1]:
            kind, first = circle[0].split(" ")
            source = self.known[kind, first]
            self._report(source, ("extends",), "L002", names=" -> ".join(name.split(" ")[1] for name in circle))
            for name in circle:
                self._whole[id(self.known[kind, name.split(" ")[1]])] = None

    def _base(self, source: Source) -> tuple[str, str] | None:
        """The key of what *source* builds upon, if that is there."""
        key = _key(source)
        base = source.data.get("extends")
        found = (key[0], base) if key and isinstance(base, str) else None
        return found if found in self.known else None

    def whole(self, source: Source) -> Source | None:
        """*source* merged with its base, or as it is if it has none; ``None`` if that cannot be done."""
        if id(source) not in self._whole:
            self._whole[id(source)] = self._made(source)
        return self._whole[id(source)]

    def _made(self, source: Source) -> Source | None:
        key = _key(source)
        if key is None or "extends" not in source.data:
            if key and "remove" in source.data:
                self.found.problems.append(Problem(source.key_place(("remove",)), "L007", {"key": "remove"}))
            return source
        name = source.data["extends"]
        if not isinstance(name, str):
            self._report(source, ("extends",), "D003string", of="extends")
            return None
        below = self._base(source)
        if below is None:
            if name not in self.lost:
                others = [other for kind, other in self.known if kind == key[0] and other != key[1]]
                self._report(
                    source, ("extends",), "L001", name=name, known=", ".join(others), maybe_id=nearest(name, others)
                )
            return None
        base = self.whole(self.known[below])
        return _Merging(KINDS[key[0]], base, source, self.found).result() if base else None

    def _report(self, source: Source, path: Steps, code: str, **params: Any) -> None:
        self.found.problems.append(Problem(source.place(path), code, params))


# --- two become one ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Part:
    """A node and where it was taken from."""

    data: Any
    source: Source
    path: Steps = ()

    def children(self, annotation: Any) -> dict[str, _Part] | None:
        """What is in it by key; a scalar that stands for a record is its main key. ``None`` for other scalars."""
        if isinstance(self.data, dict):
            return {name: _Part(data, self.source, (*self.path, name)) for name, data in self.data.items()}
        if isinstance(self.data, str) and _is_record(annotation):
            return {key.name: self for key in keys_of(annotation) if key.main} or None
        return None


class _Merging:
    """One overlay laid over its base."""

    def __init__(self, model: type[Any], base: Source, above: Source, found: Overlaid) -> None:
        self.model = model
        self.base = base
        self.above = above
        self.found = found
        self.origins: dict[Steps, tuple[Source, Steps]] = {}
        self.placed: set[Steps] = set(base.placed)

    def result(self) -> Source:
        removed = self._removed()
        left = _Part(pruned(self.base.data, list(removed)), self.base)
        data = self._merged(self.model, left, _Part(self.above.data, self.above), ())
        data = self._with_locks(data)
        if isinstance(data.get("stages"), dict):
            data["stages"] = _in_flow_order(data["stages"], _keys(self.base.data, "stages"))
        merged = Merged(self.above, self.base, data, self.origins)
        merged.placed = frozenset(self.placed)
        names = {str(path[-1]): place for path, place in removed.items()}
        merged.removed = {**self.base.removed, **names}
        self._check_untouched(merged, removed)
        return merged

    def _report(self, place: Place, code: str, **params: Any) -> None:
        self.found.problems.append(Problem(place, code, {"base": _id(self.base), **params}))

    # --- what is taken out ---

    def _removed(self) -> dict[Steps, Place]:
        """The paths that the overlay takes out of its base, and where it says so."""
        removed: dict[Steps, Place] = {}
        for index, text in _texts(self.above.data.get("remove")):
            place = self.above.place(("remove", index))
            path, among = _path_to(self.base.data, text)
            if path is None:
                self._report(place, "L003", path=text, **among)
            else:
                removed[path] = place
        return removed

    # --- what is laid over ---

    def _merged(self, annotation: Any, below: _Part, above: _Part, path: Steps) -> Any:
        record = _record_of(annotation, below.data, above.data)
        lower, upper = below.children(record), above.children(record)
        inner = _inner(record)
        if lower is None or upper is None or inner is None:
            return self._taken(above, path)
        if _is_record(record):
            lower = _without_other_kind(record, lower, upper)
        self.origins[path] = (above.source, above.path)
        merged: dict[str, Any] = {}
        for name in (*lower, *(name for name in upper if name not in lower)):
            step = (*path, name)
            if name not in upper:
                merged[name] = self._taken(lower[name], step)
            elif name not in lower:
                if _is_record(record) or self._is_whole(inner(name), upper[name], lower):
                    merged[name] = self._taken(upper[name], step)
            elif _is_record(record) and name in IN_ORDER:
                merged[name] = self._taken(upper[name], step)
            else:
                merged[name] = self._merged(inner(name), lower[name], upper[name], step)
        return self._placed(merged, lower, upper, path) if _inner_is_field(record) else merged

    def _taken(self, part: _Part, path: Steps) -> Any:
        self.origins[path] = (part.source, part.path)
        return part.data

    def _is_whole(self, annotation: Any, part: _Part, others: Mapping[str, Any]) -> bool:
        """Whether a part that the base does not have says all that a new part must say; reported if not.

        What is not whole was meant to change something, and the id is wrong.
        """
        missing = _missing(annotation, part)
        if missing:
            name = str(part.path[-1])
            params = {"known": ", ".join(others), "maybe_id": nearest(name, list(others))}
            self._report(part.source.key_place(part.path), "L004", name=name, missing=", ".join(missing), **params)
            self.found.lost |= {name, *_all_names(part.data)}
        return not missing

    # --- where new fields go ---

    def _placed(
        self, merged: dict[str, Any], lower: Mapping[str, Any], upper: Mapping[str, _Part], path: Steps
    ) -> dict[str, Any]:
        """The fields, those with ``after`` behind the field that it names."""
        moved = {name: after for name in merged if name in upper and (after := _after(upper[name]))}
        self.placed |= {(*path, name) for name in moved}
        behind: dict[str, list[str]] = {}
        for name, after in moved.items():
            behind.setdefault(after, []).append(name)
        order: list[str] = []
        waiting = [*reversed([*behind.get(START, ()), *(name for name in merged if name not in moved)])]
        while waiting:
            name = waiting.pop()
            order.append(name)
            waiting += reversed(behind.get(name, ()))
        for name in moved:
            if name not in order and (moved[name] not in moved or moved[name] in self._circle(moved, name)):
                place = upper[name].source.place((*upper[name].path, "after"))
                known = [START, *order]
                maybe = nearest(moved[name], known)
                self._report(place, "L008", name=moved[name], known=", ".join(known), maybe_id=maybe)
        return {name: merged[name] for name in (*order, *(name for name in moved if name not in order))}

    @staticmethod
    def _circle(moved: Mapping[str, str], name: str) -> set[str]:
        seen: set[str] = set()
        while name in moved and name not in seen:
            seen.add(name)
            name = moved[name]
        return seen if name in seen else set()

    # --- what may not be touched ---

    def _with_locks(self, data: dict[str, Any]) -> dict[str, Any]:
        """A lock of the base stays, whatever the overlay locks besides."""
        below, above = self.base.data.get("locked"), self.above.data.get("locked")
        if not isinstance(below, list) or not isinstance(above, list | None):
            return data
        locked = [_Part(text, self.base, ("locked", index)) for index, text in enumerate(below)]
        locked += [_Part(text, self.above, ("locked", index)) for index, text in enumerate(above or ())]
        return {**data, "locked": [self._taken(part, ("locked", index)) for index, part in enumerate(locked)]}

    def _check_untouched(self, merged: Source, removed: Mapping[Steps, Place]) -> None:
        for index, text in _texts(self.base.data.get("locked")):
            path, _ = _path_to(self.base.data, text)
            if path is None:
                continue
            if _at(self.above.data, path) is None and _at(merged.data, path) == _at(self.base.data, path):
                continue
            taken = next((place for out, place in removed.items() if _overlap(out, path)), None)
            place = taken or self.above.key_place(path)
            self._report(place, "L005", path=text, other=str(self.base.place(("locked", index))))


def _check_locks(source: Source, problems: list[Problem]) -> None:
    """Each locked path is there."""
    for index, text in _texts(source.data.get("locked")):
        path, among = _path_to(source.data, text)
        place = source.place(("locked", index))
        if path is None and place.file == source.file:
            problems.append(Problem(place, "L006", {"path": text, **among}))


# --- the model, as merging asks it ------------------------------------------------------------------------------------


def _is_record(annotation: Any) -> bool:
    return is_dataclass(annotation) and not hasattr(annotation, "schema")


def _bare(annotation: Any) -> Any:
    """*annotation* without ``| None``, and the term instead of what it makes."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return arguments[1]
    if origin in (typing.Union, types.UnionType):
        return _bare(next(a for a in arguments if a is not type(None)))
    return annotation


def _record_of(annotation: Any, below: Any, above: Any) -> Any:
    """What stands here; of a family, the member that the overlay names, else that of the base."""
    bare = _bare(annotation)
    if not (isinstance(bare, type) and issubclass(bare, Family) and not bare.kind):
        return bare
    kinds = [part["type"] for part in (above, below) if isinstance(part, dict) and "type" in part]
    return bare.kinds.get(kinds[0]) if kinds and isinstance(kinds[0], str) else None


def _inner(record: Any) -> Any:
    """How the annotation of what stands at a key is found; ``None`` where the whole is replaced."""
    if typing.get_origin(record) is dict:
        return lambda name: typing.get_args(record)[1]
    if _is_record(record):
        known = {key.name: key.annotation for key in keys_of(record)}
        return known.get
    return (lambda name: None) if record in (Clauses, WeightsTerm, ToldTerm) else None


def _inner_is_field(record: Any) -> bool:
    return typing.get_origin(record) is dict and typing.get_args(record)[1] is Field


def _without_other_kind(record: Any, lower: dict[str, _Part], upper: Mapping[str, _Part]) -> dict[str, _Part]:
    """What of the base remains beside the overlay's: a value of another kind, or a field of another type, does not."""
    if record is Value and (kinds := set(upper) & set(_VALUE_KINDS)):
        gone = set(_VALUE_KINDS) - kinds
        return {name: part for name, part in lower.items() if name not in gone | _with_for(gone)}
    if issubclass(record, Field):
        known = {"type", *(key.name for key in keys_of(record))}
        other = "type" in upper and "type" in lower and upper["type"].data != lower["type"].data
        return {name: part for name, part in lower.items() if name in known} if other else lower
    return lower


def _with_for(gone: set[str]) -> set[str]:
    return set(_WITH_FOR) if "for" in gone else set()


def _missing(annotation: Any, part: _Part) -> list[str]:
    """What a new part must say and does not."""
    record = _bare(annotation)
    if isinstance(record, type) and issubclass(record, Family) and not record.kind:
        return ["type"] if isinstance(part.data, dict) and "type" not in part.data else []
    given = part.children(record)
    if given is None or not _is_record(record):
        return []
    missing = [key.name for key in keys_of(record) if key.required and key.name not in given]
    if record is Value and not set(given) & set(_VALUE_KINDS):
        missing.append("formula")
    if record is Action and not {"title", "auto"} & set(given):
        missing.append("title")
    return missing


# --- paths ------------------------------------------------------------------------------------------------------------


def _path_to(data: Mapping[str, Any], text: str) -> tuple[Steps | None, dict[str, Any]]:
    """The path that *text* writes with dots, else what there is where it stops."""
    path: list[str] = []
    here: Any = {name: part for name, part in data.items() if name not in OWN}
    rest = text
    while True:
        if not isinstance(here, dict):
            return None, {"known": ".".join(path), "maybe_id": None}
        if rest in here:
            return (*path, rest), {}
        step = max((name for name in here if rest.startswith(f"{name}.")), key=len, default=None)
        if step is None:
            known = [".".join((*path, name)) for name in here]
            return None, {"known": ", ".join(known), "maybe_id": nearest(text, known)}
        path.append(step)
        here, rest = here[step], rest.removeprefix(f"{step}.")


def _at(data: Any, path: Steps) -> Any:
    for step in path:
        data = data.get(step) if isinstance(data, dict) else None
    return data


def _overlap(one: Steps, other: Steps) -> bool:
    short = min(len(one), len(other))
    return one[:short] == other[:short]


def _texts(data: Any) -> Iterator[tuple[int, str]]:
    """The texts of a list, with their index; nothing where something else stands."""
    if isinstance(data, list):
        yield from ((index, text) for index, text in enumerate(data) if isinstance(text, str))


def _keys(data: Mapping[str, Any], name: str) -> list[str]:
    found = data.get(name)
    return list(found) if isinstance(found, dict) else []


def _after(part: _Part) -> str:
    after = part.data.get("after") if isinstance(part.data, dict) else ""
    return after if isinstance(after, str) else ""


def _id(source: Source) -> str:
    return str(next(iter(source.data.values())))


def _all_names(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for name, part in data.items():
            yield name
            yield from _all_names(part)


# --- the order of stages ----------------------------------------------------------------------------------------------


def _in_flow_order(stages: dict[str, Any], of_base: list[str]) -> dict[str, Any]:
    """The stages, each new one behind the first stage that leads to it: their order is that of the flow."""
    order = [name for name in stages if name in of_base]
    new = [name for name in stages if name not in of_base]
    while new:
        found = next(((name, before) for name in new for before in order if name in _targets(stages[before])), None)
        if found is None:
            break
        name, before = found
        at = order.index(before) + 1
        while at < len(order) and order[at] not in of_base and order[at] in _targets(stages[before]):
            at += 1
        order.insert(at, name)
        new.remove(name)
    return {name: stages[name] for name in (*order, *new)}


def _targets(stage: Any) -> list[str]:
    """Where the actions of *stage* lead."""
    actions = stage.get("actions") if isinstance(stage, dict) else None
    every = actions.values() if isinstance(actions, dict) else ()
    to = [action.get("to") for action in every if isinstance(action, dict)]
    return [name for one in to for name in ([one] if isinstance(one, str) else one if isinstance(one, dict) else ())]
