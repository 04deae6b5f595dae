"""``borang cycle``: opens a round of appraisals, with a case for every employee who has a superior; and moves its
running cases to another definition."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from typing import Any

import click
from flask_babel import force_locale

from engine.catalogue import say
from engine.difference import differences
from engine.process import Process
from web import opening
from web.clock import now
from web.config import definitions_root
from web.console import GOOD, N_, PROBLEMS, Day, Misused, _, as_json, language, loaded, print_json, processes
from web.database import forget, reading
from web.migrating import Migration, Reported, Round, Tally, Tried, rounds, used
from web.opening import OtherDays, Rejected, Told
from web.ready import service
from web.store import store


@click.group("cycle", help=N_("Siklus penilaian."))
def cycle_group() -> None:
    pass


@cycle_group.command("open", help=N_("Buka siklus: satu berkas untuk setiap pegawai aktif yang punya atasan."))
@click.argument("region")
@click.option("--title", required=True, help=N_("Nama siklus, misalnya 2026."))
@click.option("--start", required=True, type=Day(), help=N_("Hari pertama siklus."))
@click.option("--end", type=Day(), help=N_("Hari terakhir siklus; setahun penuh bila tidak disebut."))
def open_command(region: str, title: str, start: date, end: date | None) -> None:
    with service():
        process = processes(loaded(definitions_root()), region)[0]
        last = end or _year_from(start)
        if last < start:
            raise Misused(_("Hari terakhir siklus harus sesudah hari pertamanya."))
        told = _opened(process, title, start, last)
        click.echo(_("{count} berkas dibuka").format(count=told.cases))
        for one in told.rejected:
            click.echo(_rejected(one), err=True)
        if told.rejected:
            click.echo(_("Perbaiki data mereka, lalu jalankan perintah yang sama untuk membuka sisanya."), err=True)
            sys.exit(PROBLEMS)


def _year_from(first: date) -> date:
    """The last day of a year that begins on *first*."""
    if first.month == first.day == 1:
        return first.replace(month=12, day=31)
    try:
        return first.replace(year=first.year + 1) - timedelta(days=1)
    except ValueError:
        raise Misused(_("Sebut juga hari terakhir siklus dengan --end.")) from None


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


# --- to another definition --------------------------------------------------------------------------------------------


@cycle_group.command("migrate", help=N_("Pindahkan berkas berjalan sebuah siklus ke ketentuan lain: yang di folder."))
@click.argument("cycle")
@click.option("--to", "to", metavar="HASH", default="", help=N_("Ketentuan yang pernah dipakai: jalan kembali."))
@click.option("--dry-run", is_flag=True, help=N_("Hanya tunjukkan apa yang akan terjadi; tidak ada yang berubah."))
@click.option("--yes", is_flag=True, help=N_("Jangan bertanya lagi."))
@as_json
def migrate_command(cycle: str, to: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    if as_json and not (dry_run or yes):
        raise Misused(_("Sebut --dry-run atau --yes bersama --json: tidak ada yang dapat ditanya."))
    with service(), force_locale(language()):
        round_ = _round(cycle)
        migration = Migration(store(), round_, _target(round_, to))
        _placed(migration)
        before = _Before(round_, migration)
        if not as_json:
            before.tell()
        if not (dry_run or yes or migration.nothing_to_do):
            forget()  # Nobody's answer is waited for inside a transaction.
            click.confirm(_("Pindahkan sekarang?"), abort=True)
        told = Tally() if migration.nothing_to_do else _moved(migration, dry_run)
        (before.print_data if as_json else before.tell_end)(told, dry_run)
    sys.exit(PROBLEMS if told.stayed else GOOD)


def _round(wanted: str) -> Round:
    """The cycle of that id, title, or region and title; ends the command where there is none, or several.

    One that follows up another has its title and is named by its id.
    """
    known = rounds(reading())
    found = [one for one in known if wanted == one.id or (not one.follows and wanted in (one.title, _name(one)))]
    if len(found) == 1:
        return found[0]
    listed = "\n".join(f"  {one.id}  {_name(one)}  {one.workflow}" for one in found or known)
    if not listed:
        raise Misused(_("Belum ada siklus. Buka satu dengan borang cycle open."))
    unknown = _("Tidak ada siklus {title}. Yang ada:")
    text = _("Ada beberapa siklus {title}; sebut daerahnya atau idnya:") if found else unknown
    raise Misused(text.format(title=wanted) + "\n" + listed)


def _name(one: Round) -> str:
    return f"{one.region}/{one.title}"


def _target(round_: Round, to: str) -> Process:
    """The definition to move to: one that was used before, else the folder's; ends the command where it has none."""
    if not to:
        found = loaded(definitions_root()).processes.get(round_.workflow)
        if found is None:
            raise Misused(_("Folder definisi tidak memuat proses {workflow}.").format(workflow=round_.workflow))
        return found
    hashes = used(reading(), round_.workflow)
    matching = [digest for digest in hashes if digest.startswith(to)]
    if len(matching) != 1:
        listed = "\n".join(f"  {digest[:12]}" for digest in matching or hashes)
        raise Misused(_("Sebut satu ketentuan yang pernah dipakai, bukan {hash}:").format(hash=to) + "\n" + listed)
    return store().definitions.process(reading(), matching[0])


