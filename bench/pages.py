"""A page with twenty rated items: rendered through WTForms alone, and whole, for somebody who is signed in.

Both against Flask answering with the same form as a finished string. One call is one WSGI request, without sockets.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask, session
from werkzeug.test import EnvironBuilder

from bench.rounds import Contender, Costs, Wrong, compared
from bench.service import NOW, YEAR, Service, employee, opened
from bench.work import SEATS
from engine.sheet import sheet
from web import drafts, sessions
from web.clock import Clock
from web.database import writing
from web.forms import Rendering, Settings, Typed, paper, rendered, values_of
from web.tables import db

ROUNDS, CALLS = 11, 30
PROCESS, STAGE, ACTION = "halaman", "pengisian", "kirim"
ITEMS = 20

Environ = dict[str, Any]


class Morning(Clock):
    """The service's clock: always the same morning."""

    def now(self) -> datetime:
        return NOW


def measured(folder: Path) -> Costs:
    """The costs of one answer: ``static``, ``form`` and ``page``."""
    service = opened(folder / "web", SEATS + 1)
    service.app.extensions["clock"] = Morning()
    case_id, typed = _begun(service)
    alone, render = Flask("alone"), _form(service, case_id, typed)
    finished = render()
    alone.add_url_rule("/static", view_func=lambda: finished, endpoint="finished")
    alone.add_url_rule("/form", view_func=render, endpoint="rendered")
    path = f"/berkas/{case_id}/isi/{ACTION}"
    page = {"path": path, "headers": {"Cookie": _cookie(service, path)}}
    contenders = {
        "static": _contender(alone, {"path": "/static"}),
        "form": _contender(alone, {"path": "/form"}),
        "page": _contender(service.app, page),
    }
    return compared(contenders, ROUNDS)


def _begun(service: Service) -> tuple[str, Typed]:
    """A case with a draft in which every item has its mark; what was typed in it."""
    typed = {f"nilai_{item:02d}": [str(item % 5 + 1)] for item in range(ITEMS)}
    with service.inside() as cases, writing() as rows:
        process = cases.definitions.library.processes[PROCESS]
        (case_id,) = cases.open_cycle(rows, process, people=[employee(0)], now=NOW, **YEAR)
        drafts.save(rows, case_id, STAGE, employee(0), typed=typed, entry=1, now=NOW)
    return case_id, typed


def _form(service: Service, case_id: str, typed: Typed) -> Callable[[], str]:
    """From what was typed to the form's HTML: WTForms reads it, the engine judges it, our looks are filled in."""
    with service.inside() as cases:
        held = cases.held(db.session, employee(0), case_id)
    process, case, (person,) = held.process, held.case, held.actors
    action, duty = process.stages[STAGE].actions[ACTION], process.duties[STAGE]
    with service.app.test_request_context():
        made = paper(service.app.jinja_env, process, duty, action, person.role, str, Settings())
    how = Rendering(errors={}, show=lambda *known: "", say=str)

    def render() -> str:
        form = made.read(typed)
        filled = sheet(process, case, person, action, values_of(form, duty).values, NOW)
        return str(rendered(filled, made, form, how))

    return render


def _cookie(service: Service, path: str) -> str:
    """The cookie of a browser in which the employee is signed in and has seen a page."""
    client, name = service.app.test_client(), service.app.config["SESSION_COOKIE_NAME"]
    with service.app.test_request_context("/", method="POST"):
        sessions.begin(employee(0))
        kept = dict(session)
    with client.session_transaction() as signed:
        signed.update(kept)
    client.get(path)
    cookie = client.get_cookie(name)
    assert cookie
    return f"{name}={cookie.value}"


# --- one call ---------------------------------------------------------------------------------------------------------


def _contender(app: Flask, request: dict[str, Any]) -> Contender:
    environ = EnvironBuilder(**request).get_environ()
    _check(answer(app, environ), request["path"])

    return lambda number: [lambda: answer(app, environ)] * CALLS


def answer(app: Flask, environ: Environ) -> bytes:
    """What the application answers to a fresh copy of the request. Raises ``Wrong`` for anything but a page."""
    told: list[str] = []

    def begun(status: str, *more: Any) -> Callable[[bytes], object]:
        told.append(status)
        return told.append  # type: ignore[return-value]

    body = app({**environ, "wsgi.input": io.BytesIO()}, begun)
    page = b"".join(body)
    if hasattr(body, "close"):
        body.close()
    if told != ["200 OK"]:
        raise Wrong(f"{environ['PATH_INFO']} answered {told}")
    return page


def _check(page: bytes, path: str) -> None:
    """Raises ``Wrong`` unless the whole form is there, filled in."""
    buttons, marks = page.count(b'type="radio"'), page.count(b" checked")
    if (buttons, marks) != (5 * ITEMS, ITEMS):
        raise Wrong(f"{path} shows {buttons} buttons, {marks} of them pressed")
