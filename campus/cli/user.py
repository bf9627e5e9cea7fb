"""`flask user …`: people, by the operator's hand."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from campus.accounts import actions, mailing, passwords, queries
from campus.audit.actions import record
from campus.cli.frame import Group, as_json, dry_run, rehearsal, say
from campus.platform import clock

if TYPE_CHECKING:
    from campus.accounts.models import User

group = Group("user", help="People: make, show, let in, shut out.")
WHO = click.argument("who", metavar="EMAIL")


def _facts(person: User) -> dict[str, Any]:
    """A person as commands show one."""
    held = queries.addresses(person.id)
    return {
        "id": person.id,
        "handle": person.handle,
        "name": person.name,
        "email": held[0].address if held else None,
        "verified": bool(held) and held[0].is_verified,
        "addresses": [one.address for one in held],
        "admin": person.is_admin,
        "approved": person.approved_at is not None,
        "suspended": person.suspended_at is not None,
        "leaving": person.leaving_at is not None,
        "created_at": person.created_at.isoformat(),
    }


@group.add("create")
@click.argument("email")
@click.option("--name", required=True, help="The name others see.")
@click.option("--password", required=True, help="What to sign in with.")
@click.option("--handle", help="The short name in addresses; made from the name if not given.")
@click.option("--admin", is_flag=True, help="Make this person a site administrator.")
@as_json
@dry_run
def create(**given: Any) -> None:
    """Make an account. Its address counts as confirmed."""
    rehearsed, in_json = given.pop("dry_run"), given.pop("as_json")
    with rehearsal(rehearsed):
        made = actions.create_user(**given, now=clock.now())
        answer = {key: value for key, value in _facts(made).items() if key in {"id", "handle", "name", "email", "admin"}}
    if why := passwords.weakness(given["password"], about=(given["name"], answer["handle"])):
        click.echo(f"Warning: {why}", err=True)
    sentence = f"Created {answer['name']} (@{answer['handle']}), id {answer['id']}."
    say(answer, sentence, as_json=in_json, dry_run=rehearsed)


@group.add("show")
@WHO
@as_json
def show(who: str, *, as_json: bool) -> None:
    """Show one person, found by address or @handle."""
    facts = _facts(queries.person(who))
    facts["sessions"] = len(queries.sessions(facts["id"], current=None, now=clock.now()))
    lines = [f"{name.replace('_', ' '):>12}  {_words(value)}" for name, value in facts.items()]
    say(facts, "\n".join(lines), as_json=as_json)


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value)


@group.add("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many.")
@click.option("--after", type=click.IntRange(0), default=0, help="Only ids above this one: the next page.")
@click.option("--waiting", is_flag=True, help="Only those who wait for approval.")
@click.option("--admins", is_flag=True, help="Only site administrators.")
@click.option("--suspended", is_flag=True, help="Only those who are shut out.")
@click.option("--unverified", is_flag=True, help="Only those who have not confirmed their address.")
@as_json
def listing(*, as_json: bool, **given: Any) -> None:
    """List people by id."""
    found = [_facts(one) for one in queries.people(**given)]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in found:
        marks = [word for word in ("admin", "suspended") if one[word]] + ([] if one["approved"] else ["waiting"])
        click.echo(f"{one['id']:>8}  @{one['handle']:<30}  {one['email'] or '-':<40}  {one['name']}  {' '.join(marks)}".rstrip())


@group.add("promote")
@WHO
@click.option("--remove", is_flag=True, help="The other way: no longer an administrator.")
@as_json
@dry_run
def promote(who: str, *, remove: bool, as_json: bool, dry_run: bool) -> None:
    """Make somebody a site administrator; she signs in anew."""
    person = queries.person(who)
    with rehearsal(dry_run):
        changed = actions.promote(user_id=person.id, admin=not remove)
    now_is = "no longer an administrator" if remove else "an administrator"
    sentence = f"@{person.handle} is {now_is}." if changed else f"@{person.handle} was {now_is} already."
    say({"id": person.id, "admin": not remove, "changed": changed}, sentence, as_json=as_json, dry_run=dry_run)


@group.add("verify")
@WHO
@as_json
@dry_run
def verify(who: str, *, as_json: bool, dry_run: bool) -> None:
    """Count an address as confirmed, on your word."""
    person = queries.person(who)
    address = who.strip().lower() if "@" in who.strip()[1:] else (queries.primary_address(person.id) or "")
    with rehearsal(dry_run):
        changed = actions.vouch(user_id=person.id, address=address, now=clock.now())
    sentence = f"{address} is confirmed." if changed else f"{address} was confirmed already."
    say({"id": person.id, "email": address, "changed": changed}, sentence, as_json=as_json, dry_run=dry_run)


@group.add("approve")
@WHO
@as_json
@dry_run
def approve(who: str, *, as_json: bool, dry_run: bool) -> None:
    """Let in somebody who waits for approval, and tell her by mail."""
    person = queries.person(who)
    with rehearsal(dry_run):
        changed = actions.approve(user_id=person.id, now=clock.now())
    sentence = f"@{person.handle} is approved." if changed else f"@{person.handle} was approved already."
    say({"id": person.id, "changed": changed}, sentence, as_json=as_json, dry_run=dry_run)


@group.add("suspend")
@WHO
@click.option("--reason", default="", help="Why; kept in the audit log alone.")
@as_json
@dry_run
def suspend(who: str, *, reason: str, as_json: bool, dry_run: bool) -> None:
    """Shut somebody out: sessions end, posts are hidden."""
    person = queries.person(who)
    with rehearsal(dry_run):
        changed = actions.suspend(person.id, reason=reason, now=clock.now())
    sentence = f"@{person.handle} is suspended." if changed else f"@{person.handle} was suspended already."
    say({"id": person.id, "changed": changed}, sentence, as_json=as_json, dry_run=dry_run)


@group.add("reinstate")
@WHO
@as_json
@dry_run
def reinstate(who: str, *, as_json: bool, dry_run: bool) -> None:
    """Let somebody in again who was suspended."""
    person = queries.person(who)
    with rehearsal(dry_run):
        changed = actions.reinstate(person.id)
    sentence = f"@{person.handle} is back." if changed else f"@{person.handle} was not suspended."
    say({"id": person.id, "changed": changed}, sentence, as_json=as_json, dry_run=dry_run)


@group.add("sign-out")
@WHO
@as_json
@dry_run
def sign_out(who: str, *, as_json: bool, dry_run: bool) -> None:
    """End every session of somebody."""
    person = queries.person(who)
    with rehearsal(dry_run):
        ended = actions.sign_out_everywhere(person.id)
    say({"id": person.id, "ended": ended}, f"{ended} sessions of @{person.handle} ended.", as_json=as_json, dry_run=dry_run)


@group.add("reset-password")
@WHO
@click.option("--password", help="The new password; without it, a mail with a link is sent.")
@as_json
@dry_run
def reset_password(who: str, *, password: str | None, as_json: bool, dry_run: bool) -> None:
    """Set a password, or send a link for choosing one. Every session ends either way."""
    person = queries.person(who)
    address = queries.primary_address(person.id)
    with rehearsal(dry_run):
        ended = actions.revoke_sessions(person.id)
        if password is not None:
            kept = passwords.hashed(passwords.acceptable(password))
            actions.set_password(user_id=person.id, kept=kept, now=clock.now(), revoke_tokens=True)
        elif address:
            mailing.queue_reset(address)
        record("user.reset_password", f"user:{person.id}", after={"mailed": password is None, "sessions": ended})
    what = "has a new password" if password is not None else f"gets a mail at {address}"
    sentence = f"@{person.handle} {what}; {ended} sessions ended."
    say({"id": person.id, "mailed": password is None, "ended": ended}, sentence, as_json=as_json, dry_run=dry_run)
