"""The looks of fields, compiled: rendering a field at request time is joining ready strings around escaped values.

Each look is a template in ``templates/controls``. It is rendered once for each field and language, when a definition
is loaded, with marks where something stands that only the request knows; the marks cut the page into literals and
slots. Inside these templates:

``field``                   the ``Spec``; ``name`` and ``id`` are its HTML name and id (in a table cell, with the row)
``slot.value``              a slot, filled from ``Control.render``: value, size, href, errors, beside, row, number
``{% call when("a|b") %}``  stands only in one of these states: ``error``, ``beside``, ``filled``, ``empty``,
                            ``wanted``
``{% call chosen(c) %}``    stands only if the code *c* is among the values
``{% call each("x") %}``    once for each option (slots ``code``, ``text``, ``n``) or, in a table, each row

Texts are translated when the look is compiled, so compile under the locale of the page (``force_locale``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup, escape

_FILLED_IN = {
    "text",
    "textarea",
    "number",
    "date",
    "radios",
    "yesno",
    "select",
    "user",
    "checkboxes",
    "ack",
    "file",
    "table",
}
_READ = {"computed", "given", "info", "section"}

#: Every look; each has its template, and each template is one of these.
CONTROLS = frozenset(_FILLED_IN | _READ)

Option = tuple[str, str]
Options = tuple[Option, ...]


@dataclass(frozen=True, kw_only=True)
class Spec:
    """What a look needs to know of a field. All texts are already in the page's language."""

    control: str
    #: HTML name and stem of the id. In a cell of a table it contains ``{row}``, which ``render`` fills.
    name: str
    title: str
    help: str = ""
    optional: bool = False
    #: ``(code, text)``; ``None`` if they depend on the case and are given to ``render``.
    options: Options | None = ()
    #: Shows options as steps of a scale: code and words, side by side on a wide screen.
    anchors: bool = False
    #: What is counted, behind a number or a computed value.
    unit: str = ""
    #: ``A..B`` letters; a textarea counts them. For a file, the largest size in words ("5 MB").
    length: str = ""
    #: For a file, the most bytes that are taken.
    heaviest: int = 0
    #: Kinds of file, as in HTML (``.pdf,.jpg``).
    accept: str = ""
    #: A change refreshes the form, because other fields or values depend on it.
    drives: bool = False
    #: The browser computes it, too.
    live: bool = False
    #: May be left empty, unless something else that is filled in forbids it.
    sometimes: bool = False
    #: The columns of a table, in order; their titles are its headings.
    columns: tuple[Spec, ...] = ()
    #: Least and most rows of a person's own; ``None`` where the rows are given.
    rows: tuple[int, int | None] | None = None
    #: What the rows of a table are: the heading of their titles.
    rows_title: str = ""

    @property
    def key(self) -> str:
        """The last part of the name: a column's own id."""
        return self.name.rpartition(".")[2]

    @property
    def most(self) -> str:
        """The upper end of ``length``, or nothing."""
        return self.length.rpartition("..")[2] if ".." in self.length else ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a table at request time. Maps are by column key; what is missing is empty."""

    #: What ``{row}`` becomes in names: an index, or the row's key.
    row: str
    #: What names the row to people; without it, its number does.
    title: str = ""
    #: What else is known of the row, word and value; stands below its title.
    facts: Sequence[tuple[str, str]] = ()
    raw: Mapping[str, Sequence[str]] = field(default_factory=dict)
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    #: Has a button that takes it away.
    removable: bool = False
    #: Read-only as a whole (rows of an earlier submission); ``raw`` then holds texts to read.
    given: bool = False


def input_id(name: str) -> str:
    """The id of the first input of the field with this HTML name: what an error summary links to.

    Distinct names have distinct ids, without spaces, whatever a row's key holds.
    """
    return f"isian-{_in_id(name)}"


def _in_id(text: str) -> str:
    return text if text.isalnum() else quote(text, safe="").replace("~", "%7E").replace("%", "~")


# --- from a rendered template to a tree of literals and slots ---------------------------------------------------------

# Definitions are refused if they hold control characters, so no text of theirs can look like a mark.
_MARK = re.compile("\x02(.)([^\x03]*)\x03")


@dataclass(frozen=True)
class _Slot:
    name: str


@dataclass(frozen=True)
class _Part:
    """A stretch of the page that stands on a condition (``?``), on a choice (``!``) or several times (``*``)."""

    kind: str
    name: str
    nodes: tuple[_Node, ...]


_Node = str | _Slot | _Part


def _mark(kind: str, text: str = "") -> Markup:
    return Markup(f"\x02{kind}{text}\x03")


class _Slots:
    """``slot`` in templates: any attribute is the mark of the slot of that name."""

    def __getattr__(self, name: str) -> Markup:
        return _mark("=", name)


def _block(kind: str) -> Callable[..., Markup]:
    """A ``{% call %}`` target that puts its body between marks."""

    def marked(name: str = "", *, caller: Callable[[], str]) -> Markup:
        return _mark(kind, name) + Markup(caller()) + _mark("/")

    return marked


_VOCABULARY: Mapping[str, Any] = {"slot": _Slots(), "when": _block("?"), "chosen": _block("!"), "each": _block("*")}


def _tree(page: str) -> tuple[_Node, ...]:
    """The rendered template with its marks read."""
    stack: list[tuple[str, str, list[_Node]]] = [("", "", [])]
    end = 0
    for mark in _MARK.finditer(page):
        stack[-1][2].append(page[end : mark.start()])
        end = mark.end()
        kind, name = mark.groups()
        if kind == "=":
            stack[-1][2].append(_Slot(name))
        elif kind == "/":
            opened, what, nodes = stack.pop()
            stack[-1][2].append(_Part(opened, what, tuple(nodes)))
        else:
            stack.append((kind, name, []))
    return (*stack[0][2], page[end:])


def _pages(nodes: Iterable[_Node], options: Options) -> list[_Node]:
    """The tree with the part for options written out once for each of them."""
    found: list[_Node] = []
    for node in nodes:
        if not isinstance(node, _Part):
            found.append(node)
        elif node.kind == "*":
            for number, (code, text) in enumerate(options):
                found += _option(node.nodes, code, {"code": code, "text": text, "n": f"-{number}" if number else ""})
        else:
            found.append(replace(node, nodes=tuple(_pages(node.nodes, options))))
    return found


def _option(nodes: Iterable[_Node], code: str, texts: Mapping[str, str]) -> list[_Node]:
    found: list[_Node] = []
    for node in nodes:
        if isinstance(node, _Slot) and node.name in texts:
            found.append(str(escape(texts[node.name])))
        elif isinstance(node, _Part):
            found.append(replace(node, name=node.name or code, nodes=tuple(_option(node.nodes, code, texts))))
        else:
            found.append(node)
    return found


# --- what is joined at request time -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Flat:
    """A tree in one state: literals, and the places among them that are filled in."""

    pieces: tuple[str, ...]
    slots: tuple[tuple[int, str], ...]
    choices: tuple[tuple[int, str, str], ...]

    def filled(self, raw: Sequence[str], texts: Mapping[str, str]) -> Markup:
        pieces = list(self.pieces)
        for place, code, text in self.choices:
            if code in raw:
                pieces[place] = text
        for place, name in self.slots:
            pieces[place] = texts[name]
        return Markup("".join(pieces))


class _Flattening:
    """Walks a tree in one state; neighbouring literals become one."""

    def __init__(self, states: frozenset[str]) -> None:
        self.states = states
        self.pieces: list[str] = [""]
        self.slots: list[tuple[int, str]] = []
        self.choices: list[tuple[int, str, str]] = []

    def walk(self, nodes: Iterable[_Node]) -> _Flattening:
        for node in nodes:
            if isinstance(node, str):
                self.pieces[-1] += node
            elif isinstance(node, _Slot):
                self.slots.append((self._gap(), node.name))
            elif node.kind == "!":
                self.choices.append((self._gap(), node.name, "".join(map(str, node.nodes))))
            elif not self.states.isdisjoint(node.name.split("|")):
                self.walk(node.nodes)
        return self

    def _gap(self) -> int:
        self.pieces += ["", ""]
        return len(self.pieces) - 2

    def flat(self) -> _Flat:
        return _Flat(tuple(self.pieces), tuple(self.slots), tuple(self.choices))


class _Look:
    """A tree and its states, each flattened when it is first met."""

    def __init__(self, nodes: Iterable[_Node]) -> None:
        self.nodes = tuple(nodes)
        self._flats: dict[object, _Flat] = {}

    def flat(self, key: object, states: Callable[[], Iterable[str]]) -> _Flat:
        flat = self._flats.get(key)
        if flat is None:
            flat = self._flats[key] = _Flattening(frozenset(states())).walk(self.nodes).flat()
        return flat


class Control:
    """A field's look, ready for values."""

    def __init__(self, spec: Spec, nodes: tuple[_Node, ...]) -> None:
        self.spec = spec
        self._nodes = nodes
        self._look = _Look(_pages(nodes, spec.options or ()))

    def render(
        self,
        raw: Sequence[str] = (),
        *,
        errors: Sequence[str] = (),
        beside: str = "",
        row: str = "",
        number: str = "",
        options: Options | None = None,
        wanted: bool = False,
    ) -> Markup:
        """The field as HTML.

        *raw* is what was or would be typed: codes for choices; name, size and address for a file; texts to read for
        what is only shown. *errors* and *beside* (an earlier answer, with its source) are plain texts. *row* fills
        the name of a cell, whose row is called *number*. *options* are given for fields whose spec has none. *wanted*:
        it must be filled in now, which only matters to a field that is so ``sometimes``.
        """
        look = self._look if options is None else _with_options(self, options)
        key = (bool(errors), bool(beside), bool(raw and raw[0]), wanted)
        flat = look._flats.get(key) or look.flat(key, lambda: _states(*key))
        if not flat.slots:
            return flat.filled(raw, {})
        texts: dict[str, str] = {"errors": _lines(errors), "beside": escape(beside), "number": escape(number)}
        texts.update(row=escape(row), rowid=escape(_in_id(row)), value="", size="", href="")
        texts.update(zip(("value", "size", "href"), map(escape, raw), strict=False))
        return flat.filled(raw, texts)


