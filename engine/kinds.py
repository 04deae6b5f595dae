"""The kinds of field, one class each: its options in YAML, its type in expressions, and how text becomes its value.

A new kind is one class here. Its options enter the JSON Schema, the builder and the reference by themselves; its
``control`` names the look (``web/templates/controls``). ``parse`` reads what a person typed and raises ``Invalid``;
``raw`` is its inverse, for showing a value in its control again; ``show`` is the value as a page says it.

Kinds that depend on their surroundings (options, rows) get them from a ``Setting``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, ClassVar

from engine import feel
from engine.errors import Invalid, Refusal
from engine.shape import At, Family, doc, given
from engine.terms import Code, CodeTerm, Count, Expression, Flag, Id, Name, NameTerm, OneOrMore, Places, Tests, Text

#: Characters of a typed text field without a ``length`` of its own.
TEXT_LIMIT = 10_000

FILE = feel.Context({"id": feel.TEXT, "name": feel.TEXT, "size": feel.NUMBER})


@dataclass(frozen=True, kw_only=True, eq=False)
class Field(Family):
    """One thing that a form asks, or shows."""

    control: ClassVar[str]
    #: Whether a person answers it; the others only show something.
    asked: ClassVar[bool] = True

    id: str = given("id")
    at: At = given("at")
    title: Text = doc("what stands above the field", default=Text(""))
    help: Text = doc("what stands below the title, where a newcomer would hesitate", default=Text(""))
    optional: Flag = doc("may be left empty; fields are required unless this stands", default=False)
    show_if: Expression | None = doc("shown only if this holds; a hidden field is null", default=None)
    required_if: Expression | None = doc("brings the duty back for an optional field", default=None)
    initial: Expression | None = doc("prefilled with this, computed once when the form is opened", default=None)
    code: Code | None = doc("reported instead of the built-in code when the field's own rule fails", default=None)
    writers: OneOrMore | None = doc("roles that may write it while the stage is open (the actor)", default=None)
    readers: dict[Id, Name] = doc("role: stage, `now` or `none`; narrows the task's", default={})
    unique: Flag = doc("once in the collection and cycle", default=False)
    after: Name | None = doc("overlay: the field behind which it goes, or `start`", default=None)
    variants: dict[Id, Wording] = doc("other texts for some people; never other options", default={})

    def type_in(self, setting: Setting) -> feel.Type:
        """What an expression sees of an answer."""
        return feel.TEXT

    def parse(self, raw: Sequence[str], setting: Setting) -> Any:
        """The value of what was typed, ``None`` for nothing. Raises ``Invalid``."""
        text = raw[0].strip() if raw else ""
        return self.read(_clean(text), setting) if text else None

    def read(self, text: str, setting: Setting) -> Any:
        """The value of a text that is not empty. Raises ``Invalid``."""
        return text

    def raw(self, value: Any) -> list[str]:
        """The value as its control shows it for editing."""
        return [] if value is None else [self.show(value)]

    def show(self, value: Any) -> str:
        """The value as a person reads it, in no particular language; options and scales are shown by their text."""
        return "" if value is None else str(value)

    def refusals(self, value: Any, setting: Setting) -> list[Refusal]:
        """Why a value that is not null breaks the field's own rule. Also for values that no page has parsed."""
        return []

    def refusal(self, built_in: str, path: str = "", **params: Any) -> Refusal:
        return Refusal(self.code or built_in, path or self.id, {"title": self.title, **params})


@dataclass(frozen=True, kw_only=True)
class Wording:
    """Other texts of a field or a catalogue row for one variant of people."""

    title: Text = doc("title instead", default=Text(""))
    help: Text = doc("help instead", default=Text(""))


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What a field needs to know of the process and, where its options depend on the case, of the case."""

    options: Mapping[str, Text] = field(default_factory=dict)
    rows: Sequence[Mapping[str, Any]] | None = None
    item: feel.Type = feel.ANY
    columns: Mapping[str, Setting] = field(default_factory=dict)
    #: By variant, ``rows`` with other texts.
    worded: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    #: The column that names a row of a table, or of the rows that options and items come from.
    key: str = ""
    allowed: Callable[[Any], Any] | None = None

    def permits(self, value: Any) -> bool:
        """Whether the field's ``allow`` holds for *value*."""
        return self.allowed is None or self.allowed(value) is True


NOWHERE = Setting()


