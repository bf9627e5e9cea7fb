"""`flask feed …`: show a feed, explain a post, build, check and clean what was delivered."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from campus.accounts import queries as people
from campus.accounts.models import Algorithm, Scope
from campus.admin import jobs as dead_jobs
from campus.cli.frame import NUMBER, Group, as_json, dry_run, note, rehearsal, say
from campus.cli.progress import steps
from campus.feed import check as checking
from campus.feed import explain as explaining
from campus.feed import listing, upkeep
from campus.platform import clock, health, outbox, settings
from campus.platform.outbox import JobState
from campus.switchboard import HANDLERS

group = Group("feed", help="Feeds: show, explain, rebuild, check, clean, and the jobs that deliver.")
WHO = click.argument("who", metavar="EMAIL")


@group.add("show")
@WHO
@click.option(
    "--algorithm", type=click.Choice([each.value for each in Algorithm]), help="The order; her own choice if not given."
)
@click.option("--scope", type=click.Choice([each.value for each in Scope]), help="Whose posts; her own choice if not given.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="At most so many posts.")
@as_json
def show(who: str, *, algorithm: str | None, scope: str | None, limit: int, as_json: bool) -> None:
    """Show somebody's home feed as it is now, in order."""
    person = people.person(who)
    order = Algorithm(algorithm or person.algorithm), Scope(scope or person.scope)
    rows = listing.feed(person.id, *order, limit=limit, now=clock.now())
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows], default=str, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row.id:>8}  {row.score:7.3f}  {row.published_at:%Y-%m-%d %H:%M}  {row.reason:<40}  {row.title[:50]}")
    if not rows:
        click.echo("Nothing: no post of the window is for her.")


@group.add("explain")
@WHO
@click.argument("post_id", type=click.IntRange(1))
@as_json
def explain(who: str, post_id: int, *, as_json: bool) -> None:
    """Explain why a post is in somebody's feed, with the parts of its score."""
    why = explaining.why(people.person(who).id, post_id, now=clock.now())
    answer = {"post": post_id, "sentence": why.sentence, "total": why.total, "parts": [asdict(part) for part in why.parts]}
    lines = [why.sentence, *(f"{part.points:8.3f}  {part.label}: {part.explanation}" for part in why.parts)]
    say(answer, "\n".join([*lines, f"{why.total:8.3f}  in total"]), as_json=as_json)


@group.add("rebuild")
@click.option("--user", "who", metavar="EMAIL", help="This reader alone.")
@click.option("--all", "everybody", is_flag=True, help="Everybody who read recently.")
@click.option("--inactive-days", type=click.IntRange(1, 3650), help="The nightly task: readers away for so many days.")
@as_json
@dry_run
def rebuild(**given: Any) -> None:
    """Make entries what they should be."""
    in_json, rehearsed = given.pop("as_json"), given.pop("dry_run")
    if sum(1 for value in given.values() if value) != 1:
        raise click.UsageError("Name one of --user EMAIL, --all, --inactive-days N.")
    reader = people.person(given["who"]).id if given["who"] else None
    if rehearsed:
        count = 1 if reader else len(checking.readers())
        say({"readers": count}, f"Would look at {count} readers.", as_json=in_json, dry_run=True)
        return
    with steps("Readers", len(checking.readers()), quiet=in_json or bool(reader)) as step:
        if reader:
            removed, added = upkeep.rebuild(reader, now=clock.now())
            note("feed.rebuild", f"user:{reader}", removed=removed, added=added)
            say({"readers": 1, "removed": removed, "added": added}, f"{removed} removed, {added} added.", as_json=in_json)
            return
        days = given["inactive_days"]
        now = clock.now()
        done = upkeep.rebuild_inactive(days=days, now=now, progress=step) if days else upkeep.build_all(now=now, progress=step)
    note("feed.rebuild", "feeds", readers=done)
    say({"readers": done}, f"{done} readers done.", as_json=in_json)


