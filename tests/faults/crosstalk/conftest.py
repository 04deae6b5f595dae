"""The service of the races and its crowd, here too."""

from tests.races.conftest import app, crowd, definitions, empty, place, settings

__all__ = ["app", "crowd", "definitions", "empty", "place", "settings"]
