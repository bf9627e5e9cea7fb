"""What every change of a membership has in common: the row is held, an owner remains, feeds and caches follow, the log knows.

Every change counts up the person's `permission_version` and records `sync_source`, the job that brings her feed entries from this
organization up to date: both in the transaction of the change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from campus.accounts.actions import bump_permissions
from campus.accounts.models import EmailAddress
from campus.audit.actions import record
from campus.organizations import queries
from campus.organizations.models import (
    Department,
    DepartmentMembership,
    Invitation,
    MembershipStatus,
    Organization,
    OrganizationMembership,
    Role,
)
from campus.platform import outbox
from campus.platform.db import session
from campus.platform.errors import Conflict, Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

_UNSYNCED = {"synchronize_session": False}


class NotAMember(NotFound):
    """The person is not a member of this organization."""

    title = "Not a member"


class LastOwner(Conflict):
    """An organization keeps at least one owner."""

    title = "The last owner stays"

    def __init__(self) -> None:
        super().__init__("This person is the last owner. Make somebody else an owner first.")


def told(row: OrganizationMembership | None) -> dict[str, object]:
    """A membership as the audit log tells it."""
    return {} if row is None else {"role": row.role, "status": row.status, "kind": row.kind, "until": row.until}


def record_change(act: str, row: OrganizationMembership, *, before: dict[str, object], after: dict[str, object]) -> None:
    """Write the change of a membership into the audit log, in its transaction."""
    record(act, f"user:{row.user_id}", before=before, after=after, organization_id=row.organization_id)


def locked(organization_id: int, user_id: int) -> OrganizationMembership | None:
    """The pair's row, so that nobody else changes it until the transaction ends."""
    return session.get(OrganizationMembership, (organization_id, user_id), with_for_update=True, populate_existing=True)


def counts(row: OrganizationMembership, now: datetime) -> bool:
    """What `active()` says in SQL, of a row in hand."""
    return row.status is MembershipStatus.ACTIVE and (row.until is None or row.until > now)


def ended(row: OrganizationMembership | None) -> datetime | None:
    """When somebody who does not count was last put out, turned down or ran out; None if she never was."""
    if row is None:
        return None
    if row.ended_at is not None or row.status in {MembershipStatus.PENDING, MembershipStatus.INVITED}:
        return row.ended_at
    return row.until or row.since


def held_together(organization_id: int, user_ids: Iterable[int]) -> dict[int, OrganizationMembership]:
    """The rows of these people, held as by `locked`: in one order, so that two who act on each other do not wait for ever."""
    row = OrganizationMembership
    wanted = select(row).where(row.organization_id == organization_id, row.user_id.in_(set(user_ids)))
    held = wanted.order_by(row.user_id).with_for_update().execution_options(populate_existing=True)
    return {found.user_id: found for found in session.scalars(held)}


def require_another_owner(row: OrganizationMembership) -> None:
    """Go on only if an owner remains without this one: who stays without end is followed by one who does.

    The organization is held while counting: of two owners who leave at once, one is the last.

    Raises:
        LastOwner: nobody else owns the organization, or only until her own time ends.
    """
    if row.role is not Role.OWNER or row.status is not MembershipStatus.ACTIVE:
        return
    held = select(Organization.id).where(Organization.id == row.organization_id).with_for_update(key_share=True)
    session.execute(held)
    others = select(func.count()).where(
        OrganizationMembership.organization_id == row.organization_id,
        OrganizationMembership.user_id != row.user_id,
        OrganizationMembership.role == Role.OWNER,
        queries.active(),
        or_(literal(row.until is not None), OrganizationMembership.until.is_(None)),
    )
    if not session.scalar(others):
        raise LastOwner


def put_into(department_id: int, organization_id: int, user_id: int) -> None:
    """Make a member one of a department, in the open transaction.

    Raises:
        Invalid: the department is another organization's.
    """
    here = select(Department.id).where(Department.id == department_id, Department.organization_id == organization_id)
    if session.scalar(here) is None:
        raise Invalid("The department belongs to another organization.", field="department")
    row = insert(DepartmentMembership).values(department_id=department_id, user_id=user_id, organization_id=organization_id)
    session.execute(row.on_conflict_do_nothing())


def end(pairs: list[tuple[int, int]]) -> None:
    """Mark these memberships (organization, person) as ended, in the open transaction."""
    departments = tuple_(DepartmentMembership.organization_id, DepartmentMembership.user_id).in_(pairs)
    memberships = tuple_(OrganizationMembership.organization_id, OrganizationMembership.user_id).in_(pairs)
    session.execute(delete(DepartmentMembership).where(departments), execution_options=_UNSYNCED)
    over = update(OrganizationMembership).values(status=MembershipStatus.REMOVED, role=Role.MEMBER, ended_at=func.now())
    session.execute(over.where(memberships), execution_options=_UNSYNCED)
    if pairs:
        _take_back_invitations(pairs)
        bump_permissions(*{user_id for _, user_id in pairs})
    for organization_id, user_id in pairs:
        _sync(organization_id, user_id)


def relations_changed(organization_id: int, user_ids: Sequence[int]) -> None:
    """What these people may see of the organization is another now."""
    if user_ids:
        bump_permissions(*user_ids)
    for user_id in user_ids:
        _sync(organization_id, user_id)


def _take_back_invitations(pairs: list[tuple[int, int]]) -> None:
    """What was mailed to these people earlier brings none of them back."""
    hers = select(EmailAddress.address)
    for organization_id, user_id in pairs:
        mailed = update(Invitation).where(
            Invitation.organization_id == organization_id,
            Invitation.address.in_(hers.where(EmailAddress.user_id == user_id)),
            Invitation.revoked_at.is_(None),
        )
        session.execute(mailed.values(revoked_at=func.now()), execution_options=_UNSYNCED)


def relation_changed(organization_id: int, user_id: int) -> None:
    """What she may see of the organization is another now."""
    bump_permissions(user_id)
    _sync(organization_id, user_id)


def _sync(organization_id: int, user_id: int) -> None:
    payload = {"user_id": user_id, "organization_id": organization_id}
    outbox.record("sync_source", f"{user_id}:o{organization_id}", payload)
