"""How one value came about, as a page says it: what it is made of and who gave it, what is a table in it, sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from engine import feel
from engine.kinds import Ratings, Table
from engine.process import Process
from engine.receipt import ANONYMOUS, ANSWER, FIGURE, PAST, RESTRICTED, SETTING, VALUE, Part, Receipt
from engine.receipt import Row as Fired
from web import showing
from web.answers import Grid
from web.forms import wording
from web.held import Held
from web.languages import day, number, translated


@dataclass(frozen=True, kw_only=True)
class Account:
    """How a value came about.

    ``rows`` have title, formula, value, note and parts; ``total`` closes them; ``foot`` are sentences about them.
    ``sum`` is the rule with its numbers put in; ``href`` the value's own page.
    """

    id: str
    title: str
    value: str
    href: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    total: dict[str, str] | None = None
    foot: list[str] = field(default_factory=list)
    rule: str = ""
    sum: str = ""


def account(held: Held, made: Receipt) -> Account:
    """The account of a value for whoever holds the case."""
    said, matrix = in_words(held, made), _matrix(held, made)
    title = value_title(made)
    decided = _("Ditetapkan oleh pejabat") if made.overridden else ""
    return Account(
        id=anchor(made),
        title=title,
        value=said,
        href=url_for("cases.value", case_id=held.case.id, name=made.value.id),
        rows=[] if matrix else list(_rows_of(held, made)),
        grids=[matrix] if matrix else list(_grids(held, made)),
        total={"title": title, "value": said, "note": decided} if said else None,
        foot=list(sentences(held, made)),
        rule="" if made.kind == "weights" else made.rule,
        sum=_with_numbers(made),
    )


def anchor(made: Receipt) -> str:
    """Where the account of a value stands on its page."""
    return f"nilai-{made.value.id}"


def value_title(made: Receipt) -> str:
    return translated(made.value.title) if made.value.title else words(made.value.id)


def in_words(held: Held, made: Receipt) -> str:
    """The value in a word, a number or a short list; nothing for a table."""
    if _is_table(made.result):
        return ""
    return _worded(held, made.result, made.type)


def _worded(held: Held, value: Any, type_: feel.Type) -> str:
    """A value in words: its text is a code of something, whatever is known of its type."""
    return (
        showing.word(held.process, value, type_)
        if isinstance(value, str)
        else showing.plain(held.process, value, type_)
    )


def _is_table(result: Any) -> bool:
    return isinstance(result, dict) or (isinstance(result, list) and any(isinstance(row, dict) for row in result))


# --- what it is made of -----------------------------------------------------------------------------------------------


def _rows_of(held: Held, made: Receipt) -> Iterator[dict[str, Any]]:
    yield from (part_row(held, part) for part in made.parts if _is_plain(part))
    yield from (_counted(held, part) for part in made.parts if part.kind == PAST or _is_collection(held, part))
    if made.overridden:
        if not made.withheld:
            proposed = _worded(held, made.proposed, made.type) or _("belum ada")
            yield {"name": "", "title": _("Menurut rumus"), "value": proposed}
        yield from (part_row(held, part) for part in made.decided if _is_plain(part) and part.value is not None)


def _is_plain(part: Part) -> bool:
    """Whether a part is said in a word or a number."""
    if part.kind == VALUE:
        return not isinstance(part.value, dict)
    return bool(part.title) and part.kind != PAST and not isinstance(part.value, list | dict)


def _is_collection(held: Held, part: Part) -> bool:
    return part.kind == ANSWER and len(part.path) == 1 and isinstance(part.value, list)


def _counted(held: Held, part: Part) -> dict[str, Any]:
    """What was done at a task, or handed in, as its number."""
    title = translated(part.title)
    named = _("Tindakan yang tercatat: %(title)s", title=title) if part.kind == PAST else title
    return {"name": part.name, "title": named, "value": number(len(part.value or ()))}


def part_row(held: Held, part: Part) -> dict[str, Any]:
    """One part: what it is, who gave it and when, its number."""
    row = {"name": part.name, "title": _part_title(held, part), "note": note(held, part)}
    if _is_table(part.value):
        href = url_for("cases.value", case_id=held.case.id, name=part.name) if _has_page(held, part) else ""
        return row | {"value": _("lihat tabelnya"), "href": href}
    said = _plain(held, part) or _("tidak ada")
    row |= {"value": said}
    if part.weight is not None and isinstance(part.share, Decimal):
        row |= {
            "formula": f"{said}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}{number(part.weight)}\N{NO-BREAK SPACE}%",
            "value": number(part.share),
        }
    return row


def _has_page(held: Held, part: Part) -> bool:
    return part.kind == VALUE and bool(held.process.values[part.name].title)


def _share(said: str, weight: Decimal) -> str:
    """``91,50 × 60 %``, never broken into two lines."""
    return f"{said} × {number(weight)} %".replace(" ", "\N{NO-BREAK SPACE}")


def _plain(held: Held, part: Part) -> str:
    """A part in a word or a number; a number without end is cut off, and says so."""
    if isinstance(part.value, Decimal):
        return _cut(part.value)
    said = _worded(held, part.value, part.type) if part.kind == VALUE else ""
    return said or showing.plain(held.process, part.value, part.type)


def _cut(value: Decimal) -> str:
    short = _short(value)
    return number(short) if short == value else f"{number(short)}…"


def _part_title(held: Held, part: Part) -> str:
    if part.kind == SETTING or part.title == part.name:
        return words(part.title)
    said = translated(part.title)
    return showing.word(held.process, part.title) if said == part.title else said


def note(held: Held, part: Part) -> str:
    """Where a part comes from: the task, the role that answered, the day; of how many where nobody is to be known."""
    if part.kind == SETTING:
        return _("Setelan daerah")
    if part.kind == FIGURE:
        return _figure(held, part)
    said = translated(part.origin)
    role = held.process.words.roles.get(part.role)
    if role is None or part.on is None:
        return said
    return _("%(origin)s · %(role)s, %(day)s", origin=said, role=translated(role.title), day=day(part.on))


def _figure(held: Held, part: Part) -> str:
    origin = translated(part.origin)
    if part.function == "mean":
        said = ngettext("rata-rata dari %(num)s jawaban", "rata-rata dari %(num)s jawaban", part.answers)
    else:
        said = ngettext("dari %(num)s jawaban", "dari %(num)s jawaban", part.answers)
    return f"{origin} · {said}"


def words(name: str) -> str:
    """What an id without a title is called: its words, translated if somebody has."""
    return translated(wording(name))


_CALCULATION = re.compile(r"[\d\s.,…+*/()-]+")


def _with_numbers(made: Receipt) -> str:
    """The formula with the numbers of its parts in it, where nothing else is left of it: ``(105,00 + 110,00) / 2``."""
    if made.value.formula is None or not isinstance(made.raw, Decimal):
        return ""
    text = " ".join(made.rule.split())
    text = re.sub(r"(?<![\w.])\d+(?:\.\d+)?(?!\w)", lambda found: number(Decimal(found[0])), text)
    for part in sorted(made.parts, key=lambda part: -len(part.name)):
        if isinstance(part.value, Decimal):
            before = r"(?<![\w.])" if part.name[:1].isalnum() else ""
            text = re.sub(rf"{before}{re.escape(part.name)}(?!\w)", _cut(part.value), text)
    if not _CALCULATION.fullmatch(text) or not re.search(r"[+*/-]", text):
        return ""
    return f"{text.replace('*', '×')} = {_cut(made.raw)}"


def _short(value: Decimal) -> Decimal:
    """A number with at most four digits after the comma, cut off."""
    exponent = value.as_tuple().exponent
    return (
        value.quantize(Decimal("0.0001"), rounding=ROUND_DOWN) if isinstance(exponent, int) and exponent < -4 else value
    )


# --- tables in it -----------------------------------------------------------------------------------------------------


def _grids(held: Held, made: Receipt) -> Iterator[Grid]:
    """What is a table in the value itself, or in what it is made of; of rows, the columns that the rule reads."""
    if isinstance(made.result, dict):
        yield _pairs(held, _("Nilai"), made.result)
    elif _is_table(made.result):
        yield _own_rows(held, made)
    for part in made.parts:
        if isinstance(part.value, dict) and part.value and part.kind in (ANSWER, VALUE):
            yield _pairs(held, translated(part.title), part.value)
        elif part.kind == ANSWER and len(part.path) == 2 and _is_table(part.value):
            yield _rows(held, part, _members(made, part.name))


def _pairs(held: Held, title: str, values: Mapping[str, Any]) -> Grid:
    named = [(showing.word(held.process, name), showing.plain(held.process, value)) for name, value in values.items()]
    rows = [{"name": words(name) if name in values else name, "value": said or _("belum ada")} for name, said in named]
    return Grid(title=title, columns=[("name", _("Bagian"), False), ("value", _("Nilai"), True)], rows=rows)


def _own_rows(held: Held, made: Receipt) -> Grid:
    """A value that is rows: its columns as the definition calls them."""
    titles = {column.id: translated(column.title) or words(column.id) for column in made.value.columns.values()}
    rows = [row for row in made.result if isinstance(row, dict)]
    names = titles or {name: words(name) for row in rows for name in row}
    heads = [(name, title, any(isinstance(row.get(name), Decimal) for row in rows)) for name, title in names.items()]
    cells = [{name: _cell(held, row.get(name)) for name in names} for row in rows]
    return Grid(title=value_title(made), columns=heads, rows=cells)


def _cell(held: Held, value: Any) -> str:
    """A number without digits that say nothing: 4 where 4.00 is kept."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return number(value.to_integral_value())
    return showing.plain(held.process, value)


