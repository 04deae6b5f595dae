"""``borang test``: the authors' scenarios through the real engine, and what they cover."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from engine.errors import DefinitionError
from engine.library import SCENARIOS, Library
from engine.scenario import Result, Scenario, read_scenarios, run
from web.commands.scenario import coverage_lines
from web.config import definitions_root
from web.console import (
    GOOD,
    N_,
    PROBLEMS,
    Misused,
    _,
    as_json,
    bytes_of,
    loaded,
    print_json,
    stop_with,
)

#: What a scenario file of any other shape than its own comes to when it is read or played.
NONSENSE = (LookupError, TypeError, ValueError, AttributeError, RecursionError)


@click.command("test", help=N_("Jalankan skenario, semua atau dari satu daerah."))
@click.argument("regions", nargs=-1, metavar="[REGION]...")
@click.option(
    "--scenarios", "files", multiple=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=N_("Berkas skenario; boleh lebih dari satu. Tanpa ini: workflows/scenarios."),
)  # fmt: skip
@click.option("--coverage", "covered", is_flag=True, help=N_("Tunjukkan juga apa yang belum dicakup skenario."))
@as_json
def test_command(regions: tuple[str, ...], files: tuple[Path, ...], covered: bool, as_json: bool) -> None:
    definitions = loaded(definitions_root())
    found = list(_scenarios(files or tuple(sorted((definitions_root() / "workflows" / SCENARIOS).glob("*.yaml")))))
    chosen = [scenario for scenario in found if not regions or _named(definitions, scenario, regions)]
    if not chosen:
        raise Misused(_("Tidak ada skenario untuk: {regions}").format(regions=", ".join(regions) or "-"))
    played = [(scenario, _played(definitions, scenario)) for scenario in chosen]
    results = [(scenario, found if isinstance(found, list) else list(found.differences)) for scenario, found in played]
    failed = sum(bool(differences) for _scenario, differences in results)
    lines = list(_coverage(definitions, played)) if covered else []
    if as_json:
        counts = {"passed": len(results) - failed, "failed": failed}
        print_json({**counts, "scenarios": [_result(*r) for r in results], "coverage": lines})
    else:
        for line in lines:
            click.echo(line)
        for scenario, differences in results:
            for difference in differences:
                click.echo(f"{scenario.id}: {difference}")
        click.echo(f"{len(results) - failed} passed, {failed} failed")
    sys.exit(PROBLEMS if failed else GOOD)


def _result(scenario: Scenario, differences: Sequence[str]) -> dict[str, Any]:
    return {"id": scenario.id, "workflow": scenario.workflow, "title": scenario.title, "differences": differences}


def _scenarios(files: Sequence[Path]) -> Iterator[Scenario]:
    for file in files:
        try:
            yield from read_scenarios(bytes_of(file), str(file))
        except DefinitionError as error:
            stop_with(error)
        except NONSENSE as error:
            raise Misused(_("{file} bukan berkas skenario: {error}").format(file=file, error=error)) from None


def _named(definitions: Library, scenario: Scenario, regions: Sequence[str]) -> bool:
    process = definitions.processes.get(scenario.workflow)
    return bool({scenario.workflow, scenario.id, process.workflow.region if process else ""} & set(regions))


def _coverage(definitions: Library, played: Sequence[tuple[Scenario, Result | list[str]]]) -> Iterator[str]:
    """What the scenarios reach of each process that they play."""
    for name in dict.fromkeys(scenario.workflow for scenario, _found in played):
        results = [r for scenario, r in played if scenario.workflow == name and isinstance(r, Result)]
        if name in definitions.processes:
            yield from coverage_lines(definitions, definitions.processes[name], results)


def _played(definitions: Library, scenario: Scenario) -> Result | list[str]:
    """What came of *scenario*, or why it could not be played."""
    process = definitions.processes.get(scenario.workflow)
    if process is None:
        return [_("tidak ada proses {workflow}").format(workflow=scenario.workflow)]
    try:
        return run(process, scenario)
    except NONSENSE as error:
        return [_("tidak dapat dijalankan: {error}").format(error=repr(error))]
