"""What all commands share: how they answer, how they rehearse, how they refuse.

Exit codes: 0 done (or nothing to do), 1 refused, with one sentence on standard error, 2 the command line itself is wrong.
"""

from __future__ import annotations

import getpass
import json
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import click
from flask.cli import AppGroup
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from campus.audit.acting import acting
from campus.audit.actions import record
from campus.platform.db import is_away, lacks_migrations, transaction
from campus.platform.discretion import cleaned
from campus.platform.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class Command(click.Command):
    """A command that tells a refusal of the product in one sentence."""

    def invoke(self, context: click.Context) -> Any:
        """Run it.

        Raises:
            ClickException: the verb refused, or a server it needs is away; exit code 1.
        """
        try:
            with acting(f"cli:{_operator()}"):
                return super().invoke(context)
        except CampusError as error:
            raise click.ClickException(str(error)) from error
        except (DBAPIError, PoolTimeout) as error:
            if sentence := _of_database(error):
                raise click.ClickException(sentence) from error
            raise
        except RedisError as error:
            raise click.ClickException(f"Redis does not answer ({_told(error)}). Is it running, is REDIS_URL right?") from error


def _of_database(error: Exception) -> str:
    """What the operator is to do about it; empty if it is a mistake of ours."""
    if is_away(error):
        return f"The database does not answer ({_told(error)}). Is it running, is DATABASE_URL right?"
    return "The database is older than this version: `flask db upgrade` first." if lacks_migrations(error) else ""


def _operator() -> str:
    """The account on this machine; inside a container it may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _told(error: Exception) -> str:
    """The first line of what a server or its driver said."""
    said = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
    return cleaned(said).splitlines()[0].rstrip(".")


class Group(AppGroup):
    """A group whose commands run inside the application and refuse kindly."""

    def add(self, name: str) -> Callable[[Callable[..., None]], click.Command]:
        """The decorator of one of its commands."""
        made: Callable[[Callable[..., None]], click.Command] = self.command(name, cls=Command)
        return made


as_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")
dry_run = click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")


NUMBER = click.IntRange(1, 2**63 - 1)  # what an id can be


class _Rehearsed(Exception):
    """Takes the transaction back at the end of a rehearsal."""


@contextmanager
def rehearsal(only: bool) -> Iterator[None]:  # noqa: FBT001 - the flag of --dry-run, as it came
    """Do what the block does in one transaction; if it is `only` a rehearsal, take everything back at the end."""
    with suppress(_Rehearsed), transaction():
        yield
        if only:
            raise _Rehearsed


def note(act: str, target: str, **after: object) -> None:
    """Write the entry of a command whose work was done in many transactions, or in none."""
    with transaction():
        record(act, target, after=after)


def say(answer: Mapping[str, Any], sentence: str, *, as_json: bool, dry_run: bool = False) -> None:
    """Answer in the form asked for: `answer` as one JSON object, or the sentence."""
    if as_json:
        click.echo(json.dumps({**answer, **({"dry_run": True} if dry_run else {})}, default=str, ensure_ascii=False))
    else:
        click.echo(f"{sentence} (dry run: nothing was changed)" if dry_run else sentence)
