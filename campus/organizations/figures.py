"""How many: of people at a domain, of members in departments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, func, select

from campus.accounts.models import EmailAddress
from campus.organizations.models import DepartmentMembership, JoinPolicy, OrganizationMembership
from campus.organizations.queries import active, domains_of
from campus.platform.db import session

if TYPE_CHECKING:
    from campus.organizations.models import Organization


@dataclass(frozen=True, slots=True)
class DomainPreview:
    """Who has a verified address at a domain: how many people, and how many of them are members already."""

    domain: str
    people: int
    members: int


def domain_preview(organization_id: int, domain: str) -> DomainPreview:
    """What a domain would mean for an organization. One statement."""
    there = func.split_part(EmailAddress.address, "@", 2) == domain
    holders = select(EmailAddress.user_id).where(there, EmailAddress.verified_at.is_not(None)).distinct().subquery()
    mine = select(OrganizationMembership.user_id).where(OrganizationMembership.organization_id == organization_id, active())
    counted = select(func.count(), func.count().filter(holders.c.user_id.in_(mine))).select_from(holders)
    people, members = session.execute(counted).one()
    return DomainPreview(domain, people, members)


@dataclass(frozen=True, slots=True)
class DomainEnd:
    """What ends with a domain. So many `members` have a verified address there; `shut`: then nobody joins by herself."""

    domain: str
    members: int
    shut: bool


def domain_end(organization: Organization, domain: str) -> DomainEnd | None:
    """What removing a domain would mean; None if the organization has it not. Two statements."""
    held = domains_of(organization.id)
    if domain not in held:
        return None
    shut = len(held) == 1 and organization.join_policy is JoinPolicy.DOMAIN
    return DomainEnd(domain, domain_preview(organization.id, domain).members, shut)


def department_sizes(organization_id: int) -> dict[int, int]:
    """How many active members each department has, by its id."""
    rows = (
        select(DepartmentMembership.department_id, func.count())
        .join(
            OrganizationMembership,
            and_(
                OrganizationMembership.organization_id == DepartmentMembership.organization_id,
                OrganizationMembership.user_id == DepartmentMembership.user_id,
            ),
        )
        .where(DepartmentMembership.organization_id == organization_id, active())
        .group_by(DepartmentMembership.department_id)
    )
    return {row[0]: row[1] for row in session.execute(rows)}
