"""``borang replay``: the closed cases of the service on a draft of the definitions, and whose result would change."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from engine import feel
from engine.library import Library
from engine.process import Process
from engine.replay import Change, Replayed, replayed
from web.console import GOOD, N_, PROBLEMS, Misused, _, as_json, language, loaded, print_json
from web.database import reading
from web.languages import force_locale
from web.ready import service
from web.showing import plain
from web.store import store


@click.command("replay", help=N_("Hitung ulang berkas selesai dengan rancangan: hasil siapa berubah?"))
@click.argument("draft", type=click.Path(path_type=Path, exists=True, file_okay=False))
@as_json
def replay_command(draft: Path, as_json: bool) -> None:
    library = loaded(draft)
    with service(), force_locale(language()):
        rows = reading()
        closed = list(store().closed(rows))
        with click.progressbar(closed, label=_("Menghitung ulang"), file=sys.stderr) as counted:
            found = [
                (person, *_once_more(library, p, c, store().records.entries(rows, p, c))) for p, c, person in counted
            ]
        changed = [(person, process, result) for person, process, result in found if result.differs]
        if as_json:
            print_json([_data(person, result) for person, _process, result in changed])
        else:
            for person, process, result in changed:
                for line in _lines(library, process, person, result):
                    click.echo(line)
            click.echo(_("{all} berkas dihitung ulang, {changed} berubah").format(all=len(found), changed=len(changed)))
    sys.exit(PROBLEMS if changed else GOOD)


def _once_more(library: Library, process: Process, case: str, entries: Any) -> tuple[Process, Replayed]:
    draft = library.processes.get(process.id)
    if draft is None:
        raise Misused(_("Rancangan tidak memuat proses {workflow}.").format(workflow=process.id))
    return draft, replayed(process, draft, case, entries)


def _lines(library: Library, draft: Process, person: str, result: Replayed) -> Iterator[str]:
    yield f"{person} ({result.case[:8]})"
    if result.paths:
        before, after = (" → ".join(_title(library, draft, stage) for stage in path) for path in result.paths)
        yield "  " + _("jalannya: {before}").format(before=before)
        yield "  " + _("menjadi: {after}").format(after=after)
    if result.stuck:
        told = _("sesudah baris {seq} riwayat, yang dilakukan tidak cocok lagi dengan rancangan")
        yield "  " + told.format(seq=result.stuck)
    for change in result.changes:
        yield "  " + _said(library, draft, change)


def _said(library: Library, draft: Process, change: Change) -> str:
    value = draft.values.get(change.value)
    title = library.text(value.title, language()) if value and value.title else change.value
    type_ = draft.types.get(change.value, feel.ANY)
    told = _("{title}: {before} menjadi {after}").format(
        title=title, before=plain(draft, change.before, type_) or "-", after=plain(draft, change.after, type_) or "-"
    )
    if change.because:
        return told + " " + _("(aturannya berubah: {rules})").format(rules=", ".join(change.because))
    return told


def _title(library: Library, draft: Process, stage: str) -> str:
    return library.text(draft.stages[stage].title, language()) if stage in draft.stages else stage


def _data(person: str, result: Replayed) -> dict[str, Any]:
    changes = [{"value": c.value, "before": c.before, "after": c.after, "because": c.because} for c in result.changes]
    return {"person": person, "case": result.case, "stuck": result.stuck, "paths": result.paths, "changes": changes}
