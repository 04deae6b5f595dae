"""What was asked of a service and how it answered, and whether its database agrees.

A history is one JSON object a line: what was sent (``op``, ``person``, ``case``, ``key``), from when to when, and the
outcome: ``ok`` was acknowledged, ``fail`` was refused, ``unknown`` had no answer, or one that promises nothing. After
the faults, ``problems`` compares it with what is stored.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from flask import Flask, current_app
from sqlalchemy import text

from engine.journal import fold
from web.chain import PARTS, chained
from web.database import forget, reading
from web.held import Held
from web.statements import instant, stamp
from web.store import store
from web.tables import db

Outcome = Literal["ok", "fail", "unknown"]
#: Events of a journal that somebody's submit makes; each has come under a key of its own.
SUBMITTED = ("moved", "answered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One submit: by whom, of which case, under which one-time key, and how it ended."""

    op: str
    person: str
    case: str
    key: str
    start: float
    end: float
    outcome: Outcome


@dataclass(slots=True)
class Attempt:
    """A submit under way: unknown until it is answered."""

    outcome: Outcome = "unknown"

    def answered(self, status: int) -> None:
        """A redirect acknowledges; what was refused must not be there; after a 5xx either may be so."""
        self.outcome = "ok" if 200 <= status < 400 else "fail" if status < 500 else "unknown"


class Recorder:
    """Keeps a history in *file*, from any thread, line by line."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = Lock()

    @contextmanager
    def doing(self, op: str, *, person: str, case: str, key: str) -> Iterator[Attempt]:
        """One submit. However its block ends, it is kept."""
        attempt, start = Attempt(), time.time()
        try:
            yield attempt
        finally:
            facts = {"op": op, "person": person, "case": case, "key": key, "outcome": attempt.outcome}
            self.keep(Operation(**facts, start=start, end=time.time()))

    def keep(self, operation: Operation) -> None:
        with self._lock, self._file.open("a", encoding="utf-8") as opened:
            opened.write(json.dumps(asdict(operation)) + "\n")


def read(file: Path) -> list[Operation]:
    """The history in *file*."""
    return [Operation(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def problems(app: Flask, operations: Sequence[Operation], cases: Iterable[str] | None = None) -> list[str]:
    """What the database of *app* holds otherwise than it should; nothing where every promise was kept.

    Every acknowledged submit is there exactly once, every refused one not at all, every other at most once; each of
    *cases* (all of them if not said) is whole: its journal without gaps, its chain right, the case equal to what its
    journal makes of it; and the database is sound.
    """
    with app.app_context():
        try:
            known = reading().execute(text("select id from appraisal order by id")).scalars().all()
            found = [*_unsound(app), *_misremembered(operations)]
            for case in known if cases is None else cases:
                found += _torn(case)
            return found
        finally:
            forget()


def counted(operations: Iterable[Operation]) -> dict[Outcome, int]:
    """How many submits, by their keys, ended how."""
    counts: dict[Outcome, int] = {"ok": 0, "fail": 0, "unknown": 0}
    for outcome in _outcomes(operations).values():
        counts[outcome] += 1
    return counts


# --- the submits ------------------------------------------------------------------------------------------------------


def _outcomes(operations: Iterable[Operation]) -> dict[tuple[str, str, str], Outcome]:
    """How each submit ended, however often it was sent: acknowledged once is acknowledged."""
    by_key: dict[tuple[str, str, str], set[Outcome]] = defaultdict(set)
    for one in operations:
        by_key[(one.case, one.person, one.key)].add(one.outcome)
    return {
        key: "ok" if "ok" in outcomes else "fail" if outcomes == {"fail"} else "unknown"
        for key, outcomes in by_key.items()
    }


def _misremembered(operations: Sequence[Operation]) -> Iterator[str]:
    numbers: dict[str, str] = {}
    for (case, person, key), outcome in _outcomes(operations).items():
        row = (
            reading()
            .execute(
                text("select answer from one_time_key where key_hash = :k"),
                {"k": store().keys.hashed(f"{person}:{case}:{key}")},
            )
            .first()
        )
        if row is None:
            if outcome == "ok":
                yield f"{case}: acknowledged and lost: {key}"
            continue
        answer = json.loads(row.answer)
        if outcome == "fail":
            yield f"{case}: refused and yet there: {key}"
        if answer["case_id"] != case:
            yield f"{case}: the key {key} leads to {answer['case_id']}"
        if numbers.setdefault(answer["number"], key) != key:
            yield f"{case}: two submits have the number {answer['number']}"
        if not _has_line(case, int(answer["number"].rpartition("-")[2])):
            yield f"{case}: remembered and not in the journal: {answer['number']}"


def _has_line(case: str, seq: int) -> bool:
    line = text("select 1 from journal where case_id = :c and seq = :s")
    return reading().execute(line, {"c": case, "s": seq}).first() is not None


# --- the cases --------------------------------------------------------------------------------------------------------


def _torn(case_id: str) -> Iterator[str]:
    held = store().held_by_public(reading(), case_id)
    lines = reading().execute(text("select * from journal where case_id = :c order by seq"), {"c": case_id}).all()
    if [line.seq for line in lines] != list(range(1, held.case.version + 1)):
        yield f"{case_id}: version {held.case.version}, journal {[line.seq for line in lines]}"
        return
    if _head(lines) != held.head:
        yield f"{case_id}: the journal's chain is broken"
        return
    if fold(held.process, case_id, store().journal(reading(), held)) != held.case:
        yield f"{case_id}: the case is not what its journal makes"
    yield from _unaccounted(held, lines)


def _head(lines: Iterable[Any]) -> str:
    """The last link of a journal, made anew from its lines; nothing where a link is not the one that is stored."""
    link, key = "", current_app.extensions["settings"].derived("audit")
    for line in lines:
        known: Mapping[str, Any] = {**line._mapping, "case": line.case_id, "person": line.person_id}
        link = chained(key, link, {**{part: known[part] for part in PARTS}, "at": stamp(instant(line.at))})
        if link != line.chain:
            return ""
    return link


def _unaccounted(held: Held, lines: Sequence[Any]) -> Iterator[str]:
    """Every submit has its key, every key its submit, and every visit of a stage but the first its job."""
    submits = [line for line in lines if line.event in SUBMITTED and line.role != held.process.system]
    keys = text("select count(*) from one_time_key where answer like :c")
    counted_keys = reading().execute(keys, {"c": f'%"{held.case.id}"%'}).scalar_one()
    if counted_keys != len(submits):
        yield f"{held.case.id}: {len(submits)} submits in the journal, {counted_keys} keys"
    jobs = text("select count(*) from job where kind = 'entered' and dedup_key like :c")
    told = reading().execute(jobs, {"c": f"entered:{held.case.id}:%"}).scalar_one()
    if told not in (held.case.entry, held.case.entry - 1):
        yield f"{held.case.id}: {held.case.entry} stages entered, {told} jobs that tell of it"


# --- the database -----------------------------------------------------------------------------------------------------


def _unsound(app: Flask) -> Iterator[str]:
    """What SQLite finds wrong with its own file; PostgreSQL checks its pages and keys itself."""
    address = db.engine.url
    if address.get_backend_name() != "sqlite":
        return
    with sqlite3.connect(f"file:{address.database}", uri=True) as connection:
        for pragma in ("integrity_check", "foreign_key_check"):
            for row in connection.execute(f"PRAGMA {pragma}"):
                if row[0] != "ok":
                    yield f"{pragma}: {row}"
    connection.close()
