"""The text of a definition: strict YAML in, plain data with a place for every node out.

The parser's events are read one by one and never composed, so that depth and size are bounded before anything is
built (libyaml's own composing recurses and can take the process with it). What YAML allows beyond maps, lists and
text is refused, because it either costs more than it looks (anchors, merge keys), means something else in the next
parser (tags, directives) or is nearly always a slip (a comma that ends an expression).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, islice
from typing import Any, NoReturn, TypeAlias

from yaml import (
    AliasEvent,
    CSafeLoader,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.error import MarkedYAMLError, YAMLError

from engine.errors import DefinitionError, Place, Problem

MAX_BYTES = 256 * 1024
MAX_SCALAR_BYTES = 16 * 1024
MAX_DEPTH = 20
MAX_EVENTS = 20_000
MAX_PROBLEMS = 50
MAX_KEY = 1024  # libyaml looks no further for the colon

Steps: TypeAlias = tuple[str | int, ...]
Path: TypeAlias = Sequence[str | int]
_Event: TypeAlias = Any  # the stubs do not say that libyaml always gives marks
# Where a node begins: the index of its first character; a collection adds the same for what is in it.
_Inside: TypeAlias = dict[str, tuple[int, "_Mark"]] | list["_Mark"]
_Mark: TypeAlias = int | tuple[int, "_Inside"]

# Text may hold what can be seen, tab and line feed. Refused: C0 and C1 controls (NEL is one), the separators U+2028
# and U+2029, characters that reverse the reading direction, surrogates, byte order marks, non-characters.
_REFUSED = re.compile("[^\t\n -~\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_COLON = re.compile(r"[ \t]*:")
_COMMA = re.compile(r"[ \t]*,")
_COMMENT = re.compile(r"[ \t]+#([^\s#])?")
_MORE_IN_LINE = re.compile(r"[ \t]*([^ \t\n#])")
_TOP_LEVEL_KEY = re.compile(r"^\w[^\n]*:(?=[ \n]|\Z)", re.MULTILINE)
_BLANKS = " \t\n"
# One character of a scalar's value as it stands in the file, behind the white space that may have been folded.
_PLAIN = re.compile(r"[ \t\n]*([^ \t\n])")
_QUOTED = {
    "'": re.compile(r"[ \t\n]*(''|[^ \t\n])"),
    '"': re.compile(r"(?:\\[nt \n]|[ \t\n])*(\\x..|\\u.{4}|\\U.{8}|\\.|[^ \t\n])"),
}


def read(text: bytes | str, file: str) -> Source:
    """The data of a definition's *text*, every scalar as it was typed, and the place of every node in it.

    *file* is the name that problems carry. Raises ``DefinitionError`` with the problems found, at most fifty; nothing
    else is raised and little time and memory is used, whatever *text* is.
    """
    scan = _Scan(_Text(file, _decoded(text, file)))
    try:
        scan.run()
    except _Enough:
        raise DefinitionError(scan.problems) from None
    if scan.problems:
        raise DefinitionError(scan.problems)
    root = scan.root
    return Source(scan.text, root.data[0], root.marks[0])


class Source:
    """A definition as plain data: dicts, lists and text. ``null`` is never made; an empty scalar is ``""``."""

    __slots__ = ("_mark", "_text", "data", "file", "placed", "removed")

    def __init__(self, text: _Text, data: dict[str, Any], mark: _Mark) -> None:
        self.file = text.file
        self.data = data
        self._text = text
        self._mark = mark
        #: The names that an overlay took out, and where it says so.
        self.removed: Mapping[str, Place] = {}
        #: The paths of the fields for which an overlay said where they go.
        self.placed: frozenset[Steps] = frozenset()

    @property
    def text(self) -> str:
        """The file as it was read."""
        return self._text.content

    @property
    def texts(self) -> dict[str, str]:
        """Every file that the data was read from, with its text."""
        return {self.file: self.text}

    def place(self, path: Path) -> Place:
        """Where the value at *path* begins; where nothing is there, the place of what should hold it."""
        return self._text.place(_start(self._find(path)[1]))

    def key_place(self, path: Path) -> Place:
        """Where the key of the value at *path* stands; an item of a list has none, then that of the item."""
        return self._text.place(self._find(path)[0])

    def offset(self, path: Path, n: int) -> Place:
        """Where character *n* of the text at *path* stands in the file, whatever its quotes and line breaks."""
        mark = self._find(path)[1]
        value = self._value(path)
        if value == "" or not isinstance(mark, int):
            return self._text.place(_start(mark))
        return self._text.place(_raw_index(self._text.content, mark, value, max(0, min(n, len(value)))))

    def key_offset(self, path: Path, n: int) -> Place:
        """Where character *n* of the key of the value at *path* stands; keys stand on one line."""
        at = self._find(path)[0]
        return self._text.place(at + (self._text.content[at : at + 1] in ("'", '"')) + n)

    def _value(self, path: Path) -> str:
        value: Any = self.data
        for step in path:
            value = value[step] if _holds(value, step) else ""
        return value if isinstance(value, str) else ""

    def _find(self, path: Path) -> tuple[int, _Mark]:
        """The index of the key and the mark of the deepest node on *path* that is there."""
        key_at, mark = _start(self._mark), self._mark
        for step in path:
            inside: Any = None if isinstance(mark, int) else mark[1]
            name = _nfc(step) if isinstance(step, str) else step
            if not _holds(inside, name):
                break
            found = inside[name]
            key_at, mark = found if isinstance(inside, dict) else (_start(found), found)
        return key_at, mark


class Merged(Source):
    """A definition put together from two: each part knows which of them it stands in.

    *origins* says of a path where what stands there was taken from; what it does not name came with what holds it.
    """

    __slots__ = ("_base", "_origins")

    def __init__(
        self, above: Source, base: Source, data: dict[str, Any], origins: Mapping[Steps, tuple[Source, Steps]]
    ) -> None:
        super().__init__(above._text, data, above._mark)
        self._base = base
        self._origins = origins

    @property
    def texts(self) -> dict[str, str]:
        return {**self._base.texts, **super().texts}

    def place(self, path: Path) -> Place:
        source, its = self._origin(path)
        return source.place(its)

    def key_place(self, path: Path) -> Place:
        source, its = self._origin(path)
        return source.key_place(its)

    def offset(self, path: Path, n: int) -> Place:
        source, its = self._origin(path)
        return source.offset(its, n)

    def key_offset(self, path: Path, n: int) -> Place:
        source, its = self._origin(path)
        return source.key_offset(its, n)

    def _origin(self, path: Path) -> tuple[Source, Steps]:
        deep = len(path)
        while tuple(path[:deep]) not in self._origins:
            deep -= 1
        source, its = self._origins[tuple(path[:deep])]
        return source, (*its, *path[deep:])


@dataclass(frozen=True)
class _Text:
    """A file's text, and the line and column of every character in it."""

    file: str
    content: str

    @cached_property
    def _line_starts(self) -> list[int]:
        return list(accumulate((len(line) + 1 for line in self.content.split("\n")), initial=0))

    def line(self, index: int) -> int:
        return bisect_right(self._line_starts, index)

    def place(self, index: int) -> Place:
        line = self.line(index)
        return Place(self.file, line, index - self._line_starts[line - 1] + 1)

    def before(self, index: int) -> str:
        """What stands before *index* in its line, without the blanks around it."""
        return self.content[self.content.rfind("\n", 0, index) + 1 : index].strip()

    def first_in_line(self, index: int) -> int:
        """The index of the first character of the line of *index* that is not a blank."""
        start = self.content.rfind("\n", 0, index) + 1
        while self.content[start : start + 1] in (" ", "\t"):
            start += 1
        return start


