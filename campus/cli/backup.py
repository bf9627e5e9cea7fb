"""`flask backup …`: make a backup, prove one, and go back to one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from flask import current_app

from campus.cli.frame import Group, as_json, dry_run, say
from campus.cli.progress import stages
from campus.operations import backup, restoring, verification
from campus.platform import clock, health, settings

group = Group("backup", help="Backups: database, photos and noted seals in one folder; made, proven, restored.")
FOLDER = click.argument("archive", type=click.Path(exists=True, file_okay=False, path_type=Path))


@group.add("create")
@click.option(
    "--to", type=click.Path(file_okay=False, path_type=Path), help="Below which folder; CAMPUS_VAR/backups if not given."
)
@as_json
@dry_run
def create(to: Path | None, *, as_json: bool, dry_run: bool) -> None:
    """Make a backup while the campus goes on. Photos are linked where the folder is on the same disk, else copied."""
    place = (to or settings.current().var / "backups").absolute()
    if dry_run:
        plan = backup.planned(place)
        say(plan, f"Would back up {plan['rows']} rows and {plan['media_files']} files to {place}.", as_json=as_json, dry_run=True)
        return
    with stages(quiet=as_json) as progress:
        made = backup.create(to=place, now=clock.now(), progress=progress)
    told = made.manifest
    rows = sum(told.rows.values())
    answer = {
        "archive": str(made.folder),
        "digest": told.digest,
        "rows": sum(told.rows.values()),
        "media_files": told.media_files,
    }
    say(answer, f"{made.folder}: {rows} rows, {told.media_files} files.", as_json=as_json)


@group.add("verify")
@FOLDER
@as_json
def verify(archive: Path, *, as_json: bool) -> None:
    """Prove a backup: digests, a restore beside the real database, feeds and counters there. Exit code 1 if it is not good."""
    with stages(quiet=as_json) as progress:
        verdict = verification.verify(archive, progress=progress)
    told = verdict.manifest
    answer = {
        "good": not verdict.faults,
        "faults": verdict.faults,
        "made_at": told.made_at,
        "rows": sum(told.rows.values()),
        "media_files": told.media_files,
        "feed": verdict.feed,
        "counts_drifted": verdict.counts_drifted,
    }
    well = f"Good: {answer['rows']} rows and {told.media_files} files of {told.made_at}, feeds and counters as defined."
    say(answer, "\n".join(verdict.faults) or well, as_json=as_json)
    if verdict.faults:
        raise SystemExit(1)


@group.add("restore")
@FOLDER
@click.option("--replace", is_flag=True, help="Though the database is not empty: what is in it will be gone.")
@click.option("--any-settings", is_flag=True, help="Though SECRET_KEY or AUDIT_KEY are not those of the backup.")
@click.option("--keep-tokens", is_flag=True, help="Personal tokens go on, those revoked since the backup too.")
@as_json
@dry_run
def restore(archive: Path, **given: Any) -> None:
    """Restore database, photos and noted seals. Stop web servers and workers first; Redis may be empty.

    Everybody is signed out, personal tokens are revoked, and who was erased since the backup is erased again.
    """
    in_json, rehearsed = given.pop("as_json"), given.pop("dry_run")
    wishes, migrations = restoring.Wishes(**given), current_app.extensions["migrate"].directory
    with stages(quiet=in_json) as progress:
        if rehearsed:
            done = restoring.Restored(restoring.prepare(archive, wishes, migrations=migrations, progress=progress))
        else:
            done = restoring.restore(archive, wishes, migrations=migrations, now=clock.now(), progress=progress)
    told = done.manifest
    rest = {name: value for name, value in asdict(done).items() if name != "manifest"}
    answer = {"made_at": told.made_at, "rows": sum(told.rows.values()), "media_files": told.media_files, **rest}
    sentence = (
        f"The campus of {told.made_at}: {answer['rows']} rows, {told.media_files} files, {done.written} of them written. "
        f"{done.sessions} sessions and {done.tokens} tokens ended, {done.erased} people erased again."
    )
    say(answer, sentence, as_json=in_json, dry_run=rehearsed)
    if done.stuck:
        click.echo(f"Somebody who is to be erased could not be: {done.stuck}", err=True)
    if told.revision != health.head(migrations):
        click.echo(f"It is at revision {told.revision}: run `flask db upgrade` before anything else.", err=True)
