"""What a document of a case shows to whoever opens it: each part, or why it is not there. Pure; the page lays it out.

A document is there from the stage that ``opens`` it, for the roles that its ``readers`` name and for nobody else. What
those may not read of a case they do not read in its documents either: such a part is left out here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine import feel
from engine.access import enough_answers, reads_field, reads_value, since
from engine.case import Case
from engine.codec import tagged
from engine.desk import Answer, answers_to
from engine.kinds import Field
from engine.model import Document, Value
from engine.process import Duty, Process
from engine.scope import worded

#: Why a part is not there: nobody has given it yet, this role may not read it, too few anonymous answers.
MISSING, CLOSED, FEW = "missing", "closed", "few"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a document: a ``value`` with its ``result``, or the ``answers`` to the ``field`` of a ``duty``.

    ``absent`` says why there is nothing; it is empty where there is something.
    """

    title: str
    absent: str = ""
    value: Value | None = None
    result: Any = None
    duty: Duty | None = None
    field: Field | None = None
    answers: tuple[Answer, ...] = ()


def documents(process: Process, case: Case, roles: Iterable[str]) -> Iterator[Document]:
    """The documents that somebody with *roles* may open now, in the order of the definition."""
    roles = list(roles)
    for document in process.workflow.documents.values():
        if document.opens in case.path and any(since(document.readers, role, case) for role in roles):
            yield document


def parts(process: Process, case: Case, document: Document, roles: Iterable[str]) -> tuple[Part, ...]:
    """The parts of *document*, in its order, for somebody with *roles*."""
    roles = list(roles)
    return tuple(_part(process, case, min(feel.reads(expression.parsed)), roles) for expression in document.show)


def _part(process: Process, case: Case, path: tuple[str, ...], roles: list[str]) -> Part:
    if path[0] in process.values:
        return _of_value(process, case, process.values[path[0]], roles)
    return _of_field(process, case, worded(process, case, process.duties[path[0]]), path[1], roles)


def _of_value(process: Process, case: Case, value: Value, roles: list[str]) -> Part:
    title, result = value.title or value.id, case.values.get(value.id)
    if not enough_answers(process, case, value):
        return Part(title=title, absent=FEW, value=value)
    if not reads_value(process, case, value, roles):
        return Part(title=title, absent=CLOSED, value=value)
    return Part(title=title, absent=MISSING if result is None else "", value=value, result=result)


def _of_field(process: Process, case: Case, duty: Duty, name: str, roles: list[str]) -> Part:
    item = duty.fields[name]
    about: dict[str, Any] = {"title": item.title, "duty": duty, "field": item}
    if not reads_field(case, duty, item, roles):
        return Part(**about, absent=CLOSED)
    found = tuple(answers_to(duty, item, case.answers.get(duty.id, {})))
    return Part(**about, answers=found, absent="" if found else MISSING)


def fingerprint(process: Process, case: Case, document: Document, shown: Iterable[Part]) -> str:
    """What two prints of the same content share: a hash of the definition, the case and the parts as they are read."""
    content = [process.hash, case.id, document.id, [_content(part) for part in shown]]
    text = json.dumps(tagged(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _content(part: Part) -> Mapping[str, Any]:
    answers = [[answer.title, answer.value] for answer in part.answers]
    return {"title": str(part.title), "absent": part.absent, "result": part.result, "answers": answers}
