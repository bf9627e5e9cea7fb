"""`flask doctor`: is everything there that the product needs?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from campus.cli.frame import Command, as_json, say
from campus.platform import diagnosis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from campus.platform.diagnosis import Finding


@click.command("doctor", cls=Command)
@as_json
def command(*, as_json: bool) -> None:
    """Check settings, secrets, database, migrations, Redis, worker, media, mail, disk, clock. Exit code 1 if something fails."""
    found = diagnosis.examine()
    say({"checks": [vars(each) for each in found], "ok": all(each.ok for each in found)}, _table(found), as_json=as_json)
    if not all(each.ok for each in found):
        raise SystemExit(1)


def _table(found: Sequence[Finding]) -> str:
    return "\n".join(f"{'ok  ' if each.ok else 'FAIL'}  {each.name:<12} {each.told}" for each in found)
