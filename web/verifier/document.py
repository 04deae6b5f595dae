"""An exported receipt, recomputed from nothing but itself: each value, and each step that is written beside it.

What is written is never believed: a value is worked out from its inputs, and these from theirs where they were computed
too. A fingerprint over the whole file finds what no calculation can: a changed date or title.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from web.verifier.interpreter import Scope, Unknown, value_of
from web.verifier.texts import unlike
from web.verifier.values import NUMBERS, Malformed, Unsupported, decimal, plain, rounded, same

FORMAT, VERSION, DIGITS = "borang-receipt", 1, 34

Data = Mapping[str, Any]


class Unreadable(Exception):
    """The file is no receipt that this verifier knows."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Something that is written differently from what it comes to. ``what`` is the part of the receipt."""

    what: str
    written: Any
    found: Any


def _texts(part: Any) -> Iterator[Difference]:
    """Texts of rules in *part* that say something else than the rule."""
    return (Difference(what="source", written=text, found=None) for text in unlike(part))


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What came of one value, table, function or answer. ``open`` is why it could not be recomputed, if so.

    ``moment`` is the stage at which the value was kept, empty for now.
    """

    id: str
    title: str
    moment: str = ""
    result: Any = None
    differences: tuple[Difference, ...] = ()
    open: str = ""

    @property
    def agrees(self) -> bool:
        return not self.differences and not self.open


def verify(text: str | bytes) -> list[Finding]:
    """A finding for each value of the exported receipt *text*, and for whatever else in it does not agree.

    Raises ``Unreadable``.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("bukan JSON") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise Unreadable("bukan rincian nilai Borang")
    if document.get("version") != VERSION or document.get("digits") != DIGITS:
        raise Unreadable(f"versi {document.get('version')}")
    try:
        return list(_Verifier(document).findings())
    except (Malformed, KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from None


def fingerprint(document: Data) -> str:
    """SHA-256 over everything else in *document*, its keys sorted and without spaces."""
    body = {name: part for name, part in document.items() if name != "fingerprint"}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# --- the whole file ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Fired:
    table: str
    row: int
    asked: list[Any]
    gave: Any


class _Verifier:
    def __init__(self, document: Data) -> None:
        self.document = document
        self.fired: list[_Fired] = []
        #: What rules call, and what functions and tables call: in these no row is told.
        self.inner: dict[str, Callable[..., Any]] = {}
        self.calls: dict[str, Callable[..., Any]] = {}
        for name, catalogue in document["catalogues"].items():
            self.inner[name] = self.calls[name] = _look_up(catalogue)
        for name, function in document["functions"].items():
            self.inner[name] = self.calls[name] = self._function(function)
        for name, table in document["tables"].items():
            self.inner[name] = lambda *asked, table=table: self._decided(table, asked)[1]
            self.calls[name] = lambda *asked, name=name, table=table: self._told(name, table, asked)
        self.catalogues = {name: plain(one["rows"]) for name, one in document["catalogues"].items()}

    def findings(self) -> Iterator[Finding]:
        document = self.document
        if document.get("fingerprint") != fingerprint(document):
            wrong = Difference(what="fingerprint", written=document.get("fingerprint"), found=fingerprint(document))
            yield Finding(id="fingerprint", title="", differences=(wrong,))
        for kind in ("functions", "tables"):
            for name, part in document[kind].items():
                wrong_texts = tuple(_texts(part))
                if wrong_texts:
                    yield Finding(id=name, title=part.get("title", name), differences=wrong_texts)
        kept = {one["at"]: one for one in document["moments"] if one["at"]}
        for moment in document["moments"]:
            yield from _Moment(self, moment, kept).findings()

    # --- what rules call ----------------------------------------------------------------------------------------------

    def _function(self, function: Data) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            scope = Scope(dict(zip(function["inputs"], arguments, strict=True)), self.inner)
            return rounded(value_of(function["formula"]["ast"], scope), function["decimals"])

        return call

    def _told(self, name: str, table: Data, asked: tuple[Any, ...]) -> Any:
        row, gave = self._decided(table, asked)
        self.fired.append(_Fired(name, row, list(asked), gave))
        return gave

    def _decided(self, table: Data, asked: tuple[Any, ...]) -> tuple[int, Any]:
        """The first row of *table* that holds (0 for none), and what it gives."""
        for number, row in enumerate(table["rows"], 1):
            if all(self._holds(cell, value) for cell, value in zip(row["when"], asked, strict=True)):
                then = row["then"]
                if isinstance(then, dict) and "ast" in then:
                    return number, value_of(
                        then["ast"], Scope(dict(zip(table["inputs"], asked, strict=True)), self.inner)
                    )
                return number, plain(then)
        return 0, None

    def _holds(self, cell: Data, value: Any) -> bool:
        """Whether *value* passes a cell. A value that is not there passes only where a cell asks for that."""
        if "any" in cell:
            return value is not None
        if "codes" in cell:
            listed = value in cell["codes"]
            return value is not None and not listed if cell["not"] else listed
        return value_of(cell["ast"], Scope({"?": value}, self.inner)) is True


def _look_up(catalogue: Data) -> Callable[..., Any]:
    rows, key = plain(catalogue["rows"]), catalogue["key"]
    return lambda wanted: next((row for row in rows if row[key] == wanted), None)


# --- one moment -------------------------------------------------------------------------------------------------------


class _Closed(Exception):
    """The receipt says itself that something was left out, so that nothing can be said of the value."""


@dataclass
class _Worked:
    """What a rule came to."""

    raw: Any = None
    line: int = 0
    missing: list[str] = field(default_factory=list)
    shares: dict[str, Decimal] = field(default_factory=dict)
    rows: list[_Fired] = field(default_factory=list)


class _Moment:
    """The values at one time: now, or when the case first entered a stage."""

    def __init__(self, verifier: _Verifier, moment: Data, kept: Mapping[str, Data]) -> None:
        self.verifier = verifier
        self.moment = moment
        self.kept = kept
        names: dict[str, Any] = dict(verifier.catalogues)
        for given in moment["inputs"]:
            _put(names, given)
        names |= {value["id"]: plain(value["result"]) for value in moment["values"]}
        self.scope = Scope(names, verifier.calls)

    def findings(self) -> Iterator[Finding]:
        at = self.moment["at"] or ""
        for given in self.moment["inputs"]:
            name = ".".join(given["path"])
            try:
                wrong = tuple(self._columns(given))
            except Unknown as unknown:
                wrong = (Difference(what="input", written=str(unknown), found=None),)
            except Unsupported as unsupported:
                yield Finding(
                    id=".".join(given["path"]), title=given["title"], moment=at, open=f"unsupported:{unsupported}"
                )
                continue
            if wrong:
                yield Finding(id=name, title=given["title"], moment=at, differences=wrong)
        for value in self.moment["values"]:
            yield self._finding(value, at)

    def _columns(self, given: Data) -> Iterator[Difference]:
        """The computed columns of an answered table, row by row."""
        columns = given.get("columns", {})
        yield from _texts(columns)
        for number, row in enumerate(plain(given["value"]) if columns else (), 1):
            for name, column in columns.items():
                inner = Scope(row, self.verifier.inner)
                found = rounded(value_of(column["formula"]["ast"], inner), column["decimals"])
                if same(found, row[name]) is not True or not _has_digits(row[name], column["decimals"]):
                    yield Difference(what=f"{name}[{number}]", written=row[name], found=found)

    def _finding(self, value: Data, at: str) -> Finding:
        common = {"id": value["id"], "title": value["title"], "moment": at, "result": plain(value["result"])}
        wrong = list(_texts(value["rule"])) + list(_texts(value["override"]))
        if not _has_digits(common["result"], value["decimals"]):
            wrong.append(Difference(what="decimals", written=value["decimals"], found=common["result"]))
        left_out = ""
        try:
            wrong += self._kept(value) if "kept" in value else self._compared(value, plain(value["result"]))
        except _Closed as closed:
            left_out = f"withheld:{closed}"
        except Unknown as unknown:
            wrong.append(Difference(what="input", written=str(unknown), found=None))
        except Unsupported as unsupported:
            left_out = f"unsupported:{unsupported}"
        return Finding(**common, differences=tuple(wrong), open="" if wrong else left_out)

    def _kept(self, value: Data) -> Iterator[Difference]:
        """A value that stays as it was: the rule gives what it would be now, an earlier moment what it is."""
        kept = value["kept"]
        yield from self._compared(value, plain(kept["now"]))
        if kept["by"] != "stage":
            raise _Closed("lock")
        earlier = next((v for v in self.kept.get(kept["at"], {"values": ()})["values"] if v["id"] == value["id"]), None)
        if earlier is None:
            raise _Closed(kept["at"])
        yield from _differs("result", plain(value["result"]), plain(earlier["result"]))

    def _compared(self, value: Data, result: Any) -> Iterator[Difference]:
        """Everything that is written about *value* and comes to something else."""
        decision, decided = self._decision(value)
        yield from _differs("decision", Decimal(value["decision"]), Decimal(decision))
        how = value.get("how")
        if how is None:
            if not decision:
                raise _Closed(", ".join(value["withheld"]))
            yield from _differs("result", result, rounded(decided, value["decimals"]))
            return
        worked = self._worked(value)
        proposed = rounded(worked.raw, value["decimals"])
        yield from _differs("before", plain(how["before"]), worked.raw)
        yield from _differs("proposed", plain(how["proposed"]), proposed)
        yield from _differs("result", result, rounded(decided, value["decimals"]) if decision else proposed)
        yield from _differs("line", Decimal(how["line"]), Decimal(worked.line))
        yield from _differs("missing", list(how["missing"]), worked.missing)
        yield from _differs("shares", {name: decimal(share) for name, share in how["shares"].items()}, worked.shares)
        yield from _differs("rows", [_told(row) for row in how["rows"]], [_told_of(row) for row in worked.rows])
        if value["kind"] == "for":
            yield from _column_digits(value["rule"]["columns"], plain(how["before"]) or [])
        if value["kind"] == "weights":
            yield from (d for line in value["rule"] for d in _differs("weights", _total(line), Decimal(100)))

    def _decision(self, value: Data) -> tuple[int, Any]:
        """Which decision of a person counts (0 for none), and what it is."""
        for number, expression in enumerate(value["override"], 1):
            decided = value_of(expression["ast"], self.scope)
            if decided is not None:
                return number, decided
        return 0, None

    # --- rules --------------------------------------------------------------------------------------------------------

    def _worked(self, value: Data) -> _Worked:
        self.verifier.fired.clear()
        worked: _Worked = getattr(self, f"_{value['kind']}")(value["rule"])
        worked.rows = list(self.verifier.fired)
        return worked

    def _formula(self, rule: Data) -> _Worked:
        return _Worked(raw=value_of(rule["ast"], self.scope))

    def _weights(self, rule: list[Data]) -> _Worked:
        """The first line whose parts are all there."""
        worked = _Worked()
        for number, line in enumerate(rule, 1):
            parts = {name: self.scope.find(name) for name in line}
            gone = [name for name, part in parts.items() if part is None]
            if not gone:
                worked.line = number
                worked.shares = {n: NUMBERS.multiply(part, decimal(line[n])) / 100 for n, part in parts.items()}
                worked.raw = sum(worked.shares.values(), Decimal(0))
                break
            worked.missing += [name for name in gone if name not in worked.missing]
        return worked

    def _first(self, rule: list[Data]) -> _Worked:
        for number, clause in enumerate(rule, 1):
            if self._held(clause["when"], self.scope):
                return _Worked(raw=self._given(clause["result"]), line=number)
        return _Worked()

    def _collect(self, rule: list[Data]) -> _Worked:
        found: list[Any] = []
        for clause in rule:
            if self._held(clause["when"], self.scope):
                given = self._given(clause["result"])
                found += [] if any(same(given, one) is True for one in found) else [given]
        return _Worked(raw=found, line=len(found))

    def _for(self, rule: Data) -> _Worked:
        elements = value_of(rule["over"]["ast"], self.scope)
        if elements is None:
            return _Worked()
        rows = []
        for element in elements:
            names = {rule["variable"]: element}
            inner = self.scope.inner(names)
            if self._held(rule["when"], inner):
                rows.append({c["id"]: names.setdefault(c["id"], self._column(c, inner)) for c in rule["columns"]})
        return _Worked(raw=rows, line=len(rows))

    def _column(self, column: Data, inner: Scope) -> Any:
        decisions = (value_of(expression["ast"], inner) for expression in column["override"])
        found = next((decision for decision in decisions if decision is not None), None)
        return rounded(value_of(column["formula"]["ast"], inner) if found is None else found, column["decimals"])

    def _held(self, condition: Data | None, scope: Scope) -> bool:
        return condition is None or value_of(condition["ast"], scope) is True

    def _given(self, result: Data) -> Any:
        return value_of(result["formula"]["ast"], self.scope) if "formula" in result else plain(result["constant"])


def _put(names: dict[str, Any], given: Data) -> None:
    """An input in its place: ``["diri", "kt"]`` is the member ``kt`` of ``diri``."""
    *heads, last = given["path"]
    place = names
    for head in heads:
        place = place.setdefault(head, {})
    value = plain(given["value"])
    if value == {} and not heads:
        names.setdefault(last, {})
    else:
        place[last] = value


def _has_digits(value: Any, digits: int | None) -> bool:
    """Whether the numbers in *value* are written with just so many digits after the comma; without numbers, none."""
    numbers = list(_numbers(value))
    if digits is None or not numbers:
        return digits is None
    return all(number.as_tuple().exponent == -digits for number in numbers)


def _column_digits(columns: list[Data], rows: list[Data]) -> Iterator[Difference]:
    for column in columns:
        written = [row[column["id"]] for row in rows]
        if not _has_digits(written, column["decimals"]):
            yield Difference(what=f"{column['id']}.decimals", written=column["decimals"], found=written)


def _numbers(value: Any) -> Iterator[Decimal]:
    if isinstance(value, Decimal):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _numbers(part)


def _differs(what: str, written: Any, found: Any) -> Iterator[Difference]:
    if same(written, found) is not True:
        yield Difference(what=what, written=written, found=found)


def _total(line: Data) -> Decimal:
    return sum((decimal(weight) for weight in line.values()), Decimal(0))


def _told(row: Data) -> dict[str, Any]:
    return {"table": row["table"], "row": Decimal(row["row"]), "asked": plain(row["asked"]), "gave": plain(row["gave"])}


def _told_of(row: _Fired) -> dict[str, Any]:
    return {"table": row.table, "row": Decimal(row.row), "asked": row.asked, "gave": row.gave}
