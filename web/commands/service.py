"""``borang init``, ``serve`` and ``demo``: the service, and the same with invented people."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import make_url
from waitress import create_server

from engine.errors import DefinitionError
from web import create_app, demo, roster
from web.config import Settings
from web.console import (
    N_,
    PROBLEMS,
    Misused,
    _,
    language,
    stop_with,
)
from web.database import initialise, up_to_date
from web.definitions import library


@click.command("init", help=N_("Siapkan basis data, atau perbarui; isinya tetap."))
def init_command() -> None:
    app = create_app()
    with app.app_context():
        initialise()
    click.echo(_("Basis data siap: {address}").format(address=_address(app)))


@click.command("serve", help=N_("Jalankan layanan."))
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


@click.command("demo", help=N_("Jalankan contoh dengan orang rekaan, di basis data tersendiri."))
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
