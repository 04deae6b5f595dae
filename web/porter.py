"""What is too large or too much is turned away at the door, by ready pages.

Nothing is asked for it: no session, no row, no template, not even a route. It stands before the service itself, so that
a flood costs a look at its head. ``web.serving`` asks the same question before it reads a body at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from flask import Flask

from web import logs, metrics
from web.config import BODY_LIMIT, TEXT_LIMIT
from web.flood import Gate
from web.frame import asset
from web.security import TYPED, network_of, standing

#: Whose posts are counted by network: those of the public, who need no account.
PUBLIC = "/masyarakat"
HTML = "text/html; charset=utf-8"

_PAGE = (
    '<!doctype html><html lang="id" class="govuk-template"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title} – Borang</title>'
    '<link rel="stylesheet" href="{style}"></head><body class="govuk-template__body">'
    '<div class="govuk-width-container"><main class="page"><div class="sheet error-page">'
    '<h1 class="govuk-heading-l">{title}</h1><p class="govuk-body">{text}</p><p class="govuk-body" lang="en">{english}'
    '</p><p class="error-page__code">Kode {status}</p></div></main></div></body></html>'
)
_WORDS = {
    413: (
        "Kiriman terlalu besar",
        "Kembali ke halaman sebelumnya. Perkecil lampiran, atau bagi menjadi beberapa berkas, lalu kirim lagi.",
        "Too much was sent. Go back, make the attachment smaller or split it, then send again.",
    ),
    429: (
        "Terlalu banyak kiriman",
        "Dari jaringan ini datang terlalu banyak kiriman. Tunggu {seconds} detik, lalu kembali dan kirim lagi.",
        "Too much was sent from this network. Wait {seconds} seconds, then go back and send again.",
    ),
}

Start = Callable[..., Any]


def too_large(length: int, content_type: str) -> bool:
    """Whether a body of *length* bytes is more than any page takes; typed forms hold less than those with files."""
    typed = content_type.partition(";")[0].strip().lower() == TYPED
    return length > (TEXT_LIMIT if typed else BODY_LIMIT)


def words(status: int) -> str:
    """The ready page for *status*, 413 or 429; where it says how long to wait, ``{seconds}`` is still open."""
    title, text, english = _WORDS[status]
    return _PAGE.format(title=title, text=text, english=english, status=status, style=asset("main.css"))


def init_app(app: Flask) -> None:
    app.extensions["flood"] = Gate()
    app.wsgi_app = Porter(app)  # type: ignore[method-assign, assignment]


class Porter:
    """Stands before *app*. Proxies of ours, if any, are believed further out."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._inside = app.wsgi_app
        self._headers = list(standing(https=app.extensions["settings"].https).items())
        self._pages = {status: words(status) for status in _WORDS}

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if length.isascii() and length.isdigit() and too_large(int(length), environ.get("CONTENT_TYPE", "")):
            return self._away(413, environ, start)
        if environ["REQUEST_METHOD"] == "POST" and self._is_public(environ):
            seconds = self._app.extensions["flood"].wait(network_of(environ.get("REMOTE_ADDR", "")))
            if seconds:
                return self._away(429, environ, start, seconds)
        return self._inside(environ, start)

    def _is_public(self, environ: dict[str, Any]) -> bool:
        return bool(environ.get("PATH_INFO", "").startswith(PUBLIC))

    def _away(self, status: int, environ: dict[str, Any], start: Start, seconds: int = 0) -> Iterable[bytes]:
        page = self._pages[status].format(seconds=seconds).encode()
        headers = [*self._headers, ("Content-Type", HTML), ("Content-Length", str(len(page)))]
        if seconds:
            headers.append(("Retry-After", str(seconds)))
        method, public = environ["REQUEST_METHOD"], self._is_public(environ)
        metrics.answered("public.porter" if public else None, method, status, 0.0)
        if not public:
            logs.turned_away(self._app, method, status)
        start(f"{status} {HTTPStatus(status).phrase}", headers)
        return [page]
