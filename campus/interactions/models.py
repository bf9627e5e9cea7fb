"""Tables of likes, comments and shares."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, func
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from campus.platform.db import Base, choices


def _by_time(table: str) -> Index:
    """What was made when: a few pages of index for a million rows, written when a page of the table is full."""
    named = f"ix_{table}_created_at"
    return Index(named, "created_at", postgresql_using="brin", postgresql_with={"autosummarize": "on"})


class Like(Base):
    """One person likes one post, once."""

    __tablename__ = "post_like"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (Index("ix_post_like_user_id", "user_id", "post_id"), _by_time("post_like"))


class Comment(Base):
    """A reply to a post. A deleted one stays as an empty row, one that moderators hid as it is; neither counts."""

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    text: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    deleted_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    submission: Mapped[uuid.UUID | None] = mapped_column(unique=True)  # a form sent twice makes one comment

    __table_args__ = (
        CheckConstraint("length(text) <= 2000", name="text_length"),
        CheckConstraint("deleted_at IS NOT NULL OR length(text) > 0", name="text_present"),
        Index("ix_comment_post_id", "post_id", sql("id DESC")),
        _by_time("comment"),
    )


class Platform(StrEnum):
    """Where a post was shared to."""

    LINK = "link"
    EMAIL = "email"
    LINKEDIN = "linkedin"
    X = "x"
    WHATSAPP = "whatsapp"
    OTHER = "other"


class Share(Base):
    """A person took a post to another place; each time counts."""

    __tablename__ = "share"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    platform: Mapped[Platform] = mapped_column(choices(Platform))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (_by_time("share"),)
