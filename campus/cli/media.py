"""`flask media …`: the files of photos, compared with the rows that name them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

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
@click.option("--all", "everything", is_flag=True, help="Every photo and portrait, not only those with files missing or damaged.")
@as_json
@dry_run
def regenerate(ids: tuple[int, ...], *, everything: bool, as_json: bool, dry_run: bool) -> None:
    """Make the files of photos, and of pictures beside names, anew from the widest that is kept. Exit code 1 if there is none."""
    if ids and everything:
        raise click.UsageError("Name photos, or --all, not both.")
    chosen, pictures = _chosen(ids, everything=everything, quiet=as_json)
    if dry_run:
        would = {"photos": [photo.id for photo in chosen], "portraits": [whose for whose, _ in pictures]}
        sentence = f"Would make {len(chosen)} photos and {len(pictures)} portraits anew."
        say(would, sentence, as_json=as_json, dry_run=True)
        return
    told = _made_anew(chosen, pictures, quiet=as_json)
    lost = [*(f"photo {each}" for each in told["lost"]), *told["lost_portraits"]]
    if chosen or pictures:
        note("media.regenerate", "media", photos=told["photos"], portraits=told["portraits"], lost=len(lost))
    left = f"; no file is left of {', '.join(lost)}" if lost else ""
    say(told, f"{told['photos']} photos and {told['portraits']} portraits made anew{left}.", as_json=as_json)
    if lost:
        raise SystemExit(1)


def _made_anew(chosen: list[photos.Named], pictures: list[photos.Portrait], *, quiet: bool) -> dict[str, Any]:
    """How many, and which could not be."""
    lost, gone = [], []
    with steps("Pictures", len(chosen) + len(pictures), quiet=quiet) as step:
        for photo in chosen:
            if not photos.regenerate(photo):
                lost.append(photo.id)
            step(1)
        for whose, token in pictures:
            if not photos.regenerate_portrait(token):
                gone.append(whose)
            step(1)
    made = {"photos": len(chosen) - len(lost), "portraits": len(pictures) - len(gone)}
    return made | {"lost": lost, "lost_portraits": gone}


def _chosen(ids: tuple[int, ...], *, everything: bool, quiet: bool) -> tuple[list[photos.Named], list[photos.Portrait]]:
    """What is named, or all, or what has faults."""
    if ids:
        chosen = photos.ready(ids)
        if missing := set(ids) - {photo.id for photo in chosen}:
            raise click.ClickException(f"No ready photo has the number {min(missing)}.")
        return chosen, []
    if everything:
        return photos.ready(None), list(photos.portraits())
    with stages(quiet=quiet) as progress:
        found = photos.faults(progress=progress)
    faulty = {fault.whose for fault in found}
    return (
        photos.ready([fault.photo_id for fault in found if fault.photo_id]),
        [portrait for portrait in photos.portraits() if portrait[0] in faulty],
    )


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
