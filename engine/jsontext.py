"""JSON as it is kept in rows and hashed into chains: compact, and the same value is always the same text.

Numbers are written as text before they come here (``engine.codec``): JSON's own are binary floats to many a reader.
"""

from __future__ import annotations

from typing import Any

import orjson


def dumped(value: Any) -> str:
    """*value* as text. Raises ``TypeError`` for what has no form in JSON, a half of a surrogate pair included."""
    return orjson.dumps(value).decode()


def loaded(text: str) -> Any:
    """The value that *text* holds. Raises ``ValueError`` where it is not JSON."""
    return orjson.loads(text)
