"""`flask membership …`: memberships that end, one by one and at the end of a term."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from campus.audit.actions import record
from campus.cli.frame import Group, as_json, dry_run, say
from campus.cli.progress import steps
from campus.organizations import actions, queries, rollover
from campus.organizations.terms import end_of
from campus.platform import clock
from campus.platform.db import transaction

if TYPE_CHECKING:
    from datetime import datetime

    from campus.organizations.models import Organization
    from campus.organizations.rollover import Rollover

group = Group("membership", help="Memberships that end: by their last day, and at the end of a term.")
SHOWN = 20


@group.add("expire")
@as_json
@dry_run
def expire(*, as_json: bool, dry_run: bool) -> None:
    """End the memberships whose time has passed. The worker does so every few minutes; running it twice is harmless."""
    now = clock.now()
    due = actions.due_memberships(now)
    ended = 0 if dry_run else _expire(due, now, quiet=as_json)
    number = due if dry_run else ended
    sentence = f"{number} memberships {'would end' if dry_run else 'ended'}."
    say({"due": due, "ended": ended}, sentence, as_json=as_json, dry_run=dry_run)


@group.add("rollover")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE")
@click.option("--org", "slug", help="Only in this organization.")
@as_json
@dry_run
def roll_over(day: datetime, *, slug: str | None, as_json: bool, dry_run: bool) -> None:
    """Close a term whose last day (UTC) is DATE: end what has ended by then, take back the invitations that die with it.

    Says who leaves, which organizations and departments are left without anybody in charge, and which invitations die. Look at
    it with --dry-run while there is time; without it, the day has to be over.
    """
    moment, place = end_of(day.date()), queries.by_slug(slug) if slug else None
    found = rollover.report(moment, organization_id=place.id if place else None)
    if not dry_run:
        if moment > clock.now():
            raise click.ClickException(f"{day:%Y-%m-%d} is not over. Look at what it will end with --dry-run.")
        _expire(len(found.leaving), moment, place, quiet=as_json)
        actions.take_back(invitation_ids=[each.id for each in found.invitations], now=clock.now())
    say(asdict(found), _words(found, over=not dry_run), as_json=as_json, dry_run=dry_run)


def _expire(due: int, moment: datetime, place: Organization | None = None, *, quiet: bool) -> int:
    """End what is over at a moment, everywhere or in one organization, and have the audit log say so. Returns how many."""
    organization_id = place.id if place else None
    with steps("Ending", due, quiet=quiet or not due) as step:
        ended = actions.expire_memberships(moment, organization_id=organization_id, progress=step)
    if ended:
        target = f"organization:{organization_id}" if place else "site"
        with transaction():
            record("membership.expire", target, organization_id=organization_id, after={"ended": ended})
    return ended


def _words(found: Rollover, *, over: bool) -> str:
    lines = [f"{len(found.leaving)} memberships {'are over' if over else 'will be over'}."]
    lines += [f"  {each.organization:<24} @{each.handle:<30} {each.role:<10} {each.last_day}" for each in found.leaving[:SHOWN]]
    if len(found.leaving) > SHOWN:
        lines.append(f"  … and {len(found.leaving) - SHOWN} more; --json has all.")
    for title, names in (
        ("Without an owner", found.without_owner),
        ("Departments without anybody in charge", found.departments_without_staff),
        ("Invitations that die", [f"{each.organization} #{each.id} {each.address or 'link'}" for each in found.invitations]),
    ):
        lines.append(f"{title}: {', '.join(names) or 'none'}.")
    return "\n".join(lines)
