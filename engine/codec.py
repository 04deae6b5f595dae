"""Values as JSON and back, exactly: numbers and dates become text, and their static type tells what they were.

Where a value is not of its static type, or none is known, it is written with a tag, so nothing is ever guessed. A case
or an entry written and read again is equal to what it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache, partial
from typing import Any, overload

from engine import feel
from engine.case import Case, Cycle, Entry, Past
from engine.jsontext import dumped as _text
from engine.jsontext import loaded as _value
from engine.process import Process

Json = Any
TAG = "$"

_TAGGED: dict[str, tuple[type, Callable[[Any], Json], Callable[[Any], Any]]] = {
    "n": (Decimal, str, Decimal),
    "i": (datetime, datetime.isoformat, datetime.fromisoformat),
    "d": (date, date.isoformat, date.fromisoformat),
}
#: Under this tag stands a text where its static type expects something that is written as text.
_TEXT = "s"
_PLAIN = frozenset({str, bool, int, type(None)})


def tagged(value: Any) -> Json:
    """*value* as JSON that says itself what it is."""
    if type(value) in _PLAIN:
        return value
    for tag, (kind, dump, _) in _TAGGED.items():
        if isinstance(value, kind):
            return {TAG: tag, "v": dump(value)}
    if isinstance(value, list | tuple):
        return [tagged(item) for item in value]
    if isinstance(value, str | int):
        return value
    return {str(name): tagged(item) for name, item in value.items()}


def untagged(data: Json) -> Any:
    """The inverse of ``tagged``."""
    if type(data) in _PLAIN:
        return data
    if isinstance(data, list):
        return [untagged(item) for item in data]
    if TAG not in data:
        return {name: untagged(item) for name, item in data.items()}
    return data["v"] if data[TAG] == _TEXT else _TAGGED[data[TAG]][2](data["v"])


@dataclass(frozen=True, slots=True)
class Packer:
    """How values of one static type are written and read."""

    dump: Callable[[Any], Json]
    load: Callable[[Json], Any]


_TAGS = Packer(tagged, untagged)


def packer(type_: feel.Type) -> Packer:
    """The packer of *type_*. What is not of the type is written with tags."""
    if type_ == feel.NUMBER:
        return _scalar(Decimal, str, Decimal)
    if type_ == feel.DATE:
        return _scalar(date, date.isoformat, date.fromisoformat)
    if type_ == feel.DATE_TIME:
        return _scalar(datetime, datetime.isoformat, datetime.fromisoformat)
    if isinstance(type_, feel.ListOf):
        return _list(packer(type_.item))
    if isinstance(type_, feel.Context):
        return _context({name: packer(member) for name, member in type_.members.items()})
    return _TAGS


def _scalar(kind: type, dump: Callable[[Any], str], load: Callable[[str], Any]) -> Packer:
    def dumped(value: Any) -> Json:
        if type(value) is kind:
            return dump(value)
        return {TAG: _TEXT, "v": value} if isinstance(value, str) else tagged(value)

    def loaded(data: Json) -> Any:
        return load(data) if type(data) is str else untagged(data)

    return Packer(dumped, loaded)


def _list(item: Packer) -> Packer:
    one, back = item.dump, item.load

    def dumped(value: Any) -> Json:
        if isinstance(value, list | tuple):
            return [one(part) for part in value]
        return None if value is None else {"": tagged(value)}

    def loaded(data: Json) -> Any:
        if isinstance(data, list):
            return [back(part) for part in data]
        return None if data is None else untagged(data[""])

    return Packer(dumped, loaded)


def _context(members: dict[str, Packer]) -> Packer:
    dumps = {name: member.dump for name, member in members.items()}
    loads = {name: member.load for name, member in members.items()}

    def dumped(value: Any) -> Json:
        if not isinstance(value, dict):
            return tagged(value)
        return {name: dumps.get(name, tagged)(part) for name, part in value.items()}

    def loaded(data: Json) -> Any:
        if not isinstance(data, dict) or TAG in data:
            return untagged(data)
        return {name: loads.get(name, untagged)(part) for name, part in data.items()}

    return Packer(dumped, loaded)


class _Kept(Mapping[str, Any]):
    """Answers as they are written, read when somebody asks for one. Nobody changes them, so that is written again.

    Most moves look at none of the earlier answers of a case.
    """

    __slots__ = ("_load", "_read", "written")

    def __init__(self, load: Callable[[Json], Mapping[str, Any]], written: Json) -> None:
        self._load = load
        self._read: Mapping[str, Any] | None = None
        self.written = written

    def _all(self) -> Mapping[str, Any]:
        if self._read is None:
            self._read = self._load(self.written)
        return self._read

    def __getitem__(self, name: str) -> Any:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return repr(self._all())


class _Pasts(Sequence[Past]):
    """The history of one task as it is written, read when somebody asks for it."""

    __slots__ = ("_load", "_read", "written")

    def __init__(self, load: Callable[[Json], Past], written: list[Json]) -> None:
        self._load = load
        self._read: tuple[Past, ...] | None = None
        self.written = written

    def _all(self) -> tuple[Past, ...]:
        if self._read is None:
            self._read = tuple(map(self._load, self.written))
        return self._read

    @overload
    def __getitem__(self, index: int) -> Past: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Past]: ...
    def __getitem__(self, index: int | slice) -> Past | Sequence[Past]:
        return self._all()[index]

    def __len__(self) -> int:
        return len(self.written)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._all() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._all())


class Codec:
    """Cases and entries of one process as JSON text, and back."""

    def __init__(self, process: Process) -> None:
        self.process = process

    @cached_property
    def _answers(self) -> dict[str, Packer]:
        return {duty.id: packer(duty.type) for duty in self.process.duties.values()}

    @cached_property
    def _sets(self) -> dict[str, Packer]:
        duties = self.process.duties.values()
        return {d.id: _each(self._answers[d.id]) if d.many else self._answers[d.id] for d in duties}

    @cached_property
    def _values(self) -> Packer:
        return packer(feel.Context({name: self.process.types[name] for name in self.process.values}))

    @cached_property
    def _profile(self) -> Packer:
        return packer(self.process.words.profile_type())

    def load_profile(self, stored: Mapping[str, Json]) -> Mapping[str, Any]:
        """A person's profile as it is kept with the person: numbers and dates as text."""
        loaded: Mapping[str, Any] = self._profile.load(stored)
        return loaded

    def dump_profile(self, profile: Mapping[str, Any]) -> str:
        """*profile* as it stands in a case's state and among an entry's inputs."""
        return _text(self._profile.dump(profile))

    def kept_profile(self, stored: Mapping[str, Json]) -> str:
        """What ``dump_profile`` makes of a profile that is kept with a person; sooner where all fields are plain."""
        texts = self._field_texts
        if not _PLAIN.issuperset(map(type, stored.values())):
            return self.dump_profile(self.load_profile({name: stored[name] for name in stored if name in texts}))
        return "{" + ",".join([texts[name](value) for name, value in stored.items() if name in texts]) + "}"

    @cached_property
    def _field_texts(self) -> dict[str, Callable[[Json], str]]:
        """By profile field, how a plain value that is kept with a person stands in the text of the profile."""
        members = self.process.words.profile_type().members.items()
        return {name: _field_text(name, packer(member)) for name, member in members}

    def dump_case(self, case: Case) -> str:
        """The state of *case* beyond what its row and its cycle hold."""
        sets = self._sets
        state = {
            "zone": case.cycle.zone,
            "entered_at": case.entered_at.isoformat() if case.entered_at else None,
            "path": case.path,
            "open": sorted(case.open),
            "answers": {name: _written(sets[name], answers) for name, answers in case.answers.items()},
            "notes": {name: self._answers[name].dump(notes) for name, notes in case.notes.items()},
            "submitted": dict(case.submitted),
            "history": {name: self._dump_pasts(name, pasts) for name, pasts in case.history.items()},
            "profiles": {role: _written(self._profile, profile) for role, profile in case.profiles.items()},
            "seats": dict(case.seats),
            "collecting": sorted(case.collecting),
            "waiting": {name: sets[name].dump(answers) for name, answers in case.waiting.items()},
            "values": self._values.dump(case.values),
            "frozen": self._values.dump(case.frozen),
            "locked": case.locked,
            "paused": case.paused.days,
            "at": case.at.isoformat() if case.at else None,
        }
        return _text(state)

    def load_case(self, case_id: str, cycle: Cycle, stage: str, entry: int, version: int, state: str) -> Case:
        """The case that a row and its state make. Its zone is the one it was opened with, whatever *cycle* says."""
        data, sets = _value(state), self._sets
        return Case(
            id=case_id,
            workflow=self.process.id,
            definition=self.process.hash,
            cycle=replace(cycle, zone=data["zone"]),
            stage=stage,
            entry=entry,
            version=version,
            entered_at=datetime.fromisoformat(data["entered_at"]) if data["entered_at"] else None,
            path=tuple(data["path"]),
            open=frozenset(data["open"]),
            answers={name: _Kept(sets[name].load, answers) for name, answers in data["answers"].items()},
            notes={name: self._answers[name].load(notes) for name, notes in data["notes"].items()},
            submitted=data["submitted"],
            history={name: _Pasts(partial(self._load_past, name), pasts) for name, pasts in data["history"].items()},
            profiles={role: _Kept(self._profile.load, profile) for role, profile in data["profiles"].items()},
            seats=data["seats"],
            collecting=frozenset(data["collecting"]),
            waiting={name: sets[name].load(answers) for name, answers in data["waiting"].items()},
            values=self._values.load(data["values"]),
            frozen=self._values.load(data["frozen"]),
            locked=data["locked"],
            paused=timedelta(days=data["paused"]),
            at=datetime.fromisoformat(data["at"]) if data["at"] else None,
        )

    def _dump_pasts(self, name: str, pasts: Sequence[Past]) -> list[Json]:
        return pasts.written if isinstance(pasts, _Pasts) else [self._dump_past(name, past) for past in pasts]

    def _dump_past(self, name: str, past: Past) -> list[Json]:
        return [past.action, past.actor, past.at.isoformat(), self._answers[name].dump(past.fields)]

    def _load_past(self, name: str, data: list[Json]) -> Past:
        action, actor, at, fields = data
        return Past(action=action, actor=actor, at=datetime.fromisoformat(at), fields=self._answers[name].load(fields))

    def dump_inputs(self, entry: Entry) -> str:
        """What *entry* was made of: its fields and its other inputs."""
        return _text({"fields": self._fields(entry.event, entry.duty).dump(entry.fields), **_listed(entry.inputs)})

    def dump_noted(self, entry: Entry) -> str:
        return _text(tagged(_listed(entry.noted)))

    def load_entry(self, row: Mapping[str, Any]) -> Entry:
        """The entry that a journal's row holds, its ``inputs`` and ``noted`` still as text."""
        inputs = _value(row["inputs"])
        fields = self._fields(row["event"], row["duty"]).load(inputs.pop("fields"))
        return Entry(
            seq=row["seq"],
            event=row["event"],
            at=row["at"],
            person=row["person_id"] or "",
            role=row["role"],
            action=row["action"],
            duty=row["duty"],
            answer=row["answer"],
            fields=fields,
            inputs=inputs,
            noted=untagged(_value(row["noted"])),
        )

    def _fields(self, event: str, duty: str) -> Packer:
        return self._profile if event == "profile_set" else self._answers.get(duty, _TAGS)


def _field_text(name: str, packer: Packer) -> Callable[[Json], str]:
    before = _text(name) + ":"
    if packer is _TAGS:
        return lambda value: before + _text(value)
    # Numbers and days recur; a text is not the truth value or the number that equals it.
    return lru_cache(maxsize=1000, typed=True)(lambda value: before + _text(packer.dump(packer.load(value))))


def _listed(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in inputs.items()}


def _written(packer: Packer, answers: Mapping[str, Any]) -> Json:
    return answers.written if isinstance(answers, _Kept) else packer.dump(answers)


def _each(inner: Packer) -> Packer:
    """A map whose every value is written by *inner*."""
    return Packer(
        lambda value: {name: _written(inner, part) for name, part in value.items()},
        lambda data: {name: _Kept(inner.load, part) for name, part in data.items()},
    )
