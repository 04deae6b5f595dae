"""The demo: invented people whose appraisals stand at different stages, in a database of its own.

Who they are, and how far each of their cases has gone, is data (``examples/*.yaml``); the steps are those of the
scenarios that test the regions. Everything goes through the same store as in a deployment.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from flask import Flask
from sqlalchemy import Connection, select, text

from engine.clock import opens_on
from engine.collecting import is_open
from engine.library import SCENARIOS
from engine.nip import grouped
from engine.process import Process
from engine.scenario import Scenario, public_answers, read_scenarios, registration, typed_form
from engine.sheet import opening
from web import clock, create_app, roster, timing
from web.config import DATABASE, PACKAGE, Settings
from web.database import connected, fits, initialise, reading, up_to_date, writing
from web.definitions import library
from web.held import Held, Missing
from web.passwords import passwords
from web.reception import Door, Visit, doors, reception, unnamed_visit
from web.store import Opened, acting, store
from web.tables import Person, Region

EXAMPLES = PACKAGE / "examples"
#: What a file of examples cannot do without.
NEEDED = ("region", "workflow", "today", "cycles", "columns", "people", "shown")
#: What a scenario writes where any text will do.
ANY_TEXT = "(isi)"
#: When the people of the demo do their work, by the clock of their region.
AT_WORK = time(9)

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody whom a visitor can be; ``what`` they are here, by language."""

    region: str
    nip: str
    name: str
    what: Mapping[str, str]
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A service code that a visitor can try, and about whom it is."""

    code: str
    region: str
    name: str


class NotExamples(Exception):
    """A file does not tell of people as the demo wants it; says what is missing or wrong."""


class Examples:
    """The people and cases of one region, as its file tells."""

    def __init__(self, file: Path) -> None:
        # Every scalar as text: our own data, typed by whoever reads it.
        self.data: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)

    @property
    def region(self) -> str:
        return str(self.data["region"]["id"])

    @property
    def today(self) -> date:
        return date.fromisoformat(self.data["today"])

    @cached_property
    def people(self) -> dict[str, dict[str, str]]:
        """The people by NIP, column by column."""
        columns = self.data["columns"]
        rows = [dict(zip(columns, row, strict=True)) for row in self.data["people"]]
        return {row["nip"]: row for row in rows}

    def accounts(self, settings: Settings) -> Iterator[Account]:
        for shown in self.data["shown"]:
            nip, region = shown["nip"], self.data["region"]["title"]
            name, password = self.people[nip]["nama"], password_of(settings, nip)
            yield Account(region=region, nip=nip, name=name, what=shown, password=password)


def examples(more: Sequence[Path] = ()) -> list[Examples]:
    """The examples of every region whose process there is, and those of *more*. Raises ``NotExamples``."""
    own = [Examples(file) for file in sorted(EXAMPLES.glob("*.yaml"))]
    return [one for one in own if one.data["workflow"] in library().processes] + [_read(file) for file in more]


def _read(file: Path) -> Examples:
    try:
        one = Examples(file)
        missing = [
            key
            for key in ("region", "workflow", "today", "cycles", "columns", "people", "shown")
            if key not in one.data
        ]
    except (yaml.YAMLError, TypeError, UnicodeDecodeError) as error:
        raise NotExamples(f"{file}: {error}") from None
    if missing:
        raise NotExamples(f"{file}: {', '.join(missing)}")
    if one.data["workflow"] not in library().processes:
        raise NotExamples(f"{file}: workflow: {one.data['workflow']}")
    return one


def password_of(settings: Settings, nip: str) -> str:
    """The demo's password of somebody: the same at every start, another one on every machine."""
    digest = hmac.digest(settings.derived("demo"), nip.encode(), hashlib.sha256)
    return base64.b32encode(digest)[:10].decode().lower()


def forget(settings: Settings) -> None:
    """Deletes what the demo has kept; never anything of a deployment, whose folder is another."""
    for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", clock.DAYS):
        (settings.instance / name).unlink(missing_ok=True)
    shutil.rmtree(settings.instance / "attachments", ignore_errors=True)


def prepare(settings: Settings, today: date | None, tell: Tell, more: Sequence[Path] = ()) -> Flask:
    """The demo's service, with its people and cases; they are made where there are none yet. *today* moves its date.

    *more* are files with people of further regions. Raises ``NotExamples`` where one is not.
    """
    app = create_app(settings)
    app.extensions["example_codes"] = []
    with connected(app):
        outgrown = up_to_date() and not fits()
    if outgrown:
        # Its people are invented: they are made anew rather than carried from one draft of the tables to the next.
        forget(settings)
    with app.app_context():
        shown = app.extensions["regions"] = examples(more)
        app.extensions["examples"] = [account for one in shown for account in one.accounts(settings)]
        fresh = not up_to_date()
        initialise()
        if today is not None or fresh:
            app.extensions["clock"].move_to(today or shown[0].today)
        known = set(reading().execute(select(Region.id)).scalars())
        for one in shown:
            if one.region not in known:
                _fill(one, settings, tell)
                with writing() as rows:
                    timing.put_off(rows, clock.now() + timedelta(days=1), clock.now())
    app.extensions["example_codes"] = codes(app)
    return app


