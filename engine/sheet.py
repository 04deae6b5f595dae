"""A form in somebody's hands: what it asks of them now, with the answers given so far.

``sheet`` puts the answers into the case as they will be, and from that says for each field whether it is shown,
wanted, writable, and what it offers; it is the same for the page that is shown, the draft that is kept and the act
that is judged, so the live total, the refusal and the branch agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from engine.case import Actor, Case, Past
from engine.errors import Refusal
from engine.kinds import Choice, Computed, Field, Ratings, Section, Setting, Table
from engine.model import Action
from engine.process import NOTE, Duty, Process
from engine.scope import CaseScope, FormScope
from engine.words import rounded

Inputs = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One field of a sheet. ``rows`` are those of a table, each with its answers and its given columns."""

    field: Field
    setting: Setting
    shown: bool
    required: bool
    writable: bool
    value: Any = None
    rows: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A form as it stands. ``case`` is the case as it would be; ``inputs`` are the answers that count."""

    duty: Duty
    action: Action
    case: Case
    scope: CaseScope
    local: FormScope
    asked: tuple[Asked, ...]
    inputs: Inputs

    def ask(self, name: str) -> Asked:
        return next(asked for asked in self.asked if asked.field.id == name)


def sheet(process: Process, case: Case, actor: Actor, action: Action, inputs: Inputs, now: datetime) -> Sheet:
    """The form of *action* for *actor*, filled in with *inputs* {field: value}. Never refuses anything."""
    duty = process.duty_of(case.stage, action, actor.role)
    fields = duty.submitted_by(action, actor.role)
    given = _given_rows(process, case, fields)
    kept = {name: value for name, value in inputs.items() if value is not None}
    around = {"action": action.id, "actor": actor.role, "today": case.cycle.day_of(now)}
    while True:
        answers = _composed(fields, duty, given, kept)
        taken = with_answers(process, case, duty, action, actor, answers, now, answer="")
        scope = CaseScope(process, taken)
        local = FormScope(scope, {**_blank(duty, fields), **answers, **around})
        answers = _computed(process, duty, fields, answers, local)
        hidden = _hidden(process, fields, local)
        if not hidden & kept.keys():
            break
        kept = {name: value for name, value in kept.items() if name not in hidden}
    if answers is not None:
        taken = with_answers(process, case, duty, action, actor, answers, now, answer="")
        scope = CaseScope(process, taken)
        local.behind = scope
    asked = tuple(_asked(process, duty, actor, item, local, hidden) for item in fields.values())
    return Sheet(duty=duty, action=action, case=taken, scope=scope, local=local, asked=asked, inputs=kept)


def with_answers(
    process: Process, case: Case, duty: Duty, action: Action, actor: Actor, answers: Inputs, now: datetime, answer: str
) -> Case:
    """*case* with an action taken: its answers in, its line in the history, nothing routed yet."""
    if action is NOTE:
        return replace(case, notes={**case.notes, duty.id: {**case.notes.get(duty.id, {}), **answers}})
    past = Past(
        action=action.id,
        actor=actor.role,
        at=now,
        fields={name: answers.get(name) for name in process.history_fields[duty.id]},
    )
    submits = not action.without_form and (actor.role in duty.actor or not duty.actor)
    replaced = frozenset(_names(duty, duty.submitted_by(action, actor.role)))
    history = case.history if duty.anonymous else {**case.history, duty.id: (*case.history.get(duty.id, ()), past)}
    counted = {**case.submitted, duty.id: case.submitted.get(duty.id, 0) + 1} if submits else case.submitted
    return replace(
        case,
        history=history,
        submitted=counted,
        answers={**case.answers, duty.id: _merged(case, duty, replaced, answers, answer)},
    )


def _merged(case: Case, duty: Duty, replaced: frozenset[str], answers: Inputs, answer: str) -> Inputs:
    """The answers of *duty* with a submission in: it sets every field of its form, those left out to null."""
    old = case.answers.get(duty.id, {})
    new = {name: value for name, value in answers.items() if value is not None}
    if duty.many:
        return {**old, answer: new}
    return {**{name: value for name, value in old.items() if name not in replaced}, **new}


def _names(duty: Duty, fields: Mapping[str, Field]) -> Iterator[str]:
    """The names under which the answers of *fields* are kept: a ratings field by its items."""
    for name, item in fields.items():
        if isinstance(item, Ratings):
            yield from duty.settings[name].columns
        else:
            yield name


def _blank(duty: Duty, fields: Mapping[str, Field]) -> dict[str, Any]:
    return dict.fromkeys(_names(duty, fields))


# --- tables and computed fields ---------------------------------------------------------------------------------------


def _given_rows(process: Process, case: Case, fields: Mapping[str, Field]) -> dict[str, list[Mapping[str, Any]]]:
    """The rows that tables take from elsewhere, from the case as it is before this submission."""
    tables = [item for item in fields.values() if isinstance(item, Table) and item.from_]
    if not tables:
        return {}
    scope = CaseScope(process, case)
    return {table.id: process.run(table.from_, scope) or [] for table in tables if table.from_}


def _composed(fields: Mapping[str, Field], duty: Duty, given: Mapping[str, Any], inputs: Inputs) -> dict[str, Any]:
    """The answers as they are kept: the rows of a source with the person's columns laid over them."""
    answers = dict(inputs)
    for name, rows in given.items():
        key = duty.settings[name].key
        own = by_key(fields[name], key, inputs.get(name))  # type: ignore[arg-type]
        answers[name] = [{**row, **own.get(row[key], {})} for row in rows]
    return answers


