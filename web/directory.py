"""Finding people by how a word of their name begins, or their NIP: an index of words, the same on every database."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import Connection

from web.statements import Statement

#: Longer words are found by their beginning.
LONGEST = 60
#: Behind every letter.
_LAST = "\U0010ffff"

_WORD = re.compile(r"\w+")
_SILENT = str.maketrans("", "", "'’ʼ`")
_FORGET = Statement("delete from person_word where person_id = :person")
_KEEP = Statement("insert into person_word (region_id, word, person_id) values (:region, :word, :person)")


def words_of(said: str) -> list[str]:
    """The words of *said* without capitals, accents and apostrophes, each once."""
    plain = unicodedata.normalize("NFKD", said.casefold().translate(_SILENT))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return list(dict.fromkeys(word[:LONGEST] for word in _WORD.findall(bare.replace("_", " "))))


def keep(rows: Connection, region: str, people: Sequence[tuple[str, str, str]]) -> None:
    """Finds *people* of *region* (id, name, NIP) under these names from now on; *rows* is a writing transaction."""
    _FORGET.send_each(rows, [{"person": person} for person, _name, _nip in people])
    _KEEP.send_each(
        rows,
        [
            {"region": region, "word": word, "person": person}
            for person, name, nip in people
            for word in dict.fromkeys((*words_of(name), nip))
        ],
    )


def wanted(said: str) -> tuple[str, ...]:
    """How the words begin that somebody looks for, the longest first; a NIP may be written with spaces."""
    words = words_of(said)
    if words and all(word.isdecimal() for word in words):
        words = ["".join(_WORD.findall(said))]
    return tuple(sorted(words, key=len, reverse=True))


def span(beginning: str) -> dict[str, str]:
    """The first and the last word that begins so, as parameters ``low`` and ``high``."""
    return {"low": beginning, "high": beginning + _LAST}
