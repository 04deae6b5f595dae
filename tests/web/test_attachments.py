"""Attachments: what is taken, where it lies, and who gets it back."""

from __future__ import annotations

import io
import stat
import zipfile
from dataclasses import replace
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from engine import Actor
from tests.cast import Cast, Visitor, open_case
from web import attachments
from web.database import reading, writing
from web.held import Held
from web.store import store
from web.tables import Attachment, db

PDF = b"%PDF-1.7\n1 0 obj\n"
DUTY, FIELD = "tanggapan_pegawai", "bukti"


def test_a_file_is_known_by_what_it_holds(app: Flask) -> None:
    taken = {
        b"%PDF-1.4": ".pdf",
        b"\xff\xd8\xff\xe0rest": ".jpg",
        b"\x89PNG\r\n\x1a\nrest": ".png",
        _zip("[Content_Types].xml", "word/document.xml"): ".docx",
        _zip("[Content_Types].xml", "xl/workbook.xml"): ".xlsx",
    }
    with app.test_request_context():
        assert [attachments.ending_of(content, io.BytesIO(content)) for content in taken] == list(taken.values())


def _zip(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        for name in names:
            opened.writestr(name, "x")
    return packed.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"teks biasa",
        b" %PDF-1.4",
        b"GIF89a",
        b"MZ\x90\x00",
        b"PK\x03\x04 bukan arsip",
        _zip("apa saja.txt"),
        _zip("word/document.xml", "word/vbaProject.bin"),
        _zip("xl/workbook.xml", *(f"xl/{number}.xml" for number in range(2001))),
    ],
)
def test_what_is_no_document_is_not_taken_whatever_its_name(app: Flask, cast: Cast, content: bytes) -> None:
    with pytest.raises(attachments.Unfit, match="Lampirkan PDF, JPG, PNG, DOCX, atau XLSX"):
        _keep(app, cast, content, name="surat.pdf")
    with app.app_context():
        assert db.session.scalars(select(Attachment)).all() == []


def test_an_empty_file_and_one_that_is_too_large_are_told_as_such(app: Flask, cast: Cast) -> None:
    with pytest.raises(attachments.Unfit, match="kosong"):
        _keep(app, cast, b"")
    with pytest.raises(attachments.Unfit, match="5 MB"):
        _keep(app, cast, PDF + b"x" * attachments.LIMIT)
    assert _keep(app, cast, PDF.ljust(attachments.LIMIT, b"x")).size == attachments.LIMIT


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Surat Tugas (2026).pdf", "Surat Tugas (2026).pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\Sari\\foto.exe", "foto.pdf"),
        ('a"b\r\nSet-Cookie: x.pdf', "a_b__Set-Cookie_ x.pdf"),
        ("=cmd|calc.pdf", "cmd_calc.pdf"),
        ("<b>tebal</b>.pdf", "b.pdf"),
        ("laporan\u202efdp.exe", "laporan_fdp.pdf"),
        ("", "lampiran.pdf"),
        ("...", "lampiran.pdf"),
        ("x" * 500 + ".pdf", "x" * 120 + ".pdf"),
        ("ringkasan é.pdf", "ringkasan é.pdf"),
    ],
)
def test_the_name_is_cleaned_and_its_ending_is_true(given: str, kept: str) -> None:
    assert attachments.clean(given, ".pdf") == kept


def test_the_bytes_lie_under_a_random_name_that_only_the_service_reads(app: Flask, cast: Cast) -> None:
    kept = _keep(app, cast, PDF, name="rahasia.pdf")
    with app.app_context():
        file = attachments.place_of(kept.id)
        row = db.session.get_one(Attachment, kept.id)
    assert file.read_bytes() == PDF
    assert "rahasia" not in str(file)
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (0o600, 0o700)
    assert (row.kind, row.size, row.owner_id) == ("application/pdf", len(PDF), cast.rahmadi.id)


def test_a_value_is_made_of_ones_own_file_of_this_case_and_field_only(app: Flask, cast: Cast) -> None:
    kept = _keep(app, cast, PDF)
    with app.app_context():
        case = db.session.get_one(Attachment, kept.id).case_id
        mine = attachments.values(reading(), case, {FIELD: kept.id}, cast.rahmadi.id)
        assert mine == {FIELD: {"id": kept.id, "name": "bukti.pdf", "size": Decimal(len(PDF))}}
        assert attachments.values(reading(), case, {"lain": kept.id}, cast.rahmadi.id) == {}
        assert attachments.values(reading(), "lain", {FIELD: kept.id}, cast.rahmadi.id) == {}
        assert attachments.values(reading(), case, {FIELD: kept.id}, cast.sari.id) == {}


# --- who gets it back -------------------------------------------------------------------------------------------------


def test_it_comes_back_as_a_download_of_the_kind_we_found(app: Flask, cast: Cast) -> None:
    kept = _keep(app, cast, PDF, name="bukti hasil.pdf")
    answer = _download(app, cast, "rahmadi", kept.id)
    assert (answer.status_code, answer.data) == (200, PDF)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("reader", ["sari", "hasan", "dewi", "joko"])
def test_a_file_of_a_draft_is_its_owners_alone(app: Flask, cast: Cast, reader: str) -> None:
    assert _download(app, cast, reader, _keep(app, cast, PDF).id).status_code == 404