def by_key(table: Table, key: str, value: Any) -> dict[Any, dict[str, Any]]:
    """What a person filled in of a table with given rows, by row key.

    Rows come as a list with the key in each, or as ``{key: answer}`` where one column is to be filled.
    """
    columns = [column.id for column in table.answered()]
    if isinstance(value, dict):
        return {code: {columns[0]: answer} for code, answer in value.items()}
    if not isinstance(value, list):
        return {}
    return {row.get(key): {name: row.get(name) for name in columns} for row in value if isinstance(row, dict)}


def _computed(
    process: Process, duty: Duty, fields: Mapping[str, Field], answers: dict[str, Any], local: FormScope
) -> dict[str, Any] | None:
    """*answers* with every computed field and column worked out; ``None`` where there is none to work out."""
    if not any(isinstance(item, Computed | Table) for item in fields.values()):
        return None
    whole = dict(answers)
    for name, item in fields.items():
        if isinstance(item, Computed):
            whole[name] = local[name] = rounded(process.run(item.formula, local), item.decimals)
        elif isinstance(item, Table) and isinstance(whole.get(name), list):
            whole[name] = local[name] = [_computed_row(process, item, row, local) for row in whole[name]]
    return whole


def _computed_row(process: Process, table: Table, row: Any, local: FormScope) -> Any:
    if not isinstance(row, dict):
        return row
    inner = FormScope(local, {**dict.fromkeys(table.columns), **row})
    for name, column in table.columns.items():
        if isinstance(column, Computed):
            inner[name] = rounded(process.run(column.formula, inner), column.decimals)
    return dict(inner)


# --- what is shown and wanted -----------------------------------------------------------------------------------------


def _hidden(process: Process, fields: Mapping[str, Field], local: FormScope) -> set[str]:
    """The fields that are not shown; a hidden section hides its fields. Each is null for those behind it."""
    hidden, section = set(), True
    for name, item in fields.items():
        shown = process.holds(item.show_if, local)
        if isinstance(item, Section):
            section = shown
        if not (section and shown):
            hidden.add(name)
            if name in local:
                local[name] = None
    return hidden


def _asked(process: Process, duty: Duty, actor: Actor, item: Field, local: FormScope, hidden: set[str]) -> Asked:
    setting = _setting_now(process, item, duty.settings[item.id], local)
    required = item.asked and (
        not item.optional or (item.required_if is not None and process.holds(item.required_if, local))
    )
    return Asked(
        field=item,
        setting=setting,
        shown=item.id not in hidden,
        required=required and item.id not in hidden,
        writable=item.asked and (item.writers is None or actor.role in item.writers),
        value=local.get(item.id),
        rows=tuple(local.get(item.id) or ()) if isinstance(item, Table) else (),
    )


def _setting_now(process: Process, item: Field, setting: Setting, local: FormScope) -> Setting:
    """The setting of a field whose options, items or limits depend on the case."""
    tests = getattr(item, "allow", None)
    if tests is not None:
        code = process.code[tests]
        return replace(setting, allowed=lambda value: code(FormScope(local, {"?": value})))
    if isinstance(item, Ratings):
        return _items_now(process, item, setting, local)
    if isinstance(item, Choice) and item.from_:
        rows = process.run(item.from_, local) or []
        key = next(iter(rows[0]), "") if rows else ""
        return replace(setting, options={row[key]: row.get("title") or row[key] for row in rows})
    return setting


def _items_now(process: Process, item: Ratings, setting: Setting, local: FormScope) -> Setting:
    rows = process.run(item.from_, local) or []
    key = next(iter(setting.rows[0]), "") if setting.rows else ""
    wanted = {row[key] for row in rows}
    items = {name: part for name, part in setting.columns.items() if name in wanted}
    return replace(setting, rows=[row for row in setting.rows or () if row[key] in wanted], columns=items)


# --- what is wrong with it --------------------------------------------------------------------------------------------


