"""What every request and every answer must be like, whoever asks."""

from __future__ import annotations

import gzip
import stat
import threading
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from tests.cast import SECRET, Cast, Visitor, app_with, close, dump, open_case, settings_in
from tests.conftest import on_sqlite
from web.access import audience_of
from web.config import BODY_LIMIT, FIELD_LIMIT, TEXT_LIMIT, Misconfigured, Settings
from web.database import writing
from web.definitions import Definitions
from web.tables import Region, db

#: Who may call each view at all. A new view stands here, or this list is red.
AUDIENCES = {
    "account.choose_language": "everyone",
    "account.date_of_demo": "demo",
    "account.help": "everyone",
    "account.move_date": "demo",
    "account.sign_in": "everyone",
    "account.sign_in_as": "demo",
    "account.sign_out": "everyone",
    "account.try_to_sign_in": "everyone",
    "backlog.ask": "signed-in",
    "backlog.drop": "signed-in",
    "backlog.show": "signed-in",
    "backlog.try_again": "signed-in",
    "built": "everyone",
    "cases.home": "everyone",
    "figures.file": "signed-in",
    "figures.one": "signed-in",
    "figures.shelves": "signed-in",
    "health.figures": "everyone",
    "health.live": "everyone",
    "health.ready": "everyone",
    "notices.board": "signed-in",
    "notices.choose_mail": "signed-in",
    "notices.open_notice": "signed-in",
    "notices.read_all": "signed-in",
    "offices.cases": "signed-in",
    "offices.codes": "signed-in",
    "offices.codes_of": "signed-in",
    "offices.make_codes": "signed-in",
    "offices.name": "signed-in",
    "offices.rounds": "signed-in",
    "offices.unnamed": "signed-in",
    "public.choose": "everyone",
    "public.come": "everyone",
    "public.enter": "everyone",
    "public.fill": "everyone",
    "public.follow": "everyone",
    "public.followed": "everyone",
    "public.leave": "everyone",
    "public.look": "everyone",
    "public.places": "everyone",
    "public.received": "everyone",
    "public.send": "everyone",
    "public.start": "everyone",
    "public.units": "everyone",
}


def test_every_view_declares_its_audience(app: Flask) -> None:
    found = {endpoint: audience_of(app, endpoint) for endpoint in app.view_functions}
    cases = {endpoint for endpoint in found if endpoint.startswith("cases.") and endpoint != "cases.home"}
    assert {found.pop(endpoint) for endpoint in cases} == {"signed-in"}
    assert found == AUDIENCES


def test_a_view_without_an_audience_is_not_there(app: Flask, visitor: Visitor) -> None:
    app.add_url_rule("/lupa", "forgotten", lambda: "halaman yang lupa dijaga")
    answer = visitor.get("/lupa")
    assert answer.status_code == 404
    assert "lupa dijaga" not in answer.text


