"""The file of a backup: a ZIP whose every byte is checked before any of it is believed.

Its comment holds a SHA-256 over all that stands before it; the part ``manifest.json``, written last, names every part
with its size and SHA-256. Parts are written and read as streams.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

#: What this version of the service writes, and the newest it can read.
FORMAT = 1
MANIFEST = "manifest.json"
_SIGN = b"borang-backup sha256:"
_COMMENT = len(_SIGN) + 64
_CHUNK = 1024 * 1024
#: Whatever a broken ZIP makes the library raise.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, ValueError, KeyError, EOFError, NotImplementedError, RuntimeError, OverflowError,
)  # fmt: skip


class Unreadable(Exception):
    """This is no backup, or one that is damaged, cut off or newer than this service. ``reason`` says which."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


FOREIGN, DAMAGED, NEWER = "foreign", "damaged", "newer"


class Writer:
    """Parts of a backup that is being written."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed = packed
        self.parts: dict[str, dict[str, Any]] = {}

    def write(self, name: str, content: Iterable[bytes], *, stored: bool = False) -> str:
        """A new part; the SHA-256 of its *content*. What would not get smaller is *stored* as it is."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        digest, size = hashlib.sha256(), 0
        with self._packed.open(info, "w", force_zip64=True) as opened:
            for piece in content:
                digest.update(piece)
                size += len(piece)
                opened.write(piece)
        self.parts[name] = {"sha256": digest.hexdigest(), "size": size}
        return digest.hexdigest()


@contextmanager
def written(file: Path, manifest: Callable[[], Mapping[str, Any]]) -> Iterator[Writer]:
    """Writes the backup *file*, whole or not at all; *manifest* is asked for when all parts are written.

    Nobody but its owner can read it. Raises ``FileExistsError`` where a file of that name stands already.
    """
    if file.exists():
        raise FileExistsError(file)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "r+b") as opened:
            with zipfile.ZipFile(opened, "w", compresslevel=3) as packed:
                writer = Writer(packed)
                yield writer
                data = {"format": FORMAT, **manifest(), "parts": dict(writer.parts)}
                packed.writestr(MANIFEST, json.dumps(data, ensure_ascii=False))
                packed.comment = b" " * _COMMENT
            opened.seek(-_COMMENT, os.SEEK_END)
            end = opened.tell()
            opened.seek(0)
            comment = _SIGN + _digest(opened, end).encode()
            opened.seek(end)
            opened.write(comment)
            opened.flush()
            os.fsync(opened.fileno())
        # Not replaced, should somebody have put a file there meanwhile.
        os.link(draft, file)
    finally:
        draft.unlink(missing_ok=True)
    synced(file.parent)


def synced(folder: Path) -> None:
    """What was named in *folder* keeps its name through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Archive:
    """A backup that is whole: every byte of it, and every part, was checked."""

    def __init__(self, packed: zipfile.ZipFile, manifest: Mapping[str, Any]) -> None:
        self._packed = packed
        self.manifest = manifest

    def open(self, name: str) -> IO[bytes]:
        return self._packed.open(name)

    def pieces(self, name: str) -> Iterator[bytes]:
        """The content of a part, bit by bit."""
        with self.open(name) as opened:
            while piece := opened.read(_CHUNK):
                yield piece

    def content(self, name: str) -> bytes:
        return b"".join(self.pieces(name))


@contextmanager
def opened(file: Path, told: Callable[[int], object] = lambda size: None) -> Iterator[Archive]:
    """The backup in *file*, after all of it has been checked; *told* hears of bytes that are done.

    Raises ``Unreadable``, and ``OSError`` where the file cannot be read at all.
    """
    with file.open("rb") as stream:
        _check_whole(stream, told)
        try:
            with zipfile.ZipFile(stream) as packed:
                archive = Archive(packed, _manifest(packed))
                _check_parts(packed, archive)
                yield archive
        except _BROKEN as error:
            raise Unreadable(DAMAGED) from error


def _check_whole(stream: IO[bytes], told: Callable[[int], object]) -> None:
    end = stream.seek(0, os.SEEK_END) - _COMMENT
    stream.seek(0)
    if end < 0 or stream.read(4) != b"PK\x03\x04":
        raise Unreadable(FOREIGN)
    stream.seek(end)
    comment = stream.read()
    if not comment.startswith(_SIGN):
        raise Unreadable(DAMAGED)
    stream.seek(0)
    if comment != _SIGN + _digest(stream, end, told).encode():
        raise Unreadable(DAMAGED)


def _manifest(packed: zipfile.ZipFile) -> Mapping[str, Any]:
    manifest: dict[str, Any] = json.loads(packed.read(MANIFEST))
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), int):
        raise Unreadable(FOREIGN)
    if manifest["format"] > FORMAT:
        raise Unreadable(NEWER)
    return manifest


def _check_parts(packed: zipfile.ZipFile, archive: Archive) -> None:
    parts: Mapping[str, Mapping[str, Any]] = archive.manifest["parts"]
    if sorted(packed.namelist()) != sorted([*parts, MANIFEST]):
        raise Unreadable(DAMAGED)
    for name, known in parts.items():
        digest = hashlib.sha256()
        for piece in archive.pieces(name):
            digest.update(piece)
        if digest.hexdigest() != known["sha256"]:
            raise Unreadable(DAMAGED)


def _digest(stream: IO[bytes], end: int, told: Callable[[int], object] = lambda size: None) -> str:
    digest, left = hashlib.sha256(), end
    while left and (piece := stream.read(min(_CHUNK, left))):
        digest.update(piece)
        left -= len(piece)
        told(len(piece))
    return digest.hexdigest()