def _start(mark: _Mark) -> int:
    return mark if isinstance(mark, int) else mark[0]


def _holds(inside: Any, step: str | int) -> bool:
    if isinstance(inside, dict):
        return step in inside
    return isinstance(inside, list) and isinstance(step, int) and -len(inside) <= step < len(inside)


def _nfc(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _raw_index(content: str, start: int, value: str, n: int) -> int:
    """The index in *content* of character *n* of the scalar *value* that begins at *start*.

    Characters that are not blank stand in the file in the same order as in the value, however the lines are folded;
    so they are counted in the value and found again in the file.
    """
    character, at = _style(content, start)
    counted = value[:n].rstrip(_BLANKS)
    solid = sum(map(len, counted.split()))
    for found in islice(character.finditer(content, at), solid):
        at = found.end()
    if value[n : n + 1].strip(_BLANKS) and (found_next := character.match(content, at)):
        return found_next.start(1)
    return min(at + n - len(counted), len(content))


def _style(content: str, start: int) -> tuple[re.Pattern[str], int]:
    """How to find the characters of the scalar at *start*, and from where."""
    opening = content[start]
    if opening in "|>":
        return _PLAIN, content.find("\n", start) + 1
    return (_QUOTED[opening], start + 1) if opening in _QUOTED else (_PLAIN, start)


# --- bytes to characters --------------------------------------------------------------------------------------------


def _decoded(text: bytes | str, file: str) -> str:
    """The characters of *text*, lines ended by line feeds alone, without a byte order mark."""
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if len(raw) > MAX_BYTES:
        raise DefinitionError([Problem(Place(file), "S001", {"size": len(raw), "limit": MAX_BYTES})])
    content = _utf8(text, file) if isinstance(text, bytes) else text
    return content.removeprefix("\ufeff").replace("\r\n", "\n")


def _utf8(raw: bytes, file: str) -> str:
    if b"\0" in raw[:4]:  # UTF-16 or UTF-32: half or more of the bytes would be reported one by one
        raise DefinitionError([Problem(Place(file), "S002")])
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        good = raw[: error.start].decode("utf-8").removeprefix("\ufeff")
        place = Place(file, good.count("\n") + 1, len(good) - good.rfind("\n"))
        raise DefinitionError([Problem(place, "S002")]) from None


# --- events to data -------------------------------------------------------------------------------------------------


class _Enough(Exception):
    """Reading on would not help: a limit is passed, or enough problems are known."""


@dataclass(slots=True)
class _Frame:
    """A collection that is still open."""

    data: Any
    marks: Any
    at: int = 0
    flow: bool = False
    wants_key: bool = False
    key: str | None = None  # None while the key was refused: its value is read and left out
    key_at: int = 0
    after_plain: bool = False  # the last value was unquoted text, which a comma may have cut
    cut: bool = False  # that a comma cut it is reported already


class _Scan:
    """One reading of a text: collects data, marks and problems from the parser's events."""

    def __init__(self, text: _Text) -> None:
        self.problems: list[Problem] = []
        self.text = _Text(text.file, _REFUSED.sub("\ufffd", text.content))
        self.root = _Frame([], [])
        self._typed = text.content
        self._base = 0
        self._events = 0
        self._stack = [self.root]
        self._scalar_at = (0, 0)
        self._handlers: dict[type, Callable[[Any], None]] = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._open,
            SequenceStartEvent: self._open,
            MappingEndEvent: self._close,
            SequenceEndEvent: self._close,
            AliasEvent: self._alias,
            DocumentStartEvent: self._document,
        }

    def run(self) -> None:
        for refused in _REFUSED.finditer(self._typed):
            self._report(refused.start(), "S003", char=_codepoint(refused[0]))
        start: int | None = 0
        while start is not None:
            start = self._part(start)

    def _part(self, start: int) -> int | None:
        """Read from *start* on. Where the parser gives up, the index at which the next top-level key lets it resume."""
        self._base = start
        self._stack = [self.root if start == 0 else _Frame([], [])]
        loader = CSafeLoader(self.text.content[start:])
        try:
            self._pull(loader)
        except MarkedYAMLError as error:
            return self._resume(self._syntax(error))
        except YAMLError:
            self._report(start, "S099")
        finally:
            loader.dispose()
        return None

    def _pull(self, loader: CSafeLoader) -> None:
        event: _Event = loader.get_event()
        while type(event) is not StreamEndEvent:
            self._events += 1
            if self._events > MAX_EVENTS:
                self._stop(self._base + event.start_mark.index, "S008", limit=MAX_EVENTS)
            if handler := self._handlers.get(type(event)):
                handler(event)
            event = loader.get_event()
        if self._base == 0:
            self._check_root()

    def _check_root(self) -> None:
        """A definition is a map. A file without one word of content parses as nothing or as one empty scalar."""
        if self.root.data in ([], [""]):
            self._stop(0, "S005")
        if not isinstance(self.root.data[0], dict):
            self._report(_start(self.root.marks[0]), "S006")

    def _report(self, index: int, code: str, **params: Any) -> None:
        self.problems.append(Problem(self.text.place(index), code, params))
        if len(self.problems) >= MAX_PROBLEMS:
            raise _Enough

    def _stop(self, index: int, code: str, **params: Any) -> NoReturn:
        self._report(index, code, **params)
        raise _Enough

    def _document(self, event: _Event) -> None:
        at = self._base + event.start_mark.index
        if event.version or event.tags:
            self._report(at, "S013")
        if self._stack[0].data:
            self._stop(at, "S014")

    def _alias(self, event: _Event) -> None:
        at = self._base + event.start_mark.index
        self._report(at, "S010")
        frame = self._stack[-1]
        if frame.wants_key:
            frame.key, frame.wants_key = None, False
        else:
            self._put("", at)

    def _properties(self, event: _Event) -> None:
        at = self._base + event.start_mark.index
        if event.anchor is not None:
            self._report(at, "S010")
        if event.tag is not None:
            self._report(at, "S012")

    def _open(self, event: _Event) -> None:
        at = self._base + event.start_mark.index
        self._properties(event)
        if len(self._stack) > MAX_DEPTH:
            self._stop(at, "S007", limit=MAX_DEPTH)
        mapping = isinstance(event, MappingStartEvent)
        frame = _Frame({} if mapping else [], {} if mapping else [], at, bool(event.flow_style), mapping)
        self._put(frame.data, (at, frame.marks))
        self._stack.append(frame)

    def _close(self, _event: _Event) -> None:
        self._stack.pop()
        self._stack[-1].after_plain = False

    def _put(self, value: Any, mark: _Mark) -> None:
        frame = self._stack[-1]
        if isinstance(frame.data, list):
            frame.data.append(value)
            frame.marks.append(mark)
            return
        if frame.wants_key:
            self._report(_start(mark), "S015")
            frame.key = None
        elif frame.key is not None:
            frame.data[frame.key] = value
            frame.marks[_nfc(frame.key)] = (frame.key_at, mark)
        frame.wants_key = not frame.wants_key

    def _scalar(self, event: _Event) -> None:
        at, end, value = self._base + event.start_mark.index, self._base + event.end_mark.index, event.value
        self._scalar_at = (at, end)
        if event.anchor is not None or event.tag is not None:
            self._properties(event)
        if len(value) > MAX_SCALAR_BYTES // 4 and len(value.encode()) > MAX_SCALAR_BYTES:
            self._report(at, "S009", limit=MAX_SCALAR_BYTES)
        if event.style == '"' and (refused := _REFUSED.search(value)):
            self._report(_raw_index(self.text.content, at, value, refused.start()), "S003", char=_codepoint(refused[0]))
        frame = self._stack[-1]
        if frame.wants_key:
            self._key(frame, value, at, end, plain=not event.style)
            return
        frame.after_plain = not event.style and value != ""
        if frame.after_plain:
            self._check_cut(frame, value, end)
        self._put(value, at)

    # --- keys -----------------------------------------------------------------------------------------------------

    def _key(self, frame: _Frame, key: str, at: int, end: int, *, plain: bool) -> None:
        frame.wants_key, frame.key, frame.key_at = False, None, at
        content = self.text.content
        if content[max(0, at - 2) : at].strip() == "?" and _COMPLEX_KEY.search(content, 0, at):
            self._report(at, "S022")
        elif not key.strip():
            self._report(at, "S016")
        elif plain and key == "<<":
            self._report(at, "S011")
        elif not _COLON.match(content, end):
            self._report_without_colon(frame, key, at, end)
        elif first := frame.marks.get(_nfc(key)):
            lines = {"first": self.text.line(first[0]), "second": self.text.line(at)}
            self._report(at, "S017", key=_short(key), **lines)
        else:
            frame.key, frame.cut = key, False

    def _report_without_colon(self, frame: _Frame, key: str, at: int, end: int) -> None:
        """A key that no colon follows. In braces it is most often what a comma cut off the text before it."""
        if not frame.flow:
            more = _MORE_IN_LINE.match(self.text.content, end)
            self._report(more.start(1) if more else at, "S025" if more else "S022")
        elif frame.after_plain and not frame.cut:
            self._report(self.text.content.rfind(",", 0, at), "S020")
            frame.cut = True
        elif not frame.cut:
            self._report(at, "S018", key=_short(key))

    def _check_cut(self, frame: _Frame, value: str, end: int) -> None:
        """Report unquoted text that YAML ends earlier than its author does."""
        content = self.text.content
        comment = _COMMENT.match(content, end)
        if comment and (comment[1] or _unfinished(value)):
            self._report(content.index("#", end), "S024")
        comma = _COMMA.match(content, end) if frame.flow else None
        if comma and (_unfinished(value) or value.endswith(" ?")):
            self._report(comma.end() - 1, "S020")
            frame.cut = True

    # --- where the parser gives up ----------------------------------------------------------------------------------

    def _syntax(self, error: MarkedYAMLError) -> int:
        """Report what made the parser give up, unless it is the rest of a text already reported as cut."""
        at = self._index(error.problem_mark)
        opened = at if error.context_mark is None else self._index(error.context_mark)
        if not self._stack[-1].cut:
            fault = _Fault(self.text, at, opened, self._stack[-1].at, self._scalar_at)
            code, index, params = _diagnosis(fault, str(error.problem), str(error.context))
            self._report(index, code, **params)
        return at

    def _index(self, mark: Any) -> int:
        return self._base if mark is None else min(self._base + mark.index, len(self.text.content))

    def _resume(self, at: int) -> int | None:
        end_of_line = self.text.content.find("\n", at)
        found = None if end_of_line < 0 else _TOP_LEVEL_KEY.search(self.text.content, end_of_line + 1)
        return found.start() if found else None


