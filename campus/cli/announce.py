"""`flask announce …`: what stands above every page, for a while."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import click

from campus.admin import announcements
from campus.cli.frame import NUMBER, Group, as_json, dry_run, rehearsal, say
from campus.organizations import queries as organizations
from campus.platform import clock

group = Group("announce", help="Announcements: above every page of those they are for, until they end or are dismissed.")
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"])
USUAL = timedelta(days=14)


@group.add("create")
@click.argument("title")
@click.option("--text", default="", help="What else there is to say.")
@click.option("--org", metavar="SLUG", help="Only for members of this organization.")
@click.option("--begins", type=MOMENT, help="The first moment, or day (UTC). [default: now]")
@click.option("--ends", type=MOMENT, help="When it ends (UTC). [default: 14 days after it begins]")
@as_json
@dry_run
def create(title: str, *, text: str, org: str | None, as_json: bool, dry_run: bool, **given: datetime | None) -> None:
    """Announce something."""
    now, organization = clock.now(), organizations.by_slug(org) if org else None
    begins = _utc(given["begins"]) or now
    with rehearsal(dry_run):
        made = announcements.create(
            title=title,
            body=text,
            organization_id=organization.id if organization else None,
            begins_at=begins,
            ends_at=_utc(given["ends"]) or begins + USUAL,
            now=now,
        )
        answer = {"id": made.id, "title": made.title, "begins_at": made.begins_at, "ends_at": made.ends_at}
    sentence = f"Announcement {answer['id']} is shown until {answer['ends_at']:%Y-%m-%d %H:%M} UTC."
    say(answer, sentence, as_json=as_json, dry_run=dry_run)


@group.add("list")
@click.option("--before", type=NUMBER, metavar="ID", help="Only ids below this one: the next page.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most so many.")
@as_json
def listing(*, before: int | None, limit: int, as_json: bool) -> None:
    """List announcements, the newest first."""
    found, _ = announcements.listing(before=before, limit=limit, now=clock.now())
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], default=str, ensure_ascii=False))
        return
    for each in found:
        until = f"{each.begins_at:%Y-%m-%d %H:%M} to {each.ends_at:%Y-%m-%d %H:%M}"
        click.echo(f"{each.id:>6}  {each.state:<7} {until}  {each.audience or 'everybody':<24}  {each.title}")
    if not found:
        click.echo("Nothing was announced yet.")


@group.add("end")
@click.argument("announcement_id", metavar="ID", type=NUMBER)
@as_json
@dry_run
def end(announcement_id: int, *, as_json: bool, dry_run: bool) -> None:
    """Show an announcement no longer."""
    with rehearsal(dry_run):
        ended = announcements.end(announcement_id=announcement_id, now=clock.now())
    sentence = (
        f"Announcement {announcement_id} is shown no longer." if ended else f"Announcement {announcement_id} was over already."
    )
    say({"id": announcement_id, "changed": ended}, sentence, as_json=as_json, dry_run=dry_run)


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None
