"""What would change the verdict, worked out by hand; and nothing that its reader may not see."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.act import act
from engine.case import Actor, Case
from engine.process import Process
from engine.scenario import run
from engine.scope import CaseScope
from engine.whatif import ANSWER, DOWN, EXACTLY, PROFILE, UP, VALUE, Change, changes, headline
from tests.shipped import FILES, processes, stories
from tests.unit.definitions import NOW, begun, short

EMPLOYEE = Actor(role="pegawai", person="p")
WORKFLOW = """\
choices:
  predikat: {title: Predikat, ordered: true, options: {KURANG: Kurang, CUKUP: Cukup, BAIK: Baik}}
scales:
  lima: {1: Buruk, 2: Kurang, 3: Cukup, 4: Baik, 5: Istimewa}
profile:
  masa: {type: number, title: Masa kerja}
  rahasia: {type: number, title: Rahasia, readers: [admin]}
tables:
  predikat_dari:
    inputs: {nilai: "[0..100]"}
    output: predikat
    rows: [[">= 70", BAIK], [">= 40", CUKUP], ["-", KURANG]]
roles:
  pegawai: {title: Pegawai, is: subject}
  atasan: {title: Atasan, is: superior}
  admin: {title: Admin, is: region office}
  sistem: {title: Sistem, is: system}
messages: {bobot_100: Jumlah bobot harus 100.}
defaults: {readers: {pegawai: now, admin: now}}
stages:
  isi:
    title: Isi
    actor: pegawai
    form: nilai
    actions: {kirim: {title: Kirim, to: tetap}}
  tetap: {title: Tetap, actor: atasan, form: putusan, actions: {ubah: {title: Ubah, to: isi}}}
values:
  nilai: {title: Nilai, formula: RULE}
  predikat: {title: Predikat, formula: predikat_dari(nilai), override: [tetap.putusan]}