def _unfinished(value: str) -> bool:
    """Does *value* open a parenthesis or a double quote that it does not close?"""
    return value.count("(") > value.count(")") or value.count('"') % 2 == 1


def _short(text: str) -> str:
    return " ".join(text.split())[:60]


def _codepoint(char: str) -> str:
    return f"U+{ord(char):04X}"


# --- what to say about a syntax error -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Fault:
    """Where the parser gave up, and what it was reading."""

    text: _Text
    at: int
    opened: int  # where the construct began in which it gave up
    collection: int  # where the innermost open collection began
    scalar: tuple[int, int]  # start and end of the last scalar before
    char: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "char", self.text.content[self.at : self.at + 1])

    def spans_lines(self) -> bool:
        return "\n" in self.text.content[slice(*self.scalar)]


_Diagnosis: TypeAlias = tuple[str, int, dict[str, Any]]


def _diagnosis(fault: _Fault, problem: str, context: str) -> _Diagnosis:
    """The code, the index and the parameters for a parser's complaint; S099 when its cause is not recognised."""
    for code, words in _BY_CONTEXT.items():
        if context.endswith(words):
            return code, fault.opened, {}
    recognise = _BY_PROBLEM.get(problem)
    return recognise(fault) if recognise else ("S099", fault.at, {})


