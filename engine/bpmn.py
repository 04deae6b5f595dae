"""The course of a process as BPMN 2.0 (OMG formal/2013-12-09), to be opened in any modeller.

A stage is a user task, one that the system passes by itself a service task, one of several people at once a fork, their
tasks and a join. Where several ways lead on stands an exclusive gateway. BPMN wants a place for everything it shows:
places come from a layout that the caller makes of ``layout_source``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from engine.graph import AUTOMATIC, FINAL, PARALLEL, Graph, Say, label
from engine.process import Process

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
FEEL = "https://www.omg.org/spec/DMN/20191111/FEEL/"
_PREFIXES = {"bpmn": BPMN, "bpmndi": BPMNDI, "dc": DC, "di": DI, "xsi": XSI}

TASK, SERVICE, GATEWAY, FORK = "userTask", "serviceTask", "exclusiveGateway", "parallelGateway"
BEGIN, END = "startEvent", "endEvent"
_SIZES = {TASK: (140, 70), SERVICE: (140, 70), GATEWAY: (50, 50), FORK: (50, 50), BEGIN: (36, 36), END: (36, 36)}

Point = tuple[float, float]
#: Points of an inch in one of Graphviz' plain lengths, and in ours.
SCALE = 72


@dataclass(frozen=True, slots=True)
class Element:
    """One flow node: its kind in BPMN, id and name."""

    kind: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Flow:
    """One sequence flow; ``condition`` is FEEL."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Diagram:
    """A course in BPMN's own pieces."""

    id: str
    title: str
    elements: tuple[Element, ...]
    flows: tuple[Flow, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands: centres of elements, way points of flows, in BPMN's pixels, y downwards."""

    centres: Mapping[str, Point]
    ways: Mapping[str, Sequence[Point]]


def diagram(process: Process, course: Graph, say: Say) -> Diagram:
    """The pieces of *course*, named by *say*."""
    elements = [Element(BEGIN, "_start", "")]
    flows = [Flow("_begin", "_start", _entry(course, course.start))]
    for node in course.nodes:
        name = say(node.title)
        if node.kind == PARALLEL:
            duties = [duty for duty in process.by_stage[node.id] if duty.actor]
            elements += [Element(FORK, f"{node.id}__fork", ""), Element(FORK, f"{node.id}__join", "")]
            elements += [Element(TASK, duty.id, say(duty.title)) for duty in duties]
            flows += [Flow(f"{node.id}__to__{duty.id}", f"{node.id}__fork", duty.id) for duty in duties]
            flows += [Flow(f"{duty.id}__to__{node.id}", duty.id, f"{node.id}__join") for duty in duties]
        elif node.kind == FINAL:
            elements.append(Element(END, node.id, name))
        else:
            elements.append(Element(SERVICE if node.kind == AUTOMATIC else TASK, node.id, name))
    for node in course.nodes:
        exits = [arc for arc in course.arcs if arc.source == node.id]
        source = f"{node.id}__join" if node.kind == PARALLEL else node.id
        if len(exits) > 1:
            elements.append(Element(GATEWAY, f"{node.id}__ways", ""))
            flows.append(Flow(f"{node.id}__decides", source, f"{node.id}__ways"))
            source = f"{node.id}__ways"
        for number, arc in enumerate(exits, 1):
            condition = arc.condition.source if arc.condition else ""
            flows.append(Flow(f"{node.id}__{number}", source, _entry(course, arc.target), label(arc, say), condition))
    return Diagram(course.id, say(course.title), tuple(elements), tuple(flows))


def _entry(course: Graph, stage: str) -> str:
    """The element by which *stage* is entered."""
    parallel = any(node.id == stage and node.kind == PARALLEL for node in course.nodes)
    return f"{stage}__fork" if parallel else stage


# --- layout -----------------------------------------------------------------------------------------------------------


def layout_source(drawn: Diagram) -> str:
    """*drawn* in Graphviz' language, with the sizes that BPMN's shapes will have."""
    lines = ["digraph g {", "  graph [rankdir=LR, nodesep=0.5, ranksep=0.7]", "  node [shape=box, fixedsize=true]"]
    for element in drawn.elements:
        width, height = _SIZES[element.kind]
        lines.append(f'  "{element.id}" [label="", width={width / SCALE:.3f}, height={height / SCALE:.3f}]')
    lines += [f'  "{flow.source}" -> "{flow.target}" [label="{flow.id}"]' for flow in drawn.flows]
    return "\n".join([*lines, "}"]) + "\n"


def layout(plain: str, drawn: Diagram) -> Layout:
    """The places in Graphviz' plain output for ``layout_source``."""
    centres: dict[str, Point] = {}
    ways: dict[str, list[Point]] = {}
    height = 0.0
    for words in map(_words, plain.splitlines()):
        if words[0] == "graph":
            height = float(words[3])
        elif words[0] == "node":
            centres[words[1]] = _point(words[2], words[3], height)
        elif words[0] == "edge":
            count = int(words[3])
            points = [_point(words[i], words[i + 1], height) for i in range(4, 4 + 2 * count, 2)]
            ways[words[4 + 2 * count]] = [points[0], *points[3::3]]
    for flow in drawn.flows:
        ways.setdefault(flow.id, [centres[flow.source], centres[flow.target]])
    return Layout(centres, ways)


def _words(line: str) -> list[str]:
    return [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|(\S+)', line)] or [""]


def _point(x: str, y: str, height: float) -> Point:
    return round(float(x) * SCALE, 1), round((height - float(y)) * SCALE, 1)


# --- XML --------------------------------------------------------------------------------------------------------------


def bpmn(drawn: Diagram, places: Layout) -> str:
    """*drawn* as a BPMN 2.0 document, everything in its place."""
    for prefix, space in _PREFIXES.items():
        ElementTree.register_namespace(prefix, space)
    root = ElementTree.Element(f"{{{BPMN}}}definitions", id=f"{drawn.id}__definitions", targetNamespace="urn:borang")
    process = ElementTree.SubElement(
        root, f"{{{BPMN}}}process", id=drawn.id, name=drawn.title, isExecutable="false"
    )  # fmt: skip
    for element in drawn.elements:
        made = ElementTree.SubElement(process, f"{{{BPMN}}}{element.kind}", id=element.id, name=element.name)
        for tag, end in _ends(drawn, element.id):
            ElementTree.SubElement(made, f"{{{BPMN}}}{tag}").text = end
    for flow in drawn.flows:
        made = ElementTree.SubElement(
            process, f"{{{BPMN}}}sequenceFlow", id=flow.id, name=flow.name, sourceRef=flow.source, targetRef=flow.target
        )
        if flow.condition:
            formal = {f"{{{XSI}}}type": "bpmn:tFormalExpression", "language": FEEL}
            ElementTree.SubElement(made, f"{{{BPMN}}}conditionExpression", formal).text = flow.condition
    _draw(root, drawn, places)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _ends(drawn: Diagram, element: str) -> Iterator[tuple[str, str]]:
    yield from (("incoming", flow.id) for flow in drawn.flows if flow.target == element)
    yield from (("outgoing", flow.id) for flow in drawn.flows if flow.source == element)


def _draw(root: ElementTree.Element, drawn: Diagram, places: Layout) -> None:
    picture = ElementTree.SubElement(root, f"{{{BPMNDI}}}BPMNDiagram", id=f"{drawn.id}__diagram")
    plane = ElementTree.SubElement(
        picture, f"{{{BPMNDI}}}BPMNPlane", id=f"{drawn.id}__plane", bpmnElement=drawn.id
    )  # fmt: skip
    for element in drawn.elements:
        width, height = _SIZES[element.kind]
        x, y = places.centres[element.id]
        shape = ElementTree.SubElement(
            plane, f"{{{BPMNDI}}}BPMNShape", id=f"{element.id}__shape", bpmnElement=element.id
        )
        ElementTree.SubElement(
            shape, f"{{{DC}}}Bounds",
            x=str(x - width / 2), y=str(y - height / 2), width=str(width), height=str(height),
        )  # fmt: skip
    for flow in drawn.flows:
        edge = ElementTree.SubElement(plane, f"{{{BPMNDI}}}BPMNEdge", id=f"{flow.id}__edge", bpmnElement=flow.id)
        for x, y in places.ways[flow.id]:
            ElementTree.SubElement(edge, f"{{{DI}}}waypoint", x=str(x), y=str(y))
