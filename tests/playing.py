"""Plays the steps of a scenario with the people of ``tests.cast``, straight at the store, to where a test begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask

from engine.case import Case
from engine.clock import opens_on
from engine.model import Action
from engine.process import Process
from engine.scenario import Scenario, typed_form
from engine.sheet import opening
from tests.cast import WORKFLOW, Member, cast_of, open_case
from tests.shipped import story
from web.clock import Clock
from web.database import reading, writing
from web.definitions import library
from web.held import Held
from web.store import Opened, acting, store

ZONE = ZoneInfo("Asia/Pontianak")

#: Who the people of the cast are on the first employee's case; raters by the names that scenarios give them.
BY_ROLE = {
    "pegawai": "rahmadi",
    "atasan_langsung": "sari",
    "atasan_penilai": "hasan",
    "admin_bkd": "dewi",
    "tim_penilai": "ratna",
    "rekan_1": "lestari",
    "rekan_2": "bambang",
    "rekan_3": "maria",
}


class StandingClock(Clock):
    """Time as the tests set it."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 1, 12, 9, tzinfo=ZONE)

    def now(self) -> datetime:
        return self.instant.astimezone(UTC)


class Play:
    """The cast at work in *app*, whose clock stands until somebody does something."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.clock = app.extensions["clock"] = StandingClock()
        with app.app_context():
            self.process: Process = library().processes[WORKFLOW]
        self._cast = cast_of(app)

    def who(self, role: str) -> Member:
        """The person who is *role* on the case of the first employee."""
        found: Member = getattr(self._cast, BY_ROLE.get(role, role))
        return found

    def open_case(self) -> str:
        """A new case of the first employee, in a cycle of its own; its id. The clock stands at its beginning."""
        self.clock.instant = datetime(2026, 1, 12, 9, tzinfo=ZONE)
        return open_case(self.app, self.who("pegawai"))

    def case(self, case_id: str) -> Case:
        """The case as it is stored."""
        with self.app.app_context():
            return self._held(case_id).case

    def seat_peers(self, case_id: str, peers: Sequence[str]) -> None:
        """The superior confirms these raters, without a browser."""
        people = [self.who(peer).id for peer in peers]
        with self.app.app_context(), writing() as rows:
            confirmer = self.who("atasan_langsung").id
            now = self.clock.now()
            store().set_seats(rows, confirmer, case_id, "rekan_kerja", people, confirm=True, now=now)

    def play(self, case_id: str, steps: Iterable[Mapping[str, Any]]) -> None:
        """Takes steps of a scenario without a browser, to where a test begins."""
        for step in steps:
            if step["actor"] != self.process.system and not step.get("expect_error"):
                self.wait_until_open(case_id)
                with self.app.app_context():
                    self._take(case_id, step)

    def _take(self, case_id: str, step: Mapping[str, Any]) -> None:
        person, action = self.who(step.get("rater") or step["actor"]).id, self._action(step)
        held = store().held(reading(), person, case_id)
        duty = self.process.duty_of(held.case.stage, action, step["actor"])
        opened = Opened(entry=held.case.entry, submitted=held.case.submitted.get(duty.id, 0))
        actor, today = acting(held, action.id), held.case.cycle.day_of(self.clock.now())
        values = opening(self.process, held.case, actor, action, today, afresh=True)
        values |= dict(typed_form(duty, step["form"] or {}))
        key = f"{case_id}:{held.case.version}:{person}"
        with writing() as rows:
            store().move(
                rows,
                person,
                case_id,
                action.id,
                lambda _: values,
                opened=opened,
                key=key,
                body="",
                now=self.clock.now(),
            )

    def _action(self, step: Mapping[str, Any]) -> Action:
        return self.process.stages[step["stage"]].actions[step["action"]]

    def wait_until_open(self, case_id: str) -> None:
        """Moves the clock on: a minute, or to the day on which the present stage opens."""
        opens = opens_on(self.process, self.case(case_id)) or self.clock.instant.date()
        nine = datetime(opens.year, opens.month, opens.day, 9, tzinfo=ZONE)
        self.clock.instant = max(self.clock.instant + timedelta(minutes=1), nine)

    def _held(self, case_id: str) -> Held:
        return store().held(reading(), self.who("pegawai").id, case_id)


def scenario(name: str) -> Scenario:
    """The region's scenario of this id."""
    return story("pontianak", name)
