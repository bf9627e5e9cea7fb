"""`flask demo`: the invented campus comes, shows whom to sign in as, and goes."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from campus.cli.frame import Group, as_json, dry_run, note
from campus.demo import loading, removal
from campus.demo.loading import Size
from campus.demo.signins import sign_ins
from campus.platform import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from campus.demo.loading import Loaded, Report

group = Group("demo", help="Load, show and remove the demo campus.")


@group.add("load")
@click.option(
    "--size",
    type=click.Choice([size.value for size in Size]),
    default=Size.SMALL.value,
    show_default=True,
    help="How large a campus.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same campus.")
@click.option("--once", is_flag=True, help="Do nothing if there is anything in the database already.")
@dry_run
@as_json
def load(*, size: str, seed: int, once: bool, dry_run: bool, as_json: bool) -> None:
    """Load a demo campus into an empty database."""
    if once and not loading.is_empty():
        _say({"loaded": False}, "Something is in the database already: no demo is loaded.", as_json=as_json)
        return
    loading.require_loadable()
    if dry_run:
        _say({"would_load": size, "seed": seed}, f"Would load the {size} demo with seed {seed}.", as_json=as_json)
        return
    with _progress() as report:
        pictures = loading.pictures_for(Size(size), seed, report)
        done = loading.load(size=Size(size), seed=seed, now=clock.now(), pictures=pictures, report=report)
    note("demo.load", "demo", size=size, seed=seed)
    _say({"loaded": True, **asdict(done)}, _summary(done), as_json=as_json)


@group.add("remove")
@dry_run
@as_json
def remove(*, dry_run: bool, as_json: bool) -> None:
    """Remove the demo campus, and nothing else."""
    found = removal.counted() if dry_run else removal.remove()
    if not dry_run:
        note("demo.remove", "demo", **found)
    verb = "Would remove" if dry_run else "Removed"
    listed = ", ".join(f"{count:,} {name}s" for name, count in found.items())
    _say({"dry_run": dry_run, "removed": found}, f"{verb}: {listed}.", as_json=as_json)


@group.add("sign-ins")
@as_json
def show_sign_ins(*, as_json: bool) -> None:
    """Print addresses, the password, and what each person shows."""
    people = sign_ins()
    if as_json:
        click.echo(json.dumps([asdict(person) for person in people]))
    elif people:
        click.echo(f"Sign in with the password {people[0].password} as")
        for person in people:
            click.echo(f"  {person.address:<38} {person.shows}")
    else:
        click.echo("No demo is loaded.")


def _summary(done: Loaded) -> str:
    shown = ("user", "organization", "follow", "post", "photo", "post_like", "comment", "share")
    counts = ", ".join(f"{done.rows[name]:,} {name.removeprefix('post_')}s" for name in shown)
    return f"Loaded the {done.size} demo with seed {done.seed}: {counts}."


def _say(data: object, sentence: str, *, as_json: bool) -> None:
    click.echo(json.dumps(data) if as_json else sentence)


@contextmanager
def _progress() -> Iterator[Report]:
    """A bar for each part of the work, on standard error; nothing where that is no terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:<24}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what)
            bars.update(tasks[what], completed=done, total=of)

        yield report
