"""Everything that people, and the system, can make of a case: its states, and the moves between them.

A state is the stage, which of its tasks are done, what has been handed in so far, and the facts that conditions still
ask (``guards``). A fact keeps its value until an answer that it depends on is written again; then it may take any of
its values. So a branch on a score "may hold either way" when the score is given, and stays as it was while nobody
gives it again: a loop that never touches the score does not change the branch.

``explore`` finds the states in order of distance from the beginning, each with the move that first led there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from heapq import heappop, heappush
from itertools import count
from typing import Any, NamedTuple

from engine.model import Action, Stage
from engine.process import Duty, Process
from engine.proofs.guards import Fact, Guard, Guards
from engine.proofs.nullness import Moment, Nullness
from engine.proofs.reading import ALL, FROZEN, HISTORY, Read, Reading, path_of

#: States are told apart by what was handed in up to so many moves; beyond, those that differ only in that are joined.
DISTINCT = 15_000
#: More moves than this are not explored.
LIMIT = 30_000

#: How far a task is: nobody has answered; enough have; all who are asked; all, and fewer than count; it is closed.
#: ``FEW + n``: n of several people have answered, fewer than count.
OPEN, ENOUGH, ALL_ENOUGH, ALL_FEW, DONE, FEW = range(6)
#: More than any number of seats.
NO_END = 1_000_000
COMPLETE = frozenset((ALL_ENOUGH, ALL_FEW, DONE))

#: In the place of a fact that nothing will ask any more.
FORGOTTEN = "-"


class State(NamedTuple):
    """A case, as far as its course depends on it. ``facts`` are in the order of the process's facts."""

    stage: str
    work: tuple[int, ...]
    given: frozenset[str]
    seen: frozenset[str]
    fixed: frozenset[str]
    facts: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Move:
    """One action that one role can take at a stage."""

    action: Action
    role: str
    duty: Duty
    stage: Stage
    submits: bool
    #: What must hold: the action's ``show_if``, the form's and the action's requirements; and the routes.
    conditions: tuple[Guard, ...]
    routes: tuple[tuple[Guard | None, str], ...]
    #: The facts that it may change.
    writes: frozenset[int]
    eager: bool = False

    @cached_property
    def asks(self) -> frozenset[int]:
        guards = (*self.conditions, *(guard for guard, _ in self.routes if guard))
        return frozenset(fact.number for guard in guards for fact in guard.facts)


class Edge(NamedTuple):
    """A move that was made: where it led, and by which line of its routes (from 0)."""

    move: Move
    target: str
    line: int


@dataclass(eq=False)
class Space:
    """The states of a process that can be reached. ``came`` says from where, and how, each was first found."""

    process: Process
    nullness: Nullness
    facts: list[Fact] = field(default_factory=list)
    came: dict[State, tuple[State, Edge] | None] = field(default_factory=dict)
    next: dict[State, list[tuple[Edge, State]]] = field(default_factory=dict)
    moves: dict[str, list[Move]] = field(default_factory=dict)
    #: There were too many states: nothing is known.
    too_large: bool = False

    def path(self, state: State) -> list[tuple[State, Edge]]:
        """The shortest way from the beginning to *state*: each state on it, with the move made there."""
        found: list[tuple[State, Edge]] = []
        while (came := self.came[state]) is not None:
            found.append(came)
            state = came[0]
        return found[::-1]

    def moment(self, given: frozenset[str], fixed: frozenset[str], move: Move | None = None) -> Moment:
        """When something is worked out, for what may be null then."""
        if move is None:
            return Moment(given=given, fixed=fixed)
        sheet = dict.fromkeys(move.duty.sheets.get(move.action.id, move.action.fields), move.duty.id)
        sheet |= {
            k: move.duty.id for rated in move.duty.rated if rated in sheet for k in move.duty.settings[rated].columns
        }
        return Moment(given=given, fixed=fixed, sheet=sheet, action=move.action.id)


def explore(process: Process) -> Space:
    """The space of *process*."""
    nullness = Nullness(process)
    for distinct in (True, False):
        space = _Explorer(process, nullness, distinct=distinct).run()
        if not space.too_large:
            break
    return space


