"""Texts made to exhaust a parser, each as large as a definition may be, and a run of them in little memory."""

import resource
import time

from engine.errors import DefinitionError
from engine.source import MAX_BYTES, read

MEMORY = 300 * 1024 * 1024
SECONDS = 2.0


def filled(pattern: str, begin: str = "") -> str:
    """*begin*, then *pattern* again and again up to the largest size a definition may have."""
    return begin + pattern * ((MAX_BYTES - len(begin)) // len(pattern.encode()))


BOMBS = {
    "brackets": filled("["),
    "braces": filled("{"),
    "brackets and braces": filled("[{"),
    "balanced brackets": "[" * 30_000 + "]" * 30_000,
    "closed brackets": filled("[],"),
    "maps in maps": filled("{a: "),
    "quoted keys in braces": filled('{"a":'),
    "items in items": filled("- "),
    "marked keys": filled("? "),
    "a map a line deeper each time": "\n".join(" " * deep + "a:" for deep in range(700)),
    "quotes": filled('"'),
    "quotes over lines": filled('"a\n'),
    "single quotes": filled("'"),
    "unclosed values": filled('a: "x\n'),
    "escaped nothing": filled("\\0", 'a: "'),
    "one scalar": filled("x", "a: "),
    "one scalar of lines": filled("  x\n", "a:\n"),
    "one block": filled("  x\n", "a: |\n"),
    "one long key": filled("k") + ": 1",
    "lines without a colon": filled("aaaa\n"),
    "an error in every line": filled("a: b: c\n"),
    "a cut formula in every line": filled("a: {b: min(1, 2)}\n"),
    "the same key": filled("a: 1\n"),
    "many keys": "\n".join(f"k{n}: {n}" for n in range(20_000)),
    "keys in braces": "{" + ",".join(f"k{n}" for n in range(35_000)),
    "merge": "a: &a {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [*a, *a]}}\n" for n in range(5_000)),
    "anchors": filled("- &a x\n"),
    "aliases": filled("- *a\n"),
    "tags": filled("- !a x\n"),
    "documents": filled("---\n"),
    "directives": filled("%TAG ! x\n"),
    "tabs": filled("\t"),
    "line feeds": filled("\n"),
    "comments": filled("#\n"),
    "nothing": "\0" * MAX_BYTES,
    "bells": filled("\x07", "a"),
    "two bytes a character": filled("é", "a: "),
    "four bytes a character": filled("😀", 'a: "'),
    "ten megabytes": "a: " + "x" * 10_000_000,
}


def run() -> None:
    """Read every bomb, and fail where one is accepted, takes too long or more memory than there is."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for name, text in BOMBS.items():
        began = time.process_time()
        try:
            read(text, name)
        except DefinitionError:
            took = time.process_time() - began
            assert took < SECONDS, f"{name} took {took:.1f} s"
        else:
            raise AssertionError(f"{name} was accepted")


if __name__ == "__main__":
    run()
