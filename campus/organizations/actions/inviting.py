"""Inviting people: by a link that several may follow, or by a mail to one address. Why so stands in docs/adr/0013.

Whoever follows a link takes one of its uses, in the transaction in which she joins; a newcomer takes it when she signs up, and
joins when her address is proved. An invitation dies with the rights of who made it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from campus import quotas
from campus.accounts.models import EmailAddress
from campus.audit.actions import record
from campus.organizations import invitations
from campus.organizations.actions.changes import counts, ended, locked, put_into, record_change, relation_changed, told
from campus.organizations.invitations import InvitationOver
from campus.organizations.models import (
    Department,
    Invitation,
    InvitationDepartment,
    InvitationUse,
    MemberKind,
    MembershipStatus,
    Organization,
    OrganizationMembership,
    Role,
)
from campus.organizations.rights import AboveYou, require_grant, running
from campus.platform import limits, outbox
from campus.platform.db import session, transaction
from campus.platform.errors import Conflict, Forbidden, Invalid, NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

INVITE = "send_invitation"  # payload: invitation_id, seed
MOST_LINKS = 100  # open ones of an organization: more than anybody keeps an eye on
MOST_USES, MOST_DAYS, MOST_ADDRESSES = 1000, invitations.LONGEST_DAYS, 1000
_UNSYNCED = {"synchronize_session": False}


class InvitationNotFound(NotFound):
    """The organization has no such invitation."""


class ManyLinks(Conflict):
    """The organization has as many open links as it may."""

    title = "There are many open links"


class ForAnotherAddress(Forbidden):
    """The invitation was sent to an address that is not hers, or not proved."""

    title = "This invitation is for somebody else"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an invitation makes of who accepts it, and how long it does."""

    role: Role = Role.MEMBER
    kind: MemberKind = MemberKind.STUDENT
    department_ids: frozenset[int] = frozenset()
    uses: int = 1
    days: int = 14


def create_link(*, viewer_id: int, organization_id: int, terms: Terms, now: datetime) -> tuple[int, str]:
    """Make a link. Returns the invitation's id and the token, which is not kept and cannot be shown again.

    Raises:
        OrganizationNotFound: the viewer does not run it.
        AboveYou: only owners invite to more than membership.
        Invalid: uses, days or departments are out of bounds; a role above member is for one person.
        ManyLinks: the organization has enough open ones.
        QuotaExceeded: the viewer has made enough today.
    """
    seed = secrets.token_urlsafe(24)
    with transaction():
        _require_inviter(organization_id, viewer_id, terms, now)
        if not 1 <= terms.uses <= MOST_USES:
            raise Invalid(f"A link is good for 1 to {MOST_USES} people.", field="uses")
        if terms.role is not Role.MEMBER and terms.uses != 1:
            raise Invalid("A link to more than membership is good for one person.", field="uses")
        _require_room(organization_id, now)
        limits.spend(quotas.LINKS, viewer_id, now=now)
        [made] = _made(organization_id, viewer_id, terms, [(None, seed)], now)
        _record("create", made, organization_id, terms, mailed=0)
        return made, invitations.token_of(seed)


def invite_addresses(*, viewer_id: int, organization_id: int, addresses: Sequence[str], terms: Terms, now: datetime) -> list[str]:
    """Invite people by mail, one mail each. Returns whom: who is a member already, or holds an open invitation, is left alone.

    Raises:
        OrganizationNotFound, AboveYou, Invalid: as `create_link`.
        QuotaExceeded: the viewer has invited enough today.
    """
    if len(addresses) > MOST_ADDRESSES:
        raise Invalid(f"Invite up to {MOST_ADDRESSES} addresses at once.", field="addresses")
    with transaction():
        _require_inviter(organization_id, viewer_id, terms, now)
        known = invitations.members_among(organization_id, addresses) | _invited(organization_id, addresses, now)
        wanted = [address for address in dict.fromkeys(addresses) if address not in known]
        if not wanted:
            return []
        limits.spend(quotas.INVITATIONS, viewer_id, now=now, amount=len(wanted))
        seeds = [(address, secrets.token_urlsafe(24)) for address in wanted]
        made = _made(organization_id, viewer_id, terms, seeds, now)
        for invitation_id, (_, seed) in zip(made, seeds, strict=True):
            outbox.record(INVITE, invitation_id, {"invitation_id": invitation_id, "seed": seed})
        _record("mail", made[0], organization_id, terms, mailed=len(wanted))
        return wanted


