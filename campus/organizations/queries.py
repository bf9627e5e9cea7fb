"""Named reads of organizations and memberships."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, or_

from campus.organizations.models import MembershipStatus, OrganizationMembership

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


def active(membership: type[OrganizationMembership] = OrganizationMembership) -> ColumnElement[bool]:
    """A membership (or an alias of the table) counts: its status is active and its `until` has not passed."""
    return and_(
        membership.status == MembershipStatus.ACTIVE,
        or_(membership.until.is_(None), membership.until > func.now()),
    )
