"""What happens to a submission that is late, double, foreign or nonsense: a clear answer, and nothing is lost."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from html import unescape
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import text

from tests.shipped import processes, story
from tests.web.walk import PDF, Walk, hidden, plain_text
from web.database import writing
from web.tables import db

PROCESS = processes()[story("pontianak", "PTK-1").workflow]


@pytest.fixture(scope="module")
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def walk(app: Flask) -> Callable[[str], Walk]:
    """A case that stands in a stage, played there by its people."""

    def begin(stage: str, scenario: str = "PTK-1") -> Walk:
        walk = Walk(app, PROCESS, story("pontianak", scenario))
        walk.until(stage)
        return walk

    return begin


TARGETS = {
    "target.0.kode": "A-1", "target.0.nama": "Satu", "target.0.satuan": "berkas", "target.0.arah": "naik",
    "target.0.target_s1": "10", "target.0.target_s2": "10", "target.0.bobot": "60",
    "target.1.kode": "A-2", "target.1.nama": "Dua", "target.1.satuan": "hari", "target.1.arah": "turun",
    "target.1.target_s1": "5", "target.1.target_s2": "5", "target.1.bobot": "40",
}  # fmt: skip


def looked_over(walk: Walk, role: str, action: str, data: dict[str, str]) -> dict[str, str]:
    """Fills in and looks over; the hidden inputs of the page from which it is sent."""
    client = walk.as_role(role)
    form = hidden(client.get(walk.url(f"/isi/{action}")).text)
    answer = client.post(walk.url(f"/isi/{action}"), data={**form, **data, "_intent": "periksa"})
    assert answer.status_code == 303, plain_text(answer.text)[-400:]
    return hidden(client.get(answer.location).text)


class TestSendingTwice:
    def test_the_same_form_sent_twice_counts_once_and_gets_the_same_answer(self, walk: Callable[..., Walk]) -> None:
        case = walk("rencana_kerja_tahunan")
        sent = looked_over(case, "pegawai", "ajukan_rencana", TARGETS)
        client = case.as_role("pegawai")
        first = client.post(case.url("/kirim/ajukan_rencana"), data=sent)
        lines = len(case.journal())
        second = client.post(case.url("/kirim/ajukan_rencana"), data=sent)
        assert (
            (first.status_code, first.location) == (second.status_code, second.location) == (303, case.url("/terkirim"))
        )
        assert len(case.journal()) == lines

    def test_the_same_key_with_another_body_is_refused(self, walk: Callable[..., Walk]) -> None:
        case = walk("rencana_kerja_tahunan")
        sent = looked_over(case, "pegawai", "ajukan_rencana", TARGETS)
        client = case.as_role("pegawai")
        assert client.post(case.url("/kirim/ajukan_rencana"), data=sent).status_code == 303
        other = {**sent, "_draf": "99"}
        assert client.post(case.url("/kirim/ajukan_rencana"), data=other).status_code == 422

    def test_a_key_of_one_person_says_nothing_to_another(self, walk: Callable[..., Walk]) -> None:
        case = walk("rencana_kerja_tahunan")
        sent = looked_over(case, "pegawai", "ajukan_rencana", TARGETS)
        assert case.as_role("pegawai").post(case.url("/kirim/ajukan_rencana"), data=sent).status_code == 303
        stranger = case.client(case.people.peers[4])
        token = hidden(stranger.get("/tugas").text)["csrf_token"]
        answer = stranger.post(case.url("/kirim/ajukan_rencana"), data={**sent, "csrf_token": token})
        assert answer.status_code == 404


class TestBeingLate:
    def test_a_form_opened_before_the_case_moved_is_409_and_shows_what_was_typed(
        self, walk: Callable[..., Walk]
    ) -> None:
        case = walk("persetujuan_rencana")
        superior = case.as_role("atasan_langsung")
        old = hidden(superior.get(case.url("/isi/kembalikan_rencana")).text)
        sent = looked_over(case, "atasan_langsung", "setujui_rencana", {"catatan": "Baik."})
        assert superior.post(case.url("/kirim/setujui_rencana"), data=sent).status_code == 303
        late = superior.post(
            case.url("/isi/kembalikan_rencana"),
            data={**old, "alasan": "Targetnya terlalu rendah.", "_intent": "periksa"},
        )
        assert late.status_code in (404, 409)
        stage = case.case.stage
        assert stage == "evaluasi_semester_1"

    def test_what_was_typed_into_a_form_that_is_gone_is_on_the_page(self, walk: Callable[..., Walk]) -> None:
        case = walk("rencana_kerja_tahunan")
        client = case.as_role("pegawai")
        old = hidden(client.get(case.url("/isi/ajukan_rencana")).text)
        sent = looked_over(case, "pegawai", "ajukan_rencana", TARGETS)
        assert client.post(case.url("/kirim/ajukan_rencana"), data=sent).status_code == 303
        back = looked_over(case, "atasan_langsung", "kembalikan_rencana", {"alasan": "Tambah satu target."})
        assert case.as_role("atasan_langsung").post(case.url("/kirim/kembalikan_rencana"), data=back).status_code == 303
        late = client.post(
            case.url("/isi/ajukan_rencana"), data={**old, **TARGETS, "target.0.nama": "Ketikan yang tidak boleh hilang"}
        )
        assert late.status_code == 409
        assert "Ketikan yang tidak boleh hilang" in late.text

    def test_a_draft_that_changed_since_it_was_looked_over_is_not_sent(self, walk: Callable[..., Walk]) -> None:
        case = walk("rencana_kerja_tahunan")
        client = case.as_role("pegawai")
        sent = looked_over(case, "pegawai", "ajukan_rencana", TARGETS)
        form = hidden(client.get(case.url("/isi/ajukan_rencana")).text)
        client.post(
            case.url("/isi/ajukan_rencana"), data={**form, **TARGETS, "target.0.nama": "Lain", "_intent": "simpan"}
        )
        assert client.post(case.url("/kirim/ajukan_rencana"), data=sent).status_code == 409
        assert case.case.stage == "rencana_kerja_tahunan"


class TestForeignFields:
    def test_fields_that_are_not_this_persons_are_left_out_and_noted(
        self, app: Flask, walk: Callable[..., Walk]
    ) -> None:
        case = walk("rencana_kerja_tahunan")
        foreign = {
            "nilai_akhir": "120",
            "umpan_balik_s1": "x",
            "stage": "selesai",
            "target.0.capaian": "120",
            "catatan": "x",
        }
        sent = looked_over(case, "pegawai", "ajukan_rencana", {**TARGETS, **foreign})
        assert case.as_role("pegawai").post(case.url("/kirim/ajukan_rencana"), data=sent).status_code == 303
        answers = json.dumps(case.journal()[-1].inputs)
        assert not any(
            f'"{name}"' in answers.replace("\\", "") for name in ("nilai_akhir", "umpan_balik_s1", "stage", "catatan")
        )
        with app.app_context():
            lines = db.session.execute(
                text("select detail from audit where kind = 'ignored' and case_id = :c"), {"c": case.case_id}
            )
            noted = {name for detail in lines.scalars() for name in json.loads(detail)}
        assert noted == set(foreign)

    def test_a_field_that_is_not_shown_is_left_out_and_noted(self, app: Flask, walk: Callable[..., Walk]) -> None:
        case = walk("evaluasi_semester_2")
        case.instant = case.instant.replace(month=12, day=5)
        rows = {
            f"realisasi_s2.{row}.realisasi": number
            for row, number in {"BKD-1": "1", "BKD-2": "2", "BKD-3": "3"}.items()
        }
        data = {**rows, "ide_baru": "false", "uraian_ide": "Ide yang disembunyikan"}
        sent = looked_over(case, "pegawai", "kirim_evaluasi_s2", data)
        assert case.as_role("pegawai").post(case.url("/kirim/kirim_evaluasi_s2"), data=sent).status_code == 303
        assert "Ide yang disembunyikan" not in case.journal()[-1].inputs
        with app.app_context():
            query = text("select detail from audit where kind = 'ignored' and case_id = :c")
            assert ["uraian_ide"] in [json.loads(d) for d in db.session.execute(query, {"c": case.case_id}).scalars()]

    def test_a_computed_line_is_never_taken_from_the_page(self, walk: Callable[..., Walk]) -> None:
        case = walk("penilaian_semester_1")
        verified = {"BKD-1": "126", "BKD-2": "9", "BKD-3": "6"}
        rows = {f"realisasi_s1_terverifikasi.{row}.terverifikasi": number for row, number in verified.items()}
        given = {**rows, "umpan_balik_s1": "Teruskan.", "capaian_semester": "1"}
        sent = looked_over(case, "atasan_langsung", "kirim_penilaian_s1", given)
        assert case.as_role("atasan_langsung").post(case.url("/kirim/kirim_penilaian_s1"), data=sent).status_code == 303
        assert str(case.case.values["capaian_s1"]) == "105.00"


class TestNumbers:
    @pytest.mark.parametrize(
        ("typed", "kept"), [("60,5", "60,5"), ("60.5", "60,5"), (" 60 ", "60"), ("1.000,5", "1000,5")]
    )
    def test_numbers_are_read_with_comma_or_point(self, walk: Callable[..., Walk], typed: str, kept: str) -> None:
        case = walk("rencana_kerja_tahunan")
        form = hidden(case.as_role("pegawai").get(case.url("/isi/ajukan_rencana")).text)
        data = {**form, **TARGETS, "target.0.target_s1": typed, "_intent": "periksa"}
        answer = case.as_role("pegawai").post(case.url("/isi/ajukan_rencana"), data=data)
        assert answer.status_code == 303
        shown = plain_text(case.as_role("pegawai").get(answer.location).text).replace("1.000,5", "1000,5")
        assert kept in shown

    @pytest.mark.parametrize("typed", ["NaN", "1e9", "Infinity", "9" * 5000, "1_000", "٣", "1,2,3", "--1", "0x10"])
    def test_nonsense_is_said_at_its_field_and_kept(self, walk: Callable[..., Walk], typed: str) -> None:
        case = walk("rencana_kerja_tahunan")
        form = hidden(case.as_role("pegawai").get(case.url("/isi/ajukan_rencana")).text)
        data = {**form, **TARGETS, "target.0.bobot": typed, "_intent": "periksa"}
        answer = case.as_role("pegawai").post(case.url("/isi/ajukan_rencana"), data=data)
        assert answer.status_code == 422
        assert "bukan angka" in answer.text
        assert typed in unescape(answer.text)

    def test_an_empty_number_is_missing_not_zero(self, walk: Callable[..., Walk]) -> None:
        case = walk("rencana_kerja_tahunan")
        form = hidden(case.as_role("pegawai").get(case.url("/isi/ajukan_rencana")).text)
        data = {**form, **TARGETS, "target.0.bobot": "", "_intent": "periksa"}
        answer = case.as_role("pegawai").post(case.url("/isi/ajukan_rencana"), data=data)
        assert answer.status_code == 422
        assert "Isi Bobot" in plain_text(answer.text)


class TestHostileForms:
    @pytest.mark.parametrize(
        "data",
        [
            {"catatan": "a\0b"},
            {"catatan": b"\xed\xa0\x80".decode("utf-8", "surrogatepass")},
            {f"x{n}": "1" for n in range(60_000)},
            {"catatan": "x" * 10_000_000},
        ],
        ids=["nul", "surrogate", "60,000 fields", "10 MB"],
    )
    def test_a_hostile_form_is_turned_away_and_changes_nothing(
        self, walk: Callable[..., Walk], data: dict[str, str]
    ) -> None:
        case = walk("persetujuan_rencana")
        client = case.as_role("atasan_langsung")
        form = hidden(client.get(case.url("/isi/setujui_rencana")).text)
        body = "&".join(f"{k}={_quoted(v)}" for k, v in {**form, **data}.items())
        answer = client.post(
            case.url("/isi/setujui_rencana"), data=body, content_type="application/x-www-form-urlencoded"
        )
        assert 400 <= answer.status_code < 500
        assert case.case.stage == "persetujuan_rencana"


def _quoted(value: str) -> str:
    return quote(value.encode("utf-8", "surrogatepass"))


class TestWhoMayLookAndAct:
    def test_a_stranger_and_a_case_that_is_not_there_look_the_same(self, walk: Callable[..., Walk]) -> None:
        case = walk("persetujuan_rencana")
        stranger = case.client(case.people.peers[4])
        pages = [
            "",
            "/hasil",
            "/isi/setujui_rencana",
            "/periksa/setujui_rencana",
            "/terkirim",
            "/penilai/rekan_kerja",
            "/lampiran/x",
        ]
        for page in pages:
            mine, nowhere = stranger.get(case.url(page)), stranger.get(f"/berkas/{'0' * 36}{page}")
            assert mine.status_code == nowhere.status_code == 404, page
            assert _plain(mine.text) == _plain(nowhere.text)

    def test_nobody_acts_on_their_own_case_in_another_role(self, app: Flask, walk: Callable[..., Walk]) -> None:
        case = walk("persetujuan_rencana")
        subject = case.people.of("pegawai")
        with app.app_context(), app.test_request_context(method="POST"), writing() as rows:
            rows.execute(text("update person set superior_id = :p where id = :p"), {"p": subject})
            for role in ("admin_bkd", "tim_penilai", "atasan_langsung"):
                office = {"o": role, "p": subject}
                rows.execute(_OFFICE, office)
        page = case.as_role("pegawai").get(case.url())
        assert "/isi/" not in page.text, "nothing is offered"
        answer = case.as_role("pegawai").get(case.url("/isi/setujui_rencana"))
        assert (answer.status_code, answer.location) == (302, case.url())

    def test_an_attachment_is_given_to_those_who_read_its_field_only(self, walk: Callable[..., Walk]) -> None:
        case = walk("klarifikasi", "PTK-5")
        superior = case.as_role("atasan_langsung")
        form = hidden(superior.get(case.url("/isi/pertahankan_nilai")).text)
        data = {
            **form,
            "penjelasan_pegawai": "a",
            "penjelasan_atasan": "b",
            "_intent": "periksa",
            "berita_acara": (io.BytesIO(PDF), "ba.pdf"),
        }
        answer = superior.post(case.url("/isi/pertahankan_nilai"), data=data, content_type="multipart/form-data")
        sent = hidden(superior.get(answer.location).text)
        address = re.search(r'href="(/berkas/[^"]*/lampiran/[^"]*)"', superior.get(answer.location).text)
        assert address
        assert case.as_role("pegawai").get(address[1]).status_code == 404, "a draft is its author's own"
        assert superior.post(case.url("/kirim/pertahankan_nilai"), data=sent).status_code == 303
        given = case.as_role("pegawai").get(address[1])
        assert given.status_code == 200
        assert given.data == PDF
        assert given.headers["Content-Disposition"].startswith("attachment")
        given.close()
        assert case.as_role("rekan_kerja", "rekan_1").get(address[1]).status_code == 404
        assert case.client(case.people.peers[4]).get(address[1]).status_code == 404

    def test_a_file_is_known_by_its_content(self, walk: Callable[..., Walk]) -> None:
        case = walk("klarifikasi", "PTK-5")
        superior = case.as_role("atasan_langsung")
        form = hidden(superior.get(case.url("/isi/pertahankan_nilai")).text)
        data = {**form, "_intent": "periksa", "berita_acara": (io.BytesIO(b"<script>alert(1)</script>"), "ba.pdf")}
        answer = superior.post(case.url("/isi/pertahankan_nilai"), data=data, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert "Jenis berkas ini tidak diterima" in answer.text
        assert "Isi Penjelasan atasan." in answer.text, "everything that is wrong is told at once"


_OFFICE = text("insert into office (region_id, role, person_id, unit_code) values ('pontianak', :o, :p, '')")


def _plain(page: str) -> str:
    return re.sub(r'value="[^"]*"', "", re.sub(r"/berkas/[^\"]*", "", page))


class TestAnonymity:
    def test_the_database_does_not_lead_from_an_answer_to_a_peer(self, app: Flask, walk: Callable[..., Walk]) -> None:
        case = walk("tanggapan_pegawai")
        peers = set(case.people.peers)
        answers = [row for row in case.journal() if row.duty == "rekan"]
        assert len(answers) == 3
        assert all(row.person_id is None for row in answers)
        assert len({row.at for row in answers}) == 1, "no time of their own"
        assert not any(peer in row.inputs + row.noted + row.answer for row in answers for peer in peers)
        with app.app_context():
            seats = (
                db.session.execute(text("select * from seat where case_id = :c"), {"c": case.case_id}).mappings().all()
            )
            assert all(set(seat) == {"case_id", "role", "person_id", "confirmed", "answered"} for seat in seats)
            drafts = db.session.execute(
                text("select count(*) from draft where case_id = :c and duty = 'rekan'"), {"c": case.case_id}
            )
            assert drafts.scalar() == 0
            audit = db.session.execute(
                text("select person_id from audit where case_id = :c"), {"c": case.case_id}
            ).scalars()
            assert not peers & set(audit)

    def test_what_the_employee_sees_does_not_change_when_a_peer_answers(self, walk: Callable[..., Walk]) -> None:
        case = walk("penilaian_kompetensi_360")
        case.instant = case.instant.replace(hour=20)
        pages = [case.url(), case.url("/hasil"), case.url("/hasil.json"), "/tugas"]
        before = [_seen(case.as_role(role).get(page).text) for role in ("pegawai", "atasan_langsung") for page in pages]
        marks = dict.fromkeys(("kt", "pa", "km", "ks", "ig", "op"), "4")
        peer = case.as_role("rekan_kerja", "rekan_1")
        form = hidden(peer.get(case.url("/isi/kirim_360")).text)
        answer = peer.post(
            case.url("/isi/kirim_360"), data={**form, **marks, "saran_dukungan": "KENARI", "_intent": "periksa"}
        )
        sent = hidden(peer.get(answer.location).text)
        assert peer.post(case.url("/kirim/kirim_360"), data=sent).status_code == 303
        after = [_seen(case.as_role(role).get(page).text) for role in ("pegawai", "atasan_langsung") for page in pages]
        assert before == after
        again = peer.get(case.url("/isi/kirim_360"))
        assert again.status_code == 302, "a peer answers once"
        assert "KENARI" not in peer.get(case.url()).text, "nobody reads a single answer, its author included"


def _seen(page: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page)


class TestDrafts:
    def test_a_draft_is_found_again_from_another_browser(self, walk: Callable[..., Walk]) -> None:
        case = walk("rencana_kerja_tahunan")
        client = case.as_role("pegawai")
        form = hidden(client.get(case.url("/isi/ajukan_rencana")).text)
        client.post(
            case.url("/isi/ajukan_rencana"), data={**form, "target.0.nama": "Setengah jalan", "_intent": "simpan"}
        )
        case.clients.clear()
        assert "Setengah jalan" in case.as_role("pegawai").get(case.url("/isi/ajukan_rencana")).text

    def test_rows_come_and_go_without_javascript(self, walk: Callable[..., Walk]) -> None:
        case = walk("rencana_kerja_tahunan")
        client = case.as_role("pegawai")
        page = client.get(case.url("/isi/ajukan_rencana"))
        form = hidden(page.text)
        rows = page.text.count('name="target.')
        more = client.post(
            case.url("/isi/ajukan_rencana"), data={**form, **TARGETS, "_tambah": "target"}, follow_redirects=True
        )
        assert more.text.count('name="target.') > rows
        less = client.post(
            case.url("/isi/ajukan_rencana"), data={**form, **TARGETS, "_hapus": "target.0"}, follow_redirects=True
        )
        assert "A-1" not in less.text
        assert "A-2" in less.text
