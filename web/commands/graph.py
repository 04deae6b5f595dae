"""``borang graph``: the course of a process as a picture."""

from __future__ import annotations

from collections.abc import Iterator

import click

from engine.library import Library
from engine.process import Process
from web.config import definitions_root
from web.console import N_, loaded, processes, quoted


@click.command("graph", help=N_("Gambar alur satu daerah."))
@click.argument("region")
@click.option("--format", "form", type=click.Choice(["mermaid"]), default="mermaid", help=N_("Bentuk gambar."))
def graph(region: str, form: str) -> None:
    definitions = loaded(definitions_root())
    for process in processes(definitions, region):
        for line in _mermaid(definitions, process):
            click.echo(line)


def _mermaid(definitions: Library, process: Process) -> Iterator[str]:
    """The process as a state diagram: stages, and the actions that lead from one to another."""
    yield "stateDiagram-v2"
    for stage in process.stages.values():
        yield f'  state "{quoted(definitions, stage.title)}" as {stage.id}'
    yield f"  [*] --> {process.workflow.start}"
    for stage in process.stages.values():
        for action in stage.actions.values():
            for target in dict.fromkeys(clause.id for clause in action.to or ()):
                yield f"  {stage.id} --> {target}: {quoted(definitions, action.title)}"
        if stage.final:
            yield f"  {stage.id} --> [*]"
