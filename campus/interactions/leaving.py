"""What a person did with posts, undone when she is forgotten: set-wise, and counters equal their rows afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, not_, select, union, update

from campus.interactions.counts import COUNTED
from campus.interactions.models import Comment, Like, Share
from campus.platform.db import session, transaction
from campus.posts.models import Post

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute

_UNSYNCED = {"synchronize_session": False}


def forget(user_id: int) -> dict[str, int]:
    """Take back every like, comment and share of a person, in the open transaction. Returns how many of each."""
    comments = select(Comment.id).where(Comment.author_id == user_id).order_by(Comment.id)
    uncounted = delete(Comment).where(Comment.author_id == user_id, not_(and_(*COUNTED)))
    with transaction():
        session.execute(comments.with_for_update())  # a comment before its post, and posts in the order of their ids
        _hold_posts(user_id)
        session.execute(uncounted, execution_options=_UNSYNCED)
        return {
            "likes": _take_back(Like, Like.user_id == user_id, Post.like_count),
            "comments": _take_back(Comment, Comment.author_id == user_id, Post.comment_count),
            "shares": _take_back(Share, Share.user_id == user_id, Post.share_count),
        }


def _hold_posts(user_id: int) -> None:
    """Hold what counts something of hers, as whoever else counts there does: several such people may be forgotten at once."""
    marked = union(
        select(Like.post_id).where(Like.user_id == user_id),
        select(Comment.post_id).where(Comment.author_id == user_id),
        select(Share.post_id).where(Share.user_id == user_id),
    )
    session.execute(select(Post.id).where(Post.id.in_(marked)).order_by(Post.id).with_for_update(key_share=True))


def _take_back(table: Any, hers: ColumnElement[bool], counter: InstrumentedAttribute[int]) -> int:
    """Delete rows, and count them off their posts in the same statement."""
    gone = delete(table).where(hers).returning(table.post_id).cte("gone")
    each = select(gone.c.post_id, func.count().label("number")).group_by(gone.c.post_id).cte("each")
    less = update(Post).where(Post.id == each.c.post_id).values({counter: counter - each.c.number})
    counted = session.execute(less.returning(each.c.number), execution_options=_UNSYNCED)
    return sum(row[0] for row in counted)