def revoke_invitation(*, viewer_id: int, organization_id: int, invitation_id: int, now: datetime) -> None:
    """Take an invitation back; one that is over stays over.

    Raises:
        OrganizationNotFound: the viewer does not run the organization.
        InvitationNotFound: it has no such invitation.
        AboveYou: it is to a role that she could not give.
    """
    with transaction():
        mine = running(locked(organization_id, viewer_id), now)
        found = session.get(Invitation, invitation_id, with_for_update=True, populate_existing=True)
        if found is None or found.organization_id != organization_id:
            raise InvitationNotFound
        require_grant(mine, found.role)
        if found.revoked_at is None:
            found.revoked_at = now
            session.flush()
            record("invitation.revoke", f"invitation:{invitation_id}", organization_id=organization_id)


def take_back(*, invitation_ids: Sequence[int], now: datetime) -> int:
    """Take invitations back, whosever they are: for operators. Returns how many were open."""
    with transaction():
        open_ones = update(Invitation).where(Invitation.id.in_(invitation_ids), Invitation.revoked_at.is_(None))
        ended = session.execute(open_ones.values(revoked_at=now).returning(Invitation.id), execution_options=_UNSYNCED).all()
        if ended:
            record("invitation.revoke", "site", after={"invitations": [row.id for row in ended]})
    return len(ended)


def accept_invitation(*, viewer_id: int, token: str, now: datetime) -> MembershipStatus:
    """Follow an invitation: become a member as it says. Who is one already stays as she is, and takes no use.

    Whoever was removed or turned down, or whose time has passed, asks to join by following a link that others have too, or a mail
    that is older than that. Returns ACTIVE or PENDING.

    Raises:
        InvitationOver: the link leads nowhere.
        ForAnotherAddress: it was sent to an address she has not proved.
    """
    with transaction():
        view = invitations.opened(token, now=now)
        before = locked(view.organization_id, viewer_id)
        found = session.get_one(Invitation, view.id, with_for_update=True, populate_existing=True)
        if found.address is not None and not _has_proved(viewer_id, found.address):
            raise ForAnotherAddress(
                f"It was sent to {found.address}. Add that address in your settings, then open the link again."
            )
        if before is not None and (counts(before, now) or (before.status is MembershipStatus.PENDING and found.address is None)):
            return before.status if not counts(before, now) else MembershipStatus.ACTIVE
        _take(found, viewer_id, now)
        return _join(found, viewer_id, before, now)


def reserve(*, user_id: int, token: str, now: datetime) -> None:
    """Take a use for a newcomer, in the transaction in which she signs up.

    Raises:
        InvitationOver: the link leads nowhere, or no more.
    """
    view = invitations.opened(token, now=now)
    found = session.get_one(Invitation, view.id, with_for_update=True, populate_existing=True)
    _take(found, user_id, now)


def redeem(*, user_id: int, now: datetime) -> None:
    """Make a member of somebody who signed up by invitation and has now proved her address, in the open transaction.

    Unless the invitation was taken back meanwhile, its sender has lost the right to invite, or it was sent to an address that is
    not the one she proved: then it waits for that.
    """
    waiting = select(InvitationUse.invitation_id).where(InvitationUse.user_id == user_id, InvitationUse.joined_at.is_(None))
    for invitation_id in session.scalars(waiting).all():
        found = session.get_one(Invitation, invitation_id, populate_existing=True)
        before = locked(found.organization_id, user_id)
        if not (before and counts(before, now)) and _still_hers(found, user_id):
            _join(found, user_id, before, now)


def _require_inviter(organization_id: int, viewer_id: int, terms: Terms, now: datetime) -> None:
    mine = running(locked(organization_id, viewer_id), now)
    if terms.role is not Role.MEMBER and mine is not Role.OWNER:
        raise AboveYou("Only an owner invites to more than membership.")
    if not 1 <= terms.days <= MOST_DAYS:
        raise Invalid(f"An invitation lasts 1 to {MOST_DAYS} days.", field="days")
    here = select(Department.id).where(Department.organization_id == organization_id, Department.id.in_(terms.department_ids))
    if set(session.scalars(here)) != terms.department_ids:
        raise Invalid("The department belongs to another organization.", field="departments")


def _require_room(organization_id: int, now: datetime) -> None:
    """Go on only if there may be one more link. The organization is held, so that of two at once one is the last."""
    session.execute(select(Organization.id).where(Organization.id == organization_id).with_for_update(key_share=True))
    if invitations.open_links(organization_id, now=now) >= MOST_LINKS:
        raise ManyLinks(f"An organization has up to {MOST_LINKS} open links. Take back those that nobody needs any more.")