def _placed(migration: Migration) -> None:
    try:
        migration.check()
    except Reported as reported:
        text = _(
            "Laporan tanpa nama pegawai menunggu di pengumpulan {collection}, yang tidak ada dalam ketentuan tujuan:"
            " tentukan dahulu pegawainya, atau pertahankan pengumpulan itu."
        )
        raise Misused(text.format(collection=reported)) from None


def _moved(migration: Migration, dry_run: bool) -> Tally:
    """Moves the cases, or only looks, and shows how far it is where somebody watches."""
    told, hidden = Tally(), not sys.stderr.isatty()
    label = _("Memeriksa") if dry_run else _("Memindahkan")
    with click.progressbar(length=migration.left(), label=label, file=sys.stderr, hidden=hidden) as bar:
        for tried in (migration.dry if dry_run else migration.run)(now):
            told.count(tried)
            bar.update(1)
    return told


class _Before:
    """What is known before anything is moved, and how it ended, in words or as data."""

    def __init__(self, round_: Round, migration: Migration) -> None:
        self._round = round_
        self._to = migration.process
        self._from = migration.standing_on()
        self._nothing = migration.nothing_to_do
        self._library = store().definitions.library

    def tell(self) -> None:
        """Which cycle it is, and what is different where its cases go."""
        about = {"title": self._round.title, "region": self._round.region, "process": self._said(self._to.title)}
        click.echo(_("Siklus {title}, {region}: {process}").format(**about))
        for process in self._from:
            click.echo(_("Ketentuan {old} menjadi {new}:").format(old=process.hash[:12], new=self._to.hash[:12]))
            for change in differences(process, self._to, language(), self._library.text):
                click.echo(f"- {change.sentence}")
        if self._nothing:
            click.echo(_("Tidak ada yang perlu dipindahkan: semua berkas berjalan sudah pada ketentuan ini."))

    def tell_end(self, told: Tally, dry_run: bool) -> None:
        """How many cases went, and for each that stays why."""
        for one in told.stayed:
            click.echo(f"{one.nip}  {one.name}  {self._said(one.stage)}: {' '.join(self._reasons(one))}")
        for (duty, name), count in told.left_out.items():
            text = _("Jawaban {field} ({task}) pada {count} berkas tinggal di riwayat saja.")
            click.echo(text.format(**self._titles(duty, name), count=count))
        if self._nothing:
            return
        counted = {"moved": told.moved, "stayed": len(told.stayed)}
        if dry_run:
            click.echo(_("{moved} berkas dapat dipindahkan, {stayed} tidak").format(**counted))
            return
        click.echo(_("{moved} berkas dipindahkan, {stayed} tidak").format(**counted))
        for process in self._from[:1]:
            back = f"borang cycle migrate {self._round.id} --to {process.hash[:12]}"
            click.echo(_("Jalan kembali: {command}").format(command=back))

    def print_data(self, told: Tally, dry_run: bool) -> None:
        """All of it for a program."""
        print_json(
            {
                "cycle": self._round.id,
                "title": self._round.title,
                "from": [process.hash for process in self._from],
                "to": self._to.hash,
                "dry_run": dry_run,
                "changes": [
                    change.sentence
                    for process in self._from
                    for change in differences(process, self._to, language(), self._library.text)
                ],
                "moved": told.moved,
                "left_out": [{"task": d, "field": n, "cases": count} for (d, n), count in told.left_out.items()],
                "stayed": [self._data(one) for one in told.stayed],
            }
        )

    def _data(self, one: Tried) -> dict[str, Any]:
        reasons = zip(one.reasons, self._reasons(one), strict=True)
        told = [{"code": reason.code, "text": text} for reason, text in reasons]
        return {"case": one.case, "nip": one.nip, "name": one.name, "stage": one.stage, "reasons": told}

    def _reasons(self, one: Tried) -> list[str]:
        return [
            say(reason.code, language(), **{name: self._said(value) for name, value in reason.params.items()})
            for reason in one.reasons
        ]

    def _said(self, text: Any) -> Any:
        return self._library.text(text, language()) if isinstance(text, str) else text

    def _titles(self, duty: str, name: str) -> dict[str, str]:
        """What a task and its field are called by the definition that asks them."""
        for process in self._from:
            if duty in process.duties and name in process.duties[duty].fields:
                work = process.duties[duty]
                return {"task": self._said(work.title), "field": self._said(work.fields[name].title or name)}
        return {"task": duty, "field": name}
