"""In which order things that read one another come about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def ordered(names: Iterable[str], reads: Mapping[str, Iterable[str]]) -> tuple[list[str], list[list[str]]]:
    """*names* so that each comes after those of them that it reads, and the circles in which some of them go round.

    Otherwise they stay as they are. A circle begins and ends with the same name.
    """
    order: list[str] = []
    trail: list[str] = []
    circles: list[list[str]] = []
    among = list(names)

    def visit(name: str) -> None:
        if name in trail:
            circles.append([*trail[trail.index(name) :], name])
        elif name not in order:
            trail.append(name)
            for other in sorted(reads[name]):
                if other in among:
                    visit(other)
            trail.remove(name)
            order.append(name)

    for name in among:
        visit(name)
    return order, circles
