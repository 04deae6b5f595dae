"""Can every case be finished? Stages that nobody reaches, cases that stop or go round for ever, loops without end.

- ``E02``: no sequence of moves leads to the stage. ``E02action``: nor to a case in which the action can be taken.
- ``E04``: some sequence leads to a state from which no final stage can be reached any more; nothing can be done there,
  or only what leads round and round.
- ``E05auto``: the same, and the system goes round by itself. ``E05``, a warning: people can go round for ever, although
  they could leave, since no counter bounds the round and no turn of it asks for a reason of its own.
- ``E19``: what stops the case is a stage with several tasks, of which one can never be done, or waits for a rater who
  never answers.
- ``E30``: there is too much to explore.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.model import Action, Stage
from engine.proofs.space import COMPLETE, Space, State
from engine.proofs.stories import Stories


def prove_reach(space: Space, stories: Stories, explained: set[str]) -> None:
    """Report what keeps cases of *space* from being finished, but in the stages where that is *explained* already."""
    trapped = _prove_finishing(space, stories, explained)
    _prove_reached(space, trapped)
    _prove_bounded(space, stories, trapped)
    _prove_patient(space, stories, trapped)


def _prove_reached(space: Space, trapped: set[str]) -> None:
    """Report the stages that nobody reaches; what lies behind a trap is not reported as well."""
    reached = {state.stage for state in space.came}
    behind = set(trapped)
    waiting = list(trapped)
    while waiting:
        actions = space.process.stages[waiting.pop()].actions.values()
        found = {clause.id for action in actions for clause in action.to or ()} - behind
        behind |= found
        waiting += found
    for stage in space.process.stages.values():
        if stage.id not in reached | behind:
            stage.at.of_key().report("E02", stage=stage.id)
        elif stage.id in reached - behind:
            _prove_taken(space, stage)


def _prove_taken(space: Space, stage: Stage) -> None:
    """Report the actions of a stage that nobody is ever offered, or that are always refused."""
    edges = (edge for state, edges in space.next.items() if state.stage == stage.id for edge, _ in edges)
    taken = {edge.move.action.id for edge in edges}
    tried = {move.action.id for move in space.moves[stage.id]}
    for action in stage.actions.values():
        if action.id in tried - taken:
            action.at.of_key().report("E02action", action=action.title or action.id)


# --- finishing --------------------------------------------------------------------------------------------------------


def _prove_finishing(space: Space, stories: Stories, explained: set[str]) -> set[str]:
    """Report the stages in which cases stay for ever; each group of them once. Gives all of these stages."""
    final = [state for state in space.next if space.process.stages[state.stage].final]
    good = _leading_to(space, final)
    bad = [state for state in space.came if state in space.next and state not in good]
    among = set(bad)
    told: set[str] = set()
    for group in components({state: [t for _, t in space.next[state] if t in among] for state in bad}):
        inside = set(group)
        if any(after not in inside for state in group for _, after in space.next[state]):
            continue  # it leads on into another trap
        trap = [state for state in bad if state in inside]
        stages = {state.stage for state in trap}
        if not (told | explained) & stages:
            _tell_trap(space, stories, trap)
        told |= stages
    return told


def _tell_trap(space: Space, stories: Stories, trap: list[State]) -> None:
    """Report a group of states that nobody leaves, the nearest of them first."""
    state = trap[0]
    stage = space.process.stages[state.stage]
    stages = list(dict.fromkeys(each.stage for each in trap))
    edges = [edge for each in trap for edge, _ in space.next[each]]
    story = stories.to(state)
    if edges and all(edge.move.eager for edge in edges):
        action = edges[0].move.action
        action.at.of_key().report("E05auto", action=action.title or action.id, story=stories.to(state, edges[0]))
    elif not any(edge.move.routes for edge in edges):
        stage.at.of_key().report("E19" if stage.tasks else "E04", stage=stage.title, story=story)
    else:
        names = ", ".join(f'"{space.process.stages[name].title}"' for name in stages)
        stage.at.of_key().report("E04round", stages=names, story=story)


def _leading_to(space: Space, targets: Iterable[State]) -> set[State]:
    """Every state from which one of *targets* can be reached."""
    before: dict[State, list[State]] = {}
    for state, edges in space.next.items():
        for _, after in edges:
            before.setdefault(after, []).append(state)
    waiting = list(targets)
    found = set(waiting)
    while waiting:
        for state in before.get(waiting.pop(), ()):
            if state not in found:
                found.add(state)
                waiting.append(state)
    return found


# --- loops ------------------------------------------------------------------------------------------------------------


def _prove_bounded(space: Space, stories: Stories, trapped: set[str]) -> None:
    """Warn of each loop of moves that nothing bounds, at the action that closes it."""
    order = {stage: number for number, stage in enumerate(dict.fromkeys(state.stage for state in space.came))}
    rounds = _rounds(space, trapped)
    told: set[tuple[str, str]] = set()
    for state in space.came:
        for edge, after in space.next.get(state, ()):
            action, key = edge.move.action, (state.stage, edge.move.action.id)
            if (state, after) in rounds and order[after.stage] <= order[state.stage] and key not in told:
                told.add(key)
                action.at.of_key().report("E05", warning=True, story=stories.to(state, edge))


def _rounds(space: Space, trapped: set[str]) -> set[tuple[State, State]]:
    """The moves that can be made again and again."""
    found: set[tuple[State, State]] = set()
    free = {s: [(e, t) for e, t in edges if not _gives_reason(e.move.action)] for s, edges in space.next.items()}
    for group in components({state: [after for _, after in edges] for state, edges in free.items()}):
        inside = set(group)
        if not {state.stage for state in group} & trapped:
            found |= {(s, t) for s in group for e, t in free[s] if t in inside and e.move.routes}
    return found


def _gives_reason(action: Action) -> bool:
    """Whether whoever takes *action* must write something with it: each turn of the loop then answers for itself."""
    return any(item.asked and not item.optional for item in action.fields.values())


# --- raters who never answer ------------------------------------------------------------------------------------------


def _prove_patient(space: Space, stories: Stories, trapped: set[str]) -> None:
    """Report a stage that no action leaves as long as one of several raters does not answer."""
    for stage in space.process.stages.values():
        many = [duty for duty in space.process.by_stage[stage.id] if duty.actor and duty.many]
        states = [state for state in space.next if state.stage == stage.id]
        if not many or not states or stage.id in trapped or stage.final:
            continue
        duties = [duty for duty in space.process.by_stage[stage.id] if duty.actor]
        waiting = [s for s in states if any(s.work[duties.index(duty)] not in COMPLETE for duty in many)]
        leaves = any(edge.move.routes for state in waiting for edge, _ in space.next[state])
        if waiting and not leaves:
            stage.at.of_key().report("E19rater", stage=stage.title, story=stories.to(waiting[0]))


# --- graphs -----------------------------------------------------------------------------------------------------------


def components(edges: Mapping[State, Iterable[State]]) -> Iterator[list[State]]:
    """The strongly connected components of a graph, each before those that lead to it (Tarjan, without recursion)."""
    number: dict[State, int] = {}
    low: dict[State, int] = {}
    stack: list[State] = []
    on_stack: set[State] = set()
    for root in edges:
        if root in number:
            continue
        number[root] = low[root] = len(number)
        stack.append(root)
        on_stack.add(root)
        work = [(root, iter(edges[root]))]
        while work:
            node, rest = work[-1]
            for after in rest:
                if after not in number:
                    number[after] = low[after] = len(number)
                    stack.append(after)
                    on_stack.add(after)
                    work.append((after, iter(edges.get(after, ()))))
                    break
                if after in on_stack:
                    low[node] = min(low[node], number[after])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    group = _taken(stack, node)
                    on_stack -= set(group)
                    yield group


def _taken(stack: list[State], until: State) -> list[State]:
    group = []
    while True:
        node = stack.pop()
        group.append(node)
        if node == until:
            return group
