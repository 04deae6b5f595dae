"""Pages of offices: the cases and cycles of a region or unit, service codes, reports that name nobody yet."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import current_user

from engine import Refused
from web import backlog, lists, offices
from web.access import open_to
from web.clock import now, today
from web.database import reading, writing
from web.held import Held, Missing
from web.lists import Wanted
from web.reception import MOST, doors, is_officer, reception
from web.store import store

blueprint = Blueprint("offices", __name__)


@blueprint.before_request
def only_offices() -> None:
    """For whoever holds no office these pages are not there."""
    if current_user.is_authenticated and not current_user.in_office:
        abort(404)


@blueprint.get("/berkas")
@open_to("signed-in")
def cases() -> str:
    """The cases that this person may read by office."""
    asked = {name: request.args.get(name, "")[:100] for name in ("tahap", "unit", "siklus", "cari")}
    wanted = Wanted(
        stage=asked["tahap"],
        unit=asked["unit"],
        cycle=asked["siklus"],
        words=asked["cari"],
        late=bool(request.args.get("terlambat")),
        after=lists.read(request.args.get("sesudah", "")[:200]),
    )
    shown = offices.cases_page(reading(), current_user.id, wanted, now())
    return render_template("offices/cases.html", list=shown, stuck=backlog.stuck(reading(), current_user.id))


@blueprint.get("/siklus")
@open_to("signed-in")
def rounds() -> str:
    """The cycles of the region or unit, and how far they have come."""
    cards = offices.round_cards(reading(), current_user.id, now())
    return render_template("offices/rounds.html", rounds=cards, stuck=backlog.stuck(reading(), current_user.id))


# --- service codes ----------------------------------------------------------------------------------------------------


@blueprint.get("/kode")
@open_to("signed-in")
def codes() -> str:
    """The employees of the unit about whom people without an account are asked."""
    _unit_office()
    found = reception().cases(reading(), current_user.id, _today())
    served = [offices.served(reading(), held) for held in found]
    waiting = len(reception().unnamed(reading(), current_user.id))
    return render_template("offices/codes.html", served=served, waiting=waiting)


@blueprint.get("/kode/<case_id>")
@open_to("signed-in")
def codes_of(case_id: str) -> str:
    """Where codes for one employee are made."""
    held = _officer_of(case_id)
    about = {"served": offices.served(reading(), held), "key": secrets.token_hex(16), "most": MOST}
    return render_template("offices/codes_of.html", **about, slips=[], error="")


@blueprint.post("/kode/<case_id>")
@open_to("signed-in")
def make_codes(case_id: str) -> Any:
    """The codes, to be printed: the same ones for the same press, and never again afterwards."""
    held = _officer_of(case_id)
    typed, key = request.form.get("jumlah", ""), request.form.get("_kunci", "")
    count = request.form.get("jumlah", 0, type=int)
    if len(key) != 32:
        abort(400)
    about: dict[str, Any] = {"key": key, "most": MOST}
    if not 1 <= count <= MOST:
        served = offices.served(reading(), held)
        return render_template(
            "offices/codes_of.html", served=served, **about, slips=[], error="jumlah", typed=typed
        ), 422
    with writing() as rows:
        made = reception().issue(rows, current_user.id, case_id, count, key)
    about |= {"served": offices.served(reading(), held), "slips": offices.slips(made), "until": held.case.cycle.end}
    return render_template("offices/codes_of.html", **about, error="")


# --- reports that name nobody -----------------------------------------------------------------------------------------


@blueprint.get("/laporan-masuk")
@open_to("signed-in")
def unnamed() -> str:
    """The reports for which the unit says whom they are about."""
    _unit_office()
    found = [offices.unnamed(one) for one in reception().unnamed(reading(), current_user.id)]
    return render_template("offices/unnamed.html", reports=found, told=request.args.get("sesudah", ""), error="")


@blueprint.post("/laporan-masuk/<answer>")
@open_to("signed-in")
def name(answer: str) -> Any:
    """Says whom a report is about."""
    _unit_office()
    person = request.form.get("pegawai", "")
    if not person:
        found = [offices.unnamed(one) for one in reception().unnamed(reading(), current_user.id)]
        return render_template("offices/unnamed.html", reports=found, told="", error=answer), 422
    try:
        with writing() as rows:
            arrived = reception().name(rows, current_user.id, answer, person, now())
    except Refused:
        # The report does not fit the case's own form any more: it stays where it is, and says so.
        return redirect(url_for("offices.unnamed", sesudah="ditolak"), 303)
    return redirect(url_for("offices.unnamed", sesudah="sampai" if arrived else "menunggu"), 303)


# --- what every page needs --------------------------------------------------------------------------------------------


def _unit_office() -> None:
    if not current_user.in_unit_office:
        abort(404)


def _officer_of(case_id: str) -> Held:
    """The case, for whoever holds an office of its unit."""
    held = store().held(reading(), current_user.id, case_id)
    if not is_officer(held) or not doors(held.process):
        raise Missing(case_id)
    return held


def _today() -> Any:
    return today(current_user.zone)