def _invited(organization_id: int, addresses: Sequence[str], now: datetime) -> set[str]:
    """The addresses with an open invitation."""
    there = (Invitation.organization_id == organization_id, Invitation.address.in_(addresses), invitations.works(now))
    return {address for address in session.scalars(select(Invitation.address).where(*there)) if address}


def _made(
    organization_id: int, viewer_id: int, terms: Terms, seeds: Sequence[tuple[str | None, str]], now: datetime
) -> list[int]:
    """The ids of new invitations, one for each address (or None) and seed."""
    common = {"organization_id": organization_id, "inviter_id": viewer_id, "role": terms.role, "kind": terms.kind}
    common |= {"uses_left": terms.uses, "created_at": now, "expires_at": now + timedelta(days=terms.days)}
    rows = [common | {"address": address, "token_hash": invitations.hash_of(seed)} for address, seed in seeds]
    made = list(session.scalars(insert(Invitation).returning(Invitation.id, sort_by_parameter_order=True), rows))
    placed = [
        {"invitation_id": each, "department_id": department_id, "organization_id": organization_id}
        for each in made
        for department_id in terms.department_ids
    ]
    if placed:
        session.execute(insert(InvitationDepartment), placed)
    return made


def _take(found: Invitation, user_id: int, now: datetime) -> None:
    """One use less. The invitation is held, so that the last use is one person's."""
    if found.uses_left < 1 or found.revoked_at is not None or found.expires_at <= now:
        raise InvitationOver
    row = insert(InvitationUse).values(invitation_id=found.id, user_id=user_id, taken_at=now)
    taken = session.scalar(row.on_conflict_do_nothing().returning(InvitationUse.user_id))
    if taken is not None:
        found.uses_left -= 1
        session.flush()


def _join(found: Invitation, user_id: int, before: OrganizationMembership | None, now: datetime) -> MembershipStatus:
    """Make her a member as the invitation says; who was one once comes back by a mail sent after that, or has to ask."""
    over = ended(before)
    welcome = over is None or (found.address is not None and found.created_at > over)
    status, role = (MembershipStatus.ACTIVE, found.role) if welcome else (MembershipStatus.PENDING, Role.MEMBER)
    values = {"role": role, "kind": found.kind, "status": status, "since": now, "until": None}
    values |= {"ended_at": None if welcome else over}
    was = told(before)
    row = insert(OrganizationMembership).values(organization_id=found.organization_id, user_id=user_id, **values)
    session.execute(row.on_conflict_do_update(index_elements=["organization_id", "user_id"], set_=values))
    if status is MembershipStatus.ACTIVE:
        for place in invitations.departments_of([found.id]).get(found.id, []):
            put_into(place.id, found.organization_id, user_id)
    taken = update(InvitationUse).where(InvitationUse.invitation_id == found.id, InvitationUse.user_id == user_id)
    session.execute(taken.values(joined_at=now), execution_options=_UNSYNCED)
    relation_changed(found.organization_id, user_id)
    hers = session.get_one(OrganizationMembership, (found.organization_id, user_id), populate_existing=True)
    record_change("membership.accept_invitation", hers, before=was, after=told(hers) | {"invitation_id": found.id})
    return status


def _still_hers(found: Invitation, user_id: int) -> bool:
    """An invitation whose use she took lets her in: it was not taken back, and its sender could still make it for her."""
    could = select(Invitation.id).where(Invitation.id == found.id, Invitation.revoked_at.is_(None), invitations.sender_may())
    hers = found.address is None or _has_proved(user_id, found.address)
    return hers and session.scalar(could) is not None


def _has_proved(user_id: int, address: str) -> bool:
    hers = select(EmailAddress.id).where(
        EmailAddress.user_id == user_id, EmailAddress.address == address, EmailAddress.verified_at.is_not(None)
    )
    return session.scalar(hers) is not None


def _record(act: str, invitation_id: int, organization_id: int, terms: Terms, *, mailed: int) -> None:
    """How many were mailed, not to whom: this log forgets nobody."""
    after = {"role": terms.role, "kind": terms.kind, "uses": terms.uses, "days": terms.days, "mailed": mailed}
    record(f"invitation.{act}", f"invitation:{invitation_id}", organization_id=organization_id, after=after)
