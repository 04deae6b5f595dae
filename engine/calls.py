"""What expressions may call beside FEEL's own functions: functions, decision tables, look-ups in catalogues.

Everything here is checked where it stands, in whatever file that is, and can be called even where it is wrong, so that
one mistake is told once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from engine import feel
from engine.draft import Draft
from engine.feel.nodes import Call, Name, walk
from engine.model import Catalogue, DecisionTable, Function
from engine.order import ordered
from engine.shape import At, nearest
from engine.terms import Expression, Literal
from engine.words import Decision, DecisionRow, Test, constant, rounded


class FiredRow(NamedTuple):
    """A row of a decision table that held, numbered from 1."""

    table: str
    row: int


def compile_calls(draft: Draft) -> None:
    """Fill ``callables``, ``signatures``, ``decisions`` and ``rows`` of the draft's words; report what is wrong."""
    for catalogue in draft.words.catalogues.values():
        _look_up(draft, catalogue)
    every: list[DecisionTable | Function] = [*draft.words.tables.values(), *draft.words.functions.values()]
    for called in every:
        for name, word in called.inputs.items():
            known_type(draft, word, called.at / "inputs" / name)
        draft.words.signatures[called.id] = _signature(draft, called.inputs, feel.ANY)
        draft.words.callables[called.id] = lambda *arguments: None
    for name in _by_dependency(draft):
        if name in draft.words.functions:
            _add_function(draft, draft.words.functions[name])
        else:
            _add_table(draft, draft.words.tables[name])


def known_type(draft: Draft, word: str, at: At) -> feel.Type:
    """The type that *word* means; reported where it means none."""
    type_ = draft.words.type_of(word)
    if type_ is None:
        draft.known(at, "N009", word, draft.words.type_words())
    return type_ or feel.ANY


def _types(draft: Draft, inputs: Mapping[str, str]) -> dict[str, feel.Type]:
    return {name: draft.words.type_of(word) or feel.ANY for name, word in inputs.items()}


def _signature(draft: Draft, inputs: Mapping[str, str], result: feel.Type) -> feel.FunctionType:
    return feel.FunctionType(tuple(_types(draft, inputs).items()), result)


def _by_dependency(draft: Draft) -> list[str]:
    """Functions and tables so that each comes after those it calls. A circle is reported where it begins."""
    calls = {name: set(_calls([function.formula])) for name, function in draft.words.functions.items()}
    calls |= {name: set(_calls(_formulas(table))) for name, table in draft.words.tables.items()}
    order, circles = ordered(calls, calls)
    for circle in circles:
        first = draft.words.functions.get(circle[0]) or draft.words.tables[circle[0]]
        first.at.of_key().report("E14", names=" → ".join(circle))
    return order


def _calls(expressions: Iterable[Expression]) -> Iterable[str]:
    """The names that *expressions* call."""
    for expression in expressions:
        for node in walk(expression.parsed.root):
            if isinstance(node, Call) and isinstance(node.function, Name):
                yield node.function.name


# --- catalogues -------------------------------------------------------------------------------------------------------


def _look_up(draft: Draft, catalogue: Catalogue) -> None:
    """``name("KEY")`` is the row with that key, or null."""
    for column, word in catalogue.columns.items():
        known_type(draft, word, catalogue.at / "columns" / column)
    name = catalogue.catalogue
    draft.words.rows[name] = [_row(draft, catalogue, key) for key in catalogue.rows]
    draft.words.callables[name] = {row[catalogue.key]: row for row in draft.words.rows[name]}.get
    key = feel.Codes(name, tuple(catalogue.rows))
    draft.words.signatures[name] = feel.FunctionType(((catalogue.key, key),), draft.words.row_type(name))


def _row(draft: Draft, catalogue: Catalogue, key: str) -> dict[str, Any]:
    row = catalogue.rows[key]
    known = ["title", "help", *catalogue.columns]
    for name in row.cells:
        draft.known((row.at / name).of_key(), "N019", name, known)
    cells: dict[str, Any] = {catalogue.key: key, "title": row.cells.get("title", key)}
    for name, word in catalogue.columns.items():
        cells[name] = _constant(row.cells.get(name), draft.words.type_of(word), row.at / name)
    return cells


def _constant(text: str | None, type_: feel.Type | None, at: At) -> Any:
    """The literal *text* as a value of *type_*; reported where it is none."""
    value = constant(text, type_)
    if isinstance(type_, feel.Codes):
        _known_codes([value] if value else (), type_, at)
    elif text and value is None:
        at.report("N014", text=text, wanted=type_)
    return value


def _known_codes(codes: Iterable[str], type_: feel.Codes, at: At, offsets: Iterable[int | None] = (None,)) -> None:
    for code, offset in zip(codes, offsets, strict=False):
        if code not in type_.options:
            known = ", ".join(type_.options)
            maybe = nearest(code, type_.options)
            at.report("N013", offset=offset, text=code, of=type_.name, known=known, maybe_id=maybe)


# --- functions --------------------------------------------------------------------------------------------------------


