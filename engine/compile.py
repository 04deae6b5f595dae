"""Sources to processes: shape, names, types, code. Everything that is wrong is found at once, each at its place.

The steps stand in modules of their own; each adds to a ``Draft`` what it finds. A part that is wrong is reported once;
what depends on it is not reported again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date

from engine import feel
from engine.calls import compile_calls
from engine.draft import Draft
from engine.duties import add_duties
from engine.errors import Problem, by_place
from engine.files import Files
from engine.formulas import add_values, check_values
from engine.model import Workflow
from engine.names import add_names, check_words, claim_names, drafted
from engine.order import ordered
from engine.overlay import overlaid
from engine.process import Process
from engine.proofs.course import prove_course
from engine.proofs.rules import check_rules
from engine.proofs.wording import check_translations
from engine.sheets import check_sheets
from engine.source import Source
from engine.structure import check_structure
from engine.words import constant

#: Tables take rows from values, values from tables; so often the types of both are worked out before that is settled.
ROUNDS = 4


def compiled(
    sources: Iterable[Source],
    unread: Iterable[str | bytes] = (),
    *,
    proved: bool = False,
    only: str = "",
    today: date | None = None,
) -> tuple[dict[str, Process], Files]:
    """The processes of *sources*, none if anything is wrong, and their declarations with every problem.

    *unread* are the texts of files that could not be read: what refers to them is not reported again. ``proved``: these
    are the files of a process that was in force, so that what ``engine.proofs`` proves was proved before. ``only``: a
    file; nothing is proved of processes that it is no part of. ``today``: the day on which they are judged.
    """
    files = Files(pinned=proved, today=today)
    for text in unread:
        files.unread(text)
    _read(files, sources)
    drafts = {
        draft.workflow.workflow: draft for workflow in _bases_first(files) if (draft := _drafted(files, workflow))
    }
    if not proved:
        _prove(files, drafts, only)
    files.problems = list(by_place(files.problems))
    if any(not problem.warning for problem in files.problems):
        return {}, files
    return {name: _process(drafts[name], _texts(drafts, name)) for name in files.workflows if name in drafts}, files


def _prove(files: Files, drafts: Mapping[str, Draft], only: str) -> None:
    """What can be proved of the processes in which nothing else is wrong, and of which the file *only* is part."""
    for name in [name for name, draft in drafts.items() if draft.sound]:
        draft = drafts[name]
        if only and only not in _texts(drafts, name):
            continue
        before = len(files.problems)
        with _told_once(files, draft.workflow):
            check_rules(draft)
            if draft.sound:
                prove_course(_process(draft, _texts(drafts, name)), files.translations)
        files.proved += files.problems[before:]
    if not files.lost and not any(not problem.warning for problem in files.problems):
        check_translations(files)


def _read(files: Files, sources: Iterable[Source]) -> None:
    """Every source into its record, overlays merged with their bases."""
    found = overlaid(sources, files.lost)
    files.problems += found.problems
    files.lost |= found.lost
    for source in found.left_out:
        files.leave_out(source)
    for source in found.sources:
        files.add(source)


def _bases_first(files: Files) -> list[Workflow]:
    reads = {name: [workflow.extends or ""] for name, workflow in files.workflows.items()}
    return [files.workflows[name] for name in ordered(reads, reads)[0]]


def _drafted(files: Files, workflow: Workflow) -> Draft | None:
    """The draft of *workflow*, flawed also where only what its base has wrong is wrong."""
    with _told_once(files, workflow) as again:
        draft = _draft(files, workflow)
    if draft and any(not problem.warning for problem in again):
        draft.flawed = True
    return draft


@contextmanager
def _told_once(files: Files, workflow: Workflow) -> Iterator[list[Problem]]:
    """Whatever a base has wrong is not told again of its overlay, only because more is known by then. Gives what was
    left out, when all is judged."""
    before = len(files.problems)
    told = {(problem.place, problem.code) for problem in files.problems} if workflow.extends else set()
    again: list[Problem] = []
    yield again
    again += [problem for problem in files.problems[before:] if (problem.place, problem.code) in told]
    files.problems[before:] = [problem for problem in files.problems[before:] if problem not in again]


def _texts(drafts: Mapping[str, Draft], name: str) -> dict[str, str]:
    """Every file that the process is made of; all of its base are among them, so that they can be read again."""
    draft = drafts[name]
    texts = {file: text for source in draft.used.values() for file, text in source.texts.items()}
    base = draft.workflow.extends
    return {**_texts(drafts, base), **texts} if base and base in drafts else texts


def _draft(files: Files, workflow: Workflow) -> Draft | None:
    """The draft of *workflow*, all of it judged; ``None`` where its words could not be read."""
    draft = drafted(files, workflow)
    if draft is None:
        return None
    claim_names(draft)
    compile_calls(draft)
    add_names(draft)
    check_words(draft)
    for _ in range(ROUNDS):
        add_duties(draft)
        if not add_values(draft):
            break
    check_values(draft)
    check_sheets(draft)
    check_structure(draft)
    return draft


def _process(draft: Draft, texts: Mapping[str, str]) -> Process:
    workflow, words = draft.workflow, draft.words
    return Process(
        id=workflow.workflow,
        hash=content_hash(texts),
        title=workflow.title,
        workflow=workflow,
        words=words,
        stages=workflow.stages,
        duties=draft.duties,
        values=workflow.values,
        types=draft.scope,
        parameters={name: constant(p.text, draft.scope[name]) for name, p in workflow.parameters.items()},
        code=draft.code,
        decisions=words.decisions,
        history_fields=_history_fields(draft),
        value_reads=draft.value_reads,
        files=texts,
    )


def _history_fields(draft: Draft) -> dict[str, frozenset[str]]:
    """Which fields some expression reads from a task's history: through a path, or inside a filter."""
    read: dict[str, set[str]] = {name: set() for name in draft.duties}
    for expression in draft.code:
        paths = feel.reads(expression.parsed)
        bare = {path[0] for path in paths}
        for path in paths:
            if path[0] == "history" and len(path) > 1:
                read[path[1]] |= (set(path[2:3]) | bare) & set(draft.duties[path[1]].fields)
    return {name: frozenset(fields) for name, fields in read.items()}


def content_hash(files: Mapping[str, str]) -> str:
    """The name of exactly these texts: the same files give the same hash, whatever their order."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name, files[name]):
            data = part.encode()
            digest.update(len(data).to_bytes(8) + data)
    return digest.hexdigest()
