"""What time brings about comes once, however many workers look, and however late."""

from __future__ import annotations

from datetime import timedelta
from time import sleep

from tests.jobs.office import SILENT, TERM, WAITED_FOR, Office, payload
from web.clock import wall
from web.timing import sweep

LATE = TERM + timedelta(days=2)
#: Enough for several workers to meet; the long test takes a thousand.
CASES = 60

_STAGES = "select stage, count(*) from appraisal group by stage"
_ENTRIES = "select seq, count(*) from journal group by seq"


def swept(office: Office) -> int:
    with office.app.app_context():
        return sweep()


def test_nothing_happens_before_its_time(office: Office) -> None:
    office.open_cases(SILENT, 3, timedelta(days=1))
    assert swept(office) == 0


def test_the_system_acts_once_when_the_deadline_has_passed(office: Office) -> None:
    office.open_cases(SILENT, CASES, LATE)
    with office.workers(3, "--workers", "2"):
        until_all_slept(office)
    office.once()
    office.once()
    assert office.counted(_STAGES) == {"diterima": CASES}
    assert len(set(office.counted(_ENTRIES).values())) == 1
    assert office.counted("select action, count(*) from journal where action <> '' group by action") == {
        "anggap_diterima": CASES
    }


def test_after_days_of_rest_everybody_is_told_once(office: Office) -> None:
    office.open_cases(WAITED_FOR, CASES, TERM + timedelta(days=4))
    with office.workers(2, "--workers", "2"):
        until_all_slept(office)
    assert swept(office) == 0
    told = office.rows("select kind, payload from job where kind in ('reminder', 'overdue')")
    assert sorted(row.kind for row in told) == ["overdue"] * CASES + ["reminder"] * CASES
    assert len({(row.kind, payload(row)["case"]) for row in told}) == 2 * CASES
    assert {tuple(payload(row)["roles"]) for row in told} == {("pegawai",), ("pegawai", "atasan", "admin")}


def until_all_slept(office: Office) -> None:
    """Waits until no case is due any more."""
    for _ in range(600):
        due = office.rows("select count(*) from appraisal where wakes_at <= :now", now=wall().isoformat())
        if due[0][0] == 0:
            return
        sleep(0.1)
    raise AssertionError("cases are due still")
