"""The language told from its declarations: a reference to read, and JSON Schemas for editors.

Both are made of the records themselves, so they cannot say anything that the loader does not do.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from engine import terms
from engine.catalogue import TEXTS
from engine.feel import errors as feel_errors
from engine.feel.builtins import BUILTINS, Builtin
from engine.kinds import Field
from engine.model import FILES, RowTerm
from engine.shape import Family, Json, Key, keys_of, schema_of

#: The scalars that the tables of keys name, in the order of the chapter that explains them.
SCALARS: dict[str, Any] = {
    "id": terms.IdTerm,
    "name": terms.NameTerm,
    "code": terms.CodeTerm,
    "word": terms.WordTerm,
    "text": terms.Text,
    "FEEL": terms.Expression,
    "tests": terms.Tests,
    "lines": terms.Clauses,
    "literal": terms.Literal,
    "loop": terms.Loop,
    "flag": terms.FlagTerm,
    "number": terms.NumberTerm,
    "whole": terms.WholeTerm,
    "date": terms.DateTerm,
    "weekday": terms.WeekdayTerm,
    "places": terms.PlacesTerm,
    "names": terms.OneOrMoreTerm,
    "count": terms.Count,
    "day": terms.DayOfCycle,
    "deadline": terms.Deadline,
    "span": terms.Span,
    "told": terms.ToldTerm,
    "row": RowTerm,
}
_NAMES = {term: name for name, term in SCALARS.items()}

_HEAD = """\
# The definition language

This page is made from the declarations in `engine/` by `make docs`; what stands here is what the loader reads. For a
way in, read [the guide](panduan.md) (in Indonesian); for an example, `workflows/dasar_asn.yaml`.

A definition is a folder with `workflows/` and `forms/`. The first key of a file says what the file is: {files}.
Scalars are read as text and typed by these tables, so `no`, `0123` and `1.10` stay what was typed. Anchors, aliases,
tags and second documents are refused. Keys without a default are required.

Editors that speak the YAML language server read the schemas in [`schema/`](schema/): a first line such as
`# yaml-language-server: $schema=../docs/schema/workflow.json` turns on completion and checking as you type.
"""


def reference() -> str:
    """The whole reference as Markdown."""
    parts = [_HEAD.format(files=", ".join(f"`{kind}`" for kind in FILES))]
    parts += [_record(record, f"File `{kind}`") for kind, record in FILES.items()]
    parts += [_record(record, record.__name__) for record in _records() if record not in FILES.values()]
    parts += ["## Field types\n\nEvery field has the keys of [Field](#field); a type adds its own.\n"]
    parts += [_kind(kind) for kind in Field.kinds.values()]
    parts += [_scalars(), _functions(), _codes()]
    return "\n".join(parts)


def _record(record: Any, heading: str) -> str:
    return f"## {heading}\n\n{_doc(record)}\n\n{_table(keys_of(record))}"


def _kind(kind: Any) -> str:
    shared = {key.name for key in keys_of(Field)}
    own = [key for key in keys_of(kind) if key.name not in shared]
    return f"### `{kind.kind}`\n\n{_doc(kind)}\n" + (f"\n{_table(own)}" if own else "")


def _table(keys: typing.Sequence[Key]) -> str:
    lines = ["| key | type | default | meaning |", "|---|---|---|---|"]
    defaults = {key.name: _default(key) for key in keys}
    for key in keys:
        main = " (stands for the whole record where a scalar stands)" if key.main else ""
        meaning = key.doc.replace("|", "\\|")
        lines.append(f"| `{key.name}` | {_type(key.annotation)} | {defaults[key.name]} | {meaning}{main} |")
    return "\n".join(lines) + "\n"


def _default(key: Key) -> str:
    if key.required:
        return "**required**"
    value = key.default
    if value is None or value in ((), {}, "") or dataclasses.is_dataclass(value):
        return "–"
    return f"`{str(value).lower()}`" if isinstance(value, bool | int | str) else "–"


def _type(annotation: Any) -> str:
    """An annotation as the tables name it, linked to where it is explained."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _scalar(arguments[1])
    if origin is tuple:
        return f"list of {_type(arguments[0])}"
    if origin is dict:
        return f"map of {_type(arguments[0])} to {_type(arguments[1])}"
    if arguments:
        return _type(next(argument for argument in arguments if argument is not type(None)))
    if annotation is str:
        return _scalar(terms.WordTerm)
    if annotation in _NAMES:
        return _scalar(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Family):
        return "[Field](#field)"
    if dataclasses.is_dataclass(annotation) and not hasattr(annotation, "schema"):
        name = annotation.__name__  # type: ignore[union-attr]
        return f"[{name}](#{name.lower()})"
    return _scalar(annotation)


def _scalar(term: Any) -> str:
    if term in _NAMES:
        return f"[{_NAMES[term]}](#scalars)"
    words = term.schema().get("byShape", {}).get("string", {}).get("enum")
    return " or ".join(f"`{word}`" for word in words) if words else _doc(term).rstrip(".").replace("|", "\\|")


