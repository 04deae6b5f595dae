"""The service of ``tests.web``, its jobs worked on by hand or by real workers."""

from tests.web.conftest import app, cast, definitions, prepared, settings, visitor

__all__ = ["app", "cast", "definitions", "prepared", "settings", "visitor"]
