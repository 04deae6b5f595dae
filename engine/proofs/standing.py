"""Who takes part, how many, and until when: what can be told of a definition without following any case.

- ``E01``: a case is at its end where it begins.
- ``E08``: an action that nobody takes: it has no actor; only the system acts there, and it says not when; or it is to
  happen by itself, and no actor is the system. A form that nobody fills in.
- ``E09``: a role that nobody can hold, or whose holders cannot act there.
- ``E10``: whoever proposes the raters confirms them too.
- ``E18``: more answers are wanted than there are seats; none are; or too few to hide among.
- ``E20``: deadlines that cannot be kept in order, and steps of the system that always fail.
- ``E35close``: tickets are to be closed of a collection that has none.
- ``E21writer``: what must be filled in, but by nobody who can.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.kinds import Field
from engine.model import Action, Collection, Role, Stage, Task
from engine.names import SUPERIOR_OF
from engine.process import Process
from engine.shape import At
from engine.terms import DayOfCycle

#: Roles by relation that are held by at most one person, whose superior is therefore known.
SINGLE = ("subject", "superior", SUPERIOR_OF)
#: So many answers hide who gave which.
HIDDEN_AMONG = 2


def prove_standing(process: Process) -> None:
    """Report what is wrong with roles, quorums, deadlines and fields of *process*."""
    if process.stages[process.workflow.start].final:
        (process.workflow.at / "start").report("E01", stage=process.workflow.start)
    for stage in process.stages.values():
        _check_deadlines(process, stage)
        if stage.form and not stage.actor:
            (stage.at / "form").report("E08form", stage=stage.title)
        for action in stage.actions.values():
            _check_actors(process, stage, action)
            _check_automatic(process, stage, action)
            _check_close(process, action)
    for work in _works(process):
        _check_quorum(process, work)
    _check_roles(process)
    for duty in process.duties.values():
        for item in duty.fields.values():
            _check_writers(process, item)


def _works(process: Process) -> Iterator[Task | Collection]:
    for stage in process.stages.values():
        yield from stage.tasks.values()
    yield from process.workflow.collections.values()


# --- actors -----------------------------------------------------------------------------------------------------------


def _check_actors(process: Process, stage: Stage, action: Action) -> None:
    actors = process.actors_of(stage, action)
    system = process.roles_of.get("system", frozenset())
    if action.auto and not system & set(actors):
        (action.at / "auto").report("E08auto", action=action.title or action.id)
    elif not actors:
        action.at.of_key().report("E08", action=action.title or action.id)
    elif not action.auto and set(actors) <= system:
        action.at.of_key().report("E08system", action=action.title or action.id)


def _acting(process: Process) -> Iterator[Role]:
    """The roles that somebody must hold so that the process goes on."""
    names = dict.fromkeys(name for duty in process.duties.values() if duty.stage for name in duty.actor)
    names |= dict.fromkeys(n for stage in process.stages.values() for a in stage.actions.values() for n in a.actor)
    yield from (process.words.roles[name] for name in names if name in process.words.roles)


def _check_role(process: Process, role: Role) -> None:
    if role.is_ == "public":
        for at in _places(process, role.id):
            at.report("E09public", role=role.title)
    if role.is_.startswith(SUPERIOR_OF) and not _has_one_superior(process, role):
        (role.at / "is").report("E09", role=role.title, of=role.is_.removeprefix(SUPERIOR_OF))


def _check_roles(process: Process) -> None:
    for role in _acting(process):
        _check_role(process, role)
    for collection in process.workflow.collections.values():
        _check_answering(process, collection)
    for role in process.words.roles.values():
        if role.confirmed_by and set(role.confirmed_by) <= set(role.proposed_by):
            (role.at / "confirmed_by").report("E10", role=role.title)


def _check_answering(process: Process, collection: Collection) -> None:
    """A collection is answered without an account: whoever has one does not find it."""
    at = collection.at / "actor"
    for number, name in enumerate(collection.actor):
        role = process.words.roles[name]
        if role.is_ != "public":
            (at if isinstance(at.value, str) else at / number).report("E09collection", role=role.title)


def _places(process: Process, role: str) -> Iterator[At]:
    """Where stages, tasks and actions name *role* as their actor."""
    for stage in process.stages.values():
        parts: list[Stage | Task | Action] = [stage, *stage.tasks.values(), *stage.actions.values()]
        for part in parts:
            if role in part.actor:
                at = part.at / "actor"
                yield at if isinstance(at.value, str) else at / part.actor.index(role)


def _has_one_superior(process: Process, role: Role) -> bool:
    """Whether the chain of superiors from *role* ends at one person of the case."""
    roles, seen = process.words.roles, {role.id}
    while role.is_.startswith(SUPERIOR_OF):
        role = roles[role.is_.removeprefix(SUPERIOR_OF)]
        if role.id in seen or role.seats.most != 1:
            return False
        seen.add(role.id)
    return role.is_ in SINGLE


# --- quorum -----------------------------------------------------------------------------------------------------------


def _check_quorum(process: Process, work: Task | Collection) -> None:
    at = work.at / "at_least"
    seats = [process.words.roles[role].seats for role in work.actor if role in process.words.roles]
    most = None if any(s.most is None for s in seats) else sum(s.most or 0 for s in seats)
    many = process.duties[work.id].many
    if isinstance(work, Task) and most is not None and work.at_least > most:
        at.report("E18", found=work.at_least, most=most)
    elif work.at_least == 0:
        at.report("E18none")
    elif work.anonymous and (work.at_least < HIDDEN_AMONG or not many):
        (at if at.value else (work.at / "anonymous").of_key()).report("E18anonymous", least=HIDDEN_AMONG)


# --- time -------------------------------------------------------------------------------------------------------------


def _check_deadlines(process: Process, stage: Stage) -> None:
    """Reminders before the stage is entered, and a deadline before it opens or before the cycle begins."""
    deadline = stage.deadline
    if deadline is None:
        return
    for index, days in enumerate(stage.remind or ()):
        if not deadline.day and not deadline.working and days > deadline.days:
            (stage.at / "remind" / index).report("E20remind", days=days, deadline=deadline.days)
    cycle = process.workflow.cycle
    if deadline.day and cycle and day_of(deadline.day) < day_of(cycle.start):
        (stage.at / "deadline").report("E20start", stage=stage.title)
    elif deadline.day and stage.opens and day_of(deadline.day) < day_of(stage.opens):
        (stage.at / "deadline").report("E20opens", stage=stage.title)


def day_of(day: DayOfCycle) -> tuple[int, int, int]:
    """A day of the cycle in the order of days."""
    return (day.years, day.month, day.day)


def _check_automatic(process: Process, stage: Stage, action: Action) -> None:
    """What the system takes by itself must not ask anything."""
    if not action.auto or process.system not in process.actors_of(stage, action):
        return
    duty = process.duty_of(stage.id, action, process.system)
    for item in duty.submitted_by(action, process.system).values():
        if _must_be_filled_in(item):
            action.at.of_key().report("E20fields", action=action.title or action.id, field=item.title or item.id)
            return


def _must_be_filled_in(item: Field) -> bool:
    return item.asked and not item.optional and item.show_if is None


def _check_close(process: Process, action: Action) -> None:
    """Only tickets are closed one by one."""
    closed = process.workflow.collections.get(action.close or "")
    if closed and not closed.ticket:
        (action.at / "close").report("E35close", collection=closed.id)


# --- fields -----------------------------------------------------------------------------------------------------------


def _check_writers(process: Process, item: Field) -> None:
    never = process.roles_of.get("system", frozenset()) | process.roles_of.get("public", frozenset())
    if item.writers and not item.optional and set(item.writers) <= never:
        (item.at / "writers").report("E21writer", field=item.title or item.id)
