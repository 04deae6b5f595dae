"""The floor: the least that a submission can cost. One UPDATE and two INSERTs in a transaction of its own.

It reads nothing, checks only the role, and keeps the marks in memory until the end. It waits for the disk, as the
product does.
"""

from __future__ import annotations

import json
import time
from typing import Any

from bench.places import Place
from bench.work import PEERS, PLAN, SELF, SUPERIOR, TALK, Answers, Step, mean_mark, rating

_TABLES = """
create table appraisal(
  id integer primary key, employee_id int not null, unit_id int not null, cycle_id int not null, stage text not null,
  pending int not null default 0, superior_id int not null, due int not null, version int not null default 0,
  self_mean real, superior_mean real, peer_means text, score real, rating text);
create index by_superior on appraisal(superior_id, stage, due);
create index by_unit on appraisal(cycle_id, unit_id, stage);
create table submission(
  id {id}, case_id int not null, step text not null, actor_id int not null, at int not null,
  data text not null);
create index by_case_step on submission(case_id, step);
create table audit(
  id {id}, case_id int not null, at int not null, actor_id int not null, event text not null,
  source text, target text);
create index by_case on audit(case_id)
"""
#: How a database numbers rows by itself.
_ID = {"begin immediate": "integer primary key", "begin": "bigint generated always as identity primary key"}
_OPEN = """
insert into appraisal(id, employee_id, unit_id, cycle_id, stage, superior_id, due) values (?, ?, ?, 1, ?, ?, ?)
"""
_UPDATE = "update appraisal set stage = ?, version = version + 1, score = ?, rating = ?, due = ? where id = ?"
_SUBMISSION = "insert into submission(case_id, step, actor_id, at, data) values (?, ?, ?, ?, ?)"
_AUDIT = "insert into audit(case_id, at, actor_id, event, source, target) values (?, ?, ?, ?, ?, ?)"

_FORTNIGHT = 14 * 86400
_NEXT = {PLAN: SELF.id, SELF: SUPERIOR.id, SUPERIOR: "rekan", PEERS[-1]: TALK.id, TALK: "selesai"}
UNITS, SUPERIORS = 60, 4000


class Floor:
    """Cases, numbered from 0, in a new database that *rows* is the driver's connection to."""

    def __init__(self, rows: Any, place: Place, cases: int) -> None:
        self._rows = rows
        self._begin = place.begin
        self._update, self._submission, self._audit, self._new = (
            sql.replace("?", place.mark) for sql in (_UPDATE, _SUBMISSION, _AUDIT, _OPEN)
        )
        for statement in _TABLES.format(id=_ID[place.begin]).split(";"):
            rows.execute(statement)
        self._means: dict[int, dict[Step, float]] = {}
        self._open(cases)

    def _open(self, cases: int) -> None:
        now = int(time.time())
        self._rows.execute(self._begin)
        for case in range(cases):
            row = (case, case, case % UNITS, PLAN.id, case % SUPERIORS, now + _FORTNIGHT)
            self._rows.execute(self._new, row)
            self._rows.execute(self._audit, (case, now, 0, "opened", None, PLAN.id))
        self._rows.execute("commit")

    def submit(self, case: int, step: Step, role: str, given: Answers) -> None:
        """One submission. Raises ``PermissionError`` for another role."""
        if role != step.role:
            raise PermissionError(role)
        now, target = int(time.time()), _NEXT.get(step, "rekan")
        means = self._means.setdefault(case, {})
        if step not in (PLAN, TALK):
            means[step] = mean_mark(given)
        score = _score(means) if step is TALK else None
        execute = self._rows.execute
        execute(self._begin)
        execute(self._update, (target, score, score and rating(score), now + _FORTNIGHT, case))
        execute(self._submission, (case, step.id, case, now, json.dumps(given)))
        execute(self._audit, (case, now, case, step.id, step.id, target))
        execute("commit")

    def result(self, case: int) -> tuple[str, float, str]:
        """Stage, score and rating."""
        row = self._rows.execute(f"select stage, score, rating from appraisal where id = {case}").fetchone()
        return row[0], row[1], row[2]


def _score(means: dict[Step, float]) -> float:
    peers = sum(means[step] for step in PEERS) / len(PEERS)
    return round(0.2 * means[SELF] + 0.5 * means[SUPERIOR] + 0.3 * peers, 4)
