"""Tables of posts, their photos and their earlier texts."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Computed,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    UniqueConstraint,
    false,
    func,
)
from sqlalchemy import (
    text as sql,
)
from sqlalchemy.orm import Mapped, mapped_column

from campus.platform.db import Base, choices


class Audience(StrEnum):
    """Who a post is for."""

    PUBLIC = "public"
    ORGANIZATION = "organization"
    DEPARTMENT = "department"
    FOLLOWERS = "followers"
    ONLY_ME = "only_me"


class PostState(StrEnum):
    """Where a post is in its life; only PUBLISHED can be seen by anybody but its author."""

    PROCESSING = "processing"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    HELD = "held"
    HIDDEN = "hidden"
    DELETED = "deleted"


POINTS = "like_count + 2 * comment_count + 3 * share_count"
# Written as PostgreSQL writes it back, so that Alembic sees model and table agree.
HEAT = (
    "EXTRACT(epoch FROM (published_at - '2020-01-01 00:00:00+00'::timestamp with time zone))::double precision "
    "* (10)::double precision / (604800)::double precision "
    "+ LEAST((5)::double precision, ln((1 + like_count + (2 * comment_count) + (3 * share_count))::double precision))"
)
LIVE = "state = 'published'"


class Post(Base):
    """A post: personal (no organization), or owned by one university, one of its departments, or one company.

    `published_at` never changes once set; `resurfaced_at` is when it was last put back, moved, or given another audience: it may
    reach people then whom it did not reach before. Of a `narrowed` post moderators chose the audience: its author
    can only take it to herself. `points` is the engagement, likes + 2·comments + 3·shares. `heat` orders posts
    younger than seven days as their score does at any instant, up to the viewer's own parts: they all lose recency at one rate.
    """

    __tablename__ = "post"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"))
    department_id: Mapped[int | None]
    official: Mapped[bool] = mapped_column(server_default=false())
    audience: Mapped[Audience] = mapped_column(choices(Audience))
    state: Mapped[PostState] = mapped_column(choices(PostState))
    title: Mapped[str] = mapped_column(server_default="")
    text: Mapped[str] = mapped_column(server_default="")
    location: Mapped[str] = mapped_column(server_default="")
    comments_locked: Mapped[bool] = mapped_column(server_default=false())
    narrowed: Mapped[bool] = mapped_column(server_default=false())
    submission: Mapped[uuid.UUID | None] = mapped_column(unique=True)  # a form sent twice makes one post
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    edited_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    resurfaced_at: Mapped[datetime | None]
    like_count: Mapped[int] = mapped_column(Integer, server_default="0")
    comment_count: Mapped[int] = mapped_column(Integer, server_default="0")
    share_count: Mapped[int] = mapped_column(Integer, server_default="0")
    points: Mapped[int] = mapped_column(Integer, Computed(POINTS, persisted=True))
    heat: Mapped[float | None] = mapped_column(Double, Computed(HEAT, persisted=True))

    __table_args__ = (
        ForeignKeyConstraint(["department_id", "organization_id"], ["department.id", "department.organization_id"]),
        CheckConstraint("state NOT IN ('published', 'withdrawn', 'hidden') OR published_at IS NOT NULL", name="published_when"),
        CheckConstraint("organization_id IS NOT NULL OR (NOT official AND department_id IS NULL)", name="owner"),
        CheckConstraint(
            "CASE audience WHEN 'organization' THEN organization_id IS NOT NULL WHEN 'department' THEN department_id IS NOT NULL "
            "WHEN 'followers' THEN organization_id IS NULL ELSE true END",
            name="audience_fits_owner",
        ),
        CheckConstraint("length(title) <= 200 AND length(text) <= 10000 AND length(location) <= 200", name="lengths"),
        CheckConstraint("like_count >= 0 AND comment_count >= 0 AND share_count >= 0", name="counters"),
        # The public pool by heat and by points.
        Index("ix_post_public_heat", sql("heat DESC"), sql("id DESC"), postgresql_where=sql(f"{LIVE} AND audience = 'public'")),
        Index(
            "ix_post_public_points",
            sql("points DESC"),
            sql("published_at DESC"),
            sql("id DESC"),
            postgresql_where=sql(f"{LIVE} AND audience = 'public'"),
        ),
        # Everything by time: the chronological pool, and what was published while deliveries are still under way.
        Index("ix_post_published", sql("published_at DESC"), sql("id DESC"), postgresql_where=sql(LIVE)),
        # What reaches people late: few posts, so that nobody else's likes touch this index.
        Index("ix_post_resurfaced", sql("resurfaced_at DESC"), postgresql_where=sql(f"{LIVE} AND resurfaced_at IS NOT NULL")),
        # What an organization, a department, a person publishes.
        Index("ix_post_organization_heat", "organization_id", sql("heat DESC"), postgresql_where=sql(LIVE)),
        Index(
            "ix_post_organization_points",
            "organization_id",
            sql("points DESC"),
            sql("published_at DESC"),
            sql("id DESC"),
            postgresql_where=sql(f"{LIVE} AND organization_id IS NOT NULL"),
        ),
        Index("ix_post_organization_published", "organization_id", sql("published_at DESC"), sql("id DESC")),
        Index(
            "ix_post_department_heat",
            "department_id",
            sql("heat DESC"),
            postgresql_where=sql("department_id IS NOT NULL"),
        ),
        Index("ix_post_author_published", "author_id", sql("published_at DESC"), sql("id DESC")),
    )


class PostEdit(Base):
    """What a post said before it was edited."""

    __tablename__ = "post_edit"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    text: Mapped[str]
    audience: Mapped[Audience] = mapped_column(choices(Audience))
    edited_at: Mapped[datetime] = mapped_column(server_default=func.now())


class PhotoState(StrEnum):
    """Whether the worker has made the variants yet, or moderators took the photo out; only READY is shown to others."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"
    HIDDEN = "hidden"


class Photo(Base):
    """One photo of a post, at a position. `token` names its files; `widths` are the variants that exist, in pixels."""

    __tablename__ = "photo"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    token: Mapped[uuid.UUID] = mapped_column(unique=True, server_default=func.gen_random_uuid())
    state: Mapped[PhotoState] = mapped_column(choices(PhotoState), server_default=PhotoState.PENDING)
    filename: Mapped[str] = mapped_column(server_default="")
    alt: Mapped[str] = mapped_column(server_default="")
    credit: Mapped[str] = mapped_column(server_default="")
    licence: Mapped[str] = mapped_column(server_default="")
    width: Mapped[int] = mapped_column(Integer, server_default="0")
    height: Mapped[int] = mapped_column(Integer, server_default="0")
    widths: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default=sql("'{}'"))
    thumbhash: Mapped[str] = mapped_column(server_default="")
    colour: Mapped[int] = mapped_column(Integer, server_default="0")
    error: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("post_id", "position", deferrable=True, initially="DEFERRED"),
        CheckConstraint("length(alt) <= 1500", name="alt_length"),
        CheckConstraint("state <> 'ready' OR (width > 0 AND height > 0)", name="ready_has_size"),
        Index("ix_photo_unfinished", "id", postgresql_where=sql("state <> 'ready'")),
    )


class KeptPhoto(Base):
    """The files of a photo are kept as evidence `kept_for` something, even when its post is gone."""

    __tablename__ = "kept_photo"

    token: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kept_for: Mapped[str] = mapped_column(primary_key=True, index=True)
