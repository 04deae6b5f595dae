"""The scalars of the language, and how declarations are built, checked and described from one list of keys."""

from datetime import date
from decimal import Decimal

import pytest

from engine import model, shape
from engine.calendar import WorkingDays
from engine.kinds import Field
from engine.source import read
from engine.terms import Clauses, Count, DayOfCycle, Deadline, Loop, NumberTerm, PlacesTerm, Text
from tests.unit.definitions import FILES, problems_of, short

START = date(2025, 1, 1)


def at(text: str) -> shape.At:
    return shape.At(read(f"x: {text}\n", "x.yaml"), ("x",), [])


class TestCount:
    @pytest.mark.parametrize(
        ("typed", "fits", "fits_not"), [("3..5", 3, 6), ("30..", 999, 29), ("..500", 0, 501), ("1", 1, 2)]
    )
    def test_bounds_are_both_within(self, typed: str, fits: int, fits_not: int) -> None:
        count = Count.build(typed, at("a"))
        assert count.holds(fits)
        assert not count.holds(fits_not)


class TestDays:
    def test_a_day_of_the_cycle_may_lie_in_the_year_after(self) -> None:
        assert DayOfCycle.build("01-31+1", at("a")).on(START) == date(2026, 1, 31)

    def test_the_29th_of_february_falls_back_in_a_common_year(self) -> None:
        assert DayOfCycle.build("02-29", at("a")).on(START) == date(2025, 2, 28)
        assert DayOfCycle.build("02-29", at("a")).on(date(2024, 1, 1)) == date(2024, 2, 29)

    def test_calendar_days_are_counted_through_weekends(self) -> None:
        assert Deadline.build("14d", at("a")).due(date(2025, 3, 3), START, WorkingDays()) == date(2025, 3, 17)

    def test_working_days_leave_weekends_out(self) -> None:
        assert Deadline.build("5wd", at("a")).due(date(2025, 3, 7), START, WorkingDays()) == date(2025, 3, 14)

    def test_a_dated_deadline_does_not_depend_on_the_entry(self) -> None:
        assert Deadline.build("12-15", at("a")).due(date(2025, 3, 7), START, WorkingDays()) == date(2025, 12, 15)


class TestNumbers:
    @pytest.mark.parametrize("typed", ["1e3", ".5", "1,5", "+1", "0x10", "NaN", "-"])
    def test_only_plain_decimals_are_numbers(self, typed: str) -> None:
        sound = "weights: {hasil: 60, perilaku: 40}"
        text = FILES["workflows/penilaian.yaml"].replace(sound, f"weights: {{hasil: '{typed}', perilaku: 40}}")
        assert [p.code for p in problems_of({**FILES, "workflows/penilaian.yaml": text})] == ["D006"]

    def test_a_number_is_exactly_as_typed(self) -> None:
        assert str(NumberTerm.build("0.10", at("a"))) == "0.10"

    def test_decimals_may_be_none(self) -> None:
        assert PlacesTerm.build("none", at("a")) is None
        assert PlacesTerm.build("0", at("a")) == 0


class TestTexts:
    def test_a_text_may_bring_its_own_translation(self) -> None:
        text = Text.build({"id": "Kirim", "en": "Send"}, at("a"))
        assert (text, text.translations) == ("Kirim", {"en": "Send"})

    def test_a_text_without_indonesian_is_refused(self) -> None:
        workflow = FILES["workflows/penilaian.yaml"].replace("title: Penilaian kinerja", "title: {en: Appraisal}")
        assert [p.code for p in problems_of({**FILES, "workflows/penilaian.yaml": workflow})] == ["D002"]


class TestExpressions:
    def test_a_loop_names_its_variable_and_its_list(self) -> None:
        loop = Loop.build("b in butir[bobot > 3]", at("a"))
        assert (loop.variable, loop.over.source) == ("b", "butir[bobot > 3]")

    def test_a_single_result_stands_for_itself_otherwise(self) -> None:
        (clause,) = Clauses.build("selesai", at("a"))
        assert (clause.id, clause.condition) == ("selesai", None)

    def test_lines_keep_their_order(self) -> None:
        clauses = Clauses.build({"b": "1 = 1", "a": "otherwise"}, at("a"))
        assert [(c.id, c.condition is None) for c in clauses] == [("b", False), ("a", True)]


class TestOneDeclaration:
    """The JSON Schema, the builder and the reference come from the same records."""

    def test_a_schema_has_every_key_with_its_meaning(self) -> None:
        schema = shape.schema_of(model.Stage)
        keys = schema["$defs"]["Stage"]["byShape"]["object"]["properties"]
        assert keys["deadline"]["description"] == "`14d`, `10wd`, `MM-DD` or `MM-DD+1`"
        assert list(keys) == [key.name for key in shape.keys_of(model.Stage)]

    def test_a_key_that_python_forbids_is_spelt_as_its_author_does(self) -> None:
        names = {key.name: key.attribute for key in shape.keys_of(model.Value)}
        assert names["for"] == "for_"

    def test_every_kind_of_field_has_its_own_keys(self) -> None:
        schema = shape.schema_of(Field)["$defs"]
        assert "columns" in schema["Table"]["byShape"]["object"]["properties"]
        assert "columns" not in schema["Line"]["byShape"]["object"]["properties"]

    def test_the_short_form_of_a_record_is_its_main_key(self) -> None:
        process = short(
            "stages: {isi: {title: I, actor: pegawai, final: true}}\nvalues: {a: 1 + 1, b: {formula: 1 + 1}}\n"
        )
        assert [value.formula and value.formula.source for value in process.values.values()] == ["1 + 1", "1 + 1"]

    def test_what_was_taken_out_leaves_the_rest(self) -> None:
        assert shape.pruned({"a": {"b": "1", "c": ["2", "3"]}}, [("a", "c", 0)]) == {"a": {"b": "1", "c": ["3"]}}

    def test_weights_are_decimals(self) -> None:
        process = short(
            "stages: {isi: {title: I, actor: pegawai, final: true}}\n"
            'values: {a: "1", b: "2", c: {weights: {a: 33.34, b: 66.66}}}\n'
        )
        weights = process.values["c"].weights
        assert weights and weights[0].parts == {"a": Decimal("33.34"), "b": Decimal("66.66")}
