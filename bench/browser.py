"""A browser without sockets: raw WSGI requests with a session's cookie and the token against forged posts."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Flask, session
from werkzeug.test import EnvironBuilder

from web import sessions

Environ = dict[str, Any]

_HIDDEN = re.compile(rb'<input type="hidden" name="([^"]*)" value="([^"]*)"')
#: A form's own hidden inputs stand at its beginning, within so many bytes.
_BEGINNING = 1500


class Turned(Exception):
    """The service answered otherwise than with what was asked for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a WSGI application answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def answer(app: Flask, environ: Environ) -> Answer:
    """What *app* answers to *environ*, which it may change."""
    told: list[Any] = []

    def begun(status: str, headers: list[tuple[str, str]], *more: Any) -> Callable[[bytes], object]:
        told[:] = status, headers
        return told.append

    parts = app(environ, begun)
    body = b"".join(parts)
    if hasattr(parts, "close"):
        parts.close()
    return Answer(int(told[0][:3]), dict(told[1]), body)


class Browser:
    """The browser in which *person* is signed in. Raises ``Turned`` where a page is not shown, a post not taken."""

    def __init__(self, app: Flask, person: str) -> None:
        self._app = app
        self._name = app.config["SESSION_COOKIE_NAME"]
        self._environ = EnvironBuilder().get_environ()
        self._environ["HTTP_COOKIE"] = f"{self._name}={self._signed_in(person)}"

    def _signed_in(self, person: str) -> str:
        client = self._app.test_client()
        with self._app.test_request_context("/", method="POST"):
            sessions.begin(person)
            kept = dict(session)
        with client.session_transaction() as signed:
            signed.update(kept)
        cookie = client.get_cookie(self._name)
        assert cookie
        return cookie.value

    def get(self, path: str) -> bytes:
        """The page at *path*."""
        got = self._sent(path, "GET", b"")
        if got.status != 200:
            raise Turned(f"GET {path} answered {got.status}")
        return got.body

    def post(self, path: str, data: Mapping[str, str]) -> None:
        """Sends a form and is led on to another page."""
        got = self._sent(path, "POST", urlencode(data).encode())
        if got.status != 303:
            raise Turned(f"POST {path} answered {got.status}")

    def _sent(self, path: str, method: str, body: bytes) -> Answer:
        environ = {**self._environ, "PATH_INFO": path, "REQUEST_METHOD": method, "wsgi.input": io.BytesIO(body)}
        if body:
            environ |= {"CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body))}
        got = answer(self._app, environ)
        if "Set-Cookie" in got.headers:
            self._environ["HTTP_COOKIE"] = got.headers["Set-Cookie"].partition(";")[0]
        return got

    def submit(self, case_id: str, action: str, typed: Mapping[str, str], *, looks: bool = True) -> None:
        """Opens a form, fills it in, looks the answers over and sends them, which are four requests.

        Who does not look sends at once what is known to stand in that page: three requests.
        """
        form, review, send = (f"/berkas/{case_id}/{part}/{action}" for part in ("isi", "periksa", "kirim"))
        hidden = inputs(self.get(form))
        self.post(form, {**hidden, **typed, "_intent": "periksa"})
        self.post(send, inputs(self.get(review)) if looks else {**hidden, **first_draft()})

    def token(self) -> str:
        """The token against forged posts of this session."""
        return inputs(self.get("/tugas"))["csrf_token"]


def inputs(page: bytes) -> dict[str, str]:
    """The hidden inputs of the form to be filled in, or of the first form where there is none."""
    start = page.rfind(b"<form", 0, max(page.find(b'name="_masuk"'), 0))
    found = _HIDDEN.findall(page, start, start + _BEGINNING) if start >= 0 else _HIDDEN.findall(page)
    return {name.decode(): value.decode() for name, value in found}


def first_draft() -> dict[str, str]:
    """What the page of answers adds to the form's hidden inputs, where a draft was saved once."""
    return {"_draf": "1", "_kunci": uuid.uuid4().hex}


def typed(values: Mapping[str, Any]) -> dict[str, str]:
    """The answers as a browser sends them."""
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values.items()}
