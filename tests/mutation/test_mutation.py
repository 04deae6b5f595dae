"""A sample of the mutation run: most mistakes are noticed, and the definitions as they stand are not.

The whole run is ``make mutation``; its result and the judged survivors stand in docs/mutation.md.
"""

from random import Random

import pytest

from tests.mutation.judging import EQUIVALENT, judged
from tests.mutation.operators import OPERATORS, mutants
from tests.mutation.regions import REGIONS, Region, regions

SAMPLE, SEED = 8, 2026
#: Of the mistakes that change anything, so many are noticed by the whole run; a sample may fall below by chance.
WHOLE, SAMPLED = 0.95, 0.85


@pytest.fixture(scope="module")
def found() -> dict[str, Region]:
    return dict(regions())


def test_every_region_takes_part(found: dict[str, Region]) -> None:
    assert set(found) == set(REGIONS)


def test_every_operator_yields_mutants_of_every_region(found: dict[str, Region]) -> None:
    for region in found.values():
        made = {mutant.operator for mutant in mutants(region)}
        assert made == {operator.__name__ for operator in OPERATORS}


def test_what_is_not_changed_passes(found: dict[str, Region]) -> None:
    for region in found.values():
        key = ("workflow", region.workflow)
        assert region.judged(key, region.sources[key].data).by == ""


def test_a_mutant_that_is_named_equivalent_is_still_made(found: dict[str, Region]) -> None:
    names = {f"{name} {mutant.name}" for name, region in found.items() for mutant in mutants(region)}
    assert [name for name in EQUIVALENT if name not in names] == []


def test_most_mistakes_are_noticed(found: dict[str, Region], capsys: pytest.CaptureFixture[str]) -> None:
    chance = Random(SEED)
    results = [
        judged(name, found[name], one) for name in REGIONS for one in chance.sample([*mutants(found[name])], SAMPLE)
    ]
    real = [result for result in results if result.caught or not result.equivalent]
    caught = sum(result.caught for result in real)
    with capsys.disabled():
        whole = f"target of the whole run {WHOLE:.0%}: docs/mutation.md"
        print(f"\nMutation, sampled: {caught} of {len(real)} mistakes noticed ({whole})")
    assert caught >= SAMPLED * len(real), [result.mutant.name for result in real if not result.caught]
