"""Who belongs to an organization, and until when: what people do for themselves, and what operators do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from campus.accounts.models import User
from campus.organizations import queries
from campus.organizations.actions.changes import (
    NotAMember,
    counts,
    end,
    ended,
    locked,
    put_into,
    record_change,
    relation_changed,
    require_another_owner,
    told,
)
from campus.organizations.actions.decisions import Decision, tell
from campus.organizations.models import (
    JoinPolicy,
    MemberKind,
    MembershipStatus,
    Organization,
    OrganizationMembership,
    Role,
)
from campus.platform.db import session, transaction
from campus.platform.errors import Forbidden, Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

EXPIRY_BATCH = 500
OVER = frozenset({MembershipStatus.REMOVED, MembershipStatus.REJECTED})
_UNSYNCED = {"synchronize_session": False}


class JoiningRefused(Forbidden):
    """The organization's join policy does not let this person in."""

    title = "You cannot join by yourself"


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
        before = locked(organization_id, viewer_id)
        if before is not None and _waits_or_counts(before, now):
            return before.status
        after = MembershipStatus.ACTIVE if _invited(before) else _admitted(organization, viewer_id, known=before is not None)
        over = None if after is MembershipStatus.ACTIVE else ended(before)
        values = {"role": Role.MEMBER, "status": after, "since": now, "until": None, "ended_at": over}
        if before is not None and _invited(before):
            values = {"status": after, "since": now}
        row = insert(OrganizationMembership).values(organization_id=organization_id, user_id=viewer_id, **values)
        session.execute(row.on_conflict_do_update(index_elements=["organization_id", "user_id"], set_=values))
        relation_changed(organization_id, viewer_id)
        return after


def leave(*, viewer_id: int, organization_id: int) -> None:
    """End one's membership, request or invitation, departments included; not being a member is no error.

    The row goes, so that one may come back. A row that says removed or rejected stays, and is that again when somebody who was
    takes her new request back: leaving does not wipe it out.

    Raises:
        LastOwner: nobody else owns the organization.
    """
    with transaction():
        mine = locked(organization_id, viewer_id)
        if mine is None or mine.status in OVER:
            return
        require_another_owner(mine)
        if mine.status is MembershipStatus.PENDING and mine.ended_at is not None:
            mine.status = MembershipStatus.REMOVED
            session.flush()
            relation_changed(organization_id, viewer_id)
            return
        pair = (OrganizationMembership.organization_id == organization_id, OrganizationMembership.user_id == viewer_id)
        session.execute(delete(OrganizationMembership).where(*pair), execution_options=_UNSYNCED)  # departments cascade
        session.expunge(mine)
        relation_changed(organization_id, viewer_id)


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
        before = locked(organization_id, user_id)
        was = told(before)
        values: dict[str, object] = {"status": MembershipStatus.ACTIVE}
        if before is None or not counts(before, now):
            values |= {"role": Role.MEMBER, "since": now, "until": None, "ended_at": None}
        elif role not in {None, Role.OWNER} or until is not None:
            require_another_owner(before)
        values |= {name: value for name, value in (("role", role), ("kind", kind), ("until", until)) if value is not None}
        row = insert(OrganizationMembership).values(organization_id=organization_id, user_id=user_id, **values)
        session.execute(row.on_conflict_do_update(index_elements=["organization_id", "user_id"], set_=values))
        if department_id is not None:
            put_into(department_id, organization_id, user_id)
        relation_changed(organization_id, user_id)
        now_is = session.get_one(OrganizationMembership, (organization_id, user_id), populate_existing=True)
        _tell_her(was, now_is, counted=before is not None and "since" not in values)
        record_change("membership.set", now_is, before=was, after=told(now_is))
        return now_is


def remove_member(*, organization_id: int, user_id: int, silently: bool = False) -> None:
    """End somebody's membership; role and departments go with it, so that coming back brings no old rights back.

    She is told, unless it happens `silently`: whoever calls tells her more than that.

    Raises:
        NotAMember: the person has no active membership, request or invitation.
        LastOwner: nobody else owns the organization.
    """
    with transaction():
        hers = locked(organization_id, user_id)
        if hers is None or hers.status in OVER:
            raise NotAMember("This person is not a member.")
        require_another_owner(hers)
        was = told(hers)
        end([(organization_id, user_id)])
        if not silently:
            asked = hers.status is MembershipStatus.PENDING
            tell(Decision.REJECTED if asked else Decision.REMOVED, organization_id=organization_id, user_id=user_id)
        session.expire(hers)
        record_change("membership.remove", hers, before=was, after={})


def expire_memberships(now: datetime, *, organization_id: int | None = None, progress: Callable[[int], object] = bool) -> int:
    """End the memberships whose time has passed, everywhere or in one organization, in batches of a transaction each.

    Returns how many.

    `progress` is told after each batch how many it was.

    `active()` has not counted them since that moment; this makes the rows say so, and tidies the feeds.
    """
    ended = 0
    here = () if organization_id is None else (OrganizationMembership.organization_id == organization_id,)
    due = (
        select(OrganizationMembership.organization_id, OrganizationMembership.user_id)
        .where(OrganizationMembership.status == MembershipStatus.ACTIVE, OrganizationMembership.until <= now, *here)
        .order_by(OrganizationMembership.until)
        .limit(EXPIRY_BATCH)
        .with_for_update(skip_locked=True)
    )
    while True:
        with transaction():
            pairs = [(row.organization_id, row.user_id) for row in session.execute(due)]
            end(pairs)
        ended += len(pairs)
        progress(len(pairs))
        if len(pairs) < EXPIRY_BATCH:
            return ended


def _tell_her(was: dict[str, object], row: OrganizationMembership, *, counted: bool) -> None:
    """Have her told what became of her membership, where it is news to her."""
    if counted and was["role"] == row.role:
        return
    begins = Decision.ACCEPTED if was.get("status") is MembershipStatus.PENDING else Decision.ADDED
    decision = Decision.ROLE if counted else begins
    tell(decision, organization_id=row.organization_id, user_id=row.user_id, role=row.role)


def due_memberships(now: datetime) -> int:
    """How many memberships `expire_memberships` would end."""
    row = OrganizationMembership
    due = select(func.count()).select_from(row).where(row.status == MembershipStatus.ACTIVE, row.until <= now)
    return session.scalar(due) or 0


def _waits_or_counts(row: OrganizationMembership, now: datetime) -> bool:
    return row.status is MembershipStatus.PENDING or counts(row, now)


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
