"""What stands around every page: who is signed in, where to go, the language; and the built files it needs.

Templates get ``page`` without asking; a view that knows more (the role somebody has in a case, the definition's
version) hands in ``page=frame(role=..., version=...)``.
"""

from __future__ import annotations

import json
import mimetypes
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


def init_app(app: Flask) -> None:
    app.context_processor(lambda: {"page": frame()})
    app.jinja_env.globals["asset"] = asset
    app.add_url_rule("/static/build/<path:name>", "built", built)


def frame(**more: Any) -> dict[str, Any]:
    """The frame of the page that answers this request, with *more* that only the view knows."""
    if "frame" not in g:
        g.frame = _frame()
    return {**g.frame, **more}


def _frame() -> dict[str, Any]:
    known = {
        "language": language(),
        "here": request.full_path.rstrip("?") if request.method == "GET" else request.path,
        "help": url_for("account.help"),
        "today": None,
    }
    if current_app.extensions["settings"].demo:
        known |= {"today": day(clock.today()), "today_url": url_for("account.date_of_demo")}
    return {**known, **_person()}


def _person() -> dict[str, Any]:
    if not current_user.is_authenticated:
        return {"sign_in": url_for("account.sign_in")}
    return {
        "region": current_user.region,
        "person": current_user.name,
        "unread": current_user.unread,
        "nav": list(_navigation()),
        "sign_out": url_for("account.sign_out"),
    }


def _navigation() -> Any:
    for endpoint, name, needed in PAGES:
        if endpoint == "offices.codes" and not gathers(current_user.region_id):
            continue
        if needed is None or getattr(current_user, needed):
            number = current_user.unread if endpoint == "notices.board" else None
            yield url_for(endpoint), _(name), request.endpoint == endpoint, number


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
