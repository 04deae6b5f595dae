"""The service as the product starts it, without doing again what every test before it has done.

The definitions of a folder of ours are read once, and the code into which a template is compiled is kept. Both come out
the same each time, and neither is ever changed. Definitions that a test has written are read as the product reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from engine.library import Library, load
from tests.shipped import ROOT, library
from web import console, create_app, definitions
from web.config import Settings


class _Compiled(BytecodeCache):
    """The code of templates, by name and text."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], object] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


def service(settings: Settings) -> Flask:
    """The service with *settings*."""
    app = create_app(settings)
    app.jinja_env.bytecode_cache = _COMPILED
    return app


@contextmanager
def reading_once() -> Iterator[None]:
    """The service and its commands in this process read each folder of the project once."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (console, definitions):
            patch.setattr(module, "load", _loaded)
        yield


def _loaded(root: Path) -> Library:
    if root == ROOT:
        return library()
    return _of_ours(root) if root.is_relative_to(ROOT) else load(root)


_of_ours = cache(load)
