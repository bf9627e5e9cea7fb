"""Tables of people, addresses, sessions, one-time tokens and personal tokens."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    and_,
    false,
    func,
    text,
    true,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from campus.platform.db import Base, choices


class Algorithm(StrEnum):
    """The order of the home feed."""

    MIXED = "mixed"
    CHRONOLOGICAL = "chronological"
    ENGAGEMENT = "engagement"


class Scope(StrEnum):
    """What the home feed draws from: everything visible, or only what reaches her through a relation."""

    ALL = "all"
    FOLLOWING = "following"


class Theme(StrEnum):
    """The colour scheme of the pages."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class User(Base):
    """A person.

    `permission_version` counts up in the transaction of every change to what she may see; caches carry it in their keys.
    `locked` accounts accept followers one by one. Until `posting_paused_until` she reads, but neither posts nor comments.
    Two things shut her out, and neither ends the other: `suspended_at` by moderators or administrators, `leaving_at` because she
    asked to be forgotten. Who reads asks for `present`.
    """

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    handle: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    bio: Mapped[str] = mapped_column(server_default="")
    avatar_token: Mapped[uuid.UUID | None] = mapped_column(unique=True)
    locale: Mapped[str] = mapped_column(server_default="en")
    algorithm: Mapped[Algorithm] = mapped_column(choices(Algorithm), server_default=Algorithm.MIXED)
    scope: Mapped[Scope] = mapped_column(choices(Scope), server_default=Scope.ALL)
    theme: Mapped[Theme] = mapped_column(choices(Theme), server_default=Theme.SYSTEM)
    auto_load: Mapped[bool] = mapped_column(server_default=true())
    locked: Mapped[bool] = mapped_column(server_default=false())
    is_admin: Mapped[bool] = mapped_column(server_default=false())
    is_demo: Mapped[bool] = mapped_column(server_default=false())
    password_hash: Mapped[str | None]
    approved_at: Mapped[datetime | None] = mapped_column(server_default=func.now())
    suspended_at: Mapped[datetime | None]
    leaving_at: Mapped[datetime | None]
    posting_paused_until: Mapped[datetime | None]
    permission_version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    emails: Mapped[list[EmailAddress]] = relationship(back_populates="user", order_by="EmailAddress.id")

    @hybrid_property
    def present(self) -> bool:
        """Whether she is neither suspended nor about to be forgotten: what she signs shows, and she may sign in."""
        return self.suspended_at is None and self.leaving_at is None

    @present.inplace.expression
    @classmethod
    def _present(cls) -> ColumnElement[bool]:
        return and_(cls.suspended_at.is_(None), cls.leaving_at.is_(None))

    __table_args__ = (
        CheckConstraint("handle ~ '^[a-z0-9_]{2,30}$'", name="handle_form"),
        CheckConstraint("length(name) BETWEEN 1 AND 80", name="name_length"),
        CheckConstraint("length(bio) <= 500", name="bio_length"),
        # What administrators filter by: few rows each, and none that a like or a visit touches.
        Index("ix_user_created_at", "created_at"),
        Index("ix_user_administrators", "id", postgresql_where=text("is_admin")),
        Index("ix_user_suspended", "id", postgresql_where=text("suspended_at IS NOT NULL")),
        Index("ix_user_waiting", "id", postgresql_where=text("approved_at IS NULL")),
    )


class EmailAddress(Base):
    """An address of a person; lower case, unique on the whole site. At most one is primary."""

    __tablename__ = "email_address"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    address: Mapped[str] = mapped_column(unique=True)
    is_primary: Mapped[bool] = mapped_column(server_default=false())
    verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    user: Mapped[User] = relationship(back_populates="emails")

    __table_args__ = (
        CheckConstraint("address = lower(address) AND address LIKE '%_@_%' AND length(address) <= 254", name="address_form"),
        Index("uq_email_address_primary", "user_id", unique=True, postgresql_where=text("is_primary")),
        Index("ix_email_address_unproved", "user_id", postgresql_where=text("is_primary AND verified_at IS NULL")),
        Index("ix_email_address_prefix", "address", postgresql_ops={"address": "text_pattern_ops"}),
    )


class UserSession(Base):
    """A signed-in browser. The cookie holds a random token; this row, found by the token's SHA-256, holds the authority.

    A `remembered` browser stays signed in over nights; another one must be used at least every twelve hours.
    """

    __tablename__ = "user_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    user_agent: Mapped[str] = mapped_column(server_default="")
    remembered: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Purpose(StrEnum):
    """What a one-time token is good for."""

    VERIFY = "verify"
    RESET = "reset"


class OneTimeToken(Base):
    """A link sent by mail: hashed, for one purpose, for one use, for a short time."""

    __tablename__ = "one_time_token"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    purpose: Mapped[Purpose] = mapped_column(choices(Purpose))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    email_id: Mapped[int | None] = mapped_column(ForeignKey("email_address.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class TokenScope(StrEnum):
    """What a personal token may be used for. No scope includes another."""

    READ = "read"
    WRITE = "write"
    MODERATE = "moderate"


class AccessToken(Base):
    """A personal token, by which a program acts for a person. Its text is shown once; this row is found by the SHA-256 of it."""

    __tablename__ = "access_token"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("length(name) BETWEEN 1 AND 80", name="name_length"),
        CheckConstraint("cardinality(scopes) > 0 AND scopes <@ ARRAY['read', 'write', 'moderate']", name="scopes"),
    )


class Announcement(Base):
    """What the site tells everybody, or the members of one organization, from one moment to another.

    Written in the room of administration; here, because the statement that finds a viewer also finds whether there is any news
    for her, so that a page costs no statement more while there is none.
    """

    __tablename__ = "announcement"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    title: Mapped[str]
    text: Mapped[str] = mapped_column(server_default="")
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("length(title) BETWEEN 1 AND 120 AND length(text) <= 2000", name="lengths"),
        CheckConstraint("ends_at > begins_at", name="ends_after_it_begins"),
    )


class AnnouncementDismissal(Base):
    """A person has read an announcement, and wants to see it no more."""

    __tablename__ = "announcement_dismissal"

    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcement.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True)
