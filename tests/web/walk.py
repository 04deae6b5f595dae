"""Plays scenarios over HTTP, through the pages that people use: sign in, open the case, fill in, look over, send."""

from __future__ import annotations

import io
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from html import unescape
from typing import Any

from flask import Flask, session
from flask.testing import FlaskClient
from sqlalchemy import text

from engine import Actor, Case
from engine.catalogue import TEXTS
from engine.clock import opens_on
from engine.collecting import is_open
from engine.kinds import Field, File, Ratings, Table
from engine.process import Process
from engine.scenario import READING, Scenario, compared, public_answers, registration, rows_of
from engine.sheet import opening
from tests.web.village import Guest
from web import sessions
from web.database import forget, reading, writing
from web.forms import typed_of
from web.held import Held
from web.reception import Door, doors, reception
from web.store import store
from web.tables import db

PDF = b"%PDF-1.4\n%test\n"
START = datetime.fromisoformat("2025-01-01T08:00:00+07:00")


@dataclass
class People:
    """One region with one unit: the employee, the chain of superiors, peers, and a holder of each office."""

    region: str
    by_role: dict[str, str] = field(default_factory=dict)
    peers: list[str] = field(default_factory=list)

    def of(self, role: str, rater: str | None = None) -> str:
        if rater is None:
            return self.by_role[role]
        return self.peers[int(rater.rpartition("_")[2]) - 1]


_REGION = text("""
insert into region (id, title, zone) values (:r, 'Daerah contoh', 'Asia/Jakarta') on conflict do nothing
""")
_EMPTY = text("update appraisal set stage = '', entry = 0, version = 0, state = '{}' where id = :c")
_PERSON = text("""
insert into person (id, region_id, unit_code, nip, name, password_hash, active, superior_id, language, profile)
values (:i, :r, 'U1', :n, :name, '-', :y, :s, 'id', :profile)
""")


def settle(process: Process, profile: Mapping[str, Any]) -> People:
    """Puts the people of one case into the database."""
    people = People(region=process.workflow.region or "contoh")
    with writing() as rows:
        rows.execute(_REGION, {"r": people.region})
        rows.execute(
            text("insert into unit (region_id, code, name) values (:r, 'U1', 'Unit contoh') on conflict do nothing"),
            {"r": people.region},
        )
        roles = process.words.roles
        chain = [r.id for r in sorted(roles.values(), key=lambda r: r.is_) if r.is_.startswith("superior")]
        above = None
        for role in reversed(chain):
            above = people.by_role[role] = person(rows, people.region, role, superior=above)
        subject = next(r.id for r in roles.values() if r.is_ == "subject")
        name = str(profile.get("nama", "Pegawai"))
        people.by_role[subject] = person(rows, people.region, name, superior=above, profile=profile)
        people.peers = [person(rows, people.region, f"Rekan {n}", superior=above) for n in range(1, 6)]
        for role in roles.values():
            if role.is_ in ("region office", "unit office"):
                people.by_role[role.id] = person(rows, people.region, role.id, superior=None)
                office = {
                    "r": people.region,
                    "o": role.id,
                    "p": people.by_role[role.id],
                    "u": "U1" if role.is_ == "unit office" else "",
                }
                rows.execute(
                    text("insert into office (region_id, role, person_id, unit_code) values (:r, :o, :p, :u)"), office
                )
    return people


def person(rows: Any, region: str, name: str, *, superior: str | None, profile: Mapping[str, Any] | None = None) -> str:
    """A new person; the NIP is any that nobody has."""
    ident = str(uuid.uuid4())
    values = {"i": ident, "r": region, "n": str(uuid.uuid4().int)[:18], "name": name, "s": superior, "y": True}
    yes_no = {"true": True, "false": False}
    profile_text = json.dumps({name: yes_no.get(str(v).lower(), str(v)) for name, v in (profile or {}).items()})
    rows.execute(_PERSON, {**values, "profile": profile_text})
    return ident


