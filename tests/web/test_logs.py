"""The log: what it says of requests and mistakes, and that it never says who, nor what they typed."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask, request
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from engine.scenario import Scenario
from tests import shipped
from tests.cast import Cast, Visitor, app_with, close, open_case, settings_in
from tests.web.walk import Walk, hidden
from web import logs
from web.definitions import Definitions
from web.tables import db

ROOT = Path(__file__).parents[2]


class Log:
    """What was written so far."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def requests(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == "request"]


@pytest.fixture
def log() -> Iterator[Log]:
    """The log of this process, as ``borang serve`` sets it up; as it was before afterwards."""
    root = logging.getLogger()
    handlers, level, found = root.handlers[:], root.level, Log()
    logs.configure(found.stream)
    yield found
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_request_is_one_line_with_its_rule(app: Flask, cast: Cast, log: Log) -> None:
    case = open_case(app, cast.rahmadi)
    visitor = Visitor(app)
    visitor.sign_in(cast.rahmadi)
    logs.start(app)
    visitor.get(f"/berkas/{case}?rahasia=1")
    (line,) = log.requests()
    assert (line["route"], line["method"], line["status"]) == ("/berkas/<case_id>", "GET", 200)
    assert line["ms"] > 0
    assert set(line) == {"event", "level", "timestamp", "id", "route", "method", "status", "ms"}


def test_probes_leave_no_line(app: Flask, visitor: Visitor, log: Log) -> None:
    logs.start(app)
    for path in ("/healthz", "/readyz", "/metrics"):
        visitor.get(path)
    assert log.lines == []


def test_the_public_leaves_no_line(app: Flask, visitor: Visitor, log: Log) -> None:
    logs.start(app)
    visitor.get("/masyarakat")
    visitor.post("/masyarakat", {"kode": "ABCD"})
    assert [line["route"] for line in log.requests()] == ["/bantuan"]


@pytest.mark.parametrize(("given", "proxies", "taken"), [
    ("dari-proksi-0123", 1, True),
    ("dari-proksi-0123", 0, False),
    ("pendek", 1, False),
    ('x" event="palsu', 1, False),
    ("x" * 65, 1, False),
])  # fmt: skip
def test_an_id_is_taken_from_a_proxy_of_ours_only(
    tmp_path: Path, definitions: Definitions, log: Log, given: str, proxies: int, taken: bool
) -> None:
    app = app_with(settings_in(tmp_path / "own", proxies=proxies), definitions)
    logs.start(app)
    app.test_client().get("/masuk", headers={"X-Request-ID": given})
    (line,) = log.requests()
    assert (line["id"] == given) is taken
    close(app)


# --- mistakes ---------------------------------------------------------------------------------------------------------


def test_a_mistake_is_traced_under_its_number_without_what_it_says(app: Flask, visitor: Visitor, log: Log) -> None:
    def broken() -> str:
        answer = "jawaban yang diketik"
        raise ValueError(f"tidak dapat dibaca: {answer}")

    broken.audience = "everyone"  # type: ignore[attr-defined]
    app.add_url_rule("/rusak", "broken", broken)
    page = visitor.get("/rusak").text
    (line,) = [line for line in log.lines if "trace" in line]
    reference = re.match(r"[0-9a-f]{8}", line["event"])
    assert reference and reference[0] in page
    assert line["error"] == "ValueError"
    assert any("test_logs.py" in place and place.endswith(" broken") for place in line["trace"])
    assert "jawaban" not in log.text


def test_a_database_that_fails_is_told_by_its_code(app: Flask, visitor: Visitor, log: Log) -> None:
    def broken() -> str:
        db.session.execute(text("select * from tidak_ada where x = :x"), {"x": "jawaban yang diketik"})
        return ""

    broken.audience = "everyone"  # type: ignore[attr-defined]
    app.add_url_rule("/rusak", "broken", broken)
    visitor.get("/rusak")
    (line,) = [line for line in log.lines if "trace" in line]
    assert re.search(r"SQLITE_ERROR|42P01", line["error"])
    assert "jawaban" not in log.text


def test_no_error_of_the_database_quotes_what_a_statement_was_given(app: Flask) -> None:
    with app.app_context(), pytest.raises(Exception, match="tidak_ada") as raised:
        db.session.execute(text("select * from tidak_ada where x = :x"), {"x": "jawaban yang diketik"})
    assert "jawaban" not in str(raised.value)


def test_what_other_libraries_put_into_their_lines_is_left_out(log: Log) -> None:
    logging.getLogger("waitress").error("Exception while serving %s", "/berkas/rahasia")
    logging.getLogger("gunicorn.error").warning("Invalid request from ip=%s: %s", "10.9.8.7", "rahasia")
    logging.getLogger("gunicorn.error").info("Listening at: %s", "http://127.0.0.1:8000")
    try:
        raise OperationalError("select :x", {"x": "rahasia"}, ValueError("rahasia"))
    except OperationalError:
        logging.getLogger("sqlalchemy.pool").exception("lost")
    assert "rahasia" not in log.text and "10.9.8.7" not in log.text
    assert [line["event"] for line in log.lines][2] == "Listening at: http://127.0.0.1:8000"


