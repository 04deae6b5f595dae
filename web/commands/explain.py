"""``borang explain``: a process in plain sentences, or what it changes against another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from engine.narrative import Section, narrative
from web.config import definitions_root
from web.console import N_, as_json, language, loaded, print_json, processes


@click.command("explain", help=N_("Jelaskan proses satu daerah dalam kalimat biasa."))
@click.argument("region")
@as_json
def explain_command(region: str, as_json: bool) -> None:
    definitions = loaded(definitions_root())
    told = [narrative(process, language(), definitions.text) for process in processes(definitions, region)]
    if as_json:
        print_json([_data(section) for section in told])
        return
    for section in told:
        for line in _lines(section):
            click.echo(line)


def _data(section: Section) -> dict[str, Any]:
    return {
        "id": section.id,
        "heading": section.heading,
        "sentences": list(section.sentences),
        "sections": [_data(inside) for inside in section.sections],
    }


def _lines(section: Section, depth: int = 1) -> Iterator[str]:
    """The section as text with the headings of Markdown."""
    yield f"{'#' * depth} {section.heading}"
    yield ""
    yield from (f"- {sentence}" for sentence in section.sentences)
    if section.sentences:
        yield ""
    for inside in section.sections:
        yield from _lines(inside, depth + 1)