def _clean(text: str) -> str:
    """*text* in one form (NFC), with line ends as ``\\n``. Raises ``Invalid`` for characters that no text has."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    # What can be printed has none of them; to look at each letter would cost more than all the rest of reading it.
    if not text.isprintable() and any(unicodedata.category(c) in ("Cs", "Cc") and c not in "\n\t" for c in text):
        raise Invalid("karakter_tidak_sah")
    return text


# --- what is only shown -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class Info(Field):
    """A paragraph of text: the title and the help."""

    kind = "info"
    control = "info"
    asked = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Section(Field):
    """A heading; its ``show_if`` covers the fields up to the next section."""

    kind = "section"
    control = "section"
    asked = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Computed(Field):
    """A line that the server computes and the page shows; never taken from the page."""

    kind = "computed"
    control = "computed"
    asked = False

    formula: Expression = doc("what is computed")
    decimals: Places | None = doc("digits after the comma, rounded half-up", default=2)

    def type_in(self, setting: Setting) -> feel.Type:
        return setting.item

    def show(self, value: Any) -> str:
        return plain(value)


# --- text -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class Line(Field):
    """One line of text."""

    kind = "text"
    control = "text"

    length: Count | None = doc("from how many letters to how many, `A..B`", default=None)

    def refusals(self, value: Any, setting: Setting) -> list[Refusal]:
        if not isinstance(value, str):
            return [self.refusal("nilai_tidak_terbaca")]
        limit = self.length or Count(0, TEXT_LIMIT)
        if limit.holds(len(value)):
            return []
        return [self.refusal("panjang_teks", least=limit.least, most=limit.most or TEXT_LIMIT, found=len(value))]


@dataclass(frozen=True, kw_only=True, eq=False)
class Area(Line):
    """Text of several lines."""

    kind = "textarea"
    control = "textarea"


# --- numbers and dates ------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"[+-]?[0-9]{1,20}([.,][0-9]{1,10})?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]{1,10}|[+-]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]{1,10}")


def decimal_of(text: str) -> Decimal:
    """The number a person typed, with comma or point.

    Both together are read only where the first can group thousands: ``1.000,5`` is 1000.5. A single separator is
    always the decimal one, so ``92.45`` is never 9245. Raises ``Invalid``.
    """
    if _GROUPED.fullmatch(text):
        decimal = max(text.rfind(","), text.rfind("."))
        text = re.sub("[.,]", "", text[:decimal]) + "." + text[decimal + 1 :]
    elif not _NUMBER.fullmatch(text):
        raise Invalid("bukan_angka", text=text[:40])
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise Invalid("bukan_angka", text=text[:40]) from None


def plain(value: Any) -> str:
    """A computed value in the simplest words: numbers with a comma, lists joined, nothing for null."""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    if isinstance(value, list | tuple):
        return ", ".join(plain(item) for item in value)
    return "" if value is None else str(value)


_INTERVAL = re.compile(r"([\[(\]])\s*([^\s,]+?)\s*\.\.\s*([^\s,]+?)\s*([\])\[])")


def limits(tests: str) -> str:
    """Unary tests in signs that everybody reads: ``(0..100]`` becomes ``> 0, ≤ 100``."""
    interval = _INTERVAL.fullmatch(tests.strip())
    if interval:
        low, least, most, high = interval.groups()
        return f"{'≥' if low == '[' else '>'} {least}, {'≤' if high == ']' else '<'} {most}"
    return tests.replace(">=", "≥").replace("<=", "≤")


@dataclass(frozen=True, kw_only=True, eq=False)
class Number(Field):
    """A decimal number, typed with comma or point."""

    kind = "number"
    control = "number"

    allow: Tests | None = doc("unary tests that hold, such as `> 0`", default=None)
    unit: Text = doc("what is counted, shown behind the field", default=Text(""))

    def type_in(self, setting: Setting) -> feel.Type:
        return feel.NUMBER

    def read(self, text: str, setting: Setting) -> Decimal:
        return decimal_of(text.replace(" ", ""))

    def show(self, value: Any) -> str:
        return plain(value)

    def refusals(self, value: Any, setting: Setting) -> list[Refusal]:
        if not isinstance(value, Decimal) or not value.is_finite():
            return [self.refusal("bukan_angka", text=str(value)[:40])]
        if not setting.permits(value):
            return [
                self.refusal(
                    "di_luar_skala", found=plain(value), wanted=limits(self.allow.source if self.allow else "")
                )
            ]
        return []


@dataclass(frozen=True, kw_only=True, eq=False)
class Integer(Number):
    """A whole number."""

    kind = "integer"

    def refusals(self, value: Any, setting: Setting) -> list[Refusal]:
        if isinstance(value, Decimal) and value.is_finite() and value != value.to_integral_value():
            return [self.refusal("bukan_bilangan_bulat", found=plain(value))]
        return super().refusals(value, setting)


@dataclass(frozen=True, kw_only=True, eq=False)
class Percent(Number):
    """A number that counts per cent; 40 is 40 %."""

    kind = "percent"


@dataclass(frozen=True, kw_only=True, eq=False)
class Day(Field):
    """A date."""

    kind = "date"
    control = "date"

    allow: Tests | None = doc("unary tests that hold, such as `>= tanggal_mulai`", default=None)

    FORMS: ClassVar = (re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
                       re.compile(r"(?P<d>\d{1,2})[-/. ](?P<m>\d{1,2})[-/. ](?P<y>\d{4})"))  # fmt: skip

    def type_in(self, setting: Setting) -> feel.Type:
        return feel.DATE

    def read(self, text: str, setting: Setting) -> date:
        for form in self.FORMS:
            if found := form.fullmatch(text):
                try:
                    return date(int(found["y"]), int(found["m"]), int(found["d"]))
                except ValueError:
                    raise Invalid("tanggal_tidak_ada", text=text[:40]) from None
        raise Invalid("bukan_tanggal", text=text[:40])

    def show(self, value: Any) -> str:
        return "" if value is None else value.isoformat()

    def refusals(self, value: Any, setting: Setting) -> list[Refusal]:
        if not isinstance(value, date):
            return [self.refusal("bukan_tanggal", text=str(value)[:40])]
        if not setting.permits(value):
            return [self.refusal("tanggal_di_luar_batas", found=self.show(value))]
        return []


# --- choices ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class YesNo(Field):
    """Yes or no; neither is chosen beforehand."""

    kind = "boolean"
    control = "yesno"

    def type_in(self, setting: Setting) -> feel.Type:
        return feel.BOOLEAN

    def read(self, text: str, setting: Setting) -> bool:
        if text not in ("true", "false"):
            raise Invalid("pilihan_tidak_dikenal", text=text[:40])
        return text == "true"

    def raw(self, value: Any) -> list[str]:
        return [] if value is None else [str(value).lower()]

    def refusals(self, value: Any, setting: Setting) -> list[Refusal]:
        return [] if isinstance(value, bool) else [self.refusal("pilihan_tidak_dikenal", text=str(value)[:40])]


@dataclass(frozen=True, kw_only=True, eq=False)
class Acknowledgement(YesNo):
    """A box that must be ticked."""

    kind = "checkbox_ack"
    control = "ack"

    def refusals(self, value: Any, setting: Setting) -> list[Refusal]:
        return [] if value is True else [self.refusal("nilai_wajib")]


class ChoicesTerm:
    """The id of a choices list, or the options themselves as a map ``code: text``."""

    @classmethod
    def schema(cls) -> Any:
        text = Text.schema()
        options = {"propertyNames": CodeTerm.schema(), "additionalProperties": text, "minProperties": 1}
        return {"byShape": {"string": NameTerm.schema()["byShape"]["string"], "object": options}}

    @classmethod
    def build(cls, data: Any, at: At) -> str | dict[str, Text]:
        if isinstance(data, str):
            return data
        return {code: Text.build(text, at / code) for code, text in data.items()}


Choices = Annotated[str | dict[str, Text], ChoicesTerm]


@dataclass(frozen=True, kw_only=True, eq=False)
class Choice(Field):
    """One of several options, in a list that opens."""

    kind = "select"
    control = "select"

    choices: Choices | None = doc("a choices id, or a map `code: text`", default=None)
    from_: Expression | None = doc("rows whose key is chosen", key="from", default=None)

    def type_in(self, setting: Setting) -> feel.Type:
        return feel.Codes(self.id, tuple(setting.options)) if setting.options else feel.TEXT

    def refusals(self, value: Any, setting: Setting) -> list[Refusal]:
        known = isinstance(value, str) and value in setting.options
        return [] if known else [self.refusal("pilihan_tidak_dikenal", text=str(value)[:40])]


@dataclass(frozen=True, kw_only=True, eq=False)
class Radio(Choice):
    """One of a few options, all of them in sight."""

    kind = "radio"
    control = "radios"


@dataclass(frozen=True, kw_only=True, eq=False)
class Several(Choice):
    """Any number of options."""

    kind = "multiselect"
    control = "checkboxes"

    def type_in(self, setting: Setting) -> feel.Type:
        return feel.ListOf(super().type_in(setting))

    def parse(self, raw: Sequence[str], setting: Setting) -> Any:
        return [_clean(text) for text in raw if text] or None

    def raw(self, value: Any) -> list[str]:
        return list(value or ())

    def refusals(self, value: Any, setting: Setting) -> list[Refusal]:
        if not isinstance(value, list):
            return [self.refusal("nilai_tidak_terbaca")]
        return [r for item in value for r in super(Several, self).refusals(item, setting)]


@dataclass(frozen=True, kw_only=True, eq=False)
class Person(Choice):
    """Somebody of the same region, chosen by name."""

    kind = "user_ref"
    control = "user"

    def refusals(self, value: Any, setting: Setting) -> list[Refusal]:
        return [] if isinstance(value, str) else [self.refusal("pilihan_tidak_dikenal", text=str(value)[:40])]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scale(Field):
    """A mark on a scale whose steps have words."""

    kind = "scale"
    control = "radios"

    scale: Name = doc("the id of the scale")

    def type_in(self, setting: Setting) -> feel.Type:
        return feel.NUMBER

    def read(self, text: str, setting: Setting) -> Decimal:
        return decimal_of(text)

    def show(self, value: Any) -> str:
        return plain(value)

    def refusals(self, value: Any, setting: Setting) -> list[Refusal]:
        if isinstance(value, Decimal) and plain(value) in setting.options:
            return []
        return [self.refusal("di_luar_skala", found=plain(value)[:40], wanted=_span(list(setting.options)))]


def _span(steps: Sequence[str]) -> str:
    return f"{steps[0]}-{steps[-1]}" if steps else ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Ratings(Scale):
    """One scale for each row of a catalogue; each answer is also a field of its own under its row's key."""

    kind = "ratings"

    from_: Expression = doc("the catalogue, or FEEL that picks some of its rows", key="from")


