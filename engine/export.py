"""The receipts of a case as one document that stands by itself: whoever has it can recompute every number.

``docs/receipt.md`` describes the format. Numbers are exact and stand as text (``{"$": "n", "v": "86.40"}``), rules as
the nodes of ``engine.feel.jsonast``. Nothing is in it that its reader may not see.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine import feel
from engine.calls import codes_of
from engine.case import Case, Entry
from engine.codec import tagged
from engine.feel import limits
from engine.feel.nodes import Name, Node, walk
from engine.journal import advance, fold, read_by
from engine.kinds import Computed, Table
from engine.model import Catalogue, Column, DecisionTable, Function, Value, WeightLine
from engine.process import Process
from engine.receipt import ANSWER, VALUE, Part, Receipt, Row, Teller
from engine.scope import decimals_of
from engine.terms import Clause, Expression, Literal
from engine.words import constant

FORMAT, VERSION = "borang-receipt", 1

Json = Any
Moments = Mapping[str, Case]


def exported(process: Process, case: Case, roles: Iterable[str], moments: Moments | None = None) -> dict[str, Json]:
    """The receipts of all values of *case* that somebody with *roles* may read.

    *moments* (``moments``) are the earlier states from which values kept since then can be recomputed.
    """
    roles = tuple(roles)
    now = Teller(process, case, roles)
    told = [_moment(now, [value.id for value in process.values.values() if _is_read(now, value)])]
    for stage, earlier in (moments or {}).items():
        teller = Teller(process, case, roles, earlier, stage)
        kept = [v.id for v in process.values.values() if v.frozen_at == stage and v.id in told[0][1]]
        told += [_moment(teller, kept)] if kept else []
    rules = [e for _, receipts in told for receipt in receipts.values() for e in _roots(process, receipt)]
    stage = process.stages[case.stage].title if case.stage else ""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "process": {"id": process.id, "title": process.title, "definition": process.hash},
        "case": {
            "id": case.id,
            "cycle": case.cycle.id,
            "stage": process.stages[case.stage].title if case.stage else "",
        },
        "readers": [process.words.roles[role].title for role in roles],
        "digits": limits.DIGITS,
        **_definitions(process, rules),
        "moments": [body for body, _ in told],
    }
    return {**document, "fingerprint": fingerprint(document)}


def moments(process: Process, entries: Iterable[Entry]) -> dict[str, Case]:
    """The case as it was when it first entered each stage at which a value is kept, by stage."""
    wanted = {value.frozen_at for value in process.values.values() if value.frozen_at}
    found: dict[str, Case] = {}
    case = fold(process, "", ())
    for entry in read_by(process, entries):
        before, case = case, advance(process, case, entry).case
        if case.entry != before.entry and case.stage in wanted and case.stage not in before.path:
            found[case.stage] = replace(case, frozen=before.frozen, locked=before.locked)
    return found


def fingerprint(document: Mapping[str, Json]) -> str:
    """SHA-256 over everything else in *document*, its keys sorted and without spaces."""
    body = {name: part for name, part in document.items() if name != "fingerprint"}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _is_read(teller: Teller, value: Value) -> bool:
    return bool(value.title) and teller.case.values.get(value.id) is not None and not teller.hides(value)


# --- one moment -------------------------------------------------------------------------------------------------------


def _moment(teller: Teller, names: Iterable[str]) -> tuple[Json, dict[str, Receipt]]:
    """The receipts of *names* and of all they are made of, with every input once."""
    receipts = _with_parts(teller, names)
    inputs = {(part.kind, part.path): part for each in receipts.values() for part in (*each.parts, *each.decided)}
    body = {
        "at": teller.at or None,
        "title": teller.process.stages[teller.at].title if teller.at else None,
        "inputs": [_input(teller, part) for part in inputs.values() if part.kind != VALUE],
        "values": [_value(teller.process, receipts[n]) for n in teller.process.values if n in receipts],
    }
    return body, receipts


def _with_parts(teller: Teller, names: Iterable[str]) -> dict[str, Receipt]:
    found: dict[str, Receipt] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = made = teller.receipt(name)
            waiting += [part.path[0] for part in (*made.parts, *made.decided) if part.kind == VALUE]
            waiting += made.missing
    return found


def _input(teller: Teller, part: Part) -> Json:
    role = teller.process.words.roles.get(part.role)
    known = {
        "kind": part.kind,
        "path": list(part.path),
        "title": part.title,
        "origin": part.origin,
        "role": role.title if role else "",
        "date": part.on.isoformat() if part.on else "",
        "function": part.function,
        "answers": part.answers,
    }
    columns = _columns(teller.process, part)
    worked = {n: {"formula": _expression(c.formula.parsed), "decimals": c.decimals} for n, c in columns.items()}
    body = {**{name: told for name, told in known.items() if told}, "value": tagged(part.value)}
    return {**body, "columns": worked} if worked else body


def _columns(process: Process, part: Part) -> dict[str, Computed]:
    """The columns that are computed in an answer itself, where they read nothing else than their own row."""
    if part.kind != ANSWER or len(part.path) < 2 or not isinstance(part.value, list):
        return {}
    item = process.duties[part.path[0]].fields.get(part.path[1])
    there = set().union(*(row.keys() for row in part.value if isinstance(row, dict)))
    return {
        name: column
        for name, column in (item.columns if isinstance(item, Table) else {}).items()
        if name in there and isinstance(column, Computed) and _heads(column.formula) <= there and not column.show_if
    }


def _heads(expression: Expression) -> set[str]:
    return {path[0] for path in feel.reads(expression.parsed)}


# --- one value --------------------------------------------------------------------------------------------------------


def _value(process: Process, made: Receipt) -> Json:
    value = made.value
    body = {
        "id": value.id,
        "title": value.title or value.id,
        "kind": made.kind.removesuffix("_"),
        "rule": _rule(process, made),
        "override": [_shown(made, expression) for expression in value.override],
        "decimals": made.decimals if _has_numbers(made.result) else None,
        "decision": made.decision,
        "result": tagged(made.result),
    }
    if made.withheld:
        body["withheld"] = list(made.withheld)
    else:
        body["how"] = _how(made)
    if made.kept:
        body["kept"] = {"by": "lock" if made.kept == "lock" else "stage", "at": made.kept, "now": tagged(made.now)}
    return body


def _has_numbers(value: Any) -> bool:
    if isinstance(value, list | dict):
        return any(map(_has_numbers, value.values() if isinstance(value, dict) else value))
    return isinstance(value, Decimal)


def _how(made: Receipt) -> Json:
    """What can be recomputed on the way to the result."""
    return {
        "line": made.line,
        "before": tagged(made.raw),
        "proposed": tagged(made.proposed),
        "missing": list(made.missing),
        "shares": {part.name: str(part.share) for part in made.parts if part.share is not None},
        "rows": [_fired(row) for row in made.rows],
    }


def _fired(row: Row) -> Json:
    return {"table": row.table, "row": row.number, "asked": tagged(list(row.arguments)), "gave": tagged(row.result)}


def _rule(process: Process, made: Receipt) -> Json:
    value = made.value
    if value.weights:
        return [_weights(line) for line in value.weights]
    if value.for_:
        return {
            "variable": value.for_.variable,
            "over": _shown(made, value.for_.over),
            "when": _shown(made, value.when) if value.when else None,
            "columns": [_column(process, made, column) for column in value.columns.values()],
        }
    if value.formula:
        return _shown(made, value.formula)
    return [_clause(process, made, clause) for clause in (value.first or value.collect or ())]


def _weights(line: WeightLine) -> Json:
    return {name: str(weight) for name, weight in line.parts.items()}


def _clause(process: Process, made: Receipt, clause: Clause) -> Json:
    type_ = made.type if made.value.first else None
    formula = clause.result.formula
    return {
        "result": {"formula": _shown(made, formula)} if formula else {"constant": tagged(constant(clause.id, type_))},
        "when": _shown(made, clause.condition) if clause.condition else None,
    }


def _column(process: Process, made: Receipt, column: Column) -> Json:
    return {
        "id": column.id,
        "title": column.title or column.id,
        "formula": _shown(made, column.formula),
        "override": [_shown(made, expression) for expression in column.override],
        "decimals": decimals_of(process, column) if _has_numbers([row[column.id] for row in made.raw or ()]) else None,
    }


def _shown(made: Receipt, expression: Expression) -> Json:
    """An expression as it may be shown; nothing of one that would show single answers."""
    veil = made.shown[expression]
    return {"source": veil.expression.source, "ast": None if veil.shut else feel.to_json(veil.expression)}


def _expression(parsed: feel.Expression) -> Json:
    return {"source": parsed.source, "ast": feel.to_json(parsed)}


# --- what rules call --------------------------------------------------------------------------------------------------


def _roots(process: Process, made: Receipt) -> Iterator[Node]:
    """Every expression that is in the receipt: those of the rule, and of what is computed in its inputs."""
    yield from (veil.expression.root for veil in made.shown.values() if not veil.shut)
    for part in (*made.parts, *made.decided):
        if part.kind == ANSWER and len(part.path) > 1:
            yield from (column.formula.parsed.root for column in _columns(process, part).values())


def _definitions(process: Process, roots: Iterable[Node]) -> dict[str, Json]:
    """The functions, tables and catalogues that *roots* use, and those that these use."""
    words = process.words
    names = _used(process, roots)
    return {
        "functions": {n: _function(words.functions[n]) for n in sorted(names & words.functions.keys())},
        "tables": {n: _table(process, words.tables[n]) for n in sorted(names & words.tables.keys())},
        "catalogues": {n: _catalogue(process, words.catalogues[n]) for n in sorted(names & words.catalogues.keys())},
    }


def _used(process: Process, roots: Iterable[Node]) -> set[str]:
    words, found = process.words, set[str]()
    waiting = list(roots)
    while waiting:
        for node in walk(waiting.pop()):
            if isinstance(node, Name) and node.name not in found:
                found.add(node.name)
                waiting += [words.functions[node.name].formula.parsed.root] if node.name in words.functions else []
                table = words.tables.get(node.name)
                waiting += [row[-1].formula.parsed.root for row in table.rows if row[-1].formula] if table else []
    return found


def _function(function: Function) -> Json:
    return {
        "inputs": list(function.inputs),
        "formula": _expression(function.formula.parsed),
        "decimals": function.decimals,
    }


def _table(process: Process, table: DecisionTable) -> Json:
    types = [process.words.type_of(word) for word in table.inputs.values()]
    output = process.words.type_of(table.output)
    return {
        "title": table.title or table.id,
        "inputs": list(table.inputs),
        "rows": [
            {
                "when": [_cell(cell, type_) for cell, type_ in zip(row[:-1], types, strict=True)],
                "then": _expression(row[-1].formula.parsed)
                if row[-1].formula
                else tagged(constant(row[-1].text, output)),
            }
            for row in table.rows
        ],
    }


def _outcome(cell: Literal, output: feel.Type | None) -> Json:
    return _expression(cell.formula.parsed) if cell.formula else tagged(constant(cell.text, output))


def _cell(cell: Literal, type_: feel.Type | None) -> Json:
    """``any`` value that is there, one of some ``codes`` (or ``not``), or unary tests."""
    if cell.text.strip() == "-":
        return {"source": "-", "any": True}
    if isinstance(type_, feel.Codes):
        listed = codes_of(cell.text)
        return {"source": cell.text, "codes": list(listed.codes), "not": listed.negated}
    return {"source": cell.text, "ast": feel.to_json(feel.parse_tests(cell.text))}


def _catalogue(process: Process, catalogue: Catalogue) -> Json:
    rows = process.words.rows[catalogue.catalogue]
    return {"title": catalogue.title or catalogue.catalogue, "key": catalogue.key, "rows": tagged(rows)}
