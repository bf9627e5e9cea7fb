"""`flask counts check`: do the counters of posts equal their rows?"""

from __future__ import annotations

import click

from campus.cli.frame import Group, as_json, dry_run, note, say
from campus.cli.progress import steps
from campus.interactions import counts

group = Group("counts", help="The counters of likes, comments and shares.")


@group.add("check")
@click.option("--fix", is_flag=True, help="Also make the counters right.")
@as_json
@dry_run
def check(*, fix: bool, as_json: bool, dry_run: bool) -> None:
    """Compare every counter with the rows it counts. Exit code 1 unless all are right."""
    with steps("Posts", counts.last_post(), quiet=as_json) as step:
        wrong = counts.check(fix=fix and not dry_run, progress=step)
    if fix and not dry_run and any(wrong.values()):
        note("counts.fix", "posts", **wrong)
    told = ", ".join(f"{name} {number}" for name, number in wrong.items())
    say(wrong, f"Wrong counters: {told}", as_json=as_json, dry_run=dry_run)
    if any(wrong.values()):
        raise SystemExit(1)
