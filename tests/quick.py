"""The service as most tests start it: as the product does, without doing again what every test before it has done.

The definitions of a folder of ours are read once, and the code into which a template is compiled is kept. Both come out
the same each time, and neither is ever changed.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from web import create_app
from web.config import Settings
from web.definitions import Definitions

ROOT = Path(__file__).parents[1]


class _Compiled(BytecodeCache):
    """The code of templates, by name and text."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], object] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()
read = cache(Definitions)


def service(settings: Settings) -> Flask:
    """The service with *settings*."""
    app = create_app(settings)
    app.jinja_env.bytecode_cache = _COMPILED
    if settings.definitions.is_relative_to(ROOT):
        app.extensions["definitions"] = read(settings.definitions)
    return app
