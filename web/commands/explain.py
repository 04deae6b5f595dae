"""``borang explain``: a process in plain sentences, or what it changes against another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click

from engine.difference import differences
from engine.library import Library
from engine.narrative import Section, narrative
from engine.process import Process
from web.config import definitions_root
from web.console import N_, Misused, _, as_json, language, loaded, print_json, processes


@click.command("explain", help=N_("Jelaskan proses satu daerah dalam kalimat biasa."))
@click.argument("region")
@click.option("--diff", "base", metavar="REGION", help=N_("Hanya yang berubah terhadap proses atau daerah ini."))
@as_json
def explain_command(region: str, base: str | None, as_json: bool) -> None:
    definitions = loaded(definitions_root())
    if base is not None:
        _print_changes(_one(definitions, base), _one(definitions, region), definitions, as_json)
        return
    told = [narrative(process, language(), definitions.text) for process in processes(definitions, region)]
    if as_json:
        print_json([_data(section) for section in told])
        return
    for section in told:
        for line in _lines(section):
            click.echo(line)


def _one(definitions: Library, region: str) -> Process:
    """The process of that id, or the only one of that region; ends the command where there are several."""
    found = processes(definitions, region)
    if len(found) > 1:
        known = ", ".join(process.id for process in found)
        raise Misused(
            _("{region} mempunyai beberapa proses; sebut salah satu: {known}.").format(region=region, known=known)
        )
    return found[0]


def _print_changes(base: Process, other: Process, definitions: Library, as_json: bool) -> None:
    changes = differences(base, other, language(), definitions.text)
    if as_json:
        print_json([{**asdict(change), "details": list(change.details)} for change in changes])
        return
    for change in changes:
        click.echo(f"- {change.sentence}")
        for detail in change.details:
            click.echo(f"  - {detail}")
    if not changes:
        click.echo(_("Tidak ada perbedaan."))


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
