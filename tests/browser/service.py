"""The service as a browser reaches it: in a thread of this process, with a database of its own and a clock that stands.

Its people are registered from a list, as a region registers them, and have passwords.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

from argon2.profiles import CHEAPEST
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from engine.case import Case
from engine.clock import opens_on
from engine.model import Action
from engine.process import Process
from engine.scenario import Scenario, read_scenarios, typed_form
from engine.sheet import opening
from web import create_app, roster
from web.config import Settings
from web.database import initialise, writing
from web.definitions import library
from web.passwords import passwords
from web.store import Held, Opened, acting, store
from web.tables import Person, db

ROOT = Path(__file__).parents[2]
WORKFLOW = "pontianak_kinerja_semesteran_360"
ZONE = ZoneInfo("Asia/Pontianak")
#: Everybody's; what a password must be like is not asked here.
PASSWORD = "sandi-contoh-2025"

PEOPLE = """\
nip;nama;jenis_kelamin;unit_kode;unit;atasan_nip;peran;pangkat;jenis_jabatan;jabatan;grup_opd;predikat_tahun_lalu;masa_jabatan_tahun;hukuman_disiplin
196806151993031951;Hasan Basri Tanjungraya;L;DIK;Dinas Pendidikan dan Kebudayaan;;;Pembina Utama Muda;jpt_pratama;Kepala Dinas;pendidikan;BAIK;3;tidak
197909232005012952;Sari Wulandari;P;DIK;Dinas Pendidikan dan Kebudayaan;196806151993031951;;Pembina;administrator;Kepala Bidang Sekolah Dasar;pendidikan;BAIK;4;tidak
198704122011011953;Rahmadi Sulistyo Putra;L;DIK;Dinas Pendidikan dan Kebudayaan;197909232005012952;;Penata;jf_ahli_muda;Pengawas Sekolah Ahli Muda;pendidikan;BAIK;3;tidak
198811302012032954;Lestari Mayangsari;P;DIK;Dinas Pendidikan dan Kebudayaan;197909232005012952;;Penata;jf_ahli_muda;Pengawas Sekolah Ahli Muda;pendidikan;BAIK;2;tidak
198502172010011955;Bambang Wicaksono Aji;L;DIK;Dinas Pendidikan dan Kebudayaan;197909232005012952;;Penata Tingkat I;jf_ahli_muda;Pengawas Sekolah Ahli Muda;pendidikan;BAIK;5;tidak
199004052014022956;Maria Goreti Landaki;P;DIK;Dinas Pendidikan dan Kebudayaan;197909232005012952;;Penata;jf_ahli_muda;Pengawas Sekolah Ahli Muda;pendidikan;BAIK;2;tidak
198408192009022957;Dewi Kartika;P;BKD;Badan Kepegawaian dan Pengembangan Sumber Daya Manusia;;admin_bkd;Penata Tingkat I;jf_ahli_muda;Analis SDM Aparatur;lainnya;BAIK;4;tidak
197203141998032958;Ratna Puspitaningtyas;P;BKD;Badan Kepegawaian dan Pengembangan Sumber Daya Manusia;;tim_penilai;Pembina Tingkat I;administrator;Sekretaris Badan;lainnya;BAIK;5;tidak
199106182015031959;Joko Santoso;L;KES;Dinas Kesehatan;;;Penata Muda Tingkat I;jf_ahli_pertama;Dokter Ahli Pertama;kesehatan;BAIK;2;tidak
"""

#: Who they are on the case of the first employee, by role; peers by the names that scenarios give to raters.
BY_ROLE = {
    "pegawai": "198704122011011953",
    "atasan_langsung": "197909232005012952",
    "atasan_penilai": "196806151993031951",
    "admin_bkd": "198408192009022957",
    "tim_penilai": "197203141998032958",
    "rekan_1": "198811302012032954",
    "rekan_2": "198502172010011955",
    "rekan_3": "199004052014022956",
    "orang_luar": "199106182015031959",
}


class StandingClock:
    """Time as the tests set it."""

    def __init__(self) -> None:
        self.instant = datetime(2025, 1, 6, 9, tzinfo=ZONE)

    def now(self) -> datetime:
        return self.instant.astimezone(UTC)


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in."""

    id: str
    nip: str
    name: str


