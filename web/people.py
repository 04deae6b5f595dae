"""People: who they are, and how they are known when they sign in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, select, update

from engine.jsontext import loaded
from web.database import reading, writing
from web.passwords import passwords
from web.tables import Person as Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of a region. ``profile`` holds the vocabulary's profile fields."""

    id: str
    region: str
    unit: str
    nip: str
    name: str
    superior: str | None
    active: bool
    language: str
    profile: Mapping[str, Any] = field(default_factory=dict)


def people(ids: Iterable[str]) -> dict[str, Person]:
    """The people with these ids, by id; ids of nobody are left out."""
    return {row.id: _record(row) for row in _rows(Row.id.in_(set(ids)))}


def peers(person_id: str) -> list[Person]:
    """The active people of the same unit under the same superior, except the person themselves, by name."""
    me = _one(person_id)
    same = (Row.region_id == me.region_id, Row.unit_code == me.unit_code, Row.superior_id == me.superior_id)
    found = (_record(row) for row in _rows(*same, Row.id != me.id, Row.active.is_(True)))
    return sorted(found, key=lambda peer: peer.name)


def by_nip(nip: str) -> Person | None:
    """The person with this NIP, written with or without spaces."""
    row = next(_rows(Row.nip == "".join(nip.split())), None)
    return _record(row) if row else None


def authenticated(nip: str, password: str) -> Person | None:
    """Whoever signs in with this NIP and password; nobody else, in the same time. A hash of old is made anew."""
    row = next(_rows(Row.nip == "".join(nip.split()), Row.active.is_(True)), None)
    kept = row.password_hash if row else None
    if not passwords().match(kept, password) or row is None or kept is None:
        return None
    found = _record(row)
    if passwords().outdated(kept):
        set_password(found.id, password)
    return found


def set_password(person_id: str, password: str) -> None:
    kept = passwords().hash(password)
    with writing() as rows:
        rows.execute(update(Row).where(Row.id == person_id).values(password_hash=kept))


def set_language(person_id: str, language: str) -> None:
    with writing() as rows:
        rows.execute(update(Row).where(Row.id == person_id).values(language=language))


#: A mail address as mail servers agree on it: no quoting, no comments, nothing that could be another header.
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_LONGEST = 254


def is_address(text: str) -> bool:
    """Whether letters can be sent to *text*."""
    local = text.partition("@")[0]
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    return len(text) <= _LONGEST and not dots and bool(_ADDRESS.fullmatch(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Where somebody's letters go, if an address is known, and whether they want any."""

    address: str | None
    wanted: bool


def mail_of(person_id: str) -> Mail:
    row = _one(person_id)
    return Mail(address=row.email, wanted=row.wants_mail)


def set_wants_mail(person_id: str, wanted: bool) -> None:
    with writing() as rows:
        rows.execute(update(Row).where(Row.id == person_id).values(wants_mail=wanted))


def _one(person_id: str) -> Any:
    return reading().execute(select(Row.__table__).where(Row.id == person_id)).one()


def _rows(*conditions: ColumnElement[bool]) -> Iterator[Any]:
    yield from reading().execute(select(Row.__table__).where(*conditions))


def _record(row: Any) -> Person:
    return Person(
        id=row.id,
        region=row.region_id,
        unit=row.unit_code,
        nip=row.nip,
        name=row.name,
        superior=row.superior_id,
        active=row.active,
        language=row.language,
        profile=loaded(row.profile),
    )
