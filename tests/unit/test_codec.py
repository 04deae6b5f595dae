"""What is written is read again, equal, whatever it is."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from engine import feel
from engine.codec import packer, tagged, untagged

ROW = feel.Context({"n": feel.NUMBER, "d": feel.DATE, "t": feel.TEXT})


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (feel.NUMBER, Decimal("92.450")),
        (feel.NUMBER, Decimal("-1E+3")),
        (feel.DATE, date(2026, 2, 28)),
        (feel.DATE_TIME, datetime(2026, 2, 28, 23, 59, tzinfo=UTC)),
        (feel.TEXT, 'a"b\n$'),
        (feel.BOOLEAN, False),
        (feel.ListOf(feel.NUMBER), [Decimal(1), Decimal("2.50")]),
        (feel.ListOf(ROW), [{"n": Decimal(1), "d": date(2026, 1, 1), "t": "x"}]),
        (feel.ANY, {"a": [Decimal(1), date(2026, 1, 1), None, {"b": True}]}),
    ],
)
def test_a_value_of_its_type_comes_back(type_: feel.Type, value: object) -> None:
    made = packer(type_)
    assert made.load(made.dump(value)) == value


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (feel.NUMBER, "bukan angka"),
        (feel.DATE, datetime(2026, 2, 28, 23, 59, tzinfo=UTC)),
        (feel.DATE, Decimal(3)),
        (feel.ListOf(feel.NUMBER), "x"),
        (feel.ListOf(ROW), {"BKD-1": Decimal(126)}),
        (ROW, {"n": None, "d": "x", "lain": [Decimal(1)]}),
    ],
)
def test_a_value_of_another_type_comes_back_as_well(type_: feel.Type, value: object) -> None:
    made = packer(type_)
    assert made.load(made.dump(value)) == value


def test_a_tag_says_what_a_value_was() -> None:
    value = {"n": Decimal("1.0"), "d": date(2026, 1, 1), "l": [datetime(2026, 1, 1, tzinfo=UTC)]}
    assert untagged(tagged(value)) == value
    assert tagged(Decimal("1.0")) == {"$": "n", "v": "1.0"}
