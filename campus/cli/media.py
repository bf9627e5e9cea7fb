"""`flask media …`: the files of photos, compared with the rows that name them."""

from __future__ import annotations

from dataclasses import asdict

import click

from campus.cli.frame import Group, as_json, dry_run, note, say
from campus.cli.progress import stages, steps
from campus.operations import photos
from campus.platform import clock

group = Group("media", help="Files of photos: check, make anew, and delete what nobody names.")


@group.add("check")
@as_json
def check(*, as_json: bool) -> None:
    """Open every file that a photo or a name must have, and find files of nobody. Exit code 1 if one is missing or damaged."""
    with stages(quiet=as_json) as progress:
        found = photos.faults(progress=progress)
    left = photos.orphans(now=clock.now())
    lines = [f"{fault.whose}: {fault.key} {fault.what}" for fault in found]
    lines.append(f"{len(found)} files missing or damaged, {len(left)} that nobody names.")
    say({"faults": [asdict(fault) for fault in found], "orphans": left}, "\n".join(lines), as_json=as_json)
    if found:
        raise SystemExit(1)


@group.add("regenerate")
@click.option("--photo", "ids", type=click.IntRange(1), multiple=True, help="This photo, whatever its state.")
@click.option("--all", "everything", is_flag=True, help="Every photo, not only those with files missing or damaged.")
@as_json
@dry_run
def regenerate(ids: tuple[int, ...], *, everything: bool, as_json: bool, dry_run: bool) -> None:
    """Make variants anew from the widest file that is kept. Exit code 1 if for some photo there is none."""
    if ids and everything:
        raise click.UsageError("Name photos, or --all, not both.")
    with stages(quiet=as_json) as progress:
        wanted = ids or (None if everything else [fault.photo_id for fault in photos.faults(progress=progress) if fault.photo_id])
    chosen = photos.ready(wanted)
    if missing := set(ids) - {photo.id for photo in chosen}:
        raise click.ClickException(f"No ready photo has the number {min(missing)}.")
    if dry_run:
        say({"photos": [photo.id for photo in chosen]}, f"Would make {len(chosen)} photos anew.", as_json=as_json, dry_run=True)
        return
    lost = []
    with steps("Photos", len(chosen), quiet=as_json) as step:
        for photo in chosen:
            if not photos.regenerate(photo):
                lost.append(photo.id)
            step(1)
    if chosen:
        note("media.regenerate", "media", photos=len(chosen) - len(lost), lost=len(lost))
    sentence = f"{len(chosen) - len(lost)} photos made anew" + (f", {len(lost)} have no file left: {lost}." if lost else ".")
    say({"photos": len(chosen) - len(lost), "lost": lost}, sentence, as_json=as_json)
    if lost:
        raise SystemExit(1)


@group.add("prune")
@as_json
@dry_run
def prune(*, as_json: bool, dry_run: bool) -> None:
    """Delete the files that no photo, no name and no case has, older than a day."""
    keys = photos.orphans(now=clock.now())
    if not dry_run and keys:
        with stages(quiet=as_json) as progress:
            photos.prune(keys, progress=progress)
        note("media.prune", "media", files=len(keys))
    say({"files": keys}, f"{len(keys)} files deleted.", as_json=as_json, dry_run=dry_run)