class Walk:
    """Plays one scenario; it is also the clock of the service meanwhile."""

    def __init__(self, app: Flask, process: Process, scenario: Scenario) -> None:
        self.app = app
        self.process = process
        self.scenario = scenario
        self.differences: list[str] = []
        self.instant = START
        app.extensions["clock"] = self
        self.clients: dict[str, FlaskClient] = {}
        self.codes: dict[str, str] = {}
        self.collected: set[str] = set()
        with app.app_context():
            self.people = settle(process, {n: v for n, v in scenario.employee.items() if n in process.words.profile})
            with writing() as rows:
                year = {"start": date(2025, 1, 1), "end": date(2025, 12, 31), "title": "Siklus 2025"}
                people = [self.people.of(process.subject)]
                opened = store().open_cycle(
                    rows, process, people=people, now=self.instant, region=self.people.region, **year
                )
                self.case_id = opened[0]

    def now(self) -> datetime:
        """The service's clock while this scenario is played."""
        return self.instant

    def play(self) -> list[str]:
        """Every difference between what the pages did and what the scenario says."""
        self._seats()
        self._collect()
        for number, step in enumerate(self.scenario.steps, 1):
            self._step(f"langkah {number} ({step['action']})", step)
            self._collect()
        self.differences += compared(self.process, self.case, self.scenario.expected)
        if self.folded() != self.case:
            self.differences.append("melipat jurnal tidak memberi berkas yang sama")
        return self.differences

    # --- the people ---

    def client(self, who: str) -> FlaskClient:
        """A browser in which *who* is signed in."""
        if who not in self.clients:
            client = self.clients[who] = self.app.test_client()
            with self.app.test_request_context("/", method="POST"):
                sessions.begin(who)
                kept = dict(session)
            with client.session_transaction() as cookie:
                cookie.update(kept)
        return self.clients[who]

    @property
    def case(self) -> Case:
        """The case as it is stored."""
        with self.app.app_context():
            return self._held().case

    def folded(self) -> Case:
        """The case as its journal makes it, with its row emptied meanwhile."""
        with self.app.app_context():
            held = self._held()
            forget()
            rows = reading()
            rows.execute(_EMPTY, {"c": self.case_id})
            try:
                return store().folded(rows, held)
            finally:
                forget()

    def _held(self) -> Held:
        return store().held(reading(), self.people.of(self.process.subject), self.case_id)

    # --- the steps ---

    def until(self, stage: str) -> None:
        """Play on until the case stands in *stage*."""
        self._seats()
        self._collect()
        for number, step in enumerate(self.scenario.steps, 1):
            if self.case.stage == stage:
                return
            self._step(f"langkah {number}", step)
            self._collect()
        assert self.case.stage == stage, self.differences

    def url(self, rest: str = "") -> str:
        return f"/berkas/{self.case_id}{rest}"

    def as_role(self, role: str, rater: str | None = None) -> FlaskClient:
        return self.client(self.people.of(role, rater))

    def journal(self) -> list[Any]:
        """The rows of the case's journal."""
        with self.app.app_context():
            query = text("select * from journal where case_id = :c order by seq")
            return list(db.session.execute(query, {"c": self.case_id}).all())

    def _seats(self) -> None:
        for role in self.process.words.roles.values():
            if not role.confirmed_by:
                continue
            named = {s["rater"] for s in self.scenario.steps if s.get("rater") and s["actor"] == role.id}
            people = self.people.peers[: max(len(named), role.seats.least)]
            for by in (role.proposed_by[0], role.confirmed_by[0]):
                page = f"/berkas/{self.case_id}/penilai/{role.id}"
                answer = self.client(self.people.of(by)).post(page, data={"orang": people, **self._token(by, page)})
                assert answer.status_code == 303, errors(answer.text)

    def _token(self, role: str, page: str) -> dict[str, str]:
        return hidden(self.client(self.people.of(role)).get(page).text)

    def _collect(self) -> None:
        """The public answers what is open, each through its pages with a code of their own."""
        case = self.case
        for door in doors(self.process):
            name = door.duty.id
            if name not in self.collected and is_open(self.process, case, name):
                self.collected.add(name)
                for number, given in enumerate(public_answers(self.scenario, door.duty), 1):
                    self._compare(f"{name} {number}", given.get("expect_error"), self._hand_in(door, given, number))

    def _compare(self, where: str, wanted: str | None, told: str) -> None:
        if wanted and not (told and self._says(wanted, told)):
            self.differences.append(f"{where}: {told or 'diterima'}, seharusnya {wanted}")
        elif told and not wanted:
            self.differences.append(f"{where}: ditolak: {told}")

    def _hand_in(self, door: Door, given: Mapping[str, Any], number: int) -> str:
        """Sends one answer of the public; what the pages said if it was refused."""
        path = f"/masyarakat/isi/{door.duty.id}/{door.role}"
        guest = Guest(self.app, f"10.0.{len(self.collected)}.{number}")
        entered = guest.enter(self._code(next((str(given[n]) for n in door.once if given.get(n)), str(number))))
        assert entered.status_code == 200, errors(entered.text)
        today = self.case.cycle.day_of(self.instant)
        known = {n: v for n, v in registration(door.duty, today, "").items() if n not in door.once}
        form = {n: v for n, v in given.items() if n in door.duty.fields and n not in door.once}
        answer = guest.send(path, {n: said(v) for n, v in {**known, **form}.items()})
        return "" if answer.status_code == 200 else f"{answer.status_code} {errors(answer.text)}"

    def _code(self, name: str) -> str:
        """A service code that is not handed out twice, unless the scenario calls it by the same name."""
        if name not in self.codes:
            officer = next(r.id for r in self.process.words.roles.values() if r.is_ == "unit office")
            with self.app.app_context(), writing() as rows:
                made = reception().issue(rows, self.people.of(officer), self.case_id, 1, f"{self.case_id} {name}")
            self.codes[name] = made[0]
        return self.codes[name]

    def _wait(self, where: str) -> None:
        """What the system does by itself because a deadline has passed."""
        with self.app.app_context(), writing() as rows:
            if not store().overtake(rows, self.case_id, self.instant):
                self.differences.append(f"{where}: sistem tidak bertindak")

    def _step(self, where: str, step: Mapping[str, Any]) -> None:
        if step["action"].startswith(READING):
            return  # No page offers it; that the engine refuses it is what its own runner tests.
        case = self.case
        opens = opens_on(self.process, case)
        assert opens
        self.instant = max(
            self.instant + timedelta(minutes=1), START.replace(year=opens.year, month=opens.month, day=opens.day)
        )
        if step.get("after"):
            self.instant += timedelta(days=int(step["after"].removesuffix("d")))
            self._wait(where)
            return
        if step["actor"] == self.process.system:
            if case.stage == step["stage"] and not step.get("expect_error"):
                self.differences.append(f"{where}: sistem belum menutup {case.stage}")
            return
        if case.stage != step["stage"]:
            self.differences.append(f"{where}: tahap {case.stage}, seharusnya {step['stage']}")
            return
        codes = self._send(step)
        wanted = step.get("expect_error")
        if wanted and not codes:
            self.differences.append(f"{where}: diterima, seharusnya {wanted}")
        elif wanted and not self._says(wanted, codes):
            self.differences.append(f"{where}: ditolak tanpa kalimat untuk {wanted}: {codes}")
        elif codes and not wanted:
            self.differences.append(f"{where}: ditolak: {codes}")
        if wanted and self.case != case:
            self.differences.append(f"{where}: penolakan mengubah berkas")

    def _says(self, code: str, page: str) -> bool:
        """Whether *page* holds the words of a refusal: the longest stretch of its text that nothing is filled into."""
        words = (
            "Siapa yang bisa melakukan apa pada tahap ini?"
            if code == "peran_tidak_berwenang"
            else self.process.message(code)
        )
        stretch = max(re.split(r"\{[^}]*\}", words or TEXTS[code][0]), key=len)
        said = {" ".join(stretch.split()), *(["Centang: ", "Jawab: "] if code == "nilai_wajib" else [])}
        return any(one in " ".join(page.split()) for one in said)

    def _send(self, step: Mapping[str, Any]) -> str:
        """Takes the step through the pages; what the page said if it was refused."""
        who = self.people.of(step["actor"], step.get("rater"))
        client, stem = self.client(who), f"/berkas/{self.case_id}"
        opened = client.get(f"{stem}/isi/{step['action']}")
        if opened.status_code != 200:
            return plain_text(client.get(stem).text)
        data = {**hidden(opened.text), **self._prefilled(step), **dict(self._typed(step)), "_intent": "periksa"}
        answer = client.post(f"{stem}/isi/{step['action']}", data=data, content_type="multipart/form-data")
        if answer.status_code != 303:
            return f"{answer.status_code} {errors(answer.text)}"
        review = client.get(answer.location)
        if review.status_code != 200:
            return f"{review.status_code} {errors(review.text)}"
        sent = client.post(f"{stem}/kirim/{step['action']}", data=hidden(review.text))
        if sent.status_code != 303:
            return f"{sent.status_code} {errors(sent.text)}"
        assert client.get(sent.location).status_code == 200
        return ""

    def _prefilled(self, step: Mapping[str, Any]) -> dict[str, Any]:
        """What the form opens with by itself; a scenario says the whole form, so last answers are not kept."""
        action = self.process.stages[step["stage"]].actions[step["action"]]
        duty = self.process.duty_of(step["stage"], action, step["actor"])
        case = self.case
        values = opening(
            self.process, case, Actor(role=step["actor"]), action, case.cycle.day_of(self.instant), afresh=True
        )
        return dict(typed_of(duty.submitted_by(action, step["actor"]), duty, values))

    def _typed(self, step: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """The step's form as its inputs are named on the page."""
        action = self.process.stages[step["stage"]].actions[step["action"]]
        duty = self.process.duty_of(step["stage"], action, step["actor"])
        asked = duty.submitted_by(action, step["actor"])
        beside = {name: value for name, value in self.scenario.beside.items() if name in asked}
        for name, value in {**beside, **(step["form"] or {})}.items():
            item = duty.fields.get(name)
            if isinstance(item, Table):
                rows = rows_of(item, value) if name in beside else value
                yield from self._cells(item, duty.settings[name].key, rows)
            elif not isinstance(item, Ratings):
                yield name, typed_in(item, value)

    @staticmethod
    def _cells(table: Table, key: str, value: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(value, dict):
            column = table.answered()[0].id
            yield from ((f"{table.id}.{code}.{column}", said(answer)) for code, answer in value.items())
            return
        for index, row in enumerate(value):
            name = str(row[key]) if table.from_ else str(index)
            for column in table.answered():
                if row.get(column.id) is not None:
                    yield f"{table.id}.{name}.{column.id}", typed_in(column, row[column.id])


def typed_in(item: Field | None, value: Any) -> Any:
    """A value of a scenario as its control takes it; *item* is nothing for one of a ratings field's."""
    return (io.BytesIO(PDF), str(value)) if isinstance(item, File) else said(value)


def said(value: Any) -> Any:
    """A value of a scenario as somebody types it."""
    if isinstance(value, bool):
        return str(value).lower()
    return [str(item) for item in value] if isinstance(value, list) else str(value)


def hidden(page: str) -> dict[str, str]:
    """The hidden inputs of the last form of a page."""
    form = max(
        (page[m.start() : page.find("</form>", m.start())] for m in re.finditer("<form", page)),
        key=lambda f: ("_masuk" in f or "orang" in f, len(f)),
    )
    return {
        unescape(n): unescape(v) for n, v in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
    }


def plain_text(page: str) -> str:
    """The words of a page."""
    return unescape(re.sub("<[^>]+>", " ", page))


def errors(page: str) -> str:
    """What the error summary of a page says."""
    found = re.search(r'govuk-error-summary__list">(.*?)</ul>', page, re.S)
    return (
        unescape(re.sub("<[^>]+>", " ", found.group(1))).strip()
        if found
        else unescape(re.sub("<[^>]+>", " ", page))[-300:]
    )