@group.add("check")
@click.option("--user", "who", metavar="EMAIL", help="This reader alone.")
@click.option("--fix", is_flag=True, help="Also make the entries match.")
@as_json
@dry_run
def check(who: str | None, *, fix: bool, as_json: bool, dry_run: bool) -> None:
    """Compare every feed with its definition. Exit code 1 unless all counts are 0."""
    readers = [people.person(who).id] if who else checking.readers()
    with steps("Readers", len(readers), quiet=as_json) as step:
        found = checking.check(readers, now=clock.now(), fix=fix and not dry_run, progress=step)
    counts = asdict(found)
    if fix and not dry_run and not found.clean:
        note("feed.fix", f"user:{readers[0]}" if who else "feeds", **counts)
    say(counts, ", ".join(f"{name} {count}" for name, count in counts.items()), as_json=as_json, dry_run=dry_run)
    if dead := health.dead_jobs():
        click.echo(f"{dead} of the pending jobs failed for good: flask feed jobs --state dead, then --retry-dead.", err=True)
    if not found.clean:
        raise SystemExit(1)


@group.add("cleanup")
@click.option("--days", type=click.IntRange(1, 3650), help="Older entries go; FEED_RETENTION_DAYS if not given.")
@as_json
@dry_run
def cleanup(days: int | None, *, as_json: bool, dry_run: bool) -> None:
    """Delete entries past their retention, finished jobs and old scroll sessions."""
    age, now = days or settings.current().feed.retention_days, clock.now()
    if age < settings.current().feed.window_days:
        raise click.UsageError(f"--days must be at least the window, {settings.current().feed.window_days}.")
    count = upkeep.count_old(days=age, now=now) if dry_run else upkeep.cleanup(days=age, now=now)
    if not dry_run:
        note("feed.cleanup", "feeds", days=age, deleted=count)
    say({"deleted": count}, f"{count} entries deleted.", as_json=as_json, dry_run=dry_run)


@group.add("jobs")
@click.option(
    "--state",
    type=click.Choice([each.value for each in JobState]),
    multiple=True,
    help="Which; ready, running and dead if not given.",
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many.")
@click.option("--retry-dead", is_flag=True, help="Give every dead job a new life.")
@click.option("--retry", "one_more", type=NUMBER, metavar="ID", help="Give this dead job a new life.")
@click.option("--discard", type=NUMBER, metavar="ID", help="Forget this dead job: what it should have made true stays untrue.")
@click.option("--run", "run_now", is_flag=True, help="Do what waits, here and now.")
@as_json
@dry_run
def jobs(*, state: tuple[str, ...], limit: int, as_json: bool, dry_run: bool, **given: Any) -> None:
    """List the jobs of the outbox, newest first; or do something with them."""
    if sum(1 for value in given.values() if value) > 1:
        raise click.UsageError("Name one of --retry-dead, --retry ID, --discard ID, --run.")
    if given["run_now"] and dry_run:
        say({"waiting": (count := outbox.pending())}, f"{count} jobs would be done.", as_json=as_json, dry_run=True)
        return
    if given["run_now"]:
        say({"done": (count := _run_all())}, f"{count} jobs done.", as_json=as_json)
        return
    if any(given.values()):
        with rehearsal(dry_run):
            count = _decide(given["one_more"], given["discard"])
        verb = "discarded" if given["discard"] else "revived"
        say({verb: count}, f"{count} jobs {verb}.", as_json=as_json, dry_run=dry_run)
        return
    states = [JobState(each) for each in state] or [JobState.READY, JobState.RUNNING, JobState.DEAD]
    found = [_job(job) for job in outbox.listing(states=states, limit=limit)]
    if as_json:
        click.echo(json.dumps(found, default=str))
        return
    for job in found:
        click.echo("{id:>8}  {state:<8} {kind:<18} {key:<20} attempts {attempts}  {last_error}".format(**job))
    if not found:
        click.echo("No such jobs.")


def _run_all() -> int:
    """Do what waits. Returns how many jobs it was."""
    if count := outbox.drain(HANDLERS):
        note("job.run_all", "jobs", jobs=count)
    return count


def _decide(one_more: int | None, discard: int | None) -> int:
    """What becomes of dead jobs: of one, or of all."""
    if discard:
        dead_jobs.discard(discard)
    elif one_more:
        dead_jobs.retry(one_more)
    else:
        return dead_jobs.retry_all()
    return 1


def _job(job: outbox.Job) -> dict[str, Any]:
    names = ("id", "kind", "key", "state", "cursor", "delivered", "attempts", "run_after", "created_at", "finished_at")
    return {name: getattr(job, name) for name in names} | {"last_error": job.last_error or ""}
