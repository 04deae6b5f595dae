"""From a sheet to a web form and back: what was typed becomes values, what is wrong goes to its field.

A ``Paper`` is made once for each task, action, role and language: a WTForms class of generic fields whose kinds parse
and show, and the compiled looks that render them. What somebody may not edit is not a field of it, so it cannot be
posted. What is typed is kept as typed, name to texts, so that nothing a person wrote is ever lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jinja2
import wtforms
from markupsafe import Markup

from engine import feel
from engine.errors import Invalid, Refusal
from engine.kinds import Choice as ChoiceKind
from engine.kinds import Field, File, Line, Number, Ratings, Scale, Setting, Table
from engine.model import Action
from engine.process import Duty, Process
from engine.sheet import Asked, Sheet
from engine.twin import Twin, twin_of
from web import live
from web.controls import Control, Row, Spec, TableControl, compile_control, compile_table

Typed = dict[str, list[str]]
Say = Callable[[str], str]

#: Names of a form's own inputs begin with this; no field's id does.
OWN = "_"


@dataclass(frozen=True, kw_only=True)
class Read:
    """What came out of reading a typed form: the values by field, and what could not be read, by path."""

    values: Mapping[str, Any]
    errors: Mapping[str, Invalid]


class _Bound(wtforms.Field):
    """A field of a form that reads. Of what WTForms gives one it has the name and the form: its look is our own."""

    def __init__(self, name: str, form: wtforms.Form) -> None:
        self.name = self.short_name = self.id = name
        self.meta, self._form = form.meta, form


class ValueField(_Bound):
    """The only bridge between WTForms and the engine: strings in, the kind's value out."""

    def __init__(self, item: Field, setting: Setting, look: Control, *, name: str, _form: wtforms.Form) -> None:
        super().__init__(name, _form)
        self.item = item
        self.setting = setting
        self.look = look
        self.invalid: Invalid | None = None

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.process_errors = []
        self.raw_data = formdata.getlist(self.name) if formdata else []
        self.data = None
        try:
            self.data = self.item.parse(self.raw_data, self.setting)
        except Invalid as invalid:
            self.invalid = invalid
            self.process_errors.append(str(invalid))


