"""Days and moments: people name the last day of a membership, the database keeps the first moment after it, both in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from campus.platform.errors import Invalid

DAY = timedelta(days=1)
LAST_YEAR = 9998


def end_of(day: date) -> datetime:
    """The first moment after a day: until then a membership counts whose last day it is.

    Raises:
        Invalid: the day is so late that nobody can have meant it.
    """
    if day.year > LAST_YEAR:
        raise Invalid("This day is too far away.", field="until")
    return datetime.combine(day, time(), UTC) + DAY


def last_day(until: datetime) -> date:
    """The last day on which a membership that ends at `until` counts."""
    return (until.astimezone(UTC) - timedelta(microseconds=1)).date()
