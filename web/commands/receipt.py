"""``borang receipt``: how a scenario's values came about, as a file that stands by itself, and its recomputation."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from engine import feel
from engine.errors import DefinitionError
from engine.export import exported, moments
from engine.library import SCENARIOS, Library
from engine.process import Process
from engine.scenario import Scenario, read_scenarios, run
from web.config import definitions_root
from web.console import GOOD, N_, PROBLEMS, Misused, _, as_json, bytes_of, loaded, print_json, processes, stop_with
from web.verifier import Difference, Finding, Unreadable, verify


@click.group("receipt", help=N_("Rincian nilai: dari mana setiap angka berasal."))
def receipt_command() -> None:
    pass


@receipt_command.command("show", help=N_("Rincian nilai di akhir sebuah skenario."))
@click.argument("region")
@click.argument("scenario")
@click.option("--role", "roles", multiple=True, help=N_("Dilihat peran ini; boleh berulang. Tanpa ini: pegawai."))
@click.option("--json", "file", type=click.File("w", encoding="utf-8", lazy=True), help=N_("Tulis ke berkas JSON ini."))
def show(region: str, scenario: str, roles: tuple[str, ...], file: Any) -> None:
    definitions = loaded(definitions_root())
    process, story = _found(definitions, region, scenario)
    unknown = [role for role in roles if role not in process.words.roles]
    if unknown:
        known = ", ".join(process.words.roles)
        raise Misused(_("Tidak ada peran {role}. Yang ada: {known}.").format(role=unknown[0], known=known))
    played = run(process, story)
    document = exported(process, played.case, roles or (process.subject,), moments(process, played.entries))
    if file is not None:
        json.dump(document, file, ensure_ascii=False, indent=1)
        file.write("\n")
        return
    for moment in document["moments"]:
        for line in _lines(moment):
            click.echo(line)


def _found(definitions: Library, region: str, wanted: str) -> tuple[Process, Scenario]:
    """The scenario of that id and its process; ends the command where there is none."""
    named = {process.id: process for process in processes(definitions, region)}
    stories: dict[str, Scenario] = {}
    for file in sorted((definitions_root() / "workflows" / SCENARIOS).glob("*.yaml")):
        try:
            stories |= {s.id: s for s in read_scenarios(bytes_of(file), str(file)) if s.workflow in named}
        except DefinitionError as error:
            stop_with(error)
    if wanted not in stories:
        known = ", ".join(sorted(stories)) or "-"
        raise Misused(_("Tidak ada skenario {scenario}. Yang ada: {known}.").format(scenario=wanted, known=known))
    return named[stories[wanted].workflow], stories[wanted]


def _lines(moment: dict[str, Any]) -> Iterator[str]:
    """Each value with its result and, below it, its rule, the rows that fired and what was decided or kept."""
    if moment["title"]:
        yield f"--- {moment['title']} ---"
    for value in moment["values"]:
        yield f"{value['id']}: {_said(value['result'])}"
        yield from (f"    {line}" for line in _how(value))


def _how(value: dict[str, Any]) -> Iterator[str]:
    how = value.get("how")
    if how is None:
        yield _("sebagian masukan tidak terbuka bagi pembaca ini")
        return
    if value["kind"] == "weights":
        yield " + ".join(f"{name} {share}" for name, share in how["shares"].items())
    elif value["kind"] == "formula":
        yield " ".join(value["rule"]["source"].split())
    elif how["line"]:
        yield _("baris {line}").format(line=how["line"])
    for row in how["rows"]:
        yield _("tabel {table}, baris {line}").format(table=row["table"], line=row["row"])
    if value["decision"]:
        yield _("menurut rumus {proposed}, ditetapkan lain oleh pejabat").format(proposed=_said(how["proposed"]))
    if "kept" in value:
        yield _("disimpan; menurut rumus sekarang {now}").format(now=_said(value["kept"]["now"]))


def _said(value: Any) -> str:
    """A value of an export in few words."""
    if isinstance(value, list):
        return ", ".join(map(_said, value)) or "-"
    if isinstance(value, dict):
        return str(value["v"]) if "$" in value else "; ".join(f"{name} {_said(part)}" for name, part in value.items())
    return feel.written(value)


# --- verifying --------------------------------------------------------------------------------------------------------


@receipt_command.command(
    "verify", help=N_("Hitung ulang setiap angka dari berkas rincian nilai, tanpa mesin yang membuatnya.")
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@as_json
def verify_command(file: Path, as_json: bool) -> None:
    try:
        found = verify(bytes_of(file))
    except Unreadable as error:
        raise Misused(_("{file} bukan rincian nilai yang dikenal: {reason}").format(file=file, reason=error)) from None
    wrong = sum(bool(finding.differences) for finding in found)
    agreeing = sum(finding.agrees for finding in found)
    if as_json:
        print_json({"agree": agreeing, "differ": wrong, "open": len(found) - agreeing - wrong, "values": _told(found)})
    else:
        for finding in found:
            click.echo(_line(finding))
        click.echo(_summary(agreeing, wrong, len(found) - agreeing - wrong))
    sys.exit(PROBLEMS if wrong else GOOD)


def _told(found: list[Finding]) -> list[dict[str, Any]]:
    return [
        {
            "id": finding.id,
            "moment": finding.moment,
            "agrees": finding.agrees,
            "open": finding.open,
            "differences": [
                {"what": d.what, "written": _plain(d.written), "found": _plain(d.found)} for d in finding.differences
            ],
        }
        for finding in found
    ]


def _line(finding: Finding) -> str:
    """A finding in a line: the name, and whether it agrees."""
    name = f"{finding.id} ({finding.moment})" if finding.moment else finding.id
    if finding.differences:
        told = " ".join(map(_difference, finding.differences))
        return _("{name}: TIDAK COCOK. {told}").format(name=name, told=told)
    said = _plain(finding.result)
    if finding.open:
        return _("{name}: {said}  tidak dapat dihitung ulang ({why})").format(
            name=name, said=said, why=_why(finding.open)
        )
    return _("{name}: {said}  cocok").format(name=name, said=said)


def _difference(difference: Difference) -> str:
    written, found = _plain(difference.written), _plain(difference.found)
    if difference.what == "source":
        return _("bunyi rumus tidak sama dengan rumusnya: {written}.").format(written=written)
    if difference.what == "input":
        return _("masukan {written} tidak ada.").format(written=written)
    return _("{what}: tertulis {written}, hasil hitung ulang {found}.").format(
        what=difference.what, written=written, found=found
    )


def _why(reason: str) -> str:
    kind, _colon, rest = reason.partition(":")
    if kind == "unsupported":
        return _("rumus memakai {part}, yang tidak dikenal pemeriksa ini").format(part=rest)
    return _("sebagian masukan tidak terbuka bagi pembaca ini")


def _summary(agreeing: int, wrong: int, unknown: int) -> str:
    said = _("{agreeing} cocok, {wrong} tidak cocok").format(agreeing=agreeing, wrong=wrong)
    return said + (_(", {unknown} tidak dapat dihitung ulang").format(unknown=unknown) if unknown else "")


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value if isinstance(value, str) else feel.written(value)
