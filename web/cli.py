"""The command ``borang``. Exit 0: good; 1: problems found; 2: called wrongly, or the service cannot start like this."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from flask import Flask
from sqlalchemy import make_url
from waitress import create_server

from engine import feel
from engine.errors import DefinitionError, Problem
from engine.library import SCENARIOS, Library, check
from engine.process import Process
from engine.proofs.stories import Story
from engine.scenario import Result, Scenario, read_scenarios, run
from web import create_app, demo, people, roster, sessions
from web.commands.cycle import cycle_group
from web.commands.explain import explain_command
from web.commands.graph import graph_command
from web.commands.receipt import receipt_command
from web.commands.replay import replay_command
from web.commands.scenario import coverage_lines, scenario_group
from web.config import Misconfigured, Settings, definitions_root
from web.console import (
    GOOD,
    MISUSE,
    N_,
    PROBLEMS,
    Misused,
    _,
    as_json,
    bytes_of,
    language,
    loaded,
    print_json,
    processes,
    stop_with,
    translate_help,
    wanted_language,
)
from web.database import initialise, up_to_date, writing
from web.definitions import library
from web.languages import ZONE_NAMES
from web.passwords import generated, passwords
from web.tables import db

#: What a scenario file of any other shape than its own comes to when it is read or played.
NONSENSE = (LookupError, TypeError, ValueError, AttributeError, RecursionError)


def main() -> None:
    """Runs ``borang``; what is wrong with its input is told, never traced."""
    translate_help(cli, wanted_language(sys.argv))
    try:
        cli(windows_expand_args=False)
    except Misconfigured as error:
        click.echo(error, err=True)
        sys.exit(MISUSE)


@click.group(help=N_("Borang: penilaian kinerja dari berkas YAML."), context_settings={"max_content_width": 100})
@click.option(
    "--language", type=click.Choice(["id", "en"]), envvar="BORANG_LANGUAGE", default="id", help=N_("Bahasa pesan.")
)
@click.version_option(package_name="borang")
def cli(language: str) -> None:
    pass


# --- definitions ------------------------------------------------------------------------------------------------------


@cli.command("check", help=N_("Periksa definisi: berkas, atau folder dengan workflows dan forms."))
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@as_json
def check_command(paths: tuple[Path, ...], as_json: bool) -> None:
    found = [problem for path in paths or (definitions_root(),) for problem in check(path)]
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


@cli.command("test", help=N_("Jalankan skenario, semua atau dari satu daerah."))
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


@cli.command("eval", help=N_("Hitung satu ungkapan FEEL; hasilnya JSON."))
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


for command in (cycle_group, explain_command, graph_command, receipt_command, replay_command, scenario_group):
    cli.add_command(command)


# --- the service ------------------------------------------------------------------------------------------------------


@cli.command("init", help=N_("Siapkan basis data, atau perbarui; isinya tetap."))
def init_command() -> None:
    app = create_app()
    with app.app_context():
        initialise()
    click.echo(_("Basis data siap: {address}").format(address=_address(app)))


@cli.command("serve", help=N_("Jalankan layanan."))
@click.option("--host", default="127.0.0.1", show_default=True, help=N_("Alamat tempat layanan mendengarkan."))
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help=N_("Nomor porta."))
def serve_command(host: str, port: int) -> None:
    app = create_app()
    with app.app_context():
        if not up_to_date():
            raise Misused(_("Basis data belum siap: jalankan dahulu borang init."))
        _ready(app)
    listen(app, host, port)


def _ready(app: Flask) -> None:
    """Reads the definitions now, so that a mistake in them is told before anybody comes."""
    try:
        library()
    except DefinitionError as error:
        stop_with(error)


def listen(app: Flask, host: str, port: int) -> None:
    """Serves *app* until somebody stops it."""
    try:
        # Half-open connections of slow phones cost little; a hundred of them must not lock everybody else out.
        server = create_server(app, host=host, port=port, threads=8, connection_limit=1000, ident=None)
    except OSError as error:
        raise Misused(f"{host}:{port}: {error.strerror}") from None
    click.echo(_("Buka http://{host}:{port} (hentikan dengan Ctrl+C)").format(host=host, port=port))
    server.run()


def _address(app: Flask) -> str:
    settings: Settings = app.extensions["settings"]
    return make_url(settings.database_url).render_as_string(hide_password=True)


@cli.command("demo", help=N_("Jalankan contoh dengan orang rekaan, di basis data tersendiri."))
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help=N_("Tanggal hari ini dalam contoh: TAHUN-BULAN-HARI."))
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help=N_("Nomor porta."))
@click.option("--reset", is_flag=True, help=N_("Mulai dari awal; isi contoh yang lama dihapus."))
@click.option(
    "--examples", "more", multiple=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=N_("Berkas YAML dengan orang rekaan dari daerah lain; boleh lebih dari satu."),
)  # fmt: skip
def demo_command(today: datetime | None, port: int, reset: bool, more: tuple[Path, ...]) -> None:
    settings = Settings.from_environment(demo=True)
    if reset:
        demo.forget(settings)
    click.echo(_("Menyiapkan contoh..."), err=True)
    try:
        app = demo.prepare(settings, today.date() if today else None, lambda text: click.echo(text, err=True), more)
    except DefinitionError as error:
        stop_with(error)
    except demo.NotExamples as error:
        raise Misused(_("Bukan berkas orang contoh: {what}").format(what=error)) from None
    except roster.Mistaken as error:
        for mistake in error.mistakes:
            click.echo(f"{mistake.line}  {mistake.code}  {mistake.text(language())}", err=True)
        sys.exit(PROBLEMS)
    click.echo(_("Akun contoh (peran, nama, NIP, kata sandi):"))
    for line in demo.lines(app, language()):
        click.echo(line)
    listen(app, "127.0.0.1", port)


# --- people -----------------------------------------------------------------------------------------------------------


@cli.group("people", help=N_("Daftar pegawai."))
def people_group() -> None:
    pass


@people_group.command("import", help=N_("Ambil alih daftar pegawai satu daerah dari berkas CSV."))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--region", required=True, help=N_("Kode daerah, seperti dalam definisinya."))
@click.option("--title", help=N_("Nama daerah; perlu untuk daerah baru."))
@click.option("--zone", type=click.Choice(list(ZONE_NAMES)), default="Asia/Jakarta", help=N_("Zona waktu daerah baru."))
@click.option(
    "--passwords", "secrets", type=click.Path(path_type=Path, exists=False),
    help=N_("Berkas CSV baru untuk kata sandi orang yang baru; tanpa ini mereka belum dapat masuk."),
)  # fmt: skip
def import_command(file: Path, region: str, title: str | None, zone: str, secrets: Path | None) -> None:
    app = create_app()
    with app.app_context():
        if not up_to_date():
            raise Misused(_("Basis data belum siap: jalankan dahulu borang init."))
        process = processes(loaded(definitions_root()), region)[0]
        try:
            _import(file, region, process, title, zone, secrets)
        except roster.Mistaken as error:
            for mistake in error.mistakes:
                click.echo(f"{file}:{mistake.line}  {mistake.code}  {mistake.text(language())}")
            click.echo(_("{count} kesalahan; tidak ada yang berubah.").format(count=len(error.mistakes)), err=True)
            sys.exit(PROBLEMS)


def _import(file: Path, region: str, process: Process, title: str | None, zone: str, secrets: Path | None) -> None:
    known = roster.known_in(db.session(), region)
    entries = roster.checked(roster.read_csv(bytes_of(file)), process, known)
    new = roster.new_in(entries, known)
    given = {nip: generated() for nip in new} if secrets else {}
    with click.progressbar(given.items(), label=_("Kata sandi"), file=sys.stderr) as counted:
        hashes = {nip: passwords().hash(password) for nip, password in counted}
    if secrets:
        _keep_secrets(secrets, given)
    with writing() as rows:
        if title or not roster.is_registered(rows, region):
            roster.keep_region(rows, region, title or region.title(), zone)
        roster.take_over(rows, region, process, entries, hashes)
    click.echo(_("{new} orang baru, {changed} diperbarui").format(new=len(new), changed=len(entries) - len(new)))


def _keep_secrets(file: Path, given: Mapping[str, str]) -> None:
    """Writes passwords where only this user reads them; an existing file is left alone."""
    try:
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Misused(f"{file}: {error.strerror}") from None
    with os.fdopen(opened, "w", encoding="utf-8") as written:
        written.writelines(["nip,kata_sandi\n", *(f"{nip},{password}\n" for nip, password in given.items())])


@people_group.command("password", help=N_("Buat kata sandi baru untuk seseorang; semua sesinya berakhir."))
@click.argument("nip")
def password_command(nip: str) -> None:
    app = create_app()
    with app.app_context():
        person = people.by_nip(nip)
        if person is None:
            raise Misused(_("Tidak ada orang dengan NIP {nip}.").format(nip=nip))
        password = generated()
        people.set_password(person.id, password)
        sessions.end_all(person.id)
    click.echo(f"{person.name}  {password}")


if __name__ == "__main__":
    main()
