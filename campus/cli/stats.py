"""`flask stats`: what happened on the site, in numbers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from campus.admin import figures, queries
from campus.cli.frame import Command, as_json, say
from campus.organizations import queries as organizations
from campus.platform import clock

if TYPE_CHECKING:
    from click import Context, Parameter

UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
LONGEST = timedelta(days=3660)


class Since(click.ParamType[datetime]):
    """A length of time before now, as 12h, 30d or 4w; or a day."""

    name = "since"

    def convert(self, value: Any, param: Parameter | None, ctx: Context | None) -> datetime:
        """The moment."""
        now = clock.now()
        if isinstance(value, str) and (found := re.fullmatch(r"([1-9][0-9]{0,4})([hdw])", value)):
            return max(now - int(found[1]) * UNITS[found[2]], now - LONGEST)
        try:
            return datetime.strptime(str(value), "%Y-%m-%d").replace(tzinfo=UTC)
        except ValueError:
            self.fail(f"{value!r} is neither a length such as 12h, 30d, 4w nor a day such as 2026-03-01.", param, ctx)


@click.command("stats", cls=Command)
@click.option("--since", type=Since(), default="30d", show_default=True, help="From when on: 12h, 30d, 4w, or a day.")
@click.option("--org", metavar="SLUG", help="Only what happened to the posts of this organization.")
@as_json
def command(*, since: datetime, org: str | None, as_json: bool) -> None:
    """Count sign-ups, posts and what people did with them."""
    now, organization = clock.now(), organizations.by_slug(org) if org else None
    counted = figures.totals(since=since, until=now, organization_id=organization.id if organization else None)
    answer: dict[str, Any] = {"since": since, "until": now, **counted}
    if organization:
        answer["members"] = organizations.member_count(organization.id)
    else:
        pulse = queries.pulse(now=now)
        answer |= {"open_jobs": pulse.open_jobs, "dead_jobs": pulse.dead_jobs}
        answer |= {"feed_lag_seconds": pulse.lag.total_seconds() if pulse.lag else 0}
    shown = "\n".join(f"{name.replace('_', ' '):>18}  {_words(value)}" for name, value in answer.items())
    say(answer, shown, as_json=as_json)


def _words(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M} UTC" if isinstance(value, datetime) else f"{value:,}"
