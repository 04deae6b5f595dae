"""Other systems, played by real receivers: what they are told, how they know us, and where nothing is ever sent."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text

from tests.cast import REGION
from tests.certificates import Certificates, certificates
from tests.playing import Play
from tests.web.test_messages import STEPS, at_peers
from tests.working import put_out, work
from web import outbox, webhooks
from web.cli import cli
from web.config import Misconfigured
from web.database import reading, writing
from web.jobs import Undone
from web.tables import db
from web.webhooks import Forbidden


class Receiver:
    """Another system at a port of this machine; ``status`` is what it answers, ``location`` where it points."""

    def __init__(self, context: Any = None) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.connections = 0
        self.status, self.location = 204, ""
        self.before: Callable[[], None] = lambda: None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def setup(self) -> None:
                receiver.connections += 1
                super().setup()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.calls.append((dict(self.headers), body))
                receiver.before()
                self.send_response(receiver.status)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler

    @contextmanager
    def answering(self) -> Iterator[Receiver]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().answering() as found:
        yield found


@pytest.fixture
def play(app: Flask) -> Play:
    return Play(app)


def allow(app: Flask, *hosts: str) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], webhook_hosts=hosts)
    webhooks.init_app(app)


def add(app: Flask, url: str, region: str = REGION) -> webhooks.Added:
    with app.app_context(), writing() as rows:
        return webhooks.add(rows, region, url)


def local(app: Flask, receiver: Receiver) -> webhooks.Added:
    """*receiver* is told of moves."""
    allow(app, f"localhost:{receiver.port}=127.0.0.1")
    return add(app, f"http://localhost:{receiver.port}/kabar?dari=borang")


# --- what is told -----------------------------------------------------------------------------------------------------


def test_a_move_is_told_signed_and_with_a_stable_id(play: Play, receiver: Receiver) -> None:
    added = local(play.app, receiver)
    case = play.open_case()
    play.play(case, STEPS[:1])
    work(play.app)
    [(headers, body)] = receiver.calls
    expected = hmac.new(added.secret.encode(), headers["Borang-Timestamp"].encode() + b"." + body, hashlib.sha256)
    assert headers["Borang-Signature"] == f"sha256={expected.hexdigest()}"
    assert headers["Borang-Event"] == "case.entered"
    told = json.loads(body)
    assert told.pop("id") == headers["Borang-Delivery"]
    assert told == {
        "event": "case.entered", "case": case, "entry": 2, "stage": "persetujuan_rencana", "process": play.process.id,
        "cycle": play.case(case).cycle.id, "region": REGION, "at": "2026-01-12T02:01:00+00:00",
    }  # fmt: skip


def test_of_an_anonymous_stage_s_end_only_the_day_is_told_and_never_a_name_or_answer(
    play: Play, receiver: Receiver
) -> None:
    local(play.app, receiver)
    case = at_peers(play)
    work(play.app)
    play.play(case, STEPS[6:10])
    receiver.calls.clear()
    work(play.app)
    assert receiver.calls == []
    play.play(case, STEPS[10:])
    work(play.app)
    told = {json.loads(body)["stage"]: json.loads(body) for _headers, body in receiver.calls}
    assert told["penetapan"]["at"].startswith("2026-12-")
    assert len(told["penetapan"]["at"]) > 10
    assert told["selesai"]["event"] == "case.closed"
    for event in told.values():
        assert set(event) == {"id", "event", "case", "entry", "stage", "process", "cycle", "region", "at"}


def test_the_day_alone_is_told_where_the_last_anonymous_answer_brought_it_about(play: Play, receiver: Receiver) -> None:
    local(play.app, receiver)
    case = at_peers(play)
    play.play(case, STEPS[6:11])
    assert play.case(case).stage == "tanggapan_pegawai"
    work(play.app)
    told = {json.loads(body)["stage"]: json.loads(body) for _headers, body in receiver.calls}
    assert len(told["penilaian_kompetensi_360"]["at"]) > 10
    assert told["tanggapan_pegawai"]["at"] == play.clock.now().date().isoformat()


def test_another_try_bears_the_same_id_and_body(play: Play, receiver: Receiver) -> None:
    added = local(play.app, receiver)
    receiver.status = 503
    with play.app.app_context():
        payload = {"webhook": added.id, "event": "case.entered", "case": "x", "stage": "y", "at": "2026-01-12"}
        for _ in range(2):
            with pytest.raises(Undone, match="503") as raised:
                webhooks.send(payload, "tetap")
            assert raised.value.again
        receiver.status = 200
        webhooks.send(payload, "tetap")
    assert {headers["Borang-Delivery"] for headers, _ in receiver.calls} == {"tetap"}
    assert len({body for _, body in receiver.calls}) == 1


def test_a_new_cycle_is_told_once_not_case_by_case(play: Play, receiver: Receiver) -> None:
    local(play.app, receiver)
    case = play.open_case()
    cycle = play.case(case).cycle.id
    put_out(play.app, outbox.CYCLE_OPENED, cycle, {"cycle": cycle}, play.clock.now())
    work(play.app)
    [(headers, body)] = receiver.calls
    assert headers["Borang-Event"] == "cycle.opened"
    assert json.loads(body)["cycle"] == cycle


def test_another_region_is_told_nothing(play: Play, receiver: Receiver) -> None:
    allow(play.app, f"localhost:{receiver.port}=127.0.0.1")
    with play.app.app_context(), writing() as rows:
        rows.execute(text("insert into region (id, title, zone) values ('lain', 'Lain', 'Asia/Jakarta')"))
    add(play.app, f"http://localhost:{receiver.port}/", "lain")
    case = play.open_case()
    play.play(case, STEPS[:1])
    work(play.app)
    assert receiver.calls == []


def test_the_secret_lies_sealed(play: Play, receiver: Receiver) -> None:
    added = local(play.app, receiver)
    with play.app.app_context():
        kept = db.session.scalars(text("select secret from webhook")).one()
    assert len(added.secret) >= 43
    assert added.secret not in kept


# --- where nothing is sent --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/", "https://simpeg.daerah.example.evil.example/", "https://evil-simpeg.daerah.example/",
        "https://simpeg.daerah.example:8443/", "https://simpeg.daerah.example:22/", "https://simpeg.daerah.example./",
        "http://simpeg.daerah.example/", "http://simpeg.daerah.example:443/", "ftp://simpeg.daerah.example/",
        "file:///etc/passwd", "gopher://simpeg.daerah.example/", "//simpeg.daerah.example/", "simpeg.daerah.example",
        "https://a:b@simpeg.daerah.example/", "https://@simpeg.daerah.example/",
        "https://simpeg.daerah.example@evil.example/", "https://evil.example\\@simpeg.daerah.example/",
        "https://simpeg.daerah.example/#x", "https://simpeg.daerah.example/a b",
        "https://simpeg.daerah.example/\r\nX: y",
        "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/",
        "https://0177.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::]/", "https://0/",
        "https://169.254.169.254/latest/", "https://localhost/", "https://[64:ff9b::7f00:1]/", "https://①②⑦.⓪.⓪.①/",
        "https://simpeg.daerah.example:x/", "https://[simpeg.daerah.example/",
        "https://simpeg.daerah.example/" + "a" * 500,
    ],
)  # fmt: skip
def test_only_allowed_hosts_can_be_added(app: Flask, url: str) -> None:
    allow(app, "simpeg.daerah.example")
    with app.app_context():
        assert webhooks.target_of("https://SIMPEG.daerah.example/kabar").allowed.port == 443
        with pytest.raises(Forbidden):
            webhooks.target_of(url)
    with pytest.raises(Forbidden):
        add(app, url)
    with app.app_context():
        assert webhooks.listed(reading()) == []


def test_by_default_no_host_is_allowed(app: Flask) -> None:
    with pytest.raises(Forbidden):
        add(app, "https://simpeg.daerah.example/")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.0.0.2", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
        "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_an_allowed_name_that_leads_inside_is_not_called(
    app: Flask, receiver: Receiver, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Resolvers hand out what an attacker told them: a public address at first, one of ours later, or both at once."""
    allow(app, f"simpeg.daerah.example:{receiver.port}")
    url = f"https://simpeg.daerah.example:{receiver.port}/"
    added = add(app, url)
    answers = [place("93.184.215.14", receiver.port), place(address, receiver.port)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: answers)
    for _ in range(2):
        with app.app_context(), pytest.raises(Undone, match="host_leads_away") as raised:
            webhooks.send({"webhook": added.id, "event": "test"}, "x")
        assert not raised.value.again
        answers.reverse()
    assert receiver.connections == 0


