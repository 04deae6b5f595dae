"""Borang's engine: definitions in, cases led by them. Pure; the two verbs are ``desk`` and ``act``."""

from __future__ import annotations

from engine import feel
from engine.act import act, begin, set_seats
from engine.case import Actor, Case, Cycle, Entry, Outcome
from engine.desk import Desk, desk
from engine.errors import DefinitionError, Refusal, Refused, Stale
from engine.journal import fold
from engine.library import Library, check, load
from engine.migration import migrate

__all__ = [
    "Actor", "Case", "Cycle", "DefinitionError", "Desk", "Entry", "Library", "Outcome", "Refusal",
    "Refused", "Stale", "act", "begin", "check", "desk", "feel", "fold", "load", "migrate", "set_seats",
]  # fmt: skip
