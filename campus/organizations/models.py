"""Tables of organizations, departments, memberships, pauses and invitations."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
    false,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from campus.platform.db import Base, choices


class OrganizationKind(StrEnum):
    """What an organization is."""

    UNIVERSITY = "university"
    COMPANY = "company"


class JoinPolicy(StrEnum):
    """How one becomes a member: at once, with an address of its domains, by approval, or by being added."""

    OPEN = "open"
    DOMAIN = "domain"
    APPROVAL = "approval"
    CLOSED = "closed"


class Role(StrEnum):
    """What a member may do; each role includes the ones after it, except that moderators do not post officially."""

    OWNER = "owner"
    ADMIN = "admin"
    EDITOR = "editor"
    MODERATOR = "moderator"
    MEMBER = "member"


class MemberKind(StrEnum):
    """What a member is to the organization."""

    STUDENT = "student"
    STAFF = "staff"
    FACULTY = "faculty"
    ALUMNI = "alumni"
    GUEST = "guest"
    PARTNER = "partner"


class MembershipStatus(StrEnum):
    """Only ACTIVE counts anywhere."""

    ACTIVE = "active"
    PENDING = "pending"
    INVITED = "invited"
    REMOVED = "removed"
    REJECTED = "rejected"


class Organization(Base):
    """A university or a company: one table, so that a post can have one owner by having one column."""

    __tablename__ = "organization"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[OrganizationKind] = mapped_column(choices(OrganizationKind))
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    about: Mapped[str] = mapped_column(server_default="")
    place: Mapped[str] = mapped_column(server_default="")
    logo_token: Mapped[uuid.UUID | None] = mapped_column(unique=True)
    verified: Mapped[bool] = mapped_column(server_default=false())
    join_policy: Mapped[JoinPolicy] = mapped_column(choices(JoinPolicy), server_default=JoinPolicy.APPROVAL)
    default_audience: Mapped[str] = mapped_column(server_default="organization")
    is_demo: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __mapper_args__ = {"polymorphic_on": "kind"}  # noqa: RUF012 - SQLAlchemy's own declaration
    __table_args__ = (
        UniqueConstraint("id", "kind"),  # what a department's foreign key points at
        CheckConstraint("slug ~ '^[a-z0-9][a-z0-9-]{1,49}$'", name="slug_form"),
        CheckConstraint("length(name) BETWEEN 1 AND 120", name="name_length"),
        CheckConstraint("length(about) <= 5000", name="about_length"),
        CheckConstraint("default_audience IN ('public', 'organization')", name="default_audience"),
    )


class University(Organization):
    """An educational institution, with departments."""

    __mapper_args__ = {"polymorphic_identity": OrganizationKind.UNIVERSITY}  # noqa: RUF012


class Company(Organization):
    """A corporate entity, such as a photography studio."""

    __mapper_args__ = {"polymorphic_identity": OrganizationKind.COMPANY}  # noqa: RUF012


class OrganizationDomain(Base):
    """An e-mail domain that proves belonging to one organization."""

    __tablename__ = "organization_domain"

    domain: Mapped[str] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"), index=True)

    __table_args__ = (CheckConstraint("domain = lower(domain) AND domain LIKE '%_._%'", name="domain_form"),)


class DomainClaim(Base):
    """A domain that an organization says is its own. It proves nothing until the site's administrators have confirmed it."""

    __tablename__ = "domain_claim"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True)
    domain: Mapped[str] = mapped_column(primary_key=True, index=True)
    claimant_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    claimed_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (CheckConstraint("domain = lower(domain) AND domain LIKE '%_._%'", name="domain_form"),)


