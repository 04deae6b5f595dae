"""What would change the verdict, in sentences: for the person appraised and for those who appraise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _

from engine.model import Value
from engine.process import Process
from engine.whatif import DOWN, UP, VALUE, Change, changes
from web import showing
from web.held import Held
from web.languages import number, translated

#: So many changes of values as a whole, and of single answers, are told for each direction.
WHOLES, SINGLES = 3, 4


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """One change that is enough, and what the verdict is then."""

    change: str
    verdict: str


@dataclass(frozen=True, kw_only=True)
class Prospects:
    """The nearest changes for the better, and those for the worse."""

    title: str
    better: list[Prospect]
    worse: list[Prospect]
    best: bool


def prospects(held: Held, roles: Sequence[str], verdict: Value) -> Prospects | None:
    """What would change *verdict*; nothing for other readers, or where it no longer follows from the answers."""
    process, case = held.process, held.case
    if not any(_takes_part(process, role) for role in roles):
        return None
    found = changes(process, case, roles, verdict)
    if not found:
        return None
    grades = list(process.words.choices[getattr(process.types[verdict.id], "name", "")].options)
    return Prospects(
        title=translated(verdict.title),
        better=[_prospect(held, verdict, change) for change in _nearest(found, better=True)],
        worse=[_prospect(held, verdict, change) for change in _nearest(found, better=False)],
        best=case.values.get(verdict.id) == grades[-1],
    )


def _takes_part(process: Process, role: str) -> bool:
    relation = process.words.roles[role].is_
    return relation == "subject" or relation.startswith("superior")


def _nearest(found: Iterable[Change], *, better: bool) -> list[Change]:
    mine = [change for change in found if change.better is better]
    wholes = [change for change in mine if change.kind == VALUE]
    return wholes[:WHOLES] + [change for change in mine if change.kind != VALUE][:SINGLES]


def _prospect(held: Held, verdict: Value, change: Change) -> Prospect:
    said = showing.word(held.process, change.verdict, held.process.types[verdict.id])
    return Prospect(change=_said(change), verdict=said)


def _said(change: Change) -> str:
    """``Hasil kerja 105,00 atau lebih (sekarang 103,80)``, ``Komunikasi, Penilaian atasan: 4 (sekarang 3)``."""
    named = {"what": _what(change), "to": number(change.to), "now": _alike(change.now, change.to)}
    if change.side == UP:
        said = _("%(what)s: %(to)s atau lebih (sekarang %(now)s)", **named)
    elif change.side == DOWN:
        said = _("%(what)s: %(to)s atau kurang (sekarang %(now)s)", **named)
    else:
        said = _("%(what)s: %(to)s (sekarang %(now)s)", **named)
    return said if change.steady else _("%(said)s; tidak untuk setiap angka sesudahnya", said=said)


def _what(change: Change) -> str:
    """The input by name: the row and its column, the field and where it was answered."""
    names = [change.row, change.title, change.origin]
    return ", ".join(translated(name) for name in names if name)


def _alike(now: Decimal, to: Decimal) -> str:
    """The number now, with as many digits as the one it is compared with."""
    exponent = to.as_tuple().exponent
    fine = isinstance(exponent, int) and now == now.quantize(to)
    return number(now.quantize(to)) if fine else number(now)
