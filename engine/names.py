"""The names of a process: which words it uses, and that each name means one thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from engine import feel
from engine.calls import known_type
from engine.draft import Draft
from engine.feel.builtins import BUILTINS
from engine.files import Files
from engine.model import Catalogue, Vocabulary, Workflow
from engine.shape import At, nearest
from engine.words import Words, constant, merged

#: Names that expressions know without a declaration.
RESERVED = ("action", "actor", "cycle", "history", "item", "partial", "today")

SUPERIOR_OF = "superior of "


def drafted(files: Files, workflow: Workflow) -> Draft | None:
    """The draft of *workflow* with its words; ``None`` if some of them could not be read."""
    if files.lost & set(workflow.use):
        return None
    vocabularies: list[Vocabulary] = []
    catalogues: list[Catalogue] = []
    used = {("workflow", workflow.workflow): files.sources["workflow", workflow.workflow]}
    known = [*files.vocabularies, *files.catalogues]
    for index, name in enumerate(workflow.use):
        if name in files.vocabularies:
            vocabularies.append(files.vocabularies[name])
            used["vocabulary", name] = files.sources["vocabulary", name]
        elif name in files.catalogues:
            catalogues.append(files.catalogues[name])
            used["catalogue", name] = files.sources["catalogue", name]
        else:
            maybe = nearest(name, known)
            (workflow.at / "use" / index).report("N004", name=name, known=", ".join(known), maybe_id=maybe)
    return Draft(files=files, workflow=workflow, words=merged(vocabularies, workflow, catalogues), used=used)


def claim_names(draft: Draft) -> None:
    """One name means one thing. Functions, tables and look-ups, known by their ``(``, have a space of their own."""
    workflow, words = draft.workflow, draft.words
    tasks = [task for stage in workflow.stages.values() for task in stage.tasks.values()]
    _claim(draft, _named(words.roles.values(), "roles"), _named(_keyed(words), "use"),
           [(p.at.path[-1], p.at, "parameters") for p in workflow.parameters.values()],
           _named(workflow.stages.values(), "stages"), _named(tasks, "tasks"),
           _named(workflow.collections.values(), "collections"), _named(workflow.values.values(), "values"),
           reserved=RESERVED)  # fmt: skip
    _claim(draft, _named(_keyed(words), "use"), _named(words.functions.values(), "functions"),
           _named(words.tables.values(), "tables"), reserved=BUILTINS)  # fmt: skip


Claim = tuple[Any, At, str]


def _named(records: Iterable[Any], group: str) -> Iterator[Claim]:
    return ((getattr(record, "id", None) or record.catalogue, record.at, group) for record in records)


def _keyed(words: Words) -> Iterable[Catalogue]:
    return words.catalogues.values()


def _claim(draft: Draft, *claims: Iterable[Claim], reserved: Iterable[str]) -> None:
    owners: dict[str, str] = {}
    for name, at, group in (claim for some in claims for claim in some):
        if name in reserved:
            at.of_key().report("N022", name=name)
            draft.files.lost.add(name)
        elif name in owners:
            at.of_key().report("N011", name=name, other=owners[name])
            draft.files.lost.add(name)
        owners.setdefault(name, group)


def add_names(draft: Draft) -> None:
    """Roles, parameters, catalogues and the cycle, as expressions see them."""
    words = draft.words
    for name, role in words.roles.items():
        if role.seats.most == 1:
            draft.scope[name] = words.profile_type()
    for name in words.catalogues:
        draft.scope[name] = feel.ListOf(words.row_type(name))
    for name, literal in draft.workflow.parameters.items():
        draft.scope[name] = literal_type((literal.text,)) or feel.TEXT
    draft.scope["cycle"] = feel.Context({"start": feel.DATE, "end": feel.DATE})


def literal_type(literals: Iterable[str]) -> feel.Type | None:
    """The type of *literals* that are all numbers, or all yes or no; else ``None``."""
    literals = set(literals)
    if all(constant(text, feel.NUMBER) is not None for text in literals):
        return feel.NUMBER
    return feel.BOOLEAN if literals <= {"true", "false"} else None


def check_words(draft: Draft) -> None:
    """What roles, profile and defaults name must be there."""
    words = draft.words
    for role in words.roles.values():
        draft.all_known(role.at / "proposed_by", "N002", role.proposed_by, words.roles)
        draft.all_known(role.at / "confirmed_by", "N002", role.confirmed_by, words.roles)
        if role.is_.startswith(SUPERIOR_OF):
            draft.known(role.at / "is", "N002", role.is_.removeprefix(SUPERIOR_OF), words.roles)
    for item in words.profile.values():
        known_type(draft, item.type, item.at / "type")
        draft.all_known(item.at / "readers", "N002", item.readers or (), words.roles)
    _check_calendars(draft)
    variants = [clause.id for clause in words.variants]
    for catalogue in words.catalogues.values():
        for row in catalogue.rows.values():
            for name in row.variants:
                draft.known((row.at / "variants" / name).of_key(), "N007", name, variants)


def _check_calendars(draft: Draft) -> None:
    """No day is both a holiday and worked in one place."""
    for calendar in (layer.calendar for layer in draft.layers if layer.calendar):
        for index, day in enumerate(calendar.working):
            if day in calendar.holidays:
                (calendar.at / "working" / index).report("N030", day=day.isoformat())
