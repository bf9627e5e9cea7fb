"""Who may run an organization, and who may grant whom what.

Owners run everything. Admins run everything but owners and other admins, and grant no role as high as their own. Nobody raises
herself. Whoever does not run an organization does not find its pages of management: they are missing for her.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from campus.organizations import queries
from campus.organizations.models import MembershipStatus, OrganizationMembership, Role
from campus.platform.db import session
from campus.platform.errors import Forbidden

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from campus.organizations.models import Organization

MANAGING = (Role.OWNER, Role.ADMIN)
HEIGHT = {role: height for height, role in enumerate(reversed(Role))}  # a member's is 0


class AboveYou(Forbidden):
    """This person, or this role, is for owners alone."""

    title = "For owners"


@dataclass(frozen=True, slots=True)
class Managed:
    """An organization, and the role by which the viewer runs it."""

    organization: Organization
    role: Role

    @property
    def grantable(self) -> list[Role]:
        """The roles she may give to others, the highest first."""
        return [role for role in Role if may_grant(self.role, role)]

    def may_change(self, role: Role) -> bool:
        """Whether somebody who has this role is hers to change."""
        return may_grant(self.role, role)


def managed(viewer_id: int, slug: str, *, roles: Collection[Role] = MANAGING) -> Managed:
    """The organization, for who has one of `roles` there.

    Raises:
        OrganizationNotFound: there is none, or she has none of the roles: the two are not to be told apart.
    """
    organization = queries.by_slug(slug)
    role = queries.role_in(organization.id, viewer_id)
    if role is None or role not in roles:
        raise queries.OrganizationNotFound
    return Managed(organization, role)


def managers_of(organization_id: int) -> list[int]:
    """Those who run an organization now."""
    row = OrganizationMembership
    mine = select(row.user_id).where(row.organization_id == organization_id, row.role.in_(MANAGING), queries.active())
    return list(session.scalars(mine.order_by(row.user_id)))


def may_grant(mine: Role, role: Role) -> bool:
    """Whether one who has the role `mine` gives and takes `role`: owners every role, admins those below their own."""
    return mine is Role.OWNER or (mine is Role.ADMIN and HEIGHT[role] < HEIGHT[Role.ADMIN])


def is_higher(role: Role, than: Role) -> bool:
    """Whether a role stands above another."""
    return HEIGHT[role] > HEIGHT[than]


def require_grant(mine: Role, *roles: Role | None) -> None:
    """Go on only if one who has the role `mine` gives and takes all of `roles`.

    Raises:
        AboveYou: one of them is above her.
    """
    if not all(role is None or may_grant(mine, role) for role in roles):
        raise AboveYou("Only an owner makes and changes owners and admins.")


def running(row: OrganizationMembership | None, now: datetime) -> Role:
    """The role by which the person of this row, held in the open transaction, runs the organization now.

    Raises:
        OrganizationNotFound: she does not, or no longer.
    """
    counts = row is not None and row.status is MembershipStatus.ACTIVE and (row.until is None or row.until > now)
    if row is None or not counts or row.role not in MANAGING:
        raise queries.OrganizationNotFound
    return row.role
