"""``borang check``: what is wrong with definitions, each problem at its place."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from engine.errors import Problem
from engine.library import check
from engine.proofs.stories import Story
from web.clock import wall
from web.config import definitions_root
from web.console import (
    GOOD,
    N_,
    PROBLEMS,
    _,
    as_json,
    language,
    print_json,
)


@click.command("check", help=N_("Periksa definisi: berkas, atau folder dengan workflows dan forms."))
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@as_json
def check_command(paths: tuple[Path, ...], as_json: bool) -> None:
    found = [problem for path in paths or (definitions_root(),) for problem in check(path, wall().date())]
    if as_json:
        print_json([_as_data(problem) for problem in found])
    else:
        for problem in found:
            click.echo(problem.line(language()))
        _tell_problems(found)
    sys.exit(PROBLEMS if any(not problem.warning for problem in found) else GOOD)


def _tell_problems(found: Sequence[Problem]) -> None:
    errors = sum(not problem.warning for problem in found)
    warnings = len(found) - errors
    if errors:
        click.echo(_("{errors} kesalahan, {warnings} peringatan").format(errors=errors, warnings=warnings), err=True)
    elif warnings:
        click.echo(_("Tidak ada kesalahan, {warnings} peringatan").format(warnings=warnings), err=True)
    else:
        click.echo(_("Tidak ada masalah."), err=True)


def _as_data(problem: Problem) -> dict[str, Any]:
    place = problem.place
    where = {"file": place.file, "line": place.line, "column": place.column}
    told = {**where, "code": problem.code, "warning": problem.warning, "text": problem.text(language())}
    story = problem.params.get("story")
    return {**told, "story": story.data()} if isinstance(story, Story) else told
