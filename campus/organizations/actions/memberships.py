"""Who belongs to an organization, and until when.

Every change of a membership counts up the person's `permission_version` and records `sync_source`, the job that brings her feed
entries from this organization up to date: both in the transaction of the change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from campus.accounts.actions import bump_permissions
from campus.accounts.models import User
from campus.audit.actions import record
from campus.organizations import queries
from campus.organizations.actions.decisions import Decision, tell
from campus.organizations.models import (
    Department,
    DepartmentMembership,
    JoinPolicy,
    MemberKind,
    MembershipStatus,
    Organization,
    OrganizationMembership,
    Role,
)
from campus.platform import outbox
from campus.platform.db import session, transaction
from campus.platform.errors import Conflict, Forbidden, Invalid, NotFound

if TYPE_CHECKING:
    from datetime import datetime

EXPIRY_BATCH = 500
OVER = frozenset({MembershipStatus.REMOVED, MembershipStatus.REJECTED})
_UNSYNCED = {"synchronize_session": False}


class JoiningRefused(Forbidden):
    """The organization's join policy does not let this person in."""

    title = "You cannot join by yourself"


class LastOwner(Conflict):
    """An organization keeps at least one owner."""

    title = "The last owner stays"

    def __init__(self) -> None:
        super().__init__("This person is the last owner. Make somebody else an owner first.")


class NotAMember(NotFound):
    """The person is not a member of this organization."""

    title = "Not a member"


def join(*, viewer_id: int, organization_id: int, now: datetime) -> MembershipStatus:
    """Become a member, or ask to; joining twice is joining once. Returns ACTIVE or PENDING.

    An invitation is accepted whatever the policy. Whoever was removed or rejected, or whose time has passed, waits for approval
    where others walk in: otherwise removing somebody from an open organization would mean nothing.

    Raises:
        OrganizationNotFound: there is none.
        JoiningRefused: the organization is closed, or she has no verified address of its domains.
    """
    with transaction():
        organization = session.get(Organization, organization_id)
        if organization is None:
            raise queries.OrganizationNotFound
        before = _locked(organization_id, viewer_id)
        if before is not None and _waits_or_counts(before, now):
            return before.status
        after = MembershipStatus.ACTIVE if _invited(before) else _admitted(organization, viewer_id, known=before is not None)
        values = {"role": Role.MEMBER, "status": after, "since": now, "until": None}
        if before is not None and _invited(before):
            values = {"status": after, "since": now}
        row = insert(OrganizationMembership).values(organization_id=organization_id, user_id=viewer_id, **values)
        session.execute(row.on_conflict_do_update(index_elements=["organization_id", "user_id"], set_=values))
        _relation_changed(organization_id, viewer_id)
        return after


def leave(*, viewer_id: int, organization_id: int) -> None:
    """End one's membership, request or invitation, departments included; not being a member is no error.

    The row goes, so that one may come back. A row that says removed or rejected stays: leaving does not wipe it out.

    Raises:
        LastOwner: nobody else owns the organization.
    """
    with transaction():
        mine = _locked(organization_id, viewer_id)
        if mine is None or mine.status in OVER:
            return
        _require_another_owner(mine)
        pair = (OrganizationMembership.organization_id == organization_id, OrganizationMembership.user_id == viewer_id)
        session.execute(delete(OrganizationMembership).where(*pair), execution_options=_UNSYNCED)  # departments cascade
        session.expunge(mine)
        _relation_changed(organization_id, viewer_id)


