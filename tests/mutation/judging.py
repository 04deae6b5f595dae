"""Each mutant through the checker, the region's scenarios and the boundary rows; and which of them mean the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from random import Random

from engine.process import Process
from engine.proofs.domains import parts_of
from tests.mutation.operators import Mutant, mutants
from tests.mutation.regions import Region, Verdict, regions

#: Mutants that mean the same as the definition, and why. Two more kinds are found by themselves.
ONLY_AN_ID = "nothing refers to the field: only its id is another"
SAME_TABLE = "the table gives the same for every input"
EXCLUSIVE = "predikat is one of them only, so that at most one of the two lines holds"
EQUIVALENT: dict[str, str] = {
    "tanjungpinang swap_two_rows: tanjungpinang_kinerja_tahunan values.outcome.first: 1 ↔ 2": EXCLUSIVE,
    "tanjungpinang swap_two_rows: tanjungpinang_kinerja_tahunan values.outcome.first: 2 ↔ 3": EXCLUSIVE,
}


@dataclass(frozen=True)
class Judged:
    region: str
    mutant: Mutant
    verdict: Verdict
    equivalent: str = ""

    @property
    def caught(self) -> bool:
        return self.verdict.by in ("check", "scenario", "row")


def judged_all(sample: int, chance: Random, only: str | None = None) -> Iterator[Judged]:
    """Every mutant of every region, or *sample* of each."""
    for name, region in regions():
        if only and name != only:
            continue
        found = list(mutants(region))
        if sample and sample < len(found):
            found = chance.sample(found, sample)
        for mutant in found:
            yield judged(name, region, mutant)


def judged(name: str, region: Region, mutant: Mutant) -> Judged:
    verdict = region.judged(mutant.key, mutant.data)
    same = EQUIVALENT.get(f"{name} {mutant.name}", "")
    if verdict.process and not same and _same_table(region.process, verdict.process, mutant):
        same = SAME_TABLE
    if verdict.process and not same and mutant.operator == "rename_a_field" and not _matched(verdict.process, mutant):
        same = ONLY_AN_ID
    return Judged(name, mutant, verdict, same)


def _matched(process: Process, mutant: Mutant) -> bool:
    """Whether the field stood beside another of the same id: that is the only reference the checker does not follow."""
    form, name = mutant.key[1], mutant.path[1]
    for duty in process.duties.values():
        beside = process.duties.get(duty.form.beside or "") if duty.form else None
        pair = {duty.form.form, beside.form.form} if duty.form and beside and beside.form else set()
        if len(mutant.path) == 2 and form in pair and beside and (name in beside.fields or name in duty.fields):
            return True
    return False


def _same_table(before: Process, after: Process, mutant: Mutant) -> bool:
    """Whether the mutant changed a decision table that gives the same for every input there is all the same."""
    if mutant.path[:1] != ("tables",) or len(mutant.path) < 3:
        return False
    one, other = before.words.tables[str(mutant.path[1])], after.words.tables[str(mutant.path[1])]
    axes = []
    for number, word in enumerate(one.inputs.values()):
        parts = parts_of(before.words, word, [row[number].text for row in (*one.rows, *other.rows)])
        if parts is None:
            return False
        axes.append([None, *(part.sample for part in parts)])
    decide, decided = before.decisions[one.id], after.decisions[one.id]
    return all(decide(*case).result == decided(*case).result for case in product(*axes))
