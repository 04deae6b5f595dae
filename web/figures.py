"""What the pages of analyses are handed: which there are, and of one its chart, its table and its file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Connection

from engine import feel
from engine.analysis import HISTOGRAM, Group, Key, Span, figures
from engine.feel.nodes import Call, Name
from engine.model import Analysis
from web import accounts, charts, cohort, showing
from web.charts import Drawing
from web.cohort import Circle, TooMany
from web.languages import number, translated

#: More marks than this are read better in the table.
MOST = 40
#: What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CENT = Decimal("0.01")

Columns = list[tuple[str, str, bool]]


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """The analyses of one process: title and address of each."""

    title: str
    about: str
    links: list[tuple[str, str]]


def shelves(rows: Connection, me: str) -> list[Shelf]:
    """The analyses that *me* may open, process by process."""
    found = cohort.circles(rows, me)
    return [_shelf(circle) for circle in found if circle.analyses()]


def _shelf(circle: Circle) -> Shelf:
    name = circle.process.id
    links = [(translated(one.title), url_for("figures.one", process=name, name=one.id)) for one in circle.analyses()]
    about = ", ".join((circle.region, *circle.cycles.values()))
    return Shelf(title=translated(circle.process.title), about=about, links=links)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell of a heat map: what it says, and how strongly it is tinted."""

    said: str
    tint: int


@dataclass(frozen=True, kw_only=True)
class Heat:
    """A heat map: what stands down and across, and its cells row by row."""

    down: str
    across: str
    columns: list[str]
    rows: list[tuple[str, list[Cell]]]


@dataclass(frozen=True, kw_only=True)
class FigurePage:
    """One analysis: its chart if it has one, the same as a table, and as a file."""

    title: str
    about: str
    cycles: list[tuple[str, str]]
    cycle: str
    drawing: Drawing | None
    heat: Heat | None
    columns: Columns
    rows: list[dict[str, str]]
    notes: list[str]
    file: str
    too_many: str


class Told:
    """One analysis of a circle, worked out and put into words."""

    def __init__(self, rows: Connection, me: str, circle: Circle, analysis: Analysis, cycle: str) -> None:
        self.circle = circle
        self.process = circle.process
        self.analysis = analysis
        self.cycle = "" if "cycle" in analysis.by else cycle or list(circle.cycles)[-1]
        self.units = cohort.units(rows, me)
        #: How many cases can be counted, where there are more.
        self.most = 0
        try:
            found = figures(self.process, analysis, cohort.records(rows, me, circle, analysis, self.cycle))
        except TooMany:
            found, self.most = [], cohort.MOST
        self.groups = sorted(found, key=self._order)

    # --- words ---

    def said(self, group: Group) -> list[str]:
        """The keys of a group in words."""
        return [self.key(name, key) for name, key in zip(self.analysis.by, group.keys, strict=True)]

    def key(self, name: str, key: Key) -> str:
        if name == "unit":
            return self.units[key] if key in self.units else str(key)
        if name == "cycle":
            return self.circle.cycles[key] if key in self.circle.cycles else str(key)
        if name == "stage":
            stage = self.process.stages.get(key)
            return translated(stage.title) if stage else str(key)
        if isinstance(key, Span):
            return _("%(low)s sampai di bawah %(high)s", low=number(_short(key.low)), high=number(_short(key.high)))
        return showing.plain(self.process, key, self._type(name))

    def _type(self, name: str) -> feel.Type:
        type_ = self.process.types[name]
        inner = type_.item if isinstance(type_, feel.ListOf) else type_
        return inner if isinstance(inner, feel.Codes) else feel.ANY

    def heading(self, name: str) -> str:
        own = {"unit": _("Unit"), "cycle": _("Siklus penilaian"), "stage": _("Tahap")}
        if name in own:
            return own[name]
        title = self.process.values[name].title
        return translated(title) if title else accounts.words(name)

    def figure(self, group: Group | None) -> str:
        if group is None:
            return "–"
        if group.hidden:
            return _("disembunyikan")
        return showing.plain(self.process, _short(group.figure)) or _("belum ada")

    @property
    def measure(self) -> str:
        """What the figures are."""
        root = self.analysis.measure.parsed.root
        name = root.function.name if isinstance(root, Call) and isinstance(root.function, Name) else ""
        return {"count": _("Berkas"), "sum": _("Jumlah"), "mean": _("Rata-rata")}.get(name, _("Angka"))

    # --- order ---

    def _order(self, group: Group) -> list[tuple[int, Any]]:
        return [self.rank(name, key) for name, key in zip(self.analysis.by, group.keys, strict=True)]

    def rank(self, name: str, key: Key) -> tuple[int, Any]:
        """The place of a key: as declared where an order is declared, else by number or name."""
        if isinstance(key, Span):
            return 0, key.low
        if isinstance(key, bool | Decimal):
            return 0, Decimal(key)
        declared = self.declared(name)
        return (0, declared.index(key)) if key in declared else (1, self.key(name, key).casefold())

    def declared(self, name: str) -> list[str]:
        """The keys of which the definition says the order."""
        if name == "cycle":
            return list(self.circle.cycles)
        if name == "stage":
            return list(self.process.stages)
        type_ = self._type(name) if name in self.process.values else feel.ANY
        return list(type_.options) if isinstance(type_, feel.Codes) else []


