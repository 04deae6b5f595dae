"""Scores: which line of a rule applies, what a person's decision replaces, and what stays as it was."""

from decimal import Decimal
from typing import Any

import pytest

from engine.act import act
from engine.case import Actor, Case
from engine.process import Process
from engine.scope import CaseScope
from tests.unit.definitions import NOW, begun, short

EMPLOYEE = Actor(role="pegawai", person="p")
WORKFLOW = """\
stages:
  isi:
    title: Isi
    actor: pegawai
    form: nilai
    actions: {kirim: {title: Kirim, to: {isi: ulang, tetap: otherwise}}, kunci: {title: Kunci, lock: true, to: tetap}}
  tetap: {title: Tetap, actor: pegawai, form: putusan, actions: {ubah: {title: Ubah, to: isi}}}
"""
FORMS = {
    "nilai": "  a: {type: number, title: A, optional: true}\n"
    "  b: {type: number, title: B, optional: true}\n"
    "  ulang: {type: boolean, title: U, optional: true}\n"
    "  baris: {type: table, title: T, rows: 0..9, optional: true, key: k, columns: {"
    "k: {type: text, title: K}, n: {type: number, title: N, optional: true}}}\n",
    "putusan": "  c: {type: number, title: C, optional: true}\n",
}


def with_values(values: str) -> Process:
    return short(WORKFLOW + values, **FORMS)


def sent(process: Process, case: Case | None = None, *, action: str = "kirim", **answers: Any) -> Case:
    typed = {name: Decimal(value) if isinstance(value, int | str) and not isinstance(value, bool) else value
             for name, value in answers.items()}  # fmt: skip
    return act(process, case or begun(process), EMPLOYEE, action, typed, NOW).case


class TestFormula:
    def test_a_score_is_rounded_half_up_when_it_is_made(self) -> None:
        process = with_values("values: {x: isi.a / 8, y: x * 100}\n")
        assert sent(process, a=225).values == {"x": Decimal("28.13"), "y": Decimal("2813.00")}

    def test_decimals_of_its_own_count(self) -> None:
        process = with_values(
            "values: {x: {formula: isi.a / 8, decimals: 0}, y: {formula: isi.a / 8, decimals: none}}\n"
        )
        assert sent(process, a=225).values == {"x": Decimal(28), "y": Decimal("28.125")}

    def test_what_reads_an_answer_that_is_missing_is_null(self) -> None:
        process = with_values("values: {x: {formula: isi.a + 1, optional: true}}\n")
        assert begun(process).values == {}
        assert sent(process, b=1).values == {}


class TestWeights:
    WEIGHTS = """\
values:
  a: {formula: isi.a, optional: true}
  b: {formula: isi.b, optional: true}
  total: {weights: [{a: 60, b: 40}, {a: 100}], optional: true}
"""

    @pytest.mark.parametrize(
        ("answers", "total", "line"),
        [({"a": 80, "b": 90}, "84.00", 1), ({"a": 80}, "80.00", 2), ({"b": 90}, None, 0)],
    )
    def test_the_first_line_whose_parts_are_all_there_is_used(
        self, answers: dict[str, Any], total: str | None, line: int
    ) -> None:
        process = with_values(self.WEIGHTS)
        case = sent(process, **answers)
        assert case.values.get("total") == (Decimal(total) if total else None)
        scope = CaseScope(process, case)
        assert (scope["total"], scope.how["total"]) == (case.values.get("total"), ("weights", line))

    def test_a_part_that_is_nought_is_there(self) -> None:
        assert sent(with_values(self.WEIGHTS), a=80, b=0).values["total"] == 48


