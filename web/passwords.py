"""Passwords: kept as argon2id, verified in about the same time whether the account exists or not."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from threading import BoundedSemaphore, Lock
from time import monotonic

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import Flask, current_app

#: In bytes. Hashing ten megabytes takes a tenth of a second of everybody's time.
LONGEST = 256
#: Each verification takes 19 MiB; more at once than cores gains nothing.
_VERIFYING = BoundedSemaphore(2)
#: Who verifies or waits for it. Whoever comes beyond is asked to come again: the threads are needed for others too.
_PLACES = 4
_ADMITTED = BoundedSemaphore(_PLACES)
#: Whoever is put off comes so many seconds after the one before, at least; where sign-ins take longer, by so much of
#: what they take: somewhat sooner than a place is free, so that none is ever empty.
_PACE, _SOONER = 0.03, 0.75
#: Of so many sign-ins it is remembered how long they took. Nobody is asked to wait for more seconds than ``_MOST``.
_REMEMBERED, _MOST = 20, 30
#: Letters and digits that nobody confuses when reading them out.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class Crowded(Exception):
    """Too many sign in at this moment: ``seconds`` until it is the turn of whoever is put off now."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Turns:
    """When those who were put off come again: one after the other.

    All would come at once otherwise, again and again, and to put them off would take the time that sign-ins need. Each
    process counts its own; whoever finds no place in their turn gets another.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._last = 0.0
        self._taken = 0.0

    def done(self, seconds: float) -> None:
        """Somebody had a place for *seconds*: that says how fast it goes while all places are taken."""
        with self._lock:
            self._taken += (seconds - self._taken) / _REMEMBERED

    def next(self, now: float) -> int:
        """How many whole seconds after *now* the next turn is, at least one."""
        with self._lock:
            pace = max(_PACE, _SOONER * self._taken / _PLACES)
            self._last = min(max(self._last, now) + pace, now + _MOST)
            return ceil(self._last - now)


_TURNS = Turns()


@contextmanager
def admitted() -> Iterator[None]:
    """A place among those who sign in now. Raises ``Crowded``, at once, where there is none."""
    if not _ADMITTED.acquire(blocking=False):
        raise Crowded(_TURNS.next(monotonic()))
    began = monotonic()
    try:
        yield
    finally:
        _TURNS.done(monotonic() - began)
        _ADMITTED.release()


class Passwords:
    """Hashes with one set of parameters, and the hash of nobody's password, against which unknown names are tried."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        self._nobody = hasher.hash(secrets.token_hex())

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def match(self, kept: str | None, password: str) -> bool:
        """Whether *password* is the one kept; never for nobody (``None`` or empty), in the same time."""
        if len(password.encode(errors="replace")) > LONGEST:
            return False
        with _VERIFYING:
            try:
                return self._hasher.verify(kept or self._nobody, password) and bool(kept)
            except (VerificationError, InvalidHashError):
                return False

    def outdated(self, kept: str) -> bool:
        """Whether *kept* was made with other parameters than are used now."""
        return self._hasher.check_needs_rehash(kept)


def init_app(app: Flask) -> None:
    app.extensions["passwords"] = Passwords(PasswordHasher.from_parameters(app.extensions["settings"].argon2))


def passwords() -> Passwords:
    found: Passwords = current_app.extensions["passwords"]
    return found


def generated() -> str:
    """A password to hand over: four groups of four letters or digits, 79 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