def figure_page(told: Told) -> FigurePage:
    """The page of one analysis."""
    analysis, circle = told.analysis, told.circle
    columns: Columns = [(f"k{place}", told.heading(name), False) for place, name in enumerate(analysis.by)]
    columns += [("people", _("Pegawai"), True), ("figure", told.measure, True)]
    heat = _heat(told) if analysis.chart == "heatmap" and len(analysis.by) == 2 and told.groups else None
    drawing = None if heat or analysis.chart == "table" else _drawing(told)
    return FigurePage(
        title=translated(analysis.title),
        about=f"{translated(told.process.title)} · {circle.region}",
        cycles=[] if "cycle" in analysis.by else list(circle.cycles.items()),
        cycle=told.cycle,
        drawing=drawing,
        heat=heat,
        columns=columns,
        rows=[_row(told, group) for group in told.groups],
        notes=list(_notes(told, drawing, heat)),
        too_many=_too_many(told),
        file=url_for("figures.file", process=told.process.id, name=analysis.id, siklus=told.cycle or None),
    )


def _too_many(told: Told) -> str:
    """Why nothing is counted, where there are too many cases."""
    if not told.most:
        return ""
    return _(
        "Lebih dari %(most)s berkas tidak dihitung di halaman ini. Pilih satu siklus, atau minta angka per unit dari"
        " pimpinan unit.",
        most=number(told.most),
    )


def _row(told: Told, group: Group) -> dict[str, str]:
    keys = {f"k{place}": said for place, said in enumerate(told.said(group))}
    return {**keys, "people": "" if group.hidden else str(group.people), "figure": told.figure(group)}


def _notes(told: Told, drawing: Drawing | None, heat: Heat | None) -> Iterator[str]:
    least = told.analysis.at_least
    if any(group.hidden for group in told.groups):
        yield _(
            "Kelompok dengan kurang dari %(least)s pegawai disembunyikan, juga satu kelompok lain bila yang"
            " disembunyikan dapat dihitung dari sisanya.",
            least=least,
        )
    if told.groups and not drawing and not heat and told.analysis.chart != "table":
        yield _("Terlalu banyak kelompok untuk digambar; semuanya ada di tabel.")


# --- charts -----------------------------------------------------------------------------------------------------------


