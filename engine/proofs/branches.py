"""Lines ``result: condition``: one always holds where one must, each can hold, and requirements can be met together.

Asked of z3, with every answer, setting and limit of the definition as a fact. A condition that is null does not hold.
What is not linear is not decided, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from engine import feel
from engine.draft import Draft
from engine.kinds import Field, Table
from engine.model import Action, DecisionTable, Stage, Value
from engine.process import Duty
from engine.proofs.naming import CaseNames
from engine.proofs.translation import Inputs, Translator, kind_of
from engine.proofs.witness import Names, Witness
from engine.proofs.worlds import Answer, Term, Untranslatable, World, all_of, any_of, none_of, world
from engine.shape import At
from engine.terms import Clause, Clauses, Expression


def check_branches(draft: Draft) -> None:
    """Report lines of *draft* that leave a gap or can never hold."""
    if world() is None:
        _check_without_proof(draft)
        return
    for value in draft.workflow.values.values():
        _check_value(draft, value)
    for duty in draft.duties.values():
        _check_fields(draft, duty)
        for action in duty.actions.values():
            _check_action(draft, duty, action)
    for stage in draft.workflow.stages.values():
        _check_automatic(draft, stage)


def _check_without_proof(draft: Draft) -> None:
    """Without z3 a gap that nobody closed with ``otherwise`` is not decided; of dead lines that is told once."""
    (draft.workflow.at / "workflow").report("W10", warning=True)
    for value in draft.workflow.values.values():
        if value.first and not _closed(value.first) and not value.optional:
            _undecided(value.first, value.id)
    for duty in draft.duties.values():
        for action in duty.actions.values():
            if action.to and not _closed(action.to):
                _undecided(action.to, action.id)


def _closed(lines: Clauses) -> bool:
    return lines[-1].condition is None


def _undecided(lines: Clauses, name: str) -> None:
    lines[-1].result.at.report("W11", warning=True, name=name)


# --- values -----------------------------------------------------------------------------------------------------------


def _check_value(draft: Draft, value: Value) -> None:
    if value.first:
        lines = value.first
        names = CaseNames(draft, World(), free=True)
        _check_dead(names, lines, in_order=True)
        if not _closed(lines) and not value.optional:
            _check_gap(CaseNames(draft, World()), lines, "E11lines", value.id)
    if value.collect:
        _check_dead(CaseNames(draft, World(), free=True), value.collect, in_order=False)


# --- actions ----------------------------------------------------------------------------------------------------------


def _names(draft: Draft, duty: Duty, action: Action, *, free: bool) -> CaseNames:
    elsewhere = bool(action.actor) and not set(action.actor) & set(duty.actor)
    submits = not action.without_form and not elsewhere
    fields = duty.sheets[action.id] if submits else action.fields
    return CaseNames(draft, World(), duty, fields, action, submits=submits and duty.form is not None, free=free)


def _check_action(draft: Draft, duty: Duty, action: Action) -> None:
    required = [clause for clause in _required(duty, action) if clause.condition is not None]
    if _taken_elsewhere(draft, duty, action):
        return
    if required:
        _check_required(_names(draft, duty, action, free=True), required, action)
    if action.show_if:
        _check_never(_names(draft, duty, action, free=True), action.show_if)
    if action.starts:
        _check_dead(_names(draft, duty, action, free=True), action.starts, in_order=False)
    if action.to and len(action.to) + (not _closed(action.to)) > 1:
        _check_dead(_names(draft, duty, action, free=True), action.to, in_order=True, given=_context(duty, action))
        if not _closed(action.to):
            _check_gap(
                _names(draft, duty, action, free=False), action.to, "E11lines", action.id, _context(duty, action)
            )


def _taken_elsewhere(draft: Draft, duty: Duty, action: Action) -> bool:
    """An action of a stage with tasks is looked at once, under its first task."""
    owners = [other.id for other in draft.duties.values() if other.actions.get(action.id) is action]
    return owners[0] != duty.id


def _required(duty: Duty, action: Action) -> Clauses:
    """What must hold for *action*: its own requirements, and the form's where it submits the form."""
    elsewhere = bool(action.actor) and not set(action.actor) & set(duty.actor)
    form = duty.form.require if duty.form and not action.without_form and not elsewhere else Clauses()
    return Clauses((*form, *action.require))


def _context(duty: Duty, action: Action) -> list[Expression]:
    """All that holds when *action* routes."""
    conditions = [clause.condition for clause in _required(duty, action)]
    return [condition for condition in (*conditions, action.show_if) if condition is not None]


def _check_required(names: CaseNames, required: Sequence[Clause], action: Action) -> None:
    """Each requirement can be met, and all of them at once."""
    before = len(names.draft.files.problems)
    _check_dead(names, Clauses(required), in_order=False)
    if len(names.draft.files.problems) > before or len(required) < 2:
        return
    held = [_holds(names, clause.condition) for clause in required]
    if not _is_possible(names, all_of(held)):
        codes = Names(tuple(clause.id for clause in required))
        action.at.of_key().report("E12require", action=action.id, codes=codes)