def _members(made: Receipt, name: str) -> list[str]:
    """The columns of the table *name* that the value's rule reads."""
    paths = sorted({path for rule in made.value.expressions() for path in feel.reads(rule.parsed)})
    return [path[2] for path in paths if len(path) > 2 and ".".join(path[:2]) == name]


def _rows(held: Held, part: Part, columns: list[str]) -> Grid:
    """An answered table as a part: what each row is called, and the columns that count."""
    item = held.process.duties[part.path[0]].fields[part.path[1]]
    titles = {"nilai": _("Nilai")} if isinstance(item, Ratings) else _titles(held.process)
    numbers = {n for n in columns if any(isinstance(row.get(n), Decimal) for row in part.value)}
    heads = [(n, translated(titles[n]) if n in titles else words(n), n in numbers) for n in columns]
    rows = [{n: showing.plain(held.process, row.get(n)) for n in columns} | {"": row_name(row)} for row in part.value]
    title = f"{translated(part.title)} · {note(held, part)}"
    return Grid(title=title, columns=[("", translated(part.title), False), *heads], rows=rows)


def _titles(process: Process) -> dict[str, str]:
    """The titles of all columns of tables: a table inherits columns from those it takes its rows from."""
    tables = (item for duty in process.duties.values() for item in duty.fields.values() if isinstance(item, Table))
    return {name: str(column.title) for table in tables for name, column in table.columns.items()}


