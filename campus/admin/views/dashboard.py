"""/admin: how the site is, at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from campus.accounts.guard import administrators_only
from campus.admin import charts, figures, people, queries
from campus.admin.views.blueprint import blueprint
from campus.platform import clock

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


RANGES = (7, 30, 90)  # days


@blueprint.get("")
@administrators_only
def overview() -> ResponseReturnValue:
    """The dashboard."""
    days = int(asked) if (asked := request.args.get("days", "")) in set(map(str, RANGES)) else RANGES[1]
    now = clock.now()
    drawn = [charts.draw(each) for each in figures.series(days, now=now)]
    return render_template(
        "admin/dashboard.html", pulse=queries.pulse(now=now), drawn=drawn, days=days, ranges=RANGES, waiting=people.counts()
    )
