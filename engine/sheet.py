"""A form in somebody's hands: what it asks of them now, with the answers given so far.

``sheet`` puts the answers into the case as they will be, and from that says for each field whether it is shown,
wanted, writable, and what it offers; it is the same for the page that is shown, the draft that is kept and the act
that is judged, so the live total, the refusal and the branch agree.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from engine import feel
from engine.case import Actor, Case, Past
from engine.errors import Refusal
from engine.kinds import Choice, Computed, Field, Ratings, Section, Setting, Table
from engine.model import Action
from engine.process import CLOSED_TICKET, NOTE, OPEN_TICKET, Duty, Page, Process
from engine.scope import CaseScope, FormScope, ratings, worded
from engine.words import rounded

Inputs = Mapping[str, Any]


class Asked(NamedTuple):
    """One field of a sheet. ``rows`` are those of a table, each with its answers and its given columns; ``earlier``
    are rows of former submissions that stay."""

    field: Field
    setting: Setting
    shown: bool
    required: bool
    writable: bool
    value: Any = None
    rows: tuple[Mapping[str, Any], ...] = ()
    earlier: tuple[Mapping[str, Any], ...] = ()


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
    #: The answers as they are kept: given rows and computed fields are in.
    answers: Inputs
    #: By table, the rows that come from elsewhere.
    given: Mapping[str, Sequence[Mapping[str, Any]]]

    def ask(self, name: str) -> Asked:
        return next(asked for asked in self.asked if asked.field.id == name)


def sheet(
    process: Process,
    case: Case,
    actor: Actor,
    action: Action,
    inputs: Inputs,
    now: datetime,
    *,
    duty: Duty | None = None,
) -> Sheet:
    """The form of *action* for *actor*, filled in with *inputs* {field: value}. Never refuses anything.

    ``duty`` is what the action is taken under, where that is no work of the present stage: a collection.
    """
    duty = worded(process, case, duty or process.duty_of(case.stage, action, actor.role))
    page = duty.page(action, actor.role)
    given = _given_rows(process, case, page)
    kept = {name: value for name, value in inputs.items() if value is not None and not _blank(value)}
    gone: set[str] = set()
    while True:
        filling = _Filling(process, case, duty, action, actor, now, page)
        filling.fill(given, kept, gone)
        hidden = _hidden(process, duty, page, filling.local)
        stray = {name for name in hidden if filling.answers.get(name) is not None}
        if not stray:
            break
        gone |= stray
        kept = {name: value for name, value in kept.items() if name not in gone}
    asked = tuple(_asked(process, case, duty, actor, item, filling.local, hidden) for item in page.fields.values())
    return Sheet(
        duty=duty,
        action=action,
        case=filling.case,
        scope=filling.scope,
        local=filling.local,
        asked=asked,
        inputs=kept,
        answers=filling.answers,
        given=given,
    )


def writable(page: Page, role: str, values: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The values that *role* may write on *page*, and the paths of those that were handed in besides."""
    allowed = page.open.union(item.id for item in page.guarded if role in (item.writers or ()))
    kept = {name: value for name, value in values.items() if name in allowed}
    ignored = sorted(values.keys() - kept.keys())
    for table in page.tables:
        if isinstance(kept.get(table.id), list):
            kept[table.id], beside = _cells(table, page.keys[table.id], kept[table.id])
            ignored += beside
    return kept, tuple(ignored)


def _cells(table: Table, key: str, rows: list[Any]) -> tuple[list[Any], list[str]]:
    """*rows* with the cells that a person may write and the *key*, and the paths of other cells."""
    known = {key, *(column.id for column in table.answered())}
    kept, beside = [], []
    for index, row in enumerate(rows):
        cells = row.keys() if isinstance(row, dict) else ()
        kept.append({name: row[name] for name in cells if name in known} if isinstance(row, dict) else row)
        beside += [f"{table.id}.{index}.{name}" for name in cells if name not in known]
    return kept, beside


def _blank(value: Any) -> bool:
    """Whether *value* is an empty text. Numbers are not compared with texts, which would be slow."""
    return isinstance(value, str) and not value


