"""What the people of the small demo have been told: of the likes, comments and follows of the last days, read up to yesterday."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, and_, case, cast, func, insert, literal, null, select

from campus.follows.models import Follow, FollowStatus
from campus.interactions.models import Comment, Like
from campus.notifications.models import Kind, Notification, NotificationAct
from campus.platform.db import session
from campus.posts.models import Post

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.sql import ColumnElement

RECENT = timedelta(days=14)
FOLLOWED = timedelta(days=60)
READ_UNTIL = timedelta(days=1)
LINE = ("id", "user_id", "kind", "post_id", "created_at", "changed_at", "read_at")
ACT = ("user_id", "kind", "post_id", "comment_id", "actor_id", "notification_id", "at")


def tell(people: Collection[int], now: datetime) -> int:
    """Write lines and acts for these people, in the open transaction, a statement for each kind. Returns how many lines."""
    told = 0
    for kind, acts in _happened(people, now).items():
        done = acts.subquery("done").c
        first, last = func.min(done.at), func.max(done.at)
        read = case((last < now - READ_UNTIL, last + READ_UNTIL), else_=null())
        number = func.row_number().over(order_by=(last, done.user_id, done.post_id)) + told
        lines = select(number, done.user_id, literal(kind), done.post_id, first, last, read)
        session.execute(insert(Notification).from_select(LINE, lines.group_by(done.user_id, done.post_id)))
        post, at_post = func.coalesce(done.post_id, 0), Notification.post_id.is_not_distinct_from(done.post_id)
        line = and_(Notification.kind == kind, Notification.user_id == done.user_id, at_post)
        each = select(done.user_id, literal(kind), post, done.comment_id, done.actor_id, Notification.id, done.at)
        session.execute(insert(NotificationAct).from_select(ACT, each.join(Notification, line)))
        told += session.scalar(select(func.count()).where(Notification.kind == kind)) or 0
    session.execute(select(func.setval(func.pg_get_serial_sequence("notification", "id"), told + 1, False)))
    return told


def _happened(people: Collection[int], now: datetime) -> dict[Kind, Select[Any]]:
    """What was done to these people or their posts: whom it concerns, the post, the comment, who did it, when."""
    return {
        Kind.LIKE: _acts(Post.author_id, Post.id, literal(0), Like.user_id, Like.created_at)
        .join(Like, Like.post_id == Post.id)
        .where(Post.author_id.in_(people), Like.user_id != Post.author_id, Like.created_at > now - RECENT),
        Kind.COMMENT: _acts(Post.author_id, Post.id, Comment.id, Comment.author_id, Comment.created_at)
        .join(Comment, Comment.post_id == Post.id)
        .where(Post.author_id.in_(people), Comment.author_id != Post.author_id, Comment.created_at > now - RECENT),
        Kind.FOLLOW: _followed(FollowStatus.ACCEPTED).where(Follow.user_id.in_(people), Follow.created_at > now - FOLLOWED),
        Kind.FOLLOW_REQUEST: _followed(FollowStatus.REQUESTED).where(Follow.user_id.in_(people)),
    }


def _followed(status: FollowStatus) -> Select[Any]:
    acts = _acts(Follow.user_id, cast(null(), BigInteger), literal(0), Follow.follower_id, Follow.created_at)
    return acts.where(Follow.status == status)


def _acts(*columns: Any) -> Select[Any]:
    names = ("user_id", "post_id", "comment_id", "actor_id", "at")
    labelled: list[ColumnElement[Any]] = [column.label(name) for column, name in zip(columns, names, strict=True)]
    return select(*labelled)
