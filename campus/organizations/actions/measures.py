"""What moderation does to memberships: somebody is put out of an organization, and let in again as she was."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from campus.audit.actions import record
from campus.organizations.actions.changes import relation_changed
from campus.organizations.actions.memberships import remove_member
from campus.organizations.models import (
    Department,
    DepartmentMembership,
    MemberKind,
    MembershipStatus,
    OrganizationMembership,
    Role,
)
from campus.platform.db import session, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    Value = Mapping[str, Any]


def put_out(*, organization_id: int, user_id: int) -> Value:
    """Remove a member, who is told by the letter of the decision alone.

    Returns what she was, for `let_in_again`: status, role, kind, since, until, departments.

    Raises:
        NotAMember: she is none.
        LastOwner: nobody else owns the organization.
    """
    with transaction():
        hers = session.get(OrganizationMembership, (organization_id, user_id), with_for_update=True, populate_existing=True)
        inside = select(DepartmentMembership.department_id).where(
            DepartmentMembership.organization_id == organization_id, DepartmentMembership.user_id == user_id
        )
        before = _told(hers, sorted(session.scalars(inside))) if hers else {}
        remove_member(organization_id=organization_id, user_id=user_id, silently=True)
    return before


def let_in_again(*, organization_id: int, user_id: int, before: Value, ended_at: datetime | None) -> bool:
    """Make somebody what she was whom the removal at `ended_at` put out, even if she has asked to come back since.

    False if others acted meanwhile: she is a member again, was removed anew or rejected; or if she left for good.
    """
    with transaction():
        hers = session.get(OrganizationMembership, (organization_id, user_id), with_for_update=True, populate_existing=True)
        if hers is None or hers.status not in {MembershipStatus.REMOVED, MembershipStatus.PENDING} or hers.ended_at != ended_at:
            return False
        hers.status, hers.role, hers.kind = MembershipStatus(before["status"]), Role(before["role"]), MemberKind(before["kind"])
        hers.since, hers.until, hers.ended_at = datetime.fromisoformat(before["since"]), _moment(before["until"]), None
        session.flush()
        _put_into(organization_id, user_id, before["departments"])
        relation_changed(organization_id, user_id)
        record(
            "membership.restore",
            f"user:{user_id}",
            before={"status": MembershipStatus.REMOVED},
            after=before,
            organization_id=organization_id,
        )
    return True


def _put_into(organization_id: int, user_id: int, departments: list[int]) -> None:
    """Into those of the departments that still are the organization's."""
    still = select(Department.id).where(Department.id.in_(departments), Department.organization_id == organization_id)
    rows = [
        {"department_id": department_id, "user_id": user_id, "organization_id": organization_id}
        for department_id in session.scalars(still)
    ]
    if rows:
        session.execute(insert(DepartmentMembership).values(rows).on_conflict_do_nothing())


def _told(hers: OrganizationMembership, departments: list[int]) -> Value:
    until = hers.until.isoformat() if hers.until else None
    return {
        "status": str(hers.status),
        "role": str(hers.role),
        "kind": str(hers.kind),
        "since": hers.since.isoformat(),
        "until": until,
        "departments": departments,
    }


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
