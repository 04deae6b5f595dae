"""The definitions and stories that are shipped, read once for all tests: reading proves them, which takes long.

They are never changed; a test that changes definitions writes a folder of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from engine.library import Library, load
from engine.process import Process
from engine.scenario import Result, Scenario, read_scenarios, run

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "workflows" / "scenarios").glob("*.yaml"))


@cache
def library() -> Library:
    return load(ROOT)


def processes() -> Mapping[str, Process]:
    return library().processes


@cache
def stories(name: str) -> tuple[Scenario, ...]:
    """The scenarios of the file *name*, in its order."""
    file = ROOT / "workflows" / "scenarios" / f"{name}.yaml"
    return tuple(read_scenarios(file.read_bytes(), file.name))


def every_story() -> list[Scenario]:
    """The scenarios of all files."""
    return [story for file in FILES for story in stories(file.stem)]


def story(file: str, ident: str) -> Scenario:
    return next(story for story in stories(file) if story.id == ident)


@cache
def played(file: str, ident: str, stage: str = "") -> Result:
    """A scenario played by the engine to its end, or until the case has entered *stage* for the first time."""
    whole = story(file, ident)
    steps = list(whole.steps)
    if stage:
        steps = steps[: next(n for n, step in enumerate(steps) if step["stage"] == stage)]
    result = run(processes()[whole.workflow], replace(whole, steps=steps, expected={}))
    assert result.differences == ()
    return result
