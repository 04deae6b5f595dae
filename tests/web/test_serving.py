"""The server itself: slow and greedy clients, bursts, and how it ends."""

from __future__ import annotations

import json
import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.cast import PASSWORD, SARI, settings_in
from tests.conftest import on_sqlite
from tests.web.restarts import by_handing_over
from tests.web.served import FORM, Answer, Browser, Served, listening, served, slowest
from web.config import BODY_LIMIT, TEXT_LIMIT, Settings
from web.serving import PUBLIC, REST, SIGN_IN, THREADS, lane_of

TEN = 10 * 1024 * 1024
HOST = b"Host: localhost\r\n"


@pytest.fixture(scope="module")
def running(prepared: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server for tests that leave it as it was."""
    settings = settings_in(tmp_path_factory.mktemp("served"))
    shutil.copy(make_url(prepared.database_url).database or "", settings.instance)
    with served(settings) as server:
        yield server


# --- whom it believes -------------------------------------------------------------------------------------------------


@on_sqlite
@pytest.mark.parametrize(("proxies", "believed"), [(1, True), (0, False)])
def test_a_network_is_believed_from_a_proxy_of_ours_only(settings: Settings, proxies: int, believed: bool) -> None:
    with served(replace(settings, proxies=proxies)) as server:
        there, elsewhere = Browser(server, network="10.0.0.1"), Browser(server, network="10.0.0.2")
        token = there.token()
        tries = [there.post("/masyarakat", {"kode": "SALAH"}, token).status for _ in range(22)]
        assert tries[-1] == 429
        assert (elsewhere.post("/masyarakat", {"kode": "SALAH"}).status == 422) is believed


# --- slow clients -----------------------------------------------------------------------------------------------------


@on_sqlite
def test_slow_clients_are_cut_and_nobody_waits_for_them(settings: Settings) -> None:
    with served(settings, HEAD=1, BODY=1, SILENT=1, LOOK=1) as server:
        slow = [server.connect() for _ in range(90)]
        for number, line in enumerate(slow):
            if number % 3:
                line.sendall(b"POST /masuk HTTP/1.1\r\n" + HOST)
            if number % 3 == 2:
                line.sendall(b"Content-Type: " + FORM.encode() + b"\r\nContent-Length: 5000\r\n\r\nnip=1")
        took = [server.get("/masuk").seconds for _ in range(20)]
        assert slowest(took) < 1
        began = time.monotonic()
        while time.monotonic() - began < 8 and not all(map(_is_closed, slow)):
            _drip(slow)
            time.sleep(0.3)
        assert all(map(_is_closed, slow))
        assert server.get("/masuk").status == 200
        for line in slow:
            line.close()


def test_a_poor_connection_is_not_a_slow_one() -> None:
    from web.serving import BODY, HEAD, PACE, _too_slow

    class Arriving:
        def __init__(self, head: bool, received: int) -> None:
            self.headers_finished = head
            self.body_bytes_received = received

    assert not _too_slow(Arriving(False, 0), HEAD - 1)
    assert _too_slow(Arriving(False, 0), HEAD + 1)
    assert not _too_slow(Arriving(True, 10), BODY - 1)
    assert _too_slow(Arriving(True, 10), BODY + 1)
    assert not _too_slow(Arriving(True, 300 * PACE), 299)


def _drip(lines: list[socket.socket]) -> None:
    """One byte more on each that is still open: silence alone does not tell a slow client."""
    for line in lines:
        try:
            line.send(b"a")
        except OSError:
            continue


def _is_closed(line: socket.socket) -> bool:
    line.setblocking(False)
    try:
        return line.recv(1000) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        line.setblocking(True)


@on_sqlite
def test_more_connections_than_select_knows_files(running: Served) -> None:
    opened = [running.connect() for _ in range(1100)]
    assert running.get("/healthz").status == 200
    for line in opened:
        line.close()


# --- large and broken requests ----------------------------------------------------------------------------------------


def _multipart(name: str) -> bytes:
    head = f'--x\r\nContent-Disposition: form-data; name="a"{name}\r\n\r\n'.encode()
    return head + b"a" * TEN + b"\r\n--x--\r\n"


#: Ten megabytes as each kind of body: type, content, whether it says how long it is.
LARGE = {
    "typed": (FORM, b"a=" + b"a" * TEN, True),
    "field": ("multipart/form-data; boundary=x", _multipart(""), True),
    "file": ("multipart/form-data; boundary=x", _multipart('; filename="a.pdf"'), True),
    "json": ("application/json", b'"' + b"a" * TEN + b'"', True),
    "chunked": (FORM, b"a=" + b"a" * TEN, False),
}


def large(server: Served, kind: str) -> Answer:
    content_type, body, sized = LARGE[kind]
    sent = body if sized else iter([body[at : at + 65536] for at in range(0, len(body), 65536)])
    return server.send("POST", "/masuk", sent, {"Content-Type": content_type})


@on_sqlite
@pytest.mark.parametrize("kind", LARGE)
def test_ten_megabytes_are_refused_at_once(running: Served, kind: str) -> None:
    before = running.memory()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: large(running, kind), range(4)))
    assert {answer.status for answer in answers} == {413}
    assert all("borang" in answer.text.lower() for answer in answers), "the page, not a line"
    assert running.memory() - before < 100 * 1024 * 1024


@on_sqlite
def test_what_is_far_too_large_is_not_even_read(running: Served) -> None:
    with running.connect() as line:
        line.sendall(b"POST /masuk HTTP/1.1\r\n" + HOST + f"Content-Length: {100 * BODY_LIMIT}\r\n\r\n".encode())
        assert line.recv(1000).startswith(b"HTTP/1.1 413")


@on_sqlite
@pytest.mark.parametrize("size", [TEXT_LIMIT + 1, TEN])
def test_what_is_too_large_is_answered_before_any_of_it_is_sent(running: Served, size: int) -> None:
    """And whoever sends it all the same gets to its end, so that a browser shows the answer."""
    head = f"Content-Type: {FORM}\r\nContent-Length: {size}\r\nExpect: 100-continue\r\n\r\n"
    with running.connect() as line:
        line.sendall(b"POST /masuk HTTP/1.1\r\n" + HOST + head.encode())
        answer = b""
        while piece := line.recv(10_000):
            answer += piece
        assert answer.startswith(b"HTTP/1.1 413")
        assert b"Kiriman terlalu besar" in answer
        line.sendall(b"a" * size)


@on_sqlite
def test_whoever_never_stops_sending_is_cut(running: Served) -> None:
    with running.connect() as line:
        line.sendall(b"POST /masuk HTTP/1.1\r\n" + HOST + f"Content-Length: {100 * BODY_LIMIT}\r\n\r\n".encode())
        with pytest.raises(ConnectionError):
            for _ in range(100):
                line.sendall(b"a" * BODY_LIMIT)


BROKEN = {
    "a head of 64 KiB": (b"GET /masuk HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 65536 + b"\r\n\r\n", b"431"),
    "ten thousand arguments": (b"GET /masuk?" + b"a=1&" * 10_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", b"4"),
    "no host": (b"GET /masuk HTTP/1.1\r\n\r\n", b"400"),
    "another host": (b"GET /masuk HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n", b"400"),
    "two lengths": (
        b"POST /masuk HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\na=1b", b"400",
    ),
    "a length and chunks": (
        b"POST /masuk HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nTransfer-Encoding: gzip\r\n\r\na=1", b"501",
    ),
    "a length that is none": (b"POST /masuk HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n", b"400"),
    "chunks that are none": (
        b"POST /masuk HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n", b"400",
    ),
    "a line that is none": (b"\x16\x03\x01\x02\x00\r\n\r\n", b"400"),
    "a header with a bare return": (b"GET /masuk HTTP/1.1\r\n" + HOST + b"X: a\rb\r\n\r\n", b"400"),
    "a zero in a header": (b"GET /masuk HTTP/1.1\r\n" + HOST + b"Cookie: a=\x00\r\n\r\n", b""),
    "a broken percent sign": (b"GET /%zz%e0 HTTP/1.1\r\n" + HOST + b"\r\n", b"4"),
    "bytes that are no text": (b"GET /\xff\xfe HTTP/1.1\r\n" + HOST + b"\r\n", b"4"),
}  # fmt: skip


@on_sqlite
def test_broken_requests_are_refused_and_break_nothing(running: Served) -> None:
    for what, (sent, status) in BROKEN.items():
        with running.connect() as line:
            line.sendall(sent)
            answer = line.recv(4000)
        assert answer.startswith(b"HTTP/1."), what
        got = answer.split(b" ", 2)[1]
        assert got.startswith(status), (what, got)
        assert not got.startswith(b"5") or got == b"501", (what, got)
    assert running.get("/masuk").status == 200
    assert "trace" not in running.log.read_text()


# --- bursts -----------------------------------------------------------------------------------------------------------


def test_each_kind_of_request_has_its_own_lane() -> None:
    class Asked:
        def __init__(self, command: str, path: str) -> None:
            self.command = command
            self.path = path

    assert lane_of(Asked("POST", "/masuk")) == SIGN_IN
    assert lane_of(Asked("GET", "/masuk")) == REST
    assert lane_of(Asked("POST", "/masyarakat/isi/suara/warga")) == PUBLIC
    assert lane_of(Asked("POST", "/berkas/1/kirim/ajukan")) == REST
    assert lane_of(object()) == REST
    assert set(THREADS) == {SIGN_IN, PUBLIC, REST}


@on_sqlite
def test_many_who_sign_in_at_once_all_come_in_and_others_do_not_wait(settings: Settings) -> None:
    with served(replace(settings, proxies=1)) as server:
        visitors = [Browser(server, network=f"10.0.{n // 200}.{n % 200}") for n in range(24)]
        tokens = [visitor.token() for visitor in visitors]
        form = {"nip": SARI, "kata_sandi": PASSWORD}
        took: list[float] = []
        ended = threading.Event()

        def look() -> None:
            while not ended.is_set():
                took.append(server.get("/bantuan").seconds)

        looking = threading.Thread(target=look)
        looking.start()
        with ThreadPoolExecutor(24) as pool:
            answers = list(
                pool.map(lambda pair: pair[0].post("/masuk", form, pair[1]), zip(visitors, tokens, strict=True))
            )
        ended.set()
        looking.join()
        assert {answer.status for answer in answers} == {303}
        assert slowest(took) < 2


# --- the end ----------------------------------------------------------------------------------------------------------


@on_sqlite
def test_what_is_being_sent_when_it_ends_is_still_answered(settings: Settings) -> None:
    body = b"nip=1&kata_sandi=2"
    head = b"POST /masuk HTTP/1.1\r\n" + HOST + f"Content-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with served(settings) as server:
        with server.connect() as line, server.connect() as idle:
            line.sendall(head + body[:5])
            time.sleep(0.3)
            server.process.terminate()
            time.sleep(1.2)
            assert idle.recv(10) == b"", "a connection on which nothing is asked ends"
            line.sendall(body[5:])
            assert line.recv(1000).startswith(b"HTTP/1.1 400"), "without the token: answered all the same"
        assert server.process.wait(10) == 0
        with pytest.raises(ConnectionError):
            server.get("/healthz")


@on_sqlite
def test_whoever_comes_between_two_servers_waits_at_the_socket_that_was_handed_over(settings: Settings) -> None:
    with listening() as door:
        with served(settings, handed=door) as first:
            assert first.stop() == 0
        with ThreadPoolExecutor(1) as pool:
            early = pool.submit(first.get, "/masuk")
            with served(settings, handed=door):
                assert early.result(30).status == 200


def test_a_restart_under_load_loses_nothing(settings: Settings, tmp_path: Path, figures: list[str]) -> None:
    came = by_handing_over(settings, times=1, pause=2, people=3, folder=tmp_path)
    assert came.told.wrong() == []
    assert came.problems == []
    assert came.submits["ok"] > 5
    figures.append(f"R-28: one restart, {came.submits['ok']} submits acknowledged, 0 lost")


@on_sqlite
def test_several_processes_tell_one_sum_and_tidy_up(settings: Settings) -> None:
    token = "token pemantauan untuk pengujian 0123456789"
    with served(replace(settings, metrics_token=token), processes=2) as server:
        for _ in range(30):
            assert server.get("/masuk").status == 200
        told = {server.get("/metrics", {"Authorization": f"Bearer {token}"}).text for _ in range(6)}
        for text in told:
            found = re.search(r'borang_requests_total{kind="account",method="GET",status="200"} (\S+)', text)
            assert found and float(found[1]) == 30
        (shared,) = settings.instance.glob("borang-figures-*")
        assert list(shared.glob("*.db"))
        server.stop()
    assert not shared.exists()
    lines = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
    assert {line["event"] for line in lines} >= {"request", "Shutting down: Master"}
