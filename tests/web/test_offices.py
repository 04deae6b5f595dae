"""What offices find: lists of cases, cycles, service codes, reports that name nobody, follow-up cases."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from tests.web.test_public import ADUAN, REPORT, SUARA, UNNAMED, VOICE
from tests.web.village import Village, words
from web import lists
from web.database import reading, writing
from web.lists import Wanted

OFFICE_PAGES = ("/berkas", "/siklus")
UNIT_PAGES = ("/kode", "/laporan-masuk")


@pytest.fixture
def village(make_app: Callable[..., Flask]) -> Village:
    return Village(make_app)


class TestWhoFindsThem:
    @pytest.mark.parametrize("name", ["Budi", "Hasan", "Sari", "Joko"])
    def test_for_whoever_holds_no_office_there_are_no_such_pages(self, village: Village, name: str) -> None:
        guest = village.signed_in(name)
        for path in (*OFFICE_PAGES, *UNIT_PAGES, f"/kode/{village.case_id}"):
            assert guest.get(path).status_code == 404
            assert guest.post(path, {}).status_code in (404, 405)
        assert "Siklus" not in words(guest.get("/tugas")).split("Tugas saya")[0]

    def test_an_office_of_the_region_reads_lists_and_makes_no_codes(self, village: Village) -> None:
        ada = village.signed_in("Ada")
        for path in OFFICE_PAGES:
            assert ada.get(path).status_code == 200
        for path in (*UNIT_PAGES, f"/kode/{village.case_id}"):
            assert ada.get(path).status_code == 404
        made = {"jumlah": "1", "_kunci": "0" * 32}
        assert ada.post(f"/kode/{village.case_id}", made).status_code == 404

    def test_visitors_sign_in_first(self, village: Village) -> None:
        for path in (*OFFICE_PAGES, *UNIT_PAGES):
            assert "Kata sandi" in words(village.guest().get(path))


class TestCases:
    def test_an_office_finds_all_cases_of_its_region_and_a_unit_its_own(self, village: Village) -> None:
        village.open_case("Joko")
        assert _names(village, "Ada") == ["Budi", "Joko"]
        assert _names(village, "Petra") == ["Budi"]
        assert _names(village, "Peter") == ["Joko"]

    def test_nobody_finds_their_own_case_there(self, village: Village) -> None:
        village.open_case("Petra")
        assert _names(village, "Petra") == ["Budi"]

    def test_a_region_is_closed_to_the_offices_of_another(self, village: Village) -> None:
        with village.app.app_context(), writing() as rows:
            rows.execute(text("insert into region (id, title, zone) values ('lain', 'Lain', 'Asia/Jakarta')"))
            rows.execute(text("update office set region_id = 'lain' where role = 'admin'"))
        assert _names(village, "Ada") == []
        assert village.signed_in("Ada").get(f"/berkas/{village.case_id}").status_code == 404

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("cari=bud", ["Budi"]),
            ("cari=%25", []),
            ("cari=_", []),
            ("cari=Joko+", ["Joko"]),
            ("tahap=nilai", ["Budi"]),
            ("tahap=mandiri", ["Joko"]),
            ("tahap=tidak-ada", []),
            ("unit=U2", ["Joko"]),
            ("unit=U2&tahap=nilai", []),
            ("siklus=x", []),
        ],
    )
    def test_the_list_is_narrowed_as_asked(self, village: Village, query: str, found: list[str]) -> None:
        village.open_case("Joko")
        village.act("Budi", "kirim_mandiri", {"cerita": "-"})
        assert _names(village, "Ada", f"?{query}") == found

    def test_a_nip_is_found_with_its_spaces(self, village: Village) -> None:
        (nip,) = [row.nip for row in village.rows("select nip from person where name = 'Budi'")]
        assert _names(village, "Ada", f"?cari={nip[:8]}+{nip[8:12]}") == ["Budi"]

    def test_a_deadline_is_told_with_its_hour_and_zone(self, village: Village) -> None:
        assert re.search(
            r"sampai \d+ \w+ \d{4} pukul 23\.59 WIB, \d+ hari lagi", words(village.signed_in("Ada").get("/berkas"))
        )

    def test_only_late_ones(self, village: Village) -> None:
        assert _names(village, "Ada", "?terlambat=ya") == []
        village.instant += timedelta(days=31)
        assert _names(village, "Ada", "?terlambat=ya") == ["Budi"]
        assert "terlambat 1 hari" in words(village.signed_in("Ada").get("/berkas"))

    def test_pages_follow_one_another_without_gap_or_repeat(
        self, village: Village, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lists, "PAGE", 2)
        for name in ("Joko", "Sari", "Hasan", "Peter"):
            village.open_case(name)
        seen, path, ada = [], "/berkas", village.signed_in("Ada")
        while path:
            page = ada.get(path).text
            seen += _listed(page)
            following = re.search(r'rel="next" href="([^"]+)"', page)
            path = following[1].replace("&amp;", "&") if following else ""
        assert sorted(seen) == ["Budi", "Hasan", "Joko", "Peter", "Sari"]

    def test_a_list_is_read_by_columns_and_not_by_states(self, village: Village) -> None:
        with village.app.app_context():
            found = lists.cases(reading(), village.people["Ada"], Wanted(), village.instant)
        assert [row.name for row in found.rows] == ["Budi"] and not found.last
        assert not hasattr(found.rows[0], "state")


class TestCycles:
    def test_a_cycle_says_how_many_cases_stand_where_and_how_many_are_late(self, village: Village) -> None:
        village.act("Budi", "kirim_mandiri", {"cerita": "-"})
        page = words(village.signed_in("Ada").get("/siklus"))
        assert "Penilaian layanan, 2026 · Kabupaten Contoh" in page
        assert re.search(r"Penilaian atasan Berkas 1 Persentase 100 %", page), page

    def test_the_count_leads_to_the_cases(self, village: Village) -> None:
        ada = village.signed_in("Ada")
        (address,) = re.findall(r'href="(/berkas\?siklus[^"]+)"', ada.get("/siklus").text)
        assert _listed(ada.get(address.replace("&amp;", "&")).text) == ["Budi"]


class TestCodes:
    def test_the_unit_prints_codes_that_work(self, village: Village) -> None:
        petra = village.signed_in("Petra")
        page = _made(village, "3")
        codes = re.findall(r'slip__code">([^<]+)<', page)
        assert len(set(codes)) == 3
        assert page.count("<svg") == 3
        assert all(village.guest().enter(code).status_code == 200 for code in codes)
        assert "3 kode terbit" in words(petra.get("/kode"))
        assert codes[0] not in petra.get(f"/kode/{village.case_id}").text

    def test_a_second_press_shows_the_same_codes(self, village: Village) -> None:
        first, second = (re.findall(r'slip__code">([^<]+)<', _made(village, "2", "1" * 32)) for _ in range(2))
        assert first == second
        assert len(village.rows("select 1 from service_code")) == 2

    @pytest.mark.parametrize("count", ["0", "61", "-1", "", "x", "999999999999"])
    def test_a_wrong_number_is_told(self, village: Village, count: str) -> None:
        page = _made(village, count)
        assert "Tulis jumlah dari 1 sampai 60." in words_of(page)
        assert f'name="jumlah" type="text" value="{count}"' in page, "what was typed stands there still"
        assert not village.rows("select 1 from service_code")

    def test_no_codes_for_oneself_or_for_another_unit(self, village: Village) -> None:
        own, foreign = village.open_case("Petra"), village.open_case("Joko")
        petra = village.signed_in("Petra")
        for case in (own, foreign):
            assert petra.get(f"/kode/{case}").status_code == 404
            assert petra.post(f"/kode/{case}", {"jumlah": "1", "_kunci": "0" * 32}).status_code == 404

    def test_the_unit_sees_whole_groups_of_answers_only(self, village: Village) -> None:
        petra, told = village.signed_in("Petra"), []
        for code in village.codes(4):
            guest = village.guest()
            guest.enter(code)
            guest.send(SUARA, VOICE)
            found = re.search(r"Suara warga: ([^,]+),", words(petra.get("/kode")))
            told.append(found[1] if found else "")
        assert told == ["kurang dari 3 jawaban"] * 2 + ["3 jawaban atau lebih"] * 2


class TestReportsWithoutAName:
    def test_the_unit_reads_and_passes_on(self, village: Village) -> None:
        village.guest().send(UNNAMED, REPORT)
        petra = village.signed_in("Petra")
        assert "1 laporan menunggu Anda" in words(petra.get("/kode"))
        page = petra.get("/laporan-masuk")
        assert "Antre tiga jam" in words(page)
        assert "0811-222-333" not in page.text
        answer = re.search(r"/laporan-masuk/(\w+)", page.text)
        assert answer
        told = petra.post(answer[0], {"pegawai": village.people["Budi"]})
        assert "sudah masuk ke berkas" in words(told)
        assert len(village.case().answers["aduan"]) == 1
        assert petra.post(answer[0], {"pegawai": village.people["Sari"]}).status_code == 404

    def test_without_a_choice_nothing_happens_and_it_is_told(self, village: Village) -> None:
        village.guest().send(UNNAMED, REPORT)
        petra = village.signed_in("Petra")
        answer = re.search(r"/laporan-masuk/(\w+)", petra.get("/laporan-masuk").text)
        assert answer
        page = petra.post(answer[0], {"pegawai": ""})
        assert page.status_code == 422
        assert "Pilih pegawai yang dimaksud." in words(page)

    def test_somebody_without_a_case_gets_it_with_the_next_one(self, village: Village) -> None:
        village.guest().send(UNNAMED, REPORT)
        petra = village.signed_in("Petra")
        answer = re.search(r"/laporan-masuk/(\w+)", petra.get("/laporan-masuk").text)
        assert answer
        assert "berkas siklus berikutnya" in words(petra.post(answer[0], {"pegawai": village.people["Sari"]}))
        later = village.open_case("Sari", 2027)
        assert len(village.case(later).answers["aduan"]) == 1
        assert "0811-222-333" in words(village.signed_in("Ada").get(f"/berkas/{later}"))


class TestFollowUps:
    def test_an_outcome_opens_the_follow_up_case_with_the_move(self, village: Village) -> None:
        village.act("Budi", "kirim_mandiri", {"cerita": "-"})
        village.act("Hasan", "putuskan", {"cukup": "tidak"})
        (row,) = village.rows("select id, stage, region_id from appraisal where origin_id = :c", c=village.case_id)
        assert (row.stage, row.region_id) == ("rencana_bimbingan", "contoh")
        assert village.folded(row.id) == village.case(row.id)
        assert village.folded() == village.case()
        hasan = village.signed_in("Hasan")
        assert "Rencana bimbingan" in words(hasan.get("/tugas"))
        assert "Tindak lanjut: Bimbingan kinerja" in words(hasan.get(f"/berkas/{village.case_id}"))
        assert "Tindak lanjut dari: Penilaian layanan" in words(village.signed_in("Budi").get(f"/berkas/{row.id}"))

    def test_without_the_outcome_there_is_none(self, village: Village) -> None:
        village.act("Budi", "kirim_mandiri", {"cerita": "-"})
        village.act("Hasan", "putuskan", {"cukup": "ya"})
        assert len(village.rows("select 1 from appraisal")) == 1

    def test_two_employees_share_the_cycle_of_their_follow_ups(self, village: Village) -> None:
        with village.app.app_context(), writing() as rows:
            cycle = rows.execute(text("select cycle_id from appraisal")).scalar_one()
        other = village.open_case("Sari")
        with village.app.app_context(), writing() as rows:
            rows.execute(text("update appraisal set cycle_id = :c where id = :o"), {"c": cycle, "o": other})
        for name, case in (("Budi", village.case_id), ("Sari", other)):
            village.act(name, "kirim_mandiri", {"cerita": "-"}, case)
            village.act("Hasan", "putuskan", {"cukup": "tidak"}, case)
        assert len(village.rows("select distinct cycle_id from appraisal where origin_id is not null")) == 1

    def test_a_report_read_by_the_employee_stands_on_the_case_page(self, village: Village) -> None:
        guest = village.guest()
        guest.enter(village.codes()[0])
        guest.send(ADUAN, REPORT)
        page = words(village.signed_in("Budi").get(f"/berkas/{village.case_id}"))
        assert "Aduan warga ADU-001, terbuka" in page


def _made(village: Village, count: str, key: str = "0" * 32) -> str:
    return village.signed_in("Petra").post(f"/kode/{village.case_id}", {"jumlah": count, "_kunci": key}).text


def words_of(page: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", page).split())


def _names(village: Village, who: str, query: str = "") -> list[str]:
    page = village.signed_in(who).get(f"/berkas{query}")
    assert page.status_code == 200
    return sorted(_listed(page.text))


def _listed(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a [^>]*>([^<]+)<', page)
