"""Which command lines run nothing: they ask for help, or are wrong. For them no server need be started."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from campus.cli import GROUPS

if TYPE_CHECKING:
    from collections.abc import Sequence

OTHERS = frozenset({"db", "routes", "run", "shell"})  # what `flask` has besides


def runs_nothing(words: Sequence[str]) -> bool:
    """Whether `flask` with these words only says something: how it is used, or what is wrong with them."""
    named = [place for place, word in enumerate(words) if word in OTHERS or word in {group.name for group in GROUPS}]
    if "--help" in words or not named:
        return True
    if words[named[0]] in OTHERS:
        return False
    command: click.Command = click.Group(commands=[*GROUPS])
    left = list(words[named[0] :])
    while isinstance(command, click.Group):
        found = command.commands.get(left.pop(0)) if left else None
        if found is None:
            return True
        command = found
    return not _is_right(command, left)


def _is_right(command: click.Command, words: list[str]) -> bool:
    try:
        command.make_context(command.name, words).close()
    except click.UsageError:
        return False
    return True