# --- files and tables -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class File(Field):
    """An attachment. Its value names a stored file; size and kinds are the service's settings."""

    kind = "file"
    control = "file"

    def type_in(self, setting: Setting) -> feel.Type:
        return FILE

    def show(self, value: Any) -> str:
        return "" if value is None else str(value["name"])

    def refusals(self, value: Any, setting: Setting) -> list[Refusal]:
        known = isinstance(value, dict) and isinstance(value.get("id"), str) and isinstance(value.get("name"), str)
        return [] if known else [self.refusal("nilai_tidak_terbaca")]


@dataclass(frozen=True, kw_only=True, eq=False)
class Table(Field):
    """Rows of columns: the person's own (``rows``), or exactly those of a source (``from``) with columns to fill."""

    kind = "table"
    control = "table"

    rows: Count | None = doc("how many rows of the person's own, `A..B`", default=None)
    from_: Expression | None = doc("the rows that are given", key="from", default=None)
    key: Id | None = doc("the column that names a row; no two rows share it", default=None)
    columns: dict[Id, Field] = doc("the columns, which are fields", default={})
    append: Flag = doc("a later submission adds to the earlier rows", default=False)

    def type_in(self, setting: Setting) -> feel.Type:
        return feel.ListOf(setting.item)

    def answered(self) -> list[Field]:
        """The columns a person fills in."""
        return [column for column in self.columns.values() if column.asked]

    def row_rules(self) -> list[Expression]:
        """What is worked out for each row: which columns are shown, and the computed ones."""
        rules = [e for c in self.columns.values() for e in (c.show_if, c.formula if isinstance(c, Computed) else None)]
        return [rule for rule in rules if rule is not None]

    def refusals(self, value: Any, setting: Setting) -> list[Refusal]:
        """What is wrong with the rows as a whole; each cell is its column's own affair."""
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            return [self.refusal("nilai_tidak_terbaca")]
        found = [] if self.rows is None or self.rows.holds(len(value)) else [self._count(len(value))]
        return found + self._repeated(value)

    def _count(self, number: int) -> Refusal:
        assert self.rows
        return self.refusal("jumlah_baris", least=self.rows.least, most=self.rows.most or "", found=number)

    def _repeated(self, rows: Sequence[Mapping[str, Any]]) -> list[Refusal]:
        if self.key is None:
            return []
        seen: set[Any] = set()
        found = []
        for index, row in enumerate(rows):
            value = row.get(self.key)
            if value is None or not isinstance(value, Hashable):
                continue
            if value in seen:
                found.append(Refusal("kode_ganda", f"{self.id}.{index}.{self.key}", {"found": plain(value)}))
            seen.add(value)
        return found
