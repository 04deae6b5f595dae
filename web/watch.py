"""Looks on at every request: how it ended and how long it took, for the figures and for the log."""

from __future__ import annotations

from time import perf_counter

from flask import Flask, g, request
from werkzeug.wrappers import Response

from web import logs, metrics

#: Asked by machines every few seconds: neither counted nor logged.
PROBES = "health"
#: Whoever hands in without an account is not followed by the clock either.
UNSAID = frozenset({"public"})


def init_app(app: Flask) -> None:
    app.before_request(begin)
    app.after_request(end)


def begin() -> None:
    g.began = perf_counter()
    if request.blueprint in UNSAID:
        logs.tell(False)


def end(response: Response) -> Response:
    endpoint = request.endpoint
    if request.blueprint != PROBES:
        began = g.get("began")
        seconds = perf_counter() - began if began else 0.0
        method, status = request.method, response.status_code
        metrics.answered(endpoint, method, status, seconds)
        logs.answered(endpoint, method, status, seconds)
    return response
