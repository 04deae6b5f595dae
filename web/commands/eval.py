"""``borang eval``: one FEEL expression."""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from engine import feel
from web.console import (
    N_,
    PROBLEMS,
    Misused,
    _,
    bytes_of,
    language,
    print_json,
)


@click.command("eval", help=N_("Hitung satu ungkapan FEEL; hasilnya JSON."))
@click.argument("expression")
@click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=N_("Berkas JSON dengan nilai nama-nama."),
)
@click.option("--explain", is_flag=True, help=N_("Tunjukkan juga setiap langkah hitungan."))
def eval_command(expression: str, data: Path | None, explain: bool) -> None:
    values = _values(data) if data else {}
    try:
        if explain:
            trace = feel.explain(feel.parse(expression, names=tuple(values)), values)
            print_json(_steps(trace))
        else:
            print_json(feel.evaluate(expression, values))
    except feel.FeelError as error:
        click.echo(f"{error.start + 1}  {error.code}  {error.text(language())}", err=True)
        sys.exit(PROBLEMS)


def _values(file: Path) -> dict[str, Any]:
    try:
        values = json.loads(bytes_of(file), parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError) as error:
        raise Misused(_("{file} bukan JSON yang sah: {error}").format(file=file, error=error)) from None
    if not isinstance(values, dict):
        raise Misused(_("{file} harus berisi satu objek JSON: nama dan nilainya.").format(file=file))
    return values


def _steps(trace: feel.Trace) -> dict[str, Any]:
    return {"source": trace.source, "value": trace.value, "steps": [_steps(child) for child in trace.children]}
