"""What can be right for no answer: scales out of order, limits that allow nothing, patterns that are none, too much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine import feel
from engine.draft import Draft
from engine.feel import regex
from engine.feel.nodes import Call, Literal, Name, walk
from engine.kinds import Choice, Field, Line, Number, Table
from engine.proofs.domains import parts_of
from engine.shape import At, nearest
from engine.terms import Clauses, Count
from engine.terms import Literal as Cell
from engine.words import constant

#: So much fits on pages, in menus and in the time of a check.
STAGES, FIELDS, OPTIONS = 300, 5_000, 500
#: Which argument of a function is a regular expression.
PATTERNS = {"matches": 1, "replace": 1, "split": 1}


def check_limits(draft: Draft) -> None:
    """Report scales, limits, patterns and sizes that cannot be meant."""
    _check_scales(draft)
    _check_sizes(draft)
    for item in _fields(draft):
        _check_field(draft, item)
    _check_patterns(draft)
    for role in draft.words.roles.values():
        _check_count(role.at / "seats", role.seats)


def _fields(draft: Draft) -> Iterator[Field]:
    seen: set[int] = set()
    for duty in draft.duties.values():
        for item in duty.fields.values():
            for part in (item, *getattr(item, "columns", {}).values()):
                if id(part) not in seen:
                    seen.add(id(part))
                    yield part


def _check_scales(draft: Draft) -> None:
    for layer in draft.layers:
        for name, steps in layer.scales.items():
            numbers = [constant(step, feel.NUMBER) for step in steps]
            at = (layer.at / "scales" / name).of_key()
            if any(number is None for number in numbers) or numbers != sorted(set(numbers)):
                at.report("E17", name=name)
            elif len({str(text).casefold() for text in steps.values()}) < len(steps):
                at.report("E17text", name=name)


def _check_sizes(draft: Draft) -> None:
    """More than these is told at once, before anything is worked out."""
    workflow = draft.workflow
    _check_size(workflow.at / "stages", len(workflow.stages), STAGES)
    _check_size(workflow.at / "workflow", sum(len(duty.fields) for duty in draft.duties.values()), FIELDS)
    for choices in draft.words.choices.values():
        _check_size(choices.at / "options", len(choices.options), OPTIONS)


def _check_size(at: At, found: int, limit: int) -> None:
    if found > limit:
        at.of_key().report("E30size", found=found, limit=limit)


def _check_field(draft: Draft, item: Field) -> None:
    if isinstance(item, Line) and item.length:
        _check_count(item.at / "length", item.length)
    if isinstance(item, Table) and item.rows:
        _check_count(item.at / "rows", item.rows)
    if isinstance(item, Number) and item.allow and not feel.reads(item.allow.parsed):
        parts = parts_of(draft.words, "number", [item.allow.source])
        code = feel.compile(item.allow.parsed, draft.words.callables)
        if parts is not None and not any(code({"?": part.sample}) is True for part in parts):
            item.allow.report("E22", name=item.id)
    if isinstance(item, Choice) and isinstance(item.choices, dict):
        _check_size(item.at / "choices", len(item.choices), OPTIONS)


def _check_count(at: At, count: Count) -> None:
    if count.most is not None and (count.most < count.least or count.most == 0):
        at.report("E22count", least=count.least, most=count.most)


def _check_patterns(draft: Draft) -> None:
    for expression in draft.code:
        for node in walk(expression.parsed.root):
            name = node.function.name if isinstance(node, Call) and isinstance(node.function, Name) else ""
            pattern = node.arguments[PATTERNS[name]] if isinstance(node, Call) and name in PATTERNS else None
            if isinstance(pattern, Literal) and isinstance(pattern.value, str) and not _is_pattern(pattern.value):
                expression.report("E22pattern", pattern.start, text=pattern.value)


def _is_pattern(text: str) -> bool:
    try:
        return regex.compile(text, "") is not None
    except feel.NotSupported:
        return False


# --- results that are rows of a catalogue -----------------------------------------------------------------------------


def check_results(draft: Draft) -> None:
    """Where a list of results is made of a catalogue's keys, all of them are."""
    for value in draft.workflow.values.values():
        _check_keys(draft, [(clause.result.at, clause.id) for clause in _literal(value.collect)])
    for table in draft.words.tables.values():
        if table.output == "text":
            _check_keys(draft, [(row[-1].at, row[-1].text) for row in table.rows if _is_plain(row[-1])])


def _literal(clauses: Clauses | None) -> Iterator[Any]:
    return (clause for clause in clauses or () if clause.result.formula is None)


def _is_plain(cell: Cell) -> bool:
    return cell.formula is None and bool(cell.text)


def _check_keys(draft: Draft, results: Sequence[tuple[At, str]]) -> None:
    names = {name for _, name in results}
    for catalogue in draft.words.catalogues.values():
        known = names & set(catalogue.rows)
        if known and len(known) * 2 >= len(names):
            for at, name in results:
                if name not in known:
                    near = nearest(name, list(catalogue.rows))
                    at.report("E33", name=name, catalogue=catalogue.catalogue, maybe_id=near)
            return
