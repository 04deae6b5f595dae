"""The course of a process as a graph: its stages, and the arcs by which actions lead from one to another.

Everything that draws or lists a course starts here: ``dot``, ``mermaid`` and ``engine.bpmn`` write the same graph, and
its arcs are the table for readers who cannot see a picture. Texts are said by the caller's ``say``.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.model import Stage
from engine.process import Process
from engine.terms import Expression

Say = Callable[[str], str]

#: How a stage looks: where the case begins and ends, several people at once, nobody at all.
START, WORK, PARALLEL, AUTOMATIC, FINAL = "start", "work", "parallel", "automatic", "final"

#: Letters in one line of a label.
WIDTH, NARROW = 22, 16


@dataclass(frozen=True, slots=True)
class Node:
    """One stage. ``actors`` are the titles of the roles that work there."""

    id: str
    title: str
    kind: str
    actors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arc:
    """One way from a stage to another: who takes which action, and under which condition.

    ``line`` counts the routes of the action from 1; 0 where it has only one. ``condition`` is ``None`` for the route
    that is taken otherwise, or always.
    """

    source: str
    target: str
    action: str
    title: str
    actors: tuple[str, ...]
    line: int
    condition: Expression | None
    automatic: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """A process as stages and arcs, in the order of the definition."""

    id: str
    title: str
    start: str
    nodes: tuple[Node, ...]
    arcs: tuple[Arc, ...]


def graph(process: Process) -> Graph:
    """The course of *process*."""
    return Graph(
        id=process.id,
        title=process.title,
        start=process.workflow.start,
        nodes=tuple(Node(s.id, s.title, _kind(process, s), _actors(process, s)) for s in process.stages.values()),
        arcs=tuple(arc for stage in process.stages.values() for arc in _arcs(process, stage)),
    )


def _kind(process: Process, stage: Stage) -> str:
    if stage.final:
        return FINAL
    if stage.tasks:
        return PARALLEL
    roles = {role for action in stage.actions.values() for role in process.actors_of(stage, action)}
    return AUTOMATIC if roles == {process.system} else WORK


def _actors(process: Process, stage: Stage) -> tuple[str, ...]:
    roles = dict.fromkeys(role for duty in process.by_stage[stage.id] for role in duty.actor)
    return tuple(process.words.roles[role].title for role in roles)


def _arcs(process: Process, stage: Stage) -> Iterator[Arc]:
    for action in stage.actions.values():
        routes = action.to or ()
        roles = process.actors_of(stage, action)
        for line, clause in enumerate(routes, 1):
            yield Arc(
                source=stage.id,
                target=clause.id,
                action=action.id,
                title=action.title,
                actors=tuple(process.words.roles[role].title for role in roles),
                line=line if len(routes) > 1 else 0,
                condition=clause.condition,
                automatic=set(roles) == {process.system},
            )


def label(arc: Arc, say: Say) -> str:
    """What stands on an arc: the action, and the number of the route where there are several."""
    return f"{say(arc.title)} ({arc.line})" if arc.line else say(arc.title)


# --- as text ----------------------------------------------------------------------------------------------------------


def mermaid(course: Graph, say: Say) -> str:
    """The course as a state diagram of Mermaid."""
    lines = ["stateDiagram-v2"]
    lines += [f'  state "{_plain(say(node.title))}" as {node.id}' for node in course.nodes]
    lines.append(f"  [*] --> {course.start}")
    lines += [f"  {arc.source} --> {arc.target}: {_plain(label(arc, say))}" for arc in course.arcs]
    lines += [f"  {node.id} --> [*]" for node in course.nodes if node.kind == FINAL]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    return text.replace('"', "'").replace(":", " ").replace("\n", " ")


_LOOKS = {
    START: 'shape=circle, width=0.2, label="", style=filled, fillcolor="#0b5d5e"',
    WORK: "shape=box, style=rounded",
    PARALLEL: "shape=box, style=rounded, peripheries=2",
    AUTOMATIC: 'shape=box, style="rounded,dashed"',
    FINAL: 'shape=box, style="rounded,bold"',
}


def dot(course: Graph, say: Say) -> str:
    """The course in Graphviz' language. Each stage carries its ``stage_class``, so that a page can mark one."""
    lines = [
        f"digraph {_quoted(course.id)} {{",
        '  graph [rankdir=TB, bgcolor="transparent", nodesep=0.35, ranksep=0.45]',
        '  node [fontname="Helvetica,Arial,sans-serif", fontsize=12, margin="0.28,0.1"]',
        '  edge [fontname="Helvetica,Arial,sans-serif", fontsize=10, arrowsize=0.7]',
        f"  _start [{_LOOKS[START]}]",
    ]
    for node in course.nodes:
        text = _lines(say(node.title), WIDTH)
        lines.append(f"  {_quoted(node.id)} [label={text}, {_LOOKS[node.kind]}, class={_quoted(stage_class(node.id))}]")
    lines.append(f"  _start -> {_quoted(course.start)}")
    for arc in course.arcs:
        look = ", style=dashed" if arc.automatic else ""
        said = _lines(label(arc, say), NARROW)
        lines.append(f"  {_quoted(arc.source)} -> {_quoted(arc.target)} [label={said}{look}]")
    return "\n".join([*lines, "}"]) + "\n"


def stage_class(stage: str) -> str:
    """The class of a stage in the picture."""
    return f"stage_{stage}"


def _lines(text: str, width: int) -> str:
    """*text* as a label of several lines, with some air around it: fonts differ in width from Graphviz' guess."""
    return '"' + "\\n".join(f"\u00a0{_escaped(line)}\u00a0" for line in textwrap.wrap(text, width)) + '"'


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
