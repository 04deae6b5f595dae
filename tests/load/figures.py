"""What a run of the load found: times and answers by phase and kind of request, and checks that held or did not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

GET, POST = "GET", "POST"
LOST = "no answer"


@dataclass(slots=True)
class Phase:
    """One phase: the seconds of each kind of request, and how many answers of each status."""

    name: str
    seconds: float = 0.0
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    answers: Counter[str] = field(default_factory=Counter)
    #: What else was counted: cases, jobs, mails.
    facts: dict[str, object] = field(default_factory=dict)

    def saw(self, kind: str, status: int, seconds: float) -> None:
        self.times[kind].append(seconds)
        self.answers[str(status)] += 1

    def lost(self) -> None:
        """A request without an answer."""
        self.answers[LOST] += 1

    def percentile(self, kind: str, share: float) -> float:
        """Milliseconds within which *share* of the requests of *kind* were answered; 0 without any."""
        found = sorted(self.times[kind])
        return found[min(int(len(found) * share), len(found) - 1)] * 1000 if found else 0.0

    @property
    def requests(self) -> int:
        return sum(self.answers.values())

    def mishaps(self) -> int:
        """Answers that are a mistake of the service: none, or a 5xx that does not ask to come again."""
        return sum(count for status, count in self.answers.items() if status == LOST or status == "500")

    def lines(self) -> Iterator[str]:
        """The phase as rows of a Markdown table."""
        statuses = ", ".join(f"{status}: {count}" for status, count in sorted(self.answers.items()))
        rate = self.requests / self.seconds if self.seconds else 0
        for kind, times in sorted(self.times.items()):
            shares = " | ".join(f"{self.percentile(kind, share):.0f}" for share in (0.5, 0.95, 0.99, 1))
            yield f"| {self.name} | {kind} | {len(times)} | {shares} |"
        yield f"| {self.name} | all, {rate:.0f} a second | {self.requests} | {statuses} | | | |"


@dataclass(slots=True)
class Checks:
    """What must hold; each is told once, with what was found."""

    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def hold(self, what: str, fulfilled: bool, found: object = "") -> None:
        told = f"{what}: {found}" if found != "" else what
        (self.passed if fulfilled else self.failed).append(told)
