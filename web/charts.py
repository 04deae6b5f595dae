"""Where the lines of a chart lie: numbers in, places out; the templates draw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

#: The drawing's own measure, that of a narrow phone, so that its letters stay readable there.
WIDTH = 340
_BAR, _PANEL, _COLUMNS = 44, 96, 180
#: Steps of tint of a heat map, beside none.
TINTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One figure of a chart: what it is of, what it says, and where. ``hidden``: there is nothing to draw."""

    label: str
    said: str
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The marks of one line, with the points that join them."""

    label: str
    y: float
    marks: list[Mark]
    points: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A chart of one ``kind``: bars, columns or lines, in a space of ``WIDTH`` by ``height``."""

    kind: str
    height: float
    marks: list[Mark]
    panels: list[Panel]


Figure = tuple[str, str, Decimal | None]


def bars(figures: Sequence[Figure]) -> Drawing:
    """Lying bars from nothing, each below its label. What is below zero has no length."""
    top = max((value for _, _, value in figures if value is not None), default=Decimal(0)) or Decimal(1)
    marks = [
        Mark(
            label=label,
            said=said,
            y=_BAR * place,
            width=_part(value, top) * (WIDTH - 64),
            height=14,
            hidden=value is None,
        )
        for place, (label, said, value) in enumerate(figures)
    ]
    return Drawing(kind="bars", height=_BAR * len(marks), marks=marks, panels=[])


def columns(figures: Sequence[Figure]) -> Drawing:
    """Standing columns side by side, as a histogram wants them."""
    top = max((value for _, _, value in figures if value is not None), default=Decimal(0)) or Decimal(1)
    wide = WIDTH / max(len(figures), 5)
    room = _COLUMNS - 56
    marks = [
        Mark(
            label=label,
            said=said,
            x=round(wide * place, 1),
            y=round(20 + room - _part(value, top) * room, 1),
            width=round(wide - 3, 1),
            height=round(_part(value, top) * room, 1),
            hidden=value is None,
        )
        for place, (label, said, value) in enumerate(figures)
    ]
    return Drawing(kind="columns", height=_COLUMNS, marks=marks, panels=[])


def lines(series: Sequence[tuple[str, Sequence[Figure]]]) -> Drawing:
    """One line below another, all to the same scale; a hidden figure breaks its line."""
    known = [value for _, figures in series for _, _, value in figures if value is not None]
    low, high = (min(known), max(known)) if known else (Decimal(0), Decimal(1))
    panels = [_panel(label, figures, low, high, place) for place, (label, figures) in enumerate(series)]
    return Drawing(kind="lines", height=_PANEL * len(panels), marks=[], panels=panels)


def _panel(label: str, figures: Sequence[Figure], low: Decimal, high: Decimal, place: int) -> Panel:
    gap = (WIDTH - 60) / max(len(figures) - 1, 1)
    marks = [
        Mark(
            label=name,
            said=said,
            x=round(30 + gap * number, 1),
            y=round(70 - _part(None if value is None else value - low, high - low or Decimal(1)) * 28, 1),
            hidden=value is None,
        )
        for number, (name, said, value) in enumerate(figures)
    ]
    points = " ".join(f"{mark.x},{mark.y}" for mark in marks if not mark.hidden)
    return Panel(label=label, y=_PANEL * place, marks=marks, points=points)


def tint(value: Decimal | None, low: Decimal, high: Decimal) -> int:
    """Which of the tints a figure of a heat map has, from 1; 0 for none."""
    if value is None:
        return 0
    return min(TINTS, 1 + int(_part(value - low, high - low or Decimal(1)) * TINTS))


def _part(value: Decimal | None, whole: Decimal) -> float:
    """How much of *whole* a value is, from 0 to 1."""
    return 0.0 if value is None else max(0.0, min(1.0, float(value / whole)))