def _fill(one: Examples, settings: Settings, tell: Tell) -> None:
    """Registers the people of a region and plays their cases."""
    process = library().processes[one.data["workflow"]]
    tell(f"{one.data['region']['title']}: {len(one.people)}")
    hashes = {nip: passwords().hash(password_of(settings, nip)) for nip in one.people}
    with writing() as rows:
        roster.keep_region(rows, one.region, one.data["region"]["title"], one.data["region"]["zone"])
        entries = roster.checked(enumerate(one.people.values(), 1), process, roster.known_in(rows, one.region))
        roster.take_over(rows, one.region, process, entries, hashes)
    ids: dict[str, str] = {row.nip: row.id for row in reading().execute(select(Person.nip, Person.id))}
    scenarios = {scenario.id: scenario for scenario in _scenarios(settings.definitions)}
    for name, cycle in one.data["cycles"].items():
        told = [case for case in one.data.get("cases", ()) if case["cycle"] == name]
        for case, case_id in zip(told, _open(process, cycle, [ids[case["person"]] for case in told]), strict=True):
            if "like" in case:
                tell(f"  {one.people[case['person']]['nama']}: {case['until']}")
                Played(one, process, case, case_id, ids).play(scenarios[case["like"]])
    _report(one)


def _open(process: Process, cycle: Mapping[str, str], people: Sequence[str]) -> list[str]:
    """The cases of a new cycle, in the order of *people*."""
    start, end = date.fromisoformat(cycle["start"]), date.fromisoformat(cycle["end"])
    begun = datetime.combine(start, AT_WORK, ZoneInfo(clock.ZONE))
    with writing() as rows:
        return store().open_cycle(rows, process, title=cycle["title"], start=start, end=end, people=people, now=begun)


def _report(one: Examples) -> None:
    """Hands in the reports that name nobody."""
    for told in one.data.get("reports", ()):
        places = reception().places(reading(), clock.now())
        place = next(place for place in places if place.region == one.region)
        entry = next(found for found in doors(place.process) if found.duty.id == told["collection"])
        values = dict(typed_form(entry.duty, told["form"]))
        with writing() as rows:
            visit = unnamed_visit(place, entry, told["unit"])
            reception().hand_in(rows, visit, values, key=secrets.token_hex(16), body="", now=clock.now())


def codes(app: Flask) -> list[Code]:
    """The service codes that can be tried: the same at every start."""
    with app.app_context(), writing() as rows:
        return [
            code
            for one in app.extensions["regions"]
            for told in one.data.get("codes", ())
            for code in _codes(rows, one, told)
        ]


_CASE = text("""
select c.id from appraisal c join person p on p.id = c.person_id join cycle y on y.id = c.cycle_id
where p.nip = :nip and y.title = :cycle and c.origin_id is null
""")
_OFFICER = text("""
select o.person_id from office o join person p on p.region_id = o.region_id and p.unit_code = o.unit_code
where p.nip = :nip and o.person_id <> p.id order by o.role desc
""")


def _codes(rows: Connection, one: Examples, told: Mapping[str, str]) -> Iterator[Code]:
    about = {"nip": told["person"], "cycle": one.data["cycles"][told["cycle"]]["title"]}
    case, officer = (rows.execute(query, about).scalars().all()[0] for query in (_CASE, _OFFICER))
    for code in reception().issue(rows, officer, case, int(told["count"]), "demo"):
        yield Code(code=code, region=one.data["region"]["title"], name=one.people[told["person"]]["nama"])


def _scenarios(root: Path) -> Iterator[Scenario]:
    for file in sorted((root / "workflows" / SCENARIOS).glob("*.yaml")):
        yield from read_scenarios(file.read_bytes(), file.name)