class TableField(_Bound):
    """Rows of cells; cell names are ``field.row.column``, a row being an index or the key of a given row."""

    def __init__(self, item: Table, setting: Setting, look: TableControl, *, name: str, _form: wtforms.Form) -> None:
        super().__init__(name, _form)
        self.item = item
        self.setting = setting
        self.look = look
        self.rows: dict[str, dict[str, list[str]]] = {}
        self.cell_errors: dict[str, Invalid] = {}

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.process_errors = []
        self.rows = rows_in(formdata or {}, self.item.id)
        self.data = [self._row(row, cells) for row, cells in self.rows.items()]

    def _row(self, row: str, cells: Mapping[str, list[str]]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for column in self.item.answered():
            try:
                values[column.id] = column.parse(cells.get(column.id, []), self.setting.columns[column.id])
            except Invalid as invalid:
                self.cell_errors[f"{self.item.id}.{row}.{column.id}"] = invalid
                values[column.id] = None
        return values


def rows_in(typed: Any, name: str) -> dict[str, dict[str, list[str]]]:
    """The typed cells of the table *name* by row, rows by index first in their order, others as they come."""
    rows: dict[str, dict[str, list[str]]] = {}
    for path in typed:
        if path.startswith(f"{name}.") and path.count(".") >= 2:
            row, _, column = path[len(name) + 1 :].rpartition(".")
            texts = typed.getlist(path) if hasattr(typed, "getlist") else typed[path]
            rows.setdefault(row, {})[column] = texts
    return dict(sorted(rows.items(), key=lambda item: (0, int(item[0])) if item[0].isdigit() else (1, 0)))


class SheetForm(wtforms.Form):
    """What every paper's form is."""

    class Meta(wtforms.meta.DefaultMeta):
        # Without what only labels, validators and widgets need: a form is made for each page.
        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            return unbound_field.field_class(*unbound_field.args, name=options["name"], _form=form)

        def get_translations(self, form: Any) -> Any:
            return None

    def process(self, formdata: Any = None, *more: Any, **others: Any) -> None:
        """Each field reads what was typed in it; defaults and filters, which WTForms would look for, there are none."""
        for entry in self._fields.values():
            entry.process(formdata)


class _Texts(dict[str, list[str]]):
    """What was typed, as WTForms asks for it."""

    def getlist(self, name: str) -> list[str]:
        return self.get(name, [])


# --- paper ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the service allows of attachments: kinds as in HTML, the largest size in words and in bytes."""

    accept: str = ""
    largest: str = ""
    heaviest: int = 0


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One form in one language for one role: its WTForms class and its looks by field id."""

    form: type[wtforms.Form]
    looks: Mapping[str, Control | TableControl]
    #: The items of ratings fields, by the field's id.
    items: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: How the rows of tables are named, by the field's id.
    headings: Mapping[str, Heading] = field(default_factory=dict)
    #: Whether files can be attached to it.
    takes_files: bool = False
    twin: Twin
    #: What the browser is told of the form's rules (web/live.py).
    rules: str = ""

    def read(self, typed: Typed) -> wtforms.Form:
        """The form with what was typed in it."""
        return self.form(_Texts(typed))


def paper(
    environment: jinja2.Environment,
    process: Process,
    duty: Duty,
    action: Action,
    role: str,
    say: Say,
    allowed: Settings,
) -> Paper:
    """The paper on which *role* fills in *action*, in the language that *say* and the environment speak now."""
    fields = duty.submitted_by(action, role)
    twin = twin_of(process, duty, action, role)
    maker = _Maker(environment, process, duty, say, allowed, twin)
    members: dict[str, Any] = {}
    for name, item in fields.items():
        mine = item.asked and (item.writers is None or role in item.writers)
        maker.add(item, duty.settings[name], members, writable=mine)
    form = type("SheetForm", (SheetForm,), members)
    rules = live.rules(process, duty, twin)
    return Paper(
        form=form,
        looks=maker.looks,
        items=maker.items,
        headings=maker.headings,
        takes_files=any(map(_takes_files, fields.values())),
        twin=twin,
        rules=rules,
    )


def _takes_files(item: Field) -> bool:
    return isinstance(item, File) or (isinstance(item, Table) and any(map(_takes_files, item.columns.values())))


class _Maker:
    """Collects the fields and looks of one paper."""

    def __init__(
        self,
        environment: jinja2.Environment,
        process: Process,
        duty: Duty,
        say: Say,
        allowed: Settings,
        twin: Twin,
    ) -> None:
        self.environment = environment
        self.process = process
        self.duty = duty
        self.say = say
        self.allowed = allowed
        self.twin = twin
        self.looks: dict[str, Control | TableControl] = {}
        self.items: dict[str, tuple[str, ...]] = {}
        self.headings: dict[str, Heading] = {}

    def add(self, item: Field, setting: Setting, members: dict[str, Any], *, writable: bool) -> None:
        if isinstance(item, Ratings):
            self._ratings(item, setting, members, writable=writable)
        elif isinstance(item, Table):
            self.headings[item.id] = heading(self.process, item, setting)
            look = compile_table(self.environment, self.table_spec(item, setting))
            self.looks[item.id] = look
            members |= {item.id: wtforms.fields.core.UnboundField(TableField, item, setting, look)} if writable else {}
        else:
            look_ = compile_control(
                self.environment, self.spec(item, setting, item.id, given=item.asked and not writable)
            )
            self.looks[item.id] = look_
            members |= {item.id: wtforms.fields.core.UnboundField(ValueField, item, setting, look_)} if writable else {}

    def _ratings(self, item: Ratings, setting: Setting, members: dict[str, Any], *, writable: bool) -> None:
        self.items[item.id] = tuple(setting.columns)
        heading = Spec(control="section", name=item.id, title=self.say(item.title), help=self.say(item.help))
        self.looks[item.id] = compile_control(self.environment, heading)
        for key, row in zip(setting.columns, setting.rows or (), strict=True):
            declared = self.process.words.catalogues[self._catalogue(item)].rows[key]
            other = declared.variants.get(self.duty.variant)
            spec = Spec(
                control="radios" if writable else "given",
                name=key,
                title=self.say(row["title"]),
                help=self.say((other.help if other else "") or declared.cells.get("help", "")),
                optional=item.optional,
                options=tuple((code, self.say(text)) for code, text in setting.options.items()),
                anchors=True,
                drives=item.id in self.twin.drivers,
            )
            look = compile_control(self.environment, spec)
            self.looks[key] = look
            if writable:
                members[key] = wtforms.fields.core.UnboundField(ValueField, item, setting.columns[key], look)

    def _catalogue(self, item: Ratings) -> str:
        names = {path[0] for path in feel.reads(item.from_.parsed)}
        return next(name for name in self.process.words.catalogues if name in names)

    def spec(self, item: Field, setting: Setting, name: str, *, given: bool = False) -> Spec:
        """What the look of a field that stands alone needs to know."""
        is_choice = isinstance(item, ChoiceKind)
        dynamic = is_choice and item.from_ is not None  # type: ignore[attr-defined]
        return Spec(
            control="given" if given else item.control,
            name=name,
            title=self.say(item.title),
            help=self.say(item.help),
            optional=item.optional and item.asked and item.required_if is None,
            options=None if dynamic else tuple((code, self.say(text)) for code, text in setting.options.items()),
            anchors=isinstance(item, Scale),
            unit="%" if item.kind == "percent" else self.say(item.unit) if isinstance(item, Number) else "",
            length=self._length(item),
            heaviest=self.allowed.heaviest if isinstance(item, File) else 0,
            accept=self.allowed.accept if isinstance(item, File) else "",
            drives=item.id in self.twin.drivers,
            live=name.replace(".{row}", "") in self.twin.live,
            sometimes=item.optional and item.asked and item.required_if is not None and not given and "." not in name,
        )

    def _length(self, item: Field) -> str:
        if isinstance(item, File):
            return self.allowed.largest
        count = getattr(item, "length", None)
        return f"{count.least}..{count.most}" if count and count.most else ""

    def table_spec(self, table: Table, setting: Setting) -> Spec:
        own = [self.spec(c, setting.columns[n], f"{table.id}.{{row}}.{n}") for n, c in table.columns.items()]
        drives = table.id in self.twin.drivers
        return Spec(
            control="table",
            name=table.id,
            title=self.say(table.title),
            help=self.say(table.help),
            optional=table.optional and bool(own),
            drives=drives,
            columns=(*self._given_columns(table), *own),
            rows=(table.rows.least, table.rows.most) if table.rows else None,
            rows_title=self.say(self.headings[table.id].title),
        )

    def _given_columns(self, table: Table) -> Iterator[Spec]:
        named = self.headings[table.id]
        for name, title in named.columns.items():
            origin = self.say(named.origins.get(name, ""))
            yield Spec(control="given", name=f"{table.id}.{{row}}.{name}", title=self.say(title), help=origin)


# --- what names a row -------------------------------------------------------------------------------------------------

#: So many columns that are only to be read stand beside those to fill in; more than that stand below the row's title.
BESIDE = 2


@dataclass(frozen=True, kw_only=True)
class Heading:
    """How rows that come from elsewhere are told apart: the column that names them, what else is known of them.

    ``facts`` stand below the name, ``columns`` in columns of their own; both by id, with their titles. ``name`` is
    empty where only the key names a row; ``title`` is what it is called. ``origins`` tells of a column where it was
    answered.
    """

    name: str = ""
    title: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)


def heading(process: Process, table: Table, setting: Setting) -> Heading:
    """The heading of *table*'s rows. Where much is given, only what was answered about the same rows is a column."""
    reads = feel.reads(table.from_.parsed) if table.from_ else frozenset()
    sources = [_source(process, path, reads) for path in sorted(reads)]
    inherited = {name: title for source in sources for name, title in source.inherited.items()}
    answered = {name: title for source in sources for name, title in source.answered.items()}
    name = next((source.name for source in sources if source.name), "")
    code = {setting.key: inherited.get(setting.key) or wording(setting.key)} if name and name != setting.key else {}
    given = {n: t for n, t in {**inherited, **answered}.items() if n not in (name, setting.key, *table.columns)}
    below = {n: t for n, t in given.items() if n in inherited} if table.columns and len(given) > BESIDE else {}
    return Heading(
        name=name,
        title=inherited.get(name, ""),
        facts={**code, **below},
        columns={n: title for n, title in given.items() if n not in below},
        origins={n: source.origin for source in sources for n in source.answered},
    )


@dataclass(frozen=True, kw_only=True)
class _Source:
    """What rows come with: columns of where they were first written, and answers that were given about them later."""

    name: str = ""
    inherited: Mapping[str, str] = field(default_factory=dict)
    answered: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""


def _source(process: Process, path: tuple[str, ...], reads: Iterable[tuple[str, ...]]) -> _Source:
    if path[0] in process.words.catalogues and len(path) == 1:
        # What the rows were chosen by is the same in all of them.
        chosen_by = {read[1] for read in reads if read[0] == path[0] and len(read) > 1}
        columns = [name for name in process.words.catalogues[path[0]].columns if name not in chosen_by]
        return _Source(name="title", inherited={"title": "", **{name: wording(name) for name in columns}})
    if path[0] in process.values:
        columns_ = process.values[path[0]].columns
        return _Source(
            name="title" if "title" in columns_ else "",
            inherited={name: column.title or wording(name) for name, column in columns_.items()},
        )
    duty = process.duties.get(path[0])
    source = duty.fields.get(path[1]) if duty and len(path) > 1 else None
    if duty and isinstance(source, Ratings):
        return _rated_source(process, source)
    return _table_source(process, duty, source) if duty and isinstance(source, Table) else _Source()


def _rated_source(process: Process, source: Ratings) -> _Source:
    """Rated items: their titles, the columns of their catalogue, and the mark that each was given."""
    names = {path[0] for path in feel.reads(source.from_.parsed)} & process.words.catalogues.keys()
    columns = [column for name in names for column in process.words.catalogues[name].columns]
    return _Source(name="title", inherited={"title": "", **{name: wording(name) for name in (*columns, "nilai")}})


def _table_source(process: Process, duty: Duty, source: Table) -> _Source:
    setting = duty.settings[source.id]
    own = {name: str(column.title) for name, column in source.columns.items()}
    if source.from_ is None:
        lines = (name for name, column in source.columns.items() if isinstance(column, Line) and name != setting.key)
        return _Source(name=next(lines, ""), inherited=own)
    before = heading(process, source, setting)
    inherited = {before.name: before.title, **before.facts, **before.columns}
    return _Source(name=before.name, inherited=inherited, answered=own, origin=duty.title)


def wording(name: str) -> str:
    """The id of something that has no title, as words."""
    return name.replace("_", " ").capitalize()


# --- typed ------------------------------------------------------------------------------------------------------------


def typed_of(fields: Mapping[str, Field], duty: Duty, values: Mapping[str, Any]) -> Typed:
    """*values* as somebody would have typed them: what a form opens with."""
    typed: Typed = {}
    for name, item in fields.items():
        if isinstance(item, Table):
            typed |= _typed_rows(item, duty.settings[name], values.get(name))
        elif isinstance(item, Ratings):
            keys = duty.settings[name].columns
            typed |= {key: item.raw(values[key]) for key in keys if values.get(key) is not None}
        elif item.asked and values.get(name) is not None:
            typed[name] = _raw(item, values[name])
    return typed


def _raw(item: Field, value: Any) -> list[str]:
    """A value as it would have been typed; a file by its id."""
    return [value["id"]] if isinstance(item, File) and value is not None else item.raw(value)


def _typed_rows(table: Table, setting: Setting, rows: Any) -> Typed:
    typed: Typed = {}
    for index, row in enumerate(rows or []):
        name = str(row[setting.key]) if table.from_ else str(index)
        for column in table.answered():
            typed[f"{table.id}.{name}.{column.id}"] = _raw(column, row.get(column.id))
    if not rows and table.rows and not table.from_:
        typed |= {f"{table.id}.{i}.{c.id}": [""] for i in range(table.rows.least) for c in table.answered()}
    return typed


def with_row(typed: Typed, table: Table) -> Typed:
    """*typed* with one more empty row in *table*."""
    used = [int(row) for row in rows_in(typed, table.id) if row.isdigit()]
    row = max(used, default=-1) + 1
    return {**typed, **{f"{table.id}.{row}.{column.id}": [""] for column in table.answered()}}


def without_row(typed: Typed, table: Table, row: str) -> Typed:
    """*typed* without that row of *table*."""
    return {name: texts for name, texts in typed.items() if not name.startswith(f"{table.id}.{row}.")}


def values_of(form: wtforms.Form, duty: Duty) -> Read:
    """The values and unreadable entries of a form. Rows of a person's own that are quite empty are left out."""
    values: dict[str, Any] = {}
    errors: dict[str, Invalid] = {}
    for name, entry in form._fields.items():
        if isinstance(entry, TableField):
            values[name] = _rows(entry)
            errors |= entry.cell_errors
        else:
            values[name] = entry.data
            errors |= {name: entry.invalid} if isinstance(entry, ValueField) and entry.invalid else {}
    return Read(values=values, errors=errors)


def _rows(entry: TableField) -> list[dict[str, Any]]:
    if entry.item.from_:
        return [{entry.setting.key: row, **cells} for row, cells in zip(entry.rows, entry.data, strict=True)]
    return [cells for row, cells in zip(entry.rows, entry.data, strict=True) if not _empty(entry, row)]


def _empty(entry: TableField, row: str) -> bool:
    return not any(text.strip() for texts in entry.rows[row].values() for text in texts)


def row_names(form: wtforms.Form, name: str) -> list[str]:
    """What the rows of a table's value are called in the form: refusals count values, pages name rows."""
    entry = form._fields.get(name)
    if not isinstance(entry, TableField):
        return []
    return [row for row in entry.rows if entry.item.from_ or not _empty(entry, row)]


def placed(form: wtforms.Form, refusals: Iterable[Refusal]) -> Iterator[tuple[str, Refusal]]:
    """Each refusal with the name of the input that it belongs to, ``""`` for the form as a whole."""
    for refusal in refusals:
        name, _, rest = refusal.path.partition(".")
        index, _, column = rest.partition(".")
        names = row_names(form, name)
        if index.isdigit() and int(index) < len(names):
            yield f"{name}.{names[int(index)]}.{column}", refusal
        else:
            yield refusal.path, refusal


# --- rendering --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """What rendering needs besides the form: texts by path, and how values are said."""

    errors: Mapping[str, Sequence[str]]
    #: A field, the id of its column or nothing, and the value.
    show: Callable[[Asked, str, Any], str]
    say: Say
    beside: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)


