"""Who may read what: nothing becomes readable through a value, a form or a document that may not be read by itself.

Anonymous answers are read only as a whole. Stages count in the order in which they stand in the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine import feel
from engine.draft import Draft
from engine.feel.nodes import Call, Comparison, Filter, For, ListLiteral, Literal, Name, Node, children
from engine.kinds import Computed, Field, Table
from engine.model import Document, Value
from engine.process import NEVER, NOW, Duty
from engine.proofs.translation import path_of
from engine.shape import At
from engine.terms import Expression

#: What makes one figure of many answers, and what only puts lists together.
TOGETHER = ("mean", "sum", "count", "min", "max")
JOINING = ("concatenate", "flatten", "union", "append")
#: From so many answers a mean does not tell whoever knows their own answer that of somebody else.
UNTRACEABLE = 3
#: A group of people in analytics.
GROUP = 5


def check_secrecy(draft: Draft) -> None:
    """Report every way in which something reaches somebody who may not read it."""
    _check_anonymous(draft)
    for value in draft.workflow.values.values():
        _check_value(draft, value)
        _check_threshold(draft, value)
    for duty in draft.duties.values():
        _check_form(draft, duty)
    for document in draft.workflow.documents.values():
        _check_document(draft, document)
    for analysis in draft.workflow.analytics.values():
        if analysis.at_least < GROUP:
            (analysis.at / "at_least").report("E15group", least=GROUP)


# --- anonymous answers ------------------------------------------------------------------------------------------------


def _check_anonymous(draft: Draft) -> None:
    secret = {duty.id for duty in draft.duties.values() if duty.anonymous}
    for expression in draft.code if secret else ():
        owner = expression.at.path[0]
        if owner in ("functions", "tables"):
            continue  # they see their inputs only, whatever these are called
        found = _Anonymous(draft, secret, together=owner == "values").first(expression)
        if found is not None:
            path = path_of(found) or ("",)
            expression.report("E15anonymous", found.start, name=".".join(path))


@dataclass
class _Anonymous:
    """Looks for answers of *secret* tasks outside of what makes one figure of them."""

    draft: Draft
    secret: set[str]
    together: bool

    def first(self, expression: Expression) -> Node | None:
        return next(self.exposed(expression.parsed.root, covered=False), None)

    def exposed(self, node: Node, *, covered: bool) -> Iterator[Node]:
        path = path_of(node)
        if path:
            if path[0] in self.secret and not covered:
                yield node
        elif isinstance(node, Call):
            yield from self.in_call(node, covered)
        elif isinstance(node, Comparison) and node.op in ("=", "!=") and _compares_with_null(node):
            for side in (node.left, node.right):
                yield from self.exposed(side, covered=path_of(side) is not None)
        elif isinstance(node, Filter):
            kept = covered and all(
                isinstance(part, Comparison) and _compares_with_null(part) for part in [node.condition]
            )
            yield from self.exposed(node.base, covered=kept)
            yield from self.exposed(node.condition, covered=False)
        else:
            passing = covered and isinstance(node, For | ListLiteral)
            for child in _parts(node):
                yield from self.exposed(child, covered=passing)

    def in_call(self, node: Call, covered: bool) -> Iterator[Node]:
        name = node.function.name if isinstance(node.function, Name) else ""
        function = self.draft.words.functions.get(name)
        for number, argument in enumerate(node.arguments):
            whole = (self.together and name in TOGETHER) or (covered and name in JOINING)
            if function and self.together and number < len(function.inputs):
                given = node.names[number] if node.names else list(function.inputs)[number]
                inner = _Anonymous(self.draft, {given}, together=True)
                whole = inner.first(function.formula) is None
            yield from self.exposed(argument, covered=whole)


def _compares_with_null(node: Comparison) -> bool:
    return any(isinstance(side, Literal) and side.value is None for side in (node.left, node.right))


def _parts(node: Node) -> Iterator[Node]:
    if isinstance(node, For):
        yield from (part for binding in node.bindings for part in (binding.source, binding.last) if part is not None)
        yield node.body
    else:
        yield from children(node)


def _check_threshold(draft: Draft, value: Value) -> None:
    """From two answers, each of the two can work out the other's. Whoever wants that says so at the value."""
    if value.at_least is not None:
        return
    for name in sorted(draft.value_reads.get(value.id, ())):
        duty = draft.duties.get(name)
        if duty and duty.anonymous and 1 < duty.at_least < UNTRACEABLE:
            params: dict[str, Any] = {"name": value.id, "task": duty.id, "found": duty.at_least, "least": UNTRACEABLE}
            value.at.of_key().report("W15", warning=True, **params)


# --- values -----------------------------------------------------------------------------------------------------------


