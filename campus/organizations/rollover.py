"""The end of a term, before it comes: who leaves, and what is left without somebody to look after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import aliased

from campus.accounts.models import User
from campus.organizations.models import (
    Department,
    DepartmentMembership,
    Invitation,
    MembershipStatus,
    Organization,
    OrganizationMembership,
    Role,
)
from campus.organizations.terms import last_day
from campus.platform.db import session

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import ColumnElement


@dataclass(frozen=True, slots=True)
class Leaving:
    """A membership that ends."""

    organization: str
    handle: str
    role: Role
    last_day: date


@dataclass(frozen=True, slots=True)
class Dying:
    """An invitation that lets nobody in any more."""

    organization: str
    id: int
    address: str | None


@dataclass(frozen=True, slots=True)
class Rollover:
    """What a moment ends. Organizations and departments are those that have somebody with a role now, and then nobody."""

    leaving: list[Leaving]
    without_owner: list[str]
    departments_without_staff: list[str]
    invitations: list[Dying]


def report(moment: datetime, *, organization_id: int | None = None) -> Rollover:
    """What will be over at a moment, on the whole site or in one organization. Four statements, whatever there is."""
    here = () if organization_id is None else (Organization.id == organization_id,)
    return Rollover(_leaving(moment, here), _without_owner(moment, here), _departments(moment, here), _dying(moment, here))


def _leaving(moment: datetime, here: tuple[ColumnElement[bool], ...]) -> list[Leaving]:
    row = OrganizationMembership
    rows = (
        select(Organization.slug, User.handle, row.role, row.until)
        .select_from(row)
        .join(Organization, Organization.id == row.organization_id)
        .join(User, User.id == row.user_id)
        .where(row.status == MembershipStatus.ACTIVE, row.until <= moment, *here)
        .order_by(Organization.slug, row.until, User.handle)
    )
    return [Leaving(slug, handle, role, last_day(until)) for slug, handle, role, until in session.execute(rows) if until]


def _without_owner(moment: datetime, here: tuple[ColumnElement[bool], ...]) -> list[str]:
    owned, stays = aliased(OrganizationMembership), aliased(OrganizationMembership)
    now_owned = exists().where(owned.organization_id == Organization.id, owned.role == Role.OWNER, _not_ended(owned))
    then_owned = exists().where(stays.organization_id == Organization.id, stays.role == Role.OWNER, _counts_at(moment, stays))
    rows = select(Organization.slug).where(now_owned.correlate(Organization), ~then_owned.correlate(Organization), *here)
    return list(session.scalars(rows.order_by(Organization.slug)))


def _departments(moment: datetime, here: tuple[ColumnElement[bool], ...]) -> list[str]:
    now_there, then_there = aliased(OrganizationMembership), aliased(OrganizationMembership)
    rows = (
        select(Organization.slug, Department.slug)
        .join(Organization, Organization.id == Department.organization_id)
        .where(_staffed(now_there, _not_ended(now_there)), ~_staffed(then_there, _counts_at(moment, then_there)), *here)
        .order_by(Organization.slug, Department.slug)
    )
    return [f"{slug}/{department}" for slug, department in session.execute(rows)]


def _staffed(membership: Any, counts: ColumnElement[bool]) -> ColumnElement[bool]:
    """A member of the department has a role above member."""
    placed = aliased(DepartmentMembership)
    return (
        exists()
        .where(
            placed.department_id == Department.id,
            membership.organization_id == placed.organization_id,
            membership.user_id == placed.user_id,
            membership.role != Role.MEMBER,
            counts,
        )
        .correlate(Department)
    )


def _dying(moment: datetime, here: tuple[ColumnElement[bool], ...]) -> list[Dying]:
    sender = aliased(OrganizationMembership)
    leaves = exists().where(
        sender.organization_id == Invitation.organization_id, sender.user_id == Invitation.inviter_id, sender.until <= moment
    )
    rows = (
        select(Organization.slug, Invitation.id, Invitation.address)
        .join(Organization, Organization.id == Invitation.organization_id)
        .where(
            Invitation.revoked_at.is_(None),
            Invitation.uses_left > 0,
            or_(Invitation.expires_at <= moment, leaves.correlate(Invitation)),
            *here,
        )
        .order_by(Organization.slug, Invitation.id)
    )
    return [Dying(*row) for row in session.execute(rows)]


def _not_ended(membership: Any) -> ColumnElement[bool]:
    """Nobody has ended it yet, though its time may have passed: the report of what has passed names what it leaves behind."""
    counts: ColumnElement[bool] = membership.status == MembershipStatus.ACTIVE
    return counts


def _counts_at(moment: datetime, membership: Any) -> ColumnElement[bool]:
    return and_(membership.status == MembershipStatus.ACTIVE, or_(membership.until.is_(None), membership.until > moment))