@lru_cache(maxsize=256)
def _with_options(control: Control, options: Options) -> _Look:
    return _Look(_pages(control._nodes, options))


def _states(error: bool, beside: bool, filled: bool, wanted: bool = False) -> Iterable[str]:
    yield "filled" if filled else "empty"
    if wanted:
        yield "wanted"
    if error:
        yield "error"
    if beside:
        yield "beside"


def _lines(texts: Sequence[str]) -> Markup:
    return Markup("<br>").join(texts)


class TableControl:
    """A table's look: its frame, the shell of a row, and a control for each column."""

    def __init__(self, spec: Spec, nodes: tuple[_Node, ...], columns: Mapping[str, tuple[Control, Control]]) -> None:
        self.spec = spec
        self._columns = columns
        shells = [node for node in _parts(nodes) if node.kind == "*"]
        self._row = _Look(shells[0].nodes)
        self._frame = _Look(_without_rows(nodes))

    def render(
        self,
        rows: Sequence[Row] = (),
        *,
        errors: Sequence[str] = (),
        options: Mapping[str, Options] | None = None,
    ) -> Markup:
        """The table as HTML; *options* by column key, for columns whose spec has none."""
        states = (bool(errors), bool(rows), self._has_room(len(rows)))
        frame = self._frame.flat(states, lambda: _table_states(*states))
        given = options or {}
        body = "".join(self._one(row, str(number), given) for number, row in enumerate(rows, 1))
        return frame.filled((), {"errors": _lines(errors), "rows": body})

    def _has_room(self, count: int) -> bool:
        return self.spec.rows is not None and (self.spec.rows[1] is None or count < self.spec.rows[1])

    def _one(self, row: Row, number: str, options: Mapping[str, Options]) -> Markup:
        states = (bool(row.title), bool(row.facts), row.removable)
        shell = self._row.flat(states, lambda: _row_states(*states))
        texts = {f"cell {key}": self._cell(key, row, number, options.get(key)) for key in self._columns}
        texts |= {"row": escape(row.row), "rowid": escape(_in_id(row.row)), "facts": _facts(row.facts)}
        return shell.filled((), texts | {"number": number, "title": escape(row.title)})

    def _cell(self, key: str, row: Row, number: str, options: Options | None) -> Markup:
        control = self._columns[key][row.given]
        return control.render(
            row.raw.get(key, ()),
            errors=row.errors.get(key, ()),
            beside=row.beside.get(key, ""),
            row=row.row,
            number=number,
            options=None if row.given else options,
        )


