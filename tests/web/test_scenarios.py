"""The authors' scenarios, played over HTTP through the pages that people use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from engine.library import load
from engine.scenario import Scenario, read_scenarios
from tests.web.walk import Walk

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "workflows" / "scenarios").glob("*.yaml"))
#: A case that is refused when it is opened has no pages.
SCENARIOS = [
    scenario for file in FILES for scenario in read_scenarios(file.read_bytes(), file.name) if not scenario.expect_error
]


@pytest.fixture(scope="module")
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture(scope="module")
def processes():
    return load(ROOT).processes


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.id)
def test_a_scenario_comes_out_as_its_author_says(app: Flask, processes, scenario: Scenario) -> None:
    """Also: the journal, folded, gives the case back equal (``Walk.play`` compares them)."""
    assert Walk(app, processes[scenario.workflow], scenario).play() == []