class Service:
    """A running service: where it answers, what its clock says, what its database holds."""

    def __init__(self, instance: Path) -> None:
        settings = Settings(
            instance=instance,
            database_url=f"sqlite:///{instance}/borang.sqlite",
            secret_key="0123456789abcdefghijklmnopqrstuvwxyz",
            definitions=ROOT,
            argon2=CHEAPEST,
        )
        self.app: Flask = create_app(settings)
        self.clock = self.app.extensions["clock"] = StandingClock()
        self.address = ""
        with self.app.app_context():
            initialise()
            self.process: Process = library().processes[WORKFLOW]
            self.accounts = _register(self.process)

    @contextmanager
    def running(self) -> Iterator[Service]:
        """The service, answering as long as the block lasts."""
        server = make_server("127.0.0.1", 0, self.app, threaded=True, request_handler=_Silent)
        self.address = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            with self.app.app_context():
                db.engine.dispose()

    def who(self, role: str) -> Account:
        """The person who is *role* on the case of the first employee."""
        return self.accounts[BY_ROLE[role]]

    def open_case(self) -> str:
        """A new case of the first employee, in a cycle of its own; its id."""
        with self.app.app_context(), writing() as rows:
            people, begun = [self.who("pegawai").id], datetime(2025, 1, 2, 9, tzinfo=ZONE)
            self.clock.instant = begun
            year = {"start": date(2025, 1, 1), "end": date(2025, 12, 31), "title": "2025"}
            return store().open_cycle(rows, self.process, people=people, now=begun, **year)[0]

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
        held = store().held(db.session, person, case_id)
        duty = self.process.duty_of(held.case.stage, action, step["actor"])
        opened = Opened(entry=held.case.entry, submitted=held.case.submitted.get(duty.id, 0))
        actor, today = acting(held, action.id), held.case.cycle.day_of(self.clock.now())
        values = opening(self.process, held.case, actor, action, today, afresh=True)
        values |= dict(typed_form(duty, step["form"] or {}))
        key = f"{case_id}:{held.case.version}:{person}"
        with writing() as rows:
            store().move(
                rows, person, case_id, action.id, lambda _: values, opened=opened, key=key, body="", now=self.clock.now()
            )

    def _action(self, step: Mapping[str, Any]) -> Action:
        return self.process.stages[step["stage"]].actions[step["action"]]

    def wait_until_open(self, case_id: str) -> None:
        """Moves the clock on: a minute, or to the day on which the present stage opens."""
        opens = opens_on(self.process, self.case(case_id)) or self.clock.instant.date()
        nine = datetime(opens.year, opens.month, opens.day, 9, tzinfo=ZONE)
        self.clock.instant = max(self.clock.instant + timedelta(minutes=1), nine)

    def _held(self, case_id: str) -> Held:
        return store().held(db.session, self.who("pegawai").id, case_id)


class _Silent(WSGIRequestHandler):
    """Keeps connections open, as the real server does, and writes no log."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        pass


def _register(process: Process) -> dict[str, Account]:
    """Takes the people of the list over; who they are by NIP."""
    region = process.workflow.region or ""
    kept = passwords().hash(PASSWORD)
    lines = roster.read_csv(PEOPLE.encode())
    with writing() as rows:
        roster.keep_region(rows, region, "Kota Pontianak", ZONE.key)
        entries = roster.checked(lines, process, roster.known_in(rows, region))
        roster.take_over(rows, region, process, entries, {entry.nip: kept for entry in entries})
    found = db.session.execute(select(Person.id, Person.nip, Person.name))
    return {row.nip: Account(row.id, row.nip, row.name) for row in found}


def scenario(name: str, changes: Mapping[int, Mapping[str, Any]] | None = None) -> Scenario:
    """The region's scenario of this id; *changes* replace keys of its steps, by their number from 1."""
    file = ROOT / "workflows" / "scenarios" / "pontianak.yaml"
    found = next(s for s in read_scenarios(file.read_bytes(), file.name) if s.id == name)
    steps = [{**step, **(changes or {}).get(number, {})} for number, step in enumerate(found.steps, 1)]
    return replace(found, steps=steps)
