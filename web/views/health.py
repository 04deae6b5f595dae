"""What machines ask: whether the process lives, whether it can serve, how it does. No session, no page, no visitor."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, abort, current_app, jsonify, request

from web import health
from web.access import open_to
from web.metrics import exposition

blueprint = Blueprint("health", __name__)

#: Whoever asks in vain may ask again after so many seconds.
AGAIN = "5"


@blueprint.get("/healthz")
@open_to("everyone")
def live() -> Response:
    """The process answers. Says nothing of the database: a restart would not bring that back."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@open_to("everyone")
def ready() -> Response:
    """Whether requests may come here: the database answers, has the tables of this version, definitions are read."""
    found = health.reasons()
    response = jsonify(ready=not found, reasons=found)
    if found:
        response.status_code, response.headers["Retry-After"] = 503, AGAIN
    return response


@blueprint.get("/metrics")
@open_to("everyone")
def figures() -> Response:
    """Figures for monitoring, for whoever shows the token; otherwise there is no such page."""
    wanted = current_app.extensions["settings"].metrics_token
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not wanted or not hmac.compare_digest(shown.encode(), wanted.encode()):
        abort(404)
    text, kind = exposition(health.gauges())
    return Response(text, content_type=kind)
