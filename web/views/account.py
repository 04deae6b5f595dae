"""Signing in and out, the language, help, and the date of the demo."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from web import clock, people, sessions, timing
from web.access import open_to, own_path
from web.config import Settings
from web.frame import frame
from web.languages import LANGUAGES
from web.passwords import Crowded, admitted
from web.resend import taken_along
from web.security import network
from web.throttle import TooMany, Try, count, forget

blueprint = Blueprint("account", __name__)


@blueprint.get("/masuk")
@open_to("everyone")
def sign_in() -> Any:
    """The page to sign in. Whoever is signed in goes on."""
    if current_user.is_authenticated:
        return redirect(own_path(request.args.get("next")))
    return _sign_in_page(request.args.get("next"))


@blueprint.post("/masuk")
@open_to("everyone")
def try_to_sign_in() -> Any:
    """Signs in, or says that name and password do not match: the same for a name that nobody has."""
    nip, goal = request.form.get("nip", "")[:40], request.form.get("next")
    try:
        with admitted():
            return _tried(nip, goal)
    except Crowded as crowd:
        text = _("Sedang banyak yang masuk bersamaan. Tekan Masuk lagi dalam %(seconds)s detik.", seconds=crowd.seconds)
        return _sign_in_page(goal, nip, text), 503, {"Retry-After": str(crowd.seconds)}


def _tried(nip: str, goal: str | None) -> Any:
    attempt = Try("".join(nip.split()), network(), _settings().derived("throttle"))
    try:
        count(attempt)
    except TooMany as error:
        text = _("Terlalu banyak percobaan. Coba lagi dalam %(seconds)s detik.", seconds=error.seconds)
        return _sign_in_page(goal, nip, text), 429, {"Retry-After": str(error.seconds)}
    person = people.authenticated(nip, request.form.get("kata_sandi", ""))
    if person is None:
        return _sign_in_page(goal, nip, _("NIP atau kata sandi tidak cocok.")), 422
    forget(attempt)
    sessions.begin(person.id)
    again = taken_along()
    if again is not None:
        return render_template("account/again.html", again=again, page=frame(unsent=True))
    return redirect(own_path(goal), 303)


@blueprint.post("/keluar")
@open_to("everyone")
def sign_out() -> Response:
    """Signs out, on the server too."""
    sessions.end()
    return redirect(url_for("account.sign_in"), 303)


@blueprint.post("/bahasa/<code>")
@open_to("everyone")
def choose_language(code: str) -> Response:
    """Keeps the language for this browser and, if signed in, for the person. Returns to the page it was chosen on."""
    if code not in LANGUAGES:
        abort(404)
    session["language"] = code
    if current_user.is_authenticated:
        people.set_language(current_user.id, code)
    return redirect(own_path(request.form.get("next")), 303)


@blueprint.get("/bantuan")
@open_to("everyone")
def help() -> str:
    """What this is and how to go about it, for each role."""
    return render_template("account/help.html")


# --- the demo ---------------------------------------------------------------------------------------------------------


@blueprint.get("/demo/tanggal")
@open_to("demo")
def date_of_demo() -> str:
    """Where the demo's date is changed."""
    return render_template("account/date.html", today=clock.today().isoformat(), error="")


@blueprint.post("/demo/tanggal")
@open_to("demo")
def move_date() -> Any:
    """Makes another day today, for everybody in the demo."""
    moved = current_app.extensions["clock"]
    given = request.form.get("tanggal", "")
    try:
        day = date.fromisoformat(given)
        if not 2020 <= day.year <= 2040:
            raise ValueError
    except ValueError:
        text = _("Tulis tanggal antara 2020 dan 2040, misalnya 2026-07-14.")
        return render_template("account/date.html", today=given, error=text), 422
    moved.move_to(day)
    timing.sweep()
    return redirect(own_path(request.form.get("next")), 303)


@blueprint.post("/demo/masuk")
@open_to("demo")
def sign_in_as() -> Response:
    """Signs in as one of the invented people, without a password."""
    person = people.by_nip(request.form.get("nip", ""))
    if person is None:
        abort(404)
    sessions.begin(person.id)
    return redirect("/", 303)


def _sign_in_page(goal: str | None, nip: str = "", error: str = "") -> str:
    again = taken_along()
    return render_template(
        "account/sign_in.html",
        again=again,
        next=own_path(goal),
        nip=nip,
        error=error,
        examples=current_app.extensions.get("examples", ()),
        today=clock.today().isoformat(),
        page=frame(invalid=bool(error), sign_in="", unsent=again is not None),
    )


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
