"""The authors' scenarios, played over HTTP through the pages that people use."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from engine.scenario import Scenario
from tests.shipped import every_story, processes
from tests.web.walk import Walk

#: A case that is refused when it is opened has no pages.
SCENARIOS = [scenario for scenario in every_story() if not scenario.expect_error]


@pytest.fixture(scope="module")
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_a_scenario_comes_out_as_its_author_says(app: Flask, scenario: Scenario) -> None:
    """Also: the journal, folded, gives the case back equal (``Walk.play`` compares them)."""
    assert Walk(app, processes()[scenario.workflow], scenario).play() == []
