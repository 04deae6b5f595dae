"""Who is signed in. A session lives in the database, so that it can be ended; the cookie holds a random token only.

A person who is no longer active is signed out at their next request.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar

from flask import Flask, g, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy import delete, insert

from web import clock
from web.database import reading, writing
from web.security import Signer
from web.statements import Statement
from web.tables import SignIn

#: A session ends with the day after it began. Whole days say nothing about when somebody answered anonymously.
DAYS = 1
#: What a visitor chose before signing in and keeps.
KEPT = ("language",)

# Every page of somebody signed in asks this: one query, in the database's own words.
_FIND = Statement("""
select p.id, p.name, p.nip, p.region_id, r.title as region, r.zone, p.unit_code, p.language,
       exists (select 1 from person q where q.superior_id = p.id) as leads,
       exists (select 1 from office o where o.person_id = p.id) as in_office,
       exists (select 1 from office o where o.person_id = p.id and o.unit_code <> '') as in_unit_office,
       (select count(*) from notice n where n.person_id = p.id and n.read_at is null) as unread
from sign_in s join person p on p.id = s.person_id join region r on r.id = p.region_id
where s.token_hash = :token_hash and s.expires_on >= :today and p.active
""")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person who is signed in, as ``flask_login.current_user`` holds them."""

    id: str
    name: str
    nip: str
    region_id: str
    region: str
    zone: str
    unit_code: str
    language: str
    #: Whether anybody has this person as their superior.
    leads: bool
    #: Whether they hold an office of the region or of a unit, and whether of a unit.
    in_office: bool
    in_unit_office: bool
    #: How many notices they have not read.
    unread: int
    token: str = field(default="", repr=False)

    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    def get_id(self) -> str:
        return self.token


manager = LoginManager()
# It would mark a session by network and browser; a phone changes its network many times a day.
manager.session_protection = None
# That mark is not even worked out, which it would be at every request.
manager._session_identifier_generator = str


def init_app(app: Flask) -> None:
    # Not by `init_app`: that adds a look into the session after every request, also for a style sheet, which then may
    # not be kept by a browser whose cookie changes. We have no "remember me" that would need it.
    app.login_manager = manager  # type: ignore[attr-defined]
    app.session_interface = Cookies(app.extensions["settings"].secret_key)


class Cookies(SecureCookieSessionInterface):
    """Flask's cookies, whose signer is made once, not for each request that reads one and each answer that sets one."""

    def __init__(self, key: str) -> None:
        how = {"key_derivation": self.key_derivation, "digest_method": self.digest_method}
        self._signer = Signer(key, salt=self.salt, signer_kwargs=how)

    def get_signing_serializer(self, app: Flask) -> Signer:
        return self._signer


@manager.user_loader
def find(token: str) -> SignedIn | None:
    """Who holds *token*, if its session has not ended."""
    row = _FIND.first(reading(), {"token_hash": _hash(token), "today": _today().isoformat()})
    return SignedIn(**row._asdict(), token=token) if row else None


def begin(person_id: str) -> None:
    """Signs *person_id* in with a new token; whatever session this browser had is over."""
    before, token, today = session.get("_user_id"), secrets.token_urlsafe(32), _today()
    with writing() as rows:
        rows.execute(delete(SignIn).where(SignIn.expires_on < today))
        rows.execute(delete(SignIn).where(SignIn.token_hash == _hash(before or "")))
        expires = today + timedelta(days=DAYS)
        rows.execute(insert(SignIn).values(token_hash=_hash(token), person_id=person_id, expires_on=expires))
    _renew()
    person = find(token)
    if person is None:
        raise LookupError(f"nobody active has the id {person_id}")
    login_user(person)
    # The empty mark need not travel.
    session.pop("_id", None)


def end() -> None:
    """Signs out: the token is worth nothing from now on, wherever it was copied to."""
    if current_user.is_authenticated:
        with writing() as rows:
            rows.execute(delete(SignIn).where(SignIn.token_hash == _hash(current_user.token)))
        logout_user()
    _renew()


def end_all(person_id: str) -> None:
    """Ends every session of a person, on all devices."""
    with writing() as rows:
        rows.execute(delete(SignIn).where(SignIn.person_id == person_id))


def nobody_unknown() -> None:
    """From here on nobody asks who sent this request: whoever is not known yet is a visitor for the rest of it."""
    if "_login_user" not in g:
        g._login_user = manager.anonymous_user()


def _renew() -> None:
    """Empties the cookie, and with it the token against forged requests."""
    kept: dict[str, Any] = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _today() -> date:
    return clock.wall().date()
