"""The types that are known before anything is evaluated. Null belongs to every one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_SAID = {
    "number": ("angka", "number"),
    "string": ("teks", "text"),
    "boolean": ("ya/tidak", "yes/no"),
    "date": ("tanggal", "date"),
    "time": ("waktu", "time"),
    "date and time": ("tanggal dan waktu", "date and time"),
    "years and months duration": ("durasi tahun dan bulan", "duration in years and months"),
    "days and time duration": ("durasi hari dan jam", "duration in days and hours"),
    "null": ("kosong", "null"),
    "Any": ("nilai apa pun", "any value"),
}


class Type:
    """What kind of value an expression gives."""

    def accepts(self, other: Type) -> bool:
        """May a value of *other* stand where one of this type is wanted? What is not known is not refused."""
        return other in (ANY, NULL) or self == other

    def text(self, language: str = "id") -> str:
        """The type as a person reads it."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.text("id")


@dataclass(frozen=True, slots=True)
class Simple(Type):
    """A type without parts; ``name`` is FEEL's own."""

    name: str

    def accepts(self, other: Type) -> bool:
        if self.name == "Any":
            return True
        return Type.accepts(self, other) or (self.name == "string" and isinstance(other, Codes))

    def text(self, language: str = "id") -> str:
        return _SAID[self.name][language == "en"]

    __str__ = Type.__str__


NUMBER = Simple("number")
TEXT = Simple("string")
BOOLEAN = Simple("boolean")
DATE = Simple("date")
TIME = Simple("time")
DATE_TIME = Simple("date and time")
YEARS_MONTHS = Simple("years and months duration")
DAYS_TIME = Simple("days and time duration")
NULL = Simple("null")
ANY = Simple("Any")

BY_NAME: dict[str, Type] = {
    type_.name: type_ for type_ in (NUMBER, TEXT, BOOLEAN, DATE, TIME, DATE_TIME, YEARS_MONTHS, DAYS_TIME, NULL, ANY)
}


@dataclass(frozen=True, slots=True)
class ListOf(Type):
    """A list whose elements are all of one type."""

    item: Type = ANY

    def accepts(self, other: Type) -> bool:
        return other in (ANY, NULL) or (isinstance(other, ListOf) and self.item.accepts(other.item))

    def text(self, language: str = "id") -> str:
        return f"{('daftar', 'list of')[language == 'en']} {self.item.text(language)}"

    __str__ = Type.__str__


@dataclass(frozen=True, slots=True)
class Context(Type):
    """A row or record. An ``open`` one may have members beyond those that are declared."""

    members: Mapping[str, Type] = field(default_factory=dict)
    open: bool = False

    def __hash__(self) -> int:
        return hash((tuple(sorted(self.members)), self.open))

    def accepts(self, other: Type) -> bool:
        if not isinstance(other, Context):
            return other in (ANY, NULL)
        return all(type_.accepts(other.members.get(name, ANY if other.open else _MISSING))
                   for name, type_ in self.members.items())  # fmt: skip

    def text(self, language: str = "id") -> str:
        return ("data", "data")[language == "en"]

    __str__ = Type.__str__


@dataclass(frozen=True, slots=True)
class RangeOf(Type):
    """A range whose ends are of one type."""

    item: Type = ANY

    def accepts(self, other: Type) -> bool:
        return other in (ANY, NULL) or (isinstance(other, RangeOf) and self.item.accepts(other.item))

    def text(self, language: str = "id") -> str:
        return f"{('rentang', 'range of')[language == 'en']} {self.item.text(language)}"

    __str__ = Type.__str__


@dataclass(frozen=True, slots=True)
class Codes(Type):
    """A text of which all possible values are known; ``name`` says whose options they are."""

    name: str
    options: tuple[str, ...]

    def accepts(self, other: Type) -> bool:
        if isinstance(other, Codes):
            return set(other.options) <= set(self.options)
        return other in (ANY, NULL, TEXT)

    def text(self, language: str = "id") -> str:
        return f"{('pilihan', 'option of')[language == 'en']} {self.name}"

    __str__ = Type.__str__


@dataclass(frozen=True, slots=True)
class FunctionType(Type):
    """A function: named parameters in order, and what it gives."""

    params: tuple[tuple[str, Type], ...] = ()
    result: Type = ANY

    def accepts(self, other: Type) -> bool:
        return other in (ANY, NULL) or isinstance(other, FunctionType)

    def text(self, language: str = "id") -> str:
        return ("fungsi", "function")[language == "en"]

    __str__ = Type.__str__


# Accepted by nothing but ANY: stands for a member that is not there.
_MISSING = FunctionType(params=(("missing", ANY),))


def join(left: Type, right: Type) -> Type:
    """The narrowest type that holds values of both."""
    if left == right or right == NULL:
        return left
    if left == NULL:
        return right
    if isinstance(left, Codes) and isinstance(right, Codes) and left.name == right.name:
        return Codes(left.name, tuple(dict.fromkeys(left.options + right.options)))
    if is_text(left) and is_text(right):
        return TEXT
    if isinstance(left, ListOf) and isinstance(right, ListOf):
        return ListOf(join(left.item, right.item))
    if isinstance(left, Context) and isinstance(right, Context):
        return _join_contexts(left, right)
    return ANY


def _join_contexts(left: Context, right: Context) -> Context:
    names = dict.fromkeys([*left.members, *right.members])
    members = {name: join(left.members.get(name, NULL), right.members.get(name, NULL)) for name in names}
    return Context(members, open=left.open or right.open)


def is_text(type_: Type) -> bool:
    """Is it certainly a text, with or without known codes?"""
    return type_ == TEXT or isinstance(type_, Codes)
