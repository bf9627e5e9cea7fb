"""Named reads of invitations: what a link leads to, and what an organization has sent out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, select, tuple_
from sqlalchemy.orm import aliased

from campus.accounts.models import EmailAddress, User
from campus.organizations.models import (
    Department,
    Invitation,
    InvitationDepartment,
    MemberKind,
    Organization,
    OrganizationMembership,
    Role,
)
from campus.organizations.places import DepartmentPlace
from campus.organizations.queries import active
from campus.organizations.rights import MANAGING
from campus.platform import tokens
from campus.platform.db import session
from campus.platform.errors import Invalid

if TYPE_CHECKING:
    import uuid
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

PURPOSE = "invitation"
LONGEST_DAYS = 365
_MAX_AGE = (LONGEST_DAYS + 1) * 86_400


class InvitationOver(Invalid):
    """The link leads nowhere: forged, used up, too old, revoked, or its sender may not invite any more."""

    title = "This invitation does not work"

    def __init__(self) -> None:
        super().__init__("It was used, has ended or was taken back. Ask whoever sent it for a new one.")


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation, as its organization and its guests see it."""

    id: int
    organization_id: int
    slug: str
    organization: str
    logo_token: uuid.UUID | None
    inviter: str | None
    address: str | None
    role: Role
    kind: MemberKind
    uses_left: int
    expires_at: datetime
    created_at: datetime
    works: bool
    departments: tuple[DepartmentPlace, ...] = ()


def token_of(seed: str) -> str:
    """The text of the link that a seed opens."""
    return tokens.sign(PURPOSE, {"seed": seed})


def hash_in(token: str) -> bytes:
    """What finds the invitation of a link.

    Raises:
        InvitationOver: nobody here made it.
    """
    try:
        seed = tokens.unsign(PURPOSE, token, _MAX_AGE).get("seed")
    except tokens.BadToken:
        raise InvitationOver from None
    return hash_of(str(seed))


def hash_of(seed: str) -> bytes:
    """What is kept of a seed: it has 192 random bits, so a plain SHA-256 cannot be turned back."""
    return hashlib.sha256(seed.encode()).digest()


def works(now: datetime) -> ColumnElement[bool]:
    """A condition on `Invitation`: it lets somebody in. It dies with the rights of who made it."""
    alive = (Invitation.revoked_at.is_(None), Invitation.expires_at > now, Invitation.uses_left > 0)
    return alive[0] & alive[1] & alive[2] & sender_may()


def sender_may() -> ColumnElement[bool]:
    """A condition on `Invitation`: its sender could make it now."""
    membership, person = aliased(OrganizationMembership), aliased(User)
    allowed = exists().where(
        membership.organization_id == Invitation.organization_id,
        membership.user_id == Invitation.inviter_id,
        active(membership),
        person.id == membership.user_id,
        person.present,
        (membership.role == Role.OWNER) | (membership.role.in_(MANAGING) & (Invitation.role == Role.MEMBER)),
    )
    return allowed.correlate(Invitation)


def opened(token: str, *, now: datetime) -> InvitationView:
    """What a link leads to, without using it.

    Raises:
        InvitationOver: nowhere.
    """
    found = _views(Invitation.token_hash == hash_in(token), now=now)
    if not found or not found[0].works:
        raise InvitationOver
    return found[0]


def mailed(invitation_id: int, *, now: datetime) -> InvitationView | None:
    """An invitation that is to be mailed; None if it lets nobody in any more."""
    found = _views(Invitation.id == invitation_id, now=now)
    return found[0] if found and found[0].works else None


def listing(
    organization_id: int, *, now: datetime, before: int | None = None, limit: int = 30
) -> tuple[list[InvitationView], int | None]:
    """Up to `limit` invitations that are open, the latest first, and the id to go on before, if there are more."""
    open_ones = (Invitation.revoked_at.is_(None), Invitation.expires_at > now, Invitation.uses_left > 0)
    further = (Invitation.id < before,) if before is not None else ()
    found = _views(Invitation.organization_id == organization_id, *open_ones, *further, now=now, limit=limit + 1)
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def open_links(organization_id: int, *, now: datetime) -> int:
    """How many links of an organization are neither taken back, nor late, nor used up."""
    open_ones = (Invitation.revoked_at.is_(None), Invitation.expires_at > now, Invitation.uses_left > 0)
    links = select(func.count()).where(Invitation.organization_id == organization_id, Invitation.address.is_(None), *open_ones)
    return session.scalar(links) or 0


def members_among(organization_id: int, addresses: Collection[str]) -> set[str]:
    """Those of the addresses that active members have proved."""
    rows = (
        select(EmailAddress.address)
        .join(OrganizationMembership, OrganizationMembership.user_id == EmailAddress.user_id)
        .where(
            OrganizationMembership.organization_id == organization_id,
            active(),
            EmailAddress.verified_at.is_not(None),
            EmailAddress.address.in_(addresses),
        )
    )
    return set(session.scalars(rows))


def _views(*conditions: ColumnElement[bool], now: datetime, limit: int = 1) -> list[InvitationView]:
    """Two statements."""
    rows: Select[*tuple[Any, ...]] = (
        select(
            Invitation.id,
            Invitation.organization_id,
            Organization.slug,
            Organization.name,
            Organization.logo_token,
            User.name,
            Invitation.address,
            Invitation.role,
            Invitation.kind,
            Invitation.uses_left,
            Invitation.expires_at,
            Invitation.created_at,
            works(now),
        )
        .join(Organization, Organization.id == Invitation.organization_id)
        .outerjoin(User, User.id == Invitation.inviter_id)
        .where(*conditions)
        .order_by(Invitation.id.desc())
        .limit(limit)
    )
    found = session.execute(rows).all()
    placed = departments_of([row[0] for row in found])
    return [replace(InvitationView(*row), departments=tuple(placed.get(row[0], ()))) for row in found]


def departments_of(invitation_ids: Sequence[int]) -> dict[int, list[DepartmentPlace]]:
    """The departments that invitations lead into, by name."""
    if not invitation_ids:
        return {}
    rows = (
        select(InvitationDepartment.invitation_id, Department.id, Department.slug, Department.name)
        .join(
            Department,
            tuple_(Department.id, Department.organization_id)
            == tuple_(InvitationDepartment.department_id, InvitationDepartment.organization_id),
        )
        .where(InvitationDepartment.invitation_id.in_(invitation_ids))
        .order_by(Department.name, Department.id)
    )
    placed: dict[int, list[DepartmentPlace]] = {}
    for invitation_id, department_id, slug, name in session.execute(rows):
        placed.setdefault(invitation_id, []).append(DepartmentPlace(department_id, slug, name))
    return placed
