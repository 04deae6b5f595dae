"""A region of employees who must answer within ten days, on a database of its own, and real workers beside it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import text

from tests.cast import SECRET
from web.clock import Clock
from web.config import Settings
from web.database import initialise, writing
from web.store import Opened, store
from web.tables import db

DEFINITIONS = Path(__file__).parent / "tenggat"
REGION, WAITED_FOR, SILENT = "contoh", "laporan", "tanggapan"
#: Ten days to answer, reminders three days before and on the day.
TERM = timedelta(days=10)

_PERSON = text("""
insert into person (id, region_id, unit_code, nip, name, password_hash, active, superior_id, language, profile)
values (:id, 'contoh', 'U1', :nip, :name, '-', true, :superior, 'id', :profile)
""")


class Office:
    """The service over *settings*, its employees, and its jobs."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        with app.app_context():
            initialise()
            with writing() as rows:
                region = text("insert into region (id, title, zone) values ('contoh', 'Contoh', 'Asia/Jakarta')")
                rows.execute(region)
                rows.execute(text("insert into unit (region_id, code, name) values ('contoh', 'U1', 'Kantor')"))
                self.superior = self._person(rows, "Hasan", None)
                self.admin = self._person(rows, "Ada", None)
                office = text(
                    "insert into office (region_id, role, person_id, unit_code) values ('contoh', 'admin', :p, '')"
                )
                rows.execute(office, {"p": self.admin})

    def _person(self, rows: Any, name: str, superior: str | None) -> str:
        row = {"id": str(uuid.uuid4()), "nip": str(uuid.uuid4().int)[:18], "name": name, "superior": superior}
        rows.execute(_PERSON, {**row, "profile": json.dumps({"nama": name})})
        return row["id"] or ""

    def now(self) -> datetime:
        """What time it is for the service."""
        clock: Clock = self.app.extensions["clock"]
        return clock.now()

    def open_cases(self, workflow: str, count: int, ago: timedelta) -> list[str]:
        """New cases of as many employees, opened *ago*; their ids."""
        now = self.now() - ago
        start = now.date().replace(month=1, day=1)
        with self.app.app_context(), writing() as rows:
            people = [self._person(rows, f"Pegawai {number}", self.superior) for number in range(count)]
            process = store().definitions.library.processes[workflow]
            days = {"start": start, "end": date(start.year, 12, 31)}
            return store().open_cycle(rows, process, title=uuid.uuid4().hex, people=people, now=now, **days)

    def submit(self, case_id: str, action: str, now: datetime) -> None:
        """The employee answers. Raises what the store raises."""
        with self.app.app_context(), writing() as rows:
            person = rows.execute(text("select person_id from appraisal where id = :c"), {"c": case_id}).scalar_one()
            about = {"opened": Opened(entry=1, submitted=0), "key": uuid.uuid4().hex, "body": "", "now": now}
            store().move(rows, person, case_id, action, lambda held: {"isi": "Sudah dibaca."}, **about)

    def rows(self, statement: str, **binds: Any) -> list[Any]:
        with self.app.app_context():
            return list(db.session.execute(text(statement), binds).all())

    def counted(self, statement: str, **binds: Any) -> dict[Any, int]:
        """The rows of *statement*, each a key and a number."""
        return {row[0]: row[1] for row in self.rows(statement, **binds)}

    # --- real processes ---

    def start(self, *arguments: str, **environ: str) -> subprocess.Popen[bytes]:
        """``borang worker`` in a process of its own, with the tests' kinds of work."""
        command = [sys.executable, "-m", "tests.jobs.process", "worker", *arguments]
        settings = {
            "BORANG_INSTANCE": str(self.settings.instance),
            "DATABASE_URL": self.settings.database_url,
            "BORANG_DEFINITIONS": str(DEFINITIONS),
            "BORANG_SECRET_KEY": SECRET,
            "BORANG_LANGUAGE": "en",
            **environ,
        }
        return subprocess.Popen(command, env={**os.environ, **settings}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    @contextmanager
    def workers(self, count: int, *arguments: str, **environ: str) -> Iterator[Sequence[subprocess.Popen[bytes]]]:
        """Several of them, asked to end at the end."""
        started = [self.start(*arguments, **environ) for _ in range(count)]
        try:
            yield started
        finally:
            for process in started:
                process.send_signal(signal.SIGTERM)
            for process in started:
                process.communicate(timeout=60)

    def once(self) -> str:
        """``borang worker --once``: what it said."""
        process = self.start("--once")
        out, problems = process.communicate(timeout=120)
        assert process.returncode == 0, problems.decode()
        return out.decode()


def payload(row: Any) -> Mapping[str, Any]:
    return json.loads(row.payload)
