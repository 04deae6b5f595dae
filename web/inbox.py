"""What somebody has to do, what waits for others, what is done: one line a task, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Connection

from engine.case import Actor
from engine.clock import due_on, opens_on, waiting
from engine.process import NOTE, Duty
from web import drafts
from web.finding import Desk, Page, ended_of, place_of
from web.held import Held
from web.languages import day, due_text, translated
from web.lists import written


@dataclass(frozen=True, kw_only=True)
class Line:
    """One task: what, about whom, until when, and where it is done."""

    title: str
    about: str
    state: str
    late: bool
    href: str
    action: str
    due: date | None

    @property
    def sort(self) -> tuple[bool, date]:
        return self.due is None, self.due or date.max


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """The lines of one person on one page. ``next_text`` says what will come where nothing is to be done.

    ``later`` are cases whose stage has not opened yet. ``first``, ``next`` and ``older`` are the addresses of other
    pages, where there are any: the first one, the one that follows, and the next of what is done.
    """

    now: tuple[Line, ...]
    later: tuple[Line, ...]
    waiting: tuple[Line, ...]
    done: tuple[Line, ...]
    next_text: str
    first: str
    next: str
    older: str


@dataclass(frozen=True, kw_only=True)
class Team:
    """A page of the running cases of those whom somebody leads."""

    lines: tuple[Line, ...]
    first: str
    next: str


def inbox(rows: Connection, person: str, now: datetime, today: date, after: str = "", ended: str = "") -> Inbox:
    """The page of *person*'s inbox after *after*; of what is done, after *ended*. Both as addresses say them."""
    desk = Desk(rows, person)
    # A page of what is done shows nothing else, and the other way round.
    page = Page(cases=[]) if ended else desk.running(today, place_of(after))
    closed = Page(cases=[]) if after else desk.finished(ended_of(ended))
    running, kept = page.cases, drafts.mine(rows, person)
    mine = [line for held in running for line in _mine(held, person, now, kept)]
    # A line that leads to the raters does not lead to the case.
    busy = {line.href.rpartition("/")[2] for line in mine}
    others = [held for held in running if held.case.id not in busy and _reads(held)]
    return Inbox(
        now=_sorted(mine),
        later=_sorted(_other(held, now) for held in others if _waits(held, now)),
        waiting=_sorted(_other(held, now) for held in others if not _waits(held, now)),
        done=tuple(_done(held) for held in closed.cases if _reads(held)),
        next_text=_next(running, now),
        first=url_for("cases.tasks") if after or ended else "",
        next=url_for("cases.tasks", sesudah=written(page.last)) if page.last else "",
        older=url_for("cases.tasks", selesai=written(closed.last)) if closed.last else "",
    )


def team(rows: Connection, person: str, now: datetime, today: date, after: str = "") -> Team:
    """The page of *person*'s team after *after*, the nearest deadline first."""
    page = Desk(rows, person).team(today, place_of(after))
    return Team(
        lines=_sorted(_led(held, now) for held in page.cases if _leads(held)),
        first=url_for("cases.team") if after else "",
        next=url_for("cases.team", sesudah=written(page.last)) if page.last else "",
    )


def _sorted(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda line: line.sort))


def _waits(held: Held, now: datetime) -> bool:
    return waiting(held.process, held.case, held.case.cycle.day_of(now))


def about(held: Held) -> str:
    """Whom a case is about, and in which cycle."""
    return f"{held.subject.name} · {held.cycle_title}"


def awaited(held: Held) -> str:
    """Who works at the present stage: the reader first, others by their roles.

    Those who answer anonymously are named as long as the stage lasts.
    """
    process, stage = held.process, held.process.stages[held.case.stage]
    duties = [duty for duty in process.by_stage.get(stage.id, ()) if duty.id in held.case.open or duty.anonymous]
    roles = () if stage.final else dict.fromkeys(role for duty in duties for role in duty.actor)
    mine = {actor.role for actor in held.actors for duty in duties if works(held, actor, duty)}
    others = [translated(process.words.roles[role].title) for role in roles if role not in mine]
    return ", ".join([_("Anda")] * bool(mine & set(roles)) + others)


def works(held: Held, actor: Actor, duty: Duty) -> bool:
    """Whether *duty* waits for *actor*."""
    return actor.role in duty.actor and duty.id in held.case.open and not (duty.many and actor.answered)


def _reads(held: Held) -> bool:
    """Whether the person has more to do with the case than to answer for it once."""
    return any(held.process.words.roles[actor.role].is_ != "peer" for actor in held.actors)


def _leads(held: Held) -> bool:
    return any(held.process.words.roles[actor.role].is_.startswith("superior") for actor in held.actors)


