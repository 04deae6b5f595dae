"""Pages without an account: feedback with a service code, reports, and what became of them.

Nothing that somebody types here is kept before they send it, and nothing of who they are with it. A code stays in the
visitor's own session; a GET request never tries one, so that a link that was opened in advance uses nothing up.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import Refused
from web import codes, instants, public
from web.access import open_to
from web.clock import now, wall
from web.database import reading, writing
from web.filling import Filling, intent_of, typed_from
from web.frame import Frame, frame
from web.held import Held, Missing
from web.keys import Conflict
from web.reception import (
    ExpiredCode,
    UnknownCode,
    Visit,
    door,
    doors,
    reception,
    unnamed_visit,
)
from web.security import network
from web.store import store
from web.throttle import Handed, TooMany, count, forgive

blueprint = Blueprint("public", __name__, url_prefix="/masyarakat")

#: Where a visitor's session keeps the code that they came with, and what they have just sent.
CODE, SENT = "kode", "diterima"


# --- coming in --------------------------------------------------------------------------------------------------------


@blueprint.get("")
@open_to("everyone")
def start() -> str:
    """Where somebody without an account begins."""
    return _start_page()


@blueprint.get("/<code>")
@open_to("everyone")
def come(code: str) -> str:
    """The same with a code from a link; it is tried when the visitor goes on."""
    return _start_page(code[:60])


@blueprint.post("")
@open_to("everyone")
def enter() -> Any:
    """Tries a code."""
    typed = request.form.get("kode", "").strip()[:60]
    if not typed:
        return _start_page("", _("Isi kode layanan.")), 422
    code, attempt = codes.plain(typed), _attempt()
    try:
        count(attempt)
        reception().served(reading(), code, _now())
    except TooMany as error:
        return _start_page(typed, _wait(error)), 429, {"Retry-After": str(error.seconds)}
    except UnknownCode:
        return _start_page(typed, _("Kode ini tidak dikenal. Periksa lagi huruf dan angkanya.")), 422
    except ExpiredCode:
        return _start_page(typed, _("Masa berlaku kode ini sudah habis. Minta kode baru di loket.")), 422
    forgive(attempt)
    session[CODE] = code
    return redirect(url_for("public.choose"), 303)


@blueprint.get("/pilihan")
@open_to("everyone")
def choose() -> Any:
    """What can be answered with the code."""
    held = _served()
    if held is None:
        return redirect(url_for("public.start"))
    spent = {
        found.duty.id: reception().is_spent(reading(), _with_code(held, found.duty.id, found.role))
        for found in doors(held.process)
    }
    shown = public.choice_page(held, spent, held.case.cycle.day_of(_now()))
    return render_template("public/choice.html", choice=shown, page=_frame(held))


@blueprint.post("/selesai")
@open_to("everyone")
def leave() -> Response:
    """Forgets the code, on a device that others use too."""
    session.pop(CODE, None)
    session.pop(SENT, None)
    return redirect(url_for("public.start"), 303)


# --- without a code ---------------------------------------------------------------------------------------------------


@blueprint.get("/laporan")
@open_to("everyone")
def places() -> Any:
    """The regions in which something can be reported without a code."""
    found = reception().places(reading(), _now())
    if len(found) == 1:
        return redirect(url_for("public.units", region=found[0].region, workflow=found[0].process.id))
    return render_template("public/places.html", places=found)


@blueprint.get("/laporan/<region>/<workflow>")
@open_to("everyone")
def units(region: str, workflow: str) -> Any:
    """The units of a region; whoever has chosen goes on to the form."""
    place = _place(region, workflow)
    shown = public.place_page(place, reception().units(reading(), region))
    unit, found = request.args.get("unit", ""), request.args.get("jenis", shown.doors[0][0])
    if not unit:
        return render_template("public/units.html", place=shown, missing="unit" in request.args)
    collection, _dot, role = found.partition(".")
    about: dict[str, Any] = {"region": region, "workflow": workflow, "unit": unit}
    return redirect(url_for("public.fill", **about, collection=collection, role=role))


# --- filling in -------------------------------------------------------------------------------------------------------

WITH_CODE = "/isi/<collection>/<role>"
WITHOUT_CODE = "/lapor/<region>/<workflow>/<unit>/<collection>/<role>"


@blueprint.get(WITH_CODE)
@blueprint.get(WITHOUT_CODE)
@open_to("everyone")
def fill(**address: str) -> Any:
    """The form, empty."""
    visit = _visit(address)
    if isinstance(visit, Response):
        return visit
    return _form(visit, _filling(visit), address)


@blueprint.post(WITH_CODE)
@blueprint.post(WITHOUT_CODE)
@open_to("everyone")
def look(**address: str) -> Any:
    """The form as it was filled in: on to the answers, or back to it with what is wrong."""
    visit = _visit(address)
    if isinstance(visit, Response):
        return visit
    filling = _filling(visit, typed_from(request.form))
    intent, target = intent_of(request.form)
    if intent != "periksa":
        return _form(visit, filling.after(intent, target), address)
    errors = {**filling.errors(), **filling.differing(request.form)}
    if errors:
        return _form(visit, filling, address, errors), 422
    shown = public.review_page(visit, _unit(visit), filling, secrets.token_hex(16), address)
    return render_template("public/review.html", review=shown, page=_frame(visit.held, unsent=True))


@blueprint.post(f"/kirim{WITH_CODE}")
@blueprint.post(f"/kirim{WITHOUT_CODE}")
@open_to("everyone")
def send(**address: str) -> Any:
    """Sends it, once for each key: a second press gets the first answer again."""
    visit, key = _visit(address), request.form.get("_kunci", "")
    if isinstance(visit, Response):
        return visit
    if len(key) != 32:
        abort(400)
    typed = typed_from(request.form)
    filling = _filling(visit, typed)
    errors = filling.errors()
    if errors:
        return _form(visit, filling, address, errors), 422
    try:
        if visit.door.ticket:
            count(_attempt(report=True, code=visit.code))
        with writing() as rows:
            body = json.dumps([address, sorted(typed.items())])
            received = reception().hand_in(rows, visit, filling.answers(), key=key, body=body, now=now())
    except TooMany as error:
        return _form(visit, filling, address, {"": [_wait(error)]}), 429, {"Retry-After": str(error.seconds)}
    except Conflict:
        abort(422)
    except Refused as reasons:
        return _form(visit, filling, address, filling.told(reasons.reasons)), 422
    session[SENT] = public.received_facts(visit, received)
    return redirect(url_for("public.received"), 303)


@blueprint.get("/diterima")
@open_to("everyone")
def received() -> Any:
    """The confirmation, for this visitor."""
    facts = session.get(SENT)
    if not facts:
        return redirect(url_for("public.start"))
    return render_template("public/received.html", received=public.received_page(facts), code=session.get(CODE))


# --- what became of it ------------------------------------------------------------------------------------------------


@blueprint.get("/status")
@open_to("everyone")
def follow() -> str:
    """Where number and tracking code of a report are asked for."""
    return _follow_page(request.args.get("nomor", "")[:40])


@blueprint.post("/status")
@open_to("everyone")
def followed() -> Any:
    """The report with this number and tracking code."""
    number, tracking = request.form.get("nomor", "").strip()[:40], request.form.get("kode", "").strip()[:60]
    if not (number and tracking):
        return _follow_page(number, _("Isi nomor laporan dan kode pelacakan.")), 422
    attempt = _attempt()
    try:
        count(attempt)
        found = reception().follow(reading(), number, tracking)
    except TooMany as error:
        return _follow_page(number, _wait(error)), 429, {"Retry-After": str(error.seconds)}
    except UnknownCode:
        return _follow_page(number, _("Tidak ada laporan dengan nomor dan kode pelacakan ini.")), 422
    forgive(attempt)
    held = store().held_by_public(reading(), found.case.id) if found.case else None
    shown = public.status_page(found, held)
    return render_template("public/status.html", status=shown, page=_frame(held) if held else frame())


# --- what every step needs --------------------------------------------------------------------------------------------


def _now() -> datetime:
    """The instant by which a code or a cycle has ended: where machines disagree, that of the database."""
    return instants.now(reading())


def _served() -> Held | None:
    """The case of the code in this visitor's session."""
    try:
        return reception().served(reading(), session.get(CODE, ""), _now())
    except (UnknownCode, ExpiredCode):
        return None


