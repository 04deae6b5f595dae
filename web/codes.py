"""Codes that people carry from a slip of paper to a page: drawn from secrets, written so that they can be copied.

Letters that look like digits are not used, and are read as those digits.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: 130 bits: nobody finds a code by trying.
SERVICE = 26
#: 80 bits, asked for together with the number of the report.
TRACKING = 16
_GROUP = 4
_LOOKALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


def code_of(material: bytes, length: int) -> str:
    """A code of *length* letters from random or derived bytes, five bits for each letter."""
    number = int.from_bytes(material, "big")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(length))


def plain(typed: str) -> str:
    """A code as it is kept, however it was typed: with spaces, hyphens, small letters."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    return letters.translate(_LOOKALIKE)


def is_code(typed: str, length: int) -> bool:
    """Whether *typed* could be a code of that length at all."""
    found = plain(typed)
    return len(found) == length and set(found) <= set(ALPHABET)


def grouped(code: str) -> str:
    """A code as it is printed, in groups of four."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))
