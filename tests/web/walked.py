"""The authors' scenarios played to their end over HTTP, each once, for tests that look at what came of them."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from engine.library import load
from engine.scenario import read_scenarios
from tests.web.walk import Walk

ROOT = Path(__file__).parents[2]
PROCESSES = load(ROOT).processes
_FILES = [
    read_scenarios(file.read_bytes(), file.name) for file in sorted((ROOT / "workflows/scenarios").glob("*.yaml"))
]
SCENARIOS = {scenario.id: scenario for scenarios in _FILES for scenario in scenarios}
#: One scenario of each file.
FIRST = [scenarios[0] for scenarios in _FILES]


class Walked:
    """Walks by the id of their scenario; the service's clock stands where the walk that was asked for ended."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._played: dict[str, Walk] = {}

    def __call__(self, name: str) -> Walk:
        if name not in self._played:
            scenario = SCENARIOS[name]
            self._played[name] = Walk(self.app, PROCESSES[scenario.workflow], scenario)
            assert self._played[name].play() == []
        self.app.extensions["clock"] = self._played[name]
        return self._played[name]