def _check_value(draft: Draft, value: Value) -> None:
    """Whoever reads a value may read what it is made of."""
    at = value.at / "readers" if value.readers else value.at
    for role, since in _value_readers(draft, value).items():
        from_ = _since(draft, since)
        if from_ is None:
            continue
        for name, later in sorted(_inputs(draft, value, role, set()).items()):
            if later is None or later > from_:
                at.of_key().report("E15value", name=value.id, role=role, input=name)
                return


def _value_readers(draft: Draft, value: Value) -> Mapping[str, str]:
    return {**draft.words.defaults.readers, **value.readers}


def _since(draft: Draft, word: str | None) -> int | None:
    """From which stage on, counted; -1 for at once, ``None`` for never."""
    if word is None or word == NEVER:
        return None
    return -1 if word == NOW else list(draft.workflow.stages).index(word)


def _inputs(draft: Draft, value: Value, role: str, seen: set[str]) -> dict[str, int | None]:
    """What *value* is made of in the end, and from when *role* may read each; what it discloses left out."""
    found: dict[str, int | None] = {}
    if value.id in seen:
        return found
    seen.add(value.id)
    for expression in value.expressions():
        for path in feel.reads(expression.parsed):
            found |= _readable(draft, path, role)
    for name in draft.value_reads.get(value.id, ()):
        if name in draft.workflow.values:
            found |= _inputs(draft, draft.workflow.values[name], role, seen)
    return {name: since for name, since in found.items() if name.split(".")[-1] not in value.discloses}


def _readable(draft: Draft, path: tuple[str, ...], role: str) -> dict[str, int | None]:
    """From when *role* may read the answer or the profile field at *path*; nothing if it is neither."""
    if len(path) < 2:
        return {}
    name = ".".join(path[:2])
    if path[0] in draft.words.roles:
        item = draft.words.profile.get(path[1])
        limited = item is not None and item.readers is not None and role not in item.readers
        return {name: None} if limited else {}
    duty = draft.duties.get(path[0])
    field = _field_of(duty, path[1]) if duty else None
    if duty is None or field is None or (duty.anonymous and duty.at_least > 1):
        return {}
    if role in duty.writers_of(field) or role in duty.actor:
        return {}
    return {name: _since(draft, {**duty.readers, **field.readers}.get(role))}


def _field_of(duty: Duty, name: str) -> Field | None:
    if name in duty.fields:
        return duty.fields[name]
    return next((duty.fields[rated] for rated in duty.rated if name in duty.settings[rated].columns), None)


# --- forms and documents ----------------------------------------------------------------------------------------------


def _check_form(draft: Draft, duty: Duty) -> None:
    """Whoever fills in a form may read what it shows."""
    place = _since(draft, duty.stage) if duty.stage else -1
    for role in duty.actor:
        for expression in _shown(duty):
            for path in sorted(feel.reads(expression.parsed)):
                since = _since_of(draft, path, role, duty)
                if since is None or since > (place or 0):
                    expression.report("E15form", role=role, name=".".join(path[:2]))
                    break


def _shown(duty: Duty) -> Iterator[Expression]:
    fields = duty.form.fields if duty.form else {}
    columns = [column for item in fields.values() if isinstance(item, Table) for column in item.columns.values()]
    for item in [*fields.values(), *columns]:
        shown = [item.initial, getattr(item, "from_", None), item.formula if isinstance(item, Computed) else None]
        yield from (expression for expression in shown if expression is not None)


def _since_of(draft: Draft, path: tuple[str, ...], role: str, duty: Duty) -> int | None:
    """From when *role* may read *path*, read in the form of *duty*."""
    if path[0] in duty.fields or path[0] == duty.id:
        return -1
    if path[0] in draft.workflow.values:
        return _since(draft, _value_readers(draft, draft.workflow.values[path[0]]).get(role))
    return next(iter(_readable(draft, path, role).values()), -1)


def _check_document(draft: Draft, document: Document) -> None:
    """Whoever opens a document may read all that it shows."""
    opens = _since(draft, document.opens) or 0
    for role, since in document.readers.items():
        from_ = _since(draft, since)
        if from_ is None:
            continue
        for number, expression in enumerate(document.show):
            for path in sorted(feel.reads(expression.parsed)):
                later = _document_since(draft, path, role)
                if later is None or later > max(from_, opens):
                    at: At = document.at / "show" / number
                    at.report("E15document", role=role, name=".".join(path[:2]), document=document.id)


def _document_since(draft: Draft, path: tuple[str, ...], role: str) -> int | None:
    if path[0] in draft.workflow.values:
        return _since(draft, _value_readers(draft, draft.workflow.values[path[0]]).get(role))
    return next(iter(_readable(draft, path, role).values()), -1)
