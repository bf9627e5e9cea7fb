"""Named reads of organizations for administrators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Text, bindparam, exists, func, select, tuple_
from sqlalchemy.dialects.postgresql import TSQUERY

from campus.accounts.models import EmailAddress, User
from campus.organizations import queries as organizations
from campus.organizations.models import DomainClaim, Organization, OrganizationMembership, Role
from campus.organizations.queries import BYLINE, active
from campus.platform.db import session
from campus.posts.models import Post
from campus.search.models import ORGANIZATION_WORDS

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence
    from datetime import datetime

PAGE = 30
MOST_STAFF = 100
ONLY = ("unverified", "claims")  # not verified; with a domain to confirm
RANK = [Role.OWNER, Role.ADMIN, Role.MODERATOR, Role.EDITOR]


@dataclass(frozen=True, slots=True)
class Row:
    """An organization in a list."""

    id: int
    slug: str
    name: str
    kind: str
    verified: bool
    logo_token: uuid.UUID | None
    members: int


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who runs an organization, or a part of it."""

    handle: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Claim:
    """A domain that waits to be confirmed. `holders` have a confirmed address there; the claimant may be gone."""

    domain: str
    claimed_at: datetime
    handle: str | None
    name: str | None
    holders: int


@dataclass(frozen=True, slots=True)
class Whole:
    """An organization as administrators look at it."""

    organization: Organization
    domains: Sequence[str]
    claims: Sequence[Claim]
    staff: Sequence[Officer]
    members: int
    posts: int


def listing(words: str = "", *, only: str = "", after: str = "", limit: int = PAGE) -> tuple[list[Row], str | None]:
    """Organizations by name, those after the one with the slug `after`; and the slug to go on after, if any. One statement.

    `only` is one of `ONLY`, or empty for all.
    """
    members = select(func.count()).where(OrganizationMembership.organization_id == Organization.id, active()).scalar_subquery()
    name = func.lower(Organization.name)
    rows = select(*BYLINE, members)
    if only == "unverified":
        rows = rows.where(Organization.verified.is_(False))
    if only == "claims":
        rows = rows.where(exists().where(DomainClaim.organization_id == Organization.id))
    if words.strip():
        query = func.search_query(bindparam("words", words.strip(), type_=Text), type_=TSQUERY)
        rows = rows.where(ORGANIZATION_WORDS.bool_op("@@")(query))
    if after:
        last = select(func.lower(Organization.name)).where(Organization.slug == after).scalar_subquery()
        rows = rows.where(tuple_(name, Organization.slug) > tuple_(last, bindparam("after", after)))
    found = [Row(*row) for row in session.execute(rows.order_by(name, Organization.slug).limit(limit + 1))]
    return found[:limit], found[limit - 1].slug if len(found) > limit else None


def whole(slug: str) -> Whole:
    """One organization with what is decided by. Six statements.

    Raises:
        OrganizationNotFound: none has this slug.
    """
    organization = organizations.by_slug(slug)
    posts = select(func.count()).where(Post.organization_id == organization.id)
    return Whole(
        organization=organization,
        domains=organizations.domains_of(organization.id),
        claims=_claims(organization.id),
        staff=_staff(organization.id),
        members=organizations.member_count(organization.id),
        posts=session.scalar(posts) or 0,
    )


def _claims(organization_id: int) -> list[Claim]:
    """Its claims, the oldest first, with how many people have proved an address at the domain."""
    there = func.split_part(EmailAddress.address, "@", 2) == DomainClaim.domain
    holders = select(func.count(EmailAddress.user_id.distinct())).where(there, EmailAddress.verified_at.is_not(None))
    counted = holders.correlate(DomainClaim).scalar_subquery()
    rows = (
        select(DomainClaim.domain, DomainClaim.claimed_at, User.handle, User.name, counted)
        .outerjoin(User, User.id == DomainClaim.claimant_id)
        .where(DomainClaim.organization_id == organization_id)
        .order_by(DomainClaim.claimed_at, DomainClaim.domain)
    )
    return [Claim(*row) for row in session.execute(rows)]


def _staff(organization_id: int) -> list[Officer]:
    """Those who run it, the owners first."""
    membership = OrganizationMembership
    rows = (
        select(User.handle, User.name, membership.role)
        .join(membership, membership.user_id == User.id)
        .where(membership.organization_id == organization_id, membership.role.in_(RANK), active())
        .order_by(func.lower(User.name), User.id)
        .limit(MOST_STAFF)
    )
    return sorted((Officer(*row) for row in session.execute(rows)), key=lambda officer: RANK.index(officer.role))