def row_name(row: Mapping[str, Any]) -> str:
    """What a row is called: its title, else its longest text."""
    texts = [str(value) for value in row.values() if isinstance(value, str)]
    return translated(str(row["title"])) if row.get("title") else max(texts, key=len, default="")


def _matrix(held: Held, made: Receipt) -> Grid | None:
    """A value of several members, each made of the answers of the same name: members down, who answered across."""
    if not isinstance(made.result, dict):
        return None
    parts = [part for part in made.parts if part.title and part.member in made.result]
    origins = dict.fromkeys(part.origin for part in parts)
    if not parts or len(parts) != len(origins) * len(made.result):
        return None
    cells = {(part.member, part.origin): (_plain(held, part) or _("tidak ada")) for part in parts}
    heads = [(origin, _heading(parts, origin), True) for origin in origins]
    rows = [
        {"": showing.word(held.process, name), "=": showing.plain(held.process, result)}
        | {origin: cells.get((name, origin), "") for origin in origins}
        for name, result in made.result.items()
    ]
    return Grid(title=value_title(made), columns=[("", _("Bagian"), False), *heads, ("=", _("Nilai"), True)], rows=rows)


def _heading(parts: Iterable[Part], origin: str) -> str:
    first = next(part for part in parts if part.origin == origin)
    if first.kind == FIGURE and first.function == "mean":
        return _("%(origin)s (rata-rata)", origin=translated(origin))
    return translated(origin)


# --- in sentences -----------------------------------------------------------------------------------------------------


def sentences(held: Held, made: Receipt) -> Iterator[str]:
    """What the numbers do not say: rows that fired, what was missing, rounding, decisions, what is left out."""
    yield from dict.fromkeys(_fired(held, fired) for fired in made.rows if fired.number)
    yield from _missing(held, made)
    yield from _line(made)
    yield from _rounded(made)
    yield from _decided(held, made)
    yield from _kept(held, made)
    yield from (_left_out(why) for why in made.withheld)


def _fired(held: Held, fired: Fired) -> str:
    table = translated(fired.title) if fired.title else words(fired.table)
    return _(
        "Tabel %(table)s, baris %(row)s: %(cells)s → %(result)s.",
        table=table,
        row=fired.number,
        cells=_(", ").join(_cells(held, fired)) or _("selain itu"),
        result=showing.word(held.process, unquoted(fired.cells[-1])),
    )


