"""What is found of a table is what going through every case finds: a reading of cells of its own, and every half."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.proofs.fixtures import found_in

TOP = 5
HALVES = [number / 2 for number in range(TOP * 2 + 1)]

Cell = tuple[str, float, float]

numbers = st.integers(0, TOP)
number_cells = st.one_of(
    st.just(("-", 0, 0)),
    st.tuples(st.sampled_from([">=", ">", "<=", "<", "="]), numbers, st.just(0)),
    st.tuples(st.sampled_from(["[]", "()", "[)", "(]"]), numbers, numbers),
)
yes_no_cells = st.sampled_from(["-", "true", "false"])
tables = st.lists(st.tuples(number_cells, yes_no_cells), min_size=1, max_size=5)


def written(cell: Cell) -> str:
    op, low, high = cell
    if op in ("-",):
        return "-"
    if op == "=":
        return f"{low}"
    return f"{op} {low}" if len(op.strip("[]()")) else f"{op[0]}{low}..{high}{op[1]}"


def holds(cell: Cell, value: float) -> bool:
    op, low, high = cell
    plain = {"-": True, "=": value == low, ">=": value >= low, ">": value > low, "<=": value <= low, "<": value < low}
    if op in plain:
        return plain[op]
    above = value >= low if op[0] == "[" else value > low
    return above and (value <= high if op[1] == "]" else value < high)


@given(tables)
@settings(max_examples=60, deadline=None)
def test_gaps_and_dead_rows_are_those_of_going_through_every_case(rows: list[tuple[Cell, str]]) -> None:
    fired: set[int] = set()
    gap = False
    for value, idea in product(HALVES, (True, False)):
        first = next(
            (
                number
                for number, (cell, test) in enumerate(rows, 1)
                if holds(cell, value) and test in ("-", str(idea).lower())
            ),
            None,
        )
        gap |= first is None
        fired |= {first} if first else set()
    lines = "".join(f'      - ["{written(cell)}", "{test}", {number}]\n' for number, (cell, test) in enumerate(rows, 1))
    text = (
        "stages:\n  isi: {title: Isi, actor: pegawai, actions: {kirim: {title: K, to: tamat}}}\n"
        "  tamat: {title: Tamat, final: true}\n"
        f'tables:\n  tab:\n    inputs: {{nilai: "[0..{TOP}]", ide: boolean}}\n    output: number\n    rows:\n{lines}'
    )
    problems, _ = found_in(text, bad=True)
    assert {problem.code for problem in problems} <= {"E11table", "E12row", "E12cell", "W32"}
    assert any(problem.code == "E11table" for problem in problems) == gap
    dead = {problem.params["row"] for problem in problems if problem.code in ("E12row", "E12cell")}
    assert dead == set(range(1, len(rows) + 1)) - fired
