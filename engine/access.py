"""Who reads what of a case, from when. Denied unless the definition says otherwise.

An answer is read by the roles that ``readers`` names, from the stage it names; whoever gave it may always read it,
unless the task is anonymous: then nobody reads a single answer. A value is also kept back while it would show too few
anonymous answers, and from whoever may not read a restricted profile field that it depends on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.case import Case
from engine.errors import Refusal
from engine.journal import holds_back
from engine.kinds import Field
from engine.model import Value
from engine.process import NEVER, NOW, Duty, Process


def since(readers: Mapping[str, str], role: str, case: Case) -> bool:
    """Whether *role* may read by now what *readers* guards."""
    start = readers.get(role, NEVER)
    return start == NOW or (start != NEVER and start in case.path)


def reads_duty(case: Case, duty: Duty, roles: Iterable[str]) -> bool:
    """Whether somebody with *roles* may read the single answers of *duty*."""
    if duty.anonymous:
        return False
    return any(role in duty.actor or since(duty.readers, role, case) for role in roles)


def reading_refusal(case: Case, duty: Duty, roles: Iterable[str]) -> Refusal | None:
    """Why somebody with *roles* may not read the single answers of *duty*; ``None`` where they may."""
    if duty.anonymous:
        return Refusal("jawaban_rekan_rahasia")
    return None if reads_duty(case, duty, roles) else Refusal("peran_tidak_berwenang", "", {"action": duty.title})


def reads_field(case: Case, duty: Duty, item: Field, roles: Iterable[str]) -> bool:
    """Whether somebody with *roles* may read the answer to *item*: the task's rule, narrowed by the field's own."""
    roles = list(roles)
    if duty.anonymous:
        return False
    narrowed = {**duty.readers, **item.readers}
    return any(role in duty.actor or role in (item.writers or ()) or since(narrowed, role, case) for role in roles)


def reads_value(process: Process, case: Case, value: Value, roles: Iterable[str]) -> bool:
    """Whether somebody with *roles* may read *value* now."""
    readers = {**process.words.defaults.readers, **value.readers}
    allowed = [role for role in roles if since(readers, role, case)]
    if not allowed or not enough_answers(process, case, value):
        return False
    return not any(_restricted(process, name, allowed) for name in profile_reads(process, value))


def read_by_nobody(process: Process, value: Value) -> bool:
    """Whether no role ever reads *value*: it is there for figures over many people only."""
    readers = {**process.words.defaults.readers, **value.readers}
    return all(since_ == NEVER for role, since_ in readers.items() if role in process.words.roles)


def enough_answers(process: Process, case: Case, value: Value) -> bool:
    """Whether *value* shows nobody's own answer: enough anonymous answers stand behind it, or none counts.

    While they still join one by one nothing is shown, so that two readings never differ by one person's answer.
    """
    for duty in anonymous_behind(process, value.id):
        if still_joining(process, case, duty):
            return False
        answers = len(case.answers.get(duty.id, {}))
        if answers > 0 and duty.at_least <= answers < (value.at_least or duty.at_least):
            return False
    return True


def still_joining(process: Process, case: Case, duty: Duty) -> bool:
    """Whether anonymous answers still join the others one by one."""
    return duty.id in case.open or (duty.id in case.collecting and not holds_back(process, case, duty))


def anonymous_behind(process: Process, name: str) -> list[Duty]:
    """The anonymous duties that a value reads, directly or through other values."""
    return [
        process.duties[n] for n in sorted(behind(process, name)) if n in process.duties and process.duties[n].anonymous
    ]


def behind(process: Process, name: str) -> set[str]:
    """Every name that a value depends on, directly or through other values."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        reads = process.value_reads.get(waiting.pop(), frozenset()) - found
        found |= reads
        waiting += reads
    return found


def profile_reads(process: Process, value: Value) -> Iterator[str]:
    """The restricted profile fields that *value* may reveal and does not disclose on purpose.

    What another value discloses on purpose it discloses for those that read it too.
    """
    waiting, seen = [value.id], set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in process.values:
            continue
        seen.add(name)
        disclosed = set(process.values[name].discloses)
        yield from process.profile_fields_of[name] - disclosed if not disclosed else ()
        waiting += [] if disclosed else process.value_reads[name]


def _restricted(process: Process, name: str, roles: Iterable[str]) -> bool:
    readers = process.words.profile[name].readers
    return readers is not None and not set(roles) & set(readers)


def reads_profile(process: Process, name: str, roles: Iterable[str]) -> bool:
    """Whether somebody with *roles* may read this profile field of the person appraised."""
    return not _restricted(process, name, roles)