def _drawing(told: Told) -> Drawing | None:
    if not told.groups or len(told.groups) > MOST:
        return None
    if told.analysis.chart == "line":
        return charts.lines(list(_series(told)))
    found = [(" · ".join(told.said(group)), told.figure(group), _number(group)) for group in told.groups]
    if told.analysis.chart == HISTOGRAM and len(told.analysis.by) == 1:
        return charts.columns(list(_steps(told)))
    return charts.bars(found)


def _steps(told: Told) -> Iterator[charts.Figure]:
    """Every step of a histogram from the lowest to the highest, also those with nobody in them."""
    found = {group.keys[0].low: group for group in told.groups if isinstance(group.keys[0], Span)}
    low, last = min(found, default=Decimal(1)), max(found, default=Decimal(0))
    while low <= last:
        group = found.get(low)
        said = told.figure(group) if group else "0"
        yield number(_short(low)), said, _number(group) if group else Decimal(0)
        low += found[last].keys[0].high - last


def _series(told: Told) -> Iterator[tuple[str, list[charts.Figure]]]:
    """One line for each combination of the other keys, along the last one."""
    along = told.analysis.by[-1]
    keys = sorted({group.keys[-1] for group in told.groups}, key=lambda key: told.rank(along, key))
    lines: dict[tuple[Key, ...], dict[Key, Group]] = {}
    for group in told.groups:
        lines.setdefault(group.keys[:-1], {})[group.keys[-1]] = group
    for first, points in lines.items():
        label = " · ".join(told.key(n, key) for n, key in zip(told.analysis.by, first, strict=False))
        yield label, [(told.key(along, k), told.figure(points.get(k)), _number(points.get(k))) for k in keys]


def _number(group: Group | None) -> Decimal | None:
    return group.figure if group and not group.hidden and isinstance(group.figure, Decimal) else None


def _heat(told: Told) -> Heat:
    """The first key down, the second across. Of two ordered scales the best stands on top, as in a nine-box."""
    first, second = told.analysis.by
    found = {group.keys: group for group in told.groups}
    down, across = _keys(told, first, 0), _keys(told, second, 1)
    if all(isinstance(told.process.types.get(name), feel.Codes) for name in (first, second)):
        down = down[::-1]
    known = [value for group in told.groups if (value := _number(group)) is not None]
    low, high = (min(known), max(known)) if known else (Decimal(0), Decimal(1))

    def cell(keys: tuple[Key, Key]) -> Cell:
        group = found.get(keys)
        return Cell(said=told.figure(group), tint=charts.tint(_number(group), low, high))

    rows = [(told.key(first, one), [cell((one, other)) for other in across]) for one in down]
    columns = [told.key(second, key) for key in across]
    return Heat(down=told.heading(first), across=told.heading(second), columns=columns, rows=rows)


def _keys(told: Told, name: str, place: int) -> list[Key]:
    """The keys that stand on one side: every option of a list of options, else those there are."""
    type_ = told.process.types.get(name)
    if isinstance(type_, feel.Codes):
        return list(type_.options)
    return sorted({group.keys[place] for group in told.groups}, key=lambda key: told.rank(name, key))


# --- the file ---------------------------------------------------------------------------------------------------------


def as_csv(told: Told) -> str:
    """The table as a file for a spreadsheet, which takes none of its cells for a formula."""
    page, text = figure_page(told), io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(safe(heading for _key, heading, _numbers in page.columns))
    writer.writerows(list(safe(row[key] for key, _heading, _numbers in page.columns)) for row in page.rows)
    return text.getvalue()


def safe(cells: Iterable[str]) -> Iterator[str]:
    """Cells of a file, an apostrophe before what would begin a formula."""
    return (f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells)


def _short(value: Any) -> Any:
    """A number with at most two digits after the comma, half up."""
    if not isinstance(value, Decimal) or value == value.to_integral_value():
        return value.to_integral_value() if isinstance(value, Decimal) else value
    return value.quantize(_CENT, ROUND_HALF_UP)
