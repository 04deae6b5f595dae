"""How much one expression may cost. Whatever goes beyond is a ``FeelError``, never a hang."""

from __future__ import annotations

SOURCE_LENGTH = 4_000
DEPTH = 60
NODES = 2_000
STEPS = 100_000
CALLS = 12
DIGITS = 34
EXPONENT = 6_144
LIST_LENGTH = 10_000
TEXT_LENGTH = 100_000