"""
FORMS = {
    "nilai": "  n: {type: number, title: Jumlah, optional: true}\n"
    "  sikap: {type: scale, title: Sikap, scale: lima, optional: true}\n"
    "  bagian: {type: table, title: Bagian, rows: 0..9, optional: true, key: k, columns: {"
    "k: {type: text, title: K}, b: {type: number, title: Bobot}, r: {type: number, title: Realisasi, allow: '[0..50]'},"
    "c: {type: computed, title: Capaian, formula: r * 2}}}\n"
    "require: {bobot_100: 'bagian = null or sum(bagian.b) = 100'}\n",
    "putusan": "  putusan: {type: select, title: Putusan, choices: predikat, optional: true}\n",
}


def judged(rule: str, profile: dict[str, Any] | None = None, **answers: Any) -> tuple[Process, Case]:
    """A case whose only score is *rule*, after the employee has answered."""
    process = short(WORKFLOW.replace("RULE", rule), **FORMS)
    return process, act(process, begun(process, **(profile or {})), EMPLOYEE, "kirim", answers, NOW).case


def found(process: Process, case: Case, *roles: str) -> list[Change]:
    verdict = headline(process, case.values)
    assert verdict is not None and verdict.id == "predikat"
    return changes(process, case, roles or ("pegawai",), verdict)


def said(change: Change) -> tuple[str, str, Decimal, str, str]:
    return change.kind, change.title, change.to, change.side, change.verdict


class TestWorkedByHand:
    def test_a_number_and_the_value_made_of_it(self) -> None:
        """150 / 3 = 50: 70.00 is needed, so 210 (209 / 3 = 69.67); 39.99 is worse, so 119 (120 / 3 = 40)."""
        process, case = judged("isi.n / 3", n=Decimal(150))
        assert [said(change) for change in found(process, case)] == [
            (VALUE, "Nilai", Decimal("70.00"), UP, "BAIK"),
            (ANSWER, "Jumlah", Decimal(210), UP, "BAIK"),
            (VALUE, "Nilai", Decimal("39.99"), DOWN, "KURANG"),
            (ANSWER, "Jumlah", Decimal(119), DOWN, "KURANG"),
        ]

    def test_a_number_is_varied_in_steps_as_fine_as_it_was_typed(self) -> None:
        """150.5 / 3 = 50.17; 209.9 / 3 = 69.97 and 210.0 / 3 = 70."""
        process, case = judged("isi.n / 3", n=Decimal("150.5"))
        assert (ANSWER, "Jumlah", Decimal("210.0"), UP, "BAIK") in [said(change) for change in found(process, case)]

    def test_steps_of_a_scale_are_tried_one_by_one(self) -> None:
        """20 x 3 = 60: 4 gives 80, 2 gives 40 which is still enough, 1 gives 20."""
        process, case = judged("isi.sikap * 20", sikap=Decimal(3))
        assert [said(change) for change in found(process, case) if change.kind == ANSWER] == [
            (ANSWER, "Sikap", Decimal(4), EXACTLY, "BAIK"),
            (ANSWER, "Sikap", Decimal(1), EXACTLY, "KURANG"),
        ]

    def test_a_cell_of_a_table_with_what_is_computed_of_it(self) -> None:
        """60 x 60 / 100 + 40 x 60 / 100 = 60. The first row needs capaian 76.67, so realisasi 39 (38 gives 69.6)."""
        rows = [{"k": "satu", "b": Decimal(60), "r": Decimal(30)}, {"k": "dua", "b": Decimal(40), "r": Decimal(30)}]
        process, case = judged("sum(for t in isi.bagian return t.b * t.c) / 100", bagian=rows)
        better = [change for change in found(process, case) if change.better and change.kind == ANSWER]
        assert [(change.row, *said(change)[1:4]) for change in better] == [
            ("satu", "Realisasi", Decimal(39), UP), ("dua", "Realisasi", Decimal(43), UP),
        ]  # fmt: skip

    def test_a_change_that_the_form_would_refuse_is_none(self) -> None:
        rows = [{"k": "satu", "b": Decimal(60), "r": Decimal(30)}, {"k": "dua", "b": Decimal(40), "r": Decimal(30)}]
        process, case = judged("sum(for t in isi.bagian return t.b * t.c) / 100", bagian=rows)
        assert "Bobot" not in {change.title for change in found(process, case)}

    def test_nothing_beyond_what_the_field_allows(self) -> None:
        """Realisasi is at most 50, so capaian at most 100: 30 % of it is 30, and this row alone cannot reach 40."""
        rows = [{"k": "satu", "b": Decimal(30), "r": Decimal(30)}, {"k": "dua", "b": Decimal(70), "r": Decimal(0)}]
        process, case = judged("sum(for t in isi.bagian return t.b * t.c) / 100", bagian=rows)
        assert [change for change in found(process, case) if change.better and change.row == "satu"] == []

    def test_a_rise_that_falls_again_is_said_to(self) -> None:
        """From 70 to 80 it is good, beyond 80 nothing."""
        process, case = judged("'if isi.n > 80 then 0 else isi.n'", n=Decimal(50))
        (better,) = [change for change in found(process, case) if change.better and change.kind == ANSWER]
        assert (better.to, better.steady) == (Decimal(70), False)
        assert all(change.steady for change in found(*judged("isi.n", n=Decimal(50))))

    def test_a_number_of_the_profile(self) -> None:
        process, case = judged("isi.n + pegawai.masa", {"masa": Decimal(5)}, n=Decimal(60))
        assert (PROFILE, "Masa kerja", Decimal(10), UP, "BAIK") in [said(change) for change in found(process, case)]


class TestWhatIsNotTold:
    def test_a_restricted_field_of_the_profile_and_what_it_touches(self) -> None:
        process, case = judged("isi.n + pegawai.rahasia", {"rahasia": Decimal(5)}, n=Decimal(60))
        assert found(process, case) == []
        assert {change.title for change in found(process, case, "admin", "pegawai")} == {"Nilai", "Jumlah", "Rahasia"}

    def test_an_answer_that_this_reader_may_not_see(self) -> None:
        process, case = judged("isi.sikap * 20", sikap=Decimal(3))
        assert found(process, case, "atasan") == []

    def test_a_verdict_that_a_person_decided(self) -> None:
        """What is put in place of the rule does not move with its inputs."""
        process, case = judged("isi.n", n=Decimal(50))
        decided = act(process, case, Actor(role="atasan", person="a"), "ubah", {"putusan": "BAIK"}, NOW).case
        assert found(process, decided) == []


@pytest.mark.parametrize("scenario", [s for f in FILES for s in stories(f.stem)[:3]], ids=lambda s: s.id)
def test_in_every_region_each_change_gives_what_it_says_and_no_smaller_one_does(scenario: Any) -> None:
    """Values are set to the edge and one step short of it, in a scope of their own."""
    process = processes()[scenario.workflow]
    case = run(process, scenario).case
    verdict = headline(process, [name for name in case.values if process.values[name].title])
    if verdict is None:
        return
    for change in changes(process, case, list(process.words.roles), verdict):
        if change.kind != VALUE:
            continue
        (name,) = [v.id for v in process.values.values() if v.title == change.title and not v.frozen_at]
        short_of = change.to - Decimal("0.01") if change.side == UP else change.to + Decimal("0.01")
        for number, expected in ((change.to, True), (short_of, False)):
            scope = CaseScope(process, replace(case, locked=False))
            scope[name] = number
            assert (scope[verdict.id] == change.verdict) is expected
