"""FEEL alone: one formula of an appraisal compiled and evaluated, and what costs too much being refused."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bench.rounds import Call, Costs, Wrong, compared
from engine import feel

FORMULA = 'skor_hasil * 0.6 + skor_perilaku * 0.4 >= 75 and predikat = "baik"'
VALUES = {"skor_hasil": Decimal("88.5"), "skor_perilaku": Decimal("79.25"), "predikat": "baik"}
ROUNDS, CALLS = 9, 500

#: What no expression may be allowed to cost. Each gives a value or is refused, and the process lives on.
DEAR = {
    "feel_power": "9**9**9",
    "feel_20000_terms": "1" + "+1" * 20_000,
    "feel_5000_parentheses": "(" * 5_000 + "1" + ")" * 5_000,
    "feel_four_loops": "for a in 1..300 return for b in 1..300 return for c in 1..300 return for d in 1..300 return d",
}


def measured() -> Costs:
    """The costs of ``compile`` and ``evaluate``, a call each."""
    run = feel.compile(feel.parse(FORMULA))
    if run(VALUES) is not True:
        raise Wrong("the formula does not hold")
    return compared(
        {"compile": lambda _: [_compiled] * CALLS, "evaluate": lambda _: [lambda: run(VALUES)] * CALLS}, ROUNDS
    )


def dear() -> Iterator[tuple[str, float]]:
    """What each of the dear expressions takes, in microseconds."""
    for name, source in DEAR.items():
        costs = compared({name: lambda _, source=source: [_refused(source)]}, 1)  # type: ignore[misc]
        yield name, costs.value(name)


def _compiled() -> object:
    return feel.compile(feel.parse(FORMULA))


def _refused(source: str) -> Call:
    def evaluate() -> None:
        try:
            feel.evaluate(source)
        except feel.FeelError:
            return

    return evaluate
