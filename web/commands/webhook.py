"""``borang webhook``: other systems that are told of moves."""

from __future__ import annotations

import sys

import click

from web import roster, webhooks
from web.console import N_, PROBLEMS, Misused, _
from web.database import reading, writing
from web.jobs import Undone, why
from web.ready import service


@click.group("webhook", help=N_("Sistem lain yang diberi tahu tentang berkas."))
def webhook_group() -> None:
    pass


@webhook_group.command(
    "add", help=N_("Beri tahu sistem di URL tentang berkas satu daerah; rahasianya ditampilkan sekali.")
)
@click.argument("region")
@click.argument("url")
def add_command(region: str, url: str) -> None:
    with service():
        if not roster.is_registered(reading(), region):
            raise Misused(_("Daerah {region} belum terdaftar.").format(region=region))
        try:
            with writing() as rows:
                added = webhooks.add(rows, region, url)
        except webhooks.Forbidden as error:
            raise Misused(f"{url}: {why(str(error), _)}") from None
    click.echo(_("Terdaftar: {id}").format(id=added.id))
    click.echo(_("Rahasia, hanya ditampilkan sekarang: {secret}").format(secret=added.secret))


@webhook_group.command("list", help=N_("Tampilkan sistem yang diberi tahu."))
def list_command() -> None:
    with service():
        known = webhooks.listed(reading())
        for row in known:
            click.echo(f"{row.id}  {row.region_id}  {row.url}")
        if not known:
            click.echo(_("Belum ada sistem yang diberi tahu."), err=True)


@webhook_group.command("remove", help=N_("Jangan beri tahu sistem itu lagi."))
@click.argument("webhook")
def remove_command(webhook: str) -> None:
    with service():
        with writing() as rows:
            known = webhooks.remove(rows, webhook)
        if not known:
            raise Misused(_("Tidak ada sistem {id}.").format(id=webhook))
        click.echo(_("Dihapus: {id}").format(id=webhook))


@webhook_group.command("test", help=N_("Kirim pemberitahuan percobaan ke satu sistem."))
@click.argument("webhook")
def test_command(webhook: str) -> None:
    with service():
        try:
            webhooks.test(reading(), webhook)
        except LookupError:
            raise Misused(_("Tidak ada sistem {id}.").format(id=webhook)) from None
        except Undone as error:
            click.echo(why(str(error), _), err=True)
            sys.exit(PROBLEMS)
    click.echo(_("Diterima."))
