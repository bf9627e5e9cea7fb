"""What lists and composers show of organizations, departments and members: frozen values, holding no database objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from campus.organizations.models import Role

if TYPE_CHECKING:
    import uuid
    from datetime import datetime

    from campus.organizations.models import JoinPolicy, MemberKind, OrganizationKind

POSTING_OFFICIALLY = (Role.OWNER, Role.ADMIN, Role.EDITOR)


@dataclass(frozen=True, slots=True)
class Listed:
    """An organization in a list, with how many active members it has."""

    id: int
    slug: str
    name: str
    kind: OrganizationKind
    verified: bool
    logo_token: uuid.UUID | None
    place: str
    join_policy: JoinPolicy
    member_count: int


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's active membership, with the organization it is in."""

    organization_id: int
    slug: str
    name: str
    kind: OrganizationKind
    verified: bool
    logo_token: uuid.UUID | None
    role: Role
    member_kind: MemberKind
    until: datetime | None
    default_audience: str

    @property
    def may_post_officially(self) -> bool:
        """She may speak in the organization's name."""
        return self.role in POSTING_OFFICIALLY


@dataclass(frozen=True, slots=True)
class DepartmentPlace:
    """A department of a university."""

    id: int
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class PostingPlace:
    """Where a person may post: an organization she is an active member of, and her departments in it.

    `paused_until`: not before that, moderators have said.
    """

    membership: Membership
    departments: tuple[DepartmentPlace, ...]
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """An active member, as the people tab shows her."""

    id: int
    handle: str
    name: str
    avatar_token: uuid.UUID | None
    role: Role
    kind: MemberKind