class Department(Base):
    """A subdivision of one university; the foreign key carries the kind, so a company cannot have one."""

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    organization_id: Mapped[int]
    organization_kind: Mapped[str] = mapped_column(server_default=OrganizationKind.UNIVERSITY)
    slug: Mapped[str]
    name: Mapped[str]

    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "organization_kind"], ["organization.id", "organization.kind"], ondelete="CASCADE"
        ),
        UniqueConstraint("organization_id", "slug"),
        UniqueConstraint("id", "organization_id"),  # what a post's foreign key points at
        CheckConstraint("organization_kind = 'university'", name="of_a_university"),
        CheckConstraint("slug ~ '^[a-z0-9][a-z0-9-]{0,49}$'", name="slug_form"),
        CheckConstraint("length(name) BETWEEN 1 AND 120", name="name_length"),
    )


class OrganizationMembership(Base):
    """A person's belonging to an organization: at most one row for each pair."""

    __tablename__ = "organization_membership"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[Role] = mapped_column(choices(Role), server_default=Role.MEMBER)
    kind: Mapped[MemberKind] = mapped_column(choices(MemberKind), server_default=MemberKind.STUDENT)
    status: Mapped[MembershipStatus] = mapped_column(choices(MembershipStatus), server_default=MembershipStatus.ACTIVE)
    since: Mapped[datetime] = mapped_column(server_default=func.now())
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # when she was last put out, turned down or ran out; nothing older lets her in again

    __table_args__ = (
        Index("ix_organization_membership_user_id", "user_id", "organization_id"),
        Index("ix_organization_membership_until", "until", postgresql_where=text("status = 'active' AND until IS NOT NULL")),
    )


class PostingPause(Base):
    """Until when somebody neither posts in an organization nor comments there.

    It hangs on no membership: whoever leaves and comes back finds it, and who is no member may be kept from commenting.
    """

    __tablename__ = "posting_pause"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    until: Mapped[datetime]

    __table_args__ = (Index("ix_posting_pause_user_id", "user_id", "organization_id"),)


class DepartmentMembership(Base):
    """A member's department; it goes with the membership it hangs on."""

    __tablename__ = "department_membership"

    department_id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int]

    __table_args__ = (
        ForeignKeyConstraint(
            ["department_id", "organization_id"], ["department.id", "department.organization_id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["organization_membership.organization_id", "organization_membership.user_id"],
            ondelete="CASCADE",
        ),
        Index("ix_department_membership_user_id", "user_id", "department_id"),
        Index("ix_department_membership_organization_id", "organization_id", "user_id"),
    )


class Invitation(Base):
    """A way in: a link for several people, or a mail to one `address`. The link's secret is not here, only its hash."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"))
    inviter_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    address: Mapped[str | None]
    role: Mapped[Role] = mapped_column(choices(Role), server_default=Role.MEMBER)
    kind: Mapped[MemberKind] = mapped_column(choices(MemberKind), server_default=MemberKind.STUDENT)
    uses_left: Mapped[int]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("id", "organization_id"),  # what its departments point at
        CheckConstraint("uses_left >= 0", name="uses_left"),
        CheckConstraint("address IS NULL OR address = lower(address)", name="address_form"),
        Index("ix_invitation_organization_id", "organization_id", "id"),
        Index("ix_invitation_address", "address", "organization_id", postgresql_where=text("address IS NOT NULL")),
    )


class InvitationDepartment(Base):
    """A department that whoever accepts becomes a member of."""

    __tablename__ = "invitation_department"

    invitation_id: Mapped[int] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int]

    __table_args__ = (
        ForeignKeyConstraint(
            ["invitation_id", "organization_id"], ["invitation.id", "invitation.organization_id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["department_id", "organization_id"], ["department.id", "department.organization_id"], ondelete="CASCADE"
        ),
        Index("ix_invitation_department_department_id", "department_id", "organization_id"),
    )


class InvitationUse(Base):
    """Somebody took one of an invitation's uses; she joins when her address is proved."""

    __tablename__ = "invitation_use"

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    taken_at: Mapped[datetime] = mapped_column(server_default=func.now())
    joined_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_invitation_use_user_id", "user_id"),)