def rendered(sheet: Sheet, paper_: Paper, form: wtforms.Form, how: Rendering) -> Markup:
    """The fields of the sheet that are shown, in the order of the page."""
    # Every part is HTML of a look: nothing is left to escape.
    found: list[Markup] = []
    for asked in sheet.asked:
        if asked.field.id in paper_.twin.parts:
            found.append(_part(asked, _field(asked, paper_, form, how)))
        elif asked.shown:
            found.extend(_field(asked, paper_, form, how))
    return Markup("".join(found))


def _part(asked: Asked, looks: Iterable[Markup]) -> Markup:
    """A field that the browser may show and hide. A hidden one waits in a template, which is not part of the page."""
    tag = Markup("div" if asked.shown else "template")
    return Markup('<%s data-part="%s">%s</%s>') % (tag, asked.field.id, Markup("").join(looks), tag)


def _field(asked: Asked, paper_: Paper, form: wtforms.Form, how: Rendering) -> Iterator[Markup]:
    name = asked.field.id
    look = paper_.looks[name]
    if isinstance(look, TableControl):
        yield look.render(list(_table_rows(asked, form, how, paper_.headings[name])), errors=how.errors.get(name, ()))
        return
    if name in paper_.items:
        yield look.render()
        yield from (_single(asked, key, paper_.looks[key], form, how) for key in asked.setting.columns)
        return
    yield _single(asked, name, look, form, how)


