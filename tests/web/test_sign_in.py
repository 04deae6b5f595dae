"""Signing in: one way in, slowed when somebody guesses; a session that the server can end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from html import escape

import pytest
from argon2 import Parameters
from argon2.profiles import CHEAPEST
from flask import Flask
from sqlalchemy import event, select, text, update
from werkzeug.test import TestResponse

from engine.nip import grouped
from tests.cast import PASSWORD, Cast, Visitor, app_with, close, open_case
from tests.conftest import on_sqlite
from tests.web.walk import hidden
from web import sessions, throttle
from web.config import Settings
from web.database import writing
from web.definitions import Definitions
from web.tables import Person, SignIn, Throttle, db

WRONG = "NIP atau kata sandi tidak cocok."


def test_the_right_password_signs_in_and_leads_on(visitor: Visitor, cast: Cast) -> None:
    answer = visitor.sign_in(cast.rahmadi, next="/bantuan")
    assert (answer.status_code, answer.location) == (303, "/bantuan")
    assert cast.rahmadi.name in visitor.get("/bantuan").text


def test_a_nip_may_be_typed_with_spaces(visitor: Visitor, cast: Cast) -> None:
    visitor.post("/masuk", {"nip": f" {grouped(cast.sari.nip)} ", "kata_sandi": PASSWORD})
    assert visitor.is_signed_in()


def test_a_wrong_password_and_an_unknown_name_are_told_in_the_same_words(visitor: Visitor, cast: Cast) -> None:
    wrong = visitor.sign_in(cast.rahmadi, "salah")
    unknown = visitor.post("/masuk", {"nip": cast.rahmadi.nip[:-1] + "9", "kata_sandi": "salah"})
    assert wrong.status_code == unknown.status_code == 422
    assert WRONG in wrong.text
    assert wrong.text.replace(cast.rahmadi.nip, "") == unknown.text.replace(cast.rahmadi.nip[:-1] + "9", "")
    assert not visitor.is_signed_in()


def test_the_typed_nip_stays_and_the_password_does_not(visitor: Visitor, cast: Cast) -> None:
    page = visitor.sign_in(cast.rahmadi, "rahasia-yang-salah").text
    assert f'value="{cast.rahmadi.nip}"' in page
    assert "rahasia-yang-salah" not in page


def test_a_password_beyond_the_limit_is_never_hashed(visitor: Visitor, cast: Cast) -> None:
    assert visitor.sign_in(cast.rahmadi, "a" * 100_000).status_code == 422


def test_a_person_without_a_password_cannot_sign_in(app: Flask, visitor: Visitor, cast: Cast) -> None:
    _change(app, cast.joko.id, password_hash="")
    assert visitor.sign_in(cast.joko, "").status_code == 422
    assert visitor.sign_in(cast.joko).status_code == 422


def test_a_hash_made_with_other_parameters_is_made_anew(
    settings: Settings, definitions: Definitions, visitor: Visitor, cast: Cast
) -> None:
    stronger = Parameters(**{**_as_dict(CHEAPEST), "time_cost": CHEAPEST.time_cost + 1})
    app = app_with(replace(settings, argon2=stronger), definitions)
    before = _kept(app, cast.rahmadi.id)
    assert Visitor(app).sign_in(cast.rahmadi).status_code == 303
    after = _kept(app, cast.rahmadi.id)
    assert f"t={stronger.time_cost}" in after
    assert before != after
    assert Visitor(app).sign_in(cast.rahmadi).status_code == 303
    close(app)


# --- the session ------------------------------------------------------------------------------------------------------


def test_signing_in_changes_the_cookie_and_the_token_against_forged_requests(visitor: Visitor, cast: Cast) -> None:
    token, cookie = visitor.token(), _cookie(visitor)
    visitor.sign_in(cast.rahmadi)
    assert _cookie(visitor) != cookie
    assert visitor.client.post("/keluar", data={"csrf_token": token}).status_code == 400
    assert visitor.is_signed_in()


def test_after_signing_out_a_copied_cookie_is_worth_nothing(app: Flask, visitor: Visitor, cast: Cast) -> None:
    visitor.sign_in(cast.rahmadi)
    thief = Visitor(app)
    thief.client.set_cookie("borang", _cookie(visitor))
    assert thief.is_signed_in()
    visitor.post("/keluar")
    assert not thief.is_signed_in()
    assert not visitor.is_signed_in()


def test_signing_in_again_ends_the_session_of_before(app: Flask, visitor: Visitor, cast: Cast) -> None:
    visitor.sign_in(cast.rahmadi)
    visitor.sign_in(cast.rahmadi)
    assert len(_sessions(app)) == 1


def test_the_database_holds_no_token_that_a_browser_has(app: Flask, visitor: Visitor, cast: Cast) -> None:
    visitor.sign_in(cast.rahmadi)
    with visitor.client.session_transaction() as session:
        token = session["_user_id"]
    with app.app_context():
        kept = db.session.execute(text("SELECT * FROM sign_in")).all()
    assert token not in str(kept)


def test_a_person_who_is_no_longer_active_is_signed_out_at_the_next_request(
    app: Flask, visitor: Visitor, cast: Cast
) -> None:
    visitor.sign_in(cast.rahmadi)
    _change(app, cast.rahmadi.id, active=False)
    assert not visitor.is_signed_in()
    assert visitor.sign_in(cast.rahmadi).status_code == 422


def test_a_session_ends_with_its_last_day(app: Flask, visitor: Visitor, cast: Cast) -> None:
    visitor.sign_in(cast.rahmadi)
    with app.app_context(), writing() as rows:
        rows.execute(update(SignIn).values(expires_on=SignIn.expires_on - timedelta(days=sessions.DAYS + 1)))
    assert not visitor.is_signed_in()


def test_all_sessions_of_a_person_can_be_ended(app: Flask, cast: Cast) -> None:
    phone, desk, other = Visitor(app), Visitor(app), Visitor(app)
    phone.sign_in(cast.rahmadi)
    desk.sign_in(cast.rahmadi)
    other.sign_in(cast.sari)
    with app.app_context():
        sessions.end_all(cast.rahmadi.id)
    assert [phone.is_signed_in(), desk.is_signed_in(), other.is_signed_in()] == [False, False, True]


@on_sqlite
def test_finding_out_who_is_signed_in_takes_one_query(app: Flask, visitor: Visitor, cast: Cast) -> None:
    visitor.sign_in(cast.rahmadi)
    asked: list[str] = []
    with app.app_context():
        event.listen(db.engine, "checkout", lambda driver, *_: driver.set_trace_callback(asked.append))
    assert cast.rahmadi.name in visitor.get("/bantuan").text
    assert len([query for query in asked if "sign_in" in query]) == 1


# --- where it leads ---------------------------------------------------------------------------------------------------


def test_whoever_is_not_signed_in_is_led_to_sign_in_and_back(visitor: Visitor, cast: Cast) -> None:
    asked = visitor.get("/tugas?halaman=2")
    assert (asked.status_code, asked.location) == (303, "/masuk?next=/tugas?halaman%3D2")
    assert 'name="next" value="/tugas?halaman=2"' in visitor.get(asked.location).text


def test_a_form_sent_after_the_session_has_ended_leads_to_sign_in_and_its_page(app: Flask) -> None:
    answer = app.test_client().post("/berkas/x/isi/ajukan_rencana", data={"target": "diisi lama"})
    assert (answer.status_code, answer.location) == (303, "/masuk?next=/berkas/x/isi/ajukan_rencana")


ELSEWHERE = [
    "//elsewhere.example", "/\\elsewhere.example", "\\/elsewhere.example", "https://elsewhere.example",
    "https:elsewhere.example", "javascript:alert(1)", "/\t/elsewhere.example", "\t//elsewhere.example",
    "/\n/elsewhere.example", "elsewhere.example", "@elsewhere.example", " //elsewhere.example", "///elsewhere.example",
    "http:///elsewhere.example", "/%0d%0aSet-Cookie:x", "//[elsewhere.example",
]  # fmt: skip


@pytest.mark.parametrize("goal", ELSEWHERE)
def test_signing_in_never_leads_to_another_site(visitor: Visitor, cast: Cast, goal: str) -> None:
    location = visitor.sign_in(cast.rahmadi, next=goal).location
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert "\n" not in location


# --- guessing ---------------------------------------------------------------------------------------------------------


def test_after_some_wrong_tries_one_has_to_wait_and_is_told_how_long(visitor: Visitor, cast: Cast) -> None:
    for _ in range(throttle.ACCOUNT_THERE.free):
        assert visitor.sign_in(cast.rahmadi, "salah").status_code == 422
    answer = visitor.sign_in(cast.rahmadi)
    assert answer.status_code == 429
    assert f"Coba lagi dalam {answer.headers['Retry-After']} detik." in answer.text


def test_the_owner_signs_in_from_elsewhere_while_somebody_guesses(app: Flask, cast: Cast) -> None:
    guesser = Visitor(app, "10.0.0.66")
    assert [guesser.sign_in(cast.rahmadi, "salah").status_code for _ in range(30)][-1] == 429
    assert Visitor(app, "10.0.0.7").sign_in(cast.rahmadi).status_code == 303


def test_guessing_one_password_on_many_accounts_is_slowed_for_the_network(app: Flask) -> None:
    guesser = Visitor(app, "10.0.0.66")
    nips = [f"19870412201101{number:04d}" for number in range(throttle.NETWORK.free + 1)]
    found = [guesser.post("/masuk", {"nip": nip, "kata_sandi": "123456"}).status_code for nip in nips]
    assert found == [422] * throttle.NETWORK.free + [429]


def test_an_office_that_signs_in_at_eight_is_not_slowed(app: Flask, cast: Cast) -> None:
    found = {Visitor(app, "10.0.0.8").sign_in(cast.rahmadi).status_code for _ in range(throttle.NETWORK.free + 2)}
    assert found == {303}


def test_an_address_that_a_visitor_claims_counts_only_behind_our_own_proxy(
    settings: Settings, definitions: Definitions, app: Flask, cast: Cast
) -> None:
    def tries(service: Flask) -> list[int]:
        guesser = Visitor(service, "10.0.0.66")
        data = {"nip": cast.rahmadi.nip, "kata_sandi": "salah"}
        claims = [f"10.1.0.{number}" for number in range(throttle.ACCOUNT_THERE.free + 1)]
        return [guesser.post("/masuk", data, headers={"X-Forwarded-For": claim}).status_code for claim in claims]

    assert tries(app)[-1] == 429
    behind = app_with(replace(settings, proxies=1), definitions)
    assert tries(behind)[-1] == 422
    close(behind)


def test_the_count_survives_a_restart(
    app: Flask, settings: Settings, definitions: Definitions, visitor: Visitor, cast: Cast
) -> None:
    for _ in range(throttle.ACCOUNT_THERE.free):
        visitor.sign_in(cast.rahmadi, "salah")
    restarted = app_with(settings, definitions)
    assert Visitor(restarted).sign_in(cast.rahmadi).status_code == 429
    close(restarted)


def test_tries_are_forgotten_after_a_while_and_after_success(app: Flask, visitor: Visitor, cast: Cast) -> None:
    for _ in range(throttle.ACCOUNT_THERE.free):
        visitor.sign_in(cast.rahmadi, "salah")
    with app.app_context(), writing() as rows:
        earlier = rows.execute(select(Throttle)).first().since - throttle.WINDOW
        rows.execute(update(Throttle).values(since=earlier))
    assert visitor.sign_in(cast.rahmadi).status_code == 303
    with app.app_context():
        assert db.session.scalars(select(Throttle)).all() == []


def test_the_wait_doubles_up_to_its_longest() -> None:
    rule = throttle.Rule(2, timedelta(seconds=10), timedelta(seconds=50))
    assert [rule.wait(tries).seconds for tries in range(7)] == [0, 0, 10, 20, 40, 50, 50]
    assert rule.wait(10**6) == timedelta(seconds=50)


def test_who_tried_from_where_is_kept_as_a_keyed_hash(app: Flask, visitor: Visitor, cast: Cast) -> None:
    visitor.sign_in(cast.rahmadi, "salah")
    with app.app_context():
        kept = str(db.session.execute(text("SELECT * FROM throttle")).all())
    assert cast.rahmadi.nip not in kept
    assert "10.0.0.1" not in kept


# --- the language -----------------------------------------------------------------------------------------------------


def test_the_page_is_indonesian_unless_the_browser_asks_for_english(visitor: Visitor) -> None:
    assert '<html lang="id"' in visitor.get("/masuk").text
    assert '<html lang="id"' in visitor.get("/masuk", headers={"Accept-Language": "fr, jv"}).text
    assert '<html lang="en"' in visitor.get("/masuk", headers={"Accept-Language": "en-GB, id;q=0.5"}).text


def test_the_chosen_language_stays_with_the_person(app: Flask, visitor: Visitor, cast: Cast) -> None:
    visitor.sign_in(cast.rahmadi)
    answer = visitor.post("/bahasa/en", {"next": "/bantuan?a=b"})
    assert (answer.status_code, answer.location) == (303, "/bantuan?a=b")
    assert "Sign out" in visitor.get("/bantuan").text
    elsewhere = Visitor(app)
    elsewhere.sign_in(cast.rahmadi)
    assert '<html lang="en"' in elsewhere.get("/bantuan").text


def test_the_language_chosen_before_signing_in_is_kept(visitor: Visitor, cast: Cast) -> None:
    visitor.post("/bahasa/en")
    visitor.sign_in(cast.rahmadi)
    assert '<html lang="en"' in visitor.get("/bantuan").text


def test_there_are_two_languages_and_a_link_changes_neither(visitor: Visitor) -> None:
    assert visitor.post("/bahasa/xx").status_code == 404
    assert visitor.get("/bahasa/en").status_code == 405
    assert visitor.post("/bahasa/en", {"next": "//elsewhere.example"}).location == "/"


# --- the demo ---------------------------------------------------------------------------------------------------------


def test_a_deployment_has_nothing_of_the_demo(visitor: Visitor, cast: Cast) -> None:
    assert "Contoh" not in visitor.get("/masuk").text
    assert visitor.get("/demo/tanggal").status_code == 404
    assert visitor.post("/demo/tanggal", {"tanggal": "2026-12-01"}).status_code == 404
    assert visitor.post("/demo/masuk", {"nip": cast.rahmadi.nip}).status_code == 404
    assert not visitor.is_signed_in()


def _change(app: Flask, person: str, **values: object) -> None:
    with app.app_context(), writing() as rows:
        rows.execute(update(Person).where(Person.id == person).values(**values))


def _kept(app: Flask, person: str) -> str:
    with app.app_context():
        return db.session.scalars(select(Person.password_hash).where(Person.id == person)).one()


def _sessions(app: Flask) -> list[SignIn]:
    with app.app_context():
        return list(db.session.scalars(select(SignIn)))


def _cookie(visitor: Visitor) -> str:
    cookie = visitor.client.get_cookie("borang")
    return cookie.value if cookie else ""


def _as_dict(parameters: Parameters) -> dict[str, int]:
    return {name: getattr(parameters, name) for name in Parameters.__slots__ if name != "__weakref__"}


class TestASessionThatEndedWhileAFormWasFilledIn:
    TYPED = 'Baris <b>satu</b>\n& "dua"'

    @pytest.fixture
    def address(self, app: Flask, cast: Cast, visitor: Visitor) -> str:
        visitor.sign_in(cast.rahmadi)
        return f"/berkas/{open_case(app, cast.rahmadi)}/isi/ajukan_rencana"

    def sent(self, visitor: Visitor, address: str) -> dict[str, str]:
        page = visitor.get(address).text
        own = {name: text for name, text in hidden(page).items() if name.startswith("_") and name != "_tambah"}
        return {**own, "csrf_token": visitor.token(), "target.0.nama": self.TYPED, "_intent": "simpan"}

    def ended(self, app: Flask, cast: Cast, visitor: Visitor, address: str) -> TestResponse:
        """What a form is answered whose session has ended meanwhile."""
        form = self.sent(visitor, address)
        with app.app_context():
            sessions.end_all(cast.rahmadi.id)
        return visitor.client.post(address, data=form)

    def test_what_was_typed_goes_through_the_sign_in(
        self, app: Flask, cast: Cast, visitor: Visitor, address: str
    ) -> None:
        page = self.ended(app, cast, visitor, address)
        assert page.status_code == 401
        assert "Sesi Anda sudah berakhir" in page.text and "Baris &lt;b&gt;satu" in page.text
        wrong = visitor.client.post("/masuk", data={**_main(page.text), "nip": cast.rahmadi.nip, "kata_sandi": "salah"})
        assert wrong.status_code == 422 and "Baris &lt;b&gt;satu" in wrong.text
        right = {**_main(wrong.text), "nip": cast.rahmadi.nip, "kata_sandi": PASSWORD}
        again = visitor.client.post("/masuk", data=right)
        assert again.status_code == 200 and PASSWORD not in again.text
        assert visitor.get(address).text.count(escape("Baris <b>satu")) == 0, "nothing is kept before it is sent"
        kept = visitor.client.post(address, data=_main(again.text))
        assert kept.status_code == 303
        assert escape("Baris <b>satu") in visitor.get(address).text

    def test_a_form_of_another_site_is_not_taken_along(
        self, app: Flask, cast: Cast, visitor: Visitor, address: str
    ) -> None:
        form = {**self.sent(visitor, address), "csrf_token": "palsu"}
        with app.app_context():
            sessions.end_all(cast.rahmadi.id)
        page = visitor.client.post(address, data=form)
        assert page.status_code == 303 and page.headers["Location"].startswith("/masuk?next=")

    def test_who_signed_out_in_another_window_takes_it_along_too(
        self, cast: Cast, visitor: Visitor, address: str
    ) -> None:
        form = self.sent(visitor, address)
        visitor.client.post("/keluar", data={"csrf_token": visitor.token()})
        page = visitor.client.post(address, data=form, headers={"Origin": "http://localhost"})
        assert page.status_code == 401
        assert "Baris &lt;b&gt;satu" in page.text

    def test_who_signed_in_anew_in_another_window_can_copy_it(self, cast: Cast, visitor: Visitor, address: str) -> None:
        form = self.sent(visitor, address)
        visitor.sign_in(cast.sari)
        ours = {"Origin": "http://localhost", "Referer": f"http://localhost{address}"}
        page = visitor.client.post(address, data=form, headers=ours)
        assert page.status_code == 400
        assert "Baris &lt;b&gt;satu" in page.text and f'href="{address}"' in page.text
        assert "Kirim lagi" not in page.text, "it may be somebody else's"

    @pytest.mark.parametrize("origin", ["http://lain.example", "null", "http://localhost.lain.example"])
    def test_what_another_site_sends_stands_on_no_page(
        self, cast: Cast, visitor: Visitor, address: str, origin: str
    ) -> None:
        form = {**self.sent(visitor, address), "csrf_token": "palsu"}
        for signed_in in (True, False):
            page = visitor.client.post(address, data=form, headers={"Origin": origin})
            assert "satu" not in page.text
            assert (page.status_code == 400) == signed_in
            visitor.client.post("/keluar", data={"csrf_token": visitor.token()})

    def test_who_signed_in_elsewhere_before_the_page_that_takes_it_along_keeps_it(
        self, app: Flask, cast: Cast, visitor: Visitor, address: str
    ) -> None:
        page = self.ended(app, cast, visitor, address)
        visitor.sign_in(cast.rahmadi)
        password = {"nip": cast.rahmadi.nip, "kata_sandi": PASSWORD}
        ours = {"Origin": "http://localhost"}
        stale = visitor.client.post("/masuk", data={**_main(page.text), **password}, headers=ours)
        assert stale.status_code == 400 and "Baris &lt;b&gt;satu" in stale.text
        again = visitor.client.post("/masuk", data={**_main(stale.text), **password}, headers=ours)
        assert again.status_code == 200
        assert visitor.client.post(address, data=_main(again.text)).status_code == 303
        assert escape("Baris <b>satu") in visitor.get(address).text

    @pytest.mark.parametrize(
        ("carried", "status"),
        [("x", 303), ("[]", 303), ("{}", 303), ("[1, 2, 3]", 303), ('["//lain.example/x", [["a", "b"]], []]', 200)],
    )
    def test_what_is_taken_along_leads_nowhere_else(
        self, cast: Cast, visitor: Visitor, carried: str, status: int
    ) -> None:
        page = visitor.sign_in(cast.rahmadi, _kiriman=carried)
        assert page.status_code == status
        assert "lain.example" not in page.text


def _main(page: str) -> dict[str, str]:
    """The inputs of the one form within the page."""
    return hidden(page[page.index("<main") :])
