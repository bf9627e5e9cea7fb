"""`flask` commands: a file for each group, a few lines for each command, the work done by the rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campus.cli import (
    announce,
    audit,
    backup,
    cache,
    counts,
    demo,
    doctor,
    feed,
    media,
    membership,
    mod,
    org,
    stats,
    tasks,
    token,
    user_data,
)

if TYPE_CHECKING:
    from flask import Flask

GROUPS = (
    mod.group,
    doctor.command,
    feed.group,
    tasks.group,
    demo.group,
    user_data.people,  # of `user`, with what a person may ask about herself
    org.group,
    membership.group,
    token.group,
    audit.group,
    backup.group,
    media.group,
    stats.command,
    cache.group,
    counts.group,
    announce.group,
)


def register(app: Flask) -> None:
    """Give the application its commands."""
    for group in GROUPS:
        app.cli.add_command(group)
