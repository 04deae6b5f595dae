"""A submission over HTTP, with session, rights and the token against forged posts: raw WSGI requests, without sockets.

``post`` is the one request that sends a draft (``POST /berkas/…/kirim/…``) and moves the case; ``step`` is all that
somebody does for one submission: the form opened, filled in, looked over and sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from bench.browser import Browser, Turned, first_draft, typed
from bench.floor import Floor
from bench.moves import Lowest
from bench.rounds import Call, Contender, Costs, Wrong, compared
from bench.service import NOW, SQLITE, Morning, Service, actor, opened, peer, superior
from bench.work import PLAN, STEPS, SUPERIOR, Step, answers, expected
from web import drafts
from web.database import writing

ROUNDS, EACH = 11, 4
PLAYED = (ROUNDS + 1) * EACH
#: The last case is never played: others try what they may not on it.
CASES = PLAYED + 1


def measured(folder: Path) -> Costs:
    """The costs of ``floor``, ``post`` and ``step``."""
    (folder / "floor").mkdir(parents=True)
    lowest = Lowest(Floor(SQLITE.connect(SQLITE.new(folder / "floor")), SQLITE, CASES))
    posts, steps = (Visitors(opened(folder / name, CASES)) for name in ("post", "step"))
    contenders = {"floor": _rounds(lowest), "post": _rounds(posts.post), "step": _rounds(steps.step)}
    costs = compared(contenders, ROUNDS)
    lowest.check(range(PLAYED))
    for visitors in (posts, steps):
        visitors.check(range(PLAYED))
        visitors.refused(PLAYED)
    return costs


def _rounds(calls: Callable[[int, Step], Call]) -> Contender:
    return lambda number: [calls(case, step) for step in STEPS for case in range(number * EACH, (number + 1) * EACH)]


class Visitors:
    """The people of *service*, each signed in before anything is measured."""

    def __init__(self, service: Service) -> None:
        service.app.extensions["clock"] = Morning()
        self._service = service
        self._cases = len(service.case_ids)
        everybody = {actor(number, step, self._cases) for number in range(self._cases) for step in STEPS}
        self._browsers = {person: Browser(service.app, person) for person in everybody}
        self._tokens: dict[str, str] = {}

    def step(self, number: int, step: Step) -> Call:
        """One whole submission."""
        browser = self._browsers[actor(number, step, self._cases)]
        return partial(browser.submit, self._service.case_ids[number], step.action, typed(answers(number, step)))

    def post(self, number: int, step: Step, who: str = "") -> Call:
        """The sending of a draft, which is saved here already."""
        case_id, person = self._service.case_ids[number], who or actor(number, step, self._cases)
        browser, token = self._browsers[person], self._token(person)
        self._save(number, step, person)
        data = {"csrf_token": token, "_masuk": str(step.entry), "_versi": "0", **first_draft()}
        return partial(browser.post, f"/berkas/{case_id}/kirim/{step.action}", data)

    def _token(self, person: str) -> str:
        if person not in self._tokens:
            self._tokens[person] = self._browsers[person].token()
        return self._tokens[person]

    def _save(self, number: int, step: Step, person: str) -> None:
        given = {name: [text] for name, text in typed(answers(number, step)).items()}
        place = self._service.case_ids[number], step.task, person
        with self._service.inside(), writing() as rows:
            drafts.save(rows, *place, typed=given, entry=step.entry, now=NOW)

    def check(self, played: Sequence[int]) -> None:
        """Raises ``Wrong`` unless all ended as they must."""
        for number in played:
            case = self._service.held(number).case
            found = case.stage, case.values["nilai"], case.values["predikat"]
            if found != ("selesai", *expected(number)):
                raise Wrong(f"over HTTP, case {number} ended as {found}, not as {expected(number)}")

    def refused(self, number: int) -> None:
        """Raises ``Wrong`` if a wrong role, a wrong stage or a forged post moves the case."""
        browser = self._browsers[actor(number, PLAN, self._cases)]
        forged = partial(browser.post, f"/berkas/{self._service.case_ids[number]}/kirim/{PLAN.action}", {})
        others = self.post(number, PLAN, peer(number, 1, self._cases)), self.post(number, SUPERIOR, superior(number))
        for call in (*others, forged):
            try:
                call()
            except Turned:
                continue
            raise Wrong("over HTTP, somebody could take a step that is not theirs to take")
