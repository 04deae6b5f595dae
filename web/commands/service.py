"""``borang init``, ``serve`` and ``demo``: the service, and the same with invented people."""

from __future__ import annotations

import errno
import logging
import sys
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import make_url

from engine.errors import DefinitionError
from web import create_app, demo, logs, pictures, roster
from web.config import Settings
from web.console import (
    N_,
    PROBLEMS,
    Day,
    Misused,
    _,
    language,
    stop_with,
)
from web.database import disconnect, forget, initialise, reading
from web.definitions import definitions, has_cycles
from web.ready import service
from web.runtime import running
from web.serving import Server


@click.command("init", help=N_("Siapkan basis data, atau perbarui; isinya tetap."))
def init_command() -> None:
    app = create_app()
    with app.app_context():
        initialise()
    click.echo(_("Basis data siap: {address}").format(address=_address(app)))


@click.command("serve", help=N_("Jalankan layanan."))
@click.option("--host", default="127.0.0.1", show_default=True, help=N_("Alamat tempat layanan mendengarkan."))
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help=N_("Nomor porta."))
@click.option(
    "--processes", default=1, show_default=True, type=click.IntRange(1, 64),
    help=N_("Jumlah proses; lebih dari satu untuk PostgreSQL, di belakang proksi."),
)  # fmt: skip
@click.option(
    "--worker/--no-worker", default=True, show_default=True,
    help=N_("Jalankan juga pekerjaan layanan di proses ini; tidak perlu bila borang worker berjalan."),
)  # fmt: skip
def serve_command(host: str, port: int, processes: int, worker: bool) -> None:
    logs.configure()
    if processes > 1:
        _serve_by_several(host, port, processes)
    else:
        listen(_ready(), host, port, worker=worker)


def _ready() -> Flask:
    """The service, if it can serve: what is missing is told before anybody comes."""
    with service() as app:
        _read_definitions()
    pictures.prepare()
    logs.start(app)
    return app


def _read_definitions() -> None:
    """Reads the definitions now, so that a mistake in them is told before anybody comes.

    It stops a service that has no cycle yet. Cases that run have their definitions in the database and go on.
    """
    broken = definitions().broken
    if broken is None:
        return
    if not has_cycles(reading()):
        stop_with(broken)
    forget()
    for problem in broken.problems:
        click.echo(problem.line(language()), err=True)
    told = _("PERHATIAN: folder definisi bermasalah. Berkas yang berjalan tetap jalan; siklus baru tidak dapat dibuka.")
    click.echo(told, err=True)
    logging.getLogger(__name__).error("definitions are broken; no cycle can be opened")


def listen(app: Flask, host: str, port: int, *, worker: bool = True) -> None:
    """Serves *app* until somebody stops it, and does its jobs meanwhile."""
    try:
        server = Server(app, host, port)
    except OSError as error:
        used = _("Porta {port} sedang dipakai. Pilih porta lain dengan --port.").format(port=port)
        raise Misused(used if error.errno == errno.EADDRINUSE else f"{host}:{port}: {error.strerror}") from None
    click.echo(_("Buka http://{host}:{port} (hentikan dengan Ctrl+C)").format(host=host, port=port))
    with running(app) if worker else nullcontext():
        server.run()


def _serve_by_several(host: str, port: int, count: int) -> None:
    try:
        from web import processes
    except ImportError:
        raise Misused(_("Beberapa proses membutuhkan gunicorn: pasang borang[postgresql].")) from None
    with _ready().app_context():
        # Nothing that the processes would share: each makes connections of its own.
        disconnect()
    processes.serve(_ready, host, port, count)


def _address(app: Flask) -> str:
    settings: Settings = app.extensions["settings"]
    return make_url(settings.database_url).render_as_string(hide_password=True)


@click.command("demo", help=N_("Jalankan contoh dengan orang rekaan, di basis data tersendiri."))
@click.option("--today", type=Day(), help=N_("Tanggal hari ini dalam contoh."))
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help=N_("Nomor porta."))
@click.option("--reset", is_flag=True, help=N_("Mulai dari awal; isi contoh yang lama dihapus."))
@click.option(
    "--examples", "more", multiple=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=N_("Berkas YAML dengan orang rekaan dari daerah lain; boleh lebih dari satu."),
)  # fmt: skip
def demo_command(today: date | None, port: int, reset: bool, more: tuple[Path, ...]) -> None:
    settings = Settings.from_environment(demo=True)
    if reset:
        demo.forget(settings)
    click.echo(_("Menyiapkan contoh..."), err=True)
    try:
        app = demo.prepare(settings, today, lambda text: click.echo(text, err=True), more)
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