def _add_function(draft: Draft, function: Function) -> None:
    result = draft.check(function.formula, _types(draft, function.inputs))
    draft.words.signatures[function.id] = _signature(draft, function.inputs, result)
    if function.formula in draft.code:
        draft.words.callables[function.id] = _function(draft, function)


def _function(draft: Draft, function: Function) -> Callable[..., Any]:
    code = draft.code[function.formula]
    names, decimals = tuple(function.inputs), function.decimals

    def call(*arguments: Any) -> Any:
        return rounded(code(dict(zip(names, arguments, strict=True))), decimals)

    return call


# --- decision tables --------------------------------------------------------------------------------------------------


def _add_table(draft: Draft, table: DecisionTable) -> None:
    output = known_type(draft, table.output, table.at / "output")
    draft.words.signatures[table.id] = _signature(draft, table.inputs, output)
    decide = draft.words.decisions[table.id] = decision(draft, table)
    draft.words.callables[table.id] = _watched(table.id, decide)


_WATCH: ContextVar[set[FiredRow] | None] = ContextVar("watch", default=None)


@contextmanager
def fired_rows() -> Iterator[set[FiredRow]]:
    """Gathers which rows of which tables fire inside this block, numbered from 1."""
    found: set[FiredRow] = set()
    before = _WATCH.set(found)
    try:
        yield found
    finally:
        _WATCH.reset(before)


def _watched(name: str, decide: Decision) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        fired = decide(*arguments)
        watch = _WATCH.get()
        if watch is not None and fired.row is not None:
            watch.add(FiredRow(name, fired.row))
        return fired.result

    return call


def decision(draft: Draft, table: DecisionTable) -> Decision:
    """*table* ready to decide; what is wrong in its cells is reported."""
    rows = (_decision_row(draft, table, index) for index in range(len(table.rows)))
    return Decision(tuple(table.inputs), tuple(rows))


def _decision_row(draft: Draft, table: DecisionTable, index: int) -> DecisionRow:
    cells, wanted = table.rows[index], len(table.inputs) + 1
    if len(cells) != wanted:
        (table.at / "rows" / index).report("N012", found=len(cells), wanted=wanted)
        return DecisionRow((_never,) * len(table.inputs), lambda inputs: None)
    types = _types(draft, table.inputs).values()
    tests = tuple(_cell(cell, type_) for cell, type_ in zip(cells[:-1], types, strict=True))
    return DecisionRow(tests, _result(draft, table, cells[-1]))


def _never(value: Any) -> bool:
    return False


def _cell(cell: Literal, type_: feel.Type) -> Test:
    """The unary tests of one cell; an unquoted option code stands for itself."""
    if cell.text.strip() == "-":
        return lambda value: value is not None
    if isinstance(type_, feel.Codes):
        return _codes_cell(cell, type_)
    try:
        parsed = feel.parse_tests(cell.text)
    except feel.FeelError as error:
        cell.at.report(error.code, offset=error.start, **error.params)
        return _never
    findings = feel.infer(parsed, {}, {}, tested=type_)[1]
    for finding in findings:
        cell.at.report(finding.code, offset=finding.start, **finding.params)
    if findings:
        return _never
    code = feel.compile(parsed, {})
    return lambda value: code({"?": value}) is True


_LISTED = re.compile(r"\s*(not\s*\()?(.*?)\)?\s*", re.DOTALL)
_CODE = re.compile(r'[^\s,"][^,"]*')


def _codes_cell(cell: Literal, type_: feel.Codes) -> Test:
    """``A, B``, ``not(A, B)`` or ``null``, quoted or not."""
    listed = codes_of(cell.text)
    named = [(code, offset) for code, offset in listed.codes.items() if code is not None]
    _known_codes([code for code, _ in named], type_, cell.at, [offset for _, offset in named])
    codes = listed.codes.keys()
    if listed.negated:
        return lambda value: value is not None and value not in codes
    return lambda value: value in codes


class ListedCodes(NamedTuple):
    """The codes of a cell, each with its place in the text; ``None`` stands for null."""

    negated: bool
    codes: dict[str | None, int]


def codes_of(text: str) -> ListedCodes:
    """What a cell lists whose input is one of several codes."""
    listed = _LISTED.fullmatch(text)
    assert listed
    found = {m.group().strip(): listed.start(2) + m.start() for m in _CODE.finditer(listed.group(2))}
    return ListedCodes(bool(listed.group(1)), {None if code == "null" else code: at for code, at in found.items()})


def _formulas(table: DecisionTable) -> Iterable[Expression]:
    """The results of *table* that are FEEL."""
    for row in table.rows:
        if row and row[-1].formula:
            yield row[-1].formula


def _result(draft: Draft, table: DecisionTable, cell: Literal) -> Callable[[Mapping[str, Any]], Any]:
    output = draft.words.type_of(table.output) or feel.ANY
    if cell.formula is None:
        value = _constant(cell.text, output, cell.at)
        return lambda inputs: value
    draft.wanted(cell.formula, output, _types(draft, table.inputs))
    return draft.code.get(cell.formula, lambda inputs: None)
