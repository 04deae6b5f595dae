"""Counter-examples as stories about people: who does what, one after the other, and where that leads.

The people are invented, one for each role; nobody in any register is meant. A story is data (``steps``) and says itself
in Indonesian and English: *Jika Rahmadi memilih "Kirim rencana", lalu Bu Sari memilih "Kembalikan" dua kali*.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.model import Action
from engine.process import Process
from engine.proofs.space import Edge, Move, Space, State
from engine.terms import Text

#: Invented names by relation, for as many roles as there are of it; then they begin again.
NAMES: Mapping[str, tuple[str, ...]] = {
    "subject": ("Rahmadi",),
    "superior": ("Bu Sari", "Pak Hasan"),
    "superior of": ("Pak Hendra", "Bu Wulan"),
    "peer": ("Dewi", "Fajar", "Nurul", "Bagus", "Wati"),
    "unit office": ("Bu Ratna", "Pak Yusuf", "Bu Indah"),
    "region office": ("Pak Anwar", "Bu Lestari", "Pak Surya", "Bu Melati"),
    "public": ("Bu Aminah", "Pak Slamet"),
}

#: So many steps are told; of a longer story the last ones.
TOLD = 6

_TIMES = {2: ("dua kali", "twice"), 3: ("tiga kali", "three times"), 4: ("empat kali", "four times")}


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody takes an action at a stage, ``times`` in a row; ``because`` is the route's condition that held."""

    person: str
    role: str
    action: str
    title: Text
    stage: str
    to: str
    because: str = ""
    times: int = 1

    def data(self) -> dict[str, Any]:
        names = ("person", "role", "action", "stage", "to", "because", "times")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Story:
    """What happens, step by step."""

    steps: tuple[Step, ...]

    def data(self) -> list[dict[str, Any]]:
        """The story for a program."""
        return [step.data() for step in self.steps]

    def text(self, language: str = "id") -> str:
        """The story up to its end, without a full stop."""
        english = language == "en"
        if not self.steps:
            return ("Sejak berkas dibuka", "From the moment the case is opened")[english]
        told = self.steps[-TOLD:]
        parts = [_said(step, language) for step in told]
        if len(told) < len(self.steps):
            before = f'berkas sudah sampai di "{told[0].stage}"', f'the case has come to "{told[0].stage}"'
            parts.insert(0, before[english])
        then = (", lalu ", ", then ")[english]
        return ("Jika ", "If ")[english] + then.join(parts)

    def __str__(self) -> str:
        return self.text()


def _title(step: Step, language: str) -> str:
    return step.title.translations.get(language, str(step.title)) if isinstance(step.title, Text) else str(step.title)


def _said(step: Step, language: str) -> str:
    english = language == "en"
    verb = ("memilih", "chooses")[english]
    text = f'{step.person or ("sistem", "the system")[english]} {verb} "{_title(step, language)}"'
    if step.because:
        text += f" ({step.because})"
    if step.times > 1:
        times = _TIMES.get(step.times, (f"{step.times} kali", f"{step.times} times"))
        text += " " + times[english]
    return text


class Stories:
    """Tells the paths of one space."""

    def __init__(self, space: Space, translations: Mapping[str, Mapping[str, str]]) -> None:
        self.space = space
        self.translations = translations
        self.people = dict(_people(space.process))

    def to(self, state: State, *edges: Edge) -> Story:
        """The shortest story that leads to *state*, and on by *edges*."""
        return self.told([*(edge for _, edge in self.space.path(state)), *edges])

    def at(self, state: State, move: Move) -> Story:
        """The shortest story that leads to *state*, where *move* is then tried."""
        line = max(len(move.routes) - 1, 0)
        return self.to(state, Edge(move, move.routes[line][1] if move.routes else state.stage, line))

    def told(self, edges: Iterable[Edge]) -> Story:
        """The story of *edges*, one after the other."""
        steps: list[Step] = []
        answered: Counter[str] = Counter()
        for edge in edges:
            step = self._step(edge)
            if edge.move.duty.many and not edge.move.routes:
                answered[step.role] += 1
                step = replace(step, person=self._rater(step, answered[step.role]))
            if steps and _same(steps[-1], step):
                steps[-1] = _again(steps[-1])
            else:
                steps.append(step)
        return Story(tuple(steps))

    def _rater(self, step: Step, number: int) -> str:
        """Another name for each of several people of one role."""
        is_ = self.space.process.words.roles[step.role].is_
        names = NAMES.get(is_, (step.person,))
        return names[(names.index(step.person) + number - 1) % len(names)] if step.person in names else step.person

    def _step(self, edge: Edge) -> Step:
        move = edge.move
        guard = move.routes[edge.line][0] if move.routes else None
        return Step(
            person=self.people.get(move.role, ""),
            role=move.role,
            action=move.action.id,
            title=self.title(move.action),
            stage=str(move.stage.title),
            to=str(self.space.process.stages[edge.target].title),
            because=guard.source.source.strip() if guard else "",
        )

    def title(self, action: Action) -> Text:
        """The button's words with their translations, the folder's too."""
        text = action.title or Text(action.id)
        own = getattr(text, "translations", {})
        found = {language: texts[text] for language, texts in self.translations.items() if text in texts}
        return Text(str(text), {**found, **own})


def _people(process: Process) -> Iterator[tuple[str, str]]:
    taken: dict[str, int] = {}
    for role in process.words.roles.values():
        relation = "superior of" if role.is_.startswith("superior of") else role.is_
        names = NAMES.get(relation)
        if names:
            yield role.id, names[taken.get(relation, 0) % len(names)]
            taken[relation] = taken.get(relation, 0) + 1


def _same(left: Step, right: Step) -> bool:
    names = ("person", "role", "action", "stage", "to")
    return all(getattr(left, name) == getattr(right, name) for name in names)


def _again(step: Step) -> Step:
    return replace(step, times=step.times + 1)
