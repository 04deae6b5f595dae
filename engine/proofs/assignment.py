"""Is everything there when it is read? What expressions read that some path to them has skipped.

- ``E13``: a requirement or a route may be null; null holds for nobody, so the case is refused or takes another route.
- ``E13rows``: a table takes its rows from a task that may not have been answered when the form is opened.
- ``E13value``: a value without ``optional`` may be null when the case ends.
- ``E13show``: a document shows what may not be there when it opens.
- ``E34``: a person's decision (``override``) can outlive the answers that it replaced: they were given again later.
- ``E35``: a collection that a value reads is always still open when the value is locked.

What is declared to be null at times is not reported where that is meant: ``override``, ``show_if``, ``initial`` and
computed lines, optional fields shown in a document.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from engine.model import Value
from engine.order import ordered
from engine.process import Duty
from engine.proofs.nullness import NULL, Missing, Moment, handled, sheet_of
from engine.proofs.reading import ALL, FROZEN, HISTORY, Read, Reading, path_of
from engine.proofs.space import Edge, Move, Space, State, is_due
from engine.proofs.stories import Stories, Story
from engine.terms import Expression


def prove_assignment(space: Space, stories: Stories) -> set[str]:
    """Report what may be missing where it is read. Gives the stages that cases may not leave because of it."""
    proof = _Assignment(space, stories)
    for state in space.came:
        if state in space.next:
            proof.look_at(state)
    proof.tell_values()
    return proof.blocked


@dataclass
class _Assignment:
    space: Space
    stories: Stories
    #: What was looked at, with what had been handed in.
    seen: set[object] = field(default_factory=set)
    told: set[Expression] = field(default_factory=set)
    #: By value, what is missing of it at which end.
    missing: dict[str, tuple[Missing, State]] = field(default_factory=dict)
    #: The stages with a condition that may be null.
    blocked: set[str] = field(default_factory=set)

    def look_at(self, state: State) -> None:
        """Everything that is read in *state*: by the forms, by what can be done, by documents and values."""
        moment = Moment(given=state.given, fixed=state.fixed)
        if self._once(("stage", state.stage, state.given, state.fixed)):
            self._documents(state, moment)
            for duty in self.space.process.by_stage[state.stage]:
                self._rows(state, duty)
            if self.space.process.stages[state.stage].final:
                self._values(state, moment)
        for move in self.space.moves[state.stage]:
            if is_due(move, state) and self._once((move, state.given, state.fixed)):
                self._conditions(state, move)

    def _once(self, key: object) -> bool:
        if key in self.seen:
            return False
        self.seen.add(key)
        return True

    def _refuse(self, condition: Expression, missing: Missing, state: State, move: Move) -> None:
        self.blocked.add(state.stage)
        self._tell("E13", condition, missing, self.stories.at(state, move))

    def _tell(self, code: str, expression: Expression, missing: Missing, story: Story, offset: int = 0) -> None:
        if expression not in self.told:
            self.told.add(expression)
            expression.report(code, offset, name=said(missing), story=story)

    # --- conditions of a move ---

    def _conditions(self, state: State, move: Move) -> None:
        given = state.given | {move.duty.id} if move.submits else state.given
        start = self.space.moment(given, state.fixed, move)
        nullness = self.space.nullness
        shown = [] if move.eager or move.action.show_if is None else [move.action.show_if.parsed.root]
        start = nullness.knowing(start, shown, True, sure=True)
        required = [guard.source for guard in move.conditions if guard.source is not move.action.show_if]
        for condition in required:
            others = [other.parsed.root for other in required if other is not condition]
            moment = nullness.knowing(start, others, True, sure=True)
            if missing := nullness.missing(condition.parsed.root, moment):
                self._refuse(condition, missing, state, move)
        passed = moment = nullness.knowing(start, [condition.parsed.root for condition in required], True, sure=True)
        routes = [guard.source for guard, _ in move.routes if guard]
        nodes = [route.parsed.root for route in routes]
        for guard, _ in move.routes:
            if guard:
                missing = nullness.missing(guard.source.parsed.root, moment)
                if missing and not handled(missing, nodes, sheet_of(move.duty)):
                    self._refuse(guard.source, missing, state, move)
                moment = nullness.knowing(moment, [guard.source.parsed.root], False, sure=False)
        for clause in move.action.starts or ():
            node = clause.condition.parsed.root if clause.condition else None
            if node and clause.condition and (missing := nullness.missing(node, passed)):
                self._tell("E13", clause.condition, missing, self.stories.at(state, move))

    # --- forms, documents, values ---

    def _rows(self, state: State, duty: Duty) -> None:
        moment = Moment(given=state.given, fixed=state.fixed, sheet=sheet_of(duty))
        for item in (duty.form.fields if duty.form and duty.actor else {}).values():
            source = getattr(item, "from_", None)
            if source is None or item.optional or item.show_if:
                continue
            if missing := self.space.nullness.missing(source.parsed.root, moment):
                self._tell("E13rows", source, missing, self.stories.to(state))

    def _documents(self, state: State, moment: Moment) -> None:
        for document in self.space.process.workflow.documents.values():
            if document.opens == state.stage:
                for expression in document.show:
                    if missing := self._shown(expression, moment):
                        self._tell("E13show", expression, missing, self.stories.to(state))

    def _shown(self, expression: Expression, moment: Moment) -> Missing | None:
        process = self.space.process
        path = path_of(expression.parsed.root, {})
        if path and path[0] in process.duties:
            return self.space.nullness.duty(process.duties[path[0]], moment)
        if path and path[0] in process.values and process.values[path[0]].optional:
            return None
        return self.space.nullness.missing(expression.parsed.root, moment)

    def _values(self, state: State, moment: Moment) -> None:
        for name, value in self.space.process.values.items():
            if not value.optional and name not in self.missing and (why := self.space.nullness.value(name, moment)):
                self.missing[name] = (why, state)

    def tell_values(self) -> None:
        """Report the values that may be null at the end, but not those that are null only because another is."""
        process = self.space.process
        for name in ordered(process.values, process.value_reads)[0]:
            if name in self.missing and not self.missing.keys() & process.value_reads[name]:
                why, state = self.missing[name]
                at = process.values[name].at.of_key()
                named = name if why == NULL else said(why)
                at.report("E13value", value=name, name=named, story=self.stories.to(state))


def said(missing: Missing) -> str:
    """What is missing, as its author writes it."""
    return ".".join(missing)


# --- decisions that outlive what they decided -------------------------------------------------------------------------


def prove_decisions(space: Space, stories: Stories) -> None:
    """Report every decision that can beat answers that were given after it."""
    reading = Reading(space.process)
    for value in space.process.values.values():
        fed = frozenset(_fed(value, reading))
        for expression in _decisions(value):
            reads = {read for read in reading.of(expression.parsed.root, {}) if read[0] in space.process.duties}
            decided = {duty for duty, _ in reads}
            found = _outlived(space, reads, {read for read in fed if read[0] not in decided})
            if found:
                expression.report("E34", 0, story=stories.told(found))


def _decisions(value: Value) -> Iterator[Expression]:
    yield from value.override
    for column in value.columns.values():
        yield from column.override


def _fed(value: Value, reading: Reading) -> Iterator[Read]:
    """What the rule of *value* depends on, but for the decisions."""
    decisions = set(_decisions(value))
    for expression in value.expressions():
        if expression not in decisions:
            yield from reading.of(expression.parsed.root, {})
    for line in value.weights or ():
        for name in line.parts:
            yield from reading.of_value(name)


def _outlived(space: Space, decided: Iterable[Read], fed: Iterable[Read]) -> list[Edge]:
    """The shortest way on which *decided* is written, then *fed*, and the case ends; empty if there is none."""
    decided, fed = set(decided), {read for read in fed if read[0] not in (HISTORY, FROZEN)}
    start = [(state, 0) for state, came in space.came.items() if came is None and state in space.next]
    came: dict[tuple[State, int], tuple[tuple[State, int], Edge] | None] = dict.fromkeys(start)
    waiting = deque(start)
    while waiting:
        at = waiting.popleft()
        state, phase = at
        if phase == 2 and space.process.stages[state.stage].final:
            return _way(came, at)
        for edge, after in space.next.get(state, ()):
            next_ = (after, _phase(edge.move, phase, decided, fed))
            if next_ not in came:
                came[next_] = (at, edge)
                waiting.append(next_)
    return []


def _phase(move: Move, phase: int, decided: set[Read], fed: set[Read]) -> int:
    """0: nothing was decided; 1: decided; 2: decided, and then written again."""
    if _writes(move, decided):
        return 1
    return 2 if phase and _writes(move, fed) else phase


def _writes(move: Move, reads: set[Read]) -> bool:
    if not move.submits:
        return False
    page = move.duty.page(move.action, move.role)
    return any((move.duty.id, name) in reads for name in (*page.names, *page.fields, ALL))


def _way(came: Mapping[tuple[State, int], tuple[tuple[State, int], Edge] | None], at: tuple[State, int]) -> list[Edge]:
    found = []
    while (step := came[at]) is not None:
        at, edge = step
        found.append(edge)
    return found[::-1]


# --- collections ------------------------------------------------------------------------------------------------------


def prove_collections(space: Space) -> None:
    """Report the collections that no case can close before it locks the values that read them."""
    process = space.process
    locks = {e.move for edges in space.next.values() for e, _ in edges if e.move.action.lock}
    reading = Reading(process)
    read = {duty for name in process.values for duty, _ in reading.of_value(name)}
    for collection in process.workflow.collections.values():
        if collection.id in read and locks and not _closes(space, collection.closes or "", locks):
            at = collection.at / "closes" if collection.closes else collection.at.of_key()
            at.report("E35", collection=collection.id)


def _closes(space: Space, closes: str, locks: set[Move]) -> bool:
    """Whether the action *closes* can be taken before, or as, one of *locks*."""
    if any(move.action.id == closes for move in locks):
        return True
    waiting = [t for edges in space.next.values() for e, t in edges if e.move.action.id == closes]
    seen = set(waiting)
    while waiting:
        for edge, after in space.next.get(waiting.pop(), ()):
            if edge.move in locks:
                return True
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return False