class TestLines:
    def test_the_first_line_that_holds_gives_the_result(self) -> None:
        process = with_values("values: {x: {first: {tinggi: isi.a > 90, sedang: isi.a > 70, rendah: otherwise}}}\n")
        assert [sent(process, a=a).values["x"] for a in (95, 90, 10)] == ["tinggi", "sedang", "rendah"]

    def test_a_condition_that_is_null_does_not_hold(self) -> None:
        process = with_values("values: {x: {first: {tinggi: isi.a > 90, rendah: otherwise}}}\n")
        assert sent(process).values["x"] == "rendah"

    def test_results_that_are_all_numbers_are_numbers(self) -> None:
        process = with_values("values: {x: {first: {5: isi.a > 90, 0: otherwise}}, y: x + 1}\n")
        assert sent(process, a=95).values == {"x": Decimal(5), "y": Decimal(6)}

    def test_every_line_that_holds_is_collected_once_in_order(self) -> None:
        process = with_values(
            "values: {x: {collect: {B: isi.a > 1, A: isi.a > 2, C: isi.a > 90, "
            """'= if isi.a > 3 then "B" else "D"': isi.a > 1}}}\n"""
        )
        assert sent(process, a=5).values["x"] == ["B", "A"]
        assert sent(process, a=3).values["x"] == ["B", "A", "D"]
        assert sent(process, a=0).values["x"] == []


class TestRows:
    ROWS = """\
values:
  baris:
    for: r in isi.baris
    when: r.n > 0
    columns:
      k: r.k
      ganda: {formula: r.n * 2, decimals: 0, override: ['if r.k = "x" then tetap.c else null']}
      lebih: ganda + 1
  jumlah: sum(baris.lebih)
"""

    def test_each_element_gives_a_row_and_later_columns_see_earlier_ones(self) -> None:
        rows = [{"k": "x", "n": Decimal("1.4")}, {"k": "y", "n": Decimal(0)}, {"k": "z", "n": Decimal(4)}]
        values = sent(with_values(self.ROWS), baris=rows).values
        assert values["baris"] == [
            {"k": "x", "ganda": Decimal(3), "lebih": Decimal(4)},
            {"k": "z", "ganda": Decimal(8), "lebih": Decimal(9)},
        ]
        assert values["jumlah"] == 13

    def test_a_decision_about_one_row_is_read_by_all_that_follows(self) -> None:
        process = with_values(self.ROWS)
        case = sent(process, baris=[{"k": "x", "n": Decimal(1)}, {"k": "z", "n": Decimal(4)}])
        values = sent(process, action="ubah", case=case, c=9).values
        assert [row["ganda"] for row in values["baris"]] == [9, 8]
        assert values["jumlah"] == 19

    def test_no_list_gives_no_rows(self) -> None:
        assert "baris" not in begun(with_values(self.ROWS)).values
        assert sent(with_values(self.ROWS), baris=[]).values["baris"] == []


class TestDecisions:
    def test_a_persons_decision_replaces_the_result(self) -> None:
        process = with_values("values: {x: {formula: isi.a, override: [tetap.c]}, y: x + 1}\n")
        case = sent(process, a=1)
        assert case.values == {"x": 1, "y": 2}
        case = sent(process, action="ubah", case=case, c=7)
        assert case.values == {"x": 7, "y": 8}
        assert CaseScope(process, case)["x"] == 7


class TestWhatStays:
    def test_a_frozen_value_is_that_of_the_first_entry(self) -> None:
        process = with_values("values: {x: isi.a, dulu: {formula: x, frozen_at: tetap, optional: true}}\n")
        assert begun(process).values == {}
        case = sent(process, a=1)
        assert case.values == {"x": 1, "dulu": 1}
        case = sent(process, action="ubah", case=case)
        case = sent(process, case=case, a=5)
        assert case.values == {"x": 5, "dulu": 1}

    def test_a_locked_value_no_longer_changes(self) -> None:
        process = with_values("values: {x: isi.a, y: {formula: isi.b, optional: true}}\n")
        case = sent(process, action="kunci", a=1)
        assert case.locked
        case = sent(process, action="ubah", case=case)
        case = sent(process, case=case, a=5, b=6)
        assert case.values == {"x": 1, "y": 6}

    def test_values_of_earlier_answers_are_worked_out_again_on_every_move(self) -> None:
        process = with_values("values: {x: isi.a}\n")
        case = sent(process, a=1, ulang=True)
        assert case.stage == "isi"
        assert sent(process, case=case, a=2).values == {"x": 2}
