"""What comes in floods: it is turned away cheaply, and nobody else notices."""

from __future__ import annotations

import threading
import time
from collections import Counter

import pytest
from flask import Flask, request_started
from sqlalchemy import event

from tests.cast import Cast, Visitor
from web import passwords, throttle
from web.config import TEXT_LIMIT
from web.flood import FROM_ALL, FROM_ONE, MOST, Bucket, Gate
from web.security import TYPED, network
from web.tables import db


class Hand:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_so_much_at_once_and_so_much_in_the_long_run() -> None:
    clock = Hand()
    gate = Gate(clock)
    let = [gate.wait("a") for _ in range(FROM_ONE[0] + 5)]
    assert let == [0] * FROM_ONE[0] + [1] * 5
    assert gate.wait("b") == 0
    clock.now += 3 / FROM_ONE[1]
    assert [gate.wait("a") == 0 for _ in range(5)] == [True, True, True, False, False]


def test_many_networks_together_are_bounded_too() -> None:
    gate = Gate(Hand())
    assert sum(gate.wait(str(n)) == 0 for n in range(2 * FROM_ALL[0])) == FROM_ALL[0]


def test_what_is_remembered_of_networks_is_bounded() -> None:
    clock = Hand()
    gate = Gate(clock)
    for number in range(2 * MOST):
        clock.now += 1
        gate.wait(str(number))
    assert len(gate._each) <= MOST
    assert Bucket(2, 1, 0).is_full(0)


@pytest.mark.parametrize(("address", "found"), [
    ("10.1.2.3", "10.1.2.3"),
    ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
    ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
    ("::ffff:10.1.2.3", "::ffff:10.1.2.3"),
    ("", ""),
    ("unix", "unix"),
])  # fmt: skip
def test_a_network_is_an_address_or_a_household_of_ipv6(app: Flask, address: str, found: str) -> None:
    with app.test_request_context(environ_overrides={"REMOTE_ADDR": address}):
        assert network() == found


def test_a_flood_from_one_network_is_turned_away_without_asking_the_database(app: Flask, cast: Cast) -> None:
    flooding, another, staff = Visitor(app, "10.9.9.9"), Visitor(app, "10.9.9.8"), Visitor(app, "10.9.9.9")
    app.extensions["flood"] = Gate(Hand())
    token = flooding.token()
    asked: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    sent = {"kode": "BUKANKODE", "csrf_token": token}
    environ = {"REMOTE_ADDR": "10.9.9.9"}
    answers = [flooding.client.post("/masyarakat", data=sent, environ_overrides=environ) for _ in range(FROM_ONE[0])]
    assert {answer.status_code for answer in answers} == {422, 429}
    asked.clear()
    refused = flooding.client.post("/masyarakat", data=sent, environ_overrides=environ)
    assert (refused.status_code, asked) == (429, [])
    assert "Tunggu" in refused.text
    assert int(refused.headers["Retry-After"]) >= 1
    assert "default-src 'self'" in refused.headers["Content-Security-Policy"]
    assert another.post("/masyarakat", {"kode": "BUKANKODE"}).status_code == 422
    staff.sign_in(cast.sari)
    assert staff.is_signed_in(), "the same office may work on"


@pytest.mark.parametrize(("status", "path", "body"), [
    (413, "/masuk", b"a" * (TEXT_LIMIT + 1)), (413, "/berkas/1/kirim/ajukan", b"a" * (TEXT_LIMIT + 1)),
    (429, "/masyarakat", b"kode=BUKANKODE"),
])  # fmt: skip
def test_what_is_turned_away_never_reaches_the_service(app: Flask, status: int, path: str, body: bytes) -> None:
    class Full:
        def wait(self, source: str) -> int:
            return 7

    app.extensions["flood"] = Full()
    reached: list[object] = []
    request_started.connect(lambda sender, **more: reached.append(sender), app, weak=False)
    client = app.test_client()
    assert client.get("/masuk").status_code == 200
    assert reached, "what does reach it is seen"
    reached.clear()
    answer = client.post(path, data=body, content_type=TYPED)
    assert (answer.status_code, reached) == (status, [])
    assert answer.headers.get("Retry-After") == ("7" if status == 429 else None)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "{" not in answer.text


def test_a_wrong_code_that_is_throttled_writes_nothing(app: Flask) -> None:
    visitor, written = Visitor(app, "10.9.9.7"), []
    token = visitor.token()
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *given: written.append(given[2].split()[0].lower()))
    send = {"kode": "BUKANKODE", "csrf_token": token}
    environ = {"REMOTE_ADDR": "10.9.9.7"}
    answers = [visitor.client.post("/masyarakat", data=send, environ_overrides=environ) for _ in range(30)]
    assert answers[-1].status_code == 429
    written.clear()
    assert visitor.client.post("/masyarakat", data=send, environ_overrides=environ).status_code == 429
    assert set(written) <= {"begin", "select"}


# --- signing in -------------------------------------------------------------------------------------------------------


def test_whoever_is_one_too_many_is_asked_to_come_again_and_nothing_is_counted(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = Visitor(app)
    held = [passwords._ADMITTED.acquire(blocking=False) for _ in range(4)]
    try:
        assert all(held)
        for _ in range(10):
            answer = visitor.post("/masuk", {"nip": cast.sari.nip, "kata_sandi": "salah"})
            assert answer.status_code == 503
            assert 1 <= int(answer.headers["Retry-After"]) <= 10
        assert cast.sari.nip in answer.text, "what was typed is still there"
    finally:
        for _ in held:
            passwords._ADMITTED.release()
    visitor.sign_in(cast.sari)
    assert visitor.is_signed_in()


def test_who_is_put_off_comes_again_in_turn_not_all_at_once() -> None:
    turns = passwords.Turns()
    told = Counter(turns.next(100.0) for _ in range(2000))
    assert sorted(told) == list(range(1, 31))
    assert max(told[seconds] for seconds in range(1, 30)) <= 34
    assert turns.next(200.0) == 1, "the crowd is gone"


def test_where_sign_ins_take_long_the_turns_lie_further_apart() -> None:
    turns = passwords.Turns()
    for _ in range(100):
        turns.done(0.8)
    told = Counter(turns.next(100.0) for _ in range(100))
    assert max(told.values()) <= 7, "four places for 0.8 s each are five in a second"
    for _ in range(200):
        turns.done(0.02)
    assert Counter(turns.next(200.0) for _ in range(33)) == {1: 33}


def test_an_office_that_signs_in_at_eight_is_let_in(app: Flask, cast: Cast) -> None:
    """One network, several accounts: whoever is right takes away the row that others are counting in."""
    key, failed = app.extensions["settings"].derived("throttle"), []

    def sign_in(number: int) -> None:
        try:
            with app.app_context():
                for _ in range(25):
                    attempt = throttle.Try(f"{number % 3}", "10.7.7.7", key)
                    throttle.count(attempt)
                    throttle.forget(attempt)
        except throttle.TooMany:
            return
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=sign_in, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_few_verify_at_once_however_many_come() -> None:
    slow, most, running = passwords.Passwords.__new__(passwords.Passwords), 0, 0
    lock = threading.Lock()

    class Hasher:
        def verify(self, kept: str, password: str) -> bool:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.02)
            with lock:
                running -= 1
            return True

    slow._hasher, slow._nobody = Hasher(), ""  # type: ignore[assignment]
    threads = [threading.Thread(target=slow.match, args=("x", "y")) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2
