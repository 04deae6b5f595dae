"""Three thousand forms from fifty threads: too long for every run."""

from __future__ import annotations

from tests.races.conftest import Place
from tests.races.crowd import Crowd
from tests.races.test_crosstalk import PEOPLE, sent_by_many, strange


def test_nobodys_words_are_in_another_case(crowd: Crowd, place: Place, figures: list[str]) -> None:
    cycles = sent_by_many(crowd, 60)
    figures.append(f"R-05 {place.name}: {PEOPLE * 60} forms from {PEOPLE} threads, {strange(crowd, cycles)} strange")
    assert strange(crowd, cycles) == 0
