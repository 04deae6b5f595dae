"""Lists a page at a time: everything that concerns somebody, in order, once; nothing else."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import text

from tests.cast import WORKFLOW, Cast, Visitor
from tests.web.crowd import gather
from web import directory, finding, lists, opening
from web.database import reading, writing
from web.finding import FIRST, LATEST, Desk
from web.held import Held, Missing
from web.lists import Wanted
from web.store import store
from web.tables import db

_STAND = text("""
update appraisal set stage = :stage, closed = :closed, due_on = :due, opens_on = :opens, zone = :zone where id = :case
""")
TODAY = date(2026, 3, 2)
#: At noon it is one day everywhere; at night the next one has begun in the east, and there alone.
NOON, NIGHT = datetime(2026, 3, 2, 5, tzinfo=UTC), datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
OFFICES = ("kepala_opd", "admin_bkd", "tim_penilai")
CAST = ("hasan", "sari", "rahmadi", "lestari", "dewi", "ratna", "joko")


@pytest.fixture
def busy(app: Flask, cast: Cast) -> Iterator[None]:
    """Two cycles whose cases stand everywhere in the process, with deadlines and without, some of them ended."""
    with app.app_context():
        gather(40, cast.sari.id)
        process = store().definitions.library.processes[WORKFLOW]
        for year in (2025, 2026):
            days = {"start": date(year, 1, 1), "end": date(year, 12, 31)}
            list(opening.begun(store(), process, title=str(year), **days).batches(datetime(year, 1, 5, tzinfo=UTC)))
        dice, stages = random.Random(4), list(process.stages.values())
        with writing() as rows:
            for case in rows.execute(text("select id from appraisal order by person_id, cycle_id")).scalars().all():
                stage = dice.choice(stages)
                due = (TODAY + timedelta(days=dice.randint(-9, 9))).isoformat() if stage.deadline else None
                opens = (TODAY + timedelta(days=dice.choice((-9, 0, 9)))).isoformat()
                about = {"stage": stage.id, "closed": stage.final, "due": due, "opens": opens}
                rows.execute(_STAND, {"case": case, "zone": dice.choice(ZONES), **about})
                if dice.random() < 0.2:
                    seat = {"case": case, "person": cast.lestari.id, "yes": dice.random() < 0.8}
                    rows.execute(text("insert into seat values (:case, 'rekan_kerja', :person, :yes, false)"), seat)
        yield


@pytest.mark.parametrize("name", CAST)
class TestDesk:
    def test_all_that_runs_comes_once_and_in_order(
        self, app: Flask, cast: Cast, busy: None, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(finding, "PAGE", 3)
        me, seen, after, places = getattr(cast, name).id, [], FIRST, []
        while after:
            page = Desk(reading(), me).running(TODAY, after)
            seen += [held.case.id for held in page.cases]
            after = page.last
            places += [after] if after else []
        assert len(seen) == len(set(seen))
        assert set(seen) == {held.case.id for held in _held(me) if _runs(held, me)}
        assert places == sorted(places)

    def test_what_has_ended_comes_once_the_latest_first(
        self, app: Flask, cast: Cast, busy: None, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(finding, "PAGE", 3)
        me, seen, after = getattr(cast, name).id, [], LATEST
        while after:
            page = Desk(reading(), me).finished(after)
            seen += [held.case for held in page.cases]
            after = page.last
        ended = {held.case.id for held in _held(me) if _ended(held) and _near(held)}
        assert [case.id for case in seen] == list(dict.fromkeys(case.id for case in seen))
        assert {case.id for case in seen} == ended

    def test_an_office_lists_its_region_or_unit_by_deadline(
        self, app: Flask, cast: Cast, busy: None, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lists, "PAGE", 4)
        me = getattr(cast, name).id
        reads = [held for held in _held(me) if any(actor.role in OFFICES for actor in held.actors)]
        for wanted in (
            {},
            {"late": NOON},
            {"late": NIGHT},
            {"stage": "rencana_kinerja"},
            {"unit": "PON-05"},
            {"words": "pegawai"},
        ):
            seen, keys, after = [], [], ()
            while True:
                narrowed = Wanted(**{**wanted, "late": "late" in wanted}, after=after)
                found = lists.cases(reading(), me, narrowed, wanted.get("late", NOON))
                seen += found.rows
                after = lists.read(lists.written(found.last)) if found.last else ()
                if not after:
                    break
                keys.append(after)
            expected = {held.case.id for held in reads if _matches(held, wanted)}
            assert {row.id for row in seen} == expected, wanted
            assert len(seen) == len(expected), wanted
            assert keys == sorted(keys)

    def test_what_is_late_is_counted_by_the_day_of_each_case(
        self, app: Flask, cast: Cast, busy: None, name: str
    ) -> None:
        me = getattr(cast, name).id
        reads = [held for held in _held(me) if any(actor.role in OFFICES for actor in held.actors)]
        for now in (NOON, NIGHT):
            counted = lists.counted(reading(), me, now)
            late = sum(number for one in counted for _all, number in one.stages.values())
            assert late == sum(_is_late(held, now) for held in reads)
        if reads:
            nights = [held for held in reads if _is_late(held, NIGHT) and not _is_late(held, NOON)]
            assert {_zone(held) for held in nights} == {"Asia/Jayapura"}


def _zone(held: Held) -> str:
    zone: str = db.session.execute(text("select zone from appraisal where id = :c"), {"c": held.case.id}).scalar_one()
    return zone


class TestPages:
    def test_the_inbox_is_read_page_by_page(
        self, app: Flask, cast: Cast, busy: None, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(finding, "PAGE", 5)
        visitor.sign_in(cast.sari)
        for start in ("/tugas", "/tim"):
            path, seen = start, []
            while path:
                page = visitor.get(path).text
                seen += re.findall(r'href="/berkas/([^/"]+)"', page)
                following = re.search(r'rel="next" href="([^"]+)"', page)
                path = unescape(following[1]) if following and "selesai" not in following[1] else ""
            mine = [held for held in _held(cast.sari.id) if not _ended(held)]
            others = {held.case.id for held in mine if held.subject.id != cast.sari.id}
            assert others <= set(seen)

    @pytest.mark.parametrize("place", ["x", "0~x~y", "2~2026-01-01~y", "~~~", "2026-13-01~x"])
    @pytest.mark.parametrize("path", ["/tugas?sesudah=", "/tugas?selesai=", "/tim?sesudah=", "/berkas?sesudah="])
    def test_a_place_that_cannot_be_one_is_the_beginning(
        self, cast: Cast, visitor: Visitor, path: str, place: str
    ) -> None:
        visitor.sign_in(cast.dewi)
        assert visitor.get(path + place).status_code == 200

    @pytest.mark.parametrize(
        ("who", "path"),
        [
            ("sari", "/tugas?sesudah=1~9999-12-31~zz"),
            ("sari", "/tim?sesudah=1~9999-12-31~zz"),
            ("dewi", "/berkas?sesudah=9999-12-31~zz"),
        ],
    )
    def test_a_page_after_the_last_case_says_so_and_leads_back(
        self, cast: Cast, visitor: Visitor, who: str, path: str
    ) -> None:
        visitor.sign_in(getattr(cast, who))
        page = visitor.get(path).text
        assert "Tidak ada lagi di halaman ini." in page
        assert "Halaman pertama" in page


class TestDirectory:
    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ("Drs. Ma'ruf AMIN, M.Si.", ["drs", "maruf", "amin", "m", "si"]),
            ("Élodie Sañtoso_Putra", ["elodie", "santoso", "putra"]),
            ("%_ -", []),
            ("sari Sari", ["sari"]),
        ],
    )
    def test_words_are_told_apart_as_people_type_them(self, said: str, words: list[str]) -> None:
        assert directory.words_of(said) == words

    @pytest.mark.parametrize(
        ("said", "found"),
        [
            ("rahm", {"Rahmadi Sulistyo Putra"}),
            ("putra rahm", {"Rahmadi Sulistyo Putra"}),
            ("PUTRA", {"Rahmadi Sulistyo Putra"}),
            ("rahm wulan", set()),
            ("1987 0412", {"Rahmadi Sulistyo Putra"}),
            ("ahmadi", set()),
            ("%", set()),
        ],
    )
    def test_people_are_found_by_how_their_words_begin(
        self, app: Flask, cast: Cast, busy: None, said: str, found: set[str]
    ) -> None:
        listed = lists.cases(reading(), cast.dewi.id, Wanted(words=said), NOON)
        assert {row.name for row in listed.rows} == found


def _held(me: str) -> Iterator[Held]:
    """Every case on which *me* has a role, found one by one."""
    for case in db.session.execute(text("select id from appraisal")).scalars().all():
        try:
            yield store().held(reading(), me, case)
        except Missing:
            continue


def _ended(held: Held) -> bool:
    return held.process.stages[held.case.stage].final


def _near(held: Held) -> bool:
    return any(not held.process.words.roles[actor.role].is_.endswith("office") for actor in held.actors)


def _runs(held: Held, me: str) -> bool:
    roles = {actor.role for actor in held.actors}
    return not _ended(held) and (_near(held) or finding.acts(held.process, held.case.stage, roles))


def _is_late(held: Held, now: object) -> bool:
    row = db.session.execute(text("select due_on, zone from appraisal where id = :c"), {"c": held.case.id}).one()
    assert isinstance(now, datetime)
    return row.due_on is not None and str(row.due_on) < now.astimezone(ZoneInfo(row.zone)).date().isoformat()


def _matches(held: Held, wanted: dict[str, object]) -> bool:
    return (
        (not wanted.get("late") or _is_late(held, wanted["late"]))
        and wanted.get("stage", held.case.stage) == held.case.stage
        and wanted.get("unit", held.subject.unit_code) == held.subject.unit_code
        and (not wanted.get("words") or held.subject.name.startswith("Pegawai"))
    )
