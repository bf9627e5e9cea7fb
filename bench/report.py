"""`docs/benchmarks.md`: the tables of one whole run, between what is said once and what is said by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from campus.platform import clock

if TYPE_CHECKING:
    from bench.figures import Table

MEMORY = Path("/proc/meminfo")
BEGIN, END = "<!-- figures: written by `make bench` -->", "<!-- end of figures -->"


def write(tables: list[Table], target: Path, *, cores: int) -> None:
    """Put the figures in their place; the text around them stays."""
    kibibytes = int(MEMORY.read_text().partition("MemTotal:")[2].split()[0])
    machine = f"{cores} shared cores, {kibibytes / 2**20:.0f} GB"
    run = f"Measured on {clock.now():%Y-%m-%d} on {machine}, by `make bench`. Median of the rounds (smallest-largest)."
    figures = "\n".join([BEGIN, "", run, "", *(table.as_markdown() for table in tables), END])
    kept = target.read_text()
    head, _, rest = kept.partition(BEGIN)
    target.write_text(head + figures + rest.partition(END)[2])