def _records() -> Iterator[Any]:
    """Every record that another one contains, each once, in the order in which they are met."""
    seen: dict[Any, None] = {}
    waiting: list[Any] = list(FILES.values())
    while waiting:
        record = waiting.pop(0)
        if record in seen:
            continue
        seen[record] = None
        waiting += [inner for key in keys_of(record) for inner in _inner(key.annotation)]
    yield from seen


def _inner(annotation: Any) -> Iterator[Any]:
    if typing.get_origin(annotation) is typing.Annotated:
        return
    if arguments := typing.get_args(annotation):
        yield from (record for argument in arguments for record in _inner(argument))
    elif dataclasses.is_dataclass(annotation) and not hasattr(annotation, "schema"):
        yield annotation


def _doc(thing: Any) -> str:
    return (thing.__doc__ or "").split("\n\n")[0].replace("\n    ", " ").replace("``", "`").strip()


def _scalars() -> str:
    lines = ["## Scalars\n", "| name | what it is | as typed |", "|---|---|---|"]
    for name, term in SCALARS.items():
        shape = term.schema().get("byShape", {}).get("string", {})
        form = shape.get("pattern") or " ".join(shape.get("enum", ()))
        shown = f"`{form}`".replace("|", "\\|") if form else ""
        lines.append(f"| {name} | {_doc(term).replace('|', chr(92) + '|')} | {shown} |")
    return "\n".join(lines) + "\n"


def _functions() -> str:
    """The built-in functions of FEEL as they are declared."""
    lines = sorted(f"- `{_signature(declared)}`" for ways in BUILTINS.values() for declared in ways)
    head = ["## Functions of FEEL\n", "`?` may be left out, `*` takes one list or several values.\n"]
    return "\n".join(dict.fromkeys([*head, *lines])) + "\n"


def _signature(declared: Builtin) -> str:
    """How a function is called; what may be left out and what may be many is marked."""
    marks = (f"{p.name}{'?' if p.optional else ''}{'*' if p.many or p.each else ''}" for p in declared.params)
    return f"{declared.name}({', '.join(marks)})"


def _codes() -> str:
    """What can be reported, in both languages."""
    lines = ["## Codes\n", "Names in braces are filled in.\n", "| code | Indonesian | English |", "|---|---|---|"]
    texts: Mapping[str, tuple[str, str]] = {**TEXTS, **feel_errors.TEXTS}
    for code, (indonesian, english) in texts.items():
        lines.append(f"| {code} | {_cell(indonesian)} | {_cell(english)} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("{maybe}", "").strip()


# --- schemas for editors ----------------------------------------------------------------------------------------------


def schemas() -> dict[str, Json]:
    """By kind of file, its shape in plain JSON Schema, where a scalar may be typed as text, number or yes and no.

    Of a kind that can extend another file there are two shapes: an overlay need not say what its base says.
    """
    return {kind: {"title": kind, **_whole(_published(schema_of(record)))} for kind, record in FILES.items()}


def _whole(strict: Json) -> Json:
    inner, top = strict["$defs"], strict["$ref"]
    if "extends" not in inner[top.rpartition("/")[2]]["properties"]:
        return strict
    loose = {f"{_OVERLAY}{name}": _loosened(schema) for name, schema in inner.items()}
    return {
        "$schema": strict["$schema"],
        "if": {"required": ["extends"]},
        "then": _loosened({"$ref": top}),
        "else": {"$ref": top},
        "$defs": {**inner, **loose},
    }


#: Before the names of shapes of which nothing is required.
_OVERLAY = "overlay-"


def _loosened(schema: Any) -> Any:
    """*schema* without what it requires, its parts likewise."""
    if isinstance(schema, list):
        return [_loosened(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {k: value if k == "if" else _loosened(value) for k, value in schema.items() if k != "required"}
    if isinstance(kept.get("$ref"), str):
        kept["$ref"] = kept["$ref"].replace("#/$defs/", f"#/$defs/{_OVERLAY}")
    return kept


_SCALAR = {"type": ["string", "number", "boolean", "null"]}


def _published(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_published(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _published(value) for key, value in schema.items() if key not in ("byShape", "byType", "enum")}
    if "enum" in schema:
        plain["enum"] = [*schema["enum"], *({"true": True, "false": False}[w] for w in schema["enum"] if w in _WORDS)]
    if "byType" in schema:
        plain |= _by_type(schema["byType"])
    if "byShape" in schema:
        branches = [_branch(shape, _published(inner)) for shape, inner in schema["byShape"].items()]
        plain |= branches[0] if len(branches) == 1 else {"anyOf": branches}
    return plain


_WORDS = ("true", "false")


def _branch(shape: str, inner: Json) -> Json:
    return {**(_SCALAR if shape == "string" else {"type": shape}), **inner}


def _by_type(kinds: Mapping[str, Json]) -> Json:
    cases = [
        {"if": {"properties": {"type": {"const": kind}}, "required": ["type"]}, "then": _published(schema)}
        for kind, schema in kinds.items()
    ]
    return {"required": ["type"], "properties": {"type": {"enum": list(kinds)}}, "allOf": cases}