def _single(asked: Asked, name: str, look: Any, form: wtforms.Form, how: Rendering) -> Markup:
    entry = form._fields.get(name)
    options = None
    if entry is None:
        raw: Sequence[str] = [how.show(asked, "", asked.value)] if asked.value is not None else []
    elif isinstance(asked.field, File):
        raw = how.files.get(name, ())
    else:
        raw = entry.raw_data or ()
    if look.spec.options is None:
        options = tuple((code, how.say(text)) for code, text in asked.setting.options.items())
    return look.render(
        raw,
        errors=how.errors.get(name, ()),
        beside=how.beside.get(name, ""),
        options=options,
        wanted=asked.required,
    )


def _table_rows(asked: Asked, form: wtforms.Form, how: Rendering, named: Heading) -> Iterator[Row]:
    entry = form._fields.get(asked.field.id)
    table = asked.field
    assert isinstance(table, Table)
    if table.from_ or not isinstance(entry, TableField):
        yield from (_given_row(table, asked, row, entry, how, named) for row in asked.rows)
        return
    values = dict(zip(row_names(form, table.id), asked.rows, strict=False))
    for row, cells in entry.rows.items():
        shown = {
            c.id: [how.show(asked, c.id, values[row].get(c.id))]
            for c in table.columns.values()
            if not c.asked and row in values
        }
        removable = True
        attached = _attached(table, row, how)
        yield Row(row=row, raw={**cells, **shown, **attached}, errors=_row_errors(table, row, how), removable=removable)


