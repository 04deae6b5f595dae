"""Anchors: a seal, once a day, over how far every case's journal had come.

A chain alone cannot tell that its end was cut off, if the head that the case keeps was set back too. An anchor can: it
remembers a line that was there. What it seals of a journal ends with the last line that has its own time, so that no
anchor says by when somebody answered anonymously.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from web.statements import Statement, stamp

#: How many cases are read at a time.
BATCH = 1000
#: Digests are added up, so that they come out the same in whatever order a database keeps its rows.
_ROUND = 2**256

_LAST = Statement("select seq, at, cases, entries, heads, seal from anchor order by seq desc limit 1")
_ALL = Statement("select seq, at, cases, entries, heads, seal from anchor order by seq")
_GROWN = Statement("""
select a.id, h.seq, h.link from appraisal a left join anchored h on h.case_id = a.id
where a.id > :after and (h.seq is null or h.seq < a.version) order by a.id limit :n
""")
#: The lines of those cases. `latest` is the latest instant of the lines before.
_LINES = Statement("""
select case_id, max(seq) as seq from (
  select j.case_id, j.seq, j.event, j.at, j.person_id,
         max(j.at) over (partition by j.region_id, j.case_id order by j.seq
                         rows between unbounded preceding and 1 preceding) as latest
  from journal j join (
    select a.id, a.region_id from appraisal a left join anchored h on h.case_id = a.id
    where a.id > :after and (h.seq is null or h.seq < a.version) order by a.id limit :n
  ) grown on j.region_id = grown.region_id and j.case_id = grown.id
) line
where person_id is not null or event not in ('answered', 'received', 'moved') or at > latest
group by case_id
""")
_LINK = Statement("""
select chain from journal where region_id = (select region_id from appraisal where id = :case) and case_id = :case
                                and seq = :seq
""")
_REACHED = Statement("""
insert into anchored (case_id, seq, link) values (:case, :seq, :link)
on conflict (case_id) do update set seq = :seq, link = :link
""")
_INSERT = Statement("""
insert into anchor (seq, at, cases, entries, heads, seal) values (:seq, :at, :cases, :entries, :heads, :seal)
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A seal: how many cases, how many lines of theirs, a digest over the last of these lines.

    ``at`` is the instant as ``web.statements.stamp`` writes it.
    """

    seq: int
    at: str
    cases: int
    entries: int
    heads: str
    seal: str = ""

    def line(self) -> str:
        """The anchor as a line that can be kept elsewhere."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How far a journal is sealed."""

    case: str
    seq: int
    link: str


def fix(rows: Connection, key: bytes, now: datetime) -> Anchor:
    """Seal what has been written since the last anchor, in this writing transaction; the new anchor."""
    before = last(rows)
    digest, cases, entries = (int(before.heads, 16), before.cases, before.entries) if before else (0, 0, 0)
    for old, new in _grown(rows):
        if old:
            digest -= weight(key, old)
        digest += weight(key, new)
        cases += old is None
        entries += new.seq - (old.seq if old else 0)
        _REACHED.send(rows, {"case": new.case, "seq": new.seq, "link": new.link})
    bare = Anchor(
        seq=before.seq + 1 if before else 1, at=stamp(now), cases=cases, entries=entries, heads=written(digest)
    )
    anchor = Anchor(**{**asdict(bare), "seal": sealed(key, before.seal if before else "", bare)})
    _INSERT.send(rows, asdict(anchor))
    return anchor


def last(rows: Connection) -> Anchor | None:
    """The newest anchor, if there is one."""
    row = _LAST.first(rows, {})
    return None if row is None else anchor_of(row._asdict())


def every(rows: Connection) -> list[Anchor]:
    """All anchors, oldest first."""
    return [anchor_of(row._asdict()) for row in _ALL.all(rows, {})]


def anchor_of(data: Mapping[str, Any]) -> Anchor:
    at = data["at"]
    return Anchor(**{**data, "at": stamp(at if isinstance(at, datetime) else datetime.fromisoformat(at))})


def sealed(key: bytes, before: str, anchor: Anchor) -> str:
    """The seal of *anchor*; *before* is that of the anchor before, empty for the first."""
    return _hashed(key, [before, anchor.seq, anchor.at, anchor.cases, anchor.entries, anchor.heads])


def weight(key: bytes, reached: Reached) -> int:
    """What a case adds to the digest of an anchor."""
    return int(_hashed(key, ["reached", reached.case, reached.seq, reached.link]), 16)


def written(digest: int) -> str:
    """A sum of weights as an anchor holds it."""
    return f"{digest % _ROUND:064x}"


def _grown(rows: Connection) -> Iterator[tuple[Reached | None, Reached]]:
    """The cases whose journal can be sealed further: how far it was, and is now."""
    after = ""
    while True:
        page = {"after": after, "n": BATCH}
        grown = _GROWN.all(rows, page)
        if not grown:
            return
        ends = {row.case_id: row.seq for row in _LINES.all(rows, page)}
        after = grown[-1].id
        for case in grown:
            old = None if case.seq is None else Reached(case=case.id, seq=case.seq, link=case.link)
            end = ends.get(case.id)
            if end is not None and (old is None or end > old.seq):
                yield old, Reached(case=case.id, seq=end, link=_LINK.first(rows, {"case": case.id, "seq": end}).chain)


def _hashed(key: bytes, subject: list[Any]) -> str:
    text = json.dumps(subject, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), key=key, digest_size=32).hexdigest()
