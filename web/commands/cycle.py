"""``borang cycle``: opens a round of appraisals, with a case for every employee who has a superior."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import click

from engine import Refused
from engine.process import Process
from web import create_app, people
from web.clock import now
from web.config import definitions_root
from web.console import N_, Misused, _, loaded, processes
from web.database import reading, up_to_date, writing
from web.store import store

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("cycle", help=N_("Siklus penilaian."))
def cycle_group() -> None:
    pass


@cycle_group.command("open", help=N_("Buka siklus: satu berkas untuk setiap pegawai aktif yang punya atasan."))
@click.argument("region")
@click.option("--title", required=True, help=N_("Nama siklus, misalnya 2026."))
@click.option("--start", required=True, type=_DAY, help=N_("Hari pertama siklus."))
@click.option("--end", type=_DAY, help=N_("Hari terakhir siklus; setahun penuh bila tidak disebut."))
def open_command(region: str, title: str, start: datetime, end: datetime | None) -> None:
    app = create_app()
    with app.app_context():
        if not up_to_date():
            raise Misused(_("Basis data belum siap: jalankan dahulu borang init."))
        process = processes(loaded(definitions_root()), region)[0]
        first = start.date()
        last = end.date() if end else first.replace(year=first.year + 1) - timedelta(days=1)
        if last < first:
            raise Misused(_("Hari terakhir siklus harus sesudah hari pertamanya."))
        click.echo(_("{count} berkas dibuka").format(count=_opened(process, title, first, last)))


def _opened(process: Process, title: str, start: date, end: date) -> int:
    region = process.workflow.region or ""
    appraised = people.appraised(region)
    if not appraised:
        raise Misused(_("Daerah {region} belum punya pegawai yang punya atasan.").format(region=region or process.id))
    if store().has_cycle(reading(), region, process.id, title):
        raise Misused(_("Siklus {title} sudah dibuka.").format(title=title))
    try:
        with writing() as rows:
            return len(
                store().open_cycle(rows, process, title=title, start=start, end=end, people=appraised, now=now())
            )
    except Refused as refused:
        # A NIP that cannot be right: the import refuses such people, but lists may be older than the check.
        raise Misused(_("Data pegawai ditolak: {codes}.").format(codes=", ".join(refused.codes))) from None
