"""The authors' scenarios played to their end over HTTP, each once, for tests that look at what came of them."""

from __future__ import annotations

from flask import Flask

from tests.shipped import FILES, every_story, processes, stories
from tests.web.walk import Walk

PROCESSES = processes()
SCENARIOS = {scenario.id: scenario for scenario in every_story()}
#: One scenario of each file.
FIRST = [stories(file.stem)[0] for file in FILES]


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
