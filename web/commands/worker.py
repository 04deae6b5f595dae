"""``borang worker``: does jobs and what time brings about, in a process of its own, as many of them as are wanted."""

from __future__ import annotations

from datetime import timedelta
from time import sleep

import click

from web import jobs, logs
from web.console import N_, _
from web.ready import service
from web.runtime import leave_when_told, once, running

#: How often it is looked whether all threads live: seconds.
_LOOK = 10


@click.command("worker", help=N_("Jalankan pekerjaan layanan: pemberitahuan, surel, tenggat."))
@click.option("--once", "only_once", is_flag=True, help=N_("Jalankan yang sudah waktunya, lalu berhenti."))
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 32),
    help=N_("Banyaknya pekerjaan yang dijalankan sekaligus."),
)
@click.option(
    "--lease", default=int(jobs.LEASE.total_seconds()), show_default=True, type=click.IntRange(1, 3600),
    help=N_("Berapa detik sebuah pekerjaan dipegang; sesudah itu proses lain mengambilnya."),
)  # fmt: skip
def worker_command(only_once: bool, workers: int, lease: int) -> None:
    logs.configure()
    with service() as app:
        logs.start(app)
    held = timedelta(seconds=lease)
    if only_once:
        woken, done = once(app, lease=held)
        click.echo(_("{woken} berkas diperiksa tenggatnya, {done} pekerjaan dijalankan").format(woken=woken, done=done))
        return
    leave_when_told()
    with running(app, workers=workers, lease=held) as runtime:
        click.echo(_("Pekerjaan layanan berjalan (hentikan dengan Ctrl+C)"))
        try:
            while True:
                sleep(_LOOK)
                runtime.keep_up()
        except KeyboardInterrupt:
            click.echo(_("Menyelesaikan pekerjaan yang sedang berjalan..."), err=True)
