"""``borang doctor``: what is set wrongly in this deployment, and what to do about it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict

import click

from web import create_app, doctor
from web.config import Misconfigured
from web.console import GOOD, N_, PROBLEMS, _, as_json, print_json
from web.doctor import Finding, of_service, of_settings, settings_or_why

_SIGNS = {"good": N_("baik"), "warning": N_("periksa"), "wrong": N_("SALAH")}


@click.command("doctor", help=N_("Periksa apakah layanan dipasang dengan benar."))
@click.option(
    "--processes", default=1, show_default=True, type=click.IntRange(1, 1000),
    help=N_("Jumlah proses layanan dan worker yang memakai basis data yang sama."),
)  # fmt: skip
@as_json
def doctor_command(processes: int, as_json: bool) -> None:
    found = []
    for one in _found(processes):
        found.append(one)
        if not as_json:
            _tell(one)
    if as_json:
        print_json([asdict(one) for one in found])
    sys.exit(PROBLEMS if doctor.is_wrong(found) else GOOD)


def _found(processes: int) -> Iterator[Finding]:
    settings = settings_or_why()
    if isinstance(settings, Finding):
        yield settings
        return
    yield from of_settings(settings)
    try:
        app = create_app(settings)
    except (Misconfigured, ImportError, ValueError):
        yield Finding("wrong", "database", _("DATABASE_URL tidak dapat dipakai."), _("Contoh: postgresql://host/nama"))
        return
    yield from of_service(app, processes)


def _tell(one: Finding) -> None:
    click.echo(f"{_(_SIGNS[one.level]):8}{one.text}")
    if one.remedy:
        click.echo(f"{'':8}-> {one.remedy}")