def place(address: str, port: int) -> tuple[Any, ...]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return family, socket.SOCK_STREAM, 6, "", (address, port, 0, 0)[: 4 if ":" in address else 2]


def test_public_addresses_are_public() -> None:
    allowed = webhooks.allowed_of("simpeg.daerah.example")
    for address in ("93.184.215.14", "8.8.8.8", "2606:4700::1111"):
        assert allowed.may_lie_at(webhooks.ipaddress.ip_address(address))


def test_the_address_that_was_checked_is_the_one_that_is_called(
    app: Flask, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that changes its mind between two look-ups gains nothing: there is only one."""
    allow(app, f"kabar.example:{receiver.port}=127.0.0.1")
    added = add(app, f"http://kabar.example:{receiver.port}/")
    asked = []

    def resolve(host: str, port: int, *_args: Any, **_more: Any) -> list[Any]:
        asked.append(host)
        return [place("127.0.0.1" if len(asked) == 1 else "127.0.0.2", port)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with app.app_context():
        webhooks.send({"webhook": added.id, "event": "test"}, "x")
    assert asked == ["kabar.example"]
    [(headers, _body)] = receiver.calls
    assert headers["Host"] == f"kabar.example:{receiver.port}"


def test_a_network_says_where_a_host_may_lie_and_nowhere_else() -> None:
    inside = webhooks.allowed_of("simpeg.daerah.example=10.20.0.0/16")
    for address, may in (("10.20.1.2", True), ("10.21.0.1", False), ("8.8.8.8", False), ("127.0.0.1", False)):
        assert inside.may_lie_at(webhooks.ipaddress.ip_address(address)) is may
    assert not inside.local
    assert webhooks.allowed_of("localhost:9000=127.0.0.1").local


def test_a_redirect_is_not_followed(play: Play, receiver: Receiver) -> None:
    with Receiver().answering() as inside:
        added = local(play.app, receiver)
        receiver.status, receiver.location = 307, f"http://127.0.0.1:{inside.port}/"
        with play.app.app_context(), pytest.raises(Undone, match="307"):
            webhooks.send({"webhook": added.id, "event": "test"}, "x")
        assert len(receiver.calls) == 1
        assert inside.connections == 0


def test_a_host_that_is_allowed_no_more_is_not_called(play: Play, receiver: Receiver) -> None:
    local(play.app, receiver)
    case = play.open_case()
    play.play(case, STEPS[:1])
    allow(play.app)
    with play.app.app_context():
        hook = webhooks.listed(reading())[0].id
        with pytest.raises(Undone, match="host_not_allowed") as raised:
            webhooks.send({"webhook": hook, "event": "test"}, "x")
    assert not raised.value.again
    assert receiver.connections == 0


def test_a_receiver_that_dawdles_is_left(app: Flask, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    added = local(app, receiver)
    go_on = threading.Event()
    receiver.before = lambda: bool(go_on.wait(10)) and None
    monkeypatch.setattr(webhooks, "PATIENCE", 0.2)
    with app.app_context(), pytest.raises(Undone, match="TimeoutError"):
        webhooks.send({"webhook": added.id, "event": "test"}, "x")
    monkeypatch.setattr(webhooks, "PATIENCE", 5.0)
    monkeypatch.setattr(webhooks, "WHOLE", 0.2)
    with app.app_context(), pytest.raises(Undone, match="not_reached"):
        webhooks.send({"webhook": added.id, "event": "test"}, "x")
    go_on.set()


def test_a_system_that_was_removed_is_told_nothing_more(play: Play, receiver: Receiver) -> None:
    added = local(play.app, receiver)
    case = play.open_case()
    play.play(case, STEPS[:1])
    with play.app.app_context(), writing() as rows:
        assert webhooks.remove(rows, added.id)
        assert not webhooks.remove(rows, added.id)
    work(play.app)
    assert receiver.calls == []


# --- encryption -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


def test_a_certificate_must_be_trusted_and_of_that_name(
    app: Flask, keys: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Receiver(keys.server()).answering() as receiver:
        hosts = [f"{name}:{receiver.port}=127.0.0.1" for name in ("localhost", "lain.localhost")]
        allow(app, *hosts)
        right, wrong = (add(app, f"https://{host.partition('=')[0]}/") for host in hosts)
        monkeypatch.setattr(socket, "getaddrinfo", lambda _host, port, **_more: [place("127.0.0.1", port)])
        with app.app_context():
            with pytest.raises(Undone, match="SSLCertVerificationError"):
                webhooks.send({"webhook": right.id, "event": "test"}, "x")
            monkeypatch.setenv("SSL_CERT_FILE", str(keys.authority))
            webhooks.send({"webhook": right.id, "event": "test"}, "x")
            with pytest.raises(Undone, match="SSLCertVerificationError"):
                webhooks.send({"webhook": wrong.id, "event": "test"}, "x")
        assert len(receiver.calls) == 1


# --- setting and command ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    ["", "127.0.0.1", "[::1]", "0x7f000001", "2130706433", "127.1", "*.example", "a b", "a/b", "https://a.example",
     "a.example:0", "a.example:70000", "a.example:x", "a.example=10.0.0.1/8", "a.example=x", "-a.example", "a..b",
     "_a.b"],
)  # fmt: skip
def test_a_setting_that_names_no_host_is_refused(host: str) -> None:
    with pytest.raises(Misconfigured, match="BORANG_WEBHOOK_HOSTS"):
        webhooks.allowed_of(host)


def test_the_command_adds_tests_lists_and_removes(
    app: Flask, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(app, f"localhost:{receiver.port}=127.0.0.1")
    monkeypatch.setattr("web.ready.create_app", lambda: app)
    url = f"http://localhost:{receiver.port}/kabar"
    added = run("add", REGION, url)
    assert added.exit_code == 0
    ident, secret = (line.rpartition(" ")[2] for line in added.output.splitlines())
    assert run("list").output == f"{ident}  {REGION}  {url}\n"
    assert secret not in run("list").output
    assert run("test", ident).exit_code == 0
    assert receiver.calls[0][0]["Borang-Event"] == "test"
    receiver.status = 500
    failed = run("test", ident)
    assert (failed.exit_code, "500" in failed.output) == (1, True)
    assert run("remove", ident).exit_code == 0
    assert run("list").stdout == ""
    for wrong in (("add", REGION, "https://elsewhere.example/"), ("add", "tidak-ada", url), ("remove", ident),
                  ("test", ident)):  # fmt: skip
        refused = run(*wrong)
        assert refused.exit_code == 2
        assert "Traceback" not in refused.output


def run(*words: str) -> Any:
    return CliRunner().invoke(cli, ["webhook", *words])