def _stray_colon(fault: _Fault) -> _Diagnosis:
    """``a: b: c`` is a colon in a text; as the first colon of its line, a key that stands where none may."""
    before = fault.text.before(fault.at)
    if _COLON_SPACE.search(before):
        return "S021", fault.at, {}
    if fault.spans_lines() and not fault.text.before(fault.scalar[0]):
        return "S034", fault.scalar[0], {}
    return _misplaced_line(fault)


def _misplaced_line(fault: _Fault) -> _Diagnosis:
    first = fault.text.first_in_line(fault.at)
    tab = fault.text.content.find("\t", fault.text.content.rfind("\n", 0, first) + 1, first)
    return ("S030", first, {}) if tab < 0 else ("S031", tab, {})


def _misplaced(fault: _Fault) -> _Diagnosis:
    """The parser wanted the next key or item of a block."""
    before = fault.text.before(fault.at)
    if before and before[-1] in "\"'" and fault.spans_lines():
        return "S032", fault.scalar[0], {}
    if fault.char and fault.char in "]}":
        return "S038", fault.at, {"char": fault.char}
    if before and before[-1] in "\"'])}":
        return "S025", fault.at, {}
    if fault.char == ":":
        return "S016", fault.at, {}
    if fault.text.content[: fault.at].rstrip().endswith("\n..."):
        return "S014", fault.at, {}
    return _misplaced_line(fault)


