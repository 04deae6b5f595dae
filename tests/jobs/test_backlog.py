"""What the service could not do is seen by whoever looks after the region, and by nobody else."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from tests.cast import Cast, Visitor, open_case
from web import jobs, outbox
from web.cli import cli
from web.clock import now, wall
from web.database import reading, writing

PAGE = "/pekerjaan-layanan"


@pytest.fixture
def case_id(app: Flask, cast: Cast) -> str:
    return open_case(app, cast.rahmadi)


def given_up(
    app: Flask, payload: dict[str, object], kind: str = outbox.REMINDER, why: str = "KeyError (a.py:1)"
) -> str:
    with app.app_context():
        with writing() as rows:
            outbox.put(rows, kind, json.dumps(payload), payload, now())
        with writing() as rows:
            for job in jobs.claim(rows, "uji", now(), wall()):
                jobs.park(rows, job, why, now())
        found = jobs.given_up(reading())
        return next(row.id for row in found if json.loads(row.payload) == payload)


@pytest.mark.parametrize("name", ["rahmadi", "sari", "hasan", "ratna", "joko"])
def test_whoever_does_not_look_after_the_region_finds_no_such_page(
    app: Flask, cast: Cast, visitor: Visitor, case_id: str, name: str
) -> None:
    job = given_up(app, {"case": case_id})
    visitor.sign_in(getattr(cast, name))
    assert visitor.get(PAGE).status_code == 404
    assert visitor.get(f"{PAGE}/{job}/hapus").status_code == 404
    assert visitor.post(f"{PAGE}/{job}/hapus").status_code == 404
    assert visitor.post(f"{PAGE}/{job}/coba").status_code == 404


def test_an_empty_page_says_so(cast: Cast, visitor: Visitor) -> None:
    visitor.sign_in(cast.dewi)
    page = visitor.get(PAGE).text
    assert "Tidak ada pekerjaan yang macet." in page
    assert PAGE in visitor.get("/siklus").text


def test_what_was_given_up_is_told_in_plain_words_and_tried_again(
    app: Flask, cast: Cast, visitor: Visitor, case_id: str
) -> None:
    job = given_up(app, {"case": case_id})
    visitor.sign_in(cast.dewi)
    page = visitor.get(PAGE).text
    for words in (
        "Mengingatkan tenggat",
        cast.rahmadi.name,
        "1 kali",
        "Ada kesalahan di dalam layanan",
        "KeyError (a.py:1)",
    ):
        assert words in page
    assert "1 pekerjaan layanan berhenti dicoba" in visitor.get("/berkas").text
    answer = visitor.post(f"{PAGE}/{job}/coba", follow_redirects=True)
    assert "dicoba lagi sekarang" in answer.text
    assert "Tidak ada pekerjaan yang macet." in answer.text
    assert visitor.post(f"{PAGE}/{job}/coba").status_code == 404


@pytest.mark.parametrize(
    ("why", "indonesian", "english"),
    [
        ("recipient_refused 550 {x} %s", "menolak penerima: 550 {x} %s", "refused the recipient: 550 {x} %s"),
        ("answered 503", "menjawab dengan status 503.", "answered with status 503."),
        ("address_not_https", "harus dimulai dengan https.", "must begin with https."),
        ("sebab lama", "sebab lama", "sebab lama"),
    ],
)
def test_why_is_told_in_the_language_of_the_reader(
    app: Flask, cast: Cast, visitor: Visitor, case_id: str, why: str, indonesian: str, english: str
) -> None:
    given_up(app, {"case": case_id}, kind=outbox.MAIL, why=f"Undone: {why}")
    visitor.sign_in(cast.dewi)
    assert indonesian in visitor.get(PAGE).text
    visitor.post("/bahasa/en")
    assert english in visitor.get(PAGE).text


def test_every_reason_has_words() -> None:
    """Each code that the service gives stands in ``WHY``, and nothing else does."""
    sources = "".join(file.read_text() for file in Path(jobs.__file__).parent.glob("*.py"))
    given = re.findall(r"raise (?:Undone|Forbidden)\(\s*(\S+?)[,)]", sources)
    assert {code.strip('"') for code in given} == set(jobs.WHY)


def test_a_job_is_dropped_once_that_was_confirmed(app: Flask, cast: Cast, visitor: Visitor, case_id: str) -> None:
    job = given_up(app, {"case": case_id}, kind=outbox.MAIL, why="Undone: not_reached TimeoutError")
    visitor.sign_in(cast.dewi)
    assert visitor.get(PAGE).text.count("Sistem yang dituju tidak terjangkau: TimeoutError") == 1
    asked = visitor.get(f"{PAGE}/{job}/hapus")
    assert "Hapus pekerjaan ini?" in asked.text
    assert "Mengirim surel" in asked.text
    assert "1 pekerjaan" in visitor.get("/siklus").text
    assert "dihapus" in visitor.post(f"{PAGE}/{job}/hapus", follow_redirects=True).text
    assert visitor.get(f"{PAGE}/{job}/hapus").status_code == 404


def test_jobs_of_nobodys_region_are_for_the_command_line(
    app: Flask, cast: Cast, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = given_up(app, {"case": "tidak ada"})
    visitor.sign_in(cast.dewi)
    assert "Tidak ada pekerjaan yang macet." in visitor.get(PAGE).text
    assert visitor.post(f"{PAGE}/{job}/coba").status_code == 404
    monkeypatch.setattr("web.ready.create_app", lambda: app)
    assert f"{job}  reminder  parked" in call("list")
    assert json.loads(call("list", "--json"))[0]["error"] == "KeyError (a.py:1)"
    assert job in call("retry", job)
    assert "no job" in call("retry", job, code=2).lower()
    assert "no job" in call("drop", job, code=2).lower()


def call(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli, ["--language", "en", "jobs", *words])
    assert result.exit_code == code, result.output
    return result.output
