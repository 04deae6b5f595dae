"""``borang jobs``: what the service could not do, to be tried again or forgotten."""

from __future__ import annotations

import click

from web import instants, jobs
from web.console import N_, Misused, _, as_json, print_json
from web.database import reading, writing
from web.ready import service
from web.statements import instant, stamp


@click.group("jobs", help=N_("Pekerjaan layanan yang belum berhasil."))
def jobs_group() -> None:
    pass


@jobs_group.command("list", help=N_("Tampilkan yang berhenti dicoba, dicoba lagi, atau terlambat."))
@as_json
def list_command(as_json: bool) -> None:
    with service():
        rows = jobs.unfinished(reading(), instants.now(reading()))
        told = [
            {
                "id": row.id,
                "kind": row.kind,
                "state": row.state,
                "at": stamp(instant(row.run_at)),
                "tries": row.attempts,
                "error": row.last_error,
            }
            for row in rows
        ]
    if as_json:
        print_json(told)
        return
    for one in told:
        click.echo("  ".join(str(one[name] or "") for name in one))
    if not told:
        click.echo(_("Semua pekerjaan layanan berjalan pada waktunya."))


@jobs_group.command("retry", help=N_("Coba lagi pekerjaan yang berhenti dicoba."))
@click.argument("job")
def retry_command(job: str) -> None:
    with service():
        with writing() as rows:
            known = jobs.revive(rows, job, instants.now(rows))
        _told(job, known)
    click.echo(_("Dicoba lagi: {id}").format(id=job))


@jobs_group.command("drop", help=N_("Hapus pekerjaan yang berhenti dicoba; berkas tidak berubah."))
@click.argument("job")
def drop_command(job: str) -> None:
    with service():
        with writing() as rows:
            known = jobs.drop(rows, job)
        _told(job, known)
    click.echo(_("Dihapus: {id}").format(id=job))


def _told(job: str, known: bool) -> None:
    if not known:
        raise Misused(_("Tidak ada pekerjaan {id} yang berhenti dicoba.").format(id=job))
