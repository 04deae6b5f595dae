"""Days and instants through the real store: units in three zones, people who move between them, clocks put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from engine.clock import days_late, due_on
from tests.cast import PASSWORD, FrozenClock, Member, Visitor, close
from web import clock, roster
from web.clock import ZONES
from web.database import reading, writing
from web.definitions import library
from web.held import Held
from web.outbox import REMINDER
from web.passwords import passwords
from web.statements import Statement, stamp
from web.store import Opened, store
from web.tables import Job, JournalEntry, Person, SignIn, Unit
from web.timing import sweep

REGION = "nusa"
DEFINITION = """\
workflow: laporan_triwulan
title: Laporan triwulan
region: nusa
start: isi
defaults: {remind: [0]}
roles:
  pegawai: {title: Pegawai, is: subject}
  atasan: {title: Atasan, is: superior}
  sistem: {title: Sistem, is: system}
stages:
  isi:
    title: Isi laporan
    actor: pegawai
    deadline: 03-31
    actions:
      kirim: {title: Kirim, to: periksa}
      tutup: {title: Tutup, actor: sistem, auto: deadline, to: periksa}
  periksa:
    title: Periksa laporan
    actor: atasan
    actions:
      terima: {title: Terima, to: selesai}
      kembalikan: {title: Kembalikan, to: isi}
  selesai: {title: Selesai, final: true}
"""
_COLUMNS = ["nip", "nama", "unit_kode", "unit", "zona", "atasan_nip"]
SARI, RAHMADI = "197909232005012902", "198704122011011903"
UNITS = {"WIB": ("N-01", "Dinas Barat"), "WITA": ("N-02", "Dinas Tengah"), "WIT": ("N-03", "Dinas Timur")}
BEGUN = datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
#: 31 March 2026, 23.59.59 in each zone.
LAST = {
    zone: datetime(2026, 3, 31, hour, 59, 59, tzinfo=UTC) for zone, hour in (("WIB", 16), ("WITA", 15), ("WIT", 14))
}
SECOND = timedelta(seconds=1)

_WAKE = Statement("update appraisal set wakes_at = :at")


class Office:
    """A region with two people; Rahmadi's unit lies in the zone where he is put."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.password = passwords().hash(PASSWORD)

    def put_in(self, zone: str) -> None:
        """Import the list anew, with Rahmadi in the unit of *zone*."""
        process = library().processes["laporan_triwulan"]
        cells = [
            [SARI, "Sari Wulandari", *UNITS["WIB"], "WIB", ""],
            [RAHMADI, "Rahmadi Sulistyo Putra", *UNITS[zone], zone.lower(), SARI],
        ]
        lines = [(number, dict(zip(_COLUMNS, row, strict=True))) for number, row in enumerate(cells, 2)]
        with writing() as rows:
            roster.keep_region(rows, REGION, "Nusa", ZONES["WIB"])
            entries = roster.checked(lines, process, roster.known_in(rows, REGION))
            roster.take_over(rows, REGION, process, entries, dict.fromkeys((SARI, RAHMADI), self.password))

    def opened(self, now: datetime = BEGUN) -> str:
        """A new case for Rahmadi."""
        process = library().processes["laporan_triwulan"]
        start, end = date(2026, 1, 1), date(2026, 12, 31)
        with writing() as rows:
            who = rows.scalars(select(Person.id).where(Person.nip == RAHMADI)).one()
            return store().open_cycle(rows, process, title=str(now), people=[who], now=now, start=start, end=end)[0]

    def held(self, case_id: str) -> Held:
        held = store().held_by_public(reading(), case_id)
        assert store().folded(reading(), held) == held.case, "the journal tells another case than the row"
        return held

    def send(self, case_id: str, now: datetime, action: str = "kirim", by: str = RAHMADI) -> None:
        """Take *action* as a page opened in this visit would."""
        case = self.held(case_id).case
        opened = Opened(entry=case.entry, submitted=case.submitted.get(case.stage, 0))
        with writing() as rows:
            who = rows.scalars(select(Person.id).where(Person.nip == by)).one()
            key = f"{action} {now.isoformat()}"
            store().move(rows, who, case_id, action, lambda held: {}, opened=opened, key=key, body="", now=now)

    def system_acts(self, case_id: str, now: datetime) -> bool:
        with writing() as rows:
            return store().overtake(rows, case_id, now)

    def instants(self, case_id: str) -> list[datetime]:
        """When the entries of the case's journal were made, in their order."""
        found = reading().scalars(
            select(JournalEntry.at).where(JournalEntry.case_id == case_id).order_by(JournalEntry.seq)
        )
        return [at.replace(tzinfo=UTC) if at.tzinfo is None else at for at in found]


