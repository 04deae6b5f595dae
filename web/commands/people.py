"""``borang people``: who is registered, and how they get in."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from engine.process import Process
from web import people, roster, sessions
from web.config import definitions_root
from web.console import (
    N_,
    PROBLEMS,
    Misused,
    _,
    bytes_of,
    language,
    loaded,
    out_of_reach,
    processes,
)
from web.database import reading, writing
from web.languages import ZONE_NAMES
from web.passwords import generated, passwords
from web.ready import service


@click.group("people", help=N_("Daftar pegawai."))
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
    with service():
        process = processes(loaded(definitions_root()), region)[0]
        try:
            _import(file, region, process, title, zone, secrets)
        except roster.Mistaken as error:
            for mistake in error.mistakes:
                click.echo(f"{file}:{mistake.line}  {mistake.code}  {mistake.text(language())}")
            click.echo(_("{count} kesalahan; tidak ada yang berubah.").format(count=len(error.mistakes)), err=True)
            sys.exit(PROBLEMS)
        except roster.Overtaken:
            told = _("Sementara itu orang lain mengubah daftar pegawai. Tidak ada yang berubah; jalankan sekali lagi.")
            raise Misused(told) from None


def _import(file: Path, region: str, process: Process, title: str | None, zone: str, secrets: Path | None) -> None:
    known = roster.known_in(reading(), region)
    entries = roster.checked(roster.read_csv(bytes_of(file)), process, known)
    new = roster.new_in(entries, known)
    given = {nip: generated() for nip in new} if secrets else {}
    with click.progressbar(given.items(), label=_("Kata sandi"), file=sys.stderr) as counted:
        hashes = {nip: passwords().hash(password) for nip, password in counted}
    if secrets:
        _keep_secrets(secrets, given)
    try:
        with writing() as rows:
            roster.hold(rows, known)
            if title or not roster.is_registered(rows, region):
                roster.keep_region(rows, region, title or region.title(), zone)
            roster.take_over(rows, region, process, entries, hashes)
    except BaseException:
        # Passwords that nobody has must not lie about.
        if secrets:
            secrets.unlink()
        raise
    click.echo(_("{new} orang baru, {changed} diperbarui").format(new=len(new), changed=len(entries) - len(new)))


def _keep_secrets(file: Path, given: Mapping[str, str]) -> None:
    """Writes passwords where only this user reads them; an existing file is left alone."""
    try:
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise out_of_reach(file, error) from None
    with os.fdopen(opened, "w", encoding="utf-8") as written:
        written.writelines(["nip,kata_sandi\n", *(f"{nip},{password}\n" for nip, password in given.items())])


@people_group.command("password", help=N_("Buat kata sandi baru untuk seseorang; semua sesinya berakhir."))
@click.argument("nip")
def password_command(nip: str) -> None:
    with service():
        person = people.by_nip(nip)
        if person is None:
            raise Misused(_("Tidak ada orang dengan NIP {nip}.").format(nip=nip))
        password = generated()
        people.set_password(person.id, password)
        sessions.end_all(person.id)
    click.echo(f"{person.name}  {password}")
