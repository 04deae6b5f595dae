"""Stepping from waking to waking meets every day on which time brings something about, and comes to an end."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.act import act, begin
from engine.case import Actor, Case, Cycle
from engine.clock import due_on, opens_on
from engine.process import Process
from engine.timers import ESCALATED, OVERDUE, REMINDER, came, due_actions, notices, overtaken, wakes_at
from tests.unit.definitions import short

ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
STAGES = """\
defaults: {remind: [3, 0], overdue: [atasan, pegawai]}
roles:
  pegawai: {title: Pegawai, is: subject}
  atasan: {title: Atasan, is: superior}
  rekan: {title: Rekan, is: peer, seats: 2..3}
  admin: {title: Admin, is: region office}
  sistem: {title: Sistem, is: system}
stages:
  isi:
    title: Isi
    actor: pegawai
%s
    actions:
      kirim: {title: Kirim, to: selesai}
      otomatis: {title: Otomatis, actor: sistem, auto: deadline, to: selesai}
  selesai: {title: Selesai, final: true}
"""


def stage_with(*lines: str) -> Process:
    return short(STAGES % "\n".join(f"    {line}" for line in lines))


def entered_at(process: Process, now: datetime, zone: str = "Asia/Jakarta") -> Case:
    cycle = Cycle(id="c", start=date(2026, 1, 1), end=date(2026, 12, 31), zone=zone)
    return begin(process, "kasus", cycle, {}, now).case


def wakings(process: Process, case: Case, now: datetime) -> list[datetime]:
    """Every waking after *now*, each asked for at the one before it."""
    found: list[datetime] = []
    while (following := wakes_at(process, case, now)) is not None:
        assert following > now, "a waking that does not lie ahead would be asked for without end"
        found.append(now := following)
    return found


DEADLINES = ("0d", "1d", "14d", "10wd", "02-28", "12-31", "01-31+1")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))


@settings(deadline=None)
@given(
    deadline=st.sampled_from(DEADLINES),
    opens=st.sampled_from(("", "opens: 06-15", "opens: 11-30")),
    remind=st.lists(st.integers(0, 30), max_size=4),
    now=MOMENTS,
    zone=st.sampled_from(ZONES),
    paused=st.integers(0, 40),
    later=st.sampled_from(("0d", "1d", "5wd", "30d")),
)
def test_no_day_is_missed_and_the_first_that_is_late_is_the_day_after_the_deadline(
    deadline: str, opens: str, remind: list[int], now: datetime, zone: str, paused: int, later: str
) -> None:
    told = f"overdue: {{atasan: 0d, admin: {later}}}"
    process = PROCESSES.setdefault(
        (deadline, opens, later, *remind), stage_with(f"deadline: {deadline}", f"remind: {remind}", opens, told)
    )
    case = replace(entered_at(process, now, zone), paused=timedelta(days=paused))
    found = list(notices(process, case))
    begins = [datetime.combine(n.day, time(), ZoneInfo(zone)) for n in found]
    assert wakings(process, case, now) == sorted({at for at in begins if at > now})
    [late] = [at for n, at in zip(found, begins, strict=True) if n.kind == OVERDUE]
    assert [at > late for n, at in zip(found, begins, strict=True) if n.kind == ESCALATED] == [True] * (later != "0d")
    due, since = due_on(process, case), opens_on(process, case)
    assert due and since and since <= due
    assert late.date() == due + timedelta(days=1)
    assert late > now, "the system could act before anybody else"
    assert due_actions(process, case, late) == ("otomatis",)
    assert due_actions(process, case, late - timedelta(microseconds=1)) == ()


PROCESSES: dict[tuple[object, ...], Process] = {}


class TestWhoIsTold:
    def test_days_before_on_the_day_and_when_it_is_late(self) -> None:
        process = stage_with("deadline: 14d")
        case = entered_at(process, datetime(2026, 3, 8, 7, 30, tzinfo=UTC))
        assert [(n.kind, n.day, n.roles) for n in notices(process, case)] == [
            (REMINDER, date(2026, 3, 19), ("pegawai",)),
            (REMINDER, date(2026, 3, 22), ("pegawai",)),
            (OVERDUE, date(2026, 3, 23), ("pegawai", "atasan")),
        ]

    def test_a_stage_says_otherwise(self) -> None:
        process = stage_with("deadline: 14d", "remind: []", "overdue: rekan")
        case = entered_at(process, datetime(2026, 3, 8, tzinfo=UTC))
        assert [(n.kind, n.roles) for n in notices(process, case)] == [(OVERDUE, ("pegawai", "rekan"))]

    def test_others_are_told_so_much_later(self) -> None:
        """The 27th of March is a Friday: five working days later is the 3rd of April, were that not Good Friday."""
        process = stage_with("deadline: 03-27", "remind: []", "overdue: {rekan: 7d, atasan: 0d, admin: 5wd}")
        case = entered_at(process, datetime(2026, 3, 8, tzinfo=UTC))
        assert due_on(process, case) == date(2026, 3, 27)
        assert [(n.kind, n.day, n.roles) for n in notices(process, case)] == [
            (OVERDUE, date(2026, 3, 28), ("pegawai", "atasan")),
            (ESCALATED, date(2026, 4, 4), ("rekan",)),
            (ESCALATED, date(2026, 4, 7), ("admin",)),
        ]

    def test_roles_of_one_day_are_told_together(self) -> None:
        process = stage_with("deadline: 14d", "remind: []", "overdue: {rekan: 3d, admin: 3d, pegawai: 3d}")
        case = entered_at(process, datetime(2026, 3, 8, tzinfo=UTC))
        assert [(n.kind, n.roles) for n in notices(process, case)] == [
            (OVERDUE, ("pegawai",)),
            (ESCALATED, ("rekan", "admin", "pegawai")),
        ]

    def test_a_moved_deadline_moves_what_follows_it(self) -> None:
        process = stage_with("deadline: 06-30", "remind: []", "overdue: {admin: 7d}")
        case = entered_at(process, datetime(2026, 3, 8, tzinfo=UTC))
        moved = replace(case, paused=timedelta(days=10))
        days, later = ([n.day for n in notices(process, c)] for c in (case, moved))
        assert [day + timedelta(days=10) for day in days] == later == [date(2026, 7, 11), date(2026, 7, 18)]

    def test_after_a_rest_each_kind_is_told_once_and_to_everybody(self) -> None:
        process = stage_with("deadline: 14d", "overdue: {admin: 1d, rekan: 2d, atasan: 30d}")
        case = entered_at(process, datetime(2026, 3, 8, tzinfo=UTC))
        since = datetime(2026, 3, 19, tzinfo=UTC)
        found = came(process, case, since, since + timedelta(days=14))
        assert [(n.kind, n.day, n.roles) for n in found] == [
            (REMINDER, date(2026, 3, 22), ("pegawai",)),
            (OVERDUE, date(2026, 3, 23), ("pegawai",)),
            (ESCALATED, date(2026, 3, 25), ("admin", "rekan")),
        ]
        assert wakes_at(process, case, since + timedelta(days=14)) == datetime(2026, 4, 21, 17, tzinfo=UTC)

    def test_nobody_is_told_without_a_deadline(self) -> None:
        process = short("stages:\n  isi: {title: Isi, actor: pegawai, final: true}\n")
        case = entered_at(process, datetime(2026, 3, 8, tzinfo=UTC))
        assert (list(notices(process, case)), wakes_at(process, case, datetime(2026, 1, 1, tzinfo=UTC))) == ([], None)


class TestTheUnitsZone:
    """31 March 2026, 23.59.59 is another instant in each zone."""

    @pytest.mark.parametrize(
        ("zone", "hour"),
        [("Asia/Jakarta", 16), ("Asia/Pontianak", 16), ("Asia/Makassar", 15), ("Asia/Jayapura", 14)],
    )
    def test_a_day_ends_when_it_ends_there(self, zone: str, hour: int) -> None:
        process = stage_with("deadline: 03-31")
        case = entered_at(process, datetime(2026, 3, 8, 7, 30, tzinfo=UTC), zone)
        last = datetime(2026, 3, 31, hour, 59, 59, tzinfo=UTC)
        assert overtaken(process, case, last) is None
        outcome = overtaken(process, case, last + timedelta(seconds=1))
        assert outcome is not None and outcome.case.stage == "selesai"
        assert wakes_at(process, case, last - timedelta(hours=1)) == last + timedelta(seconds=1)


class TestAClockPutBack:
    EMPLOYEE = Actor(role="pegawai", person="p1")
    NOON = datetime(2026, 3, 9, 5, tzinfo=UTC)

    def test_what_happens_is_never_told_as_before_what_happened(self) -> None:
        process = stage_with("deadline: 14d")
        case = entered_at(process, self.NOON)
        outcome = act(process, case, self.EMPLOYEE, "kirim", {}, self.NOON - timedelta(hours=1))
        assert [entry.at for entry in outcome.entries] == [self.NOON]
        assert (outcome.case.at, outcome.case.entered_at) == (self.NOON, self.NOON)

    def test_a_stage_that_was_open_stays_open(self) -> None:
        process = stage_with("opens: 03-09", "deadline: 14d")
        midnight = datetime(2026, 3, 8, 17, tzinfo=UTC)
        case = replace(entered_at(process, self.NOON - timedelta(days=8)), at=midnight)
        assert act(process, case, self.EMPLOYEE, "kirim", {}, midnight - timedelta(hours=1)).case.stage == "selesai"

    def test_the_next_waking_is_the_same(self) -> None:
        process = stage_with("deadline: 14d")
        case = entered_at(process, self.NOON)
        first = wakings(process, case, self.NOON)
        assert wakings(process, case, self.NOON - timedelta(hours=1)) == first
