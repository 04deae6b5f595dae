"""The pieces of work of a process, and what each of their fields takes from its surroundings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine import feel
from engine.draft import Draft, Scope
from engine.feel.nodes import Filter, Name, Node, Path
from engine.kinds import Choice, Computed, Day, Field, Number, Person, Ratings, Scale, Setting, Table
from engine.model import Action, Catalogue, Collection, Form, Stage, Task
from engine.names import RESERVED
from engine.process import CLOSED_TICKET, OPEN_TICKET, Duty
from engine.shape import At
from engine.terms import Expression, Text

Fields = Mapping[str, Field]


def add_duties(draft: Draft) -> None:
    """Every task, stage and collection as a duty; its answers enter the scope.

    Done again when more of the scope is known, it finds more of the types and reports nothing else.
    """
    for stage in draft.workflow.stages.values():
        for task in stage.tasks.values():
            _add(draft, task, stage)
        _add(draft, stage, stage)
    for collection in draft.workflow.collections.values():
        _add(draft, collection, None)
    named = [duty for duty in draft.duties.values() if not duty.anonymous]
    draft.scope["history"] = feel.Context({duty.id: _history(draft, duty) for duty in named})


def _add(draft: Draft, work: Task | Stage | Collection, stage: Stage | None) -> None:
    duty = _duty(draft, work, stage)
    draft.duties[duty.id] = duty
    draft.scope[duty.id] = feel.ListOf(duty.type) if duty.many else duty.type


def _history(draft: Draft, duty: Duty) -> feel.Type:
    actions = tuple(action.id for action in draft.actions_at(duty))
    own = {"action": feel.Codes("action", actions), "actor": feel.Codes("actor", tuple(draft.words.roles))}
    return feel.ListOf(feel.Context({**duty.type.members, **own, "at": feel.DATE_TIME}, open=duty.type.open))


def _duty(draft: Draft, work: Task | Stage | Collection, stage: Stage | None) -> Duty:
    form = _form(draft, work.form, work.at / "form")
    asked: Fields = form.fields if form else {}
    own = _actions(work, stage)
    fields = {**asked, **{name: item for action in own.values() for name, item in action.fields.items()}}
    settings = {name: setting_of(draft, item) for name, item in fields.items()}
    settings |= _computed_settings(draft, fields, settings)
    settings |= {name: setting_of(draft, item) for name, item in _closing(draft, work).items() if name not in settings}
    sheets = {name: {**asked, **action.fields} for name, action in own.items()}
    _distinct([asked, *(action.fields for action in own.values())], settings)
    return Duty(
        id=work.id,
        stage=stage.id if stage else "",
        title=work.title or (stage.title if stage else Text(work.id)),
        actor=work.actor,
        form=form,
        readers={**draft.words.defaults.readers, **(stage.readers if stage else {}), **work.readers},
        anonymous=getattr(work, "anonymous", False),
        many=isinstance(work, Collection) or any(_has_seats(draft, role) for role in work.actor),
        at_least=getattr(work, "at_least", 1),
        on_return=getattr(work, "on_return", "reopen"),
        actions=own,
        fields=fields,
        settings=settings,
        sheets=sheets,
        type=feel.Context(_type_of(draft, work, fields, settings), open=not _is_known(draft, work, fields)),
        ticket=getattr(work, "ticket", None) or "",
    )


def _type_of(
    draft: Draft, work: Task | Stage | Collection, fields: Fields, settings: Mapping[str, Setting]
) -> dict[str, feel.Type]:
    """What expressions see of the answers. What can be answered once is not kept; a ticket has a number and a status,
    and what the form says that closes it."""
    kept = {name: item for name, item in fields.items() if not item.unique}
    if getattr(work, "ticket", None) is None:
        return dict(members(kept, settings))
    status = feel.Codes("status", (OPEN_TICKET, CLOSED_TICKET))
    return {**dict(members({**_closing(draft, work), **kept}, settings)), "nomor": feel.TEXT, "status": status}


def _closing(draft: Draft, work: Task | Stage | Collection) -> Fields:
    """The fields of the forms whose submission closes the tickets of *work*."""
    if getattr(work, "ticket", None) is None:
        return {}
    found: dict[str, Field] = {}
    for stage in draft.workflow.stages.values():
        for action in stage.actions.values():
            if action.close == work.id:
                form = draft.files.forms.get(stage.form or "")
                found |= {**(form.fields if form else {}), **action.fields}
    return found


def _computed_settings(draft: Draft, fields: Fields, settings: Mapping[str, Setting]) -> dict[str, Setting]:
    """The types of the computed fields among *fields*, as far as what they read is known."""
    scope = {**draft.scope, **dict(members(fields, settings))}
    computed = [item for item in fields.values() if isinstance(item, Computed)]
    return {item.id: Setting(item=_computed_type(draft, item, scope)) for item in computed}


def _is_known(draft: Draft, work: Task | Stage | Collection, fields: Fields) -> bool:
    """Whether all that can be answered is known; where a form or its items are missing, nothing more is reported."""
    rated = [item for item in fields.values() if isinstance(item, Ratings)]
    return work.form in (None, *draft.files.forms) and all(_catalogue_of(draft, item.from_) for item in rated)


def _form(draft: Draft, name: str | None, at: At) -> Form | None:
    if name is None or not draft.known(at, "N003", name, draft.files.forms):
        return None
    draft.used["form", name] = draft.files.sources["form", name]
    return draft.files.forms[name]


def _actions(work: Task | Stage | Collection, stage: Stage | None) -> Mapping[str, Action]:
    """An action with an actor of its own belongs to the stage, any other to each of its tasks."""
    if isinstance(work, Collection) or stage is None:
        return getattr(work, "actions", {})
    if work is stage and stage.tasks:
        return {name: action for name, action in stage.actions.items() if action.actor}
    return stage.actions


def _has_seats(draft: Draft, role: str) -> bool:
    known = draft.words.roles.get(role)
    return known is not None and known.seats.most != 1


def _distinct(groups: Iterable[Fields], settings: Mapping[str, Setting]) -> None:
    """No two answers of one sheet have the same name: of the form's fields and rated items, and an action's own."""
    form, *actions = ([*_answers(fields, settings)] for fields in groups)
    for answers in (form, *([*form, *own] for own in actions)):
        seen: dict[str, At] = {}
        for name, item in answers:
            if name in RESERVED:
                item.at.of_key().report("N022", name=name)
            elif seen.setdefault(name, item.at) is not item.at:
                item.at.of_key().report("N011", name=name, other=str(seen[name].of_key().place))


def _answers(fields: Fields, settings: Mapping[str, Setting]) -> Iterator[tuple[str, Field]]:
    for name, item in fields.items():
        yield name, item
        if isinstance(item, Ratings):
            yield from ((key, item) for key in settings[name].columns)


def members(fields: Fields, settings: Mapping[str, Setting]) -> Iterator[tuple[str, feel.Type]]:
    """What an expression sees of the answers to *fields*."""
    for name, item in fields.items():
        if isinstance(item, Ratings):
            row = settings[name].item
            given = row.members if isinstance(row, feel.Context) else {}
            yield name, feel.ListOf(feel.Context({**given, "nilai": feel.NUMBER}))
            yield from ((key, feel.NUMBER) for key in settings[name].columns)
        elif item.asked or isinstance(item, Computed):
            yield name, item.type_in(settings[name])


# --- settings: what a field takes from its surroundings ---------------------------------------------------------------


def setting_of(draft: Draft, item: Field) -> Setting:
    """The options, items or rows of *item*, as far as they do not depend on the case."""
    if isinstance(item, Ratings):
        return _ratings(draft, item)
    if isinstance(item, Scale):
        return Setting(options=_scale(draft, item))
    if isinstance(item, Choice):
        return Setting(options=_options(draft, item), key=_source_key(draft, item.from_) if item.from_ else "")
    if isinstance(item, Number):
        return Setting(allowed=_fixed_test(draft, item.allow, feel.NUMBER))
    if isinstance(item, Day):
        return Setting(allowed=_fixed_test(draft, item.allow, feel.DATE))
    if isinstance(item, Table):
        return _table(draft, item)
    return Setting()


def _scale(draft: Draft, item: Scale) -> Mapping[str, Text]:
    known = draft.known(item.at / "scale", "N006", item.scale, draft.words.scales)
    return draft.words.scales[item.scale] if known else {}


def _options(draft: Draft, item: Choice) -> Mapping[str, Text]:
    choices, lists = item.choices, draft.words.choices
    if isinstance(choices, dict):
        return choices
    if choices is not None:
        return lists[choices].options if draft.known(item.at / "choices", "N005", choices, lists) else {}
    if item.from_ is None and not isinstance(item, Person):
        item.at.of_key().report("N025", name=item.id)
    catalogue = _catalogue_of(draft, item.from_)
    return _titles(draft, catalogue) if catalogue else {}


def _fixed_test(draft: Draft, tests: Expression | None, tested: feel.Type) -> Callable[[Any], Any] | None:
    """*tests* as a function, where they read nothing of the case; what is wrong in them is reported later."""
    if tests is None or feel.reads(tests.parsed) or feel.infer(tests.parsed, {}, draft.words.signatures, tested)[1]:
        return None
    code = feel.compile(tests.parsed, draft.words.callables)
    return lambda value: code({"?": value})


def _titles(draft: Draft, catalogue: str) -> dict[str, Text]:
    rows = draft.words.catalogues[catalogue].rows
    return {key: row.cells.get("title", Text(key)) for key, row in rows.items()}


def _catalogue_of(draft: Draft, expression: Expression | None) -> str | None:
    """The catalogue that *expression* picks rows of, if it picks them from one."""
    if expression is None:
        return None
    names = {path[0] for path in feel.reads(expression.parsed)}
    return next((name for name in draft.words.catalogues if name in names), None)


def _ratings(draft: Draft, item: Ratings) -> Setting:
    scale = _scale(draft, item)
    catalogue = _catalogue_of(draft, item.from_)
    if catalogue is None:
        draft.known(item.at / "from", "N004", item.from_.source, draft.words.catalogues)
        return Setting(options=scale)
    declared = draft.words.catalogues[catalogue]
    items = {key: Setting(options=scale) for key in declared.rows}
    rows, row = draft.words.rows[catalogue], draft.words.row_type(catalogue)
    worded = dict(_worded_rows(declared, rows))
    return Setting(options=scale, rows=rows, item=row, columns=items, key=declared.key, worded=worded)


def _worded_rows(catalogue: Catalogue, rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """By variant, the rows of *catalogue* with the texts of that variant."""
    for variant in dict.fromkeys(name for row in catalogue.rows.values() for name in row.variants):
        worded = []
        for row in rows:
            texts = catalogue.rows[row[catalogue.key]].variants.get(variant)
            worded.append({**row, "title": texts.title} if texts and texts.title else dict(row))
        yield variant, worded


def _table(draft: Draft, item: Table) -> Setting:
    given = _row_type(draft, item.from_) if item.from_ else feel.Context()
    columns = {name: setting_of(draft, column) for name, column in item.columns.items()}
    row = {**given.members, **dict(members(item.columns, columns))}
    for name, column in item.columns.items():
        if isinstance(column, Computed):
            row[name] = _computed_type(draft, column, {**draft.scope, **row})
            columns[name] = Setting(item=row[name])
    key = item.key or (_source_key(draft, item.from_) if item.from_ else "")
    return Setting(columns=columns, item=feel.Context(row, open=given.open), key=key)


def _computed_type(draft: Draft, item: Computed, scope: Scope) -> feel.Type:
    """The type of a computed field, so that values may read it; what is wrong in it is reported later."""
    return feel.infer(item.formula.parsed, scope, draft.words.signatures)[0]


def _row_type(draft: Draft, source: Expression) -> feel.Context:
    """What a row of *source* looks like; open where that is not known."""
    type_, _ = feel.infer(source.parsed, draft.scope, draft.words.signatures)
    if isinstance(type_, feel.ListOf) and isinstance(type_.item, feel.Context):
        return type_.item
    return feel.Context(open=True)


def _source_key(draft: Draft, source: Expression) -> str:
    """The column that names a row of what *source* reads: a catalogue's, a table's, a value's first."""
    list_ = _list_of(source.parsed.root)
    for path in [list_] if list_ else sorted(feel.reads(source.parsed)):
        if path[0] in draft.words.catalogues:
            return draft.words.catalogues[path[0]].key
        if path[0] in draft.workflow.values:
            return next(iter(draft.workflow.values[path[0]].columns), "")
        if path[0] in draft.duties and len(path) > 1:
            setting = draft.duties[path[0]].settings.get(path[1])
            return setting.key if setting else ""
    return ""


def _list_of(node: Node) -> tuple[str, ...]:
    """The path of the list that *node* picks rows of, whatever its filter reads; empty where it is no single one."""
    while isinstance(node, Filter):
        node = node.base
    if isinstance(node, Path):
        before = _list_of(node.base)
        return (*before, node.member) if before else ()
    return (node.name,) if isinstance(node, Name) else ()
