"""The result of a case: its main values, how they came about, and what can be done about them.

Nothing here knows a value by its name. What a definition calculates towards is found by what depends on what: the
verdict is the graded value with the most behind it, the score the weighted number with the most behind that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from engine import feel
from engine.access import behind
from engine.desk import Desk, Shown, desk
from engine.kinds import Ratings, Table
from engine.process import Process
from engine.receipt import Part, Receipt, receipt
from engine.receipt import Row as Fired
from web import pages, showing
from web.answers import Grid
from web.forms import wording
from web.inbox import due_text
from web.languages import number, translated
from web.store import Held


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A value that is a list: what it lists."""

    title: str
    items: list[str]


@dataclass(frozen=True, kw_only=True)
class Account:
    """How a value came about.

    ``rows`` have title, formula, value and parts; ``total`` closes them; ``foot`` are sentences about them.
    """

    id: str
    title: str
    value: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    total: dict[str, str] | None = None
    foot: list[str] = field(default_factory=list)
    rule: str = ""


@dataclass(frozen=True, kw_only=True)
class ResultPage:
    """The values that may be read. ``figures`` are the main ones: title, value, id of their account.

    ``main`` is the account of the score with the parts of its parts; ``verdict`` says how the verdict follows.
    """

    title: str
    person: str
    about: str
    figures: list[tuple[str, str, str]]
    provisional: bool
    main: Account | None
    verdict: list[str]
    lists: list[Listed]
    accounts: list[Account]
    notes: list[str]
    choices: list[pages.Choice]
    state: str
    back: str


def result_page(held: Held, now: datetime) -> ResultPage:
    """The result, and how every number of it came about."""
    seen = desk(held.process, held.case, held.actors, now)
    shown = {each.value.id: each for each in seen.values}
    made = {name: receipt(held.process, held.case, name, seen.roles) for name in shown}
    verdict = _verdict(held.process, shown)
    score = _score(held.process, shown, verdict)
    first = [*filter(None, (verdict, score)), *_decisions(held.process, shown, verdict)]
    return ResultPage(
        title=_("Hasil penilaian"),
        person=held.subject.name,
        about=pages.about(held),
        figures=[(_title(each), _said(held, each), _id(each)) for each in first],
        provisional=not seen.stage.final,
        main=_main(held, score, shown, made) if score else None,
        verdict=list(_foot(held, made[verdict.value.id])) if verdict else [],
        lists=[_listed(held, each) for each in shown.values() if isinstance(each.result, list)],
        accounts=[_account(held, each, made[name]) for name, each in shown.items()],
        notes=list(_notes(held, seen)),
        choices=[] if pages.is_rater(held) else pages.choices(held, seen),
        state=due_text(seen.due_on, held.case.cycle.day_of(now)),
        back=url_for("cases.show", case_id=held.case.id),
    )


# --- which values matter most -----------------------------------------------------------------------------------------


def _depth(process: Process, shown: Shown) -> int:
    return len(behind(process, shown.value.id) & process.values.keys())


def _kept(shown: Mapping[str, Shown]) -> list[Shown]:
    """The values as they are now, without those that only keep what they were once."""
    return [each for each in shown.values() if not each.value.frozen_at]


def _verdict(process: Process, shown: Mapping[str, Shown]) -> Shown | None:
    graded = [each for each in _kept(shown) if isinstance(each.type, feel.Codes) and _is_grade(process, each.type)]
    return max(graded, key=lambda each: _depth(process, each), default=None)


def _is_grade(process: Process, type_: feel.Codes) -> bool:
    return type_.name in process.words.choices and process.words.choices[type_.name].ordered


def _score(process: Process, shown: Mapping[str, Shown], verdict: Shown | None) -> Shown | None:
    within = behind(process, verdict.value.id) if verdict else set(shown)
    numbers = [each for each in _kept(shown) if isinstance(each.result, Decimal) and each.value.id in within]
    weighted = [each for each in numbers if each.value.weights]
    return max(weighted or numbers, key=lambda each: _depth(process, each), default=None)


def _decisions(process: Process, shown: Mapping[str, Shown], verdict: Shown | None) -> Iterator[Shown]:
    """What somebody chose in the end, and no other value is made of."""
    used = {name for reads in process.value_reads.values() for name in reads}
    for each in _kept(shown):
        chosen = isinstance(each.type, feel.Codes) and each.value.override
        if chosen and each.value.id not in used and each is not verdict:
            yield each


