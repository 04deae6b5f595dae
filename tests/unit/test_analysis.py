"""Figures over groups, worked out by hand; and that nothing shown gives a small group away."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from engine.analysis import Group, Record, Span, figures, reads
from engine.process import Process
from tests.unit.definitions import FILES, process_of

D = Decimal
W = "workflows/penilaian.yaml"


def process_with(measure: str, by: str, chart: str = "table", least: int = 5) -> Process:
    wanted = f"measure: {measure}, by: [{by}], chart: {chart}, at_least: {least}}}"
    return process_of(
        {**FILES, W: FILES[W].replace("measure: mean(nilai), by: [unit, cycle, predikat], chart: line}", wanted)}
    )


def over(process: Process, records: Iterable[Record]) -> list[Group]:
    return figures(process, process.workflow.analytics["tren"], list(records))


def people(count: int, *, start: int = 0, unit: str = "A", cycle: str = "2025", **values: Any) -> list[Record]:
    numbers = range(start, start + count)
    return [Record(person=f"{unit}{n}", unit=unit, cycle=cycle, stage="selesai", values=values) for n in numbers]


def shown(groups: Iterable[Group]) -> dict[Any, Any]:
    return {group.keys: None if group.hidden else group.figure for group in groups}


def test_a_mean_is_exact_and_counts_only_cases_that_have_the_value() -> None:
    scores = [D("70.10"), D("80.20"), D("90.30"), D("60.00"), D("99.40"), None]
    records = [
        Record(person=str(n), unit="A", cycle="2025", stage="selesai", values={"nilai": score})
        for n, score in enumerate(scores)
    ]
    (group,) = over(process_with("mean(nilai)", "unit"), records)
    assert (group.keys, group.people, group.figure) == (("A",), 5, D("80"))  # 400 / 5


def test_a_sum_and_a_count() -> None:
    records = people(6, nilai=D("10.5"))
    assert shown(over(process_with("sum(nilai)", "unit"), records)) == {("A",): D("63.0")}
    assert shown(over(process_with("count(case)", "unit"), records)) == {("A",): D(6)}
    assert shown(over(process_with("sum(nilai) / count(case)", "unit"), records)) == {("A",): D("10.5")}


def test_every_element_of_a_list_counts_once() -> None:
    records = (
        people(5, saran=["S-1", "S-2", "S-1"]) + people(6, start=10, saran=["S-2"]) + people(9, start=20, saran=[])
    )
    assert shown(over(process_with("count(case)", "saran"), records)) == {("S-1",): D(5), ("S-2",): D(11)}


def test_a_group_of_few_people_is_hidden_and_says_nothing() -> None:
    records = people(4) + people(5, unit="B") + people(7, unit="C") + people(3, unit="D")
    groups = over(process_with("count(case)", "unit"), records)
    assert shown(groups) == {("A",): None, ("B",): D(5), ("C",): D(7), ("D",): None}
    assert {(group.people, group.figure) for group in groups if group.hidden} == {(0, None)}


def test_a_single_hidden_group_takes_the_next_smallest_with_it() -> None:
    records = people(4) + people(6, unit="B") + people(5, unit="C")
    assert shown(over(process_with("count(case)", "unit"), records)) == {("A",): None, ("B",): D(6), ("C",): None}


def test_neither_a_row_nor_a_column_gives_a_hidden_group_away() -> None:
    sizes = {
        ("A", "BAIK"): 4,
        ("A", "KURANG"): 9,
        ("B", "BAIK"): 8,
        ("B", "KURANG"): 7,
        ("C", "BAIK"): 6,
        ("C", "KURANG"): 5,
    }
    records = [
        r
        for n, ((unit, code), size) in enumerate(sizes.items())
        for r in people(size, start=100 * n, unit=unit, predikat=code)
    ]
    found = shown(over(process_with("count(case)", "unit, predikat"), records))
    hidden = {keys for keys, figure in found.items() if figure is None}
    assert ("A", "BAIK") in hidden
    for place in (0, 1):
        for key in {keys[place] for keys in sizes}:
            assert sum(keys[place] == key for keys in hidden) != 1
    assert all(found[keys] == size for keys, size in sizes.items() if keys not in hidden)
    assert len(hidden) < len(sizes)


def test_people_are_counted_and_not_their_cases() -> None:
    records = people(4, cycle="2024") + people(4, cycle="2025")
    assert shown(over(process_with("count(case)", "unit"), records)) == {("A",): None}


def test_cycles_follow_one_another_and_make_no_whole() -> None:
    records = people(4, cycle="2024") + people(6, cycle="2025") + people(7, cycle="2026")
    found = shown(over(process_with("count(case)", "unit, cycle"), records))
    assert found == {("A", "2024"): None, ("A", "2025"): D(6), ("A", "2026"): D(7)}


@pytest.mark.parametrize(
    ("numbers", "spans"),
    [
        (["61", "64.9", "65", "79"], ["60-62:1", "64-66:2", "78-80:1"]),
        (["-7.5", "-0.01", "0", "8"], ["-8--6:1", "-2-0:1", "0-2:1", "8-10:1"]),
        (["3", "3"], ["3-4:2"]),
        (["0", "1000"], ["0-200:1", "1000-1200:1"]),
    ],
)
def test_a_histogram_has_few_round_steps(numbers: list[str], spans: list[str]) -> None:
    records = [
        Record(person=f"{n}-{again}", unit="A", cycle="2025", stage="s", values={"nilai": D(number)})
        for n, number in enumerate(numbers)
        for again in range(5)
    ]
    groups = over(process_with("count(case)", "nilai", "histogram"), records)
    told = {group.keys[0]: group.figure / 5 for group in groups}
    assert all(isinstance(span, Span) for span in told)
    assert [f"{s.low:f}-{s.high:f}:{told[s]:f}" for s in sorted(told, key=lambda s: s.low)] == spans


def test_what_an_analysis_reads_is_what_its_reader_must_be_able_to_read() -> None:
    process = process_with("mean(nilai)", "unit, predikat")
    assert reads(process, process.workflow.analytics["tren"]) == ["nilai", "predikat"]


def test_no_cases_make_no_groups() -> None:
    assert over(process_with("mean(nilai)", "unit"), []) == []
