"""Tables of follows, blocks and mutes. Each target is a person or an organization, never both."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from campus.platform.db import Base, choices


class FollowStatus(StrEnum):
    """Only ACCEPTED counts anywhere; a locked account's followers begin as REQUESTED."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"


def _once(name: str, target: str) -> Index:
    """One follow a person and target. With the status in it, whom a post is carried to is read from the index alone."""
    there = text(f"{target} IS NOT NULL")
    return Index(name, target, "follower_id", unique=True, postgresql_where=there, postgresql_include=["status"])


class Follow(Base):
    """A person follows a person or an organization."""

    __tablename__ = "follow"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    follower_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"))
    status: Mapped[FollowStatus] = mapped_column(choices(FollowStatus), server_default=FollowStatus.ACCEPTED)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("num_nonnulls(user_id, organization_id) = 1", name="one_target"),
        CheckConstraint("follower_id <> user_id", name="not_oneself"),
        _once("uq_follow_user", "user_id"),
        _once("uq_follow_organization", "organization_id"),
        Index("ix_follow_follower_id", "follower_id", "user_id", "organization_id"),
    )


class Block(Base):
    """A person wants nothing to do with another; it works in both directions."""

    __tablename__ = "block"

    blocker_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    blocked_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("blocker_id <> blocked_id", name="not_oneself"),
        Index("ix_block_blocked_id", "blocked_id", "blocker_id"),
    )


class Mute(Base):
    """A person keeps somebody, or an organization, out of her home feed; nobody else notices."""

    __tablename__ = "mute"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    muter_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("num_nonnulls(user_id, organization_id) = 1", name="one_target"),
        CheckConstraint("muter_id <> user_id", name="not_oneself"),
        Index("uq_mute_user", "muter_id", "user_id", unique=True, postgresql_where=text("user_id IS NOT NULL")),
        Index(
            "uq_mute_organization",
            "muter_id",
            "organization_id",
            unique=True,
            postgresql_where=text("organization_id IS NOT NULL"),
        ),
    )
