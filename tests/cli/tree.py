"""Every command there is, and how it is called: made from the commands themselves, so that none is forgotten.

A parameter is filled in by its name; where that does not do, or more ways are worth a try, the command has an entry here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from campus.cli import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING_NUMBER = "999999999"
# What exists in the filled database, and what does not, by the name of the parameter.
THERE = {
    "who": "alice",
    "email": "charlie@example.org",
    "slug": "northbridge",
    "name": "A name",
    "title": "A title",
    "department": "optics",
    "domain": "optics.example",
    "kind": "university",
    "password": "tulip-orbit-lantern-42",
    "scopes": "read",
    "announcement_id": "{announcement}",
    "post_id": "{post}",
    "case_id": "{case}",
    "day": "2020-09-30",
}
NOT_THERE = {
    "who": "nobody@example.org",
    "slug": "no-such-place",
    "email": "nobody@example.org",
    "announcement_id": MISSING_NUMBER,
    "case_id": MISSING_NUMBER,
}
# Calls beside the plain one, or instead of it (where the plain one does nothing, or is none).
WAYS: dict[str, list[list[str]]] = {
    "feed rebuild": [["--all"], ["--user", "alice"], ["--inactive-days", "7"]],
    "feed check": [["--fix"]],
    "feed cleanup": [["--days", "31"]],
    "feed jobs": [["--retry-dead"], ["--retry", "{job}"], ["--discard", "{job}"], ["--run"]],
    "tasks run": [["sweep"], ["tidy_up"], ["cleanup_old_feeds"], ["rebuild_inactive_feeds"], ["note_figures"]],
    "user create": [["new@example.org", "--name", "New", "--password", THERE["password"], "--admin"]],
    "user verify": [["unverified"]],
    "user approve": [["waiting"]],
    "user promote": [["alice"], ["second", "--remove"]],
    "user reinstate": [["sam"]],
    "user reset-password": [["alice"], ["alice", "--password", THERE["password"]]],
    "user delete": [["alice"], ["alice", "--now"], ["leaving", "--cancel"]],
    "org create": [["university", "Westlake", "--slug", "westlake", "--domain", "westlake.example"]],
    "org refuse-domain": [["northbridge", "claimed.example"]],
    "org verify": [["northbridge"], ["studio", "--remove"]],
    "org members remove": [["northbridge", "bob"]],
    "token create": [["alice", "--name", "A program", "--scope", "read"]],
    "token revoke": [["alice", "{token}"], ["alice", "--all"]],
    "counts check": [["--fix"]],
    "mod open": [["{target}"]],
    "mod decide": [["{case}", "--measure", "hide", "--measure", "suspend:30", "--reason", "It is spam", "--rule", "spam"]],
    "mod appeal": [["{appealed}", "--uphold", "--reason", "It is"], ["{appealed}", "--overturn", "--reason", "It is not"]],
    "mod undo": [["{decided}"]],
    "backup restore": [],  # wants a backup, and an empty site: tests/faults has the drill
    "demo load": [],  # refuses a database that holds anything
}
# Calls that name something that is not there, where the name of the parameter does not tell.
LOST: dict[str, list[list[str]]] = {
    "feed rebuild": [["--user", "nobody@example.org"]],
    "feed check": [["--user", "nobody@example.org"]],
    "feed jobs": [["--retry", MISSING_NUMBER], ["--discard", MISSING_NUMBER]],
    "token revoke": [["alice", MISSING_NUMBER], ["nobody@example.org", "--all"]],
    "mod queue": [["--org", "no-such-place"]],
    "mod open": [[f"post:{MISSING_NUMBER}"], ["the third one"]],
    "mod decide": [[MISSING_NUMBER, "--measure", "hide", "--reason", "It is spam"]],
    "mod appeal": [[MISSING_NUMBER, "--overturn", "--reason", "It is not"], ["{case}", "--uphold", "--reason", "It is"]],
    "stats": [["--org", "no-such-place"]],
    "announce create": [["A title", "--org", "no-such-place"]],
    "user create": [],
    "org create": [],
    "org members add": [["no-such-place", "alice"], ["northbridge", "nobody@example.org"]],
    "org members remove": [["no-such-place", "alice"], ["northbridge", "nobody@example.org"], ["northbridge", "charlie"]],
}


@dataclass(frozen=True)
class Told:
    """One command: the words that name it, and itself."""

    path: tuple[str, ...]
    command: click.Command

    @property
    def name(self) -> str:
        """As one types it after `flask`."""
        return " ".join(self.path)

    @property
    def rehearses(self) -> bool:
        """It writes, or else it would not take --dry-run."""
        return any("--dry-run" in each.opts for each in self.command.params)

    def ways(self) -> list[list[str]]:
        """Calls that find everything they name.

        Raises:
            KeyError: a parameter has no example; the command wants an entry in `WAYS`, or the parameter one in `THERE`.
        """
        return WAYS[self.name] if self.name in WAYS else [self._filled(THERE)]

    def lost(self) -> list[list[str]]:
        """Calls that name something that is not there."""
        if self.name in LOST:
            return LOST[self.name]
        named = [each for each in self._required() if each.name in NOT_THERE]
        return [self._filled(THERE | {each.name: NOT_THERE[each.name]}) for each in named if each.name]

    def _required(self) -> list[click.Parameter]:
        return [each for each in self.command.params if each.required]

    def _filled(self, values: dict[str, str]) -> list[str]:
        words = []
        for each in self._required():
            words += [each.opts[0]] if isinstance(each, click.Option) else []
            words.append(values[each.name or ""])
        return words


def commands() -> Iterator[Told]:
    """Every command of the product."""
    for group in GROUPS:
        yield from _below(group, (group.name or "",))


def _below(command: click.Command, path: tuple[str, ...]) -> Iterator[Told]:
    if not isinstance(command, click.Group):
        yield Told(path, command)
        return
    for name, each in sorted(command.commands.items()):
        yield from _below(each, (*path, name))