class _Filling:
    """Answers on their way into a case: as they are kept, as expressions see them, and the case with them."""

    def __init__(
        self, process: Process, case: Case, duty: Duty, action: Action, actor: Actor, now: datetime, page: Page
    ) -> None:
        self.process = process
        self.before = case
        self.duty = duty
        self.taken = (action, actor, now)
        self.page = page

    def fill(self, given: Mapping[str, Any], kept: Inputs, gone: set[str]) -> None:
        """Compose the answers, and work out what is computed, each seen by those behind it; none of *gone*."""
        action, actor, now = self.taken
        self.answers = _composed(self.page, given, kept, gone)
        for table in self.page.appended:
            if table.id not in gone:
                self.answers[table.id] = [*earlier_rows(self.before, self.duty, table), *(kept.get(table.id) or ())]
        today = self.before.cycle.day_of(now)
        self.local = FormScope({}, {**self.page.blank, **self.answers})
        self.local.update(action=action.id, actor=actor.role, today=today)
        for name in self.page.ratings:
            self.local[name] = ratings(self.duty, name, self.answers)
        self._put_in()
        for item in self.page.worked:
            if item.id not in gone:
                self.answers[item.id] = self.local[item.id] = self._worked(item)
                self._put_in()

    def _put_in(self) -> None:
        """The case with the answers so far."""
        action, actor, now = self.taken
        self.case = with_answers(self.process, self.before, self.duty, action, actor, self.answers, now, answer="")
        self.local.behind = self.scope = CaseScope.after(self.process, self.before, self.case)

    def _worked(self, item: Field) -> Any:
        if isinstance(item, Computed):
            return rounded(self.process.run(item.formula, self.local), item.decimals)
        rows = self.answers.get(item.id)
        assert isinstance(item, Table)
        return [worked_row(self.process, item, row, self.local) for row in rows] if isinstance(rows, list) else rows


def with_answers(
    process: Process, case: Case, duty: Duty, action: Action, actor: Actor, answers: Inputs, now: datetime, answer: str
) -> Case:
    """*case* with an action taken: its answers in, its line in the history, nothing routed yet."""
    if action is NOTE:
        return case.but(notes={**case.notes, duty.id: {**case.notes.get(duty.id, {}), **answers}})
    submits = not action.without_form and (actor.role in duty.actor or not duty.actor)
    counted = {**case.submitted, duty.id: case.submitted.get(duty.id, 0) + 1} if submits else case.submitted
    merged = _merged(case, duty, duty.page(action, actor.role), answers, answer)
    return case.but(
        history=case.history if duty.anonymous else _remembered(process, case, duty, action, actor, answers, now),
        submitted=counted,
        answers={**case.answers, duty.id: merged, **_closed_tickets(case, action, answers)},
    )


def _closed_tickets(case: Case, action: Action, answers: Inputs) -> dict[str, Inputs]:
    """The tickets that *action* closes, the open ones with what its form says of them."""
    tickets = case.answers.get(action.close or "", {})
    said = {name: value for name, value in answers.items() if value is not None}
    closed = {**said, "status": CLOSED_TICKET}
    done = {key: {**t, **closed} if t.get("status") == OPEN_TICKET else t for key, t in tickets.items()}
    return {action.close: done} if action.close and tickets else {}


def _remembered(
    process: Process, case: Case, duty: Duty, action: Action, actor: Actor, answers: Inputs, now: datetime
) -> Mapping[str, Sequence[Past]]:
    """The history of *case* with this action as the last line of its task."""
    fields = {name: answers.get(name) for name in process.history_fields[duty.id]}
    past = Past(action=action.id, actor=actor.role, at=now, fields=fields)
    return {**case.history, duty.id: (*case.history.get(duty.id, ()), past)}


def _merged(case: Case, duty: Duty, page: Page, answers: Inputs, answer: str) -> Inputs:
    """The answers of *duty* with a submission in: it sets every field of its form, those left out to null."""
    old = case.answers.get(duty.id, {})
    new = {name: value for name, value in answers.items() if value is not None}
    if duty.many:
        return {**old, answer: new}
    return {**{name: value for name, value in old.items() if name not in page.names}, **new}


# --- tables and computed fields ---------------------------------------------------------------------------------------


def _given_rows(process: Process, case: Case, page: Page) -> dict[str, list[Mapping[str, Any]]]:
    """The rows that tables take from elsewhere, from the case as it is before this submission."""
    if not page.given:
        return {}
    scope = CaseScope(process, case)
    return {table.id: process.run(table.from_, scope) or [] for table in page.given if table.from_}


