"""Whether the journals are as they were written: the first line of each case that is not, and what became of it.

Whoever can write to the database can change, remove or add lines, but cannot make their links, nor an anchor's seal:
those are keyed outside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from web import anchors
from web.anchors import Anchor, Reached
from web.chain import chained
from web.statements import Statement, stamp

#: How many cases are read at a time.
BATCH = 500

# What can be wrong, in the words of a program; ``web.commands.audit`` says it in those of people.
CHANGED, MISSING, TAIL, FOREIGN, HEAD, VERSION, SEALED, GONE, STATE = (
    "changed", "missing", "tail", "foreign", "head", "version", "sealed", "gone", "state",
)  # fmt: skip
BROKEN_SEAL, NO_ANCHOR, POSITIONS, ROLLED_BACK = "seal", "no_anchor", "positions", "rolled_back"

_COUNT = Statement("select count(*) as cases from appraisal")
_PAGE = "select id, region_id from appraisal where id > :after order by id limit :n"
_CASES = Statement("""
select a.id, a.version, a.head, h.seq as sealed, h.link
from appraisal a left join anchored h on h.case_id = a.id where a.id > :after order by a.id limit :n
""")
_LINES = Statement(f"""
select j.case_id as "case", j.seq, j.event, j.at, j.person_id as person, j.role, j.action, j.duty, j.answer, j.inputs,
       j.noted, j.chain
from journal j join ({_PAGE}) page on j.region_id = page.region_id and j.case_id = page.id order by page.id, j.seq
""")
_NOWHERE = Statement("""
select j.case_id, min(j.seq) as seq, count(*) as lines
from journal j left join appraisal a on a.id = j.case_id and a.region_id = j.region_id
where a.id is null group by j.case_id order by j.case_id
""")
_REACHED = Statement("""
select h.case_id, h.seq, h.link, a.id as found from anchored h left join appraisal a on a.id = h.case_id
where h.case_id > :after order by h.case_id limit :n
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a case's journal, from the line ``seq`` on; or, without a case, with an anchor."""

    kind: str
    case: str = ""
    seq: int = 0


@dataclass(slots=True)
class Findings:
    """What was looked at, and what is wrong."""

    cases: int = 0
    entries: int = 0
    faults: list[Fault] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)

    @property
    def another_key(self) -> bool:
        """Whether every journal is wrong from its first line on: then the key is another, not the journals."""
        first = sum(fault.kind == CHANGED and fault.seq == 1 for fault in self.faults)
        return self.cases > 0 and first == self.cases


def cases_in(rows: Connection) -> int:
    """How many cases there are to look at."""
    count: int = _COUNT.first(rows, {}).cases
    return count


def examined(
    rows: Connection,
    key: bytes,
    told: Callable[[int], object] = lambda cases: None,
    follows: Callable[[str], bool] = lambda case: True,
) -> Findings:
    """Every journal and every anchor, as *rows* sees them at one instant; *told* hears of cases that are done.

    *follows* says of a case whose journal is right whether what is shown of it follows from that journal.
    """
    found = Findings(anchors=anchors.every(rows))
    for page in _pages(rows):
        for case, lines in page:
            found.cases += 1
            found.entries += len(lines)
            fault = first_fault(key, case, lines)
            if not fault and not follows(case.id):
                fault = Fault(kind=STATE, case=case.id, seq=case.version)
            if fault:
                found.faults.append(fault)
        told(len(page))
    found.faults += (Fault(kind=FOREIGN, case=row.case_id, seq=row.seq) for row in _NOWHERE.all(rows, {}))
    found.faults += _anchor_faults(rows, key, found.anchors)
    return found


def _pages(rows: Connection) -> Iterator[list[tuple[Any, list[Mapping[str, Any]]]]]:
    after = ""
    while True:
        page = {"after": after, "n": BATCH}
        cases = _CASES.all(rows, page)
        if not cases:
            return
        found = (_line(row) for row in _LINES.all(rows, page))
        lines = {case: list(own) for case, own in groupby(found, lambda line: line["case"])}
        yield [(case, lines.get(case.id, [])) for case in cases]
        after = cases[-1].id