def _check_automatic(draft: Draft, stage: Stage) -> None:
    """Of two actions that the system takes on the same event at most one can be meant."""
    for one, other in combinations(stage.actions.values(), 2):
        event = next((event for event in one.auto if event in other.auto), None)
        if event is None or not one.to or not other.to or _results(one.to) == _results(other.to):
            continue
        duty = draft.duties[stage.id]
        names = _names(draft, duty, one, free=False)
        held = [_holds(names, condition, shows=True) for action in (one, other) for condition in _context(duty, action)]
        answer = _case(names, *held)
        if answer.found is not None and answer.sure:
            witness = _witness(answer)
            other.at.of_key().report("E12both", one=one.id, other=other.id, event=event, witness=witness)


def _results(lines: Clauses) -> set[str]:
    return {clause.id for clause in lines}


# --- fields -----------------------------------------------------------------------------------------------------------


def _check_fields(draft: Draft, duty: Duty) -> None:
    """A field that is never shown, or shows itself. What a column reads of its row is not known here."""
    asked: Mapping[str, Field] = duty.form.fields if duty.form else {}
    groups = [asked, *(action.fields for action in duty.actions.values())]
    for item in (item for fields in groups for item in fields.values()):
        for part in _shown_parts(item):
            names = CaseNames(draft, World(), duty, {**asked, item.id: item}, submits=duty.form is not None, free=True)
            if part.show_if and not _about_itself(part) and part is item:
                _check_never(names, part.show_if)


def _shown_parts(item: Field) -> Iterator[Field]:
    yield item
    if isinstance(item, Table):
        yield from item.columns.values()


def _about_itself(item: Field) -> bool:
    assert item.show_if
    if any(path[0] == item.id for path in feel.reads(item.show_if.parsed)):
        item.show_if.report("E21", name=item.id)
        return True
    return False


# --- what is asked ----------------------------------------------------------------------------------------------------


def _holds(names: CaseNames, condition: Expression | None, *, shows: bool = False) -> Any:
    if condition is None:
        return True
    return names.translator(shows=condition.source if shows else "").holds(condition.parsed.root)


def _case(names: CaseNames, *wanted: Any) -> Answer:
    """A case in which *wanted* holds. What no condition asks about was done: reading too early is told elsewhere."""
    return names.world.case(*wanted, *_done(names))


def _done(names: CaseNames) -> list[Any]:
    known, duties = names.world.known, names.draft.duties.values()
    asked = names.world.tested
    done = [duty for duty in duties if ("absent", duty.id) in known and duty.id not in asked and not duty.many]
    return [none_of(known["absent", duty.id].value) for duty in done]


def _witness(answer: Answer) -> Witness:
    return Witness(answer.found)


def _check_gap(names: CaseNames, lines: Clauses, code: str, owner: str, given: Sequence[Expression] = ()) -> None:
    held = [_holds(names, clause.condition, shows=True) for clause in lines]
    context = [_holds(names, condition) for condition in given]
    answer = _case(names, *context, none_of(*held))
    if answer.found is None:
        return
    if not answer.sure:
        _undecided(lines, owner)
        return
    lines[-1].result.at.report(code, name=owner, witness=_witness(answer), otherwise=Clauses.OTHERWISE)


def _check_dead(names: CaseNames, lines: Clauses, *, in_order: bool, given: Sequence[Expression] = ()) -> None:
    """Report lines that never hold, or never before another does."""
    context = [_holds(names, condition) for condition in given]
    earlier: list[Any] = []
    for clause in lines:
        held = _holds(names, clause.condition)
        if clause.condition is not None and not _is_possible(names, all_of((*context, held, none_of(*earlier)))):
            alone = _is_possible(names, held)
            clause.result.at.report("E12line" if alone else "E12never", name=clause.id)
        if in_order:
            earlier.append(held)


def _is_possible(names: CaseNames, wanted: Any) -> bool:
    return wanted is True or names.world.possible(wanted, *_done(names))


def _check_never(names: CaseNames, condition: Expression) -> None:
    if not _is_possible(names, _holds(names, condition)):
        condition.report("E12shown")


# --- tables whose cells are general FEEL ------------------------------------------------------------------------------


def check_general_table(draft: Draft, table: DecisionTable) -> None:
    """The same of a table whose cells are more than plain tests."""
    at: At = (table.at / "rows").of_key()
    space = world()
    if space is None:
        at.report("W11", warning=True, name=table.id)
        return
    given: dict[str, Term] = {}
    types: dict[str, feel.Type] = {}
    for name, word in table.inputs.items():
        types[name] = draft.words.type_of(word) or feel.ANY
        kind, options = kind_of(types[name])
        given[name] = space.shown[name] = space.variable(name, kind, options=options)
    translator = Translator(draft, space, Inputs(types, given), place=(table.id,))
    try:
        rows = translator.rows(table, given)
    except Untranslatable:
        at.report("W11", warning=True, name=table.id)
        return
    _check_general_rows(table, space, rows, any_of(term.null for term in given.values()))


def _check_general_rows(table: DecisionTable, space: World, rows: Sequence[Any], null: Any) -> None:
    at = (table.at / "rows").of_key()
    gap = space.case(none_of(null), none_of(*rows))
    if gap.found is not None and gap.sure:
        at.report("E11table", table=table.id, witness=_witness(gap))
    elif gap.found is not None:
        at.report("W11", warning=True, name=table.id)
    for number, row in enumerate(rows):
        if space.case(row, none_of(*rows[:number])).found is None:
            (table.at / "rows" / number).report("E12dead", row=number + 1, table=table.id)
