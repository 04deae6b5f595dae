"""An employee and their superior who send a yearly plan to and fro, as their browsers would; the superior returns it.

A case of theirs can be moved as often as a test wants, each time by a submit of its own.
"""

from __future__ import annotations

import http.client
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol
from urllib.parse import urlencode

from flask import Flask

from tests.cast import WORKFLOW
from tests.history import Recorder
from tests.signed import signed_in
from tests.web.walk import hidden, settle
from web import clock
from web.database import writing
from web.definitions import library
from web.store import store

PLAN = {
    f"target.{row}.{column}": text
    for row, cells in enumerate((
        {"kode": "A-1", "nama": "Berkas diproses", "satuan": "berkas", "arah": "naik", "bobot": "60"},
        {"kode": "A-2", "nama": "Lama penyelesaian", "satuan": "hari", "arah": "turun", "bobot": "40"},
    ))
    for column, text in {**cells, "target_s1": "10", "target_s2": "10"}.items()
}  # fmt: skip
#: Who sends what, in turn.
TURNS = (
    ("employee", "ajukan_rencana", PLAN),
    ("superior", "kembalikan_rencana", {"alasan": "Bobot perlu disamakan."}),
)
PROFILE = {"jenis_jabatan": "jf_ahli_muda", "grup_opd": "lainnya", "jenis_kelamin": "P", "nama": "Dayang Siantanita"}


@dataclass(frozen=True, slots=True)
class Answer:
    """How the service answered."""

    status: int
    location: str
    text: str
    headers: Mapping[str, str]


class Line(Protocol):
    """A way to the service."""

    def send(self, method: str, path: str, cookie: str, body: str) -> Answer:
        """Sends one request. Raises ``OSError`` or ``HTTPException`` where no answer comes."""


FORM = "application/x-www-form-urlencoded"


class Inside:
    """Calls the service in this process."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client(use_cookies=False)

    def send(self, method: str, path: str, cookie: str, body: str = "") -> Answer:
        headers = {"Cookie": cookie}
        got = self._client.open(path, method=method, data=body or None, headers=headers, content_type=FORM)
        return Answer(got.status_code, got.headers.get("Location", ""), got.text, dict(got.headers))


class Outside:
    """Sends requests to a server on this machine, each on a connection of its own."""

    def __init__(self, port: int, patience: float = 30) -> None:
        self._port = port
        self._patience = patience

    def send(self, method: str, path: str, cookie: str, body: str = "") -> Answer:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._patience)
        try:
            headers = {"Host": "localhost", "Cookie": cookie, "Connection": "close", "Content-Type": FORM}
            line.request(method, path, body or None, headers)
            got = line.getresponse()
            return Answer(got.status, got.headers.get("Location", ""), got.read().decode(), dict(got.headers))
        finally:
            line.close()


@dataclass(frozen=True, slots=True)
class Browser:
    """Somebody who is signed in."""

    person: str
    cookie: str
    token: str

    def get(self, line: Line, path: str) -> Answer:
        return line.send("GET", path, self.cookie, "")

    def post(self, line: Line, path: str, data: Mapping[str, Any]) -> Answer:
        return line.send("POST", path, self.cookie, urlencode({**data, "csrf_token": self.token}))


@dataclass(frozen=True, slots=True)
class Ready:
    """A submit that was filled in and looked over; only the last press is missing."""

    browser: Browser
    case: str
    path: str
    form: Mapping[str, str]

    @property
    def key(self) -> str:
        return self.form["_kunci"]

    def press(self, line: Line) -> Answer:
        return self.browser.post(line, self.path, self.form)


class Lost(Exception):
    """On the way to the last press something was answered that cannot be gone on from."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The two of them and their case."""

    case: str
    employee: Browser
    superior: Browser

    def ready(self, line: Line) -> Ready:
        """The next submit, ready to be pressed. Raises ``Lost`` where the service cannot go so far now."""
        browser, action, typed, opened = self._turn(line)
        form = {**{n: v for n, v in hidden(opened.text).items() if n.startswith("_")}, **typed, "_intent": "periksa"}
        kept = browser.post(line, f"/berkas/{self.case}/isi/{action}", form)
        if kept.status != 303:
            raise Lost(kept.status)
        review = browser.get(line, kept.location)
        if review.status != 200:
            raise Lost(review.status)
        return Ready(browser, self.case, f"/berkas/{self.case}/kirim/{action}", hidden(review.text))

    def _turn(self, line: Line) -> tuple[Browser, str, Mapping[str, str], Answer]:
        """Whose turn it is, what they send, and the form as they find it."""
        for who, action, typed in TURNS:
            browser: Browser = getattr(self, who)
            opened = browser.get(line, f"/berkas/{self.case}/isi/{action}")
            if opened.status == 200:
                return browser, action, typed, opened
            if opened.status != 302:
                raise Lost(opened.status)
        raise Lost("nobody's turn")

    def play(self, line: Line, recorder: Recorder) -> int | None:
        """One submit, written down; its status, nothing where no answer came or it could not be made ready."""
        with suppress(OSError, http.client.HTTPException, Lost):
            return pressed(self.ready(line), line, recorder)
        return None


def pressed(ready: Ready, line: Line, recorder: Recorder) -> int | None:
    """The last press, written down; its status, nothing where no answer came."""
    facts = {"person": ready.browser.person, "case": ready.case, "key": ready.key}
    with suppress(OSError, http.client.HTTPException), recorder.doing("submit", **facts) as attempt:
        answer = ready.press(line)
        attempt.answered(answer.status)
        return answer.status
    return None


def pairs(app: Flask, count: int) -> list[Pair]:
    """So many new pairs, their cases opened today."""
    made = []
    with app.app_context():
        process = library().processes[WORKFLOW]
        people = [settle(process, PROFILE) for _ in range(count)]
        today = clock.today()
        with writing() as rows:
            opened = store().open_cycle(
                rows,
                process,
                title=f"Siklus {os.urandom(4).hex()}",
                start=date(today.year, 1, 1),
                end=date(today.year, 12, 31) + timedelta(days=90),
                people=[one.of(process.subject) for one in people],
                now=clock.now(),
            )
    for one, case in zip(people, opened, strict=True):
        made.append(Pair(case, browser(app, one.of(process.subject)), browser(app, one.of("atasan_langsung"))))
    return made


def browser(app: Flask, person: str) -> Browser:
    """Somebody signed in."""
    return Browser(person, *signed_in(app, person))
