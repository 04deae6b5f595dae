"""Opening a cycle in bulk gives what opening case after case gives, whatever stops it, and each case once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.cast import WORKFLOW
from tests.web.crowd import gather
from tests.web.test_public import ADUAN, REPORT, ticket_of
from tests.web.village import WORKFLOW as LAYANAN
from tests.web.village import Village
from web import opening
from web.chain import chained
from web.database import reading, writing
from web.opening import Opening
from web.store import store
from web.tables import db

NOW = datetime(2026, 1, 5, 1, tzinfo=UTC)
START, END = date(2026, 1, 1), date(2026, 12, 31)

_CASES = """
select person_id, definition, stage, entry, version, opens_on, due_on, closed, wakes_at, origin_id, state, region_id
from appraisal where cycle_id = :cycle order by person_id
"""
_LINES = """
select a.person_id as subject, j.seq, j.event, j.at, j.person_id, j.role, j.action, j.duty, j.answer, j.inputs, j.noted
from journal j join appraisal a on a.id = j.case_id where a.cycle_id = :cycle order by a.person_id, j.seq
"""


@pytest.fixture
def crowd(app: Flask) -> Iterator[int]:
    """Employees of every kind beside the cast; how many people have a superior now."""
    with app.app_context():
        superior: str = reading().execute(text("select id from person order by id")).scalars().first()
        gather(60, superior)
        yield _count("from person where superior_id is not null and active")


def test_every_case_is_the_one_that_is_opened_singly(app: Flask, crowd: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "BATCH", 25)
    begun = _begun("sekaligus")
    assert sum(begun.batches(NOW)) == crowd == begun.told.cases
    process = store().definitions.library.processes[WORKFLOW]
    people = list(reading().execute(text("select id from person where superior_id is not null and active")).scalars())
    with writing() as rows:
        store().open_cycle(rows, process, title="satu-satu", start=START, end=END, people=people, now=NOW)
    singly = _cycle("satu-satu")
    assert _told(_CASES, begun.cycle.id) == _told(_CASES, singly)
    assert _told(_LINES, begun.cycle.id) == [
        [str(part).replace(singly, begun.cycle.id) for part in line] for line in _told(_LINES, singly)
    ]


@pytest.mark.parametrize("value", ["1", "1.50", 1, True, False, None, ["1"], {"a": "1"}, 'a"b\\\n\u00e9'])
def test_a_profile_is_written_as_if_it_had_been_read(app: Flask, value: Any) -> None:
    with app.app_context():
        process = store().definitions.library.processes[WORKFLOW]
        codec = store().definitions.codec(process)
        for name, item in process.words.profile.items():
            if item.type in ("number", "date") and isinstance(value, str):
                continue
            stored = {"lain": "x", name: value}
            # Twice: what is remembered of one value is not taken for another that equals it.
            for kept in (stored, {name: 1}, {name: True}, stored):
                known = {field: told for field, told in kept.items() if field != "lain"}
                assert codec.kept_profile(kept) == codec.dump_profile(codec.load_profile(known))
        for told in ("1", "1.50", "01"):
            kept = {"masa_jabatan_tahun": told, "nama": "Sari"}
            assert codec.kept_profile(kept) == codec.dump_profile(codec.load_profile(kept))


def test_every_journal_is_chained_and_makes_its_case(app: Flask, crowd: int) -> None:
    begun = _begun()
    list(begun.batches(NOW))
    key = app.extensions["settings"].derived("audit")
    cases = reading().execute(text("select id, head from appraisal")).all()
    assert len({row.id for row in cases}) == crowd
    for row in cases:
        assert uuid.UUID(row.id).version == 4
        held = store().held_by_public(reading(), row.id)
        assert store().folded(reading(), held) == held.case
        lines = text("""
        select case_id as "case", seq, event, at, person_id as person, role, action, duty, answer, inputs, noted, chain
        from journal where case_id = :case order by seq
        """).columns(at=db.metadata.tables["journal"].c.at.type)
        link = ""
        for line in reading().execute(lines, {"case": row.id}).mappings():
            link = chained(key, link, {**line, "at": line["at"].isoformat(timespec="microseconds")})
            assert link == line["chain"]
        assert link == row.head


def test_a_run_that_was_killed_is_continued_and_everybody_has_one_case(
    app: Flask, crowd: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "BATCH", 10)
    killed = _begun()
    next(killed.batches(NOW))
    next(killed.batches(NOW))
    assert _count("from appraisal") == 20
    assert not _count("from job where kind = 'cycle_opened'")
    again = _begun()
    assert again.cycle == killed.cycle
    assert again.left() == crowd - 20
    list(again.batches(NOW + timedelta(hours=1)))
    assert again.told.cases == crowd - 20
    assert _count("from appraisal") == crowd == _count("from (select distinct person_id from appraisal) as c")
    assert _count("from job where kind = 'cycle_opened'") == 1
    with pytest.raises(opening.Opened):
        _begun()


def test_a_batch_that_fails_leaves_nothing(app: Flask, crowd: int, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = _begun()
    with monkeypatch.context() as broken:
        broken.setattr(store().records, "add", lambda *rows: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            next(begun.batches(NOW))
    assert not _count("from appraisal")
    list(_begun().batches(NOW))
    assert _count("from appraisal") == crowd


class TestTwoAtOnce:
    """Two runs that read the same people before either writes."""

    def test_without_the_mark_they_collide(self, app: Flask, crowd: int, monkeypatch: pytest.MonkeyPatch) -> None:
        first, second = _begun(), _begun()
        monkeypatch.setattr(Opening, "_move_on", lambda *about: True)
        with pytest.raises(IntegrityError):
            self._interleaved(first, second, monkeypatch)

    def test_they_share_the_work(self, app: Flask, crowd: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(opening, "BATCH", 10)
        first, second = _begun(), _begun()
        assert first.cycle == second.cycle
        self._interleaved(first, second, monkeypatch)
        assert first.told.cases + second.told.cases == crowd
        assert _count("from appraisal") == crowd
        assert _count("from job where kind = 'cycle_opened'") == 1

    @staticmethod
    def _interleaved(first: Opening, second: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
        """Runs *first*; between its reading and its writing *second* opens a batch of the same people."""
        others, write = second.batches(NOW), Opening._write

        def late(self: Opening, *about: Any) -> bool:
            if self is first:
                next(others, None)
            return write(self, *about)

        monkeypatch.setattr(Opening, "_write", late)
        list(first.batches(NOW))
        list(others)


def test_who_is_refused_is_told_and_the_others_are_opened(app: Flask, crowd: int) -> None:
    with writing() as rows:
        wrong = rows.execute(text("select id, nip, profile from person where nip like '1985%' and active")).first()
        assert wrong
        profile = {**json.loads(wrong.profile), "nip": "198513992010011001"}
        rows.execute(text("update person set profile = :p where id = :i"), {"p": json.dumps(profile), "i": wrong.id})
    begun = _begun()
    list(begun.batches(NOW))
    assert begun.told.cases == crowd - 1
    assert [(one.nip, [r.code for r in one.reasons]) for one in begun.told.rejected] == [
        (wrong.nip, ["nip_tanggal_lahir"])
    ]
    still = _begun()
    list(still.batches(NOW))
    assert (still.told.cases, [one.nip for one in still.told.rejected]) == (0, [wrong.nip])
    with writing() as rows:
        rows.execute(text("update person set profile = :p where id = :i"), {"p": wrong.profile, "i": wrong.id})
    rest = _begun()
    list(rest.batches(NOW))
    assert (rest.told.cases, rest.told.rejected) == (1, [])
    with pytest.raises(opening.Opened):
        _begun()


def test_other_days_do_not_continue_a_cycle(app: Flask, crowd: int) -> None:
    begun = _begun()
    process = store().definitions.library.processes[WORKFLOW]
    with pytest.raises(opening.OtherDays) as other:
        opening.begun(store(), process, title="2026", start=START, end=END - timedelta(days=1))
    assert (other.value.start, other.value.end) == (START, END)
    assert begun.left() == crowd


def test_what_the_public_told_before_is_in_the_new_case(make_app: Any) -> None:
    village = Village(make_app)
    guest = village.guest()
    guest.enter(village.codes()[0])
    village.act("Budi", "kirim_mandiri", {"cerita": "-"})
    village.act("Hasan", "putuskan", {"cukup": "ya"})
    number, _tracking = ticket_of(guest.send(ADUAN, REPORT))
    assert village.rows("select 1 from waiting_answer")
    with village.app.app_context():
        process = store().definitions.library.processes[LAYANAN]
        begun = opening.begun(store(), process, title="2027", start=date(2027, 1, 1), end=date(2027, 12, 31))
        list(begun.batches(village.instant))
        of_budi = "select id from appraisal where cycle_id = :cycle and person_id = :budi"
        ((case,),) = _told(of_budi, begun.cycle.id, budi=village.people["Budi"])
    assert begun.told.cases == 2
    assert [ticket["nomor"] for ticket in village.case(case).answers["aduan"].values()] == [number]
    assert village.folded(case) == village.case(case)
    assert not village.rows("select 1 from waiting_answer")


def _begun(title: str = "2026") -> Opening:
    process = store().definitions.library.processes[WORKFLOW]
    return opening.begun(store(), process, title=title, start=START, end=END)


def _cycle(title: str) -> str:
    found: str = reading().execute(text("select id from cycle where title = :t"), {"t": title}).scalar_one()
    return found


def _count(clause: str) -> int:
    found: int = reading().execute(text(f"select count(*) {clause}")).scalar_one()
    return found


def _told(query: str, cycle: str, **binds: str) -> list[list[str]]:
    return [[str(part) for part in row] for row in reading().execute(text(query), {"cycle": cycle, **binds})]
