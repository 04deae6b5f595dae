"""Working days, and the last day in time of every kind of deadline, date by date."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.act import begin
from engine.calendar import WEEKEND, WorkingDays, is_decided, national_days
from engine.case import Case, Cycle
from engine.clock import due_on
from engine.difference import differences
from engine.narrative import narrative
from engine.process import Process
from tests.unit.definitions import problems_of, process_of, short

ROOT = Path(__file__).parents[2]
STAGES = """\
stages:
  isi: {title: Isi, actor: pegawai, %s, actions: {kirim: {title: Kirim, to: selesai}}}
  selesai: {title: Selesai, final: true}
"""


def stage_with(deadline: str, more: str = "") -> Process:
    return short(more + STAGES % deadline)


def entered_on(process: Process, day: date, zone: str = "Asia/Jakarta") -> Case:
    """A case of the cycle of *day*'s year, whose first stage is entered at noon of *day*."""
    cycle = Cycle(id="c", start=date(day.year, 1, 1), end=date(day.year, 12, 31), zone=zone)
    noon = datetime.combine(day, time(12), ZoneInfo(zone))
    return begin(process, "kasus", cycle, {}, noon.astimezone(UTC)).case


#: Deadline, day of entry, last day in time. National days by the joint decrees for 2025, 2026 and 2027.
DATES = [
    # calendar days
    ("14d", "2026-01-05", "2026-01-19"),
    ("0d", "2026-01-05", "2026-01-05"),
    ("1d", "2028-02-28", "2028-02-29"),  # a leap year
    ("1d", "2027-02-28", "2027-03-01"),
    ("1d", "2026-12-31", "2027-01-01"),  # the end of the year
    ("365d", "2028-02-29", "2029-02-28"),  # 29 February and a year
    ("366d", "2028-02-29", "2029-03-01"),
    ("14d", "2026-03-10", "2026-03-24"),  # through Lebaran, which calendar days do not notice
    # working days
    ("1wd", "2026-01-05", "2026-01-06"),
    ("0wd", "2026-01-04", "2026-01-04"),  # none is asked for: the day itself, a Sunday
    ("1wd", "2026-01-09", "2026-01-12"),  # over a weekend
    ("1wd", "2026-01-15", "2026-01-19"),  # Isra Mikraj on a Friday
    ("1wd", "2026-03-17", "2026-03-25"),  # leave 18, Nyepi 19, leave 20, Lebaran 21 and 22, leave 23 and 24
    ("5wd", "2026-03-13", "2026-03-27"),  # the whole of it inside
    ("10wd", "2026-12-18", "2027-01-07"),  # leave 24, Christmas 25 December, New Year, Isra Mikraj on 5 January
    ("1wd", "2026-12-23", "2026-12-28"),
    ("1wd", "2025-12-31", "2026-01-02"),  # the last working day of a year
    ("5wd", "2026-05-11", "2026-05-20"),  # Ascension Day and the leave after it
    ("1wd", "2026-05-26", "2026-05-29"),  # Idul Adha and the leave after it
    ("2wd", "2026-08-14", "2026-08-19"),  # Independence Day on a Monday
    ("1wd", "2027-01-29", "2027-02-01"),  # the last working day of a month
    # days of the cycle
    ("03-31", "2026-01-05", "2026-03-31"),
    ("01-31+1", "2026-01-05", "2027-01-31"),
    ("02-29", "2028-01-05", "2028-02-29"),
    ("02-29", "2026-01-05", "2026-02-28"),  # no leap year
    ("02-29+1", "2027-01-05", "2028-02-29"),
    ("02-29+1", "2028-01-05", "2029-02-28"),
    ("12-31", "2026-12-31", "2026-12-31"),
    ("01-31", "2026-02-10", "2026-02-10"),  # past when the stage is entered: that day is in time still
]


@pytest.mark.parametrize(("deadline", "entered", "due"), DATES)
def test_the_last_day_in_time(deadline: str, entered: str, due: str) -> None:
    process = stage_with(f"deadline: {deadline}")
    assert due_on(process, entered_on(process, date.fromisoformat(entered))) == date.fromisoformat(due)


class TestOpening:
    def test_days_count_from_the_day_on_which_a_stage_opens(self) -> None:
        process = stage_with("opens: 06-15, deadline: 14d")
        assert due_on(process, entered_on(process, date(2026, 2, 1))) == date(2026, 6, 29)

    def test_a_stage_entered_after_it_opened_counts_from_entry(self) -> None:
        process = stage_with("opens: 06-15, deadline: 5wd")
        assert due_on(process, entered_on(process, date(2026, 8, 13))) == date(2026, 8, 21)

    def test_time_that_was_paused_is_added_to_a_day_of_the_cycle_only(self) -> None:
        dated, counted = stage_with("deadline: 03-31"), stage_with("deadline: 14d")
        for process, due in ((dated, date(2026, 4, 7)), (counted, date(2026, 1, 19))):
            case = replace(entered_on(process, date(2026, 1, 5)), paused=timedelta(days=7))
            assert due_on(process, case) == due