def add_member(  # noqa: PLR0913 - a membership has these parts
    *,
    organization_id: int,
    user_id: int,
    role: Role | None = None,
    kind: MemberKind | None = None,
    department_id: int | None = None,
    until: datetime | None = None,
    now: datetime,
) -> OrganizationMembership:
    """Make somebody an active member, or change her membership; what is not given stays as it is.

    A new membership, or one that had ended, begins as a member's without end.

    Raises:
        NotFound: no such organization or person.
        Invalid: the department is another organization's, or `until` is not in the future.
        LastOwner: the change would leave the organization without an owner.
    """
    if until is not None and until <= now:
        raise Invalid("The membership's end is not in the future.", field="until")
    with transaction():
        _require_both(organization_id, user_id)
        before = _locked(organization_id, user_id)
        was = _told(before)
        values: dict[str, object] = {"status": MembershipStatus.ACTIVE}
        if before is None or not _counts(before, now):
            values |= {"role": Role.MEMBER, "since": now, "until": None}
        elif role not in {None, Role.OWNER}:
            _require_another_owner(before)
        values |= {name: value for name, value in (("role", role), ("kind", kind), ("until", until)) if value is not None}
        row = insert(OrganizationMembership).values(organization_id=organization_id, user_id=user_id, **values)
        session.execute(row.on_conflict_do_update(index_elements=["organization_id", "user_id"], set_=values))
        if department_id is not None:
            _put_into(department_id, organization_id, user_id)
        _relation_changed(organization_id, user_id)
        now_is = session.get_one(OrganizationMembership, (organization_id, user_id), populate_existing=True)
        _tell_her(was, now_is, counted=before is not None and "since" not in values)
        _record("membership.set", now_is, before=was, after=_told(now_is))
        return now_is


def remove_member(*, organization_id: int, user_id: int) -> None:
    """End somebody's membership; role and departments go with it, so that coming back brings no old rights back.

    Raises:
        NotAMember: the person has no active membership, request or invitation.
        LastOwner: nobody else owns the organization.
    """
    with transaction():
        hers = _locked(organization_id, user_id)
        if hers is None or hers.status in OVER:
            raise NotAMember("This person is not a member.")
        _require_another_owner(hers)
        was = _told(hers)
        _end([(organization_id, user_id)])
        asked = hers.status is MembershipStatus.PENDING
        tell(Decision.REJECTED if asked else Decision.REMOVED, organization_id=organization_id, user_id=user_id)
        session.expire(hers)
        _record("membership.remove", hers, before=was, after={})


def expire_memberships(now: datetime) -> int:
    """End the memberships whose time has passed, in batches of a transaction each. Returns how many.

    `active()` has not counted them since that moment; this makes the rows say so, and tidies the feeds.
    """
    ended = 0
    due = (
        select(OrganizationMembership.organization_id, OrganizationMembership.user_id)
        .where(OrganizationMembership.status == MembershipStatus.ACTIVE, OrganizationMembership.until <= now)
        .order_by(OrganizationMembership.until)
        .limit(EXPIRY_BATCH)
        .with_for_update(skip_locked=True)
    )
    while True:
        with transaction():
            pairs = [(row.organization_id, row.user_id) for row in session.execute(due)]
            _end(pairs)
        ended += len(pairs)
        if len(pairs) < EXPIRY_BATCH:
            return ended


def _told(row: OrganizationMembership | None) -> dict[str, object]:
    """A membership as the audit log tells it."""
    return {} if row is None else {"role": row.role, "status": row.status, "kind": row.kind, "until": row.until}


def _tell_her(was: dict[str, object], row: OrganizationMembership, *, counted: bool) -> None:
    """Have her told what became of her membership, where it is news to her."""
    if counted and was["role"] == row.role:
        return
    begins = Decision.ACCEPTED if was.get("status") is MembershipStatus.PENDING else Decision.ADDED
    decision = Decision.ROLE if counted else begins
    tell(decision, organization_id=row.organization_id, user_id=row.user_id, role=row.role)


def _record(act: str, row: OrganizationMembership, *, before: dict[str, object], after: dict[str, object]) -> None:
    record(act, f"user:{row.user_id}", before=before, after=after, organization_id=row.organization_id)


