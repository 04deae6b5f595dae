"""A page with twenty rated items: rendered through WTForms alone, and whole, for somebody who is signed in.

Both against Flask answering with the same form as a finished string. One call is one WSGI request, without sockets.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from werkzeug.test import EnvironBuilder

from bench.browser import Browser, answer
from bench.rounds import Contender, Costs, Wrong, compared
from bench.service import NOW, YEAR, Morning, Service, employee, opened
from bench.work import SEATS
from engine.sheet import sheet
from web import drafts
from web.database import reading, writing
from web.forms import Rendering, Settings, Typed, paper, rendered, values_of

ROUNDS, CALLS = 11, 30
PROCESS, STAGE, ACTION = "halaman", "pengisian", "kirim"
ITEMS = 20

#: Gives a page.
Page = Callable[[], bytes]


def measured(folder: Path) -> Costs:
    """The costs of one answer: ``static``, ``form`` and ``page``."""
    service = opened(folder / "web", SEATS + 1)
    service.app.extensions["clock"] = Morning()
    case_id, typed = _begun(service)
    alone, render = Flask("alone"), _form(service, case_id, typed)
    finished = render()
    alone.add_url_rule("/static", view_func=lambda: finished, endpoint="finished")
    alone.add_url_rule("/form", view_func=render, endpoint="rendered")
    browser, path = Browser(service.app, employee(0)), f"/berkas/{case_id}/isi/{ACTION}"
    contenders = {
        "static": _contender("static", _page(alone, "/static")),
        "form": _contender("form", _page(alone, "/form")),
        "page": _contender("page", lambda: browser.get(path)),
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
        held = cases.held(reading(), employee(0), case_id)
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


# --- one call ---------------------------------------------------------------------------------------------------------


def _contender(name: str, page: Page) -> Contender:
    _check(page(), name)
    return lambda number: [page] * CALLS


def _page(app: Flask, path: str) -> Page:
    """Asks *app* for the page at *path*, without a session."""
    environ = EnvironBuilder(path=path).get_environ()

    def page() -> bytes:
        return answer(app, {**environ, "wsgi.input": io.BytesIO()}).body

    return page


def _check(page: bytes, name: str) -> None:
    """Raises ``Wrong`` unless the whole form is there, filled in."""
    buttons, marks = page.count(b'type="radio"'), page.count(b" checked")
    if (buttons, marks) != (5 * ITEMS, ITEMS):
        raise Wrong(f"{name} shows {buttons} buttons, {marks} of them pressed")
