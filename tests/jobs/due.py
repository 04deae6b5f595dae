"""Many cases whose time has come at once, several workers that look, and what is there afterwards."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from time import monotonic, sleep

from tests.jobs.office import SILENT, TERM, WAITED_FOR, Office
from web.clock import Clock, wall
from web.statements import stamp
from web.timing import sweep

DAY = timedelta(days=1)


class Standing(Clock):
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.instant = wall()

    def now(self) -> datetime:
        return self.instant


def the_system_acts_once(office: Office, count: int, processes: int) -> float:
    """*count* cases whose deadline has passed, *processes* that look, the command twice; seconds until none was due."""
    office.open_cases(SILENT, count, TERM + 2 * DAY)
    begun = monotonic()
    with office.workers(processes, "--workers", "2"):
        until_none_is_due(office)
        seconds = monotonic() - begun
    office.once()
    office.once()
    assert office.counted("select stage, count(*) from appraisal group by stage") == {"diterima": count}
    assert office.counted("select action, count(*) from journal where action <> '' group by action") == {
        "anggap_diterima": count
    }
    return seconds


def each_is_told_once(office: Office, count: int, processes: int) -> None:
    """After a rest of days *processes* look at *count* cases: of each one reminder and one missed deadline."""
    office.open_cases(WAITED_FOR, count, TERM + 4 * DAY)
    with office.workers(processes, "--workers", "2"):
        until_none_is_due(office)
        until_nothing_waits(office)
    office.once()
    assert told(office) == Counter({("reminder", 1): count, ("overdue", 1): count})
    # The employee; their superior and the office once for each case, as the definition says.
    notices = office.counted("select kind, count(*) from notice group by kind")
    assert notices["overdue"] == count


def a_rest_of_three_days_tells_once(office: Office, count: int) -> None:
    """Nobody looks for days in which a reminder, the deadline and a further term come: each is told of once."""
    office.app.extensions["clock"] = clock = Standing()
    office.open_cases(WAITED_FOR, count, timedelta())
    clock.instant += TERM - 3 * DAY
    assert swept(office) + swept(office) == count
    assert told(office) == Counter({("reminder", 1): count})
    clock.instant += 4 * DAY
    assert swept(office) + swept(office) == count
    assert told(office) == Counter({("reminder", 2): count, ("overdue", 1): count})
    clock.instant += 3 * DAY
    assert swept(office) == 0
    clock.instant += 2 * DAY
    assert swept(office) + swept(office) == count
    assert told(office) == Counter({("reminder", 2): count, ("overdue", 1): count, ("escalated", 1): count})


def each_office_is_told_once(office: Office, count: int, processes: int) -> None:
    """After a rest of a week *processes* look: the superior is told as of the first day, the office as of the sixth."""
    office.open_cases(WAITED_FOR, count, TERM + 7 * DAY)
    with office.workers(processes, "--workers", "2"):
        until_none_is_due(office)
        until_nothing_waits(office)
    office.once()
    assert told(office) == Counter({("reminder", 1): count, ("overdue", 1): count, ("escalated", 1): count})
    notices = "select person_id, count(*) from notice where kind = 'escalated' group by person_id"
    assert office.counted(notices) == {office.superior: count, office.admin: count}


def told(office: Office) -> Counter[tuple[str, int]]:
    """Of how many cases how many jobs of a kind were put out."""
    rows = office.rows("select kind, payload from job where kind in ('reminder', 'overdue', 'escalated')")
    each = Counter((row.kind, json.loads(row.payload)["case"]) for row in rows)
    return Counter((kind, number) for (kind, _case), number in each.items())


def swept(office: Office) -> int:
    with office.app.app_context():
        return sweep()


def until_none_is_due(office: Office, seconds: float = 300) -> None:
    _until(office, "select count(*) from appraisal where wakes_at <= :now", seconds)


def until_nothing_waits(office: Office, seconds: float = 300) -> None:
    _until(office, "select count(*) from job where state <> 'done' and run_at <= :now", seconds)


def _until(office: Office, statement: str, seconds: float) -> None:
    end = monotonic() + seconds
    while office.rows(statement, now=stamp(wall()))[0][0]:
        assert monotonic() < end, statement
        sleep(0.1)