def _unclosed(text: _Text, index: int) -> _Diagnosis:
    return "S033", index, {"char": text.content[index : index + 1]}


def _broken_flow(fault: _Fault) -> _Diagnosis:
    """The parser wanted a comma or the closing bracket."""
    before = fault.text.before(fault.at)
    unclosed = _unclosed(fault.text, fault.opened)
    if not before or not fault.char or fault.spans_lines():
        return unclosed
    if fault.char in "[{":
        return "S023", fault.at, {"char": fault.char}
    if fault.char in "]}":
        return "S038", fault.at, {"char": fault.char}
    if fault.char == ":" and _COLON_SPACE.search(before):
        return "S021", fault.at, {}
    return ("S025", fault.at, {}) if before[-1] in "\"'])}" else unclosed


def _no_content(fault: _Fault) -> _Diagnosis:
    if fault.char in ("", "-"):  # the file ends, or the next item of a block begins, inside brackets
        return _unclosed(fault.text, fault.collection)
    codes = {"?": "S022", ":": "S016", ",": "S019", "]": "S038", "}": "S038"}
    return codes.get(fault.char, "S099"), fault.at, {"char": fault.char}


def _no_token(fault: _Fault) -> _Diagnosis:
    return ("S031", fault.at, {}) if fault.char == "\t" else ("S026", fault.at, {"char": fault.char})