class Played:
    """One case that follows the steps of a scenario until the stage where it is to be found."""

    def __init__(
        self, one: Examples, process: Process, told: Mapping[str, Any], case_id: str, ids: Mapping[str, str]
    ) -> None:
        self._texts: Mapping[str, str] = one.data.get("texts", {})
        self._process = process
        self._told = told
        self._case_id = case_id
        self._people = list(ids.values())
        self._peers = [ids[nip] for nip in told.get("peers", ())]
        self._pace = timedelta(days=int(told.get("pace", 1)))
        self._subject = ids[told["person"]]
        self._now: datetime | None = None
        self._roles: dict[str, str] = {}
        self._answered: set[str] = set()

    def play(self, scenario: Scenario) -> None:
        """Takes the steps, not those that a scenario expects to be refused, and not beyond today."""
        left: int | None = None
        self._seat()
        for step in scenario.steps:
            held = self._held(self._subject)
            self._collect(held, scenario)
            if step.get("expect_error") or step["actor"] == self._process.system or held.case.stage != step["stage"]:
                continue
            if left is None and held.case.stage == self._told["until"]:
                left, self._pace = int(self._told.get("more", 0)), timedelta(days=int(self._told.get("then", 1)))
            if left == 0:
                return
            left = left and left - 1
            self._now = self._next(held)
            if self._now > clock.now():
                return
            self._step(step)

    def _next(self, held: Held) -> datetime:
        """When the next step is taken: some days after the one before, or after the stage has opened."""
        case, zone = held.case, ZoneInfo(held.case.cycle.zone)
        opened = datetime.combine(opens_on(self._process, case) or case.cycle.start, AT_WORK, zone)
        return max(self._now or opened, opened) + self._pace

    def _seat(self) -> None:
        """The peers are confirmed at the beginning."""
        for role in self._process.words.roles.values():
            if not self._peers or role.is_ != "peer":
                continue
            confirmer = self._person(role.confirmed_by[0])
            start = self._held(self._subject).case.entered_at or clock.now()
            with writing() as rows:
                store().set_seats(rows, confirmer, self._case_id, role.id, self._peers, confirm=True, now=start)

    def _step(self, step: Mapping[str, Any]) -> None:
        person = self._rater(step["rater"]) if "rater" in step else self._person(step["actor"])
        held, action = self._held(person), step["action"]
        duty = self._process.duty_of(
            held.case.stage, self._process.stages[held.case.stage].actions[action], step["actor"]
        )
        opened = Opened(entry=held.case.entry, submitted=held.case.submitted.get(duty.id, 0))
        assert self._now
        with writing() as rows:
            store().move(
                rows, person, self._case_id, action, lambda found: self._values(found, step),
                opened=opened, key=f"{self._case_id}:{held.case.version}:{person}", body=action, now=self._now,
            )  # fmt: skip

    def _values(self, held: Held, step: Mapping[str, Any]) -> dict[str, Any]:
        actor = acting(held, step["action"])
        action = self._process.stages[held.case.stage].actions[step["action"]]
        duty = self._process.duty_of(held.case.stage, action, actor.role)
        form = {name: self._texts.get(name, "-") if text == ANY_TEXT else text for name, text in step["form"].items()}
        values = opening(self._process, held.case, actor, action, clock.today(), afresh=True)
        return {**values, **dict(typed_form(duty, form))}

    def _rater(self, name: str) -> str:
        return self._peers[int(name.rpartition("_")[2]) - 1]

    def _person(self, role: str) -> str:
        """Whoever holds *role* in this case."""
        if role not in self._roles:
            self._roles[role] = self._found(role)
        return self._roles[role]

    def _found(self, role: str) -> str:
        for person in self._people:
            with suppress(Missing):
                if any(actor.role == role for actor in self._held(person).actors):
                    return person
        raise LookupError(role)

    def _collect(self, held: Held, scenario: Scenario) -> None:
        """What people without an account say about this case in the scenario, as soon as it can be said."""
        for door in doors(self._process):
            ready = door.duty.id not in self._answered and is_open(self._process, held.case, door.duty.id)
            if ready:
                self._answered.add(door.duty.id)
                for given in public_answers(scenario, door.duty):
                    if not given.get("expect_error"):
                        self._hand_in(held, door, given)

    def _hand_in(self, held: Held, door: Door, given: Mapping[str, Any]) -> None:
        form = {name: value for name, value in given.items() if name in door.duty.fields}
        now = max(self._now or held.case.entered_at or clock.now(), held.case.entered_at or clock.now())
        known = registration(door.duty, held.case.cycle.day_of(now), secrets.token_hex(8))
        with writing() as rows:
            there = store().held_by_public(rows, self._case_id, door.role)
            values = {**known, **dict(typed_form(door.duty, form))}
            key = secrets.token_hex(16)
            reception().hand_in(rows, Visit(held=there, door=door), values, key=key, body="", now=now)

    def _held(self, person: str) -> Held:
        return store().held(reading(), person, self._case_id)


def lines(app: Flask, language: str) -> Iterator[str]:
    """The accounts, as the terminal shows them."""
    accounts: list[Account] = app.extensions["examples"]
    whats = [account.what[language] for account in accounts]
    wide, long = max(map(len, whats)), max(len(account.name) for account in accounts)
    region = ""
    for account, what in zip(accounts, whats, strict=True):
        if account.region != region:
            region = account.region
            yield region
        yield f"  {what:<{wide}}  {account.name:<{long}}  {grouped(account.nip)}  {account.password}"
    for code in app.extensions["example_codes"]:
        yield f"  /masyarakat/{code.code}  {code.name}, {code.region}"
