"""One declaration, three readers: a frozen dataclass is its own JSON Schema, builder and documentation.

A record is a frozen, keyword-only dataclass whose fields are written with ``doc``. ``schema_of`` makes its JSON Schema,
``problems_of`` holds plain data against it, ``build`` makes the record, ``keys_of`` lists its keys. There is no second
list of keys anywhere.

Plain data is what ``engine.source`` reads: maps, lists and text, every scalar as typed. What a scalar must look like is
told by its *term*, a class with ``schema()`` and ``build(text, at)`` (``engine.terms``).

Two keywords extend JSON Schema, because ``anyOf`` cannot say which branch an author meant:
``byShape`` chooses a schema by what stands there (text, list or map), ``byType`` by the value of a map's ``type``.
"""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass
from functools import cache
from typing import Any, ClassVar, Protocol

import jsonschema
from jsonschema.validators import extend

from engine.errors import Place, Problem
from engine.source import Source

Path = tuple[str | int, ...]
Json = Any


class Term(Protocol):
    """A scalar of the language: knows its schema and how it is made from text."""

    @classmethod
    def schema(cls) -> Json: ...
    @classmethod
    def build(cls, data: Any, at: At) -> Any: ...


@dataclass(frozen=True, slots=True)
class At:
    """Where in a source a builder stands, and where it reports what is wrong."""

    source: Source
    path: Path
    problems: list[Problem]
    key: bool = False

    def of_key(self) -> At:
        """The place of the key instead of what stands behind it."""
        return At(self.source, self.path, self.problems, key=True)

    def __truediv__(self, step: str | int) -> At:
        return At(self.source, (*self.path, step), self.problems)

    @property
    def place(self) -> Place:
        return self.source.key_place(self.path) if self.key else self.source.place(self.path)

    @property
    def value(self) -> Any:
        """What stands here, as typed; ``None`` where nothing does."""
        found: Any = self.source.data
        for step in self.path:
            if isinstance(found, str) or (isinstance(found, dict) and step not in found):
                return None
            found = found[step]
        return found

    def report(self, code: str, /, *, offset: int | None = None, warning: bool = False, **params: Any) -> None:
        """Report that *code* is wrong here, or at character *offset* of the text that stands here."""
        place = self.place if offset is None else self._offset(offset)
        self.problems.append(Problem(place, code, params, warning))

    def _offset(self, offset: int) -> Place:
        at = self.source.key_offset if self.key else self.source.offset
        return at(self.path, offset)


def doc(text: str, *, key: str = "", main: bool = False, default: Any = MISSING) -> Any:
    """A field of a record: what the key means, how it is spelt where Python forbids the word, and its default.

    ``main`` marks the key that a scalar stands for where the whole record is expected.
    """
    metadata = {"doc": text, "key": key, "main": main}
    if isinstance(default, dict | list):
        return dataclasses.field(metadata=metadata, default_factory=lambda: default)
    return dataclasses.field(metadata=metadata, default=default)


def given(text: str) -> Any:
    """A field of a record that its surroundings set, not the author: ``id``, or ``at``, where the record stands."""
    return dataclasses.field(metadata={"given": text})


