"""How moderation is doing: what waits and since when, how fast decisions come, and how often they do not stand."""

from __future__ import annotations

from flask import render_template

from campus.moderation.queries.health import health as measured
from campus.moderation.views.scoped import desk_at, page
from campus.platform import clock

AGES = (
    ("hour", "under an hour"),
    ("day", "under a day"),
    ("three_days", "under three days"),
    ("week", "under a week"),
    ("longer", "a week and more"),
)


@page("/health", "GET")
def health(slug: str | None) -> str:
    """The figures of this desk, of the last 90 days."""
    desk = desk_at(slug)
    found = measured(desk.organization_id, now=clock.now())
    bars = [(words, getattr(found.open, name)) for name, words in AGES]
    return render_template("moderation/health.html", desk=desk, health=found, bars=bars)
