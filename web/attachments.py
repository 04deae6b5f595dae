"""Attachments: what may be attached, where it lies, who gets it back.

A file is known by what it holds, not by its name or what the browser said of it. Its bytes lie in the instance folder
under a random name and are never served from a folder: they come back as a download, as the kind we found.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import IO, Any

from flask import current_app, send_file
from flask_babel import gettext as _
from sqlalchemy import Connection, select, text
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from engine.access import reads_field
from engine.process import Duty
from web.held import Held
from web.languages import number
from web.tables import Attachment

LIMIT = 5 * 1024 * 1024
LARGEST = "5 MB"
NAME_LENGTH = 120

#: Kinds by file ending. What is not here is not taken: least of all what a browser would run, or a text, which could
#: be anything.
KINDS = {
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ACCEPT = ",".join([*KINDS, ".jpeg"])

_SIGNS = {b"%PDF-": ".pdf", b"\xff\xd8\xff": ".jpg", b"\x89PNG\r\n\x1a\n": ".png"}
_INSIDE = {"word/document.xml": ".docx", "xl/workbook.xml": ".xlsx"}
#: Names by which Windows knows devices, whatever comes behind them.
_DEVICES = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))})
#: An honest document of 5 MB has some hundreds of parts.
_PARTS = 2000

_INSERT = text("""
insert into attachment (id, case_id, duty, field, owner_id, name, kind, size, sha256)
values (:id, :case_id, :duty, :field, :owner_id, :name, :kind, :size, :sha256)
""")


class Unfit(ValueError):
    """A file that is not taken. ``text`` says why and what to do, in the language of the request."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file that was taken: the id by which its field names it."""

    id: str
    name: str
    size: int


def keep(rows: Connection, upload: FileStorage, *, case_id: str, duty: str, field: str, owner: str) -> Kept:
    """Takes *upload* for a field of an open form, in the writing transaction *rows*. Raises ``Unfit``."""
    content = upload.stream.read(LIMIT + 1)
    if len(content) > LIMIT:
        raise Unfit(_("Berkas ini lebih besar dari %(limit)s. Perkecil, lalu lampirkan lagi.", limit=LARGEST))
    if not content:
        raise Unfit(_("Berkas ini kosong. Pilih berkas lain."))
    ending = ending_of(content, upload.stream)
    kept = Kept(id=secrets.token_hex(16), name=clean(upload.filename or "", ending), size=len(content))
    _write(place_of(kept.id), content)
    row = {"id": kept.id, "case_id": case_id, "duty": duty, "field": field, "owner_id": owner, "name": kept.name}
    digest = hashlib.sha256(content).hexdigest()
    rows.execute(_INSERT, {**row, "kind": KINDS[ending], "size": kept.size, "sha256": digest})
    return kept


def ending_of(content: bytes, stream: IO[bytes]) -> str:
    """The ending that belongs to what *content* is. Raises ``Unfit`` for anything that is not in ``KINDS``."""
    for sign, ending in _SIGNS.items():
        if content.startswith(sign):
            return ending
    found = _document(stream) if content.startswith(b"PK\x03\x04") else None
    if found is None:
        raise Unfit(_("Jenis berkas ini tidak diterima. Lampirkan PDF, JPG, PNG, DOCX, atau XLSX."))
    return found


def _document(stream: IO[bytes]) -> str | None:
    """Which office document a ZIP is, by its table of contents; nothing in it is unpacked. None with macros."""
    try:
        with zipfile.ZipFile(stream) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    if len(names) > _PARTS or any(PurePosixPath(name).name == "vbaProject.bin" for name in names):
        return None
    return next((ending for inside, ending in _INSIDE.items() if inside in names), None)


def clean(name: str, ending: str) -> str:
    """A name that any system can keep, with the *ending* that is true."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    stem = last.rpartition(".")[0] or last
    kept = "".join(letter if letter.isalnum() or letter in " ()_-" else "_" for letter in stem).strip(" _")
    if kept.partition("_")[0].partition(" ")[0].upper() in _DEVICES:
        kept = f"_{kept}"
    return (kept[:NAME_LENGTH] or "lampiran") + ending


def place_of(attachment: str) -> Path:
    """Where the bytes lie."""
    return Path(current_app.instance_path) / "attachments" / attachment


def _write(file: Path, content: bytes) -> None:
    """Writes *content* so that it survives a power cut before the row that names it is committed."""
    file.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def values(rows: Connection, case_id: str, named: Mapping[str, str], person: str) -> dict[str, dict[str, Any]]:
    """The values of files, by the names of their inputs, from the ids in *named*.

    Of this case, this field and this person only.
    """
    query = select(Attachment.id, Attachment.field, Attachment.name, Attachment.size).where(
        Attachment.case_id == case_id, Attachment.owner_id == person, Attachment.id.in_(named.values())
    )
    found = {(row.id, row.field): row for row in rows.execute(query)}
    files = {name: found.get((ident, field_of(name))) for name, ident in named.items()}
    return {n: {"id": row.id, "name": row.name, "size": Decimal(row.size)} for n, row in files.items() if row}


def field_of(name: str) -> str:
    """The field that an input of this *name* belongs to. In a table that is the column, whatever the row."""
    table, dot, rest = name.partition(".")
    return f"{table}.{rest.rpartition('.')[2]}" if dot else name


def size_text(size: int | Decimal) -> str:
    """A size as people say it: ``12 KB``, ``1,5 MB``."""
    kilobytes = Decimal(size) / 1024
    if kilobytes < 1000:
        return f"{max(int(kilobytes), 1)} KB"
    return f"{number(kilobytes / 1024, 1)} MB"


def download(rows: Connection, held: Held, attachment: str) -> Response | None:
    """The file for somebody who holds the case; ``None`` if there is none that they may read."""
    row = rows.execute(select(Attachment.__table__).where(Attachment.id == attachment)).first()
    if row is None or row.case_id != held.case.id or not may_read(held, row):
        return None
    file = place_of(row.id)
    if not file.is_file():
        return None
    response = send_file(file, mimetype=row.kind, as_attachment=True, download_name=row.name, max_age=0, etag=False)
    response.headers["Cache-Control"] = "no-store"
    # Should a browser show it all the same: without scripts, and as nobody of ours.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def may_read(held: Held, row: Any) -> bool:
    """Whether the holder of the case may read an attachment: their own, or one sent in a field that they read."""
    if row.owner_id is not None and row.owner_id in {actor.person for actor in held.actors}:
        return True
    duty = held.process.duties.get(row.duty)
    item = duty.fields.get(row.field.partition(".")[0]) if duty else None
    if duty is None or item is None or row.id not in _sent(held, duty, row.field):
        return False
    return reads_field(held.case, duty, item, [actor.role for actor in held.actors])


def _sent(held: Held, duty: Duty, field: str) -> Iterator[str]:
    """The ids of the files that were sent in *field*, or in that column of a table."""
    name, _dot, column = field.partition(".")
    answers = held.case.answers.get(duty.id, {})
    for given in answers.values() if duty.many else [answers]:
        value = given.get(name)
        cells = [row.get(column) for row in value] if isinstance(value, list) else [value]
        yield from (cell["id"] for cell in cells if isinstance(cell, dict))