def _given_row(table: Table, asked: Asked, row: Mapping[str, Any], entry: Any, how: Rendering, named: Heading) -> Row:
    key = str(row.get(asked.setting.key, ""))
    typed = entry.rows.get(key, {}) if isinstance(entry, TableField) else {}
    raw: dict[str, Sequence[str]] = {}
    for name, value in row.items():
        column = table.columns.get(name)
        if column is not None and column.asked and isinstance(entry, TableField):
            raw[name] = typed.get(name, [])
        else:
            raw[name] = [how.show(asked, name, value)] if value is not None else []
    if isinstance(entry, TableField):
        raw |= _attached(table, key, how)
    facts = [(how.say(title), raw[name][0]) for name, title in named.facts.items() if raw.get(name)]
    title = (raw.get(named.name) or raw.get(asked.setting.key) or [key])[0]
    return Row(row=key, title=title, facts=facts, raw=raw, errors=_row_errors(table, key, how), given=entry is None)


def _attached(table: Table, row: str, how: Rendering) -> dict[str, Sequence[str]]:
    """The files in the cells of a row, as their control shows them."""
    own = (column.id for column in table.columns.values() if isinstance(column, File))
    return {column: how.files.get(f"{table.id}.{row}.{column}", ()) for column in own}


def _row_errors(table: Table, row: str, how: Rendering) -> dict[str, Sequence[str]]:
    stem = f"{table.id}.{row}."
    return {path[len(stem) :]: texts for path, texts in how.errors.items() if path.startswith(stem)}
