"""Several services start at once on a database that is empty, or an older release's: one prepares it, all are ready."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Flask
from sqlalchemy import inspect, text

from tests.faults.upgrade import next_release
from tests.races.conftest import Place
from tests.races.processes import Work, at_once, start, start_unguarded, start_upgraded
from web import create_app
from web.config import Settings
from web.database import up_to_date
from web.tables import db

STARTS, PROCESSES = 20, 4


def started(place: Place, settings: Callable[[str], Settings], how: Work, starts: int) -> tuple[list[Settings], int]:
    """The services of *starts* empty databases, and how many processes did not come up."""
    each = [settings(place.new(f"start-{how.__name__}-{number}.sqlite")) for number in range(starts)]
    told = at_once(how, [(one, None) for one in each], PROCESSES)
    failed = [answer for answers in told for answer in answers if answer != "ready"]
    print(failed[:3])
    return each, len(failed)


def test_all_come_up_and_the_tables_are_made_once(
    place: Place, settings: Callable[[str], Settings], figures: list[str]
) -> None:
    each, failed = started(place, settings, start, STARTS)
    figures.append(f"R-10 {place.name}: {STARTS} starts of {PROCESSES} processes, {failed} failed")
    assert failed == 0
    for one in each:
        assert tables(create_app(one)) == {*db.metadata.tables, "alembic_version"}


def test_of_a_new_release_all_come_up_and_the_tables_are_changed_once(
    place: Place, settings: Callable[[str], Settings], empty: str, tmp_path: Path, figures: list[str]
) -> None:
    migrations = next_release(tmp_path)
    each = [settings(place.new(f"next-{number}.sqlite", copy_of=empty)) for number in range(5)]
    told = at_once(start_upgraded, [(one, migrations) for one in each], PROCESSES)
    failed = [answer for answers in told for answer in answers if answer != "ready"]
    figures.append(f"R-10 {place.name}: 5 starts of {PROCESSES} processes of a new release, {len(failed)} failed")
    assert failed == []
    for one in each:
        with create_app(one).app_context():
            with db.engine.connect() as connection:
                assert connection.execute(text("select version_num from alembic_version")).all() == [("0002",)]
                assert "called" in {column["name"] for column in inspect(connection).get_columns("person")}
            db.engine.dispose()


def tables(app: Flask) -> set[str]:
    with app.app_context():
        assert up_to_date()
        with db.engine.connect() as connection:
            assert connection.execute(text("select count(*) from alembic_version")).scalar() == 1
            found = set(inspect(connection).get_table_names())
        db.engine.dispose()
    return found


def test_without_the_lock_some_do_not_come_up(
    place: Place, settings: Callable[[str], Settings], figures: list[str]
) -> None:
    _, failed = started(place, settings, start_unguarded, 5)
    figures.append(f"R-10 {place.name}, control without the lock: 5 starts of {PROCESSES} processes, {failed} failed")
    assert failed > 0
