"""People without an account: feedback with a code, reports, and what nobody can find out about them."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from markupsafe import escape

from tests.cast import dump
from tests.conftest import on_sqlite
from tests.web.village import REGION, UNIT, WORKFLOW, Village, sending, typed_in, words
from web import clock, codes, instants, reception
from web.database import writing
from web.reception import Reception
from web.statements import instant

VOICE = {"waktu": "4", "masalah": "tidak", "uraian_masalah": "", "pendapat": "Cepat dan ramah", "setuju": "true"}
REPORT = {"perihal": "waktu", "uraian": "Antre tiga jam", "kontak": "0811-222-333"}
SUARA, ADUAN = "/masyarakat/isi/suara/warga", "/masyarakat/isi/aduan/warga"
UNNAMED = f"/masyarakat/lapor/{REGION}/{WORKFLOW}/{UNIT}/aduan/warga"


@pytest.fixture
def village(make_app: Callable[..., Flask]) -> Village:
    return Village(make_app)


class TestFeedbackWithACode:
    def test_a_code_leads_to_the_form_and_the_answer_into_the_case(self, village: Village) -> None:
        (code,) = village.codes()
        guest = village.guest()
        chosen = guest.enter(codes.grouped(code).lower())
        assert "Budi" in words(chosen) and "Suara warga" in words(chosen)
        form = guest.get(SUARA)
        assert "Waktu penyelesaian" in words(form)
        assert 'name="nomor_kertas"' not in form.text
        looked = guest.review(SUARA, VOICE)
        assert "4 – Baik sekali" in words(looked)
        assert "Cepat dan ramah" in words(looked)
        done = guest.post(sending(SUARA), typed_in(looked))
        assert "Terkirim: Suara warga" in words(done)
        answers = village.case().answers["suara"]
        assert [str(a["waktu"]) for a in answers.values()] == ["4"]
        assert village.folded() == village.case()

    def test_a_link_shows_the_code_and_a_look_at_it_uses_nothing(self, village: Village) -> None:
        (code,) = village.codes()
        guest = village.guest()
        for _ in range(3):
            assert code in guest.get(f"/masyarakat/{code}").text
        assert "Budi" not in words(guest.get(f"/masyarakat/{code}"))
        assert "Budi" in words(guest.enter(code))

    def test_what_is_missing_is_told_at_its_field_and_nothing_is_lost(self, village: Village) -> None:
        guest = village.guest()
        guest.enter(village.codes()[0])
        page = guest.review(SUARA, {**VOICE, "waktu": "", "masalah": "ya"})
        assert page.status_code == 422
        assert "Ada 2 hal yang perlu diperbaiki" in words(page)
        assert "Cepat dan ramah" in page.text
        assert not village.case().answers.get("suara")

    def test_a_box_is_to_be_ticked_not_to_be_filled_in(self, village: Village) -> None:
        guest = village.guest()
        guest.enter(village.codes()[0])
        page = guest.review(SUARA, {name: text for name, text in VOICE.items() if name != "setuju"})
        assert page.status_code == 422
        assert "Centang: Saya membaca keterangan tentang data" in words(page)

    def test_the_language_is_not_offered_where_changing_it_would_lose_what_was_typed(self, village: Village) -> None:
        guest = village.guest()
        guest.enter(village.codes()[0])
        assert "/bahasa/en" in guest.get(SUARA).text
        for answers in (VOICE, {**VOICE, "waktu": ""}):
            assert "/bahasa/en" not in guest.review(SUARA, answers).text

    def test_answers_can_be_changed_before_they_are_sent(self, village: Village) -> None:
        guest = village.guest()
        guest.enter(village.codes()[0])
        looked = typed_in(guest.review(SUARA, VOICE))
        again = guest.post(SUARA, {**looked, "_intent": "ubah"})
        assert again.status_code == 200
        assert "Cepat dan ramah" in again.text
        assert re.search(r'value="4"[^>]* checked', again.text)

    @pytest.mark.parametrize("code", ["abc", "SALAH-KODE", "0" * 26, "x' or 1=1 --"])
    def test_a_wrong_code_is_told_and_stays_as_it_was_typed(self, village: Village, code: str) -> None:
        page = village.guest().enter(code)
        assert page.status_code == 422
        assert "Kode ini tidak dikenal" in words(page)
        assert f'value="{escape(code)}"' in page.text

    def test_an_empty_code_is_asked_for(self, village: Village) -> None:
        page = village.guest().enter("  ")
        assert page.status_code == 422
        assert "Isi kode layanan." in words(page)

    def test_a_code_ends_with_its_cycle(self, village: Village) -> None:
        (code,) = village.codes()
        village.act("Budi", "kirim_mandiri", {"cerita": "-"})
        village.instant += timedelta(days=320)
        assert village.guest().enter(code).status_code == 200, "the superior has not closed the collection yet"
        village.act("Hasan", "putuskan", {"cukup": "ya"})
        page = village.guest().enter(code)
        assert page.status_code == 422
        assert "Masa berlaku kode ini sudah habis" in words(page)

    def test_a_code_gives_one_answer(self, village: Village) -> None:
        (code,) = village.codes()
        first, second = village.guest(), village.guest("10.1.1.2")
        first.enter(code)
        second.enter(code)
        kept = second.review(SUARA, VOICE)
        assert "Terkirim" in words(first.send(SUARA, VOICE))
        late = second.post(sending(SUARA), typed_in(kept))
        assert late.status_code == 422
        assert "Kode ini sudah dipakai untuk menjawab." in words(late)
        assert "Kode ini sudah dipakai" in words(second.get("/masyarakat/pilihan"))
        assert len(village.case().answers["suara"]) == 1

    def test_a_second_press_gets_the_first_answer(self, village: Village) -> None:
        guest = village.guest()
        guest.enter(village.codes()[0])
        sent = typed_in(guest.review(SUARA, VOICE))
        assert [guest.post(sending(SUARA), sent, follow=False).status_code for _ in range(3)] == [303] * 3
        assert len(village.case().answers["suara"]) == 1
        assert guest.post(sending(SUARA), {**sent, "pendapat": "Lain"}, follow=False).status_code == 422

    def test_a_closed_collection_says_so(self, village: Village) -> None:
        guest = village.guest()
        guest.enter(village.codes()[0])
        looked = typed_in(guest.review(SUARA, VOICE))
        village.act("Budi", "kirim_mandiri", {"cerita": "-"})
        village.act("Hasan", "putuskan", {"cukup": "ya"})
        assert "Pengumpulan ini sudah ditutup" in words(guest.get("/masyarakat/pilihan"))
        assert "Pengumpulan ini sudah ditutup" in words(guest.get(SUARA))
        assert guest.post(sending(SUARA), looked).status_code == 422

    def test_nobody_answers_about_themselves_while_signed_in(self, village: Village) -> None:
        (code,) = village.codes()
        budi = village.signed_in("Budi")
        assert budi.enter(code).status_code == 404

    def test_the_session_of_another_device_is_needed_for_the_form(self, village: Village) -> None:
        assert "Kode layanan" in words(village.guest().get(SUARA))


class TestReports:
    def test_a_report_with_a_code_has_a_number_and_can_be_followed(self, village: Village) -> None:
        guest = village.guest()
        guest.enter(village.codes()[0])
        page = guest.send(ADUAN, REPORT)
        number, tracking = ticket_of(page)
        assert number == "ADU-001"
        status = guest.post("/masyarakat/status", {"nomor": number.lower(), "kode": tracking})
        assert "Sedang ditangani" in words(status)
        village.act("Budi", "kirim_mandiri", {"cerita": "-"})
        village.act("Hasan", "putuskan", {"cukup": "ya"})
        village.act("Budi", "tutup", {"tindakan": "Loket ditambah satu", "catatan": "hanya untuk dalam"})
        status = guest.post("/masyarakat/status", {"nomor": number, "kode": tracking})
        assert "Loket ditambah satu" in words(status)
        assert "hanya untuk dalam" not in words(status)

    NONE, EMPTY = "Tidak ada laporan dengan nomor", "Isi nomor laporan dan kode pelacakan."

    @pytest.mark.parametrize(
        ("number", "tracking", "told"),
        [("ADU-001", "0" * 16, NONE), ("ADU-002", None, NONE), ("", "", EMPTY), ("ADU-001", " ", EMPTY)],
    )
    def test_without_both_nothing_is_told(self, village: Village, number: str, tracking: str | None, told: str) -> None:
        guest = village.guest()
        guest.enter(village.codes()[0])
        right = ticket_of(guest.send(ADUAN, REPORT))[1]
        page = guest.post("/masyarakat/status", {"nomor": number, "kode": right if tracking is None else tracking})
        assert page.status_code == 422
        assert told in words(page)

    def test_a_report_without_a_code_waits_until_the_unit_names_the_employee(self, village: Village) -> None:
        guest = village.guest()
        assert "Loket Perizinan" in words(guest.get("/masyarakat/laporan"))
        page = guest.send(UNNAMED, REPORT)
        number, tracking = ticket_of(page)
        status = guest.post("/masyarakat/status", {"nomor": number, "kode": tracking})
        assert "Diterima" in words(status)
        assert not village.case().answers.get("aduan")
        (answer,) = [row.answer for row in village.rows("select answer from waiting_answer")]
        assert named(village, answer, "Petra", "Budi")
        assert [t["nomor"] for t in village.case().answers["aduan"].values()] == [number]
        assert village.folded() == village.case()
        assert not village.rows("select 1 from waiting_answer")
        assert "Sedang ditangani" in words(guest.post("/masyarakat/status", {"nomor": number, "kode": tracking}))

    @pytest.mark.parametrize(
        ("officer", "employee"), [("Peter", "Budi"), ("Ada", "Budi"), ("Petra", "Joko"), ("Petra", "Petra")]
    )
    def test_only_the_unit_names_and_only_its_own(self, village: Village, officer: str, employee: str) -> None:
        village.guest().send(UNNAMED, REPORT)
        (answer,) = [row.answer for row in village.rows("select answer from waiting_answer")]
        with pytest.raises(reception.Missing):
            named(village, answer, officer, employee)
        assert len(village.rows("select 1 from waiting_answer where person_id is null")) == 1

    def test_after_the_end_a_report_waits_for_the_next_cycle(self, village: Village) -> None:
        guest = village.guest()
        guest.enter(village.codes()[0])
        village.act("Budi", "kirim_mandiri", {"cerita": "-"})
        village.act("Hasan", "putuskan", {"cukup": "ya"})
        assert village.case().stage == "selesai"
        number, tracking = ticket_of(guest.send(ADUAN, REPORT))
        assert not village.case().answers.get("aduan")
        later = village.open_case("Budi", 2027)
        assert [t["nomor"] for t in village.case(later).answers["aduan"].values()] == [number]
        assert village.folded(later) == village.case(later)
        assert "Sedang ditangani" in words(guest.post("/masyarakat/status", {"nomor": number, "kode": tracking}))

    def test_numbers_are_given_in_order_and_a_second_press_shows_the_same(self, village: Village) -> None:
        guest = village.guest()
        guest.enter(village.codes()[0])
        sent = typed_in(guest.review(ADUAN, REPORT))
        first = ticket_of(guest.post(sending(ADUAN), sent))
        assert ticket_of(guest.post(sending(ADUAN), sent)) == first
        assert ticket_of(guest.send(ADUAN, REPORT))[0] == "ADU-002"
        assert ticket_of(guest.send(UNNAMED, REPORT))[0] == "ADU-003"

    @pytest.mark.parametrize("path", [UNNAMED.replace(UNIT, "U9"), UNNAMED.replace("aduan", "suara"), UNNAMED + "x"])
    def test_what_is_not_there_cannot_be_reported_on(self, village: Village, path: str) -> None:
        assert village.guest().get(path).status_code == 404
        assert village.guest().review(path, REPORT).status_code == 404


class TestSecrecy:
    def test_a_contact_is_readable_for_the_office_alone_and_not_in_the_database(self, village: Village) -> None:
        guest = village.guest()
        guest.enter(village.codes()[0])
        guest.send(ADUAN, REPORT)
        guest.send(UNNAMED, REPORT)
        assert "0811-222-333" not in str(dump(village.app))
        ada = village.signed_in("Ada")
        assert "0811-222-333" in words(ada.get(f"/berkas/{village.case_id}"))
        for name in ("Petra", "Budi", "Hasan"):
            page = words(village.signed_in(name).get(f"/berkas/{village.case_id}"))
            assert "Antre tiga jam" in page
            assert "0811-222-333" not in page

    def test_no_table_tells_who_answered_when_or_with_which_code(self, village: Village) -> None:
        before = set(dump(village.app))
        made = village.codes(3)
        assert not any(code in str(dump(village.app)) for code in made)
        village.instant += timedelta(days=3, minutes=17)
        for number, code in enumerate(made):
            guest = village.guest(f"10.9.8.{number}")
            guest.enter(code)
            guest.send(SUARA, {**VOICE, "pendapat": f"Pendapat {number}"})
            guest.send(ADUAN, REPORT)
        new = "\n".join(set(dump(village.app)) - before)
        assert "Pendapat 2" in new
        for told in (*made, *map(codes.grouped, made), "10.9.8.", "petra"):
            assert told not in new.lower() and told not in new
        anonymous = village.rows("select at, person_id, role from journal where event = 'received' and duty = 'suara'")
        entered = village.case().entered_at
        assert {instant(row.at) for row in anonymous} == {entered}
        assert {(row.person_id, row.role) for row in anonymous} == {(None, "warga")}
        assert not village.rows("select 1 from journal where event = 'received' and person_id is not null")

    @on_sqlite
    def test_what_was_used_lies_in_no_order(self, village: Village) -> None:
        for code in village.codes(6):
            guest = village.guest()
            guest.enter(code)
            guest.send(SUARA, VOICE)
        stored = [row.use_hash for row in village.rows("select use_hash from used_code")]
        assert stored == sorted(stored)

    def test_a_session_that_is_signed_in_leaves_no_trace_on_an_answer(self, village: Village) -> None:
        sari = village.signed_in("Sari")
        sari.enter(village.codes()[0])
        sari.send(SUARA, VOICE)
        received = village.rows("select * from journal where event = 'received'")
        assert village.people["Sari"] not in str(received)


class TestComments:
    def test_texts_are_read_when_enough_have_written_and_nobody_can_join_singly(self, village: Village) -> None:
        budi = village.signed_in("Budi")
        for number, code in enumerate(village.codes(3)):
            guest = village.guest()
            guest.enter(code)
            guest.send(SUARA, {**VOICE, "pendapat": f"{'CAB'[number]} antre"})
            assert "antre" not in words(budi.get(f"/berkas/{village.case_id}"))
        village.act("Budi", "kirim_mandiri", {"cerita": "-"})
        village.act("Hasan", "putuskan", {"cukup": "ya"})
        page = words(budi.get(f"/berkas/{village.case_id}"))
        assert "Suara warga: Pendapat Ditulis tanpa nama, dalam urutan acak. A antre B antre C antre" in page
        assert "antre" not in words(village.signed_in("Petra").get(f"/berkas/{village.case_id}"))

    def test_two_texts_are_too_few(self, village: Village) -> None:
        for code in village.codes(2):
            guest = village.guest()
            guest.enter(code)
            guest.send(SUARA, VOICE)
        village.act("Budi", "kirim_mandiri", {"cerita": "-"})
        village.act("Hasan", "putuskan", {"cukup": "ya"})
        assert "Cepat dan ramah" not in words(village.signed_in("Budi").get(f"/berkas/{village.case_id}"))


class TestFloods:
    def test_many_wrong_codes_from_one_network_are_slowed_and_others_are_not(self, village: Village) -> None:
        guest = village.guest()
        assert [guest.enter(f"{n:026}").status_code for n in range(22)][-2:] == [429, 429]
        assert village.guest("10.1.1.9").enter(village.codes()[0]).status_code == 200

    def test_right_codes_from_one_network_are_never_slowed(self, village: Village) -> None:
        for code in village.codes(30):
            assert village.guest().enter(code).status_code == 200

    def test_many_reports_from_one_network_are_slowed_and_nothing_of_them_is_lost(self, village: Village) -> None:
        guest = village.guest()
        pages = [guest.send(UNNAMED, REPORT) for _ in range(11)]
        assert [page.status_code for page in pages] == [200] * 10 + [429]
        assert "Antre tiga jam" in pages[-1].text
        assert village.guest("10.1.1.9").send(UNNAMED, REPORT).status_code == 200

    def test_addresses_are_kept_as_hashes(self, village: Village) -> None:
        village.guest("10.77.66.55").enter("salah")
        assert len(village.rows("select 1 from throttle")) == 1
        assert "10.77.66.55" not in str(dump(village.app))


class TestRaces:
    def test_one_code_sent_by_eight_at_once_gives_one_answer(self, village: Village) -> None:
        assert raced(village) == (1, 1)

    def test_without_the_mark_the_same_race_gives_several(
        self, village: Village, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Reception, "_spend", lambda *_: True)
        monkeypatch.setattr(Reception, "is_spent", lambda *_: False)
        assert raced(village) == (8, 8)

    def test_reports_at_once_have_numbers_of_their_own(self, village: Village) -> None:
        def one(number: int) -> str:
            return ticket_of(village.guest(f"10.5.5.{number}").send(UNNAMED, REPORT))[0]

        with ThreadPoolExecutor(6) as pool:
            assert sorted(pool.map(one, range(6))) == [f"ADU-{n:03}" for n in range(1, 7)]


class TestMachinesWhoseClocksDisagree:
    """On PostgreSQL the database's clock says when an answer came and when a code ended; SQLite has one machine."""

    @pytest.mark.parametrize("minutes", [5, -5])
    def test_an_answer_comes_when_the_shared_clock_says(
        self, village: Village, monkeypatch: pytest.MonkeyPatch, minutes: int
    ) -> None:
        true = village.instant = village.instant + timedelta(hours=3)
        shift_clock(village, monkeypatch, minutes)
        off = timedelta(minutes=minutes) if alone(village) else timedelta()
        assert abs(report_came(village) - true - off) < timedelta(seconds=30)

    def test_without_a_shared_clock_it_comes_when_that_machine_says(
        self, village: Village, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        true = village.instant
        shift_clock(village, monkeypatch, 5)
        monkeypatch.setattr(instants, "NEAR", timedelta(days=1))
        assert report_came(village) - true > timedelta(minutes=4)

    def test_a_machine_that_is_ahead_ends_no_code(self, village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
        (code,) = village.codes()
        village.act("Budi", "kirim_mandiri", {"cerita": "-"})
        village.act("Hasan", "putuskan", {"cukup": "ya"})
        village.instant = datetime(2026, 12, 31, 16, 58, tzinfo=UTC)
        shift_clock(village, monkeypatch, 5)
        assert village.guest().enter(code).status_code == (422 if alone(village) else 200)


def shift_clock(village: Village, monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    """The machine's clock is *minutes* ahead."""
    ahead = timedelta(minutes=minutes)
    village.instant += ahead
    monkeypatch.setattr(clock, "wall", lambda: datetime.now(UTC) + ahead)


def alone(village: Village) -> bool:
    """Whether the database has no clock of its own."""
    return bool(village.app.extensions["settings"].database_url.startswith("sqlite"))


def report_came(village: Village) -> datetime:
    """When a report about Budi came, as his journal has it."""
    (code,) = village.codes()
    guest = village.guest()
    guest.enter(code)
    guest.send(ADUAN, REPORT)
    [row] = village.rows("select at from journal where event = 'received'")
    return instant(row.at)


def raced(village: Village) -> tuple[int, int]:
    """How many of eight visitors with one code were told that it was sent, and how many answers there are."""
    (code,) = village.codes()
    guests = [village.guest(f"10.4.4.{n}") for n in range(8)]
    looked = []
    for guest in guests:
        guest.enter(code)
        looked.append(typed_in(guest.review(SUARA, VOICE)))
    barrier = Barrier(8)

    def send(number: int) -> int:
        sent = {**looked[number], "csrf_token": guests[number].token()}
        barrier.wait()
        return guests[number].client.post(sending(SUARA), data=sent).status_code

    with ThreadPoolExecutor(8) as pool:
        answered = list(pool.map(send, range(8)))
    assert set(answered) <= {303, 422}
    return answered.count(303), len(village.case().answers["suara"])


def named(village: Village, answer: str, officer: str, employee: str) -> bool:
    with village.app.app_context(), writing() as rows:
        people = village.people
        return reception.reception().name(rows, people[officer], answer, people[employee], village.instant)


def ticket_of(page: Any) -> tuple[str, str]:
    """Number and tracking code of a confirmation."""
    found = re.search(r"(ADU-\d{3}).*?((?:[0-9A-Z]{4}-){3}[0-9A-Z]{4})", words(page))
    assert found, words(page)
    return found[1], found[2]
