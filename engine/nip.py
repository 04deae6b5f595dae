"""The number of a civil servant (NIP): day of birth, month of appointment, gender, sequence.

Perka BKN 22/2007: ``YYYYMMDD`` ``YYYYMM`` ``1`` or ``2`` and three digits. Of people with a work contract (PPPK) the
appointment is the year and ``21``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

LENGTH = 18
CONTRACT = "21"
#: Digit 15 by the profile's code of gender.
GENDERS = {"L": "1", "P": "2"}

#: What can be wrong with a NIP, in Indonesian and English.
TEXTS = {
    "nip_18_digit": (
        "Tulis NIP dengan 18 angka; yang tertulis: {nip}.",
        "Write the NIP with 18 digits; what stands here: {nip}.",
    ),
    "nip_tanggal_lahir": (
        "Periksa angka 1 sampai 8: {part} bukan tanggal lahir.",
        "Check digits 1 to 8: {part} is no date of birth.",
    ),
    "nip_pengangkatan": (
        "Periksa angka 13 dan 14: {part} bukan bulan pengangkatan (01 sampai 12, atau 21 untuk PPPK).",
        "Check digits 13 and 14: {part} is no month of appointment (01 to 12, or 21 for PPPK).",
    ),
    "nip_jenis_kelamin": (
        "Periksa angka ke-15: {part} tidak cocok dengan jenis kelamin (1 laki-laki, 2 perempuan).",
        "Check digit 15: {part} does not agree with the gender (1 male, 2 female).",
    ),
    "nip_nomor_urut": (
        "Periksa tiga angka terakhir: nomor urut dimulai dari 001.",
        "Check the last three digits: sequence numbers begin with 001.",
    ),
}


def plain(nip: str) -> str:
    """*nip* without the spaces in which people group it."""
    return "".join(nip.split())


def grouped(nip: str) -> str:
    """*nip* as people read it: ``19870412 201101 1 901``."""
    return f"{nip[:8]} {nip[8:14]} {nip[14:15]} {nip[15:]}"


def mistakes(nip: str, gender: str | None = None) -> Iterator[tuple[str, dict[str, str]]]:
    """What is wrong with *nip*, as codes of ``TEXTS`` and what fills them; *gender* is ``L``, ``P`` or unknown."""
    digits = plain(nip)
    if len(digits) != LENGTH or not (digits.isascii() and digits.isdigit()):
        yield "nip_18_digit", {"nip": nip}
        return
    if not _is_day(digits[:8]):
        yield "nip_tanggal_lahir", {"part": digits[:8]}
    if digits[12:14] != CONTRACT and not "01" <= digits[12:14] <= "12":
        yield "nip_pengangkatan", {"part": digits[12:14]}
    if digits[14] not in ({GENDERS[gender]} if gender in GENDERS else GENDERS.values()):
        yield "nip_jenis_kelamin", {"part": digits[14]}
    if digits[15:] == "000":
        yield "nip_nomor_urut", {}


# Among many people a day of birth recurs.
@lru_cache(maxsize=40_000)
def _is_day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True
