"""What somebody sees of a case and may do with it, and why not. Pure, like ``act``; the page shows it.

What may not be read is not there: it is left out here, not hidden on the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import feel
from engine.access import reads_duty, reads_field, reads_value, since, still_joining
from engine.act import answered, offered
from engine.case import Actor, Case
from engine.clock import due_on, opens_on, waiting
from engine.errors import Refusal
from engine.kinds import Field, Line, Ratings, Setting
from engine.model import Action, Stage, Value
from engine.process import NOTE, Duty, Process
from engine.scope import numbered, worded
from engine.sheet import sheet

DONE, CURRENT, LATER = "done", "now", "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One action at the present stage. Not ``offered``: ``reasons`` say why, ``roles`` who can take it instead."""

    action: Action
    actor: Actor
    duty: Duty
    offered: bool
    reasons: tuple[Refusal, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """One stage in the list of where the case stands."""

    stage: Stage
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One earlier answer: the field, what was answered, and what its options are."""

    field: Field
    setting: Setting
    value: Any
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheaf:
    """The answers of one task that may be read, or one ticket of a collection with its ``number`` and ``status``."""

    duty: Duty
    answers: tuple[Answer, ...]
    number: str = ""
    status: str = ""


#: Texts of anonymous answers are shown only from so many answers on.
FEWEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Voices:
    """What people wrote without their name into one field, in an order that says nothing of when or beside what."""

    duty: Duty
    field: Field
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One value that may be read."""

    value: Value
    result: Any
    type: feel.Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A case as somebody with certain roles finds it today."""

    case: Case
    actors: tuple[Actor, ...]
    stage: Stage
    waiting: bool
    opens_on: date | None
    due_on: date | None
    stations: tuple[Station, ...]
    offers: tuple[Offer, ...]
    sheaves: tuple[Sheaf, ...]
    values: tuple[Shown, ...]

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(actor.role for actor in self.actors)

    def offer(self, action: str) -> Offer | None:
        """The offer of *action*, the one that can be taken if there are several."""
        return _first([offer for offer in self.offers if offer.action.id == action])


def desk(process: Process, case: Case, actors: Sequence[Actor], now: datetime) -> Desk:
    """What somebody who is *actors* on this case sees and may do now. Nobody at all sees nothing."""
    today, roles = case.cycle.day_of(now), [actor.role for actor in actors]
    return Desk(
        case=case,
        actors=tuple(actors),
        stage=process.stages[case.stage],
        waiting=waiting(process, case, today),
        opens_on=opens_on(process, case),
        due_on=due_on(process, case),
        stations=tuple(_stations(process, case)),
        offers=tuple(_offers(process, case, actors, now, today)),
        sheaves=tuple(_sheaves(process, case, roles)),
        values=tuple(_values(process, case, roles)),
    )


def offer_of(process: Process, case: Case, actors: Sequence[Actor], now: datetime, action: str) -> Offer | None:
    """The offer of *action* as it stands on the desk, without the rest of it."""
    return _first(list(_offers(process, case, actors, now, case.cycle.day_of(now), only=action)))


def _first(offers: Sequence[Offer]) -> Offer | None:
    return next((found for found in offers if found.offered), offers[0] if offers else None)


def _stations(process: Process, case: Case) -> Iterator[Station]:
    """The stages that this case has been in, is in, and may still reach by the plain way, in the definition's order."""
    for stage in process.stages.values():
        if stage.id == case.stage:
            yield Station(stage=stage, state=CURRENT)
        else:
            yield Station(stage=stage, state=DONE if stage.id in case.path else LATER)


# --- what may be done -------------------------------------------------------------------------------------------------


def _offers(
    process: Process, case: Case, actors: Sequence[Actor], now: datetime, today: date, only: str | None = None
) -> Iterator[Offer]:
    """Every offer, or those of the action called *only*."""
    stage = process.stages[case.stage]
    for action in stage.actions.values():
        if only not in (None, action.id):
            continue
        roles = process.actors_of(stage, action)
        mine = [actor for actor in actors if actor.role in roles]
        if mine:
            yield from (_mine(process, case, actor, action, now, today) for actor in mine)
        elif actors and set(roles) != {process.system}:
            duty = process.duty_of(case.stage, action, actors[0].role)
            refusal = Refusal("peran_tidak_berwenang", "", {"action": action.title})
            yield Offer(action=action, actor=actors[0], duty=duty, offered=False, reasons=(refusal,), roles=roles)
    if only in (None, NOTE.id):
        yield from _notes(process, case, actors)


def _mine(process: Process, case: Case, actor: Actor, action: Action, now: datetime, today: date) -> Offer:
    duty = worded(process, case, process.duty_of(case.stage, action, actor.role))
    if waiting(process, case, today):
        reasons = [Refusal("belum_waktunya", "", {"action": action.title})]
    elif answered(case, duty, actor, action):
        reasons = [Refusal("sudah_menilai")]
    elif not offered(process, case, actor, action, now):
        stage = process.stages[case.stage].title
        reasons = [Refusal("tidak_pada_tahap_ini", "", {"action": action.title, "stage": stage})]
    else:
        reasons = list(_beforehand(process, case, actor, action, now))
    return Offer(action=action, actor=actor, duty=duty, offered=not reasons, reasons=tuple(reasons))


def _beforehand(process: Process, case: Case, actor: Actor, action: Action, now: datetime) -> Iterator[Refusal]:
    """The action's requirements that fail whatever the form will say, because they do not read it."""
    if not action.require:
        return
    blank = sheet(process, case, actor, action, {}, now)
    names = {asked.field.id for asked in blank.asked} | {key for asked in blank.asked for key in asked.setting.columns}
    for clause in action.require:
        if clause.condition is None or _heads(process, clause.condition.parsed) & (names | {blank.duty.id}):
            continue
        if not process.holds(clause.condition, blank.local):
            yield Refusal(clause.id, "", {"scope": blank.local})


def _heads(process: Process, expression: feel.Expression) -> set[str]:
    """Every name that *expression* depends on, through values too."""
    heads = {path[0] for path in feel.reads(expression)}
    waiting_for = list(heads)
    while waiting_for:
        more = process.value_reads.get(waiting_for.pop(), frozenset()) - heads
        heads |= more
        waiting_for += more
    return heads


def _notes(process: Process, case: Case, actors: Iterable[Actor]) -> Iterator[Offer]:
    """What may be written into a form that somebody else will submit."""
    for duty in process.by_stage.get(case.stage, ()):
        for actor in actors:
            if actor.role not in duty.actor and duty.submitted_by(NOTE, actor.role):
                yield Offer(action=NOTE, actor=actor, duty=worded(process, case, duty), offered=True)


# --- what may be read -------------------------------------------------------------------------------------------------


def _sheaves(process: Process, case: Case, roles: Sequence[str]) -> Iterator[Sheaf]:
    for duty in process.duties.values():
        if duty.id not in case.answers:
            continue
        if duty.many:
            yield from _tickets(process, case, duty, roles) if duty.ticket else ()
            continue
        answers = tuple(_answers(case, worded(process, case, duty), roles))
        if answers:
            yield Sheaf(duty=duty, answers=answers)


def _tickets(process: Process, case: Case, duty: Duty, roles: Sequence[str]) -> Iterator[Sheaf]:
    if not reads_duty(case, duty, roles):
        return
    for ticket in sorted(case.answers[duty.id].values(), key=numbered):
        answers = tuple(_answers(case, duty, roles, ticket))
        yield Sheaf(duty=duty, answers=answers, number=ticket["nomor"], status=ticket["status"])


def voices(process: Process, case: Case, roles: Sequence[str]) -> Iterator[Voices]:
    """The texts of anonymous answers that somebody with *roles* may read: of enough people, and not one by one."""
    for duty in process.duties.values():
        answers = case.answers.get(duty.id, {}) if duty.anonymous else {}
        if len(answers) < max(FEWEST, duty.at_least) or still_joining(process, case, duty):
            continue
        for name, item in duty.fields.items():
            readers = {**duty.readers, **item.readers}
            if isinstance(item, Line) and any(since(readers, role, case) for role in roles):
                texts = tuple(sorted(str(given[name]) for given in answers.values() if given.get(name)))
                if texts:
                    yield Voices(duty=duty, field=item, texts=texts)


def _answers(case: Case, duty: Duty, roles: Sequence[str], given: Mapping[str, Any] | None = None) -> Iterator[Answer]:
    given = case.answers[duty.id] if given is None else given
    for item in duty.fields.values():
        if reads_field(case, duty, item, roles):
            yield from answers_to(duty, item, given)


def answers_to(duty: Duty, item: Field, given: Mapping[str, Any]) -> Iterator[Answer]:
    """What is *given* to a field of *duty*: one answer, or that to each rated item; nothing where nothing is."""
    setting = duty.settings[item.id]
    if isinstance(item, Ratings):
        yield from _marks(item, setting, given)
    elif given.get(item.id) is not None:
        yield Answer(field=item, setting=setting, value=given[item.id], title=item.title)


def _marks(item: Ratings, setting: Setting, given: Mapping[str, Any]) -> Iterator[Answer]:
    for key, row in zip(setting.columns, setting.rows or (), strict=True):
        if given.get(key) is not None:
            yield Answer(field=item, setting=setting, value=given[key], title=row["title"])


def _values(process: Process, case: Case, roles: Sequence[str]) -> Iterator[Shown]:
    for value in process.values.values():
        result = case.values.get(value.id)
        if result is not None and value.title and reads_value(process, case, value, roles):
            yield Shown(value=value, result=result, type=process.types[value.id])