def _mine(held: Held, person: str, now: datetime, kept: set[tuple[str, str, int]]) -> Iterator[Line]:
    """What this person can do on the case now."""
    process, case = held.process, held.case
    yield from _raters(held, now)
    stage, today = process.stages[case.stage], case.cycle.day_of(now)
    if stage.final or waiting(process, case, today):
        return
    for actor in held.actors:
        for duty in process.by_stage[case.stage]:
            writes = actor.role not in duty.actor and bool(duty.submitted_by(NOTE, actor.role))
            if works(held, actor, duty) or writes:
                started = (case.id, duty.id, case.entry) in kept
                yield _line(held, now, duty.title, _("Lanjutkan draf") if started else _("Buka"))
                return


def _raters(held: Held, now: datetime) -> Iterator[Line]:
    """Raters that are still to be proposed or confirmed, from the beginning of the case."""
    for role in held.process.words.roles.values():
        awaited = role.confirmed_by and not held.case.seats.get(role.id) and _still_wanted(held, role.id)
        mine = {actor.role for actor in held.actors}
        if not awaited or not mine & {*role.proposed_by, *role.confirmed_by}:
            continue
        confirms = bool(mine & set(role.confirmed_by))
        title = _("Setujui penilai: %(role)s") if confirms else _("Usulkan penilai: %(role)s")
        href = url_for("cases.seats", case_id=held.case.id, role=role.id)
        state = _("sebelum %(stage)s", stage=translated(_stage_of(held, role.id)))
        yield Line(
            title=title % {"role": translated(role.title)},
            about=about(held),
            state=state,
            late=False,
            href=href,
            action=_("Buka"),
            due=None,
        )


def _stage_of(held: Held, role: str) -> str:
    """The title of the first stage at which *role* works."""
    found = (duty.stage for duty in held.process.duties.values() if role in duty.actor)
    return held.process.stages[next(found)].title


def _still_wanted(held: Held, role: str) -> bool:
    """Whether a task for *role* lies ahead, or is open."""
    duties = [duty for duty in held.process.duties.values() if role in duty.actor]
    return any(duty.stage not in held.case.path or duty.id in held.case.open for duty in duties)


def _line(held: Held, now: datetime, title: str, action: str) -> Line:
    due = due_on(held.process, held.case)
    today = held.case.cycle.day_of(now)
    return Line(
        title=translated(title),
        about=about(held),
        state=due_text(due, today, held.case.cycle.zone),
        late=due is not None and today > due,
        href=url_for("cases.show", case_id=held.case.id),
        action=action,
        due=due,
    )


def _other(held: Held, now: datetime) -> Line:
    """A case that waits: for its day, or for somebody else."""
    process, case = held.process, held.case
    line = _line(held, now, process.stages[case.stage].title, _("Lihat"))
    if _waits(held, now):
        return _opens(held, line)
    return replace(line, state=" · ".join(part for part in (awaited(held), line.state) if part))


def _led(held: Held, now: datetime) -> Line:
    """A case of somebody's team: whose it is, where it stands, whom it waits for."""
    duties = held.process.by_stage.get(held.case.stage, ())
    mine = any(works(held, actor, duty) for actor in held.actors for duty in duties)
    line = _line(held, now, held.process.stages[held.case.stage].title, _("Buka") if mine else _("Lihat"))
    line = replace(line, title=held.subject.name, about=f"{line.title} · {held.cycle_title}")
    if _waits(held, now):
        return _opens(held, line)
    who = awaited(held)
    state = ", ".join(part for part in (_("Menunggu: %(who)s", who=who) if who else "", line.state) if part)
    return replace(line, state=state)


def _opens(held: Held, line: Line) -> Line:
    """*line* of a case whose stage has not opened yet."""
    return replace(line, state=_("dibuka %(day)s", day=day(opens_on(held.process, held.case))), late=False)


def _done(held: Held) -> Line:
    href = url_for("cases.show", case_id=held.case.id)
    state = translated(held.process.stages[held.case.stage].title)
    title = translated(held.process.title)
    return Line(title=title, about=about(held), state=state, late=False, href=href, action=_("Lihat"), due=None)


def _next(running: list[Held], now: datetime) -> str:
    """What will come next, and when, for an empty list."""
    days = [
        (opens, held)
        for held in running
        if (opens := opens_on(held.process, held.case)) and opens > held.case.cycle.day_of(now)
    ]
    if not days:
        return _("Anda akan melihat tugas di sini begitu sebuah berkas sampai pada Anda.")
    opens, held = min(days, key=lambda pair: pair[0])
    title = translated(held.process.stages[held.case.stage].title)
    return _("Berikutnya: %(title)s, dibuka %(day)s.", title=title, day=day(opens))
