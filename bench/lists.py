"""Lists among many cases: the time that a page's statements take in the database, for people and pages of all kinds.

What is timed is what the product's own functions send: from handing a statement to the driver until its last row.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg
from sqlalchemy import event, text

from bench.crowd import LAST, NOW, TODAY, country, person
from bench.places import Place
from bench.rounds import Wrong
from web import lists
from web.database import disconnect, forget, reading
from web.finding import Desk
from web.lists import Wanted
from web.tables import db

#: So many people, or pages, of each list.
TRIES = 240

Reading = Callable[[], object]


def measured(place: Place, folder: Path, cases: int) -> dict[str, list[float]]:
    """The milliseconds in the database for each page, in order, by list; ``…_whole`` with all that Python does."""
    with country(place, folder, cases), _clock() as spent:
        return {name: found for list_, pages in _lists().items() for name, found in _timed(list_, pages, spent)}


def _timed(name: str, pages: Sequence[Reading], spent: list[float]) -> Iterator[tuple[str, list[float]]]:
    inside, whole, read = [], [], 0
    for page in pages:
        spent.clear()
        start = perf_counter()
        read += bool(page())
        whole.append((perf_counter() - start) * 1000)
        inside.append(sum(spent) * 1000)
        forget()
    if read < len(pages) // 2:
        raise Wrong(f"{name}: most of the pages are empty")
    if not all(inside):
        raise Wrong(f"{name}: a page whose statements nobody saw")
    yield name, sorted(inside)
    yield f"{name}_whole", sorted(whole)


def _lists() -> dict[str, list[Reading]]:
    dice = random.Random(7)
    people = [row.id for row in reading().execute(text("select id from person where superior_id is not null"))]
    leaders = [row.superior_id for row in reading().execute(text(
        "select distinct superior_id from person where superior_id is not null"))]  # fmt: skip
    heads = [r.person_id for r in reading().execute(text("select person_id from office where unit_code <> ''"))]
    admins = [r.person_id for r in reading().execute(text("select person_id from office where unit_code = ''"))]
    middle = [str(row.due_on) for row in reading().execute(text(
        "select distinct due_on from appraisal where due_on is not null"))]  # fmt: skip
    forget()
    words = [*(word[: dice.randint(2, 6)].lower() for word in LAST), "sari", "budi", "198001011000", "maria wij"]

    def office(who: str, **wanted: Any) -> Reading:
        return lambda: lists.cases(reading(), who, Wanted(**wanted), NOW).rows

    def after() -> tuple[str, ...]:
        return (dice.choice(middle), person(dice.randrange(len(people)))) if dice.random() < 0.7 else ()

    def desk(who: str) -> Reading:
        return lambda: Desk(reading(), who).running(TODAY).cases

    def team(who: str) -> Reading:
        return lambda: Desk(reading(), who).team(TODAY).cases

    many = range(TRIES)
    return {
        "inbox": [desk(dice.choice(people)) for _ in many],
        "inbox_of_leaders": [desk(dice.choice(leaders)) for _ in many],
        "inbox_of_offices": [desk(dice.choice([*heads, *admins])) for _ in many],
        "team": [team(dice.choice(leaders)) for _ in many],
        "cases_of_region": [office(dice.choice(admins), after=after()) for _ in many],
        "cases_of_unit": [office(dice.choice(heads), after=after()) for _ in many],
        "overdue_of_region": [office(dice.choice(admins), late=True) for _ in many],
        "overdue_of_unit": [office(dice.choice(heads), late=True) for _ in many],
        "search": [office(dice.choice(admins), words=dice.choice(words)) for _ in many],
    }


@contextmanager
def _clock() -> Iterator[list[float]]:
    """The seconds of each statement that reaches the driver from now on."""
    spent: list[float] = []

    def timed(call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **more: Any) -> Any:
            start = perf_counter()
            try:
                return call(*arguments, **more)
            finally:
                spent.append(perf_counter() - start)

        return run

    class SqliteCursor(sqlite3.Cursor):
        execute = timed(sqlite3.Cursor.execute)
        fetchall = timed(sqlite3.Cursor.fetchall)
        fetchone = timed(sqlite3.Cursor.fetchone)

    class SqliteConnection(sqlite3.Connection):
        def cursor(self, factory: Any = SqliteCursor) -> Any:
            return super().cursor(factory)

        def execute(self, sql: str, parameters: Any = ()) -> Any:
            # The driver's own makes a cursor that is not ours.
            return self.cursor().execute(sql, parameters)

    class PostgresCursor(psycopg.Cursor[Any]):
        execute = timed(psycopg.Cursor.execute)
        fetchall = timed(psycopg.Cursor.fetchall)
        fetchone = timed(psycopg.Cursor.fetchone)

    def connect(dialect: Any, record: Any, arguments: Any, options: dict[str, Any]) -> Any:
        if dialect.name == "sqlite":
            return sqlite3.connect(*arguments, **options, factory=SqliteConnection)
        return psycopg.connect(*arguments, **options, cursor_factory=PostgresCursor)

    disconnect()
    event.listen(db.engine, "do_connect", connect)
    try:
        yield spent
    finally:
        disconnect()
        event.remove(db.engine, "do_connect", connect)
