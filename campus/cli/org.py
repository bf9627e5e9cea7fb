"""`flask org …`: universities, companies, departments, and who belongs to them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from campus.accounts import queries as accounts
from campus.cli.frame import Group, as_json, dry_run, rehearsal, say
from campus.organizations import actions, queries, roster
from campus.organizations.models import JoinPolicy, MemberKind, OrganizationKind, Role
from campus.organizations.roster import Standing, Wanted
from campus.organizations.terms import end_of
from campus.platform import clock
from campus.platform.db import session

if TYPE_CHECKING:
    from enum import StrEnum

    from campus.organizations.models import Organization

group = Group("org", help="Universities and companies: make, show, fill with people.")
SLUG = click.argument("slug")


def _one_of(kind: type[StrEnum]) -> click.Choice[str]:
    """Its values; click would ask for the names of an enumeration."""
    return click.Choice([member.value for member in kind])


CREATE = {OrganizationKind.UNIVERSITY: actions.create_university, OrganizationKind.COMPANY: actions.create_company}


@group.add("create")
@click.argument("kind", type=_one_of(OrganizationKind))
@click.argument("name")
@click.option("--slug", required=True, help="The short name in addresses: /o/SLUG.")
@click.option("--domain", help="An e-mail domain whose holders belong to it.")
@click.option("--join", type=_one_of(JoinPolicy), help="How one joins; without it, by domain or else approval.")
@as_json
@dry_run
def create(kind: str, *, as_json: bool, dry_run: bool, **given: Any) -> None:
    """Make a university or a company."""
    policy = given.pop("join")
    with rehearsal(dry_run):
        made = CREATE[OrganizationKind(kind)](**given, join_policy=JoinPolicy(policy) if policy else None, now=clock.now())
        facts = _facts(made)
    say(facts, f"Created {facts['name']} at /o/{facts['slug']}, id {facts['id']}.", as_json=as_json, dry_run=dry_run)


@group.add("add-department")
@SLUG
@click.argument("name")
@click.option("--slug", "department", required=True, help="The department's short name: /o/SLUG/d/DEPARTMENT.")
@as_json
@dry_run
def add_department(slug: str, name: str, *, department: str, as_json: bool, dry_run: bool) -> None:
    """Add a department to a university."""
    organization = queries.by_slug(slug)
    with rehearsal(dry_run):
        made = actions.add_department(organization_id=organization.id, name=name, slug=department)
        answer = {"id": made.id, "slug": made.slug, "name": made.name, "organization": slug}
    say(answer, f"Added {answer['name']} to {organization.name}.", as_json=as_json, dry_run=dry_run)


@group.add("add-domain")
@SLUG
@click.argument("domain")
@as_json
@dry_run
def add_domain(slug: str, domain: str, *, as_json: bool, dry_run: bool) -> None:
    """Let addresses at a domain prove belonging to an organization: one it claims, or any other."""
    organization = queries.by_slug(slug)
    with rehearsal(dry_run):
        actions.add_domain(organization_id=organization.id, domain=domain)
        answer = {"organization": slug, "domains": queries.domains_of(organization.id)}
    say(answer, f"{organization.name} has {', '.join(answer['domains'])}.", as_json=as_json, dry_run=dry_run)


@group.add("refuse-domain")
@SLUG
@click.argument("domain")
@as_json
@dry_run
def refuse_domain(slug: str, domain: str, *, as_json: bool, dry_run: bool) -> None:
    """Turn down an organization's claim of a domain. `org show` lists what waits; `org add-domain` confirms it."""
    organization = queries.by_slug(slug)
    with rehearsal(dry_run):
        changed = actions.refuse_domain(organization_id=organization.id, domain=domain)
        answer = {"organization": slug, "claims": queries.claims_of(organization.id), "changed": changed}
    sentence = f"{organization.name} {'claims no longer' if changed else 'did not claim'} {domain}."
    say(answer, sentence, as_json=as_json, dry_run=dry_run)


@group.add("remove-domain")
@SLUG
@click.argument("domain")
@as_json
@dry_run
def remove_domain(slug: str, domain: str, *, as_json: bool, dry_run: bool) -> None:
    """Let addresses at a domain prove nothing any more; members stay."""
    organization = queries.by_slug(slug)
    with rehearsal(dry_run):
        changed = actions.remove_domain(organization_id=organization.id, domain=domain)
        answer = {"organization": slug, "domains": queries.domains_of(organization.id), "changed": changed}
    sentence = f"{organization.name} {'has no longer' if changed else 'did not have'} {domain}."
    say(answer, sentence, as_json=as_json, dry_run=dry_run)


@group.add("verify")
@SLUG
@click.option("--remove", is_flag=True, help="The other way: no longer verified.")
@as_json
@dry_run
def verify(slug: str, *, remove: bool, as_json: bool, dry_run: bool) -> None:
    """Say that an organization is who it says it is; its name gets a badge."""
    organization = queries.by_slug(slug)
    with rehearsal(dry_run):
        actions.mark_verified(organization_id=organization.id, verified=not remove)
    sentence = f"{organization.name} is {'no longer ' if remove else ''}verified."
    say({"organization": slug, "verified": not remove}, sentence, as_json=as_json, dry_run=dry_run)


