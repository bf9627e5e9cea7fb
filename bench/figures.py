"""Figures of several rounds, and tables of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Spread:
    """What several rounds gave."""

    values: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The median."""
        return median(self.values)

    def told(self, digits: int = 2) -> str:
        """The median with the smallest and the largest value."""
        return f"{shown(self.middle, digits)} ({shown(min(self.values), digits)}-{shown(max(self.values), digits)})"


def shown(value: float, digits: int = 2) -> str:
    """A figure, with thousands apart."""
    return f"{value:,.{digits}f}"


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


@dataclass(frozen=True)
class Table:
    """Rows under a title, and what must be known to read them."""

    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_text(self) -> str:
        """In columns, for a terminal."""
        lines = [self.head, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.head))]
        drawn = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
        return "\n".join([self.title, *(f"  {line}" for line in drawn), *(f"  * {note}" for note in self.notes)])

    def as_markdown(self) -> str:
        """For the documentation."""
        rows = [self.head, tuple("---" for _ in self.head), *self.rows]
        drawn = ["| " + " | ".join(row) + " |" for row in rows]
        return "\n".join([f"## {self.title}", "", *drawn, "", *(f"- {note}" for note in self.notes), ""])
