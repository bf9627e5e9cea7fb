"""Figures as drawings: where each bar or point stands, in the units of the drawing. Pure arithmetic; the template draws it.

A drawing is stretched to the width there is, so it holds no words: those stand beside it, and every value in a table below.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from campus.admin.figures import Series

WIDTH, HEIGHT = 600.0, 120.0
GAP = 0.25  # of a bar's share is left free
LEAST = 2.0  # the height of a bar for the smallest value that is not nought
STEPS = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar of one day."""

    x: float
    y: float
    width: float
    height: float
    day: date
    value: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure, drawn: bars where days add up, else a line of one or more unbroken pieces (`M x y H x …`)."""

    series: Series
    bars: Sequence[Bar]
    line: str
    top: int
    peak: Bar | None


def draw(series: Series) -> Chart:
    """The drawing of a series; its top is a round number above every value."""
    highest = max((value for value in series.values if value is not None), default=0)
    top = rounded(highest)
    share = WIDTH / len(series.days)
    bars = [
        _bar(place * share, share, value, top, day)
        for place, (day, value) in enumerate(zip(series.days, series.values, strict=True))
        if value is not None
    ]
    peak = max(bars, key=lambda bar: bar.value, default=None)
    return Chart(series, bars, "" if series.figure.adds_up else _line(bars, share), top, peak)


def rounded(highest: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 … that is not below."""
    unit = 1
    while True:
        for step in STEPS:
            if step * unit >= highest:
                return step * unit
        unit *= 10


def _bar(x: float, share: float, value: int, top: int, day: date) -> Bar:
    height = max(LEAST, HEIGHT * value / top) if value else 0.0
    width = share * (1 - GAP)
    return Bar(round(x + share * GAP / 2, 2), round(HEIGHT - height, 2), round(width, 2), round(height, 2), day, value)


def _line(bars: Sequence[Bar], share: float) -> str:
    """Level through each day and steep between them; broken where a day is unknown."""
    pieces: list[str] = []
    before: Bar | None = None
    for bar in bars:
        left = round(bar.x - share * GAP / 2, 2)
        joined = before is not None and (bar.day - before.day).days == 1
        pieces.append(f"{f'V{bar.y}' if joined else f'M{left} {bar.y}'}H{round(left + share, 2)}")
        before = bar
    return "".join(pieces)
