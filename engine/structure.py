"""The course of a process: what stages, actions, readers, documents and analytics refer to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine import feel
from engine.calendar import is_decided
from engine.draft import Draft
from engine.feel.nodes import Name, Path
from engine.kinds import Field, Table
from engine.model import Action, Collection, Stage, Task, Vocabulary, Workflow
from engine.process import NEVER, NOW
from engine.shape import At
from engine.terms import Expression

#: The relations of those who have no account.
NOT_TOLD = ("public", "system")
#: What analytics can be grouped by, besides values.
GROUPS = ("unit", "cycle", "stage")


def check_structure(draft: Draft) -> None:
    """Report every reference that leads nowhere, and stages that cannot be left."""
    workflow = draft.workflow
    draft.known(workflow.at / "start", "N001", workflow.start, workflow.stages)
    for stage in workflow.stages.values():
        _check_stage(draft, stage)
    for collection in workflow.collections.values():
        _check_collection(draft, collection)
    for value in workflow.values.values():
        if value.frozen_at:
            draft.known(value.at / "frozen_at", "N001", value.frozen_at, workflow.stages)
        _check_readers(draft, value.at, value.readers)
        draft.all_known(value.at / "discloses", "N024", value.discloses, draft.words.profile)
    _check_defaults(draft)
    _check_forms(draft)
    _check_outputs(draft)
    _check_order(draft)


def _check_stage(draft: Draft, stage: Stage) -> None:
    _check_work(draft, stage)
    _check_told(draft, stage.at / "overdue", stage.overdue or {})
    _check_years(draft, stage)
    for task in stage.tasks.values():
        _check_work(draft, task)
    for action in stage.actions.values():
        _check_action(draft, action)
        if "deadline" in action.auto and stage.deadline is None and draft.files.whole(stage.at):
            (action.at / "auto").report("E20", stage=stage.id)
    leaves = stage.final or any(action.to for action in stage.actions.values())
    if not leaves and draft.files.whole(stage.at):
        stage.at.of_key().report("E03", stage=stage.id)


def _check_years(draft: Draft, stage: Stage) -> None:
    """A deadline in working days that is counted from now on runs into no year whose holidays are not decided."""
    today, deadline = draft.files.today, stage.deadline
    if today is None or deadline is None or not deadline.working:
        return
    due = draft.words.calendar.after(today, deadline.days)
    for year in range(today.year, due.year + 1):
        if not is_decided(year):
            (stage.at / "deadline").report("W20", warning=True, year=year)


def _check_told(draft: Draft, at: At, told: Iterable[str]) -> None:
    """Who is to be told has an account to be told by: neither the public nor the system."""
    written = at.value
    for name in told:
        here = (at / name).of_key() if isinstance(written, dict) else at
        here = at / written.index(name) if isinstance(written, list) else here
        if draft.known(here, "N002", name, draft.words.roles) and draft.words.roles[name].is_ in NOT_TOLD:
            here.report("N031", role=draft.words.roles[name].title)


def _check_work(draft: Draft, work: Stage | Task | Collection) -> None:
    draft.all_known(work.at / "actor", "N002", work.actor, draft.words.roles)
    _check_readers(draft, work.at, work.readers)


def _check_action(draft: Draft, action: Action) -> None:
    workflow = draft.workflow
    draft.all_known(action.at / "actor", "N002", action.actor, draft.words.roles)
    for clause in action.to or ():
        draft.known(clause.result.at, "N001", clause.id, workflow.stages)
    for clause in () if draft.files.pinned else action.starts or ():
        draft.known(clause.result.at, "N023", clause.id, draft.files.workflows)
    if action.close:
        draft.known(action.at / "close", "N016", action.close, workflow.collections)
    _check_field_names(draft, action.fields)


def _check_collection(draft: Draft, collection: Collection) -> None:
    workflow = draft.workflow
    _check_work(draft, collection)
    if collection.opens:
        draft.known(collection.at / "opens", "N001", collection.opens, workflow.stages)
    if collection.closes:
        actions = [name for stage in workflow.stages.values() for name in stage.actions]
        draft.known(collection.at / "closes", "N017", collection.closes, actions)
    for action in collection.actions.values():
        _check_action(draft, action)


def _check_readers(draft: Draft, owner: At, readers: Mapping[str, str]) -> None:
    """``role: stage``, ``now`` or ``none``."""
    for role, since in readers.items():
        at = owner / "readers" / role
        draft.known(at.of_key(), "N002", role, draft.words.roles)
        draft.known(at, "N001", since, [*draft.workflow.stages, NOW, NEVER])


def _check_defaults(draft: Draft) -> None:
    vocabularies = [draft.files.vocabularies[name] for kind, name in draft.used if kind == "vocabulary"]
    layers: list[Vocabulary | Workflow] = [*vocabularies, draft.workflow]
    for layer in layers:
        if layer.defaults:
            at = layer.at / "defaults"
            _check_told(draft, at / "overdue", layer.defaults.overdue)
            _check_readers(draft, at, layer.defaults.readers)


def _check_forms(draft: Draft) -> None:
    for form in {duty.form.form: duty.form for duty in draft.duties.values() if duty.form}.values():
        if form.beside:
            draft.known(form.at / "beside", "N008", form.beside, draft.duties)
        _check_field_names(draft, form.fields)


def _check_field_names(draft: Draft, fields: Mapping[str, Field]) -> None:
    """Who may read and write a field, and whose wording varies."""
    variants = [clause.id for clause in draft.words.variants]
    for item in _with_columns(fields):
        draft.all_known(item.at / "writers", "N002", item.writers or (), draft.words.roles)
        _check_readers(draft, item.at, item.readers)
        for name in item.variants:
            draft.known((item.at / "variants" / name).of_key(), "N007", name, variants)


def _with_columns(fields: Mapping[str, Field]) -> Iterator[Field]:
    for item in fields.values():
        yield item
        if isinstance(item, Table):
            yield from item.columns.values()


def _check_outputs(draft: Draft) -> None:
    """Variants, documents and analytics."""
    # What people read is in the words of their variant, so that must be known before anything is answered.
    later = {*draft.duties, *draft.workflow.values, "history"}
    known = {name: type_ for name, type_ in draft.scope.items() if name not in later}
    for clause in draft.words.variants:
        draft.condition(clause.condition, known)
    for document in draft.workflow.documents.values():
        draft.known(document.at / "opens", "N001", document.opens, draft.workflow.stages)
        _check_readers(draft, document.at, document.readers)
        for expression in document.show:
            draft.check(expression, draft.scope)
            if not _can_be_shown(draft, expression):
                expression.report("N029", name=" ".join(expression.source.split()))
    values = draft.workflow.values
    group = {**{name: feel.ListOf(draft.scope[name]) for name in values}, "case": feel.ListOf(feel.ANY)}
    for analysis in draft.workflow.analytics.values():
        draft.check(analysis.measure, group)
        draft.all_known(analysis.at / "by", "N027", analysis.by, [*GROUPS, *values])


def _can_be_shown(draft: Draft, expression: Expression) -> bool:
    """Whether a document can lay it out: a value, or the answer to a field. Names nobody knows are told already."""
    reads = feel.reads(expression.parsed)
    if not isinstance(expression.parsed.root, Name | Path) or len(reads) != 1:
        return False
    head, *rest = min(reads)
    duty = draft.duties.get(head)
    if duty is None:
        return head not in draft.scope or (head in draft.workflow.values and not rest)
    return not duty.many and len(rest) == 1 and (rest[0] in duty.fields or rest[0] not in duty.type.members)


def _check_order(draft: Draft) -> None:
    """Where a field goes is said by an overlay; elsewhere fields stand in the order of the page."""
    forms = {duty.form.form: duty.form.fields for duty in draft.duties.values() if duty.form}
    of_actions = [action.fields for duty in draft.duties.values() for action in draft.actions_at(duty)]
    for item in (item for fields in (*forms.values(), *of_actions) for item in _with_columns(fields)):
        if item.after and item.at.path not in item.at.source.placed:
            (item.at / "after").of_key().report("L007", key="after")
