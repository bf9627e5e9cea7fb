"""Tables of the feed: delivered entries, pulled posts, readers' states, snapshots, pins and marks; and of scheduled work."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Index, SmallInteger, func, text
from sqlalchemy.orm import Mapped, mapped_column

from campus.accounts.models import Algorithm, Scope
from campus.platform.db import Base, choices


class FeedEntry(Base):
    """A post delivered to a reader: a candidate for her feed, without score or reason, which would go stale.

    No foreign keys: at a hundred thousand rows a second each would cost a look-up, and what they would guard the read does not
    trust. Deleting a person or post retracts its entries by a job, and the check counts whatever were left.
    """

    __tablename__ = "feed_entry"

    user_id: Mapped[int] = mapped_column(primary_key=True)
    published_at: Mapped[datetime] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(primary_key=True)


class CelebrityPostCache(Base):
    """A post with too many recipients to push: readers pull it from its author or organization."""

    __tablename__ = "celebrity_post_cache"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    author_id: Mapped[int]
    organization_id: Mapped[int | None]
    published_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_celebrity_post_cache_author_id", "author_id", "published_at"),
        Index("ix_celebrity_post_cache_organization_id", "organization_id", "published_at"),
        Index("ix_celebrity_post_cache_published_at", "published_at"),
    )


class FeedStatus(StrEnum):
    """ABSENT: no entries, reads pull. BUILDING: entries are pushed, reads still pull. READY: entries are complete.

    DORMANT: away for days; nothing is pushed, the nightly rebuild brings the entries up to date, reads pull until then.
    PULLED: more entries than are worth keeping; reads pull.
    """

    ABSENT = "absent"
    BUILDING = "building"
    READY = "ready"
    DORMANT = "dormant"
    PULLED = "pulled"


class FeedState(Base):
    """A reader: when she last read her feed, and whether her entries are complete."""

    __tablename__ = "feed_state"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    status: Mapped[FeedStatus] = mapped_column(choices(FeedStatus), server_default=FeedStatus.ABSENT)
    last_read_at: Mapped[datetime | None]
    built_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_feed_state_last_read_at", "last_read_at", "user_id"),)


class FeedSnapshot(Base):
    """One scroll session: the order of the feed at `taken_at`, as far as it was read. Unlogged: a crash costs a fresh start."""

    __tablename__ = "feed_snapshot"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    algorithm: Mapped[Algorithm] = mapped_column(choices(Algorithm))
    scope: Mapped[Scope] = mapped_column(choices(Scope))
    taken_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    permission_version: Mapped[int]
    post_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    reasons: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    complete: Mapped[bool]

    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012 - SQLAlchemy's own declaration


class FeedPin(Base):
    """The scroll session that a reader's numbered pages are counted in, and where its pages ended, the latest first.

    No foreign key to the snapshot: it may live on in Redis alone, and a pin without one costs a fresh start.
    """

    __tablename__ = "feed_pin"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    algorithm: Mapped[Algorithm] = mapped_column(choices(Algorithm), primary_key=True)
    scope: Mapped[Scope] = mapped_column(choices(Scope), primary_key=True)
    snapshot_id: Mapped[uuid.UUID]
    offsets: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    positions: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))

    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012 - SQLAlchemy's own declaration


class FeedMark(Base):
    """A reader has done something with a post of her feed."""

    __tablename__ = "feed_mark"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True, index=True)
    interaction: Mapped[str]
    interacted_at: Mapped[datetime] = mapped_column(server_default=func.now())


class TaskRun(Base):
    """The last run of a scheduled task, for the operator."""

    __tablename__ = "task_run"

    name: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(server_default=text("''"))


class TaskDay(Base):
    """How often a scheduled task ran on a day (UTC), how often it failed, and how long its runs took together."""

    __tablename__ = "task_day"

    name: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True, index=True)
    runs: Mapped[int] = mapped_column(server_default="0")
    failed: Mapped[int] = mapped_column(server_default="0")
    milliseconds: Mapped[int] = mapped_column(server_default="0")
