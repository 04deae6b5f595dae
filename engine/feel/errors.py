"""What can be wrong with an expression, with its text in Indonesian and English.

A text is an instruction. ``{maybe}`` is filled with a did-you-mean sentence, or with nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

LANGUAGES = ("id", "en")

# fmt: off
TEXTS: dict[str, tuple[str, str]] = {
    # --- budgets ----------------------------------------------------------------------------------------------------
    "X001": ("Persingkat ekspresi: paling panjang {limit} karakter, sekarang {found}.",
             "Shorten the expression: at most {limit} characters, it has {found}."),
    "X002": ("Pecah ekspresi ini: susunannya lebih dalam dari {limit} tingkat.",
             "Split this expression: it is nested deeper than {limit} levels."),
    "X003": ("Pecah ekspresi ini: bagiannya lebih dari {limit}.",
             "Split this expression: it has more than {limit} parts."),
    "X004": ("Sederhanakan ekspresi ini: perhitungannya lebih dari {limit} langkah.",
             "Simplify this expression: it takes more than {limit} steps."),
    "X005": ("Tulis angka dengan paling banyak {limit} digit dan pangkat yang wajar.",
             "Write a number of at most {limit} digits and a reasonable exponent."),
    "X006": ("Persempit daftar ini: paling banyak {limit} unsur.",
             "Narrow this list: at most {limit} elements."),
    "X007": ("Perpendek teks ini: paling banyak {limit} karakter.",
             "Shorten this text: at most {limit} characters."),
    "X008": ("Kurangi fungsi yang saling memanggil: paling banyak {limit} tingkat.",
             "Nest fewer function calls: at most {limit} levels."),
    # --- how it is written ------------------------------------------------------------------------------------------
    "X010": ("Tulis {expected} di sini, bukan {found}.",
             "Write {expected} here, not {found}."),
    "X011": ("Lengkapi ekspresi: {expected} belum ada.",
             "Complete the expression: {expected} is missing."),
    "X012": ('Tulis "{right}", bukan "{wrong}".',
             'Write "{right}", not "{wrong}".'),
    "X013": ("Hapus karakter {char}, atau tulis teks di antara tanda kutip.",
             "Remove the character {char}, or put text in quotes."),
    "X014": ('Tutup teks ini dengan tanda kutip (").',
             'Close this text with a quotation mark (").'),
    "X015": ("Perbaiki {text}: bukan tanggal, waktu, atau durasi.",
             "Correct {text}: it is not a date, a time or a duration."),
    "X016": ("Isi ekspresi: masih kosong.",
             "Fill in the expression: it is empty."),
    "X017": ("Beri nama lain: {name} ditulis dua kali.",
             "Give another name: {name} is written twice."),
    "X018": ("Tulis dengan cara lain: {what} tidak didukung.",
             "Write it another way: {what} is not supported."),
    # --- what its names mean ----------------------------------------------------------------------------------------
    "X020": ("Periksa nama {name}: tidak dikenal di sini.{maybe}",
             "Check the name {name}: it is not known here.{maybe}"),
    "X021": ("Periksa fungsi {name}: tidak dikenal.{maybe}",
             "Check the function {name}: it is not known.{maybe}"),
    "X022": ("Periksa {member}: tidak ada di {name}.{maybe}",
             "Check {member}: {name} does not have it.{maybe}"),
    "X023": ("Beri {name} {expected} masukan, sekarang {found}.",
             "Give {name} {expected} arguments, it has {found}."),
    "X024": ("Periksa masukan {param}: {name} tidak memilikinya.{maybe}",
             "Check the argument {param}: {name} has none of that name.{maybe}"),
    "X025": ("Periksa nama {name}: ini fungsi, panggil dengan tanda kurung.",
             "Check the name {name}: it is a function, call it with parentheses."),
    # --- what its types allow ---------------------------------------------------------------------------------------
    "X030": ("Samakan jenisnya: {left} {op} {right} tidak dapat dihitung.",
             "Match the types: {left} {op} {right} cannot be calculated."),
    "X031": ("Samakan jenisnya: {left} tidak dapat dibandingkan dengan {right}.",
             "Match the types: {left} cannot be compared with {right}."),
    "X032": ("Tulis syarat (benar atau salah) di sini, bukan {found}.",
             "Write a condition (true or false) here, not {found}."),
    "X033": ("Beri {name} {expected} sebagai {param}, bukan {found}.",
             "Give {name} {expected} as {param}, not {found}."),
    "X034": ("Tulis pilihan {name} di antara tanda kutip: \"{name}\".",
             "Put the option {name} in quotes: \"{name}\"."),
    "X035": ('Pilih salah satu pilihan {codes}: "{value}" tidak ada di antaranya.{maybe}',
             'Choose one of the options of {codes}: "{value}" is not among them.{maybe}'),
    "X036": ("Beri daftar di sini, bukan {found}.",
             "Give a list here, not {found}."),
    "X037": ("Ambil bagian hanya dari data yang memilikinya: {found} tidak memiliki {member}.",
             "Take a member only of data that has it: {found} has no {member}."),
    "X038": ("Panggil hanya fungsi: ini {found}.",
             "Call only a function: this is {found}."),
}

# Phrases that stand inside a text: what the reader is told to write.
PHRASES: dict[str, tuple[str, str]] = {
    "value": ("nilai, nama, atau ekspresi", "a value, a name or an expression"),
    "name": ("nama", "a name"),
    "type": ("nama jenis", "the name of a type"),
    "operator": ("operator (seperti +, =, and) atau akhir ekspresi", "an operator (such as +, =, and) or the end"),
    "end": ("akhir ekspresi", "the end of the expression"),
    "text": ("teks dalam tanda kutip", "a text in quotes"),
}
# fmt: on


def say(code: str, params: Mapping[str, Any], language: str = "id") -> str:
    """The text of *code* in *language*, filled in."""
    said = {name: _said(name, value, language) for name, value in params.items()}
    return TEXTS[code][LANGUAGES.index(language)].format_map({"maybe": "", **said})


def _said(name: str, value: Any, language: str) -> str:
    if name == "maybe":
        return did_you_mean(value, language)
    if name == "expected" and isinstance(value, str) and value in PHRASES:
        return PHRASES[value][LANGUAGES.index(language)]
    in_language = getattr(value, "text", None)
    return str(in_language(language)) if callable(in_language) else str(value)


def did_you_mean(candidate: str | None, language: str) -> str:
    """The sentence that offers *candidate*, with a leading space; empty without one."""
    if not candidate:
        return ""
    return f' Maksud Anda "{candidate}"?' if language == "id" else f' Did you mean "{candidate}"?'


def closest(name: str, known: Any) -> str | None:
    """The one of *known* that *name* was probably meant to be, if any is near."""
    plain = {_plain(candidate): candidate for candidate in sorted(known, reverse=True)}
    near = get_close_matches(_plain(name), plain, n=1, cutoff=0.7)
    return plain[near[0]] if near else None


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace(" ", "").replace("-", "")


class FeelError(Exception):
    """An expression that cannot be used, from character *start* to *end* of its source."""

    def __init__(self, code: str, start: int, end: int, **params: Any) -> None:
        self.code = code
        self.start = start
        self.end = end
        self.params = params
        super().__init__(self.text("en"))

    def text(self, language: str = "id") -> str:
        """What is wrong and what to do about it, in a full sentence."""
        return say(self.code, self.params, language)


class NotSupported(FeelError):
    """FEEL allows this, this engine does not: there is no value, rather than a wrong one."""

    def __init__(self, what: str, start: int = 0, end: int = 0) -> None:
        super().__init__("X018", start, end, what=what)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with what an expression means, at its place in the source."""

    code: str
    start: int
    end: int
    params: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: str = "id") -> str:
        """What is wrong and what to do about it, in a full sentence."""
        return say(self.code, self.params, language)
