"""The chain of a case's journal: every line is hashed with the link before it, under a key outside the database.

Whoever can write to the database can change a line, but not the links from it to the head.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from engine.jsontext import dumped

#: What of a line is hashed, in this order.
PARTS = ("case", "seq", "event", "at", "person", "role", "action", "duty", "answer", "inputs", "noted")


def chained(key: bytes, before: str, line: Mapping[str, Any]) -> str:
    """The link of *line*, 64 hexadecimal digits; *before* is that of the line before, empty for the first.

    ``at`` is the instant as ``web.statements.stamp`` writes it.
    """
    return linked(key, before, line["case"], said(line))


def said(line: Mapping[str, Any]) -> str:
    """What of *line* is hashed, but for the case: the same text in many cases that begin alike."""
    return dumped([line[part] for part in PARTS[1:]])[1:]


def said_around(line: Mapping[str, Any], part: str) -> tuple[str, str]:
    """What ``said`` gives, before and after *part*, which stands there as JSON."""
    place = PARTS.index(part)
    before, after = ([line[other] for other in parts] for parts in (PARTS[1:place], PARTS[place + 1 :]))
    return dumped(before)[1:-1] + ",", "," + dumped(after)[1:]


def linked(key: bytes, before: str, case: str, line: str) -> str:
    """The link of what a line says in *case*."""
    subject = f'["{before}",{dumped(case)},{line}'
    link = _begun(key).copy()
    link.update(subject.encode())
    return link.hexdigest()


# The key is a block of what is hashed, the same for every line.
@lru_cache(maxsize=2)
def _begun(key: bytes) -> hashlib.blake2b:
    return hashlib.blake2b(key=key, digest_size=32)
