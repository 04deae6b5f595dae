"""The work that every contender does: seven submissions a case, with the same answers for each.

A plan of 25 fields, two appraisals of 30, three peers' of 12 side by side, a closing talk of 2; then a weighted score
and a table of five ratings.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

Answers = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One submission: by whom (``seat`` counts the peers), at which stage, and in which visit of a stage."""

    id: str
    role: str
    action: str
    entry: int
    seat: int = 0

    @property
    def task(self) -> str:
        """What the definition calls it: the peers have one task between them."""
        return "rekan" if self.seat else self.id


STEPS = (
    Step(id="perencanaan", role="pegawai", action="kirim_rencana", entry=1),
    Step(id="penilaian_diri", role="pegawai", action="kirim_diri", entry=2),
    Step(id="penilaian_atasan", role="atasan", action="kirim_penilaian", entry=3),
    Step(id="rekan1", role="rekan_kerja", action="kirim_rekan", entry=4, seat=1),
    Step(id="rekan2", role="rekan_kerja", action="kirim_rekan", entry=4, seat=2),
    Step(id="rekan3", role="rekan_kerja", action="kirim_rekan", entry=4, seat=3),
    Step(id="klarifikasi", role="atasan", action="selesaikan", entry=5),
)
PLAN, SELF, SUPERIOR, *PEERS, TALK = STEPS
SEATS = len(PEERS)

#: Rating by the least score, best first.
RATINGS = {
    Decimal("4.5"): "sangat_baik",
    Decimal("3.5"): "baik",
    Decimal("2.5"): "butuh_perbaikan",
    Decimal("1.5"): "kurang",
    Decimal("0"): "sangat_kurang",
}
_SENTENCE = "Tercapai sesuai rencana, bukti dukung diunggah pada sistem. "


def answers(case: int, step: Step) -> Answers:
    """What is submitted for this case at *step*: whole numbers, texts, yes or no."""
    dice = random.Random(case * 131 + STEPS.index(step) * 7)
    if step is PLAN:
        return {name: value for row in range(5) for name, value in _target(row, dice).items()}
    if step in (SELF, SUPERIOR):
        return {
            **_marks(20, dice),
            **{f"realisasi_{row}": dice.randint(1, 100) for row in range(5)},
            **{f"catatan_{row}": _SENTENCE for row in range(5)},
        }
    if step in PEERS:
        return {**_marks(10, dice), "kekuatan": _SENTENCE, "saran": _SENTENCE}
    return {"setuju": True, "catatan": _SENTENCE[:30]}


def _target(row: int, dice: random.Random) -> Answers:
    return {
        f"uraian_{row}": _SENTENCE[:40],
        f"indikator_{row}": _SENTENCE[:30],
        f"target_{row}": dice.randint(1, 100),
        f"satuan_{row}": "dokumen",
        f"bobot_{row}": 20,
    }


def _marks(count: int, dice: random.Random) -> Answers:
    return {f"nilai_{item:02d}": dice.randint(1, 5) for item in range(count)}


def mean_mark(given: Answers) -> float:
    """The mean of the marks among the answers of one form."""
    marks = _given_marks(given)
    return sum(marks) / len(marks)


def expected(case: int) -> tuple[Decimal, str]:
    """The score and the rating with which *case* must end, worked out in exact fractions."""
    means = {step: _exact_mean(answers(case, step)) for step in (SELF, SUPERIOR, *PEERS)}
    peers = sum((means[step] for step in PEERS), Fraction(0)) / SEATS
    score = (20 * means[SELF] + 50 * means[SUPERIOR] + 30 * peers) / 100
    shown = (Decimal(score.numerator) / Decimal(score.denominator)).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return shown, rating(shown)


def _exact_mean(given: Answers) -> Fraction:
    marks = _given_marks(given)
    return Fraction(sum(marks), len(marks))


def _given_marks(given: Answers) -> list[int]:
    return [value for name, value in given.items() if name.startswith("nilai_")]


def rating(score: Decimal | float) -> str:
    """The rating that *score* earns."""
    return next(name for least, name in RATINGS.items() if score >= least)
