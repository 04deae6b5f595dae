"""Letters by SMTP: that something waits, of which process and cycle, until when, where. Never anything confidential.

No name stands in a letter, no answer, no score, no reason: whoever reads over a shoulder, or keeps a mail server,
learns nothing. A letter's id follows from its job, so that one that is sent again is known for the same.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Flask, current_app
from flask_babel import gettext as _
from sqlalchemy import Connection

from engine.clock import due_on
from engine.jsontext import loaded
from web import clock, notices
from web.config import LOCAL_HOSTS, Misconfigured, Settings
from web.database import forget, reading
from web.held import Held, Missing
from web.jobs import Undone
from web.languages import end_of, force_locale, language, late_text, translated
from web.people import is_address
from web.statements import Statement
from web.store import store

#: By scheme: the usual port.
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
#: How long one answer of the server is waited for: a letter must not outlast its job's lease.
PATIENCE = 8.0
#: From here on a refusal is for good.
FOR_GOOD = 500

_PERSON = Statement("select email, language, region_id from person where id = :id and active and wants_mail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Where letters are handed in, and from whom they come."""

    host: str
    port: int
    scheme: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)

    def deliver(self, letter: EmailMessage) -> None:
        """Hands *letter* in. Raises ``Undone`` where the server does not take it."""
        try:
            with self._connected() as server:
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(letter)
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            raise Undone("recipient_refused", _said(code, answer), again=code < FOR_GOOD) from None
        except smtplib.SMTPDataError as error:
            said = _said(error.smtp_code, error.smtp_error)
            raise Undone("letter_refused", said, again=error.smtp_code < FOR_GOOD) from None
        except smtplib.SMTPResponseException as error:
            raise Undone("mail_refused", _said(error.smtp_code, error.smtp_error)) from None
        except (OSError, smtplib.SMTPException) as error:
            raise Undone("not_reached", type(error).__name__) from None

    def _connected(self) -> smtplib.SMTP:
        name, trusted = self.sender.rpartition("@")[2], ssl.create_default_context()
        if self.scheme == "smtps":
            return smtplib.SMTP_SSL(self.host, self.port, name, timeout=PATIENCE, context=trusted)
        server = smtplib.SMTP(self.host, self.port, name, timeout=PATIENCE)
        if self.scheme == "smtp+starttls":
            try:
                server.starttls(context=trusted)
            except BaseException:
                server.close()
                raise
        return server


def _said(code: int, text: bytes | str) -> str:
    """A server's refusal on one line."""
    plain = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    return " ".join(f"{code} {plain}".split())[:120]


def init_app(app: Flask) -> None:
    app.extensions["post"] = post_of(app.extensions["settings"])


def post_of(settings: Settings) -> Post | None:
    """The mail server of *settings*, ``None`` where no letters are sent. Raises ``Misconfigured`` for half of them."""
    if not settings.mail:
        return None
    _complete(settings)
    try:
        parts = urlsplit(settings.mail)
        known = parts.scheme in PORTS and parts.hostname and not parts.path.strip("/") and not parts.query
        port = parts.port
    except ValueError:
        known = False
    if not known:
        raise _wrong("BORANG_MAIL", "smtps://nama:sandi@mail.example:465")
    host, user = str(parts.hostname), unquote(parts.username or "")
    if user and parts.scheme == "smtp" and host not in _LOCAL:
        raise Misconfigured(
            "BORANG_MAIL: kata sandi tidak dikirim tanpa enkripsi; pakai smtps:// atau smtp+starttls://. / "
            "A password is not sent without encryption: use smtps:// or smtp+starttls://."
        )
    password, sender = unquote(parts.password or ""), settings.mail_from
    return Post(
        host=host, port=port or PORTS[parts.scheme], scheme=parts.scheme, sender=sender, user=user, password=password
    )


_LOCAL = frozenset(host.strip("[]") for host in LOCAL_HOSTS)


def _complete(settings: Settings) -> None:
    """Raises ``Misconfigured`` unless a letter can say from whom it comes and where its link leads."""
    if not is_address(settings.mail_from):
        raise _wrong("BORANG_MAIL_FROM", "borang@daerah.example")
    base = urlsplit(settings.url)
    plain = base.scheme == "http" and base.hostname in _LOCAL
    whole = not (base.path.strip("/") or base.query or base.fragment or base.username)
    if not ((base.scheme == "https" or plain) and base.hostname and whole):
        raise _wrong("BORANG_URL", "https://borang.daerah.example")


