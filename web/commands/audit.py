"""``borang audit``: whether the journals are as they were written, and seals that can be kept elsewhere."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import click
from sqlalchemy import Connection

from web import anchors, integrity
from web.anchors import Anchor
from web.clock import wall
from web.console import GOOD, N_, PROBLEMS, Misused, _, as_json, bytes_of, out_of_reach, print_json
from web.database import snapshot, writing
from web.integrity import Fault, Findings
from web.ready import service
from web.store import store

#: What is said of each thing that can be wrong with a journal.
_TOLD = {
    integrity.CHANGED: N_("berkas {case}: baris {seq} diubah"),
    integrity.MISSING: N_("berkas {case}: baris {seq} hilang"),
    integrity.TAIL: N_("berkas {case}: akhir riwayat hilang, mulai baris {seq}"),
    integrity.FOREIGN: N_("berkas {case}: baris {seq} bukan dari layanan ini"),
    integrity.HEAD: N_("berkas {case}: kepala rantai tidak cocok dengan baris terakhir, {seq}"),
    integrity.VERSION: N_("berkas {case}: tercatat berakhir pada baris {seq}, tetapi masih ada baris sesudahnya"),
    integrity.STATE: N_("berkas {case}: keadaan yang ditampilkan bukan yang mengikuti riwayatnya sampai baris {seq}"),
    integrity.SEALED: N_("berkas {case}: baris {seq} bukan yang disegel jangkar terakhir"),
    integrity.GONE: N_("berkas {case}: hilang; jangkar terakhir menyegelnya sampai baris {seq}"),
    integrity.BROKEN_SEAL: N_("jangkar {seq}: segelnya tidak cocok"),
    integrity.NO_ANCHOR: N_("jangkar {seq}: hilang"),
    integrity.POSITIONS: N_("jangkar {seq}: daftar baris yang disegelnya diubah"),
    integrity.ROLLED_BACK: N_("jangkar {seq}: tidak ada di basis data; basis data ini keadaan lama, atau dipotong"),
}  # fmt: skip


@click.group("audit", help=N_("Riwayat yang terkunci: periksa, dan segel."))
def audit_group() -> None:
    pass


@audit_group.command("verify", help=N_("Periksa riwayat setiap berkas: adakah baris yang diubah, hilang, atau asing?"))
@click.option(
    "--anchor", "kept", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=N_("Berkas berisi jangkar yang disimpan di luar basis data; diperiksa juga."),
)  # fmt: skip
@as_json
def verify_command(kept: Path | None, as_json: bool) -> None:
    elsewhere = _kept(kept) if kept else []
    with service() as app, snapshot() as rows:
        found = _examined(rows, app.extensions["settings"].derived("audit"))
    found.faults += integrity.kept_faults(found, elsewhere)
    (_print_data if as_json else _print)(found)
    sys.exit(PROBLEMS if found.faults else GOOD)


def _examined(rows: Connection, key: bytes) -> Findings:
    with click.progressbar(length=integrity.cases_in(rows), label=_("Memeriksa"), file=sys.stderr) as bar:
        told: Callable[[int], object] = bar.update
        return integrity.examined(rows, key, told, lambda case: store().follows(rows, case))


def _print(found: Findings) -> None:
    if found.another_key:
        click.echo(_("Tidak satu pun riwayat cocok: kunci rahasia ini bukan kunci basis data ini."))
        return
    for fault in found.faults:
        click.echo(said(fault))
    last = found.anchors[-1] if found.anchors else None
    sealed = _("jangkar terakhir {seq}, {at}").format(seq=last.seq, at=last.at) if last else _("belum ada jangkar")
    counted = _("{cases} berkas, {entries} baris riwayat diperiksa; {sealed}; {count} yang salah")
    click.echo(counted.format(cases=found.cases, entries=found.entries, sealed=sealed, count=len(found.faults)))


def said(fault: Fault) -> str:
    """What is wrong, as a line."""
    return _(_TOLD[fault.kind]).format(case=fault.case, seq=fault.seq)


def _print_data(found: Findings) -> None:
    print_json(
        {
            "cases": found.cases,
            "entries": found.entries,
            "anchors": len(found.anchors),
            "another_key": found.another_key,
            "faults": [{"kind": fault.kind, "case": fault.case, "seq": fault.seq} for fault in found.faults],
        }
    )


@audit_group.command("anchor", help=N_("Segel semua riwayat sampai saat ini."))
@click.option(
    "--to", "file", type=click.Path(path_type=Path, dir_okay=False),
    help=N_("Tambahkan jangkar pada berkas ini; simpan berkas itu di tempat lain."),
)  # fmt: skip
def anchor_command(file: Path | None) -> None:
    with service() as app, writing() as rows:
        anchor = anchors.fix(rows, app.extensions["settings"].derived("audit"), wall())
    if file:
        _keep(file, anchor)
    told = _("Jangkar {seq}: {cases} berkas, {entries} baris riwayat disegel")
    click.echo(told.format(seq=anchor.seq, cases=anchor.cases, entries=anchor.entries))


def _keep(file: Path, anchor: Anchor) -> None:
    try:
        with file.open("a", encoding="utf-8") as opened:
            opened.write(anchor.line() + "\n")
            opened.flush()
            os.fsync(opened.fileno())
    except OSError as error:
        raise out_of_reach(file, error) from None


def _kept(file: Path) -> list[Anchor]:
    """The anchors in *file*, one a line; ends the command where a line is none."""
    found = []
    for number, line in enumerate(bytes_of(file).splitlines(), 1):
        try:
            found.append(anchors.anchor_of(json.loads(line)))
        except (ValueError, TypeError, KeyError, RecursionError):
            raise Misused(_("{file}:{line}: bukan jangkar.").format(file=file, line=number)) from None
    return found
