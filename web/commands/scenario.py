"""``borang scenario generate``: the smallest set of stories that reach what scenarios miss, for a person to judge."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import yaml

from engine.coverage import Coverage, Target, coverage
from engine.library import SCENARIOS, Library
from engine.process import Process
from engine.scenario import Result, Scenario, read_scenarios, run
from engine.walks import Story, stories
from web.config import definitions_root
from web.console import GOOD, N_, PROBLEMS, Misused, _, language, loaded, processes

#: How many people walk through the process at most.
WALKS = 80
#: How many of the things that a story reaches stand in its title.
TITLED = 3


@click.group("scenario", help=N_("Skenario: contoh penilaian yang menguji definisi."))
def scenario_group() -> None:
    pass


@scenario_group.command("generate", help=N_("Karang cerita untuk yang belum dicakup skenario; hasilnya perlu dinilai."))
@click.argument("region")
@click.option(
    "--walks", default=WALKS, show_default=True, type=click.IntRange(1, 5000), help=N_("Paling banyak percobaan.")
)
@click.option(
    "--seed", default=1, show_default=True, help=N_("Angka acak awal; angka yang sama memberi cerita yang sama.")
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help=N_("Berkas tujuan; tanpa ini ke layar."),
)
@click.option("--all", "everything", is_flag=True, help=N_("Abaikan skenario yang sudah ada."))
def generate_command(region: str, walks: int, seed: int, output: Path | None, everything: bool) -> None:
    definitions = loaded(definitions_root())
    found = processes(definitions, region)
    if len(found) > 1:
        known = ", ".join(process.id for process in found)
        raise Misused(_("Sebut satu proses saja: {known}.").format(known=known))
    (process,) = found
    results = [] if everything else [run(process, s) for s in own_scenarios(process)]
    before = coverage(process, results)
    if not before.missing:
        click.echo(_("Skenario yang ada sudah mencakup semuanya."), err=True)
        sys.exit(GOOD)
    with click.progressbar(range(walks), label=_("Berjalan"), file=sys.stderr) as counted:
        made = stories(process, before.missing, random.Random(seed), counted)
    text = as_yaml(process, made, lambda story: _title(definitions, process, story, before.missing))
    if output:
        output.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
    left = set(before.missing) - {target for story in made for target in story.reaches}
    told = _("{stories} cerita mencakup {reached} dari {missing} yang kurang.")
    click.echo(
        told.format(stories=len(made), reached=len(before.missing) - len(left), missing=len(before.missing)), err=True
    )
    for target in before.missing:
        if target in left:
            click.echo("  " + _("belum: {what}").format(what=target_text(definitions, process, target)), err=True)
    sys.exit(PROBLEMS if left else GOOD)


def own_scenarios(process: Process) -> list[Scenario]:
    """The scenarios of *process* beside its workflow."""
    files = sorted((definitions_root() / "workflows" / SCENARIOS).glob("*.yaml"))
    found = (s for file in files for s in read_scenarios(file.read_bytes(), str(file)))
    return [scenario for scenario in found if scenario.workflow == process.id]


# --- as YAML ----------------------------------------------------------------------------------------------------------


def _title(definitions: Library, process: Process, story: Story, missing: Sequence[Target]) -> str:
    """What a story is for: the first things that it reaches and that were missing."""
    new = [target_text(definitions, process, target) for target in missing if target in story.reaches]
    return "; ".join(new[:TITLED]) + (" …" if len(new) > TITLED else "")


def as_yaml(process: Process, made: Sequence[Story], title: Callable[[Story], str]) -> str:
    """*made* as a scenario file: what came out stands under ``expected``, for a person to judge."""
    data = {"scenarios": process.id, "list": [_data(story.scenario, title(story)) for story in made]}
    head = _('# Dikarang dari definisi. Baca setiap cerita: apakah hasil di bawah "expected" memang yang seharusnya?')
    return head + "\n" + yaml.dump(_plain(data), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


def _data(scenario: Scenario, title: str) -> dict[str, Any]:
    return {
        "id": scenario.id,
        "title": title,
        "employee": scenario.employee,
        "steps": list(scenario.steps),
        **scenario.beside,
        "expected": scenario.expected,
    }


class _Dumper(yaml.SafeDumper):
    """Writes short rows in one line and repeats nothing by reference: the loader takes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    return value.isoformat() if isinstance(value, date) else value


# --- coverage in words ------------------------------------------------------------------------------------------------


def coverage_lines(definitions: Library, process: Process, results: Sequence[Result]) -> list[str]:
    """What *results* reach of *process*, counted, and each thing they miss."""
    reached = coverage(process, results)
    missing = _("belum")
    told = (target_text(definitions, process, target) for target in reached.missing)
    return [_counted(process, reached), *(f"  {missing}: {text}" for text in told)]


def _counted(process: Process, reached: Coverage) -> str:
    words = {"transition": _("transisi"), "row": _("baris tabel"), "requirement": _("syarat"), "timer": _("tenggat")}
    parts = (f"{word} {'{}/{}'.format(*reached.counted(kind))}" for kind, word in words.items())
    return f"{process.id}: {', '.join(parts)}"


def target_text(definitions: Library, process: Process, target: Target) -> str:
    """*target* in words."""
    stage = process.stages.get(target.at)
    where = definitions.text(stage.title if stage else _named(process, target.at), language())
    if target.kind == "row":
        return _("tabel {table} baris {row}").format(table=target.at, row=target.number)
    if target.kind == "requirement":
        return _("penolakan {code} di {where}").format(code=target.name, where=where)
    action = stage.actions[target.name].title if stage else target.name
    said = definitions.text(action, language())
    if target.kind == "timer":
        return _("{action} oleh sistem sesudah tenggat {where}").format(action=said, where=where)
    route = _("{action} di {where}, jalan {line}") if target.number > 1 else _("{action} di {where}")
    return route.format(action=said, where=where, line=target.number)


def _named(process: Process, name: str) -> str:
    return process.duties[name].title if name in process.duties else name