@pytest.fixture
def service(make_app: Callable[..., Flask], tmp_path: Path) -> Iterator[Flask]:
    folder = tmp_path / "workflows"
    folder.mkdir()
    (folder / "laporan.yaml").write_text(DEFINITION)
    app = make_app(definitions=tmp_path)
    app.extensions["clock"] = FrozenClock(date(2026, 3, 8))
    with app.app_context():
        Office(app).put_in("WIB")
    yield app
    close(app)


@pytest.fixture
def office(service: Flask) -> Iterator[Office]:
    with service.app_context():
        yield Office(service)


def lateness(held: Held, now: datetime) -> int:
    return days_late(held.process, held.case, held.case.cycle.day_of(now))


@pytest.mark.parametrize("zone", UNITS)
class TestADeadlineEndsWithTheUnitsDay:
    def test_to_the_second(self, office: Office, zone: str) -> None:
        office.put_in(zone)
        held = office.held(office.opened())
        assert (held.case.cycle.zone, due_on(held.process, held.case)) == (ZONES[zone], date(2026, 3, 31))
        assert [lateness(held, LAST[zone] + n * SECOND) for n in (-1, 0, 1)] == [0, 0, 1]

    @pytest.mark.parametrize("before", [SECOND, 0 * SECOND])
    def test_who_sends_before_it_ends_is_in_time(self, office: Office, zone: str, before: timedelta) -> None:
        office.put_in(zone)
        case_id, at = office.opened(), LAST[zone] - before
        assert not office.system_acts(case_id, at)
        office.send(case_id, at)
        assert office.held(case_id).case.stage == "periksa"
        assert not office.system_acts(case_id, at + 2 * SECOND)

    def test_who_sends_a_second_later_is_late_but_is_heard_while_the_stage_is_open(
        self, office: Office, zone: str
    ) -> None:
        office.put_in(zone)
        case_id, at = office.opened(), LAST[zone] + SECOND
        office.send(case_id, at)
        (entry,) = [
            e for e in store().records.entries(reading(), office.held(case_id).process, case_id) if e.event == "moved"
        ]
        assert (entry.role, entry.at) == ("pegawai", at)

    def test_the_system_acts_a_second_later_once(self, office: Office, zone: str) -> None:
        office.put_in(zone)
        case_id, at = office.opened(), LAST[zone] + SECOND
        assert [office.system_acts(case_id, at), office.system_acts(case_id, at)] == [True, False]


@pytest.mark.parametrize(("before", "after"), [("WIT", "WIB"), ("WIB", "WIT")])
class TestWhoMovesToAnotherZone:
    def test_keeps_the_deadline_of_a_running_case(self, office: Office, before: str, after: str) -> None:
        office.put_in(before)
        case_id = office.opened()
        office.put_in(after)
        held = office.held(case_id)
        assert held.case.cycle.zone == ZONES[before]
        assert [lateness(held, LAST[before] + n * SECOND) for n in (0, 1)] == [0, 1]
        assert office.system_acts(case_id, LAST[before] + SECOND)

    def test_has_the_new_zone_in_the_next_case(self, office: Office, before: str, after: str) -> None:
        office.put_in(before)
        first = office.opened()
        office.put_in(after)
        second = office.opened(BEGUN + timedelta(days=1))
        assert [office.held(case_id).case.cycle.zone for case_id in (first, second)] == [ZONES[before], ZONES[after]]


@pytest.mark.parametrize("zone", UNITS)
class TestAPage:
    def test_names_the_zone_in_which_the_deadline_ends(self, office: Office, zone: str) -> None:
        office.put_in(zone)
        case_id, visitor = office.opened(), Visitor(office.app)
        visitor.sign_in(Member("", RAHMADI, ""))
        for path in ("/tugas", f"/berkas/{case_id}"):
            assert f"ampai 31 Maret 2026 pukul 23.59 {zone}" in visitor.get(path).text, path


