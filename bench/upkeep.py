"""What keeps feeds whole: building one reader's entries anew, and comparing every feed with the definition."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bench.figures import Spread, Table, percentile, shown
from bench.web import Unexpected
from campus.feed import check, upkeep
from campus.feed.models import FeedEntry, FeedState, FeedStatus
from campus.platform import clock
from campus.platform.db import session

if TYPE_CHECKING:
    from collections.abc import Callable

REBUILT = 40
CHECKED = 2_000


def measure(rounds: int, say: Callable[[str], None]) -> Table:
    """The table of both. Needs the application of the campus."""
    table = Table("Rebuild and check", ("what", "figure", "details"))
    ready = select(FeedState.user_id).where(FeedState.status == FeedStatus.READY)
    readers = list(session.scalars(ready.order_by(func.mod(FeedState.user_id * 7919, 20_011)).limit(CHECKED)))
    say(f"rebuild of {REBUILT} readers")
    table.rows.append(_rebuild(readers[:REBUILT]))
    say(f"check of {len(readers):,} feeds, {rounds} rounds")
    table.rows.append(_check(readers, rounds))
    table.notes.append("The check compares in both directions, and fails the benchmark if it finds anything.")
    return table


def _rebuild(readers: list[int]) -> tuple[str, ...]:
    took = []
    for user_id in readers:
        began = time.perf_counter()
        upkeep.rebuild(user_id, now=clock.now())
        took.append((time.perf_counter() - began) * 1000)
        session.remove()
    entries = session.scalar(select(func.count()).where(FeedEntry.user_id.in_(readers))) or 0
    waited = " / ".join(shown(percentile(took, percent), 0) for percent in (50, 95, 99))
    return "rebuild of one reader", f"{waited} ms (p50 / p95 / p99)", f"{entries / len(readers):.0f} entries each, on average"


def _check(readers: list[int], rounds: int) -> tuple[str, ...]:
    speeds = []
    for _ in range(rounds):
        began = time.perf_counter()
        found = check.check(readers, now=clock.now())
        speeds.append(len(readers) / (time.perf_counter() - began))
        session.remove()
        if found.missing or found.extra or found.forbidden or found.duplicate:
            raise Unexpected(f"the check found {found}")
    entries = session.scalar(select(func.count()).where(FeedEntry.user_id.in_(readers))) or 0
    return "`feed check`", f"{Spread(tuple(speeds)).told(0)} readers/s", f"{entries:,} entries of {len(readers):,} readers"
