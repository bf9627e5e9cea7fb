"""`flask cache clear`: forget what is kept for speed alone."""

from __future__ import annotations

from campus.cli.frame import Group, as_json, dry_run, note, say
from campus.platform import cache

group = Group("cache", help="What is kept in Redis for speed alone.")


@group.add("clear")
@as_json
@dry_run
def clear(*, as_json: bool, dry_run: bool) -> None:
    """Drop everything that is cached: the next pages are computed anew, and are the same."""
    dropped = cache.count() if dry_run else cache.clear()
    if not dry_run:
        note("cache.clear", "cache", dropped=dropped)
    say({"dropped": dropped}, f"{dropped} cached values dropped.", as_json=as_json, dry_run=dry_run)
