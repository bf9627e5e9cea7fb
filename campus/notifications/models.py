"""Tables of notifications: what somebody is told, who did it, and what she wishes to be told of."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, func, true
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from campus.platform.db import Base, choices


class Kind(StrEnum):
    """What happened."""

    LIKE = "like"
    COMMENT = "comment"
    REPLY = "reply"
    MENTION = "mention"
    FOLLOW = "follow"
    FOLLOW_REQUEST = "follow_request"
    FOLLOW_ACCEPTED = "follow_accepted"
    NOTICE = "notice"


class Topic(StrEnum):
    """What one can wish to be told of, or not; of notices everybody is told."""

    LIKES = "likes"
    COMMENTS = "comments"
    REPLIES = "replies"
    MENTIONS = "mentions"
    FOLLOWS = "follows"
    NOTICES = "notices"
    DIGEST = "digest"


class Notification(Base):
    """One line somebody is told: of a notice, or of what people did about one thing. While it is unread, later acts join it.

    A notice says its own words and where it leads; the words of the others are made of their acts, whenever they are read.
    `key` is what a notice is about: the same again is no second one.
    """

    __tablename__ = "notification"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    kind: Mapped[Kind] = mapped_column(choices(Kind))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    key: Mapped[str | None]
    title: Mapped[str] = mapped_column(server_default="")
    text: Mapped[str] = mapped_column(server_default="")
    url: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    read_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("(kind = 'notice') = (key IS NOT NULL)", name="notice_has_key"),
        Index(
            "uq_notification_unread",
            "user_id",
            "kind",
            "post_id",
            unique=True,
            postgresql_where=sql("read_at IS NULL AND key IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        Index("uq_notification_key", "user_id", "key", unique=True, postgresql_where=sql("key IS NOT NULL")),
        Index("ix_notification_newest", "user_id", sql("changed_at DESC"), sql("id DESC")),
        Index("ix_notification_unread", "user_id", sql("changed_at DESC"), postgresql_where=sql("read_at IS NULL")),
        Index("ix_notification_read_at", "read_at", postgresql_where=sql("read_at IS NOT NULL")),
    )


class NotificationAct(Base):
    """One thing one person did, of which another is told once: the key says so, however often the job runs.

    `post_id` and `comment_id` are 0 where there is none. Whether the act still stands is asked when it is read.
    """

    __tablename__ = "notification_act"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[Kind] = mapped_column(choices(Kind), primary_key=True)
    post_id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(primary_key=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    notification_id: Mapped[int] = mapped_column(ForeignKey("notification.id", ondelete="CASCADE"))
    at: Mapped[datetime]

    __table_args__ = (
        Index("ix_notification_act_newest", "notification_id", sql("at DESC"), "actor_id"),
        Index("ix_notification_act_actor_id", "actor_id", "post_id"),
    )


class NotificationWish(Base):
    """What a person wishes about one topic, where it is not the usual: on the site yes, by mail no; the digest by mail."""

    __tablename__ = "notification_wish"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    topic: Mapped[Topic] = mapped_column(choices(Topic), primary_key=True)
    on_site: Mapped[bool] = mapped_column(server_default=true())
    by_mail: Mapped[bool]

    __table_args__ = (CheckConstraint("topic <> 'notices'", name="notices_always"),)
