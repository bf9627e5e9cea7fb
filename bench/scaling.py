"""What ten times the people cost: the default home page at 2,000 and at 20,000, with the same averages for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import home
from bench.figures import Spread, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.worlds import Worlds

FLAT = 0.2


def measure(worlds: Worlds, rounds: int, say: Callable[[str], None]) -> Table:
    """The table of both, each against the limit of its own run."""
    table = Table(
        "Ten times the people", ("page", "2,000 people, times limit", "20,000 people, times limit", "change", f"±{FLAT:.0%}")
    )
    say("home page at 2,000 people")
    with worlds.tenth() as endpoints:
        few = home.brief(worlds, endpoints, rounds)
    say("home page at 20,000 people")
    with worlds.campus() as endpoints:
        many = home.brief(worlds, endpoints, rounds)
    for kind in home.GOALS:
        smaller, larger = home.ratio(few, kind), home.ratio(many, kind)
        change = larger.middle / smaller.middle - 1
        table.rows.append((kind, smaller.told(), larger.told(), f"{change:+.0%}", "yes" if change <= FLAT else "no"))
    limits = " and ".join(Spread(tuple(costs["limit"].cpu)).told() for costs in (few, many))
    table.notes.append(f"Mixed order, everything visible. The limits themselves took {limits} ms of CPU.")
    return table
