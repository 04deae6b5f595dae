"""The expressions of forms and actions, each checked in the scope in which it is evaluated."""

from __future__ import annotations

from engine import feel
from engine.draft import Draft, Scope
from engine.duties import Fields, members
from engine.kinds import Computed, Day, Field, Number, Setting, Table
from engine.model import Action
from engine.order import ordered
from engine.process import Duty, worked_reads
from engine.terms import Clauses


def check_sheets(draft: Draft) -> None:
    """Report what is wrong in the fields, requirements and routes of every duty."""
    for duty in draft.duties.values():
        if duty.type.open:
            continue
        asked: Fields = duty.form.fields if duty.form else {}
        actions = tuple(action.id for action in draft.actions_at(duty))
        roles = feel.Codes("actor", tuple(draft.words.roles))
        around = {**draft.scope, "action": feel.Codes("action", actions), "actor": roles}
        scope = {**around, **_locals(duty, asked)}
        _check_circles(duty, asked)
        _check_fields(draft, duty, asked, scope)
        if duty.form:
            _check_requirements(draft, duty.form.require, scope)
        for action in duty.actions.values():
            _check_action(draft, action, duty, {**around, **_locals(duty, _submitted(action, duty))})


def _submitted(action: Action, duty: Duty) -> Fields:
    """The fields whose answers an action brings along: the form's only if it submits the form."""
    elsewhere = action.actor and not set(action.actor) & set(duty.actor)
    return action.fields if action.without_form or elsewhere else duty.sheets[action.id]


def _check_circles(duty: Duty, fields: Fields) -> None:
    """No computed field depends on itself."""
    reads = worked_reads(fields, duty.settings)
    for circle in ordered(reads, reads)[1]:
        fields[circle[0]].at.of_key().report("E14", names=" → ".join(circle))


def _locals(duty: Duty, fields: Fields) -> dict[str, feel.Type]:
    return dict(members(fields, duty.settings))


def _check_requirements(draft: Draft, require: Clauses, scope: Scope) -> None:
    draft.clauses(require, scope)
    for clause in require:
        draft.has_message(clause.result.at, clause.id)


def _check_action(draft: Draft, action: Action, duty: Duty, scope: Scope) -> None:
    _check_circles(duty, action.fields)
    _check_fields(draft, duty, action.fields, scope)
    draft.condition(action.show_if, {**scope, "today": feel.DATE})
    _check_requirements(draft, action.require, scope)
    draft.clauses(action.to or Clauses(), scope)
    draft.clauses(action.starts or Clauses(), scope)


# --- fields -----------------------------------------------------------------------------------------------------------


def _check_fields(draft: Draft, duty: Duty, fields: Fields, scope: Scope) -> None:
    for item in fields.values():
        _check_field(draft, item, scope, duty.settings[item.id])


def _check_field(draft: Draft, item: Field, scope: Scope, setting: Setting) -> None:
    dated = {**scope, "today": feel.DATE}
    draft.condition(item.show_if, dated)
    draft.condition(item.required_if, scope)
    if item.initial:
        draft.wanted(item.initial, item.type_in(setting), dated)
    if isinstance(item, Number) and item.allow:
        draft.check(item.allow, dated, feel.NUMBER)
    if isinstance(item, Day) and item.allow:
        draft.check(item.allow, dated, feel.DATE)
    if isinstance(item, Computed):
        draft.check(item.formula, scope)
    _check_source(draft, item, scope, setting)
    if isinstance(item, Table):
        _check_columns(draft, item, scope, setting)
    if item.code:
        draft.has_message(item.at / "code", item.code)


def _check_source(draft: Draft, item: Field, scope: Scope, setting: Setting) -> None:
    """Options and rows come from a list of rows with a key; a field's own name in it is never the field itself."""
    source = getattr(item, "from_", None)
    if source is None:
        return
    found = draft.check(source, {**scope, item.id: draft.scope[item.id]} if item.id in draft.scope else scope)
    rows = found.item if isinstance(found, feel.ListOf) else found
    if found != feel.ANY and not (found is not rows and (rows == feel.ANY or isinstance(rows, feel.Context))):
        source.report("N026", name=item.id)
    elif isinstance(rows, feel.Context) and not rows.open and not setting.key and not draft.files.gaps:
        source.report("N028", name=item.id)


def _check_columns(draft: Draft, table: Table, scope: Scope, setting: Setting) -> None:
    row = setting.item.members if isinstance(setting.item, feel.Context) else {}
    for column in table.columns.values():
        _check_field(draft, column, {**scope, **row}, setting.columns[column.id])
    if table.key:
        draft.known(table.at / "key", "N019", table.key, row)