def _missing(held: Held, made: Receipt) -> Iterator[str]:
    """Why another line of the weighting was used, and which."""
    if not made.missing:
        return
    names = ", ".join(value_name(held, name) for name in made.missing)
    lines = made.value.weights or ()
    if not made.line:
        yield _("Tidak ada: %(names)s. Karena itu nilai ini belum dapat dihitung.", names=names)
        return
    weights = ", ".join(f"{value_name(held, n)} {number(w)} %" for n, w in lines[made.line - 1].parts.items())
    yield _("Tidak ada: %(names)s. Karena itu dipakai bobot pengganti: %(weights)s.", names=names, weights=weights)


def value_name(held: Held, name: str) -> str:
    """What a value is called."""
    title = held.process.values[name].title
    return translated(title) if title else words(name)


def _line(made: Receipt) -> Iterator[str]:
    if made.kind == "first" and made.line:
        yield _(
            "Berlaku syarat ke-%(line)s dari %(count)s: yang pertama cocok.",
            line=made.line,
            count=len(made.value.first or ()),
        )
    elif made.kind == "collect" and not made.withheld:
        yield _("%(line)s dari %(count)s syarat terpenuhi.", line=made.line, count=len(made.value.collect or ()))


def _rounded(made: Receipt) -> Iterator[str]:
    """From which number to which, if that made a difference."""
    if isinstance(made.raw, Decimal) and isinstance(made.proposed, Decimal) and made.raw != made.proposed:
        yield _(
            "Dibulatkan ke %(decimals)s desimal: %(before)s menjadi %(after)s.",
            decimals=made.decimals,
            before=_cut(made.raw),
            after=number(made.proposed),
        )


def _decided(held: Held, made: Receipt) -> Iterator[str]:
    """What somebody decided instead of what the rule says, in which role, and when."""
    part = next((p for p in made.decided if p.value is not None and p.role), None) if made.overridden else None
    role = held.process.words.roles.get(part.role) if part else None
    if part and role and part.on:
        yield _("Ditetapkan oleh %(role)s pada %(day)s.", role=translated(role.title), day=day(part.on))


def _kept(held: Held, made: Receipt) -> Iterator[str]:
    """What a value that stays as it was would be now."""
    if not made.kept:
        return
    now = _worded(held, made.now, made.type) or _("belum ada")
    if made.kept in held.process.stages:
        stage = translated(held.process.stages[made.kept].title)
        yield _(
            "Disimpan seperti saat berkas pertama kali masuk tahap %(stage)s; semua angka di sini dari saat itu. "
            "Menurut isian sekarang: %(now)s.",
            stage=stage,
            now=now,
        )
    else:
        yield _("Dikunci saat ditetapkan. Menurut isian sekarang: %(now)s.", now=now)


def _left_out(why: str) -> str:
    if why == ANONYMOUS:
        return _("Jawaban rekan tidak dirinci di sini, supaya jawaban satu orang tidak dapat ditebak.")
    if why == RESTRICTED:
        return _("Ikut dihitung: syarat kepegawaian, yang tidak ditampilkan.")
    return _("Sebagian masukan tidak ditampilkan karena tidak terbuka bagi peran Anda.")


def _cells(held: Held, fired: Fired) -> Iterator[str]:
    """The conditions of a table's row that ask something, each with the name of its input."""
    inputs: Iterable[str] = held.process.words.tables[fired.table].inputs
    for name, cell in zip(inputs, fired.cells[:-1], strict=True):
        if cell.strip() != "-":
            yield f"{words(name).lower()} {_condition(held.process, cell)}"


_SIGNS = {">=": "≥ ", "<=": "≤ ", ">": "> ", "<": "< "}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def _condition(process: Process, cell: str) -> str:
    """A condition of a table as people read it: ``≥ 90``, ``ya``, the text of a code."""
    sign = next((sign for sign in _SIGNS if cell.startswith(sign)), "")
    rest = cell.removeprefix(sign).strip()
    if rest == "null":
        return _("kosong")
    if rest in ("true", "false"):
        return _("ya") if rest == "true" else _("tidak")
    if _NUMBER.search(rest):
        return _SIGNS.get(sign, "") + _NUMBER.sub(lambda found: number(Decimal(found[0])), rest)
    return ", ".join(showing.word(process, unquoted(code)) for code in rest.split(","))


def unquoted(code: str) -> str:
    """The code that a cell of a table names."""
    return code.strip().strip('"')
