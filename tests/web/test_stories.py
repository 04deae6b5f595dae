"""Stories, coverage and replay, as somebody at a terminal calls them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from engine.library import load
from engine.scenario import read_scenarios, run
from tests.cast import Cast
from tests.shipped import processes
from tests.web.walk import Walk
from web.cli import cli
from web.config import definitions_root

REGION = "pontianak"


def call(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["--language", "en", *words])
    return result.exit_code, result.output


def test_coverage_is_counted_and_what_is_missing_is_named() -> None:
    code, output = call("test", REGION, "--coverage")
    assert code == 0
    assert "transitions" in output
    assert "table rows" in output
    assert output.strip().endswith("0 failed")


def test_made_up_stories_pass_as_scenarios(tmp_path: Path) -> None:
    file = tmp_path / "cerita.yaml"
    _code, output = call("scenario", "generate", REGION, "--all", "--walks", "6", "--output", str(file))
    assert "stories cover" in output
    process = next(p for p in processes().values() if p.workflow.region == REGION)
    made = read_scenarios(file.read_bytes(), str(file))
    assert made
    for scenario in made:
        assert run(process, scenario).differences == ()
        assert scenario.expected["path"]


@pytest.mark.parametrize("words", [("scenario", "generate", "atlantis"), ("replay", "no-such-folder")])
def test_what_is_not_there_is_told(words: tuple[str, ...]) -> None:
    code, output = call(*words)
    assert code == 2
    assert "Traceback" not in output


def test_a_service_without_closed_cases_replays_nothing(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.ready.create_app", lambda: app)
    code, output = call("replay", str(definitions_root()))
    assert (code, output.strip().splitlines()[-1]) == (0, "0 cases replayed, 0 changed")


def test_a_changed_table_is_told_with_whose_result_it_changes(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = definitions_root()
    for folder in ("workflows", "forms"):
        shutil.copytree(root / folder, tmp_path / folder)
    file = tmp_path / "workflows" / f"{REGION}.yaml"
    file.write_text(file.read_text().replace('[">= 90", "-", BAIK]', '[">= 119", "-", BAIK]'))
    process = next(p for p in load(root).processes.values() if p.workflow.region == REGION)
    scenarios = read_scenarios((root / "workflows" / "scenarios" / f"{REGION}.yaml").read_bytes(), f"{REGION}.yaml")
    scenario = next(s for s in scenarios if s.id == "PTK-1")
    assert Walk(app, process, scenario).play() == []
    monkeypatch.setattr("web.ready.create_app", lambda: app)
    code, output = call("replay", str(tmp_path))
    assert code == 1
    assert "Performance predicate: Good becomes Needs improvement (the rule changed: predikat_pp30)" in output
    assert output.strip().endswith("1 cases replayed, 1 changed")
