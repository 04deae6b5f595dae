"""Pages for whoever looks after a region: what the service could not do, to be tried again or forgotten."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from web import backlog as works
from web.access import open_to
from web.database import reading, writing

blueprint = Blueprint("backlog", __name__)


@blueprint.before_request
def only_who_looks_after_a_region() -> None:
    """For everybody else these pages are not there."""
    if current_user.is_authenticated and not works.regions(reading(), current_user.id):
        abort(404)


@blueprint.get("/pekerjaan-layanan")
@open_to("signed-in")
def show() -> str:
    """What was not done, and why."""
    found = works.backlog(reading(), current_user.id, current_user.zone)
    return render_template("offices/backlog.html", backlog=found, told=request.args.get("sesudah", ""))


@blueprint.post("/pekerjaan-layanan/<job>/coba")
@open_to("signed-in")
def try_again(job: str) -> Response:
    """Tries a job again that was given up."""
    return _decided(job, again=True)


@blueprint.get("/pekerjaan-layanan/<job>/hapus")
@open_to("signed-in")
def ask(job: str) -> Any:
    """Whether the job is really to be forgotten."""
    found = works.parked(reading(), current_user.id, job, current_user.zone)
    return render_template("offices/drop.html", job=found)


@blueprint.post("/pekerjaan-layanan/<job>/hapus")
@open_to("signed-in")
def drop(job: str) -> Response:
    """Forgets a job that was given up."""
    return _decided(job, again=False)


def _decided(job: str, *, again: bool) -> Response:
    with writing() as rows:
        works.parked(rows, current_user.id, job, current_user.zone)
        works.decide(rows, current_user.id, job, again=again)
    return redirect(url_for("backlog.show", sesudah="coba" if again else "hapus"), 303)