def _line(row: Any) -> Mapping[str, Any]:
    line: dict[str, Any] = row._asdict()
    at = line["at"]
    return {**line, "at": stamp(at) if isinstance(at, datetime) else at}


def first_fault(key: bytes, case: Any, lines: Sequence[Mapping[str, Any]]) -> Fault | None:
    """The first thing wrong with the journal *lines* of the row *case*; ``None`` if nothing is."""
    links = [""]
    for expected, line in enumerate(lines, 1):
        if line["seq"] != expected:
            kind = MISSING if line["seq"] > expected else FOREIGN
            return Fault(kind=kind, case=case.id, seq=min(line["seq"], expected))
        link = chained(key, links[-1], line)
        if link != line["chain"]:
            return Fault(kind=_unlinked(key, case, links[-1], lines, expected), case=case.id, seq=expected)
        links.append(link)
    return _end_fault(case, links)


def _unlinked(key: bytes, case: Any, before: str, lines: Sequence[Mapping[str, Any]], seq: int) -> str:
    """What became of the line *seq*, which does not follow from the link *before*."""
    after = lines[seq] if seq < len(lines) else None
    if after is None:
        return FOREIGN if case.head == before else CHANGED
    if chained(key, before, {**after, "seq": seq}) == after["chain"]:
        return FOREIGN  # The lines after it were numbered anew to make room.
    return MISSING if len(lines) < case.version else CHANGED


def _end_fault(case: Any, links: Sequence[str]) -> Fault | None:
    """What is wrong after the last line; *links* are those of all lines, each of which follows from the one before."""
    end = len(links) - 1
    sealed = case.sealed or 0
    if end < max(case.version, sealed):
        return Fault(kind=TAIL, case=case.id, seq=end + 1)
    if sealed and links[sealed] != case.link:
        return Fault(kind=SEALED, case=case.id, seq=sealed)
    if end > case.version:
        return Fault(kind=VERSION, case=case.id, seq=case.version)
    return Fault(kind=HEAD, case=case.id, seq=end) if case.head != links[end] else None


# --- anchors ----------------------------------------------------------------------------------------------------------


def _anchor_faults(rows: Connection, key: bytes, known: Sequence[Anchor]) -> Iterator[Fault]:
    before = ""
    for expected, anchor in enumerate(known, 1):
        if anchor.seq != expected:
            yield Fault(kind=NO_ANCHOR, seq=expected)
            return
        if anchor.seal != anchors.sealed(key, before, anchor):
            yield Fault(kind=BROKEN_SEAL, seq=expected)
            return
        before = anchor.seal
    digest = cases = entries = 0
    for row in _reached(rows):
        digest += anchors.weight(key, Reached(case=row.case_id, seq=row.seq, link=row.link))
        cases, entries = cases + 1, entries + row.seq
        if row.found is None:
            yield Fault(kind=GONE, case=row.case_id, seq=row.seq)
    sealed = (known[-1].heads, known[-1].cases, known[-1].entries) if known else (anchors.written(0), 0, 0)
    if sealed != (anchors.written(digest), cases, entries):
        yield Fault(kind=POSITIONS, seq=len(known))


def _reached(rows: Connection) -> Iterator[Any]:
    after = ""
    while page := _REACHED.all(rows, {"after": after, "n": BATCH}):
        yield from page
        after = page[-1].case_id


def kept_faults(found: Findings, kept: Sequence[Anchor]) -> Iterator[Fault]:
    """What the anchors that somebody *kept* elsewhere say against those in the database."""
    known = {anchor.seq: anchor for anchor in found.anchors}
    for anchor in kept:
        if known.get(anchor.seq) != anchor:
            yield Fault(kind=BROKEN_SEAL if anchor.seq in known else ROLLED_BACK, seq=anchor.seq)
