"""What the people who run an organization do with its members. Each verb looks again, in its transaction, whether she may."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from campus.organizations import queries
from campus.organizations.actions.changes import (
    NotAMember,
    counts,
    held_together,
    put_into,
    record_change,
    relation_changed,
    require_another_owner,
    told,
)
from campus.organizations.actions.decisions import Decision, tell
from campus.organizations.actions.memberships import remove_member
from campus.organizations.models import (
    DepartmentMembership,
    MemberKind,
    MembershipStatus,
    OrganizationMembership,
    Role,
)
from campus.organizations.rights import is_higher, require_grant, running
from campus.platform.db import session, transaction
from campus.platform.errors import Forbidden, Invalid

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

MOST_ANSWERED = 200
_UNSYNCED = {"synchronize_session": False}


class NotByHerself(Forbidden):
    """Nobody gives herself more than she has."""

    title = "Not for yourself"


class NotUnasked(Forbidden):
    """Who has not asked and has no address of the organization is invited, not added."""

    title = "Invite this person instead"

    def __init__(self, *, field: str | None = None) -> None:
        sentence = (
            "Nobody of this name has asked to join, was a member, or has an address of the organization. Send an invitation."
        )
        super().__init__(sentence, field=field)


class Until(Enum):
    """The end of a membership that stays as it is."""

    AS_IT_IS = "as it is"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChange:
    """What shall be different about a membership. `until` is the first moment it does not count any more, or None for no end."""

    role: Role | None = None
    kind: MemberKind | None = None
    department_ids: frozenset[int] | None = None
    until: datetime | Until | None = Until.AS_IT_IS


def change_member(*, viewer_id: int, organization_id: int, user_id: int, change: MemberChange, now: datetime) -> None:
    """Change a membership that counts.

    Raises:
        OrganizationNotFound: the viewer does not run it.
        NotAMember: the person is no active member.
        AboveYou: the person or the role is for owners alone.
        NotByHerself: one does not raise oneself, nor put off one's own end.
        Invalid: a department is another organization's, or `until` is not in the future.
        LastOwner: the organization would be left without an owner.
    """
    with transaction():
        held = held_together(organization_id, (viewer_id, user_id))
        mine, hers = running(held.get(viewer_id), now), held.get(user_id)
        if hers is None or not counts(hers, now):
            raise NotAMember("This person is not a member.")
        _require_right(mine, hers, change, herself=viewer_id == user_id)
        until = _judged(hers, change, now)
        was = _told(hers)
        hers.role, hers.kind, hers.until = change.role or hers.role, change.kind or hers.kind, until
        session.flush()
        if change.department_ids is not None:
            _place(hers, change.department_ids)
        relation_changed(organization_id, user_id)
        if viewer_id != user_id and was["role"] != hers.role:
            tell(Decision.ROLE, organization_id=organization_id, user_id=user_id, role=hers.role)
        record_change("membership.set", hers, before=was, after=_told(hers))


def dismiss(*, viewer_id: int, organization_id: int, user_id: int, now: datetime) -> None:
    """Remove somebody from the organization: from her next request on she sees nothing of it that is private.

    Raises:
        OrganizationNotFound: the viewer does not run it.
        NotAMember: the person has no membership, request or invitation.
        AboveYou: she is an owner, or an admin as the viewer is.
        LastOwner: nobody else owns it.
    """
    with transaction():
        held = held_together(organization_id, (viewer_id, user_id))
        mine, hers = running(held.get(viewer_id), now), held.get(user_id)
        if hers is not None and hers.status is MembershipStatus.ACTIVE:
            require_grant(mine, hers.role)
        remove_member(organization_id=organization_id, user_id=user_id)


def answer_requests(  # noqa: PLR0913 - an answer has these parts
    *,
    viewer_id: int,
    organization_id: int,
    user_ids: Collection[int],
    approve: bool,
    kind: MemberKind | None = None,
    department_ids: frozenset[int] = frozenset(),
    now: datetime,
) -> list[int]:
    """Let people who ask to join in, or turn them down. Returns whose request this answered: not those answered before.

    Raises:
        OrganizationNotFound: the viewer does not run it.
        Invalid: too many at once, or a department is another organization's.
    """
    if len(user_ids) > MOST_ANSWERED:
        raise Invalid(f"Answer up to {MOST_ANSWERED} requests at once.")
    with transaction():
        held = held_together(organization_id, {viewer_id, *user_ids})
        running(held.get(viewer_id), now)
        asking = [held[each] for each in sorted(set(user_ids) & set(held)) if held[each].status is MembershipStatus.PENDING]
        for hers in asking:
            was = _told(hers)
            if approve:
                _let_in(hers, kind, department_ids, now)
            else:
                hers.status, hers.ended_at = MembershipStatus.REJECTED, now
            session.flush()
            relation_changed(organization_id, hers.user_id)
            tell(Decision.ACCEPTED if approve else Decision.REJECTED, organization_id=organization_id, user_id=hers.user_id)
            record_change(f"membership.{'approve' if approve else 'reject'}", hers, before=was, after=_told(hers))
        return [hers.user_id for hers in asking]


def admit(*, viewer_id: int, organization_id: int, user_id: int, kind: MemberKind | None = None, now: datetime) -> None:
    """Make a member of somebody who has asked, was one before, or has a verified address of the organization.

    Whoever is a member already stays as she is.

    Raises:
        OrganizationNotFound: the viewer does not run it.
        NotUnasked: the person has none of these; invite her.
    """
    with transaction():
        held = held_together(organization_id, (viewer_id, user_id))
        running(held.get(viewer_id), now)
        hers = held.get(user_id)
        if hers is not None and counts(hers, now):
            return
        known = hers is not None and hers.status is not MembershipStatus.INVITED
        if not known and not queries.has_address_of(organization_id, user_id):
            raise NotUnasked
        row = insert(OrganizationMembership).values(organization_id=organization_id, user_id=user_id)
        session.execute(row.on_conflict_do_nothing())
        fresh = session.get_one(OrganizationMembership, (organization_id, user_id), populate_existing=True)
        was = told(hers)
        _let_in(fresh, kind, frozenset(), now)
        session.flush()
        relation_changed(organization_id, user_id)
        tell(Decision.ADDED, organization_id=organization_id, user_id=user_id)
        record_change("membership.add", fresh, before=was, after=_told(fresh))


def _require_right(mine: Role, hers: OrganizationMembership, change: MemberChange, *, herself: bool) -> None:
    if not herself:
        require_grant(mine, hers.role, change.role)
        return
    if change.role is not None and is_higher(change.role, hers.role):
        raise NotByHerself("You cannot raise yourself.")
    if change.until is not Until.AS_IT_IS and change.until != hers.until:
        raise NotByHerself("Somebody else has to change the end of your membership.")


def _judged(hers: OrganizationMembership, change: MemberChange, now: datetime) -> datetime | None:
    """The end the membership shall have."""
    until = hers.until if isinstance(change.until, Until) else change.until
    if until is not None and until <= now:
        raise Invalid("The membership's end is not in the future.", field="until")
    if change.role not in {None, Role.OWNER} or (until is not None and until != hers.until):
        require_another_owner(hers)
    return until


def _let_in(hers: OrganizationMembership, kind: MemberKind | None, department_ids: frozenset[int], now: datetime) -> None:
    hers.status, hers.role, hers.since, hers.until = MembershipStatus.ACTIVE, Role.MEMBER, now, None
    hers.kind, hers.ended_at = kind or hers.kind, None
    session.flush()
    _place(hers, department_ids)


def _place(hers: OrganizationMembership, department_ids: frozenset[int]) -> None:
    """Put a member into these departments and no others."""
    there = DepartmentMembership.organization_id == hers.organization_id
    others = delete(DepartmentMembership).where(there, DepartmentMembership.user_id == hers.user_id)
    session.execute(others.where(DepartmentMembership.department_id.not_in(department_ids)), execution_options=_UNSYNCED)
    for department_id in sorted(department_ids):
        put_into(department_id, hers.organization_id, hers.user_id)


def _told(hers: OrganizationMembership) -> dict[str, object]:
    """The membership as the audit log tells it, with its departments."""
    placed = select(DepartmentMembership.department_id).where(
        DepartmentMembership.organization_id == hers.organization_id, DepartmentMembership.user_id == hers.user_id
    )
    return told(hers) | {"departments": list(session.scalars(placed.order_by(DepartmentMembership.department_id)))}
