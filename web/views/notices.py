"""What somebody was told, and whether they want it by mail as well."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from web import board as boards
from web import notices, people
from web.access import open_to
from web.clock import now
from web.database import reading, writing

blueprint = Blueprint("notices", __name__)


@blueprint.get("/pemberitahuan")
@open_to("signed-in")
def board() -> str:
    """The notices, unread ones first."""
    after = boards.place(request.args.get("sesudah", ""))
    shown = boards.board(reading(), current_user.id, current_user.zone, now(), after)
    mail = people.mail_of(current_user.id) if current_app.extensions["settings"].mail else None
    return render_template("account/notices.html", board=shown, mail=mail)


@blueprint.post("/pemberitahuan/<notice>")
@open_to("signed-in")
def open_notice(notice: str) -> Any:
    """Goes to what the notice is about; it is read then."""
    goal = boards.leads_to(reading(), current_user.id, notice) or abort(404)
    with writing() as rows:
        notices.read(rows, current_user.id, notice, now())
    return redirect(goal, 303)


@blueprint.post("/pemberitahuan/semua")
@open_to("signed-in")
def read_all() -> Response:
    with writing() as rows:
        notices.read_all(rows, current_user.id, now())
    return redirect(url_for("notices.board"), 303)


@blueprint.post("/pemberitahuan/surel")
@open_to("signed-in")
def choose_mail() -> Response:
    """Whether notices go to the person's mail address too."""
    people.set_wants_mail(current_user.id, request.form.get("surel") == "ya")
    return redirect(url_for("notices.board"), 303)
