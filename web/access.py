"""Who may call a page at all. Every view says so; one that does not is not there.

Which rows of it somebody sees is decided further down, by the roles they hold in the case.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

Audience = Literal["everyone", "signed-in", "demo"]
View = TypeVar("View", bound=Callable[..., Any])


def open_to(audience: Audience) -> Callable[[View], View]:
    """Declares who may call a view: everyone, whoever is signed in, or visitors of the demo."""

    def declare(view: View) -> View:
        view.audience = audience  # type: ignore[attr-defined]
        return view

    return declare


def init_app(app: Flask) -> None:
    app.before_request(guard)


def guard() -> Response | None:
    """Stops a request that is not for this caller: as if the page did not exist, or to sign in first.

    A form whose sender's session has ended is refused with 401, so that its page can keep what was typed.
    """
    if request.endpoint is None:
        return None
    audience = audience_of(current_app, request.endpoint)
    if audience is None or (audience == "demo" and not current_app.extensions["settings"].demo):
        abort(404)
    if audience == "signed-in" and not current_user.is_authenticated:
        if request.method == "POST" and not request.headers.get("X-Requested-With"):
            abort(401)
        return to_sign_in()
    return None


def to_sign_in() -> Response:
    """To the sign-in page, and from there back to this one."""
    return redirect(url_for("account.sign_in", next=return_to()), 303)


def audience_of(app: Flask, endpoint: str) -> Audience | None:
    """The declared audience of *endpoint*, ``None`` if it has none."""
    return getattr(app.view_functions[endpoint], "audience", None)


def return_to() -> str | None:
    """Where to go on after signing in: this page, if it can be opened; never a page that only takes posts."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    adapter = current_app.create_url_adapter(request)
    return request.path if adapter and adapter.test(request.path, method="GET") else None


def own_path(wanted: str | None) -> str:
    """*wanted* if it is a path of this service, ``/`` otherwise. Browsers read ``//e`` and ``/\\e`` as another host."""
    if not wanted or not wanted.startswith("/") or wanted.startswith("//"):
        return "/"
    if "\\" in wanted or not wanted.isprintable():
        return "/"
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc else wanted
