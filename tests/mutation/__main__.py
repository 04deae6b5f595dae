"""``python -m tests.mutation [--sample N] [--region NAME]``: how many mistakes are noticed, and by what."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from random import Random

from tests.mutation.judging import Judged, judged_all
from tests.mutation.regions import REGIONS

SEED = 2026


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("--sample", type=int, default=0, help="so many mutants of each region (all)")
    parser.add_argument("--region", choices=REGIONS)
    chosen = parser.parse_args()
    began = time.perf_counter()
    found = []
    for one in judged_all(chosen.sample, Random(SEED), chosen.region):
        found.append(one)
        if not one.caught:
            print(f"survives  {one.region}  {one.mutant.name}{_note(one)}", flush=True)
    _told(found)
    print(f"{time.perf_counter() - began:.0f} s")


def _note(one: Judged) -> str:
    notes = [f"  [{one.verdict.by} {one.verdict.said}]"] if one.verdict.by else []
    return "".join(notes) + (f"  = {one.equivalent}" if one.equivalent else "")


def _told(found: list[Judged]) -> None:
    for title, of in (("region", lambda one: one.region), ("operator", lambda one: one.mutant.operator)):
        for name in dict.fromkeys(map(of, found)):
            _line(f"{title} {name}", [one for one in found if of(one) == name])
    _line("all", found)


def _line(title: str, some: list[Judged]) -> None:
    by = Counter(one.verdict.by or "nothing" for one in some)
    same = sum(bool(one.equivalent) for one in some if not one.caught)
    caught, real = sum(one.caught for one in some), len(some) - same
    share = 100 * caught / real if real else 100
    print(f"{title}: {len(some)} mutants, {same} equivalent, {caught} of {real} caught ({share:.1f} %): {dict(by)}")


if __name__ == "__main__":
    main()
