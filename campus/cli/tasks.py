"""`flask tasks …`: scheduled work and the sweep."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import click

from campus.cli.frame import Group, as_json, dry_run, note, say
from campus.feed import scheduled
from campus.platform import clock, outbox, schedule
from campus.schedule import TASKS
from campus.switchboard import HANDLERS

if TYPE_CHECKING:
    from campus.feed.models import TaskRun
    from campus.platform.schedule import Task

group = Group("tasks", help="Scheduled tasks: the last runs, a run by hand, and the sweep that recovers lost work.")


@group.add("status")
@as_json
def status(*, as_json: bool) -> None:
    """Show each task: when it is due, its last run and what came of it."""
    runs = {run.name: run for run in scheduled.runs()}
    rows = [_facts(task, runs.get(task.name)) for task in TASKS]
    if as_json:
        click.echo(json.dumps(rows, default=str))
        return
    for row in rows:
        last = f"{row['started_at']:%Y-%m-%d %H:%M}" if row["started_at"] else "never"
        took = f"{row['seconds']:.1f} s" if row["seconds"] is not None else ""
        due = f"{row['next_at']:%Y-%m-%d %H:%M}"
        click.echo(f"{row['name']:<24} {row['when']:<24} last {last:<16} {took:>9}  next {due}  {row['result']}".rstrip())


def _facts(task: Task, run: TaskRun | None) -> dict[str, Any]:
    """A task as commands show one."""
    return {
        "name": task.name,
        "what": task.what,
        "when": task.when,
        "started_at": run.started_at if run else None,
        "finished_at": run.finished_at if run else None,
        "seconds": (run.finished_at - run.started_at).total_seconds() if run and run.finished_at else None,
        "result": run.result if run else "",
        "next_at": task.next_after(clock.now()),
    }


@group.add("run")
@click.argument("name", type=click.Choice([task.name for task in TASKS]))
@as_json
@dry_run
def run(name: str, *, as_json: bool, dry_run: bool) -> None:
    """Run one task now, here."""
    task = schedule.named(name)
    if dry_run:
        due = task.due() if task.due else None
        waiting = "" if due is None else f" For {due} at most."
        answer = {"task": name, "done": False, **({} if due is None else {"due": due})}
        say(answer, f"{name} would run. {task.what}{waiting}", as_json=as_json, dry_run=True)
        return
    note("task.run", f"task:{name}")
    scheduled.run(name, task.verb)
    say({"task": name, "done": True}, f"{name} is done.", as_json=as_json)


@group.add("sweep")
@click.option("--forever", is_flag=True, help="Go on until stopped: beside the worker, and without Redis.")
@as_json
@dry_run
def sweep(*, forever: bool, as_json: bool, dry_run: bool) -> None:
    """Do every job whose wake-up was lost or whose worker died."""
    if dry_run:
        say({"waiting": (waiting := outbox.pending())}, f"{waiting} jobs wait.", as_json=as_json, dry_run=True)
        return
    if not forever:
        if done := scheduled.sweep(HANDLERS):
            note("job.run_all", "jobs", jobs=done)
        say({"done": done}, f"{done} jobs done.", as_json=as_json)
        return
    told: list[int] = []

    def stop(number: int, _frame: Any) -> None:
        told.append(number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    scheduled.sweep_forever(HANDLERS, stopped=lambda: bool(told))