class TestUnits:
    def test_a_unit_without_a_zone_has_its_regions(self, office: Office) -> None:
        with writing() as rows:
            rows.execute(update(Unit).values(zone=None))
        assert office.held(office.opened()).case.cycle.zone == ZONES["WIB"]

    def test_a_list_without_the_column_leaves_zones_as_they_are(self, office: Office) -> None:
        office.put_in("WIT")
        process = library().processes["laporan_triwulan"]
        line = dict(zip(_COLUMNS, [RAHMADI, "Rahmadi Sulistyo Putra", *UNITS["WIT"], "", SARI], strict=True))
        del line["zona"]
        with writing() as rows:
            entries = roster.checked([(2, line)], process, roster.known_in(rows, REGION))
            roster.take_over(rows, REGION, process, entries, {})
        assert reading().scalars(select(Unit.zone).where(Unit.code == "N-03")).one() == ZONES["WIT"]

    def test_another_zone_than_these_three_or_two_for_a_unit_are_refused(self, office: Office) -> None:
        process = library().processes["laporan_triwulan"]
        cells = [[SARI, "Sari Wulandari", *UNITS["WIB"], "GMT", ""], [RAHMADI, "Rahmadi", *UNITS["WIB"], "WIT", SARI]]
        lines = [(number, dict(zip(_COLUMNS, row, strict=True))) for number, row in enumerate(cells, 2)]
        with pytest.raises(roster.Mistaken) as found, writing() as rows:
            roster.checked(lines, process, roster.known_in(rows, REGION))
        assert [(m.line, m.code) for m in found.value.mistakes] == [(2, "bukan_pilihan"), (3, "unit_lain_zona")]


class TestAClockPutBack:
    """By an hour, as a time server may do."""

    HOUR = timedelta(hours=1)

    def test_a_journal_never_goes_backwards(self, office: Office) -> None:
        case_id = office.opened()
        for number, action in enumerate(["kirim", "kembalikan", "kirim", "terima"]):
            by = RAHMADI if action == "kirim" else SARI
            office.send(case_id, BEGUN - number * self.HOUR, action, by)
        told = office.instants(case_id)
        assert told == sorted(told)
        assert office.held(case_id).case.stage == "selesai"

    def test_a_stage_that_the_system_closed_stays_closed(self, office: Office) -> None:
        case_id, at = office.opened(), LAST["WIB"] + SECOND
        assert office.system_acts(case_id, at)
        closed = office.held(case_id).case
        assert not office.system_acts(case_id, at - self.HOUR)
        assert office.held(case_id).case == closed

    def test_a_session_ends_when_it_was_to_end(self, service: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        visitor, evening = Visitor(service), datetime(2026, 3, 9, 23, 30, tzinfo=UTC)
        monkeypatch.setattr(clock, "wall", lambda: BEGUN)
        visitor.sign_in(Member("", RAHMADI, ""))
        for now, signed_in in ((evening, True), (evening + self.HOUR, False), (evening, True)):
            monkeypatch.setattr(clock, "wall", lambda now=now: now)
            assert visitor.is_signed_in() == signed_in
            with service.app_context():
                assert reading().scalars(select(SignIn.expires_on)).one() == date(2026, 3, 9)

    def test_nobody_is_reminded_twice(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        reminder = LAST["WIB"] + SECOND - timedelta(days=1)
        case_id, at = office.opened(), reminder + 30 * SECOND
        for now in (at, at - self.HOUR, at):
            # As if somebody had saved the case while the clock was back: its next waking is that day's beginning.
            with writing() as rows:
                _WAKE.change(rows, {"at": stamp(reminder)})
            monkeypatch.setattr(office.app.extensions["clock"], "_now", now)
            assert sweep() == (now >= reminder)
            told = reading().scalars(select(Job.dedup_key).where(Job.kind == REMINDER)).all()
            assert told == [f"{REMINDER}:{case_id}:1:2026-03-31"]

    def test_a_deadline_stays_where_it_was(self, office: Office) -> None:
        case_id = office.opened()
        office.send(case_id, BEGUN)
        office.send(case_id, BEGUN - self.HOUR, "kembalikan", SARI)
        held = office.held(case_id)
        assert due_on(held.process, held.case) == date(2026, 3, 31)
        assert held.case.entered_at == BEGUN
