"""What operators are shown of moderation."""

from __future__ import annotations

from campus.moderation.models import UNDECIDED
from campus.platform.gauges import Gauge

OPEN_CASES = Gauge(
    "campus_open_cases",
    "Cases that are not decided, or appealed",
    f"SELECT scope, state, count(*) FROM moderation_case WHERE {UNDECIDED} OR state = 'appealed' GROUP BY scope, state",  # noqa: S608
    ("scope", "state"),
)
