"""One-time keys: a form that is sent twice is answered as the first time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from engine.jsontext import dumped, loaded
from web.statements import Reply, Statement

_SEEN = Statement("select body_hash, answer from one_time_key where key_hash = :key")
_REMEMBER = Statement("""
insert into one_time_key (key_hash, body_hash, answer, used_on) values (:key, :body, :answer, :day)
""")
_FORGET = Statement("""
delete from one_time_key where key_hash in (select key_hash from one_time_key where used_on < :before limit :n)
""")
_TURN = Statement("select pg_advisory_xact_lock(:number) as turn")
#: For so many whole days after the day of its use a key is known at least.
KEY_DAYS = 2
#: How many keys one transaction forgets.
FORGOTTEN = 1000


class Conflict(Exception):
    """The same one-time key came with another body."""


class Keys:
    """The keys of one service. ``secret`` keys their hashes, so that the database alone links nothing."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def hashed(self, subject: str) -> str:
        """*subject* as the database knows it: by a hash that the database alone cannot make."""
        return hashlib.blake2b(subject.encode(), key=self._secret, digest_size=32).hexdigest()

    def look(self, rows: Connection, digest: str) -> Reply:
        """Asks for what ``seen`` is to know of this key."""
        return _SEEN.ask(rows, {"key": digest})

    def seen(self, found: Reply, body: str) -> dict[str, Any] | None:
        """What was answered to a key, if it came before. Raises ``Conflict`` where the body is another."""
        row = found.first()
        if row is None:
            return None
        if row.body_hash != body:
            raise Conflict
        answer: dict[str, Any] = loaded(row.answer)
        return answer

    def remember(
        self, rows: Connection, digest: str, body: str, answer: Mapping[str, Any], now: datetime, *, dated: bool
    ) -> None:
        """What this key is answered from now on. Without a date of its own it is kept as one of the month's last day.

        The answer leads to a line of the journal: a key with its day would tell when somebody answered anonymously.
        """
        used = now.date() if dated else last_of_month(now.date())
        _REMEMBER.send(rows, {"key": digest, "body": body, "answer": dumped(answer), "day": used.isoformat()})

    def forget(self, rows: Connection, now: datetime) -> int:
        """Forget keys that nobody sends again, at most ``FORGOTTEN`` in this transaction; how many it were.

        A key is known for ``KEY_DAYS`` whole days after the day it was used.
        """
        before = now.date() - timedelta(days=KEY_DAYS)
        return _FORGET.change(rows, {"before": before.isoformat(), "n": FORGOTTEN})

    def take_turn(self, rows: Connection, digest: str) -> None:
        """Whoever sends the same key meanwhile waits until this transaction ends: for keys that no case's lock holds.

        SQLite has one writer at a time already.
        """
        if rows.dialect.name != "sqlite":
            _TURN.first(rows, {"number": int(digest[:15], 16)})


def last_of_month(day: date) -> date:
    """The last day of the month of *day*."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
