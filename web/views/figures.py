"""Pages of analyses, for whoever holds an office: figures over the cases of the region or unit."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from web import cohort, figures
from web.access import open_to
from web.database import reading
from web.figures import Told

blueprint = Blueprint("figures", __name__)


@blueprint.before_request
def only_offices() -> None:
    """For whoever holds no office these pages are not there."""
    if current_user.is_authenticated and not current_user.in_office:
        abort(404)


@blueprint.get("/statistik")
@open_to("signed-in")
def shelves() -> str:
    """The analyses that this person may open."""
    return render_template("figures/shelves.html", shelves=figures.shelves(reading(), current_user.id))


@blueprint.get("/statistik/<process>/<name>")
@open_to("signed-in")
def one(process: str, name: str) -> str:
    """One analysis: chart and table."""
    return render_template("figures/one.html", figure=figures.figure_page(_told(process, name)))


@blueprint.get("/statistik/<process>/<name>.csv")
@open_to("signed-in")
def file(process: str, name: str) -> Response:
    """The table of an analysis for a spreadsheet."""
    told = _told(process, name)
    if told.most:
        abort(422)
    body = figures.as_csv(told).encode("utf-8-sig")
    response = Response(body, mimetype="text/csv", content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"{process}-{name}.csv")
    return response


def _told(process: str, name: str) -> Told:
    """The analysis, if this person may open it; of a cycle that is theirs."""
    circle = next((c for c in cohort.circles(reading(), current_user.id) if c.process.id == process), None)
    analysis = circle.process.workflow.analytics.get(name) if circle else None
    cycle = request.args.get("siklus", "")
    if circle is None or analysis is None or not circle.opens(analysis) or (cycle and cycle not in circle.cycles):
        abort(404)
    return Told(reading(), current_user.id, circle, analysis, cycle)
