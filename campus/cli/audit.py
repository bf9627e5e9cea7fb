"""`flask audit …`: what was done, by whom, and whether anybody has touched the record of it."""

from __future__ import annotations

import json
from typing import Any

import click

from campus.audit import chain, queries
from campus.audit.export import facts, lines
from campus.audit.queries import Filter
from campus.cli.frame import Group, as_json, say

group = Group("audit", help="The audit log: every use of a privilege, sealed against later changes.")


def _filters(command: Any) -> Any:
    for option in (
        click.option("--actor", help="user:ID, api:ID, cli:NAME, auto:TASK or letter:ID."),
        click.option("--act", help="For instance user.suspend."),
        click.option("--target", help="For instance user:7 or post:4711."),
        click.option("--organization", "organization_id", type=click.IntRange(1), help="An organization's id."),
        click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z"]), help="From this day or moment on."),
        click.option("--until", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z"]), help="Before this day or moment."),
    ):
        command = option(command)
    return command


@group.add("list")
@_filters
@click.option("--before", type=click.IntRange(1), help="Only entries with smaller numbers: the next page.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many.")
@as_json
def listed(before: int | None, limit: int, as_json: bool, **given: Any) -> None:  # noqa: FBT001 - a flag
    """Show entries, the newest first."""
    found = queries.listing(Filter(**given), before=before, limit=limit)
    if as_json:
        click.echo(json.dumps([facts(entry) for entry in found], default=str, ensure_ascii=False))
        return
    for entry in found:
        changed = f" {json.dumps(entry.before)} → {json.dumps(entry.told)}" if entry.before or entry.told else ""
        click.echo(f"{entry.seq:>7} {entry.at:%Y-%m-%d %H:%M:%S} {entry.actor:<16} {entry.act:<24} {entry.target}{changed}")
    if not found:
        click.echo("No entries.")


@group.add("export")
@_filters
def export(**given: Any) -> None:
    """Write entries to standard output as CSV, the oldest first."""
    for line in lines(Filter(**given)):
        click.echo(line, nl=False)


@group.add("verify")
@as_json
def verify(as_json: bool) -> None:  # noqa: FBT001 - a flag
    """Find entries that were changed, removed or inserted, and a tail that was cut off. Exit code 1 if there are any."""
    found = [{"seq": broken.seq, "what": broken.what} for broken in queries.verify()]
    told = "\n".join(f"{each['seq']}: {each['what']}" for each in found) or "The audit log is as it was written."
    say({"broken": found, "anchors": str(chain.anchors_file())}, told, as_json=as_json)
    if found:
        raise click.exceptions.Exit(1)