# --- what every answer says -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/masuk", "/bantuan", "/tidak-ada", "/healthz"])
def test_every_page_forbids_what_is_not_ours(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_pages_are_kept_by_no_cache(visitor: Visitor, cast: Cast) -> None:
    assert visitor.get("/masuk").headers["Cache-Control"] == "no-store"
    visitor.sign_in(cast.rahmadi)
    assert visitor.get("/tugas").headers["Cache-Control"] == "no-store"


def test_the_cookie_is_not_for_scripts_nor_for_other_sites(visitor: Visitor) -> None:
    cookie = visitor.get("/masuk").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_behind_https_the_cookie_never_travels_without_it(tmp_path: Path, definitions: Definitions) -> None:
    app = app_with(settings_in(tmp_path / "https", https=True), definitions)
    headers = app.test_client().get("/masuk", base_url="https://localhost").headers
    assert headers["Set-Cookie"].startswith("__Host-borang=")
    assert "Secure" in headers["Set-Cookie"]
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    close(app)


def test_a_page_without_https_says_nothing_of_it(visitor: Visitor) -> None:
    assert "Strict-Transport-Security" not in visitor.get("/masuk").headers


def test_a_built_file_is_packed_where_the_browser_takes_that_and_kept_for_a_year(app: Flask, visitor: Visitor) -> None:
    style = app.jinja_env.globals["asset"]("main.css")  # type: ignore[operator]
    packed = visitor.get(style, headers={"Accept-Encoding": "gzip"}, buffered=True)
    plain = visitor.get(style, headers={"Accept-Encoding": "identity"}, buffered=True)
    assert "Content-Encoding" not in plain.headers
    assert (packed.headers["Content-Encoding"], gzip.decompress(packed.data)) == ("gzip", plain.data)
    for answer in (packed, plain):
        assert answer.headers["Content-Type"].startswith("text/css")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert "Set-Cookie" not in answer.headers


# --- what a request may be --------------------------------------------------------------------------------------------


def test_a_host_that_is_not_ours_is_refused(app: Flask) -> None:
    assert app.test_client().get("/masuk", headers={"Host": "elsewhere.example"}).status_code == 400


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH"])
def test_other_methods_change_nothing(app: Flask, method: str) -> None:
    assert app.test_client().open("/masuk", method=method).status_code == 405


def test_sixty_thousand_fields_are_too_many(visitor: Visitor) -> None:
    body = "&".join(f"a{number}=1" for number in range(60_000))
    assert visitor.client.post("/masuk", data=body, content_type=TYPED).status_code == 413


def test_a_few_fields_more_than_allowed_are_too_many(visitor: Visitor) -> None:
    assert visitor.client.post("/masuk", data="a=1&" * (FIELD_LIMIT - 1), content_type=TYPED).status_code == 400
    assert visitor.client.post("/masuk", data="a=1&" * FIELD_LIMIT, content_type=TYPED).status_code == 413


@pytest.mark.parametrize("size", [TEXT_LIMIT + 1, BODY_LIMIT + 1])
def test_too_much_text_is_refused(visitor: Visitor, size: int) -> None:
    assert visitor.client.post("/masuk", data=b"a" * size, content_type=TYPED).status_code == 413


def test_a_body_that_does_not_say_how_long_it_is_is_bounded_too(visitor: Visitor) -> None:
    class Endless:
        def read(self, size: int = -1) -> bytes:
            return b"a" * (size if size > 0 else BODY_LIMIT)

    environ = {"wsgi.input": Endless(), "wsgi.input_terminated": True, "CONTENT_TYPE": TYPED}
    assert visitor.client.post("/masuk", environ_overrides=environ).status_code == 413


def test_a_form_of_too_many_parts_is_refused(visitor: Visitor) -> None:
    parts = "".join(f'--x\r\nContent-Disposition: form-data; name="a{n}"\r\n\r\n1\r\n' for n in range(FIELD_LIMIT + 1))
    answer = visitor.client.post("/masuk", data=parts + "--x--\r\n", content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/masuk%00", "/masuk?a=%00", "/masuk?%00=a", "/bantuan?next=/%00"])
def test_a_zero_in_an_address_is_refused(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status_code == 400


@pytest.mark.parametrize("body", ["nip=%00", "%00=1", "nip=1&kata_sandi=a%00b"])
def test_a_zero_in_a_form_is_refused(visitor: Visitor, body: str) -> None:
    assert visitor.client.post("/masuk", data=body, content_type=TYPED).status_code == 400


@pytest.mark.parametrize("broken", ["%ed%a0%80", "%ff%fe", "%c0%80", "%f5%80%80%80", "%", "%zz"])
def test_broken_text_never_breaks_the_service(visitor: Visitor, broken: str) -> None:
    assert visitor.get(f"/masuk?next={broken}").status_code < 500
    assert visitor.get(f"/{broken}").status_code < 500
    data = {"csrf_token": visitor.token()}
    typed = f"csrf_token={data['csrf_token']}&nip={broken}&kata_sandi={broken}"
    assert visitor.client.post("/masuk", data=typed, content_type=TYPED).status_code < 500


@pytest.mark.parametrize(
    "path", ["/static/build/../../tables.py", "/static/build/%2e%2e/%2e%2e/tables.py", "/.git/config"]
)
def test_nothing_of_the_server_is_served(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status_code == 404


# --- forged requests --------------------------------------------------------------------------------------------------


def test_a_post_without_the_token_or_with_another_visitors_is_refused(app: Flask, cast: Cast) -> None:
    sari, other = Visitor(app), Visitor(app)
    sari.sign_in(cast.sari)
    foreign = other.token()
    for token in ("", "x", foreign):
        assert sari.client.post("/bahasa/en", data={"csrf_token": token}).status_code == 400
        assert sari.client.post("/keluar", data={"csrf_token": token}).status_code == 400
    assert sari.is_signed_in()


def test_a_get_request_cannot_begin_to_write(app: Flask) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        with app.test_request_context("/", method=method), pytest.raises(RuntimeError), writing():
            pass


def test_no_get_request_changes_a_row(app: Flask, visitor: Visitor, cast: Cast) -> None:
    case = open_case(app, cast.rahmadi)
    visitor.sign_in(cast.rahmadi)
    before = dump(app)
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            values = {"case_id": case, "action": "ajukan_rencana", "role": "rekan_kerja"}
            path = rule.rule
            for name in rule.arguments:
                path = path.replace(f"<{name}>", values.get(name, "x")).replace(f"<path:{name}>", "x")
            assert visitor.get(path).status_code < 500, path
    assert dump(app) == before


# --- when something is wrong ------------------------------------------------------------------------------------------


def test_a_mistake_of_ours_is_told_calmly_and_without_details(app: Flask, visitor: Visitor, caplog: object) -> None:
    def broken() -> str:
        raise ValueError("isi rahasia basis data")

    broken.audience = "everyone"  # type: ignore[attr-defined]
    app.add_url_rule("/rusak", "broken", broken)
    answer = visitor.get("/rusak")
    assert answer.status_code == 500
    assert "Ada masalah di pihak kami" in answer.text
    assert "rahasia basis data" not in answer.text
    assert "Traceback" not in answer.text


def test_what_does_not_exist_and_what_is_not_for_you_look_the_same(app: Flask, cast: Cast) -> None:
    joko = Visitor(app)
    joko.sign_in(cast.joko)
    case = open_case(app, cast.rahmadi)
    missing, foreign = joko.get(f"/berkas/{case[:-1]}x"), joko.get(f"/berkas/{case}")
    assert missing.status_code == foreign.status_code == 404
    assert missing.text.replace(f"{case[:-1]}x", "") == foreign.text.replace(case, "")


# --- keys and transactions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", "pendek", "dev", "a" * 64, "changeme" * 8])
def test_a_key_that_could_be_guessed_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(Misconfigured, match="BORANG_SECRET_KEY"):
        settings_in(tmp_path, secret_key=key)


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    environ = {"BORANG_INSTANCE": str(tmp_path / "new")}
    first, second = Settings.from_environment(environ), Settings.from_environment(environ)
    assert first.secret_key == second.secret_key
    assert stat.S_IMODE((tmp_path / "new" / "secret_key").stat().st_mode) == 0o600
    assert Settings.from_environment({**environ, "BORANG_SECRET_KEY": SECRET}).secret_key == SECRET


def test_the_keys_for_several_purposes_differ_and_no_key_is_printed(settings: Settings) -> None:
    assert settings.anonymity_key != settings.derived("throttle")
    assert SECRET not in repr(settings)


def test_a_service_for_other_hosts_than_this_machine_expects_https(tmp_path: Path) -> None:
    environ = {"BORANG_INSTANCE": str(tmp_path), "BORANG_HOSTS": "kinerja.example, localhost"}
    assert Settings.from_environment(environ).https
    assert Settings.from_environment(environ).hosts == ("kinerja.example", "localhost")
    assert not Settings.from_environment({**environ, "BORANG_HTTPS": "0"}).https
    assert not Settings.from_environment({"BORANG_INSTANCE": str(tmp_path)}).https


def test_a_writing_transaction_is_kept_whole_or_not_at_all(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(LookupError), writing() as rows:
            rows.execute(update(Region).values(title="Lain"))
            raise LookupError
        assert db.session.scalars(select(Region.title)).one() == "Kota Pontianak"
        with writing() as rows, pytest.raises(RuntimeError), writing():
            rows.execute(update(Region).values(title="Lain"))


@on_sqlite
def test_writers_that_read_first_wait_for_each_other(app: Flask) -> None:
    def add() -> None:
        with app.app_context(), writing() as rows:
            number = int(rows.execute(select(Region.title)).scalar_one())
            rows.execute(update(Region).values(title=str(number + 1)))

    with app.app_context(), writing() as rows:
        rows.execute(update(Region).values(title="0"))
    threads = [threading.Thread(target=add) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert db.session.scalars(select(Region.title)).one() == "12"


@on_sqlite
def test_the_database_survives_a_power_cut_and_keeps_references(app: Flask) -> None:
    with app.app_context():
        found = {name: db.session.execute(text(f"PRAGMA {name}")).scalar() for name in PRAGMAS}
    assert found == PRAGMAS


PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
TYPED = "application/x-www-form-urlencoded"


# --- what no browser sends --------------------------------------------------------------------------------------------

#: Odd bodies by kind. Each comes to pages that take posts and to one that does not.
ODD = {
    "nested JSON": ("application/json", b"[" * 100_000),
    "a number that is none": ("application/json", b'{"a": NaN, "b": Infinity}'),
    "a number of 5,000 digits": ("application/json", b"9" * 5_000),
    "half a character in JSON": ("application/json", b'"\\ud800"'),
    "an unknown charset": (f"{TYPED}; charset=tidak-ada", b"nip=1"),
    "another charset": (f"{TYPED}; charset=utf-16", "nip=1".encode("utf-16")),
    "an unknown kind": ("tidak/ada", b"\x00\x01"),
    "no kind": ("", b"nip=1"),
    "parts without a border": ("multipart/form-data", b"--x"),
    "parts that do not end": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data"),
    "a part with an odd head": ("multipart/form-data; boundary=x", b"--x\r\nA\r\n\r\n1\r\n--x--\r\n"),
    "a border of a thousand": (f"multipart/form-data; boundary={'x' * 1000}", b"--" + b"x" * 1000),
    "5,000 digits typed": (TYPED, b"nip=" + b"9" * 5_000),
    "half a character typed": (TYPED, b"nip=%ed%a0%80"),
}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_body_with_a_right_token_breaks_nothing(visitor: Visitor, odd: str) -> None:
    """Not stopped at the door for want of a token, it comes to what reads it."""
    kind, body = ODD[odd]
    head = {"X-CSRFToken": visitor.token()}
    for path in ("/masuk", "/masyarakat", "/bahasa/en", "/bantuan"):
        answer = visitor.client.post(path, data=body, content_type=kind, headers=head)
        assert answer.status_code < 500, (path, answer.status_code)
        assert path == "/bahasa/en" or answer.status_code >= 400, "nothing else is done with it"


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_body_is_refused(visitor: Visitor, odd: str) -> None:
    kind, body = ODD[odd]
    for path in ("/masuk", "/masyarakat", "/bahasa/en", "/bantuan"):
        answer = visitor.client.post(path, data=body, content_type=kind)
        assert 400 <= answer.status_code < 500, (path, answer.status_code)
