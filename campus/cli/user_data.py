"""`flask user export` and `flask user delete`: what a person may ask of the site about herself."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from campus.accounts import queries
from campus.cli.frame import as_json, dry_run, rehearsal, say
from campus.cli.progress import steps
from campus.cli.user import WHO, group
from campus.platform import clock
from campus.posts.leaving import own_posts
from campus.rights import erasure, export

if TYPE_CHECKING:
    from campus.accounts.models import User

people = group


@group.add("export")
@WHO
@click.option(
    "--to", type=click.Path(dir_okay=False, path_type=Path), help="The file to write. [default: campus-HANDLE.zip, here]"
)
@click.option("--overwrite", is_flag=True, help="Replace the file if it is there.")
@as_json
@dry_run
def export_user(who: str, *, to: Path | None, overwrite: bool, as_json: bool, dry_run: bool) -> None:
    """Write everything the site holds about somebody into a zip: JSON, photos, and a page to read."""
    person = queries.person(who)
    target = (to or Path(f"campus-{person.handle}.zip")).absolute()
    counts = export.counted(person.id)
    if dry_run:
        told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        say({"file": str(target), "rows": counts}, f"Would write {target}: {told}.", as_json=as_json, dry_run=True)
        return
    if target.exists() and not overwrite:
        raise click.ClickException(f"{target} is there already. Choose another file, or add --overwrite.")
    with steps("Photos", counts["photos"], quiet=as_json) as step:
        try:
            done = export.export(person.id, to=target, now=clock.now(), progress=step)
        except OSError as error:
            raise click.ClickException(f"{target} cannot be written: {error.strerror}.") from error
    sentence = f"{target}: {sum(done.rows.values())} rows and {done.photos} photos of @{person.handle}."
    say({"file": str(target), **asdict(done)}, sentence, as_json=as_json)


@group.add("delete")
@WHO
@click.option("--now", "at_once", is_flag=True, help="At once, without the days of grace. It cannot be taken back.")
@click.option("--cancel", is_flag=True, help="Take back what was asked for: she may sign in again, nothing is erased.")
@as_json
@dry_run
def delete(who: str, *, at_once: bool, cancel: bool, as_json: bool, dry_run: bool) -> None:
    """Erase somebody: posts, photos, marks and traces, after 14 days. Until then she is shut out."""
    if at_once and cancel:
        raise click.UsageError("Name --now or --cancel, not both.")
    person = queries.person(who)
    if at_once:
        answer, sentence = _rehearsed(person) if dry_run else _erased(person, quiet=as_json)
    else:
        with rehearsal(dry_run):
            answer, sentence = _kept(person) if cancel else _asked(person)
    say({"id": person.id, **answer}, sentence, as_json=as_json, dry_run=dry_run)


def _rehearsed(person: User) -> tuple[dict[str, Any], str]:
    rows = erasure.traces(person.id)
    told = ", ".join(f"{count} {name}" for name, count in rows.items())
    return {"rows": rows}, f"@{person.handle} would be erased at once: {told}."


def _erased(person: User, *, quiet: bool) -> tuple[dict[str, Any], str]:
    with steps("Posts", len(own_posts(person.id)), quiet=quiet) as step:
        counts = erasure.erase(person.id, now=clock.now(), progress=step)
    left = erasure.traces(person.id)
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    kept = "nothing names her any more" if not left else "her official posts stay, without her name"
    return {"erased": counts, "left": left}, f"@{person.handle} is erased: {told}; {kept}."


def _asked(person: User) -> tuple[dict[str, Any], str]:
    due = erasure.request(user_id=person.id, now=clock.now())
    return {"due_at": due}, f"@{person.handle} is shut out, and is erased on {due:%Y-%m-%d %H:%M} UTC."


def _kept(person: User) -> tuple[dict[str, Any], str]:
    changed = erasure.take_back(user_id=person.id, now=clock.now())
    sentence = f"@{person.handle} is back, and nothing is erased." if changed else f"@{person.handle} was not to be erased."
    return {"changed": changed}, sentence