@group.add("list")
@as_json
def listing(*, as_json: bool) -> None:
    """List organizations, those with the most members first."""
    found, key = queries.listing(limit=200)
    while key:
        more, key = queries.listing(key, limit=200)
        found += more
    rows = [{"id": one.id, "slug": one.slug, "kind": one.kind, "name": one.name, "members": one.member_count} for one in found]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['id']:>6}  {row['slug']:<30}  {row['kind']:<10}  {row['members']:>7}  {row['name']}")


@group.add("show")
@SLUG
@as_json
def show(slug: str, *, as_json: bool) -> None:
    """Show one organization with its departments, domains and number of members."""
    facts = _facts(queries.by_slug(slug))
    lines = [f"{name.replace('_', ' '):>12}  {_words(value)}" for name, value in facts.items()]
    say(facts, "\n".join(lines), as_json=as_json)


members = Group("members", help="Who belongs to an organization.")
group.add_command(members)


@members.add("add")
@SLUG
@click.argument("email")
@click.option("--role", type=_one_of(Role), help="What she may do. [default: member, or as it is]")
@click.option("--kind", type=_one_of(MemberKind), help="What she is to it. [default: student, or as it is]")
@click.option("--department", help="The slug of a department to put her into.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The last day of the membership (UTC).")
@as_json
@dry_run
def add(slug: str, email: str, *, as_json: bool, dry_run: bool, **given: Any) -> None:
    """Make somebody an active member, or change her membership: what is not given stays as it is."""
    organization, person = queries.by_slug(slug), accounts.person(email)
    place = queries.department_by_slug(organization.id, given["department"]) if given["department"] else None
    with rehearsal(dry_run):
        row = actions.add_member(
            organization_id=organization.id,
            user_id=person.id,
            role=Role(given["role"]) if given["role"] else None,
            kind=MemberKind(given["kind"]) if given["kind"] else None,
            department_id=place.id if place else None,
            until=end_of(given["until"].date()) if given["until"] else None,
            now=clock.now(),
        )
        answer = {"organization": slug, "user_id": person.id, "role": row.role, "kind": row.kind, "until": row.until}
    sentence = f"@{person.handle} is {answer['role']} of {organization.name}{f' in {place.name}' if place else ''}."
    say(answer | {"department": place.slug if place else None}, sentence, as_json=as_json, dry_run=dry_run)


@members.add("list")
@SLUG
@click.option("--role", type=_one_of(Role), help="Only who has this role.")
@click.option("--status", type=_one_of(Standing), default=Standing.ACTIVE.value, show_default=True, help="How they stand to it.")
@as_json
def list_members(slug: str, *, role: str | None, status: str, as_json: bool) -> None:
    """List who belongs to an organization, by name."""
    place = queries.by_slug(slug)
    wanted = Wanted(role=Role(role) if role else None, standing=Standing(status))
    found, after = roster.page(place.id, wanted, limit=200)
    while after:
        more, after = roster.page(place.id, wanted, after=after, limit=200)
        found += more
    rows = [
        {
            "id": one.id,
            "handle": one.handle,
            "name": one.name,
            "role": one.role,
            "kind": one.kind,
            "status": one.standing,
            "departments": [each.slug for each in one.departments],
            "last_day": str(one.last_day) if one.last_day else None,
        }
        for one in found
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        last = f"  until {row['last_day']}" if row["last_day"] else ""
        click.echo(f"{row['id']:>6}  @{row['handle']:<30}  {row['role']:<10} {row['kind']:<8}  {row['name']}{last}")


@members.add("remove")
@SLUG
@click.argument("email")
@as_json
@dry_run
def remove(slug: str, email: str, *, as_json: bool, dry_run: bool) -> None:
    """End somebody's membership, departments included."""
    organization, person = queries.by_slug(slug), accounts.person(email)
    with rehearsal(dry_run):
        actions.remove_member(organization_id=organization.id, user_id=person.id)
    answer = {"organization": slug, "user_id": person.id, "removed": True}
    say(answer, f"@{person.handle} is not a member of {organization.name} any more.", as_json=as_json, dry_run=dry_run)


def _facts(organization: Organization) -> dict[str, Any]:
    """An organization as commands show one."""
    session.refresh(organization)
    return {
        "id": organization.id,
        "slug": organization.slug,
        "kind": organization.kind,
        "name": organization.name,
        "verified": organization.verified,
        "join": organization.join_policy,
        "domains": queries.domains_of(organization.id),
        "claims": queries.claims_of(organization.id),
        "departments": [place.slug for place in queries.departments_of(organization.id)],
        "members": queries.member_count(organization.id),
    }


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) or "none" if isinstance(value, list) else str(value)