def _title(shown: Shown) -> str:
    return translated(shown.value.title)


def _id(shown: Shown) -> str:
    return f"nilai-{shown.value.id}"


def _said(held: Held, shown: Shown) -> str:
    if isinstance(shown.result, dict):
        return ""
    return showing.plain(held.process, shown.result, shown.type)


def _listed(held: Held, shown: Shown) -> Listed:
    return Listed(title=_title(shown), items=showing.items(held.process, shown.result, shown.type))


# --- one value --------------------------------------------------------------------------------------------------------


def _main(held: Held, score: Shown, shown: Mapping[str, Shown], made: Mapping[str, Receipt]) -> Account:
    """The account of the score, each of its parts with its own parts below it."""
    account = _account(held, score, made[score.value.id])
    for row in account.rows:
        inner = made.get(row["name"])
        if inner is not None:
            row["parts"] = [_part(held, part) for part in _plain(inner) if isinstance(part.value, Decimal)]
    return account


def _account(held: Held, shown: Shown, made: Receipt) -> Account:
    said = _said(held, shown)
    matrix = _matrix(held, shown, made)
    rows = [] if matrix else [_part(held, part) for part in _plain(made)]
    if made.overridden:
        proposed = showing.plain(held.process, made.proposed, shown.type) or _("belum ada")
        rows.append({"name": "", "title": _("Menurut rumus"), "value": proposed})
    return Account(
        id=_id(shown),
        title=_title(shown),
        value=said,
        rows=rows,
        grids=[matrix] if matrix else list(_grids(held, shown, made)),
        total={"title": _title(shown), "value": said, "note": _("Ditetapkan oleh pejabat") if made.overridden else ""}
        if said
        else None,
        foot=list(_foot(held, made)),
        rule="" if made.kind == "weights" else made.rule,
    )


def _plain(made: Receipt) -> list[Part]:
    """The parts that are said in a word or a number, each once."""
    parts = {part.name: part for part in made.parts if part.title and not isinstance(part.value, list | dict)}
    return list(parts.values())


def _part(held: Held, part: Part) -> dict[str, Any]:
    said = showing.plain(held.process, part.value, part.type) or _("tidak ada")
    title = _words(part.title) if part.title in held.process.parameters else _name(held, part.title)
    row = {"name": part.name, "title": title, "value": said, "note": translated(part.origin)}
    if part.weight is not None and isinstance(part.share, Decimal):
        row |= {"formula": f"{said} × {number(part.weight)} %", "value": number(part.share)}
    return row


def _name(held: Held, title: str) -> str:
    """A title, or what an id without one stands for."""
    said = translated(title)
    return showing.word(held.process, title) if said == title else said


def _words(name: str) -> str:
    """What an id without a title is called: its words, translated if somebody has."""
    return translated(wording(name))


def _notes(held: Held, seen: Desk) -> Iterator[str]:
    if any(duty.anonymous for duty in held.process.duties.values()):
        yield _("Jawaban rekan ditampilkan sebagai rata-rata; jawaban satu orang tidak pernah diperlihatkan.")


# --- tables in it -----------------------------------------------------------------------------------------------------


def _grids(held: Held, shown: Shown, made: Receipt) -> Iterator[Grid]:
    """What is a table in the value itself, or in what it is made of; of rows, the columns that the rule reads."""
    if isinstance(shown.result, dict):
        yield _pairs(held, _("Nilai"), shown.result)
    for part in {part.name: part for part in made.parts if isinstance(part.value, list | dict)}.values():
        if isinstance(part.value, dict):
            yield _pairs(held, translated(part.title), part.value)
        elif part.value and all(isinstance(row, Mapping) for row in part.value):
            yield _rows(held, part, _members(shown, part.name))


def _pairs(held: Held, title: str, values: Mapping[str, Any]) -> Grid:
    named = [(showing.word(held.process, name), showing.plain(held.process, value)) for name, value in values.items()]
    rows = [{"name": _words(name) if name in values else name, "value": said or _("belum ada")} for name, said in named]
    return Grid(title=title, columns=[("name", _("Bagian"), False), ("value", _("Nilai"), True)], rows=rows)


def _members(shown: Shown, name: str) -> list[str]:
    """The columns of the table *name* that the value's rule reads."""
    paths = sorted({path for rule in shown.value.expressions() for path in feel.reads(rule.parsed)})
    return [path[2] for path in paths if len(path) > 2 and ".".join(path[:2]) == name]


