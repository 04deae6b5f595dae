"""The people of a region from a list: read, checked as a whole, then taken over in one transaction or not at all.

A list is a CSV file with a heading. ``nip``, ``nama``, ``unit_kode`` and ``unit`` are needed; ``zona`` (of the unit:
WIB, WITA or WIT; the region's where it is empty), ``atasan_nip``, ``peran`` (offices, separated by ``;``), ``aktif``,
``surel`` (where letters go; without the column what is known stays) and any profile field of the region's vocabulary
may follow.
"""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from engine import nip
from engine.catalogue import did_you_mean
from engine.process import Process
from web import directory
from web.clock import ZONES
from web.people import is_address
from web.statements import Statement
from web.tables import Office, Person, Region, Unit

NEEDED = ("nip", "nama", "unit_kode", "unit")
OWN = (*NEEDED, "zona", "atasan_nip", "peran", "aktif", "surel")
#: Profile fields that follow from other columns.
DERIVED = {"nama": "nama", "nip": "nip", "opd": "unit"}
#: The number by which PostgreSQL knows the lock of whoever takes over a list.
LIST = 7_120_031
_ALONE = Statement("select pg_advisory_xact_lock(:number) as turn")

YES, NO = frozenset({"ya", "yes", "true", "1"}), frozenset({"tidak", "no", "false", "0"})

