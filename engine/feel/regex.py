"""Regular expressions as XPath has them, run in time proportional to the text.

All ways through the pattern are followed at once (Pike's machine), so no pattern can hang. What this cannot do, such
as references back to a group, is ``NotSupported``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from engine.feel.errors import NotSupported
from engine.feel.values import Meter

Test = Callable[[str], bool]
Span = tuple[int, int]
Saved = tuple[int, ...]

_LARGEST_REPEAT = 200
_LARGEST_PROGRAM = 2_000
_DEEPEST = 30


@dataclass(frozen=True, slots=True)
class _Char:
    """Take one character that passes."""

    test: Test


@dataclass(frozen=True, slots=True)
class _Split:
    """Go on at both places, the first preferred."""

    first: int
    second: int


@dataclass(frozen=True, slots=True)
class _Save:
    """Remember this position as a border of a group."""

    slot: int


@dataclass(frozen=True, slots=True)
class _At:
    """Go on only where *holds(text, position)*."""

    holds: Callable[[str, int], bool]


@dataclass(frozen=True, slots=True)
class _Match:
    """The whole pattern has been read."""


_Step = _Char | _Split | _Save | _At | _Match


class Malformed(ValueError):
    """This is no regular expression."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern with its number of groups."""

    program: tuple[_Step, ...]
    groups: int

    def search(self, text: str, meter: Meter) -> Iterator[Saved]:
        """The matches in *text* from left to right, none overlapping: borders of the whole, then of each group."""
        at = 0
        while at <= len(text):
            found = self.first(text, at, meter)
            if found is None:
                return
            yield found
            at = found[1] if found[1] > found[0] else found[1] + 1

    def first(self, text: str, begin: int, meter: Meter) -> Saved | None:
        """The leftmost match from *begin* on."""
        threads: list[tuple[int, Saved]] = []
        found: Saved | None = None
        none = (-1,) * (2 * self.groups + 2)
        for at in range(begin, len(text) + 1):
            meter.spend(1 + len(threads) // 8)
            if found is None:
                self.follow(threads, {pc for pc, _ in threads}, 0, none, text, at)
            if not threads and found is not None:
                break
            threads, found = self.advance(threads, found, text, at)
        return found

    def advance(
        self, threads: list[tuple[int, Saved]], found: Saved | None, text: str, at: int
    ) -> tuple[list[tuple[int, Saved]], Saved | None]:
        """The threads after the character at *at*. A match cuts off those that were less preferred."""
        following: list[tuple[int, Saved]] = []
        seen: set[int] = set()
        for pc, saved in threads:
            step = self.program[pc]
            if isinstance(step, _Match):
                return following, saved
            if isinstance(step, _Char) and at < len(text) and step.test(text[at]):
                self.follow(following, seen, pc + 1, saved, text, at + 1)
        return following, found

    def follow(
        self, threads: list[tuple[int, Saved]], seen: set[int], pc: int, saved: Saved, text: str, at: int
    ) -> None:
        """Add the threads that are reached from *pc* without taking a character, the preferred ones first."""
        waiting = [(pc, saved)]
        while waiting:
            pc, saved = waiting.pop()
            if pc in seen:
                continue
            seen.add(pc)
            step = self.program[pc]
            if isinstance(step, _Split):
                waiting += [(step.second, saved), (step.first, saved)]
            elif isinstance(step, _Save):
                waiting.append((pc + 1, (*saved[: step.slot], at, *saved[step.slot + 1 :])))
            elif isinstance(step, _At):
                waiting += [(pc + 1, saved)] if step.holds(text, at) else []
            else:
                threads.append((pc, saved))

    def replace(self, text: str, replacement: str, meter: Meter) -> str:
        """*text* with every match replaced; ``$1`` in the replacement is a group."""
        parts: list[str] = []
        last = 0
        for found in self.search(text, meter):
            parts += [text[last : found[0]], _expanded(replacement, text, found)]
            last = found[1]
        return "".join([*parts, text[last:]])

    def split(self, text: str, meter: Meter) -> list[str]:
        """The parts of *text* between the matches."""
        parts: list[str] = []
        last = 0
        for found in self.search(text, meter):
            parts.append(text[last : found[0]])
            last = found[1]
        return [*parts, text[last:]]


_REFERENCE = re.compile(r"\\[\\$]|\$(\d)|\\|\$")


def template(replacement: str) -> str | None:
    """*replacement* if it may be one: ``$`` only before a digit, and a backslash only before ``$`` and itself."""
    wrong = any(match[0] in ("\\", "$") for match in _REFERENCE.finditer(replacement))
    return None if wrong else replacement


def _expanded(replacement: str, text: str, found: Saved) -> str:
    def group(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0][1]
        at = 2 * int(match[1])
        return text[found[at] : found[at + 1]] if at < len(found) and found[at] >= 0 else ""

    return _REFERENCE.sub(group, replacement)


@lru_cache(maxsize=256)
def compile(pattern: str, flags: str) -> Pattern | None:
    """*pattern* with the XPath *flags* ``s m i x``; None if it is malformed. Raises ``NotSupported``."""
    if set(flags) - set("smix"):
        return None
    source = _without_spaces(pattern) if "x" in flags else pattern
    try:
        reader = _Reader(source, frozenset(flags))
        return Pattern(tuple(reader.whole()), reader.groups)
    except Malformed:
        return None


def _without_spaces(pattern: str) -> str:
    """*pattern* without the white space that stands outside of a class."""
    kept: list[str] = []
    depth = 0
    for at, char in enumerate(pattern):
        escaped = at > 0 and pattern[at - 1] == "\\"
        if not escaped:
            depth += (char == "[") - (char == "]")
        if depth > 0 or char not in " \t\n\r":
            kept.append(char)
    return "".join(kept)


_SINGLE = {"n": "\n", "r": "\r", "t": "\t"}
_CLASSES: dict[str, Test] = {
    "s": lambda char: char in " \t\n\r",
    "d": str.isdecimal,
    "w": lambda char: char.isalnum() or char == "_",
    "i": lambda char: char.isalpha() or char in "_:",
    "c": lambda char: char.isalnum() or char in "_:-.",
}
_BOUNDS = re.compile(r"\{(\d{1,4})(,(\d{0,4}))?\}")


class _Reader:
    """Reads a pattern by recursive descent, straight into the steps of the machine."""

    def __init__(self, source: str, flags: frozenset[str]) -> None:
        self.source = source
        self.flags = flags
        self.at = 0
        self.groups = 0
        self.depth = 0

    @property
    def char(self) -> str:
        return self.source[self.at : self.at + 1]

    def accept(self, text: str) -> bool:
        found = self.source.startswith(text, self.at)
        self.at += len(text) if found else 0
        return found

    def whole(self) -> list[_Step]:
        body = self.alternatives()
        if self.char:
            raise Malformed(self.source)
        program = _moved([_Save(0)], 0) + _moved(body, 1)
        return [*program, _Save(1), _Match()]

    def alternatives(self) -> list[_Step]:
        branch = self.sequence()
        if not self.accept("|"):
            return branch
        other = self.alternatives()
        jump = len(branch) + len(other) + 2
        second = len(branch) + 2
        return _bounded([_Split(1, second), *_moved(branch, 1), _Split(jump, jump), *_moved(other, second)])

    def sequence(self) -> list[_Step]:
        steps: list[_Step] = []
        while self.char and self.char not in "|)":
            steps = _bounded(steps + _moved(self.repeated(), len(steps)))
        return steps

    def repeated(self) -> list[_Step]:
        steps = self.atom()
        if self.char not in ("*", "+", "?", "{") or not self.char:
            return steps
        least, most = self.bounds()
        greedy = not self.accept("?")
        if self.char and self.char in "*+?{":
            raise Malformed(self.source)
        return _repeat(steps, least, most, greedy=greedy)

    def bounds(self) -> tuple[int, int | None]:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.accept(sign):
                return bounds
        match = _BOUNDS.match(self.source, self.at)
        if not match:
            raise Malformed(self.source)
        self.at = match.end()
        least = int(match[1])
        most = least if match[2] is None else int(match[3]) if match[3] else None
        if most is not None and most < least:
            raise Malformed(self.source)
        if max(least, most or 0) > _LARGEST_REPEAT:
            raise NotSupported(match[0])
        return least, most

    def atom(self) -> list[_Step]:
        char = self.char
        if self.accept("("):
            return self.group()
        if char and char in "*+?{}])":
            raise Malformed(self.source)
        if char in ("^", "$"):
            self.at += 1
            return [_At(self.border(char))]
        return [_Char(self.character_test())]

    def group(self) -> list[_Step]:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise NotSupported("((((")
        number = 0
        if not self.accept("?:"):
            self.groups += 1
            number = self.groups
        body = self.alternatives()
        if not self.accept(")"):
            raise Malformed(self.source)
        self.depth -= 1
        return [_Save(2 * number), *_moved(body, 1), _Save(2 * number + 1)] if number else body

    def border(self, char: str) -> Callable[[str, int], bool]:
        by_line = "m" in self.flags
        if char == "^":
            return lambda text, at: at == 0 or (by_line and text[at - 1] == "\n" and at < len(text))
        return lambda text, at: at == len(text) or (by_line and text[at] == "\n")

    def character_test(self) -> Test:
        char = self.char
        if self.accept("["):
            return self.character_class()
        self.at += 1
        if char == ".":
            return (lambda _: True) if "s" in self.flags else (lambda found: found not in "\n\r")
        if char == "\\":
            return self.escape()
        return self.exactly(char)

    def exactly(self, char: str) -> Test:
        return self.folded(lambda found: found == char)

    def folded(self, test: Test) -> Test:
        """*test* of either case, where case is to be ignored."""
        if "i" not in self.flags:
            return test
        return lambda found: test(found) or test(found.lower()) or test(found.upper())

    def escape(self) -> Test:
        """What follows a backslash."""
        char = self.char
        self.at += 1
        if char.lower() in _CLASSES:
            test = _CLASSES[char.lower()]
            return test if char.islower() else (lambda found: not test(found))
        if char.isdigit() or char in ("p", "P"):
            raise NotSupported(f"\\{char}")
        if not char or (char.isalnum() and char not in _SINGLE):
            raise Malformed(self.source)
        return self.exactly(_SINGLE.get(char, char))

    def character_class(self) -> Test:
        """A class up to its ``]``; a class after a last ``-`` is taken out of it."""
        negated = self.accept("^")
        tests: list[Test] = []
        taken: Test = lambda _: False  # noqa: E731
        while not self.accept("]"):
            if not self.char:
                raise Malformed(self.source)
            if tests and self.accept("-["):
                taken = self.character_class()
                if self.char != "]":
                    raise Malformed(self.source)
            else:
                tests.append(self.class_item())
        if not tests:
            raise Malformed(self.source)
        return lambda found: (any(test(found) for test in tests) is not negated) and not taken(found)

    def class_item(self) -> Test:
        low = self.char
        self.at += 1
        if low == "[":
            raise Malformed(self.source)
        if low == "\\" and self.char.lower() in (*_CLASSES, "p"):
            return self.escape()
        low = self.single(low)
        if self.char != "-" or self.source[self.at + 1 : self.at + 2] in ("]", "["):
            return self.exactly(low)
        self.at += 2
        high = self.single(self.source[self.at - 1 : self.at])
        if not high or high < low:
            raise Malformed(self.source)
        return self.folded(lambda found: low <= found <= high)

    def single(self, char: str) -> str:
        """The character itself, or the one a backslash stands for."""
        if char != "\\":
            return char
        escaped = self.char
        self.at += 1
        if not escaped or (escaped.isalnum() and escaped not in _SINGLE):
            raise Malformed(self.source)
        return _SINGLE.get(escaped, escaped)


def _moved(steps: list[_Step], by: int) -> list[_Step]:
    """*steps* as they are when they stand *by* places further on."""
    return [_Split(step.first + by, step.second + by) if isinstance(step, _Split) else step for step in steps]


def _bounded(steps: list[_Step]) -> list[_Step]:
    if len(steps) > _LARGEST_PROGRAM:
        raise NotSupported("{...}")
    return steps


def _split(first: int, second: int, *, greedy: bool) -> _Split:
    return _Split(first, second) if greedy else _Split(second, first)


def _repeat(steps: list[_Step], least: int, most: int | None, *, greedy: bool) -> list[_Step]:
    """*steps* at least and at most so many times."""
    made: list[_Step] = []
    for _ in range(least):
        made = _bounded(made + _moved(steps, len(made)))
    begin = len(made)
    if most is None:
        after = begin + len(steps) + 2
        return [*made, _split(begin + 1, after, greedy=greedy), *_moved(steps, begin + 1), _Split(begin, begin)]
    after = begin + (most - least) * (len(steps) + 1)
    for _ in range(most - least):
        made = _bounded([*made, _split(len(made) + 1, after, greedy=greedy), *_moved(steps, len(made) + 1)])
    return made