def refusals(process: Process, filled: Sheet) -> Iterator[Refusal]:
    """Everything that keeps this sheet from being submitted, field by field."""
    for asked in filled.asked:
        if not asked.shown or not asked.field.asked:
            continue
        if isinstance(asked.field, Ratings):
            yield from _rating_refusals(asked, filled)
        elif isinstance(asked.field, Table):
            yield from _table_refusals(process, asked, filled)
        else:
            yield from _refusals(asked.field, asked.setting, filled.inputs.get(asked.field.id), asked.required)


def _refusals(item: Field, setting: Setting, value: Any, required: bool, path: str = "") -> Iterator[Refusal]:
    """What is wrong with one value: missing, or breaking its field's own rule."""
    if value is None or value == "":
        if required:
            yield Refusal(item.code or "nilai_wajib", path or item.id, {"title": item.title})
        return
    for refusal in item.refusals(value, setting):
        yield Refusal(refusal.code, path or refusal.path, refusal.params)


def _rating_refusals(asked: Asked, filled: Sheet) -> Iterator[Refusal]:
    titles = {next(iter(row.values())): row.get("title") for row in asked.setting.rows or ()}
    for name, setting in asked.setting.columns.items():
        value = filled.inputs.get(name)
        for refusal in _refusals(asked.field, setting, value, asked.required, name):
            yield replace(refusal, params={**refusal.params, "title": titles[name]})


def _table_refusals(process: Process, asked: Asked, filled: Sheet) -> Iterator[Refusal]:
    table, value = asked.field, filled.local.get(asked.field.id)
    assert isinstance(table, Table)
    if not value:
        if asked.required and not (table.rows and table.rows.holds(0)):
            yield from table.refusals([], asked.setting) if table.rows else [table.refusal("nilai_wajib")]
        return
    whole = table.refusals(value, asked.setting)
    yield from whole
    yield from _vanished(table, asked.setting.key, filled)
    if not any(refusal.code == "nilai_tidak_terbaca" for refusal in whole):
        for index, row in enumerate(value):
            yield from _row_refusals(process, table, asked.setting, f"{table.id}.{index}", row, filled.local)


def _vanished(table: Table, key: str, filled: Sheet) -> Iterator[Refusal]:
    """Rows that were filled in but that the source no longer has: a conflict, never dropped in silence."""
    if table.from_:
        there = {row[key] for row in filled.local[table.id]}
        for code in by_key(table, key, filled.inputs.get(table.id)):
            if code is not None and code not in there:
                yield Refusal("baris_sumber_berubah", table.id, {"found": code})


def _row_refusals(
    process: Process, table: Table, setting: Setting, path: str, row: Mapping[str, Any], local: FormScope
) -> Iterator[Refusal]:
    inner = FormScope(local, {**dict.fromkeys(table.columns), **row})
    for column in table.answered():
        if not process.holds(column.show_if, inner):
            continue
        required = not column.optional or (column.required_if is not None and process.holds(column.required_if, inner))
        now = _setting_now(process, column, setting.columns[column.id], inner)
        yield from _refusals(column, now, row.get(column.id), required, f"{path}.{column.id}")


# --- opening ----------------------------------------------------------------------------------------------------------


def opening(
    process: Process, case: Case, actor: Actor, action: Action, today: date, *, afresh: bool = False
) -> dict[str, Any]:
    """What a form is filled with when it is opened: notes, the last answers, and ``initial`` for the rest.

    ``afresh`` leaves the last answers out.
    """
    duty = process.duty_of(case.stage, action, actor.role)
    fields = duty.submitted_by(action, actor.role)
    last = {} if duty.many or afresh else {**case.answers.get(duty.id, {}), **case.notes.get(duty.id, {})}
    scope = CaseScope(process, case)
    local = FormScope(scope, {**_blank(duty, fields), **last, "action": action.id, "actor": actor.role, "today": today})
    given = _given_rows(process, case, fields)
    filled = {name: last[name] for name in _names(duty, fields) if last.get(name) is not None}
    for name, item in fields.items():
        if item.initial and name not in filled:
            filled[name] = process.run(item.initial, local)
        if name in given:
            filled[name] = _initial_rows(process, item, duty.settings[name].key, given[name], filled.get(name), local)  # type: ignore[arg-type]
    return filled


def _initial_rows(
    process: Process, table: Table, key: str, rows: Any, last: Any, local: FormScope
) -> list[dict[str, Any]]:
    """The person's columns of given rows, each with its last answer or its ``initial``."""
    old = by_key(table, key, last)
    return [{key: row[key], **_initial_cells(process, table, row, old.get(row[key], {}), local)} for row in rows]


def _initial_cells(
    process: Process, table: Table, row: Any, old: Mapping[str, Any], local: FormScope
) -> dict[str, Any]:
    inner = FormScope(local, dict(row))
    cells = {}
    for column in table.answered():
        value = old.get(column.id)
        if value is None and column.initial:
            value = process.run(column.initial, inner)
        cells[column.id] = value
    return cells
