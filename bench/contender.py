"""Borang among its peers: a contender of the shared benchmarks, which their driver runs by its path.

``common`` is theirs and stands in their folder, which ``PYTHONPATH`` names beside this repository. Variants:

- ``sqlite``, ``postgresql``: one persisted submission through the real store;
- ``http-sqlite``: the form opened, sent to be looked over, and sent, each a request with session, rights and token;
- ``pages-sqlite``: the page of answers is looked at as well, as people do.

The PostgreSQL is one of ``tests.postgres``, at the port that ``BENCH_PG`` says.
"""

from __future__ import annotations

import shutil
import sys
import uuid
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from common import BENCH, PG, Worker, dirsize, serve
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import make_url, text

from bench.browser import Browser, typed
from bench.places import Place, Postgres
from bench.service import NOW, SQLITE, Morning, actor, employee, opened, peer, superior
from bench.work import PEERS, STEPS, Step
from tests.postgres import Server
from web.database import writing

STEP = {step.id: step for step in STEPS}
#: Our roles by theirs.
ROLES = {"pegawai": STEPS[0].role, "atasan": "atasan", "rekan": PEERS[0].role}
_SIZE = text("""
select sum(pg_total_relation_size(c.oid)) from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relkind = 'r'
""")


class Ours(Worker):
    """Cases are numbered from 0, as the driver numbers them."""

    def setup(self) -> None:
        self.way, _, self.database = (sys.argv[1] or "sqlite").rpartition("-")
        self.folder = Path(BENCH) / f"borang_{self.way}_{self.database}_{self.tag}"
        shutil.rmtree(self.folder, ignore_errors=True)

    def launch(self, n: int) -> None:
        self.cases = n
        self.service = opened(self.folder, n, self._place())
        self.titles = self.service.process.words.choices["predikat"].options
        self.inside = ExitStack()
        if self.way:
            self.service.app.extensions["clock"] = Morning()
            people = {actor(number, step, n) for number in range(n) for step in STEPS}
            self.browsers = {person: Browser(self.service.app, person) for person in people}
        else:
            self.store = self.inside.enter_context(self.service.inside())

    def _place(self) -> Place:
        if self.database == "sqlite":
            return SQLITE
        return Postgres(Server(Path(), int(conninfo_to_dict(PG)["port"]), ()))

    def launch_real(self, k: int) -> None:
        with self.service.inside() as cases:
            process, cycle = self.service.process, replace(self.service.held(0).case.cycle, id=str(uuid.uuid4()))
            with writing() as rows:
                cases.add_cycle(rows, process, cycle, region="contoh", title="Siklus lain")
            for number in range(k):
                with writing() as rows:
                    cases.open_case(rows, process, cycle, employee(number), NOW)

    def submit(self, i: int, step: str, actor: dict[str, Any], data: dict[str, Any]) -> None:
        taken = STEP[step]
        who = self._person(i, actor["role"], taken)
        if self.way:
            case_id, looks = self.service.case_ids[i], self.way == "pages"
            self.browsers[who].submit(case_id, taken.action, typed(data), looks=looks)
        else:
            self.service.submission(self.store, i, taken, data, who)()

    def _person(self, number: int, role: str, step: Step) -> str:
        if ROLES[role] == PEERS[0].role:
            return peer(number, step.seat or 1, self.cases)
        return superior(number) if role == "atasan" else employee(number)

    def result(self, i: int) -> tuple[str, float, str]:
        case = self.service.held(i).case
        return case.stage, float(case.values["nilai"]), str(self.titles[case.values["predikat"]])

    def size(self) -> int:
        if self.database == "sqlite":
            return int(dirsize(make_url(self.service.url).database))
        with self.service.engine.connect() as rows:
            return int(rows.execute(_SIZE).scalar_one())

    def close(self) -> None:
        self.inside.close()


if __name__ == "__main__":
    serve(Ours)
