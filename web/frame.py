"""What stands around every page: who is signed in, where to go, the language; and the built files it needs.

Templates get ``page`` without asking; a view that knows more (the role somebody has in a case, the definition's
version) hands in ``page=frame(role=..., version=...)``.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, request, send_from_directory, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from web import clock
from web.access import open_to
from web.console import N_
from web.languages import day, language
from web.reception import gathers
from web.sessions import SignedIn

BUILT = Path(__file__).parent / "static" / "build"
#: The pages that the header leads to, in order: endpoint, name, and what somebody must be for it.
PAGES = (
    ("cases.tasks", N_("Tugas saya"), None),
    ("cases.team", N_("Tim saya"), "leads"),
    ("offices.cases", N_("Berkas"), "in_office"),
    ("offices.rounds", N_("Siklus"), "in_office"),
    ("figures.shelves", N_("Statistik"), "in_office"),
    ("offices.codes", N_("Suara warga"), "in_unit_office"),
    ("notices.board", N_("Pemberitahuan"), None),
    ("account.help", N_("Bantuan"), None),
)
#: Where a page leads to besides.
ELSEWHERE = ("account.sign_in", "account.sign_out", "account.date_of_demo")


def init_app(app: Flask) -> None:
    app.context_processor(lambda: {"page": frame()})
    app.jinja_env.globals["asset"] = asset
    app.add_url_rule("/static/build/<path:name>", "built", built)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What ``base.html`` lays around a page; it says what each part is."""

    language: str
    here: str
    help: str
    region: str = ""
    person: str = ""
    role: str = ""
    unread: int = 0
    nav: tuple[tuple[str, str, bool, int], ...] = ()
    sign_in: str = ""
    sign_out: str = ""
    version: str = ""
    today: str = ""
    today_url: str = ""
    unsent: bool = False
    invalid: bool = False


def frame(**more: Any) -> Frame:
    """The frame of the page that answers this request, with *more* that only the view knows."""
    if "frame" not in g:
        g.frame = _frame()
    known: Frame = g.frame
    return replace(known, **more) if more else known


def _frame() -> Frame:
    known, links = language(), _links()
    here = request.full_path.rstrip("?") if request.method == "GET" else request.path
    more: dict[str, Any] = _person(links) if current_user.is_authenticated else {"sign_in": links["account.sign_in"][0]}
    if current_app.extensions["settings"].demo:
        more |= {"today": day(clock.today()), "today_url": links["account.date_of_demo"][0]}
    return Frame(language=known, here=here, help=links["account.help"][0], **more)


def _links() -> dict[str, tuple[str, str]]:
    """Where every page leads to, address and text by endpoint: the same for everybody, worked out once a language."""
    spoken: dict[str, dict[str, tuple[str, str]]] = current_app.extensions.setdefault("links", {})
    if language() not in spoken:
        known = {name: (url_for(name), "") for name in ELSEWHERE}
        spoken[language()] = known | {endpoint: (url_for(endpoint), _(name)) for endpoint, name, needed in PAGES}
    return spoken[language()]


def _person(links: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    me: SignedIn = current_user._get_current_object()
    return {
        "region": me.region,
        "person": me.name,
        "unread": me.unread,
        "nav": tuple(_navigation(me, links)),
        "sign_out": links["account.sign_out"][0],
    }


def _navigation(me: SignedIn, links: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str, bool, int]]:
    for endpoint, _name, needed in PAGES:
        if needed and not getattr(me, needed):
            continue
        if endpoint == "offices.codes" and not gathers(me.region_id):
            continue
        yield *links[endpoint], request.endpoint == endpoint, me.unread if endpoint == "notices.board" else 0


@cache
def _manifest() -> dict[str, str]:
    file = BUILT / "manifest.json"
    return json.loads(file.read_text()) if file.exists() else {}


def asset(name: str) -> str:
    """The address of a built file, which changes with its content."""
    return f"/static/build/{_manifest().get(name, name)}"


@open_to("everyone")
def built(name: str) -> Response:
    """A built file, packed where the browser takes that. Its name changes with its content: it is kept for a year."""
    packed = request.accept_encodings.quality("gzip") > 0 and (BUILT / f"{name}.gz").is_file()
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = send_from_directory(BUILT, f"{name}.gz" if packed else name, mimetype=kind)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.vary.add("Accept-Encoding")
    return response