#: What can be wrong with a list, in Indonesian and English.
TEXTS = {
    **nip.TEXTS,
    "bukan_utf8": ("Simpan berkas ini sebagai CSV UTF-8.", "Save this file as CSV in UTF-8."),
    "bukan_csv": ("Baris ini bukan CSV yang sah.", "This line is not valid CSV."),
    "kolom_kurang": ('Tambahkan kolom "{column}".', 'Add the column "{column}".'),
    "kolom_ganda": ('Kolom "{column}" tertulis dua kali.', 'The column "{column}" stands there twice.'),
    "kolom_tidak_dikenal": (
        'Kolom "{column}" tidak dikenal.{maybe}',
        'The column "{column}" is not known.{maybe}',
    ),
    "jumlah_kolom": (
        "Baris ini berisi {found} kolom, judulnya {wanted}.",
        "This line has {found} columns, the heading {wanted}.",
    ),
    "isi_kosong": ('Isi "{column}".', 'Fill in "{column}".'),
    "nip_ganda": ("NIP {nip} sudah ada di baris {line}.", "The NIP {nip} stands in line {line} already."),
    "nip_daerah_lain": ("NIP {nip} terdaftar di daerah lain.", "The NIP {nip} belongs to another region."),
    "unit_lain_nama": (
        'Unit {code} bernama "{other}" di baris lain.',
        'The unit {code} is called "{other}" in another line.',
    ),
    "unit_lain_zona": (
        'Unit {code} memakai zona "{other}" di baris lain.',
        'The unit {code} has the zone "{other}" in another line.',
    ),
    "atasan_tidak_ada": (
        "Tidak ada orang dengan NIP atasan {nip}, di daftar ini atau yang sudah terdaftar.",
        "Nobody has the superior's NIP {nip}, neither in this list nor registered before.",
    ),
    "atasan_melingkar": (
        "Atasan melingkar: {circle}. Seseorang tidak boleh menjadi atasan bagi dirinya sendiri.",
        "Superiors go round in a circle: {circle}. Nobody may be their own superior.",
    ),
    "peran_tidak_dikenal": (
        'Peran "{role}" bukan jabatan di daerah ini.{maybe}',
        'The role "{role}" is no office of this region.{maybe}',
    ),
    "bukan_angka": (
        'Tulis "{column}" sebagai angka; yang tertulis: {value}.',
        'Write "{column}" as a number, not {value}.',
    ),
    "bukan_tanggal": (
        'Tulis "{column}" sebagai tanggal, misalnya 2026-07-14.',
        'Write "{column}" as a date, such as 2026-07-14.',
    ),
    "bukan_surel": (
        'Tulis "{column}" seperti nama@dinas.example; yang tertulis: {value}.',
        'Write "{column}" like name@office.example, not {value}.',
    ),
    "bukan_ya_tidak": ('Tulis "{column}" dengan ya atau tidak.', 'Write "{column}" as yes or no.'),
    "bukan_pilihan": (
        'Pilih "{column}" dari: {options}. Yang tertulis: {value}.{maybe}',
        'Choose "{column}" from: {options}. What stands here: {value}.{maybe}',
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """Something wrong in a line of the list."""

    line: int
    code: str
    params: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def text(self, language: str) -> str:
        maybe = did_you_mean(self.params.get("maybe_id"), language)
        return TEXTS[self.code][language == "en"].format_map({**self.params, "maybe": maybe})


class Mistaken(Exception):
    """A list that cannot be taken over; carries everything that is wrong with it, by line."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = sorted(mistakes)
        super().__init__("\n".join(f"{m.line}: {m.code}" for m in self.mistakes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One person of a list, checked. ``profile`` is as the database keeps it: numbers and dates as text."""

    line: int
    nip: str
    name: str
    unit: str
    unit_name: str
    #: The unit's own zone; empty for the region's, ``None`` where the list has no such column.
    unit_zone: str | None
    superior: str
    offices: tuple[str, ...]
    active: bool
    profile: Mapping[str, Any]
    #: Nothing where the list does not speak of addresses, empty where somebody has none.
    mail: str | None


# --- reading ----------------------------------------------------------------------------------------------------------


def read_csv(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """The lines of a CSV file by column, with their numbers. Separated by commas or semicolons. Raises ``Mistaken``."""
    try:
        whole = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Mistaken([Mistake(content.count(b"\n", 0, error.start) + 1, "bukan_utf8")]) from None
    heading = whole.partition("\n")[0]
    reader = csv.reader(
        io.StringIO(whole), delimiter=";" if heading.count(";") > heading.count(",") else ",", strict=True
    )
    lines: list[tuple[int, list[str]]] = []
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error:
        raise Mistaken([Mistake(reader.line_num, "bukan_csv")]) from None
    return _by_column(lines)


def _by_column(lines: list[tuple[int, list[str]]]) -> list[tuple[int, dict[str, str]]]:
    names = [cell.strip().lower() for cell in lines[0][1]] if lines else []
    mistakes = [Mistake(1, "kolom_kurang", {"column": name}) for name in NEEDED if name not in names]
    mistakes += [
        Mistake(1, "kolom_ganda", {"column": name}) for name in sorted({n for n in names if names.count(n) > 1})
    ]
    params = {"wanted": len(names)}
    mistakes += [Mistake(n, "jumlah_kolom", {**params, "found": len(c)}) for n, c in lines[1:] if len(c) != len(names)]
    if mistakes:
        raise Mistaken(mistakes)
    return [(number, dict(zip(names, map(str.strip, cells), strict=True))) for number, cells in lines[1:]]


def checked(lines: Iterable[tuple[int, Mapping[str, str]]], process: Process, known: Known) -> list[Entry]:
    """The people in *lines*. Raises ``Mistaken`` with everything that is wrong, alone and together."""
    lines = list(lines)
    mistakes = list(_unknown_columns(lines, process))
    for number, cells in lines:
        mistakes += (Mistake(number, code, params) for code, params in _wrong(cells, process))
    mistakes += _together(lines, known)
    if mistakes:
        raise Mistaken(mistakes)
    return [_entry(number, cells, process) for number, cells in lines]


def _unknown_columns(lines: Iterable[tuple[int, Mapping[str, str]]], process: Process) -> Iterator[Mistake]:
    known = [*OWN, *(name for name in process.words.profile if name not in DERIVED)]
    names = dict.fromkeys(name for _, cells in lines for name in cells)
    for name in names:
        if name not in known:
            yield Mistake(1, "kolom_tidak_dikenal", {"column": name, "maybe_id": _near(name, known)})


def _near(word: str, known: Iterable[str]) -> str | None:
    return next(iter(get_close_matches(word, list(known), 1)), None)


def _wrong(cells: Mapping[str, str], process: Process) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is wrong with one line alone."""
    yield from (("isi_kosong", {"column": name}) for name in NEEDED if not cells.get(name))
    if cells.get("nip"):
        yield from nip.mistakes(cells["nip"], cells.get("jenis_kelamin"))
    offices = offices_of(process)
    for role in _offices(cells):
        if role not in offices:
            yield "peran_tidak_dikenal", {"role": role, "maybe_id": _near(role, offices)}
    for name, text in cells.items():
        if name in process.words.profile and name not in DERIVED and text:
            yield from _wrong_value(process, name, text)
    zone = cells.get("zona", "")
    if zone.upper() not in ("", *ZONES):
        listed = ", ".join(ZONES)
        yield "bukan_pilihan", {"column": "zona", "options": listed, "value": zone, "maybe_id": None}
    if cells.get("aktif", "").lower() not in YES | NO | {""}:
        yield "bukan_ya_tidak", {"column": "aktif"}
    if cells.get("surel") and not is_address(cells["surel"]):
        yield "bukan_surel", {"column": "surel", "value": cells["surel"][:80]}


def _wrong_value(process: Process, name: str, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    kind = process.words.profile[name].type
    options = process.words.choices[kind].options if kind in process.words.choices else {}
    if kind == "number" and _number(text) is None:
        yield "bukan_angka", {"column": name, "value": text}
    elif kind == "boolean" and text.lower() not in YES | NO:
        yield "bukan_ya_tidak", {"column": name}
    elif kind == "date" and not _is_day(text):
        yield "bukan_tanggal", {"column": name}
    elif options and text not in options:
        listed = ", ".join(options)
        yield "bukan_pilihan", {"column": name, "options": listed, "value": text, "maybe_id": _near(text, options)}


def offices_of(process: Process) -> dict[str, str]:
    """The roles that are held by office, and whether for the ``unit`` or the ``region``."""
    roles = process.words.roles.values()
    return {role.id: role.is_.removesuffix(" office") for role in roles if role.is_.endswith(" office")}


def _offices(cells: Mapping[str, str]) -> list[str]:
    return [role.strip() for role in cells.get("peran", "").split(";") if role.strip()]


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _entry(number: int, cells: Mapping[str, str], process: Process) -> Entry:
    known = process.words.profile
    profile = {name: _stored(known[name].type, text) for name, text in cells.items() if name in known and text}
    derived = {name: cells[column] for name, column in DERIVED.items() if name in known}
    return Entry(
        line=number,
        nip=nip.plain(cells["nip"]),
        name=cells["nama"],
        unit=cells["unit_kode"],
        unit_name=cells["unit"],
        unit_zone=ZONES.get(cells["zona"].upper(), "") if "zona" in cells else None,
        superior=nip.plain(cells.get("atasan_nip", "")),
        offices=tuple(dict.fromkeys(_offices(cells))),
        active=cells.get("aktif", "").lower() not in NO,
        profile={**profile, **derived, "nip": nip.plain(cells["nip"])},
        mail=cells.get("surel"),
    )


def _stored(kind: str, text: str) -> Any:
    if kind == "number":
        return str(_number(text))
    return text.lower() in YES if kind == "boolean" else text


# --- together ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Who is registered already: the region by NIP, and in *region* the superior's NIP."""

    region: str
    regions: Mapping[str, str]
    superiors: Mapping[str, str]


def known_in(rows: Connection, region: str) -> Known:
    """Who is registered now."""
    people = rows.execute(select(Person.id, Person.nip, Person.region_id, Person.superior_id)).all()
    nips = {person.id: person.nip for person in people}
    return Known(
        region=region,
        regions={person.nip: person.region_id for person in people},
        superiors={p.nip: nips.get(p.superior_id or "", "") for p in people if p.region_id == region},
    )


class Overtaken(Exception):
    """Since the list was checked, somebody else has registered people."""


def hold(rows: Connection, known: Known) -> None:
    """Until this transaction ends nobody else takes over a list. Raises ``Overtaken`` if *known* is out of date."""
    # SQLite has one writer.
    if rows.dialect.name != "sqlite":
        _ALONE.first(rows, {"number": LIST})
    if known_in(rows, known.region) != known:
        raise Overtaken


def _together(lines: list[tuple[int, Mapping[str, str]]], known: Known) -> Iterator[Mistake]:
    """What is wrong between lines, and with what is registered already."""
    first: dict[str, int] = {}
    units: dict[str, str] = {}
    zones: dict[str, str] = {}
    for number, cells in lines:
        digits, unit = nip.plain(cells.get("nip", "")), cells.get("unit_kode", "")
        if first.setdefault(digits, number) != number:
            yield Mistake(number, "nip_ganda", {"nip": digits, "line": first[digits]})
        if known.regions.get(digits, known.region) != known.region:
            yield Mistake(number, "nip_daerah_lain", {"nip": digits})
        if units.setdefault(unit, cells.get("unit", "")) != cells.get("unit", ""):
            yield Mistake(number, "unit_lain_nama", {"code": unit, "other": units[unit]})
        if zones.setdefault(unit, cells.get("zona", "").upper()) != cells.get("zona", "").upper():
            yield Mistake(number, "unit_lain_zona", {"code": unit, "other": zones[unit]})
    yield from _superiors(lines, known)


def _superiors(lines: list[tuple[int, Mapping[str, str]]], known: Known) -> Iterator[Mistake]:
    above = dict(known.superiors)
    above |= {nip.plain(cells.get("nip", "")): nip.plain(cells.get("atasan_nip", "")) for _, cells in lines}
    told: set[str] = set()
    for number, cells in lines:
        digits, superior = (nip.plain(cells.get(name, "")) for name in ("nip", "atasan_nip"))
        if superior and superior not in above:
            yield Mistake(number, "atasan_tidak_ada", {"nip": superior})
        circle = _circle(digits, above)
        if circle and not told & set(circle):
            told |= set(circle)
            yield Mistake(number, "atasan_melingkar", {"circle": " → ".join([*circle, circle[0]])})


def _circle(start: str, above: Mapping[str, str]) -> list[str]:
    """The circle of superiors that *start* is part of; empty without one."""
    seen = [start]
    while (superior := above.get(seen[-1], "")) and superior not in seen:
        seen.append(superior)
    return seen if superior == start else []


# --- taking over ------------------------------------------------------------------------------------------------------


def new_in(entries: Iterable[Entry], known: Known) -> list[str]:
    """The NIPs of those among *entries* who are not registered yet."""
    return [entry.nip for entry in entries if entry.nip not in known.regions]


def take_over(
    rows: Connection, region: str, process: Process, entries: Iterable[Entry], hashes: Mapping[str, str]
) -> None:
    """Registers *entries* in *region*, or brings up to date who is registered; *rows* is a writing transaction.

    People that are not in the list stay as they are. New people get the password whose hash stands in *hashes* by NIP;
    without one they cannot sign in yet.
    """
    entries = list(entries)
    ids = {found.nip: found.id for found in rows.execute(select(Person.nip, Person.id))}
    _take_units(rows, region, entries)
    for entry in entries:
        row = {**_row(entry), "region_id": region}
        if entry.nip in ids:
            rows.execute(update(Person).where(Person.id == ids[entry.nip]).values(**row))
        else:
            ids[entry.nip] = str(uuid.uuid4())
            kept = hashes.get(entry.nip, "")
            rows.execute(insert(Person).values(**row, id=ids[entry.nip], password_hash=kept, language="id"))
    for entry in entries:
        _tie(rows, region, process, entry, ids)
    directory.keep(rows, region, [(ids[entry.nip], entry.name, entry.nip) for entry in entries])


def is_registered(rows: Connection, region: str) -> bool:
    return rows.execute(select(Region.id).where(Region.id == region)).first() is not None


def keep_region(rows: Connection, region: str, title: str, zone: str) -> None:
    """Registers a region, or changes its name and zone."""
    if is_registered(rows, region):
        rows.execute(update(Region).where(Region.id == region).values(title=title, zone=zone))
    else:
        rows.execute(insert(Region).values(id=region, title=title, zone=zone))


def _take_units(rows: Connection, region: str, entries: list[Entry]) -> None:
    known = {code for (code,) in rows.execute(select(Unit.code).where(Unit.region_id == region))}
    for code, entry in {entry.unit: entry for entry in entries}.items():
        zone = {} if entry.unit_zone is None else {"zone": entry.unit_zone or None}
        if code in known:
            rows.execute(
                update(Unit).where(Unit.region_id == region, Unit.code == code).values(name=entry.unit_name, **zone)
            )
        else:
            rows.execute(insert(Unit).values(region_id=region, code=code, name=entry.unit_name, **zone))


def _row(entry: Entry) -> dict[str, Any]:
    profile = json.dumps(dict(entry.profile), ensure_ascii=False)
    row = {"nip": entry.nip, "name": entry.name, "unit_code": entry.unit, "active": entry.active, "profile": profile}
    return row if entry.mail is None else {**row, "email": entry.mail or None}


def _tie(rows: Connection, region: str, process: Process, entry: Entry, ids: Mapping[str, str]) -> None:
    """Sets the superior and the offices; those of before are gone."""
    person, reach = ids[entry.nip], offices_of(process)
    rows.execute(update(Person).where(Person.id == person).values(superior_id=ids.get(entry.superior)))
    rows.execute(delete(Office).where(Office.person_id == person))
    for role in entry.offices:
        unit = entry.unit if reach[role] == "unit" else ""
        rows.execute(insert(Office).values(region_id=region, role=role, person_id=person, unit_code=unit))
