"""Named reads of organizations and memberships."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from campus.accounts.models import EmailAddress, User
from campus.organizations.models import (
    Department,
    DepartmentMembership,
    DomainClaim,
    JoinPolicy,
    MembershipStatus,
    Organization,
    OrganizationDomain,
    OrganizationMembership,
    PostingPause,
    Role,
)
from campus.organizations.places import DepartmentPlace, Listed, Member, Membership, PostingPlace
from campus.platform.db import session
from campus.platform.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, ScalarSelect, Select

BYLINE = (
    Organization.id,
    Organization.slug,
    Organization.name,
    Organization.kind,
    Organization.verified,
    Organization.logo_token,
)
"""What stands wherever an organization is named; the views of one begin with these fields."""


class OrganizationNotFound(NotFound):
    """No organization has this address."""

    title = "There is no such organization"


class DepartmentNotFound(NotFound):
    """The university has no such department."""

    title = "There is no such department"


def active(membership: type[OrganizationMembership] = OrganizationMembership) -> ColumnElement[bool]:
    """A membership (or an alias of the table) counts: its status is active and its `until` has not passed."""
    return and_(
        membership.status == MembershipStatus.ACTIVE,
        or_(membership.until.is_(None), membership.until > func.now()),
    )


def by_slug(slug: str) -> Organization:
    """The organization with this slug.

    Raises:
        OrganizationNotFound: there is none.
    """
    found = session.scalar(select(Organization).where(Organization.slug == slug)) if "\0" not in slug else None
    if found is None:
        raise OrganizationNotFound
    return found


def department_by_slug(organization_id: int, slug: str) -> Department:
    """The department of this university with this slug.

    Raises:
        DepartmentNotFound: there is none.
    """
    wanted = select(Department).where(Department.organization_id == organization_id, Department.slug == slug)
    found = session.scalar(wanted) if "\0" not in slug else None
    if found is None:
        raise DepartmentNotFound
    return found


def membership(organization_id: int, user_id: int) -> OrganizationMembership | None:
    """The row of this pair in whatever status; whether it counts, `active()` says."""
    return session.get(OrganizationMembership, (organization_id, user_id), populate_existing=True)


def role_in(organization_id: int, user_id: int) -> Role | None:
    """Her role while her membership counts, else None."""
    return session.scalar(
        select(OrganizationMembership.role).where(
            OrganizationMembership.organization_id == organization_id, OrganizationMembership.user_id == user_id, active()
        )
    )


def memberships_of(user_id: int) -> list[Membership]:
    """A person's active memberships, by the organization's name."""
    return [Membership(*row) for row in session.execute(_memberships(user_id))]


def departments_of(organization_id: int) -> list[DepartmentPlace]:
    """The departments of a university, by name."""
    rows = select(Department.id, Department.slug, Department.name).where(Department.organization_id == organization_id)
    return [DepartmentPlace(*row) for row in session.execute(rows.order_by(Department.name, Department.id))]


def may_post_in(user_id: int) -> list[PostingPlace]:
    """Where a person may post, by name: her organizations with her departments in each, paused ones too. Two statements."""
    joined = select(Department.organization_id, Department.id, Department.slug, Department.name).join(
        DepartmentMembership, DepartmentMembership.department_id == Department.id
    )
    mine: dict[int, list[DepartmentPlace]] = {}
    hers = joined.where(DepartmentMembership.user_id == user_id).order_by(Department.name, Department.id)
    for organization_id, department_id, slug, name in session.execute(hers):
        mine.setdefault(organization_id, []).append(DepartmentPlace(department_id, slug, name))
    paused = and_(
        PostingPause.organization_id == Organization.id, PostingPause.user_id == user_id, PostingPause.until > func.now()
    )
    rows = session.execute(_memberships(user_id).add_columns(PostingPause.until).outerjoin(PostingPause, paused))
    places = [(Membership(*row[:-1]), row[-1]) for row in rows]
    return [PostingPlace(found, tuple(mine.get(found.organization_id, ())), until) for found, until in places]


def members_page(
    organization_id: int,
    after: int | None = None,
    limit: int = 30,
    *,
    department_id: int | None = None,
    conditions: Sequence[ColumnElement[bool]] = (),
) -> tuple[list[Member], int | None]:
    """Up to `limit` active members by name, those after the person with id `after`, and the id to go on after, if there are more.

    People who are suspended are left out. `conditions` on `User` leave out more: rooms above know about blocks.
    """
    rows = (
        select(
            User.id,
            User.handle,
            User.name,
            User.avatar_token,
            OrganizationMembership.role,
            OrganizationMembership.kind,
        )
        .join(User, User.id == OrganizationMembership.user_id)
        .where(OrganizationMembership.organization_id == organization_id, active(), User.present, *conditions)
        .order_by(func.lower(User.name), User.id)
        .limit(limit + 1)
    )
    if department_id is not None:
        inside = select(DepartmentMembership.user_id).where(DepartmentMembership.department_id == department_id)
        rows = rows.where(User.id.in_(inside))
    if after is not None:
        rows = rows.where(tuple_(func.lower(User.name), User.id) > _name_of(after))
    found = [Member(*row) for row in session.execute(rows)]
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def member_count(organization_id: int) -> int:
    """How many active members there are."""
    mine = select(func.count()).where(OrganizationMembership.organization_id == organization_id, active())
    return session.scalar(mine) or 0


def verified_count() -> int:
    """How many organizations the site has verified."""
    return session.scalar(select(func.count()).where(Organization.verified)) or 0


def listing(after: tuple[int, int] | None = None, limit: int = 20) -> tuple[list[Listed], tuple[int, int] | None]:
    """Up to `limit` organizations, those with the most active members first, and the key (members, id) to go on after, if any."""
    counted = _listed().subquery()
    rows = select(counted).order_by(counted.c.member_count.desc(), counted.c.id).limit(limit + 1)
    if after is not None:
        rows = rows.where(tuple_(-counted.c.member_count, counted.c.id) > tuple_(-after[0], after[1]))
    found = [Listed(*row) for row in session.execute(rows)]
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], (last.member_count, last.id) if last else None


def listed(ids: Sequence[int]) -> list[Listed]:
    """These organizations, in the order of `ids`."""
    found = {row[0]: Listed(*row) for row in session.execute(_listed().where(Organization.id.in_(ids)))} if ids else {}
    return [found[organization_id] for organization_id in ids if organization_id in found]


def suggestions(user_id: int, limit: int = 3) -> list[Listed]:
    """Organizations she could join: those her verified addresses belong to first, then those with the most members."""
    known = select(OrganizationMembership.organization_id).where(OrganizationMembership.user_id == user_id)
    hers = select(OrganizationDomain.organization_id).where(OrganizationDomain.domain.in_(_domains(user_id)))
    counted = _listed().where(Organization.join_policy != JoinPolicy.CLOSED, Organization.id.not_in(known)).subquery()
    first = case((counted.c.id.in_(hers), 0), else_=1)
    rows = select(counted).order_by(first, counted.c.member_count.desc(), counted.c.id).limit(limit)
    return [Listed(*row) for row in session.execute(rows)]


def has_address_of(organization_id: int, user_id: int) -> bool:
    """One of her verified addresses is at one of the organization's domains."""
    mine = select(OrganizationDomain.domain).where(
        OrganizationDomain.organization_id == organization_id, OrganizationDomain.domain.in_(_domains(user_id))
    )
    return session.scalar(mine.limit(1)) is not None