def _visit(address: Mapping[str, str]) -> Visit | Response:
    """Whom and what this address is about; to the start where the code is missing."""
    if "region" not in address:
        held = _served()
        return _with_code(held, **address) if held else redirect(url_for("public.start"), 303)
    place = _place(address["region"], address["workflow"])
    found = door(doors(place.process), address["collection"], address["role"])
    known = {code for code, _name in reception().units(reading(), place.region)}
    if found is None or found.once or address["unit"] not in known:
        raise Missing(address["unit"])
    return unnamed_visit(place, found, address["unit"])


def _with_code(held: Held, collection: str, role: str) -> Visit:
    found = door(doors(held.process), collection, role)
    if found is None or (current_user.is_authenticated and current_user.id == held.subject.id):
        raise Missing(collection)
    held = store().held_by_public(reading(), held.case.id, found.role)
    return Visit(held=held, door=found, unit=held.subject.unit_code, code=session.get(CODE, ""))


def _place(region: str, workflow: str) -> Any:
    places = reception().places(reading(), _now())
    found = next((p for p in places if (p.region, p.process.id) == (region, workflow)), None)
    return found or abort(404)


def _unit(visit: Visit) -> str:
    return dict(reception().units(reading(), visit.held.subject.region)).get(visit.unit, visit.unit)


def _filling(visit: Visit, posted: Any = None) -> Filling:
    given = dict.fromkeys(visit.door.once, visit.code)
    return Filling.handed(visit.held, public.offer_of(visit), now(), given, posted)


def _form(visit: Visit, filling: Filling, address: Mapping[str, str], errors: Any = None) -> str:
    reason = public.closed_reason(visit.held, visit.door, spent=False) if visit.named else ""
    shown = public.form_page(visit, _unit(visit), filling, errors or {}, address)
    page = _frame(visit.held, invalid=bool(errors), unsent=request.method == "POST")
    return render_template("public/form.html", form=shown, reason=reason, page=page)


def _start_page(code: str = "", error: str = "") -> str:
    examples = current_app.extensions.get("example_codes", ())
    page = frame(invalid=bool(error))
    return render_template("public/start.html", code=code, error=error, examples=examples, page=page)


def _follow_page(number: str, error: str = "") -> str:
    return render_template("public/follow.html", number=number, error=error, page=frame(invalid=bool(error)))


def _frame(held: Held, **more: Any) -> Frame:
    return frame(region=held.subject.region_title, **more)


def _attempt(*, report: bool = False, code: str = "") -> Handed:
    key = current_app.extensions["settings"].derived("throttle")
    return Handed(network(), wall().date(), key, report, code)


def _wait(error: TooMany) -> str:
    return _("Terlalu banyak kiriman dari sini. Coba lagi dalam %(seconds)s detik.", seconds=error.seconds)
