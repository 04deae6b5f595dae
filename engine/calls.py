"""What expressions may call beside FEEL's own functions: functions, decision tables, look-ups in catalogues.

Everything here is checked where it stands, in whatever file that is, and can be called even where it is wrong, so that
one mistake is told once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine import feel
from engine.feel.nodes import Call, Name, walk
from engine.model import Catalogue, DecisionTable, Function
from engine.shape import At, nearest
from engine.terms import Expression, Literal
from engine.words import Fired, Words, constant, rounded

Scope = Mapping[str, feel.Type]


def compile_calls(words: Words) -> None:
    """Fill ``callables``, ``signatures``, ``decisions`` and ``rows`` of *words*; report what is wrong in them."""
    for catalogue in words.catalogues.values():
        _look_up(words, catalogue)
    every: list[DecisionTable | Function] = [*words.tables.values(), *words.functions.values()]
    for called in every:
        for name, word in called.inputs.items():
            _known_type(words, word, called.at / "inputs" / name)
        words.signatures[called.id] = _signature(words, called.inputs, feel.ANY)
        words.callables[called.id] = lambda *arguments: None
    for name in _by_dependency(words):
        if name in words.functions:
            _add_function(words, words.functions[name])
        else:
            _add_table(words, words.tables[name])


def _known_type(words: Words, word: str, at: At) -> feel.Type:
    """The type that *word* means; reported where it means none."""
    type_ = words.type_of(word)
    if type_ is None:
        known = words.type_words()
        at.report("N009", name=word, known=", ".join(known), maybe_id=nearest(word, known))
    return type_ or feel.ANY


def _signature(words: Words, inputs: Mapping[str, str], result: feel.Type) -> feel.FunctionType:
    return feel.FunctionType(tuple((name, words.type_of(word) or feel.ANY) for name, word in inputs.items()), result)


def _by_dependency(words: Words) -> list[str]:
    """Functions and tables so that each comes after those it calls. A circle is reported where it begins."""
    order: list[str] = []
    trail: list[str] = []
    calls = {name: set(_calls([f.formula])) for name, f in words.functions.items()}
    calls |= {name: set(_calls(_formulas(table))) for name, table in words.tables.items()}

    def visit(name: str) -> None:
        if name in trail:
            at = (words.functions.get(name) or words.tables[name]).at
            at.of_key().report("E14", names=" → ".join([*trail[trail.index(name) :], name]))
        elif name not in order:
            trail.append(name)
            for called in sorted(calls[name] & calls.keys()):
                visit(called)
            trail.remove(name)
            order.append(name)

    for name in calls:
        visit(name)
    return order


def _calls(expressions: Iterable[Expression]) -> Iterable[str]:
    """The names that *expressions* call."""
    for expression in expressions:
        for node in walk(expression.parsed.root):
            if isinstance(node, Call) and isinstance(node.function, Name):
                yield node.function.name


def checked(words: Words, expression: Expression, scope: Scope) -> tuple[feel.Type, bool]:
    """The type of *expression*, and whether nothing is wrong in it; what is wrong is reported."""
    type_, findings = feel.infer(expression.parsed, scope, words.signatures)
    for finding in findings:
        expression.report(finding.code, finding.start, **finding.params)
    return type_, not findings


# --- catalogues -------------------------------------------------------------------------------------------------------


def _look_up(words: Words, catalogue: Catalogue) -> None:
    """``name("KEY")`` is the row with that key, or null."""
    for column, word in catalogue.columns.items():
        _known_type(words, word, catalogue.at / "columns" / column)
    name = catalogue.catalogue
    words.rows[name] = [_row(words, catalogue, key) for key in catalogue.rows]
    words.callables[name] = {row[catalogue.key]: row for row in words.rows[name]}.get
    key = feel.Codes(name, tuple(catalogue.rows))
    words.signatures[name] = feel.FunctionType(((catalogue.key, key),), words.row_type(name))


def _row(words: Words, catalogue: Catalogue, key: str) -> dict[str, Any]:
    row = catalogue.rows[key]
    known = ["title", "help", *catalogue.columns]
    for name in row.cells:
        if name not in known:
            at = (row.at / name).of_key()
            at.report("N019", name=name, known=", ".join(known), maybe_id=nearest(name, known))
    cells: dict[str, Any] = {catalogue.key: key, "title": row.cells.get("title", key)}
    for name, word in catalogue.columns.items():
        cells[name] = _constant(row.cells.get(name), words.type_of(word), row.at / name)
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


def _add_function(words: Words, function: Function) -> None:
    scope = {name: words.type_of(word) or feel.ANY for name, word in function.inputs.items()}
    result, sound = checked(words, function.formula, scope)
    words.signatures[function.id] = _signature(words, function.inputs, result)
    if sound:
        words.callables[function.id] = _function(words, function)


def _function(words: Words, function: Function) -> Callable[..., Any]:
    code = feel.compile(function.formula.parsed, words.callables)
    names, decimals = tuple(function.inputs), function.decimals

    def call(*arguments: Any) -> Any:
        return rounded(code(dict(zip(names, arguments, strict=True))), decimals)

    return call


# --- decision tables --------------------------------------------------------------------------------------------------


def _add_table(words: Words, table: DecisionTable) -> None:
    output = _known_type(words, table.output, table.at / "output")
    words.signatures[table.id] = _signature(words, table.inputs, output)
    decide = words.decisions[table.id] = decision(words, table)
    words.callables[table.id] = lambda *arguments: decide(*arguments).result


def decision(words: Words, table: DecisionTable) -> Callable[..., Fired]:
    """*table* as a function that also tells which row fired. Hit policy *first*.

    A null input matches only a cell that tests for null, so a missing score never lands in the last row.
    """
    rows = [_decision_row(words, table, index) for index in range(len(table.rows))]
    names = tuple(table.inputs)

    def decide(*arguments: Any) -> Fired:
        for number, (tests, result) in enumerate(rows, 1):
            if all(test(value) for test, value in zip(tests, arguments, strict=True)):
                return Fired(result(dict(zip(names, arguments, strict=True))), number)
        return Fired(None, None)

    return decide


Test = Callable[[Any], bool]
Result = Callable[[Mapping[str, Any]], Any]


def _decision_row(words: Words, table: DecisionTable, index: int) -> tuple[list[Test], Result]:
    cells, wanted = table.rows[index], len(table.inputs) + 1
    if len(cells) != wanted:
        (table.at / "rows" / index).report("N012", found=len(cells), wanted=wanted)
        return [_never] * len(table.inputs), lambda inputs: None
    types = [words.type_of(word) for word in table.inputs.values()]
    tests = [_cell(cell, type_ or feel.ANY) for cell, type_ in zip(cells[:-1], types, strict=True)]
    return tests, _result(words, table, cells[-1])


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
    listed = _LISTED.fullmatch(cell.text)
    assert listed
    found = [(m.group().strip(), listed.start(2) + m.start()) for m in _CODE.finditer(listed.group(2))]
    codes = {None if code == "null" else code for code, _ in found}
    named = [(code, offset) for code, offset in found if code != "null"]
    _known_codes([code for code, _ in named], type_, cell.at, [offset for _, offset in named])
    if listed.group(1):
        return lambda value: value is not None and value not in codes
    return lambda value: value in codes


def _formulas(table: DecisionTable) -> Iterable[Expression]:
    """The results of *table* that are FEEL."""
    for row in table.rows:
        if row and row[-1].formula:
            yield row[-1].formula


def _result(words: Words, table: DecisionTable, cell: Literal) -> Result:
    output = words.type_of(table.output) or feel.ANY
    if cell.formula is None:
        value = _constant(cell.text, output, cell.at)
        return lambda inputs: value
    scope = {name: words.type_of(word) or feel.ANY for name, word in table.inputs.items()}
    found, sound = checked(words, cell.formula, scope)
    if not output.accepts(found):
        cell.formula.report("X101", wanted=output, found=found)
    return feel.compile(cell.formula.parsed, words.callables) if sound else lambda inputs: None
