"""The text of an expression cut into tokens. Names of several words are put together later, by the parser."""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.feel.errors import FeelError


class Token(NamedTuple):
    """``kind`` is name, number, text, op or end; ``text`` as written."""

    kind: str
    text: str
    start: int
    end: int


_TOKEN = re.compile(
    r"""(?:\s|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)*+
    (?:(?P<name>[^\W\d][\w\U00010000-\U000EFFFF]*|[\U00010000-\U000EFFFF][\w\U00010000-\U000EFFFF]*|\?)
    |(?P<number>(?:\d++(?:\.\d++)?|\.\d++)(?:[eE][+-]?\d++)?)
    |(?P<text>"(?:[^"\\\n]|\\.)*+")
    |(?P<wrong>==|&&?|\|\|?|!(?!=)|=>|=<|%|;)
    |(?P<op>\*\*|\.\.|<=|>=|!=|->|[-+*/=<>()\[\]{},:.@'])
    |(?P<end>\Z)
    |(?P<bad>.))""",
    re.VERBOSE | re.DOTALL,
)

_INSTEAD = {
    "==": "=", "&&": "and", "&": "and", "||": "or", "|": "or", "!": "not(...)", "=>": ">=", "=<": "<=",
    "%": "modulo(a, b)", ";": ",",
}  # fmt: skip


def tokens(source: str) -> list[Token]:
    """The tokens of *source*, the last of kind ``end``. Raises ``FeelError`` where none can be read."""
    found: list[Token] = []
    for match in _TOKEN.finditer(source):
        kind = match.lastgroup or "end"
        start, end = match.span(kind)
        if kind in ("wrong", "bad"):
            raise _refusal(kind, match[kind], start)
        found.append(Token(kind, match[kind], start, end))
        if kind == "end":
            break
    return found


def _refusal(kind: str, text: str, start: int) -> FeelError:
    if kind == "wrong":
        return FeelError("X012", start, start + len(text), wrong=text, right=_INSTEAD[text])
    if text == '"':
        return FeelError("X014", start, start + 1)
    return FeelError("X013", start, start + 1, char=text)


_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}


def unquoted(text: str) -> str:
    """The value of a text token. An escape FEEL does not know stays as it is: regular expressions are full of them."""
    if "\\" not in text:
        return text[1:-1]
    value = _ESCAPE.sub(_unescaped, text[1:-1])
    return _SURROGATES.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), value)


def _unescaped(match: re.Match[str]) -> str:
    short, long, plain = match.groups()
    if plain is not None:
        return _PLAIN.get(plain, match[0])
    code = int(short or long, 16)
    return chr(code) if code < 0x110000 else match[0]