def test_a_file_of_another_case_is_not_there(app: Flask, cast: Cast) -> None:
    kept = _keep(app, cast, PDF)
    other = open_case(app, cast.rahmadi)
    rahmadi = Visitor(app)
    rahmadi.sign_in(cast.rahmadi)
    assert rahmadi.get(f"/berkas/{other}/lampiran/{kept.id}").status_code == 404
    assert rahmadi.get(f"/berkas/{other}/lampiran/..%2f..%2fsecret_key").status_code == 404


def test_a_file_that_was_sent_is_read_by_whoever_reads_its_field(app: Flask, cast: Cast) -> None:
    kept = _keep(app, cast, PDF)
    with app.app_context():
        row = db.session.get_one(Attachment, kept.id)
        held = _sent(store().held(reading(), cast.rahmadi.id, row.case_id), kept.id)
        readers = {role: attachments.may_read(_as(held, role), row) for role in ("atasan_langsung", "rekan_kerja")}
        assert readers == {"atasan_langsung": True, "rekan_kerja": False}
        replaced = _sent(held, "yang lain")
        assert not attachments.may_read(_as(replaced, "atasan_langsung"), row)


def _sent(held: Held, attachment: str) -> Held:
    """The case after the field was sent with this file."""
    value = {"id": attachment, "name": "bukti.pdf", "size": Decimal(1)}
    path = (*held.case.path, *held.process.stages)
    return replace(held, case=replace(held.case, path=path, answers={DUTY: {FIELD: value}}))


def _as(held: Held, role: str) -> Held:
    return replace(held, actors=(Actor(role=role, person="seseorang"),))


def _keep(app: Flask, cast: Cast, content: bytes, *, name: str = "bukti.pdf") -> attachments.Kept:
    case = open_case(app, cast.rahmadi)
    upload = FileStorage(io.BytesIO(content), filename=name)
    with app.test_request_context(method="POST"), writing() as rows:
        return attachments.keep(rows, upload, case_id=case, duty=DUTY, field=FIELD, owner=cast.rahmadi.id)


def _download(app: Flask, cast: Cast, reader: str, attachment: str) -> TestResponse:
    with app.app_context():
        case = db.session.get_one(Attachment, attachment).case_id
    visitor = Visitor(app)
    visitor.sign_in(getattr(cast, reader))
    return visitor.get(f"/berkas/{case}/lampiran/{attachment}", buffered=True)


# --- attacks ----------------------------------------------------------------------------------------------------------

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
#: A picture that says it is ten thousand pixels wide and high.
HUGE = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00'\x10\x00\x00'\x10\x08\x06\x00\x00\x00"


def _packed(inside: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in inside.items():
            opened.writestr(name, content)
    return packed.getvalue()


#: What is sent and under which name; what of it is kept, or nothing.
ATTACKS: dict[str, tuple[bytes, str, str | None]] = {
    "a document that unpacks to 30 MB": (_packed({"word/document.xml": b"a" * 30_000_000}), "a.docx", "a.docx"),
    "a workbook that unpacks to 30 MB": (_packed({"xl/workbook.xml": b"a" * 30_000_000}), "a.xlsx", "a.xlsx"),
    "names that lead out of the archive": (_packed({"word/document.xml": b"", "../../x": b""}), "a.docx", "a.docx"),
    "a picture that is a script": (b"GIF89a=1;alert(1)//", "a.gif", None),
    "a document that is a page": (b"%PDF-1.4\n<html><script>alert(1)</script>", "a.html", "a.pdf"),
    "a drawing with a script": (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "a.svg", None),
    "a page": (b"<!doctype html><script>alert(1)</script>", "a.html", None),
    "a page that says it is a document": (b"<!doctype html>", "a.pdf", None),
    "two endings": (PDF, "a.pdf.exe", "a_pdf.pdf"),
    "a way out": (PDF, "../../../etc/cron.d/a", "a.pdf"),
    "a whole path": (PDF, "/etc/passwd", "passwd.pdf"),
    "a zero": (PDF, "a\0.pdf.exe", "a__pdf.pdf"),
    "a long name": (PDF, "a" * 300 + ".pdf", "a" * 120 + ".pdf"),
    "a name that is turned round": (PDF, "a\u202efdp.exe", "a_fdp.pdf"),
    "a name that Windows keeps for itself": (PDF, "CON.pdf", "_CON.pdf"),
    "another of these": (PDF, "com1.tar.pdf", "_com1_tar.pdf"),
    "nothing": (b"", "a.pdf", None),
    "a huge picture": (HUGE, "a.png", "a.png"),
    "what virus scanners look for": (EICAR, "a.pdf", None),
    "the same inside a document": (_packed({"word/document.xml": EICAR}), "a.docx", "a.docx"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_or_comes_back_as_nothing_but_a_download(app: Flask, cast: Cast, attack: str) -> None:
    content, name, wanted = ATTACKS[attack]
    if wanted is None:
        with pytest.raises(attachments.Unfit):
            _keep(app, cast, content, name=name)
        return
    kept = _keep(app, cast, content, name=name)
    assert kept.name == wanted
    answer = _download(app, cast, "rahmadi", kept.id)
    assert answer.headers["Content-Disposition"] == f"attachment; filename={wanted}"
    assert answer.headers["Content-Type"].startswith(attachments.KINDS[f".{wanted.rpartition('.')[2]}"])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    with app.app_context():
        assert [file.name for file in attachments.place_of(kept.id).parent.iterdir()] == [kept.id]
