"""Making organizations and departments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from campus.audit.actions import record
from campus.organizations.actions.decisions import DomainDecision, tell_of_domain
from campus.organizations.models import (
    Company,
    Department,
    DomainClaim,
    JoinPolicy,
    Organization,
    OrganizationDomain,
    OrganizationKind,
    University,
)
from campus.platform.db import session, transaction
from campus.platform.errors import Conflict, Invalid

if TYPE_CHECKING:
    from datetime import datetime

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,49}")
DEPARTMENT_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
DOMAIN = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
MAX_NAME = 120
# An address there proves nothing but that its holder has an address.
_PROVIDERS = """
163.com aol.com fastmail.com gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com hotmail.co.uk hotmail.com
hotmail.fr icloud.com laposte.net libero.it live.com mac.com mail.com mail.ru mailbox.org me.com msn.com orange.fr outlook.com
outlook.de posteo.de proton.me protonmail.com qq.com seznam.cz t-online.de tuta.com tutanota.com web.de wp.pl yahoo.co.jp
yahoo.co.uk yahoo.com yahoo.de yahoo.fr yandex.com yandex.ru zoho.com
"""
ANYBODYS_MAIL = frozenset(_PROVIDERS.split())


class Taken(Conflict):
    """The slug or the domain belongs to another organization already."""

    title = "This is taken already"


def create_university(
    *, name: str, slug: str, domain: str | None = None, join_policy: JoinPolicy | None = None, now: datetime
) -> University:
    """Make a university. Not told how one joins: with a domain, by a verified address there; without one, by approval.

    Raises:
        Invalid: name, slug or domain breaks a rule.
        Taken: another organization has the slug or the domain.
    """
    university = University(**_new(name, slug, join_policy or _policy(domain), now))
    _save(university, domain)
    return university


def create_company(
    *, name: str, slug: str, domain: str | None = None, join_policy: JoinPolicy | None = None, now: datetime
) -> Company:
    """Make a company; otherwise like `create_university`."""
    company = Company(**_new(name, slug, join_policy or _policy(domain), now))
    _save(company, domain)
    return company


def add_department(*, organization_id: int, name: str, slug: str) -> Department:
    """Add a department to a university.

    Raises:
        Invalid: name or slug breaks a rule, or the organization is no university.
        Taken: the university has a department with this slug.
    """
    if not DEPARTMENT_SLUG.fullmatch(slug):
        raise Invalid("A department's slug has 1 to 50 small letters, digits and hyphens.", field="slug")
    with transaction():
        if session.get_one(Organization, organization_id).kind is not OrganizationKind.UNIVERSITY:
            raise Invalid("Only a university has departments.")
        row = insert(Department).values(organization_id=organization_id, slug=slug, name=clean_name(name))
        department_id = session.scalar(row.on_conflict_do_nothing().returning(Department.id))
        if department_id is None:
            raise Taken(f"There is a department {slug} already.", field="slug")
        _record("add_department", organization_id, after={"department_id": department_id, "slug": slug})
        return session.get_one(Department, department_id)


def add_domain(*, organization_id: int, domain: str) -> None:
    """Let addresses at a domain prove belonging to an organization, whoever claims it; one it has already is no error.

    Every claim of it ends, and those who run the organizations that made one are told how.

    Raises:
        Invalid: it is no domain, or one where anybody can have an address.
        Taken: it belongs to another organization.
    """
    clean = domain_of(domain)
    with transaction():
        row = insert(OrganizationDomain).values(domain=clean, organization_id=organization_id)
        added = session.scalar(row.on_conflict_do_nothing().returning(OrganizationDomain.domain))
        if session.get_one(OrganizationDomain, clean, populate_existing=True).organization_id != organization_id:
            raise Taken(f"{clean} belongs to another organization.", field="domain")
        _settle_claims(clean, organization_id)
        if added is not None:
            _record("add_domain", organization_id, after={"domain": clean})


def remove_domain(*, organization_id: int, domain: str) -> bool:
    """Let a domain prove nothing any more, for who runs the site; members stay. False if the organization has it not.

    Those who run the organization are told.
    """
    with transaction():
        dropped = give_up_domain(organization_id=organization_id, domain=domain)
        if dropped is not None:
            tell_of_domain(DomainDecision.REMOVED, organization_id=organization_id, domain=dropped)
    return dropped is not None


def give_up_domain(*, organization_id: int, domain: str) -> str | None:
    """Let a domain prove nothing any more, and tell nobody; members stay. The domain, or None if the organization has it not."""
    row = OrganizationDomain
    with transaction():
        gone = delete(row).where(row.organization_id == organization_id, row.domain == domain.strip().lower())
        dropped = session.scalar(gone.returning(row.domain), execution_options={"synchronize_session": False})
        if dropped is not None:
            _record("drop_domain", organization_id, before={"domain": dropped})
    return dropped


def domain_of(text: str) -> str:
    """A domain in its one form.

    Raises:
        Invalid: it is no domain, or one where anybody can have an address.
    """
    clean = text.strip().lower().removeprefix("@")
    if not DOMAIN.fullmatch(clean):
        raise Invalid("A domain looks like example.edu.", field="domain")
    if clean in ANYBODYS_MAIL:
        raise Invalid(f"Everybody can have an address at {clean}: it proves no belonging.", field="domain")
    return clean


def mark_verified(*, organization_id: int, verified: bool = True) -> None:
    """Say that an organization is who it says it is, or take that back."""
    with transaction():
        organization = session.get_one(Organization, organization_id)
        before, organization.verified = organization.verified, verified
        session.flush()
        _record("verify", organization_id, before={"verified": before}, after={"verified": verified})


def _settle_claims(domain: str, organization_id: int) -> None:
    """End every claim of a domain that is this organization's now."""
    claims = delete(DomainClaim).where(DomainClaim.domain == domain).returning(DomainClaim.organization_id)
    for claimant in session.scalars(claims, execution_options={"synchronize_session": False}).all():
        answer = DomainDecision.CONFIRMED if claimant == organization_id else DomainDecision.TAKEN
        tell_of_domain(answer, organization_id=claimant, domain=domain)


def _record(act: str, organization_id: int, **changed: dict[str, object]) -> None:
    record(f"organization.{act}", f"organization:{organization_id}", organization_id=organization_id, **changed)


def _new(name: str, slug: str, policy: JoinPolicy, now: datetime) -> dict[str, object]:
    if not SLUG.fullmatch(slug):
        raise Invalid("A slug has 2 to 50 small letters, digits and hyphens, and begins with a letter or digit.", field="slug")
    return {"name": clean_name(name), "slug": slug, "join_policy": policy, "created_at": now}


def _policy(domain: str | None) -> JoinPolicy:
    return JoinPolicy.DOMAIN if domain else JoinPolicy.APPROVAL


def clean_name(name: str) -> str:
    """A name in its one form.

    Raises:
        Invalid: it is empty, too long or cannot be printed.
    """
    cleaned = " ".join(name.split())
    if not cleaned.isprintable() or not 1 <= len(cleaned) <= MAX_NAME:
        raise Invalid(f"A name has 1 to {MAX_NAME} characters.", field="name")
    return cleaned


def _save(organization: Organization, domain: str | None) -> None:
    with transaction():
        if session.scalar(select(Organization.id).where(Organization.slug == organization.slug)) is not None:
            raise Taken(f"There is an organization {organization.slug} already.", field="slug")
        session.add(organization)
        session.flush()
        if domain:
            add_domain(organization_id=organization.id, domain=domain)
        _record("create", organization.id, after={"kind": organization.kind, "slug": organization.slug})