def _locked(organization_id: int, user_id: int) -> OrganizationMembership | None:
    """The pair's row, so that nobody else changes it until the transaction ends."""
    return session.get(OrganizationMembership, (organization_id, user_id), with_for_update=True, populate_existing=True)


def _counts(row: OrganizationMembership, now: datetime) -> bool:
    """What `active()` says in SQL, of a row in hand."""
    return row.status is MembershipStatus.ACTIVE and (row.until is None or row.until > now)


def _waits_or_counts(row: OrganizationMembership, now: datetime) -> bool:
    return row.status is MembershipStatus.PENDING or _counts(row, now)


def _invited(row: OrganizationMembership | None) -> bool:
    return row is not None and row.status is MembershipStatus.INVITED


def _admitted(organization: Organization, user_id: int, *, known: bool) -> MembershipStatus:
    """What the join policy makes of somebody new, or of somebody `known` from a membership that ended."""
    if organization.join_policy is JoinPolicy.CLOSED:
        raise JoiningRefused(f"{organization.name} takes members by invitation only.")
    if organization.join_policy is JoinPolicy.DOMAIN and not queries.has_address_of(organization.id, user_id):
        domains = " or ".join(queries.domains_of(organization.id))
        raise JoiningRefused(f"To join {organization.name}, verify an address at {domains}." if domains else "")
    walks_in = organization.join_policy is not JoinPolicy.APPROVAL and not known
    return MembershipStatus.ACTIVE if walks_in else MembershipStatus.PENDING


def _require_both(organization_id: int, user_id: int) -> None:
    if session.get(Organization, organization_id) is None:
        raise queries.OrganizationNotFound
    if session.get(User, user_id) is None:
        raise NotFound("There is no such person.")


def _require_another_owner(row: OrganizationMembership) -> None:
    """Hold the organization while counting: of two owners who leave at once, one is the last."""
    if row.role is not Role.OWNER or row.status is not MembershipStatus.ACTIVE:
        return
    held = select(Organization.id).where(Organization.id == row.organization_id).with_for_update(key_share=True)
    session.execute(held)
    others = select(func.count()).where(
        OrganizationMembership.organization_id == row.organization_id,
        OrganizationMembership.user_id != row.user_id,
        OrganizationMembership.role == Role.OWNER,
        queries.active(),
    )
    if not session.scalar(others):
        raise LastOwner


def _put_into(department_id: int, organization_id: int, user_id: int) -> None:
    here = select(Department.id).where(Department.id == department_id, Department.organization_id == organization_id)
    if session.scalar(here) is None:
        raise Invalid("The department belongs to another organization.", field="department")
    row = insert(DepartmentMembership).values(department_id=department_id, user_id=user_id, organization_id=organization_id)
    session.execute(row.on_conflict_do_nothing())


def _end(pairs: list[tuple[int, int]]) -> None:
    """Mark these memberships (organization, person) as ended, in the open transaction."""
    departments = tuple_(DepartmentMembership.organization_id, DepartmentMembership.user_id).in_(pairs)
    memberships = tuple_(OrganizationMembership.organization_id, OrganizationMembership.user_id).in_(pairs)
    session.execute(delete(DepartmentMembership).where(departments), execution_options=_UNSYNCED)
    over = update(OrganizationMembership).values(status=MembershipStatus.REMOVED, role=Role.MEMBER)
    session.execute(over.where(memberships), execution_options=_UNSYNCED)
    if pairs:
        bump_permissions(*{user_id for _, user_id in pairs})
    for organization_id, user_id in pairs:
        _sync(organization_id, user_id)


def _relation_changed(organization_id: int, user_id: int) -> None:
    bump_permissions(user_id)
    _sync(organization_id, user_id)


def _sync(organization_id: int, user_id: int) -> None:
    payload = {"user_id": user_id, "organization_id": organization_id}
    outbox.record("sync_source", f"{user_id}:o{organization_id}", payload)
