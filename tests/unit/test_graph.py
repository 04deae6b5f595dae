"""A course as a graph, and what is written of it: text for Graphviz and Mermaid, BPMN that a modeller opens."""

from xml.etree import ElementTree

import pytest

from engine import bpmn
from engine.graph import AUTOMATIC, FINAL, PARALLEL, WORK, dot, graph, mermaid
from engine.process import Process
from tests.unit.definitions import FILES, process_of, short
from web.pictures import drawn, svg


def same(text: str) -> str:
    return str(text)


@pytest.fixture(scope="module")
def process() -> Process:
    return process_of(FILES)


@pytest.fixture(scope="module")
def document(process: Process) -> ElementTree.Element:
    made = bpmn.diagram(process, graph(process), same)
    return ElementTree.fromstring(bpmn.bpmn(made, bpmn.layout(drawn(bpmn.layout_source(made), "plain"), made)))


class TestGraph:
    def test_every_route_is_an_arc_and_says_its_line(self, process: Process) -> None:
        arcs = [(arc.source, arc.action, arc.line, arc.target) for arc in graph(process).arcs]
        assert arcs == [
            ("rencana", "ajukan", 0, "umpan_balik"),
            ("umpan_balik", "tutup", 0, "penilaian"),
            ("penilaian", "kembalikan", 0, "rencana"),
            ("penilaian", "tetapkan", 1, "umpan_balik"),
            ("penilaian", "tetapkan", 2, "selesai"),
        ]

    def test_a_stage_looks_like_what_it_is(self, process: Process) -> None:
        kinds = {node.id: node.kind for node in graph(process).nodes}
        assert kinds == {"rencana": WORK, "umpan_balik": PARALLEL, "penilaian": WORK, "selesai": FINAL}
        passing = short(
            "stages:\n  isi: {title: I, actor: sistem, actions: {a: {title: A, auto: entry, to: akhir}}}\n"
            "  akhir: {title: S, final: true}\n"
        )
        assert graph(passing).nodes[0].kind == AUTOMATIC


class TestTexts:
    def test_no_title_ends_a_label(self) -> None:
        stages = "stages:\n  isi: {title: 'A \"b\" \\ c: d', actor: pegawai, actions: {k: {title: K, to: akhir}}}\n"
        process = short(stages + "  akhir: {title: S, final: true}\n")
        assert 'label="\u00a0A \\"b\\" \\\\ c: d\u00a0"' in dot(graph(process), same)
        assert "A 'b' \\ c  d" in mermaid(graph(process), same)
        assert "&quot;b&quot;" in svg(dot(graph(process), same))

    def test_the_picture_marks_each_stage_and_holds_every_label(self, process: Process) -> None:
        picture = svg(dot(graph(process), same))
        assert picture.startswith("<svg")
        assert "<title>" not in picture
        assert all(f"stage_{node.id}" in picture for node in graph(process).nodes)
        assert all(text in picture for text in ("Ajukan", "Tetapkan (1)", "Tetapkan (2)", "Kembalikan"))


class TestBpmn:
    def test_every_flow_joins_elements_that_are_there(self, document: ElementTree.Element) -> None:
        (process,) = document.findall(f"{{{bpmn.BPMN}}}process")
        elements = {element.get("id") for element in process if not element.tag.endswith("sequenceFlow")}
        flows = process.findall(f"{{{bpmn.BPMN}}}sequenceFlow")
        assert len(flows) > 5
        assert all({flow.get("sourceRef"), flow.get("targetRef")} <= elements for flow in flows)
        told = [end.text for element in process for end in element.findall(f"{{{bpmn.BPMN}}}outgoing")]
        assert sorted(told) == sorted(flow.get("id") for flow in flows)  # type: ignore[type-var]

    def test_everything_has_its_place(self, document: ElementTree.Element) -> None:
        ids = {e.get("id") for e in document.find(f"{{{bpmn.BPMN}}}process") or ()}
        shown = {e.get("bpmnElement") for e in document.iter() if e.tag.endswith(("BPMNShape", "BPMNEdge"))}
        assert shown == ids
        bounds = list(document.iter(f"{{{bpmn.DC}}}Bounds"))
        assert all(float(b.get("x", -1)) >= 0 and float(b.get("y", -1)) >= 0 for b in bounds)

    def test_parallel_work_is_a_fork_its_tasks_and_a_join(self, document: ElementTree.Element) -> None:
        gateways = [e.get("id") for e in document.iter(f"{{{bpmn.BPMN}}}parallelGateway")]
        assert gateways == ["umpan_balik__fork", "umpan_balik__join"]
        conditions = [e.text for e in document.iter(f"{{{bpmn.BPMN}}}conditionExpression")]
        assert conditions == ["nilai < 50 and count(history.umpan_balik) < 3"]
