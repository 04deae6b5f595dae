"""Letters, handed in at a real SMTP server: what they say in both languages, and that they say nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from flask import Flask
from sqlalchemy import text, update

from tests.certificates import Certificates, certificates
from tests.playing import Play
from tests.web.test_messages import PEERS, STEPS, at_peers, missed
from tests.working import told, waiting_jobs, work
from web import mail, messages, outbox
from web.clock import now
from web.config import Misconfigured, Settings
from web.database import writing
from web.jobs import Undone
from web.people import is_address
from web.tables import Person, db

BASE, SENDER = "https://borang.daerah.example", "borang@daerah.example"


class Sink:
    """A mail server that keeps what it gets; ``refuses`` is what it answers to a recipient, or to the letter."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refuses: dict[str, str] = {}

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if "recipient" in self.refuses:
            return self.refuses["recipient"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if "letter" in self.refuses:
            return self.refuses["letter"]
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"


@contextmanager
def listening(sink: Sink, **options: Any) -> Iterator[int]:
    """The port at which *sink* answers, as long as the block lasts."""
    controller = _Anywhere(sink, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


class _Anywhere(Controller):
    """At a port that the system chooses."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def sink_port(sink: Sink) -> Iterator[int]:
    with listening(sink) as port:
        yield port


@pytest.fixture
def play(app: Flask, sink_port: int) -> Play:
    use(app, f"smtp://127.0.0.1:{sink_port}")
    found = Play(app)
    with app.app_context(), writing() as rows:
        for row in rows.execute(text("select id, name from person")).all():
            address = f"{row.name.split()[0].lower()}@pegawai.example"
            rows.execute(update(Person).where(Person.id == row.id).values(email=address))
    return found


def use(app: Flask, address: str) -> None:
    settings: Settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, mail=address, mail_from=SENDER, url=BASE)
    mail.init_app(app)


def first_letter(play: Play, sink: Sink) -> EmailMessage:
    case = play.open_case()
    play.play(case, STEPS[:1])
    work(play.app)
    return sink.letters[0]


def part(letter: EmailMessage, kind: str) -> str:
    found = letter.get_body((kind,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content())


# --- what a letter says -----------------------------------------------------------------------------------------------


def test_a_letter_says_what_waits_until_when_and_where(play: Play, sink: Sink) -> None:
    letter = first_letter(play, sink)
    assert len(sink.letters) == 1
    assert letter["To"] == "sari@pegawai.example"
    assert letter["From"] == SENDER
    assert letter["Subject"] == "Borang: Ada tugas yang menunggu Anda"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Content-Language"] == "id"
    assert parsedate_to_datetime(letter["Date"]).tzinfo
    assert letter.get_content_type() == "multipart/alternative"
    with play.app.app_context():
        case = db.session.scalars(text("select id from appraisal")).one()
    for kind in ("plain", "html"):
        said = part(letter, kind)
        assert "Ada tugas penilaian kinerja yang menunggu Anda." in said
        assert "Siklus: 2026" in said
        assert "sampai 26 Januari 2026 pukul 23.59 WIB" in said
        assert f"{BASE}/berkas/{case}" in said
        assert f"{BASE}/pemberitahuan" in said


def test_a_letter_is_in_the_language_of_its_reader(play: Play, sink: Sink) -> None:
    with play.app.app_context(), writing() as rows:
        rows.execute(update(Person).where(Person.id == play.who("sari").id).values(language="en"))
    letter = first_letter(play, sink)
    assert letter["Subject"] == "Borang: A task is waiting for you"
    assert letter["Content-Language"] == "en"
    for kind in ("plain", "html"):
        said = part(letter, kind)
        assert "A performance appraisal task is waiting for you." in said
        assert "26 January 2026 at 23:59 WIB" in said
        assert "menunggu" not in said
    assert '<html lang="en">' in part(letter, "html")


def test_the_id_of_a_letter_is_that_of_its_job_at_every_try(play: Play, sink: Sink) -> None:
    case = play.open_case()
    play.play(case, STEPS[:1])
    put_out_notices(play.app)
    [job] = waiting_jobs(play.app, outbox.MAIL)
    with play.app.app_context():
        notice = db.session.scalars(text("select id from notice")).one()
        for _ in range(3):
            mail.send({"notice": notice}, job.id)
    assert [letter["Message-ID"] for letter in sink.letters] == [f"<{job.id}@daerah.example>"] * 3


def put_out_notices(app: Flask) -> None:
    """Does what is due but for letters, which stay where they are."""
    with app.app_context(), writing() as rows:
        for row in rows.execute(text("select id, payload from job where kind = 'entered'")).all():
            messages.entered(rows, json.loads(row.payload), now())


def test_every_kind_of_notice_has_its_letter_and_none_says_anything_confidential(play: Play, sink: Sink) -> None:
    """A whole appraisal with reminders and missed deadlines: no name, answer, score or reason stands in any letter."""
    case = at_peers(play)
    work(play.app)
    play.play(case, STEPS[6:9])
    missed(play, case, "reminder", ["pegawai", "atasan_langsung", "rekan_kerja"], -3)
    missed(play, case, "overdue", ["pegawai", "atasan_langsung", "rekan_kerja", "atasan_penilai"], 1)
    play.play(case, STEPS[9:])
    work(play.app)
    assert told(play.app) == [("rahmadi", "closed")]
    subjects = {letter["Subject"].removeprefix("Borang: ") for letter in sink.letters}
    assert subjects >= {
        "Ada tugas yang menunggu Anda", "Tenggat sudah dekat", "Tenggat sudah lewat", "Ada penilaian yang terlambat",
        "Penilaian Anda sudah selesai",
    }  # fmt: skip
    secrets = confidential(play, case)
    assert len(secrets) > 20
    for letter in sink.letters:
        address = letter["To"].partition("@")[0]
        for kind in ("plain", "html"):
            said = part(letter, kind).replace(case, "").lower()
            assert [secret for secret in secrets if secret.lower() in said] == [], letter["Subject"]
            assert address not in said


def confidential(play: Play, case: str) -> set[str]:
    """Every name of a person, stage and task, and every text and number that somebody answered or that came out."""
    with play.app.app_context():
        people = {name for row in db.session.execute(text("select name, nip from person")) for name in row}
    found = play.case(case)
    stages = [stage for stage in play.process.stages.values() if not stage.final]
    titles = {name for stage in stages for name in (stage.id, stage.title)}
    titles |= {duty.title for duty in play.process.duties.values() if not play.process.stages[duty.stage].final}
    texts = set(_texts([step["form"] for step in STEPS])) | set(_texts(found.values))
    words = {word for name in people for word in name.split()} | people
    # The units in which two targets are counted, everyday words that a letter may use.
    return {told for told in words | titles | texts if len(told) > 3} - {"hari", "berkas"}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def test_what_a_definition_or_an_office_wrote_stands_there_as_it_is(play: Play, sink: Sink) -> None:
    """A title with markup, a template's braces and a line break breaks neither page nor heading, and runs nothing."""
    title = "{{ 7*7 }} ${7*7} <script>alert(1)</script>\r\nBcc: x@evil.example"
    case = play.open_case()
    with play.app.app_context(), writing() as rows:
        rows.execute(text("update cycle set title = :t"), {"t": title})
    play.play(case, STEPS[:1])
    work(play.app)
    [letter] = sink.letters
    assert letter["Bcc"] is None
    assert "{{ 7*7 }} ${7*7} <script>alert(1)</script>" in part(letter, "plain")
    page = part(letter, "html")
    assert "{{ 7*7 }} ${7*7} &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "49" not in page.replace(case, "")


# --- who gets one -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"wants_mail": False}, {"email": None}, {"active": False}])
def test_whoever_wants_none_has_no_address_or_has_left_gets_no_letter(
    play: Play, sink: Sink, change: dict[str, Any]
) -> None:
    with play.app.app_context(), writing() as rows:
        rows.execute(update(Person).where(Person.id == play.who("sari").id).values(**change))
    case = play.open_case()
    play.play(case, STEPS[:1])
    work(play.app)
    assert sink.letters == []
    assert waiting_jobs(play.app, outbox.MAIL) == []


def test_an_office_gets_one_letter_a_day_however_many_cases_wait(play: Play, sink: Sink) -> None:
    cases = [play.open_case() for _ in range(2)]
    for case in cases:
        play.seat_peers(case, PEERS)
        play.play(case, STEPS[:-1])
    work(play.app)
    assert told(play.app).count(("ratna", "entered")) == 2
    assert [letter["To"] for letter in sink.letters].count("ratna@pegawai.example") == 1
    third = at_peers(play)
    play.play(third, STEPS[6:-2])
    play.clock.instant += timedelta(days=1)
    play.play(third, STEPS[-2:-1])
    work(play.app)
    assert [letter["To"] for letter in sink.letters].count("ratna@pegawai.example") == 2


def test_a_letter_that_waited_too_long_is_not_sent(play: Play, sink: Sink) -> None:
    """Read meanwhile, moved on meanwhile, not wanted any more: nothing is left to say."""
    case = play.open_case()
    play.play(case, STEPS[:1])
    put_out_notices(play.app)
    play.play(case, STEPS[1:2])
    work(play.app)
    assert sink.letters == []


def test_without_a_mail_server_no_letter_waits(app: Flask) -> None:
    play = Play(app)
    with app.app_context(), writing() as rows:
        rows.execute(text("update person set email = 'x@pegawai.example'"))
    case = play.open_case()
    play.play(case, STEPS[:1])
    work(app)
    assert told(app) == [("sari", "entered")]
    with app.app_context():
        assert db.session.scalar(text("select count(*) from job where kind = 'mail'")) == 0


def test_people_stop_their_letters_themselves(play: Play, sink: Sink, visitor: Any) -> None:
    visitor.sign_in(play.who("sari"))
    page = visitor.get("/pemberitahuan").text
    assert "sari@pegawai.example" in page
    visitor.post("/pemberitahuan/surel", {"surel": "tidak"})
    assert "Pemberitahuan tidak dikirim ke" in visitor.get("/pemberitahuan").text
    case = play.open_case()
    play.play(case, STEPS[:1])
    work(play.app)
    assert sink.letters == []


# --- servers that refuse ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "answer", "again"),
    [
        ("recipient", "550 5.1.1 no such user", False),
        ("recipient", "450 4.2.1 mailbox busy", True),
        ("letter", "554 5.7.1 refused", False),
        ("letter", "451 4.3.0 later", True),
    ],
)
def test_a_refusal_is_for_good_or_for_now(play: Play, sink: Sink, what: str, answer: str, again: bool) -> None:
    sink.refuses[what] = answer
    with pytest.raises(Undone) as raised:
        send_one(play)
    assert raised.value.again is again
    assert answer in str(raised.value)
    assert sink.letters == []


def send_one(play: Play) -> None:
    case = play.open_case()
    play.play(case, STEPS[:1])
    put_out_notices(play.app)
    with play.app.app_context():
        mail.send({"notice": db.session.scalars(text("select id from notice")).one()}, "satu")


def test_a_server_that_is_not_there_is_tried_again(play: Play) -> None:
    use(play.app, "smtp://127.0.0.1:1")
    with pytest.raises(Undone) as raised:
        send_one(play)
    assert raised.value.again
    assert "127.0.0.1" not in str(raised.value)


# --- encryption -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


def check(server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(handled=False, success=(data.login, data.password) == (b"borang", b"k@ta:sandi"))


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_with_a_password_over_an_encrypted_connection(
    play: Play, sink: Sink, keys: Certificates, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = keys.server()
    options: dict[str, Any] = {"authenticator": check, "auth_required": True}
    options |= {"ssl_context": context} if scheme == "smtps" else {"tls_context": context, "require_starttls": True}
    options |= {"auth_require_tls": scheme != "smtps"}
    with listening(sink, **options) as port:
        use(play.app, f"{scheme}://borang:k%40ta%3Asandi@localhost:{port}")
        with pytest.raises(Undone, match="SSLCertVerificationError"):
            send_one(play)
        assert sink.letters == []
        monkeypatch.setenv("SSL_CERT_FILE", str(keys.authority))
        with play.app.app_context():
            mail.send({"notice": db.session.scalars(text("select id from notice")).first()}, "dua")
        assert len(sink.letters) == 1
        use(play.app, f"{scheme}://borang:salah@localhost:{port}")
        with play.app.app_context(), pytest.raises(Undone, match="535") as raised:
            mail.send({"notice": db.session.scalars(text("select id from notice")).first()}, "tiga")
        assert raised.value.again
        assert "salah" not in str(raised.value)


def test_a_server_without_starttls_gets_nothing(play: Play, sink: Sink, sink_port: int) -> None:
    use(play.app, f"smtp+starttls://127.0.0.1:{sink_port}")
    with pytest.raises(Undone):
        send_one(play)
    assert sink.letters == []


# --- settings ---------------------------------------------------------------------------------------------------------

WHOLE = {"mail": "smtps://a:b@mail.example", "mail_from": SENDER, "url": BASE}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"mail": "mail.example:25"}, "BORANG_MAIL:"),
        ({"mail": "http://mail.example"}, "BORANG_MAIL:"),
        ({"mail": "smtps://"}, "BORANG_MAIL:"),
        ({"mail": "smtps://mail.example:surat"}, "BORANG_MAIL:"),
        ({"mail": "smtp://a:b@mail.example"}, "BORANG_MAIL:"),
        ({"mail_from": ""}, "BORANG_MAIL_FROM:"),
        ({"mail_from": "borang\r\nBcc: x@y.example"}, "BORANG_MAIL_FROM:"),
        ({"url": ""}, "BORANG_URL:"),
        ({"url": "http://borang.daerah.example"}, "BORANG_URL:"),
        ({"url": "https://borang.daerah.example/jalan"}, "BORANG_URL:"),
        ({"url": "//borang.daerah.example"}, "BORANG_URL:"),
    ],
)
def test_half_a_setting_is_refused_by_its_name(settings: Settings, change: dict[str, str], named: str) -> None:
    assert mail.post_of(replace(settings, **WHOLE))
    with pytest.raises(Misconfigured, match=named) as raised:
        mail.post_of(replace(settings, **{**WHOLE, **change}))
    assert "a:b" not in str(raised.value)


def test_the_usual_ports(settings: Settings) -> None:
    found = [mail.post_of(replace(settings, **{**WHOLE, "mail": f"{scheme}://mail.example"})) for scheme in mail.PORTS]
    assert [post.port for post in found if post] == [25, 587, 465]


@pytest.mark.parametrize("address", ["a@b.example", "sari.w+borang@dinas.kota.go.id", "x@xn--bcher-kva.example"])
def test_addresses_that_can_be_written_to(address: str) -> None:
    assert is_address(address)


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@b", "a@@b.example", "a b@c.example", "a@b.example\nBcc: x@y.example", "<a@b.example>", '"a"@b.example',
     "a@b..example", ".a@b.example", "a.@b.example", "a@-b.example", "a@b.example,c@d.example",
     "a@" + "b." * 200 + "id", "á@b.example", "a@[127.0.0.1]"],
)  # fmt: skip
def test_addresses_that_cannot(address: str) -> None:
    assert not is_address(address)
