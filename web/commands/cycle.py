"""``borang cycle``: opens a round of appraisals, with a case for every employee who has a superior."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta

import click

from engine.catalogue import say
from engine.process import Process
from web import create_app, opening
from web.clock import now
from web.config import definitions_root
from web.console import N_, PROBLEMS, Misused, _, language, loaded, processes
from web.database import up_to_date
from web.opening import OtherDays, Rejected, Told
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
        told = _opened(process, title, first, last)
        click.echo(_("{count} berkas dibuka").format(count=told.cases))
        for one in told.rejected:
            click.echo(_rejected(one), err=True)
        if told.rejected:
            click.echo(_("Perbaiki data mereka, lalu jalankan perintah yang sama untuk membuka sisanya."), err=True)
            sys.exit(PROBLEMS)


def _opened(process: Process, title: str, start: date, end: date) -> Told:
    """Opens the cycle, or what is left of it, and shows how far it is where somebody watches."""
    try:
        begun = opening.begun(store(), process, title=title, start=start, end=end)
    except opening.Nobody as nobody:
        raise Misused(_("Daerah {region} belum punya pegawai yang punya atasan.").format(region=nobody)) from None
    except opening.Opened:
        raise Misused(_("Siklus {title} sudah dibuka.").format(title=title)) from None
    except OtherDays as other:
        days = {"title": title, "start": other.start, "end": other.end}
        text = _("Siklus {title} sedang dibuka untuk {start} sampai {end}: lanjutkan dengan hari yang sama.")
        raise Misused(text.format(**days)) from None
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=begun.left(), label=title, file=sys.stderr, hidden=hidden) as bar:
        for people in begun.batches(now()):
            bar.update(people)
    return begun.told


def _rejected(one: Rejected) -> str:
    reasons = " ".join(say(reason.code, language(), **reason.params) for reason in one.reasons)
    return f"{one.nip}  {reasons}"
