"""Rows that come from elsewhere: what they are called, whose answer stands beside, and files in their cells."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from tests.shipped import processes, story
from tests.web.walk import PDF, Walk, hidden
from web.controls import input_id
from web.database import writing
from web.tables import Attachment, db

CELL = "pelaksanaan.t2.bukti_baris"


@pytest.fixture(scope="module")
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


Until = Callable[[str, str, str], Walk]


@pytest.fixture
def until(app: Flask) -> Until:
    """Plays a scenario until the case stands in a stage."""

    def played(file: str, ident: str, stage: str) -> Walk:
        scenario = story(file, ident)
        walk = Walk(app, processes()[scenario.workflow], scenario)
        walk.until(stage)
        return walk

    return played


def words(page: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", page)).split())


def page(walk: Walk, role: str, rest: str = "") -> str:
    answer = walk.as_role(role).get(walk.url(rest))
    assert answer.status_code == 200
    return answer.text


class TestWords:
    def test_a_question_is_to_be_answered_not_to_be_filled_in(self, until: Until) -> None:
        walk = until("tanjungpinang", "TPI-1", "penetapan_hasil")
        client, form = walk.as_role("admin_bkd"), walk.url("/isi/tetapkan_hasil")
        typed = {**hidden(client.get(form).text), "_intent": "periksa"}
        said = words(client.post(form, data=typed).text)
        assert "Jawab: Apakah berkas sudah lengkap?" in said
        assert "lengkap?." not in said

    def test_what_is_wrong_is_told_in_the_order_of_the_page(self, app: Flask) -> None:
        walk = Walk(app, processes()["pontianak_kinerja_semesteran_360"], story("pontianak", "PTK-1"))
        client, form = walk.as_role("pegawai"), walk.url("/isi/ajukan_rencana")
        rows = {"target.0.kode": "A", "target.0.nama": "Surat", "target.0.target_s1": "sepuluh", "target.1.kode": "B"}
        typed = {**hidden(client.get(form).text), **rows, "_intent": "periksa"}
        summary = client.post(form, data=typed).text.partition("govuk-error-summary__list")[2].partition("</ul>")[0]
        told = re.findall(r'href="#([^"]*)"', summary)
        inputs = [f"target.{row}.{name}" for row in (0, 1) for name in ("nama", "satuan", "arah", "target_s1")]
        stood = [told.index(input_id(name)) for name in inputs if input_id(name) in told]
        assert len(stood) > 5
        assert stood == sorted(stood)

    def test_who_confirms_raters_is_told_whether_they_are_proposed(self, app: Flask) -> None:
        walk = Walk(app, processes()["pontianak_kinerja_semesteran_360"], story("pontianak", "PTK-1"))
        seats, superior, employee = "/penilai/rekan_kerja", walk.as_role("atasan_langsung"), walk.as_role("pegawai")
        nobody, proposed = "Pegawai belum mengusulkan siapa pun.", "Ini usulan pegawai."
        before = words(superior.get(walk.url(seats)).text)
        assert nobody in before and proposed not in before
        own = page(walk, "pegawai", seats)
        assert nobody not in words(own)
        assert employee.post(walk.url(seats), data={**hidden(own), "orang": walk.people.peers[:2]}).status_code == 303
        after = words(superior.get(walk.url(seats)).text)
        assert proposed in after and nobody not in after

    def test_generated_rows_are_called_as_the_person_is_spoken_to(self, until: Until) -> None:
        said = words(page(until("batanghari", "BTH-1", "penyusunan_idp"), "pegawai", "/isi/ajukan_idp"))
        assert "Pelaksanaan mengajar Kode: t2 Level: 3 Standar: 4" in said
        assert "Pelatihan: Peningkatan Kompetensi Pedagogik Guru" in said
        assert "Kepatuhan prosedur" not in said

    def test_rows_of_rated_items_have_their_titles(self, until: Until) -> None:
        said = words(page(until("pauh", "PAUH-11", "tindak_lanjut_laporan"), "pegawai"))
        assert "Komunikasi dengan masyarakat Item: in1" in said

    def test_titles_that_were_kept_with_answers_are_translated(self, app: Flask, until: Until) -> None:
        walk = until("batanghari", "BTH-1", "evaluasi_idp")
        with app.app_context(), writing() as rows:
            rows.execute(text("update person set language = 'en' where id = :p"), {"p": walk.people.of("pegawai")})
        said = words(page(walk, "pegawai"))
        assert "Interaction with pupils Code: s2" in said
        assert "Interaksi dengan siswa" not in said


class TestBeside:
    def test_the_employees_own_answer_stands_beside_each_question(self, until: Until) -> None:
        said = words(page(until("pauh", "PAUH-3", "evaluasi_atasan"), "atasan_langsung", "/isi/kirim_evaluasi"))
        assert said.count("Evaluasi diri: 4 – Baik dan konsisten") == 8
        assert said.count("Evaluasi diri: 5 – Menjadi contoh") == 2

    def test_nothing_stands_beside_the_employees_own_questions(self, until: Until) -> None:
        said = words(page(until("pauh", "PAUH-3", "evaluasi_diri"), "pegawai", "/isi/kirim_evaluasi_diri"))
        assert "Evaluasi diri:" not in said


class TestFilesInCells:
    FORM = "/isi/laporkan_pelaksanaan"

    def attach(self, walk: Walk, **more: str) -> TestResponse:
        """The form posted with a file in one cell."""
        client = walk.as_role("pegawai")
        data = {**hidden(client.get(walk.url(self.FORM)).text), **more, CELL: (io.BytesIO(PDF), "sertifikat.pdf")}
        return client.post(walk.url(self.FORM), data=data, content_type="multipart/form-data", follow_redirects=True)

    def test_a_file_stays_in_the_draft_and_can_be_taken_out_again(self, until: Until) -> None:
        walk = until("batanghari", "BTH-11", "pelaksanaan_idp")
        self.attach(walk, _intent="simpan")
        kept = page(walk, "pegawai", self.FORM)
        assert "sertifikat.pdf" in kept
        data = {**hidden(kept), "_hapus": CELL}
        walk.as_role("pegawai").post(walk.url(self.FORM), data=data, content_type="multipart/form-data")
        assert "sertifikat.pdf" not in page(walk, "pegawai", self.FORM)

    def test_what_is_no_document_is_told_at_its_cell(self, app: Flask, until: Until) -> None:
        walk = until("batanghari", "BTH-11", "pelaksanaan_idp")
        client = walk.as_role("pegawai")
        data = {**hidden(client.get(walk.url(self.FORM)).text), "_intent": "periksa", CELL: (io.BytesIO(b"x"), "a.pdf")}
        answer = client.post(walk.url(self.FORM), data=data, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert "Jenis berkas ini tidak diterima" in answer.text
        assert f'href="#{input_id(CELL)}"' in answer.text

    def test_before_it_is_sent_it_is_its_owners_alone(self, app: Flask, until: Until) -> None:
        walk = until("batanghari", "BTH-11", "pelaksanaan_idp")
        self.attach(walk, _intent="simpan")
        with app.app_context():
            row = db.session.scalars(select(Attachment).where(Attachment.case_id == walk.case_id).order_by("id")).all()
        (draft,) = [one for one in row if one.field == "pelaksanaan.bukti_baris"]
        assert walk.as_role("atasan_langsung").get(walk.url(f"/lampiran/{draft.id}")).status_code == 404
        assert walk.as_role("pegawai").get(walk.url(f"/lampiran/{draft.id}"), buffered=True).data == PDF

    def test_whoever_reads_the_table_gets_the_file(self, until: Until) -> None:
        walk = until("batanghari", "BTH-11", "evaluasi_idp")
        (link,) = re.findall(r'href="([^"]*/lampiran/[^"]*)">sertifikat.pdf', page(walk, "atasan_langsung"))
        assert walk.as_role("atasan_langsung").get(link, buffered=True).data == PDF

    def test_a_row_of_ones_own_keeps_its_file(self, until: Until) -> None:
        walk = until("pauh", "PAUH-14", "evaluasi_atasan")
        answers = walk.case.answers["evaluasi_diri"]["inovasi"]
        assert [row["bukti"]["name"] for row in answers] == ["catatan.pdf"]