def _wrong(name: str, example: str) -> Misconfigured:
    return Misconfigured(
        f"{name}: surel perlu setelan ini, misalnya {example}. / Mail needs this setting, such as {example}."
    )


# --- letters ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a letter says, in one language."""

    subject: str
    sentence: str
    facts: tuple[str, ...]
    link: str
    foot: str
    settings: str


def send(payload: Any, stable: str) -> None:
    """Sends the letter to a notice, if its reader has not seen it and still has something to see."""
    post: Post | None = current_app.extensions["post"]
    letter = _written(reading(), payload["notice"], stable, post.sender) if post else None
    # No transaction stays open while another server takes its time.
    forget()
    if post and letter:
        post.deliver(letter)


def _written(rows: Connection, notice: str, stable: str, sender: str) -> EmailMessage | None:
    told = notices.one(rows, notice)
    if told is None or told.read_at is not None:
        return None
    person = _PERSON.first(rows, {"id": told.person_id})
    if person is None or not person.email:
        return None
    with force_locale(person.language):
        letter = _letter(rows, told)
        return _message(letter, person.email, stable, sender) if letter else None


def _letter(rows: Connection, told: Any) -> Letter | None:
    if told.case_id is None:
        title = loaded(told.detail)["title"]
        return _about(told.kind, _address("cases.tasks"), _("Siklus: %(title)s", title=title))
    try:
        held = store().held(rows, told.person_id, told.case_id)
    except Missing:
        return None
    if told.kind != notices.CLOSED and held.case.entry != loaded(told.detail)["entry"]:
        return None
    return _about(told.kind, _address("cases.show", case_id=told.case_id), *_facts(held, told.kind))


def _facts(held: Held, kind: str) -> list[str]:
    facts = [translated(held.process.title), _("Siklus: %(title)s", title=held.cycle_title)]
    due, cycle = due_on(held.process, held.case), held.case.cycle
    if due and kind != notices.CLOSED:
        today, until = cycle.day_of(clock.now()), _("sampai %(day)s", day=end_of(due, cycle.zone))
        # How many days are left is not for a letter: it is read on another day.
        facts.append(late_text(due, today, cycle.zone) if today > due else until)
    return facts


def _about(kind: str, link: str, *facts: str) -> Letter:
    subject, sentence = _words()[kind]
    foot = _("Surel ini dikirim otomatis; jangan dibalas. Anda dapat menghentikannya di halaman Pemberitahuan.")
    home = _address("notices.board")
    return Letter(subject=subject, sentence=sentence, facts=facts, link=link, foot=foot, settings=home)


def _words() -> dict[str, tuple[str, str]]:
    """Subject and first sentence of each kind of notice."""
    return {
        notices.ENTERED: (_("Ada tugas yang menunggu Anda"), _("Ada tugas penilaian kinerja yang menunggu Anda.")),
        notices.REMINDER: (_("Tenggat sudah dekat"), _("Tenggat tugas penilaian kinerja Anda sudah dekat.")),
        notices.OVERDUE: (_("Tenggat sudah lewat"), _("Tenggat tugas penilaian kinerja Anda sudah lewat.")),
        notices.ESCALATED: (_("Ada penilaian yang terlambat"), _("Sebuah penilaian kinerja melewati tenggatnya.")),
        notices.CLOSED: (_("Penilaian Anda sudah selesai"), _("Penilaian kinerja Anda sudah selesai.")),
        notices.CYCLE_OPENED: (_("Siklus baru dimulai"), _("Siklus baru dimulai; ada berkas yang menunggu Anda.")),
    }


def _address(endpoint: str, **values: str) -> str:
    """The address of a page under the configured base: never from what a request says of itself."""
    base = current_app.extensions["settings"].url.rstrip("/")
    path: str = current_app.url_map.bind("").build(endpoint, values)
    return f"{base}{path}"


def _filled(name: str, letter: Letter) -> str:
    # Not by `render_template`: that hands in the frame of a page, and a letter belongs to no request.
    return current_app.jinja_env.get_template(name).render(letter=letter, language=language())


def _message(letter: Letter, address: str, stable: str, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = sender, address
    message["Subject"] = re.sub(r"\s+", " ", f"Borang: {letter.subject}")
    message["Date"] = format_datetime(clock.wall())
    message["Message-ID"] = f"<{stable}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_filled("mail/notice.txt", letter), cte="quoted-printable")
    message.add_alternative(_filled("mail/notice.html", letter), subtype="html", cte="quoted-printable")
    # Last: what speaks of content moves into the first part when the second one comes.
    message["Content-Language"] = language()
    return message
