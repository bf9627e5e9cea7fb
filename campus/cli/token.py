"""`flask token …`: personal tokens, by the operator's hand."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from campus.accounts import queries, tokens
from campus.accounts.models import TokenScope
from campus.cli.frame import NUMBER, Group, as_json, dry_run, rehearsal, say
from campus.platform import clock

if TYPE_CHECKING:
    from campus.accounts.queries import TokenView

group = Group("token", help="Personal tokens, by which programs act for a person.")
WHO = click.argument("who", metavar="EMAIL")


def _facts(token: TokenView) -> dict[str, Any]:
    """A token as commands show one; its text is gone."""
    return {
        "id": token.id,
        "name": token.name,
        "scopes": list(token.scopes),
        "created_at": token.created_at.isoformat(),
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        "last_used_at": token.last_used_at.isoformat() if token.last_used_at else None,
        "expired": token.is_expired(clock.now()),
    }


@group.add("create")
@WHO
@click.option("--name", required=True, help="What it is for, as its owner will read it.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in TokenScope]),
    help="What it may do.",
)
@click.option("--days", type=click.IntRange(1, tokens.LONGEST.days), help="How long it is good for; without it, until revoked.")
@as_json
@dry_run
def create(who: str, **given: Any) -> None:
    """Make a token, and print it: it is shown this once."""
    rehearsed, in_json, now = given["dry_run"], given["as_json"], clock.now()
    person = queries.person(who)
    ends = now + timedelta(days=given["days"]) if given["days"] else None
    scopes = [TokenScope(name) for name in given["scopes"]]
    with rehearsal(rehearsed):
        row, secret = tokens.issue(user_id=person.id, name=given["name"], scopes=scopes, expires_at=ends, now=now)
    shown = "" if rehearsed else secret
    answer = {"id": row.id, "user_id": person.id, "name": row.name, "scopes": row.scopes, "token": shown, "expires_at": ends}
    say(answer, shown or f"@{person.handle} would get a token.", as_json=in_json, dry_run=rehearsed)


@group.add("list")
@WHO
@as_json
def listing(who: str, *, as_json: bool) -> None:
    """List the tokens of a person that are not revoked, the newest first."""
    found = [_facts(token) for token in tokens.listing(queries.person(who).id)]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in found:
        used = f"used {one['last_used_at'][:16]}" if one["last_used_at"] else "never used"
        ends = "expired" if one["expired"] else f"until {one['expires_at'][:10]}" if one["expires_at"] else "no end"
        click.echo(f"{one['id']:>8}  {','.join(one['scopes']):<20}  {ends:<16}  {used:<22}  {one['name']}")


@group.add("revoke")
@WHO
@click.argument("token_id", metavar="[ID]", required=False, type=NUMBER)
@click.option("--all", "everything", is_flag=True, help="All of them.")
@as_json
@dry_run
def revoke(who: str, *, token_id: int | None, everything: bool, as_json: bool, dry_run: bool) -> None:
    """End a token, or all: the next request with it is refused."""
    if (token_id is None) is not everything:
        raise click.UsageError("Name one token by its ID, or --all.")
    person = queries.person(who)
    with rehearsal(dry_run):
        if token_id is None:
            ended = tokens.revoke_all(user_id=person.id, now=clock.now())
            answer, sentence = {"revoked": ended}, f"{ended} tokens of @{person.handle} are revoked."
        else:
            tokens.revoke(user_id=person.id, token_id=token_id, now=clock.now())
            answer, sentence = {"id": token_id, "revoked": True}, f"Token {token_id} of @{person.handle} is revoked."
    say(answer, sentence, as_json=as_json, dry_run=dry_run)
