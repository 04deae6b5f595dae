"""The definitions and stories that are shipped, read once for all tests: reading proves them, which takes long.

They are never changed; a test that changes definitions writes a folder of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from engine.library import Library, load
from engine.process import Process
from engine.scenario import Scenario, read_scenarios

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
