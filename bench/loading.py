"""Reading and compiling definitions: several copies of a real region's process, with the vocabulary they share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.rounds import Call, Costs, compared
from engine.library import load_texts
from engine.machine import machine_of

ROOT = Path(__file__).parent.parent
REGION, WORKFLOW = "pontianak", "pontianak_kinerja_semesteran_360"
COPIES, ROUNDS = 2, 7


def measured() -> Costs:
    """The costs of ``load``, which reads ``lines()`` lines."""
    return compared({"load": lambda number: [_loading(number)]}, ROUNDS)


def lines() -> int:
    """How many lines are read in a round."""
    return sum(text.count("\n") for _, text in _files(0))


def _loading(number: int) -> Call:
    files = dict(_files(number))

    def load() -> None:
        for process in load_texts(files).processes.values():
            machine_of(process)

    return load


def _files(number: int) -> Iterator[tuple[str, str]]:
    """Definition files by name, with other ids in every round: nothing of an earlier round can be used again."""
    for file in sorted(ROOT.glob("workflows/bersama/*.yaml")) + sorted(ROOT.glob("forms/bersama/*.yaml")):
        if file.stem != "en":
            yield file.relative_to(ROOT).as_posix(), file.read_text()
    for copy in range(COPIES):
        name = f"salinan_{number}_{copy}"
        for file in (ROOT / f"workflows/{REGION}.yaml", *sorted((ROOT / "forms" / REGION).glob("*.yaml"))):
            if file.stem != "en":
                text = file.read_text().replace(WORKFLOW, name).replace(f"{REGION}/", f"{name}/")
                yield file.relative_to(ROOT).as_posix().replace(REGION, name), text