class Family:
    """Records told apart by their key ``type``. A subclass with a ``kind`` registers itself."""

    kinds: ClassVar[dict[str, Any]]
    kind: ClassVar[str] = ""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if Family in cls.__bases__:
            cls.kinds = {}
        if cls.__dict__.get("kind"):
            cls.kinds[cls.kind] = cls


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a record, as its author writes it."""

    name: str
    attribute: str
    annotation: Any
    doc: str
    required: bool
    main: bool
    default: Any = None


@cache
def keys_of(record: Any) -> tuple[Key, ...]:
    """The keys an author may write in *record*, in order of declaration."""
    hints = typing.get_type_hints(record, include_extras=True)
    return tuple(
        Key(
            name=f.metadata["key"] or f.name,
            attribute=f.name,
            annotation=hints[f.name],
            doc=f.metadata["doc"],
            required=f.default is MISSING and f.default_factory is MISSING,
            main=f.metadata["main"],
            default=f.default if f.default_factory is MISSING else f.default_factory(),
        )
        for f in dataclasses.fields(record)
        if "doc" in f.metadata
    )


# --- JSON Schema ------------------------------------------------------------------------------------------------------


def schema_of(annotation: Any) -> Json:
    """The JSON Schema of an annotation, with the two keywords of this module."""
    return _Schemas().whole(annotation)


class _Schemas:
    """Makes schemas and keeps one definition for each record, so that records may contain themselves."""

    def __init__(self) -> None:
        self.definitions: dict[str, Json] = {}

    def whole(self, annotation: Any) -> Json:
        top = self.of(annotation)
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **top, "$defs": self.definitions}

    def of(self, annotation: Any) -> Json:
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if origin is typing.Annotated:
            return arguments[1].schema()
        if origin in (typing.Union, types.UnionType):
            return self.of(next(a for a in arguments if a is not type(None)))
        if origin is tuple:
            return {"byShape": {"array": {"items": self.of(arguments[0])}}}
        if origin is dict:
            return {"byShape": {"object": self._map(*arguments)}}
        if isinstance(annotation, type) and issubclass(annotation, Family) and not annotation.kind:
            return self._named(annotation, self._family)
        if dataclasses.is_dataclass(annotation) and not hasattr(annotation, "schema"):
            return self._named(annotation, self._record)
        return annotation.schema()

    def _named(self, annotation: Any, make: Any) -> Json:
        name = annotation.__name__
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name].update(make(annotation))
        return {"$ref": f"#/$defs/{name}"}

    def _map(self, key: Any, value: Any) -> Json:
        return {"propertyNames": self.of(key), "additionalProperties": self.of(value)}

    def _family(self, family: type[Family]) -> Json:
        kinds = {name: self._named(member, self._record) for name, member in family.kinds.items()}
        return {"byShape": {"object": {"byType": kinds}}}

    def _record(self, record: Any) -> Json:
        keys = keys_of(record)
        properties = {key.name: {**self._value(key.annotation), "description": key.doc} for key in keys}
        if getattr(record, "kind", ""):
            properties = {"type": {"const": record.kind}, **properties}
        whole = {"properties": properties, "additionalProperties": False}
        whole["required"] = [key.name for key in keys if key.required]
        shapes = {"object": whole}
        for key in keys:
            if key.main:
                shapes["string"] = self.of(key.annotation)
        return {"byShape": shapes}

    def _value(self, annotation: Any) -> Json:
        """The schema of what stands behind a key. A name is a text there; as a key it cannot be anything else."""
        schema = self.of(annotation)
        return {"byShape": {"string": schema}} if "pattern" in schema else schema


_SHAPES: dict[Any, str] = {str: "string", list: "array", dict: "object"}


def _by_shape(validator: Any, shapes: Json, instance: Any, schema: Json) -> Iterator[Any]:
    shape = _SHAPES[type(instance)]
    if shape not in shapes:
        yield jsonschema.ValidationError("shape", validator="byShape")
        return
    yield from validator.descend(instance, shapes[shape])


def _by_type(validator: Any, kinds: Json, instance: Any, schema: Json) -> Iterator[Any]:
    kind = instance.get("type")
    if kind is None:
        yield jsonschema.ValidationError("type", validator="required", validator_value=["type"], instance=instance)
    elif not isinstance(kind, str) or kind not in kinds:
        yield jsonschema.ValidationError(
            "type", validator="byType", validator_value=kinds, instance=kind, path=["type"]
        )
    else:
        yield from validator.descend(instance, kinds[kind])


_Validator = extend(jsonschema.Draft202012Validator, {"byShape": _by_shape, "byType": _by_type})  # type: ignore[no-untyped-call]


@cache
def _validator(annotation: Any) -> Any:
    return _Validator(schema_of(annotation))


# --- problems ---------------------------------------------------------------------------------------------------------


def problems_of(annotation: Any, source: Source, data: Any = None) -> list[tuple[Path, Problem]]:
    """Everything in *source* that is not of the shape of *annotation*: where, and what to do about it.

    *data* is what is left of the source's own, where parts were taken out.
    """
    whole = source.data if data is None else data
    return [found for error in _validator(annotation).iter_errors(whole) for found in _problems(error, source)]


def _problems(error: Any, source: Source) -> Iterator[tuple[Path, Problem]]:
    path: Path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        yield from _unknown_keys(error, path, source)
    elif error.validator == "required":
        for name in error.validator_value:
            if name not in error.instance:
                yield path, Problem(source.key_place(path), "D002", {"key": name, "of": _owner(path, source)})
    elif "propertyNames" in list(error.schema_path)[-2:]:
        yield (*path, error.instance), _name_problem(error, path, source)
    else:
        yield path, _value_problem(error, path, source)


def _name_problem(error: Any, path: Path, source: Source) -> Problem:
    """A key that cannot be one: no id, no code, not among those that are known."""
    name, place = error.instance, source.key_place((*path, error.instance))
    if error.validator == "enum":
        known = list(error.validator_value)
        return Problem(place, "D001", {"key": name, "of": _owner(path, source), **_among(name, known)})
    return Problem(place, _NAMES[error.schema["title"]], {"text": name})


#: By the title of its schema, what is said of a name that cannot be one.
_NAMES = {"id": "D005", "code": "D013", "language": "D014", "date": "D015"}


def _unknown_keys(error: Any, path: Path, source: Source) -> Iterator[tuple[Path, Problem]]:
    known = list(error.schema["properties"])
    for name in error.instance:
        if name not in known:
            where = (*path, name)
            params = {"key": name, "of": _owner(path, source), **_among(name, known)}
            yield where, Problem(source.key_place(where), "D001", params)


def _value_problem(error: Any, path: Path, source: Source) -> Problem:
    place, value = source.place(path), error.instance
    if error.validator == "byShape":
        wanted = next(iter(error.schema["byShape"]))
        return Problem(place, f"D003{wanted}", {"of": _owner(path, source)})
    if error.validator in ("minProperties", "minItems", "minLength"):
        return Problem(place, "D012", {"of": _owner(path, source)})
    if error.validator in ("byType", "enum"):
        params = {"text": value, "of": _owner(path, source), **_among(str(value), list(error.validator_value))}
        return Problem(place, "D004", params)
    if error.schema.get("title") in _NAMES:
        return Problem(place, _NAMES[error.schema["title"]], {"text": value})
    return Problem(place, "D006", {"text": value, "of": _owner(path, source), "wanted": error.schema.get("title", "")})


def _owner(path: Path, source: Source) -> str:
    """How a message names the thing at *path*: its nearest id, or the kind of the file."""
    return next((step for step in reversed(path) if isinstance(step, str)), "") or next(iter(source.data), "")


def _among(name: str, known: Sequence[str]) -> dict[str, Any]:
    return {"known": ", ".join(known), "maybe_id": nearest(name, known)}


def nearest(name: str, known: Sequence[str]) -> str | None:
    """The one of *known* that *name* was probably meant to be."""
    return next(iter(difflib.get_close_matches(name, known, 1, 0.6)), None)


def pruned(data: Any, paths: Sequence[Path]) -> Any:
    """*data* without what stands at *paths*, so that the rest can still be read and judged."""
    by_step: dict[str | int, list[Path]] = {}
    for path in paths:
        if path:
            by_step.setdefault(path[0], []).append(path[1:])
    if not by_step:
        return data
    steps = data.items() if isinstance(data, dict) else enumerate(data)
    kept = {step: pruned(value, by_step.get(step, ())) for step, value in steps if () not in by_step.get(step, ())}
    return kept if isinstance(data, dict) else list(kept.values())


# --- records ----------------------------------------------------------------------------------------------------------


def build(annotation: Any, data: Any, at: At, **given_values: Any) -> Any:
    """The value of *annotation* that *data*, already of its shape, describes. Terms report what they cannot read."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return arguments[1].build(data, at)
    if origin in (typing.Union, types.UnionType):
        return build(next(a for a in arguments if a is not type(None)), data, at, **given_values)
    if origin is tuple:
        return tuple(build(arguments[0], item, at / index) for index, item in enumerate(data))
    if origin is dict:
        return {
            build(arguments[0], name, (at / name).of_key()): build(arguments[1], item, at / name, id=name)
            for name, item in data.items()
        }
    if isinstance(annotation, type) and issubclass(annotation, Family) and not annotation.kind:
        return _record(annotation.kinds[data["type"]], data, at, given_values)
    if dataclasses.is_dataclass(annotation) and not hasattr(annotation, "schema"):
        return _record(annotation, data, at, given_values)
    return annotation.build(data, at)


@cache
def _given(record: Any) -> tuple[str, ...]:
    """The fields of *record* that its surroundings set."""
    return tuple(f.name for f in dataclasses.fields(record) if "given" in f.metadata)


def _record(record: Any, data: Any, at: At, given_values: Mapping[str, Any]) -> Any:
    keys = keys_of(record)
    if isinstance(data, str):
        main = next(key for key in keys if key.main)
        values = {main.attribute: build(main.annotation, data, at)}
    else:
        values = {k.attribute: build(k.annotation, data[k.name], at / k.name) for k in keys if k.name in data}
    known = {"at": at, **given_values}
    values |= {name: known[name] for name in _given(record)}
    return record(**values)