def _no_colon(fault: _Fault) -> _Diagnosis:
    if fault.at - fault.opened > MAX_KEY:
        return "S036", fault.opened, {"limit": MAX_KEY}
    return "S034", fault.opened, {}


def _at(code: str) -> Callable[[_Fault], _Diagnosis]:
    return lambda fault: (code, fault.at, {})


def _opened(code: str) -> Callable[[_Fault], _Diagnosis]:
    return lambda fault: (code, fault.opened, {})


_COLON_SPACE = re.compile(r":(?=\s)")
#: A ``?`` that begins a key, and not a text or comment that ends in one on the line before.
_COMPLEX_KEY = re.compile(r"(?:^|[\n{,])[ \t-]*\?\s+\Z")
_BY_CONTEXT = {"S010": ("an alias", "an anchor"), "S012": (" tag",), "S013": (" directive",)}
_BY_PROBLEM: dict[str, Callable[[_Fault], _Diagnosis]] = {
    "mapping values are not allowed in this context": _stray_colon,
    "mapping keys are not allowed in this context": _at("S022"),
    "block sequence entries are not allowed in this context": _at("S035"),
    "did not find expected key": _misplaced,
    "did not find expected '-' indicator": _misplaced,
    "did not find expected <document start>": _misplaced,
    "did not find expected ',' or '}'": _broken_flow,
    "did not find expected ',' or ']'": _broken_flow,
    "did not find expected node content": _no_content,
    "found unexpected ':'": _at("S027"),
    "could not find expected ':'": _no_colon,
    "found character that cannot start any token": _no_token,
    "found a tab character that violates indentation": _at("S031"),
    "found a tab character where an indentation space is expected": _at("S031"),
    "found unexpected end of stream": _opened("S032"),
    "found unexpected document indicator": _opened("S032"),
    "found unknown escape character": _at("S004"),
    "found invalid Unicode character escape code": _at("S004"),
    "did not find expected hexdecimal number": _at("S004"),
    "did not find expected comment or line break": _opened("S037"),
    "found an indentation indicator equal to 0": _opened("S037"),
    "found undefined tag handle": _opened("S012"),
    "found incompatible YAML document": _at("S013"),
    "found duplicate %YAML directive": _at("S013"),
    "found duplicate %TAG directive": _at("S013"),
}
