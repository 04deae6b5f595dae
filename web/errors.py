"""What a visitor sees when something is wrong: a calm page that says what to do next, and never how it happened."""

from __future__ import annotations

import logging
import secrets
import sqlite3
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, SecurityError

from engine.feel import FeelError
from web import logs, porter
from web.access import own_path, to_sign_in
from web.database import forget, unavailable
from web.frame import frame
from web.metrics import database_failed
from web.resend import SIGN_IN, Resend, resend
from web.security import from_our_page
from web.sessions import nobody_unknown

log = logging.getLogger(__name__)

#: Statuses that the error page has words for; another one is told as 400 or 500.
WORDED = frozenset({400, 403, 404, 409, 422, 429, 500, 503})

#: After how many seconds it is worth trying again where the database was away.
PATIENCE = 10

#: Where even the error page cannot be made.
PLAIN = (
    '<!doctype html><html lang="id"><meta charset="utf-8"><title>Borang</title>'
    "<h1>Ada masalah di pihak kami</h1><p>Coba lagi beberapa menit lagi. / Try again in a few minutes.</p>"
)


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(SecurityError, stranger)
    app.register_error_handler(FeelError, too_much)
    for kind in (SQLAlchemyError, sqlite3.OperationalError, OSError):
        app.register_error_handler(kind, failed)
    app.register_error_handler(Exception, broken)


def stranger(error: SecurityError) -> Any:
    """The answer to a request for a host that is not ours: no page, for there is no address to link to."""
    return Response("400\n", 400, mimetype="text/plain")


def refused(error: HTTPException) -> Any:
    """The page for a request that was turned away."""
    status = error.code or 500
    if status < 400:
        return error
    if status == 401:
        return ended()
    if isinstance(error, CSRFError):
        return stale()
    if status == 413:
        return porter.words(status), status
    headers = [(name, value) for name, value in error.get_headers() if name not in ("Content-Type", "Content-Length")]
    return page(status), status, headers


def ended() -> Any:
    """The sign-in page for whoever sent a form after their session had ended: it takes along what they typed."""
    again = resend()
    if again is None or not again.typed:
        return to_sign_in()
    return _sign_in(again), 401


def _sign_in(again: Resend, **more: Any) -> str:
    """The sign-in page with what was sent before it."""
    around = frame(sign_in="", unsent=True, invalid=bool(more))
    return render_template("account/sign_in.html", again=again, next=again.address, page=around, **more)


def stale() -> Any:
    """The page for a form of ours that was opened before somebody signed in or out in another window.

    What was typed is there to be copied and not to be sent again: it may be another person who is signed in now. What
    a sign-in takes along is theirs who sign in.
    """
    if not from_our_page():
        return page(400), 400
    sent = resend()
    if sent and request.endpoint == SIGN_IN:
        return _sign_in(sent), 400
    again = own_path(urlsplit(request.referrer or "").path), _("Buka halamannya lagi")
    more = {"title": _("Halaman ini sudah tidak berlaku"), "next": again, "typed": sent.typed if sent else ()}
    text = _(
        "Seseorang masuk atau keluar di jendela lain sejak halaman ini dibuka, jadi yang Anda kirim tidak diterima. "
        "Buka lagi, lalu ulangi."
    )
    return page(400, text=text, **more), 400


def too_much(error: FeelError) -> Any:
    """The page where what was filled in makes an expression cost more than its budget."""
    log.warning("an expression was stopped: %s", error.code)
    return page(422), 422


def failed(error: SQLAlchemyError | sqlite3.OperationalError | OSError) -> Any:
    """The page where something could not be read or kept: ours to mend, or over when the database is back."""
    return away(error) if unavailable(error) else broken(error)


def away(error: Exception) -> Any:
    """The page while the database is away, busy or full. It asks the database nothing, and keeps what was typed."""
    reference = secrets.token_hex(4)
    kind = logs.code_of(error) or type(error).__name__
    database_failed(kind)
    log.error("%s %s %s", reference, kind, logs.request_id())
    nobody_unknown()
    try:
        forget()
        text = _away(reference)
    except Exception:
        log.exception("%s: the error page failed as well", reference)
        text = PLAIN
    return text, 503, {"Retry-After": str(PATIENCE)}


def _away(reference: str) -> str:
    again = resend()
    if again and request.endpoint == SIGN_IN:
        words = _("Layanan sedang tidak tersedia. Tunggu sebentar, lalu tekan Masuk lagi.")
        return _sign_in(again, nip=request.form.get("nip", "")[:40], error=words)
    more: dict[str, Any] = {"again": again, "page": frame(sign_in="", unsent=again is not None)}
    if request.method == "GET":
        more["next"] = request.full_path.rstrip("?"), _("Coba lagi")
    elif request.endpoint == SIGN_IN:
        more["next"] = url_for("account.sign_in"), _("Kembali ke halaman masuk")
    return page(503, reference=reference, **more)


def broken(error: Exception) -> Any:
    """The page after a mistake of ours. The log knows it under the number that the visitor sees."""
    reference = secrets.token_hex(4)
    log.error("%s %s %s", reference, type(error).__name__, logs.request_id(), exc_info=error)
    try:
        forget()
        return page(500, reference=reference), 500
    except Exception:
        log.exception("%s: the error page failed as well", reference)
        return PLAIN, 500


def page(status: int, **more: Any) -> str:
    """The error page for *status*."""
    if status == 405:
        more |= {"title": _("Halaman ini tidak dibuka seperti itu"), "text": _("Kembali ke halaman sebelumnya.")}
    shown = status if status in WORDED else 400 if status < 500 else 500
    return render_template("error.html", **{"status": shown, "page": frame(), **more})