def _table_states(error: bool, filled: bool, room: bool) -> Iterable[str]:
    yield from _states(error, False, filled)
    if room:
        yield "room"


def _row_states(named: bool, facts: bool, removable: bool) -> Iterable[str]:
    yield "named" if named else "unnamed"
    if facts:
        yield "facts"
    if removable:
        yield "removable"


def _facts(facts: Sequence[tuple[str, str]]) -> Markup:
    return Markup(" ").join(Markup('<span class="rows__fact">%s: <b>%s</b></span>') % fact for fact in facts)


def _parts(nodes: Iterable[_Node]) -> Iterable[_Part]:
    for node in nodes:
        if isinstance(node, _Part):
            yield node
            yield from _parts(node.nodes)


def _without_rows(nodes: Iterable[_Node]) -> tuple[_Node, ...]:
    """The frame: the repeated row becomes the slot ``rows``."""
    return tuple(
        node
        if not isinstance(node, _Part)
        else _Slot("rows")
        if node.kind == "*"
        else replace(node, nodes=_without_rows(node.nodes))
        for node in nodes
    )


# --- compiling --------------------------------------------------------------------------------------------------------


def compile_control(environment: jinja2.Environment, spec: Spec) -> Control:
    """The look of *spec*, its texts in the environment's present language. Tables have ``compile_table``."""
    return Control(spec, _compiled(environment, spec))


def compile_table(environment: jinja2.Environment, spec: Spec) -> TableControl:
    """The look of a table and of its columns, whose names contain ``{row}``."""
    columns = {
        column.key: (
            compile_control(environment, column),
            compile_control(environment, replace(column, control="given", help="", drives=False)),
        )
        for column in spec.columns
    }
    return TableControl(spec, _compiled(environment, spec), columns)


def _compiled(environment: jinja2.Environment, spec: Spec) -> tuple[_Node, ...]:
    if spec.control not in CONTROLS:
        raise LookupError(f"no control {spec.control!r}")
    template = environment.get_template(f"controls/{spec.control}.html")
    name = escape(spec.name).replace("{row}", _mark("=", "row"))
    ident = Markup(_mark("=", "rowid").join(map(_in_id, spec.name.split("{row}"))))
    cell = "{row}" in spec.name
    return _tree(template.render(field=spec, name=name, id=Markup("isian-") + ident, cell=cell, **_VOCABULARY))