class TestTheRegionsOwnDays:
    def test_a_day_of_its_own_is_not_worked(self) -> None:
        process = stage_with("deadline: 1wd", "calendar: {holidays: {2026-10-23: Hari jadi kota}}\n")
        assert due_on(process, entered_on(process, date(2026, 10, 22))) == date(2026, 10, 26)

    def test_a_shared_leave_can_be_taken_back(self) -> None:
        process = stage_with("deadline: 1wd", "calendar: {working: [2026-12-24]}\n")
        assert due_on(process, entered_on(process, date(2026, 12, 23))) == date(2026, 12, 24)

    def test_a_saturday_can_be_worked_once(self) -> None:
        process = stage_with("deadline: 1wd", "calendar: {working: [2026-01-10]}\n")
        assert due_on(process, entered_on(process, date(2026, 1, 9))) == date(2026, 1, 10)

    def test_an_office_may_work_six_days(self) -> None:
        process = stage_with("deadline: 1wd", "calendar: {weekend: [sunday]}\n")
        assert due_on(process, entered_on(process, date(2026, 1, 9))) == date(2026, 1, 10)

    def test_a_process_adds_to_its_vocabulary_and_has_the_last_word(self) -> None:
        shared = """\
vocabulary: bersama
calendar:
  holidays: {2026-02-02: Pilkada, 2026-02-03: Pilkada kedua}
  working: [2026-12-24]
  weekend: [sunday]
roles: {pegawai: {title: Pegawai, is: subject}}
"""
        own = "calendar: {holidays: {2026-12-24: Cuti daerah}, working: [2026-02-03]}\n"
        head = "workflow: contoh\ntitle: Contoh\nstart: isi\nuse: [bersama]\n"
        process = process_of(
            {"workflows/bersama.yaml": shared, "workflows/contoh.yaml": head + own + STAGES % "deadline: 1wd"}
        )
        days = process.words.calendar
        assert [days.works(date(2026, m, d)) for m, d in ((2, 2), (2, 3), (12, 24), (1, 10))] == [
            False,
            True,
            False,
            True,
        ]

    def test_the_process_is_pinned_to_its_own_days(self) -> None:
        process = stage_with("deadline: 1wd", "calendar: {holidays: {2026-10-23: Hari jadi kota}}\n")
        assert process.hash != stage_with("deadline: 1wd").hash
        again = process_of(process.files)
        assert (again.hash, again.words.calendar) == (process.hash, process.words.calendar)


class TestTheNationalDays:
    def test_both_public_holidays_and_shared_leave_are_known(self) -> None:
        days = national_days(2026)
        assert len(days) == 25
        assert days[date(2026, 12, 24)].startswith("Cuti Bersama")

    def test_counting_is_the_same_as_looking_at_each_day(self) -> None:
        calendar = WorkingDays()
        for start in (date(2026, 1, 1) + timedelta(days=n) for n in range(365)):
            day, left = start, 10
            while left:
                day += timedelta(days=1)
                left -= day.weekday() not in WEEKEND and day not in national_days(day.year)
            assert calendar.after(start, 10) == day

    def test_a_year_without_a_decree_is_told_when_definitions_are_checked(self) -> None:
        assert (is_decided(2027), is_decided(2035)) == (True, False)
        texts = dict(stage_with("deadline: 10wd").files)
        assert [p.code for p in problems_of(texts)] == []
        found = problems_of(texts, today=date(2035, 6, 1))
        assert [(p.code, p.warning, p.params["year"]) for p in found] == [("W20", True, 2035)]
        assert found[0].place.line == texts["workflows/contoh.yaml"].split("deadline")[0].count("\n") + 1

    def test_a_deadline_that_runs_into_such_a_year_is_told_too(self) -> None:
        undecided = next(year for year in range(2026, 2060) if not is_decided(year))
        texts = dict(stage_with("deadline: 10wd").files)
        assert [p.params["year"] for p in problems_of(texts, today=date(undecided - 1, 12, 28))] == [undecided]
        assert problems_of(texts, today=date(undecided - 1, 6, 1)) == ()

    def test_calendar_days_need_no_holidays(self) -> None:
        assert problems_of(dict(stage_with("deadline: 10d").files), today=date(2035, 6, 1)) == ()

    def test_the_package_is_not_loaded_where_no_working_day_is_counted(self) -> None:
        asked = (
            "import sys\nfrom datetime import date\nfrom pathlib import Path\nfrom engine.library import check\n"
            f"assert not check(Path({str(ROOT)!r}), date(2026, 1, 5))\nprint('holidays' in sys.modules)"
        )
        told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=ROOT)
        assert told.stdout.strip() == "False"


class TestHowItIsTold:
    OWN = "calendar: {holidays: {2026-10-23: Hari jadi kota}, working: [2026-12-24], weekend: [sunday]}\n"

    def told(self, process: Process, language: str = "id") -> list[str]:
        found = (part.sentences for part in narrative(process, language).sections if part.id == "calendar")
        return [line for lines in found for line in lines]

    def test_in_the_story_of_a_process(self) -> None:
        assert self.told(stage_with("deadline: 5wd", self.OWN)) == [
            "Minggu, hari libur nasional, dan cuti bersama bukan hari kerja.",
            "Hari libur tambahan: 23 Oktober 2026.",
            "Tetap hari kerja: 24 Desember 2026.",
        ]
        assert self.told(stage_with("deadline: 5wd"), "en") == [
            "Saturday, Sunday, national holidays and shared leave are not working days."
        ]
        assert self.told(stage_with("deadline: 5d")) == []

    def test_among_the_differences_of_two(self) -> None:
        found = differences(stage_with("deadline: 5wd"), stage_with("deadline: 5wd", self.OWN))
        assert [change.sentence for change in found if change.path.startswith("calendar")] == [
            "Akhir pekan proses ini berubah dari Sabtu, Minggu menjadi Minggu.",
            "Hari libur 23 Oktober 2026 ditambahkan.",
            "Hari kerja 24 Desember 2026 ditambahkan.",
        ]
