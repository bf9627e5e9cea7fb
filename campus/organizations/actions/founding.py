"""Making organizations and departments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from campus.organizations.models import (
    Company,
    Department,
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
ANYBODYS_MAIL = frozenset(
    {
        "aol.com",
        "gmail.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "outlook.com",
        "proton.me",
        "web.de",
        "yahoo.com",
    }
)


class Taken(Conflict):
    """The slug or the domain belongs to another organization already."""

    title = "This is taken already"


def create_university(*, name: str, slug: str, domain: str | None = None, now: datetime) -> University:
    """Make a university; with a domain, whoever has a verified address there may join at once.

    Raises:
        Invalid: name, slug or domain breaks a rule.
        Taken: another organization has the slug or the domain.
    """
    university = University(**_new(name, slug, domain, now))
    _save(university, domain)
    return university


def create_company(*, name: str, slug: str, domain: str | None = None, now: datetime) -> Company:
    """Make a company; otherwise like `create_university`."""
    company = Company(**_new(name, slug, domain, now))
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
        row = insert(Department).values(organization_id=organization_id, slug=slug, name=_name(name))
        department_id = session.scalar(row.on_conflict_do_nothing().returning(Department.id))
        if department_id is None:
            raise Taken(f"There is a department {slug} already.", field="slug")
        return session.get_one(Department, department_id)


def _new(name: str, slug: str, domain: str | None, now: datetime) -> dict[str, object]:
    if not SLUG.fullmatch(slug):
        raise Invalid("A slug has 2 to 50 small letters, digits and hyphens, and begins with a letter or digit.", field="slug")
    policy = JoinPolicy.DOMAIN if domain else JoinPolicy.APPROVAL
    return {"name": _name(name), "slug": slug, "join_policy": policy, "created_at": now}


def _name(name: str) -> str:
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
            _add_domain(organization.id, domain.strip().lower().removeprefix("@"))


def _add_domain(organization_id: int, domain: str) -> None:
    if not DOMAIN.fullmatch(domain):
        raise Invalid("A domain looks like example.edu.", field="domain")
    if domain in ANYBODYS_MAIL:
        raise Invalid(f"Everybody can have an address at {domain}: it proves no belonging.", field="domain")
    row = insert(OrganizationDomain).values(domain=domain, organization_id=organization_id)
    if session.scalar(row.on_conflict_do_nothing().returning(OrganizationDomain.domain)) is None:
        raise Taken(f"{domain} belongs to another organization.", field="domain")
