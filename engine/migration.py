"""A running case on another definition of its workflow: may it go there, and what follows? Pure, like ``act``.

The case becomes what it would be if it had begun under the other definition: its journal is read by that definition,
and every line of it must have been possible there. Where one was not, the case stays where it is, and why is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import date, datetime
from typing import Any, NoReturn

from engine.act import appended, automatic, requirements
from engine.case import Actor, Case, Entry, Outcome
from engine.clock import due_on
from engine.errors import Refusal, Refused
from engine.journal import LEFT_OUT, MIGRATED, NoRoute, advance, fitted, fold
from engine.process import NOTE, Duty, Process
from engine.sheet import Sheet, refusals, sheet

#: Whose work is judged once more: what the public sent was judged when it came, and not all of it is kept.
_JUDGED = ("answered", "moved")


def migrate(old: Process, new: Process, case: Case, entries: Sequence[Entry], now: datetime) -> Outcome:
    """What follows when the running *case*, led so far by *old*, is moved to *new*. *entries* are its whole journal.

    Raises ``Refused`` with the reasons; the case handed in stays as it is.
    """
    if old.stages[case.stage].final:
        raise Refused(Refusal("migrasi_selesai"))
    if case.locked:
        raise Refused(Refusal("migrasi_terkunci"))
    now = case.not_before(now)
    again = _Again(old, new, case).told(entries)
    reasons = [
        *_tasks(old, new, case, again),
        *_seats(new, again),
        *_frozen(old, case, again),
        *_deadline(old, new, case, again, now),
    ]
    if reasons:
        raise Refused(*reasons)
    noted = {"values": _changed(case, again), "left_out": _left_out(old, new, entries)}
    entry = Entry(
        seq=case.version + 1,
        event=MIGRATED,
        at=now,
        inputs={"from": old.hash, "to": new.hash},
        noted={name: part for name, part in noted.items() if part},
    )
    outcome = Outcome(case=advance(new, again, entry).case, entries=(entry,))
    return automatic(new, _collecting(old, new, outcome, now), now)


# --- the journal once more --------------------------------------------------------------------------------------------


class _Again:
    """The journal of a case, read by another definition line by line as far as it goes."""

    def __init__(self, old: Process, new: Process, case: Case) -> None:
        self.old = old
        self.new = new
        self.case = case
        self.reached = fold(new, case.id, ())
        self.reasons: list[Refusal] = []

    def told(self, entries: Sequence[Entry]) -> Case:
        """The case that *entries* make. Raises ``Refused`` where they do not fit, or lead elsewhere."""
        for entry in entries:
            self._impossible(entry)
            read = fitted(self.new, entry)
            filled = self._judged(entry, read) if read.event in _JUDGED else None
            before = self.reached
            try:
                self.reached = advance(self.new, before, read, filled).case
            except NoRoute:
                self._stop(Refusal("migrasi_jalan", "", {**self._way(before), "to": "–"}))
            if self.reached.path != self.case.path[: len(self.reached.path)]:
                self._stop(self._elsewhere(before))
        if self.reasons:
            raise Refused(*self.reasons)
        return self.reached

    def _stop(self, reason: Refusal) -> NoReturn:
        """What follows cannot be read any more."""
        raise Refused(*self.reasons, reason)

    def _way(self, before: Case) -> dict[str, Any]:
        was = self.case.path[len(before.path)]
        stage = self.new.stages[before.stage].title if before.stage else ""
        return {"stage": stage, "was": _stage_title(self.old, was)}

    def _elsewhere(self, before: Case) -> Refusal:
        was = self.case.path[len(before.path)]
        if was not in self.new.stages:
            return Refusal("migrasi_tahap", "", {"stage": _stage_title(self.old, was)})
        return Refusal("migrasi_jalan", "", {**self._way(before), "to": self.new.stages[self.reached.stage].title})

    # --- one line ---

    def _impossible(self, entry: Entry) -> None:
        """Stops where *entry* could not have been written at all under the new definition."""
        if entry.event == "profile_set":
            self.reasons += self._unknown(entry)
        elif entry.event == "received":
            if not self._takes(entry):
                self._stop(Refusal("migrasi_pengumpulan", "", {"collection": _task_title(self.old, entry.duty)}))
        elif entry.event in _JUDGED:
            self._unworkable(entry)

    def _unknown(self, entry: Entry) -> Iterator[Refusal]:
        known = self.old.words.profile.keys() | entry.fields.keys()
        for name in self.new.words.profile.keys() - known:
            yield Refusal("migrasi_profil", "", {"field": self.new.words.profile[name].title or name})

    def _takes(self, entry: Entry) -> bool:
        """Whether the collection of *entry* is there, and asks the same."""
        was, now = self.old.duties.get(entry.duty), self.new.duties.get(entry.duty)
        if now is None or now.stage or entry.action not in now.actions:
            return False
        return was is None or (_kind(was), was.type) == (_kind(now), now.type)

    def _unworkable(self, entry: Entry) -> None:
        was, now = self.old.duties.get(entry.duty), self.new.duties.get(entry.duty)
        if now is None:
            if entry.event == "moved":
                self._stop(Refusal("migrasi_tugas", "", {"task": _task_title(self.old, entry.duty)}))
            return
        stage = self.new.stages[self.reached.stage]
        if now.stage != stage.id or (was is not None and not _same_work(was, now, entry.role)):
            self._stop(Refusal("migrasi_tugas", "", {"task": now.title}))
        action = stage.actions.get(entry.action)
        if entry.action != NOTE.id and (action is None or (action.to is None) == (entry.event == "moved")):
            self._stop(Refusal("migrasi_tindakan", "", {"stage": stage.title, "action": self._called(entry)}))

    def _called(self, entry: Entry) -> str:
        for stage in self.old.stages.values():
            if entry.action in stage.actions:
                return stage.actions[entry.action].title or entry.action
        return entry.action

    def _judged(self, entry: Entry, read: Entry) -> Sheet | None:
        """The form of *entry* as it is then; what would have been refused is kept for the end.

        Nothing is said of an answer but which field it belongs to.
        """
        duty = self.new.duties[read.duty]
        action = self.new.stages[self.reached.stage].actions.get(read.action, NOTE)
        actor = Actor(role=read.role, person=read.person)
        filled = sheet(self.new, self.reached, actor, action, read.fields, read.at, duty=duty)
        if read.role != self.new.system:
            for refusal in refusals(self.new, filled):
                self.reasons.append(
                    Refusal("migrasi_jawaban", "", {"field": _field_title(duty, refusal.path), "task": duty.title})
                )
        if not self.new.holds(action.show_if, filled.local):
            self.reasons.append(Refusal("migrasi_syarat", "", {"action": action.title, "needs": "show_if"}))
        for refusal in requirements(self.new, filled):
            self.reasons.append(Refusal("migrasi_syarat", "", {"action": action.title, "needs": refusal.code}))
        return None if duty.anonymous and read.role in duty.actor else filled


def _kind(duty: Duty) -> tuple[Any, ...]:
    """What people were promised who answered: how many they are, whether anonymously, and among how many."""
    return duty.many, duty.anonymous, duty.at_least if duty.anonymous else 1, duty.ticket


def _same_work(was: Duty, now: Duty, role: str) -> bool:
    return _kind(was) == _kind(now) and (role in was.actor) == (role in now.actor)


# --- as it stands -----------------------------------------------------------------------------------------------------


def _tasks(old: Process, new: Process, case: Case, again: Case) -> Iterator[Refusal]:
    """The open tasks that the present stage no longer has, and those of several people that it did not have."""
    now = {duty.id: duty for duty in new.by_stage[again.stage]}
    was = {duty.id: duty for duty in old.by_stage[case.stage]}
    for name in sorted(case.open - now.keys()):
        yield Refusal("migrasi_tugas", "", {"task": was[name].title})
    for name in sorted(again.open):
        if not _keeps_its_people(was.get(name), now[name]):
            yield Refusal("migrasi_tugas", "", {"task": now[name].title})


def _keeps_its_people(was: Duty | None, now: Duty) -> bool:
    """Whether an open task goes on with those who work on it; one person's task may become another's."""
    if was is None or _kind(was) != _kind(now):
        return was is None and not now.many
    return not now.many or set(was.actor) == set(now.actor)


def _seats(new: Process, again: Case) -> Iterator[Refusal]:
    for role, found in again.seats.items():
        seats = new.words.roles[role].seats
        if not seats.holds(found):
            params = {"role": new.words.roles[role].title, "least": seats.least, "most": seats.most, "found": found}
            yield Refusal("migrasi_penilai", "", params)


def _frozen(old: Process, case: Case, again: Case) -> Iterator[Refusal]:
    """Values that were kept when the case entered a stage stay what they were."""
    for name, value in case.frozen.items():
        if name in again.frozen and again.frozen[name] != value:
            yield Refusal("migrasi_beku", "", {"value": old.values[name].title or name})


def _deadline(old: Process, new: Process, case: Case, again: Case, now: datetime) -> Iterator[Refusal]:
    """A deadline that people were told never comes earlier, and nobody is late at once who was in time."""
    was, then, today = due_on(old, case), due_on(new, again), case.cycle.day_of(now)
    in_time = was is None or was >= today
    if in_time and then is not None and then < max(was or today, today):
        yield Refusal("migrasi_tenggat", "", {"was": _day(was), "now": _day(then)})


def _day(day: date | None) -> str:
    return day.isoformat() if day else "–"


# --- what becomes of it -----------------------------------------------------------------------------------------------


def _collecting(old: Process, new: Process, outcome: Outcome, now: datetime) -> Outcome:
    """*outcome* with the collections that only the new definition has, and whose time has come and not passed."""
    case = outcome.case
    taken = {past.action for pasts in case.history.values() for past in pasts}
    for collection in new.workflow.collections.values():
        opens = collection.opens or new.workflow.start
        if collection.id not in old.duties and opens in case.path and collection.closes not in taken:
            entry = Entry(seq=0, event="collection_opened", at=now, duty=collection.id)
            outcome = appended(new, outcome, entry)
    return outcome


def _changed(case: Case, again: Case) -> dict[str, Any]:
    names = [*case.values, *(name for name in again.values if name not in case.values)]
    pairs = {name: {"old": case.values.get(name), "new": again.values.get(name)} for name in names}
    return {name: pair for name, pair in pairs.items() if pair["old"] != pair["new"]}


def _left_out(old: Process, new: Process, entries: Sequence[Entry]) -> dict[str, list[str]]:
    """By task, the fields whose answers stay in the journal and are in the case no more."""
    found: dict[str, set[str]] = {}
    for entry in entries:
        was, now = fitted(old, entry), fitted(new, entry)
        if entry.duty and was.event != LEFT_OUT:
            kept: Set[str] = frozenset() if now.event == LEFT_OUT else now.fields.keys()
            found.setdefault(entry.duty, set()).update(was.fields.keys() - kept)
    return {duty: sorted(names) for duty, names in found.items() if names}


# --- titles -----------------------------------------------------------------------------------------------------------


def _stage_title(process: Process, stage: str) -> str:
    return process.stages[stage].title if stage in process.stages else stage


def _task_title(process: Process, duty: str) -> str:
    return process.duties[duty].title if duty in process.duties else duty


def _field_title(duty: Duty, path: str) -> str:
    """What a field is called; of a cell of a table, its column."""
    name, _dot, rest = path.partition(".")
    item = duty.fields.get(name)
    columns: Mapping[str, Any] = getattr(item, "columns", {})
    column = columns.get(rest.rpartition(".")[2])
    return next((part.title for part in (column, item) if part is not None and part.title), path)