def _rows(held: Held, part: Part, columns: list[str]) -> Grid:
    """An answered table as a part: what each row is called, and the columns that count."""
    duty, name = part.name.split(".")[:2]
    item = held.process.duties[duty].fields[name]
    titles = {} if isinstance(item, Ratings) else _titles(held.process)
    heads = [(n, translated(titles[n]) if n in titles else _("Nilai"), True) for n in columns]
    rows = [{n: showing.plain(held.process, row.get(n)) for n in columns} | {"": _row_name(row)} for row in part.value]
    title = f"{translated(part.title)} · {translated(part.origin)}"
    return Grid(title=title, columns=[("", translated(part.title), False), *heads], rows=rows)


def _titles(process: Process) -> dict[str, str]:
    """The titles of all columns of tables: a table inherits columns from those it takes its rows from."""
    tables = (item for duty in process.duties.values() for item in duty.fields.values() if isinstance(item, Table))
    return {name: str(column.title) for table in tables for name, column in table.columns.items()}


def _row_name(row: Mapping[str, Any]) -> str:
    """What a row is called: its title, else its longest text."""
    texts = [str(value) for value in row.values() if isinstance(value, str)]
    return translated(str(row["title"])) if row.get("title") else max(texts, key=len, default="")


def _matrix(held: Held, shown: Shown, made: Receipt) -> Grid | None:
    """A value of several members, each made of the answers of the same name: members down, who answered across."""
    if not isinstance(shown.result, dict):
        return None
    parts = [part for part in made.parts if part.title and part.name.partition(".")[2] in shown.result]
    origins = dict.fromkeys(part.origin for part in parts)
    if not parts or len(parts) != len(origins) * len(shown.result):
        return None
    cells = {(part.name.partition(".")[2], part.origin): showing.plain(held.process, part.value) for part in parts}
    heads = [(origin, translated(origin), True) for origin in origins]
    rows = [
        {"": showing.word(held.process, name), "=": showing.plain(held.process, result)}
        | {origin: cells.get((name, origin), "") for origin in origins}
        for name, result in shown.result.items()
    ]
    return Grid(title=_title(shown), columns=[("", _("Bagian"), False), *heads, ("=", _("Nilai"), True)], rows=rows)


# --- in sentences -----------------------------------------------------------------------------------------------------


def _foot(held: Held, made: Receipt) -> Iterator[str]:
    for fired in made.rows:
        outcome = showing.word(held.process, _unquoted(fired.cells[-1]))
        table = translated(fired.title) if fired.title else _words(fired.table)
        yield _(
            "Tabel %(table)s, baris %(row)s: %(cells)s → %(result)s.",
            table=table,
            row=fired.number,
            cells=_(", ").join(_cells(held, fired)) or _("selain itu"),
            result=outcome,
        )
    if made.missing:
        names = ", ".join(translated(held.process.values[name].title) for name in made.missing)
        yield _("Tidak ada: %(names)s. Karena itu dipakai bobot pengganti.", names=names)
    if made.decimals is not None and made.kind in ("formula", "weights") and isinstance(made.result, Decimal):
        yield _("Dibulatkan ke %(decimals)s desimal.", decimals=made.decimals)
    if made.withheld:
        yield _("Sebagian masukan tidak ditampilkan karena tidak terbuka bagi peran Anda.")


def _cells(held: Held, fired: Fired) -> Iterator[str]:
    """The conditions of a table's row that ask something, each with the name of its input."""
    inputs: Iterable[str] = held.process.words.tables[fired.table].inputs
    for name, cell in zip(inputs, fired.cells[:-1], strict=True):
        if cell.strip() != "-":
            yield f"{_words(name).lower()} {_condition(held.process, cell)}"


_SIGNS = {">=": "≥ ", "<=": "≤ ", ">": "> ", "<": "< "}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def _condition(process: Process, cell: str) -> str:
    """A condition of a table as people read it: ``≥ 90``, ``ya``, the text of a code."""
    sign = next((sign for sign in _SIGNS if cell.startswith(sign)), "")
    rest = cell.removeprefix(sign).strip()
    if rest in ("true", "false"):
        return _("ya") if rest == "true" else _("tidak")
    if _NUMBER.search(rest):
        return _SIGNS.get(sign, "") + _NUMBER.sub(lambda found: number(Decimal(found[0])), rest)
    return ", ".join(showing.word(process, _unquoted(code)) for code in rest.split(","))


def _unquoted(code: str) -> str:
    return code.strip().strip('"')
