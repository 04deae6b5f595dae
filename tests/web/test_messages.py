"""Who is told what inside the service: those who can act, once, while it stands; and the page where they read it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, update

from engine.clock import due_on, opens_on
from tests.cast import REGION, WORKFLOW, Cast, Member, Visitor
from tests.playing import Play, scenario
from tests.working import put_out, told, waiting_jobs, work
from web import messages, notices, outbox
from web.database import writing
from web.definitions import library
from web.store import store
from web.tables import Notice, Office, Person, Seat, db

STEPS = scenario("PTK-1").steps
PEERS = ("rekan_1", "rekan_2", "rekan_3")
#: How many steps lead to the stage at which peers answer.
TO_PEERS = 6


@pytest.fixture
def play(app: Flask) -> Play:
    return Play(app)


def at_peers(play: Play, peers: Sequence[str] = PEERS) -> str:
    """A case at the stage that peers answer, nothing told yet."""
    case = play.open_case()
    play.seat_peers(case, peers)
    play.play(case, STEPS[:TO_PEERS])
    return case


def entered_again(play: Play, case: str, reason: str) -> None:
    about = {"case": case, "entry": play.case(case).entry}
    put_out(play.app, outbox.ENTERED, reason, about, play.clock.now())


def missed(play: Play, case: str, kind: str, roles: Sequence[str], days: int = 0) -> None:
    """The job that time puts out at a deadline, or *days* after it."""
    found = play.case(case)
    due = due_on(play.process, found)
    assert due
    day = (due + timedelta(days=days)).isoformat()
    about = {"case": case, "entry": found.entry, "kind": kind, "day": day, "stage": found.stage, "roles": list(roles)}
    put_out(play.app, kind, f"{case}:{found.entry}:{day}", about, play.clock.now())
    work(play.app)


# --- who is told ------------------------------------------------------------------------------------------------------


def test_the_next_one_is_told_and_no_longer_the_one_before(play: Play) -> None:
    case = play.open_case()
    play.play(case, STEPS[:1])
    work(play.app)
    assert told(play.app) == [("sari", "entered")]
    play.play(case, STEPS[1:2])
    play.wait_until_open(case)
    work(play.app)
    assert told(play.app) == [("rahmadi", "entered")]


def test_nobody_is_told_twice_of_one_visit_whatever_tells_them(play: Play) -> None:
    case = play.open_case()
    play.play(case, STEPS[:1])
    for reason in ("a", "b"):
        entered_again(play, case, reason)
    work(play.app)
    assert told(play.app) == [("sari", "entered")]


def test_who_holds_two_roles_is_told_once(play: Play, cast: Cast) -> None:
    with play.app.app_context(), writing() as rows:
        rows.execute(insert(Office).values(region_id=REGION, role="tim_penilai", person_id=cast.sari.id, unit_code=""))
    case = at_peers(play, ("sari", "rekan_2", "rekan_3"))
    work(play.app)
    assert told(play.app) == [("bambang", "entered"), ("maria", "entered"), ("rahmadi", "entered"), ("sari", "entered")]
    assert play.case(case).stage == "penilaian_kompetensi_360"


def test_a_stage_that_opens_later_is_told_of_on_its_day(play: Play) -> None:
    case = play.open_case()
    play.play(case, STEPS[:2])
    work(play.app)
    assert told(play.app) == []
    [job] = waiting_jobs(play.app, outbox.ENTERED)
    opens = opens_on(play.process, play.case(case))
    assert opens == date(2026, 6, 15)
    # The day begins in the office's zone, two hours before the clock of the tests calls it a day.
    assert job.run_at.isoformat() == "2026-06-14T17:00:00+00:00"
    play.wait_until_open(case)
    work(play.app)
    assert told(play.app) == [("rahmadi", "entered")]


def test_whoever_has_left_is_told_nothing(play: Play, cast: Cast) -> None:
    at_peers(play)
    leave(play, cast.bambang)
    leave(play, cast.sari)
    work(play.app)
    assert told(play.app) == [("lestari", "entered"), ("maria", "entered"), ("rahmadi", "entered")]


def leave(play: Play, member: Member) -> None:
    with play.app.app_context(), writing() as rows:
        rows.execute(update(Person).where(Person.id == member.id).values(active=False))


def test_only_those_who_have_not_answered_are_reminded(play: Play) -> None:
    case = at_peers(play)
    work(play.app)
    play.play(case, STEPS[6:9])
    read_everything(play)
    missed(play, case, "reminder", ["pegawai", "atasan_langsung", "rekan_kerja"], -3)
    assert told(play.app) == [("bambang", "reminder"), ("maria", "reminder")]


def read_everything(play: Play) -> None:
    with play.app.app_context(), writing() as rows:
        rows.execute(update(Notice).values(read_at=play.clock.now()))


def test_a_missed_deadline_is_told_to_those_who_missed_it_and_to_whom_the_definition_names(play: Play) -> None:
    case = at_peers(play)
    work(play.app)
    play.play(case, STEPS[6:8])
    read_everything(play)
    missed(play, case, "overdue", ["pegawai", "atasan_langsung", "rekan_kerja", "atasan_penilai", "admin_bkd"], 1)
    assert told(play.app) == [
        ("bambang", "overdue"), ("dewi", "escalated"), ("hasan", "escalated"), ("lestari", "overdue"),
        ("maria", "overdue"),
    ]  # fmt: skip


def test_whoever_is_named_for_a_later_day_is_told_alone_and_only_once(play: Play) -> None:
    """Those who are awaited were told on the first day; a role that works at the stage is not told of itself."""
    case = at_peers(play)
    work(play.app)
    play.play(case, STEPS[6:8])
    read_everything(play)
    for _ in range(2):
        missed(play, case, "escalated", ["rekan_kerja", "atasan_langsung", "admin_bkd"], 8)
    assert told(play.app) == [("dewi", "escalated")]


def test_nobody_else_is_told_of_a_stage_that_is_over(play: Play) -> None:
    case = play.open_case()
    play.play(case, STEPS[:1])
    entry = play.case(case).entry
    play.play(case, STEPS[1:2])
    play.wait_until_open(case)
    work(play.app)
    about = {"case": case, "entry": entry, "kind": "escalated", "day": "2026-02-04", "roles": ["admin_bkd"]}
    put_out(play.app, outbox.ESCALATED, "late", {**about, "stage": "x"}, play.clock.now())
    work(play.app)
    assert told(play.app) == [("rahmadi", "entered")]


def test_a_notice_of_a_missed_deadline_says_how_late_it_is_and_since_when(play: Play, cast: Cast) -> None:
    case = play.open_case()
    play.play(case, STEPS[:1])
    work(play.app)
    play.clock.instant = datetime(2026, 2, 3, 3, tzinfo=UTC)
    missed(play, case, "escalated", ["admin_bkd"], 8)
    visitor = Visitor(play.app)
    visitor.sign_in(cast.dewi)
    late = "terlambat 8 hari, tenggatnya 26 Januari 2026 pukul 23.59 WIB"
    assert late in words(visitor.get("/pemberitahuan").text)
    visitor.post("/bahasa/en")
    late = "8 days late, due 26 January 2026 at 23:59 WIB"
    assert late in words(visitor.get("/pemberitahuan").text)


def test_a_reminder_takes_the_place_of_what_was_told_before(play: Play) -> None:
    case = play.open_case()
    play.play(case, STEPS[:1])
    work(play.app)
    missed(play, case, "reminder", ["atasan_langsung"], -3)
    assert told(play.app) == [("sari", "reminder")]
    missed(play, case, "overdue", ["atasan_langsung"], 1)
    assert told(play.app) == [("sari", "overdue")]


def test_what_comes_too_late_is_told_to_nobody(play: Play) -> None:
    case = play.open_case()
    play.play(case, STEPS[:1])
    about = {"case": case, "entry": play.case(case).entry, "kind": "overdue", "day": "2026-01-31", "roles": ["pegawai"]}
    play.play(case, STEPS[1:2])
    put_out(play.app, outbox.OVERDUE, "late", {**about, "stage": "x"}, play.clock.now())
    put_out(play.app, outbox.REMINDER, "gone", {**about, "case": "tidak-ada", "stage": "x"}, play.clock.now())
    play.wait_until_open(case)
    work(play.app)
    assert told(play.app) == [("rahmadi", "entered")]


def test_at_the_end_the_person_appraised_is_told_and_nobody_else(play: Play) -> None:
    case = at_peers(play)
    work(play.app)
    play.play(case, STEPS[6:])
    work(play.app)
    assert play.case(case).stage == "selesai"
    assert told(play.app) == [("rahmadi", "closed")]


def test_raters_who_are_confirmed_late_are_told_as_well(play: Play, cast: Cast) -> None:
    case = play.open_case()
    play.play(case, STEPS[:TO_PEERS])
    work(play.app)
    assert told(play.app) == [("rahmadi", "entered"), ("sari", "entered")]
    play.seat_peers(case, PEERS)
    work(play.app)
    names = ["bambang", "lestari", "maria", "rahmadi", "sari"]
    assert told(play.app) == [(name, "entered") for name in names]


# --- anonymous answers ------------------------------------------------------------------------------------------------


def test_an_anonymous_answer_tells_nobody_and_puts_out_no_job(play: Play) -> None:
    case = at_peers(play)
    work(play.app)
    play.play(case, STEPS[6:8])
    before = everything(play.app)
    play.play(case, STEPS[8:9])
    assert work(play.app) == 0
    assert everything(play.app) == before


def everything(app: Flask) -> list[Any]:
    with app.app_context():
        columns = (Notice.id, Notice.person_id, Notice.kind, Notice.at, Notice.read_at)
        return sorted(tuple(row) for row in db.session.execute(select(*columns)))


def test_who_was_reminded_is_forgotten_when_the_stage_is_over(play: Play, cast: Cast) -> None:
    """The order of the answers and who had not answered by a day would together name authors."""
    case = at_peers(play)
    work(play.app)
    play.play(case, STEPS[6:9])
    missed(play, case, "reminder", ["rekan_kerja"], -3)
    assert ("bambang", "reminder") in told(play.app)
    play.play(case, STEPS[9:11])
    work(play.app)
    with play.app.app_context():
        kinds = select(Notice.person_id, func.count()).where(Notice.kind == "entered").group_by(Notice.person_id)
        counts = dict(map(tuple, db.session.execute(kinds)))
        assert len({counts[member.id] for member in (cast.lestari, cast.bambang, cast.maria)}) == 1
        assert not db.session.scalars(select(Notice).where(Notice.kind == "reminder")).all()


def test_reading_a_notice_leaves_no_hour(play: Play, cast: Cast) -> None:
    case = play.open_case()
    play.play(case, STEPS[:1])
    work(play.app)
    visitor = Visitor(play.app)
    visitor.sign_in(cast.sari)
    visitor.post("/pemberitahuan/semua")
    with play.app.app_context():
        [read] = db.session.scalars(select(Notice.read_at).where(Notice.case_id == case))
        assert read and (read.hour, read.minute, read.second, read.microsecond) == (0, 0, 0, 0)


# --- cycles -----------------------------------------------------------------------------------------------------------


def test_a_new_cycle_is_told_to_each_once_however_many_cases_wait_for_them(
    play: Play, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "BATCH", 2)
    members = (cast.rahmadi, cast.lestari, cast.bambang, cast.maria)
    cycle = open_cycle(play, members)
    put_out(play.app, outbox.CYCLE_OPENED, cycle, {"cycle": cycle}, play.clock.now())
    # Four cases in batches of two: the last job finds none left.
    assert work(play.app) == 3
    assert told(play.app) == [(name, "cycle_opened") for name in ("bambang", "lestari", "maria", "rahmadi")]
    put_out(play.app, outbox.CYCLE_OPENED, f"{cycle}:again", {"cycle": cycle}, play.clock.now() + timedelta(seconds=1))
    play.clock.instant += timedelta(minutes=1)
    assert work(play.app) == 3
    assert len(told(play.app)) == 4


def open_cycle(play: Play, members: Sequence[Member]) -> str:
    with play.app.app_context(), writing() as rows:
        ids = store().open_cycle(
            rows,
            library().processes[WORKFLOW],
            title="2026",
            start=date(2026, 1, 1),
            end=date(2026, 12, 31),
            people=[member.id for member in members],
            now=play.clock.now(),
        )
        return store().held_by_public(rows, ids[0]).case.cycle.id


# --- the page ---------------------------------------------------------------------------------------------------------


def words(page: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", page).split())


def test_the_page_says_what_to_do_about_whom_and_until_when(play: Play, cast: Cast) -> None:
    case = play.open_case()
    play.play(case, STEPS[:1])
    work(play.app)
    visitor = Visitor(play.app)
    visitor.sign_in(cast.sari)
    assert "Pemberitahuan (1)" in words(visitor.get("/tugas").text)
    page = words(visitor.get("/pemberitahuan").text)
    assert "Menunggu Anda: Persetujuan rencana" in page
    assert "Rahmadi Sulistyo Putra · 2026" in page
    assert "sampai 26 Januari 2026 pukul 23.59 WIB" in page
    visitor.post("/bahasa/en")
    english = words(visitor.get("/pemberitahuan").text)
    assert "Waiting for you: Plan approval" in english
    assert "26 January 2026 at 23:59 WIB" in english


def test_what_is_over_is_told_by_its_name(play: Play, cast: Cast) -> None:
    case = play.open_case()
    for step in STEPS[:2]:
        play.play(case, [step])
        work(play.app)
    visitor = Visitor(play.app)
    visitor.sign_in(cast.sari)
    assert "Sudah lewat: Persetujuan rencana Rahmadi Sulistyo Putra · 2026" in words(visitor.get("/pemberitahuan").text)


def test_opening_a_notice_reads_it_and_leads_to_the_case(play: Play, cast: Cast) -> None:
    case = play.open_case()
    play.play(case, STEPS[:1])
    work(play.app)
    visitor = Visitor(play.app)
    visitor.sign_in(cast.sari)
    notice = re.search(r"/pemberitahuan/([0-9a-f]{32})", visitor.get("/pemberitahuan").text)
    assert notice
    assert visitor.get(notice[0]).status_code in (404, 405)
    assert visitor.post(notice[0]).location == f"/berkas/{case}"
    page = visitor.get("/pemberitahuan").text
    assert "Tidak ada pemberitahuan baru." in page
    assert "Sudah dibaca" in page


def test_somebody_elses_notice_is_not_there(play: Play, cast: Cast) -> None:
    case = play.open_case()
    play.play(case, STEPS[:1])
    work(play.app)
    with play.app.app_context():
        notice = db.session.scalars(select(Notice.id)).one()
    visitor = Visitor(play.app)
    visitor.sign_in(cast.joko)
    assert visitor.post(f"/pemberitahuan/{notice}").status_code == 404
    assert visitor.post("/pemberitahuan/tidak-ada").status_code == 404
    visitor.post("/pemberitahuan/semua")
    assert told(play.app) == [("sari", "entered")]


def test_a_notice_of_a_case_that_is_out_of_reach_names_nobody(play: Play, cast: Cast) -> None:
    case = play.open_case()
    play.play(case, STEPS[:1])
    work(play.app)
    with play.app.app_context(), writing() as rows:
        rows.execute(update(Person).where(Person.id == cast.rahmadi.id).values(superior_id=cast.joko.id))
    visitor = Visitor(play.app)
    visitor.sign_in(cast.sari)
    page = visitor.get("/pemberitahuan").text
    assert "Berkas ini tidak lagi dapat Anda buka." in page
    assert "Rahmadi" not in page
    assert case not in page


def test_many_notices_come_by_pages_each_once(play: Play, cast: Cast) -> None:
    with play.app.app_context(), writing() as rows:
        for number in range(notices.PAGE * 2 + 5):
            at = play.clock.now() + timedelta(minutes=number // 3)
            notices.tell(rows, cast.rahmadi.id, "cycle_opened", f"x:{number}", {"title": "x"}, at, case=None)
        rows.execute(update(Notice).where(Notice.dedup_key.like("%:x:1%")).values(read_at=play.clock.now()))
    visitor = Visitor(play.app)
    visitor.sign_in(cast.rahmadi)
    seen: list[str] = []
    address: str | None = "/pemberitahuan"
    pages = 0
    while address:
        page = visitor.get(address).text
        seen += re.findall(r"/pemberitahuan/([0-9a-f]{32})", page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address, pages = found[1] if found else None, pages + 1
    assert pages == 3
    assert len(seen) == len(set(seen)) == notices.PAGE * 2 + 5
    assert visitor.get("/pemberitahuan?sesudah=1~kapan~x").status_code == 200


def test_notices_of_last_year_are_forgotten(play: Play, cast: Cast) -> None:
    with play.app.app_context():
        with writing() as rows:
            for days in (366, 364):
                at = play.clock.now() - timedelta(days=days)
                notices.tell(rows, cast.sari.id, "cycle_opened", f"{days}", {"title": "x"}, at, case=None)
        with writing() as rows:
            assert not notices.forget(rows, play.clock.now())
    assert told(play.app) == [("sari", "cycle_opened")]


def test_a_proposed_rater_is_told_nothing(play: Play, cast: Cast) -> None:
    case = at_peers(play)
    with play.app.app_context(), writing() as rows:
        rows.execute(update(Seat).where(Seat.person_id == cast.maria.id).values(confirmed=False))
    work(play.app)
    assert play.case(case).stage == "penilaian_kompetensi_360"
    assert ("maria", "entered") not in told(play.app)