def earlier_rows(case: Case, duty: Duty, table: Table) -> Sequence[Mapping[str, Any]]:
    """The rows that *table* keeps from former submissions."""
    return case.answers.get(duty.id, {}).get(table.id) or () if table.append else ()


def _composed(page: Page, given: Mapping[str, Any], inputs: Inputs, gone: set[str]) -> dict[str, Any]:
    """The answers as they are kept: the rows of a source with the person's columns laid over them."""
    answers = dict(inputs)
    for table in page.given:
        if table.id not in gone:
            key = page.keys[table.id]
            own = by_key(table, key, inputs.get(table.id))
            blank = dict.fromkeys(column.id for column in table.answered())
            answers[table.id] = [{**row, **blank, **own.get(row[key], {})} for row in given[table.id]]
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
    rows = (row for row in value if isinstance(row, dict) and isinstance(row.get(key), Hashable))
    return {row.get(key): {name: row.get(name) for name in columns} for row in rows}


def worked_row(process: Process, table: Table, row: Any, local: Any) -> Any:
    """*row* with its computed columns; a column that is not shown is null."""
    if not isinstance(row, dict):
        return row
    inner = FormScope(local, {**dict.fromkeys(table.columns), **row})
    for name, column in table.columns.items():
        if not process.holds(column.show_if, inner):
            inner[name] = None
        elif isinstance(column, Computed):
            inner[name] = rounded(process.run(column.formula, inner), column.decimals)
    return dict(inner)


# --- what is shown and wanted -----------------------------------------------------------------------------------------


def _hidden(process: Process, duty: Duty, page: Page, local: FormScope) -> set[str]:
    """What is not shown, fields and the items of ratings; a hidden section hides its fields.

    Each is null for those behind it.
    """
    hidden: set[str] = set()
    section = True
    for name, item in page.fields.items():
        shown = item.show_if is None or process.holds(item.show_if, local)
        if isinstance(item, Section):
            section = shown
        if not (section and shown):
            hidden.add(name)
            if isinstance(item, Ratings):
                hidden.update(duty.settings[name].columns)
    local.update((name, None) for name in hidden if name in local)
    return hidden


def _asked(
    process: Process, case: Case, duty: Duty, actor: Actor, item: Field, local: FormScope, hidden: set[str]
) -> Asked:
    value = local.get(item.id)
    shown = item.id not in hidden
    rows = tuple(value) if isinstance(item, Table) and isinstance(value, list) else ()
    earlier = len(earlier_rows(case, duty, item)) if isinstance(item, Table) and item.append and rows else 0
    return Asked(
        field=item,
        setting=_setting_now(process, item, duty.settings[item.id], local),
        shown=shown,
        required=shown and item.asked and _is_required(process, item, local),
        writable=item.asked and (item.writers is None or actor.role in item.writers),
        value=value,
        rows=rows[earlier:],
        earlier=rows[:earlier],
    )


def _is_required(process: Process, item: Field, local: FormScope) -> bool:
    if not item.optional:
        return True
    return item.required_if is not None and process.holds(item.required_if, local)


def _setting_now(process: Process, item: Field, setting: Setting, local: FormScope) -> Setting:
    """The setting of a field whose options, items or limits depend on the case."""
    tests = getattr(item, "allow", None)
    if tests is not None and setting.allowed is None:
        code = process.code[tests]
        return replace(setting, allowed=lambda value: code(FormScope(local, {"?": value})))
    if isinstance(item, Ratings):
        return _items_now(process, item, setting, local)
    if isinstance(item, Choice) and item.from_:
        rows = process.run(item.from_, _without(item, local)) or []
        return replace(setting, options={row[setting.key]: row.get("title") or row[setting.key] for row in rows})
    return setting


def _without(item: Choice, local: FormScope) -> Mapping[str, Any]:
    """What the ``from`` of *item* reads: a name that the field shares with a catalogue means the catalogue."""
    assert item.from_
    if all(path[0] != item.id for path in feel.reads(item.from_.parsed)):
        return local
    behind: Mapping[str, Any] = local
    while isinstance(behind, FormScope):
        behind = behind.behind
    return FormScope(local, {item.id: behind[item.id]})


