"""A case and its journal as rows: how they are written, linked and read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

from engine import Case, Cycle, Entry, Outcome, Stale
from engine.clock import window
from engine.codec import Codec
from engine.journal import MIGRATED
from engine.jsontext import loaded
from engine.process import Process
from engine.timers import looks_again
from web.chain import chained, linked
from web.definitions import Definitions
from web.statements import Statement, day, instant, stamp

#: The values of one row, by the names of the statement that writes it.
Row = dict[str, Any]

_UPDATE = Statement("""
update appraisal set stage = :stage, entry = :entry, version = :version, opens_on = :opens_on, due_on = :due_on,
                     closed = :closed, head = :head, state = :state,
                     wakes_at = case when wakes_at <= :now and entry = :entry then wakes_at else :wakes_at end
where id = :id and version = :was
""")
_INSERT = Statement("""
insert into appraisal
  (id, region_id, cycle_id, person_id, definition, stage, entry, version, zone, opens_on, due_on, closed, wakes_at,
   head, state, origin_id)
values (:id, :region, :cycle, :person, :definition, :stage, :entry, :version, :zone, :opens_on, :due_on, :closed,
        :wakes_at, :head, :state, :origin)
""")
_JOURNAL = Statement("""
insert into journal (region_id, case_id, seq, event, at, person_id, role, action, duty, answer, inputs, noted, chain)
values (:region, :case, :seq, :event, :at, :person, :role, :action, :duty, :answer, :inputs, :noted, :chain)
""")
_ENTRIES = Statement("""
select seq, event, at, person_id, role, action, duty, answer, inputs, noted from journal
where region_id = (select region_id from appraisal where id = :case) and case_id = :case order by seq
""")
#: What is raised where a stored state or journal is not what this version writes.
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)


class Standing(NamedTuple):
    """A case as the next entry of its journal finds it: whose it is, where, and the journal's last link."""

    process: Process
    case: Case
    head: str
    region: str
    person: str


class Records:
    """The rows of cases under the definitions of one service.

    ``audit_key`` keys the chains of their journals, so that the database alone cannot forge them.
    """

    def __init__(self, definitions: Definitions, audit_key: bytes) -> None:
        self._definitions = definitions
        self._audit_key = audit_key

    # --- reading ---

    def case_of(self, process: Process, row: Any) -> Case:
        """The case that a row and its cycle hold."""
        cycle = Cycle(id=row.cycle_id, start=day(row.cycle_start), end=day(row.cycle_end))
        return self._definitions.codec(process).load_case(row.id, cycle, row.stage, row.entry, row.version, row.state)

    def entries(self, rows: Connection, process: Process, case_id: str) -> list[Entry]:
        """The journal of the case *case_id* of *process*, oldest first."""
        lines = [row._asdict() for row in _ENTRIES.all(rows, {"case": case_id})]
        moves = [loaded(line["inputs"]) for line in lines if line["event"] == MIGRATED]
        # A line is written by the definition of its time.
        writers = [move["from"] for move in moves] + [process.hash]
        read = []
        for line in lines:
            if line["event"] == MIGRATED:
                del writers[0]
            codec = self._definitions.codec(self._definitions.process(rows, writers[0]))
            read.append(codec.load_entry({**line, "at": instant(line["at"])}))
        return read

    # --- writing ---

    def add(self, rows: Connection, cases: Sequence[Row], lines: Sequence[Row]) -> None:
        """Write the rows of new cases and of their journals."""
        _INSERT.send_each(rows, cases)
        _JOURNAL.send_each(rows, lines)

    def begun(
        self, process: Process, outcome: Outcome, region: str, person: str, now: datetime, origin: str | None = None
    ) -> tuple[Row, list[Row]]:
        """The row of the new case that *outcome* begins, and the first lines of its journal; not written yet."""
        case = outcome.case
        lines = self._linked(Standing(process, case, "", region, person), outcome)
        fixed = {"region": region, "cycle": case.cycle.id, "person": person, "definition": process.hash}
        return {**self._row(process, case, lines[-1]["chain"], now), **fixed, "origin": origin}, lines

    def follow(self, rows: Connection, standing: Standing, outcome: Outcome, now: datetime) -> Standing:
        """Write what *outcome* makes of a case, and how it stands then.

        Raises ``Stale`` where somebody has moved it meanwhile.
        """
        lines = self._linked(standing, outcome)
        row = self._row(standing.process, outcome.case, lines[-1]["chain"], now)
        # What time was to bring about in this visit of the stage, and has not yet, stays due.
        if _UPDATE.change(rows, {**row, "was": standing.case.version, "now": stamp(now)}) != 1:
            raise Stale
        _JOURNAL.send_each(rows, lines)
        return standing._replace(case=outcome.case, head=row["head"])

    def link(self, before: str, case_id: str, line: str) -> str:
        """The link of what a journal's line says (``chain.said``) to the one before it."""
        return linked(self._audit_key, before, case_id, line)

    def _row(self, process: Process, case: Case, head: str, now: datetime) -> Row:
        days = window(process, case)
        # What the system could not do when the deadline passed, it may be able to do after this move.
        wakes = looks_again(process, case, days, case.not_before(now))
        return {
            "id": case.id,
            "stage": case.stage,
            "entry": case.entry,
            "version": case.version,
            "zone": case.cycle.zone,
            "opens_on": days.opens.isoformat() if days.opens else None,
            "due_on": days.due.isoformat() if days.due else None,
            "closed": process.stages[case.stage].final,
            "wakes_at": stamp(wakes) if wakes else None,
            "head": head,
            "state": self._definitions.codec(process).dump_case(case),
        }

    def _linked(self, standing: Standing, outcome: Outcome) -> list[Row]:
        """The entries of *outcome* as rows of the journal, each linked to the one before."""
        codec, link, lines = self._definitions.codec(standing.process), standing.head, []
        for entry in outcome.entries:
            line = _line(codec, outcome.case.id, entry)
            link = chained(self._audit_key, link, line)
            lines.append({**line, "region": standing.region, "chain": link})
        return lines


def _line(codec: Codec, case_id: str, entry: Entry) -> Row:
    """An entry as its journal's row."""
    return {
        "case": case_id,
        "seq": entry.seq,
        "event": entry.event,
        "at": stamp(entry.at),
        "person": entry.person or None,
        "role": entry.role,
        "action": entry.action,
        "duty": entry.duty,
        "answer": entry.answer,
        "inputs": codec.dump_inputs(entry),
        "noted": codec.dump_noted(entry),
    }
