"""A region's definitions as plain data, read once, and what is found when one part of them is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.compile import compiled
from engine.errors import Place
from engine.feel.nodes import Call, Name, walk
from engine.overlay import overlaid
from engine.process import Process
from engine.scenario import Scenario, read_scenarios, run
from engine.source import Source, read
from tests.unit import test_tables

ROOT = Path(__file__).parents[2]
#: The processes of the four regions.
REGIONS = ("tanjungpinang", "batanghari", "pontianak", "pauh")

Data = dict[str, Any]


class Changed(Source):
    """A definition with changed data: what stood elsewhere before is told of the file as a whole."""

    def __init__(self, source: Source, data: Data) -> None:
        super().__init__(source._text, data, source._mark)

    def place(self, path: Any) -> Place:
        return Place(self.file)

    def key_place(self, path: Any) -> Place:
        return Place(self.file)

    def offset(self, path: Any, n: int) -> Place:
        return Place(self.file)

    def key_offset(self, path: Any, n: int) -> Place:
        return Place(self.file)


@dataclass(frozen=True)
class Verdict:
    """What noticed a change: ``check``, ``warning``, ``scenario``, ``row``, or nothing; and its words."""

    by: str
    said: str = ""
    process: Process | None = None


@dataclass(frozen=True)
class Region:
    """One region's process with all it uses, overlays merged, and its scenarios."""

    workflow: str
    sources: Mapping[tuple[str, str], Source]
    scenarios: tuple[Scenario, ...]

    @cached_property
    def process(self) -> Process:
        return self._compiled({})[0][self.workflow]

    @cached_property
    def warned(self) -> frozenset[str]:
        """The warnings of the definition as it stands."""
        return frozenset(problem.text() for problem in self._compiled({})[1])

    @cached_property
    def used(self) -> frozenset[str]:
        """The functions and tables that this process calls, directly or through others."""
        nodes = [node for expression in self.process.code for node in walk(expression.parsed.root)]
        return frozenset(n.function.name for n in nodes if isinstance(n, Call) and isinstance(n.function, Name))

    def _compiled(self, changes: Mapping[tuple[str, str], Data]) -> tuple[dict[str, Process], list[Any]]:
        sources = [Changed(s, changes[key]) if key in changes else s for key, s in self.sources.items()]
        processes, files = compiled(sources)
        return processes, files.problems

    def judged(self, key: tuple[str, str], data: Data) -> Verdict:
        """What notices that *data* stands where *key* was."""
        processes, problems = self._compiled({key: data})
        errors = [problem for problem in problems if not problem.warning]
        if errors:
            return Verdict("check", errors[0].code)
        process = processes[self.workflow]
        told = _first_difference(process, self.scenarios)
        if told:
            return Verdict("scenario", told)
        told = _first_wrong_row(process)
        if told:
            return Verdict("row", told)
        new = [problem.code for problem in problems if problem.text() not in self.warned]
        return Verdict("warning" if new else "", new[0] if new else "", process)


def _first_difference(process: Process, scenarios: tuple[Scenario, ...]) -> str:
    for scenario in scenarios:
        try:
            found = run(process, scenario).differences
        except Exception as error:
            found = (f"{type(error).__name__}: {error}",)
        if found:
            return f"{scenario.id}: {found[0]}"
    return ""


def _first_wrong_row(process: Process) -> str:
    """A boundary row of the shared tables and formulas that comes out otherwise."""
    for _, name, inputs, wanted in test_tables.ROWS:
        called = process.words.callables.get(name)
        types = process.words.signatures.get(name)
        if called is None or types is None or len(types.params) != len(inputs):
            continue
        if called(*inputs) != wanted:
            return f"{name}{inputs}: {called(*inputs)}, not {wanted}"
    return ""


def regions() -> Iterator[tuple[str, Region]]:
    """Each region by its name, its overlay merged."""
    everything = [read(file.read_bytes(), str(file.relative_to(ROOT))) for file in _files()]
    merged = {_key(source): source for source in overlaid(everything).sources}
    scenarios = [s for file in sorted((ROOT / "workflows" / "scenarios").glob("*.yaml"))
                 for s in read_scenarios(file.read_bytes(), str(file))]  # fmt: skip
    for (kind, name), source in merged.items():
        if kind == "workflow" and source.data.get("region") in REGIONS:
            sources = {key: _whole(merged[key]) for key in [(kind, name), *_with(merged, source)]}
            mine = tuple(scenario for scenario in scenarios if scenario.workflow == name)
            yield source.data["region"], Region(name, sources, mine)


def _files() -> Iterator[Path]:
    for folder in ("workflows", "forms"):
        for file in sorted((ROOT / folder).rglob("*.yaml")):
            if "scenarios" not in file.parts and file.name != "en.yaml":
                yield file


def _key(source: Source) -> tuple[str, str]:
    kind = next(iter(source.data))
    return kind, source.data[kind]


def _whole(source: Source) -> Source:
    """An overlay that is merged already is a definition of its own."""
    data = deepcopy({key: part for key, part in source.data.items() if key not in ("extends", "remove", "locked")})
    for item in data.get("fields", {}).values():
        item.pop("after", None)
    return Changed(source, data)


def _with(merged: Mapping[tuple[str, str], Source], workflow: Source) -> Iterator[tuple[str, str]]:
    """What *workflow* uses: its words, its forms, the processes it starts and what these use."""
    for name in workflow.data.get("use", []):
        yield from (key for key in (("vocabulary", name), ("catalogue", name)) if key in merged)
    forms = {form for part in _parts(workflow.data) if isinstance(form := part.get("form"), str)}
    yield from (("form", form) for form in sorted(forms))
    started = {
        name for part in _parts(workflow.data) if isinstance(part.get("starts"), dict) for name in part["starts"]
    }
    for name in sorted(started):
        yield "workflow", name
        yield from _with(merged, merged["workflow", name])


def _parts(data: Any) -> Iterator[Data]:
    if isinstance(data, dict):
        yield data
        for part in data.values():
            yield from _parts(part)
    elif isinstance(data, list):
        for part in data:
            yield from _parts(part)
