"""``borang backup`` and ``borang restore``: everything the service holds in one file, and back again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from web import archive, restore, traces
from web.archive import Archive, Unreadable
from web.backup import back_up
from web.commands.audit import said
from web.config import Settings
from web.console import N_, PROBLEMS, Misused, _, out_of_reach
from web.database import writing
from web.ready import service
from web.restore import Restored, Unfit, place_of

_SHOWN = 20

_UNREADABLE = {
    archive.FOREIGN: N_("{file}: bukan cadangan Borang."),
    archive.DAMAGED: N_("{file}: rusak atau terpotong; tidak ada yang dipulihkan."),
    archive.NEWER: N_("{file}: dibuat oleh Borang yang lebih baru; perbarui Borang, lalu pulihkan."),
}
_UNFIT = {
    restore.KEY: N_(
        "Cadangan ini dibuat dengan kunci rahasia lain. Pasang kunci itu (BORANG_SECRET_KEY, atau secret_key di folder "
        "instance), lalu pulihkan; tanpa kunci itu rantai riwayat dan isian tersegel tidak dapat dibaca."
    ),
    restore.SCHEMA: N_("Cadangan ini memakai susunan tabel {revision}, yang belum dikenal; perbarui Borang."),
    restore.OCCUPIED: N_("Basis data tujuan sudah berisi. Pulihkan ke basis data kosong, atau pakai --replace."),
    restore.IN_USE: N_("Basis data tujuan sedang dipakai. Hentikan layanan, lalu pulihkan."),
    restore.COUNTS: N_("Isi tabel {table} tidak sesuai dengan daftar isi cadangan; tidak ada yang dipulihkan."),
    restore.FAULTS: N_("Riwayat dalam cadangan ini tidak seperti semula; tidak ada yang dipulihkan:"),
}
_LABELS = {
    "file": N_("Memeriksa berkas cadangan"),
    "backup": N_("Mencadangkan"),
    "rows": N_("Memulihkan data"),
    "journals": N_("Memeriksa riwayat"),
    "attachments": N_("Memulihkan lampiran"),
}


class Progress:
    """Bars on stderr, one after the other: each ends when the next begins."""

    def __init__(self) -> None:
        self._bar: Any = None

    def begun(self, what: str, length: int) -> Callable[[int], object]:
        self.end()
        self._bar = click.progressbar(length=length, label=_(_LABELS[what]), file=sys.stderr)
        self._bar.render_progress()
        told: Callable[[int], object] = self._bar.update
        return told

    def end(self) -> None:
        if self._bar:
            self._bar.render_finish()
        self._bar = None


@contextmanager
def _progress() -> Iterator[Progress]:
    progress = Progress()
    try:
        yield progress
    finally:
        progress.end()


@click.command(
    "backup", help=N_("Simpan seluruh isi layanan pada satu saat ke sebuah berkas, sambil layanan berjalan.")
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--with-secret", is_flag=True, help=N_("Sertakan kunci rahasia; simpan berkasnya seperti kunci itu."))
def backup_command(file: Path, with_secret: bool) -> None:
    with service() as app, _progress() as progress:
        settings: Settings = app.extensions["settings"]
        try:
            made = back_up(settings, file, secret=with_secret, begun=lambda length: progress.begun("backup", length))
        except OSError as error:
            raise out_of_reach(file, error) from None
        noted = _noted()
    told = _("{file}: {cases} berkas, {rows} baris data, {attachments} lampiran, {size} byte")
    counted = {"cases": made.rows["appraisal"], "rows": sum(made.rows.values()), "attachments": made.attachments}
    click.echo(told.format(file=file, size=file.stat().st_size, **counted))
    if with_secret:
        click.echo(_("Kunci rahasia ada di dalamnya: siapa pun yang memegang berkas ini dapat membuka semuanya."))
    else:
        click.echo(
            _("Kunci rahasia tidak ada di dalamnya. Simpan kunci itu terpisah: tanpa kunci, cadangan tidak dipulihkan.")
        )
    if not noted:
        click.echo(_("Basis data tidak dapat mencatat cadangan ini; borang doctor tidak mengetahuinya."), err=True)
    _tell_missing([*made.missing, *made.damaged])


def _noted() -> bool:
    """Whether the service knows now when it was backed up. The file is whole even where nothing can be written."""
    try:
        with writing() as rows:
            traces.leave(rows, traces.BACKUP)
    except SQLAlchemyError:
        return False
    return True


def _tell_missing(missing: list[str]) -> None:
    """Ends the command where attachments are missing."""
    for ident in missing[:_SHOWN]:
        click.echo(_("lampiran {id}: hilang atau rusak, tidak ikut").format(id=ident), err=True)
    if missing:
        click.echo(_("{count} lampiran tidak ikut").format(count=len(missing)), err=True)
        sys.exit(PROBLEMS)


@click.command("restore", help=N_("Pulihkan seluruh isi layanan dari sebuah cadangan, ke basis data kosong."))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--check", is_flag=True, help=N_("Periksa berkasnya saja; tidak ada yang dipulihkan."))
@click.option("--replace", "replacing", is_flag=True, help=N_("Gantikan isi basis data tujuan, sesudah ditanya."))
@click.option(
    "--despite-faults", is_flag=True, help=N_("Pulihkan juga bila ada riwayat yang tidak seperti semula.")
)  # fmt: skip
def restore_command(file: Path, check: bool, replacing: bool, despite_faults: bool) -> None:
    try:
        with _progress() as progress:
            size = file.stat().st_size
            with archive.opened(file, progress.begun("file", size)) as backup:
                progress.end()
                click.echo(_about(backup.manifest))
                if check:
                    return
                done = _restored(backup, progress, replacing, despite_faults)
    except Unreadable as error:
        _refuse(_(_UNREADABLE[error.reason]).format(file=file))
    except Unfit as error:
        lines = [said(fault) for fault in error.more.get("faults", ())][:_SHOWN]
        _refuse("\n".join([_(_UNFIT[error.reason]).format(**error.more), *lines]))
    except OSError as error:
        raise out_of_reach(error.filename or file, error) from None
    _tell(done)


def _restored(backup: Archive, progress: Progress, replacing: bool, despite_faults: bool) -> Restored:
    settings = Settings.from_environment()
    place = place_of(settings)
    if replacing and place.occupied():
        asked = _("Semua isi {name} akan diganti. Ketik {name} untuk melanjutkan").format(name=place.name)
        if click.prompt(asked, err=True) != place.name:
            raise Misused(_("Tidak ada yang diganti."))
    return restore.restore(settings, backup, replacing=replacing, despite_faults=despite_faults, begun=progress.begun)


def _about(manifest: Mapping[str, Any]) -> str:
    rows = {table["name"]: table["rows"] for table in manifest["tables"]}
    told = _(
        "Cadangan {taken} dari {database}, Borang {app}: {cases} berkas, {entries} baris riwayat, {count} lampiran"
    )
    known = {name: manifest[name] for name in ("taken", "database", "app")}
    return told.format(cases=rows["appraisal"], entries=rows["journal"], count=manifest["attachments"], **known)


def _tell(done: Restored) -> None:
    told = _(
        "Dipulihkan: {rows} baris data, {attachments} lampiran; {entries} baris riwayat diperiksa, {count} yang salah"
    )
    counted = {"entries": done.findings.entries, "count": len(done.findings.faults)}
    click.echo(told.format(rows=done.rows, attachments=done.attachments, **counted))
    if done.kept:
        click.echo(_("Basis data sebelumnya disimpan sebagai {name}").format(name=done.kept.name))
    _tell_missing(list(done.missing))


def _refuse(told: str) -> None:
    click.echo(told, err=True)
    sys.exit(PROBLEMS)