# --- a whole appraisal ------------------------------------------------------------------------------------------------


class Typed:
    """Everything that travelled to the service, as one grows: forms, addresses, cookies."""

    def __init__(self, app: Flask) -> None:
        self.found: set[str] = set()
        app.before_request(self._look)

    def _look(self) -> None:
        self.found |= {*request.cookies.values(), request.path, *request.args.values()}
        for values in request.form.listvalues():
            self.found |= set(values)
        self.found |= {file.filename or "" for file in request.files.values()}


@pytest.fixture(scope="module")
def story() -> Scenario:
    """With attachments, anonymous raters and answers of the public."""
    return shipped.story("tanjungpinang", "TPI-1")


def test_a_whole_appraisal_leaves_nothing_in_the_log_that_anybody_typed(
    make_app: Callable[..., Flask], story: Scenario, log: Log
) -> None:
    app = make_app()
    logs.start(app)
    logging.getLogger().setLevel(logging.DEBUG)
    typed = Typed(app)
    walk = Walk(app, shipped.processes()[story.workflow], story)
    assert walk.play() == []
    _guess(app)
    told = log.text
    assert len(log.requests()) > 30
    secret = {value for value in typed.found if len(value) > 5} | _rows(app) | set(walk.codes.values())
    # Words of buttons and pages, which stand in rules as well.
    secret -= {"/masuk", "/tugas", "/bantuan", "periksa"}
    assert len(secret) > 100
    assert [value for value in secret if value in told] == []


def test_an_anonymous_task_leaves_no_line_at_all(make_app: Callable[..., Flask], log: Log) -> None:
    app = make_app()
    rated = shipped.story("pontianak", "PTK-1")
    walk = Walk(app, shipped.processes()[rated.workflow], rated)
    logs.start(app)
    walk.as_role("pegawai").get(walk.url())
    assert [line["route"] for line in log.requests()] == ["/berkas/<case_id>"]
    walk.until("penilaian_kompetensi_360")
    before = len(log.requests())
    rater = walk.client(walk.people.peers[0])
    for page in ("", "/isi/kirim_360", "/isi/tidak_ada"):
        rater.get(walk.url(page))
    form = hidden(rater.get(walk.url("/isi/kirim_360")).text)
    marks = dict.fromkeys(("kt", "pa", "km", "ks", "ig", "op"), "4")
    looked = rater.post(walk.url("/isi/kirim_360"), data={**form, **marks, "_intent": "periksa"})
    sent = hidden(rater.get(looked.location).text)
    # Too late, taken, taken already, and under a key that was used for something else.
    tried = [(409, {"_masuk": "99"}), (409, {"_draf": "7"}), (303, {}), (303, {}), (422, {"_draf": "7"})]
    for status, other in tried:
        assert rater.post(walk.url("/kirim/kirim_360"), data={**sent, **other}).status_code == status
    assert len(log.requests()) == before


def test_who_sends_under_their_name_leaves_a_line(make_app: Callable[..., Flask], log: Log) -> None:
    """Also where they may not, or too late."""
    app = make_app()
    rated = shipped.story("pontianak", "PTK-1")
    walk = Walk(app, shipped.processes()[rated.workflow], rated)
    walk.until("persetujuan_rencana")
    superior, stranger = walk.as_role("atasan_langsung"), walk.client(walk.people.peers[4])
    key = {"_masuk": "99", "_versi": "0", "_draf": "1", "_kunci": "0" * 32}
    logs.start(app)
    for client, status in ((superior, 409), (stranger, 404)):
        form = hidden(client.get("/tugas").text)
        assert client.post(walk.url("/kirim/setujui_rencana"), data={**form, **key}).status_code == status
    lines = [line["status"] for line in log.requests() if line["route"] == "/berkas/<case_id>/kirim/<action>"]
    assert lines == [409, 404]


def _guess(app: Flask) -> None:
    """Somebody who guesses passwords and codes."""
    visitor = Visitor(app)
    for number in range(8):
        visitor.post("/masuk", {"nip": f"19870412201101190{number}", "kata_sandi": f"sandi yang salah {number}"})
        visitor.post("/masyarakat", {"kode": f"KODEYANGSALAH{number}"})
        visitor.get(f"/masyarakat/KODEYANGDITEBAK{number}?lewat=TAUTANRAHASIA")


def _rows(app: Flask) -> set[str]:
    """Ids, numbers and names of people, cases, attachments and answers."""
    found: set[str] = set()
    with app.app_context():
        for query in ("select id, nip, name from person", "select id, '', '' from appraisal",
                      "select id, name, '' from attachment", "select answer, '', '' from journal"):  # fmt: skip
            found |= {value for row in db.session.execute(text(query)) for value in row if value and len(value) > 5}
    return found