def _items_now(process: Process, item: Ratings, setting: Setting, local: FormScope) -> Setting:
    rows = process.run(item.from_, local) or []
    wanted = {row[setting.key] for row in rows}
    if len(wanted) == len(setting.columns):
        return setting
    items = {name: part for name, part in setting.columns.items() if name in wanted}
    return replace(setting, rows=[row for row in setting.rows or () if row[setting.key] in wanted], columns=items)


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


def _refusals(item: Field, setting: Setting, value: Any, required: bool) -> list[Refusal]:
    """What is wrong with one value: missing, or breaking its field's own rule."""
    if value is None or (isinstance(value, str | list) and not value):
        return [item.refusal("nilai_wajib")] if required else []
    return item.refusals(value, setting)


def _rating_refusals(asked: Asked, filled: Sheet) -> Iterator[Refusal]:
    for name, setting in asked.setting.columns.items():
        for refusal in _refusals(asked.field, setting, filled.inputs.get(name), asked.required):
            title = next(row.get("title") for row in asked.setting.rows or () if row[asked.setting.key] == name)
            yield replace(refusal, path=name, params={**refusal.params, "title": title})


def _table_refusals(process: Process, asked: Asked, filled: Sheet) -> Iterator[Refusal]:
    table = asked.field
    assert isinstance(table, Table)
    value = filled.inputs.get(table.id) if table.append else filled.local.get(table.id)
    if not value:
        if asked.required and not (table.rows and table.rows.holds(0)):
            yield from table.refusals([], asked.setting) if table.rows else [table.refusal("nilai_wajib")]
        return
    whole = table.refusals(value, asked.setting)
    yield from whole
    yield from _vanished(table, asked.setting.key, filled)
    if not any(refusal.code == "nilai_tidak_terbaca" for refusal in whole):
        for index, row in enumerate(value):
            yield from _row_refusals(process, asked, f"{table.id}.{index}", row, filled.local)


def _vanished(table: Table, key: str, filled: Sheet) -> Iterator[Refusal]:
    """Rows that were filled in but that the source no longer has: a conflict, never dropped in silence."""
    if table.from_:
        there = {row[key] for row in filled.local[table.id]}
        for code in by_key(table, key, filled.inputs.get(table.id)):
            if code is not None and code not in there:
                yield Refusal("baris_sumber_berubah", table.id, {"found": code})


def _row_refusals(
    process: Process, asked: Asked, path: str, row: Mapping[str, Any], local: FormScope
) -> Iterator[Refusal]:
    table = asked.field
    assert isinstance(table, Table)
    inner = FormScope(local, {**dict.fromkeys(table.columns), **row})
    for column in table.answered():
        if process.holds(column.show_if, inner):
            required = _is_required(process, column, inner)
            now = _setting_now(process, column, asked.setting.columns[column.id], inner)
            for refusal in _refusals(column, now, row.get(column.id), required):
                yield replace(refusal, path=f"{path}.{column.id}")


# --- opening ----------------------------------------------------------------------------------------------------------


def opening(
    process: Process,
    case: Case,
    actor: Actor,
    action: Action,
    today: date,
    *,
    afresh: bool = False,
    duty: Duty | None = None,
) -> dict[str, Any]:
    """What a form is filled with when it is opened: notes, the last answers, and ``initial`` for the rest.

    ``afresh`` leaves the last answers out. ``duty`` as in ``sheet``.
    """
    duty = duty or process.duty_of(case.stage, action, actor.role)
    page = duty.page(action, actor.role)
    last = {} if duty.many or afresh else {**case.answers.get(duty.id, {}), **case.notes.get(duty.id, {})}
    kept = page.names - {table.id for table in page.appended}
    filled = {name: last[name] for name in kept if last.get(name) is not None}
    local = FormScope(CaseScope(process, case), {**page.blank, **filled})
    local.update(action=action.id, actor=actor.role, today=today)
    given = _given_rows(process, case, page)
    for name, item in page.fields.items():
        if item.initial and name not in filled:
            filled[name] = process.run(item.initial, local)
        if isinstance(item, Table) and name in given:
            key = page.keys[name]
            filled[name] = _initial_rows(process, item, key, given[name], filled.get(name), local)
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