class _Waiting:
    """States to look at, the nearest first. Where states are *joined*, those of earlier stages first, each of them only
    when all its like are there."""

    def __init__(self, process: Process, joined: Callable[[State], Any] | None) -> None:
        self._order = {stage: number for number, stage in enumerate(process.stages)} if joined else {}
        self._key = joined or (lambda state: state)
        self._numbers = count()
        self._heap: list[tuple[int, int, Any]] = []
        self._first: dict[Any, tuple[tuple[State, Edge] | None, State]] = {}

    def __bool__(self) -> bool:
        return bool(self._heap)

    def put(self, came: tuple[State, Edge] | None, state: State) -> None:
        key = self._key(state)
        if key in self._first:
            came, other = self._first[key]
            self._first[key] = (came, in_common(state, other))
            return
        self._first[key] = (came, state)
        heappush(self._heap, (self._order.get(state.stage, 0), next(self._numbers), key))

    def take(self) -> tuple[tuple[State, Edge] | None, State]:
        return self._first.pop(heappop(self._heap)[2])


def in_common(state: State, other: State) -> State:
    """What was handed in in both of two states that differ in nothing else."""
    return state._replace(given=state.given & other.given, fixed=state.fixed & other.fixed)


class _Explorer:
    def __init__(self, process: Process, nullness: Nullness, *, distinct: bool) -> None:
        self.process = process
        self.nullness = nullness
        self.distinct = distinct
        self.duties = {stage: [d for d in process.by_stage[stage] if d.actor] for stage in process.stages}
        reading = Reading(process)
        self.guards = Guards(process, reading)
        self.moves = {stage.id: list(self._moves_at(stage)) for stage in process.stages.values()}
        self.guards.settle()
        self.facts = self.guards.facts
        self.moves = {stage: [self._with_writes(move) for move in moves] for stage, moves in self.moves.items()}
        self.live = self._live()
        self.asked = frozenset(fact.duty for fact in self.facts if fact.duty)
        self.frozen_at = {value.frozen_at for value in process.values.values() if value.frozen_at}
        self.returning = {d.stage for d in process.duties.values() if d.on_return == "keep"}
        self._never_null: dict[tuple[int, frozenset[str], frozenset[str]], bool] = {}
        self.space = Space(process, nullness, facts=self.facts, moves=self.moves)

    # --- what can be done at a stage ---

    def _moves_at(self, stage: Stage) -> Iterator[Move]:
        for action in stage.actions.values():
            if {"entry", "complete"} & set(action.auto):
                yield self._move(stage, action, self.process.system, eager=True)
            for role in self.process.actors_of(stage, action):
                if self._takes_part(role, action, stage):
                    yield self._move(stage, action, role, eager=False)

    def _takes_part(self, role: str, action: Action, stage: Stage) -> bool:
        """Whether somebody in *role* can ever take *action*: people, and the system when a deadline passes."""
        if role in self.process.roles_of.get("system", ()):
            return "deadline" in action.auto and stage.deadline is not None
        return role in self.process.words.roles and role not in self.process.roles_of.get("public", ())

    def _move(self, stage: Stage, action: Action, role: str, *, eager: bool) -> Move:
        duty = self.process.duty_of(stage.id, action, role)
        submits = not action.without_form and (role in duty.actor or not duty.actor)
        shown = [action.show_if] if action.show_if and not eager else []
        form = duty.form.require if submits and duty.form and role in duty.actor else ()
        required = [clause.condition for clause in (*form, *action.require)]
        return Move(
            action=action,
            role=role,
            duty=duty,
            stage=stage,
            submits=submits,
            conditions=tuple(self.guards.of(c, duty) for c in (*shown, *required) if c is not None),
            routes=tuple((self.guards.of(c.condition, duty) if c.condition else None, c.id) for c in action.to or ()),
            writes=frozenset(),
            eager=eager,
        )

    def _with_writes(self, move: Move) -> Move:
        """*move* with the facts that may change when it is made."""
        page = move.duty.page(move.action, move.role)
        answers = {(move.duty.id, name) for name in (*page.names, *page.fields, ALL)}
        written: set[Read] = answers | {(HISTORY, move.duty.id)}
        writes = {
            f.number for f in self.facts if not f.exact and (f.reads & written or self._touches(f, move, page.names))
        }
        return replace(move, writes=frozenset(writes | {f.number for f in self.facts if f.fluid}))

    @staticmethod
    def _touches(fact: Fact, move: Move, names: frozenset[str]) -> bool:
        """Whether *fact* reads the whole of what the move writes a part of."""
        return bool(names) and (move.duty.id, ALL) in fact.reads

    # --- which facts are still asked ---

    def _live(self) -> dict[str, frozenset[int]]:
        """By stage, the facts that some move from there on may ask before they are written again."""
        live: dict[str, set[int]] = {stage: set() for stage in self.process.stages}
        changed = True
        while changed:
            changed = False
            for stage, moves in self.moves.items():
                wanted = {fact for move in moves for fact in self._wanted(move, live)}
                if not wanted <= live[stage]:
                    live[stage] |= wanted
                    changed = True
        return {stage: frozenset(facts) for stage, facts in live.items()}

    def _wanted(self, move: Move, live: Mapping[str, set[int]]) -> set[int]:
        targets = {target for _, target in move.routes} or {move.stage.id}
        later = {fact for target in targets for fact in live[target]}
        return {fact for fact in move.asks | later if fact not in move.writes}

    # --- the walk ---

    def run(self) -> Space:
        space = self.space
        waiting = _Waiting(self.process, None if self.distinct else self._key)
        for came, state in self._first():
            waiting.put(came, state)
        joined: dict[Any, State] = {}
        moves = 0
        while waiting:
            came, state = waiting.take()
            state = self._joined(state, joined)
            if state in space.came:
                continue
            space.came[state] = came
            followed = self._followed(state)
            moves += len(followed)
            if moves > (DISTINCT if self.distinct else LIMIT):
                space.too_large = True
                return space
            for edge, after in followed:
                waiting.put((state, edge), after)
        self._connect(joined)
        return space

    def _followed(self, state: State) -> list[tuple[Edge, State]]:
        found = list(dict.fromkeys(self._successors(state)))
        self.space.next[state] = found
        return found

    def _joined(self, state: State, joined: dict[Any, State]) -> State:
        """*state*, or where states are not told apart by what was handed in, with what all its like have in common."""
        if self.distinct:
            return state
        key = self._key(state)
        joined[key] = in_common(state, joined.get(key, state))
        return joined[key]

    def _connect(self, joined: Mapping[Any, State]) -> None:
        """Where states were joined, let every move lead to the joined one."""
        if self.distinct:
            return
        space = self.space
        known = {self._key(state): state for state in joined.values()}
        for state, edges in space.next.items():
            space.next[state] = [(edge, known.get(self._key(after), after)) for edge, after in edges]
        kept = set(known.values())
        space.next = {state: edges for state, edges in space.next.items() if state in kept}

    def _key(self, state: State) -> Any:
        return (state.stage, state.work, state.seen, state.facts, state.given & self.asked)

    def _first(self) -> Iterator[tuple[tuple[State, Edge] | None, State]]:
        start = self.process.workflow.start
        blank = State(start, (), frozenset(), frozenset(), frozenset(), ())
        known: dict[int, Any] = {fact.number: 0 for fact in self.facts if fact.counts}
        known |= {fact.number: None for fact in self.facts if self._starts_null(fact)}
        for state in self._entered(blank, start, known, frozenset()):
            yield None, state

    def _starts_null(self, fact: Fact) -> bool:
        """Whether *fact* is an answer itself, or a frozen value: null as long as nothing was answered or frozen."""
        path = path_of(fact.node, fact.sheet)
        if len(path) == 1 and path[0] in self.process.values:
            return self.process.values[path[0]].frozen_at is not None
        return len(path) == 2 and path[0] in self.process.duties and not self.process.duties[path[0]].many

    def _successors(self, state: State) -> Iterator[tuple[Edge, State]]:
        if self.process.stages[state.stage].final:
            return
        moves = self.moves[state.stage]
        for move in moves:
            if move.eager and is_due(move, state):
                found, refused = self._made(move, state)
                yield from found
                if not refused:
                    return
                break
        for move in moves:
            if not move.eager and self._may_act(move, state):
                yield from self._made(move, state)[0]

    def _may_act(self, move: Move, state: State) -> bool:
        """Whether the task of the role is still open; an action that moves the case may be taken all the same."""
        if move.routes or move.role not in move.duty.actor:
            return True
        return state.work[self.duties[state.stage].index(move.duty)] not in COMPLETE

    def _made(self, move: Move, state: State) -> tuple[list[tuple[Edge, State]], bool]:
        """What *move* can make of *state*, and whether it may also be refused."""
        found: list[tuple[Edge, State]] = []
        refused = False
        for given, work in self._worked(move, state):
            after = state._replace(given=given, work=work)
            for known in self._counted(move, state):
                self._note_given(known, given)
                passed, some_refused = self._passed(move, after, known)
                refused = refused or some_refused
                for choice in passed:
                    found += self._routed(move, after, choice)
        return found, refused

    def _note_given(self, known: dict[int, Any], given: frozenset[str]) -> None:
        known.update((fact.number, True if fact.duty in given else None) for fact in self.facts if fact.duty)

    def _worked(self, move: Move, state: State) -> Iterator[tuple[frozenset[str], tuple[int, ...]]]:
        """What is handed in, and how far the tasks are, after *move*."""
        duty, duties = move.duty, self.duties[state.stage]
        if not move.submits:
            yield state.given, self._closed(move, state)
        elif not duty.many or move.role not in duty.actor:
            yield state.given | {duty.id}, self._closed(move, state)
        else:
            index = duties.index(duty)
            for level in self._levels(duty, state.work[index]):
                given = state.given | {duty.id} if level in (ENOUGH, ALL_ENOUGH) else state.given
                yield given, (*state.work[:index], level, *state.work[index + 1 :])

    def _closed(self, move: Move, state: State) -> tuple[int, ...]:
        duties = self.duties[state.stage]
        if move.routes or move.duty not in duties or move.role not in move.duty.actor or move.duty.many:
            return state.work
        index = duties.index(move.duty)
        return (*state.work[:index], DONE, *state.work[index + 1 :])

    def _levels(self, duty: Duty, level: int) -> Iterator[int]:
        """How far a task of several people can be after one more answer."""
        seats = [self.process.words.roles[role].seats for role in duty.actor if role in self.process.words.roles]
        least = sum(count.least for count in seats)
        most = None if any(count.most is None for count in seats) else sum(count.most or 0 for count in seats)
        wanted, most = max(duty.at_least, 1), most or NO_END
        answers = wanted if level == ENOUGH else level - FEW + 1 if level > FEW else 1
        if answers < wanted:
            yield FEW + answers if answers < most else ALL_FEW
            if least <= answers < most:
                yield ALL_FEW
            return
        if level == ENOUGH or least <= wanted:
            yield ALL_ENOUGH
        if most > wanted:
            yield ENOUGH

    def _counted(self, move: Move, state: State) -> Iterator[dict[int, Any]]:
        """The facts that are known after *move*, with its line in the history; those that it writes are not."""
        found: list[dict[int, Any]] = [
            {n: value for n, value in enumerate(state.facts) if value != FORGOTTEN and n not in move.writes}
        ]
        if not move.duty.anonymous:
            for fact in self.facts:
                if fact.counts:
                    found = [{**known, **more} for known in found for more in self._stepped(fact, move, known)]
        yield from found

    def _stepped(self, fact: Fact, move: Move, known: Mapping[int, Any]) -> Iterator[dict[int, Any]]:
        """A counter after *move*; at the ends of its range it may stand still."""
        if fact.number not in known:
            yield {}
            return
        sure = maybe = 0
        for duty, counting, factor in fact.counts:
            if duty == move.duty.id:
                counts = counting(move.action.id, move.role)
                sure += factor if counts else 0
                maybe += factor if counts is None else 0
        low, high, old = fact.values[0], fact.values[-1], known[fact.number]
        for step in {sure, sure + maybe}:
            yield {fact.number: min(max(old + step, low), high)}
            if step and len(fact.counts) > 1 and ((old == high and step < 0) or (old == low and step > 0)):
                yield {fact.number: old}

    def _passed(self, move: Move, after: State, known: dict[int, Any]) -> tuple[list[dict[int, Any]], bool]:
        """The ways in which the answers can be given so that *move* is not refused; and whether others are."""
        found, refused = [known], False
        for index, guard in enumerate(move.conditions):
            tried = [choice for each in found for choice in self._chosen(guard.facts, each, after)]
            held = [choice for choice in tried if guard.holds(choice, move.action.id, move.role)]
            refused = refused or len(held) < len(tried)
            found = self._without(held, self._later(move, index))
        return found, refused

    def _later(self, move: Move, index: int) -> frozenset[int]:
        """The facts that matter after the condition at *index*."""
        targets = {target for _, target in move.routes} or {move.stage.id}
        later = {fact for target in targets for fact in self.live[target]}
        guards = (*move.conditions[index + 1 :], *(guard for guard, _ in move.routes if guard))
        return frozenset(later | {fact.number for guard in guards for fact in guard.facts})

    @staticmethod
    def _without(choices: Iterable[dict[int, Any]], kept: frozenset[int]) -> list[dict[int, Any]]:
        distinct = {tuple(sorted((n, _key_of(v)) for n, v in c.items() if n in kept)): c for c in choices}
        return [{n: v for n, v in choice.items() if n in kept} for choice in distinct.values()]

    def _chosen(self, facts: Iterable[Fact], known: dict[int, Any], after: State) -> list[dict[int, Any]]:
        """*known* with a value for each of *facts* that has none yet: every one that it may have."""
        found = [known]
        for fact in facts:
            if fact.number not in known:
                values = self._possible(fact, after)
                found = [{**choice, fact.number: value} for choice in found for value in values]
        return found

    def _possible(self, fact: Fact, after: State) -> tuple[Any, ...]:
        if fact.exact or fact.values[-1] is not None:
            return fact.values
        key = (fact.number, after.given, after.fixed)
        if key not in self._never_null:
            moment = Moment(given=after.given, fixed=after.fixed, sheet=fact.sheet)
            self._never_null[key] = self.nullness.missing(fact.node, moment) is None
        return fact.values[:-1] if self._never_null[key] else fact.values

    def _routed(self, move: Move, after: State, known: dict[int, Any]) -> Iterator[tuple[Edge, State]]:
        if not move.routes:
            yield from ((Edge(move, after.stage, 0), state) for state in self._stays(after, known))
            return
        open_choices = [known]
        for line, (guard, target) in enumerate(move.routes):
            tried = [c for each in open_choices for c in self._chosen(guard.facts if guard else (), each, after)]
            held = [c for c in tried if guard is None or guard.holds(c, move.action.id, move.role)]
            open_choices = [c for c in tried if c not in held] if guard else []
            for choice in self._without(held, self.live[target]):
                for state in self._entered(after, target, choice, after.given):
                    yield Edge(move, target, line), state

    def _stays(self, after: State, known: dict[int, Any]) -> Iterator[State]:
        for facts in self._kept(after, after.stage, known):
            yield after._replace(facts=facts)

    def _kept(self, after: State, stage: str, known: dict[int, Any]) -> Iterator[tuple[Any, ...]]:
        """The facts as the state keeps them: every choice of those that are still asked from *stage* on."""
        live = [fact for fact in self.facts if fact.number in self.live[stage]]
        for choice in self._chosen(live, known, after):
            yield tuple(choice[f.number] if f.number in self.live[stage] else FORGOTTEN for f in self.facts)

    # --- entering a stage ---

    def _entered(self, before: State, target: str, known: dict[int, Any], given: frozenset[str]) -> Iterator[State]:
        again = target in before.seen
        work, kept = [], given
        for duty in self.duties[target]:
            closed = again and duty.on_return == "keep" and duty.id in given
            work.append(DONE if closed else OPEN)
            if duty.many and not closed:
                kept = kept - {duty.id}
        remembered = target in self.frozen_at or target in self.returning
        after = before._replace(
            stage=target,
            work=() if self.process.stages[target].final else tuple(work),
            given=kept,
            seen=before.seen | {target} if remembered else before.seen,
            fixed=before.fixed if again else before.fixed | self._frozen(target, kept, before.fixed),
        )
        known = {n: v for n, v in known.items() if (FROZEN, target) not in self.facts[n].reads or again}
        self._note_given(known, kept)
        for facts in self._kept(after, target, known):
            yield after._replace(facts=facts)

    def _frozen(self, target: str, given: frozenset[str], fixed: frozenset[str]) -> frozenset[str]:
        """The values that are frozen when *target* is first entered, and certainly not null then."""
        if target not in self.frozen_at:
            return frozenset()
        moment = Moment(given=given, fixed=fixed)
        values = [value for value in self.process.values.values() if value.frozen_at == target]
        return frozenset(value.id for value in values if self.nullness.rule_of(value, moment) is None)


def is_due(move: Move, state: State) -> bool:
    """Whether it is time for *move*; what the system takes by itself may have to wait until all tasks are done."""
    return not move.eager or "entry" in move.action.auto or all(done in COMPLETE for done in state.work)


def _key_of(value: Any) -> Any:
    return (type(value).__name__, str(value))
