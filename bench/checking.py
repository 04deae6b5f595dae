"""Proving definitions: ``borang check`` of everything there is, and of one region with what it uses and starts."""

from __future__ import annotations

from bench.loading import REGION, ROOT
from bench.rounds import Call, Costs, compared
from engine.library import check_texts

ROUNDS = 3
#: Parts of the file names of what belongs to one region: its own, shared words, the process that it starts.
OF_ONE = (REGION, "bersama", "pembinaan")


def measured() -> Costs:
    """The costs of ``all`` and of ``one``, proofs over decimals included."""
    everything = _texts()
    one = {name: text for name, text in everything.items() if any(part in name for part in OF_ONE)}
    return compared({"all": lambda number: [_checking(everything)], "one": lambda number: [_checking(one)]}, ROUNDS)


def _checking(texts: dict[str, str]) -> Call:
    def check() -> None:
        assert all(problem.warning for problem in check_texts(texts))

    return check


def _texts() -> dict[str, str]:
    files = [file for folder in ("workflows", "forms") for file in sorted((ROOT / folder).rglob("*.yaml"))]
    return {file.relative_to(ROOT).as_posix(): file.read_text() for file in files if "scenarios" not in file.parts}
