"""Do the counters of posts equal the rows they count?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from campus.interactions.models import Comment, Like, Share
from campus.platform.db import session
from campus.posts.models import Post

if TYPE_CHECKING:
    from sqlalchemy import Subquery


def drifted() -> int:
    """How many posts have a counter that is not the number of its rows. Deleted and hidden comments do not count."""
    likes = _per_post(Like, "likes")
    shares = _per_post(Share, "shares")
    comments = _per_post(Comment, "comments", Comment.deleted_at.is_(None), Comment.hidden_at.is_(None))
    wrong = or_(
        Post.like_count != func.coalesce(likes.c.rows, 0),
        Post.comment_count != func.coalesce(comments.c.rows, 0),
        Post.share_count != func.coalesce(shares.c.rows, 0),
    )
    joined = select(func.count()).select_from(Post)
    for counted in (likes, comments, shares):
        joined = joined.outerjoin(counted, counted.c.post_id == Post.id)
    return session.scalar(joined.where(wrong)) or 0


def _per_post(kind: type[Like | Comment | Share], name: str, *which: object) -> Subquery:
    counted = select(kind.post_id, func.count().label("rows")).group_by(kind.post_id)
    return counted.where(*which).subquery(name)  # type: ignore[arg-type]  # conditions
