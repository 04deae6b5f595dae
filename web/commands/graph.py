"""``borang graph``: the course of a process as a picture, as text for other tools, or as a table."""

from __future__ import annotations

from collections.abc import Callable

import click

from engine import bpmn
from engine.graph import Say, dot, graph, label, mermaid
from engine.process import Process
from web.config import definitions_root
from web.console import N_, Misused, _, language, loaded, processes
from web.pictures import NoPictures, drawn


@click.command("graph", help=N_("Gambar alur satu daerah: svg, dot, bpmn, mermaid, atau tabel."))
@click.argument("region")
@click.option("--format", "form", type=click.Choice(["svg", "dot", "bpmn", "mermaid", "table"]), default="mermaid",
              show_default=True, help=N_("Bentuk gambar."))  # fmt: skip
@click.option("--output", type=click.Path(dir_okay=False, writable=True), help=N_("Berkas tujuan; tanpa ini ke layar."))
def graph_command(region: str, form: str, output: str | None) -> None:
    definitions = loaded(definitions_root())

    def say(text: str) -> str:
        return definitions.text(text, language())

    found = processes(definitions, region)
    if len(found) > 1 and form in ("svg", "bpmn"):
        known = ", ".join(process.id for process in found)
        raise Misused(_("Sebut satu proses saja: {known}.").format(known=known))
    try:
        text = "".join(_WRITERS[form](process, say) for process in found)
    except NoPictures as error:
        raise Misused(
            _("Pasang dahulu paket gambar: pip install borang[pictures]. {error}").format(error=error)
        ) from None
    if output is None:
        click.echo(text, nl=False)
        return
    with click.open_file(output, "w", encoding="utf-8") as opened:
        opened.write(text)


def _svg(process: Process, say: Say) -> str:
    return drawn(dot(graph(process), say))


def _bpmn(process: Process, say: Say) -> str:
    made = bpmn.diagram(process, graph(process), say)
    return bpmn.bpmn(made, bpmn.layout(drawn(bpmn.layout_source(made), "plain"), made))


def _table(process: Process, say: Say) -> str:
    """One line an arc: from, action, who, condition, to; parted by tabs."""
    course = graph(process)
    titles = {node.id: say(node.title) for node in course.nodes}
    lines = [[_("Dari"), _("Tindakan"), _("Oleh"), _("Bila"), _("Ke")]]
    for arc in course.arcs:
        condition = arc.condition.source if arc.condition else ""
        who = ", ".join(say(actor) for actor in arc.actors)
        lines.append([titles[arc.source], label(arc, say), who, " ".join(condition.split()), titles[arc.target]])
    return "".join("\t".join(line) + "\n" for line in lines)


_WRITERS: dict[str, Callable[[Process, Say], str]] = {
    "svg": _svg,
    "dot": lambda process, say: dot(graph(process), say),
    "bpmn": _bpmn,
    "mermaid": lambda process, say: mermaid(graph(process), say),
    "table": _table,
}
