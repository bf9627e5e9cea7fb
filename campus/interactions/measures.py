"""What moderation does to comments: hidden and shown again, the counter of the post with them. See `campus.posts.measures`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from campus.interactions.models import Comment
from campus.platform.db import session, transaction
from campus.posts.models import Post

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    Value = Mapping[str, Any]


def set_hidden(comment_id: int, to: Value, *, expected: Value | None = None, now: datetime) -> Value | None:
    """Hide a comment, or show it again. Values: `{"hidden": True}`. None: it is deleted, or not as expected."""
    with transaction():
        comment = session.get(Comment, comment_id, with_for_update={"key_share": True}, populate_existing=True)
        if comment is None or comment.deleted_at is not None:
            return None
        hidden, wanted = comment.hidden_at is not None, bool(to["hidden"])
        if expected is not None and expected["hidden"] != hidden:
            return None
        comment.hidden_at = (comment.hidden_at or now) if wanted else None
        session.flush()
        _count(comment.post_id, hidden - wanted)
        return {"hidden": hidden}


def erase(comment_id: int, *, now: datetime) -> bool:
    """Empty a comment for good, which moderators hid for that. False if it was gone already."""
    with transaction():
        comment = session.get(Comment, comment_id, with_for_update={"key_share": True}, populate_existing=True)
        if comment is None or comment.deleted_at is not None:
            return False
        if comment.hidden_at is None:
            _count(comment.post_id, -1)
        comment.deleted_at, comment.text = now, ""
    return True


def _count(post_id: int, more: int) -> None:
    if more:
        counted = update(Post).where(Post.id == post_id).values(comment_count=Post.comment_count + more)
        session.execute(counted, execution_options={"synchronize_session": False})
