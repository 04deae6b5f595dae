"""What every request must be like, and what every answer says to the browser."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask, Request, abort, current_app, g, request, session
from flask_wtf.csrf import CSRFProtect
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode, base64_encode
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from engine.jsontext import dumped, loaded
from web.config import FIELD_LIMIT, TEXT_LIMIT

#: Nothing from elsewhere, nothing inline, no frames.
POLICY = "; ".join([
    "default-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
])  # fmt: skip

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # Pages of a case have addresses that other sites need not see; our own check against forged posts needs them.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
FOR_A_YEAR = "max-age=31536000; includeSubDomains"
#: How a browser sends a form without files, and one with files.
TYPED, WITH_FILES = "application/x-www-form-urlencoded", "multipart/form-data"

#: Where a session and a form keep the token against forged posts, and what Flask-WTF signs it for.
TOKEN, PURPOSE = "csrf_token", "wtf-csrf-token"

csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    proxies = app.extensions["settings"].proxies
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    app.before_request(check_size)
    app.before_request(check_text)
    csrf.init_app(app)
    app.extensions["token_signer"] = Signer(app.extensions["settings"].secret_key, salt=PURPOSE)
    app.jinja_env.globals[TOKEN] = token
    app.context_processor(lambda: {TOKEN: token})
    app.after_request(protect)


class _Stamp(TimestampSigner):
    """Derives its key from the secret once, not for each signature."""

    def __init__(self, *key: Any, **how: Any) -> None:
        super().__init__(*key, **how)
        self._derived = super().derive_key()

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        return self._derived


class Signer(URLSafeTimedSerializer):
    """Made once for each purpose, with one key. Signs plain JSON: texts, numbers, lists and maps.

    It does not try to compress a few letters, which takes as long as all the rest.
    """

    default_signer = _Stamp

    def __init__(self, key: str, **purpose: Any) -> None:
        super().__init__(key, **purpose)
        self._alone = super().make_signer()

    def make_signer(self, salt: str | bytes | None = None) -> Any:
        return self._alone if salt is None else super().make_signer(salt)

    def iter_unsigners(self, salt: str | bytes | None = None) -> Iterator[Any]:
        yield self.make_signer(salt)

    def dump_payload(self, obj: Any) -> bytes:
        return base64_encode(dumped(obj))

    def load_payload(self, payload: bytes, *more: Any, **others: Any) -> Any:
        return loaded(base64_decode(payload).decode())


def token() -> str:
    """The token of this session, which Flask-WTF checks. Flask-WTF's own function makes a signer for each page."""
    made: str | None = g.get(TOKEN)
    if made is None:
        if TOKEN not in session:
            session[TOKEN] = secrets.token_hex(20)
        made = g.csrf_token = current_app.extensions["token_signer"].dumps(session[TOKEN])
    return made


def from_our_page() -> bool:
    """Whether the browser says that a page of ours sent this request. No other site can have it say so."""
    origin = request.headers.get("Origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.host


def network() -> str:
    """Where this request comes from: an address, or of IPv6 the network that one household is given."""
    return network_of(request.remote_addr or "")


def network_of(given: str) -> str:
    """The network of an address; what is no address is its own."""
    try:
        address = ip_address(given)
    except ValueError:
        return given
    if address.version == 4 or address.ipv4_mapped:
        return given
    return str(ip_network((address, 64), strict=False))


def check_size() -> None:
    """Refuses a typed form with too many fields, or that is too long without having said so (``web.porter``).

    Werkzeug counts the fields of multipart forms only.
    """
    if request.mimetype != TYPED:
        return
    body = request.get_data(cache=True)
    if len(body) > TEXT_LIMIT or body.count(b"&") >= FIELD_LIMIT:
        abort(413)


def check_text() -> None:
    """Refuses what no keyboard types and no database keeps: NUL, halves of characters, bytes that are not UTF-8.

    Werkzeug leaves such bytes percent-encoded in typed forms, and reads them as U+FFFD in those with attachments.
    """
    # Asked for many times: the proxy would look for the request each time. Its type does not know this method.
    sent: Request = request._get_current_object()  # type: ignore[attr-defined]
    encoded = [sent.query_string, sent.get_data(cache=True) if sent.mimetype == TYPED else b""]
    try:
        texts = "".join([sent.path, *(unquote_to_bytes(part).decode() for part in encoded)])
    except UnicodeDecodeError:
        abort(400)
    if sent.mimetype == WITH_FILES:
        texts += "".join(_parts(sent))
    if "\0" in texts or "\ufffd" in texts or not _whole(texts):
        abort(400)


def _parts(sent: Request) -> Iterator[str]:
    """The texts of a form with attachments."""
    for name, given in sent.form.lists():
        yield name
        yield from given
    for name, file in sent.files.items(multi=True):
        yield name
        yield file.filename or ""


def _whole(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def protect(response: Response) -> Response:
    """Adds to an answer what it does not say itself."""
    always = standing(https=current_app.extensions["settings"].https)
    said = {name.lower() for name, _value in response.headers}
    response.headers.extend({name: value for name, value in always.items() if name.lower() not in said})
    return response


@cache
def standing(*, https: bool) -> Mapping[str, str]:
    """What W3C and OWASP ask of every answer. A page is not kept by any cache unless its view says so."""
    said = {**HEADERS, "Cache-Control": "no-store"}
    return {**said, "Strict-Transport-Security": FOR_A_YEAR} if https else said
