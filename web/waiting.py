"""Answers of the public on their way: given, waiting for a case, in it. What only an office may read is kept sealed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from engine.case import Outcome
from engine.codec import tagged, untagged
from engine.jsontext import dumped, loaded
from engine.process import NEVER, Duty, Process
from web.sealing import Sealer
from web.statements import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What somebody handed in: to which collection, in which role. ``answer`` is its random id."""

    collection: str
    role: str
    action: str
    values: Mapping[str, Any]
    answer: str
    number: str = ""


_COLUMNS = "w.answer, w.region_id, w.unit_code, w.cycle_id, w.collection, w.role, w.action, w.number, w.inputs"
_KEEP = Statement("""
insert into waiting_answer
  (answer, region_id, unit_code, cycle_id, person_id, collection, role, action, number, inputs)
values (:answer, :region, :unit, :cycle, :person, :collection, :role, :action, :number, :inputs)
""")
_OF_PERSON = Statement(f"select {_COLUMNS} from waiting_answer w where w.person_id = :person order by w.answer")
_ONE = Statement(f"select {_COLUMNS} from waiting_answer w where w.answer = :answer and w.person_id is null")
_UNNAMED = Statement(f"""
select {_COLUMNS} from waiting_answer w join office o on o.region_id = w.region_id and o.unit_code = w.unit_code
where o.person_id = :me and w.person_id is null and o.role = :role order by w.number, w.answer
""")
_NAME = Statement("update waiting_answer set person_id = :person where answer = :answer and person_id is null")
_DROP = Statement("delete from waiting_answer where answer = :answer")
_PLACE = Statement("update ticket set case_id = :case where answer = :answer")
_SEAL = Statement("insert into sealed_field (answer, field, box) values (:answer, :field, :box)")
_SEALED = Statement("select field, box from sealed_field where answer = :answer")


def keep(rows: Connection, given: Given, *, region: str, unit: str, cycle: str, person: str | None) -> None:
    """Puts *given* aside until it can go into a case of *person*, or until one is named."""
    inputs = dumped(tagged(given.values))
    row = {"answer": given.answer, "region": region, "unit": unit, "cycle": cycle, "person": person, "inputs": inputs}
    about = {"collection": given.collection, "role": given.role, "action": given.action, "number": given.number}
    _KEEP.send(rows, {**row, **about})


def of_person(rows: Connection, person: str, collections: Iterable[str]) -> list[Given]:
    """What waits for a case of *person* that takes answers to one of *collections*."""
    wanted = frozenset(collections)
    found = _OF_PERSON.all(rows, {"person": person}) if wanted else ()
    return [given_of(row) for row in found if row.collection in wanted]


def unnamed(rows: Connection, officer: str, role: str) -> list[Any]:
    """The rows that wait for the holder of *role* in a unit to name the employee."""
    return _UNNAMED.all(rows, {"me": officer, "role": role})


def one_unnamed(rows: Connection, answer: str) -> Any:
    """The row of an answer whose employee is not named; ``None`` if there is none."""
    return _ONE.first(rows, {"answer": answer})


def given_of(row: Any) -> Given:
    """What a row holds, without what is sealed."""
    about = {name: getattr(row, name) for name in ("collection", "role", "action", "answer", "number")}
    return Given(**about, values=untagged(loaded(row.inputs)))


def name(rows: Connection, answer: str, person: str) -> bool:
    """Says whom *answer* is about; false if that was said already."""
    return _NAME.change(rows, {"answer": answer, "person": person}) == 1


def arrived(rows: Connection, answer: str, case_id: str) -> None:
    """*answer* is in a case now."""
    _DROP.send(rows, {"answer": answer})
    _PLACE.send(rows, {"answer": answer, "case": case_id})


# --- sealed -----------------------------------------------------------------------------------------------------------


def sealed_in(process: Process, duty: Duty) -> frozenset[str]:
    """The fields that nobody but an office ever reads."""
    return frozenset(name for name, item in duty.fields.items() if item.readers and _for_offices(process, duty, name))


def _for_offices(process: Process, duty: Duty, name: str) -> bool:
    since = {**duty.readers, **duty.fields[name].readers}
    roles = [role for role, stage in since.items() if stage != NEVER]
    return bool(roles) and all(process.words.roles[role].is_.endswith(" office") for role in roles)


def seal(rows: Connection, sealer: Sealer, given: Given, names: frozenset[str]) -> Given:
    """*given* without the fields *names*, which are put aside encrypted."""
    for field in sorted(names):
        text = given.values.get(field)
        if isinstance(text, str) and text:
            row = {"answer": given.answer, "field": field, "box": sealer.seal(text, f"{given.answer}.{field}")}
            _SEAL.send(rows, row)
    return replace(given, values={name: value for name, value in given.values.items() if name not in names})


def opened(rows: Connection, sealer: Sealer, answer: str) -> dict[str, str]:
    """The sealed texts of *answer*, by field."""
    found = _SEALED.all(rows, {"answer": answer})
    return {row.field: sealer.open(row.box, f"{answer}.{row.field}") for row in found}


def without(outcome: Outcome, given: Given, names: frozenset[str]) -> Outcome:
    """*outcome* with nothing of *names* in the case or its journal: they are checked with the answer and lie sealed."""
    if not names:
        return outcome
    case = outcome.case
    case = replace(
        case,
        answers=_stripped(case.answers, given, names),
        waiting=_stripped(case.waiting, given, names),
    )
    entries = tuple(
        replace(entry, fields=dict(_left(entry.fields, names))) if entry.answer == given.answer else entry
        for entry in outcome.entries
    )
    return replace(outcome, case=case, entries=entries)


def _stripped(answers: Mapping[str, Any], given: Given, names: frozenset[str]) -> Mapping[str, Any]:
    mine = answers.get(given.collection, {})
    if given.answer not in mine:
        return answers
    left = {**mine, given.answer: dict(_left(mine[given.answer], names))}
    return {**answers, given.collection: left}


def _left(fields: Mapping[str, Any], names: frozenset[str]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in fields.items() if name not in names)
