"""The chain of a case's journal: every line is hashed with the link before it, under a key outside the database.

Whoever can write to the database can change a line, but not the links from it to the head.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

#: What of a line is hashed, in this order.
PARTS = ("case", "seq", "event", "at", "person", "role", "action", "duty", "answer", "inputs", "noted")
_text = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def chained(key: bytes, before: str, line: Mapping[str, Any]) -> str:
    """The link of *line*, 64 hexadecimal digits; *before* is that of the line before, empty for the first.

    ``at`` is the instant as ``web.statements.stamp`` writes it.
    """
    subject = _text([before, *(line[part] for part in PARTS)])
    return hashlib.blake2b(subject.encode(), key=key, digest_size=32).hexdigest()
