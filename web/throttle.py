"""Guessing and flooding are slowed, never locked out: the right password from elsewhere works while somebody guesses.

Counted in the database, so for all processes together, and kept over a restart. A try is counted before it is
verified, so that many at once gain nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, Integer, bindparam, delete, select, text, update

from web import clock
from web.database import reading, writing
from web.tables import Instant, Throttle

# One statement, which locks the row: between two, whoever was right could have deleted it. Of many tries at once each
# sees the others.
_TAKE = (
    text(
        "INSERT INTO throttle (subject, since, tries) VALUES (:subject, :now, 0)"
        " ON CONFLICT (subject) DO UPDATE SET tries = throttle.tries RETURNING since, tries"
    )
    .bindparams(bindparam("now", type_=Instant()))
    .columns(since=Instant(), tries=Integer())
)

_KEPT: Any = Throttle.__table__

#: Failed tries are forgotten when none has come for so long.
WINDOW = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Rule:
    """So many tries are free; after each further one there is a wait that doubles, up to ``longest``."""

    free: int
    first: timedelta
    longest: timedelta

    def wait(self, tries: int) -> timedelta:
        if tries < self.free:
            return timedelta()
        return min(self.first * 2 ** min(tries - self.free, 20), self.longest)


#: One account from one network: somebody who has forgotten, or who guesses.
ACCOUNT_THERE = Rule(5, timedelta(seconds=15), timedelta(minutes=15))
#: One network: an office where many sign in at eight o'clock, or somebody who tries one password on many accounts.
NETWORK = Rule(60, timedelta(seconds=5), timedelta(minutes=15))
#: One account from everywhere: a short wait only, or guessing would keep its owner out.
ACCOUNT = Rule(40, timedelta(seconds=2), timedelta(seconds=2))
#: Codes of the public that were wrong, from one network.
CODES = Rule(20, timedelta(seconds=5), timedelta(minutes=15))
#: Reports from one network, such as a village office; and with one service code.
REPORTS_THERE = Rule(10, timedelta(seconds=30), timedelta(minutes=15))
#: Reports from everywhere: more than people write in half an hour, and few enough to be read.
REPORTS = Rule(600, timedelta(seconds=1), timedelta(seconds=1))


class TooMany(Exception):
    """The next try is verified after ``seconds``."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"wait {seconds} s")


class Counted(Protocol):
    """Something of which only so much is taken."""

    def subjects(self) -> list[tuple[str, Rule]]:
        """What is counted, the narrowest first: whoever is stopped by it is not counted in the wider ones."""


@dataclass(frozen=True, slots=True)
class Try:
    """One try to sign in to *account* from *network*; their names are kept as keyed hashes."""

    account: str
    network: str
    key: bytes

    def subjects(self) -> list[tuple[str, Rule]]:
        """What is counted, the narrowest first: whoever is stopped by it is not counted in the wider ones."""
        return [
            (self._name("here", self.account, self.network), ACCOUNT_THERE),
            (self._name("network", self.network), NETWORK),
            (self._name("account", self.account), ACCOUNT),
        ]

    def _name(self, *parts: str) -> str:
        return _hashed(self.key, *parts)


@dataclass(frozen=True, slots=True)
class Handed:
    """Something that comes without an account from *network*: a *report*, or a code that is tried.

    A network's name is kept as a keyed hash that is another one every day.
    """

    network: str
    today: date
    key: bytes
    report: bool = False
    code: str = ""

    def subjects(self) -> list[tuple[str, Rule]]:
        here = _hashed(self.key, "public", str(self.report), self.network, self.today.isoformat())
        if not self.report:
            return [(here, CODES)]
        own = [(_hashed(self.key, "code", self.code), REPORTS_THERE)] if self.code else []
        return [*own, (here, REPORTS_THERE), (_hashed(self.key, "reports"), REPORTS)]


def _hashed(key: bytes, *parts: str) -> str:
    return hmac.new(key, "\n".join(parts).encode(errors="replace"), hashlib.sha256).hexdigest()


def count(attempt: Counted) -> None:
    """Counts *attempt*, or raises ``TooMany`` without counting it."""
    now = clock.wall()
    _look(attempt, now)
    with writing() as rows:
        # What another holds is left to it: nobody waits for a row that they do not need.
        old = select(_KEPT.c.subject).where(_KEPT.c.since < now - WINDOW).with_for_update(skip_locked=True)
        rows.execute(delete(Throttle).where(Throttle.subject.in_(old)))
        for subject, rule in attempt.subjects():
            row = rows.execute(_TAKE, {"subject": subject, "now": now}).one()
            _check(rule, row, now)
            rows.execute(update(_KEPT).where(_KEPT.c.subject == subject).values(tries=row.tries + 1, since=now))


def _look(attempt: Counted, now: datetime) -> None:
    """Turns away what would be refused anyway, before it waits for its turn to write: a flood costs a look."""
    rules = dict(attempt.subjects())
    for row in reading().execute(select(_KEPT).where(_KEPT.c.subject.in_(rules))):
        _check(rules[row.subject], row, now)


def forgive(attempt: Counted) -> None:
    """*attempt* was right: the counts are as before."""
    with writing() as rows:
        for subject, _ in attempt.subjects():
            _take_back(rows, subject)


def forget(attempt: Try) -> None:
    """*attempt* was right: the account's tries are forgotten, and the network's count is as before."""
    here, network, account = (subject for subject, _ in attempt.subjects())
    with writing() as rows:
        # In the order in which they are counted, so that two never wait for each other.
        rows.execute(delete(Throttle).where(Throttle.subject == here))
        _take_back(rows, network)
        rows.execute(delete(Throttle).where(Throttle.subject == account))


def _take_back(rows: Connection, subject: str) -> None:
    rows.execute(update(Throttle).where(Throttle.subject == subject).values(tries=Throttle.tries - 1))
    rows.execute(delete(Throttle).where(Throttle.subject == subject, Throttle.tries < 1))


def _check(rule: Rule, row: Any, now: datetime) -> None:
    wait = rule.wait(row.tries)
    left = row.since + wait - now
    # Of two that come at once, the one counted first may have looked at the clock last.
    if wait and left > timedelta():
        raise TooMany(math.ceil(left.total_seconds()))
