"""Whether the service can serve: for whoever decides where requests go. Only words that anybody may read."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from web.clock import wall
from web.database import forget, reading, up_to_date
from web.definitions import definitions, has_cycles
from web.metrics import Gauge
from web.statements import Statement, stamp

DATABASE, SCHEMA, DEFINITIONS = "database", "schema", "definitions"

_JOBS = Statement("""
select state, count(*) as number, sum(attempts) as attempts from job where state in ('waiting', 'parked')
group by state
""")
_OLDEST = Statement("select count(*) as number from job where state = 'waiting' and run_at <= :late")
#: A job that is due for so long has no worker.
LATE = timedelta(minutes=1)


def reasons() -> list[str]:
    """Why the service cannot serve now; empty if it can."""
    return [*_of_database(), *_of_definitions()]


def _of_database() -> list[str]:
    try:
        reading().execute(text("select 1"))
        return [] if up_to_date() else [SCHEMA]
    except SQLAlchemyError:
        return [DATABASE]
    finally:
        forget()


def _of_definitions() -> list[str]:
    """Cases that run do not need the folder; without any there is nothing to serve."""
    try:
        return [DEFINITIONS] if definitions().broken and not has_cycles(reading()) else []
    except SQLAlchemyError:
        return []
    finally:
        forget()


def gauges() -> list[Gauge]:
    """What waits to be done; nothing while the database is away."""
    try:
        found = {row.state: row for row in _JOBS.all(reading(), {})}
        late = _OLDEST.first(reading(), {"late": stamp(wall() - LATE)}).number
    except SQLAlchemyError:
        return []
    finally:
        forget()
    count = {state: float(row.number) for state, row in found.items()} | {"late": float(late)}
    tries = {state: float(row.attempts or 0) for state, row in found.items()}
    return [
        Gauge("borang_jobs", "Jobs by state; late: due for a minute and not begun", count),
        Gauge("borang_job_attempts", "Attempts of the jobs in each state", tries),
    ]
