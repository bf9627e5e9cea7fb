"""`flask tasks …`: scheduled work and the sweep."""

from __future__ import annotations

import json
import signal
from typing import Any

import click

from campus.api import idempotency
from campus.cli.frame import Group, as_json, say
from campus.feed import scheduled, upkeep
from campus.feed.subscriptions import HANDLERS
from campus.organizations.actions import expire_memberships
from campus.platform import clock, settings

group = Group("tasks", help="Scheduled tasks: the last runs, a run by hand, and the sweep that recovers lost work.")

TASKS = {
    "rebuild_inactive_feeds": lambda: upkeep.rebuild_inactive(days=settings.current().feed.inactive_days, now=clock.now()),
    "cleanup_old_feeds": lambda: upkeep.cleanup(days=settings.current().feed.retention_days, now=clock.now()),
    "expire_memberships": lambda: expire_memberships(now=clock.now()),
    "tidy_up": lambda: scheduled.tidy_up(now=clock.now()),
    "forget_answers": lambda: idempotency.forget_old(now=clock.now()),
    "sweep": lambda: scheduled.sweep(HANDLERS),
}


@group.add("status")
@as_json
def status(*, as_json: bool) -> None:
    """Show the last run of each task."""
    names = ("name", "started_at", "finished_at", "result")
    runs = [{name: getattr(run, name) for name in names} for run in scheduled.runs()]
    if as_json:
        click.echo(json.dumps(runs, default=str))
        return
    for run in runs:
        click.echo("{name:<26} {started_at:%Y-%m-%d %H:%M}  {result}".format(**run))
    if not runs:
        click.echo("No scheduled task has run yet.")


@group.add("run")
@click.argument("name", type=click.Choice(sorted(TASKS)))
@as_json
def run(name: str, *, as_json: bool) -> None:
    """Run one task now."""
    scheduled.run(name, TASKS[name])
    say({"task": name, "done": True}, f"{name} is done.", as_json=as_json)


@group.add("sweep")
@click.option("--forever", is_flag=True, help="Go on until stopped: beside the worker, and without Redis.")
def sweep(*, forever: bool) -> None:
    """Do every job whose wake-up was lost or whose worker died."""
    if not forever:
        say({}, f"{scheduled.sweep(HANDLERS)} jobs done.", as_json=False)
        return
    told: list[int] = []

    def stop(number: int, _frame: Any) -> None:
        told.append(number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    scheduled.sweep_forever(HANDLERS, stopped=lambda: bool(told))