def has_address_at(domain: str, user_id: int) -> bool:
    """One of her verified addresses is at this domain (lower case)."""
    return session.scalar(select(literal(domain).in_(_domains(user_id)))) is True


def knows_domain(domain: str) -> bool:
    """Whether an organization owns this e-mail domain."""
    return session.get(OrganizationDomain, domain) is not None


def domains_of(organization_id: int) -> list[str]:
    """The e-mail domains that prove belonging to it."""
    mine = select(OrganizationDomain.domain).where(OrganizationDomain.organization_id == organization_id)
    return list(session.scalars(mine.order_by(OrganizationDomain.domain)))


def claims_of(organization_id: int) -> list[str]:
    """The domains it says are its own, which wait for the site's administrators."""
    mine = select(DomainClaim.domain).where(DomainClaim.organization_id == organization_id)
    return list(session.scalars(mine.order_by(DomainClaim.domain)))


def _domains(user_id: int) -> Select[tuple[str]]:
    return select(func.split_part(EmailAddress.address, "@", 2)).where(
        EmailAddress.user_id == user_id, EmailAddress.verified_at.is_not(None)
    )


def _listed() -> Select[*tuple[Any, ...]]:
    """Organizations in the order of `Listed`'s fields."""
    counted = aliased(OrganizationMembership)
    number: ScalarSelect[int] = (
        select(func.count()).where(counted.organization_id == Organization.id, active(counted)).scalar_subquery()
    )
    return select(
        *BYLINE,
        Organization.place,
        Organization.join_policy,
        number.label("member_count"),
    )


def _memberships(user_id: int) -> Select[*tuple[Any, ...]]:
    """A person's active memberships in the order of `Membership`'s fields."""
    return (
        select(
            *BYLINE,
            OrganizationMembership.role,
            OrganizationMembership.kind,
            OrganizationMembership.until,
            Organization.default_audience,
        )
        .join(Organization, Organization.id == OrganizationMembership.organization_id)
        .where(OrganizationMembership.user_id == user_id, active())
        .order_by(func.lower(Organization.name), Organization.id)
    )


def _name_of(user_id: int) -> ColumnElement[Any]:
    """The key of a person in the order by name."""
    person = aliased(User)
    name = select(func.lower(person.name)).where(person.id == user_id).scalar_subquery()
    return tuple_(name, literal(user_id))
