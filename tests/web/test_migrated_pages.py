"""What people see of cases that were moved to another definition, and of a cycle that has two."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from flask import Flask

from engine.library import load_texts
from engine.process import Process
from tests.races.crowd import DEFINITIONS, NOW, Crowd, Tab, plan
from tests.web.walk import hidden, plain_text
from web import waiting
from web.database import reading, writing
from web.migrating import Migration, Reported, rounds
from web.store import store
from web.waiting import Given

COLLECTIONS = """\
collections:
  laporan:
    title: Laporan
    actor: warga
    form: laporan
    ticket: LAP
    actions: {kirim: {title: Kirim}}
"""
TEXT = "Sudah lengkap, dua hal masih perlu dibahas."


@pytest.fixture
def crowd(make_app: Callable[..., Flask]) -> Crowd:
    return Crowd(make_app(definitions=DEFINITIONS), employees=4)


def changed(crowd: Crowd, *changes: tuple[str, str]) -> Process:
    """The process of plans, with each of *changes*: what stands in its files, and what stands instead."""
    with crowd.app.app_context():
        files = dict(store().definitions.library.processes["rencana"].files)
    for was, now in changes:
        (name,) = [name for name, text in files.items() if was in text and not name.endswith("lanjutan.yaml")]
        files[name] = files[name].replace(was, now)
    return load_texts(files).processes["rencana"]


def migrate(crowd: Crowd, process: Process) -> tuple[int, int]:
    """Moves the cases of the only cycle; how many went, and how many stayed."""
    with crowd.app.app_context():
        (round_,) = rounds(reading())
        migration = Migration(store(), round_, process)
        migration.check()
        tried = list(migration.run(lambda: NOW))
    return sum(bool(one.outcome) for one in tried), sum(bool(one.reasons) for one in tried)


def decided(tab: Tab, case: str) -> int:
    """The superior opens the form, looks it over and sends it."""
    form = hidden(tab.client.get(f"/berkas/{case}/isi/setujui").text)
    review = tab.post(f"/berkas/{case}/isi/setujui", {**form, "_intent": "periksa", "catatan": TEXT})
    sending = hidden(tab.client.get(review.location).text)
    return tab.post(f"/berkas/{case}/kirim/setujui", sending).status_code


def test_a_form_that_was_open_is_too_old_and_what_was_typed_is_kept(crowd: Crowd) -> None:
    (case,) = crowd.open("rencana", 1)
    crowd.submit([case])
    (tab,) = crowd.tabs(crowd.superior)
    form = hidden(tab.client.get(f"/berkas/{case}/isi/setujui").text)
    assert migrate(crowd, changed(crowd, ("title: Catatan}", "title: Catatan atasan}"))) == (1, 0)
    late = tab.post(f"/berkas/{case}/isi/setujui", {**form, "_intent": "periksa", "catatan": TEXT})
    assert (late.status_code, TEXT in late.text) == (409, True)
    assert "Berkas dipindahkan ke ketentuan baru, oleh Pengelola layanan" in plain_text(late.text)
    page = plain_text(tab.client.get(f"/berkas/{case}").text)
    assert "Berkas dipindahkan ke ketentuan baru" in page
    assert "Catatan atasan" in tab.client.get(f"/berkas/{case}/isi/setujui").text
    assert decided(tab, case) == 303
    assert crowd.torn([case]) == 0


def test_a_form_that_was_looked_over_is_not_sent_and_its_draft_stays(crowd: Crowd) -> None:
    (case,) = crowd.open("rencana", 1)
    crowd.submit([case])
    (tab,) = crowd.tabs(crowd.superior)
    form = hidden(tab.client.get(f"/berkas/{case}/isi/setujui").text)
    review = tab.post(f"/berkas/{case}/isi/setujui", {**form, "_intent": "periksa", "catatan": TEXT})
    sending = hidden(tab.client.get(review.location).text)
    migrate(crowd, changed(crowd, ("title: Catatan}", "title: Catatan atasan}")))
    late = tab.post(f"/berkas/{case}/kirim/setujui", sending)
    assert (late.status_code, TEXT in late.text) == (409, True)
    assert TEXT in tab.client.get(f"/berkas/{case}/isi/setujui").text


def test_offices_see_every_stage_of_a_cycle_with_two_definitions(crowd: Crowd) -> None:
    cases = crowd.open("rencana", 4)
    crowd.submit(cases[:2])
    other = changed(crowd, ("ajukan: {title: Ajukan, to: putusan}", "ajukan: {title: Ajukan, to: telaah}"),
                    ("  putusan:\n    title: Putusan", "  telaah:\n    title: Telaah"))  # fmt: skip
    assert migrate(crowd, other) == (2, 2)
    crowd.move(crowd.employees[2], cases[2], "ajukan", plan(50))
    (tab,) = crowd.tabs(crowd.admin)
    listed = tab.client.get("/berkas").text
    assert all(f"/berkas/{case}" in listed for case in cases)
    for stage, there in (("putusan", cases[:2]), ("telaah", cases[2:3]), ("penyusunan", cases[3:])):
        assert f'value="{stage}"' in listed
        page = tab.client.get(f"/berkas?tahap={stage}").text
        assert [case for case in cases if f"/berkas/{case}" in page] == there
    rows = plain_text(tab.client.get("/siklus").text)
    assert all(stage in rows for stage in ("Putusan", "Telaah", "Penyusunan"))
    for case in cases:
        assert tab.client.get(f"/berkas/{case}").status_code == 200


def test_somebody_else_whom_the_stage_waits_for_now_is_told(crowd: Crowd) -> None:
    (case,) = crowd.open("rencana", 1)
    crowd.submit([case])
    entered = "select count(*) as n from job where kind = 'entered'"
    before = crowd.rows(entered)[0].n
    migrate(crowd, changed(crowd, ("title: Catatan}", "title: Catatan atasan}")))
    assert crowd.rows(entered)[0].n == before
    migrate(
        crowd,
        changed(
            crowd,
            ("  putusan:\n    title: Putusan\n    actor: atasan", "  putusan:\n    title: Putusan\n    actor: admin"),
        ),
    )
    assert crowd.rows(entered)[0].n == before + 1


def test_reports_that_name_nobody_are_not_left_without_a_place(crowd: Crowd) -> None:
    (case,) = crowd.open("rencana", 1)
    with crowd.app.app_context(), writing() as rows:
        given = Given(collection="laporan", role="warga", action="kirim", values={}, answer=uuid.uuid4().hex)
        cycle = rounds(rows)[0].id
        waiting.keep(rows, given, region="contoh", unit="U1", cycle=cycle, person=None)
    without = changed(crowd, (COLLECTIONS, ""))
    with pytest.raises(Reported, match="laporan"):
        migrate(crowd, without)
    assert crowd.rows("select definition from appraisal where id = :c", c=case)[0].definition != without.hash
